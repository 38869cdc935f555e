package api

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// ChildID is the path parameter with the identifier of a child.
type ChildID struct {
	Child string `path:"child" maxLength:"40" doc:"婴幼儿编号"`
}

// Reading is the parameter with the purpose for which a record is read.
type Reading struct {
	Purpose nursery.ReadingPurpose `query:"purpose" required:"true" enum:"checkup,enrolment,insurance,guardian_request,supervision" doc:"查阅目的，必填：checkup 健康体检，enrolment 入托和在托管理，insurance 投保，guardian_request 监护人查阅、复制或更正，supervision 监督检查"`
}

type childCounts struct {
	Classes []children.ChildCount `json:"classes" doc:"各班在托人数"`
}

type childConsents struct {
	Consents []children.Consent `json:"consents" doc:"监护人同意，按先后"`
}

type changeClass struct {
	Class string `json:"class" minLength:"1" maxLength:"60" doc:"班级"`
}

func registerChildren(a *api) {
	enrol := creating(operation(http.MethodPost, "/api/v1/children", "enrolChild", tagChildren, "登记入托"))
	enrol.Description = "姓名、出生日期和性别须与该证件号码已登记的一致，否则返回 409 identity_unverified，不说明是否已登记；每个账号每天的次数有限，超过的返回 429 identity_attempts。" +
		"在其他机构在托的，返回 409 child_in_care_elsewhere，由该机构办理离托后方可登记。入托时已满36月龄的，返回 422 age_unusual，填写 age_reason 后可以登记。" +
		"dtap_doses 是接种证上百白破疫苗的剂次；到入托之日应种未种，或未查验接种证的，仍予登记，由 entry 提示补种或补验并引用条文（疫苗管理法第四十八条）。"
	register(a, enrol, func(ctx context.Context, in *struct {
		Command
		Body children.Enrolment
	}) (*made[children.Enrolled], error) {
		enrolled, err := a.service.EnrolChild(ctx, principal(ctx), in.Key, in.Body)
		return newAt(enrolled, err, func(e children.Enrolled) string { return pathOf("children", e.ID) })
	})

	list := operation(http.MethodGet, "/api/v1/children", "listChildren", tagChildren, "在托婴幼儿列表")
	list.Description = "不含姓名等个人信息。县区专班须以 supervision 为目的。"
	register(a, list, func(ctx context.Context, in *struct {
		Listing
		children.EnrolmentFilter
	}) (*answer[casework.Page[children.EnrolledChild]], error) {
		return reply(children.Children.Page(ctx, a.service.Service, principal(ctx), in.EnrolmentFilter, casework.PageRequest(in.Listing)))
	})

	register(a, operation(http.MethodGet, "/api/v1/children/counts", "countChildren", tagChildren, "在托人数"),
		func(ctx context.Context, _ *struct{}) (*answer[childCounts], error) {
			counts, err := a.service.ChildCounts(ctx, principal(ctx))
			return reply(childCounts{counts}, err)
		})

	read := operation(http.MethodGet, "/api/v1/children/{child}", "getChild", tagChildren, "查阅婴幼儿信息", http.StatusNotFound, http.StatusConflict)
	read.Description = "按角色和目的给出所需字段，每次查阅留痕（未成年人网络保护条例第三十六条）。"
	register(a, read, func(ctx context.Context, in *struct {
		ChildID
		Reading
	}) (*answer[children.ChildRecord], error) {
		return reply(a.service.Child(ctx, principal(ctx), in.Child, in.Purpose))
	})
	registerChildChanges(a)
	registerChildCorrections(a)
	registerMerges(a)
	registerConsents(a)
	registerRoster(a)
	registerReadings(a)
	registerAttendance(a)
}

func registerChildChanges(a *api) {
	register(a, operation(http.MethodPost, "/api/v1/children/{child}/class", "changeClass", tagChildren, "调班", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Command
			ChildID
			Body changeClass
		}) (*answer[children.Enrolled], error) {
			return reply(a.service.ChangeClass(ctx, principal(ctx), in.Key, in.Child, in.Body.Class))
		})

	register(a, operation(http.MethodPost, "/api/v1/children/{child}/leave", "endEnrolment", tagChildren, "登记离托", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Command
			ChildID
			Body children.Leaving
		}) (*answer[children.Enrolled], error) {
			return reply(a.service.EndEnrolment(ctx, principal(ctx), in.Key, in.Child, in.Body))
		})

	correct := operation(http.MethodPost, "/api/v1/children/{child}/correction", "correctChild", tagChildren, "更正婴幼儿信息", http.StatusNotFound)
	correct.Description = "应监护人请求更正，以所送内容代替原有内容。证件类型或号码的更正由县级卫生健康部门办理，返回 409 identity_office。"
	register(a, correct, func(ctx context.Context, in *struct {
		Command
		ChildID
		Body nursery.Child
	}) (*answer[children.Enrolled], error) {
		return reply(a.service.CorrectChild(ctx, principal(ctx), in.Key, in.Child, in.Body))
	})
}

