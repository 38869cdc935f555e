package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"tuoyu/casework"
)

// The codes this package gives beside those of casework. They are as stable as those.
const (
	codeUnauthenticated   = "unauthenticated"        // 401: no token
	codeTokenInvalid      = "token_invalid"          // 401: not signed by the issuer, or for somebody else
	codeTokenExpired      = "token_expired"          // 401
	codeRoleUnknown       = "role_unknown"           // 403: the account has no role here
	codeRoleAmbiguous     = "role_ambiguous"         // 403: the account has several roles
	codeClaimsIncomplete  = "claims_incomplete"      // 403: the role lacks what it belongs to
	codeIssuerUnavailable = "issuer_unavailable"     // 503: tokens cannot be checked at the moment
	codeNoSuchPath        = "no_such_path"           // 404
	codeMethodNotAllowed  = "method_not_allowed"     // 405
	codeNotAcceptable     = "not_acceptable"         // 406
	codeRequestTimeout    = "request_timeout"        // 408
	codeBodyTooLarge      = "body_too_large"         // 413
	codeMediaType         = "unsupported_media_type" // 415
	codeMalformed         = "malformed_body"         // 400: no JSON, or JSON that says something twice
	codeBodyRequired      = "body_required"          // 400
	codeTooManyRequests   = "too_many_requests"      // 429
	codeTimeout           = "timeout"                // 503: took longer than a request may
	codeInternal          = "internal"               // 500
)

