package web

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/insurance"
)

func registerInsurers(s *Site) {
	s.Page("GET /insurers", s.insurers)
	FormPage(s, "/insurers/new", s.askInsurer, s.putInsurer, nursery.RoleCountyOffice, nursery.RoleCityOffice)
	FormPage(s, "/insurers/{id}", s.askInsurer, s.putInsurer, nursery.RoleCountyOffice, nursery.RoleCityOffice)
}

func (s *Site) insurers(w http.ResponseWriter, r *http.Request) error {
	p := Principal(r.Context())
	return ListPage(s, w, r, p, insurance.Insurers, insurance.InsurerFilter{}, 50, Frame{Title: "承保机构", Wide: true, Back: "/insurance"}, func(list casework.Page[insurance.RegisteredInsurer]) templ.Component {
		return insurersPage(list.Items, NextPage(r, list.Next), p, r)
	})
}

func (s *Site) askInsurer(r *http.Request) (FormSpec, error) {
	page := FormSpec{
		Title: "登记承保机构", Back: "/insurers", Button: "登记", Lead: "登记后才能选作投保月的承保机构。编号与其账号所属机构一致。",
		Shape: SchemaOf[nursery.Insurer](), Values: url.Values{},
	}
	id := r.PathValue("id")
	if id == "" {
		return page, nil
	}
	insurer, err := s.Services.Insurer(r.Context(), Principal(r.Context()), id)
	if err != nil {
		return page, err
	}
	page.Title, page.Lead, page.Values = insurer.Name, "", FormOf(page.Shape, insurer.Insurer).Values
	page.Shape = page.Shape.Without("id")
	return page, nil
}

func (s *Site) putInsurer(r *http.Request, in nursery.Insurer) (next, said string, err error) {
	if id := r.PathValue("id"); id != "" {
		in.ID = id
	}
	put, err := s.Services.PutInsurer(r.Context(), Principal(r.Context()), Key(r), in)
	return "/insurers", "已登记 " + put.Name + "。", err
}

// insurerChoices returns the registered insurers that take a month today, for the form that opens one.
func (s *Site) insurerChoices(r *http.Request) ([]Option, error) {
	list, err := s.Services.InsurersToday(r.Context(), Principal(r.Context()))
	options := make([]Option, len(list))
	for i, of := range list {
		options[i] = Option{of.ID, of.Name + "（" + of.ID + "）"}
	}
	return options, err
}

// changesInsurer reports whether p may change what the register has of an insurer: the city all of them, a county its own.
func changesInsurer(p nursery.Principal, i insurance.RegisteredInsurer) bool {
	return p.Role == nursery.RoleCityOffice || p.Role == nursery.RoleCountyOffice && i.County == p.County
}

// insurerCells is the table of insurers, each of which the offices that may change it open.
func insurerCells(p nursery.Principal) []Cell[insurance.RegisteredInsurer] {
	return CellsOf(insurance.Insurers.Sheet, Looks[insurance.RegisteredInsurer]{
		"名称": HeadCell(func(i insurance.RegisteredInsurer) RowHead {
			link := ""
			if changesInsurer(p, i) {
				link = "/insurers/" + i.ID
			}
			return RowHead{link, i.Name, "", i.ID}
		}),
	})
}
