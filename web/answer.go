package web

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

// answering is the form of a task's answer: what each outcome asks for, and the papers that the answer would issue.
type answering struct {
	asked
	Outcome nursery.Outcome
	Offers  []casework.OutcomeOffer
	Key     string
	Next    bool // goes on to the next task
	Issue   *issuing
}

// issuing are the papers that an answer issues, shown before it is given.
type issuing struct {
	Notices []casework.Notice
	Confirm string // what the person agrees to by confirming; empty for a preview that is not confirmed from
	Unseen  int    // papers of the application not looked at yet
}

// offer returns the offer of the chosen outcome; of none while several are offered.
func (a answering) offer() (casework.OutcomeOffer, bool) {
	if len(a.Offers) == 1 {
		return a.Offers[0], true
	}
	i := slices.IndexFunc(a.Offers, func(o casework.OutcomeOffer) bool { return o.Outcome == a.Outcome })
	if i < 0 {
		return casework.OutcomeOffer{}, false
	}
	return a.Offers[i], true
}

// title returns the title of the chosen outcome.
func (a answering) title() string {
	o, _ := a.offer()
	return o.Title
}

// shown reports whether the chosen outcome asks for a field, or every outcome does.
func (a answering) shown(field string) bool {
	if o, chosen := a.offer(); chosen {
		return offerAsks(o, field)
	}
	return !slices.ContainsFunc(a.Offers, func(o casework.OutcomeOffer) bool { return !offerAsks(o, field) })
}

func offerAsks(o casework.OutcomeOffer, field string) bool {
	return slices.Contains(o.Required, field) || slices.Contains(o.Optional, field)
}

// needed reports whether the chosen outcome needs a field.
func (a answering) needed(field string) bool {
	o, chosen := a.offer()
	return chosen && slices.Contains(o.Required, field)
}

// outcomesThat lists, by a space, the outcomes that ask for a field or need it, for the script that shows the fields.
func (a answering) outcomesThat(field string, need bool) string {
	var all []string
	for _, o := range a.Offers {
		if slices.Contains(o.Required, field) || !need && offerAsks(o, field) {
			all = append(all, string(o.Outcome))
		}
	}
	return strings.Join(all, " ")
}

// field returns the shape of a field with what the chosen outcome makes of it. A list that is needed begins with a row.
func (a answering) field(f shape) shape {
	f.Required = a.needed(f.Name)
	return f
}

// withFirstRows gives each list that the chosen outcome needs a row to write in.
func (a *answering) withFirstRows() {
	for _, f := range a.Shape.Fields {
		if at := "/" + f.Name; f.Kind == kindList && a.needed(f.Name) && len(rows(a.Values, at)) == 0 {
			a.Values.Add(at+"/_rows", "0")
		}
	}
}

// answerOf returns the shape of what is sent with an outcome: the fields it asks for. What was entered for another outcome
// stays in the form and is not sent.
func answerOf(s shape, offers []casework.OutcomeOffer, outcome nursery.Outcome) shape {
	i := slices.IndexFunc(offers, func(o casework.OutcomeOffer) bool { return o.Outcome == outcome })
	if i < 0 {
		return s
	}
	return s.only(append(slices.Clone(offers[i].Required), offers[i].Optional...)...)
}

// confirmation identifies the papers that a person is asked to confirm: other papers, or those of another outcome, are
// confirmed again.
func confirmation(outcome nursery.Outcome, notices []casework.Notice) string {
	h := sha256.New()
	h.Write([]byte(outcome))
	for _, n := range notices {
		h.Write([]byte("\x00" + n.Title))
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// previews reports whether answering a task of the kind issues a paper. A record that several sign is shown to all of them.
func previews(name string) bool {
	kind, _ := workflows.TaskOf(name)
	return workflows.Definitions().Prints(kind) && !kind.Joint
}

// confirms reports whether the papers an answer issues are confirmed before: those that go out at once, not those that
// another officer still has to sign for.
func confirms(name string) bool {
	kind, _ := workflows.TaskOf(name)
	return previews(name) && !workflows.Definitions().Confirmed(kind)
}

// outcomeTitle returns the title of how a task was or is answered.
func outcomeTitle(task string, outcome nursery.Outcome) string {
	kind, _ := workflows.TaskOf(task)
	return kind.OutcomeTitle(outcome)
}

// corrects reports whether a task may send an application back with findings of the clerk's own.
func corrects(t casework.TaskDetail) bool {
	return slices.ContainsFunc(t.Outcomes, func(o casework.OutcomeOffer) bool { return o.Outcome == nursery.OutcomeCorrect })
}
