package cases

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web/ui"
	"tuoyu/workflows"
)

// answering is the form of a task's answer: the fields of each outcome, and the documents that the answer would issue.
type answering struct {
	ui.BoundForm
	Outcome nursery.Outcome
	Offers  []casework.OutcomeOffer
	Key     string
	Next    bool // goes on to the next task
	Issue   *issuing
}

// issuing are the documents that an answer issues, shown before it is submitted.
type issuing struct {
	Notices []casework.Notice
	Confirm string // identifies what the user agrees to by confirming; empty for a preview without confirmation
	Unseen  int    // number of papers of the application not viewed yet
	Warning string // what the answer overlooks, instead of documents
}

// offer returns the offer of the chosen outcome; false if none is chosen.
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

// shown reports whether the chosen outcome, or every outcome, has a field.
func (a answering) shown(field string) bool {
	if o, chosen := a.offer(); chosen {
		return offerAsks(o, field)
	}
	return !slices.ContainsFunc(a.Offers, func(o casework.OutcomeOffer) bool { return !offerAsks(o, field) })
}

func offerAsks(o casework.OutcomeOffer, field string) bool {
	return slices.Contains(o.Required, field) || slices.Contains(o.Optional, field)
}

// needed reports whether the chosen outcome requires a field.
func (a answering) needed(field string) bool {
	o, chosen := a.offer()
	return chosen && slices.Contains(o.Required, field)
}

// outcomesThat lists, separated by spaces, the outcomes that have or require a field, for the script that shows the
// fields.
func (a answering) outcomesThat(field string, need bool) string {
	var all []string
	for _, o := range a.Offers {
		if slices.Contains(o.Required, field) || !need && offerAsks(o, field) {
			all = append(all, string(o.Outcome))
		}
	}
	return strings.Join(all, " ")
}

// field returns f, required if the chosen outcome requires it.
func (a answering) field(f ui.FormSchema) ui.FormSchema {
	f.Required = a.needed(f.Name)
	return f
}

// withFirstRows adds an empty row to each list that the chosen outcome requires.
func (a *answering) withFirstRows() {
	for _, f := range a.Shape.Fields {
		if at := "/" + f.Name; f.Kind == ui.KindList && a.needed(f.Name) && len(ui.Rows(a.Values, at)) == 0 {
			a.Values.Add(at+"/_rows", "0")
		}
	}
}

// answerOf returns the form schema of an outcome: the fields that it requires or allows. Values entered for another
// outcome remain in the form and are not sent. It returns s for an outcome that is not offered.
func answerOf(s ui.FormSchema, offers []casework.OutcomeOffer, outcome nursery.Outcome) ui.FormSchema {
	i := slices.IndexFunc(offers, func(o casework.OutcomeOffer) bool { return o.Outcome == outcome })
	if i < 0 {
		return s
	}
	return s.Only(append(slices.Clone(offers[i].Required), offers[i].Optional...)...)
}

// confirmation identifies the documents that a user is asked to confirm: other documents, or those of another outcome,
// must be confirmed again.
func confirmation(outcome nursery.Outcome, notices []casework.Notice) string {
	h := sha256.New()
	h.Write([]byte(outcome))
	for _, n := range notices {
		h.Write([]byte("\x00" + n.Title))
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// previews reports whether answering a task of the kind issues a document. A record with several signatures is shown to
// all signatories.
func previews(name string) bool {
	kind, _ := workflows.TaskOf(name)
	return workflows.Definitions().Prints(kind) && !kind.Joint
}

// confirms reports whether the documents issued by an answer are confirmed before: those that are issued at once, not
// those that another officer still has to sign.
func confirms(name string) bool {
	kind, _ := workflows.TaskOf(name)
	return previews(name) && !workflows.Definitions().Confirmed(kind)
}

// outcomeTitle returns the title of an outcome of a task.
func outcomeTitle(task string, outcome nursery.Outcome) string {
	kind, _ := workflows.TaskOf(task)
	return kind.OutcomeTitle(outcome)
}

// corrects reports whether a task can return an application with a clerk's own findings.
func corrects(t casework.TaskDetail) bool {
	return slices.ContainsFunc(t.Outcomes, func(o casework.OutcomeOffer) bool { return o.Outcome == nursery.OutcomeCorrect })
}
