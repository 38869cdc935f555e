package casework

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"tuoyu/limits"
	"tuoyu/nursery"
	"tuoyu/store"
)

// FaultsError returns invalid with every fault as a field; nil if there is none.
func FaultsError(faults []nursery.Fault) error {
	if len(faults) == 0 {
		return nil
	}
	fields := make([]FieldError, len(faults))
	for i, f := range faults {
		fields[i] = FieldError{Location: f.Location, Message: f.Message}
	}
	return NewError(CodeInvalid, fmt.Sprintf("有 %d 处填写有误，请逐项更正。", len(fields)), fields...)
}

// Checker collects validation errors, the first one of each location.
type Checker struct {
	Under  string // location of the checked value in the body
	Fields []FieldError
}

// Add records an error at a location below Under, unless the location has one.
func (c *Checker) Add(location, message string) {
	f := FieldError{Location: c.Under + location, Message: message}
	if !slices.ContainsFunc(c.Fields, func(g FieldError) bool { return g.Location == f.Location }) {
		c.Fields = append(c.Fields, f)
	}
}

// Err returns an error with every validation error; nil if there is none.
func (c *Checker) Err() error {
	if len(c.Fields) == 0 {
		return nil
	}
	return NewError(CodeInvalid, fmt.Sprintf("有 %d 处填写有误，请逐项更正。", len(c.Fields)), c.Fields...)
}

// Invalid records err at the location; nil records nothing.
func (c *Checker) Invalid(location string, err error) {
	if err != nil {
		f := FieldOf(location, err)
		c.Add(location, f.Message)
	}
}

// Division records an error unless the codes are those of a county of the city and of a township in it, which may be empty.
func (c *Checker) Division(location, county, township string) {
	d, ok := nursery.DivisionByCode(county)
	if !ok || d.Level != nursery.LevelCounty {
		c.Add(location, "请选择长治市的县区")
		return
	}
	if township == "" {
		return
	}
	of, ok := nursery.CountyOf(township)
	if _, known := nursery.DivisionByCode(township); !known || !ok || of.Code != county {
		c.Add("/institution/township", "该乡镇（街道）不在所选县区")
	}
}

// Unique records an error for each of the n names that an element before has too, or that cannot be part of a pointer.
func (c *Checker) Unique(location, what string, n int, id func(int) string) {
	seen := make(map[string]bool, n)
	for i := range n {
		switch key := id(i); {
		case key == "": // its own limits reject it
		case strings.ContainsAny(key, "/~"):
			c.Add(fmt.Sprintf("%s/%d", location, i), what+"不能含 / 和 ~")
		case seen[key]:
			c.Add(fmt.Sprintf("%s/%d", location, i), what+"重复")
		default:
			seen[key] = true
		}
	}
}

// NoAttachment is the error of a reference to a file that was not uploaded for the institution.
const NoAttachment = "附件不存在，请重新上传"

// Uploaded reports which of the attachments were uploaded for the institution and belong to no child.
func Uploaded(ctx context.Context, q *store.Queries, ids []string, county, institution string) (map[string]bool, error) {
	have := map[string]bool{}
	if len(ids) == 0 {
		return have, nil
	}
	known, err := q.AttachmentsKnown(ctx, store.AttachmentsKnownParams{Ids: ids, County: county, Institution: institution})
	if err != nil {
		return nil, err
	}
	for _, id := range known {
		have[id] = true
	}
	return have, nil
}

// Limits validates a value against the limits in the tags of its fields (enum, minimum, maximum, minLength, maxLength,
// maxItems, pattern), the same that the API documents, and rejects text that can be neither stored nor printed. A nil
// pointer and an empty optional text are missing facts, which are left to the rules.
func (c *Checker) Limits(v any) {
	w := limitsWalk{Checker: c}
	w.walk(reflect.ValueOf(v), &unbounded)
}

// limitsWalk is a walk over a value. at is the location of the current part, shared by all of them, since an application
// has hundreds and hardly any has an error.
type limitsWalk struct {
	*Checker
	at []byte
}

func (w *limitsWalk) walk(v reflect.Value, b *bounds) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			w.walk(v.Elem(), b)
		}
	case reflect.Struct:
		for _, f := range limitedFields(v.Type()) {
			if part := v.Field(f.index); !f.omitted || !part.IsZero() {
				w.part(f.location, part, &f.bounds)
			}
		}
	case reflect.Slice:
		if v.Len() > b.maxItems {
			w.wrong(fmt.Sprintf("不能超过 %d 项", b.maxItems))
			return
		}
		if v.Type().Elem().Kind() == reflect.Uint8 { // JSON that is decoded later, or content
			return
		}
		for i := range v.Len() {
			w.part("/"+strconv.Itoa(i), v.Index(i), b)
		}
	case reflect.String:
		w.text(v.String(), b)
	case reflect.Int, reflect.Int64:
		w.number(float64(v.Int()), b)
	case reflect.Float64:
		w.number(v.Float(), b)
	}
}

