package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// statusTitles are the descriptions of an operation's responses.
var statusTitles = map[int]string{
	200: "成功", 201: "已新建", 204: "成功，无内容", 400: "请求格式有误，或缺少幂等键", 401: "未登录或登录已失效", 403: "无权操作",
	404: "没有找到，或无权查看", 406: "没有所需的格式", 409: "与当前状态冲突", 413: "内容过大", 415: "请求格式不支持",
	422: "填写有误，逐处说明", 429: "请求过于频繁", 500: "系统内部错误", 503: "服务暂不可用",
}

// publish completes the description of the API and serves it, as OpenAPI 3.1 and as a page.
func (a *API) publish() error {
	raw, err := a.describeAll()
	if err != nil {
		return err
	}
	page, err := docsPage(a.huma.OpenAPI())
	if err != nil {
		return err
	}
	a.mux.HandleFunc("GET /openapi.json", fixed("application/json", "", raw))
	a.mux.HandleFunc("GET /docs", fixed(htmlType, docsPolicy, page))
	a.mux.HandleFunc("GET /verify", askForPaper)
	return nil
}

// describeAll completes the description of the registered operations and returns it as OpenAPI 3.1 in JSON.
func (a *API) describeAll() ([]byte, error) {
	spec := a.huma.OpenAPI()
	for _, schema := range spec.Components.Schemas.Map() {
		describeProperties(schema)
		standardWords(schema)
	}
	for _, item := range spec.Paths {
		for _, op := range operationsOf(item) {
			describe(op)
		}
	}
	raw, err := json.MarshalIndent(spec, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write the description of the API: %w", err)
	}
	return raw, nil
}

// Description returns the OpenAPI description of the API at publicURL, with the operations that operations registers. No service is
// called.
func Description(publicURL, version string, operations func(*API)) ([]byte, error) {
	a := &API{mux: http.NewServeMux(), maxBody: defaultMaxBody, maxUpload: defaultMaxUpload}
	a.registerAll(publicURL, version, operations)
	return a.describeAll()
}

// fixed serves content that does not change while the program runs.
func fixed(mediaType, policy string, content []byte) http.HandlerFunc {
	content = bytes.Clone(content)
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Cache-Control", "public, max-age=300")
		if policy != "" {
			w.Header().Set("Content-Security-Policy", policy)
		}
		_, _ = w.Write(content) // the client may have disconnected
	}
}

// describe adds the descriptions of an operation's responses and its required header. A missing idempotency key is
// rejected by casework, with a code of its own, so huma does not know that it is required.
func describe(op *huma.Operation) {
	for status, response := range op.Responses {
		var code int
		if _, err := fmt.Sscan(status, &code); err == nil && response.Description == http.StatusText(code) {
			response.Description = statusTitles[code]
		}
	}
	if op.RequestBody != nil {
		for _, content := range op.RequestBody.Content {
			standardWords(content.Schema)
		}
	}
	for _, p := range op.Parameters {
		standardWords(p.Schema)
		if p.In == "header" && p.Name == "Idempotency-Key" {
			p.Required = true
		}
	}
}

// standardWords moves the description of a pattern from huma's patternDescription, which is not part of JSON Schema, to
// an extension, in the schema and in nested ones. Huma has derived its message from it by then.
func standardWords(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.PatternDescription != "" {
		if s.Extensions == nil {
			s.Extensions = map[string]any{}
		}
		s.Extensions["x-pattern-description"] = s.PatternDescription
		s.PatternDescription = ""
	}
	for _, property := range s.Properties {
		standardWords(property)
	}
	if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
		standardWords(values)
	}
	standardWords(s.Items)
	standardWords(s.Not)
	for _, within := range slices.Concat(s.OneOf, s.AnyOf, s.AllOf) {
		standardWords(within)
	}
}

// operationsOf returns the operations of a path in reading order.
func operationsOf(item *huma.PathItem) []*huma.Operation {
	all := []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete}
	return slices.DeleteFunc(all, func(op *huma.Operation) bool { return op == nil })
}

