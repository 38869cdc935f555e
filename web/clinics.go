package web

import (
	"net/http"
	"net/url"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
)

func registerClinics(s *Site) {
	s.page("GET /clinics", s.clinics)
	formPage(s, "/clinics/new", s.askClinic, s.putClinic, nursery.RoleCountyOffice)
	formPage(s, "/clinics/{id}", s.askClinic, s.putClinic, nursery.RoleCountyOffice)
}

func (s *Site) clinics(w http.ResponseWriter, r *http.Request) error {
	p, county := who(r.Context()), r.FormValue("county")
	if wantsExport(r) {
		return exported(s, w, "医疗卫生机构", []string{"编号", "名称", "县区", "执业许可证登记号", "有效期至", "基层机构", "可承担人数"},
			func(page casework.PageRequest) ([]nursery.Clinic, string, error) {
				list, err := s.Door.Clinics(r.Context(), p, county, page)
				return list.Items, list.Next, err
			}, func(c nursery.Clinic) []any {
				return []any{c.ID, c.Name, nursery.CountyName(c.County), c.Licence, c.LicensedUntil.String(), yesOrBlank(c.PrimaryCare), c.Capacity}
			})
	}
	list, err := s.Door.Clinics(r.Context(), p, county, pageOf(r, 50))
	if err != nil {
		return err
	}
	return s.show(w, r, frame{Title: "医疗卫生机构", Wide: true}, clinicsPage(list.Items, nextPage(r, list.Next), p, r))
}

func (s *Site) askClinic(r *http.Request) (asking, error) {
	p := who(r.Context())
	var townships []option
	for _, d := range nursery.TownshipsOf(p.County) {
		townships = append(townships, option{d.Code, d.Name})
	}
	page := asking{
		Title: "登记医疗卫生机构", Back: "/clinics", Button: "登记", Lead: "登记后才能与托育机构签约。",
		Shape: shapeOf[nursery.Clinic]().without("county").choosing("township", townships).choosing("modes", []option{
			{string(nursery.Visiting), nursery.Visiting.Title()}, {string(nursery.Stationed), nursery.Stationed.Title()},
		}),
		Values: url.Values{},
	}
	id := r.PathValue("id")
	if id == "" {
		return page, nil
	}
	for after := ""; ; {
		list, err := s.Door.Clinics(r.Context(), p, p.County, casework.PageRequest{After: after, Limit: 100})
		if err != nil {
			return page, err
		}
		if i := slices.IndexFunc(list.Items, func(c nursery.Clinic) bool { return c.ID == id }); i >= 0 {
			page.Title, page.Values = list.Items[i].Name, ask(page.Shape, list.Items[i]).Values
			page.Shape = page.Shape.without("id")
			return page, nil
		}
		if after = list.Next; after == "" {
			return page, &casework.Error{Code: casework.CodeNotFound, Message: "没有登记过这家医疗卫生机构。"}
		}
	}
}

func (s *Site) putClinic(r *http.Request, in nursery.Clinic) (next, said string, err error) {
	p := who(r.Context())
	if id := r.PathValue("id"); id != "" {
		in.ID = id
	}
	in.County = p.County
	put, err := s.Door.PutClinic(r.Context(), p, key(r), in)
	return "/clinics", "已登记 " + put.Name + "。", err
}

func leftText(left int) string {
	if left < 0 {
		return "可承担人数未核定"
	}
	return "还可承担 " + count(left) + " 人"
}
