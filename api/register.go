package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// exportMost bounds the lines of a list that is exported.
const exportMost = 10_000

// everyPage reads a list page by page, up to exportMost lines.
func everyPage[T any](read func(casework.PageRequest) (casework.Page[T], error)) ([]T, error) {
	var all []T
	page := casework.PageRequest{Limit: 100}
	for {
		list, err := read(page)
		if err != nil {
			return nil, err
		}
		if all = append(all, list.Items...); list.Next == "" || len(all) >= exportMost {
			return all, nil
		}
		page.After = list.Next
	}
}

// InstitutionFilter narrows the register.
type InstitutionFilter struct {
	County   string           `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	Status   string           `query:"status" enum:"applying,filed,rectifying,cancelled" doc:"状态"`
	SiteKind nursery.SiteKind `query:"site_kind" enum:"public_comprehensive,community,family_point,kindergarten_class,employer,other" doc:"机构类型"`
}

func (f InstitutionFilter) filter() casework.InstitutionFilter {
	return casework.InstitutionFilter{County: f.County, Status: f.Status, SiteKind: string(f.SiteKind)}
}

func registerRegister(a *api) {
	list := operation(http.MethodGet, "/api/v1/institutions", "listInstitutions", tagRegister, "机构名册")
	list.Description = "机构只见本机构，医疗机构只见其服务的机构。"
	register(a, list, func(ctx context.Context, in *struct {
		Listing
		InstitutionFilter
	}) (*answer[casework.Page[casework.RegisteredInstitution]], error) {
		return reply(a.door.Institutions(ctx, principal(ctx), in.filter(), casework.PageRequest(in.Listing)))
	})

	register(a, operation(http.MethodGet, "/api/v1/institutions/{institution}", "getInstitution", tagRegister, "机构", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Institution string `path:"institution" maxLength:"64" doc:"机构标识"`
		}) (*answer[casework.RegisteredInstitution], error) {
			return reply(a.door.Institution(ctx, principal(ctx), in.Institution))
		})

	export := operation(http.MethodGet, "/api/v1/institutions.xlsx", "exportInstitutions", tagRegister, "导出机构名册")
	register(a, downloading(export, sheets.Media, "机构名册，Excel"), func(ctx context.Context, in *struct{ InstitutionFilter }) (*file, error) {
		all, err := everyPage(func(page casework.PageRequest) (casework.Page[casework.RegisteredInstitution], error) {
			return a.door.Institutions(ctx, principal(ctx), in.filter(), page)
		})
		if err != nil {
			return nil, err
		}
		sheet, err := registerSheet(all)
		return a.sheet(sheet, "托育机构名册", err)
	})
}

func registerSheet(all []casework.RegisteredInstitution) ([]byte, error) {
	table := sheets.Table{
		Name: "托育机构", Head: []string{"县区", "机构名称", "机构标识", "机构类型", "机构性质", "地址", "托位数", "状态", "备案日期", "备案办件编号"},
		Frozen: 2, Wide: 3,
	}
	for _, i := range all {
		table.Rows = append(table.Rows, []any{
			i.CountyName, i.Name, i.ID, i.SiteKindTitle, i.NatureTitle, i.Address, i.Seats, i.StatusTitle, i.FiledOn.String(), i.FilingCase,
		})
	}
	return sheets.Write(table)
}

func readingsSheet(all []casework.ReadingEntry) ([]byte, error) {
	table := sheets.Table{
		Name: "查阅记录", Head: []string{"时间", "查阅账号", "角色", "机构", "目的", "查阅对象", "字段"}, Frozen: 1, Wide: 2,
	}
	for _, r := range all {
		table.Rows = append(table.Rows, []any{
			nursery.Second(r.At), r.Reader, r.ReaderRole.Title(), r.Institution, r.PurposeTitle, r.What(),
			r.FieldTitles(),
		})
	}
	return sheets.Write(table)
}
