package ui

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// Cell is what a table on a page shows of its rows in one column.
type Cell[Row any] struct {
	Title  string
	Show   func(Row) CellContent
	Hidden bool // its title, from sight

	Key    string // title of its column in the sheet
	Sort   string // address of the list sorted by it; empty: not offered
	Sorted string // ascending or descending, where the list is sorted by it
	All    bool   // its head has a box that chooses all rows
	heads  bool   // it heads the row unless another cell does
}

// CellContent is the content of a cell, with the class of its column: number, nowrap, heads for the cell that heads its row, or screen
// for what is not printed.
type CellContent struct {
	class string
	templ.Component
}

// Looks is how the cells of some columns look on a page, by the title of the column.
type Looks[Row any] map[string]func(Row) CellContent

// CellsOf returns the columns of a sheet with these titles, without titles those that pages show, and always the first that pages show, which
// heads its row. A cell looks as look has it for its column, else as its value. It panics if look names a column that is not shown.
func CellsOf[Row any](sheet casework.Sheet[Row], look Looks[Row], titles ...string) []Cell[Row] {
	cells, used, first := []Cell[Row]{}, 0, true
	for _, c := range sheet.Columns {
		show, ok := look[c.Title]
		if ok && !c.FilesOnly {
			used++
		} else {
			show = func(row Row) CellContent { return showValue(c.Value(row)) }
		}
		heads := first && !c.FilesOnly
		first = first && c.FilesOnly
		if heads || len(titles) == 0 && !c.FilesOnly || slices.Contains(titles, c.Title) {
			cells = append(cells, Cell[Row]{Title: cmp.Or(c.Head, c.Title), Show: show, Key: c.Title, heads: heads})
		}
	}
	if used != len(look) {
		panic("ui: a look for a column that " + sheet.Title + " does not show")
	}
	return cells
}

// tableView is a table as it is shown. It has no type parameter, so that the page of a table is compiled once.
type tableView struct {
	label   string
	columns []columnHead
	rows    []tableRowView
}

type columnHead struct {
	title, class string
	hidden, all  bool
	sort, sorted string
}

type tableRowView struct {
	cells   []CellContent
	heading int // which cell heads the row
}

// Table shows rows under the titles of their columns. A row is headed by the cell that is shown so, or by that of the first column of
// the sheet that pages show by themselves.
func Table[Row any](label string, columns []Cell[Row], rows []Row) templ.Component {
	return table(tableOf(label, columns, rows))
}

// PagedTable shows a page of a list, or what is shown in place of no rows, and leads to the next page.
func PagedTable[Row any](label string, columns []Cell[Row], rows []Row, next string, none templ.Component) templ.Component {
	return pagedTable(tableOf(label, columns, rows), next, none)
}

func tableOf[Row any](label string, columns []Cell[Row], rows []Row) tableView {
	t, heading := tableView{label: label, rows: make([]tableRowView, len(rows))}, 0
	for i, c := range columns {
		t.columns = append(t.columns, columnHead{title: c.Title, hidden: c.Hidden, all: c.All, sort: c.Sort, sorted: c.Sorted})
		if c.heads {
			heading = i
		}
	}
	for i, row := range rows {
		cells := make([]CellContent, len(columns))
		for j, c := range columns {
			cells[j] = c.Show(row)
		}
		t.rows[i].show(cells, heading)
	}
	t.classify()
	return t
}

func (r *tableRowView) show(cells []CellContent, heading int) {
	r.cells, r.heading = cells, heading
	if at := slices.IndexFunc(cells, func(c CellContent) bool { return c.class == "heads" }); at >= 0 {
		r.heading = at
	}
}

// classify sets the class of the head of a column to that of its cells, where that aligns it or leaves it out of prints.
func (t tableView) classify() {
	if len(t.rows) == 0 {
		return
	}
	for i, c := range t.rows[0].cells {
		switch class, _, _ := strings.Cut(c.class, " "); class {
		case "number", "screen":
			t.columns[i].class = class
		}
	}
}

func showValue(value any) CellContent {
	switch v := value.(type) {
	case string:
		return showText(v)
	case int:
		return CellContent{"number", Text(strconv.Itoa(v))}
	case *int:
		if v == nil {
			return CellContent{"number", Text("—")}
		}
		return CellContent{"number", Text(strconv.Itoa(*v))}
	case casework.Fen:
		return CellContent{"number", Text(Yuan(int64(v)))}
	case nil:
		return CellContent{"number", Text("—")} // an amount there is not
	case nursery.Date:
		return CellContent{"nowrap", Text(ShortDate(v))}
	case time.Time:
		return CellContent{"nowrap", Text(nursery.Minute(v))}
	case bool:
		if v {
			return showText("是")
		}
		return showText("—")
	}
	panic("ui: no cell for this value")
}

func showText(s string) CellContent { return CellContent{"", Text(s)} }

// StyledCell returns how a cell of a class looks.
func StyledCell[Row any](class string, show func(Row) templ.Component) func(Row) CellContent {
	return func(row Row) CellContent { return CellContent{class, show(row)} }
}

// TextCell returns how a cell of text looks.
func TextCell[Row any](value func(Row) string) func(Row) CellContent {
	return func(row Row) CellContent { return showText(value(row)) }
}

// TagCell returns how a tag looks: its tone and text.
func TagCell[Row any](value func(Row) (tone, text string)) func(Row) CellContent {
	return func(row Row) CellContent { return CellContent{"", Tag(value(row))} }
}

// PartyCell returns how an institution or another party looks: its name and code.
func PartyCell[Row any](value func(Row) (name, code string)) func(Row) CellContent {
	return func(row Row) CellContent { return CellContent{"", Named(value(row))} }
}

// RowHead is how a row begins: a link to what the row is of, unless Link is empty, and a line in small type.
type RowHead struct{ Link, Name, Code, Below string }

// HeadCell returns how the cell looks that begins a row.
func HeadCell[Row any](value func(Row) RowHead) func(Row) CellContent {
	return func(row Row) CellContent { return CellContent{"", RowHeading(value(row))} }
}

// LinkFor returns the address for a role, and none for others.
func LinkFor(p nursery.Principal, role nursery.Role, address string) string {
	if p.Role == role {
		return address
	}
	return ""
}
