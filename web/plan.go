package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/draw"
	"tuoyu/nursery"
	"tuoyu/processes/inspection"
	"tuoyu/registry"
)

func registerPlans(s *Site) {
	s.Task(TaskPage{Subject: s.plannedSubject}, "inspection_plan.commit", "inspection_plan.draw", "inspection_plan.late")
	s.Nav("/inspection-plans", "检查计划", Places{nursery.RoleSupervisor: 5, nursery.RoleAuditor: 7})
	s.Page("GET /inspection-plans", s.inspectionPlans)
	s.Page("GET /inspection-plans/{no}", s.inspectionPlan)
	s.Page("POST /inspection-plans/{no}/exclude", s.excludeFromPlan)
	s.Page("POST /inspection-plans/{no}/commit", s.commitPlan)
	s.Open("GET /inspection-plans/{no}/record", s.planRecord)
	FormPage(s, "/inspection-plans/new", Always(FormSpec{
		Title: "制定检查计划", Back: "/inspection-plans", Button: "制定", Lead: "每个半年度一份。名单从已备案的机构生成，公布承诺前可以调整。", Shape: SchemaOf[inspection.PlanRequest](),
	}), func(r *http.Request, in inspection.PlanRequest) (string, string, error) {
		plan, err := s.Services.StartInspectionPlan(r.Context(), Principal(r.Context()), Key(r), in)
		return "/inspection-plans/" + plan.CaseNo, "检查计划已经建立。", err
	}, nursery.RoleSupervisor)
	FormPage(s, "/inspection-plans/{no}/draw", func(r *http.Request) (FormSpec, error) {
		return FormSpec{
			Title: "见证抽取", Back: "/inspection-plans/" + r.PathValue("no"), Button: "录入并抽取", Question: "录入后立即抽取，不能重来，确定吗？", Shape: SchemaOf[inspection.PlanWitness](),
			Lead: "公开值须在承诺公布之后才产生，任何人都能查到，例如次日的指数收盘值。公布承诺的人员不能见证。",
		}, nil
	}, func(r *http.Request, in inspection.PlanWitness) (string, string, error) {
		_, err := s.Services.WitnessDraw(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no"), in)
		return "/inspection-plans/" + r.PathValue("no"), "已抽取。", err
	}, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor)
}

func (s *Site) inspectionPlans(w http.ResponseWriter, r *http.Request) error {
	p, county := Principal(r.Context()), r.FormValue("county")
	return ListPage(s, w, r, p, inspection.Plans, inspection.PlanFilter{County: county}, 25, Frame{Title: "检查计划", Wide: true, Live: true}, func(list casework.Page[inspection.PlanSummary]) templ.Component {
		return inspectionPlansPage(list.Items, NextPage(r, list.Next), p, r)
	})
}

// planView is a plan with the names of those it is about.
type planView struct {
	inspection.PlanDetail
	Names map[string]string // of institutions, by their identifier
	p     nursery.Principal
}

func (v planView) name(id string) string {
	if name := v.Names[id]; name != "" {
		return name
	}
	return id
}

func (s *Site) inspectionPlan(w http.ResponseWriter, r *http.Request) error {
	p := Principal(r.Context())
	d, err := s.Services.InspectionPlan(r.Context(), p, r.PathValue("no"))
	if err != nil {
		return err
	}
	names := map[string]string{}
	if d.CommittedAt == nil {
		choices, err := s.institutionChoices(r.Context(), d.County)
		if err != nil {
			return err
		}
		for _, o := range choices {
			names[o.Value] = o.Label
		}
	}
	if ExportFormat(r) != "" {
		return SendFile(w)(inspection.PlanFile(d))
	}
	return s.Show(w, r, Frame{Title: HalfTitle(d.Half) + "检查计划", Wide: true, Live: true, Back: "/inspection-plans"}, inspectionPlanPage(planView{d, names, p}))
}

// going is who carries a visit out, or who was drawn for it.
func going(v inspection.PlannedVisit) []string {
	if len(v.Going) > 0 {
		return v.Going
	}
	return v.Drawn
}

func (s *Site) excludeFromPlan(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	in := inspection.PlanExclusion{Institution: r.PostFormValue("institution"), Excluded: r.PostFormValue("excluded") == "true", Reason: strings.TrimSpace(r.PostFormValue("reason"))}
	if _, err := s.Services.ExcludeFromPlan(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no"), in); err != nil {
		return err
	}
	said := "已恢复列入。"
	if in.Excluded {
		said = "已不列入本次计划。"
	}
	return s.Done(w, r, "/inspection-plans/"+r.PathValue("no"), said)
}

func (s *Site) commitPlan(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	if _, err := s.Services.CommitPlan(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no")); err != nil {
		return err
	}
	return s.Done(w, r, "/inspection-plans/"+r.PathValue("no"), "承诺已公布。请由另一名人员录入此后产生的公开值。")
}

// planRecord is what anybody may know of a draw, and how to hold it against the published algorithm.
func (s *Site) planRecord(w http.ResponseWriter, r *http.Request) error {
	record, err := s.Services.PublishedPlan(r.Context(), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: "随机抽取公开记录", Wide: true}, planRecordPage(record))
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

// institutionChoices are the institutions of a county that have filed, as far as who asks sees them.
func (s *Site) institutionChoices(ctx context.Context, county string) ([]Option, error) {
	found, err := registry.Institutions.All(ctx, s.Services.Service, Principal(ctx), registry.InstitutionFilter{County: county})
	if err != nil {
		return nil, err
	}
	var list []Option
	for _, i := range found {
		if i.Status != "applying" && i.Status != "cancelled" {
			list = append(list, Option{i.ID, i.Name})
		}
	}
	return list, nil
}

// planCells is the table of inspection plans.
var planCells = CellsOf(inspection.Plans.Sheet, Looks[inspection.PlanSummary]{
	"县区": HeadCell(func(i inspection.PlanSummary) RowHead {
		return RowHead{"/inspection-plans/" + i.CaseNo, i.CountyName + " " + HalfTitle(i.Half), "", i.CaseNo}
	}),
})