// codeTitles names every code the API gives, in the order the documentation lists them.
var codeTitles = []struct{ code, title string }{
	{casework.CodeInvalid, "填写有误"},
	{casework.CodeFieldNotOpen, "不在可补正范围"},
	{casework.CodeOpensNothing, "未指明可修改之处"},
	{casework.CodeNothingChanged, "尚未补正"},
	{casework.CodeOutcomeNotOffered, "办理结果不可选"},
	{casework.CodeSettingNotAllowed, "参数不可设置"},
	{casework.CodeCalendarYearInvalid, "节假日安排有误"},
	{casework.CodePlanStarted, "计划已启动"},
	{casework.CodeSiteBuilt, "建设点已建成"},
	{casework.CodeClosesByFiling, "节点随备案完成"},
	{casework.CodeReportWaiting, "上次报送尚待核定"},
	{casework.CodeReportDecided, "报送已办理"},
	{casework.CodePlanCommitted, "承诺已经公布"},
	{casework.CodePlanNotCommitted, "尚未公布承诺"},
	{casework.CodePlanEmpty, "没有受检机构"},
	{casework.CodeNotRegistered, "不在检查人员名录"},
	{casework.CodeInspectorElsewhere, "已由其他县区登记"},
	{casework.CodeFilingNotOfSite, "备案不属于该建设点"},
	{casework.CodeSealingUnavailable, "暂不能办理婴幼儿事项"},
	{casework.CodeChildElsewhere, "在其他机构在托"},
	{casework.CodeChildEnrolled, "已在本机构在托"},
	{casework.CodeChildNotEnrolled, "已不在本机构在托"},
	{casework.CodeIdentityTaken, "证件号码已登记"},
	{casework.CodeIdentityUnverified, "证件信息未能核验"},
	{casework.CodeIdentityAttempts, "核验次数已达上限"},
	{casework.CodeIdentityOffice, "由县级卫生健康部门更正"},
	{casework.CodeAgeUnusual, "入托年龄待确认"},
	{casework.CodeChildDied, "已登记死亡"},
	{casework.CodeChildAlive, "没有可撤销的死亡登记"},
	{casework.CodeStayOverlaps, "在托时间重叠"},
	{casework.CodeChildMerged, "记录已合并"},
	{casework.CodeMergeUndone, "合并已撤销"},
	{casework.CodeConsentStands, "已同意此事项"},
	{casework.CodeNoConsent, "没有可撤回的同意"},
	{casework.CodeConsentMissing, "监护人未同意"},
	{casework.CodeMeasureAgain, "需要复测"},
	{casework.CodeCheckupClosed, "体检未开始或已截止"},
	{casework.CodeCheckupsOpen, "尚有未检项目"},
	{casework.CodeResultMissing, "尚无转诊结果"},
	{casework.CodeReferralClosed, "转诊已办结"},
	{casework.CodeRendererUnavailable, "打印服务暂不可用"},
	{casework.CodePurposeNotAllowed, "不能为此目的查阅"},
	{casework.CodeRosterUnreadable, "名册无法读取"},
	{casework.CodeImportsBusy, "导入繁忙"},
	{casework.CodeNotInspectable, "不是可检查的机构"},
	{casework.CodeVisitConflict, "现场记录有冲突"},
	{casework.CodeTextChanged, "协议文本已变更"},
	{casework.CodeContractExists, "该日期的签约已在办理"},
	{casework.CodeContractState, "签约状态不允许此操作"},
	{casework.CodeVisitConfirmed, "该次指导已确认"},
	{casework.CodeInsuranceStarted, "该月投保已经开始"},
	{casework.CodeInsuranceClosed, "该月投保已办结"},
	{casework.CodeRosterFile, "名册文件不能读取"},
	{casework.CodeRosterEmpty, "名册为空"},
	{casework.CodeAnswersPending, "尚有未答复的明细"},
	{casework.CodeExceptionsOpen, "尚有未处理的例外"},
	{casework.CodeCaseNotStuck, "办件无需重试"},
	{casework.CodeCaseNotRestartable, "办件不能重新开始"},
	{casework.CodeSchemaMismatch, "数据库版本不符"},
	{casework.CodeDatabaseUnavailable, "数据库暂不可用"},
	{casework.CodeStorageUnavailable, "文件存储暂不可用"},
	{casework.CodeClinicElsewhere, "编号属于其他县区的医疗卫生机构"},
	{casework.CodeNotCovered, "没有生效的保险"},
	{casework.CodeFiltersFull, "保存的筛选已满"},
	{casework.CodeAbsenceStands, "已登记不在岗"},
	{casework.CodeAbsenceEnded, "不在岗登记已结束"},
	{casework.CodeDelegateAbsent, "代办人同期不在岗"},
	{casework.CodeAttachmentType, "文件类型不支持"},
	{casework.CodeAttachmentEmpty, "文件是空的"},
	{casework.CodeAttachmentEncrypted, "文件设有密码"},
	{casework.CodeAttachmentBroken, "文件不能打开"},
	{casework.CodeAttachmentNoPages, "PDF 没有页面"},
	{casework.CodeAttachmentPicture, "图片尺寸过大"},
	{casework.CodeAttachmentInfected, "文件未通过安全检查"},
	{casework.CodeKeyRequired, "缺少幂等键"},
	{codeMalformed, "请求内容格式有误"},
	{codeBodyRequired, "缺少请求内容"},
	{codeUnauthenticated, "未登录"},
	{codeTokenInvalid, "登录凭证无效"},
	{codeTokenExpired, "登录已过期"},
	{casework.CodeForbidden, "无权操作"},
	{casework.CodeConflictOfInterest, "应当回避"},
	{casework.CodeRegistrarNotYours, "登记机关不符"},
	{codeRoleUnknown, "没有角色"},
	{codeRoleAmbiguous, "角色不唯一"},
	{codeClaimsIncomplete, "账号信息不完整"},
	{casework.CodeNotFound, "没有找到"},
	{codeNoSuchPath, "没有这个地址"},
	{codeMethodNotAllowed, "请求方法不支持"},
	{codeNotAcceptable, "没有所需的格式"},
	{codeRequestTimeout, "请求超时"},
	{casework.CodeKeyReused, "幂等键已使用"},
	{casework.CodeFilingAlreadyOpen, "已有在办事项"},
	{casework.CodeVersionStale, "内容已被更新"},
	{casework.CodeNotOpenForChange, "当前环节不能修改"},
	{casework.CodeTaskClosed, "待办已办结"},
	{casework.CodeTaskClaimed, "待办已被领取"},
	{casework.CodeAssigneeUnknown, "没有这名人员"},
	{casework.CodeAssigneeUnfit, "不能由此人办理"},
	{casework.CodeKeyWeak, "幂等键不够随机"},
	{casework.CodeTooLateToWithdraw, "不能撤回"},
	{casework.CodeAlreadyFiled, "已经备案"},
	{casework.CodeNotFiled, "尚未备案"},
	{casework.CodeDocumentPending, "文书制作中"},
	{casework.CodeDocumentUnprintable, "文书不能制发"},
	{casework.CodeDocumentEnded, "文书已失效"},
	{codeBodyTooLarge, "请求内容过大"},
	{casework.CodeAttachmentTooLarge, "文件过大"},
	{codeMediaType, "请求格式不支持"},
	{codeTooManyRequests, "请求过于频繁"},
	{codeInternal, "系统错误"},
	{casework.CodeEngineUnavailable, "服务暂不可用"},
	{codeIssuerUnavailable, "登录服务暂不可用"},
	{codeTimeout, "处理超时"},
}

