package casework

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tuoyu/limits"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

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
