package public

import (
	"context"
	"fmt"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// OfficeContact is how people reach the office of a county, or of the city 办理机关联系方式.
type OfficeContact struct {
	County     string     `json:"county" doc:"县区代码，市级为市代码"`
	CountyName string     `json:"county_name" doc:"县区"`
	Name       string     `json:"name" doc:"办理机关"`
	Department string     `json:"department,omitempty" doc:"承办科室"`
	Phone      string     `json:"phone,omitempty" doc:"咨询电话"`
	Address    string     `json:"address,omitempty" doc:"办理地址"`
	Hours      string     `json:"hours,omitempty" doc:"办公时间"`
	UpdatedAt  *time.Time `json:"updated_at,omitempty" doc:"更新时间"`
}

// Published reports whether the office has entered how it is reached.
func (c OfficeContact) Published() bool { return c.Name != "" }

// ContactOf returns how the office of a county, or of the city, is reached. What nobody has entered is empty.
func ContactOf(ctx context.Context, s *casework.Service, county string) (OfficeContact, error) {
	c := OfficeContact{County: county, CountyName: nursery.AreaName(county)}
	err := s.DB.AsPublic(ctx, "", func(q *store.Queries) error {
		row, err := q.OfficeContact(ctx, county)
		if store.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read contact of %s: %w", county, err)
		}
		c = contactOf(row)
		return nil
	})
	return c, err
}

// Contacts returns how the offices are reached: that of the city and those of the counties, entered or not.
func Contacts(ctx context.Context, s *casework.Service) ([]OfficeContact, error) {
	list := []OfficeContact{{County: nursery.CityCode, CountyName: nursery.AreaName(nursery.CityCode)}}
	for _, d := range nursery.Counties() {
		list = append(list, OfficeContact{County: d.Code, CountyName: d.Name})
	}
	err := s.DB.AsPublic(ctx, "", func(q *store.Queries) error {
		rows, err := q.OfficeContacts(ctx)
		for _, row := range rows {
			for i := range list {
				if list[i].County == row.County {
					list[i] = contactOf(row)
				}
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	return list, nil
}

func contactOf(row store.OfficeContact) OfficeContact {
	return OfficeContact{
		County: row.County, CountyName: nursery.AreaName(row.County), Name: row.Name, Department: row.Department, Phone: row.Phone, Address: row.Address,
		Hours: row.Hours, UpdatedAt: &row.UpdatedAt,
	}
}
