package tests

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	ledger "tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/processes/funds"
	"tuoyu/sheets"
	"tuoyu/store"
)

var (
	finance2    = nursery.Principal{Account: "finance-140403-2", Role: nursery.RoleFinance, County: county}
	finance3    = nursery.Principal{Account: "finance-140403-3", Role: nursery.RoleFinance, County: county}
	farFinance  = nursery.Principal{Account: "finance-140404", Role: nursery.RoleFinance, County: "140404"}
	paidInst    = nursery.Principal{Account: "institution-140403-01", Role: nursery.RoleInstitution, County: county, Institution: "inst-140403-01"}
	bankAccount = funds.BankAccount{Holder: "示例托育有限公司", Bank: "示例银行营业部", Number: "6200 0000 1234 5678"}
)

// money is a fixture with a fund, institutions and cases that wait to be paid, as the engine leaves them.
type money struct {
	*fixture
	fund  funds.Fund
	count int
}

func newMoney(t *testing.T, allocated int64) *money {
	t.Helper()
	m := &money{fixture: newFixture(t)}
	m.exec(`INSERT INTO institutions (id, county, name, status, updated_at) SELECT 'inst-140403-' || lpad(n::text, 2, '0'), '140403', '示例托育园' || n, 'filed', now()
		FROM generate_series(1, 40) n`)
	var err error
	m.fund, err = m.CreateFund(t.Context(), cityFinance, "fund", funds.NewFund{
		Source: ledger.Province, Title: "托育服务发展专项资金", Document: "示例〔2026〕1号", DocumentOn: nursery.NewDate(2026, 3, 2), Purposes: []string{"rent_relief"}, Year: 2026, Fen: 10_000_000,
	})
	require.NoError(t, err)
	m.fund, err = m.Allocate(t.Context(), cityFinance, "allocate", m.fund.ID, funds.Moved{County: county, Fen: allocated, Document: "示例〔2026〕2号"})
	require.NoError(t, err)
	return m
}

// asks adds a case of an institution that waits to be paid, with its open task, and returns its payment.
func (m *money) asks(institution int, fen int64, excluded ...string) (caseNo string, payment ledger.Payment) {
	m.t.Helper()
	m.count++
	number, err := nursery.NewCaseNumber("JM", county, 2026, m.count)
	require.NoError(m.t, err)
	caseNo = string(number)
	of := fmt.Sprintf("inst-140403-%02d", institution)
	m.exec(`INSERT INTO cases (case_no, kind, county, institution, about, subject, stage, status, holder, tracking_hash, created_at, updated_at)
		VALUES ($1, 'rent_relief', '140403', $2, $1, '租金减免', 'paying', 'open', 'finance', '\x00', now(), now())`, caseNo, of)
	m.exec(`INSERT INTO decisions (id, case_no, county, institution, rule_set, as_of, revision, result, input, output, duration_us, decided_at)
		VALUES ($1, $2, '140403', $3, 'rent', '2026-11-02', 'test', 'pass', '{}', '{}', 1, now())`, "d-"+caseNo, caseNo, of)
	m.exec(`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, excluded, opened_at)
		VALUES ($1, $2, 'rent_relief.paying', '拨付', '140403', $3, 'finance', '{paid,bounced}', $4, now())`, "t-"+caseNo, caseNo, of, append([]string{}, excluded...))
	require.NoError(m.t, m.db.As(m.t.Context(), nursery.Engine, func(q *store.Queries) (err error) {
		payment, err = ledger.Request(m.t.Context(), q, ledger.Wanted{
			CaseNo: caseNo, Step: "paying/1", County: county, Institution: of, Scheme: "rent_relief", Item: "示例路1号", Period: fmt.Sprint(m.count),
			Purpose: "rent_relief", Fen: fen, Decision: "d-" + caseNo, At: m.Now(),
		})
		return err
	}))
	return caseNo, payment
}

