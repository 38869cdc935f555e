package inspection

import (
	"net/http"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
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
	web.AddListing(s.Site, s.inspectionsListing())
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
	open, err := s.VisitsOf(r.Context(), web.Principal(r.Context()))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "今日检查", Uses: []string{"visit.js"}}, visitsPage(day, open, web.Principal(r.Context())))
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

// inspectionsListing is the page of the list of inspections.
func (s *pages) inspectionsListing() web.Listing[InspectionFilter, InspectionSummary] {
	return web.Listing[InspectionFilter, InspectionSummary]{
		List: Inspections, Path: "/inspections", Title: "检查", Rows: 25, Live: true, None: "没有检查", Search: "办件编号或机构名称",
		Choices: func(nursery.Principal) []web.Choice {
			kind, status := web.Choice{Name: "kind", Label: "方式"}, web.Choice{Name: "status", Label: "状态"}
			for _, k := range []string{"regular", "random", "complaint"} {
				kind.Options = append(kind.Options, ui.Option{Value: k, Label: KindTitle(k)})
			}
			for _, st := range []nursery.CaseStatus{nursery.CaseOpen, nursery.CaseEnded} {
				status.Options = append(status.Options, ui.Option{Value: string(st), Label: st.Title()})
			}
			return []web.Choice{kind, status, {Name: "half", Label: "半年度", Options: ui.HalfYears(nursery.DateOf(s.service.Now()))}}
		},
		Acts: func(p nursery.Principal) (list []web.Link) {
			if seesPlans(p) {
				list = append(list, web.Link{Path: "/inspection-plans", Title: "检查计划"})
			}
			if p.Role == nursery.RoleSupervisor {
				list = append(list, web.Link{Path: "/inspections/new", Title: "安排检查", Main: true})
			}
			return list
		},
		Looks: func(web.Reader) ui.Looks[InspectionSummary] { return inspectionLooks },
	}
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

// inspectionLooks is how the columns of inspections look.
var inspectionLooks = ui.Looks[InspectionSummary]{
	"机构": ui.HeadCell(func(i InspectionSummary) ui.RowHead {
		return ui.RowHead{Link: "/inspections/" + i.CaseNo, Name: i.Subject, Below: i.CaseNo + " " + i.CountyName}
	}),
	"检查人员": ui.StyledCell("", inspectorsOf),
}

// defectsOf returns the items that were not found as they should be.
func defectsOf(v nursery.Visit) []nursery.VisitItem {
	return slices.DeleteFunc(slices.Clone(v.Items), func(i nursery.VisitItem) bool { return i.Result != nursery.ItemNotOK })
}

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
