package checkup

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// Tag is the group of operations about check-ups and referrals.
var Tag = api.Tag{Name: "健康体检", Description: "在托婴幼儿半年健康体检：轮次、班级体检表、体检结果与转诊"}

// checkItem is the schema of nursery.CheckItem, from the table of check-up items.
type checkItem string

// Schema returns a string that is one of the items' codes.
func (checkItem) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, item := range nursery.CheckItems() {
		s.Enum = append(s.Enum, string(item))
	}
	return s
}

// ClassOfRound is the path parameters with the number of a round and the name of a class.
type ClassOfRound struct {
	api.CaseNumber
	Class string `path:"class" maxLength:"60" doc:"班级"`
}

// ChildOfRound is the path parameters with the number of a round and the identifier of a child.
type ChildOfRound struct {
	api.CaseNumber
	Child string `path:"child" maxLength:"40" doc:"婴幼儿编号"`
}

// Operations registers the operations about rounds of check-ups and about referrals.
func (s *Service) Operations(a *api.API) {
	a.Schemas().RegisterTypeAlias(reflect.TypeFor[nursery.CheckItem](), reflect.TypeFor[checkItem]())
	g := a.Group(Tag)
	api.Create(g.Op("POST /api/v1/checkup-rounds", "openHalf", "开启半年健康体检",
		"为本县区已备案、本半年度尚无体检办件的机构逐一开启。没有生效签约的，由县区待办说明；签约生效后自动开始。"),
		api.Execute(s.OpenHalf), func(HalfOpened) string { return "/api/v1/checkup-rounds" })
	api.Page(g.Op("GET /api/v1/checkup-rounds", "listCheckups", "体检轮次列表", ""), Rounds, func(in *struct {
		api.Listing
		CheckupFilter
	}) (api.Listing, CheckupFilter) {
		return in.Listing, in.CheckupFilter
	})
	api.Exports(g, "/api/v1/checkup-rounds", "Checkups", "体检轮次", Rounds)
	api.Handle(g.Op("GET /api/v1/checkup-rounds/{case_no}", "getCheckup", "体检轮次进度", "各班、各项目的进度，不含姓名和结果。"), api.CaseQuery(s.Checkup))
	api.Download(g.Op("GET /api/v1/checkup-rounds/{case_no}/progress.xlsx", "exportCheckup", "导出体检进度", ""), sheets.Media, "体检进度，Excel",
		func(ctx context.Context, in *api.CaseNumber) (casework.File, error) {
			d, err := s.Checkup(ctx, api.Principal(ctx), in.CaseNo)
			if err != nil {
				return casework.File{}, err
			}
			return progressFile(d)
		})
	s.recordOperations(g)
	s.referralOperations(g)
	api.Handle(g.Op("GET /api/v1/indicators/checkup-rate", "getCheckupRate", "半年健康体检率", ""), func(ctx context.Context, in *struct {
		Half string `query:"half" pattern:"^[0-9]{4}H[12]$" patternDescription:"如 2026H2" doc:"半年度，不填为当前"`
	}) (nursery.Indicator, error) {
		return s.CheckupRate(ctx, api.Principal(ctx), in.Half)
	})

	records := a.Schemas().Map()["Checkup"].Properties["items"] // a record contains each item once
	most := len(nursery.Items())
	records.MaxItems = &most
	records.PrecomputeMessages()
}

func (s *Service) recordOperations(g api.Group) {
	api.Handle(g.Op("GET /api/v1/checkup-rounds/{case_no}/classes/{class}", "getCheckupClass", "班级体检表",
		"供体检人员逐名记录：姓名、月龄、监护人同意、应检项目、预警征象，本轮已登记的结果和以前的测量值。读取即留痕。"), func(ctx context.Context, in *ClassOfRound) (ClassSheet, error) {
		return s.CheckupClass(ctx, api.Principal(ctx), in.CaseNo, in.Class)
	})
	api.CreateAt(g.Op("POST /api/v1/checkup-rounds/{case_no}/classes/{class}/records", "recordCheckups", "登记班级体检结果",
		"一次最多 50 名，全部接收或全部不接收，逐处指出问题。监护人未同意的不得记录；数值可疑的须复测。"), func(ctx context.Context, in *struct {
		api.Command
		ClassOfRound
		Body ClassRecords
	}) (ClassRecorded, string, error) {
		done, err := s.RecordCheckups(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Class, in.Body)
		return done, api.PathOf("checkup-rounds", in.CaseNo), err
	})

	api.Handle(g.Op("GET /api/v1/checkup-rounds/{case_no}/children/{child}", "getChildCheckup", "一名婴幼儿的体检结果",
		"仅签约医疗机构和在托机构可读，读取即留痕。"), func(ctx context.Context, in *ChildOfRound) (ChildCheckup, error) {
		return s.ChildCheckup(ctx, api.Principal(ctx), in.CaseNo, in.Child)
	})
	api.Handle(g.Op("GET /api/v1/checkup-rounds/{case_no}/children/{child}/summary", "getGuardianSummary", "给监护人的说明",
		"通俗说明，不含诊断。读取即留痕。"), func(ctx context.Context, in *ChildOfRound) (GuardianSummary, error) {
		return s.GuardianSummary(ctx, api.Principal(ctx), in.CaseNo, in.Child)
	})
	api.Download(g.Op("GET /api/v1/checkup-rounds/{case_no}/children/{child}/summary.pdf", "printGuardianSummary", "打印给监护人的说明",
		"带姓名，随打随用，系统不保存。读取即留痕。", http.StatusConflict), "application/pdf", "体检结果告知单",
		func(ctx context.Context, in *ChildOfRound) (casework.File, error) {
			pdf, err := s.GuardianSheet(ctx, api.Principal(ctx), in.CaseNo, in.Child)
			return casework.File{Name: "体检结果告知单.pdf", Media: "application/pdf", Content: pdf}, err
		})
}

func (s *Service) referralOperations(g api.Group) {
	api.List(g, "/api/v1/referrals", "Referrals", "转诊列表", "", Referrals, func(in *struct {
		api.Listing
		ReferralFilter
	}) (api.Listing, ReferralFilter) {
		return in.Listing, in.ReferralFilter
	})
	api.Handle(g.Op("GET /api/v1/referrals/{case_no}", "getReferral", "转诊详情", "原因和结果只给签约医疗机构，原因也给在托机构；读取即留痕。"),
		api.CaseQuery(s.Referral))
	api.Handle(g.Op("POST /api/v1/referrals/{case_no}/result", "putReferralResult", "填写转诊结果", "加密保存；办结待办前可以更正。"),
		api.ExecuteOnCase(s.PutReferralResult))
}
