package nursery

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

var (
	dayWithTime = regexp.MustCompile(`^(.*?)[T ]?0{1,2}:0{2}(:0{2}(\.0+)?)?(Z|\+08:?00)?$`)
	dayInParts  = regexp.MustCompile(`^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?$`)
	dayCompact  = regexp.MustCompile(`^([0-9]{4})([0-9]{2})([0-9]{2})$`)
	dayCounted  = regexp.MustCompile(`^([0-9]{5})(\.0+)?$`)
)

// ReadDate parses a day in the forms people and spreadsheets write: 2025-03-08, 2025/3/8, 2025.3.8, 2025年3月8日,
// 20250308 or a number of days since 1899-12-30, also in full-width digits. A time of midnight is dropped; any other
// time, a two-digit year and a day written first are ambiguous and rejected. It returns the zero Date for an empty
// text. The error is an *InvalidError with code date.format or date.day.
func ReadDate(text string) (Date, error) {
	text = strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case unicode.Is(unicode.Cf, r):
			return -1
		case strings.ContainsRune("‐‑‒–—−", r):
			return '-'
		case r == '。':
			return '.'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	if m := dayWithTime.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	text = strings.ReplaceAll(text, " ", "")
	if text == "" {
		return Date{}, nil
	}
	if m := dayCounted.FindStringSubmatch(text); m != nil {
		days, _ := strconv.Atoi(m[1]) // five digits
		return NewDate(1899, time.December, 30).AddDays(days), nil
	}
	m := dayInParts.FindStringSubmatch(text)
	if m == nil {
		m = dayCompact.FindStringSubmatch(text)
	}
	if m == nil {
		return Date{}, invalid("date.format", "日期应如 2025-03-08 或 2025年3月8日")
	}
	var parts [3]int
	for i := range parts {
		parts[i], _ = strconv.Atoi(m[i+1]) // at most four digits
	}
	d := Date{Year: parts[0], Month: time.Month(parts[1]), Day: parts[2]}
	if !d.Valid() {
		return Date{}, invalid("date.day", "日期不存在,请核对年月日")
	}
	return d, nil
}
