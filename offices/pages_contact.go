package offices

import (
	"net/http"

	"tuoyu/casework"
	"tuoyu/casework/public"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerContact() {
	roles := []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAdministrator}
	web.FormPage(s.Site, "/contact/{county}", s.askContact, func(r *http.Request, in ContactEntry) (next, said string, err error) {
		put, err := s.service.PutContact(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("county"), in)
		return "/contact", put.CountyName + "的联系方式已公布。", err
	}, roles...)
}

func (s *pages) askContact(r *http.Request) (web.FormSpec, error) {
	county := r.PathValue("county")
	p := web.Principal(r.Context())
	if err := s.service.Authorize(r.Context(), p, "contact.put", casework.Resource{County: county}); err != nil {
		return web.FormSpec{}, err
	}
	c, err := public.ContactOf(r.Context(), s.service.Service, county)
	if err != nil {
		return web.FormSpec{}, err
	}
	shape := ui.SchemaOf[ContactEntry]()
	return web.FormSpec{
		Title: c.CountyName + "的联系方式", Back: "/contact", Button: "公布", Lead: "公布后，办事指南、办件页面和首页随即显示。没有的可以不填。", Shape: shape,
		Values: ui.FormOf(shape, ContactEntry{Name: c.Name, Department: c.Department, Phone: c.Phone, Address: c.Address, Hours: c.Hours}).Values,
	}, nil
}
