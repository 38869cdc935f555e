package uploads

import "fmt"

// Reason is why a file is refused.
type Reason string

// The reasons.
const (
	Type      Reason = "type"      // not an accepted kind of file
	Empty     Reason = "empty"     // 0 bytes
	Encrypted Reason = "encrypted" // needs a password to be opened
	Broken    Reason = "broken"    // cannot be opened as its kind of file
	NoPages   Reason = "no pages"  // a PDF without a page
	Picture   Reason = "picture"   // too many pixels
	Busy      Reason = "busy"      // the maximum number of files is being checked
)

// Error is the refusal of a file, with messages in Chinese.
type Error struct {
	Reason  Reason
	Message string
	Field   string // the message at the field of the file; empty: the refusal is not about the file
	Err     error
}

// Error returns the reason and the cause, for logs.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("file refused, %s: %v", e.Reason, e.Err)
	}
	return "file refused, " + string(e.Reason)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func refused(reason Reason, message, field string) *Error {
	return &Error{Reason: reason, Message: message, Field: field}
}

func brokenFile(message string) *Error {
	return refused(Broken, "文件不能打开："+message+"。", message)
}

// EmptyFile returns the refusal of a file without content.
func EmptyFile() *Error {
	return refused(Empty, "文件是空的，没有内容。", "文件是空的（0 字节），请检查后重新选择")
}

func encryptedFile(message string) *Error {
	return refused(Encrypted, message+"。", message)
}

// UnknownFile returns the refusal of a file that is not of an accepted kind.
func UnknownFile(message string) *Error {
	return refused(Type, "只接收 "+Kinds+" 文件。", message)
}
