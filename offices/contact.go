package offices

import (
	"context"

	"tuoyu/casework"
	"tuoyu/casework/public"
	"tuoyu/nursery"
	"tuoyu/store"
)

// ContactEntry is what an office enters of how it is reached.
type ContactEntry struct {
	Name       string `json:"name" minLength:"2" maxLength:"60" doc:"办理机关"`
	Department string `json:"department,omitempty" maxLength:"60" doc:"承办科室"`
	Phone      string `json:"phone,omitempty" maxLength:"40" doc:"咨询电话"`
	Address    string `json:"address,omitempty" maxLength:"120" doc:"办理地址"`
	Hours      string `json:"hours,omitempty" maxLength:"120" doc:"办公时间"`
}

// PutContact sets how the office of a county, or of the city, is reached; the public reads it at once. Errors: invalid with every
// fault, not_found, forbidden.
func (s *Service) PutContact(ctx context.Context, p nursery.Principal, key, county string, in ContactEntry) (public.OfficeContact, error) {
	err := casework.Perform(ctx, s.Service, p, key, "contact.put "+county, in, func(q *store.Queries) error {
		if county != nursery.CityCode && casework.NeedCounty(county) != nil {
			return casework.NewNotFound()
		}
		if err := s.Authorize(ctx, p, "contact.put", casework.Resource{County: county}); err != nil {
			return err
		}
		var c casework.Checker
		c.Limits(in)
		if wrong := casework.NeedText("/name", in.Name, 60); wrong != nil {
			c.Add(wrong.Location, wrong.Message)
		}
		if in.Phone != "" {
			phone, err := nursery.ParsePhone(in.Phone)
			c.Invalid("/phone", err)
			in.Phone = string(phone)
		}
		if err := c.Err(); err != nil {
			return err
		}
		return q.PutOfficeContact(ctx, store.PutOfficeContactParams{
			County: county, Name: in.Name, Department: in.Department, Phone: in.Phone, Address: in.Address, Hours: in.Hours, UpdatedBy: p.Account, UpdatedAt: s.Now(),
		})
	})
	if err != nil {
		return public.OfficeContact{}, err
	}
	return public.ContactOf(ctx, s.Service, county)
}
