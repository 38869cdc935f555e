package procedure

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/workflows/humantask"
)

// The outcomes of a countersignature.
const outcomeAgree = "agree"

// ask asks the person of a stage and, where the plan demands it, a second one who countersigns the answer.
func (r *run) ask(ctx workflow.Context, l *line, s *procedures.Stage) (Left, error) {
	task := &r.plan.Tasks[s.Task]
	if l.First == nil {
		left, err := r.question(ctx, l, s, s.Task)
		if err != nil || task.Countersign < 0 || left.Result == procedures.ResultSilence {
			return left, err
		}
		l.First = &left
	}
	if l.stopped {
		return Left{}, errStopped
	}
	second, err := r.question(ctx, l, s, task.Countersign)
	if err != nil || second.Result != outcomeAgree {
		second.Result = procedures.ResultDisagree
		return second, err
	}
	return *l.First, nil
}

// question asks one person, or waits on for the answer to what the run before has asked.
func (r *run) question(ctx workflow.Context, l *line, s *procedures.Stage, index int) (Left, error) {
	task := &r.plan.Tasks[index]
	kind := r.kind(task)
	l.resting = true
	defer func() { l.resting = false }()
	var answer humantask.Answer
	var err error
	if at := slices.IndexFunc(r.cursor.Open, func(a humantask.Asked) bool { return a.Spec.Kind == kind.Name }); at >= 0 {
		open := r.cursor.Open[at]
		r.cursor.Open = slices.Delete(slices.Clone(r.cursor.Open), at, at+1)
		answer, err = r.tasks.AskOn(ctx, open)
	} else {
		answer, err = r.tasks.Ask(ctx, kind, r.spec(s, index))
	}
	switch {
	case err != nil:
		return Left{}, err
	case answer.Silent:
		return Left{Result: procedures.ResultSilence, Task: answer.Task}, nil
	}
	if !slices.Contains(r.cursor.Actors[index], answer.Actor) {
		r.cursor.Actors[index] = append(r.cursor.Actors[index], answer.Actor)
	}
	return Left{Result: string(answer.Outcome), Task: answer.Task, Actor: answer.Actor, Role: answer.Role}, nil
}

// kind returns the kind of a task. It has no title: words are live, so that the outside takes it from the revision.
func (r *run) kind(task *procedures.Task) definition.TaskKind {
	kind := definition.TaskKind{Name: r.plan.Kind + "." + task.Name, Roles: []nursery.Role{task.Role}}
	for _, code := range task.Outcomes {
		kind.Outcomes = append(kind.Outcomes, definition.Outcome{Code: nursery.Outcome(code)})
	}
	return kind
}

// spec returns how a task is asked now: what is offered after the decision, who is excluded, and its limits.
func (r *run) spec(s *procedures.Stage, index int) humantask.Spec {
	task := &r.plan.Tasks[index]
	spec := humantask.Spec{}
	for _, e := range task.Exclude {
		spec.Excluded = append(spec.Excluded, r.people(e)...)
	}
	for _, o := range task.Only {
		if people := r.people(o); len(people) > 0 {
			spec.Only = append(spec.Only, people[len(people)-1])
		}
	}
	if task.Clock >= 0 {
		spec.Clock = r.plan.Clocks[task.Clock].Name
	}
	spec.Days, _ = r.limit(task.Days)
	spec.Minutes, _ = r.limit(task.Minutes)
	spec.Reminder, _ = r.limit(task.Remind)
	if silence, ok := r.limit(task.Silence); ok {
		if spec.Silence = silence; silence == 0 {
			spec.Silence = activities.SilenceWhenDue
		}
	}
	if s.Offer != nil && index == s.Task {
		d := r.cursor.Decided[s.Offer.RuleSet]
		spec.Decision = d.ID
		for _, code := range offered(s.Offer, d.Result) {
			spec.Outcomes = append(spec.Outcomes, nursery.Outcome(code))
		}
	}
	return spec
}

// offered returns the outcomes that are offered after a decision.
func offered(o *procedures.Offer, result string) []string {
	switch result {
	case procedures.ResultPass:
		return o.Pass
	case procedures.ResultFail:
		return o.Fail
	}
	return o.Unknown
}

// people returns the accounts that answered a task, in the order of their first answers, or that of the submitter.
func (r *run) people(task int) []string {
	if task != procedures.Submitter {
		return r.cursor.Actors[task]
	}
	if r.in.SubmittedBy == "" {
		return nil
	}
	return []string{r.in.SubmittedBy}
}
