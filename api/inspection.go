package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
	"tuoyu/processes/inspection"
	"tuoyu/registry"
)

func registerInspections(a *api) {
	const path = "/api/v1/inspections"
	register(a, operation(http.MethodGet, path, "listInspections", tagInspection, "检查列表"), func(ctx context.Context, in *struct {
		Listing
		inspection.InspectionFilter
	}) (*answer[casework.Page[inspection.InspectionSummary]], error) {
		return reply(inspection.Inspections.Page(ctx, a.service.Service, principal(ctx), in.InspectionFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, path, "Inspections", tagInspection, "检查列表", inspection.Inspections)

	start := creating(operation(http.MethodPost, path, "startInspection", tagInspection, "立项单次检查"))
	start.Description = "由主管指派两名检查人员，按规则核对：不少于两人、不连续由同一对人员检查。例行检查和抽查名单由计划产生。"
	register(a, start, func(ctx context.Context, in *struct {
		Command
		Body inspection.InspectionRequest
	}) (*made[inspection.InspectionSummary], error) {
		started, err := a.service.StartInspection(ctx, principal(ctx), in.Key, in.Body)
		return newAt(started, err, func(s inspection.InspectionSummary) string { return pathOf("inspections", s.CaseNo) })
	})

	one := operation(http.MethodGet, path+"/{case_no}", "getInspection", tagInspection, "检查详情", http.StatusNotFound)
	one.Description = "含检查项目、历次现场记录、签字和发现的问题。抽查和投诉核查在到场前对机构不可见。"
	register(a, one, func(ctx context.Context, in *CaseNumber) (*answer[inspection.InspectionDetail], error) {
		return reply(a.service.Inspection(ctx, principal(ctx), in.CaseNo))
	})

	pack := operation(http.MethodGet, path+"/{case_no}/package", "getVisitPackage", tagInspection, "下载现场检查所需的全部内容", http.StatusNotFound)
	pack.Description = "供现场信号不好时使用：检查项目、机构情况、最近两次发现的问题和送交时须注明的版本。"
	register(a, pack, func(ctx context.Context, in *CaseNumber) (*answer[inspection.VisitPackage], error) {
		return reply(a.service.VisitPackage(ctx, principal(ctx), in.CaseNo))
	})

	send := operation(http.MethodPut, path+"/{case_no}/visit", "sendVisit", tagInspection, "送交现场记录", http.StatusNotFound)
	send.Description = "同一份记录重发不产生变化，答复相同。同一编号内容不同，或另一名检查人员已先送交时返回 409 visit_conflict，shown 中列出双方内容；不覆盖任何一方，送来的内容存为草稿。"
	register(a, send, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body inspection.SentVisit
	}) (*answer[inspection.VisitVersion], error) {
		return reply(a.service.SendVisit(ctx, principal(ctx), in.Key, in.CaseNo, in.Body))
	})

	draft := creating(operation(http.MethodPost, path+"/{case_no}/drafts", "saveVisitDraft", tagInspection, "保存现场记录草稿", http.StatusNotFound))
	draft.Description = "每次保存都留存，不覆盖以前的草稿。"
	register(a, draft, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body inspection.SavedDraft
	}) (*made[inspection.VisitDraft], error) {
		saved, err := a.service.SaveVisitDraft(ctx, principal(ctx), in.Key, in.CaseNo, in.Body)
		return newAt(saved, err, func(inspection.VisitDraft) string { return pathOf("inspections", in.CaseNo) })
	})

	register(a, forEverybody(operation(http.MethodGet, "/api/v1/public/inspections", "listInspectionResults", tagPublic, "检查结果公示")),
		func(ctx context.Context, in *PublicCounty) (*answer[casework.Page[registry.Publication]], error) {
			return reply(registry.Publications.Page(ctx, a.service.Service, casework.Anyone, registry.PublicationFilter{County: in.County, Kind: registry.PublishedInspections}, casework.PageRequest(in.Listing)))
		})
	registerComplaints(a)
}

func registerComplaints(a *api) {
	type complaint struct {
		Command
		Body inspection.ComplaintRequest
	}
	file := func(ctx context.Context, in *complaint) (*made[casework.Started], error) {
		if principal(ctx).Account == "" {
			if wait := a.complaints.Take(clientOf(ctx)); wait > 0 {
				return nil, tooManyOf(wait, "投诉举报过于频繁，请稍后再试。情况紧急的，请直接拨打当地监管部门电话。")
			}
		}
		started, err := a.service.FileComplaint(ctx, principal(ctx), in.Key, in.Body)
		return newAt(started, err, func(s casework.Started) string { return pathOf("complaints", s.CaseNo) })
	}
	public := creating(forEverybody(operation(http.MethodPost, "/api/v1/public/complaints", "fileComplaint", tagPublic, "投诉举报")))
	public.Description = "无需登录；幂等键应为至少 22 位的随机字符（如 UUID），同一网络地址短时间内只能提交数件。凭答复中的编号和查询码查看处理进度；联系方式可以不留，加密保存，只供处理人员查看。"
	register(a, public, file)
	register(a, creating(operation(http.MethodPost, "/api/v1/complaints", "fileComplaintSignedIn", tagInspection, "投诉举报（机构、部门）")), file)
	register(a, operation(http.MethodGet, "/api/v1/complaints/{case_no}", "getComplaint", tagInspection, "查看投诉举报", http.StatusNotFound),
		func(ctx context.Context, in *CaseNumber) (*answer[inspection.ComplaintDetail], error) {
			return reply(a.service.Complaint(ctx, principal(ctx), in.CaseNo))
		})
}
