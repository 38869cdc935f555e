package sheets

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// The limits of a roster that is read.
const (
	MaxRows  = 100_000
	maxBytes = 200 << 20 // of a workbook once it is unpacked
)

// The errors of Read, each about the whole of the table.
var (
	ErrNotATable   = errors.New("neither a workbook nor CSV text")
	ErrTooManyRows = fmt.Errorf("more than %d rows", MaxRows)
)

// HeadError names the columns a table lacks.
type HeadError struct{ Missing []string }

// Error names them.
func (e *HeadError) Error() string { return "missing columns: " + strings.Join(e.Missing, ", ") }

// Row is one line of a roster: its number in the file, which a person finds it by, and its cells by column.
type Row struct {
	Number  int
	cells   map[string]string
	Formula string // the column that holds a formula; such a row is not to be taken
}

// Cell gives the text of a column without the space around it, "" when there is none.
func (r Row) Cell(column string) string { return r.cells[column] }

// Read gives the rows of the first sheet of a workbook, or of CSV text in UTF-8 or GB 18030, below the first line in which
// every needed column is named. Empty lines are passed over. Errors: ErrNotATable, ErrTooManyRows, *HeadError.
func Read(raw []byte, needed ...string) ([]Row, error) {
	var lines [][]string
	var formulas map[[2]int]bool
	var err error
	if bytes.HasPrefix(raw, []byte("PK")) {
		lines, formulas, err = readWorkbook(raw)
	} else {
		lines, err = readCSV(raw)
	}
	if err != nil {
		return nil, err
	}
	head := slices.IndexFunc(lines, func(line []string) bool { return len(lacking(line, needed)) == 0 })
	if head < 0 {
		best := needed
		for _, line := range lines[:min(len(lines), 20)] {
			if missing := lacking(line, needed); len(missing) < len(best) {
				best = missing
			}
		}
		return nil, &HeadError{Missing: best}
	}
	var rows []Row
	for i, line := range lines[head+1:] {
		row := Row{Number: head + 2 + i, cells: map[string]string{}}
		for j, cell := range line {
			if j >= len(lines[head]) {
				break
			}
			column := strings.TrimSpace(lines[head][j])
			if text := strings.TrimSpace(cell); text != "" && column != "" {
				row.cells[column] = text
			}
			if formulas[[2]int{head + 1 + i, j}] {
				row.Formula = column
			}
		}
		if len(row.cells) > 0 || row.Formula != "" {
			rows = append(rows, row)
		}
	}
	if len(rows) > MaxRows {
		return nil, ErrTooManyRows
	}
	return rows, nil
}

func lacking(line, needed []string) []string {
	var missing []string
	for _, name := range needed {
		if !slices.ContainsFunc(line, func(cell string) bool { return strings.TrimSpace(cell) == name }) {
			missing = append(missing, name)
		}
	}
	return missing
}

func readWorkbook(raw []byte) ([][]string, map[[2]int]bool, error) {
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxBytes, UnzipXMLSizeLimit: maxBytes})
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNotATable, err)
	}
	defer f.Close()
	sheet := f.GetSheetName(0)
	rows, err := f.Rows(sheet)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNotATable, err)
	}
	defer rows.Close()
	var lines [][]string
	for rows.Next() {
		line, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrNotATable, err)
		}
		if lines = append(lines, line); len(lines) > MaxRows+100 {
			return nil, nil, ErrTooManyRows
		}
	}
	if err := rows.Error(); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNotATable, err)
	}
	formulas := map[[2]int]bool{}
	for i, line := range lines {
		for j := range line {
			name, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return nil, nil, err
			}
			if formula, err := f.GetCellFormula(sheet, name); err == nil && formula != "" {
				formulas[[2]int{i, j}] = true
			}
		}
	}
	return lines, formulas, nil
}

func readCSV(raw []byte) ([][]string, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(raw) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, ErrNotATable
		}
		raw = decoded
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return nil, ErrNotATable
	}
	r := csv.NewReader(bytes.NewReader(raw))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	var lines [][]string
	for {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotATable, err)
		}
		// A line's place in the file is what a person finds it by, also below empty lines, which the reader passes over.
		at, _ := r.FieldPos(0)
		for len(lines) < at-1 {
			lines = append(lines, nil)
		}
		if lines = append(lines, line); len(lines) > MaxRows+100 {
			return nil, ErrTooManyRows
		}
	}
}
