package casework

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"tuoyu/nursery"
	"tuoyu/sheets"
)

// Sheet is a table, defined once for pages, workbooks and CSV: its title and what its columns hold of a row.
type Sheet[Row any] struct {
	Title   string
	Note    string // what it leaves out, or how it is ordered
	Columns []Column[Row]
}

// Column is a column of a table. The type of its value is its kind: string is text, nursery.Date a date, time.Time a time, int a
// number, Fen an amount and bool a mark. A pointer that is nil is empty.
type Column[Row any] struct {
	Title     string
	Head      string // its title on pages, where that is another one
	FilesOnly bool   // left out of pages
	Value     func(Row) any
}

// Fen is an amount of money in hundredths of a yuan. It is shown in yuan.
type Fen int64

// String returns the amount in yuan with two decimals.
func (f Fen) String() string {
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	return sign + strconv.FormatInt(int64(f/100), 10) + "." + string([]byte{byte('0' + f/10%10), byte('0' + f%10)})
}

// cellOf returns the value of a column as a cell of a workbook: text, a number or nil.
func cellOf(value any) any {
	switch v := value.(type) {
	case nil, string, int:
		return v
	case bool:
		if v {
			return "是"
		}
		return nil
	case *int:
		if v != nil {
			return *v
		}
		return nil
	case time.Time:
		return v.In(nursery.Shanghai).Format("2006-01-02 15:04:05")
	case fmt.Stringer: // nursery.Date, Fen
		return v.String()
	}
	panic(fmt.Sprintf("casework: a column holds a %T", value))
}

// Table returns the rows as a table of a workbook.
func (s Sheet[Row]) Table(rows []Row) sheets.Table {
	t := sheets.Table{Name: s.Title, Frozen: 1, Wide: min(4, len(s.Columns)), Rows: make([][]any, len(rows))}
	for _, c := range s.Columns {
		t.Head = append(t.Head, c.Title)
	}
	for i, row := range rows {
		for _, c := range s.Columns {
			t.Rows[i] = append(t.Rows[i], cellOf(c.Value(row)))
		}
	}
	return t
}

// Format is a format of files.
type Format string

// The formats tables are exported in.
const (
	Workbook Format = "xlsx"
	CSV      Format = "csv"
)

// Media returns the media type of the format.
func (f Format) Media() string {
	if f == CSV {
		return sheets.CSVMedia
	}
	return sheets.Media
}

// Title names the format.
func (f Format) Title() string {
	if f == CSV {
		return "CSV"
	}
	return "Excel"
}

// File is a file to download.
type File struct {
	Name    string
	Media   string
	Content []byte
}

// File returns the rows as a file named after the sheet.
func (s Sheet[Row]) File(rows []Row, format Format) (File, error) {
	if format != CSV {
		return WorkbookOf(s.Title, s.Table(rows))
	}
	content, err := sheets.WriteCSV(s.Table(rows))
	return File{Name: s.Title + "." + string(CSV), Media: CSV.Media(), Content: content}, err
}

// WorkbookOf returns tables as a workbook of that name.
func WorkbookOf(name string, tables ...sheets.Table) (File, error) {
	content, err := sheets.Write(tables...)
	return File{Name: name + "." + string(Workbook), Media: Workbook.Media(), Content: content}, err
}

// LightTitle names a light, or that there was none yet.
func LightTitle(title string) string { return cmp.Or(title, "未核定") }
