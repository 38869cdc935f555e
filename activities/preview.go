package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tuoyu/calendar"
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/store"
)

// trial is the transaction of a preview, which is rolled back, and the documents requested by its steps.
type trial struct {
	q      *store.Queries
	papers []documents.Paper
}

var errPreviewed = errors.New("previewed, rolled back")

// Answer is a possible answer to a task.
type Answer struct {
	Task    string
	Outcome nursery.Outcome
	Said    json.RawMessage
	Actor   string
	Role    nursery.Role
	At      time.Time
}

// Preview returns the documents that an answer to a task would request, without number and code. It runs the steps that
// follow the outcome by the definition of the task, in one transaction that is rolled back, so that the preview equals
// the document issued later. For an answer that has to be countersigned it returns the documents requested after
// agreement.
func Preview(ctx context.Context, e *Engine, a Answer) ([]documents.Paper, error) {
	t := &trial{}
	trying := *e
	trying.trial = t
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		t.q = q
		task, err := q.TaskForStep(ctx, a.Task)
		if err != nil {
			return err
		}
		outcome := string(a.Outcome)
		err = q.CloseTask(ctx, store.CloseTaskParams{
			ID: task.ID, State: "closed", Outcome: &outcome, Answer: a.Said, ClosedBy: &a.Actor, ClosedAt: &a.At,
		})
		if err != nil {
			return err
		}
		if err := trying.follow(ctx, task, a); err != nil {
			return err
		}
		return errPreviewed
	})
	if err != nil && !errors.Is(err, errPreviewed) {
		return nil, fmt.Errorf("preview %s: %w", placeInCase(a.Task), err)
	}
	return t.papers, nil
}

// taskKind returns the definition of a kind of task. An error means that no process of this program asks it.
func (e *Engine) taskKind(name string) (definition.TaskKind, error) {
	kind, ok := e.Processes.Task(name)
	if !ok {
		return kind, fmt.Errorf("no process defines the task %s", name)
	}
	return kind, nil
}

// read runs do in a transaction of the engine; in a preview, in the one that is rolled back.
func (e *Engine) read(ctx context.Context, do func(*store.Queries) error) error {
	if e.trial != nil {
		return do(e.trial.q)
	}
	return e.DB.As(ctx, nursery.Engine, do)
}

// years returns the published years; in a preview, read in its transaction.
func (e *Engine) years(ctx context.Context) (calendar.Years, error) {
	if e.trial != nil {
		return e.CalendarCache.YearsIn(ctx, e.trial.q)
	}
	return e.CalendarCache.Years(ctx)
}

// placeInCase returns the part of a task's ID after the case number, for errors.
func placeInCase(id string) string { return id[strings.LastIndex(id, ".")+1:] }

// follow runs the steps that follow the answer, if they request documents.
func (e *Engine) follow(ctx context.Context, task store.Task, a Answer) error {
	kind, err := e.taskKind(task.Kind)
	if err != nil {
		return err
	}
	outcome, m := a.Outcome, Move{CaseNo: task.CaseNo, At: a.At, Assessed: assessedStep(task), Tasks: []string{task.ID}, Actor: a.Actor, Role: a.Role}
	if kind.Confirms != "" {
		if outcome != nursery.OutcomeAgree {
			return nil
		}
		found, err := e.trial.q.LastAnswerOfKind(ctx, store.LastAnswerOfKindParams{CaseNo: task.CaseNo, Kind: kind.Confirms})
		if err != nil {
			return err
		}
		if kind, err = e.taskKind(kind.Confirms); err != nil {
			return err
		}
		outcome, m.Tasks = nursery.Outcome(*found.Outcome), []string{found.ID}
	}
	if e.Interpreted != nil && e.isInterpreted(task) {
		return e.Interpreted(ctx, e, task, a)
	}
	if o, defined := kind.Outcome(outcome); !defined {
		return fmt.Errorf("%s has no outcome %s", kind.Name, outcome)
	} else if len(o.Papers) == 0 {
		return nil
	}
	found, err := e.take(ctx, m, kind.Steps(outcome, ""))
	if err == nil && found != "" {
		_, err = e.take(ctx, m, kind.Steps(outcome, found))
	}
	return err
}

