package insurance

import (
	"net/http"
	"net/url"

	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerInsurers() {
	web.AddListing(s.Site, insurersListing)
	web.FormPage(s.Site, "/insurers/new", s.askInsurer, s.putInsurer, nursery.RoleCountyOffice, nursery.RoleCityOffice)
	web.FormPage(s.Site, "/insurers/{id}", s.askInsurer, s.putInsurer, nursery.RoleCountyOffice, nursery.RoleCityOffice)
}

// insurersListing is the page of the register of insurers, each of which the offices that may change it open.
var insurersListing = web.Listing[InsurerFilter, RegisteredInsurer]{
	List: Insurers, Path: "/insurers", Title: "承保机构", Back: "/insurance", Rows: 50, None: "还没有登记承保机构", Hint: "登记后才能选作投保月的承保机构。",
	Acts: func(p nursery.Principal) []web.Link {
		if p.Role == nursery.RoleCountyOffice || p.Role == nursery.RoleCityOffice {
			return []web.Link{{Path: "/insurers/new", Title: "登记承保机构", Main: true}}
		}
		return nil
	},
	Looks: func(v web.Reader) ui.Looks[RegisteredInsurer] {
		return ui.Looks[RegisteredInsurer]{
			"名称": ui.HeadCell(func(i RegisteredInsurer) ui.RowHead {
				link := ""
				if changesInsurer(v.Principal, i) {
					link = "/insurers/" + i.ID
				}
				return ui.RowHead{Link: link, Name: i.Name, Below: i.ID}
			}),
		}
	},
}

func (s *pages) askInsurer(r *http.Request) (web.FormSpec, error) {
	page := web.FormSpec{
		Title: "登记承保机构", Back: "/insurers", Button: "登记", Lead: "登记后才能选作投保月的承保机构。",
		Shape: ui.SchemaOf[nursery.Insurer](), Values: url.Values{},
	}
	id := r.PathValue("id")
	if id == "" {
		return page, nil
	}
	insurer, err := s.service.Insurer(r.Context(), web.Principal(r.Context()), id)
	if err != nil {
		return page, err
	}
	page.Title, page.Lead, page.Values = insurer.Name, "", ui.FormOf(page.Shape, insurer.Insurer).Values
	page.Shape = page.Shape.Without("id")
	return page, nil
}

func (s *pages) putInsurer(r *http.Request, in nursery.Insurer) (next, said string, err error) {
	if id := r.PathValue("id"); id != "" {
		in.ID = id
	}
	put, err := s.service.PutInsurer(r.Context(), web.Principal(r.Context()), web.Key(r), in)
	return "/insurers", "已登记 " + put.Name + "。", err
}

// insurerChoices returns the registered insurers that take a month today, for the form that opens one.
func (s *pages) insurerChoices(r *http.Request) ([]ui.Option, error) {
	list, err := s.service.InsurersToday(r.Context(), web.Principal(r.Context()))
	options := make([]ui.Option, len(list))
	for i, of := range list {
		options[i] = ui.Option{Value: of.ID, Label: of.Name + "（" + of.ID + "）"}
	}
	return options, err
}

// changesInsurer reports whether p may change what the register has of an insurer: the city all of them, a county its own.
func changesInsurer(p nursery.Principal, i RegisteredInsurer) bool {
	return p.Role == nursery.RoleCityOffice || p.Role == nursery.RoleCountyOffice && i.County == p.County
}
