package policies

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"

	"tuoyu/nursery"
)

var (
	keyAsOf   = ast.StringTerm("as_of")
	keyCounty = ast.StringTerm("county")

	dateType   = reflect.TypeFor[nursery.Date]()
	numberType = reflect.TypeFor[json.Number]()
	jsonType   = reflect.TypeFor[json.Marshaler]()
	textType   = reflect.TypeFor[encoding.TextMarshaler]()
)

// toObject converts facts to the value that rules read, in one walk and without intermediate JSON text. Names and
// omissions are those of encoding/json; missing facts are omitted, and so is what want does not include.
func toObject(facts any, want reads) (ast.Object, error) {
	v := reflect.ValueOf(facts)
	if !v.IsValid() {
		return nil, errors.New("got nil, want an object")
	}
	term, err := encoderOf(v.Type())(&walk{}, v, want)
	if err != nil {
		return nil, err
	}
	if term == nil {
		return nil, fmt.Errorf("got an empty %T, want an object", facts)
	}
	object, ok := term.Value.(ast.Object)
	if !ok {
		return nil, fmt.Errorf("got %T, want an object", facts)
	}
	return object, nil
}

// encoder converts a Go value into a term, or nil if it is a missing fact: nil, "", a zero date.
type encoder func(*walk, reflect.Value, reads) (*ast.Term, error)

var encoders sync.Map // reflect.Type → encoder

// walk allocates in blocks what one conversion needs, since a filing has hundreds of values and each is small.
type walk struct {
	terms []ast.Term
	pairs [][2]*ast.Term
	items []*ast.Term
}

const termBlock = 64

func (w *walk) term(v ast.Value) *ast.Term {
	if len(w.terms) == 0 {
		w.terms = make([]ast.Term, termBlock)
	}
	t := &w.terms[0]
	w.terms = w.terms[1:]
	t.Value = v
	return t
}

func encoderOf(t reflect.Type) encoder {
	if known, ok := encoders.Load(t); ok {
		return known.(encoder)
	}
	// A recursive type finds this stand-in while its own encoder is being built.
	var made encoder
	var ready sync.WaitGroup
	ready.Add(1)
	standIn := encoder(func(w *walk, v reflect.Value, want reads) (*ast.Term, error) {
		ready.Wait()
		return made(w, v, want)
	})
	if known, loaded := encoders.LoadOrStore(t, standIn); loaded {
		return known.(encoder)
	}
	made = newEncoder(t)
	ready.Done()
	encoders.Store(t, made)
	return made
}

func newEncoder(t reflect.Type) encoder {
	switch {
	case t == dateType:
		return encodeDate
	case t == numberType:
		return func(w *walk, v reflect.Value, _ reads) (*ast.Term, error) { return w.term(ast.Number(v.String())), nil }
	case t.Kind() == reflect.Pointer:
		return pointerEncoder(t)
	case t.Kind() == reflect.Interface:
		return encodeInterface
	case t.Implements(jsonType):
		return encodeJSON
	case t.Implements(textType):
		return encodeText
	}
	switch t.Kind() {
	case reflect.String:
		return encodeString
	case reflect.Bool:
		return func(_ *walk, v reflect.Value, _ reads) (*ast.Term, error) { return ast.InternedTerm(v.Bool()), nil }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(_ *walk, v reflect.Value, _ reads) (*ast.Term, error) { return ast.InternedTerm(v.Int()), nil }
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(_ *walk, v reflect.Value, _ reads) (*ast.Term, error) { return ast.InternedTerm(v.Uint()), nil }
	case reflect.Float32, reflect.Float64:
		return encodeFloat
	case reflect.Struct:
		return structEncoder(t)
	case reflect.Slice, reflect.Array:
		return listEncoder(t)
	case reflect.Map:
		return mapEncoder(t)
	default:
		return func(*walk, reflect.Value, reads) (*ast.Term, error) {
			return nil, fmt.Errorf("a rule cannot read a %s", t)
		}
	}
}

func encodeString(w *walk, v reflect.Value, _ reads) (*ast.Term, error) {
	if v.Len() == 0 {
		return nil, nil
	}
	return w.term(ast.String(v.String())), nil
}

func encodeFloat(w *walk, v reflect.Value, _ reads) (*ast.Term, error) {
	f := v.Float()
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return nil, fmt.Errorf("%v is no number a rule can read", f)
	case f == math.Trunc(f) && math.Abs(f) < 1<<31:
		return ast.InternedTerm(int(f)), nil
	}
	return w.term(ast.Number(strconv.FormatFloat(f, 'f', -1, 64))), nil
}

// encodeDate formats 2006-01-02 without the cost of formatting verbs: a filing has five dozen dates.
func encodeDate(w *walk, v reflect.Value, _ reads) (*ast.Term, error) {
	year, month, day := v.Field(0).Int(), v.Field(1).Int(), v.Field(2).Int()
	if year|month|day == 0 {
		return nil, nil
	}
	if d := (nursery.Date{Year: int(year), Month: time.Month(month), Day: int(day)}); !d.Valid() {
		return nil, fmt.Errorf("%s is no day of the calendar", d)
	}
	digit := func(n int64) byte { return byte('0' + n%10) }
	text := [10]byte{
		digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), '-',
		digit(month / 10), digit(month), '-', digit(day / 10), digit(day),
	}
	return w.term(ast.String(text[:])), nil
}

func encodeInterface(w *walk, v reflect.Value, want reads) (*ast.Term, error) {
	if v.IsNil() {
		return nil, nil
	}
	return encoderOf(v.Elem().Type())(w, v.Elem(), want)
}

