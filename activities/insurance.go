package activities

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"tuoyu/calendar"
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// RulesEnrol is the rule set that decides which children are eligible for insurance.
const RulesEnrol = "insurance.enrol"

// CountiesQueue is the task queue of steps over all the children of a county. It is separate from the queue of the
// processes, so that a month of insurance never delays a decision.
const CountiesQueue = "tuoyu-counties"

// LongStep returns ctx with the options of a step over all the children of a county, which may take longer than a local
// activity should: it sends heartbeats, and is retried until it succeeds.
func LongStep(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:           CountiesQueue,
		StartToCloseTimeout: 10 * time.Minute,
		HeartbeatTimeout:    10 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, MaximumInterval: time.Minute},
	})
}

// alive sends a heartbeat to Temporal every few seconds until stop is called.
func alive(ctx context.Context) (stop func()) {
	if !activity.IsActivity(ctx) { // called by a benchmark
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(3 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	}()
	return func() { cancel(); <-done }
}

// OpenInsurance is the input of opening an insurance month.
type OpenInsurance struct {
	CaseNo string
	At     time.Time
}

// InsurancePlan is the part of a month that its workflow needs.
type InsurancePlan struct {
	Terms nursery.InsuranceTerms
	Month nursery.Date
}

// OpenInsurance opens the month at the county's office and returns its parameters.
func (e *Engine) OpenInsurance(ctx context.Context, in OpenInsurance) (InsurancePlan, error) {
	_, err := e.inStep(ctx, in.CaseNo, "opened", in.At, func(ctx context.Context, s *step) error {
		if err := s.q.MarkDelivered(ctx, store.MarkDeliveredParams{ID: "start/" + in.CaseNo, DeliveredAt: &in.At}); err != nil {
			return err
		}
		s.c.Stage, s.c.Status, s.c.ReceivedOn = string(nursery.StageCollecting), string(nursery.CaseOpen), s.today()
		s.c.Holder = string(nursery.RoleCountyOffice)
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "insurance_opened", note: "开始归集投保名册"})
	})
	if err != nil {
		return InsurancePlan{}, err
	}
	var plan InsurancePlan
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		b, err := q.InsuranceBatch(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		plan.Month = b.Month
		return json.Unmarshal(b.Terms, &plan.Terms)
	})
	return plan, err
}

// InsuranceChecked is the result of a check: the batch it prepared, if any.
type InsuranceChecked struct {
	Send  int // zero if nothing is to be sent
	Lines int
}

// CheckInsurance decides on every child of the roster not decided yet, grouped into classes with the same facts, and
// creates a batch of the eligible ones. It is one transaction of a few statements over all children; the rules are
// evaluated once for each class.
func (e *Engine) CheckInsurance(ctx context.Context, in Move) (InsuranceChecked, error) {
	defer alive(ctx)()
	err := e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		s.c.Stage = string(nursery.StageChecking)
		b, err := s.q.InsuranceBatch(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		number, err := s.q.NextInsuranceSend(ctx, b.CaseNo)
		if err != nil {
			return err
		}
		judged, err := e.judgeRoster(ctx, s, b, number)
		if err != nil {
			return err
		}
		if err := e.prepareSend(ctx, s, b, number); err != nil {
			return err
		}
		return s.record(ctx, in.event("insurance_checked", fmt.Sprintf("资格核对 %d 名婴幼儿，裁定 %d 类", judged.children, judged.classes)))
	})
	if err != nil {
		return InsuranceChecked{}, err
	}
	var done InsuranceChecked
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		send, err := q.PreparedSend(ctx, in.CaseNo)
		if store.IsNotFound(err) {
			return nil
		}
		done = InsuranceChecked{Send: int(send.Number), Lines: int(send.Lines)}
		return err
	})
	if err != nil {
		return InsuranceChecked{}, fmt.Errorf("read prepared batch of %s: %w", in.CaseNo, err)
	}
	return done, nil
}

type judgedRoster struct{ children, classes int }

