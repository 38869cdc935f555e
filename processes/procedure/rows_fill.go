package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/store"
)

// Filling is a set of rows of a case as somebody reads it or fills it in.
type Filling struct {
	CaseNo    string
	CaseTitle string
	Subject   string
	Set       string
	Title     string
	Schema    json.RawMessage // of a row
	Sealed    bool
	Rows      int
	Most      int          // rows in one write
	Collected bool         // the case collects the set now, and the reader fills it in
	Stage     string       // title of the stage that collects
	Due       nursery.Date // the last day of the collection; zero: none
	Enough    int          // rows at which the case goes on; zero: it waits until they are sent
	key       []string
}

// Filling returns a set of rows of a case. Errors: not_found, forbidden.
func (s *Service) Filling(ctx context.Context, p nursery.Principal, caseNo, set string) (Filling, error) {
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (Filling, error) {
		c, r, err := s.readable(ctx, q, p, caseNo)
		if err != nil {
			return Filling{}, err
		}
		i := slices.IndexFunc(r.Plan.Rows, func(have procedures.RowSet) bool { return have.Name == set })
		if i < 0 {
			return Filling{}, casework.NewNotFound()
		}
		of := r.Plan.Rows[i]
		v := Filling{CaseNo: c.CaseNo, CaseTitle: r.Live.Title, Subject: c.Subject, Set: set, Title: r.Live.Rows[i], Sealed: of.Sealed, Most: of.Most, key: of.Key}
		v.Schema, _ = r.FormOf(r.Plan.Forms[of.Form].Name)
		n, err := q.CountRows(ctx, store.CountRowsParams{CaseNo: c.CaseNo, Sets: []string{set}})
		if err != nil {
			return v, fmt.Errorf("count rows: %w", err)
		}
		v.Rows = int(n)
		stage := stageOf(r, c)
		if stage < 0 || c.Status != string(nursery.CaseOpen) || !collects(r.Plan.Stages[stage], i, p.Role) {
			return v, nil
		}
		v.Collected, v.Stage, v.Due = true, r.Live.Stages[stage].Title, c.DueOn
		if enough := r.Plan.Stages[stage].Collect.Enough; enough != nil {
			v.Enough = limitOf(r, *enough)
		}
		return v, nil
	})
}

// limitOf returns a limit as a number; zero for a parameter that is not published.
func limitOf(r *published.Revision, l procedures.Limit) int {
	if l.Param == "" {
		return l.N
	}
	n, ok := r.Parameter(l.Param).Number()
	if !ok {
		return 0
	}
	return int(n)
}

// RowsOf returns a page of the rows of a set, in full for those who fill them in. Errors: those of Filling.
func (s *Service) RowsOf(ctx context.Context, p nursery.Principal, of Filling, page casework.PageRequest) (casework.Page[Row], error) {
	found, err := Rows.Page(ctx, s.Service, p, RowFilter{of.CaseNo, of.Set}, page)
	if err != nil || !of.Sealed || !of.Collected || len(found.Items) == 0 {
		return found, err
	}
	keys := make([]string, len(found.Items))
	for i, row := range found.Items {
		keys[i] = row.Key
	}
	stored, err := casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) ([]store.ProcedureRow, error) {
		return q.RowsByKey(ctx, store.RowsByKeyParams{CaseNo: of.CaseNo, SetName: of.Set, Keys: keys})
	})
	if err != nil {
		return found, fmt.Errorf("read rows: %w", err)
	}
	for _, row := range stored {
		i := slices.Index(keys, row.Key)
		if found.Items[i].Data, err = s.opened(of.CaseNo, of.Set, row.Key, row.Sealed); err != nil {
			return found, err
		}
	}
	return found, nil
}

// AllRows returns the rows of a set, bounded. Errors: those of Filling.
func (s *Service) AllRows(ctx context.Context, p nursery.Principal, of Filling) (list []Row, err error) {
	const most = 20000
	for after := ""; len(list) < most; {
		page, err := s.RowsOf(ctx, p, of, casework.PageRequest{After: after, Limit: 500})
		if err != nil {
			return nil, err
		}
		list = append(list, page.Items...)
		if after = page.Next; after == "" {
			break
		}
	}
	return list, nil
}

// RowsSave is what a page of rows was changed to.
type RowsSave struct {
	Rows   []json.RawMessage `json:"rows"`   // new and changed ones
	Remove []string          `json:"remove"` // keys
	Known  []string          `json:"known"`  // keys of the rows that the page had
}

// SaveRows writes and removes rows of a set, all or none. A row under the key of one that the page did not have is refused, so that
// nothing is replaced unseen. Errors: those of PutRows.
func (s *Service) SaveRows(ctx context.Context, p nursery.Principal, key, caseNo, set string, in RowsSave) (RowsWritten, error) {
	return casework.Command(ctx, s.Service, p, key, "procedure.rows_save "+caseNo+" "+set, in, func(q *store.Queries) (RowsWritten, error) {
		to, err := s.collected(ctx, q, p, caseNo, set)
		if err != nil {
			return RowsWritten{}, err
		}
		var keys []string
		if len(in.Rows) > 0 {
			if keys, err = s.saveRows(ctx, q, p, to, in); err != nil {
				return RowsWritten{}, err
			}
		}
		remove := slices.DeleteFunc(slices.Clone(in.Remove), func(k string) bool { return slices.Contains(keys, k) })
		if len(remove) > 0 {
			_, err := q.RemoveRows(ctx, store.RemoveRowsParams{CaseNo: to.c.CaseNo, SetName: set, Keys: remove, UpdatedBy: p.Account, UpdatedAt: s.Now()})
			if err != nil {
				return RowsWritten{}, fmt.Errorf("remove rows: %w", err)
			}
		}
		return s.wake(ctx, q, to, casework.CompletionID(p, key), false)
	})
}

func (s *Service) saveRows(ctx context.Context, q *store.Queries, p nursery.Principal, to collecting, in RowsSave) ([]string, error) {
	keys, contents, sealed, err := s.readRows(to, in.Rows)
	if err != nil {
		return nil, err
	}
	there, err := q.RowsByKey(ctx, store.RowsByKeyParams{CaseNo: to.c.CaseNo, SetName: to.set.Name, Keys: keys})
	if err != nil {
		return nil, fmt.Errorf("read rows: %w", err)
	}
	c := casework.Checker{}
	for _, row := range there {
		if !slices.Contains(in.Known, row.Key) {
			c.Add(fmt.Sprintf("/rows/%d", slices.Index(keys, row.Key)), "已经填报过，请在原来的一行更改")
		}
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	return keys, s.writeRows(ctx, q, p, to, keys, contents, sealed)
}

func (s *Service) writeRows(ctx context.Context, q *store.Queries, p nursery.Principal, to collecting, keys, contents []string, sealed [][]byte) error {
	err := q.PutRows(ctx, store.PutRowsParams{
		Kind: to.c.Kind, CaseNo: to.c.CaseNo, SetName: to.set.Name, County: to.c.County, Institution: to.c.Institution, Plan: to.revision.Hash,
		EnteredBy: p.Account, At: s.Now(), Keys: keys, Contents: contents, Sealed: sealed,
	})
	if err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}
