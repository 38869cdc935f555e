package activities

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/documents"
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
		TrackingHash: c.TrackingHash, SubmittedBy: c.SubmittedBy, Plan: c.Plan, ParentStep: c.ParentStep, CreatedAt: at, UpdatedAt: at,
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
	Hash        string `json:",omitempty"` // of the plan, for a case of a procedure
}

// startVersion is the version of the workflow code that cases are started with. It is raised with a change of the workflows
// that cases started from then on make without a marker in their history.
const startVersion = 1

// KeepStart queues the start of a case's workflow in the outbox; the relay delivers it from next on.
func KeepStart(ctx context.Context, q *store.Queries, c store.Case, at, next time.Time) (store.Outbox, error) {
	payload, err := json.Marshal(start{c.CaseNo, c.County, c.Institution, nursery.SiteKind(c.SiteKind), c.SubmittedBy, startVersion, c.Plan})
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

// StartNumbered does what StartCase does for a case without the look for an open one.
func StartNumbered(ctx context.Context, q *store.Queries, prefix string, c store.Case, facts any, note string, at time.Time) (string, error) {
	numbers, err := takeCaseNumbers(ctx, q, prefix, c.County, 1, at)
	if err != nil {
		return "", err
	}
	c.CaseNo = numbers[0]
	return c.CaseNo, startNumbered(ctx, q, c, facts, note, at)
}

// StartCase opens a case as the engine, with the facts of its first version, and queues its start in the outbox. It
// returns the number and true, or the number of the open case of the same kind, institution and subject and false. Such
// a case cannot be tracked by the public.
func StartCase(ctx context.Context, q *store.Queries, prefix string, c store.Case, facts any, note string, at time.Time) (string, bool, error) {
	open, err := q.OpenCaseOf(ctx, store.OpenCaseOfParams{Institution: c.Institution, Kind: c.Kind, About: c.About})
	if err == nil {
		return open, false, nil
	}
	if !store.IsNotFound(err) {
		return "", false, fmt.Errorf("look for an open case: %w", err)
	}
	numbers, err := takeCaseNumbers(ctx, q, prefix, c.County, 1, at)
	if err != nil {
		return "", false, err
	}
	c.CaseNo = numbers[0]
	return c.CaseNo, true, startNumbered(ctx, q, c, facts, note, at)
}

// startNumbered does what StartCase does for a case that has its number and no open case beside it. It only writes, so
// that many cases are started in one round trip.
func startNumbered(ctx context.Context, q *store.Queries, c store.Case, facts any, note string, at time.Time) error {
	code := sha256.Sum256([]byte(documents.NewCode()))
	c.Status, c.TrackingHash = string(nursery.CaseOpen), code[:]
	c, err := insertCase(ctx, q, c, at)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("encode facts: %w", err)
	}
	err = q.InsertApplicationVersion(ctx, store.InsertApplicationVersionParams{
		CaseNo: c.CaseNo, Version: 1, County: c.County, Institution: c.Institution, Facts: raw, EnteredBy: c.SubmittedBy, EnteredAt: at,
	})
	if err != nil {
		return err
	}
	// The outbox is scheduled by wall clock; the time of a case may be ahead of it.
	if _, err := KeepStart(ctx, q, c, at, time.Now()); err != nil {
		return err
	}
	s := &step{q: q, c: c, name: "submitted", at: at}
	return s.record(ctx, event{kind: "submitted", note: note})
}

// take marks the start row of the case in the outbox as delivered. It is the first action of a step that opens a case.
func (s *step) take(ctx context.Context) error {
	if err := s.q.MarkDelivered(ctx, store.MarkDeliveredParams{ID: "start/" + s.c.CaseNo, DeliveredAt: &s.at}); err != nil {
		return err
	}
	s.c.Status, s.c.ReceivedOn = string(nursery.CaseOpen), s.today()
	return nil
}

// OpenCase is the input of Engine.OpenCase.
type OpenCase struct {
	CaseNo string
	Stage  nursery.Stage
	Clocks []string // the legal clocks that start with the receipt of the papers
	At     time.Time
}

// Terms are the county's settings for a case; they apply to the case from its opening to its end.
type Terms struct {
	SilenceAccepts bool // an office that does not answer counts as having accepted a complete application
	SilenceDays    int  // working days after the due date before that takes effect
	CorrectionDays int  // working days after which an applicant is reminded of corrections
	RectifyDays    int  // working days for rectification if the inspector sets none
}

