package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tuoyu/calendar"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// trial is a transaction in which steps are tried and taken back, and the papers they ordered.
type trial struct {
	q      *store.Queries
	papers []documents.Paper
}

var errTried = errors.New("tried, taken back")

// Answer is how a task might be answered.
type Answer struct {
	Task    string
	Outcome nursery.Outcome
	Said    json.RawMessage
	Actor   string
	Role    nursery.Role
	At      time.Time
}

// Foresee gives the papers that answering a task so would order, without number and code. It does the steps that would
// follow, in one transaction that is taken back, so that a paper says the same now and then. An answer that orders nothing
// gives none; one that somebody has to countersign gives what is ordered once they agree.
func Foresee(ctx context.Context, e *Engine, a Answer) ([]documents.Paper, error) {
	t := &trial{}
	trying := *e
	trying.trial = t
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		t.q = q
		task, err := q.TaskForStep(ctx, a.Task)
		if err != nil {
			return fmt.Errorf("read task: %w", err)
		}
		outcome := string(a.Outcome)
		err = q.CloseTask(ctx, store.CloseTaskParams{
			ID: task.ID, State: "closed", Outcome: &outcome, Answer: a.Said, ClosedBy: &a.Actor, ClosedAt: &a.At,
		})
		if err != nil {
			return fmt.Errorf("answer task: %w", err)
		}
		if err := trying.follow(ctx, task, a); err != nil {
			return err
		}
		return errTried
	})
	if err != nil && !errors.Is(err, errTried) {
		return nil, fmt.Errorf("foresee %s: %w", placeInCase(a.Task), err)
	}
	return t.papers, nil
}

// read runs do in a transaction of the engine's; in a preview, in the one that is rolled back.
func (e *Engine) read(ctx context.Context, do func(*store.Queries) error) error {
	if e.trial != nil {
		return do(e.trial.q)
	}
	return e.DB.As(ctx, nursery.Engine, do)
}

// years returns the published years; in a preview, read in its transaction.
func (e *Engine) years(ctx context.Context) (calendar.Years, error) {
	if e.trial != nil {
		return e.Almanac.YearsIn(ctx, e.trial.q)
	}
	return e.Almanac.Years(ctx)
}

// placeInCase names a task in an error.
func placeInCase(id string) string { return id[strings.LastIndex(id, ".")+1:] }

// follow does what the process would do after the answer.
func (e *Engine) follow(ctx context.Context, task store.Task, a Answer) error {
	m := Move{CaseNo: task.CaseNo, At: a.At, Assessed: assessedStep(task), Tasks: []string{task.ID}, Actor: a.Actor, Role: a.Role}
	move := func(name string) Move {
		m.Step = "foreseen-" + name
		return m
	}
	kind, outcome := task.Kind, a.Outcome
	if first, ok := strings.CutSuffix(kind, "_countersign"); ok {
		if outcome != nursery.OutcomeAgree {
			return nil
		}
		found, err := e.trial.q.LastAnswerOfKind(ctx, store.LastAnswerOfKindParams{CaseNo: task.CaseNo, Kind: first})
		if err != nil {
			return fmt.Errorf("read first finding: %w", err)
		}
		kind, outcome, m.Tasks = first, nursery.Outcome(*found.Outcome), []string{found.ID}
	}
	switch kind + " " + string(outcome) {
	case "filing.review accept":
		if err := e.AcceptMaterials(ctx, move("accepted")); err != nil {
			return err
		}
		return e.IssueReceipt(ctx, move("receipt"))
	case "filing.review correct", "filing.registration correct":
		return e.RequestCorrections(ctx, move("corrections"))
	case "filing.site_visit nonconform", "filing.recheck nonconform":
		_, err := e.RecordNonconformity(ctx, move("nonconformity"))
		return err
	case "filing.recheck conform":
		return e.CloseRectified(ctx, move("rectified"))
	case "filing_change.review approve":
		return e.ApproveChange(ctx, move("approved"))
	case "filing_cancel.review approve":
		return e.Cancel(ctx, move("approved"))
	case "inspection.sign sign", "inspection.countersign sign", "inspection.countersign object":
		return e.followVisit(ctx, move("recorded"))
	case "inspection.decide order":
		return e.orderAgain(ctx, move("ordered"))
	case "inspection.decide refer_penalty":
		return e.ReferInspection(ctx, move("referred"))
	}
	return nil
}

// assessedStep is the step whose decision the task shows: a decision is known by case, step and rule set.
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

// TaskGaps returns the gaps the rules found when the task was put, which a notice that answers it tells of.
func TaskGaps(ctx context.Context, q *store.Queries, task store.Task) ([]nursery.Reason, error) {
	made, _, err := readDecisions(ctx, q, task.CaseNo, assessedStep(task))
	return Gaps(made), err
}

// followVisit is what follows a record that everybody signs. What is found again is for a supervisor to decide on.
func (e *Engine) followVisit(ctx context.Context, m Move) error {
	found, err := e.visitAssessed(ctx, Move{CaseNo: m.CaseNo, Step: m.Assessed})
	if err != nil {
		return err
	}
	i, err := e.trial.q.Inspection(ctx, m.CaseNo)
	if err != nil {
		return fmt.Errorf("read inspection: %w", err)
	}
	if err := e.RecordVisit(ctx, m); err != nil {
		return err
	}
	record := e.trial.papers[len(e.trial.papers)-1].Inspection
	record.Signatures = nil // nobody is said to have signed before all have
	for _, party := range []string{"first", "second", "institution"} {
		record.Signatures = append(record.Signatures, documents.SignatureLine{Party: signatureParties[party], Manner: "待签字"})
	}
	m.Step = "foreseen-end"
	switch {
	case found.Days == 0:
		return e.CloseInspection(ctx, m)
	case i.Round == 0:
		return e.OrderCorrection(ctx, CorrectionOrder{Move: m, Days: found.Days})
	}
	return nil
}

func (e *Engine) orderAgain(ctx context.Context, m Move) error {
	found, err := e.visitAssessed(ctx, Move{CaseNo: m.CaseNo, Step: m.Assessed})
	if err != nil {
		return err
	}
	return e.OrderCorrection(ctx, CorrectionOrder{Move: m, Days: found.Days})
}
