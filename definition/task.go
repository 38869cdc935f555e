package definition

import (
	"slices"

	"tuoyu/nursery"
)

// TaskKind defines a task 待办: who is asked, for what, and how they may answer.
type TaskKind struct {
	Name     string // of the process and the question, as in filing.review; never changed
	Title    string // what has to be done, the title of its tasks unless the workflow writes another
	Short    string // the title in filters, where it is not Title
	Roles    []nursery.Role
	Stage    nursery.Stage // what the case shows meanwhile; empty keeps
	Form     string        // the name of the schema of what is filled in with an answer
	Outcomes []Outcome

	// Confirms names the kind of task whose answer this one countersigns 核签: what follows that answer follows once this
	// one agrees.
	Confirms string
	// Joint reports that others are asked at the same time, and that what follows an answer follows once all have given it.
	Joint bool
}

// Outcome defines an answer to a task 办理结果.
type Outcome struct {
	Code     nursery.Outcome
	Title    string
	Required []string // fields of the form without which it is refused
	Optional []string // fields that may be left out; a field in neither list is refused

	// Alone reports that the required fields are optional where this is the only outcome offered, since the rules have
	// already found their content.
	Alone bool

	Follow []Step        // what the workflow does next, in order
	Ends   nursery.Stage // the stage in which the case then ends; empty when it goes on
	Papers []Paper       // the papers that those steps order, which are shown before the answer is given
}

// Fields returns the fields that the outcome requires and those that it may have, where it is the only one offered or not.
func (o Outcome) Fields(only bool) (required, optional []string) {
	if only && o.Alone {
		return []string{}, slices.Concat(o.Required, o.Optional)
	}
	return append([]string{}, o.Required...), append([]string{}, o.Optional...)
}

// Step is an activity that follows an outcome.
type Step struct {
	Activity string // its pinned name
	Name     string // of the step in the case, which makes a repetition do nothing
	Final    bool   // the office has decided: the applicant can no longer withdraw
	When     string // what must have been found for the step to be taken; empty: always
}

// Outcome returns the outcome of that code; false when the task has none.
func (t TaskKind) Outcome(code nursery.Outcome) (Outcome, bool) {
	i := slices.IndexFunc(t.Outcomes, func(o Outcome) bool { return o.Code == code })
	if i < 0 {
		return Outcome{}, false
	}
	return t.Outcomes[i], true
}

// Codes returns the codes of every outcome, in their order.
func (t TaskKind) Codes() []nursery.Outcome {
	codes := make([]nursery.Outcome, len(t.Outcomes))
	for i, o := range t.Outcomes {
		codes[i] = o.Code
	}
	return codes
}

// Steps returns what follows an outcome: the steps that are always taken, or those taken when found was found.
func (t TaskKind) Steps(code nursery.Outcome, found string) (steps []Step) {
	o, _ := t.Outcome(code)
	for _, step := range o.Follow {
		if step.When == found {
			steps = append(steps, step)
		}
	}
	return steps
}

// Ends returns the stage in which a case ends by an outcome; empty when it goes on.
func (t TaskKind) Ends(code nursery.Outcome) nursery.Stage {
	o, _ := t.Outcome(code)
	return o.Ends
}

// Label returns the title in filters.
func (t TaskKind) Label() string {
	if t.Short != "" {
		return t.Short
	}
	return t.Title
}

// endings are the titles of how any task may end without an answer.
var endings = map[nursery.Outcome]string{nursery.OutcomeWithdrawn: "申请人撤回", nursery.OutcomeSilent: "逾期未答复"}

// OutcomeTitle returns the Chinese title of an outcome of the task, or the code itself when the task has no such outcome.
func (t TaskKind) OutcomeTitle(code nursery.Outcome) string {
	if o, ok := t.Outcome(code); ok {
		return o.Title
	}
	if title, ok := endings[code]; ok {
		return title
	}
	return string(code)
}
