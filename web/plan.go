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
	s.page("GET /inspection-plans", s.inspectionPlans)
	s.page("GET /inspection-plans/{no}", s.inspectionPlan)
	s.page("POST /inspection-plans/{no}/exclude", s.excludeFromPlan)
	s.page("POST /inspection-plans/{no}/commit", s.commitPlan)
	s.open("GET /inspection-plans/{no}/record", s.planRecord)
	formPage(s, "/inspection-plans/new", always(asking{
		Title: "制定检查计划", Back: "/inspection-plans", Button: "制定", Lead: "每个半年度一份。名单从已备案的机构生成，公布承诺前可以调整。", Shape: shapeOf[inspection.PlanRequest](),
	}), func(r *http.Request, in inspection.PlanRequest) (string, string, error) {
		plan, err := s.Services.StartInspectionPlan(r.Context(), principalFrom(r.Context()), key(r), in)
		return "/inspection-plans/" + plan.CaseNo, "检查计划已经建立。", err
	}, nursery.RoleSupervisor)
	formPage(s, "/inspection-plans/{no}/draw", func(r *http.Request) (asking, error) {
		return asking{
			Title: "见证抽取", Back: "/inspection-plans/" + r.PathValue("no"), Button: "录入并抽取", Question: "录入后立即抽取，不能重来，确定吗？", Shape: shapeOf[inspection.PlanWitness](),
			Lead: "公开值须在承诺公布之后才产生，任何人都能查到，例如次日的指数收盘值。公布承诺的人员不能见证。",
		}, nil
	}, func(r *http.Request, in inspection.PlanWitness) (string, string, error) {
		_, err := s.Services.WitnessDraw(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("no"), in)
		return "/inspection-plans/" + r.PathValue("no"), "已抽取。", err
	}, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor)
}

func (s *Site) inspectionPlans(w http.ResponseWriter, r *http.Request) error {
	p, county := principalFrom(r.Context()), r.FormValue("county")
	return listPage(s, w, r, p, inspection.Plans, inspection.PlanFilter{County: county}, 25, frame{Title: "检查计划", Wide: true, Live: true}, func(list casework.Page[inspection.PlanSummary]) templ.Component {
		return inspectionPlansPage(list.Items, nextPage(r, list.Next), p, r)
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
	p := principalFrom(r.Context())
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
	if exportOf(r) != "" {
		return sendFile(w)(inspection.PlanFile(d))
	}
	return s.show(w, r, frame{Title: halfTitle(d.Half) + "检查计划", Wide: true, Live: true, Back: "/inspection-plans"}, inspectionPlanPage(planView{d, names, p}))
}

// going is who carries a visit out, or who was drawn for it.
func going(v inspection.PlannedVisit) []string {
	if len(v.Going) > 0 {
		return v.Going
	}
	return v.Drawn
}

func (s *Site) excludeFromPlan(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	in := inspection.PlanExclusion{Institution: r.PostFormValue("institution"), Excluded: r.PostFormValue("excluded") == "true", Reason: strings.TrimSpace(r.PostFormValue("reason"))}
	if _, err := s.Services.ExcludeFromPlan(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("no"), in); err != nil {
		return err
	}
	said := "已恢复列入。"
	if in.Excluded {
		said = "已不列入本次计划。"
	}
	return s.done(w, r, "/inspection-plans/"+r.PathValue("no"), said)
}

func (s *Site) commitPlan(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	if _, err := s.Services.CommitPlan(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("no")); err != nil {
		return err
	}
	return s.done(w, r, "/inspection-plans/"+r.PathValue("no"), "承诺已公布。请由另一名人员录入此后产生的公开值。")
}

// planRecord is what anybody may know of a draw, and how to hold it against the published algorithm.
func (s *Site) planRecord(w http.ResponseWriter, r *http.Request) error {
	record, err := s.Services.PublishedPlan(r.Context(), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.show(w, r, frame{Title: "随机抽取公开记录", Wide: true}, planRecordPage(record))
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
func (s *Site) institutionChoices(ctx context.Context, county string) ([]option, error) {
	found, err := registry.Institutions.All(ctx, s.Services.Service, principalFrom(ctx), registry.InstitutionFilter{County: county})
	if err != nil {
		return nil, err
	}
	var list []option
	for _, i := range found {
		if i.Status != "applying" && i.Status != "cancelled" {
			list = append(list, option{i.ID, i.Name})
		}
	}
	return list, nil
}

// planCells is the table of inspection plans.
var planCells = cellsOf(inspection.Plans.Sheet, looks[inspection.PlanSummary]{
	"县区": headed(func(i inspection.PlanSummary) rowHead {
		return rowHead{"/inspection-plans/" + i.CaseNo, i.CountyName + " " + halfTitle(i.Half), "", i.CaseNo}
	}),
})