func encodeText(w *walk, v reflect.Value, _ reads) (*ast.Term, error) {
	b, err := v.Interface().(encoding.TextMarshaler).MarshalText()
	if err != nil || len(b) == 0 {
		return nil, err
	}
	return w.term(ast.String(b)), nil
}

func encodeJSON(w *walk, v reflect.Value, want reads) (*ast.Term, error) {
	b, err := v.Interface().(json.Marshaler).MarshalJSON()
	if err != nil {
		return nil, err
	}
	var x any
	if err := util.UnmarshalJSON(b, &x); err != nil {
		return nil, err
	}
	if x == nil {
		return nil, nil
	}
	return encoderOf(reflect.TypeOf(x))(w, reflect.ValueOf(x), want)
}

func pointerEncoder(t reflect.Type) encoder {
	encode := encoderOf(t.Elem())
	return func(w *walk, v reflect.Value, want reads) (*ast.Term, error) {
		if v.IsNil() {
			return nil, nil
		}
		return encode(w, v.Elem(), want)
	}
}

func listEncoder(t reflect.Type) encoder {
	encode := encoderOf(t.Elem())
	return func(w *walk, v reflect.Value, want reads) (*ast.Term, error) {
		if v.Kind() == reflect.Slice && v.IsNil() {
			return nil, nil
		}
		start, element := len(w.items), want.element()
		for i := range v.Len() {
			term, err := encode(w, v.Index(i), element)
			if err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
			if term != nil {
				w.items = append(w.items, term)
			}
		}
		// The array retains the slice, so it needs one of its own.
		list := append([]*ast.Term(nil), w.items[start:]...)
		w.items = w.items[:start]
		return w.term(ast.NewArray(list...)), nil
	}
}

func mapEncoder(t reflect.Type) encoder {
	if t.Key().Kind() != reflect.String {
		return func(*walk, reflect.Value, reads) (*ast.Term, error) {
			return nil, fmt.Errorf("a rule cannot read a %s", t)
		}
	}
	encode := encoderOf(t.Elem())
	return func(w *walk, v reflect.Value, want reads) (*ast.Term, error) {
		if v.IsNil() {
			return nil, nil
		}
		start := len(w.pairs)
		for entries := v.MapRange(); entries.Next(); {
			below, ok := want.below(entries.Key().String())
			if !ok {
				continue
			}
			term, err := encode(w, entries.Value(), below)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", entries.Key(), err)
			}
			if term != nil {
				w.pairs = append(w.pairs, [2]*ast.Term{w.term(ast.String(entries.Key().String())), term})
			}
		}
		return w.object(start), nil
	}
}

// object returns an object of the pairs from start on, which NewObject copies.
func (w *walk) object(start int) *ast.Term {
	object := ast.NewObject(w.pairs[start:]...)
	w.pairs = w.pairs[:start]
	return w.term(object)
}

type fieldPlan struct {
	index    []int
	key      *ast.Term
	name     string
	dropZero bool
	encode   encoder
}

func (f *fieldPlan) value(v reflect.Value) (reflect.Value, bool) {
	if len(f.index) == 1 {
		return v.Field(f.index[0]), true
	}
	value, err := v.FieldByIndexErr(f.index) // the error is a nil embedded pointer: a missing fact
	return value, err == nil
}

func structEncoder(t reflect.Type) encoder {
	var fields []fieldPlan
	for _, f := range jsonFields(t) {
		plan := fieldPlan{index: f.index, name: f.name, key: ast.StringTerm(f.name), dropZero: f.dropZero, encode: encoderOf(f.typ)}
		if f.enum != "" && f.typ.Kind() == reflect.String {
			plan.encode = enumEncoder(strings.Split(f.enum, ","))
		}
		fields = append(fields, plan)
	}
	return func(w *walk, v reflect.Value, want reads) (*ast.Term, error) {
		start := len(w.pairs)
		for i := range fields {
			f := &fields[i]
			below, wanted := want.below(f.name)
			if !wanted {
				continue
			}
			value, ok := f.value(v)
			if !ok || f.dropZero && isZero(value) {
				continue
			}
			term, err := f.encode(w, value, below)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.name, err)
			}
			if term != nil {
				w.pairs = append(w.pairs, [2]*ast.Term{f.key, term})
			}
		}
		return w.object(start), nil
	}
}

// enumEncoder shares one term for each value listed in the field's enum tag.
func enumEncoder(values []string) encoder {
	terms := make(map[string]*ast.Term, len(values))
	for _, value := range values {
		terms[value] = ast.StringTerm(value)
	}
	return func(w *walk, v reflect.Value, _ reads) (*ast.Term, error) {
		if term, ok := terms[v.String()]; ok {
			return term, nil
		}
		return encodeString(w, v, nil)
	}
}

func isZero(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.String:
		return v.Len() == 0
	}
	return v.IsZero()
}

type jsonField struct {
	index    []int
	name     string
	dropZero bool
	enum     string
	typ      reflect.Type
}

// jsonFields lists the fields of a struct under the names used by encoding/json.
func jsonFields(t reflect.Type) []jsonField {
	var fields []jsonField
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || name == "-" || f.Anonymous && name == "":
			continue
		case name == "":
			name = f.Name
		}
		fields = append(fields, jsonField{
			index: f.Index, name: name, typ: f.Type, enum: f.Tag.Get("enum"),
			dropZero: strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero"),
		})
	}
	return fields
}
