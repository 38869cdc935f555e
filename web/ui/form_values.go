package ui

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// BoundForm is a form on a page: its schema, the values entered so far, and the errors. The name of a value in the form is
// its JSON Pointer.
type BoundForm struct {
	Shape    FormSchema
	Values   url.Values
	Faults   []casework.FieldError
	Kept     string                    // ID of the saved form that is shown again after its session had ended
	Files    map[string]string         // names of the stored files, by attachment ID
	Open     func(pointer string) bool // what may be changed or is an ancestor of it; nil: everything
	Whole    func(pointer string) bool // what may be changed with everything below; nil: as Open
	Fresh    string                    // the row that was just added
	Part     string                    // the part of the page that a script replaces when a row is added or removed; empty: the form
	To       casework.Upload           // whose files are uploaded
	Unmarked bool                      // optional fields are not marked, because rules decide what may be left out
	Items    map[string]string         // titles of rows that have one of their own, by their pointer
}

// OmitUnlessRefused omits a field for an explanation that is rarely needed, unless it is filled in or an error
// requests it.
func (a *BoundForm) OmitUnlessRefused(name string) {
	at := "/" + name
	if a.Values.Get(at) == "" && !slices.ContainsFunc(a.Faults, func(f casework.FieldError) bool { return f.Location == at }) {
		a.Shape = a.Shape.Without(name)
	}
}

// FormOf returns a form for an existing value.
func FormOf(s FormSchema, value any) BoundForm {
	a := BoundForm{Shape: s, Values: url.Values{}}
	raw, err := json.Marshal(value)
	if err != nil {
		return a
	}
	var v any
	if json.Unmarshal(raw, &v) == nil {
		flatten(s, "", v, a.Values)
	}
	return a
}

// flatten flattens a JSON value into the values of a form.
func flatten(s FormSchema, at string, v any, into url.Values) {
	switch s.Kind {
	case KindGroup:
		if object, ok := v.(map[string]any); ok {
			for _, f := range s.Fields {
				flatten(f, at+"/"+f.Name, object[f.Name], into)
			}
		}
	case KindList:
		items, _ := v.([]any)
		for i, item := range items {
			flatten(FormSchema{Kind: KindGroup, Fields: s.Fields}, fmt.Sprintf("%s/%d", at, i), item, into)
			into.Add(at+"/_rows", strconv.Itoa(i))
		}
	case KindChoices, KindFiles:
		items, _ := v.([]any)
		for _, item := range items {
			into.Add(at, fmt.Sprint(item))
		}
	case KindWholes, KindTexts:
		items, _ := v.([]any)
		words := make([]string, len(items))
		for i, item := range items {
			words[i] = fmt.Sprint(item)
		}
		into.Set(at, strings.Join(words, "，"))
	case KindMoney:
		if fen, ok := v.(float64); ok {
			into.Set(at, Yuan(int64(fen)))
		}
	default:
		switch v := v.(type) {
		case nil:
		case float64:
			into.Set(at, strconv.FormatFloat(v, 'f', -1, 64))
		default:
			into.Set(at, fmt.Sprint(v))
		}
	}
}

// Yuan formats fen as yuan, without a fraction if it is zero.
func Yuan(fen int64) string {
	if fen < 0 {
		return "-" + Yuan(-fen)
	}
	if fen%100 == 0 {
		return strconv.FormatInt(fen/100, 10)
	}
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}

