package ui

import (
	"net/url"
	"slices"
	"strings"
)

// newRow is the number of the row from which scripts make new rows of a table.
const newRow = "__n__"

// Suggested is the name, below a list, of the numbers of rows that a form suggests and that are left out while they are blank.
const Suggested = "_suggested"

// uploadTypes are the kinds of files that a file field offers; what is accepted is decided on arrival.
const uploadTypes = "image/*,.heic,application/pdf,.docx,.xlsx"

// tabular reports whether the rows of a list fit a table: at least three fields, each of them in one cell.
func (s FormSchema) tabular() bool {
	inCell := func(f FormSchema) bool {
		switch f.Kind {
		case KindGroup, KindList, KindArea, KindSign:
			return false
		}
		return true
	}
	return s.Kind == KindList && len(s.Fields) >= 3 && !slices.ContainsFunc(s.Fields, func(f FormSchema) bool { return !inCell(f) })
}

// holdsFile reports whether each row of a list has a file.
func (s FormSchema) holdsFile() bool {
	return slices.ContainsFunc(s.Fields, func(f FormSchema) bool { return f.Kind == KindFile })
}

// columns returns the fields of a list in the order of its columns: a file is beside what identifies it.
func (s FormSchema) columns() []FormSchema {
	i := slices.IndexFunc(s.Fields, func(f FormSchema) bool { return f.Kind == KindFile })
	if i < 2 {
		return s.Fields
	}
	return slices.Insert(slices.Delete(slices.Clone(s.Fields), i, i+1), 1, s.Fields[i])
}

func columnID(at string, f FormSchema) string { return FieldID(at) + "-column-" + f.Name }

// chosenText names the chosen ones of several options.
func chosenText(s FormSchema, values []string) string {
	var chosen []string
	for _, o := range s.Options {
		if slices.Contains(values, o.Value) {
			chosen = append(chosen, o.Label)
		}
	}
	if chosen == nil {
		return "未选"
	}
	return strings.Join(chosen, "、")
}

// uploadFields are the fields that a script sends with a file that is uploaded as soon as it was chosen.
func (a BoundForm) uploadFields() string {
	return url.Values{"institution": {a.To.Institution}, "county": {a.To.County}}.Encode()
}
