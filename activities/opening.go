package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

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
