package ui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// closed reports whether a field may not be changed now.
func (a BoundForm) closed(at string) bool { return a.Open != nil && !a.Open(at) }

// closedFields are the fields of a group that may not be changed now.
func (a BoundForm) closedFields(s FormSchema, at string) FormSchema {
	closed := FormSchema{Kind: KindGroup}
	for _, f := range s.Fields {
		if a.closed(at + "/" + f.Name) {
			closed.Fields = append(closed.Fields, f)
		}
	}
	return closed
}

// closedRows are the rows of a list that may not be changed now.
func (a BoundForm) closedRows(at string) (closed []int) {
	for _, n := range Rows(a.Values, at) {
		if a.closed(fmt.Sprintf("%s/%d", at, n)) {
			closed = append(closed, n)
		}
	}
	return closed
}

// whole reports whether all that is in a place may be changed, so that it may be added to or taken away.
func (a BoundForm) whole(at string) bool {
	if a.Whole == nil {
		return !a.closed(at)
	}
	return a.Whole(at)
}

func (a BoundForm) mayAdd(at string) bool { return a.whole(at) }

func (a BoundForm) mayRemove(at string) bool { return a.whole(at) }

// lockedTitle is the heading of what may not be changed: in a row, of the row; else of the section.
func (a BoundForm) lockedTitle(at string) string {
	if at == "" {
		return "本部分其余内容，不在补正范围，只供查看"
	}
	return "其余内容，不在补正范围，只供查看"
}

// ItemTitle is the heading of a row.
func (a BoundForm) ItemTitle(at string, i, n int) string {
	if title := a.Items[fmt.Sprintf("%s/%d", at, n)]; title != "" {
		return title
	}
	return fmt.Sprintf("第 %d 项", i+1)
}

// part returns the part of the page that a script replaces when a row is added or removed.
func (a BoundForm) part() string {
	if a.Part != "" {
		return a.Part
	}
	return "form"
}

// fileName returns the name of a file. Where that is unknown, it returns the beginning of the ID, to distinguish it
// from others.
func (a BoundForm) fileName(id string) string {
	if name := a.Files[id]; name != "" {
		return name
	}
	return "附件 " + id[:min(8, len(id))]
}

// attributes returns the HTML attributes of the input for s at a place.
func (a BoundForm) attributes(s FormSchema, at string) templ.Attributes {
	out := templ.Attributes{}
	if s.Required {
		out["required"] = true
	}
	if s.Longest > 40 { // shorter ones are checked once sent, since spaces that come with a pasted text would cut it
		out["maxlength"] = strconv.Itoa(s.Longest)
	}
	if a.closed(at) {
		out["readonly"] = true
	}
	var described []string
	if s.Hint != "" {
		described = append(described, FieldID(at)+"-hint")
	}
	if a.faultAt(at) != "" {
		described = append(described, FieldID(at)+"-fault")
		out["aria-invalid"] = "true"
	}
	if described != nil {
		out["aria-describedby"] = strings.Join(described, " ")
	}
	switch s.Kind {
	case KindArea, KindChoice:
		return out
	case KindWhole:
		out["inputmode"], out["class"] = "numeric", "short"
	case KindDecimal, KindMoney:
		out["inputmode"], out["class"] = "decimal", "short"
	case KindDate:
		out["type"], out["class"] = "date", "short"
	case KindTime:
		out["type"], out["class"] = "time", "short"
	case KindMoment:
		out["type"], out["class"] = "datetime-local", "short"
	}
	if out["type"] == nil {
		out["type"] = "text"
	}
	if strings.HasSuffix(at, "/phone") {
		out["type"] = "tel"
	}
	return out
}

func optionsOf(s FormSchema) []Option {
	if s.Kind == KindYesNo {
		return []Option{{"true", "是"}, {"false", "否"}}
	}
	return s.Options
}

// LabelAt is the label of the field a pointer leads to, with a colon; empty when there is none.
func LabelAt(s FormSchema, pointer string) string {
	var words []string
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if n, err := strconv.Atoi(step); err == nil {
			words = append(words, "第 "+strconv.Itoa(n+1)+" 项")
			continue
		}
		f, ok := s.Field(step)
		if !ok {
			break
		}
		words = append(words, f.Title())
		s = f
	}
	if words == nil {
		return ""
	}
	return strings.Join(words, " · ") + "："
}