// part walks a part at a location below the current one.
func (w *limitsWalk) part(location string, v reflect.Value, b *bounds) {
	length := len(w.at)
	w.at = append(w.at, location...)
	w.walk(v, b)
	w.at = w.at[:length]
}

func (w *limitsWalk) wrong(message string) { w.Add(string(w.at), message) }

func (w *limitsWalk) text(s string, b *bounds) {
	switch length := utf8.RuneCountInString(s); {
	case !Printable(s):
		w.wrong(unprintableText)
	case length < b.minLength:
		w.wrong(fmt.Sprintf("不能少于 %d 个字符", b.minLength))
	case length > b.maxLength:
		w.wrong(fmt.Sprintf("不能超过 %d 个字符", b.maxLength))
	case s == "": // missing: a draft may omit what a case needs
	case b.choices != nil && !slices.Contains(b.choices, s):
		w.wrong("不在可选值之内")
	case b.pattern != nil && !b.pattern.MatchString(s):
		w.wrong("格式不对")
	}
}

func (w *limitsWalk) number(n float64, b *bounds) {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		w.wrong("不是数字")
	} else if n < b.minimum || n > b.maximum {
		w.wrong(fmt.Sprintf("应在 %s 至 %s 之间", b.tag.Get("minimum"), b.tag.Get("maximum")))
	}
}

// bounds are the limits in the tag of a field.
type bounds struct {
	tag                            reflect.StructTag
	minLength, maxLength, maxItems int
	minimum, maximum               float64
	choices                        []string
	pattern                        *regexp.Regexp
}

var unbounded = boundsOf("")

func boundsOf(tag reflect.StructTag) bounds {
	number := func(name string, otherwise float64) float64 {
		if value, err := strconv.ParseFloat(tag.Get(name), 64); err == nil {
			return value
		}
		return otherwise
	}
	b := bounds{
		tag: tag, minLength: int(number("minLength", 0)), maxLength: int(number("maxLength", math.MaxInt32)), maxItems: int(number("maxItems", math.MaxInt32)),
		minimum: number("minimum", math.Inf(-1)), maximum: number("maximum", math.Inf(1)),
	}
	if choices := tag.Get("enum"); choices != "" {
		b.choices = strings.Split(choices, ",")
	}
	if pattern := tag.Get("pattern"); pattern != "" {
		b.pattern = regexp.MustCompile(pattern)
	}
	return b
}

// limitedField is a field of a struct that JSON has.
type limitedField struct {
	index    int
	location string // the name in JSON, after a slash
	omitted  bool   // when it is zero
	bounds   bounds
}

var limitedFieldsOf sync.Map // []limitedField by reflect.Type; its size is that of the program's types

// limitedFields returns the fields of a struct that limits apply to, whose tags are read once.
func limitedFields(t reflect.Type) []limitedField {
	if known, ok := limitedFieldsOf.Load(t); ok {
		return known.([]limitedField)
	}
	fields := []limitedField{}
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.IsExported() && name != "" && name != "-" {
			fields = append(fields, limitedField{i, "/" + name, strings.Contains(options, "omit"), boundsOf(field.Tag)})
		}
	}
	known, _ := limitedFieldsOf.LoadOrStore(t, fields)
	return known.([]limitedField)
}

const unprintableText = "含有不能显示的字符"

// Printable reports whether Postgres can store and documents can show the text.
func Printable(s string) bool { return limits.Storable(s) }

// CheckText validates free text of at most most characters; it returns nil if it is valid.
func CheckText(location, text string, most int) *FieldError {
	switch {
	case !Printable(text):
		return &FieldError{Location: location, Message: unprintableText}
	case utf8.RuneCountInString(text) > most:
		return &FieldError{Location: location, Message: fmt.Sprintf("不能超过 %d 个字符", most)}
	}
	return nil
}

// NeedText is like CheckText for required text.
func NeedText(location, text string, most int) *FieldError {
	if strings.TrimSpace(text) == "" {
		return &FieldError{Location: location, Message: "必填"}
	}
	return CheckText(location, text, most)
}