// isInterpreted reports whether the task is of a procedure: its answers lead to stages, and no step of the program follows them.
func (e *Engine) isInterpreted(task store.Task) bool {
	p, known := e.Processes.ProcessOfTask(task.Kind)
	return known && p.Workflow == procedures.Workflow
}

// take runs steps and returns the condition found by the last of them, on which later steps depend.
func (e *Engine) take(ctx context.Context, m Move, steps []definition.Step) (found string, err error) {
	for _, step := range steps {
		m.Step = "preview-" + step.Name
		if found, err = e.previewStep(ctx, step.Activity, m); err != nil {
			return found, err
		}
	}
	return found, nil
}

// previewStep runs an activity as a step of a preview.
func (e *Engine) previewStep(ctx context.Context, name string, m Move) (found string, err error) {
	run := e.previewed(name)
	if run == nil {
		return "", fmt.Errorf("no activity %s that a preview can run", name)
	}
	return run(ctx, m)
}

// Previews reports whether a preview can run the activity of that name.
func Previews(name string) bool { return (*Engine)(nil).previewed(name) != nil }

// previewed returns an activity as a step of a preview, which needs only the move and returns the condition it found;
// nil if it needs more.
func (e *Engine) previewed(name string) func(context.Context, Move) (string, error) {
	if name == "RecordVisit" {
		return e.previewRecord
	}
	i := slices.IndexFunc(Names(e), func(a Named) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	switch run := Names(e)[i].Run.(type) {
	case func(context.Context, Move) error:
		return func(ctx context.Context, m Move) (string, error) { return "", run(ctx, m) }
	case func(context.Context, Move) (Rectification, error):
		return func(ctx context.Context, m Move) (string, error) {
			_, err := run(ctx, m)
			return "", err
		}
	case func(context.Context, CorrectionOrder) error:
		return func(ctx context.Context, m Move) (string, error) {
			visit, err := e.visitAssessed(ctx, Move{CaseNo: m.CaseNo, Step: m.Assessed})
			if err != nil {
				return "", err
			}
			return "", run(ctx, CorrectionOrder{Move: m, Days: visit.Days})
		}
	}
	return nil
}

// previewRecord records the visit as if all parties had signed, with the signatures left open, and returns the
// condition it found.
func (e *Engine) previewRecord(ctx context.Context, m Move) (string, error) {
	visit, err := e.visitAssessed(ctx, Move{CaseNo: m.CaseNo, Step: m.Assessed})
	if err != nil {
		return "", err
	}
	i, err := e.trial.q.Inspection(ctx, m.CaseNo)
	if err != nil {
		return "", err
	}
	if err := e.RecordVisit(ctx, m); err != nil {
		return "", err
	}
	record := &e.trial.papers[len(e.trial.papers)-1].Content.(*InspectionRecordContent).Inspection
	record.Signatures = nil // no signature is shown before all parties have signed
	for _, party := range []string{"first", "second", "institution"} {
		record.Signatures = append(record.Signatures, SignatureLine{Party: signatureParties[party], Manner: "待签字"})
	}
	return visit.Then(int(i.Round)), nil
}

// assessedStep returns the step of the decision shown with the task: a decision is identified by case, step and rule
// set.
func assessedStep(task store.Task) string {
	if task.Decision == nil {
		return ""
	}
	step := strings.TrimPrefix(*task.Decision, task.CaseNo+"/")
	if i := strings.LastIndex(step, "/"); i >= 0 {
		step = step[:i]
	}
	return step
}

// TaskGaps returns the gaps found by the rules when the task was opened, which a notice that follows from its answer
// lists.
func TaskGaps(ctx context.Context, q *store.Queries, task store.Task) ([]nursery.Reason, error) {
	made, _, err := readDecisions(ctx, q, task.CaseNo, assessedStep(task))
	return Gaps(made), err
}