func (m *money) account(institution int) {
	m.t.Helper()
	p := nursery.Principal{Account: fmt.Sprintf("institution-140403-%02d", institution), Role: nursery.RoleInstitution, County: county, Institution: fmt.Sprintf("inst-140403-%02d", institution)}
	_, err := m.PutAccount(m.t.Context(), p, "account "+p.Account, p.Institution, bankAccount)
	require.NoError(m.t, err)
}

func (m *money) reconciled() {
	m.t.Helper()
	require.NoError(m.t, m.db.As(m.t.Context(), nursery.Engine, func(q *store.Queries) error {
		report, err := ledger.Check(m.t.Context(), q)
		require.Empty(m.t, report.Faults)
		return err
	}))
}

// settled pays a payment by a run of its own, unless it bounces for one of the institutions.
func (m *money) settled(p ledger.Payment, bounced ...string) {
	m.t.Helper()
	ctx := m.t.Context()
	run, err := m.Draw(ctx, finance, "draw", funds.DrawRun{Payments: []int64{p.ID}})
	require.NoError(m.t, err)
	_, err = m.Approve(ctx, finance2, "approve", run.Number)
	require.NoError(m.t, err)
	d, err := m.PaymentRun(ctx, finance, run.Number)
	require.NoError(m.t, err)
	_, err = m.TakeReturns(ctx, finance, "returns", run.Number, bytes.NewReader(bankReturns(m.t, d, bounced...)))
	require.NoError(m.t, err)
}

// bankReturns is the bank's answer to a bank file: every payment paid but those of the bounced institutions.
func bankReturns(t *testing.T, run funds.RunDetail, bounced ...string) []byte {
	t.Helper()
	table := sheets.Table{Name: "返回", Head: []string{"拨付编号", "金额（元）", "办理结果", "失败原因", "办理日期", "银行流水号"}}
	for i, line := range run.Lines {
		row := []any{line.Reference, line.Fen.String(), "成功", "", "2026-11-02", fmt.Sprintf("LS%04d", i)}
		if slices.Contains(bounced, line.Institution) {
			row[2], row[3], row[5] = "失败", "账号与户名不符", ""
		}
		table.Rows = append(table.Rows, row)
	}
	raw, err := sheets.Write(table)
	require.NoError(t, err)
	return raw
}

