package steps

import (
	"context"
	"fmt"
	"strings"

	"tuoyu/activities"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/procedures"
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
	in, err := paperInput(ctx, m.Queries(), *m.Case(), *k)
	if err != nil {
		return "", err
	}
	data, err := in.Data(hide)
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

// paperInput returns what papers of a case are written from.
func paperInput(ctx context.Context, q *store.Queries, c store.Case, k Known) (procedures.PaperInput, error) {
	row, err := q.SubjectFacts(ctx, c.Institution)
	if err != nil {
		return procedures.PaperInput{}, fmt.Errorf("read institution: %w", err)
	}
	institution := subject(row)
	institution["address"], institution["phone"], institution["uscc"] = row.Address, row.Phone, row.Uscc
	return procedures.PaperInput{
		Facts: k.Facts, Answers: k.Answers, Rows: k.Rows, Decisions: k.Decisions, Institution: institution,
		Case: c.CaseNo, Subject: c.Subject, County: nursery.AreaName(c.County), Received: c.ReceivedOn,
	}, nil
}
