package attendance

import (
	"context"

	"tuoyu/api"
	"tuoyu/children"
	"tuoyu/nursery"
)

type attendanceMonth struct {
	Children []AttendanceTotal `json:"children" doc:"逐名合计"`
}

// Operations registers the operations about attendance.
func (s *Service) Operations(a *api.API) {
	g := a.Group(children.Tag)
	api.Handle(g.Op("GET /api/v1/attendance", "getAttendance", "某班某日考勤", ""), func(ctx context.Context, in *struct {
		Class string       `query:"class" required:"true" maxLength:"60" doc:"班级"`
		On    nursery.Date `query:"on" required:"true" doc:"日期"`
	}) (AttendanceSheet, error) {
		return s.Attendance(ctx, api.Principal(ctx), in.Class, in.On)
	})
	api.Handle(g.Op("PUT /api/v1/attendance", "putAttendance", "登记考勤", "可补登最近 31 天；更改前的登记保留备查。"), api.Execute(s.PutAttendance))
	api.Handle(g.Op("GET /api/v1/attendance/month", "getAttendanceMonth", "考勤月合计", ""), func(ctx context.Context, in *struct {
		On nursery.Date `query:"on" required:"true" doc:"该月的任何一天"`
	}) (attendanceMonth, error) {
		totals, err := s.AttendanceMonth(ctx, api.Principal(ctx), in.On)
		return attendanceMonth{totals}, err
	})
}
