package stories

import (
	"context"
	"fmt"
	"time"

	"tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Waiting describes cases that wait to be paid.
type Waiting struct {
	County   string
	First    int      // of the numbers of the cases
	Cases    int      // how many
	Payees   int      // institutions of the county, by turns
	Fen      int64    // of the first; each that follows is paid one yuan more
	Excluded []string // who checked them
	Back     bool     // each also has a task by which finance confirms that money came back
}

// WaitingPayments adds cases that wait to be paid, with their decision, their open task and their payment, as a procedure leaves them, and
// returns their numbers. There is no workflow behind them: an answer to their tasks is not taken.
func WaitingPayments(ctx context.Context, db *store.DB, w Waiting) ([]string, error) {
	var numbers []string
	err := db.As(ctx, nursery.Engine, func(q *store.Queries) error {
		now := time.Now()
		for n := range w.Cases {
			number, err := nursery.NewCaseNumber("JM", w.County, nursery.DateOf(now).Year, w.First+n)
			if err != nil {
				return err
			}
			if err := waitingPayment(ctx, q, w, n, string(number), now); err != nil {
				return fmt.Errorf("case %s: %w", number, err)
			}
			numbers = append(numbers, string(number))
		}
		return nil
	})
	return numbers, err
}

func waitingPayment(ctx context.Context, q *store.Queries, w Waiting, n int, caseNo string, now time.Time) error {
	payee := fmt.Sprintf("inst-%s-%02d", w.County, n%w.Payees+1)
	statements := []struct {
		text string
		args []any
	}{
		{`INSERT INTO institutions (id, county, name, status, updated_at) VALUES ($1, $2, $3, 'applying', $4)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE institutions.name = ''`, []any{payee, w.County, fmt.Sprintf("示例托育园%02d", n%w.Payees+1), now}},
		{`INSERT INTO cases (case_no, kind, county, institution, about, subject, stage, status, holder, tracking_hash, received_on, created_at, updated_at, plan)
			VALUES ($1, 'rent_relief', $2, $3, $1, '租金减免', 'paying', 'open', 'finance', '\x00', $4::timestamptz::date, $4, $4, coalesce((SELECT p.hash
				FROM procedure_plans p JOIN procedure_revisions r ON r.id = p.revision WHERE r.kind = 'rent_relief' AND r.state = 'published' AND p.county = ''
				ORDER BY r.decided_at DESC LIMIT 1), ''))`, []any{caseNo, w.County, payee, now}},
		{`INSERT INTO decisions (id, case_no, county, institution, rule_set, as_of, revision, result, input, output, duration_us, decided_at)
			VALUES ($1, $2, $3, $4, 'rent', $5::timestamptz::date, 'fixture', 'pass', '{}', '{}', 1, $5)`, []any{"d-" + caseNo, caseNo, w.County, payee, now}},
		{`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, excluded, opened_at)
			VALUES ($1, $2, 'rent_relief.paying', '拨付租金减免', $3, $4, 'finance', '{paid,bounced}', $5, $6)`, []any{"pay-" + caseNo, caseNo, w.County, payee, append([]string{}, w.Excluded...), now}},
	}
	if w.Back {
		statements = append(statements, struct {
			text string
			args []any
		}{`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, due_on, opened_at)
			VALUES ($1, $2, 'rent_relief.returned', '确认退款到账', $3, $4, 'finance', '{returned}', $5::timestamptz::date + 20, $5)`, []any{"back-" + caseNo, caseNo, w.County, payee, now}})
	}
	for _, s := range statements {
		if err := q.Exec(ctx, s.text, s.args...); err != nil {
			return err
		}
	}
	_, err := funds.Request(ctx, q, funds.Wanted{
		CaseNo: caseNo, Step: "paying/1", County: w.County, Institution: payee, Scheme: "rent_relief", Item: "示例路1号", Period: fmt.Sprintf("2026-%04d", w.First+n),
		Purpose: string(nursery.PurposeRentRelief), Fen: w.Fen + int64(n)*100, Decision: "d-" + caseNo, At: now,
	})
	return err
}
