package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tuoyu/activities"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/procedures/published"
	"tuoyu/store"
)

// paper issues a paper of the plan.
func (m *mover) paper(ctx context.Context, index int) error {
	body, err := m.write(ctx, index, nil)
	if err != nil {
		return err
	}
	return m.issue(ctx, index, body)
}

// write returns the body of a paper. Fields that are hidden are missing for its template.
func (m *mover) write(ctx context.Context, index int, hide []string) (string, error) {
	k, err := m.known(ctx)
	if err != nil {
		return "", err
	}
	data, err := paperData(ctx, m.Queries(), *m.Case(), *k, hide)
	if err != nil {
		return "", err
	}
	body, err := m.revision.Write(index, data)
	if err != nil {
		return "", stuckOn(err)
	}
	return body, nil
}

func (m *mover) issue(ctx context.Context, index int, body string) error {
	content := &published.PaperContent{Body: body, Template: m.revision.Plan.Papers[index].Hash, Marked: strings.Contains(body, documents.UnverifiedMark)}
	content.Printed = documents.Facts{}.Text("事项", m.revision.Live.Title)
	if err := m.RequestPaper(ctx, m.revision.Paper(index), content); err != nil || m.Trial() {
		return err
	}
	c := m.Case()
	err := m.Queries().QueuePrinting(ctx, store.QueuePrintingParams{
		ID: "print/" + c.CaseNo + "/" + m.in.Step, CaseNo: c.CaseNo, County: c.County, Institution: c.Institution, Name: activities.PrintRequest, At: m.At(),
	})
	if err != nil {
		return fmt.Errorf("queue printing: %w", err)
	}
	return nil
}

// paperData returns what templates read, as JSON is decoded: facts, answers, rows, the decisions by rule set and the gaps of all
// of them, the institution, the county and the case.
func paperData(ctx context.Context, q *store.Queries, c store.Case, k Known, hide []string) (map[string]any, error) {
	row, err := q.SubjectFacts(ctx, c.Institution)
	if err != nil {
		return nil, fmt.Errorf("read institution: %w", err)
	}
	decisions := map[string]any{"gaps": k.gaps()}
	for name, d := range k.Decisions {
		nested(decisions, name, d)
	}
	institution := subject(row)
	institution["address"], institution["phone"], institution["uscc"] = row.Address, row.Phone, row.Uscc
	raw, err := json.Marshal(map[string]any{
		"facts": k.Facts, "answers": k.Answers, "rows": k.Rows, "decisions": decisions, "institution": institution, "subject": c.Subject,
		"county": nursery.CountyName(c.County), "case": c.CaseNo, "received_on": c.ReceivedOn.String(),
	})
	if err != nil {
		return nil, fmt.Errorf("encode paper data: %w", err)
	}
	var data map[string]any
	if err := json.Unmarshal(raw, &data); err != nil {
		return nil, fmt.Errorf("decode paper data: %w", err)
	}
	for _, path := range hide {
		if own, ok := strings.CutPrefix(path, "applicant."); ok {
			path = "institution." + own
		} else if !strings.HasPrefix(path, "facts.") {
			path = "facts." + path
		}
		drop(data, strings.Split(path, "."))
	}
	return data, nil
}

// nested puts a value under a name with dots, so that a template reads it as .decisions.rent.amount.
func nested(into map[string]any, name string, value any) {
	first, rest, more := strings.Cut(name, ".")
	if !more {
		into[first] = value
		return
	}
	inner, ok := into[first].(map[string]any)
	if !ok {
		inner = map[string]any{}
		into[first] = inner
	}
	nested(inner, rest, value)
}

// drop removes what is at a path.
func drop(from map[string]any, path []string) {
	if len(path) == 1 {
		delete(from, path[0])
		return
	}
	if inner, ok := from[path[0]].(map[string]any); ok {
		drop(inner, path[1:])
	}
}
