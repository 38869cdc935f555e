package procedures

import (
	"slices"

	"tuoyu/definition"
	"tuoyu/nursery"
)

// Workflow is the name of the workflow that runs every procedure.
const Workflow = "Procedure"

// Definition returns the procedure as the definition that generic code reads: inbox, forms, task page, progress, exports. Names
// of tasks and papers begin with the kind, since they are unique among all processes.
func (p *Procedure) Definition() definition.Process {
	d := definition.Process{
		Kind: nursery.CaseKind(p.Plan.Kind), Title: p.Live.Title, Prefix: p.Plan.Prefix, Workflow: Workflow, Clocks: map[string]string{},
		Files: definition.OfProcedure, FileReaders: p.fileReaders(), CaseReaders: p.CaseReaders(), Application: p.Plan.Start.Role != "",
	}
	for i, c := range p.Plan.Clocks {
		d.Clocks[c.Name] = p.Live.Clocks[i]
	}
	for _, i := range p.Live.Order {
		s, words := p.Plan.Stages[i], p.Live.Stages[i]
		stage := definition.Stage{Code: nursery.Stage(s.Name), Title: words.Title, Next: words.Next, Holder: p.holder(s)}
		d.Stages = append(d.Stages, stage)
		if s.Task < 0 {
			continue
		}
		d.Tasks = append(d.Tasks, p.taskKind(s.Task, stage.Code))
		if second := p.Plan.Tasks[s.Task].Countersign; second >= 0 {
			kind := p.taskKind(second, stage.Code)
			kind.Confirms = p.TaskName(s.Task)
			d.Tasks = append(d.Tasks, kind)
		}
	}
	for _, i := range p.Live.Way {
		d.HappyPath = append(d.HappyPath, nursery.Stage(p.Plan.Stages[i].Name))
	}
	for i, paper := range p.Plan.Papers {
		d.Papers = append(d.Papers, definition.Paper{Kind: p.Plan.Kind + "." + paper.Name, Title: p.Live.Papers[i], Prefix: p.Live.Papers[i]})
	}
	for _, a := range p.Plan.Anytime {
		d.Withdrawable = d.Withdrawable || a.Role != "" && a.Role == p.Plan.Start.Role
	}
	d.Guide = p.guide()
	return d
}

// CaseReaders returns who reads its cases where the procedure permits somebody by name: those it permits, those who act in them, the
// supervisors of the clerks and inspectors among them, and finance of county and city where cases are paid. Without such a permission it
// is empty, and everybody in whose scope a case is reads it.
func (p *Procedure) CaseReaders() []nursery.Role {
	if len(p.Live.Read) == 0 {
		return nil
	}
	readers := slices.Concat(p.Live.Read, p.Live.Files)
	if p.Plan.Start.Role != "" {
		readers = append(readers, p.Plan.Start.Role)
	}
	for _, t := range p.Plan.Tasks {
		readers = append(readers, t.Role)
	}
	for _, a := range p.Plan.Anytime {
		if a.Role != "" {
			readers = append(readers, a.Role)
		}
	}
	for _, s := range p.Plan.Stages {
		if s.Collect != nil {
			readers = append(readers, s.Collect.Role)
		}
	}
	if slices.Contains(readers, nursery.RoleClerk) || slices.Contains(readers, nursery.RoleInspector) {
		readers = append(readers, nursery.RoleSupervisor)
	}
	if slices.Contains(readers, nursery.RoleFinance) || p.Plan.Pays() {
		readers = append(readers, nursery.RoleFinance, nursery.RoleCityFinance)
	}
	slices.Sort(readers)
	return slices.Compact(readers)
}

// fileReaders returns who reads the files of its cases: those that the procedure permits, or else those who act in them.
func (p *Procedure) fileReaders() []nursery.Role {
	if len(p.Live.Files) > 0 {
		return p.Live.Files
	}
	var readers []nursery.Role
	for _, t := range p.Plan.Tasks {
		readers = append(readers, t.Role)
	}
	if p.Plan.Start.Role != "" {
		readers = append(readers, p.Plan.Start.Role)
	}
	slices.Sort(readers)
	return slices.Compact(readers)
}

// TaskName returns the name of a task among those of all processes.
func (p *Procedure) TaskName(task int) string { return p.Plan.Kind + "." + p.Plan.Tasks[task].Name }

// holder returns who has to act in a stage; empty when nobody has to.
func (p *Procedure) holder(s Stage) nursery.Role {
	switch {
	case s.Task >= 0:
		return p.Plan.Tasks[s.Task].Role
	case s.Collect != nil:
		return s.Collect.Role
	case s.Verb == VerbEnd:
		return ""
	}
	return nursery.RoleEngine
}

func (p *Procedure) taskKind(i int, stage nursery.Stage) definition.TaskKind {
	task, words, q := p.Plan.Tasks[i], p.Live.Tasks[i], p.questions[i]
	kind := definition.TaskKind{
		Name: p.TaskName(i), Title: words.Title, Short: words.Short, Roles: []nursery.Role{task.Role}, Stage: stage, Form: p.Plan.Kind + "." + p.Plan.Forms[task.Form].Name,
	}
	at := p.Plan.StageNamed(string(stage))
	for _, k := range words.Order {
		o := definition.Outcome{Code: nursery.Outcome(task.Outcomes[k]), Title: words.Outcomes[k], Required: q.outcomes[k].required, Optional: q.outcomes[k].optional}
		for _, t := range p.Plan.Stages[at].On {
			if t.Result == task.Outcomes[k] && t.To >= 0 {
				o = p.following(o, t.To)
			}
		}
		kind.Outcomes = append(kind.Outcomes, o)
	}
	return kind
}

// following adds to an outcome what the stage that it leads to does: its papers, and the end of the case.
func (p *Procedure) following(o definition.Outcome, to int) definition.Outcome {
	s := p.Plan.Stages[to]
	if s.Verb == VerbEnd {
		o.Ends = nursery.Stage(s.Name)
	}
	for _, e := range s.Do {
		if e.Paper >= 0 {
			title := p.Live.Papers[e.Paper]
			o.Papers = append(o.Papers, definition.Paper{Kind: p.Plan.Kind + "." + p.Plan.Papers[e.Paper].Name, Title: title, Prefix: title})
		}
	}
	return o
}

func (p *Procedure) guide() definition.Guide {
	g := definition.Guide{RuleSets: p.Plan.RuleSets, Law: p.Live.Basis}
	if slices.Contains(p.Plan.Start.By, "page") {
		g.Start = "/procedures/" + p.Plan.Kind + "/new"
		g.Applicants = []nursery.Role{p.Plan.Start.Role}
	}
	limit := func(title string, l Limit) {
		g.Limits = append(g.Limits, definition.Limit{Title: title, Days: l.N, Parameter: l.Param})
	}
	published := func(title string, of *Publish) {
		if of.Days != (Limit{}) {
			limit(title, of.Days)
		}
		if of.Calendar != nil {
			g.Limits = append(g.Limits, definition.Limit{Title: title, Days: of.Calendar.N, Parameter: of.Calendar.Param, Calendar: true})
		}
	}
	for i, c := range p.Plan.Clocks {
		limit(p.Live.Clocks[i], c.Days)
	}
	for _, i := range p.Live.Order {
		s := p.Plan.Stages[i]
		switch {
		case s.Task >= 0 && p.Plan.Tasks[s.Task].Days != nil:
			limit(p.Live.Stages[i].Title, *p.Plan.Tasks[s.Task].Days)
		case s.Publish != nil:
			published(p.Live.Stages[i].Title, s.Publish)
		}
	}
	return g
}
