package inspection

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
)

// pages are the pages of the package.
type pages struct {
	*web.Site
	service *Service
}

// Pages registers the pages of the package.
func (s *Service) Pages(site *web.Site) {
	p := &pages{site, s}
	p.registerVisits()
	p.registerComplaints()
	p.registerInspectors()
	p.registerPlans()
}

func (s *pages) registerVisits() {
	s.Task(web.TaskPage{Subject: s.visitingSubject}, "inspection.assignment", "inspection.name", "inspection.day", "inspection.day_offer", "inspection.visit")
	s.Task(web.TaskPage{Subject: s.recordedSubject}, "inspection.sign", "inspection.countersign", "inspection.refusal", "inspection.decide", "inspection.hazard", "inspection.correct")
	s.Nav("/visits", "今日检查", web.Places{nursery.RoleInspector: 1})
	s.Nav("/inspections", "检查", web.Places{nursery.RoleInstitution: 8, nursery.RoleSupervisor: 4, nursery.RoleInspector: 3, nursery.RoleCountyOffice: 8, nursery.RoleCityOffice: 8})
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
func (s *pages) visits(w http.ResponseWriter, r *http.Request) error {
	on := nursery.DateOf(s.service.Now())
	if given := r.FormValue("on"); given != "" {
		day, err := nursery.ParseDate(given)
		if err != nil {
			return &casework.Error{Code: casework.CodeInvalid, Message: "日期应如 2026-11-26。", Err: err}
		}
		on = day
	}
	day, err := s.service.InspectionDay(r.Context(), web.Principal(r.Context()), on)
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "今日检查", Uses: []string{"visit.js"}}, visitsPage(day, web.Principal(r.Context())))
}

func (s *pages) renewCalendar(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	feed, err := s.service.RenewCalendar(r.Context(), web.Principal(r.Context()), web.Key(r))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "日历订阅", Back: "/visits"}, calendarPage(feed))
}

// visit is the checklist of an inspection, which goes on without a network.
func (s *pages) visit(w http.ResponseWriter, r *http.Request) error {
	pack, err := s.service.VisitPackage(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "现场检查 " + pack.Subject, Back: "/visits", Uses: []string{"visit.js"}}, visitPage(pack, nursery.DateOf(s.service.Now())))
}

func (s *pages) visitDraft(w http.ResponseWriter, r *http.Request) error {
	in, err := web.ReadJSON[SavedDraft](r)
	if err != nil {
		return err
	}
	kept, err := s.service.SaveVisitDraft(r.Context(), web.Principal(r.Context()), r.Header.Get("Idempotency-Key"), r.PathValue("no"), in)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, kept)
}

func (s *pages) visitSend(w http.ResponseWriter, r *http.Request) error {
	in, err := web.ReadJSON[SentVisit](r)
	if err != nil {
		return err
	}
	taken, err := s.service.SendVisit(r.Context(), web.Principal(r.Context()), r.Header.Get("Idempotency-Key"), r.PathValue("no"), in)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, taken)
}

// inspectionsView is the inspections with their filter.
type inspectionsView struct {
	List   []InspectionSummary
	Filter InspectionFilter
	Next   string
	plans  bool // the reader sees the plans
	starts bool // the reader may arrange an inspection
	r      *http.Request
}

func (s *pages) inspections(w http.ResponseWriter, r *http.Request) error {
	q, p := r.URL.Query(), web.Principal(r.Context())
	f := InspectionFilter{County: q.Get("county"), Half: q.Get("half"), Kind: q.Get("kind"), Status: nursery.CaseStatus(q.Get("status"))}
	return web.ListPage(s.Site, w, r, p, Inspections, f, 25, web.Frame{Title: "检查", Wide: true, Live: true}, func(list casework.Page[InspectionSummary]) templ.Component {
		return inspectionsPage(inspectionsView{
			list.Items, f, web.NextPage(r, list.Next), seesPlans(p), p.Role == nursery.RoleSupervisor, r,
		})
	})
}

func seesPlans(p nursery.Principal) bool {
	return slices.Contains([]nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, p.Role)
}

func (s *pages) inspection(w http.ResponseWriter, r *http.Request) error {
	d, err := s.service.Inspection(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "检查 " + d.Subject, Wide: true, Back: "/inspections"}, inspectionPage(d, web.Principal(r.Context())))
}

// inspectionCells is the table of inspections.
var inspectionCells = web.CellsOf(Inspections.Sheet, web.Looks[InspectionSummary]{
	"机构": web.HeadCell(func(i InspectionSummary) web.RowHead {
		return web.RowHead{Link: "/inspections/" + i.CaseNo, Name: i.Subject, Below: i.CaseNo + " " + i.CountyName}
	}),
	"检查人员": web.StyledCell("", inspectorsOf),
})

// passed counts the items that were found as they should be.
func passed(v nursery.Visit) int {
	n := 0
	for _, i := range v.Items {
		if i.Result == nursery.ItemOK {
			n++
		}
	}
	return n
}

func signatureParty(party string) string {
	return map[string]string{"first": "检查人员一", "second": "检查人员二", "institution": "机构"}[party]
}

func signatureManner(manner string) string {
	return map[string]string{"signed": "已签字", "objected": "签字并异议", "refused": "未签字", "disputed": "认为记录有误"}[manner]
}

func signatureTone(manner string) string {
	return map[string]string{"signed": "good", "objected": "warn", "refused": "warn", "disputed": "bad"}[manner]
}
