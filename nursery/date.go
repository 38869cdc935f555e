// Package nursery defines the domain model: what an institution files, the case, its tasks and decisions, and the
// dates, divisions and identifiers in them with the checks of their standards. It imports no other package of this
// module.
package nursery

import (
	"database/sql/driver"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Shanghai is the civil time of the whole country (北京时间), UTC+8. It is a fixed zone, so the program needs no zone
// database: daylight saving was last used in 1991, and no earlier instant is converted to a date.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

const (
	dateLayout = "2006-01-02"
	secondsDay = 24 * 60 * 60
)

// Date is a civil date (日期) without time of day or zone. The zero Date means "none": it is encoded as "" in text and
// JSON and as NULL in SQL. Dates are comparable with == and may be map keys.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate parses a date in the form 2006-01-02, from year 1 on. The error is an *InvalidError with code date.format
// or, for a day that no calendar has, date.day.
func ParseDate(s string) (Date, error) {
	if len(s) != len(dateLayout) || s[4] != '-' || s[7] != '-' {
		return Date{}, invalid("date.format", "日期格式应为 2026-01-31")
	}
	var d Date
	for i, c := range []byte(s) {
		switch {
		case i == 4 || i == 7:
		case c < '0' || c > '9':
			return Date{}, invalid("date.format", "日期格式应为 2026-01-31")
		case i < 4:
			d.Year = d.Year*10 + int(c-'0')
		case i < 7:
			d.Month = d.Month*10 + time.Month(c-'0')
		default:
			d.Day = d.Day*10 + int(c-'0')
		}
	}
	if !d.Valid() {
		return Date{}, invalid("date.day", "日期不存在,请核对年月日")
	}
	return d, nil
}

// NewDate returns the date of year, month and day; values out of range are normalized as in time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return dateIn(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf returns the date in China at the instant t; the zero Date for the zero time.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	return dateIn(t.In(Shanghai))
}

func dateIn(t time.Time) Date {
	y, m, d := t.Date()
	return Date{Year: y, Month: m, Day: d}
}

// String formats the date as 2006-01-02, the zero Date as "".
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// Long formats the date as documents write it, 2026年11月24日, the zero Date as "".
func (d Date) Long() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, int(d.Month), d.Day)
}

// Minute formats a time in Shanghai to the minute, 2026-11-24 08:05.
func Minute(t time.Time) string { return t.In(Shanghai).Format("2006-01-02 15:04") }

// Second formats a time in Shanghai to the second, 2026-11-24 08:05:09.
func Second(t time.Time) string { return t.In(Shanghai).Format("2006-01-02 15:04:05") }

// IsZero reports whether d is "no date".
func (d Date) IsZero() bool { return d == Date{} }

// Valid reports whether d is a day of the calendar in years 1 to 9999. The zero Date is not.
func (d Date) Valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Month >= time.January && d.Month <= time.December &&
		d.Day >= 1 && d.Day <= daysIn(d.Year, d.Month)
}

// Compare returns -1 if d is before other, 0 if they are the same day, +1 if d is after other.
func (d Date) Compare(other Date) int {
	for _, diff := range [...]int{d.Year - other.Year, int(d.Month - other.Month), d.Day - other.Day} {
		switch {
		case diff < 0:
			return -1
		case diff > 0:
			return 1
		}
	}
	return 0
}

// Before reports whether d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// After reports whether d is a later day than other.
func (d Date) After(other Date) bool { return d.Compare(other) > 0 }

// AddDays returns the date n days later, or earlier if n is negative.
func (d Date) AddDays(n int) Date { return NewDate(d.Year, d.Month, d.Day+n) }

// AddMonths returns the same day n months later, or earlier if n is negative. In a month without that day it returns
// the last day (民法典 art. 202): one month after 31 January is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	first := NewDate(d.Year, d.Month+time.Month(n), 1)
	first.Day = min(d.Day, daysIn(first.Year, first.Month))
	return first
}

// DaysUntil returns the number of days from d to other, negative if other is earlier.
func (d Date) DaysUntil(other Date) int {
	return int((other.In(time.UTC).Unix() - d.In(time.UTC).Unix()) / secondsDay)
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.In(time.UTC).Weekday() }

// MonthsSince returns the completed months of age (月龄) on d of a child born on birth: the largest n for which
// birth.AddMonths(n) is not after d. It is negative before birth.
func (d Date) MonthsSince(birth Date) int {
	n := (d.Year-birth.Year)*12 + int(d.Month-birth.Month)
	if birth.AddMonths(n).After(d) {
		n--
	}
	return n
}

// In returns the instant at which d starts in loc; the zero time for the zero Date.
func (d Date) In(loc *time.Location) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
}

// MarshalText implements encoding.TextMarshaler, and with it JSON: "2006-01-02", or "" for the zero Date. It returns an
// error for a Date that is not a day of the calendar.
func (d Date) MarshalText() ([]byte, error) {
	if !d.IsZero() && !d.Valid() {
		return nil, fmt.Errorf("write date %s: no such day", d)
	}
	return []byte(d.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler as the reverse of MarshalText. Errors are those of ParseDate.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value implements driver.Valuer: midnight UTC of the day, which is how drivers exchange SQL dates, or NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	if !d.Valid() {
		return nil, fmt.Errorf("write date %s: no such day", d)
	}
	return d.In(time.UTC), nil
}

// Scan implements sql.Scanner. It accepts NULL, text as in ParseDate, and a time at midnight in its own zone, which is
// how drivers return a SQL date. It returns an error for any other time: an instant has a date only in a zone, see
// DateOf.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	case time.Time:
		if h, m, s := v.Clock(); h|m|s|v.Nanosecond() != 0 {
			return fmt.Errorf("read date: got an instant at %02d:%02d:%02d, want a date", h, m, s)
		}
		*d = dateIn(v)
		return nil
	default:
		return fmt.Errorf("read date: got %T, want a date", src)
	}
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

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
