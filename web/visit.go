package web

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/inspection"
)

func registerVisits(s *Site) {
	s.page("GET /visits", s.visits)
	s.page("GET /visits/{no}", s.visit)
	s.page("POST /visits/{no}/draft", s.visitDraft)
	s.page("POST /visits/{no}/send", s.visitSend)
	s.page("POST /visits/calendar", s.renewCalendar)
	// What keeps the pages of a visit readable without a network.
	s.mux.HandleFunc("GET /sw.js", func(w http.ResponseWriter, _ *http.Request) {
		raw, err := static.ReadFile("static/sw.js")
		if err != nil {
			http.Error(w, "not found", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(raw) // a reader that hung up
	})
	s.page("GET /inspections", s.inspections)
	s.page("GET /inspections/{no}", s.inspection)
}

// visits are the visits of a day, in the order of the townships.
func (s *Site) visits(w http.ResponseWriter, r *http.Request) error {
	on := nursery.DateOf(s.now())
	if given := r.FormValue("on"); given != "" {
		day, err := nursery.ParseDate(given)
		if err != nil {
			return &casework.Error{Code: casework.CodeInvalid, Message: "日期应如 2026-11-26。", Err: err}
		}
		on = day
	}
	day, err := s.Services.InspectionDay(r.Context(), principalFrom(r.Context()), on)
	if err != nil {
		return err
	}
	return s.show(w, r, frame{Title: "今日检查", Uses: []string{"visit.js"}}, visitsPage(day, principalFrom(r.Context())))
}

func (s *Site) renewCalendar(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	feed, err := s.Services.RenewCalendar(r.Context(), principalFrom(r.Context()), key(r))
	if err != nil {
		return err
	}
	return s.show(w, r, frame{Title: "日历订阅", Back: "/visits"}, calendarPage(feed))
}

// visit is the checklist of an inspection, which goes on without a network.
func (s *Site) visit(w http.ResponseWriter, r *http.Request) error {
	pack, err := s.Services.VisitPackage(r.Context(), principalFrom(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.show(w, r, frame{Title: "现场检查 " + pack.Subject, Back: "/visits", Uses: []string{"visit.js"}}, visitPage(pack, nursery.DateOf(s.now())))
}

func (s *Site) visitDraft(w http.ResponseWriter, r *http.Request) error {
	in, err := readJSON[inspection.SavedDraft](r)
	if err != nil {
		return err
	}
	kept, err := s.Services.SaveVisitDraft(r.Context(), principalFrom(r.Context()), r.Header.Get("Idempotency-Key"), r.PathValue("no"), in)
	if err != nil {
		return err
	}
	return answer(w, kept)
}

func (s *Site) visitSend(w http.ResponseWriter, r *http.Request) error {
	in, err := readJSON[inspection.SentVisit](r)
	if err != nil {
		return err
	}
	taken, err := s.Services.SendVisit(r.Context(), principalFrom(r.Context()), r.Header.Get("Idempotency-Key"), r.PathValue("no"), in)
	if err != nil {
		return err
	}
	return answer(w, taken)
}

// inspectionsView is the inspections with their filter.
type inspectionsView struct {
	List   []inspection.InspectionSummary
	Filter inspection.InspectionFilter
	Next   string
	plans  bool // the reader sees the plans
	starts bool // the reader may arrange an inspection
	r      *http.Request
}

func (s *Site) inspections(w http.ResponseWriter, r *http.Request) error {
	q, p := r.URL.Query(), principalFrom(r.Context())
	f := inspection.InspectionFilter{County: q.Get("county"), Half: q.Get("half"), Kind: q.Get("kind"), Status: nursery.CaseStatus(q.Get("status"))}
	return listPage(s, w, r, p, inspection.Inspections, f, 25, frame{Title: "检查", Wide: true, Live: true}, func(list casework.Page[inspection.InspectionSummary]) templ.Component {
		return inspectionsPage(inspectionsView{
			list.Items, f, nextPage(r, list.Next), seesPlans(p), p.Role == nursery.RoleSupervisor, r,
		})
	})
}

func seesPlans(p nursery.Principal) bool {
	return slices.Contains([]nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, p.Role)
}

func (s *Site) inspection(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Services.Inspection(r.Context(), principalFrom(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.show(w, r, frame{Title: "检查 " + d.Subject, Wide: true, Back: "/inspections"}, inspectionPage(d, principalFrom(r.Context())))
}

// inspectionCells is the table of inspections.
var inspectionCells = cellsOf(inspection.Inspections.Sheet, looks[inspection.InspectionSummary]{
	"机构": headed(func(i inspection.InspectionSummary) rowHead {
		return rowHead{"/inspections/" + i.CaseNo, i.Subject, "", i.CaseNo + " " + i.CountyName}
	}),
	"检查人员": as("", inspectorsOf),
})
