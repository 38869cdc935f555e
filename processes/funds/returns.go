package funds

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tuoyu/casework"
	ledger "tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/store"
)

// The columns of the return file; the bank fills in the last ones of the bank file.
const (
	columnReference = "拨付编号"
	columnAmount    = "金额（元）"
	columnResult    = "办理结果"
	columnReason    = "失败原因"
	columnDay       = "办理日期"
	columnReceipt   = "银行流水号"
)

var returnColumns = []sheets.Column{
	{Name: columnReference, Also: []string{"编号", "业务编号"}, Kind: sheets.Word, Needed: true},
	{Name: columnAmount, Also: []string{"金额", "交易金额"}, Kind: sheets.Word, Needed: true},
	{Name: columnResult, Also: []string{"结果", "交易结果", "状态"}, Kind: sheets.Word, Needed: true},
	{Name: columnReason, Also: []string{"原因", "退票原因", "退回原因"}, Kind: sheets.Text},
	{Name: columnDay, Also: []string{"日期", "交易日期"}, Kind: sheets.Day},
	{Name: columnReceipt, Also: []string{"流水号", "交易流水号"}, Kind: sheets.Word},
}

// The words for what the bank did.
var (
	paidWords    = []string{"成功", "已拨付", "交易成功", "已支付"}
	bouncedWords = []string{"失败", "被退回", "退回", "退票", "交易失败"}
)

// ReturnsImport is the import of what the bank did with a run, row by row, after it was checked. It is about a run.
var ReturnsImport = &casework.ImportKind{
	Name: "bank_returns", Code: casework.CodeReturnFile, Most: runMost, Columns: returnColumns,
	Allow: func(ctx context.Context, s *casework.Service, p nursery.Principal, d *casework.ImportDraft) error {
		return s.DB.As(ctx, p, func(q *store.Queries) error {
			_, err := For(s).runToSettle(ctx, q, p, d.About)
			return err
		})
	},
	Check: func(ctx context.Context, s *casework.Service, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) ([]casework.CheckedRow, error) {
		d.Choices = map[string][]string{columnResult: {paidWords[0], bouncedWords[0]}}
		checked, err := For(s).checkReturns(ctx, q, p, d)
		return checked.rows, err
	},
	Import: func(ctx context.Context, s *casework.Service, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) (casework.Imported, []casework.CheckedRow, error) {
		return For(s).importReturns(ctx, q, p, d)
	},
}

// runToSettle returns a run that the bank has.
func (s *Service) runToSettle(ctx context.Context, q *store.Queries, p nursery.Principal, number string) (store.PaymentRun, error) {
	row, err := s.runFor(ctx, q, p, "payment_run.settle", number)
	if err == nil && row.State != runApproved && row.State != runSettled {
		err = runState(row)
	}
	return row, err
}

// checkedReturns is what importing a return file does.
type checkedReturns struct {
	rows  []casework.CheckedRow
	list  []ledger.Settlement // of the rows that settle a payment
	tasks map[string]store.Task
}

// checkReturns finds out what each row of a return file does.
func (s *Service) checkReturns(ctx context.Context, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) (checkedReturns, error) {
	c := checkedReturns{rows: make([]casework.CheckedRow, len(d.Sheet.Rows))}
	if _, err := s.runToSettle(ctx, q, p, d.About); err != nil {
		return c, err
	}
	payments, err := q.PaymentsOfRun(ctx, d.About)
	if err != nil {
		return c, fmt.Errorf("read payments: %w", err)
	}
	if c.tasks, err = payTasks(ctx, q, payments); err != nil {
		return c, err
	}
	known, seen := map[int64]store.Payment{}, map[int64]bool{}
	for _, payment := range payments {
		known[payment.ID] = payment
	}
	for i, row := range d.Sheet.Rows {
		at := &c.rows[i]
		at.Row, at.State = row.Number, casework.RowSame
		for _, flaw := range row.Flaws {
			at.Fault(flaw.Column, string(flaw.Problem))
		}
		id := paymentOfReference(row.Cell(columnReference))
		payment, ok := known[id]
		switch {
		case !ok:
			at.Fault(columnReference, "不在本批次")
			continue
		case seen[id]:
			at.Fault(columnReference, "文件中重复")
			continue
		case slices.Contains(c.tasks[payment.CaseNo].Excluded, p.Account):
			at.Fault("", "您审核过本办件，应由其他人员登记拨付结果")
		}
		seen[id] = true
		settlement := s.settlementOf(at, row, payment)
		switch {
		case len(at.Faults) > 0:
		case ledger.State(payment.State) == ledger.Sent:
			at.State = casework.RowNew
			c.list = append(c.list, settlement)
		case settlement.Paid != (ledger.State(payment.State) == ledger.Paid):
			at.Fault(columnResult, "与已登记的结果不同："+ledger.State(payment.State).Title())
		}
	}
	return c, nil
}

