package procedures

import (
	"fmt"
	"strconv"
)

// KeyText returns a value that JSON was decoded into as a part of a key: a number in full, also one that would be written with an
// exponent.
func KeyText(value any) string {
	if n, ok := value.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}
