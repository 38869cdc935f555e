package filing

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/workflows"
)

func (s *pages) registerSiteVisits() {
	s.OpenVisits(func(ctx context.Context, p nursery.Principal) (visits []web.OpenVisit, err error) {
		rows, err := s.service.OpenSiteVisits(ctx, p)
		for _, row := range rows {
			visits = append(visits, web.OpenVisit{Link: "/visits/site/" + row.ID, Title: "备案" + row.Title, Name: row.Subject, Address: row.Address, Phone: row.Phone, DueOn: row.DueOn})
		}
		return visits, err
	})
	s.Page("GET /visits/site/{id}", s.siteVisit)
	s.Page("POST /visits/site/{id}/send", s.sendSiteVisit)
}

// siteVisit is the checklist of a visit to the site of a filing, which goes on without a network.
func (s *pages) siteVisit(w http.ResponseWriter, r *http.Request) error {
	v, err := s.service.SiteVisit(r.Context(), web.Principal(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	if v.State != "open" {
		http.Redirect(w, r, "/tasks/"+v.ID, http.StatusSeeOther)
		return nil
	}
	return s.Show(w, r, web.Frame{Title: v.Title + " " + v.Case.Subject, Back: "/visits", Uses: []string{"visit.js"}}, siteVisitPage(v, s.service.Today()))
}

func (s *pages) sendSiteVisit(w http.ResponseWriter, r *http.Request) error {
	in, err := web.ReadJSON[SiteVisitRecord](r)
	if err != nil {
		return err
	}
	done, err := s.service.RecordSiteVisit(r.Context(), web.Principal(r.Context()), r.Header.Get("Idempotency-Key"), r.PathValue("id"), in)
	if err != nil {
		return err
	}
	kind, _ := workflows.TaskOf("filing.recheck") // which has every outcome of a visit
	said := "已送交：" + kind.OutcomeTitle(done.Outcome) + "。请另一名检查人员核签。"
	return web.WriteJSON(w, map[string]string{"said": said + done.Note})
}

// siteVisitSubject is what a visit to the site is about, with the way to its checklist.
func (s *pages) siteVisitSubject(ctx context.Context, v web.TaskView) (templ.Component, error) {
	about, err := applied(ctx, v)
	if v.Task.Kind == "filing.recheck" {
		about, err = s.foundOnSiteSubject(ctx, v)
	}
	if err != nil || v.Reader.Role != nursery.RoleInspector || v.Task.State != "open" {
		return about, err
	}
	return visitSubject(about, v.Task.ID), nil
}

// defectOutcomes are the outcomes of a visit that found a defect.
func defectOutcomes(v SiteVisit) []casework.OutcomeOffer {
	return slices.DeleteFunc(slices.Clone(v.Outcomes), func(o casework.OutcomeOffer) bool { return o.Outcome == nursery.OutcomeConform })
}
