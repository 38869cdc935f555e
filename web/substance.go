package web

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/inspection"
)

// substances are, by kind of task, the components that show what is decided or has to be done: the record to sign, the
// defects to rectify, the complaint. Each reads what the principal may see, as the page of the process does.
var substances = map[string]func(*Site, context.Context, taskView) (templ.Component, error){
	"filing.registration": applied, "filing.review": applied, "filing.site_visit": applied, "filing_change.review": applied,
	"filing_cancel.review": requested, "filing.corrections": toCorrect,
	"filing.site_visit_countersign": foundOnSite, "filing.rectify": foundOnSite, "filing.recheck": foundOnSite, "filing.recheck_countersign": foundOnSite,
	"inspection.assignment": visiting, "inspection.name": visiting, "inspection.day": visiting, "inspection.day_offer": visiting, "inspection.visit": visiting,
	"inspection.sign": recorded, "inspection.countersign": recorded, "inspection.refusal": recorded, "inspection.decide": recorded,
	"inspection.hazard": recorded, "inspection.correct": recorded,
	"inspection_plan.commit": planned, "inspection_plan.draw": planned, "inspection_plan.late": planned,
	"complaint.triage": complained,
	"contract.sign":    contracted, "contract.file": contracted, "contract.renew": contracted, "contract.overdue_duty": contracted, "contract.uncovered": contracted,
	"checkup_round.blocked": checked, "checkup_round.record": checked, "checkup_round.missed": checked,
	"referral.take": referred, "referral.seen": referred, "referral.trace": referred, "referral.result": referred,
	"build.supervision": built, "build.escalation": built,
	"insurance.roster": insured, "insurance.sign": insured, "insurance.answers": insured, "insurance.chase": insured, "insurance.exceptions": insured,
	"insurance_claim.review": claimed, "insurance_claim.contest": claimed, "insurance_claim.pay": claimed,
}

// substance returns the component for the task of v. It is empty for a kind without one, and where the process does not
// show its content to the principal.
func (s *Site) substance(ctx context.Context, v taskView) (templ.Component, error) {
	find, ok := substances[v.Task.Kind]
	if !ok {
		return templ.NopComponent, nil
	}
	shown, err := find(s, ctx, v)
	if err != nil {
		if refused := s.asUserError(ctx, err); refused.Kind() == casework.NotFound || refused.Kind() == casework.Forbidden || refused.Kind() == casework.Conflict {
			return templ.NopComponent, nil
		}
		return nil, err
	}
	return shown, nil
}

func applied(_ *Site, _ context.Context, v taskView) (templ.Component, error) {
	if v.Case == nil || v.Case.Application == nil {
		return templ.NopComponent, nil
	}
	return appliedPart(*v.Case), nil
}

func requested(_ *Site, _ context.Context, v taskView) (templ.Component, error) {
	if v.Case == nil || len(v.Case.Timeline) == 0 {
		return templ.NopComponent, nil
	}
	return requestPart(*v.Case), nil
}

func toCorrect(_ *Site, _ context.Context, v taskView) (templ.Component, error) {
	if v.Case == nil {
		return templ.NopComponent, nil
	}
	return correctionsPart(*v.Case, v.p), nil
}

// sectionsFor are the sections of the application that hold what a finding names.
func sectionsFor(c casework.CaseDetail, r nursery.Reason) []section {
	if c.Application == nil {
		return nil
	}
	return slices.DeleteFunc(sectionsOf(c.Application.SiteKind), func(part section) bool {
		return !slices.ContainsFunc(r.Fields, part.holds)
	})
}

func foundOnSite(s *Site, ctx context.Context, v taskView) (templ.Component, error) {
	found, err := s.Services.SiteFinding(ctx, v.p, v.Task.CaseNo)
	if err != nil || found == nil {
		return templ.NopComponent, err
	}
	return sitePart(v, *found), nil
}

