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
	s.Page("GET /clinics", s.clinics)
	FormPage(s, "/clinics/new", s.askClinic, s.putClinic, nursery.RoleCountyOffice)
	FormPage(s, "/clinics/{id}", s.askClinic, s.putClinic, nursery.RoleCountyOffice)
}

func (s *Site) clinics(w http.ResponseWriter, r *http.Request) error {
	p, county := Principal(r.Context()), r.FormValue("county")
	return ListPage(s, w, r, p, contract.Clinics, contract.ClinicFilter{County: county}, 50, Frame{Title: "医疗卫生机构", Wide: true}, func(list casework.Page[nursery.Clinic]) templ.Component {
		return clinicsPage(list.Items, NextPage(r, list.Next), p, r)
	})
}

func (s *Site) askClinic(r *http.Request) (FormSpec, error) {
	p := Principal(r.Context())
	var townships []Option
	for _, d := range nursery.TownshipsOf(p.County) {
		townships = append(townships, Option{d.Code, d.Name})
	}
	page := FormSpec{
		Title: "登记医疗卫生机构", Back: "/clinics", Button: "登记", Lead: "登记后才能与托育机构签约。",
		Shape: SchemaOf[nursery.Clinic]().Without("county").WithOptions("township", townships).WithOptions("modes", []Option{
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
	page.Title, page.Values = clinic.Name, FormOf(page.Shape, clinic).Values
	page.Shape = page.Shape.Without("id")
	return page, nil
}

func (s *Site) putClinic(r *http.Request, in nursery.Clinic) (next, said string, err error) {
	p := Principal(r.Context())
	if id := r.PathValue("id"); id != "" {
		in.ID = id
	}
	in.County = p.County
	put, err := s.Services.PutClinic(r.Context(), p, Key(r), in)
	return "/clinics", "已登记 " + put.Name + "。", err
}

func leftText(left int) string {
	if left < 0 {
		return "可承担人数未核定"
	}
	return "还可承担 " + Count(left) + " 人"
}

// clinicCells is the table of medical institutions, each of which the county's office may change.
func clinicCells(p nursery.Principal) []Cell[nursery.Clinic] {
	return CellsOf(contract.Clinics.Sheet, Looks[nursery.Clinic]{
		"名称": HeadCell(func(c nursery.Clinic) RowHead {
			return RowHead{LinkFor(p, nursery.RoleCountyOffice, "/clinics/"+c.ID), c.Name, "", c.ID + " " + nursery.CountyName(c.County)}
		}),
		"可承担人数": StyledCell("number", func(c nursery.Clinic) templ.Component {
			if c.Capacity == 0 {
				return Text("未核定")
			}
			return Text(Count(c.Capacity))
		}),
	})
}
