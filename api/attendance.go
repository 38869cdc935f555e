package api

import (
	"context"
	"net/http"

	"tuoyu/attendance"
	"tuoyu/nursery"
)

type attendanceMonth struct {
	Children []attendance.AttendanceTotal `json:"children" doc:"逐名合计"`
}

func registerAttendance(a *api) {
	register(a, operation(http.MethodGet, "/api/v1/attendance", "getAttendance", tagChildren, "某班某日考勤"), func(ctx context.Context, in *struct {
		Class string       `query:"class" required:"true" maxLength:"60" doc:"班级"`
		On    nursery.Date `query:"on" required:"true" doc:"日期"`
	}) (*answer[attendance.AttendanceSheet], error) {
		return reply(a.service.Attendance(ctx, principal(ctx), in.Class, in.On))
	})
	put := operation(http.MethodPut, "/api/v1/attendance", "putAttendance", tagChildren, "登记考勤")
	put.Description = "可补登最近 31 天；更改前的登记保留备查。"
	register(a, put, func(ctx context.Context, in *struct {
		Command
		Body attendance.AttendanceEntry
	}) (*answer[attendance.AttendanceSheet], error) {
		return reply(a.service.PutAttendance(ctx, principal(ctx), in.Key, in.Body))
	})
	register(a, operation(http.MethodGet, "/api/v1/attendance/month", "getAttendanceMonth", tagChildren, "考勤月合计"), func(ctx context.Context, in *struct {
		On nursery.Date `query:"on" required:"true" doc:"该月的任何一天"`
	}) (*answer[attendanceMonth], error) {
		totals, err := a.service.AttendanceMonth(ctx, principal(ctx), in.On)
		return reply(attendanceMonth{totals}, err)
	})
}