// Rows returns the numbers of a list's rows in the order of the form.
func Rows(values url.Values, at string) []int {
	var numbers []int
	for _, text := range values[at+"/_rows"] {
		if n, err := strconv.Atoi(text); err == nil && n >= 0 && n < 1000 && !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// exact reports whether every JSON library represents n exactly.
func exact(n int64) bool { return n >= -1<<53 && n <= 1<<53 }

// Entered returns the values that were entered, without what the page adds to the form.
func (a *BoundForm) Entered() url.Values {
	entered := url.Values{}
	for name, values := range a.Values {
		if strings.HasPrefix(name, "/") {
			entered[name] = values
		}
	}
	return entered
}

// Blank removes the values at the places of faults and below, and reports whether there were any.
func (a *BoundForm) Blank(faults []casework.FieldError) bool {
	before := len(a.Values)
	for name := range a.Values {
		if slices.ContainsFunc(faults, func(f casework.FieldError) bool { _, in := Below(f.Location, name); return in && f.Location != "" }) {
			delete(a.Values, name)
		}
	}
	return len(a.Values) < before
}

// Decode decodes the form's values into a JSON value of its schema. Values that cannot be decoded are faults at their
// pointers; blank fields and blank rows are omitted.
func (a *BoundForm) Decode() any {
	a.Faults = nil
	v := a.value(a.Shape, "")
	if v == nil {
		return map[string]any{}
	}
	return v
}

// AddFault adds an error at a pointer; an empty pointer is of the form as a whole.
func (a *BoundForm) AddFault(at, message string) {
	a.Faults = append(a.Faults, casework.FieldError{Location: at, Message: message})
}

func (a *BoundForm) value(s FormSchema, at string) any {
	text := tidy(s, a.Values.Get(at))
	switch s.Kind {
	case KindGroup:
		object := map[string]any{}
		for _, f := range s.Fields {
			if v := a.value(f, at+"/"+f.Name); v != nil {
				object[f.Name] = v
			}
		}
		if len(object) == 0 {
			return nil
		}
		return object
	case KindList:
		var items []any
		for _, n := range Rows(a.Values, at) {
			if v := a.value(FormSchema{Kind: KindGroup, Fields: s.Fields}, fmt.Sprintf("%s/%d", at, n)); v != nil {
				items = append(items, v)
			}
		}
		if items == nil {
			return nil
		}
		return items
	case KindChoices, KindFiles:
		var items []any
		for _, text := range a.Values[at] {
			if text != "" {
				items = append(items, text)
			}
		}
		if items == nil {
			return nil
		}
		return items
	}
	if text == "" {
		return nil
	}
	switch s.Kind {
	case KindWhole:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || !exact(n) {
			a.AddFault(at, "应为整数")
			return nil
		}
		return n
	case KindMoney:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.Abs(n*100-math.Round(n*100)) > 1e-6 || math.Abs(n) > 1e10 {
			a.AddFault(at, "应为金额，最多两位小数")
			return nil
		}
		return int64(math.Round(n * 100))
	case KindDecimal:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
			a.AddFault(at, "应为数字")
			return nil
		}
		return n
	case KindTexts:
		var items []any
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，、;；", r) }) {
			if word = strings.TrimSpace(word); word != "" {
				items = append(items, word)
			}
		}
		if items == nil {
			return nil
		}
		return items
	case KindWholes:
		var items []any
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,，、;；", r) }) {
			n, err := strconv.Atoi(word)
			if err != nil || !exact(int64(n)) {
				a.AddFault(at, "应为整数，多个以逗号分开")
				return nil
			}
			items = append(items, n)
		}
		if items == nil {
			return nil
		}
		return items
	case KindYesNo:
		return text == "true"
	case KindMoment:
		moment, err := time.ParseInLocation(momentForm, text, nursery.Shanghai)
		if err != nil {
			a.AddFault(at, "应为日期和时间")
			return nil
		}
		return moment.Format(time.RFC3339)
	}
	return text
}

// momentForm is the format in which a browser sends a day and a time.
const momentForm = "2006-01-02T15:04"

// Press applies the button that sent the form: it adds or removes a row, or removes a file. It reports whether one of those did, or whether a
// saved form is shown again, so that nothing is to be saved yet.
func (a *BoundForm) Press() bool {
	if a.Values.Get("_again") != "" { // a form whose session had ended is shown again
		return true
	}
	if at := a.Values.Get("_add"); at != "" {
		numbers := Rows(a.Values, at)
		next := 0
		if len(numbers) > 0 {
			next = slices.Max(numbers) + 1
		}
		a.Values.Add(at+"/_rows", strconv.Itoa(next))
		a.Fresh = fmt.Sprintf("%s/%d", at, next)
		return true
	}
	if at := a.Values.Get("_remove"); at != "" {
		list, n, ok := cutLast(at)
		if ok {
			kept := a.Values[list+"/_rows"]
			a.Values[list+"/_rows"] = slices.DeleteFunc(slices.Clone(kept), func(t string) bool { return t == n })
		} else if list, id, ok := strings.Cut(at, "="); ok { // a file
			a.Values[list] = slices.DeleteFunc(slices.Clone(a.Values[list]), func(t string) bool { return t == id })
		}
		return true
	}
	return false
}