// settlementOf reads what the bank did with a payment, and adds what is wrong with the row.
func (s *Service) settlementOf(at *casework.CheckedRow, row sheets.Row, payment store.Payment) ledger.Settlement {
	settlement := ledger.Settlement{Payment: payment, On: s.Today(), Receipt: row.Cell(columnReceipt), Reason: row.Cell(columnReason)}
	if fen, ok := fenOf(row.Cell(columnAmount)); !ok {
		at.Fault(columnAmount, "不是金额")
	} else if fen != payment.Fen {
		at.Fault(columnAmount, "与批次中的金额不符")
	}
	switch result := row.Cell(columnResult); {
	case slices.Contains(paidWords, result):
		settlement.Paid, settlement.Reason = true, ""
	case !slices.Contains(bouncedWords, result):
		at.Fault(columnResult, "应为“成功”或“失败”")
	case settlement.Reason == "":
		at.Fault(columnReason, "失败的须有原因")
	}
	if day := row.Cell(columnDay); day != "" {
		on, err := nursery.ParseDate(day)
		if err != nil || on.After(s.Today()) {
			at.Fault(columnDay, "不是日期，或者晚于今天")
		}
		settlement.On = on
	}
	for column, text := range map[string]string{columnReason: settlement.Reason, columnReceipt: settlement.Receipt} {
		if wrong := casework.CheckText("", text, 200); wrong != nil {
			at.Fault(column, wrong.Message)
		}
	}
	return settlement
}

var yuan = regexp.MustCompile(`^([0-9]{1,12})(?:\.([0-9]{1,2}))?$`)

// fenOf reads an amount in yuan, as 1,234.5.
func fenOf(text string) (int64, bool) {
	parts := yuan.FindStringSubmatch(strings.TrimSuffix(strings.ReplaceAll(text, ",", ""), "元"))
	if parts == nil {
		return 0, false
	}
	fen, err := strconv.ParseInt(parts[1]+(parts[2] + "00")[:2], 10, 64)
	return fen, err == nil
}

// importReturns settles the payments of the rows without a fault, and answers the task of each case with what became of it.
func (s *Service) importReturns(ctx context.Context, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) (casework.Imported, []casework.CheckedRow, error) {
	c, err := s.checkReturns(ctx, q, p, d)
	if err != nil {
		return casework.Imported{}, nil, err
	}
	var done casework.Imported
	for _, row := range c.rows {
		done.Count(row.State)
	}
	if len(c.list) == 0 {
		return done, c.rows, nil
	}
	now := s.Now()
	err = asEngine(ctx, q, func() error {
		if err := ledger.Settle(ctx, q, p.County, c.list, p.Account, now); err != nil {
			return err
		}
		return q.EndRun(ctx, store.EndRunParams{Number: d.About, At: now})
	})
	if err != nil {
		return done, nil, err
	}
	return done, c.rows, s.answer(ctx, q, p, c)
}

