package sheets

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
)

// CSVMedia is the media type of CSV.
const CSVMedia = "text/csv; charset=utf-8"

// WriteCSV returns the head and the rows of a table as CSV, in UTF-8 with a byte order mark, without which spreadsheets in China read
// GBK. A spreadsheet calculates text that begins like a formula whatever its quotes, so that such text is preceded by an apostrophe.
func WriteCSV(t Table) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("\uFEFF")
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	if err := w.Write(t.Head); err != nil {
		return nil, fmt.Errorf("write head: %w", err)
	}
	record := make([]string, len(t.Head))
	for _, row := range t.Rows {
		for i, cell := range row {
			switch v := cell.(type) {
			case nil:
				record[i] = ""
			case string:
				record[i] = escapeFormula(v)
			default:
				record[i] = fmt.Sprint(v)
			}
		}
		if err := w.Write(record); err != nil {
			return nil, fmt.Errorf("write row: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	return out.Bytes(), nil
}

// escapeFormula returns text that a spreadsheet does not take for a formula, in half-width or full-width characters.
func escapeFormula(text string) string {
	if strings.IndexAny(text, "=+-@\t\r＝＋－＠") == 0 {
		return "'" + text
	}
	return text
}
