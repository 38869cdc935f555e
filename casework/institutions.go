package casework

import (
	"context"
	"fmt"

	"tuoyu/nursery"
	"tuoyu/store"
)

// InstitutionLine is an institution of the register 备案机构.
type InstitutionLine struct {
	ID         string           `json:"id" doc:"机构编号"`
	County     string           `json:"county" doc:"县区代码"`
	CountyName string           `json:"county_name" doc:"县区名称"`
	Township   string           `json:"township,omitempty" doc:"乡镇（街道）代码"`
	Name       string           `json:"name" doc:"名称"`
	SiteKind   nursery.SiteKind `json:"site_kind" doc:"机构类型"`
	Address    string           `json:"address" doc:"地址"`
	Phone      string           `json:"phone,omitempty" doc:"联系电话"`
	Inclusive  *bool            `json:"inclusive,omitempty" doc:"普惠"`
	Seats      int              `json:"seats" doc:"托位"`
	Status     string           `json:"status" enum:"filed,rectifying,cancelled" doc:"备案状态"`
	FilingCase string           `json:"filing_case,omitempty" doc:"备案办件"`
	FiledOn    nursery.Date     `json:"filed_on,omitzero" doc:"备案日期"`
}

// InstitutionFilter narrows the register. A zero field does not.
type InstitutionFilter struct {
	County, Status string
	SiteKind       nursery.SiteKind
}

func institutionLine(row store.Institution) InstitutionLine {
	line := InstitutionLine{
		ID: row.ID, County: row.County, CountyName: nursery.CountyName(row.County), Township: row.Township, Name: row.Name,
		SiteKind: nursery.SiteKind(row.SiteKind), Address: row.Address, Phone: row.Phone, Inclusive: row.Inclusive, Seats: int(row.Seats),
		Status: row.Status, FiledOn: row.FiledOn,
	}
	if row.FilingCase != nil {
		line.FilingCase = *row.FilingCase
	}
	return line
}

// Institutions lists the register as p may see it: an office its county, the city all, a clinic those it serves, an
// institution itself.
func (s *Service) Institutions(ctx context.Context, p nursery.Principal, f InstitutionFilter, page PageRequest) (Page[InstitutionLine], error) {
	list := Page[InstitutionLine]{Items: []InstitutionLine{}}
	if err := s.may(ctx, p, "institution.list", resource{}); err != nil {
		return list, err
	}
	limit, err := page.limit()
	if err != nil {
		return list, err
	}
	var after cursor
	if page.After != "" {
		if after, err = decodeCursor(page.After); err != nil {
			return list, err
		}
	}
	county := p.County
	if p.Role == nursery.RoleCityOffice || p.Role == nursery.RoleAuditor {
		county = f.County
	}
	var rows []store.Institution
	err = s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		size := int32(limit + 1)
		if county == "" {
			rows, err = q.InstitutionsOfCity(ctx, store.InstitutionsOfCityParams{After: after.ID, Status: f.Status, SiteKind: string(f.SiteKind), PageSize: size})
			return err
		}
		rows, err = q.InstitutionsOfCounty(ctx, store.InstitutionsOfCountyParams{
			County: county, After: after.ID, Status: f.Status, SiteKind: string(f.SiteKind), PageSize: size,
		})
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
		list.Items = append(list.Items, institutionLine(row))
	}
	return list, nil
}

// Institution gives one institution of the register.
func (s *Service) Institution(ctx context.Context, p nursery.Principal, id string) (InstitutionLine, error) {
	var line InstitutionLine
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		row, err := q.InstitutionByID(ctx, id)
		if store.IsNotFound(err) {
			return s.absent(ctx, p, "institution.read")
		}
		if err != nil {
			return fmt.Errorf("read institution: %w", err)
		}
		line = institutionLine(row)
		return s.may(ctx, p, "institution.read", resource{County: row.County, Institution: row.ID, Partner: p.Institution})
	})
	return line, err
}

// absent answers for what p does not see: forbidden to who may see none of its sort, not found to the others.
func (s *Service) absent(ctx context.Context, p nursery.Principal, act string) error {
	if err := s.may(ctx, p, act, resource{County: p.County, Institution: p.Institution, Partner: p.Institution}); err != nil {
		return err
	}
	return notFound()
}