// answer answers the tasks of the cases whose payments were settled.
func (s *Service) answer(ctx context.Context, q *store.Queries, p nursery.Principal, c checkedReturns) error {
	var rows []store.Outbox
	for _, settlement := range c.list {
		task, ok := c.tasks[settlement.Payment.CaseNo]
		if !ok { // the case went on without it
			continue
		}
		outcome, answer := outcomeBounced, map[string]string{"note": settlement.Reason}
		if settlement.Paid {
			outcome, answer = outcomePaid, map[string]string{"paid_on": settlement.On.String()}
			if settlement.Receipt != "" {
				answer["receipt"] = settlement.Receipt
			}
		}
		raw, err := json.Marshal(answer)
		if err != nil {
			return fmt.Errorf("encode answer: %w", err)
		}
		id := casework.CompletionID(p, "payment/"+strconv.FormatInt(settlement.Payment.ID, 10))
		row, err := s.EnqueueAnswer(ctx, q, p, id, task, casework.Completion{Outcome: outcome, Answer: raw})
		if err != nil {
			return fmt.Errorf("answer task of %s: %w", task.CaseNo, err)
		}
		rows = append(rows, row)
	}
	s.DeliverAllAfter(ctx, q, rows)
	return nil
}

// ReturnsReport is what reading a return file did, or would do.
type ReturnsReport struct {
	Settled int                   `json:"settled" doc:"登记的笔数；核对时为将要登记的笔数"`
	Same    int                   `json:"same" doc:"以前已登记的笔数"`
	Refused int                   `json:"refused" doc:"有问题、没有登记的行数"`
	Rows    []casework.CheckedRow `json:"rows" doc:"各行"`
}

// CheckReturns reads a return file and reports what each row would do; it writes nothing. Errors: not_found, forbidden, run_state,
// return_file.
func (s *Service) CheckReturns(ctx context.Context, p nursery.Principal, number string, file io.Reader) (ReturnsReport, error) {
	d, err := s.readReturns(ctx, p, number, file)
	if err != nil {
		return ReturnsReport{}, err
	}
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (ReturnsReport, error) {
		c, err := s.checkReturns(ctx, q, p, d)
		return reportOf(c.rows), err
	})
}

// TakeReturns reads a return file and settles the payments of its rows without a fault. Errors as CheckReturns.
func (s *Service) TakeReturns(ctx context.Context, p nursery.Principal, key, number string, file io.Reader) (ReturnsReport, error) {
	d, err := s.readReturns(ctx, p, number, file)
	if err != nil {
		return ReturnsReport{}, err
	}
	return casework.Command(ctx, s.Service, p, key, "payment_run.settle "+number, d.Sheet.Rows, func(q *store.Queries) (ReturnsReport, error) {
		_, rows, err := s.importReturns(ctx, q, p, d)
		return reportOf(rows), err
	})
}

func (s *Service) readReturns(ctx context.Context, p nursery.Principal, number string, file io.Reader) (*casework.ImportDraft, error) {
	d := &casework.ImportDraft{About: number}
	if err := ReturnsImport.Allow(ctx, s.Service, p, d); err != nil {
		return nil, err
	}
	read, err := s.ReadImport(ctx, file, casework.CodeReturnFile, runMost, returnColumns)
	d.Sheet = read.Sheet
	return d, err
}

func reportOf(rows []casework.CheckedRow) ReturnsReport {
	r := ReturnsReport{Rows: rows}
	for _, row := range rows {
		switch row.State {
		case casework.RowNew:
			r.Settled++
		case casework.RowFaulty:
			r.Refused++
		default:
			r.Same++
		}
	}
	return r
}

// ReturnsTemplate returns a workbook for the bank's answer, for a bank that does not use the bank file.
func ReturnsTemplate() ([]byte, error) {
	return casework.ImportTemplate("银行返回", returnColumns, map[string]string{
		columnReference: "ZF00000012", columnAmount: "1234.50", columnResult: paidWords[0], columnReason: "", columnDay: "2026-11-02", columnReceipt: "202611020001",
	}, map[string]string{
		columnReference: "与银行文件中的一致", columnAmount: "元，与银行文件中的一致", columnResult: "成功或失败", columnReason: "失败的填写",
		columnDay: "不填为登记当日", columnReceipt: "银行流水号",
	})
}
