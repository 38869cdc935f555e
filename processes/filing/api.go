package filing

import (
	"context"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/nursery"
)

// Tag is the group of operations about filings.
var Tag = api.Tag{Name: "备案", Description: "备案、补正、撤回、变更与注销"}

type startFiling struct {
	Institution string              `json:"institution,omitempty" maxLength:"64" doc:"机构标识，仅由工作人员代为申请时填写"`
	Application nursery.Application `json:"application" doc:"备案申请"`
	Draft       bool                `json:"draft,omitempty" doc:"只保存草稿，不提交"`
}

type precheckFiling struct {
	Application nursery.Application `json:"application" doc:"备案申请"`
}

type correction struct {
	Application nursery.Application `json:"application" doc:"更正后的整份申请；补正时只可改动一次性告知书列明的内容"`
	Version     int                 `json:"version" minimum:"1" doc:"所依据的申请版本"`
	Submit      bool                `json:"submit,omitempty" doc:"保存后即提交"`
}

type changeRequest struct {
	Application nursery.Application `json:"application" doc:"变更后的整份申请"`
	Reason      string              `json:"reason" minLength:"2" maxLength:"500" doc:"变更原因"`
}

// Operations registers the operations about filings.
func (s *Service) Operations(a *api.API) {
	g := a.Group(Tag)
	api.Create(g.Op("POST /api/v1/filings", "startFiling", "提交备案申请",
		"查询码只在本次答复中给出（重复发送同一请求仍可得到），请妥善保存。同一机构同时只能有一件在办的备案。"),
		func(ctx context.Context, in *api.With[startFiling]) (casework.Started, error) {
			return s.StartFiling(ctx, api.Principal(ctx), in.Key, casework.StartFiling(in.Body))
		}, api.StartedAt("cases"))
	api.Handle(g.Op("POST /api/v1/filings/precheck", "precheckFiling", "提交前自查", "以与办理时相同的规则核对申请，不保存任何内容，不需要幂等键。"),
		func(ctx context.Context, in *struct{ Body precheckFiling }) (casework.Prechecked, error) {
			return s.Precheck(ctx, api.Principal(ctx), in.Body.Application)
		})
	api.Handle(g.Op("PATCH /api/v1/filings/{case_no}", "correctFiling", "补正或修改草稿",
		"草稿可任意修改；补正时只能修改一次性告知书列明的内容，其余改动逐项返回 422 field_not_open。提交时没有任何改动、而告知的内容仍未补正的，返回 422 nothing_changed。"),
		func(ctx context.Context, in *api.OnCaseWith[correction]) (casework.Corrected, error) {
			return s.CorrectFiling(ctx, api.Principal(ctx), in.Key, in.CaseNo, casework.Correction(in.Body))
		})
	api.Handle(g.Op("POST /api/v1/filings/{case_no}/submit", "submitFiling", "提交草稿", ""),
		func(ctx context.Context, in *api.OnCase) (casework.Corrected, error) {
			return s.SubmitFiling(ctx, api.Principal(ctx), in.Key, in.CaseNo)
		})
	api.Handle(g.Op("POST /api/v1/filings/{case_no}/withdraw", "withdrawFiling", "撤回申请", "备案回执发出前可以撤回；发出后返回 409 too_late_to_withdraw。"),
		func(ctx context.Context, in *api.OnCaseWith[api.StatedReason]) (casework.Corrected, error) {
			return s.Withdraw(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Body.Reason)
		})
	api.Create(g.Op("POST /api/v1/filings/{case_no}/changes", "startChange", "申请变更备案", ""),
		func(ctx context.Context, in *api.OnCaseWith[changeRequest]) (casework.Started, error) {
			return s.StartChange(ctx, api.Principal(ctx), in.Key, in.CaseNo, casework.ChangeRequest(in.Body))
		}, api.StartedAt("cases"))
	api.Create(g.Op("POST /api/v1/filings/{case_no}/cancel", "startCancellation", "申请注销备案", "在托婴幼儿和工作人员须先妥善安置。"),
		api.ExecuteOnCase(s.StartCancellation), api.StartedAt("cases"))
}