func visiting(s *Site, ctx context.Context, v taskView) (templ.Component, error) {
	d, err := s.Services.Inspection(ctx, v.p, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return visitPart(d, v.Task.Kind == "inspection.visit" && v.p.Role == nursery.RoleInspector), nil
}

func recorded(s *Site, ctx context.Context, v taskView) (templ.Component, error) {
	d, err := s.Services.Inspection(ctx, v.p, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	if v.Task.Kind == "inspection.correct" {
		return defectsPart(d), nil
	}
	return recordPart(d), nil
}

// lastVisit is the record that is signed: the one sent last.
func lastVisit(d inspection.InspectionDetail) (last inspection.VisitVersion, ok bool) {
	for _, v := range d.Visits {
		if !ok || v.Version >= last.Version {
			last, ok = v, true
		}
	}
	return last, ok
}

// itemTitle is what a line of the checklist is called.
func itemTitle(d inspection.InspectionDetail, rule string) string {
	for _, i := range d.Checklist {
		if i.Rule == rule {
			return i.Title
		}
	}
	return rule
}

// photosOf are the photos of an item as it was recorded last.
func photosOf(d inspection.InspectionDetail, rule string) []string {
	last, _ := lastVisit(d)
	for _, i := range last.Content.Items {
		if i.Rule == rule {
			return i.Photos
		}
	}
	return nil
}

// openFindings are those that are ordered and not put right yet.
func openFindings(d inspection.InspectionDetail) []inspection.Finding {
	return slices.DeleteFunc(slices.Clone(d.Findings), func(f inspection.Finding) bool {
		return f.CaseNo != d.CaseNo || !f.Ordered || !f.CorrectedOn.IsZero()
	})
}

func planned(s *Site, ctx context.Context, v taskView) (templ.Component, error) {
	d, err := s.Services.InspectionPlan(ctx, v.p, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return planPart(d), nil
}

func complained(s *Site, ctx context.Context, v taskView) (templ.Component, error) {
	d, err := s.Services.Complaint(ctx, v.p, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return complaintPart(d), nil
}

func contracted(s *Site, ctx context.Context, v taskView) (templ.Component, error) {
	d, err := s.Services.Contract(ctx, v.p, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return contractPart(d), nil
}

func checked(s *Site, ctx context.Context, v taskView) (templ.Component, error) {
	d, err := s.Services.Checkup(ctx, v.p, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return checkupPart(d, v.p), nil
}

func referred(s *Site, ctx context.Context, v taskView) (templ.Component, error) {
	d, err := s.Services.Referral(ctx, v.p, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return referralPart(d), nil
}

func built(s *Site, ctx context.Context, v taskView) (templ.Component, error) {
	d, err := s.Services.BuildSite(ctx, v.p, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return sitePlanPart(d), nil
}

func insured(s *Site, ctx context.Context, v taskView) (templ.Component, error) {
	d, err := s.Services.InsuranceMonth(ctx, v.p, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return insurancePart(d), nil
}

func claimed(s *Site, ctx context.Context, v taskView) (templ.Component, error) {
	c, err := s.Services.InsuranceClaim(ctx, v.p, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return claimPart(c), nil
}

// siteTitle is what the finding on the site stands for in a task of the kind.
func siteTitle(kind string) string {
	switch kind {
	case "filing.rectify":
		return "需要整改的问题"
	case "filing.recheck":
		return "责令整改的问题"
	}
	return "待核签的现场核查记录"
}

func itemResult(r nursery.ItemResult) string {
	switch r {
	case nursery.ItemOK:
		return "合格"
	case nursery.ItemNotOK:
		return "不合格"
	}
	return "不适用"
}

// checkupLabel leads a clinic to where it records.
func checkupLabel(p nursery.Principal) string {
	if p.Role == nursery.RoleHospital {
		return "逐班登记体检"
	}
	return "各班和各项目的进度"
}