func registerConsents(a *api) {
	give := creating(operation(http.MethodPost, "/api/v1/children/{child}/consents", "giveConsent", tagChildren, "登记监护人同意", http.StatusNotFound))
	give.Description = "每一事项单独同意，附监护人签字的同意书（个人信息保护法第二十九条、第三十一条）。"
	register(a, give, func(ctx context.Context, in *struct {
		Command
		ChildID
		Body children.ConsentGiven
	}) (*made[children.Enrolled], error) {
		done, err := a.service.GiveConsent(ctx, principal(ctx), in.Key, in.Child, in.Body)
		return newAt(done, err, func(e children.Enrolled) string { return pathOf("children", e.ID) + "/consents" })
	})

	withdraw := operation(http.MethodPost, "/api/v1/children/{child}/consents/{purpose}/withdrawal", "withdrawConsent", tagChildren, "撤回监护人同意", http.StatusNotFound)
	withdraw.Description = "随时可以撤回，即时生效；同意与撤回的记录保留。"
	register(a, withdraw, func(ctx context.Context, in *struct {
		Command
		ChildID
		Purpose nursery.ConsentPurpose `path:"purpose" enum:"checkup,insurance,transfer" doc:"同意事项"`
	}) (*answer[children.Enrolled], error) {
		return reply(a.service.WithdrawConsent(ctx, principal(ctx), in.Key, in.Child, in.Purpose))
	})

	register(a, operation(http.MethodGet, "/api/v1/children/{child}/consents", "listConsents", tagChildren, "监护人同意", http.StatusNotFound),
		func(ctx context.Context, in *ChildID) (*answer[childConsents], error) {
			consents, err := a.service.Consents(ctx, principal(ctx), in.Child)
			return reply(childConsents{consents}, err)
		})
}

// rosterForm is a form with a roster.
type rosterForm struct {
	Command
	upload
}

func registerRoster(a *api) {
	op := operation(http.MethodPost, "/api/v1/children/roster", "importRoster", tagChildren, "导入名册", http.StatusUnprocessableEntity)
	op.Description = "Excel 工作簿或 CSV 文本。逐行登记，有误的行说明原因，不影响其他行；重复导入不重复登记。"
	op.Metadata = map[string]any{streams: true}
	register(a, op, func(ctx context.Context, in *rosterForm) (*answer[children.RosterReport], error) {
		return reply(takeForm(a, &in.upload, nil, func(_ string, body io.Reader) (children.RosterReport, error) {
			return a.service.ImportRoster(ctx, principal(ctx), in.Key, body)
		}))
	})
	a.huma.OpenAPI().Paths[op.Path].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{formMedia: {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
			"file": {Type: huma.TypeString, ContentEncoding: "binary", Description: "名册，列：姓名、证件类型、证件号码、出生日期、性别、居住县区、班级、入托日期，可有监护人姓名、监护人电话"},
		},
	}}}}

	a.template("/api/v1/children/roster-template.xlsx", "getRosterTemplate", tagChildren, "名册模板", children.RosterTemplate)

	export := operation(http.MethodGet, "/api/v1/children/roster.xlsx", "exportRoster", tagChildren, "导出名册", http.StatusNotFound)
	export.Description = "列出本机构全部在托婴幼儿，逐人留痕。"
	register(a, downloading(export, sheets.Media, "名册，Excel"), func(ctx context.Context, in *Reading) (*file, error) {
		sheet, err := a.service.RosterSheet(ctx, principal(ctx), in.Purpose)
		return a.sheet(sheet, "在托婴幼儿名册", err)
	})
}

func registerReadings(a *api) {
	list := operation(http.MethodGet, "/api/v1/record-reads", "listReadings", tagChildren, "查阅记录")
	list.Description = "谁在何时为何目的查阅了哪名婴幼儿、哪份名单或哪件投诉举报的哪些字段，最近的在前。同一人同一天多次打开同一名单或投诉举报只有一条。"
	register(a, list, func(ctx context.Context, in *struct {
		Listing
		children.ReadingFilter
	}) (*answer[casework.Page[children.ReadingEntry]], error) {
		return reply(children.Readings.Page(ctx, a.service.Service, principal(ctx), in.ReadingFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/record-reads", "Readings", tagChildren, "查阅记录", children.Readings)
}
