package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// ChildID names a child in a path.
type ChildID struct {
	Child string `path:"child" maxLength:"40" doc:"婴幼儿编号" example:"cabcdefghijklmnop"`
}

// Purpose says what a record is read for.
type Purpose struct {
	Purpose nursery.ReadPurpose `query:"purpose" required:"true" enum:"enrolment,checkup,guardian_request,insurance,supervision" doc:"查阅目的，记入查阅记录"`
}

type rosterFile struct {
	Content []byte `json:"content" doc:"xlsx 或 CSV 文件，Base64"`
}

type classOf struct {
	Class string `json:"class" minLength:"1" maxLength:"40" doc:"班级编号"`
}

func registerChildren(a *api) {
	enrol := creating(operation(http.MethodPost, "/api/v1/children", "enrolChild", tagChildren, "办理入托"))
	enrol.Description = "已登记过的婴幼儿按证件识别为同一人。仍在其他机构在托的，返回 409 child_in_care_elsewhere。"
	register(a, enrol, func(ctx context.Context, in *struct {
		Command
		Body casework.Enrolment
	}) (*made[casework.Enrolled], error) {
		enrolled, err := a.door.Enrol(ctx, principal(ctx), in.Key, in.Body)
		return newAt(enrolled, err, func(e casework.Enrolled) string { return pathOf("children", e.Child) })
	})

	roster := operation(http.MethodPost, "/api/v1/children/roster", "importChildren", tagChildren, "导入在托名册")
	roster.Description = "逐行办理入托；有误的行列出行号、列名和原因，不影响其他行。重复导入不重复办理。"
	register(a, roster, func(ctx context.Context, in *struct {
		Command
		Body rosterFile
	}) (*answer[casework.RosterReport], error) {
		return reply(a.door.ImportRoster(ctx, principal(ctx), in.Key, in.Body.Content))
	})

	register(a, operation(http.MethodGet, "/api/v1/children", "listChildren", tagChildren, "在托婴幼儿列表"), func(ctx context.Context, in *struct {
		Listing
		Institution string `query:"institution" maxLength:"64" doc:"机构编号，供签约医疗机构使用"`
		Class       string `query:"class" maxLength:"40" doc:"班级编号"`
		Present     bool   `query:"present" doc:"只列在托的"`
	}) (*answer[casework.Page[casework.ChildLine]], error) {
		return reply(a.door.Children(ctx, principal(ctx), casework.ChildFilter{Institution: in.Institution, Class: in.Class, Present: in.Present},
			casework.PageRequest(in.Listing)))
	})

	export := operation(http.MethodGet, "/api/v1/children/roster.xlsx", "exportChildren", tagChildren, "导出在托名册")
	export.Description = "含姓名等个人信息，每次导出记入查阅记录。"
	register(a, downloading(export, sheets.Media, "在托名册，Excel"), func(ctx context.Context, in *Purpose) (*file, error) {
		lines, err := a.door.Roster(ctx, principal(ctx), in.Purpose)
		if err != nil {
			return nil, err
		}
		sheet, err := rosterSheet(lines)
		return a.sheet(sheet, "在托名册", err)
	})

	child := operation(http.MethodGet, "/api/v1/children/{child}", "getChild", tagChildren, "查阅婴幼儿信息", http.StatusNotFound)
	child.Description = "只返回该角色需要的字段；每次查阅记录查阅人、目的和字段。"
	register(a, child, func(ctx context.Context, in *struct {
		ChildID
		Purpose
	}) (*answer[casework.ChildRecord], error) {
		return reply(a.door.Child(ctx, principal(ctx), in.Child, in.Purpose.Purpose))
	})

	register(a, operation(http.MethodPost, "/api/v1/children/{child}/leave", "leaveCare", tagChildren, "办理离托", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Command
			ChildID
			Body casework.Leaving
		}) (*answer[casework.Enrolled], error) {
			return reply(a.door.LeaveCare(ctx, principal(ctx), in.Key, in.Child, in.Body))
		})

	register(a, operation(http.MethodPost, "/api/v1/children/{child}/class", "changeClass", tagChildren, "调整班级", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Command
			ChildID
			Body classOf
		}) (*answer[casework.Enrolled], error) {
			return reply(a.door.ChangeClass(ctx, principal(ctx), in.Key, in.Child, in.Body.Class))
		})
	registerConsents(a)
}

func registerConsents(a *api) {
	register(a, operation(http.MethodPost, "/api/v1/children/{child}/consents", "giveConsent", tagChildren, "登记监护人同意", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Command
			ChildID
			Body casework.ConsentGiven
		}) (*answer[casework.ChildConsents], error) {
			return reply(a.door.GiveConsent(ctx, principal(ctx), in.Key, in.Child, in.Body))
		})

	withdraw := operation(http.MethodPost, "/api/v1/children/{child}/consents/{consent}/withdrawal", "withdrawConsent", tagChildren, "撤回监护人同意", http.StatusNotFound)
	withdraw.Description = "随时可以撤回，撤回后不再记录；撤回前的记录保留。"
	register(a, withdraw, func(ctx context.Context, in *struct {
		Command
		ChildID
		Consent nursery.ConsentPurpose `path:"consent" enum:"checkup,insurance" doc:"同意事项"`
	}) (*answer[casework.ChildConsents], error) {
		return reply(a.door.WithdrawConsent(ctx, principal(ctx), in.Key, in.Child, in.Consent))
	})

	register(a, operation(http.MethodGet, "/api/v1/record-reads", "listRecordReads", tagChildren, "查阅记录"), func(ctx context.Context, in *struct {
		Listing
		County string `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码"`
		Child  string `query:"child" maxLength:"40" doc:"婴幼儿编号"`
	}) (*answer[casework.Page[casework.RecordRead]], error) {
		return reply(a.door.RecordReads(ctx, principal(ctx), in.County, in.Child, casework.PageRequest(in.Listing)))
	})
}

func rosterSheet(lines []casework.RosterLine) ([]byte, error) {
	table := sheets.Table{
		Name: "在托名册", Head: []string{"班级", "编号", "姓名", "性别", "出生日期", "月龄", "证件号码", "监护人", "监护人电话", "入托日期"}, Frozen: 3, Wide: 2,
	}
	for _, l := range lines {
		table.Rows = append(table.Rows, []any{
			l.Class, l.Child, l.Name, l.Sex.Title(), l.BornOn.String(), l.Months, l.IdentityMasked, l.GuardianName, l.GuardianPhone, l.EnteredOn.String(),
		})
	}
	return sheets.Write(table)
}