func cutLast(pointer string) (list, n string, ok bool) {
	i := strings.LastIndexByte(pointer, '/')
	if i < 0 {
		return "", "", false
	}
	if _, err := strconv.Atoi(pointer[i+1:]); err != nil {
		return "", "", false
	}
	return pointer[:i], pointer[i+1:], true
}

// AddFaults assigns the validation errors of err to the fields of the form: pointers under prefix, the others as they
// are.
func (a *BoundForm) AddFaults(e *casework.Error, prefix string) {
	for _, f := range e.Fields {
		f.Location = a.PlaceOf(a.counted(strings.TrimPrefix(f.Location, prefix)))
		a.Faults = append(a.Faults, f)
	}
	if len(e.Fields) == 0 {
		a.Faults = append(a.Faults, casework.FieldError{Message: e.Message})
	}
}

// counted returns the place in the form of a pointer that counts the rows of lists as submitted, without the blank
// ones.
func (a BoundForm) counted(pointer string) string {
	s, at := a.Shape, ""
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		n, err := strconv.Atoi(step)
		if err != nil {
			s, _ = s.Field(step)
			at += "/" + step
			continue
		}
		if s.Kind != KindList {
			return pointer
		}
		s.Kind = KindGroup
		reading := BoundForm{Shape: a.Shape, Values: a.Values}
		sent := slices.DeleteFunc(Rows(a.Values, at), func(row int) bool { return reading.value(s, fmt.Sprintf("%s/%d", at, row)) == nil })
		if n >= len(sent) {
			return pointer
		}
		at += "/" + strconv.Itoa(sent[n])
	}
	return at
}

// eachField calls do with each field of s that has an input of its own, row by row, and with its place.
func eachField(s FormSchema, at string, values url.Values, do func(f FormSchema, at string)) {
	for _, f := range s.Fields {
		place := at + "/" + f.Name
		switch f.Kind {
		case KindGroup:
			eachField(f, place, values, do)
		case KindList:
			for _, n := range Rows(values, place) {
				eachField(f, fmt.Sprintf("%s/%d", place, n), values, do)
			}
		default:
			do(f, place)
		}
	}
}

// FileIDs returns the IDs of the files that the form holds.
func (a BoundForm) FileIDs() (ids []string) {
	eachField(a.Shape, "", a.Values, func(f FormSchema, at string) {
		if f.Kind == KindFile || f.Kind == KindFiles {
			for _, id := range a.Values[at] {
				if id != "" {
					ids = append(ids, id)
				}
			}
		}
	})
	return ids
}

// faultAt returns the error of a field itself.
func (a BoundForm) faultAt(at string) string {
	for _, f := range a.Faults {
		if f.Location == at {
			return f.Message
		}
	}
	return ""
}

// FieldID returns the element ID of a value, to which the error summary links.
func FieldID(pointer string) string {
	return "f" + strings.NewReplacer("/", "-", "_", "-").Replace(pointer)
}

// Bind decodes the form into a value of the API's own type T, from which the schema was made. The error is invalid
// if the values do not fit T.
func Bind[T any](a *BoundForm) (T, error) {
	var v T
	faults := a.Faults
	raw, err := json.Marshal(a.Decode())
	if err != nil {
		return v, fmt.Errorf("encode form: %w", err)
	}
	a.Faults = append(faults, a.Faults...)
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, &casework.Error{Code: casework.CodeInvalid, Message: "填写的内容无法读取，请检查日期和数字。", Err: err}
	}
	return v, nil
}
