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
	s.Task(TaskPage{Subject: s.visitingSubject}, "inspection.assignment", "inspection.name", "inspection.day", "inspection.day_offer", "inspection.visit")
	s.Task(TaskPage{Subject: s.recordedSubject}, "inspection.sign", "inspection.countersign", "inspection.refusal", "inspection.decide", "inspection.hazard", "inspection.correct")
	s.Nav("/visits", "今日检查", Places{nursery.RoleInspector: 1})
	s.Nav("/inspections", "检查", Places{nursery.RoleInstitution: 8, nursery.RoleSupervisor: 4, nursery.RoleInspector: 3, nursery.RoleCountyOffice: 8, nursery.RoleCityOffice: 8})
	s.Tile(6, "/inspections", "检查与整改", "签字、提交整改照片")
	s.Page("GET /visits", s.visits)
	s.Page("GET /visits/{no}", s.visit)
	s.Page("POST /visits/{no}/draft", s.visitDraft)
	s.Page("POST /visits/{no}/send", s.visitSend)
	s.Page("POST /visits/calendar", s.renewCalendar)
	s.Page("GET /inspections", s.inspections)
	s.Page("GET /inspections/{no}", s.inspection)
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
	day, err := s.Services.InspectionDay(r.Context(), Principal(r.Context()), on)
	if err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: "今日检查", Uses: []string{"visit.js"}}, visitsPage(day, Principal(r.Context())))
}

func (s *Site) renewCalendar(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	feed, err := s.Services.RenewCalendar(r.Context(), Principal(r.Context()), Key(r))
	if err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: "日历订阅", Back: "/visits"}, calendarPage(feed))
}

// visit is the checklist of an inspection, which goes on without a network.
func (s *Site) visit(w http.ResponseWriter, r *http.Request) error {
	pack, err := s.Services.VisitPackage(r.Context(), Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: "现场检查 " + pack.Subject, Back: "/visits", Uses: []string{"visit.js"}}, visitPage(pack, nursery.DateOf(s.now())))
}

func (s *Site) visitDraft(w http.ResponseWriter, r *http.Request) error {
	in, err := ReadJSON[inspection.SavedDraft](r)
	if err != nil {
		return err
	}
	kept, err := s.Services.SaveVisitDraft(r.Context(), Principal(r.Context()), r.Header.Get("Idempotency-Key"), r.PathValue("no"), in)
	if err != nil {
		return err
	}
	return WriteJSON(w, kept)
}

func (s *Site) visitSend(w http.ResponseWriter, r *http.Request) error {
	in, err := ReadJSON[inspection.SentVisit](r)
	if err != nil {
		return err
	}
	taken, err := s.Services.SendVisit(r.Context(), Principal(r.Context()), r.Header.Get("Idempotency-Key"), r.PathValue("no"), in)
	if err != nil {
		return err
	}
	return WriteJSON(w, taken)
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
	q, p := r.URL.Query(), Principal(r.Context())
	f := inspection.InspectionFilter{County: q.Get("county"), Half: q.Get("half"), Kind: q.Get("kind"), Status: nursery.CaseStatus(q.Get("status"))}
	return ListPage(s, w, r, p, inspection.Inspections, f, 25, Frame{Title: "检查", Wide: true, Live: true}, func(list casework.Page[inspection.InspectionSummary]) templ.Component {
		return inspectionsPage(inspectionsView{
			list.Items, f, NextPage(r, list.Next), seesPlans(p), p.Role == nursery.RoleSupervisor, r,
		})
	})
}

func seesPlans(p nursery.Principal) bool {
	return slices.Contains([]nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, p.Role)
}

func (s *Site) inspection(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Services.Inspection(r.Context(), Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: "检查 " + d.Subject, Wide: true, Back: "/inspections"}, inspectionPage(d, Principal(r.Context())))
}

// inspectionCells is the table of inspections.
var inspectionCells = CellsOf(inspection.Inspections.Sheet, Looks[inspection.InspectionSummary]{
	"机构": HeadCell(func(i inspection.InspectionSummary) RowHead {
		return RowHead{"/inspections/" + i.CaseNo, i.Subject, "", i.CaseNo + " " + i.CountyName}
	}),
	"检查人员": StyledCell("", inspectorsOf),
})
