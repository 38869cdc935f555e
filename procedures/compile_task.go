package procedures

import (
	"slices"
	"strings"
)

// question is a task as declared: by ask, by countersign or by pay.
type question struct {
	name, title text
	task        Task
	stage       string
	exclude     []text
	only        []text
	on          []target  // nil for a countersignature
	outcomes    []outcome // sorted by code, as in the plan
}

// outcome is an answer to a task, and the fields of its form that it requires and may have.
type outcome struct {
	code, title        string
	required, optional []string
}

// countersignOutcomes are the outcomes of every countersignature.
var countersignOutcomes = []string{"agree", "disagree"}

// questions compiles the tasks.
func (b *builder) questions() {
	var list []question
	add := func(q question) {
		if q.name.s == "" {
			return
		}
		if slices.ContainsFunc(list, func(have question) bool { return have.name.s == q.name.s }) {
			b.out.add("shape.twice", q.name.at, q.name.s)
			return
		}
		q.task.Name, q.task.Countersign = q.name.s, None
		list = append(list, q)
	}
	b.src.file.eachStage(func(s *stageFile) {
		switch {
		case s.Ask != nil:
			add(b.askQuestion(s))
			if c := s.Ask.Countersign; c != nil {
				add(question{
					name: c.Task, title: c.Title, stage: s.Name.s, exclude: c.Exclude,
					task: Task{Role: b.role(c.Role), Form: b.form(c.Form), Clock: None, Days: b.limitOf(c.Days, WorkingDays)},
				})
			}
		case s.Pay != nil:
			p := s.Pay
			name := s.Name
			add(question{
				name: name, title: p.Title, stage: name.s, exclude: p.Exclude, on: answeredBy(p.On),
				task: Task{Role: b.role(p.Role), Form: b.form(p.Form), Clock: b.clock(p.Clock), Days: b.limitOf(p.Days, WorkingDays)},
			})
			if !p.Days.is() && !p.Clock.is() {
				b.out.add("time.limit", name.at, name.s)
			}
		}
	})
	slices.SortFunc(list, func(x, y question) int { return strings.Compare(x.name.s, y.name.s) })
	for i, q := range list {
		b.tasks[q.name.s] = i
	}
	for _, q := range list {
		q.task.Exclude, q.task.Only = b.people(q.exclude), b.people(q.only)
		b.p.Plan.Tasks = append(b.p.Plan.Tasks, q.task)
	}
	b.p.questions = list
	b.countersigned()
	for i := range list {
		b.outcomes(i)
	}
}

// answeredBy returns the results of a payment that a person answers: that it is paid already is found before anybody is asked.
func answeredBy(on []target) []target {
	return slices.DeleteFunc(slices.Clone(on), func(t target) bool { return t.Name.s == ResultDuplicate })
}

func (b *builder) taskIndex(name string) int {
	if i, ok := b.tasks[name]; ok {
		return i
	}
	return None
}

func (b *builder) askQuestion(s *stageFile) question {
	a := s.Ask
	q := question{name: a.Task, title: a.Title, stage: s.Name.s, exclude: a.Exclude, only: a.Only, on: a.On}
	q.task = Task{
		Role: b.role(a.Role), Form: b.form(a.Form), Clock: b.clock(a.Clock), Days: b.limitOf(a.Days, WorkingDays), Remind: b.limitOf(a.Remind, WorkingDays),
		Overdue: b.role(a.Overdue),
	}
	if a.Within != nil {
		q.task.Minutes = b.limitOf(a.Within.Minutes, Minutes)
	}
	limits := 0
	for _, set := range []bool{a.Clock.is(), a.Days.is(), a.Within != nil, a.NoLimit.is()} {
		if set {
			limits++
		}
	}
	switch limits {
	case 0:
		b.out.add("time.limit", a.At.or(s.Name.at), a.Task.s)
	case 1:
	default:
		b.out.add("time.limits", a.At.or(s.Name.at), a.Task.s)
	}
	if f := a.Silence; f != nil {
		switch {
		case a.NoLimit.is():
			b.out.add("time.silence", f.At, a.Task.s, "没有期限就没有到期日，不能写 silence")
		case f.Days.is() == f.Minutes.is():
			b.out.add("time.silence", f.At, a.Task.s, "days 和 minutes 写一个")
		case f.Minutes.is() != (a.Within != nil):
			b.out.add("time.silence", f.At, a.Task.s, "期限用 within 的写 minutes，其余写 days")
		}
		if q.task.Silence = b.limitOf(f.Days, WorkingDays); a.Within != nil {
			q.task.Silence = b.limitOf(f.Minutes, Minutes)
		}
	}
	return q
}

