package filing

import (
	"context"
	"net/http"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
)

func (s *pages) registerPapers() {
	s.Page("GET /cases/{no}/papers/{file}", s.paper)
	s.Page("POST /cases/{no}/papers/{file}/seen", func(w http.ResponseWriter, r *http.Request) error {
		if err := s.service.SeePaper(r.Context(), web.Principal(r.Context()), r.PathValue("no"), r.PathValue("file")); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
}

// application returns the view of a case's application; nil where the case has none.
func (s *pages) application(ctx context.Context, c casework.CaseDetail) (*appView, error) {
	if c.Application == nil {
		return nil, nil
	}
	v := newAppView(c)
	if p := web.Principal(ctx); p.Role != nursery.RoleInstitution {
		seen, err := s.service.PapersSeen(ctx, p, c.CaseNo)
		if err != nil {
			return nil, err
		}
		v.Seen = append([]string{}, seen...)
		if v.New, v.Looked, err = s.service.SinceLook(ctx, p, c); err != nil {
			return nil, err
		}
		if len(v.Changed) == 0 {
			v.Changed = v.New
		}
	}
	return &v, nil
}

// applicationContent returns a case's application for the pages of the case and its tasks.
func (s *pages) applicationContent(ctx context.Context, c casework.CaseDetail) (web.Content, error) {
	v, err := s.application(ctx, c)
	if v == nil || err != nil {
		return nil, err
	}
	return v, nil
}

// paper shows one paper of an application in a page of its own, and notes that an officer has looked at it.
func (s *pages) paper(w http.ResponseWriter, r *http.Request) error {
	c, err := s.service.Case(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	none := &casework.Error{Code: casework.CodeNotFound, Message: "没有这份材料，或者您无权查看。"}
	v, err := s.application(r.Context(), c)
	if err != nil {
		return err
	}
	if v == nil {
		return none
	}
	list := slices.DeleteFunc(v.papers(), func(p paperRow) bool { return !p.openable() })
	at := slices.IndexFunc(list, func(p paperRow) bool { return p.File == r.PathValue("file") })
	if at < 0 {
		return none
	}
	if v.Seen != nil {
		if err := s.service.SeePaper(r.Context(), web.Principal(r.Context()), c.CaseNo, list[at].File); err != nil {
			return err
		}
	}
	return s.Show(w, r, web.Frame{Title: list[at].Title, Wide: true, Back: "/cases/" + c.CaseNo}, paperPage(*v, at, list))
}
