package children

import (
	"context"
	"io"
	"net/http"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// Tag is the group of operations about children.
var Tag = api.Tag{Name: "婴幼儿", Description: "在托婴幼儿的登记、监护人同意与查阅记录；个人信息加密保存，每次查阅均留痕"}

// ChildID is the path parameter with the identifier of a child.
type ChildID struct {
	Child string `path:"child" maxLength:"40" doc:"婴幼儿编号"`
}

// OnChildWith is the input of a command on a child, with a body.
type OnChildWith[Body any] struct {
	api.Command
	ChildID
	Body Body
}

// Reading is the parameter with the purpose for which a record is read.
type Reading struct {
	Purpose nursery.ReadingPurpose `query:"purpose" required:"true" enum:"checkup,enrolment,insurance,guardian_request,supervision" doc:"查阅目的，必填：checkup 健康体检，enrolment 入托和在托管理，insurance 投保，guardian_request 监护人查阅、复制或更正，supervision 监督检查"`
}

type childCounts struct {
	Classes []ChildCount `json:"classes" doc:"各班在托人数"`
}

type childConsents struct {
	Consents []Consent `json:"consents" doc:"监护人同意，按先后"`
}

type changeClass struct {
	Class string `json:"class" minLength:"1" maxLength:"60" doc:"班级"`
}

// Operations registers the operations about children, their consents, the roster and the readings of records.
func (s *Service) Operations(a *api.API) {
	g := a.Group(Tag)
	api.Create(g.Op("POST /api/v1/children", "enrolChild", "登记入托",
		"姓名、出生日期和性别须与该证件号码已登记的一致，否则返回 409 identity_unverified，不说明是否已登记；每个账号每天的次数有限，超过的返回 429 identity_attempts。"+
			"在其他机构在托的，返回 409 child_in_care_elsewhere，由该机构办理离托后方可登记。入托时已满36月龄的，返回 422 age_unusual，填写 age_reason 后可以登记。"+
			"dtap_doses 是接种证上百白破疫苗的剂次；到入托之日应种未种，或未查验接种证的，仍予登记，由 entry 提示补种或补验并引用条文（疫苗管理法第四十八条）。"),
		api.Execute(s.EnrolChild), func(e Enrolled) string { return api.PathOf("children", e.ID) })
	api.Page(g.Op("GET /api/v1/children", "listChildren", "在托婴幼儿列表", "不含姓名等个人信息。县区专班须以 supervision 为目的。"), Children, func(in *struct {
		api.Listing
		EnrolmentFilter
	}) (api.Listing, EnrolmentFilter) {
		return in.Listing, in.EnrolmentFilter
	})
	api.Handle(g.Op("GET /api/v1/children/counts", "countChildren", "在托人数", ""), func(ctx context.Context, _ *struct{}) (childCounts, error) {
		counts, err := s.ChildCounts(ctx, api.Principal(ctx))
		return childCounts{counts}, err
	})
	api.Handle(g.Op("GET /api/v1/children/{child}", "getChild", "查阅婴幼儿信息",
		"按角色和目的给出所需字段，每次查阅留痕（未成年人网络保护条例第三十六条）。", http.StatusConflict), func(ctx context.Context, in *struct {
		ChildID
		Reading
	}) (ChildRecord, error) {
		return s.Child(ctx, api.Principal(ctx), in.Child, in.Purpose)
	})
	s.changeOperations(g)
	s.mergeOperations(g)
	s.consentOperations(g)
	s.rosterOperations(g)
	api.List(g, "/api/v1/record-reads", "Readings", "查阅记录",
		"谁在何时为何目的查阅了哪名婴幼儿、哪份名单或哪件投诉举报的哪些字段，最近的在前。同一人同一天多次打开同一名单或投诉举报只有一条。", Readings, func(in *struct {
			api.Listing
			ReadingFilter
		}) (api.Listing, ReadingFilter) {
			return in.Listing, in.ReadingFilter
		})
}

func (s *Service) consentOperations(g api.Group) {
	api.Handle(g.Op("GET /api/v1/children/consents", "listClassConsents", "一个班的监护人同意", "本机构在托婴幼儿的姓名、监护人姓名和有效的同意。读取即留痕。", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Class string `query:"class" required:"true" minLength:"1" maxLength:"60" doc:"班级"`
		}) (ClassConsents, error) {
			return s.ClassConsents(ctx, api.Principal(ctx), in.Class)
		})
	api.Create(g.Op("POST /api/v1/children/consents", "giveConsents", "集体登记监护人同意",
		"多名婴幼儿的监护人在同一份同意书上签字的，一次登记，附件共用；逐项说明结果，此前已登记的不重复登记，不在托的不影响其他人（个人信息保护法第二十九条、第三十一条）。"),
		api.Execute(s.GiveConsents), func(SheetRecorded) string { return "/api/v1/children/consents" })
	api.Create(g.Op("POST /api/v1/children/{child}/consents", "giveConsent", "登记监护人同意",
		"每一事项单独同意，附监护人签字的同意书（个人信息保护法第二十九条、第三十一条）。"),
		executeOnChild(s.GiveConsent), func(e Enrolled) string { return api.PathOf("children", e.ID) + "/consents" })
	api.Handle(g.Op("POST /api/v1/children/{child}/consents/{purpose}/withdrawal", "withdrawConsent", "撤回监护人同意",
		"随时可以撤回，即时生效；同意与撤回的记录保留。"), func(ctx context.Context, in *struct {
		api.Command
		ChildID
		Purpose nursery.ConsentPurpose `path:"purpose" enum:"checkup,insurance,transfer" doc:"同意事项"`
	}) (Enrolled, error) {
		return s.WithdrawConsent(ctx, api.Principal(ctx), in.Key, in.Child, in.Purpose)
	})
	api.Handle(g.Op("GET /api/v1/children/{child}/consents", "listConsents", "监护人同意", ""), func(ctx context.Context, in *ChildID) (childConsents, error) {
		consents, err := s.Consents(ctx, api.Principal(ctx), in.Child)
		return childConsents{consents}, err
	})
}

