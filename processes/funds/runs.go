package funds

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tuoyu/casework"
	ledger "tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/store"
)

// runMost is how many payments a run has at most.
const runMost = 2000

// runPrefix is the prefix of the numbers of payment runs, which are formed as those of cases.
const runPrefix = "BF"

// The states of a run.
const (
	runDrafted   = "drafted"
	runApproved  = "approved"
	runSettled   = "settled"
	runDiscarded = "discarded"
)

var runTitles = map[string]string{runDrafted: "待核准", runApproved: "银行办理中", runSettled: "已办结", runDiscarded: "已作废"}

// Run is a payment run 拨付批次.
type Run struct {
	Number      string       `json:"number" doc:"批次编号" example:"BF-140403-2026-000001-6"`
	County      string       `json:"county" doc:"县区"`
	CountyName  string       `json:"county_name" doc:"县区名称"`
	State       string       `json:"state" enum:"drafted,approved,settled,discarded" doc:"状态"`
	StateTitle  string       `json:"state_title" doc:"状态名称"`
	Payments    int          `json:"payments" doc:"笔数"`
	Fen         casework.Fen `json:"fen" doc:"金额合计，分"`
	DrawnBy     string       `json:"drawn_by" doc:"拟定人"`
	DrawnAt     time.Time    `json:"drawn_at" doc:"拟定时间"`
	ApprovedBy  string       `json:"approved_by,omitempty" doc:"核准人"`
	ApprovedAt  *time.Time   `json:"approved_at,omitempty" doc:"核准时间"`
	SettledAt   *time.Time   `json:"settled_at,omitempty" doc:"办结时间"`
	DiscardedBy string       `json:"discarded_by,omitempty" doc:"作废人"`
}

func runOf(row store.PaymentRun) Run {
	r := Run{
		Number: row.Number, County: row.County, CountyName: nursery.CountyName(row.County), State: row.State, StateTitle: runTitles[row.State],
		Payments: int(row.Payments), Fen: casework.Fen(row.Fen), DrawnBy: row.DrawnBy, DrawnAt: row.DrawnAt, ApprovedAt: row.ApprovedAt, SettledAt: row.SettledAt,
	}
	if row.ApprovedBy != nil {
		r.ApprovedBy = *row.ApprovedBy
	}
	if row.DiscardedBy != nil {
		r.DiscardedBy = *row.DiscardedBy
	}
	return r
}

// RunDetail is a run with its payments.
type RunDetail struct {
	Run
	Lines      []Payment    `json:"lines" doc:"各笔拨付"`
	Sent       int          `json:"sent" doc:"银行尚未答复的笔数"`
	Paid       int          `json:"paid" doc:"已拨付的笔数"`
	Bounced    int          `json:"bounced" doc:"被退回的笔数"`
	PaidFen    casework.Fen `json:"paid_fen" doc:"已拨付金额，分"`
	BouncedFen casework.Fen `json:"bounced_fen" doc:"被退回金额，分"`
	MayApprove bool         `json:"may_approve" doc:"当前账号可以核准"`
}

// RunFilter narrows the list of runs.
type RunFilter struct {
	County string `query:"county" pattern:"^(1404[0-9]{2})?$" patternDescription:"县区代码" doc:"县区；县区角色可不填"`
	State  string `query:"state" enum:"drafted,approved,settled,discarded" doc:"状态"`
}

// Runs is the list of payment runs, newest first.
var Runs = casework.List[RunFilter, Run]{
	Act: "payment_run.list", Indexes: []string{"payment_runs_page", "payment_runs_all"},
	First: casework.Cursor{At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)},
	Check: func(_ context.Context, _ *casework.Service, _ nursery.Principal, f *RunFilter) error {
		var c casework.Checker
		if f.County != "" {
			c.Division("county", f.County, "")
		}
		if _, ok := runTitles[f.State]; f.State != "" && !ok {
			c.Add("state", "没有这种状态")
		}
		return c.Err()
	},
	Read: func(ctx context.Context, r casework.ListReading[RunFilter]) ([]casework.ListRow[Run], error) {
		rows, err := r.Q.Runs(ctx, store.RunsParams{
			BeforeAt: r.After.At, BeforeNumber: r.After.ID, County: casework.CountyOf(r.Principal, r.Filter.County), State: r.Filter.State, PageSize: r.Limit,
		})
		return casework.ListRows(rows, err, func(row store.PaymentRun) (Run, casework.Cursor) {
			return runOf(row), casework.Cursor{At: row.DrawnAt, ID: row.Number}
		})
	},
	Sheet: casework.Sheet[Run]{Title: "拨付批次", Columns: []casework.Column[Run]{
		{Title: "批次编号", Head: "批次", Value: func(r Run) any { return r.Number }},
		{Title: "县区", Value: func(r Run) any { return r.CountyName }},
		{Title: "笔数", Value: func(r Run) any { return r.Payments }},
		{Title: "金额（元）", Head: "金额", Value: func(r Run) any { return r.Fen }},
		{Title: "状态", Value: func(r Run) any { return r.StateTitle }},
		{Title: "拟定人", Value: func(r Run) any { return r.DrawnBy }},
		{Title: "拟定时间", Value: func(r Run) any { return r.DrawnAt }},
		{Title: "核准人", Value: func(r Run) any { return r.ApprovedBy }},
	}},
}

