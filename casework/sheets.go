package casework

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"tuoyu/limits"
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

// Few files are read at a time: each takes up to a hundred megabytes for a second or two. Waiting files take no more
// memory than their content.
const (
	importsHeld = 8 // files whose content is being received or waits to be read
	importsRead = 2 // files being read
	importWait  = 20 * time.Second
)

// imports limits the memory used by imports in the process.
type imports struct{ held, read *limits.Slots }

func newImports() imports {
	return imports{limits.NewSlots(importsHeld, 0), limits.NewSlots(importsRead, importWait)}
}

// ImportFile is a parsed file, with the hash of its content.
type ImportFile struct {
	*sheets.Sheet
	Sum [sha256.Size]byte
}

// ReadImport reads the rows of a workbook or of CSV text. The caller has authorized the import before. Errors: code with the
// reason at the field, attachment_too_large, imports_busy.
func (s *Service) ReadImport(ctx context.Context, from io.Reader, code string, most int, columns []sheets.Column) (ImportFile, error) {
	busy := NewError(CodeImportsBusy, "正在处理的导入较多，请稍后再试。")
	release, ok := s.imports.held.Take(ctx)
	if !ok {
		return ImportFile{}, busy
	}
	defer release()
	var content bytes.Buffer
	switch n, err := content.ReadFrom(io.LimitReader(from, sheets.MaxBytes+1)); {
	case err != nil:
		return ImportFile{}, fmt.Errorf("read file: %w", err)
	case n > sheets.MaxBytes:
		return ImportFile{}, NewError(CodeAttachmentTooLarge, fmt.Sprintf("名册文件不能超过 %d MiB。", sheets.MaxBytes>>20),
			FieldError{Location: "file", Message: fmt.Sprintf("文件过大，不能超过 %d MiB", sheets.MaxBytes>>20)})
	}
	read, ok := s.imports.read.Take(ctx)
	if !ok {
		return ImportFile{}, busy
	}
	defer read()
	sheet, err := sheets.ReadColumns(bytes.NewReader(content.Bytes()), int64(content.Len()), most, columns)
	var wrong *sheets.Error
	if errors.As(err, &wrong) {
		e := NewError(code, wrong.Message, FieldError{Location: "file", Message: strings.TrimSuffix(wrong.Message, "。")})
		e.Err = err
		return ImportFile{}, e
	}
	if err != nil {
		return ImportFile{}, err
	}
	if len(sheet.Rows) == 0 {
		return ImportFile{}, NewError(code, "文件中没有数据行。", FieldError{Location: "file", Message: "没有数据行"})
	}
	return ImportFile{sheet, sha256.Sum256(content.Bytes())}, nil
}

// CountyCodeOf returns the code of a county by its name, with or without the city before it, or the text itself.
func CountyCodeOf(text string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(text, "山西省"), "长治市")
	for _, county := range nursery.Counties() {
		if name == county.Name {
			return county.Code
		}
	}
	return text
}

// ImportTemplate returns a workbook to fill in: the headings with an example that is skipped when it is read, and on a second
// sheet the instructions.
func ImportTemplate(name string, columns []sheets.Column, example, notes map[string]string) ([]byte, error) {
	table := sheets.Table{Name: name, Frozen: 1, Wide: len(columns)}
	guide := sheets.Table{Name: "填写说明", Head: []string{"栏目", "是否必填", "怎样填写", "举例"}, Wide: 4, Notes: [][]any{
		{"只读取第一个工作表。以“" + sheets.ExampleMark + "”开头的行不导入，可以删除。"},
		{"证件号码和电话所在的列请先设为文本格式，以免末几位丢失；不要使用公式。"},
	}}
	var row []any
	for i, c := range columns {
		table.Head = append(table.Head, c.Name)
		value := example[c.Name]
		needed := "选填"
		if c.Needed {
			needed = "必填"
		}
		guide.Rows = append(guide.Rows, []any{c.Name, needed, notes[c.Name], value})
		if i == 0 {
			value = sheets.ExampleMark + "（导入时跳过）"
		}
		row = append(row, value)
	}
	table.Rows = [][]any{row}
	return sheets.Write(table, guide)
}
