package funds

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tuoyu/casework"
	ledger "tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Due is money that is to come back 待追回.
type Due struct {
	Task        string       `json:"task" doc:"待办编号"`
	Payment     int64        `json:"payment" doc:"拨付编号"`
	CaseNo      string       `json:"case_no" doc:"办件编号"`
	County      string       `json:"county" doc:"县区"`
	CountyName  string       `json:"county_name" doc:"县区名称"`
	Institution string       `json:"institution" doc:"机构编号"`
	Name        string       `json:"institution_name" doc:"机构名称"`
	Title       string       `json:"title" doc:"待办"`
	DueOn       nursery.Date `json:"due_on,omitzero" doc:"期限"`
	Overdue     bool         `json:"overdue" doc:"已逾期"`
	Fen         casework.Fen `json:"fen" doc:"已拨付未追回，分"`
	Reclaimed   casework.Fen `json:"reclaimed" doc:"已追回，分"`
}

func (d *Due) parties() []casework.Party { return []casework.Party{{ID: d.Institution, Name: &d.Name}} }

// DueFilter narrows the list of money that is to come back.
type DueFilter struct {
	County string `query:"county" pattern:"^(1404[0-9]{2})?$" patternDescription:"县区代码" doc:"县区；县区角色可不填"`
}

// Dues is the list of money that is to come back, nearest due first.
var Dues = casework.List[DueFilter, Due]{
	Act: "payment_run.list", Indexes: []string{"tasks_inbox", "tasks_of_role"},
	First: casework.Cursor{On: nursery.NewDate(1, 1, 1)},
	Check: func(_ context.Context, _ *casework.Service, _ nursery.Principal, f *DueFilter) error {
		var c casework.Checker
		if f.County != "" {
			c.Division("county", f.County, "")
		}
		return c.Err()
	},
	Read: func(ctx context.Context, r casework.ListReading[DueFilter]) ([]casework.ListRow[Due], error) {
		rows, err := r.Q.MoneyToComeBack(ctx, store.MoneyToComeBackParams{
			County: casework.CountyOf(r.Principal, r.Filter.County), AfterOn: r.After.On, AfterID: r.After.ID, PageSize: r.Limit,
		})
		return casework.ListRows(rows, err, func(row store.MoneyToComeBackRow) (Due, casework.Cursor) {
			return Due{
				Task: row.ID, Payment: row.Payment, CaseNo: row.CaseNo, County: row.County, CountyName: nursery.CountyName(row.County), Institution: row.Institution,
				Title: row.Title, DueOn: row.DueOn, Overdue: row.OverdueAt != nil, Fen: casework.Fen(row.Fen), Reclaimed: casework.Fen(row.Reclaimed),
			}, casework.Cursor{On: row.SortOn, ID: row.ID}
		})
	},
	Complete: func(ctx context.Context, r casework.ListReading[DueFilter], list []Due) error {
		return casework.NameParties(ctx, r.Q, list, (*Due).parties)
	},
	Sheet: casework.Sheet[Due]{Title: "待追回", Columns: []casework.Column[Due]{
		{Title: "机构", Value: func(d Due) any { return d.Name }},
		{Title: "办件编号", FilesOnly: true, Value: func(d Due) any { return d.CaseNo }},
		{Title: "县区", Value: func(d Due) any { return d.CountyName }},
		{Title: "事项", Value: func(d Due) any { return d.Title }},
		{Title: "已拨付未追回（元）", Head: "已拨付未追回", Value: func(d Due) any { return d.Fen }},
		{Title: "已追回（元）", Head: "已追回", Value: func(d Due) any { return d.Reclaimed }},
		{Title: "期限", Value: func(d Due) any { return d.DueOn }},
	}},
}

// Receipt is money of a payment that came back.
type Receipt struct {
	Fen       int64        `json:"fen" minimum:"1" doc:"到账金额, 分" example:"100000"`
	On        nursery.Date `json:"on" doc:"到账日期" example:"2026-11-02"`
	Reference string       `json:"reference" minLength:"1" maxLength:"100" doc:"银行流水号或者凭据号"`
	Complete  bool         `json:"complete,omitempty" doc:"应退的已全部到账；办结确认到账的待办"`
}

