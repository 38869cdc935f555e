package api

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"tuoyu/casework"
	"tuoyu/processes/checkup"
	"tuoyu/sheets"
)

// ClassName is the path parameter with the name of a class.
type ClassName struct {
	Class string `path:"class" maxLength:"60" doc:"班级"`
}

func registerCheckups(a *api) {
	start := creating(operation(http.MethodPost, "/api/v1/checkup-rounds", "openHalf", tagCheckups, "开启半年健康体检"))
	start.Description = "为本县区已备案、本半年度尚无体检办件的机构逐一开启。没有生效签约的，由县区待办说明；签约生效后自动开始。"
	register(a, start, func(ctx context.Context, in *struct {
		Command
		Body checkup.HalfOpening
	}) (*made[checkup.HalfOpened], error) {
		opened, err := a.service.OpenHalf(ctx, principal(ctx), in.Key, in.Body)
		return newAt(opened, err, func(checkup.HalfOpened) string { return "/api/v1/checkup-rounds" })
	})

	register(a, operation(http.MethodGet, "/api/v1/checkup-rounds", "listCheckups", tagCheckups, "体检轮次列表"), func(ctx context.Context, in *struct {
		Listing
		checkup.CheckupFilter
	}) (*answer[casework.Page[checkup.CheckupSummary]], error) {
		return reply(checkup.Rounds.Page(ctx, a.service.Service, principal(ctx), in.CheckupFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/checkup-rounds", "Checkups", tagCheckups, "体检轮次", checkup.Rounds)

	one := operation(http.MethodGet, "/api/v1/checkup-rounds/{case_no}", "getCheckup", tagCheckups, "体检轮次进度", http.StatusNotFound)
	one.Description = "各班、各项目的进度，不含姓名和结果。"
	register(a, one, func(ctx context.Context, in *CaseNumber) (*answer[checkup.CheckupDetail], error) {
		return reply(a.service.Checkup(ctx, principal(ctx), in.CaseNo))
	})
	progress := operation(http.MethodGet, "/api/v1/checkup-rounds/{case_no}/progress.xlsx", "exportCheckup", tagCheckups, "导出体检进度", http.StatusNotFound)
	register(a, downloading(progress, sheets.Media, "体检进度，Excel"), func(ctx context.Context, in *CaseNumber) (*file, error) {
		d, err := a.service.Checkup(ctx, principal(ctx), in.CaseNo)
		if err != nil {
			return nil, err
		}
		sheet, err := checkupSheet(d)
		return a.sheet(sheet, "体检进度 "+d.CaseNo, err)
	})
	registerCheckupRecords(a)
	registerReferrals(a)

	rate := operation(http.MethodGet, "/api/v1/indicators/checkup-rate", "getCheckupRate", tagCheckups, "半年健康体检率")
	register(a, rate, func(ctx context.Context, in *struct {
		Half string `query:"half" pattern:"^[0-9]{4}H[12]$" patternDescription:"如 2026H2" doc:"半年度，不填为当前"`
	}) (*answer[casework.Indicator], error) {
		return reply(a.service.CheckupRate(ctx, principal(ctx), in.Half))
	})
}

func registerCheckupRecords(a *api) {
	class := operation(http.MethodGet, "/api/v1/checkup-rounds/{case_no}/classes/{class}", "getCheckupClass", tagCheckups, "班级体检表", http.StatusNotFound)
	class.Description = "供体检人员逐名记录：姓名、月龄、监护人同意、应检项目和预警征象。读取即留痕。"
	register(a, class, func(ctx context.Context, in *struct {
		CaseNumber
		ClassName
	}) (*answer[checkup.ClassSheet], error) {
		return reply(a.service.CheckupClass(ctx, principal(ctx), in.CaseNo, in.Class))
	})

	record := creating(operation(http.MethodPost, "/api/v1/checkup-rounds/{case_no}/classes/{class}/records", "recordCheckups", tagCheckups, "登记班级体检结果", http.StatusNotFound))
	record.Description = "一次最多 50 名，全部接收或全部不接收，逐处指出问题。监护人未同意的不得记录；数值可疑的须复测。"
	register(a, record, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		ClassName
		Body checkup.ClassRecords
	}) (*made[checkup.ClassRecorded], error) {
		done, err := a.service.RecordCheckups(ctx, principal(ctx), in.Key, in.CaseNo, in.Class, in.Body)
		return newAt(done, err, func(checkup.ClassRecorded) string { return pathOf("checkup-rounds", in.CaseNo) })
	})

	type ofChild struct {
		CaseNumber
		ChildID
	}
	found := operation(http.MethodGet, "/api/v1/checkup-rounds/{case_no}/children/{child}", "getChildCheckup", tagCheckups, "一名婴幼儿的体检结果", http.StatusNotFound)
	found.Description = "仅签约医疗机构和在托机构可读，读取即留痕。"
	register(a, found, func(ctx context.Context, in *ofChild) (*answer[checkup.ChildCheckup], error) {
		return reply(a.service.ChildCheckup(ctx, principal(ctx), in.CaseNo, in.Child))
	})
	told := operation(http.MethodGet, "/api/v1/checkup-rounds/{case_no}/children/{child}/summary", "getGuardianSummary", tagCheckups, "给监护人的说明", http.StatusNotFound)
	told.Description = "通俗说明，不含诊断。读取即留痕。"
	register(a, told, func(ctx context.Context, in *ofChild) (*answer[checkup.GuardianSummary], error) {
		return reply(a.service.GuardianSummary(ctx, principal(ctx), in.CaseNo, in.Child))
	})
	printed := operation(http.MethodGet, "/api/v1/checkup-rounds/{case_no}/children/{child}/summary.pdf", "printGuardianSummary", tagCheckups, "打印给监护人的说明", http.StatusNotFound, http.StatusConflict)
	printed.Description = "带姓名，随打随用，系统不保存。读取即留痕。"
	register(a, downloading(printed, "application/pdf", "体检结果告知单"), func(ctx context.Context, in *ofChild) (*file, error) {
		pdf, err := a.service.GuardianSheet(ctx, principal(ctx), in.CaseNo, in.Child)
		if err != nil {
			return nil, err
		}
		return a.send(io.NopCloser(bytes.NewReader(pdf)), "体检结果告知单.pdf", "application/pdf", int64(len(pdf))), nil
	})
}

func registerReferrals(a *api) {
	register(a, operation(http.MethodGet, "/api/v1/referrals", "listReferrals", tagCheckups, "转诊列表"), func(ctx context.Context, in *struct {
		Listing
		checkup.ReferralFilter
	}) (*answer[casework.Page[checkup.ReferralSummary]], error) {
		return reply(checkup.Referrals.Page(ctx, a.service.Service, principal(ctx), in.ReferralFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/referrals", "Referrals", tagCheckups, "转诊列表", checkup.Referrals)
	one := operation(http.MethodGet, "/api/v1/referrals/{case_no}", "getReferral", tagCheckups, "转诊详情", http.StatusNotFound)
	one.Description = "原因和结果只给签约医疗机构，原因也给在托机构；读取即留痕。"
	register(a, one, func(ctx context.Context, in *CaseNumber) (*answer[checkup.ReferralDetail], error) {
		return reply(a.service.Referral(ctx, principal(ctx), in.CaseNo))
	})
	result := operation(http.MethodPost, "/api/v1/referrals/{case_no}/result", "putReferralResult", tagCheckups, "填写转诊结果", http.StatusNotFound)
	result.Description = "加密保存；办结待办前可以更正。"
	register(a, result, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body checkup.ReferralResult
	}) (*answer[checkup.ReferralSummary], error) {
		return reply(a.service.PutReferralResult(ctx, principal(ctx), in.Key, in.CaseNo, in.Body))
	})
}
