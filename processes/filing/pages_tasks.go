package filing

import (
	"context"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/workflows"
)

// mayEdit reports whether p may currently fill in the application.
func mayEdit(c casework.CaseDetail, p nursery.Principal) bool {
	if process, _ := workflows.ProcessOf(c.Kind); !process.Application || p.Role != nursery.RoleInstitution && p.Role != nursery.RoleClerk {
		return false
	}
	return c.Status == nursery.CaseDraft || c.Stage == nursery.StageCorrections
}

func applied(_ context.Context, v web.TaskView) (templ.Component, error) {
	if v.Case == nil || v.Case.Application == nil {
		return templ.NopComponent, nil
	}
	return appliedPart(*v.Case), nil
}

func requested(_ context.Context, v web.TaskView) (templ.Component, error) {
	if v.Case == nil || len(v.Case.Timeline) == 0 {
		return templ.NopComponent, nil
	}
	return requestPart(*v.Case), nil
}

func toCorrect(_ context.Context, v web.TaskView) (templ.Component, error) {
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

func (s *pages) foundOnSiteSubject(ctx context.Context, v web.TaskView) (templ.Component, error) {
	found, err := s.service.SiteFinding(ctx, v.Reader, v.Task.CaseNo)
	if err != nil || found == nil {
		return templ.NopComponent, err
	}
	return sitePart(v, *found), nil
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

// enteredRegistration returns, for the check of a registration, the values that the applicant entered.
func enteredRegistration(v web.TaskView) url.Values {
	values := url.Values{}
	if v.Case != nil && v.Case.Application != nil {
		i := v.Case.Application.Institution
		for at, value := range map[string]string{
			"/uscc": i.USCC, "/name": i.Name, "/nature": string(i.Nature), "/business_scope": i.BusinessScope, "/address": i.Address, "/county": i.County, "/status": "active",
			"/registrar": string(casework.RegistrarOf(i.Nature)),
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
