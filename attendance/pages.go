package attendance

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// pages are the pages of the package.
type pages struct {
	*web.Site
	service *Service
}

// Pages registers the pages of the package.
func (s *Service) Pages(site *web.Site) {
	p := &pages{site, s}
	p.registerAttendance()
}

func (s *pages) registerAttendance() {
	s.Nav("/attendance", "考勤", web.Places{nursery.RoleInstitution: 5})
	s.Page("GET /attendance", s.attendance)
	s.Page("POST /attendance", s.putAttendance)
	s.Page("GET /attendance/month", s.attendanceMonth)
}

// attendanceView is a class on a day, with the other classes to go to.
type attendanceView struct {
	AttendanceSheet
	Classes []children.ChildCount
	Today   nursery.Date
	Missing int  // number of children without an entry
	Stale   bool // somebody else has entered the day meanwhile
}

// dayOf is the day the address names, or today.
func (s *pages) dayOf(r *http.Request) (nursery.Date, error) {
	given := r.FormValue("on")
	if given == "" {
		return nursery.DateOf(s.service.Now()), nil
	}
	day, err := nursery.ParseDate(given)
	if err != nil {
		return day, &casework.Error{Code: casework.CodeInvalid, Message: "日期应如 2026-11-26。", Err: err}
	}
	return day, nil
}

func (s *pages) attendance(w http.ResponseWriter, r *http.Request) error {
	on, err := s.dayOf(r)
	if err != nil {
		return err
	}
	return s.attendanceOf(w, r, http.StatusOK, r.FormValue("class"), on, nil)
}

// attendanceOf shows a class on a day. Entered lines that were refused are shown instead of the stored ones.
func (s *pages) attendanceOf(w http.ResponseWriter, r *http.Request, status int, class string, on nursery.Date, entered []AttendanceLine) error {
	p := web.Principal(r.Context())
	v := attendanceView{Today: nursery.DateOf(s.service.Now()), Stale: entered != nil}
	var err error
	if p.Role == nursery.RoleInstitution {
		if v.Classes, err = children.For(s.service.Service).ChildCounts(r.Context(), p); err != nil {
			return err
		}
		if class == "" && len(v.Classes) > 0 {
			class = v.Classes[0].Class
		}
	}
	if v.AttendanceSheet, err = s.service.Attendance(r.Context(), p, class, on); err != nil {
		return err
	}
	for i, l := range v.Children {
		if l.State == "" {
			v.Missing++
		}
		if n := slices.IndexFunc(entered, func(e AttendanceLine) bool { return e.Child == l.Child }); n >= 0 {
			v.Children[i].State = entered[n].State
		}
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: "考勤", Wide: true}, attendancePage(v))
}

func (s *pages) putAttendance(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	on, err := s.dayOf(r)
	if err != nil {
		return err
	}
	in := AttendanceEntry{Class: r.PostFormValue("class"), On: on, Version: int64(web.Version(r))}
	for _, child := range r.PostForm["child"] {
		in.Children = append(in.Children, AttendanceLine{Child: child, State: nursery.AttendanceState(r.PostFormValue("state:" + child))})
	}
	sheet, err := s.service.PutAttendance(r.Context(), web.Principal(r.Context()), web.Key(r), in)
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Code == casework.CodeVersionStale {
		return s.attendanceOf(w, r, http.StatusConflict, in.Class, on, in.Children)
	}
	if err != nil {
		return err
	}
	to := "/attendance?" + url.Values{"class": {sheet.Class}, "on": {sheet.On.String()}}.Encode()
	return s.Done(w, r, to, sheet.Class+"已登记，出勤 "+ui.Count(sheet.Present)+" / "+ui.Count(len(sheet.Children))+" 名。")
}

// attendanceCells returns the table of a month's attendance.
func attendanceCells(month string) []ui.Cell[AttendanceTotal] {
	return ui.CellsOf(MonthSheet(month), ui.Looks[AttendanceTotal]{
		"姓名": ui.PartyCell(func(t AttendanceTotal) (string, string) { return t.Name, t.Child }),
	})
}

func (s *pages) attendanceMonth(w http.ResponseWriter, r *http.Request) error {
	on, err := s.dayOf(r)
	if err != nil {
		return err
	}
	totals, err := s.service.AttendanceMonth(r.Context(), web.Principal(r.Context()), on)
	if err != nil {
		return err
	}
	month := nursery.MonthText(on)
	return web.SheetPage(s.Site, w, r, MonthSheet(month), totals, web.Frame{Title: month + " 考勤合计", Wide: true, Back: "/attendance"}, func() templ.Component {
		return attendanceMonthPage(month, totals, web.WithParam(r, "export", "xlsx"))
	})
}