// Ready is a payment that may be put into a run, or why it may not.
type Ready struct {
	Payment
	Hindrance string `json:"hindrance,omitempty" doc:"不能列入的原因"`
	version   int32  // of the payee's account
}

// ReadyPayments returns the payments of p's county that wait to be paid, the oldest first, at most runMost, and why some cannot be put into a
// run of p. Error: forbidden.
func (s *Service) ReadyPayments(ctx context.Context, p nursery.Principal) ([]Ready, error) {
	if err := s.Authorize(ctx, p, "payment.ready", casework.Resource{}); err != nil {
		return nil, err
	}
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) ([]Ready, error) { return s.ready(ctx, q, p) })
}

func (s *Service) ready(ctx context.Context, q *store.Queries, p nursery.Principal) ([]Ready, error) {
	rows, err := q.PaymentsToRun(ctx, store.PaymentsToRunParams{County: p.County, Most: runMost})
	if err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	tasks, err := payTasks(ctx, q, rows)
	if err != nil {
		return nil, err
	}
	payees := make([]string, len(rows))
	for i, row := range rows {
		payees[i] = row.Institution
	}
	accounts, err := q.PayeeAccounts(ctx, payees)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	versions := map[string]int32{}
	for _, a := range accounts {
		versions[a.Institution] = a.Version
	}
	list := make([]Ready, len(rows))
	for i, row := range rows {
		list[i] = Ready{Payment: paymentOf(row, ""), version: versions[row.Institution]}
		list[i].Hindrance = hindrance(p, tasks[row.CaseNo], list[i].version)
	}
	return list, casework.NameParties(ctx, q, list, func(r *Ready) []casework.Party { return r.parties() })
}

// hindrance returns why p may not put a payment into a run; empty if p may. Who checked a case never pays it.
func hindrance(p nursery.Principal, task store.Task, version int32) string {
	switch {
	case task.ID == "":
		return "办件尚未到拨付环节"
	case slices.Contains(task.Excluded, p.Account):
		return "您审核过本办件，应由其他人员拨付"
	case version == 0:
		return "机构没有填写收款账户"
	}
	return ""
}

// payTasks returns the open tasks by which payments are settled, by the number of the case.
func payTasks(ctx context.Context, q *store.Queries, list []store.Payment) (map[string]store.Task, error) {
	numbers := make([]string, len(list))
	for i, row := range list {
		numbers[i] = row.CaseNo
	}
	tasks, err := q.OpenPayTasks(ctx, numbers)
	if err != nil {
		return nil, fmt.Errorf("read tasks: %w", err)
	}
	byCase := map[string]store.Task{}
	for _, t := range tasks {
		byCase[t.CaseNo] = t
	}
	return byCase, nil
}

// DrawRun is which payments a run is drawn up of.
type DrawRun struct {
	Payments []int64 `json:"payments" minItems:"1" maxItems:"2000" doc:"拨付的编号"`
}

