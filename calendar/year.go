package calendar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tuoyu/nursery"
)

// Year is the arrangement of days off of one calendar year as the State Council publishes it each autumn (国务院办公厅
// 关于部分节假日安排的通知). Only Load creates one, so a Year is always valid; it is immutable.
type Year struct {
	number  int
	sources []string
	days    []Day
}

// Day is one entry of a notice: a day off, or a make-up day (调休上班日) on a weekend. It differs from or confirms the
// regular week.
type Day struct {
	Date nursery.Date `json:"date"`
	Name string       `json:"name"`
	Off  bool         `json:"off"`
}

type yearFile struct {
	Year   int      `json:"year"`
	Source []string `json:"source"`
	Days   []Day    `json:"days"`
}

// The festivals of 全国年节及纪念日放假办法 art. 2 that every notice arranges, and those with a fixed date. A file without one
// of them is truncated, and loading it would put due dates on holidays.
var (
	festivals = []string{"元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆"}
	fixedDays = []struct {
		month time.Month
		day   int
	}{{time.January, 1}, {time.May, 1}, {time.October, 1}, {time.October, 2}, {time.October, 3}}
)

// Load parses a holiday year from a JSON file of the form
//
//	{"year": 2026, "source": ["https://…"], "days": [{"date": "2026-01-01", "name": "元旦", "off": true}, …]}
//
// and validates it: a source is named, each day appears once and is in the year or the December before it, make-up days
// fall on weekends, and no statutory festival is missing. Unknown fields are an error. The error wraps a
// *nursery.InvalidError with code calendar.json, calendar.year, calendar.source, calendar.day or calendar.festival.
func Load(raw []byte) (Year, error) {
	var file struct {
		yearFile
		Days []struct {
			Date nursery.Date `json:"date"`
			Name string       `json:"name"`
			Off  *bool        `json:"off"`
		} `json:"days"`
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return Year{}, fmt.Errorf("%w: %w", invalid("calendar.json", "节假日文件不是规定格式的JSON"), err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Year{}, invalid("calendar.json", "节假日文件在年份内容之后还有多余内容")
	}
	year := Year{number: file.Year, sources: file.Source}
	for i, d := range file.Days {
		if d.Off == nil {
			return Year{}, invalid("calendar.day", fmt.Sprintf("第%d条未注明放假还是上班", i+1))
		}
		year.days = append(year.days, Day{Date: d.Date, Name: d.Name, Off: *d.Off})
	}
	if err := year.check(); err != nil {
		return Year{}, err
	}
	slices.SortFunc(year.days, func(a, b Day) int { return a.Date.Compare(b.Date) })
	return year, nil
}

// Number returns the calendar year, such as 2026.
func (y Year) Number() int { return y.number }

// Sources returns the addresses of the notice.
func (y Year) Sources() []string { return slices.Clone(y.sources) }

// Days returns the entries of the notice in order of date.
func (y Year) Days() []Day { return slices.Clone(y.days) }

// MarshalJSON encodes the year in the form that Load parses.
func (y Year) MarshalJSON() ([]byte, error) {
	return json.Marshal(yearFile{Year: y.number, Source: y.sources, Days: y.days})
}

func (y Year) check() error {
	if y.number < 2000 || y.number > 9998 {
		return invalid("calendar.year", fmt.Sprintf("年份 %d 不对", y.number))
	}
	if len(y.sources) == 0 || slices.Contains(y.sources, "") {
		return invalid("calendar.source", "未注明国务院通知的出处")
	}
	first := nursery.NewDate(y.number-1, time.December, 1)
	last := nursery.NewDate(y.number, time.December, 31)
	off := map[nursery.Date]bool{}
	var names strings.Builder
	for _, d := range y.days {
		_, twice := off[d.Date]
		switch {
		case d.Date.Before(first) || d.Date.After(last):
			return invalid("calendar.day", fmt.Sprintf("%s 不属于 %d 年的安排", d.Date, y.number))
		case twice:
			return invalid("calendar.day", fmt.Sprintf("%s 重复", d.Date))
		case d.Name == "":
			return invalid("calendar.day", fmt.Sprintf("%s 没有节日名称", d.Date))
		case !d.Off && !weekend(d.Date):
			return invalid("calendar.day", fmt.Sprintf("%s 不是周末,不能调休上班", d.Date))
		}
		off[d.Date] = d.Off
		if d.Off {
			names.WriteString(d.Name)
		}
	}
	for _, f := range fixedDays {
		if d := nursery.NewDate(y.number, f.month, f.day); !off[d] {
			return invalid("calendar.festival", fmt.Sprintf("法定节假日 %s 未列为放假", d))
		}
	}
	for _, festival := range festivals {
		if !strings.Contains(names.String(), festival) {
			return invalid("calendar.festival", fmt.Sprintf("缺少%s的安排", festival))
		}
	}
	return nil
}

func weekend(d nursery.Date) bool {
	weekday := d.Weekday()
	return weekday == time.Saturday || weekday == time.Sunday
}

func invalid(code, message string) error {
	return &nursery.InvalidError{Code: code, Message: message}
}
