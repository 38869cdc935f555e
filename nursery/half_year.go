package nursery

import (
	"encoding"
	"fmt"
	"time"
)

// HalfYear is a calendar half-year 半年度, in which every child in care is checked and every institution inspected at
// least once. Its text is "2026H2".
type HalfYear struct {
	Year int
	Half int // 1 or 2
}

var (
	_ encoding.TextMarshaler   = HalfYear{}
	_ encoding.TextUnmarshaler = (*HalfYear)(nil)
)

// HalfYearOf returns the half-year that contains a day.
func HalfYearOf(d Date) HalfYear {
	if d.Month <= time.June {
		return HalfYear{d.Year, 1}
	}
	return HalfYear{d.Year, 2}
}

// ParseHalfYear parses text such as "2026H2". The error is an *InvalidError.
func ParseHalfYear(s string) (HalfYear, error) {
	var h HalfYear
	if len(s) == 6 && s[4] == 'H' {
		if n, err := fmt.Sscanf(s, "%4dH%1d", &h.Year, &h.Half); err == nil && n == 2 && h.String() == s && (h.Half == 1 || h.Half == 2) {
			return h, nil
		}
	}
	return HalfYear{}, invalid("half_year", "半年度应如 2026H1 或 2026H2")
}

// IsZero reports whether h is the zero HalfYear.
func (h HalfYear) IsZero() bool { return h == HalfYear{} }

// First returns the first day of the half-year.
func (h HalfYear) First() Date { return NewDate(h.Year, time.Month(6*h.Half-5), 1) }

// Last returns the last day of the half-year.
func (h HalfYear) Last() Date { return h.Next().First().AddDays(-1) }

// Contains reports whether the day is in the half-year.
func (h HalfYear) Contains(d Date) bool { return HalfYearOf(d) == h }

// Next returns the half-year after this one.
func (h HalfYear) Next() HalfYear {
	if h.Half == 1 {
		return HalfYear{h.Year, 2}
	}
	return HalfYear{h.Year + 1, 1}
}

// Previous returns the half-year before this one.
func (h HalfYear) Previous() HalfYear {
	if h.Half == 2 {
		return HalfYear{h.Year, 1}
	}
	return HalfYear{h.Year - 1, 2}
}

// String formats the half-year as 2026H2.
func (h HalfYear) String() string { return fmt.Sprintf("%04dH%d", h.Year, h.Half) }

// Title returns the Chinese name, such as 2026年下半年.
func (h HalfYear) Title() string {
	return fmt.Sprintf("%d年%s半年", h.Year, map[int]string{1: "上", 2: "下"}[h.Half])
}

// MarshalText implements encoding.TextMarshaler, and with it JSON; the zero HalfYear is "".
func (h HalfYear) MarshalText() ([]byte, error) {
	if h.IsZero() {
		return []byte{}, nil
	}
	return []byte(h.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *HalfYear) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*h = HalfYear{}
		return nil
	}
	*h, err = ParseHalfYear(string(text))
	return err
}
