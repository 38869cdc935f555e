package insurance

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/store"
)

// The columns for the insurer's answers; the first is already part of the batch's workbook.
const (
	columnRef    = "明细编号"
	columnPolicy = "保单号"
	columnReason = "未承保原因"
)

var answerColumns = []sheets.Column{
	{Name: columnRef, Kind: sheets.Word, Needed: true}, {Name: columnPolicy, Also: []string{"保单号码", "保单编号"}, Kind: sheets.Number, Needed: true},
	{Name: columnReason, Also: []string{"不予承保原因", "拒保原因"}, Kind: sheets.Word, Needed: true},
}

// AnswersImport is the import of an insurer's answers, from the workbook of a batch or a file with the same columns, after it was
// checked. It is about a batch. Lines without an answer are left out.
var AnswersImport = &casework.ImportKind{
	Name: answersKind, Code: casework.CodeRosterFile, Most: sheets.MaxRows, Columns: answerColumns,
	Allow: func(ctx context.Context, s *casework.Service, p nursery.Principal, d *casework.ImportDraft) error {
		return s.DB.As(ctx, p, func(q *store.Queries) error {
			_, _, err := For(s).openSend(ctx, q, p, d.About)
			return err
		})
	},
	Check: func(ctx context.Context, s *casework.Service, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) ([]casework.CheckedRow, error) {
		d.Choices = map[string][]string{}
		for _, reason := range nursery.InsurerReasons() {
			d.Choices[columnReason] = append(d.Choices[columnReason], reason.Title())
		}
		d.Sheet.Keep(func(r sheets.Row) bool {
			return r.Cell(columnPolicy) != "" || r.Cell(columnReason) != "" || len(r.Flaws) > 0
		})
		if len(d.Sheet.Rows) == 0 {
			return nil, casework.NewError(casework.CodeRosterFile, "没有填写答复的行。", casework.FieldError{Location: "file", Message: "没有填写答复的行"})
		}
		checked, _, err := For(s).checkAnswers(ctx, q, p, d)
		return checked, err
	},
	Import: func(ctx context.Context, s *casework.Service, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) (casework.Imported, []casework.CheckedRow, error) {
		return For(s).importAnswers(ctx, q, p, d)
	},
}

// openSend returns the case and the number of a batch that p answers now. Errors: not_found, forbidden, insurance_closed,
// engine_unavailable.
func (s *Service) openSend(ctx context.Context, q *store.Queries, p nursery.Principal, about string) (store.Case, int, error) {
	caseNo, number, _ := strings.Cut(about, "/")
	send, err := strconv.Atoi(number)
	if err != nil {
		return store.Case{}, 0, casework.NewNotFound()
	}
	c, err := s.sentBatch(ctx, q, p, "insurance.answer", caseNo, send)
	if err == nil {
		err = monthOpen(c)
	}
	if err == nil && s.Fields == nil {
		err = casework.NewError(casework.CodeEngineUnavailable, "系统没有配置密钥，不能接收保单号。")
	}
	return c, send, err
}

// checkAnswers finds out what importing each row does, and returns the answers to write.
func (s *Service) checkAnswers(ctx context.Context, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) ([]casework.CheckedRow, store.AnswerLinesParams, error) {
	c, send, err := s.openSend(ctx, q, p, d.About)
	if err != nil {
		return nil, store.AnswerLinesParams{}, err
	}
	checked, in, at := make([]casework.CheckedRow, len(d.Sheet.Rows)), InsuranceAnswers{Send: send}, []int{}
	for i, row := range d.Sheet.Rows {
		checked[i].Row, checked[i].State = row.Number, casework.RowSame
		for _, flaw := range row.Flaws {
			checked[i].Fault(flaw.Column, string(flaw.Problem))
		}
		line := nursery.InsuranceAnswer{Ref: row.Cell(columnRef), Policy: row.Cell(columnPolicy)}
		if said := row.Cell(columnReason); said != "" {
			if line.Reason, err = insurerReason(said); err != nil {
				checked[i].Fault(columnReason, "不在可选值之内")
			}
		}
		if len(checked[i].Faults) == 0 {
			in.Lines, at = append(in.Lines, line), append(at, i)
		}
	}
	if err := q.Plan(ctx, store.PlanForRows); err != nil {
		return nil, store.AnswerLinesParams{}, err
	}
	done := InsuranceAnswered{}
	write, err := s.readAnswers(ctx, q, p, c, in, &done)
	for _, f := range done.Faults {
		checked[at[f.Row-1]].Fault(f.Column, f.Message)
	}
	taken := map[string]bool{}
	for _, child := range write.Children {
		taken[child] = true
	}
	for n, line := range in.Lines {
		if row := &checked[at[n]]; row.State == casework.RowSame && taken[line.Ref] {
			row.State = casework.RowNew
		}
	}
	return checked, write, err
}