func TestAPaymentRunOfThirtyWithOneThatBounces(t *testing.T) {
	m := newMoney(t, 5_000_000)
	ctx, ids := t.Context(), []int64{}
	for n := 1; n <= 30; n++ {
		m.account(n)
		_, p := m.asks(n, int64(n)*1000_00/10, clerk.Account)
		require.Equal(t, ledger.Committed, p.State)
		ids = append(ids, p.ID)
	}
	run, err := m.Draw(ctx, finance, "draw", funds.DrawRun{Payments: ids})
	require.NoError(t, err)
	require.Equal(t, 30, run.Payments)
	again, err := m.Draw(ctx, finance, "draw", funds.DrawRun{Payments: ids})
	require.NoError(t, err)
	require.Equal(t, run.Number, again.Number, "a repeat of the command")
	_, err = m.Draw(ctx, finance2, "draw too", funds.DrawRun{Payments: ids[:1]})
	refused(t, err, casework.CodeInvalid)

	_, err = m.BankFile(ctx, finance, run.Number, casework.CSV)
	refused(t, err, casework.CodeRunState)
	_, err = m.Approve(ctx, finance, "approve", run.Number)
	refused(t, err, casework.CodeSamePerson)
	run, err = m.Approve(ctx, finance2, "approve", run.Number)
	require.NoError(t, err)
	require.Equal(t, "approved", run.State)

	file, err := m.BankFile(ctx, finance, run.Number, casework.CSV)
	require.NoError(t, err)
	require.Contains(t, string(file.Content), "示例托育有限公司,6200000012345678,示例银行营业部,100.00,租金减免")
	require.Len(t, m.strings(`SELECT about FROM record_reads WHERE subject = 'payee_account' AND reader = 'finance-140403' AND purpose = 'payment'`), 30)

	d, err := m.PaymentRun(ctx, finance, run.Number)
	require.NoError(t, err)
	raw := bankReturns(t, d, "inst-140403-07")
	checked, err := m.CheckReturns(ctx, finance, run.Number, bytes.NewReader(raw))
	require.NoError(t, err)
	require.Equal(t, 30, checked.Settled)
	require.Equal(t, []string{"0"}, m.strings(`SELECT count(*)::text FROM payments WHERE state <> 'sent'`), "a dry run writes nothing")
	taken, err := m.TakeReturns(ctx, finance, "returns", run.Number, bytes.NewReader(raw))
	require.NoError(t, err)
	require.Equal(t, [3]int{30, 0, 0}, [3]int{taken.Settled, taken.Same, taken.Refused})
	taken, err = m.TakeReturns(ctx, finance, "returns again", run.Number, bytes.NewReader(raw))
	require.NoError(t, err)
	require.Equal(t, [3]int{0, 30, 0}, [3]int{taken.Settled, taken.Same, taken.Refused}, "the same file again")

	d, err = m.PaymentRun(ctx, finance, run.Number)
	require.NoError(t, err)
	require.Equal(t, "settled", d.State)
	require.Equal(t, [3]int{0, 29, 1}, [3]int{d.Sent, d.Paid, d.Bounced})
	require.Equal(t, []string{"29 paid", "1 bounced"}, m.strings(`SELECT count(*) || ' ' || (payload ->> 'outcome') FROM outbox GROUP BY payload ->> 'outcome' ORDER BY count(*) DESC`),
		"the task of each case is answered once")
	require.Equal(t, []string{`{"note": "账号与户名不符"}`}, m.strings(`SELECT (payload -> 'answer')::text FROM outbox WHERE payload ->> 'outcome' = 'bounced'`))
	m.reconciled()

	lines, err := m.Statement(ctx, finance, funds.StatementFilter{By: "institution"})
	require.NoError(t, err)
	require.Len(t, lines, 30)
	total := funds.Total(lines)
	require.Equal(t, casework.Fen(46_500_00-700_00), total.Paid)
	require.Equal(t, casework.Fen(700_00), total.Committed)
	fund, err := m.Fund(ctx, finance, m.fund.ID)
	require.NoError(t, err)
	require.Equal(t, total.Paid, fund.Sum.Paid)
	require.Equal(t, total.Committed, fund.Sum.Committed)
}

func TestWhoCheckedNeverPays(t *testing.T) {
	m := newMoney(t, 5_000_000)
	m.account(1)
	_, p := m.asks(1, 100_00, finance.Account)
	_, other := m.asks(1, 100_00, finance3.Account)
	ctx, draw := t.Context(), funds.DrawRun{Payments: []int64{p.ID}}
	_, err := m.Draw(ctx, finance, "draw", draw)
	require.Contains(t, refused(t, err, casework.CodeInvalid).Fields[0].Message, "审核过")
	run, err := m.Draw(ctx, finance2, "draw", funds.DrawRun{Payments: []int64{p.ID, other.ID}})
	require.NoError(t, err)
	_, err = m.Approve(ctx, finance, "approve", run.Number)
	refused(t, err, casework.CodeConflictOfInterest)
	_, err = m.Approve(ctx, finance3, "approve", run.Number)
	refused(t, err, casework.CodeConflictOfInterest)
	fourth := nursery.Principal{Account: "finance-140403-4", Role: nursery.RoleFinance, County: county}
	_, err = m.Approve(ctx, fourth, "approve", run.Number)
	require.NoError(t, err)
	d, err := m.PaymentRun(ctx, finance, run.Number)
	require.NoError(t, err)
	checked, err := m.CheckReturns(ctx, finance, run.Number, bytes.NewReader(bankReturns(t, d)))
	require.NoError(t, err)
	require.Equal(t, [2]int{1, 1}, [2]int{checked.Settled, checked.Refused})
}