// OpenCase records the application as received on the day of in.At, starts the legal clocks, and returns the settings
// of the county.
func (e *Engine) OpenCase(ctx context.Context, in OpenCase) (Terms, error) {
	years, err := e.CalendarCache.Years(ctx)
	if err != nil {
		return Terms{}, err
	}
	var settings nursery.Settings
	_, err = e.inStep(ctx, in.CaseNo, "opened", in.At, func(ctx context.Context, s *step) error {
		if settings, err = settingsOf(ctx, s.q, s.c.County); err != nil {
			return err
		}
		limits := map[string]int{ClockReceipt: settings.ReceiptDays, ClockFinding: settings.FindingDays}
		for _, name := range in.Clocks {
			if err := s.startClock(ctx, years, name, limits[name]); err != nil {
				return err
			}
		}
		if err := s.q.MarkDelivered(ctx, store.MarkDeliveredParams{ID: "start/" + in.CaseNo, DeliveredAt: &in.At}); err != nil {
			return err
		}
		s.c.Stage, s.c.Status, s.c.ReceivedOn = string(in.Stage), string(nursery.CaseOpen), s.today()
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "received", note: "收到申请材料", data: opened{Settings: settings}})
	})
	if err != nil {
		return Terms{}, err
	}
	if settings == (nursery.Settings{}) {
		settings, err = e.settingsAtOpening(ctx, in.CaseNo)
	}
	return Terms{
		SilenceAccepts: settings.Silence == nursery.SilenceAccept, SilenceDays: settings.SilenceGraceDays,
		CorrectionDays: settings.CorrectionReminderDays, RectifyDays: settings.RectifyDays,
	}, err
}

// opened is the timeline's record of the opening of a case: its settings apply until it ends, whatever the county sets
// later.
type opened struct {
	Settings nursery.Settings `json:"settings"`
}

// settingsAtOpening reads the settings that a case was opened with, or the current ones for a case opened before they
// were recorded.
func (e *Engine) settingsAtOpening(ctx context.Context, caseNo string) (settings nursery.Settings, err error) {
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		data, err := q.StepData(ctx, store.StepDataParams{CaseNo: caseNo, Step: "opened"})
		if err != nil {
			return err
		}
		var o opened
		if err := json.Unmarshal(data, &o); err != nil {
			return fmt.Errorf("decode opening: %w", err)
		}
		if settings = o.Settings; settings != (nursery.Settings{}) {
			return nil
		}
		c, err := q.CaseForStep(ctx, caseNo)
		if err != nil {
			return err
		}
		settings, err = settingsOf(ctx, q, c.County)
		return err
	})
	return settings, err
}

// CaseChanged is the name of the Update that notifies a case's workflow that facts it uses have changed in Postgres. It
// contains nothing but its own ID.
const CaseChanged = "case_changed"

// EnqueueChange notifies the workflow of c, through the outbox, that its facts have changed. What identifies the change: a
// second Wake for the same one does nothing.
func EnqueueChange(ctx context.Context, q *store.Queries, c store.Case, what string, at time.Time) error {
	return wake(ctx, q, c, "changed/"+c.CaseNo+"/"+what, CaseChanged, at)
}

func wake(ctx context.Context, q *store.Queries, c store.Case, id, update string, at time.Time) error {
	err := q.WakeCase(ctx, store.WakeCaseParams{
		ID: id, CaseNo: c.CaseNo, County: c.County, Institution: c.Institution, Name: update, At: at,
	})
	if err != nil {
		return fmt.Errorf("wake %s: %w", c.CaseNo, err)
	}
	return nil
}

// PrintRequest is the name of an outbox row that asks for the papers of a case that its own workflow does not print.
const PrintRequest = "print_papers"

// QueueSignal queues a signal with an argument for the workflow of a case; once for an ID.
func QueueSignal(ctx context.Context, q *store.Queries, c store.Case, id, name string, arg any, at time.Time) error {
	payload, err := json.Marshal(arg)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	err = q.QueueSignal(ctx, store.QueueSignalParams{
		ID: id, CaseNo: c.CaseNo, County: c.County, Institution: c.Institution, Name: name, Payload: payload, At: at,
	})
	if err != nil {
		return fmt.Errorf("queue %s: %w", name, err)
	}
	return nil
}
