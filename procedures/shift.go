package procedures

import (
	"errors"
	"fmt"
	"slices"
)

// Shift is where the parts of an earlier plan are in a later one: lists of indexes of the later plan by those of the earlier one, with None
// for what it does not have. A running case is moved by it; see ShiftFrom.
type Shift struct {
	Stages   []int
	Tasks    []int
	Clocks   []int
	RuleSets []int
	Again    []int `json:",omitempty"` // stages of the earlier plan whose questions are asked again
	Anew     []int `json:",omitempty"` // clocks of the earlier plan that restart when a stage starts them; their days so far stay on record
}

// ErrStays is wrapped by the error of ShiftFrom and of Permits, whose text reports in Chinese why a case is not moved.
var ErrStays = errors.New("办件留在原来的版本")

// ShiftFrom returns how running cases of an earlier revision are moved to p: stages, tasks, clocks and rule sets have the same names, unless
// migrate.yaml names others. A question that is not the same in both is asked again. The error wraps ErrStays if p does not move cases.
func (p *Procedure) ShiftFrom(before *Procedure) (Shift, error) {
	var s Shift
	if p.Live.Running != "forward" && p.Live.Running != "map" {
		return s, fmt.Errorf("%w：新版本写明在办的办件留在旧版", ErrStays)
	}
	if before.Plan.Kind != p.Plan.Kind {
		return s, fmt.Errorf("%w：不是同一个事项", ErrStays)
	}
	old, now := &before.Plan, &p.Plan
	s.Tasks = places(old.Tasks, now.Tasks, func(t Task) string { return t.Name }, nil)
	s.Clocks = places(old.Clocks, now.Clocks, func(c Clock) string { return c.Name }, nil)
	s.RuleSets = places(old.RuleSets, now.RuleSets, func(name string) string { return name }, nil)
	renamed := map[string]string{}
	if p.migrate != nil {
		for _, m := range p.migrate.Stages {
			renamed[m.Name.s] = m.To.s
		}
		for i, c := range old.Clocks {
			if p.migrated(p.migrate.Clocks, c.Name) == "new" {
				s.Anew = append(s.Anew, i)
			}
		}
	}
	s.Stages = places(old.Stages, now.Stages, func(s Stage) string { return s.Name }, renamed)
	for i, stage := range old.Stages {
		if at := now.StageNamed(stage.Name); at >= 0 && s.Stages[i] != at {
			return s, fmt.Errorf("%w：环节代码“%s”在新版本里另作他用", ErrStays, stage.Name) // its steps would be taken for those of the other
		}
		if s.Stages[i] >= 0 && p.asksAgain(before, s, i) {
			s.Again = append(s.Again, i)
		}
	}
	return s, nil
}

// places returns the index in now of each item of old, by its name or the one it was given.
func places[T any](old, now []T, name func(T) string, renamed map[string]string) []int {
	list := make([]int, len(old))
	for i, item := range old {
		want := name(item)
		if other, ok := renamed[want]; ok {
			want = other
		}
		list[i] = slices.IndexFunc(now, func(have T) bool { return name(have) == want })
	}
	return list
}

func (p *Procedure) migrated(list []migrateChoice, name string) string {
	for _, c := range list {
		if c.Name.s == name {
			return c.Do.s
		}
	}
	return ""
}

// asksAgain reports whether what a stage asks is not the same in both plans, or is to be asked again by migrate.yaml.
func (p *Procedure) asksAgain(before *Procedure, s Shift, stage int) bool {
	old, now := &before.Plan.Stages[stage], &p.Plan.Stages[s.Stages[stage]]
	if old.Task < 0 || now.Task < 0 {
		return false
	}
	was, is := old.Task, now.Task
	for was >= 0 && is >= 0 {
		a, b := &before.Plan.Tasks[was], &p.Plan.Tasks[is]
		if p.migrate != nil && p.migrated(p.migrate.Tasks, a.Name) == "again" || !before.sameTask(a, p, b) {
			return true
		}
		was, is = a.Countersign, b.Countersign
	}
	return was >= 0 || is >= 0
}

// sameTask reports whether an open question may stay as it is: its name, role, form, outcomes and people who may not answer are the same.
func (p *Procedure) sameTask(a *Task, other *Procedure, b *Task) bool {
	people := func(of *Procedure, list []int) (names []string) {
		for _, i := range list {
			if i == Submitter {
				names = append(names, "submitter")
			} else {
				names = append(names, of.Plan.Tasks[i].Name)
			}
		}
		return names
	}
	form := func(of *Procedure, i int) Form {
		if i < 0 {
			return Form{}
		}
		return of.Plan.Forms[i]
	}
	return a.Name == b.Name && a.Role == b.Role && slices.Equal(a.Outcomes, b.Outcomes) && form(p, a.Form) == form(other, b.Form) &&
		slices.Equal(people(p, a.Exclude), people(other, b.Exclude)) && slices.Equal(people(p, a.Only), people(other, b.Only))
}

// Permits returns nil if a case in a stage of the earlier plan may be moved, and else why not in Chinese; the error wraps ErrStays.
func (s Shift) Permits(before, after *Procedure, stage int) error {
	title := before.Live.Stages[stage].Title
	old := &before.Plan.Stages[stage]
	switch {
	case old.Verb == VerbTogether || old.Branch != nil:
		return fmt.Errorf("%w：并行办理（“%s”）还没有结束", ErrStays, title)
	case old.Verb == VerbEnd || old.Verb == VerbDecide:
		return fmt.Errorf("%w：在“%s”没有等待办理", ErrStays, title)
	case s.Stages[stage] < 0:
		return fmt.Errorf("%w：新版本没有环节“%s”，migrate.yaml 也没有写它转到哪里", ErrStays, title)
	}
	to := &after.Plan.Stages[s.Stages[stage]]
	switch {
	case to.Verb != old.Verb || to.Branch != nil:
		return fmt.Errorf("%w：“%s”在新版本里的走法不同", ErrStays, title)
	case old.Verb == VerbPay && s.RuleSets[old.RuleSet] != to.RuleSet:
		return fmt.Errorf("%w：新版本按另一个规则集拨付", ErrStays)
	case old.Verb == VerbCollect && slices.ContainsFunc(to.Collect.Rows, func(i int) bool {
		return !slices.ContainsFunc(before.Plan.Rows, func(r RowSet) bool { return r.Name == after.Plan.Rows[i].Name })
	}):
		return fmt.Errorf("%w：“%s”在新版本里收集的内容不同", ErrStays, title)
	}
	return nil
}
