package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tuoyu/casework/public"
)

const verifyPath = "/verify/"

// publicStatus is the tracking code with which the status of a case is asked for.
type publicStatus struct {
	Code string `json:"code" minLength:"1" maxLength:"60" doc:"查询码" example:"7K3M-9Q2X-T4VB-N8HD"`
}

func registerPublic(a *API) {
	g := a.Group(TagPublic)
	Handle(g.Op("POST /api/v1/public/cases/{case_no}/status", "getPublicStatus", "凭查询码查看办理进度",
		"编号不存在与查询码不符的答复相同。查询码只放在请求内容中，不放在地址里。").ForEverybody(), func(ctx context.Context, in *struct {
		CaseNumber
		Body publicStatus
	}) (public.PublicCase, error) {
		return public.Status(ctx, a.service, in.CaseNo, in.Body.Code)
	})
	registerVerify(a, g)
}

// verified is the response about a document, as a page for people or as JSON.
type verified struct {
	ContentType string `header:"Content-Type"`
	Policy      string `header:"Content-Security-Policy" hidden:"true"`
	Vary        string `header:"Vary" hidden:"true"`
	Body        func(huma.Context)
}

func registerVerify(a *API, g Group) {
	op := g.Op("GET "+verifyPath+"{code}", "verifyDocument", "核验文书",
		"文书是否由本系统制发、是否仍然有效。浏览器得到可打印的网页，程序以 Accept: application/json 得到 JSON。").ForEverybody().without(http.StatusNotFound)
	op.RejectUnknownQueryParameters = false // scanning apps add parameters to URLs
	op.DefaultStatus = http.StatusOK
	paper := a.Schemas().Schema(verifiedType, true, "")
	op.Responses = map[string]*huma.Response{"200": {Description: "核验结果", Content: map[string]*huma.MediaType{
		"application/json": {Schema: paper}, "text/html": {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
	register(op, func(ctx context.Context, in *struct {
		Code   string `path:"code" maxLength:"60" doc:"核验码，连字符与大小写不限" example:"7K3M-9Q2X-T4VB-N8HD"`
		Accept string `header:"Accept" hidden:"true"`
	}) (*verified, error) {
		paper, err := a.service.Verify(ctx, in.Code)
		if err != nil {
			return nil, err
		}
		out := &verified{ContentType: "application/json", Vary: "Accept"}
		if !prefersHTML(in.Accept) {
			out.Body = func(ctx huma.Context) {
				ctx.SetStatus(http.StatusOK)
				_ = huma.DefaultJSONFormat.Marshal(ctx.BodyWriter(), paper) // the client may have disconnected
			}
			return out, nil
		}
		var page bytes.Buffer
		if err := writeVerified(&page, paper, time.Now()); err != nil {
			return nil, err
		}
		out.ContentType, out.Policy = htmlType, pagePolicy
		out.Body = func(ctx huma.Context) {
			ctx.SetStatus(http.StatusOK)
			_, _ = page.WriteTo(ctx.BodyWriter()) // the client may have disconnected
		}
		return out, nil
	})
}