// ImportID is the path parameter with the number of an import.
type ImportID struct {
	Import int64 `path:"import" minimum:"1" doc:"导入的编号"`
}

func (s *Service) rosterOperations(g api.Group) {
	api.Handle(g.Op("POST /api/v1/children/roster", "importRoster", "导入名册",
		"Excel 工作簿或 CSV 文本。逐行登记，有误的行说明原因，不影响其他行；重复导入不重复登记。本机构有备案班级的，班级须是其中之一。"+
			"dry_run 为 true 的只核对，不登记：results 是各行的结果，人数为导入后的人数；未能核验的次数照常计算。").
		Form(nil, "名册，列：姓名、证件类型、证件号码、出生日期、性别、居住县区、班级、入托日期，可有监护人姓名、监护人电话"), func(ctx context.Context, in *struct {
		api.Command
		api.Upload
		DryRun bool `query:"dry_run" doc:"只核对，不登记"`
	}) (RosterReport, error) {
		return api.TakeForm(&in.Upload, nil, func(_ string, body io.Reader) (RosterReport, error) {
			if in.DryRun {
				return s.CheckRoster(ctx, api.Principal(ctx), body)
			}
			return s.ImportRoster(ctx, api.Principal(ctx), in.Key, body)
		})
	})
	api.Handle(g.Op("GET /api/v1/roster-imports/{import}", "getRosterImport", "名册导入", "导入的结果，以及现在可以撤销的人数和不能撤销的原因。"),
		func(ctx context.Context, in *ImportID) (PastImport, error) {
			return s.Import(ctx, api.Principal(ctx), in.Import)
		})
	api.Handle(g.Op("POST /api/v1/roster-imports/{import}/undo", "undoRosterImport", "撤销名册导入",
		"当日撤销本次导入登记的入托：其后没有考勤、体检、同意、投保和更正的，删除入托登记和本次新登记的婴幼儿信息；其余保留，并说明原因。", http.StatusConflict),
		func(ctx context.Context, in *struct {
			api.Command
			ImportID
		}) (PastImport, error) {
			return s.UndoImport(ctx, api.Principal(ctx), in.Key, in.Import)
		})
	api.Template(g, "/api/v1/children/roster-template.xlsx", "getRosterTemplate", "名册模板", RosterTemplate)
	api.Download(g.Op("GET /api/v1/children/roster.xlsx", "exportRoster", "导出名册", "列出本机构全部在托婴幼儿，逐人留痕。", http.StatusNotFound), sheets.Media, "名册，Excel",
		func(ctx context.Context, in *Reading) (casework.File, error) {
			content, err := s.RosterSheet(ctx, api.Principal(ctx), in.Purpose)
			return casework.File{Name: "在托婴幼儿名册.xlsx", Media: sheets.Media, Content: content}, err
		})
}

// executeOnChild returns the handler of an operation that calls command with the key, the child in the path and the body of the
// request.
func executeOnChild[Body, T any](command func(_ context.Context, _ nursery.Principal, key, child string, in Body) (T, error)) func(context.Context, *OnChildWith[Body]) (T, error) {
	return func(ctx context.Context, in *OnChildWith[Body]) (T, error) {
		return command(ctx, api.Principal(ctx), in.Key, in.Child, in.Body)
	}
}