func titleOf(code string) string {
	for _, c := range codeTitles {
		if c.code == code {
			return c.title
		}
	}
	return "请求未完成"
}

// mostFaults bounds how many wrong places one answer names.
const mostFaults = 200

// Fault is what is wrong at one place of a request.
type Fault struct {
	Location string `json:"location" doc:"出错位置：请求内容中的 JSON Pointer，或参数名称" example:"/application/classes/0/seats"`
	Message  string `json:"message" doc:"说明" example:"不能大于 200"`
}

// Problem is how the API says no: a problem document of RFC 9457 with a stable code. It never repeats what was
// entered.
type Problem struct {
	Type      string  `json:"type" doc:"问题类型，指向说明文档" example:"/docs#problem-invalid"`
	Title     string  `json:"title" doc:"问题名称" example:"填写有误"`
	Status    int     `json:"status" doc:"HTTP 状态码" example:"422"`
	Detail    string  `json:"detail" doc:"给人看的说明" example:"有 1 处填写有误，请更正后重试。"`
	Code      string  `json:"code" doc:"稳定的问题代码，可供程序判断" example:"invalid"`
	RequestID string  `json:"request_id,omitempty" doc:"请求编号，反映问题时请提供"`
	Errors    []Fault `json:"errors,omitempty" doc:"逐处说明"`
	Shown     any     `json:"shown,omitempty" doc:"内容冲突时双方的内容"`

	headers http.Header
}

// Error gives the code.
func (p *Problem) Error() string { return p.Code }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders gives the headers that belong to the answer, such as Retry-After.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType is application/problem+json, whatever was asked for.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

func problem(status int, code, detail string, faults ...Fault) *Problem {
	return &Problem{Type: "/docs#problem-" + code, Title: titleOf(code), Status: status, Detail: detail, Code: code, Errors: faults}
}

func (p *Problem) with(header, value string) *Problem {
	if p.headers == nil {
		p.headers = http.Header{}
	}
	p.headers.Set(header, value)
	return p
}

// refuse turns what casework said into a problem. An error that is no refusal is logged here, once, and told by the
// request's number alone.
func (a *api) refuse(ctx context.Context, err error) *Problem {
	var said *Problem
	var refused *casework.Error
	var tooLarge *http.MaxBytesError
	passing := casework.Passing(err)
	switch {
	case errors.As(err, &said):
		return said
	case errors.As(err, &refused):
		return problemOf(refused)
	case errors.As(err, &tooLarge):
		return problem(http.StatusRequestEntityTooLarge, codeBodyTooLarge, "请求内容超过上限。")
	case errors.Is(err, context.Canceled):
		return problem(http.StatusServiceUnavailable, codeTimeout, "请求已中断。")
	case passing != nil:
		a.log.LogAttrs(ctx, slog.LevelWarn, "request refused for now", slog.String("request", exchangeOf(ctx).id),
			slog.String("route", exchangeOf(ctx).route), slog.String("code", passing.Code), slog.Any("error", err))
		return problemOf(passing)
	case errors.Is(err, context.DeadlineExceeded):
		a.log.LogAttrs(ctx, slog.LevelError, "request timed out", slog.String("request", exchangeOf(ctx).id), slog.Any("error", err))
		return problem(http.StatusServiceUnavailable, codeTimeout, "处理时间过长，请稍后用同一幂等键重试。").with("Retry-After", "5")
	}
	a.log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("request", exchangeOf(ctx).id),
		slog.String("route", exchangeOf(ctx).route), slog.Any("error", err))
	return internal(ctx)
}

func problemOf(e *casework.Error) *Problem {
	p := problem(int(e.Kind), e.Code, e.Message)
	p.Shown = e.Shown
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, Fault(f))
	}
	switch {
	case e.Code == casework.CodeDocumentPending, e.Kind == casework.Unavailable:
		p.with("Retry-After", "5")
	case e.Kind == casework.TooMany:
		p.with("Retry-After", "60")
	}
	return p
}

