package nursery

import (
	"log/slog"
	"regexp"
	"strings"
)

// Phone is a mainland telephone number (联系电话): a mobile number of eleven digits, or a landline written with its area
// code as 0355-2021234. Logged it shows itself masked.
type Phone string

var (
	mobilePattern   = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landlinePattern = regexp.MustCompile(`^(010|02\d|0[3-9]\d{2})([2-9]\d{6,7})$`)
)

// ParsePhone reads a number as people write it, with spaces, hyphens or +86 before a mobile number, and gives its one
// canonical form. Area codes 010 and 02x have eight digits after them, the others seven or eight. The error is an
// *InvalidError with code phone.form.
func ParsePhone(s string) (Phone, error) {
	compact := strings.NewReplacer(" ", "", "-", "").Replace(s)
	if mobile := strings.TrimPrefix(compact, "+86"); mobilePattern.MatchString(mobile) {
		return Phone(mobile), nil
	}
	if part := landlinePattern.FindStringSubmatch(compact); part != nil && (len(part[1]) == 4 || len(part[2]) == 8) {
		return Phone(part[1] + "-" + part[2]), nil
	}
	return "", invalid("phone.form", "电话应为11位手机号,或带区号的固定电话,如 0355-2021234")
}

// Mobile reports whether the number can take a text message.
func (p Phone) Mobile() bool { return mobilePattern.MatchString(string(p)) }

// Masked gives the number with all but the first three and the last two characters hidden.
func (p Phone) Masked() string {
	if len(p) < 8 {
		return strings.Repeat("*", len(p))
	}
	return string(p[:3]) + strings.Repeat("*", len(p)-5) + string(p[len(p)-2:])
}

// LogValue masks the number in every slog handler.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.Masked()) }
