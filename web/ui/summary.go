package ui

import (
	"slices"
	"strconv"
	"strings"

	"tuoyu/nursery"
)

// Summary is the values of a form in words, with what has changed and what can be marked for correction.
type Summary struct {
	BoundForm
	Changed     []string            // pointers of what has changed since the last notice
	Mark        string              // the form that takes what is marked for correction; empty: nothing is marked
	Marks       []string            // pointers marked already
	Correctable func(string) bool   // reports whether the applicant can change what a pointer leads to
	Title       func(string) string // returns what a pointer leads to, in words
}

// ChangedAt reports whether the value at a place, or a value below it, has changed since the applicant's last notice.
func (v Summary) ChangedAt(place string) bool {
	return len(v.Changed) > 0 && Opens(v.Changed, v.PointerAt(place))
}

// markedAt reports whether a place is among what is to be corrected.
func (v Summary) markedAt(place string) bool { return slices.Contains(v.Marks, v.PointerAt(place)) }

// marks reports whether a place can be marked for correction: what the applicant can change.
func (v Summary) marksAt(place string) bool {
	return v.Mark != "" && v.Correctable(v.PointerAt(place))
}

// rowsView is a list of the application as a table.
type rowsView struct {
	BoundForm
	Shape FormSchema
	At    string
	Rows  []int
	in    *Summary // nil: only to be read
}

// columns returns the fields that have a value in some row.
func (v rowsView) columns() (all []FormSchema) {
	for _, f := range v.Shape.Fields {
		if slices.ContainsFunc(v.Rows, func(n int) bool { return v.words(f, v.cell(n, f)) != "" }) {
			all = append(all, f)
		}
	}
	return all
}

func (v rowsView) row(n int) string { return v.At + "/" + strconv.Itoa(n) }

func (v rowsView) cell(n int, f FormSchema) string { return v.row(n) + "/" + f.Name }

func (v Summary) table(f FormSchema, at string) rowsView {
	return rowsView{BoundForm: v.BoundForm, Shape: f, At: at, Rows: Rows(v.Values, at), in: &v}
}

// Line is one answer in words.
type Line struct{ Label, Value string }

// PlainLines are the answers of a group that are no groups themselves.
func PlainLines(a BoundForm, s FormSchema, at string) []Line {
	var lines []Line
	for _, f := range s.Fields {
		if f.Kind == KindGroup || f.Kind == KindList || f.Kind == KindHidden {
			continue
		}
		if text := a.words(f, at+"/"+f.Name); text != "" {
			lines = append(lines, Line{f.Title(), text})
		}
	}
	return lines
}

// words is an answer as people read it.
func (a BoundForm) words(f FormSchema, at string) string {
	var said []string
	for _, v := range a.Values[at] {
		if v == "" {
			continue
		}
		for _, o := range optionsOf(f) {
			if o.Value == v {
				v = o.Label
			}
		}
		switch f.Kind {
		case KindMoney:
			v += " 元"
		case KindFile, KindFiles, KindSign:
			v = a.fileName(v)
		}
		if d, ok := nursery.DivisionByCode(v); ok && (f.Name == "county" || f.Name == "township") {
			v = d.Name
		}
		said = append(said, v)
	}
	return strings.Join(said, "、")
}

// Filled reports whether something was entered in a group.
func Filled(a BoundForm, s FormSchema, at string) bool {
	if len(PlainLines(a, s, at)) > 0 {
		return true
	}
	for _, f := range s.Fields {
		if f.Kind == KindGroup && Filled(a, f, at+"/"+f.Name) || f.Kind == KindList && len(Rows(a.Values, at+"/"+f.Name)) > 0 {
			return true
		}
	}
	return false
}

// placedLine is an answer in words with the place of its field.
type placedLine struct{ Label, Value, Place string }

// placedLines are the answers of a group that are no groups themselves.
func placedLines(a BoundForm, s FormSchema, at string) (lines []placedLine) {
	for _, f := range s.Fields {
		if f.Kind == KindGroup || f.Kind == KindList || f.Kind == KindHidden {
			continue
		}
		if text := a.words(f, at+"/"+f.Name); text != "" {
			lines = append(lines, placedLine{f.Title(), text, at + "/" + f.Name})
		}
	}
	return lines
}

// Opens reports whether a pointer is open or is an ancestor of an open one.
func Opens(open []string, pointer string) bool {
	return nursery.Covers(open, pointer) || slices.ContainsFunc(open, func(o string) bool { return strings.HasPrefix(o, pointer+"/") })
}

// PointerAt returns the pointer of a place in the form, with its elements by their names.
func (a BoundForm) PointerAt(place string) string {
	for _, e := range a.Elements() {
		if rest, in := Below(e.Place, place); in && e.Name != "" {
			return e.List + "/" + e.Name + rest
		}
	}
	return place
}

// Element is an element of a list of the application: its place in the form, and its name in the list, by which the
// rules refer to it; "" as long as it has none.
type Element struct{ Place, List, Name string }

// Elements returns the elements of the lists of the form.
func (a BoundForm) Elements() []Element {
	var all []Element
	for field := range a.Values {
		list, isList := strings.CutSuffix(field, "/_rows")
		if !isList {
			continue
		}
		at := Rows(a.Values, list)
		names := nursery.ElementNames(list, len(at), func(n int, name string) string {
			return a.Values.Get(list + "/" + strconv.Itoa(at[n]) + "/" + name)
		})
		for n, name := range names {
			all = append(all, Element{list + "/" + strconv.Itoa(at[n]), list, name})
		}
	}
	return all
}

// PlaceOf returns the place in the form of a field whose pointer has elements by their names.
func (a BoundForm) PlaceOf(pointer string) string {
	best, place := "", pointer
	for _, e := range a.Elements() {
		named := e.List + "/" + e.Name
		if rest, in := Below(named, pointer); in && e.Name != "" && len(named) > len(best) {
			best, place = named, e.Place+rest
		}
	}
	return place
}

// Below returns the part of a pointer below another, and whether it is equal to or below it.
func Below(above, pointer string) (string, bool) {
	rest, in := strings.CutPrefix(pointer, above)
	return rest, in && (rest == "" || rest[0] == '/')
}