func internal(ctx context.Context) *Problem {
	return problem(http.StatusInternalServerError, codeInternal,
		fmt.Sprintf("系统内部错误，请稍后再试；如需反映，请提供请求编号 %s。", exchangeOf(ctx).id))
}

// fromHuma turns what huma found wrong with a request into a problem of the same shape.
func fromHuma(status int, message string, errs ...error) huma.StatusError {
	switch status {
	case http.StatusBadRequest:
		if len(errs) == 0 {
			return problem(status, codeBodyRequired, "缺少请求内容。")
		}
		return problem(status, codeMalformed, "请求内容不是有效的 JSON。")
	case http.StatusNotAcceptable:
		return problem(status, codeNotAcceptable, "本接口不提供所要求的格式。")
	case http.StatusRequestTimeout:
		return problem(status, codeRequestTimeout, "请求内容传输超时。")
	case http.StatusRequestEntityTooLarge:
		return problem(status, codeBodyTooLarge, "请求内容超过上限。")
	case http.StatusUnsupportedMediaType:
		return problem(status, codeMediaType, "请求内容的格式不支持。")
	case http.StatusUnprocessableEntity:
		return invalid(errs)
	}
	return problem(http.StatusInternalServerError, codeInternal, "系统内部错误，请稍后再试。")
}

func invalid(errs []error) *Problem {
	var faults []Fault
	for _, err := range errs {
		var said *Problem
		if errors.As(err, &said) {
			return said
		}
		if len(faults) < mostFaults {
			faults = append(faults, faultOf(err))
		}
	}
	return problem(http.StatusUnprocessableEntity, casework.CodeInvalid,
		fmt.Sprintf("有 %d 处填写有误，请更正后重试。", len(errs)), faults...)
}

// faultOf gives the place as a JSON Pointer and the message in Chinese. The value that huma has with it is dropped:
// it may be a person's.
func faultOf(err error) Fault {
	detail, ok := errors.AsType[*huma.ErrorDetail](err)
	if !ok {
		return Fault{Message: "填写有误"}
	}
	f := Fault{Location: pointer(detail.Location), Message: chinese(detail.Message)}
	if name, missing := strings.CutPrefix(f.Message, missingField); missing {
		f = Fault{Location: f.Location + "/" + escapePointer(name), Message: "必填"}
	}
	if len(f.Location) > 300 { // an unknown field's name is the sender's own
		f.Location = strings.ToValidUTF8(f.Location[:300], "")
	}
	return f
}

var (
	locationAsPointer = strings.NewReplacer("[", "/", "]", "", ".", "/", "~", "~0", "/", "~1")
	pointerEscape     = strings.NewReplacer("~", "~0", "/", "~1")
)

// pointer turns huma's body.classes[2].seats into /classes/2/seats, and query.limit into limit.
func pointer(location string) string {
	where, rest, _ := strings.Cut(location, ".")
	if where != "body" || rest == "" {
		return rest
	}
	return "/" + locationAsPointer.Replace(rest)
}

func escapePointer(name string) string {
	return pointerEscape.Replace(name)
}

// chinese keeps a message that is Chinese already, translates the few that huma has no setting for, and gives a
// general one for the rest.
func chinese(message string) string {
	if t, ok := untranslatable[message]; ok {
		return t
	}
	if strings.ContainsFunc(message, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		message = strings.TrimPrefix(message, "invalid value: ")
		if code, rest, ok := strings.Cut(message, ": "); ok && !strings.ContainsFunc(code, unicode.IsSpace) {
			return rest // an *nursery.InvalidError by its text: code and message
		}
		return message
	}
	if strings.HasPrefix(message, "required ") && strings.HasSuffix(message, " parameter is missing") {
		return "必填"
	}
	return "填写有误"
}

// writeProblem answers with a problem outside huma's own path.
func writeProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	x := exchangeOf(r.Context())
	p.RequestID = x.id
	for name, values := range p.headers {
		w.Header()[name] = values
	}
	if strings.HasPrefix(x.route, verifyPath) && prefersHTML(r.Header.Get("Accept")) {
		writeTrouble(w, p)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(p) // a client that hung up
}
