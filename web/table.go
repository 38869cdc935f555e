package web

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

// cell is what a table on a page shows of its rows in one column.
type cell[Row any] struct {
	Title  string
	Show   func(Row) content
	Hidden bool // its title, from sight
}

// content is the content of a cell, with the class of its column: number, nowrap, heads for the cell that heads its row, or screen
// for what is not printed.
type content struct {
	class string
	templ.Component
}

// looks is how the cells of some columns look on a page, by the title of the column.
type looks[Row any] map[string]func(Row) content

// cellsOf returns the columns of a sheet that pages show. A cell looks as looks has it for its column, else as its value. It panics
// if looks names a column that is not there.
func cellsOf[Row any](sheet casework.Sheet[Row], look looks[Row]) []cell[Row] {
	cells, used := []cell[Row]{}, 0
	for _, c := range sheet.Columns {
		if c.FilesOnly {
			continue
		}
		show, ok := look[c.Title]
		if ok {
			used++
		} else {
			show = func(row Row) content { return showValue(c.Value(row)) }
		}
		cells = append(cells, cell[Row]{Title: cmp.Or(c.Head, c.Title), Show: show})
	}
	if used != len(look) {
		panic("web: a look for a column that " + sheet.Title + " does not show")
	}
	return cells
}

// headAt returns which cell of a row heads it: the first, unless another one is shown so.
func headAt[Row any](columns []cell[Row], row Row) int {
	return max(0, slices.IndexFunc(columns, func(c cell[Row]) bool { return c.Show(row).class == "heads" }))
}

// headClass returns the class of the head of a column.
func headClass[Row any](c cell[Row], rows []Row) string {
	if len(rows) > 0 {
		switch class, _, _ := strings.Cut(c.Show(rows[0]).class, " "); class {
		case "number", "screen":
			return class
		}
	}
	return ""
}

func showValue(value any) content {
	switch v := value.(type) {
	case string:
		return showText(v)
	case int:
		return content{"number", text(strconv.Itoa(v))}
	case *int:
		if v == nil {
			return content{"number", text("—")}
		}
		return content{"number", text(strconv.Itoa(*v))}
	case casework.Fen:
		return content{"number", text(yuan(int64(v)))}
	case nil:
		return content{"number", text("—")} // an amount there is not
	case nursery.Date:
		return content{"nowrap", text(shortDate(v))}
	case time.Time:
		return content{"nowrap", text(nursery.Minute(v))}
	case bool:
		if v {
			return showText("是")
		}
		return showText("—")
	}
	panic("web: no cell for this value")
}

func showText(s string) content { return content{"", text(s)} }

// as returns how a cell of a class looks.
func as[Row any](class string, show func(Row) templ.Component) func(Row) content {
	return func(row Row) content { return content{class, show(row)} }
}

// textual returns how a cell of text looks.
func textual[Row any](value func(Row) string) func(Row) content {
	return func(row Row) content { return showText(value(row)) }
}

// tagged returns how a tag looks: its tone and text.
func tagged[Row any](value func(Row) (tone, text string)) func(Row) content {
	return func(row Row) content { return content{"", tag(value(row))} }
}

// party returns how an institution or another party looks: its name and code.
func party[Row any](value func(Row) (name, code string)) func(Row) content {
	return func(row Row) content { return content{"", named(value(row))} }
}

// rowHead is how a row begins: a link to what the row is of, unless Link is empty, and a line in small type.
type rowHead struct{ Link, Name, Code, Below string }

// headed returns how the cell looks that begins a row.
func headed[Row any](value func(Row) rowHead) func(Row) content {
	return func(row Row) content { return content{"", headOf(value(row))} }
}

// linkFor returns the address for a role, and none for others.
func linkFor(p nursery.Principal, role nursery.Role, address string) string {
	if p.Role == role {
		return address
	}
	return ""
}
