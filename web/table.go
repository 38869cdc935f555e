package web

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// cell is what a table on a page shows of its rows in one column. The first column heads the row.
type cell[Row any] struct {
	Title string
	Show  func(Row) content
}

// content is the content of a cell, with the class of its column: number or nowrap.
type content struct {
	class string
	templ.Component
}

// of returns the column of a sheet, as pages show its values.
func of[Row any](sheet casework.Sheet[Row], title string) cell[Row] {
	for _, c := range sheet.Columns {
		if c.Title == title {
			return cell[Row]{title, func(row Row) content { return showValue(c.Value(row)) }}
		}
	}
	panic("web: no column " + title + " in " + sheet.Title)
}

// as returns the column under another title.
func (c cell[Row]) as(title string) cell[Row] { return cell[Row]{title, c.Show} }

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

// tagged is a column of tags: their tone and text.
func tagged[Row any](title string, value func(Row) (tone, text string)) cell[Row] {
	return cell[Row]{title, func(row Row) content { return content{"", tag(value(row))} }}
}

// party is a column of institutions or others: their name and code.
func party[Row any](title string, value func(Row) (name, code string)) cell[Row] {
	return cell[Row]{title, func(row Row) content { return content{"", named(value(row))} }}
}

// rowHead is how a row begins: a link to what the row is of, unless Link is empty, and a line in small type.
type rowHead struct{ Link, Name, Code, Below string }

// headed is a first column.
func headed[Row any](title string, value func(Row) rowHead) cell[Row] {
	return cell[Row]{title, func(row Row) content { return content{"", headOf(value(row))} }}
}

// linkFor returns the address for a role, and none for others.
func linkFor(p nursery.Principal, role nursery.Role, address string) string {
	if p.Role == role {
		return address
	}
	return ""
}