// Draw draws up a run 拟定批次 of payments of p's county that wait. Errors: invalid with why payments cannot be in it, payment_state,
// forbidden.
func (s *Service) Draw(ctx context.Context, p nursery.Principal, key string, in DrawRun) (Run, error) {
	return casework.Command(ctx, s.Service, p, key, "payment_run.draw", in, func(q *store.Queries) (Run, error) {
		if err := s.Authorize(ctx, p, "payment_run.draw", casework.Resource{County: p.County}); err != nil {
			return Run{}, err
		}
		ready, err := s.ready(ctx, q, p)
		if err != nil {
			return Run{}, err
		}
		known := map[int64]Ready{}
		for _, r := range ready {
			known[r.ID] = r
		}
		c, put, fen := casework.Checker{}, store.PutIntoRunParams{County: p.County}, int64(0)
		c.Unique("/payments", "拨付", len(in.Payments), func(i int) string { return fmt.Sprint(in.Payments[i]) })
		for i, id := range in.Payments {
			r, ok := known[id]
			switch {
			case !ok:
				c.Add(fmt.Sprintf("/payments/%d", i), "不在待拨付之列")
			case r.Hindrance != "":
				c.Add(fmt.Sprintf("/payments/%d", i), r.Name+"："+r.Hindrance)
			}
			put.Ids, put.Versions, fen = append(put.Ids, id), append(put.Versions, r.version), fen+int64(r.Fen)
		}
		if len(in.Payments) == 0 {
			c.Add("/payments", "请选择至少一笔")
		}
		if err := c.Err(); err != nil {
			return Run{}, err
		}
		return s.draw(ctx, q, p, put, fen)
	})
}

func (s *Service) draw(ctx context.Context, q *store.Queries, p nursery.Principal, put store.PutIntoRunParams, fen int64) (run Run, err error) {
	now := s.Now()
	err = asEngine(ctx, q, func() error {
		year := nursery.DateOf(now).Year
		last, err := q.TakeNumbers(ctx, store.TakeNumbersParams{Prefix: runPrefix, County: p.County, Year: int32(year), Numbers: 1})
		if err != nil {
			return fmt.Errorf("take number: %w", err)
		}
		number, err := nursery.NewCaseNumber(runPrefix, p.County, year, int(last))
		if err != nil {
			return fmt.Errorf("number of run: %w", err)
		}
		put.Run = string(number)
		err = q.InsertRun(ctx, store.InsertRunParams{Number: put.Run, County: p.County, Payments: int32(len(put.Ids)), Fen: fen, DrawnBy: p.Account, DrawnAt: now})
		if err != nil {
			return fmt.Errorf("write run: %w", err)
		}
		n, err := q.PutIntoRun(ctx, put)
		if err != nil {
			return fmt.Errorf("put payments into run: %w", err)
		}
		if int(n) != len(put.Ids) {
			return ledger.ErrState
		}
		row, err := q.RunByNumber(ctx, put.Run)
		run = runOf(row)
		return err
	})
	return run, err
}

// runFor returns a run that p may do the act to. Errors: not_found, forbidden.
func (s *Service) runFor(ctx context.Context, q *store.Queries, p nursery.Principal, act, number string) (store.PaymentRun, error) {
	row, err := q.RunByNumber(ctx, number)
	if store.IsNotFound(err) {
		return row, casework.NewNotFound()
	}
	if err != nil {
		return row, fmt.Errorf("read run: %w", err)
	}
	return row, s.Authorize(ctx, p, act, casework.Resource{County: row.County})
}

func runState(row store.PaymentRun) error {
	return casework.NewError(casework.CodeRunState, "本批次"+runTitles[row.State]+"，不能这样办理。")
}

// Approve approves a run: the second person, who neither drew it up nor checked one of its cases. The bank has its payments then. Errors:
// not_found, forbidden, run_state, same_person, conflict_of_interest, account_changed, payment_state.
func (s *Service) Approve(ctx context.Context, p nursery.Principal, key, number string) (Run, error) {
	return casework.Command(ctx, s.Service, p, key, "payment_run.approve "+number, nil, func(q *store.Queries) (Run, error) {
		row, err := s.runFor(ctx, q, p, "payment_run.approve", number)
		switch {
		case err != nil:
			return Run{}, err
		case row.State != runDrafted:
			return Run{}, runState(row)
		case row.DrawnBy == p.Account:
			return Run{}, casework.NewError(casework.CodeSamePerson, "本批次由您拟定，应由财政部门的另一人核准。")
		}
		payments, err := s.checkedForApproval(ctx, q, p, number)
		if err != nil {
			return Run{}, err
		}
		now, fen := s.Now(), int64(0)
		for _, payment := range payments {
			fen += payment.Fen
		}
		return runAfter(ctx, q, number, asEngine(ctx, q, func() error {
			n, err := q.ApproveRun(ctx, store.ApproveRunParams{Number: number, Account: p.Account, At: now, Payments: int32(len(payments)), Fen: fen})
			if err != nil {
				return fmt.Errorf("approve run: %w", err)
			}
			if n == 0 {
				return ledger.ErrState
			}
			return ledger.Send(ctx, q, row.County, number, payments, p.Account, now)
		}))
	})
}

