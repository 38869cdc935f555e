package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// CaseNumber is the path parameter with the number of a case.
type CaseNumber struct {
	CaseNo string `path:"case_no" maxLength:"40" doc:"办件编号" example:"BA-140403-2026-000017-5"`
}

type startFiling struct {
	Institution string              `json:"institution,omitempty" maxLength:"64" doc:"机构标识，仅由工作人员代为申请时填写"`
	Application nursery.Application `json:"application" doc:"备案申请"`
	Draft       bool                `json:"draft,omitempty" doc:"只保存草稿，不提交"`
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

type statedReason struct {
	Reason string `json:"reason" minLength:"2" maxLength:"500" doc:"理由"`
}

func caseAt(s casework.Started) string { return pathOf("cases", s.CaseNo) }

func registerFilings(a *api) {
	start := creating(operation(http.MethodPost, "/api/v1/filings", "startFiling", tagFiling, "提交备案申请"))
	start.Description = "查询码只在本次答复中给出（重复发送同一请求仍可得到），请妥善保存。同一机构同时只能有一件在办的备案。"
	register(a, start, func(ctx context.Context, in *struct {
		Command
		Body startFiling
	}) (*made[casework.Started], error) {
		started, err := a.service.StartFiling(ctx, principal(ctx), in.Key, casework.StartFiling(in.Body))
		return newAt(started, err, caseAt)
	})

	precheck := operation(http.MethodPost, "/api/v1/filings/precheck", "precheckFiling", tagFiling, "提交前自查")
	precheck.Description = "以与办理时相同的规则核对申请，不保存任何内容，不需要幂等键。"
	register(a, precheck, func(ctx context.Context, in *struct {
		Body struct {
			Application nursery.Application `json:"application" doc:"备案申请"`
		} `nameHint:"PrecheckFiling"`
	}) (*answer[casework.Prechecked], error) {
		return reply(a.service.Precheck(ctx, principal(ctx), in.Body.Application))
	})

	correct := operation(http.MethodPatch, "/api/v1/filings/{case_no}", "correctFiling", tagFiling, "补正或修改草稿", http.StatusNotFound)
	correct.Description = "草稿可任意修改；补正时只能修改一次性告知书列明的内容，其余改动逐项返回 422 field_not_open。提交时没有任何改动、而告知的内容仍未补正的，返回 422 nothing_changed。"
	register(a, correct, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body correction
	}) (*answer[casework.Corrected], error) {
		return reply(a.service.CorrectFiling(ctx, principal(ctx), in.Key, in.CaseNo, casework.Correction(in.Body)))
	})

	register(a, operation(http.MethodPost, "/api/v1/filings/{case_no}/submit", "submitFiling", tagFiling, "提交草稿", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Command
			CaseNumber
		}) (*answer[casework.Corrected], error) {
			return reply(a.service.SubmitFiling(ctx, principal(ctx), in.Key, in.CaseNo))
		})

	withdraw := operation(http.MethodPost, "/api/v1/filings/{case_no}/withdraw", "withdrawFiling", tagFiling, "撤回申请", http.StatusNotFound)
	withdraw.Description = "备案回执发出前可以撤回；发出后返回 409 too_late_to_withdraw。"
	register(a, withdraw, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body statedReason
	}) (*answer[casework.Corrected], error) {
		return reply(a.service.Withdraw(ctx, principal(ctx), in.Key, in.CaseNo, in.Body.Reason))
	})

	change := creating(operation(http.MethodPost, "/api/v1/filings/{case_no}/changes", "startChange", tagFiling, "申请变更备案", http.StatusNotFound))
	register(a, change, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body changeRequest
	}) (*made[casework.Started], error) {
		started, err := a.service.StartChange(ctx, principal(ctx), in.Key, in.CaseNo, casework.ChangeRequest(in.Body))
		return newAt(started, err, caseAt)
	})

	cancel := creating(operation(http.MethodPost, "/api/v1/filings/{case_no}/cancel", "startCancellation", tagFiling, "申请注销备案", http.StatusNotFound))
	cancel.Description = "在托婴幼儿和工作人员须先妥善安置。"
	register(a, cancel, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body nursery.Cancellation
	}) (*made[casework.Started], error) {
		started, err := a.service.StartCancellation(ctx, principal(ctx), in.Key, in.CaseNo, in.Body)
		return newAt(started, err, caseAt)
	})
}
