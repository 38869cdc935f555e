package inspection

import (
	"context"
	"fmt"
	"io"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/registry"
)

// Tag is the group of operations about inspections, their plans, inspectors and complaints.
var Tag = api.Tag{Name: "督导评估", Description: "现场检查、责令改正、复查与投诉举报"}

// Operations registers the operations about inspections, their plans, inspectors and complaints.
func (s *Service) Operations(a *api.API) {
	g, public := a.Group(Tag), a.Group(api.TagPublic)
	s.inspectionOperations(g)
	s.planOperations(g, public)
	s.inspectorOperations(g)
	s.complaintOperations(a, g, public)
	api.Page(public.Op("GET /api/v1/public/inspections", "listInspectionResults", "检查结果公示", "").ForEverybody(), registry.Publications,
		func(in *api.PublicCounty) (api.Listing, registry.PublicationFilter) {
			return in.Listing, registry.PublicationFilter{County: in.County, Kind: registry.PublishedInspections}
		})
}

func (s *Service) inspectionOperations(g api.Group) {
	const path = "/api/v1/inspections"
	api.List(g, path, "Inspections", "检查列表", "", Inspections, func(in *struct {
		api.Listing
		InspectionFilter
	}) (api.Listing, InspectionFilter) {
		return in.Listing, in.InspectionFilter
	})
	api.Create(g.Op("POST "+path, "startInspection", "立项单次检查",
		"由主管指派两名检查人员，按规则核对：不少于两人、不连续由同一对人员检查。例行检查和抽查名单由计划产生。"),
		api.Execute(s.StartInspection), func(started InspectionSummary) string { return api.PathOf("inspections", started.CaseNo) })
	api.Handle(g.Op("GET "+path+"/{case_no}", "getInspection", "检查详情",
		"含检查项目、历次现场记录、签字和发现的问题。抽查和投诉核查在到场前对机构不可见。"), api.CaseQuery(s.Inspection))
	api.Handle(g.Op("GET "+path+"/{case_no}/package", "getVisitPackage", "下载现场检查所需的全部内容",
		"供现场信号不好时使用：检查项目、机构情况、最近两次发现的问题和送交时须注明的版本。"), api.CaseQuery(s.VisitPackage))
	api.Handle(g.Op("PUT "+path+"/{case_no}/visit", "sendVisit", "送交现场记录",
		"同一份记录重发不产生变化，答复相同。同一编号内容不同，或另一名检查人员已先送交时返回 409 visit_conflict，shown 中列出双方内容；不覆盖任何一方，送来的内容存为草稿。"),
		api.ExecuteOnCase(s.SendVisit))
	api.CreateAt(g.Op("POST "+path+"/{case_no}/drafts", "saveVisitDraft", "保存现场记录草稿", "每次保存都留存，不覆盖以前的草稿。"),
		func(ctx context.Context, in *api.OnCaseWith[SavedDraft]) (VisitDraft, string, error) {
			saved, err := s.SaveVisitDraft(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Body)
			return saved, api.PathOf("inspections", in.CaseNo), err
		})
}

// complaintPhotoAnswer is how many photos a complaint has.
type complaintPhotoAnswer struct {
	Photos int `json:"photos" doc:"现有照片数"`
}

func (s *Service) complaintOperations(a *api.API, g, public api.Group) {
	file := func(ctx context.Context, in *api.With[ComplaintRequest]) (casework.Started, error) {
		if err := a.LimitSubmission(ctx, "投诉举报过于频繁，请稍后再试。情况紧急的，请直接拨打当地监管部门电话。"); err != nil {
			return casework.Started{}, err
		}
		return s.FileComplaint(ctx, api.Principal(ctx), in.Key, in.Body)
	}
	api.Create(public.Op("POST /api/v1/public/complaints", "fileComplaint", "投诉举报",
		"无需登录；幂等键应为至少 22 位的随机字符（如 UUID），同一网络地址短时间内只能提交数件。凭答复中的编号和查询码查看处理进度；联系方式可以不留，加密保存，只供处理人员查看。").ForEverybody(),
		file, api.StartedAt("complaints"))
	api.Handle(public.Op("POST /api/v1/public/complaints/{case_no}/photos", "addComplaintPhoto", "为投诉举报补充照片",
		fmt.Sprintf("处理之前可以补充，最多 %d 张；凭提交时给出的查询码。表单最后一项为 file。照片加密保存，只供处理人员查看。", MostPhotos)).ForEverybody().
		Form(map[string]string{"code": "查询码"}, "照片，须为最后一项"), func(ctx context.Context, in *struct {
		api.Upload
		CaseNo string `path:"case_no" maxLength:"40" doc:"办件编号"`
	}) (complaintPhotoAnswer, error) {
		var code string
		count, err := api.TakeForm(&in.Upload, map[string]*string{"code": &code}, func(name string, body io.Reader) (int, error) {
			return s.AddComplaintPhoto(ctx, in.CaseNo, code, -1, casework.Upload{Name: name, Body: body})
		})
		return complaintPhotoAnswer{count}, err
	})
	api.Create(g.Op("POST /api/v1/complaints", "fileComplaintSignedIn", "投诉举报（机构、部门）", ""), file, api.StartedAt("complaints"))
	api.Handle(g.Op("GET /api/v1/complaints/{case_no}", "getComplaint", "查看投诉举报", ""), api.CaseQuery(s.Complaint))
}
