package sheets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The errors for a file that cannot be read, wrapped by an *Error.
var (
	ErrNotATable   = errors.New("neither a workbook nor CSV text")
	ErrTooManyRows = errors.New("too many rows")
	ErrTooLarge    = errors.New("too large once unpacked")
	ErrHeadings    = errors.New("a heading more than once")
	ErrWhichSheet  = errors.New("several sheets have the headings")
	ErrQuote       = errors.New("a quotation without end")
	ErrOldFormat   = errors.New("a workbook of another format")
)

// Error is the reason why a file cannot be read, with a message for the user.
type Error struct {
	Message string
	Err     error
}

// Error returns the text of the cause, for logs.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// HeadError is the error for a file that lacks required columns.
type HeadError struct{ Missing []string }

// Error lists the missing columns.
func (e *HeadError) Error() string { return "missing columns: " + strings.Join(e.Missing, ", ") }

func wrong(err error, message string) *Error { return &Error{Message: message, Err: err} }

func tooLarge() *Error {
	return wrong(ErrTooLarge, fmt.Sprintf("文件内容过多：展开后不能超过 %d MiB、%d 列。请删去无关的工作表和列，或分成几个文件。", MaxBytes>>20, MaxColumns))
}

// unreadable wraps an error without a message for the user as that of a damaged file or one of another kind.
func unreadable(err error) error {
	var known *Error
	if errors.As(err, &known) || errors.Is(err, errEnough) {
		return err
	}
	return &Error{Message: "文件已损坏或不是 Excel 工作簿，请用 Excel 另存为 .xlsx 后重试。", Err: fmt.Errorf("%w: %w", ErrNotATable, err)}
}

// oldWorkbook returns the error for a file in the OLE container format: a password-protected workbook or one of Excel
// 97–2003.
func oldWorkbook(content io.ReaderAt, size int64) error {
	marker := []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
	raw, err := io.ReadAll(io.NewSectionReader(content, 0, size))
	if err == nil && bytes.Contains(raw, marker) {
		return wrong(ErrOldFormat, "工作簿设有打开密码，请取消密码后重试。")
	}
	return wrong(ErrOldFormat, "这是旧版 Excel（.xls）文件，改名为 .xlsx 也不能读取。请用 Excel 或 WPS 打开，另存为 .xlsx 后重试。")
}
