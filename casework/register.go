package casework

import (
	"context"
	"fmt"

	"tuoyu/nursery"
	"tuoyu/store"
)

// InstitutionFilter narrows the register of institutions.
type InstitutionFilter struct{ County, Status, SiteKind string }

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

// Institutions lists the register by identifier, as far as p sees it: an institution itself, a clinic those it serves.
func (s *Service) Institutions(ctx context.Context, p nursery.Principal, f InstitutionFilter, page PageRequest) (Page[RegisteredInstitution], error) {
	list := Page[RegisteredInstitution]{Items: []RegisteredInstitution{}}
	if err := s.may(ctx, p, "institution.list", resource{}); err != nil {
		return list, err
	}
	limit, after, err := afterID(page)
	if err != nil {
		return list, err
	}
	f.County = countyOf(p, f.County)
	var rows []store.InstitutionsOfCountyRow
	err = s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		if f.County != "" {
			rows, err = q.InstitutionsOfCounty(ctx, store.InstitutionsOfCountyParams{
				County: f.County, After: after, Status: f.Status, SiteKind: f.SiteKind, PageSize: int32(limit + 1),
			})
			return err
		}
		all, err := q.InstitutionsOfCity(ctx, store.InstitutionsOfCityParams{After: after, Status: f.Status, SiteKind: f.SiteKind, PageSize: int32(limit + 1)})
		for _, row := range all {
			rows = append(rows, store.InstitutionsOfCountyRow(row))
		}
		return err
	})
	if err != nil {
		return list, fmt.Errorf("list institutions: %w", err)
	}
	for i, row := range rows {
		if i == limit {
			list.Next = cursor{ID: rows[i-1].ID}.encode()
			break
		}
		list.Items = append(list.Items, registered(row))
	}
	return list, nil
}

func registered(row store.InstitutionsOfCountyRow) RegisteredInstitution {
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

// Institution gives one institution of the register that p sees.
func (s *Service) Institution(ctx context.Context, p nursery.Principal, id string) (RegisteredInstitution, error) {
	var found RegisteredInstitution
	if err := s.may(ctx, p, "institution.list", resource{}); err != nil {
		return found, err
	}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		row, err := q.InstitutionByID(ctx, id)
		if store.IsNotFound(err) || err == nil && row.SiteKind == "" {
			return notFound()
		}
		if err != nil {
			return fmt.Errorf("read institution: %w", err)
		}
		found = registered(store.InstitutionsOfCountyRow{
			ID: row.ID, County: row.County, Township: row.Township, Name: row.Name, Nature: row.Nature, SiteKind: row.SiteKind, Address: row.Address,
			Inclusive: row.Inclusive, Seats: row.Seats, Status: row.Status, FilingCase: row.FilingCase, FiledOn: row.FiledOn,
		})
		return nil
	})
	return found, err
}
