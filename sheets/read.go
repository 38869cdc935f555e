package sheets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The limits of a file that is read.
const (
	MaxBytes = 16 << 20 // of the file, and of the parts of a workbook that are read, unpacked
	MaxRows  = 100_000  // rows that are not empty
	maxCells = 2_000_000
	headDeep = 50 // number of lines searched for the headings
)

// Problem is the reason why a cell cannot be read, as a message for the user.
type Problem string

// The problems of a cell.
const (
	Formula   Problem = "单元格是公式，请改为数值"
	Shortened Problem = "数字已被表格软件缩写，末几位丢失，请将该列设为文本格式后重新填写"
	Faulty    Problem = "单元格是错误值，请更正"
	TooLong   Problem = "内容过长"
	Broken    Problem = "单元格内有换行，请检查引号并改为一行"
)

// Flaw is a cell that cannot be read.
type Flaw struct {
	Column  string // its name
	Problem Problem
}

// Sheet is the rows of a file below its headings.
type Sheet struct {
	Name  string // of the sheet in a workbook
	Rows  []Row
	Blank int // lines before the last row that are empty in all columns read, and examples

	columns  []Column
	head     head
	from1904 bool // a workbook of the 1904 date system
}

// Row is one line of a file: its line number, for error messages, and the values of its columns.
type Row struct {
	Number int
	Flaws  []Flaw // cells that cannot be read

	cells []string
	of    *Sheet
}

// Cell returns the value of a column, "" if it is empty or cannot be read.
func (r Row) Cell(column string) string {
	for i, c := range r.columns() {
		if c.Name == column {
			return r.cells[i]
		}
	}
	return ""
}

// columns returns the columns of the file; none for a row without a file.
func (r Row) columns() []Column {
	if r.of == nil {
		return nil
	}
	return r.of.columns
}

// At returns the cell reference of a column in the row, such as C5; "" if the file lacks the column.
func (r Row) At(column string) string {
	for i, c := range r.columns() {
		if c.Name == column && r.of.head.at[i] >= 0 {
			return fmt.Sprintf("%s%d", columnLetters(r.of.head.at[i]), r.Number)
		}
	}
	return ""
}

// Heading returns the heading of a column in the file.
func (r Row) Heading(column string) string {
	for i, c := range r.columns() {
		if c.Name == column {
			return r.of.head.headings[i]
		}
	}
	return column
}

// cell is the text of a cell in a line. Empty cells are skipped.
type cell struct {
	column  int
	text    string
	number  bool    // a number in a workbook
	problem Problem // a problem found while reading it
}

// source iterates over the lines of a file. It ends early if do returns errEnough.
type source func(do func(number int, line []cell) error) error

var errEnough = errors.New("enough")

// ExampleMark begins the first column of an example line, which is skipped.
const ExampleMark = "示例"

// Read returns the rows of a workbook or of CSV text with the named columns, all required and of kind Text. Errors:
// those of ReadColumns.
func Read(raw []byte, needed ...string) ([]Row, error) {
	columns := make([]Column, len(needed))
	for i, name := range needed {
		columns[i] = Column{Name: name, Needed: true}
	}
	sheet, err := ReadColumns(bytes.NewReader(raw), int64(len(raw)), MaxRows, columns)
	if err != nil {
		return nil, err
	}
	return sheet.Rows, nil
}

// ReadColumns reads the columns of a workbook, or of CSV text in UTF-8, UTF-16 or GB 18030, below the first line that
// contains every required heading. Of a workbook it reads the one visible sheet that has such a line. It holds only the
// requested cells, so its memory is bounded by most rows, whatever the file claims to contain. A cell that cannot be
// read is a flaw of its row. Every error is an *Error with a message for the user.
func ReadColumns(content io.ReaderAt, size int64, most int, columns []Column) (*Sheet, error) {
	if size > MaxBytes {
		return nil, tooLarge()
	}
	if size == 0 {
		return nil, wrong(ErrNotATable, "文件是空的。")
	}
	start := make([]byte, min(size, 8))
	if _, err := content.ReadAt(start, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read file: %w", err)
	}
	switch {
	case bytes.HasPrefix(start, []byte("PK")):
		return readWorkbook(content, size, most, columns)
	case bytes.HasPrefix(start, []byte("\xd0\xcf\x11\xe0")):
		return nil, oldWorkbook(content, size)
	}
	return readText(content, size, most, columns)
}

// find returns the headings among the first lines. The error names the columns that the best matching line lacks.
func find(lines source, columns []Column) (head, error) {
	var best head
	seen := 0
	err := lines(func(number int, line []cell) error {
		h := headOf(number, line, columns)
		if seen == 0 || len(h.missing) < len(best.missing) {
			best = h
		}
		if seen++; len(best.missing) == 0 || seen == headDeep {
			return errEnough
		}
		return nil
	})
	switch {
	case err != nil && !errors.Is(err, errEnough):
		return best, err
	case seen == 0:
		return best, wrong(ErrNotATable, "文件中没有内容。")
	case len(best.missing) > 0:
		return best, &Error{Err: &HeadError{Missing: best.missing}, Message: "缺少栏目：" + strings.Join(best.missing, "、") + "。"}
	case len(best.twice) > 0:
		return best, wrong(ErrHeadings, "栏目重复，不能确定以哪一列为准："+strings.Join(best.twice, "；")+"。")
	}
	return best, nil
}

// fill reads the rows below the headings.
func (s *Sheet) fill(lines source, most int) error {
	last, used := s.head.number, 0
	err := lines(func(number int, line []cell) error {
		if number <= s.head.number {
			return nil
		}
		row := Row{Number: number, of: s}
		for i, at := range s.head.at {
			if at < 0 {
				continue
			}
			for _, x := range line {
				if x.column == at {
					s.put(&row, i, x)
				}
			}
		}
		if row.cells == nil && len(row.Flaws) == 0 {
			return nil
		}
		if row.cells == nil {
			row.cells = make([]string, len(s.columns))
		}
		if last, used = max(last, number), used+1; strings.HasPrefix(row.cells[0], ExampleMark) {
			used--
			return nil
		}
		if len(s.Rows) == most {
			return wrong(ErrTooManyRows, fmt.Sprintf("有内容的行不能超过 %d 行，请分成几个文件。", most))
		}
		s.Rows = append(s.Rows, row)
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	s.Blank = last - s.head.number - used
	return nil
}

func (s *Sheet) put(row *Row, i int, x cell) {
	if x.number && s.columns[i].Kind == Day {
		x.text = dayOf(x.text, s.from1904)
	}
	text, problem := clean(s.columns[i].Kind, x.text)
	if x.problem != "" && (x.problem != Shortened || s.columns[i].Kind != Text) {
		text, problem = "", x.problem
	}
	if problem != "" {
		row.Flaws = append(row.Flaws, Flaw{s.columns[i].Name, problem})
		return
	}
	if text != "" {
		if row.cells == nil {
			row.cells = make([]string, len(s.columns))
		}
		row.cells[i] = text
	}
}
