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

// mostFaults is the maximum number of errors in one response.
const mostFaults = 200

// Fault is one validation error of a request.
type Fault struct {
	Location string `json:"location" doc:"出错位置：请求内容中的 JSON Pointer，或参数名称" example:"/application/classes/0/seats"`
	Message  string `json:"message" doc:"说明" example:"不能大于 200"`
}

// Problem is an error response: a problem document of RFC 9457 with a stable code. It never repeats the input.
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

// Error returns the code.
func (p *Problem) Error() string { return p.Code }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns the headers of the response, such as Retry-After.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType returns application/problem+json, whatever the request accepts.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// problem returns the problem document of a code in casework's table.
func problem(code, detail string, faults ...Fault) *Problem {
	row := casework.CodeOf(code)
	return &Problem{Type: "/docs#problem-" + code, Title: row.Title, Status: int(row.Kind), Detail: detail, Code: code, Errors: faults}
}

func (p *Problem) with(header, value string) *Problem {
	if p.headers == nil {
		p.headers = http.Header{}
	}
	p.headers.Set(header, value)
	return p
}

// refuse converts an error of casework into a problem. An error that is not for users is logged here, once, and
// reported by the request ID alone.
func (a *API) refuse(ctx context.Context, err error) *Problem {
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
		return problem(casework.CodeBodyTooLarge, "请求内容超过上限。")
	case errors.Is(err, context.Canceled):
		return problem(casework.CodeTimeout, "请求已中断。")
	case passing != nil:
		a.log.LogAttrs(ctx, slog.LevelWarn, "request refused for now", slog.String("request", exchangeOf(ctx).id),
			slog.String("route", exchangeOf(ctx).route), slog.String("code", passing.Code), slog.Any("error", err))
		return problemOf(passing)
	case errors.Is(err, context.DeadlineExceeded):
		a.log.LogAttrs(ctx, slog.LevelError, "request timed out", slog.String("request", exchangeOf(ctx).id), slog.Any("error", err))
		return problem(casework.CodeTimeout, "处理时间过长，请稍后用同一幂等键重试。").with("Retry-After", "5")
	}
	a.log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("request", exchangeOf(ctx).id),
		slog.String("route", exchangeOf(ctx).route), slog.Any("error", err))
	return internal(ctx)
}

func problemOf(e *casework.Error) *Problem {
	p := problem(e.Code, e.Message)
	p.Shown = e.Shown
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, Fault(f))
	}
	switch {
	case e.Code == casework.CodeDocumentPending, e.Kind() == casework.Unavailable:
		p.with("Retry-After", "5")
	case e.Kind() == casework.TooMany:
		p.with("Retry-After", "60")
	}
	return p
}

func internal(ctx context.Context) *Problem {
	return problem(casework.CodeInternal,
		fmt.Sprintf("系统内部错误，请稍后再试；如需反映，请提供请求编号 %s。", exchangeOf(ctx).id))
}

// fromHuma converts validation errors of huma into a problem of the same form.
func fromHuma(status int, message string, errs ...error) huma.StatusError {
	switch status {
	case http.StatusBadRequest:
		if len(errs) == 0 {
			return problem(casework.CodeBodyRequired, "缺少请求内容。")
		}
		return problem(casework.CodeMalformed, "请求内容不是有效的 JSON。")
	case http.StatusNotAcceptable:
		return problem(casework.CodeNotAcceptable, "本接口不提供所要求的格式。")
	case http.StatusRequestTimeout:
		return problem(casework.CodeRequestTimeout, "请求内容传输超时。")
	case http.StatusRequestEntityTooLarge:
		return problem(casework.CodeBodyTooLarge, "请求内容超过上限。")
	case http.StatusUnsupportedMediaType:
		return problem(casework.CodeMediaType, "请求内容的格式不支持。")
	case http.StatusUnprocessableEntity:
		return invalid(errs)
	}
	return problem(casework.CodeInternal, "系统内部错误，请稍后再试。")
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
	return problem(casework.CodeInvalid,
		fmt.Sprintf("有 %d 处填写有误，请更正后重试。", len(errs)), faults...)
}

// faultOf returns the error's location as a JSON Pointer and its message in Chinese. It drops the value that huma
// includes, which may be personal data.
func faultOf(err error) Fault {
	detail, ok := errors.AsType[*huma.ErrorDetail](err)
	if !ok {
		return Fault{Message: "填写有误"}
	}
	f := Fault{Location: pointer(detail.Location), Message: chinese(detail.Message)}
	if name, missing := strings.CutPrefix(f.Message, missingField); missing {
		f = Fault{Location: f.Location + "/" + escapePointer(name), Message: "必填"}
	}
	if len(f.Location) > 300 { // the name of an unknown field is chosen by the sender
		f.Location = strings.ToValidUTF8(f.Location[:300], "")
	}
	return f
}

var (
	locationAsPointer = strings.NewReplacer("[", "/", "]", "", ".", "/", "~", "~0", "/", "~1")
	pointerEscape     = strings.NewReplacer("~", "~0", "/", "~1")
)

// pointer converts huma's body.classes[2].seats into /classes/2/seats, and query.limit into limit.
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

// chinese returns a Chinese message unchanged, translates the few that huma has no setting for, and returns a general
// one for the rest.
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

// writeProblem responds with a problem to a request that huma does not handle.
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
	_ = enc.Encode(p) // the client may have disconnected
}