func (e *Engine) judgeRoster(ctx context.Context, s *step, b store.InsuranceBatch, number int32) (judgedRoster, error) {
	var judged judgedRoster
	classes, err := s.q.InsuranceClasses(ctx, s.c.CaseNo)
	if err != nil {
		return judged, err
	}
	if len(classes) == 0 {
		return judged, nil
	}
	decided := store.DecideRosterParams{CaseNo: s.c.CaseNo, Send: number}
	for i, class := range classes {
		one := *s
		one.name = fmt.Sprintf("%s/%03d", s.name, i+1)
		d, err := e.decideOn(ctx, &one, RulesEnrol, EnrolFacts(b, class), b.OpenedOn)
		if err != nil {
			return judged, err
		}
		status, reason := nursery.RosterVerdict(d)
		decided.Classes, decided.Statuses = append(decided.Classes, class.Class), append(decided.Statuses, string(status))
		decided.Reasons, decided.Decisions = append(decided.Reasons, reason), append(decided.Decisions, d.ID)
		judged.children += int(class.Children)
	}
	judged.classes = len(classes)
	if _, err := s.q.DecideRoster(ctx, decided); err != nil {
		return judged, fmt.Errorf("decide roster: %w", err)
	}
	return judged, nil
}

// EnrolFacts returns the facts of a class of children of a month.
func EnrolFacts(b store.InsuranceBatch, class store.InsuranceClassesRow) nursery.InsuranceFacts {
	facts := nursery.InsuranceFacts{
		Residence: nursery.Residence(class.Residence), AgeMonths: int(class.AgeMonths), Died: class.Died, Moved: class.Moved,
		Notified: class.Notified, Consent: class.Consent, Basis: HasBasis(b), InForce: class.InForce, Repeated: class.Repeated,
		Newborn: class.Newborn, ReportedDays: int(class.ReportedDays),
	}
	for _, p := range b.Perils {
		facts.Perils = append(facts.Perils, nursery.Peril(p))
	}
	return facts
}

// HasBasis reports whether a legal basis for sharing was recorded with the month.
func HasBasis(b store.InsuranceBatch) bool { return len(b.Basis) > 0 && string(b.Basis) != "null" }

// linesAtOnce is the number of sealed lines that are read and decrypted in one batch.
const linesAtOnce = 10_000

// prepareSend creates a batch of the eligible children with its content hash and premium.
func (e *Engine) prepareSend(ctx context.Context, s *step, b store.InsuranceBatch, number int32) error {
	eligible, err := s.q.EligibleKinds(ctx, store.EligibleKindsParams{CaseNo: b.CaseNo, Send: number})
	if err != nil {
		return err
	}
	if eligible.Children == 0 {
		return nil
	}
	kind := "supplementary"
	switch {
	case eligible.First:
		kind = "monthly"
	case eligible.Newborns:
		kind = "newborn"
	}
	hash, err := e.hashEligible(ctx, s.q, b, number)
	if err != nil {
		return err
	}
	var terms nursery.InsuranceTerms
	if err := json.Unmarshal(b.Terms, &terms); err != nil {
		return fmt.Errorf("decode terms: %w", err)
	}
	err = s.q.InsertInsuranceSend(ctx, store.InsertInsuranceSendParams{
		CaseNo: b.CaseNo, Number: number, County: b.County, Insurer: b.Insurer, Kind: kind, Lines: eligible.Children, Hash: hash,
		PremiumFen: terms.PremiumFen * int64(eligible.Children), PreparedAt: s.at,
	})
	if err != nil {
		return err
	}
	lines, err := s.q.InsertInsuranceLines(ctx, store.InsertInsuranceLinesParams{CaseNo: b.CaseNo, Send: number, Insurer: b.Insurer, CoverMonths: b.CoverMonths})
	if err != nil {
		return err
	}
	if lines != int64(eligible.Children) {
		return fmt.Errorf("batch %d has %d lines, want %d", number, lines, eligible.Children)
	}
	return nil
}

// hashEligible decrypts the lines and hashes them in the order of their refs.
func (e *Engine) hashEligible(ctx context.Context, q *store.Queries, b store.InsuranceBatch, number int32) (string, error) {
	if e.Fields == nil {
		return "", errors.New("no keyset: the lines of a batch cannot be opened")
	}
	var lines []nursery.InsuranceLine
	after := ""
	for {
		rows, err := q.LinesToOpen(ctx, store.LinesToOpenParams{CaseNo: b.CaseNo, Send: number, After: after, PageSize: linesAtOnce})
		if err != nil {
			return "", err
		}
		for _, row := range rows {
			line, err := OpenLine(e.Fields, store.InsuranceLinesRow{
				Child: row.Child, BornOn: row.BornOn, Sex: row.Sex, IdentityKind: row.IdentityKind, Identity: row.Identity, Name: row.Name,
				CoverFrom: row.CoverFrom, CoverUntil: row.CoverFrom.AddMonths(int(b.CoverMonths)),
			})
			if err != nil {
				return "", err
			}
			lines = append(lines, line)
		}
		if len(rows) < linesAtOnce {
			return HashLines(lines), nil
		}
		after = rows[len(rows)-1].Child
	}
}