func TestAPayTaskIsAnsweredByTheRunOnly(t *testing.T) {
	m := newMoney(t, 5_000_000)
	caseNo, p := m.asks(1, 100_00)
	require.Equal(t, ledger.Committed, p.State)
	for _, outcome := range []nursery.Outcome{"paid", "bounced"} {
		_, err := m.Complete(t.Context(), finance, "complete "+string(outcome), "t-"+caseNo, casework.Completion{Outcome: outcome})
		require.Contains(t, refused(t, err, casework.CodeOutcomeNotOffered).Message, "拨付批次")
	}
}

func TestAPayeeCorrectsTheAccountBeforeTheNextPayment(t *testing.T) {
	m := newMoney(t, 5_000_000)
	m.account(1)
	caseNo, p := m.asks(1, 100_00)
	ctx := t.Context()
	m.settled(p, paidInst.Institution)
	m.exec(`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, opened_at)
		VALUES ($1, $2, 'rent_relief.account', '更正收款账户', '140403', $3, 'institution', '{resubmit}', now())`, "a-"+caseNo, caseNo, paidInst.Institution)
	answer := func(key string) error {
		_, err := m.Complete(ctx, paidInst, key, "a-"+caseNo, casework.Completion{Outcome: "resubmit"})
		return err
	}
	require.Contains(t, refused(t, answer("same"), casework.CodeAccountUncorrected).Message, "账号与户名不符")
	_, err := m.PutAccount(ctx, paidInst, "corrected", paidInst.Institution, funds.BankAccount{Holder: bankAccount.Holder, Bank: bankAccount.Bank, Number: "6200000012345679"})
	require.NoError(t, err)
	var e *casework.Error
	require.False(t, errors.As(answer("corrected"), &e) && e.Code == casework.CodeAccountUncorrected, "what is answered now is a matter of the procedure")
}

func TestWhatCannotBePutIntoARun(t *testing.T) {
	m := newMoney(t, 150_00)
	ctx := t.Context()
	_, withoutAccount := m.asks(2, 100_00)
	m.account(1)
	_, unfunded := m.asks(1, 100_00)
	require.Equal(t, ledger.Unfunded, unfunded.State)
	closedCase, small := m.asks(1, 50_00)
	m.exec(`UPDATE tasks SET state = 'closed' WHERE case_no = $1`, closedCase)
	for id, reason := range map[int64]string{withoutAccount.ID: "收款账户", unfunded.ID: "不在待拨付之列", small.ID: "尚未到拨付环节", 999: "不在待拨付之列"} {
		_, err := m.Draw(ctx, finance, fmt.Sprint("draw ", id), funds.DrawRun{Payments: []int64{id}})
		require.Contains(t, refused(t, err, casework.CodeInvalid).Fields[0].Message, reason)
	}
	_, err := m.Draw(ctx, finance, "none", funds.DrawRun{})
	refused(t, err, casework.CodeInvalid)
}

func TestARunIsDiscardedOrMadeAnewWhenAnAccountChanges(t *testing.T) {
	m := newMoney(t, 5_000_000)
	ctx := t.Context()
	m.account(1)
	_, p := m.asks(1, 100_00)
	run, err := m.Draw(ctx, finance, "draw", funds.DrawRun{Payments: []int64{p.ID}})
	require.NoError(t, err)
	corrected := bankAccount
	corrected.Number = "6200000099999999"
	a, err := m.PutAccount(ctx, paidInst, "corrected", paidInst.Institution, corrected)
	require.NoError(t, err)
	require.Equal(t, 2, a.Version)
	require.Len(t, a.History, 2)
	_, err = m.Approve(ctx, finance2, "approve", run.Number)
	refused(t, err, casework.CodeAccountChanged)
	run, err = m.Discard(ctx, finance2, "discard", run.Number)
	require.NoError(t, err)
	require.Equal(t, "discarded", run.State)
	_, err = m.Approve(ctx, finance2, "approve it", run.Number)
	refused(t, err, casework.CodeRunState)
	run, err = m.Draw(ctx, finance, "draw again", funds.DrawRun{Payments: []int64{p.ID}})
	require.NoError(t, err)
	_, err = m.Approve(ctx, finance2, "approve the second", run.Number)
	require.NoError(t, err)
	_, err = m.Discard(ctx, finance, "too late", run.Number)
	refused(t, err, casework.CodeRunState)
	m.reconciled()
}

