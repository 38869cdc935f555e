package cases

import (
	"net/http"
	"slices"

	"tuoyu/casework/public"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/workflows"
)

func registerGuide(s *pages) {
	s.Open("GET /guide", func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, web.Frame{Title: "办事指南"}, guidesPage(workflows.Processes()))
	})
	s.Open("GET /guide/{kind}", s.guide)
	s.Open("GET /contact", func(w http.ResponseWriter, r *http.Request) error {
		list, err := public.Contacts(r.Context(), s.Service)
		if err != nil {
			return err
		}
		return s.Show(w, r, web.Frame{Title: "联系办理机关", Wide: true}, contactsPage(list, web.Principal(r.Context())))
	})
	s.Open("GET /help", func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, web.Frame{Title: "帮助"}, helpPage(web.Principal(r.Context())))
	})
	s.Open("GET /privacy", func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, web.Frame{Title: "隐私说明"}, privacyPage())
	})
}

// guideView is the page of a guide.
type guideView struct {
	public.Guide
	web.GuidePart
	Needed []web.GuidePaper
	Reader nursery.Principal
}

// guide shows the guide of a kind of case for the county in the URL, or the reader's own.
func (s *pages) guide(w http.ResponseWriter, r *http.Request) error {
	p, kind := web.Principal(r.Context()), nursery.CaseKind(r.PathValue("kind"))
	county := r.URL.Query().Get("county")
	if _, chosen := r.URL.Query()["county"]; !chosen && p.County != nursery.CityCode {
		county = p.County
	}
	g, err := public.GuideOf(r.Context(), s.Service, kind, county)
	if err != nil {
		return err
	}
	v := guideView{Guide: g, GuidePart: s.GuideOf(kind), Reader: p}
	if v.Papers != nil {
		if v.Needed, err = v.Papers(r.Context(), county); err != nil {
			return err
		}
	}
	return s.Show(w, r, web.Frame{Title: g.Title + "办事指南", Back: "/guide"}, guidePage(v))
}

// mayBegin reports whether the reader is offered to begin a case: everybody who is not signed in, since the page asks to.
func (v guideView) mayBegin() bool {
	g := v.Process.Guide
	return g.Start != "" && (v.Reader.Account == "" || slices.Contains(g.Applicants, v.Reader.Role) || slices.Contains(g.Applicants, nursery.RolePublic))
}

// mayPublish reports whether the reader may enter how the office of a county is reached.
func mayPublish(p nursery.Principal, county string) bool {
	return p.Role == nursery.RoleCountyOffice && p.County == county || p.Role == nursery.RoleCityOffice || p.Role == nursery.RoleAdministrator
}
