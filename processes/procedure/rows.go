package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/store"
	interpreter "tuoyu/workflows/procedure"
)

// RowsInput is rows of a set: those with a key that is there replace what is there.
type RowsInput struct {
	Rows []json.RawMessage `json:"rows" minItems:"1" maxItems:"500" doc:"各行，按行集的表单"`
}

// RowsWritten is the result of writing rows.
type RowsWritten struct {
	Set   string `json:"set" doc:"行集"`
	Rows  int    `json:"rows" doc:"收集的行数"`
	Enter bool   `json:"-"`
}

// Row is a row of a case.
type Row struct {
	Set       string          `json:"set" doc:"行集"`
	Key       string          `json:"key" doc:"行的标识"`
	Data      json.RawMessage `json:"data" doc:"内容"`
	EnteredBy string          `json:"entered_by,omitempty" doc:"填报人"`
	UpdatedAt time.Time       `json:"updated_at" doc:"更新时间"`
}

// RowFilter names the case and the set of a list of rows.
type RowFilter struct {
	CaseNo string
	Set    string
}

// Rows is the list of the rows of a case by set and key.
var Rows = casework.List[RowFilter, Row]{
	Indexes: []string{"procedure_rows_of_case"}, Most: 500, Default: 100,
	Check: func(ctx context.Context, s *casework.Service, p nursery.Principal, f *RowFilter) error {
		return s.As(ctx, p, func(q *store.Queries) error {
			c, err := casework.CaseOf(ctx, q.CaseByNumber, f.CaseNo)
			if err != nil {
				return err
			}
			return s.AuthorizeCase(ctx, p, "case.read", c)
		})
	},
	Read: func(ctx context.Context, r casework.ListReading[RowFilter]) ([]casework.ListRow[Row], error) {
		set, key, _ := strings.Cut(r.After.ID, "\x1f")
		rows, err := r.Q.RowsOfCase(ctx, store.RowsOfCaseParams{CaseNo: r.Filter.CaseNo, SetName: r.Filter.Set, AfterSet: set, AfterKey: key, PageSize: r.Limit})
		return casework.ListRows(rows, err, func(row store.ProcedureRow) (Row, casework.Cursor) {
			view := Row{Set: row.SetName, Key: row.Key, Data: row.Data, EnteredBy: row.EnteredBy, UpdatedAt: row.UpdatedAt}
			if r.Principal.Role == nursery.RoleInstitution && row.EnteredBy != r.Principal.Account {
				view.EnteredBy = ""
			}
			return view, casework.Cursor{ID: row.SetName + "\x1f" + row.Key}
		})
	},
}

// collecting is a set of rows that a case collects now.
type collecting struct {
	c        store.Case
	revision *published.Revision
	stage    procedures.Stage
	set      procedures.RowSet
}

// collected returns the set if the case collects it now and p may fill it in. Errors: not_found, forbidden, rows_not_collected.
func (s *Service) collected(ctx context.Context, q *store.Queries, p nursery.Principal, caseNo, set string) (collecting, error) {
	c, err := s.OwnCase(ctx, q, p, "procedure.rows", caseNo)
	if err != nil {
		return collecting{}, err
	}
	r, err := s.RevisionOf(ctx, q, c.CaseNo)
	if err != nil {
		return collecting{}, err
	}
	i := slices.IndexFunc(r.Plan.Rows, func(have procedures.RowSet) bool { return have.Name == set })
	if i < 0 {
		return collecting{}, casework.NewNotFound()
	}
	at := r.Plan.StageNamed(c.Stage)
	if at < 0 || c.Status != string(nursery.CaseOpen) || r.Plan.Stages[at].Collect == nil || !slices.Contains(r.Plan.Stages[at].Collect.Rows, i) {
		return collecting{}, casework.NewError(CodeNotCollecting, "办件现在不收集这些内容。")
	}
	if r.Plan.Stages[at].Collect.Role != p.Role {
		return collecting{}, casework.NewError(casework.CodeForbidden, "这些内容由"+procedures.RoleTitle(r.Plan.Stages[at].Collect.Role)+"填报。")
	}
	return collecting{c, r, r.Plan.Stages[at], r.Plan.Rows[i]}, nil
}

// PutRows writes rows of a set of a case, all or none, and wakes the case. Errors: those of collected, and invalid with every field
// of every row.
func (s *Service) PutRows(ctx context.Context, p nursery.Principal, key, caseNo, set string, in RowsInput) (RowsWritten, error) {
	return casework.Command(ctx, s.Service, p, key, "procedure.rows "+caseNo+" "+set, in, func(q *store.Queries) (RowsWritten, error) {
		to, err := s.collected(ctx, q, p, caseNo, set)
		if err != nil {
			return RowsWritten{}, err
		}
		keys, contents, sealed, err := s.readRows(to, in.Rows)
		if err != nil {
			return RowsWritten{}, err
		}
		err = q.PutRows(ctx, store.PutRowsParams{
			Kind: to.c.Kind, CaseNo: to.c.CaseNo, SetName: set, County: to.c.County, Institution: to.c.Institution, Plan: to.revision.Hash,
			EnteredBy: p.Account, At: s.Now(), Keys: keys, Contents: contents, Sealed: sealed,
		})
		if err != nil {
			return RowsWritten{}, fmt.Errorf("write rows: %w", err)
		}
		return s.wake(ctx, q, to, casework.CompletionID(p, key), false)
	})
}

