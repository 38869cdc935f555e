package web

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/contract"
)

func registerClinics(s *Site) {
	s.page("GET /clinics", s.clinics)
	formPage(s, "/clinics/new", s.askClinic, s.putClinic, nursery.RoleCountyOffice)
	formPage(s, "/clinics/{id}", s.askClinic, s.putClinic, nursery.RoleCountyOffice)
}

func (s *Site) clinics(w http.ResponseWriter, r *http.Request) error {
	p, county := principalFrom(r.Context()), r.FormValue("county")
	return listPage(s, w, r, p, contract.Clinics, contract.ClinicFilter{County: county}, 50, frame{Title: "医疗卫生机构", Wide: true}, func(list casework.Page[nursery.Clinic]) templ.Component {
		return clinicsPage(list.Items, nextPage(r, list.Next), p, r)
	})
}

func (s *Site) askClinic(r *http.Request) (asking, error) {
	p := principalFrom(r.Context())
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
	clinic, err := s.Services.Clinic(r.Context(), p, id)
	if err != nil {
		return page, err
	}
	page.Title, page.Values = clinic.Name, ask(page.Shape, clinic).Values
	page.Shape = page.Shape.without("id")
	return page, nil
}

func (s *Site) putClinic(r *http.Request, in nursery.Clinic) (next, said string, err error) {
	p := principalFrom(r.Context())
	if id := r.PathValue("id"); id != "" {
		in.ID = id
	}
	in.County = p.County
	put, err := s.Services.PutClinic(r.Context(), p, key(r), in)
	return "/clinics", "已登记 " + put.Name + "。", err
}

func leftText(left int) string {
	if left < 0 {
		return "可承担人数未核定"
	}
	return "还可承担 " + count(left) + " 人"
}

// clinicCells is the table of medical institutions, each of which the county's office may change.
func clinicCells(p nursery.Principal) []cell[nursery.Clinic] {
	return cellsOf(contract.Clinics.Sheet, looks[nursery.Clinic]{
		"名称": headed(func(c nursery.Clinic) rowHead {
			return rowHead{linkFor(p, nursery.RoleCountyOffice, "/clinics/"+c.ID), c.Name, "", c.ID + " " + nursery.CountyName(c.County)}
		}),
		"可承担人数": as("number", func(c nursery.Clinic) templ.Component {
			if c.Capacity == 0 {
				return text("未核定")
			}
			return text(count(c.Capacity))
		}),
	})
}
