package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoyu/nursery"
)

// FieldKind is how a value is asked for.
type FieldKind string

const (
	KindText    FieldKind = "text"
	KindArea    FieldKind = "area"
	KindWhole   FieldKind = "whole"
	KindDecimal FieldKind = "decimal"
	KindMoney   FieldKind = "money" // entered in yuan, stored in fen
	KindDate    FieldKind = "date"
	KindTime    FieldKind = "time"
	KindMoment  FieldKind = "moment" // a day and a time in Shanghai
	KindYesNo   FieldKind = "yesno"  // neither is an answer too: not given
	KindChoice  FieldKind = "choice"
	KindChoices FieldKind = "choices"
	KindFile    FieldKind = "file"
	KindFiles   FieldKind = "files"
	KindSign    FieldKind = "sign"   // a picture of a signature, drawn on the page
	KindWholes  FieldKind = "wholes" // whole numbers by comma
	KindTexts   FieldKind = "texts"  // words by comma
	KindGroup   FieldKind = "group"
	KindList    FieldKind = "list"
	KindHidden  FieldKind = "hidden"
)

// FormSchema is a form schema: the JSON value that a form produces, with the labels of its fields.
type FormSchema struct {
	Name     string // of the property
	Kind     FieldKind
	Label    string
	Hint     string
	Options  []Option
	Groups   []OptionGroup // of a choice among many
	Required bool
	Least    string
	Most     string
	Longest  int
	Fields   []FormSchema // of a group, or of each item of a list
}

// Title returns what a form calls a field. What is chosen by name or handed in as a file is not called by its code, and an amount
// not by the unit it is stored in.
func (s FormSchema) Title() string {
	switch {
	case slices.Contains([]FieldKind{KindChoice, KindChoices, KindFile, KindFiles}, s.Kind), s.Name == "county", s.Name == "township":
		for _, code := range []string{"编号", "代码", "标识", "账号"} {
			if title, cut := strings.CutSuffix(s.Label, code); cut && title != "" {
				return strings.TrimSuffix(title, "的")
			}
		}
	case s.Kind == KindMoney:
		title, _, _ := strings.Cut(s.Label, ", ")
		return strings.TrimSuffix(title, "（分）")
	}
	return s.Label
}

// Option is a value of a choice with its label.
type Option struct{ Value, Label string }

// OptionGroup is a heading with the options below it.
type OptionGroup struct {
	Label   string
	Options []Option
}

// Field finds a property of a group.
func (s FormSchema) Field(name string) (FormSchema, bool) {
	i := slices.IndexFunc(s.Fields, func(f FormSchema) bool { return f.Name == name })
	if i < 0 {
		return FormSchema{}, false
	}
	return s.Fields[i], true
}

// WithOptions has a property answered by choice: one of the options, or any of them where it is a list.
func (s FormSchema) WithOptions(name string, options []Option) FormSchema {
	return s.Change(name, func(f FormSchema) FormSchema {
		f.Options = options
		if f.Kind == KindFiles || f.Kind == KindChoices {
			f.Kind = KindChoices
		} else {
			f.Kind = KindChoice
		}
		return f
	})
}

// Change changes what the items of a list, or the fields of a group, ask for.
func (s FormSchema) Change(name string, change func(FormSchema) FormSchema) FormSchema {
	s.Fields = slices.Clone(s.Fields)
	for i, f := range s.Fields {
		if f.Name == name {
			s.Fields[i] = change(f)
		}
	}
	return s
}

// WithFile has a property answered with a file.
func (s FormSchema) WithFile(name string) FormSchema {
	return s.Change(name, func(f FormSchema) FormSchema { f.Kind = KindFile; return f })
}

// WithTexts has a property answered with words that are set apart by commas.
func (s FormSchema) WithTexts(name string) FormSchema {
	return s.Change(name, func(f FormSchema) FormSchema { f.Kind = KindTexts; return f })
}

// Without leaves out a property.
func (s FormSchema) Without(name string) FormSchema {
	s.Fields = slices.DeleteFunc(slices.Clone(s.Fields), func(f FormSchema) bool { return f.Name == name })
	return s
}

// Only keeps some properties of a group, in the order given.
func (s FormSchema) Only(names ...string) FormSchema {
	kept := s
	kept.Fields = nil
	for _, name := range names {
		if f, ok := s.Field(name); ok {
			kept.Fields = append(kept.Fields, f)
		}
	}
	return kept
}

// ReadSchema reads a JSON Schema of the sort casework's forms are: an object of plain values, lists and objects.
func ReadSchema(raw json.RawMessage) (FormSchema, error) {
	var o orderedObject
	if err := json.Unmarshal(raw, &o); err != nil {
		return FormSchema{}, fmt.Errorf("read form: %w", err)
	}
	return schemaShape("", o), nil
}

func schemaShape(name string, o orderedObject) FormSchema {
	s := FormSchema{Name: name, Label: o.text("title"), Longest: int(o.number("maxLength"))}
	s.options(o)
	if _, ok := o.get("minimum"); ok {
		s.Least = strconv.FormatFloat(o.number("minimum"), 'f', -1, 64)
	}
	if _, ok := o.get("maximum"); ok {
		s.Most = strconv.FormatFloat(o.number("maximum"), 'f', -1, 64)
	}
	switch o.text("type") {
	case "object":
		s.Kind = KindGroup
		required := o.texts("required")
		properties := o.object("properties")
		for _, p := range properties {
			var inner orderedObject
			if json.Unmarshal(p.value, &inner) == nil {
				f := schemaShape(p.name, inner)
				f.Required = slices.Contains(required, p.name)
				s.Fields = append(s.Fields, f)
			}
		}
	case "array":
		items := schemaShape(name, o.object("items"))
		switch {
		case items.Kind == KindGroup:
			s.Kind, s.Fields = KindList, items.Fields
		case len(items.Options) > 0:
			s.Kind, s.Options = KindChoices, items.Options
		case items.Kind == KindWhole:
			s.Kind = KindWholes
		case name == "attachments":
			s.Kind = KindFiles
		default:
			s.Kind = KindTexts
		}
	case "boolean":
		s.Kind = KindYesNo
	case "integer":
		s.Kind = wholeKind(name)
	case "number":
		s.Kind = KindDecimal
	default:
		s.Kind = textKind(name, o.text("format"), s)
	}
	return s
}

