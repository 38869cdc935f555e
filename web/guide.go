package web

import (
	"context"
	"net/http"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

// GuidePart is what the guide of a kind of case shows besides what all guides have.
type GuidePart struct {
	Papers func(ctx context.Context, county string) ([]GuidePaper, error) // what has to be handed in; nil: nothing but the form
	Note   string                                                         // about the papers
	Blanks []GuideBlank                                                   // to download besides those of papers
}

// GuidePaper is a paper that has to be handed in with a case.
type GuidePaper struct {
	Title string
	For   string // who has to hand it in, and when
	Basis []nursery.Citation
	Blank string // the page of a blank one; empty: there is none
}

// GuideBlank is a form to print or a workbook to fill in.
type GuideBlank struct{ Path, Title string }

// Guide has the guides of some kinds of case show a part.
func (s *Site) Guide(part GuidePart, kinds ...nursery.CaseKind) {
	for _, kind := range kinds {
		s.guides[kind] = part
	}
}

func registerGuide(s *Site) {
	s.Open("GET /guide", func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, Frame{Title: "办事指南"}, guidesPage(workflows.Processes()))
	})
	s.Open("GET /guide/{kind}", s.guide)
	s.Open("GET /contact", func(w http.ResponseWriter, r *http.Request) error {
		list, err := s.Service.OfficeContacts(r.Context())
		if err != nil {
			return err
		}
		return s.Show(w, r, Frame{Title: "联系办理机关", Wide: true}, contactsPage(list, Principal(r.Context())))
	})
	s.Open("GET /help", func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, Frame{Title: "帮助"}, helpPage(Principal(r.Context())))
	})
	s.Open("GET /privacy", func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, Frame{Title: "隐私说明"}, privacyPage())
	})
}

// guideView is the page of a guide.
type guideView struct {
	casework.Guide
	GuidePart
	Needed []GuidePaper
	Reader nursery.Principal
}

// guide shows the guide of a kind of case for the county in the URL, or the reader's own.
func (s *Site) guide(w http.ResponseWriter, r *http.Request) error {
	p, kind := Principal(r.Context()), nursery.CaseKind(r.PathValue("kind"))
	county := r.URL.Query().Get("county")
	if _, chosen := r.URL.Query()["county"]; !chosen && p.County != nursery.CityCode {
		county = p.County
	}
	g, err := s.Service.Guide(r.Context(), kind, county)
	if err != nil {
		return err
	}
	v := guideView{Guide: g, GuidePart: s.guides[kind], Reader: p}
	if v.Papers != nil {
		if v.Needed, err = v.Papers(r.Context(), county); err != nil {
			return err
		}
	}
	return s.Show(w, r, Frame{Title: g.Title + "办事指南", Back: "/guide"}, guidePage(v))
}

// mayBegin reports whether the reader is offered to begin a case: everybody who is not signed in, since the page asks to.
func (v guideView) mayBegin() bool {
	g := v.Process.Guide
	return g.Start != "" && (v.Reader.Account == "" || slices.Contains(g.Applicants, v.Reader.Role) || slices.Contains(g.Applicants, nursery.RolePublic))
}

// Contact returns how the office of a county is reached, and a county without an answer where that cannot be read: the page is more
// than the contact on it.
func (s *Site) Contact(ctx context.Context, county string) casework.OfficeContact {
	c, err := s.Service.OfficeContact(ctx, county)
	if err != nil {
		s.Log.WarnContext(ctx, "contact of the office not read", "county", county, "error", err)
		return casework.OfficeContact{County: county, CountyName: casework.OfficeName(county)}
	}
	return c
}

// mayPublish reports whether the reader may enter how the office of a county is reached.
func mayPublish(p nursery.Principal, county string) bool {
	return p.Role == nursery.RoleCountyOffice && p.County == county || p.Role == nursery.RoleCityOffice || p.Role == nursery.RoleAdministrator
}
