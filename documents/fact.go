package documents

import (
	"strconv"

	"tuoyu/nursery"
)

// Fact is one of the two or three key facts of a document, for comparison with a print of it. It identifies no child.
type Fact struct {
	Label string `json:"label" doc:"要点名称"`
	Value string `json:"value" doc:"内容"`
}

// Facts is a list of facts under construction.
type Facts []Fact

// Text returns f with a fact, unless its value is empty.
func (f Facts) Text(label, value string) Facts {
	if value == "" {
		return f
	}
	return append(f, Fact{label, value})
}

// On returns f with a date, unless it is zero.
func (f Facts) On(label string, d nursery.Date) Facts {
	if d.IsZero() {
		return f
	}
	return f.Text(label, d.Long())
}

// Count returns f with a number and its unit.
func (f Facts) Count(label string, n int, unit string) Facts {
	return f.Text(label, strconv.Itoa(n)+unit)
}
