package inspection

import (
	"net/http"
	"net/url"
	"strings"

	"tuoyu/draw"
	"tuoyu/nursery"
	"tuoyu/registry"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerPlans() {
	s.Task(web.TaskPage{Subject: web.SubjectOf(s.service.InspectionPlan, planPart)}, "inspection_plan.commit", "inspection_plan.draw", "inspection_plan.late")
	s.Nav("/inspection-plans", "检查计划", web.Places{nursery.RoleSupervisor: 5, nursery.RoleAuditor: 7})
	web.AddListing(s.Site, plansListing)
	s.Page("GET /inspection-plans/{no}", s.inspectionPlan)
	s.Page("POST /inspection-plans/{no}/exclude", s.excludeFromPlan)
	s.Page("POST /inspection-plans/{no}/commit", s.commitPlan)
	s.Open("GET /inspection-plans/{no}/record", s.planRecord)
	web.FormPage(s.Site, "/inspection-plans/new", func(*http.Request) (web.FormSpec, error) {
		halves := ui.HalfYears(nursery.DateOf(s.service.Now()))[:2] // the next one and this one
		return web.FormSpec{
			Title: "制定检查计划", Back: "/inspection-plans", Button: "制定", Lead: "每个半年度一份。名单从已备案的机构生成，公布承诺前可以调整。",
			Shape: ui.SchemaOf[PlanRequest]().WithOptions("half", halves), Values: url.Values{"/half": {halves[1].Value}},
		}, nil
	}, func(r *http.Request, in PlanRequest) (string, string, error) {
		plan, err := s.service.StartInspectionPlan(r.Context(), web.Principal(r.Context()), web.Key(r), in)
		return "/inspection-plans/" + plan.CaseNo, "检查计划已经建立。", err
	}, nursery.RoleSupervisor)
	web.FormPage(s.Site, "/inspection-plans/{no}/draw", func(r *http.Request) (web.FormSpec, error) {
		return web.FormSpec{
			Title: "见证抽取", Back: "/inspection-plans/" + r.PathValue("no"), Button: "录入并抽取", Question: "录入后立即抽取，不能重来，确定吗？", Shape: ui.SchemaOf[PlanWitness](),
			Lead: "公开值须在承诺公布之后才产生，任何人都能查到，例如次日的指数收盘值。公布承诺的人员不能见证。",
		}, nil
	}, func(r *http.Request, in PlanWitness) (string, string, error) {
		_, err := s.service.WitnessDraw(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), in)
		return "/inspection-plans/" + r.PathValue("no"), "已抽取。", err
	}, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor)
}

// plansListing is the page of the list of plans.
var plansListing = web.Listing[PlanFilter, PlanSummary]{
	List: Plans, Path: "/inspection-plans", Title: "检查计划", Rows: 25, Live: true, None: "还没有检查计划", Hint: "每家机构每半年度检查一次，计划制定后由系统公开抽取检查人员。",
	Acts: func(p nursery.Principal) []web.Link {
		if p.Role == nursery.RoleSupervisor {
			return []web.Link{{Path: "/inspectors", Title: "检查人员名录"}, {Path: "/inspection-plans/new", Title: "制定计划", Main: true}}
		}
		return nil
	},
	Looks: func(web.Reader) ui.Looks[PlanSummary] {
		return ui.Looks[PlanSummary]{
			"县区": ui.HeadCell(func(i PlanSummary) ui.RowHead {
				return ui.RowHead{Link: "/inspection-plans/" + i.CaseNo, Name: i.CountyName + " " + ui.HalfTitle(i.Half), Below: i.CaseNo}
			}),
		}
	},
}

// planView is a plan with the names of those it is about.
type planView struct {
	PlanDetail
	Names map[string]string // of institutions, by their identifier
	p     nursery.Principal
}

func (v planView) name(id string) string {
	if name := v.Names[id]; name != "" {
		return name
	}
	return id
}

func (s *pages) inspectionPlan(w http.ResponseWriter, r *http.Request) error {
	p := web.Principal(r.Context())
	d, err := s.service.InspectionPlan(r.Context(), p, r.PathValue("no"))
	if err != nil {
		return err
	}
	names := map[string]string{}
	if d.CommittedAt == nil {
		choices, err := registry.For(s.service.Service).Choices(r.Context(), d.County)
		if err != nil {
			return err
		}
		for _, o := range choices {
			names[o.Value] = o.Label
		}
	}
	if web.ExportFormat(r) != "" {
		return web.SendFile(w)(PlanFile(d))
	}
	return s.Show(w, r, web.Frame{Title: ui.HalfTitle(d.Half) + "检查计划", Wide: true, Live: true, Back: "/inspection-plans"}, inspectionPlanPage(planView{d, names, p}))
}

// going is who carries a visit out, or who was drawn for it.
func going(v PlannedVisit) []string {
	if len(v.Going) > 0 {
		return v.Going
	}
	return v.Drawn
}

func (s *pages) excludeFromPlan(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	in := PlanExclusion{Institution: r.PostFormValue("institution"), Excluded: r.PostFormValue("excluded") == "true", Reason: strings.TrimSpace(r.PostFormValue("reason"))}
	if _, err := s.service.ExcludeFromPlan(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), in); err != nil {
		return err
	}
	said := "已恢复列入。"
	if in.Excluded {
		said = "已不列入本次计划。"
	}
	return s.Done(w, r, "/inspection-plans/"+r.PathValue("no"), said)
}

func (s *pages) commitPlan(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	if _, err := s.service.CommitPlan(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no")); err != nil {
		return err
	}
	return s.Done(w, r, "/inspection-plans/"+r.PathValue("no"), "承诺已公布。请由另一名人员录入此后产生的公开值。")
}

// planRecord is what anybody may know of a draw, and how to hold it against the published algorithm.
func (s *pages) planRecord(w http.ResponseWriter, r *http.Request) error {
	record, err := s.service.PublishedPlan(r.Context(), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "随机抽取公开记录", Wide: true}, planRecordPage(record))
}

// pairsBy returns the inspectors drawn for a candidate, or a dash.
func pairsBy(pairs []draw.Assignment, candidate string) string {
	for _, a := range pairs {
		if a.Candidate == candidate {
			return strings.Join(a.Inspectors, "、")
		}
	}
	return "—"
}
