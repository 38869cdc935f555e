package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tuoyu/nursery"
	"tuoyu/procedures/published"
	"tuoyu/store"
)

// maxRows is the number of rows of a case that its rules and papers read.
const maxRows = 20000

// Known is what a case of a procedure has, as its rules and papers read it.
type Known struct {
	Facts     map[string]any
	Answers   map[string]any   // by the names of the tasks and of what may be done anytime
	Rows      map[string][]any // by set
	Decisions map[string]nursery.Decision
}

// Know reads what a case has. Rows are read only if the procedure has any.
func Know(ctx context.Context, q *store.Queries, r *published.Revision, c store.Case) (Known, error) {
	k := Known{Facts: map[string]any{}, Answers: map[string]any{}, Rows: map[string][]any{}, Decisions: map[string]nursery.Decision{}}
	application, err := q.LatestApplication(ctx, c.CaseNo)
	if err == nil {
		err = json.Unmarshal(application.Facts, &k.Facts)
	}
	if err != nil {
		return k, fmt.Errorf("read facts: %w", err)
	}
	if err := k.readAnswers(ctx, q, r, c.CaseNo); err != nil {
		return k, err
	}
	decided, err := q.LastDecisions(ctx, c.CaseNo)
	if err != nil {
		return k, fmt.Errorf("read decisions: %w", err)
	}
	for _, row := range decided {
		var d nursery.Decision
		if err := json.Unmarshal(row.Output, &d); err != nil {
			return k, fmt.Errorf("decode decision: %w", err)
		}
		k.Decisions[row.RuleSet] = d
	}
	return k, k.readRows(ctx, q, r, c.CaseNo)
}

func (k *Known) readAnswers(ctx context.Context, q *store.Queries, r *published.Revision, caseNo string) error {
	answers, err := q.AnswersOfCase(ctx, caseNo)
	if err != nil {
		return fmt.Errorf("read answers: %w", err)
	}
	for _, a := range answers {
		var form map[string]any
		if err := json.Unmarshal(a.Answer, &form); err != nil {
			return fmt.Errorf("decode answer to %s: %w", a.Kind, err)
		}
		if len(form) > 0 {
			k.Answers[strings.TrimPrefix(a.Kind, r.Plan.Kind+".")] = form
		}
	}
	interruptions, err := q.InterruptionsOfCase(ctx, caseNo)
	if err != nil {
		return fmt.Errorf("read interruptions: %w", err)
	}
	for _, data := range interruptions {
		var i interruption
		if err := json.Unmarshal(data, &i); err != nil {
			return fmt.Errorf("decode interruption: %w", err)
		}
		if k.Answers[i.Name] == nil && len(i.Form) > 0 {
			k.Answers[i.Name] = i.Form
		}
	}
	return nil
}

// interruption is the timeline's record of what was done anytime.
type interruption struct {
	ID   string         `json:"id,omitempty"` // of the Update that asked for it
	Name string         `json:"name"`
	Form map[string]any `json:"form,omitempty"`
}

func (k *Known) readRows(ctx context.Context, q *store.Queries, r *published.Revision, caseNo string) error {
	if len(r.Plan.Rows) == 0 {
		return nil
	}
	for _, set := range r.Plan.Rows {
		k.Rows[set.Name] = []any{}
	}
	rows, err := q.RowsOfCase(ctx, store.RowsOfCaseParams{CaseNo: caseNo, PageSize: maxRows + 1})
	if err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	if len(rows) > maxRows {
		return stuck("procedure_rows")
	}
	for _, row := range rows {
		var data map[string]any
		if err := json.Unmarshal(row.Data, &data); err != nil {
			return fmt.Errorf("decode row: %w", err)
		}
		k.Rows[row.SetName] = append(k.Rows[row.SetName], data)
	}
	return nil
}