func TestFaultsOfAReturnFile(t *testing.T) {
	m := newMoney(t, 5_000_000)
	ctx := t.Context()
	for n := 1; n <= 3; n++ {
		m.account(n)
	}
	_, a := m.asks(1, 1234_50)
	_, b := m.asks(2, 100_00)
	_, other := m.asks(3, 100_00)
	run, err := m.Draw(ctx, finance, "draw", funds.DrawRun{Payments: []int64{a.ID, b.ID}})
	require.NoError(t, err)
	_, err = m.CheckReturns(ctx, finance, run.Number, strings.NewReader("拨付编号,金额,结果\nZF00000001,1,成功\n"))
	refused(t, err, casework.CodeRunState)
	_, err = m.Approve(ctx, finance2, "approve", run.Number)
	require.NoError(t, err)
	ref := func(id int64) string { return fmt.Sprintf("ZF%08d", id) }
	for name, c := range map[string]struct{ row, fault string }{
		"another run":          {ref(other.ID) + ",100,成功,,", "不在本批次"},
		"no reference":         {"12,100,成功,,", "不在本批次"},
		"another amount":       {ref(b.ID) + ",100.01,成功,,", "与批次中的金额不符"},
		"no amount":            {ref(b.ID) + ",一百,成功,,", "不是金额"},
		"an unknown result":    {ref(b.ID) + ",100,处理中,,", "应为"},
		"no reason":            {ref(b.ID) + ",100,失败,,", "须有原因"},
		"a day in the future":  {ref(b.ID) + ",100,成功,,2027-01-01", "晚于今天"},
		"a day that is no day": {ref(b.ID) + ",100,成功,,昨天", "不是日期"},
	} {
		report, err := m.CheckReturns(ctx, finance, run.Number, strings.NewReader("拨付编号,金额,结果,原因,日期\n"+c.row+"\n"))
		require.NoError(t, err, name)
		require.Equal(t, 1, report.Refused, name)
		require.Contains(t, report.Rows[0].Faults[0].Message, c.fault, name)
	}
	twice := "拨付编号,金额,结果\n" + ref(a.ID) + ",\"1,234.50\",成功\n" + ref(a.ID) + ",1234.50,成功\n"
	report, err := m.TakeReturns(ctx, finance, "one", run.Number, strings.NewReader(twice))
	require.NoError(t, err)
	require.Equal(t, [2]int{1, 1}, [2]int{report.Settled, report.Refused})
	report, err = m.CheckReturns(ctx, finance, run.Number, strings.NewReader("拨付编号,金额,结果,原因\n"+ref(a.ID)+",1234.50,失败,退票\n"))
	require.NoError(t, err)
	require.Contains(t, report.Rows[0].Faults[0].Message, "与已登记的结果不同")
	_, err = m.CheckReturns(ctx, finance, run.Number, strings.NewReader("编号,结果\n1,成功\n"))
	refused(t, err, casework.CodeReturnFile)
	_, err = m.CheckReturns(ctx, finance, run.Number, strings.NewReader("拨付编号,金额,结果\n"+strings.Repeat(ref(a.ID)+",1234.50,成功\n", 2001)))
	refused(t, err, casework.CodeReturnFile)
	m.reconciled()
}