// importAnswers writes the answers of the rows without a fault.
func (s *Service) importAnswers(ctx context.Context, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) (casework.Imported, []casework.CheckedRow, error) {
	c, send, err := s.openSend(ctx, q, p, d.About)
	if err != nil {
		return casework.Imported{}, nil, err
	}
	if _, err := q.LockInsuranceSend(ctx, store.LockInsuranceSendParams{CaseNo: c.CaseNo, Number: int32(send)}); err != nil {
		return casework.Imported{}, nil, fmt.Errorf("lock batch: %w", err)
	}
	checked, write, err := s.checkAnswers(ctx, q, p, d)
	if err != nil {
		return casework.Imported{}, nil, err
	}
	var done casework.Imported
	noted := store.NoteImportedAnswersParams{}
	for i, row := range checked {
		if done.Count(row.State); row.State == casework.RowNew {
			noted.Children, noted.Lines = append(noted.Children, d.Sheet.Rows[i].Cell(columnRef)), append(noted.Lines, int32(row.Row))
		}
	}
	if done.Added == 0 {
		return done, checked, nil
	}
	if _, err := q.AnswerLines(ctx, write); err != nil {
		return done, checked, err
	}
	if _, err := q.CountAnswers(ctx, store.CountAnswersParams{CaseNo: c.CaseNo, Number: int32(send), Taken: int32(done.Added)}); err != nil {
		return done, checked, err
	}
	err = q.AsEngine(ctx, func() (err error) {
		done.Import, err = q.InsertImport(ctx, store.InsertImportParams{
			Kind: answersKind, About: d.About, County: p.County, Institution: p.Institution, Added: int32(done.Added), Same: int32(done.Same),
			Refused: int32(done.Refused), ImportedBy: p.Account, ImportedAt: s.Now(),
		})
		noted.Import = done.Import
		return errors.Join(err, q.NoteImportedAnswers(ctx, noted))
	})
	return done, checked, err
}

// LastAnswers returns how many answers of p's last import today into a batch can be taken back: none once every line of the batch is
// answered and the case went on.
func (s *Service) LastAnswers(ctx context.Context, p nursery.Principal, caseNo string, send int) (int, error) {
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (int, error) {
		past, err := s.lastAnswers(ctx, q, p, caseNo, send)
		return int(past.Added - past.Undone), err
	})
}

// lastAnswers returns the last import of answers into a batch that can be undone; none has no identifier.
func (s *Service) lastAnswers(ctx context.Context, q *store.Queries, p nursery.Principal, caseNo string, send int) (store.Import, error) {
	batch, err := q.InsuranceSend(ctx, store.InsuranceSendParams{CaseNo: caseNo, Number: int32(send)})
	if err != nil || batch.State != "sent" {
		return store.Import{}, err
	}
	list, err := q.ImportsSince(ctx, store.ImportsSinceParams{
		Institution: p.Institution, Kind: answersKind, About: fmt.Sprintf("%s/%d", caseNo, send), Since: s.Today().In(nursery.Shanghai),
	})
	for _, past := range list {
		if past.Undone < past.Added {
			return past, err
		}
	}
	return store.Import{}, err
}

// UndoAnswers takes back the answers of p's last import today into a batch, until the batch is answered as a whole and the case went
// on. Errors: not_found, forbidden, insurance_closed, import_final.
func (s *Service) UndoAnswers(ctx context.Context, p nursery.Principal, key, caseNo string, send int) (int, error) {
	return casework.Command(ctx, s.Service, p, key, fmt.Sprintf("insurance.answer undo %s/%d", caseNo, send), nil, func(q *store.Queries) (int, error) {
		c, _, err := s.openSend(ctx, q, p, fmt.Sprintf("%s/%d", caseNo, send))
		if err != nil {
			return 0, err
		}
		if _, err := q.LockInsuranceSend(ctx, store.LockInsuranceSendParams{CaseNo: c.CaseNo, Number: int32(send)}); err != nil {
			return 0, fmt.Errorf("lock batch: %w", err)
		}
		past, err := s.lastAnswers(ctx, q, p, c.CaseNo, send)
		if err != nil {
			return 0, fmt.Errorf("read import: %w", err)
		}
		if past.ID == 0 {
			return 0, casework.NewError(casework.CodeImportFinal, "没有可以撤销的答复：只能在当日、本批全部答复办结以前撤销。")
		}
		by, at := p.Account, s.Now()
		var n int64
		err = q.AsEngine(ctx, func() error {
			if n, err = q.DropImportedAnswers(ctx, store.DropImportedAnswersParams{Import: past.ID, CaseNo: c.CaseNo, Send: int32(send)}); err != nil {
				return err
			}
			if _, err := q.CountAnswers(ctx, store.CountAnswersParams{CaseNo: c.CaseNo, Number: int32(send), Taken: int32(-n)}); err != nil {
				return err
			}
			return q.UndoneImport(ctx, store.UndoneImportParams{ID: past.ID, Undone: past.Added, UndoneBy: &by, UndoneAt: &at})
		})
		return int(n), err
	})
}

// insurerReason parses a reason by its name or its code.
func insurerReason(said string) (nursery.InsurerReason, error) {
	for _, r := range nursery.InsurerReasons() {
		if said == r.Title() || said == string(r) {
			return r, nil
		}
	}
	return "", errors.New("no such reason")
}

// AnswersTemplate returns a workbook for answers, for an insurer that does not use that of the batch.
func AnswersTemplate() ([]byte, error) {
	return casework.ImportTemplate("投保答复", answerColumns, map[string]string{columnRef: "", columnPolicy: "P2026000001", columnReason: ""}, map[string]string{
		columnRef: "与投保明细中的编号一致", columnPolicy: "承保的填写", columnReason: "未承保的填写：身份信息不符、已在他处投保、年龄不符、信息不全、其他",
	})
}