// describeProperties sets the description of every property without one from the glossary: the same name has the same
// meaning everywhere.
func describeProperties(schema *huma.Schema) {
	for name, property := range schema.Properties {
		if property.Description == "" {
			property.Description = glossary[name]
		}
	}
}

// glossary maps the name of a field to its description.
var glossary = map[string]string{
	"account": "账号", "actor": "办理人", "address": "机构地址", "after": "翻页标记", "answer": "答复内容", "application": "备案申请",
	"as_of": "适用规则的日期", "assignee": "领取人账号", "at": "时间", "basis": "依据", "by": "办理人账号", "case": "所属办件",
	"changed": "最近一次告知后改动的内容", "files": "所附材料中可以查阅的文件", "optional": "可填项", "required": "必填项",
	"case_no": "办件编号", "children": "由本办件产生的办件", "clocks": "法定时限", "closed_at": "办结时间", "closed_by": "办结人",
	"confirmed_by": "核验人", "county": "县区", "county_name": "县区名称", "created_at": "建立时间", "data": "附加数据",
	"days_left": "剩余工作日，负数为已逾期", "decided_at": "裁定时间", "decision": "应参看的裁定", "decisions": "裁定",
	"default": "默认值", "delivered": "是否已送达办理流程", "documents": "文书", "draft": "是否草稿", "due_on": "到期日",
	"due_provisional": "到期日是否暂定（所在年份的节假日安排尚未公布）", "ended_at": "结束时间", "ended_on": "失效日期",
	"end_reason": "失效理由", "escalated": "是否已转主管", "family": "家庭托育点专项", "filed_on": "备案日期", "fire": "消防安全",
	"form": "答复表单的 JSON Schema", "gaps": "待补正事项", "genuine": "是否为本系统制发", "history": "设置记录",
	"holder": "由谁办理（角色）", "holder_title": "由谁办理", "hygiene": "卫生评价", "id": "标识", "in_force": "是否有效",
	"inclusive": "是否普惠", "institution": "机构", "institution_name": "机构名称", "internal": "是否仅工作人员可见", "issued_on": "制发日期", "items": "本页内容",
	"kind": "类型", "limit_days": "时限，工作日", "max": "最大值", "media_type": "文件类型", "min": "最小值", "name": "名称",
	"next": "接下来；列表中为下一页的翻页标记", "note": "说明", "number": "文号", "opened_at": "产生时间", "outcome": "办理结果",
	"outcomes": "可选的办理结果", "overdue": "是否逾期", "papers": "文书", "parent_case": "由哪个办件产生", "phone": "联系电话",
	"options": "可选的值", "place": "past 已过，here 现在，ahead 通常还要经过",
	"premises": "场所", "provisional": "是否暂定", "published_on": "公示日期", "query": "查询词", "reason": "理由",
	"received_on": "收件日期", "registrar": "登记机关", "registration": "登记信息", "result": "结论", "role": "角色",
	"role_title": "角色名称", "scan": "安全扫描：clean 已通过，unscanned 未扫描", "seats": "托位数", "set": "是否已由县区设置",
	"set_at": "设置时间", "set_by": "设置人", "settings": "参数", "sha256": "内容的 SHA-256", "site_kind": "机构类型",
	"size": "字节数", "source": "来源", "stage": "环节", "stage_title": "环节名称", "stages": "环节", "started_on": "起算日",
	"state": "状态", "status": "状态", "subject": "申请人", "submitted": "是否已提交", "task": "待办编号", "tasks": "待办",
	"text": "正文", "timeline": "时间线", "title": "名称", "township": "乡镇街道", "tracking_code": "查询码",
	"updated_at": "更新时间", "uploaded_at": "上传时间", "value": "参数值", "verification_code": "核验码", "verified": "是否已核对原文",
	"version": "申请版本",
}

// isRef returns the name of the schema that a reference points to.
func isRef(ref string) string { return strings.TrimPrefix(ref, "#/components/schemas/") }
