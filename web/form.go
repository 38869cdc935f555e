package web

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

// fieldKind is how a value is asked for.
type fieldKind string

const (
	kindText    fieldKind = "text"
	kindArea    fieldKind = "area"
	kindWhole   fieldKind = "whole"
	kindDecimal fieldKind = "decimal"
	kindMoney   fieldKind = "money" // entered in yuan, stored in fen
	kindDate    fieldKind = "date"
	kindTime    fieldKind = "time"
	kindMoment  fieldKind = "moment" // a day and a time in Shanghai
	kindYesNo   fieldKind = "yesno"  // neither is an answer too: not given
	kindChoice  fieldKind = "choice"
	kindChoices fieldKind = "choices"
	kindFile    fieldKind = "file"
	kindFiles   fieldKind = "files"
	kindSign    fieldKind = "sign"   // a picture of a signature, drawn on the page
	kindWholes  fieldKind = "wholes" // atoiOrZero numbers by comma
	kindTexts   fieldKind = "texts"  // words by comma
	kindGroup   fieldKind = "group"
	kindList    fieldKind = "list"
	kindHidden  fieldKind = "hidden"
)

// formSchema is a form schema: the JSON value that a form produces, with the labels of its fields.
type formSchema struct {
	Name     string // of the property
	Kind     fieldKind
	Label    string
	Hint     string
	Options  []option
	Groups   []optionGroup // of a choice among many
	Required bool
	Least    string
	Most     string
	Longest  int
	Fields   []formSchema // of a group, or of each item of a list
}

type option struct{ Value, Label string }

// optionGroup is a heading with the options below it.
type optionGroup struct {
	Label   string
	Options []option
}

// field finds a property of a group.
func (s formSchema) field(name string) (formSchema, bool) {
	i := slices.IndexFunc(s.Fields, func(f formSchema) bool { return f.Name == name })
	if i < 0 {
		return formSchema{}, false
	}
	return s.Fields[i], true
}

// choosing has a property answered by choice: one of the options, or any of them where it is a list.
func (s formSchema) choosing(name string, options []option) formSchema {
	return s.inside(name, func(f formSchema) formSchema {
		f.Options = options
		if f.Kind == kindFiles || f.Kind == kindChoices {
			f.Kind = kindChoices
		} else {
			f.Kind = kindChoice
		}
		return f
	})
}

// inside changes what the items of a list, or the fields of a group, ask for.
func (s formSchema) inside(name string, change func(formSchema) formSchema) formSchema {
	s.Fields = slices.Clone(s.Fields)
	for i, f := range s.Fields {
		if f.Name == name {
			s.Fields[i] = change(f)
		}
	}
	return s
}

// filing has a property answered with a file.
func (s formSchema) filing(name string) formSchema {
	return s.inside(name, func(f formSchema) formSchema { f.Kind = kindFile; return f })
}

// wording has a property answered with words that are set apart by commas.
func (s formSchema) wording(name string) formSchema {
	return s.inside(name, func(f formSchema) formSchema { f.Kind = kindTexts; return f })
}

// without leaves out a property.
func (s formSchema) without(name string) formSchema {
	s.Fields = slices.DeleteFunc(slices.Clone(s.Fields), func(f formSchema) bool { return f.Name == name })
	return s
}

// only keeps some properties of a group, in the order given.
func (s formSchema) only(names ...string) formSchema {
	kept := s
	kept.Fields = nil
	for _, name := range names {
		if f, ok := s.field(name); ok {
			kept.Fields = append(kept.Fields, f)
		}
	}
	return kept
}

// shapeOfSchema reads a JSON Schema of the sort casework's forms are: an object of plain values, lists and objects.
func shapeOfSchema(raw json.RawMessage) (formSchema, error) {
	var o orderedObject
	if err := json.Unmarshal(raw, &o); err != nil {
		return formSchema{}, fmt.Errorf("read form: %w", err)
	}
	return schemaShape("", o), nil
}