func TestMoneyThatCameBackIsConfirmed(t *testing.T) {
	m := newMoney(t, 5_000_000)
	ctx := t.Context()
	m.account(1)
	caseNo, p := m.asks(1, 100_00)
	receive := func(by nursery.Principal, key string, in funds.Receipt) error {
		_, err := m.Receive(ctx, by, key, p.ID, in)
		return err
	}
	on := nursery.NewDate(2026, 11, 2)
	refused(t, receive(finance, "early", funds.Receipt{Fen: 1, On: on, Reference: "R1"}), casework.CodeFundShort)
	m.settled(p)
	m.exec(`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, excluded, due_on, opened_at)
		VALUES ('back', $1, 'rent_relief.returned', '确认退款到账', '140403', 'inst-140403-01', 'finance', '{returned}', '{}', '2026-11-20', now())`, caseNo)
	dues, err := funds.Dues.Page(ctx, m.Service, finance, funds.DueFilter{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, dues.Items, 1)
	require.Equal(t, casework.Fen(100_00), dues.Items[0].Fen)
	_, err = m.Complete(ctx, finance, "complete", "back", casework.Completion{Outcome: "returned"})
	refused(t, err, casework.CodeOutcomeNotOffered)
	require.NoError(t, receive(finance, "part", funds.Receipt{Fen: 40_00, On: on, Reference: "R1"}))
	require.NoError(t, receive(finance, "part", funds.Receipt{Fen: 40_00, On: on, Reference: "R1"}), "a repeat of the command")
	refused(t, receive(finance, "more", funds.Receipt{Fen: 60_01, On: on, Reference: "R2"}), casework.CodeFundShort)
	refused(t, receive(farFinance, "far", funds.Receipt{Fen: 1, On: on, Reference: "R2"}), casework.CodeNotFound)
	refused(t, receive(cityFinance, "city", funds.Receipt{Fen: 1, On: on, Reference: "R2"}), casework.CodeForbidden)
	refused(t, receive(finance, "future", funds.Receipt{Fen: 1, On: on.AddDays(1), Reference: "R2"}), casework.CodeInvalid)
	require.NoError(t, receive(finance, "rest", funds.Receipt{Fen: 60_00, On: on, Reference: "R2", Complete: true}))
	require.Equal(t, []string{"returned"}, m.strings(`SELECT payload ->> 'outcome' FROM outbox WHERE payload ->> 'task' = 'back'`))
	f, err := m.TakeBack(ctx, cityFinance, "restore", m.fund.ID, funds.TakenBack{County: county, Fen: 100_00, Document: "示例〔2026〕3号", From: "reclaimed"})
	require.NoError(t, err)
	require.Equal(t, casework.Fen(5_010_000), f.Sum.Unallocated)
	m.reconciled()
}

func TestFundsAreMovedByTheCity(t *testing.T) {
	m := newMoney(t, 100_00)
	ctx := t.Context()
	for name, c := range map[string]struct {
		by   nursery.Principal
		in   funds.Moved
		code string
	}{
		"a county's finance": {finance, funds.Moved{County: county, Fen: 1, Document: "示例"}, casework.CodeForbidden},
		"the city office":    {city, funds.Moved{County: county, Fen: 1, Document: "示例"}, casework.CodeForbidden},
		"more than there is": {cityFinance, funds.Moved{County: county, Fen: 9_990_001, Document: "示例"}, casework.CodeFundShort},
		"no county":          {cityFinance, funds.Moved{County: "110101", Fen: 1, Document: "示例"}, casework.CodeInvalid},
		"nothing":            {cityFinance, funds.Moved{County: county, Document: "示例"}, casework.CodeInvalid},
		"without a document": {cityFinance, funds.Moved{County: county, Fen: 1}, casework.CodeInvalid},
	} {
		_, err := m.Allocate(ctx, c.by, "allocate "+name, m.fund.ID, c.in)
		refused(t, err, c.code)
	}
	_, err := m.TakeBack(ctx, cityFinance, "too much", m.fund.ID, funds.TakenBack{County: county, Fen: 100_01, Document: "示例", From: "free"})
	refused(t, err, casework.CodeFundShort)
	f, err := m.TakeBack(ctx, cityFinance, "back", m.fund.ID, funds.TakenBack{County: county, Fen: 60_00, Document: "示例", From: "free"})
	require.NoError(t, err)
	require.Equal(t, [2]casework.Fen{40_00, 9_996_000}, [2]casework.Fen{f.Sum.Free, f.Sum.Unallocated})
	far, err := m.Fund(ctx, farFinance, m.fund.ID)
	require.NoError(t, err)
	require.Equal(t, funds.Balances{}, far.Sum, "nothing was allocated to that county")
	m.reconciled()
}
