package contract

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerClinics() {
	web.AddListing(s.Site, clinicsListing)
	web.FormPage(s.Site, "/clinics/new", s.askClinic, s.putClinic, nursery.RoleCountyOffice)
	web.FormPage(s.Site, "/clinics/{id}", s.askClinic, s.putClinic, nursery.RoleCountyOffice)
}

// clinicsListing is the page of the register of medical institutions, each of which the county's office may change.
var clinicsListing = web.Listing[ClinicFilter, nursery.Clinic]{
	List: Clinics, Path: "/clinics", Title: "医疗卫生机构", Rows: 50, None: "还没有登记医疗卫生机构", Hint: "登记后才能与托育机构签约。", Search: "名称或编号",
	Acts: func(p nursery.Principal) []web.Link {
		if p.Role == nursery.RoleCountyOffice {
			return []web.Link{{Path: "/clinics/new", Title: "登记机构", Main: true}}
		}
		return nil
	},
	Looks: func(v web.Reader) ui.Looks[nursery.Clinic] {
		return ui.Looks[nursery.Clinic]{
			"名称": ui.HeadCell(func(c nursery.Clinic) ui.RowHead {
				return ui.RowHead{Link: ui.LinkFor(v.Principal, nursery.RoleCountyOffice, "/clinics/"+c.ID), Name: c.Name, Below: c.ID + " " + nursery.CountyName(c.County)}
			}),
			"可承担人数": ui.StyledCell("number", func(c nursery.Clinic) templ.Component {
				if c.Capacity == 0 {
					return ui.Text("未核定")
				}
				return ui.Text(ui.Count(c.Capacity))
			}),
		}
	},
}

func (s *pages) askClinic(r *http.Request) (web.FormSpec, error) {
	p := web.Principal(r.Context())
	var townships []ui.Option
	for _, d := range nursery.TownshipsOf(p.County) {
		townships = append(townships, ui.Option{Value: d.Code, Label: d.Name})
	}
	page := web.FormSpec{
		Title: "登记医疗卫生机构", Back: "/clinics", Button: "登记", Lead: "登记后才能与托育机构签约。",
		Shape: ui.SchemaOf[nursery.Clinic]().Without("county").WithOptions("township", townships).WithOptions("modes", []ui.Option{
			{Value: string(nursery.Visiting), Label: nursery.Visiting.Title()}, {Value: string(nursery.Stationed), Label: nursery.Stationed.Title()},
		}),
		Values: url.Values{},
	}
	id := r.PathValue("id")
	if id == "" {
		return page, nil
	}
	clinic, err := s.service.Clinic(r.Context(), p, id)
	if err != nil {
		return page, err
	}
	page.Title, page.Values = clinic.Name, ui.FormOf(page.Shape, clinic).Values
	page.Shape = page.Shape.Without("id")
	return page, nil
}

func (s *pages) putClinic(r *http.Request, in nursery.Clinic) (next, said string, err error) {
	p := web.Principal(r.Context())
	if id := r.PathValue("id"); id != "" {
		in.ID = id
	}
	in.County = p.County
	put, err := s.service.PutClinic(r.Context(), p, web.Key(r), in)
	return "/clinics", "已登记 " + put.Name + "。", err
}

func leftText(left int) string {
	if left < 0 {
		return "可承担人数未核定"
	}
	return "还可承担 " + ui.Count(left) + " 人"
}
