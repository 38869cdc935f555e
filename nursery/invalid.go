package nursery

// InvalidError reports that a value does not conform to its standard. Code is stable and meant for programs
// ("uscc.check"), Message is Chinese and meant for the person. Neither ever repeats the value: a resident ID typed into
// the wrong field must not reach a log through an error.
type InvalidError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error returns the code and the message in one line.
func (e *InvalidError) Error() string { return e.Code + ": " + e.Message }

func invalid(code, message string) *InvalidError { return &InvalidError{Code: code, Message: message} }
