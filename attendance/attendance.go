package attendance

import (
	"context"
	"fmt"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/store"
)

// attendanceBack is how many days back a class may still be entered or put right.
const attendanceBack = 31

// AttendanceLine is a child on a day.
type AttendanceLine struct {
	Child string                  `json:"child" minLength:"1" maxLength:"64" doc:"婴幼儿编号"`
	State nursery.AttendanceState `json:"state" enum:"present,sick,leave,absent" doc:"出勤、病假、事假或者未到"`
}

// AttendanceChild is a child of a class on a day as its institution sees it.
type AttendanceChild struct {
	AttendanceLine
	Name string `json:"name,omitempty" doc:"姓名，查阅留痕；已离托的没有"`
}

// AttendanceSheet is the attendance sheet (考勤表) of a class on one day. A child without an entry has an empty state.
type AttendanceSheet struct {
	Class    string            `json:"class" doc:"班级"`
	On       nursery.Date      `json:"on" doc:"日期"`
	Version  int64             `json:"version" doc:"版本，登记时须注明"`
	Children []AttendanceChild `json:"children" doc:"当日在托的婴幼儿"`
	Present  int               `json:"present" doc:"出勤人数"`
}

// AttendanceEntry enters a class on a day. Children that are not named stay as they are.
type AttendanceEntry struct {
	Class    string           `json:"class" minLength:"1" maxLength:"60" doc:"班级"`
	On       nursery.Date     `json:"on" doc:"日期，不晚于今天"`
	Version  int64            `json:"version" minimum:"0" doc:"所依据的版本"`
	Children []AttendanceLine `json:"children" minItems:"1" maxItems:"200" doc:"逐名登记"`
}

// AttendanceTotal is a child's month.
type AttendanceTotal struct {
	Child   string `json:"child" doc:"婴幼儿编号"`
	Name    string `json:"name,omitempty" doc:"姓名，查阅留痕；已离托的没有"`
	Present int    `json:"present" doc:"出勤天数"`
	Sick    int    `json:"sick" doc:"病假天数"`
	Leave   int    `json:"leave" doc:"事假天数"`
	Absent  int    `json:"absent" doc:"未到天数"`
}

// Attendance returns the attendance sheet of a class of p's institution on a day, ordered by name. It logs the reading
// once per reader and day.
func (s *Service) Attendance(ctx context.Context, p nursery.Principal, class string, on nursery.Date) (AttendanceSheet, error) {
	if err := s.Authorize(ctx, p, "attendance.read", casework.Resource{}); err != nil {
		return AttendanceSheet{}, err
	}
	var sheet AttendanceSheet
	err := s.As(ctx, p, func(q *store.Queries) (err error) {
		if sheet, err = classOnDay(ctx, q, p, class, on); err != nil {
			return err
		}
		ids := make([]string, len(sheet.Children))
		for i, c := range sheet.Children {
			ids[i] = c.Child
		}
		names, err := children.For(s.Service).CareNames(ctx, q, p, children.CarePurpose(p), "考勤", ids)
		for i := range sheet.Children {
			sheet.Children[i].Name = names[sheet.Children[i].Child]
		}
		return err
	})
	return sheet, err
}

func classOnDay(ctx context.Context, q *store.Queries, p nursery.Principal, class string, on nursery.Date) (AttendanceSheet, error) {
	class = nursery.NormalClass(class)
	sheet := AttendanceSheet{Class: class, On: on, Children: []AttendanceChild{}}
	rows, err := q.ClassOnDay(ctx, store.ClassOnDayParams{Institution: p.Institution, Class: class, OnDay: on})
	if err != nil {
		return sheet, err
	}
	for _, row := range rows {
		state := nursery.AttendanceState(row.State)
		sheet.Children = append(sheet.Children, AttendanceChild{AttendanceLine: AttendanceLine{Child: row.Child, State: state}})
		sheet.Version = max(sheet.Version, row.Entry)
		if state == nursery.Present {
			sheet.Present++
		}
	}
	return sheet, nil
}