func schemaShape(name string, o orderedObject) formSchema {
	s := formSchema{Name: name, Label: o.text("title"), Longest: int(o.number("maxLength"))}
	for _, word := range o.texts("enum") {
		s.Options = append(s.Options, option{word, wordFor(name, word)})
	}
	if _, ok := o.get("minimum"); ok {
		s.Least = strconv.FormatFloat(o.number("minimum"), 'f', -1, 64)
	}
	if _, ok := o.get("maximum"); ok {
		s.Most = strconv.FormatFloat(o.number("maximum"), 'f', -1, 64)
	}
	switch o.text("type") {
	case "object":
		s.Kind = kindGroup
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
		case items.Kind == kindGroup:
			s.Kind, s.Fields = kindList, items.Fields
		case len(items.Options) > 0:
			s.Kind, s.Options = kindChoices, items.Options
		default:
			s.Kind = kindFiles
		}
	case "boolean":
		s.Kind = kindYesNo
	case "integer":
		s.Kind = wholeKind(name)
	case "number":
		s.Kind = kindDecimal
	default:
		s.Kind = textKind(name, o.text("format"), s)
	}
	return s
}

func wholeKind(name string) fieldKind {
	if name == "fen" || strings.HasSuffix(name, "_fen") {
		return kindMoney
	}
	return kindWhole
}

func textKind(name, format string, s formSchema) fieldKind {
	switch {
	case len(s.Options) > 0:
		return kindChoice
	case format == "date":
		return kindDate
	case name == "visit_time":
		return kindTime
	case name == "signature":
		return kindSign
	case name == "attachment" || name == "proof":
		return kindFile
	case name == "text_sha256":
		return kindHidden
	case s.Longest >= 400:
		return kindArea
	}
	return kindText
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

// shapeOf reads a struct of nursery by its tags: json names a property, doc is its label, enum its choices.
func shapeOf[T any]() formSchema { return structShape("", reflect.TypeFor[T]()) }

func structShape(name string, t reflect.Type) formSchema {
	s := formSchema{Name: name, Kind: kindGroup}
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

func tagShape(f reflect.StructField) formSchema {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	label, hint, _ := strings.Cut(f.Tag.Get("doc"), ": ")
	s := formSchema{
		Name: name, Label: label, Hint: hint, Least: f.Tag.Get("minimum"), Most: f.Tag.Get("maximum"),
		Required: required(f.Tag) && !strings.Contains(options, "omit"),
	}
	s.Longest, _ = strconv.Atoi(f.Tag.Get("maxLength")) // no tag: no bound
	if words := f.Tag.Get("enum"); words != "" {
		for word := range strings.SplitSeq(words, ",") {
			s.Options = append(s.Options, option{word, wordFor(name, word)})
		}
	}
	t, optional := f.Type, f.Type.Kind() == reflect.Pointer
	if optional {
		t = t.Elem()
	}
	switch {
	case t == dateType:
		s.Kind = kindDate
	case t == momentType:
		s.Kind = kindMoment
	case t.Kind() == reflect.Struct:
		s.Kind, s.Fields = kindGroup, structShape(name, t).Fields
		for i := range s.Fields { // of a group that may be left out
			s.Fields[i].Required = s.Fields[i].Required && !optional
		}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		s.Kind, s.Fields = kindList, structShape(name, t.Elem()).Fields
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Int:
		s.Kind = kindWholes
	case t.Kind() == reflect.Slice && len(s.Options) > 0:
		s.Kind = kindChoices
	case t.Kind() == reflect.Slice:
		s.Kind = kindFiles
	case t.Kind() == reflect.Bool:
		s.Kind = kindYesNo
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		s.Kind = wholeKind(name)
	case t.Kind() == reflect.Float64:
		s.Kind = kindDecimal
	default:
		s.Kind = textKind(name, "", s)
	}
	return s
}