// readRows checks rows by the form of the set, and returns their keys, their contents and what is sealed of them.
func (s *Service) readRows(to collecting, rows []json.RawMessage) (keys, contents []string, sealed [][]byte, err error) {
	c := casework.Checker{}
	if len(rows) > to.set.Most {
		c.Add("/rows", fmt.Sprintf("一次最多 %d 行", to.set.Most))
		return nil, nil, nil, c.Err()
	}
	form := to.revision.Plan.Forms[to.set.Form].Name
	for i, raw := range rows {
		at := fmt.Sprintf("/rows/%d", i)
		data, err := s.checked(to.revision, form, at, raw)
		if err != nil {
			fields, refused := casework.FieldsOf(err)
			if !refused {
				return nil, nil, nil, err
			}
			c.Fields = append(c.Fields, fields...)
			continue
		}
		key := keyOf(to.set, data)
		if slices.Contains(keys, key) {
			c.Add(at, "与前面的一行重复")
			continue
		}
		content, whole := string(raw), []byte{}
		if to.set.Sealed {
			if content, whole, err = s.seal(to.c.CaseNo, to.set.Name, key, to.revision.Fields(to.set.Form), data); err != nil {
				return nil, nil, nil, err
			}
		}
		keys, contents, sealed = append(keys, key), append(contents, content), append(sealed, whole)
	}
	return keys, contents, sealed, c.Err()
}

// keyOf returns the key of a row: the values of the declared fields.
func keyOf(set procedures.RowSet, data map[string]any) string {
	parts := make([]string, len(set.Key))
	for i, name := range set.Key {
		parts[i] = procedures.KeyText(data[name])
	}
	return strings.Join(parts, "/")
}

// RemoveRow removes a row of a set; its history stays. Errors: those of PutRows.
func (s *Service) RemoveRow(ctx context.Context, p nursery.Principal, key, caseNo, set, row string) (RowsWritten, error) {
	return casework.Command(ctx, s.Service, p, key, "procedure.rows_remove "+caseNo+" "+set, row, func(q *store.Queries) (RowsWritten, error) {
		to, err := s.collected(ctx, q, p, caseNo, set)
		if err != nil {
			return RowsWritten{}, err
		}
		n, err := q.RemoveRows(ctx, store.RemoveRowsParams{CaseNo: to.c.CaseNo, SetName: set, Keys: []string{row}, UpdatedBy: p.Account, UpdatedAt: s.Now()})
		if err != nil {
			return RowsWritten{}, fmt.Errorf("remove row: %w", err)
		}
		if n == 0 {
			return RowsWritten{}, casework.NewNotFound()
		}
		return s.wake(ctx, q, to, casework.CompletionID(p, key), false)
	})
}

// SendRows reports that everything is filled in, so that the case goes on. Errors: those of collected.
func (s *Service) SendRows(ctx context.Context, p nursery.Principal, key, caseNo, set string) (RowsWritten, error) {
	return casework.Command(ctx, s.Service, p, key, "procedure.rows_send "+caseNo, set, func(q *store.Queries) (RowsWritten, error) {
		to, err := s.collected(ctx, q, p, caseNo, set)
		if err != nil {
			return RowsWritten{}, err
		}
		err = s.RecordEvent(ctx, q, to.c, p, "sent/"+casework.CompletionID(p, key), "rows_sent", "报送："+s.setTitle(to), false, nil)
		if err != nil {
			return RowsWritten{}, err
		}
		return s.wake(ctx, q, to, casework.CompletionID(p, key), true)
	})
}

func (s *Service) setTitle(to collecting) string {
	i := slices.IndexFunc(to.revision.Plan.Rows, func(have procedures.RowSet) bool { return have.Name == to.set.Name })
	return to.revision.Live.Rows[i]
}

// wake reports the rows to the workflow of the case, through the outbox.
func (s *Service) wake(ctx context.Context, q *store.Queries, to collecting, id string, sent bool) (RowsWritten, error) {
	var sets []string
	for _, i := range to.stage.Collect.Rows {
		sets = append(sets, to.revision.Plan.Rows[i].Name)
	}
	n, err := q.CountRows(ctx, store.CountRowsParams{CaseNo: to.c.CaseNo, Sets: sets})
	if err != nil {
		return RowsWritten{}, fmt.Errorf("count rows: %w", err)
	}
	total := int(min(n, math.MaxInt32))
	done := RowsWritten{Set: to.set.Name, Rows: total}
	if !sent && to.stage.Collect.Enough == nil {
		return done, nil // nothing waits for the number
	}
	written := interpreter.RowsWritten{Set: to.set.Name, Rows: total, Sent: sent}
	err = q.AsEngine(ctx, func() error {
		return activities.QueueSignal(ctx, q, to.c, "rows/"+id, interpreter.RowsSignal, written, s.Now())
	})
	if err != nil {
		return done, err
	}
	return done, s.SendAfter(ctx, q, "rows/"+id)
}
