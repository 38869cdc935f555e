package registry

import (
	"context"
	"fmt"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// InstitutionFilter narrows the register of institutions.
type InstitutionFilter struct {
	County   string           `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	Status   string           `query:"status" enum:"applying,filed,rectifying,cancelled" doc:"状态"`
	SiteKind nursery.SiteKind `query:"site_kind" enum:"public_comprehensive,community,family_point,kindergarten_class,employer,other" doc:"机构类型"`
	Query    string           `query:"q" maxLength:"60" doc:"机构名称、统一社会信用代码或机构标识"`
}

// RegisteredInstitution is an institution on the register 托育机构名册.
type RegisteredInstitution struct {
	ID            string           `json:"id" doc:"机构标识"`
	Name          string           `json:"name" doc:"机构名称"`
	County        string           `json:"county" doc:"县区代码"`
	CountyName    string           `json:"county_name" doc:"县区"`
	Nature        nursery.Nature   `json:"nature" doc:"机构性质"`
	NatureTitle   string           `json:"nature_title" doc:"机构性质名称"`
	SiteKind      nursery.SiteKind `json:"site_kind" doc:"机构类型"`
	SiteKindTitle string           `json:"site_kind_title" doc:"机构类型名称"`
	Address       string           `json:"address" doc:"地址"`
	Status        string           `json:"status" doc:"状态"`
	StatusTitle   string           `json:"status_title" doc:"状态名称"`
	Seats         int              `json:"seats" doc:"托位数"`
	Inclusive     *bool            `json:"inclusive,omitempty" doc:"是否普惠"`
	FilingCase    string           `json:"filing_case,omitempty" doc:"备案办件编号"`
	FiledOn       nursery.Date     `json:"filed_on,omitzero" doc:"备案日期"`
}

var institutionStatus = map[string]string{"applying": "申请中", "filed": "已备案", "rectifying": "整改中", "cancelled": "已注销"}

// Institutions is the register of institutions by identifier, as far as p sees it: an institution itself, a clinic those it serves.
var Institutions = casework.List[InstitutionFilter, RegisteredInstitution]{
	Act: "institution.list", Indexes: []string{"institutions_by_county", "institutions_pkey"},
	Read: func(ctx context.Context, r casework.ListReading[InstitutionFilter]) ([]casework.ListRow[RegisteredInstitution], error) {
		rows, err := r.Q.Institutions(ctx, store.InstitutionsParams{
			County: casework.CountyOf(r.Principal, r.Filter.County), Status: r.Filter.Status, SiteKind: string(r.Filter.SiteKind), After: r.After.ID, PageSize: r.Limit,
			Search: casework.ReadSearch(r.Filter.Query).Text,
		})
		return casework.ListRows(rows, err, func(row store.InstitutionsRow) (RegisteredInstitution, casework.Cursor) {
			return registered(row), casework.Cursor{ID: row.ID}
		})
	},
	Sheet: casework.Sheet[RegisteredInstitution]{Title: "托育机构名册", Columns: []casework.Column[RegisteredInstitution]{
		{Title: "机构名称", Head: "机构", Value: func(i RegisteredInstitution) any { return i.Name }},
		{Title: "机构编码", FilesOnly: true, Value: func(i RegisteredInstitution) any { return i.ID }},
		{Title: "县区", FilesOnly: true, Value: func(i RegisteredInstitution) any { return i.CountyName }},
		{Title: "机构类型", Head: "类型", Value: func(i RegisteredInstitution) any { return i.SiteKindTitle }},
		{Title: "机构性质", FilesOnly: true, Value: func(i RegisteredInstitution) any { return i.NatureTitle }},
		{Title: "地址", FilesOnly: true, Value: func(i RegisteredInstitution) any { return i.Address }},
		{Title: "托位数", Head: "托位", Value: func(i RegisteredInstitution) any { return i.Seats }},
		{Title: "状态", Value: func(i RegisteredInstitution) any { return i.StatusTitle }},
		{Title: "备案日期", Head: "备案", Value: func(i RegisteredInstitution) any { return i.FiledOn }},
		{Title: "备案办件编号", FilesOnly: true, Value: func(i RegisteredInstitution) any { return i.FilingCase }},
	}},
}

func registered(row store.InstitutionsRow) RegisteredInstitution {
	nature, kind := nursery.Nature(row.Nature), nursery.SiteKind(row.SiteKind)
	i := RegisteredInstitution{
		ID: row.ID, Name: row.Name, County: row.County, CountyName: nursery.CountyName(row.County), Nature: nature, NatureTitle: nature.Title(),
		SiteKind: kind, SiteKindTitle: kind.Title(), Address: row.Address, Status: row.Status, StatusTitle: institutionStatus[row.Status],
		Seats: int(row.Seats), Inclusive: row.Inclusive, FiledOn: row.FiledOn,
	}
	if row.FilingCase != nil {
		i.FilingCase = *row.FilingCase
	}
	return i
}

// Institution returns one institution of the register that p may see. Error: not_found.
func (s *Service) Institution(ctx context.Context, p nursery.Principal, id string) (RegisteredInstitution, error) {
	var found RegisteredInstitution
	if err := s.Authorize(ctx, p, "institution.list", casework.Resource{}); err != nil {
		return found, err
	}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		row, err := q.InstitutionByID(ctx, id)
		if store.IsNotFound(err) || err == nil && row.SiteKind == "" {
			return casework.NewNotFound()
		}
		if err != nil {
			return fmt.Errorf("read institution: %w", err)
		}
		found = registered(store.InstitutionsRow{
			ID: row.ID, County: row.County, Township: row.Township, Name: row.Name, Nature: row.Nature, SiteKind: row.SiteKind, Address: row.Address,
			Inclusive: row.Inclusive, Seats: row.Seats, Status: row.Status, FilingCase: row.FilingCase, FiledOn: row.FiledOn,
		})
		return nil
	})
	return found, err
}
