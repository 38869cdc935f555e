package casework

import (
	"errors"
	"fmt"
	"io/fs"

	"tuoyu/nursery"
	"tuoyu/store"
)

// Kind is the kind of an error, which the API and the pages map to their responses.
type Kind int

// The kinds, by the HTTP status of the API's response.
const (
	BadRequest       Kind = 400
	Unauthorized     Kind = 401
	Forbidden        Kind = 403
	NotFound         Kind = 404
	MethodNotAllowed Kind = 405
	NotAcceptable    Kind = 406
	RequestTimeout   Kind = 408
	Conflict         Kind = 409
	TooLarge         Kind = 413
	MediaType        Kind = 415
	Invalid          Kind = 422
	TooMany          Kind = 429
	Internal         Kind = 500
	Unavailable      Kind = 503
)

// FieldError is one validation error of the input.
type FieldError struct {
	Location string `json:"location"` // JSON Pointer into the body, or a parameter's name
	Message  string `json:"message"`  // Chinese
}

// Error is an error with a reason for the user. Message never repeats the input.
type Error struct {
	Code    string
	Message string
	Fields  []FieldError
	Shown   any // the conflicting versions, for the user who has to resolve the conflict
	Err     error
}

// Error returns the code and the cause, for logs.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.Err)
	}
	return e.Code
}

// Kind returns the kind of the error's code.
func (e *Error) Kind() Kind { return CodeOf(e.Code).Kind }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NewError returns an error with a code of the table, a Chinese message and the fields it concerns.
func NewError(code, message string, fields ...FieldError) *Error {
	return &Error{Code: code, Message: message, Fields: fields}
}

// NewNotFound returns not_found, which is also the answer about what the principal may not see.
func NewNotFound() *Error {
	return NewError(CodeNotFound, "没有这项内容，或者您无权查看。")
}

// Passing returns the error for a request that failed for a transient reason: Postgres is unavailable or has the schema
// of another release, or the blob folder cannot be used. It returns nil for any other error.
func Passing(err error) *Error {
	var file *fs.PathError
	code, message := "", ""
	switch {
	case errors.Is(err, store.ErrSchemaMismatch):
		code, message = CodeSchemaMismatch, "系统正在升级，暂时不能办理，请几分钟后再试。"
	case errors.Is(err, store.ErrStorage), errors.As(err, &file):
		code, message = CodeStorageUnavailable, "文件暂时不能保存或读取，请稍后再试。"
	case store.IsUnavailable(err):
		code, message = CodeDatabaseUnavailable, "数据库暂时无法连接，请稍后再试。"
	default:
		return nil
	}
	return &Error{Code: code, Message: message, Err: err}
}

// FieldOf converts the error of a value's own check into a field error.
func FieldOf(location string, err error) FieldError {
	var invalid *nursery.InvalidError
	if errors.As(err, &invalid) {
		return FieldError{Location: location, Message: invalid.Message}
	}
	return FieldError{Location: location, Message: "填写有误"}
}

// FieldsOf returns the fields of an error of validation; false for any other error.
func FieldsOf(err error) ([]FieldError, bool) {
	var refused *Error
	if errors.As(err, &refused) && refused.Code == CodeInvalid {
		return refused.Fields, true
	}
	return nil, false
}
