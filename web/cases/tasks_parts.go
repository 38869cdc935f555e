package cases

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/web/ui"
	"tuoyu/workflows"
)

// taskKinds are the kinds of task that a role is asked, or any role.
func taskKinds(r nursery.Role) (list []ui.Option) {
	for _, p := range workflows.Processes() {
		for _, t := range p.Tasks {
			if r == "" || slices.Contains(t.Roles, r) {
				list = append(list, ui.Option{Value: t.Name, Label: t.Label()})
			}
		}
	}
	return list
}

// opinions parts the decisions of the rules on the case into those made when the task was opened, the one that the task names first, and
// earlier ones. A procedure may have decided in an earlier stage on what the task decides.
func (v taskView) opinions() (now, before []casework.DecisionView) {
	if v.Case == nil {
		return nil, nil
	}
	if v.Task.Decision == nil {
		if process, _ := workflows.ProcessOf(v.Case.Kind); process.Workflow == procedures.Workflow {
			return latestDecisions(v.Case.Decisions)
		}
		return nil, nil
	}
	step := v.Task.Decision.ID[:strings.LastIndexByte(v.Task.Decision.ID, '/')+1]
	for _, d := range v.Case.Decisions {
		switch {
		case d.ID == v.Task.Decision.ID:
			now = slices.Insert(now, 0, d)
		case step != "" && strings.HasPrefix(d.ID, step):
			now = append(now, d)
		default:
			before = append(before, d)
		}
	}
	return now, before
}

// substance returns the component for the task of v. It is empty for a kind without one, and where the process does not
// show its content to the principal.
func (s *pages) substance(ctx context.Context, v taskView) (templ.Component, error) {
	page := s.TaskPageOf(v.Task.Kind)
	if page.Subject == nil {
		return templ.NopComponent, nil
	}
	shown, err := page.Subject(ctx, v.TaskView)
	if err != nil {
		if refused := s.UserError(ctx, err); refused.Kind() == casework.NotFound || refused.Kind() == casework.Forbidden || refused.Kind() == casework.Conflict {
			return templ.NopComponent, nil
		}
		return nil, err
	}
	return shown, nil
}
