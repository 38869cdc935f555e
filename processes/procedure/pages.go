package procedure

import (
	"context"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/web"
	"tuoyu/workflows"
)

// pages are the pages of every procedure.
type pages struct {
	*web.Site
	service *Service
}

// Pages registers the pages of procedures.
func (s *Service) Pages(site *web.Site) {
	p := &pages{site, s}
	p.registerApply()
	p.registerCases()
	p.registerRows()
	p.registerPublicity()
	p.registerMap()
	p.registerRevisions()
}

// registerCases has the cases and tasks of every procedure shown by these pages, unless a process has its own.
func (s *pages) registerCases() {
	s.Others(
		web.CasePage{Content: s.content, Link: s.link},
		web.TaskPage{Subject: s.subject, Initial: s.initial},
	)
	s.Page("GET /cases/{no}/anytime/{name}", s.askAnytime)
	s.Page("POST /cases/{no}/anytime/{name}", s.doAnytime)
}

// isProcedure reports whether a kind of case is that of a procedure.
func isProcedure(kind nursery.CaseKind) bool {
	process, ok := workflows.ProcessOf(kind)
	return ok && process.Workflow == procedures.Workflow
}

// content returns what was applied for and filled in with a case; nil for other cases than those of procedures.
func (s *pages) content(ctx context.Context, c casework.CaseDetail) (web.Content, error) {
	if !isProcedure(c.Kind) {
		return nil, nil
	}
	v, err := s.service.Substance(ctx, web.Principal(ctx), c.CaseNo)
	if err != nil {
		return nil, err
	}
	return s.substanceView(ctx, c, v)
}

// link returns where the rows are filled in that the case collects from its reader now.
func (s *pages) link(c casework.CaseDetail, p nursery.Principal) (path, title string) {
	process, _ := workflows.ProcessOf(c.Kind)
	stage, ok := process.Stage(c.Stage)
	if !isProcedure(c.Kind) || !ok || stage.Holder != p.Role || c.Status != nursery.CaseOpen {
		return "", ""
	}
	revision, err := s.service.Catalogue.Newest(c.Kind, c.County, s.service.Today())
	if err != nil { // the rows are linked below as well
		return "", ""
	}
	for _, st := range revision.Plan.Stages {
		if st.Name == string(c.Stage) && st.Collect != nil && len(st.Collect.Rows) > 0 && st.Collect.Rows[0] < len(revision.Plan.Rows) {
			set := st.Collect.Rows[0]
			return rowsPath(c.CaseNo, revision.Plan.Rows[set].Name), "填报" + revision.Live.Rows[set]
		}
	}
	return "", ""
}

func rowsPath(caseNo, set string) string { return "/cases/" + caseNo + "/rows/" + set }

// subject shows the help of the stage, and the objections to a task that decides on them.
func (s *pages) subject(ctx context.Context, v web.TaskView) (templ.Component, error) {
	if !isProcedure(v.Task.Case.Kind) {
		return templ.NopComponent, nil
	}
	of, err := s.service.Substance(ctx, v.Reader, v.Task.CaseNo)
	if err != nil {
		return nil, err
	}
	var parts []templ.Component
	if kind, ok := of.revision.Task(v.Task.Kind); ok {
		if help := helpOf(of.revision, kind.Stage); help != "" {
			parts = append(parts, stageHelp(help))
		}
	}
	if decidesOnObjections(of.revision, v.Task.Kind) {
		objections, err := s.service.Objections(ctx, v.Reader, v.Task.CaseNo)
		if err != nil {
			return nil, err
		}
		views, err := s.filledViews(ctx, v.Task.Institution, objections)
		if err != nil {
			return nil, err
		}
		parts = append(parts, objectionsPart(views))
	}
	return templ.Join(parts...), nil
}

// helpOf returns the help of a stage, for those who act in it.
func helpOf(r *published.Revision, stage nursery.Stage) string {
	for i, st := range r.Plan.Stages {
		if st.Name == string(stage) {
			return r.Live.Stages[i].Help
		}
	}
	return ""
}