// HashLines returns the content hash of a batch: SHA-256 over its canonical lines in the order of their refs. It sorts
// lines.
func HashLines(lines []nursery.InsuranceLine) string {
	slices.SortFunc(lines, func(a, b nursery.InsuranceLine) int { return cmp.Compare(a.Ref, b.Ref) })
	sum := sha256.New()
	for _, l := range lines {
		sum.Write([]byte(l.Canonical()))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// InsuranceMove is the input of a step of one batch of the month.
type InsuranceMove struct {
	Move
	Send int
}

// insuranceNames are the activities of insurance months.
func insuranceNames(e *Engine) []Named {
	return []Named{
		{"OpenInsurance", e.OpenInsurance, ""},
		{"CheckInsurance", e.CheckInsurance, CountiesQueue},
		{"SignInsurance", e.SignInsurance, CountiesQueue},
		{"ReturnInsurance", e.ReturnInsurance, CountiesQueue},
		{"SettleInsurance", e.SettleInsurance, CountiesQueue},
		{"InsuranceOpen", e.InsuranceOpen, ""},
		{"StandInsurance", e.StandInsurance, ""},
		{"CloseInsurance", e.CloseInsurance, CountiesQueue},
		{"NoteInsurance", e.NoteInsurance, ""},
	}
}

// The documents of an insurance month. Neither identifies a child. The public is not shown which insurer a notice is for.
var (
	InsuranceNotice = definition.Paper{
		Kind: "insurance_batch_notice", Title: "投保批次通知书", Prefix: "托保", Template: "insurance/notice.html", New: documents.Empty[InsuranceNoticeContent](),
		OfCounty: true, PublicAddressee: "承保机构",
	}
	InsuranceSummary = definition.Paper{
		Kind: "insurance_summary", Title: "月度投保情况", Prefix: "托保月", Template: "insurance/summary.html", New: documents.Empty[InsuranceSummaryContent](),
		OfCounty: true,
	}
)

// InsuranceSheet is what the documents of an insurance month state 投保情况.
type InsuranceSheet struct {
	Month      nursery.Date `json:"month"` // its first day
	Batch      int          `json:"batch,omitempty"`
	Lines      int          `json:"lines"`
	Hash       string       `json:"hash,omitempty"`
	PremiumFen int64        `json:"premium_fen"`
	CoverFrom  nursery.Date `json:"cover_from,omitzero"`
	Insured    int          `json:"insured,omitempty"`
	Ineligible int          `json:"ineligible,omitempty"`
	Withdrawn  int          `json:"withdrawn,omitempty"`
	Ended      int          `json:"ended,omitempty"` // number of covers that ended in the month
}

// MonthTitle returns the Chinese name of the month.
func (s InsuranceSheet) MonthTitle() string { return nursery.MonthTitle(s.Month) }

// Premium returns the premium in yuan with two decimals.
func (s InsuranceSheet) Premium() string {
	return fmt.Sprintf("%d.%02d", s.PremiumFen/100, s.PremiumFen%100)
}

func (s InsuranceSheet) facts(label string, children int) []documents.Fact {
	return documents.Facts{}.Text("月份", s.MonthTitle()).Count(label, children, "人").Text("保险费", s.Premium()+"元")
}

// InsuranceNoticeContent is the content of InsuranceNotice.
type InsuranceNoticeContent struct {
	documents.Head
	Insurance InsuranceSheet `json:"insurance"`
}

// Needs requires the month, the lines and their hash.
func (c *InsuranceNoticeContent) Needs(need func(string, bool)) {
	need("insurance.month", c.Insurance.Month.Valid())
	need("insurance.hash", len(c.Insurance.Hash) == 64)
	need("insurance.lines", c.Insurance.Lines > 0)
}

// Facts returns the number of lines and the premium.
func (c *InsuranceNoticeContent) Facts() []documents.Fact {
	return c.Insurance.facts("投保人数", c.Insurance.Lines)
}

// InsuranceSummaryContent is the content of InsuranceSummary.
type InsuranceSummaryContent struct {
	documents.Head
	Insurance InsuranceSheet `json:"insurance"`
}

// Needs requires the month.
func (c *InsuranceSummaryContent) Needs(need func(string, bool)) {
	need("insurance.month", c.Insurance.Month.Valid())
}

// Facts returns the number of children insured and the premium.
func (c *InsuranceSummaryContent) Facts() []documents.Fact {
	return c.Insurance.facts("已承保", c.Insurance.Insured)
}