// countersigned links the tasks with those that countersign them.
func (b *builder) countersigned() {
	b.src.file.eachStage(func(s *stageFile) {
		if s.Ask == nil || s.Ask.Countersign == nil {
			return
		}
		c := s.Ask.Countersign
		first, second := b.taskIndex(s.Ask.Task.s), b.taskIndex(c.Task.s)
		if first < 0 || second < 0 {
			return
		}
		b.p.Plan.Tasks[first].Countersign = second
		if !slices.Contains(b.p.Plan.Tasks[second].Exclude, first) {
			b.out.add("people.countersign", c.Task.at, c.Task.s, s.Ask.Task.s)
		}
	})
}

// people returns the indexes of the tasks whose people are named: submitter, or a task and .actor.
func (b *builder) people(list []text) (indexes []int) {
	for _, t := range list {
		if t.s == "submitter" {
			indexes = append(indexes, Submitter)
			continue
		}
		task, ok := strings.CutSuffix(t.s, ".actor")
		if !ok {
			b.out.add("people.actor", t.at, t.s)
			continue
		}
		i, ok := b.tasks[task]
		if !ok {
			b.out.unknown("task", text{t.at, task}, sortedKeys(b.tasks))
			continue
		}
		indexes = append(indexes, i)
	}
	slices.Sort(indexes)
	return indexes
}

// outcomes compiles the outcomes of a task: those of its form, which must be those that lead somewhere.
func (b *builder) outcomes(i int) {
	q, task := &b.p.questions[i], &b.p.Plan.Tasks[i]
	if task.Form < 0 {
		return
	}
	form := b.p.forms[task.Form]
	listed, _ := form.of(q.name.s)
	var leads []string
	for _, t := range q.on {
		leads = append(leads, t.Name.s)
	}
	at := q.name.at
	if q.on == nil {
		leads = countersignOutcomes
	}
	for _, code := range leads {
		if !slices.ContainsFunc(listed.Outcomes, func(o formOutcome) bool { return o.Code.s == code }) {
			b.out.add("shape.outcomes", at, q.name.s, code, " on ")
		}
	}
	for _, o := range listed.Outcomes {
		if !slices.Contains(leads, o.Code.s) {
			b.out.add("shape.outcomes", o.Code.at, q.name.s, o.Code.s, "表单 "+form.name+" ")
			continue
		}
		q.outcomes = append(q.outcomes, b.outcome(form, o))
		task.Outcomes = append(task.Outcomes, o.Code.s)
	}
	slices.SortFunc(q.outcomes, func(x, y outcome) int { return strings.Compare(x.code, y.code) })
	slices.Sort(task.Outcomes)
}

func (b *builder) outcome(form *form, o formOutcome) outcome {
	for _, t := range slices.Concat(o.Required, o.Optional) {
		if _, ok := find(form.fields, t.s); !ok {
			b.out.unknown("field", t, paths(form.fields))
		}
	}
	out := outcome{code: o.Code.s, title: o.Title.s, required: names(o.Required), optional: names(o.Optional)}
	if o.Optional == nil {
		for _, name := range paths(form.fields) {
			if !slices.Contains(out.required, name) {
				out.optional = append(out.optional, name)
			}
		}
	}
	return out
}