func runAfter(ctx context.Context, q *store.Queries, number string, err error) (Run, error) {
	if err != nil {
		return Run{}, err
	}
	row, err := q.RunByNumber(ctx, number)
	return runOf(row), err
}

// checkedForApproval returns the payments of a run, unless p checked one of their cases or an account is not the last one any more.
func (s *Service) checkedForApproval(ctx context.Context, q *store.Queries, p nursery.Principal, number string) ([]store.Payment, error) {
	list, err := q.PaymentsOfRun(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	if len(list) == 0 {
		return nil, casework.NewError(casework.CodeRunState, "本批次已没有待拨付的款项，请作废。")
	}
	tasks, err := payTasks(ctx, q, list)
	if err != nil {
		return nil, err
	}
	payees := make([]string, len(list))
	for i, payment := range list {
		payees[i] = payment.Institution
		if slices.Contains(tasks[payment.CaseNo].Excluded, p.Account) {
			return nil, casework.NewError(casework.CodeConflictOfInterest, "您审核过本批次中的办件，应由其他人员核准。")
		}
	}
	accounts, err := q.PayeeAccounts(ctx, payees)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	last := map[string]int32{}
	for _, a := range accounts {
		last[a.Institution] = a.Version
	}
	for _, payment := range list {
		if payment.Account == nil || *payment.Account != last[payment.Institution] {
			return nil, casework.NewError(casework.CodeAccountChanged, "有机构在拟定以后更正了收款账户，请作废本批次后重新拟定。")
		}
	}
	return list, nil
}

// Discard discards a run that nobody approved; its payments wait again. Errors: not_found, forbidden, run_state.
func (s *Service) Discard(ctx context.Context, p nursery.Principal, key, number string) (Run, error) {
	return casework.Command(ctx, s.Service, p, key, "payment_run.discard "+number, nil, func(q *store.Queries) (Run, error) {
		row, err := s.runFor(ctx, q, p, "payment_run.discard", number)
		if err != nil {
			return Run{}, err
		}
		if row.State != runDrafted {
			return Run{}, runState(row)
		}
		return runAfter(ctx, q, number, asEngine(ctx, q, func() error {
			n, err := q.DiscardRun(ctx, store.DiscardRunParams{Number: number, Account: p.Account, At: s.Now()})
			if err != nil {
				return fmt.Errorf("discard run: %w", err)
			}
			if n == 0 {
				return ledger.ErrState
			}
			return q.EmptyRun(ctx, number)
		}))
	})
}

// PaymentRun returns a run with its payments. Errors: not_found, forbidden.
func (s *Service) PaymentRun(ctx context.Context, p nursery.Principal, number string) (RunDetail, error) {
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (RunDetail, error) {
		row, err := s.runFor(ctx, q, p, "payment_run.read", number)
		if err != nil {
			return RunDetail{}, err
		}
		rows, err := q.PaymentsOfRun(ctx, number)
		if err != nil {
			return RunDetail{}, fmt.Errorf("read payments: %w", err)
		}
		d := RunDetail{Run: runOf(row), Lines: make([]Payment, len(rows))}
		for i, payment := range rows {
			d.Lines[i] = paymentOf(payment, "")
			switch ledger.State(payment.State) {
			case ledger.Sent:
				d.Sent++
			case ledger.Paid:
				d.Paid++
				d.PaidFen += casework.Fen(payment.Fen)
			case ledger.Bounced, ledger.Cancelled: // cancelled: the case asked again, or gave up
				d.Bounced++
				d.BouncedFen += casework.Fen(payment.Fen)
			}
		}
		if row.State == runDrafted && p.Role == nursery.RoleFinance && row.DrawnBy != p.Account {
			tasks, err := payTasks(ctx, q, rows)
			if err != nil {
				return d, err
			}
			d.MayApprove = !slices.ContainsFunc(rows, func(payment store.Payment) bool {
				return slices.Contains(tasks[payment.CaseNo].Excluded, p.Account)
			})
		}
		return d, casework.NameParties(ctx, q, d.Lines, (*Payment).parties)
	})
}