// PutAttendance enters a class on a day; what was entered before stays on record. Its answer, which is stored for a repeat, names
// nobody. Errors: invalid, version_stale.
func (s *Service) PutAttendance(ctx context.Context, p nursery.Principal, key string, in AttendanceEntry) (AttendanceSheet, error) {
	if err := children.For(s.Service).AuthorizeAtHome(ctx, p, "attendance.put"); err != nil {
		return AttendanceSheet{}, err
	}
	var c casework.Checker
	c.Limits(in)
	if today := s.Today(); !in.On.Valid() || in.On.After(today) || in.On.Before(today.AddDays(-attendanceBack)) {
		c.Add("/on", fmt.Sprintf("应在最近 %d 天之内，不晚于今天", attendanceBack))
	}
	if err := c.Err(); err != nil {
		return AttendanceSheet{}, err
	}
	sheet, err := casework.Command(ctx, s.Service, p, key, "attendance.put", in, func(q *store.Queries) (AttendanceSheet, error) {
		if err := q.LockAttendance(ctx, store.LockAttendanceParams{Institution: p.Institution, OnDay: in.On}); err != nil {
			return AttendanceSheet{}, err
		}
		now, err := classOnDay(ctx, q, p, in.Class, in.On)
		if err != nil {
			return now, err
		}
		if now.Version != in.Version {
			return now, casework.NewError(casework.CodeVersionStale, "本班当日的考勤刚刚更新过，请核对后重新登记。")
		}
		write := store.InsertAttendanceParams{OnDay: in.On, County: p.County, Institution: p.Institution, Class: nursery.NormalClass(in.Class), EnteredBy: p.Account, EnteredAt: s.Now()}
		in.changes(now, &c, &write)
		if err := c.Err(); err != nil {
			return now, err
		}
		if len(write.Children) == 0 {
			return now, nil
		}
		if err := q.InsertAttendance(ctx, write); err != nil {
			return now, err
		}
		return classOnDay(ctx, q, p, in.Class, in.On)
	})
	return sheet, err
}

// changes adds the rows to write to write, and reports to c every child that is not in the class on the day.
func (in AttendanceEntry) changes(now AttendanceSheet, c *casework.Checker, write *store.InsertAttendanceParams) {
	stands := make(map[string]nursery.AttendanceState, len(now.Children))
	for _, l := range now.Children {
		stands[l.Child] = l.State
	}
	for i, l := range in.Children {
		state, ok := stands[l.Child]
		switch {
		case !ok:
			c.Add(fmt.Sprintf("/children/%d/child", i), "当日不在本班，或重复填写")
		case state != l.State:
			write.Children, write.States = append(write.Children, l.Child), append(write.States, string(l.State))
		}
		delete(stands, l.Child)
	}
}

// AttendanceMonth sums up a month of p's institution, child by child and by name. Month is any day of it. That it was read is
// logged, once a reader and day.
func (s *Service) AttendanceMonth(ctx context.Context, p nursery.Principal, month nursery.Date) ([]AttendanceTotal, error) {
	if err := s.Authorize(ctx, p, "attendance.read", casework.Resource{}); err != nil {
		return nil, err
	}
	first := nursery.NewDate(month.Year, month.Month, 1)
	totals := []AttendanceTotal{}
	err := s.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.AttendanceOfMonth(ctx, store.AttendanceOfMonthParams{Institution: p.Institution, FromDay: first, UntilDay: nursery.NextMonth(first)})
		if err != nil {
			return err
		}
		for _, row := range rows {
			if n := len(totals); n == 0 || totals[n-1].Child != row.Child {
				totals = append(totals, AttendanceTotal{Child: row.Child})
			}
			totals[len(totals)-1].count(nursery.AttendanceState(row.State), int(row.Days))
		}
		ids := make([]string, len(totals))
		for i, t := range totals {
			ids[i] = t.Child
		}
		names, err := children.For(s.Service).CareNames(ctx, q, p, children.CarePurpose(p), "考勤月合计", ids)
		for i := range totals {
			totals[i].Name = names[totals[i].Child]
		}
		return err
	})
	return totals, err
}

func (t *AttendanceTotal) count(state nursery.AttendanceState, days int) {
	switch state {
	case nursery.Present:
		t.Present += days
	case nursery.SickLeave:
		t.Sick += days
	case nursery.OnLeave:
		t.Leave += days
	case nursery.NotThere:
		t.Absent += days
	}
}

// MonthSheet returns the table of a month's attendance, such as 2026-11.
func MonthSheet(month string) casework.Sheet[AttendanceTotal] {
	return casework.Sheet[AttendanceTotal]{Title: month + " 考勤合计", Columns: []casework.Column[AttendanceTotal]{
		{Title: "姓名", Head: "婴幼儿", Value: func(t AttendanceTotal) any { return t.Name }},
		{Title: "婴幼儿编号", FilesOnly: true, Value: func(t AttendanceTotal) any { return t.Child }},
		{Title: "出勤", Value: func(t AttendanceTotal) any { return t.Present }},
		{Title: "病假", Value: func(t AttendanceTotal) any { return t.Sick }},
		{Title: "事假", Value: func(t AttendanceTotal) any { return t.Leave }},
		{Title: "未到", Value: func(t AttendanceTotal) any { return t.Absent }},
	}}
}
