package policies

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

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

// An encoder turns one Go value into a term, or nil when it is a fact not given: nil, "", a zero date.
type encoder func(reflect.Value) (*ast.Term, error)

var encoders sync.Map // reflect.Type → encoder

// toObject turns facts into the value rules read, in one walk and without JSON text in between. Names and
// omissions are those of encoding/json; facts not given are left out.
func toObject(facts any) (ast.Object, error) {
	v := reflect.ValueOf(facts)
	if !v.IsValid() {
		return nil, errors.New("got nil, want an object")
	}
	term, err := encoderOf(v.Type())(v)
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

func encoderOf(t reflect.Type) encoder {
	if known, ok := encoders.Load(t); ok {
		return known.(encoder)
	}
	// A type that contains itself finds this stand-in while its own encoder is being made.
	var made encoder
	var ready sync.WaitGroup
	ready.Add(1)
	standIn := encoder(func(v reflect.Value) (*ast.Term, error) {
		ready.Wait()
		return made(v)
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
		return func(v reflect.Value) (*ast.Term, error) { return ast.NumberTerm(json.Number(v.String())), nil }
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface:
		return encodeElem
	case t.Implements(jsonType):
		return encodeJSON
	case t.Implements(textType):
		return encodeText
	}
	switch t.Kind() {
	case reflect.String:
		return encodeString
	case reflect.Bool:
		return func(v reflect.Value) (*ast.Term, error) { return ast.InternedTerm(v.Bool()), nil }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(v reflect.Value) (*ast.Term, error) { return ast.InternedTerm(v.Int()), nil }
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(v reflect.Value) (*ast.Term, error) {
			return ast.NumberTerm(json.Number(strconv.FormatUint(v.Uint(), 10))), nil
		}
	case reflect.Float32, reflect.Float64:
		return func(v reflect.Value) (*ast.Term, error) { return ast.FloatNumberTerm(v.Float()), nil }
	case reflect.Struct:
		return structEncoder(t)
	case reflect.Slice, reflect.Array:
		return encodeList
	case reflect.Map:
		return encodeMap
	default:
		return func(reflect.Value) (*ast.Term, error) { return nil, fmt.Errorf("a rule cannot read a %s", t) }
	}
}

func encodeString(v reflect.Value) (*ast.Term, error) {
	if v.Len() == 0 {
		return nil, nil
	}
	return ast.StringTerm(v.String()), nil
}

func encodeDate(v reflect.Value) (*ast.Term, error) {
	d := v.Interface().(nursery.Date)
	if d.IsZero() {
		return nil, nil
	}
	return ast.StringTerm(d.String()), nil
}

func encodeElem(v reflect.Value) (*ast.Term, error) {
	if v.IsNil() {
		return nil, nil
	}
	return encoderOf(v.Elem().Type())(v.Elem())
}

func encodeText(v reflect.Value) (*ast.Term, error) {
	b, err := v.Interface().(encoding.TextMarshaler).MarshalText()
	if err != nil || len(b) == 0 {
		return nil, err
	}
	return ast.StringTerm(string(b)), nil
}

func encodeJSON(v reflect.Value) (*ast.Term, error) {
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
	return encoderOf(reflect.TypeOf(x))(reflect.ValueOf(x))
}

func encodeList(v reflect.Value) (*ast.Term, error) {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return nil, nil
	}
	encode := encoderOf(v.Type().Elem())
	terms := make([]*ast.Term, 0, v.Len())
	for i := range v.Len() {
		term, err := encode(v.Index(i))
		if err != nil {
			return nil, fmt.Errorf("%d: %w", i, err)
		}
		if term != nil {
			terms = append(terms, term)
		}
	}
	return ast.ArrayTerm(terms...), nil
}

func encodeMap(v reflect.Value) (*ast.Term, error) {
	if v.IsNil() {
		return nil, nil
	}
	if v.Type().Key().Kind() != reflect.String {
		return nil, fmt.Errorf("a rule cannot read a %s", v.Type())
	}
	encode := encoderOf(v.Type().Elem())
	object := ast.NewObjectWithCapacity(v.Len())
	for entries := v.MapRange(); entries.Next(); {
		term, err := encode(entries.Value())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entries.Key(), err)
		}
		if term != nil {
			object.Insert(ast.StringTerm(entries.Key().String()), term)
		}
	}
	return ast.NewTerm(object), nil
}

type fieldPlan struct {
	index    []int
	key      *ast.Term
	name     string
	dropZero bool
	encode   encoder
}

func structEncoder(t reflect.Type) encoder {
	var fields []fieldPlan
	for _, f := range jsonFields(t) {
		fields = append(fields, fieldPlan{
			index: f.index, name: f.name, key: ast.StringTerm(f.name), dropZero: f.dropZero, encode: encoderOf(f.typ),
		})
	}
	return func(v reflect.Value) (*ast.Term, error) {
		object := ast.NewObjectWithCapacity(len(fields))
		for i := range fields {
			f := &fields[i]
			value, err := v.FieldByIndexErr(f.index)
			if err != nil || f.dropZero && (value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0) {
				continue
			}
			term, err := f.encode(value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.name, err)
			}
			if term != nil {
				object.Insert(f.key, term)
			}
		}
		return ast.NewTerm(object), nil
	}
}

type jsonField struct {
	index    []int
	name     string
	dropZero bool
	typ      reflect.Type
}

// jsonFields lists the fields of a struct under the names encoding/json writes.
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
			index: f.Index, name: name, typ: f.Type,
			dropZero: strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero"),
		})
	}
	return fields
}