// Receive confirms that money of a payment came back, books it, and where all of it came back answers the task of the case that waits for it.
// Errors: invalid, not_found, forbidden, fund_short for more than was paid, conflict_of_interest.
func (s *Service) Receive(ctx context.Context, p nursery.Principal, key string, payment int64, in Receipt) (Payment, error) {
	return casework.Command(ctx, s.Service, p, key, fmt.Sprintf("funds.receive %d", payment), in, func(q *store.Queries) (Payment, error) {
		row, err := q.PaymentByID(ctx, payment)
		if store.IsNotFound(err) {
			return Payment{}, casework.NewNotFound()
		}
		if err != nil {
			return Payment{}, fmt.Errorf("read payment: %w", err)
		}
		if err := s.Authorize(ctx, p, "fund.receive", casework.Resource{County: row.County}); err != nil {
			return Payment{}, err
		}
		var c casework.Checker
		checkFen(&c, "/fen", in.Fen)
		if in.On.IsZero() || in.On.After(s.Today()) {
			c.Add("/on", "必填，不能晚于今天")
		}
		if wrong := casework.NeedText("/reference", in.Reference, 100); wrong != nil {
			c.Add(wrong.Location, wrong.Message)
		}
		if err := c.Err(); err != nil {
			return Payment{}, err
		}
		return s.receive(ctx, q, p, key, row, in)
	})
}

func (s *Service) receive(ctx context.Context, q *store.Queries, p nursery.Principal, key string, row store.Payment, in Receipt) (Payment, error) {
	tasks, err := q.OpenReturnTask(ctx, row.CaseNo)
	if err != nil {
		return Payment{}, fmt.Errorf("read task: %w", err)
	}
	if in.Complete && len(tasks) > 0 && slices.Contains(tasks[0].Excluded, p.Account) {
		return Payment{}, casework.NewError(casework.CodeConflictOfInterest, "您办理过本办件的前一环节，应由其他人员确认。")
	}
	completion := casework.CompletionID(p, key)
	err = asEngine(ctx, q, func() error {
		return ledger.Reclaim(ctx, q, ledger.Returned{
			CaseNo: row.CaseNo, Step: "receive/" + completion, Fen: in.Fen, At: in.On.In(nursery.Shanghai).Add(12 * time.Hour), Actor: p.Account, Reference: in.Reference,
		})
	})
	if err != nil {
		return Payment{}, err
	}
	if in.Complete && len(tasks) > 0 {
		if err := s.returned(ctx, q, p, completion, tasks[0], in); err != nil {
			return Payment{}, err
		}
	}
	if row, err = q.PaymentByID(ctx, row.ID); err != nil {
		return Payment{}, fmt.Errorf("read payment: %w", err)
	}
	list := []Payment{paymentOf(row, "")}
	err = casework.NameParties(ctx, q, list, (*Payment).parties)
	return list[0], err
}

// returned answers the task by which a case waits for money: that it came back.
func (s *Service) returned(ctx context.Context, q *store.Queries, p nursery.Principal, completion string, task store.Task, in Receipt) error {
	outcome := outcomeReturned
	if !slices.Contains(task.Outcomes, string(outcome)) && len(task.Outcomes) > 0 {
		outcome = nursery.Outcome(task.Outcomes[0])
	}
	answer, err := json.Marshal(map[string]any{"fen": in.Fen, "on": in.On.String(), "reference": in.Reference})
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	out, err := s.EnqueueAnswer(ctx, q, p, completion, task, casework.Completion{Outcome: outcome, Answer: answer})
	if err != nil {
		return fmt.Errorf("answer task of %s: %w", task.CaseNo, err)
	}
	s.DeliverAfter(ctx, q, out, casework.Late)
	return nil
}
