package web

import (
	"context"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/inspection"
)

// substance returns the component for the task of v. It is empty for a kind without one, and where the process does not
// show its content to the principal.
func (s *Site) substance(ctx context.Context, v TaskView) (templ.Component, error) {
	page := s.taskPages[v.Task.Kind]
	if page.Subject == nil {
		return templ.NopComponent, nil
	}
	shown, err := page.Subject(ctx, v)
	if err != nil {
		if refused := s.UserError(ctx, err); refused.Kind() == casework.NotFound || refused.Kind() == casework.Forbidden || refused.Kind() == casework.Conflict {
			return templ.NopComponent, nil
		}
		return nil, err
	}
	return shown, nil
}

func applied(_ context.Context, v TaskView) (templ.Component, error) {
	if v.Case == nil || v.Case.Application == nil {
		return templ.NopComponent, nil
	}
	return appliedPart(*v.Case), nil
}

func requested(_ context.Context, v TaskView) (templ.Component, error) {
	if v.Case == nil || len(v.Case.Timeline) == 0 {
		return templ.NopComponent, nil
	}
	return requestPart(*v.Case), nil
}

func toCorrect(_ context.Context, v TaskView) (templ.Component, error) {
	if v.Case == nil {
		return templ.NopComponent, nil
	}
	return correctionsPart(*v.Case, v.Reader), nil
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

func (s *Site) foundOnSiteSubject(ctx context.Context, v TaskView) (templ.Component, error) {
	found, err := s.Services.SiteFinding(ctx, v.Reader, v.Task.CaseNo)
	if err != nil || found == nil {
		return templ.NopComponent, err
	}
	return sitePart(v, *found), nil
}

func (s *Site) visitingSubject(ctx context.Context, v TaskView) (templ.Component, error) {
	d, err := s.Services.Inspection(ctx, v.Reader, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return visitPart(d, v.Task.Kind == "inspection.visit" && v.Reader.Role == nursery.RoleInspector), nil
}

func (s *Site) recordedSubject(ctx context.Context, v TaskView) (templ.Component, error) {
	d, err := s.Services.Inspection(ctx, v.Reader, v.Task.CaseNo)
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

// checklistTitle is what a line of the checklist is called.
func checklistTitle(d inspection.InspectionDetail, rule string) string {
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

func (s *Site) plannedSubject(ctx context.Context, v TaskView) (templ.Component, error) {
	d, err := s.Services.InspectionPlan(ctx, v.Reader, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return planPart(d), nil
}

func (s *Site) complainedSubject(ctx context.Context, v TaskView) (templ.Component, error) {
	d, err := s.Services.Complaint(ctx, v.Reader, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return complaintPart(d), nil
}

func (s *Site) contractedSubject(ctx context.Context, v TaskView) (templ.Component, error) {
	d, err := s.Services.Contract(ctx, v.Reader, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return contractPart(d), nil
}

func (s *Site) checkedSubject(ctx context.Context, v TaskView) (templ.Component, error) {
	d, err := s.Services.Checkup(ctx, v.Reader, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return checkupPart(d, v.Reader), nil
}

func (s *Site) referredSubject(ctx context.Context, v TaskView) (templ.Component, error) {
	d, err := s.Services.Referral(ctx, v.Reader, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return referralPart(d), nil
}

func (s *Site) builtSubject(ctx context.Context, v TaskView) (templ.Component, error) {
	d, err := s.Services.BuildSite(ctx, v.Reader, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return sitePlanPart(d), nil
}

func (s *Site) insuredSubject(ctx context.Context, v TaskView) (templ.Component, error) {
	d, err := s.Services.InsuranceMonth(ctx, v.Reader, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	return insurancePart(d), nil
}

func (s *Site) claimedSubject(ctx context.Context, v TaskView) (templ.Component, error) {
	c, err := s.Services.InsuranceClaim(ctx, v.Reader, v.Task.CaseNo)
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

// enteredRegistration returns, for the check of a registration, the values that the applicant entered.
func enteredRegistration(v TaskView) url.Values {
	values := url.Values{}
	if v.Case != nil && v.Case.Application != nil {
		i := v.Case.Application.Institution
		for at, value := range map[string]string{
			"/uscc": i.USCC, "/name": i.Name, "/nature": string(i.Nature), "/business_scope": i.BusinessScope, "/address": i.Address, "/county": i.County, "/status": "active",
		} {
			values.Set(at, value)
		}
	}
	return values
}

// correctionsPath is where corrections are made: in the application itself.
func correctionsPath(t casework.TaskDetail) string { return "/filing/" + t.CaseNo }

// editLink leads to the application while the reader may edit it.
func editLink(c casework.CaseDetail, p nursery.Principal) (path, title string) {
	switch {
	case mayEdit(c, p) && c.Status == nursery.CaseDraft:
		return "/filing/" + c.CaseNo, "继续填写"
	case mayEdit(c, p):
		return "/filing/" + c.CaseNo, "填写补正内容"
	}
	return "", ""
}
