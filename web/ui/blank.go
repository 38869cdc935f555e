package ui

import (
	"strings"

	"tuoyu/sheets"
)

// BlankPart is a part of a form to be filled in by hand.
type BlankPart struct {
	Title string
	Shape FormSchema
}

// A list with more columns than fit a sheet of paper is attached as a workbook; others have a few rows.
const (
	mostBlankColumns = 8
	blankRows        = 5
)

// plainFields returns the fields of a group that hold one value each.
func (s FormSchema) plainFields() (plain []FormSchema) {
	for _, f := range s.Fields {
		switch f.Kind {
		case KindGroup, KindList, KindHidden, KindFile, KindFiles, KindSign:
		default:
			plain = append(plain, f)
		}
	}
	return plain
}

// blankText returns what is printed in place of a value: boxes to tick for a choice, nothing for what is written.
func (s FormSchema) blankText() string {
	options := optionsOf(s)
	if len(options) == 0 || len(options) > 10 {
		return ""
	}
	labels := make([]string, len(options))
	for i, o := range options {
		labels[i] = "□\u00a0" + o.Label
	}
	return strings.Join(labels, "　")
}

// headings returns the titles of the columns of a list, without files and what is not entered.
func (s FormSchema) headings() (heads []string) {
	for _, f := range s.columns() {
		switch f.Kind {
		case KindHidden, KindFile, KindFiles:
			continue
		case KindMoney:
			heads = append(heads, f.Title()+"（元）")
		default:
			heads = append(heads, f.Title())
		}
	}
	return heads
}

// Workbook returns a workbook with the headings of a list, to be filled in and pasted into its table.
func (s FormSchema) Workbook() ([]byte, error) {
	return sheets.Write(sheets.Table{Name: s.Title(), Head: s.headings(), Frozen: 1})
}
