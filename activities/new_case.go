package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

// NewCase assigns c the next case number of its county under the prefix and stores it. Errors are those of the
// database, including a violation of the index that allows an institution one open case of a kind.
func NewCase(ctx context.Context, q *store.Queries, prefix string, c store.Case, at time.Time) (store.Case, error) {
	numbers, err := takeCaseNumbers(ctx, q, prefix, c.County, 1, at)
	if err != nil {
		return c, err
	}
	c.CaseNo = numbers[0]
	return insertCase(ctx, q, c, at)
}

// takeCaseNumbers takes the next n case numbers of a county under the prefix and returns them in ascending order. Until
// the transaction ends nobody else takes one of them, also if n is 0.
func takeCaseNumbers(ctx context.Context, q *store.Queries, prefix, county string, n int, at time.Time) ([]string, error) {
	year := nursery.DateOf(at).Year
	last, err := q.TakeNumbers(ctx, store.TakeNumbersParams{Prefix: prefix, County: county, Year: int32(year), Numbers: int32(n)})
	if err != nil {
		return nil, err
	}
	numbers := make([]string, n)
	for i := range numbers {
		number, err := nursery.NewCaseNumber(prefix, county, year, int(last)-n+1+i)
		if err != nil {
			return nil, fmt.Errorf("case number: %w", err)
		}
		numbers[i] = string(number)
	}
	return numbers, nil
}

// insertCase stores c, which has its number.
func insertCase(ctx context.Context, q *store.Queries, c store.Case, at time.Time) (store.Case, error) {
	c.CreatedAt, c.UpdatedAt = at, at
	err := q.InsertCase(ctx, store.InsertCaseParams{
		CaseNo: c.CaseNo, Kind: c.Kind, County: c.County, Institution: c.Institution, Partner: c.Partner, About: c.About,
		ParentCase: c.ParentCase, Subject: c.Subject, SiteKind: c.SiteKind, Stage: c.Stage, Status: c.Status, Holder: c.Holder,
		TrackingHash: c.TrackingHash, SubmittedBy: c.SubmittedBy, CreatedAt: at, UpdatedAt: at,
	})
	if err != nil {
		return c, err
	}
	return c, nil
}

// start is the start of a case's workflow, with the JSON fields of workflows.CaseInput.
type start struct {
	CaseNo      string
	County      string
	Institution string
	SiteKind    nursery.SiteKind
	SubmittedBy string
	Version     int
}

// startVersion is the version of the workflow code that cases are started with. It is raised with a change of the workflows
// that cases started from then on make without a marker in their history.
const startVersion = 1

// KeepStart queues the start of a case's workflow in the outbox; the relay delivers it from next on.
func KeepStart(ctx context.Context, q *store.Queries, c store.Case, at, next time.Time) (store.Outbox, error) {
	payload, err := json.Marshal(start{c.CaseNo, c.County, c.Institution, nursery.SiteKind(c.SiteKind), c.SubmittedBy, startVersion})
	if err != nil {
		return store.Outbox{}, fmt.Errorf("encode start: %w", err)
	}
	row := store.Outbox{
		ID: "start/" + c.CaseNo, CaseNo: c.CaseNo, County: c.County, Institution: c.Institution, Kind: "start", Name: c.Kind,
		Payload: payload, CreatedAt: at, NextAt: next,
	}
	return row, q.InsertOutbox(ctx, store.InsertOutboxParams{
		ID: row.ID, CaseNo: row.CaseNo, County: row.County, Institution: row.Institution, Kind: row.Kind, Name: row.Name,
		Payload: payload, CreatedAt: at, NextAt: next,
	})
}
