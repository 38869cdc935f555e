package nursery

import (
	"log/slog"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Phone is a mainland telephone number 联系电话: a mobile number of eleven digits, a landline with its area code such as
// 0355-2021234, or a service number of ten digits such as 400-123-4567; an extension follows as -801. It logs masked.
type Phone string

var (
	mobilePattern    = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landlinePattern  = regexp.MustCompile(`^0?(10|2\d|[3-9]\d{2})([2-9]\d{6,7})$`)
	servicePattern   = regexp.MustCompile(`^([48]00)(\d{3})(\d{4})$`)
	countryPattern   = regexp.MustCompile(`^(?:\+|00)86`)
	extensionPattern = regexp.MustCompile(`^(.*?)(?:转分机|转|分机|(?i:extension|ext)|x|X|#|\*)[.:]?(\d{1,6})$`)
	hyphenPattern    = regexp.MustCompile(`^(0\d{2,3}-?\d{7,8}|1[3-9]\d{9}|[48]00-?\d{3}-?\d{4})-(\d{1,6})$`)
)

const phoneForm = "电话应为11位手机号、带区号的固定电话（如 0355-2021234，分机写作 0355-2021234-801）或 400、800 号码"

// ParsePhone parses a number as people write it, with full-width digits, spaces, dots, hyphens or brackets, a prefix
// 0086 or +86 and an extension, and returns its canonical form. Area codes 010 and 02x are followed by eight digits,
// the others by seven or eight; the 0 of an area code may only be missing after the country code. The error is an
// *InvalidError with code phone.form.
func ParsePhone(s string) (Phone, error) {
	number, extension := compactPhone(s)
	national := countryPattern.ReplaceAllString(number, "")
	abroad := national != number
	if abroad {
		national = strings.TrimPrefix(national, "(0)")
	}
	if number, extension = splitExtension(national, extension); number == "" {
		return "", invalid("phone.form", phoneForm)
	}
	plain := strings.NewReplacer("-", "", "(", "", ")", "").Replace(number)
	form, ok := canonicalPhone(plain, abroad)
	if !ok {
		return "", invalid("phone.form", phoneForm)
	}
	if extension != "" {
		form += "-" + extension
	}
	return Phone(form), nil
}

// compactPhone returns the number without separators, and the extension that is introduced by a word.
func compactPhone(s string) (number, extension string) {
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		switch {
		case isUnseen(r) || r == ' ' || r == '\t' || r == '.' || r == '/' || r == '·':
		case strings.ContainsRune("‐‑‒–—―−ー", r):
			b.WriteByte('-')
		default:
			b.WriteRune(r)
		}
	}
	number = b.String()
	if part := extensionPattern.FindStringSubmatch(number); part != nil {
		return strings.Trim(part[1], "-"), part[2]
	}
	return number, ""
}

// splitExtension splits off an extension that follows a complete number after a hyphen.
func splitExtension(number, extension string) (rest, found string) {
	number = strings.NewReplacer("(", "", ")", "-").Replace(number)
	number = strings.Trim(number, "-")
	if part := hyphenPattern.FindStringSubmatch(number); part != nil && extension == "" {
		return part[1], part[2]
	}
	return number, extension
}

func canonicalPhone(plain string, abroad bool) (string, bool) {
	if mobilePattern.MatchString(plain) {
		return plain, true
	}
	if part := servicePattern.FindStringSubmatch(plain); part != nil {
		return strings.Join(part[1:], "-"), true
	}
	part := landlinePattern.FindStringSubmatch(plain)
	if part == nil || !abroad && plain[0] != '0' || len(part[1]) == 2 && len(part[2]) != 8 {
		return "", false
	}
	return "0" + part[1] + "-" + part[2], true
}

// Mobile reports whether the number can receive text messages.
func (p Phone) Mobile() bool { return mobilePattern.MatchString(string(p)) }

// Masked returns the number with all but the first three and the last two characters masked.
func (p Phone) Masked() string {
	if len(p) < 8 {
		return strings.Repeat("*", len(p))
	}
	return string(p[:3]) + strings.Repeat("*", len(p)-5) + string(p[len(p)-2:])
}

// LogValue masks the number in every slog handler.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.Masked()) }
