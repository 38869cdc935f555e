package backtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// Amount returns the amount in yuan, empty if there is none.
func (o Outcome) Amount() string {
	if o.Fen == nil {
		return ""
	}
	return documents.Yuan(*o.Fen)
}

// Lines describes what differs, one line for each kind, or for those given alone.
func (d Difference) Lines(only ...string) []string {
	var lines []string
	for _, k := range Kinds() {
		if !d.Has(k.Name) || len(only) > 0 && !slices.Contains(only, k.Name) {
			continue
		}
		before, after := d.Before.text(k.Name), d.After.text(k.Name)
		lines = append(lines, fmt.Sprintf("%s：%s → %s", k.Title, before, after))
	}
	return lines
}

// text returns the part of an outcome in which decisions can differ.
func (o Outcome) text(kind string) string {
	text := ""
	switch kind {
	case OfResult:
		text = o.Result.Title()
	case OfAmount:
		if text = o.Amount(); text != "" {
			text += " 元"
		}
	case OfRoute:
		text = o.Route
	case OfReason:
		text = strings.Join(o.Reasons, "、")
	case OfLaw:
		text = strings.Join(o.Cites, "、")
	}
	if text == "" {
		return "无"
	}
	return text
}

// Table returns a table of differences.
func Table(rows [][]any) sheets.Table {
	return sheets.Table{Name: "规则回溯", Head: columns(), Rows: rows, Frozen: 1}
}

func columns() []string {
	return []string{"办件编号", "县区", "规则集", "适用日期", "不同之处", "原结论", "新结论", "原金额（元）", "新金额（元）", "原理由", "新理由", "原依据", "新依据", "裁定编号"}
}

// Row returns a difference as a row of Table.
func (d Difference) Row() []any {
	var in []string
	for _, k := range Kinds() {
		if d.Has(k.Name) {
			in = append(in, k.Title)
		}
	}
	lines := func(list []string) string { return strings.Join(list, "\n") }
	return []any{
		d.CaseNo, nursery.CountyName(d.County), d.RuleSet, d.AsOf.String(), strings.Join(in, "、"), d.Before.Result.Title(), d.After.Result.Title(), d.Before.Amount(),
		d.After.Amount(), lines(d.Before.Reasons), lines(d.After.Reasons), lines(d.Before.Cites), lines(d.After.Cites), d.Decision,
	}
}

// Value returns the value of a parameter that somebody typed: JSON where it reads as such, with numbers as they are, and a text otherwise.
func Value(text string) any {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil || decoder.More() {
		return text
	}
	return value
}