func wholeKind(name string) FieldKind {
	if name == "fen" || strings.HasSuffix(name, "_fen") {
		return KindMoney
	}
	return KindWhole
}

func textKind(name, format string, s FormSchema) FieldKind {
	switch {
	case len(s.Options) > 0 || len(s.Groups) > 0:
		return KindChoice
	case format == "date":
		return KindDate
	case name == "visit_time":
		return KindTime
	case name == "signature":
		return KindSign
	case name == "attachment" || name == "proof":
		return KindFile
	case name == "text_sha256":
		return KindHidden
	case s.Longest >= 400:
		return KindArea
	}
	return KindText
}

// orderedObject is a JSON object whose properties keep their order, which is the order people are asked in.
type orderedObject []orderedProperty

type orderedProperty struct {
	name  string
	value json.RawMessage
}

// UnmarshalJSON reads an object.
func (o *orderedObject) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		text, ok := name.(string)
		if !ok {
			return fmt.Errorf("not an object")
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		*o = append(*o, orderedProperty{text, value})
	}
	return nil
}

func (o orderedObject) get(name string) (json.RawMessage, bool) {
	for _, p := range o {
		if p.name == name {
			return p.value, true
		}
	}
	return nil, false
}

func read[T any](o orderedObject, name string) (v T) {
	if raw, ok := o.get(name); ok {
		_ = json.Unmarshal(raw, &v) // of another type: as if it were not there
	}
	return v
}

func (o orderedObject) text(name string) string          { return read[string](o, name) }
func (o orderedObject) texts(name string) []string       { return read[[]string](o, name) }
func (o orderedObject) number(name string) float64       { return read[float64](o, name) }
func (o orderedObject) object(name string) orderedObject { return read[orderedObject](o, name) }

// SchemaOf reads a struct of nursery by its tags: json names a property, doc is its label, enum its choices.
func SchemaOf[T any]() FormSchema { return structShape("", reflect.TypeFor[T]()) }

func structShape(name string, t reflect.Type) FormSchema {
	s := FormSchema{Name: name, Kind: KindGroup}
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous {
			s.Fields = append(s.Fields, structShape("", f.Type).Fields...)
		} else if f.IsExported() {
			s.Fields = append(s.Fields, tagShape(f))
		}
	}
	return s
}

var (
	dateType   = reflect.TypeFor[nursery.Date]()
	momentType = reflect.TypeFor[time.Time]()
)

// required reports whether a property that must be there may not be blank either.
func required(tag reflect.StructTag) bool {
	least := tag.Get("minLength") + tag.Get("minItems")
	return least != "" && least != "0" || tag.Get("pattern") != "" || tag.Get("enum") != ""
}

func tagShape(f reflect.StructField) FormSchema {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	label, hint, _ := strings.Cut(f.Tag.Get("doc"), ": ")
	s := FormSchema{
		Name: name, Label: label, Hint: hint, Least: f.Tag.Get("minimum"), Most: f.Tag.Get("maximum"),
		Required: required(f.Tag) && !strings.Contains(options, "omit"),
	}
	s.Longest, _ = strconv.Atoi(f.Tag.Get("maxLength")) // no tag: no bound
	if words := f.Tag.Get("enum"); words != "" {
		for word := range strings.SplitSeq(words, ",") {
			s.Options = append(s.Options, Option{word, WordFor(name, word)})
		}
	}
	t, optional := f.Type, f.Type.Kind() == reflect.Pointer
	if optional {
		t = t.Elem()
	}
	switch {
	case t == dateType:
		s.Kind = KindDate
	case t == momentType:
		s.Kind = KindMoment
	case t.Kind() == reflect.Struct:
		s.Kind, s.Fields = KindGroup, structShape(name, t).Fields
		for i := range s.Fields { // of a group that may be left out
			s.Fields[i].Required = s.Fields[i].Required && !optional
		}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		s.Kind, s.Fields = KindList, structShape(name, t.Elem()).Fields
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Int:
		s.Kind = KindWholes
	case t.Kind() == reflect.Slice && len(s.Options) > 0:
		s.Kind = KindChoices
	case t.Kind() == reflect.Slice:
		s.Kind = KindFiles
	case t.Kind() == reflect.Bool:
		s.Kind = KindYesNo
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		s.Kind = wholeKind(name)
	case t.Kind() == reflect.Float64:
		s.Kind = KindDecimal
	default:
		s.Kind = textKind(name, "", s)
	}
	if s.hintIsOptions() {
		s.Hint = ""
	}
	return s
}

// hintIsOptions reports whether the hint of a choice names nothing but its options, which are shown below it.
func (s FormSchema) hintIsOptions() bool {
	if s.Hint == "" || len(s.Options) == 0 {
		return false
	}
	for word := range strings.SplitSeq(s.Hint, "、") {
		if !slices.ContainsFunc(s.Options, func(o Option) bool { return strings.HasPrefix(o.Label, word) || strings.HasSuffix(o.Label, word) }) {
			return false
		}
	}
	return true
}
