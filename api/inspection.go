package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// inspectionList asks for a page of inspections.
type inspectionList struct {
	Listing
	County string             `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	Half   string             `query:"half" pattern:"^[0-9]{4}H[12]$" patternDescription:"半年度" doc:"半年度" example:"2026H2"`
	Kind   string             `query:"kind" enum:"regular,random,complaint" doc:"检查方式"`
	Status nursery.CaseStatus `query:"status" enum:"open,ended" doc:"办件状态"`
}

func (l inspectionList) filter() casework.InspectionFilter {
	return casework.InspectionFilter{County: l.County, Half: l.Half, Kind: l.Kind, Status: l.Status}
}

func registerInspections(a *api) {
	const path = "/api/v1/inspections"
	register(a, operation(http.MethodGet, path, "listInspections", tagInspection, "检查列表"),
		func(ctx context.Context, in *inspectionList) (*answer[casework.Page[casework.InspectionSummary]], error) {
			return reply(a.door.Inspections(ctx, principal(ctx), in.filter(), casework.PageRequest(in.Listing)))
		})

	export := operation(http.MethodGet, "/api/v1/inspections.xlsx", "exportInspections", tagInspection, "导出检查列表")
	register(a, downloading(export, sheets.Media, "检查列表，Excel，最多一千行"), func(ctx context.Context, in *inspectionList) (*file, error) {
		sheet, err := a.inspectionSheet(ctx, in.filter())
		return a.sheet(sheet, "督导评估", err)
	})

	start := creating(operation(http.MethodPost, path, "startInspection", tagInspection, "立项单次检查"))
	start.Description = "由主管指派两名检查人员，按规则核对：不少于两人、不连续由同一对人员检查。例行检查和抽查名单由计划产生。"
	register(a, start, func(ctx context.Context, in *struct {
		Command
		Body casework.InspectionRequest
	}) (*made[casework.InspectionSummary], error) {
		started, err := a.door.StartInspection(ctx, principal(ctx), in.Key, in.Body)
		return newAt(started, err, func(s casework.InspectionSummary) string { return pathOf("inspections", s.CaseNo) })
	})

	one := operation(http.MethodGet, path+"/{case_no}", "getInspection", tagInspection, "检查详情", http.StatusNotFound)
	one.Description = "含检查项目、历次现场记录、签字和发现的问题。抽查和投诉核查在到场前对机构不可见。"
	register(a, one, func(ctx context.Context, in *CaseNumber) (*answer[casework.InspectionDetail], error) {
		return reply(a.door.Inspection(ctx, principal(ctx), in.CaseNo))
	})

	pack := operation(http.MethodGet, path+"/{case_no}/package", "getVisitPackage", tagInspection, "下载现场检查所需的全部内容", http.StatusNotFound)
	pack.Description = "供现场信号不好时使用：检查项目、机构情况、最近两次发现的问题和送交时须注明的版本。"
	register(a, pack, func(ctx context.Context, in *CaseNumber) (*answer[casework.VisitPackage], error) {
		return reply(a.door.VisitPackage(ctx, principal(ctx), in.CaseNo))
	})

	send := operation(http.MethodPut, path+"/{case_no}/visit", "sendVisit", tagInspection, "送交现场记录", http.StatusNotFound)
	send.Description = "同一份记录重发不产生变化，答复相同。同一编号内容不同，或另一名检查人员已先送交时返回 409 visit_conflict，shown 中列出双方内容；不覆盖任何一方，送来的内容存为草稿。"
	register(a, send, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body casework.SentVisit
	}) (*answer[casework.VisitVersion], error) {
		return reply(a.door.SendVisit(ctx, principal(ctx), in.Key, in.CaseNo, in.Body))
	})

	draft := creating(operation(http.MethodPost, path+"/{case_no}/drafts", "saveVisitDraft", tagInspection, "保存现场记录草稿", http.StatusNotFound))
	draft.Description = "每次保存都留存，不覆盖以前的草稿。"
	register(a, draft, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body casework.SavedDraft
	}) (*made[casework.VisitDraft], error) {
		saved, err := a.door.SaveVisitDraft(ctx, principal(ctx), in.Key, in.CaseNo, in.Body)
		return newAt(saved, err, func(casework.VisitDraft) string { return pathOf("inspections", in.CaseNo) })
	})

	register(a, forEverybody(operation(http.MethodGet, "/api/v1/public/inspections", "listInspectionResults", tagPublic, "检查结果公示")),
		func(ctx context.Context, in *PublicCounty) (*answer[casework.Page[casework.Publication]], error) {
			return reply(a.door.InspectionResults(ctx, in.County, casework.PageRequest(in.Listing)))
		})
	registerComplaints(a)
}

func registerComplaints(a *api) {
	type complaint struct {
		Command
		Body casework.ComplaintRequest
	}
	file := func(ctx context.Context, in *complaint) (*made[casework.Started], error) {
		if principal(ctx).Account == "" {
			if wait := a.complaints.Take(clientOf(ctx)); wait > 0 {
				return nil, tooManyOf(wait, "投诉举报过于频繁，请稍后再试。情况紧急的，请直接拨打当地监管部门电话。")
			}
		}
		started, err := a.door.FileComplaint(ctx, principal(ctx), in.Key, in.Body)
		return newAt(started, err, func(s casework.Started) string { return pathOf("complaints", s.CaseNo) })
	}
	public := creating(forEverybody(operation(http.MethodPost, "/api/v1/public/complaints", "fileComplaint", tagPublic, "投诉举报")))
	public.Description = "无需登录；幂等键应为至少 22 位的随机字符（如 UUID），同一网络地址短时间内只能提交数件。凭答复中的编号和查询码查看处理进度；联系方式可以不留，加密保存，只供处理人员查看。"
	register(a, public, file)
	register(a, creating(operation(http.MethodPost, "/api/v1/complaints", "fileComplaintSignedIn", tagInspection, "投诉举报（机构、部门）")), file)
	register(a, operation(http.MethodGet, "/api/v1/complaints/{case_no}", "getComplaint", tagInspection, "查看投诉举报", http.StatusNotFound),
		func(ctx context.Context, in *CaseNumber) (*answer[casework.ComplaintDetail], error) {
			return reply(a.door.Complaint(ctx, principal(ctx), in.CaseNo))
		})
}

// sheetPages bounds an export: so many pages of a hundred.
const sheetPages = 10

// inspectionSheet writes the inspections the asker may see as a workbook.
func (a *api) inspectionSheet(ctx context.Context, f casework.InspectionFilter) ([]byte, error) {
	table := sheets.Table{
		Name:   "督导评估",
		Head:   []string{"办件编号", "县区", "机构", "检查方式", "半年度", "环节", "定下日期", "到场日期", "重大隐患", "公示日期"},
		Frozen: 1, Wide: 3,
	}
	kinds := map[string]string{nursery.InspectRegular: "例行检查", nursery.InspectRandom: "随机抽查", nursery.InspectComplaint: "投诉举报核查"}
	page := casework.PageRequest{Limit: 100}
	for range sheetPages {
		list, err := a.door.Inspections(ctx, principal(ctx), f, page)
		if err != nil {
			return nil, err
		}
		for _, i := range list.Items {
			serious := ""
			if i.Serious {
				serious = "有"
			}
			table.Rows = append(table.Rows, []any{
				i.CaseNo, i.CountyName, i.Subject, kinds[i.Kind], i.Half, i.StageTitle, i.VisitOn.String(), i.VisitedOn.String(), serious, i.PublishedOn.String(),
			})
		}
		if page.After = list.Next; page.After == "" {
			break
		}
	}
	return sheets.Write(table)
}
