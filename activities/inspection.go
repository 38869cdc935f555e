package activities

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tuoyu/calendar"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// PlannedInspection is a visit that has been decided on, by the half-year's plan, the draw, a complaint, or a
// supervisor.
type PlannedInspection struct {
	ID              string // of its cause; a second request with the same ID opens nothing
	County          string
	Institution     string
	Half            string // 2026H2
	Kind            string // regular, random or complaint
	FirstInspector  string
	SecondInspector string
	PlanCase        string // the plan's case, or the complaint's; empty for a single visit
}

// ErrNotInspectable is the error for an institution that is not filed in that county, so that there is nothing to
// inspect.
var ErrNotInspectable = errors.New("the institution is not filed in the county")

// OpenInspection opens the inspection case 督导评估 of a planned visit, as the engine, and queues its start in the outbox.
// It returns the case number, the same one for the same p.ID. Errors: ErrNotInspectable, and what p lacks. An
// institution may have several open ones with different p.IDs.
func OpenInspection(ctx context.Context, q *store.Queries, p PlannedInspection, at time.Time) (caseNo string, err error) {
	if p.ID == "" || p.FirstInspector == "" || p.SecondInspector == "" || p.FirstInspector == p.SecondInspector {
		return "", errors.New("open inspection: an ID and two inspectors are needed")
	}
	if _, err := nursery.ParseHalfYear(p.Half); err != nil {
		return "", fmt.Errorf("open inspection %s: %w", p.ID, err)
	}
	opened, err := q.InspectionOfPlanned(ctx, p.ID)
	if err == nil || !store.IsNotFound(err) {
		return opened, err
	}
	institution, err := q.InstitutionForStep(ctx, p.Institution)
	if err != nil && !store.IsNotFound(err) {
		return "", fmt.Errorf("read institution: %w", err)
	}
	standing := institution.Status == "filed" || institution.Status == "rectifying"
	if err != nil || institution.County != p.County || !standing || len(institution.Application) == 0 {
		return "", ErrNotInspectable
	}
	// Concurrent requests for the same visit wait for each other at the institution's row.
	if opened, err = q.InspectionOfPlanned(ctx, p.ID); err == nil || !store.IsNotFound(err) {
		return opened, err
	}
	code := sha256.Sum256([]byte(documents.NewCode())) // not disclosed to anybody
	c := store.Case{
		Kind: string(nursery.KindInspection), County: p.County, Institution: p.Institution, About: p.ID, Subject: institution.Name,
		SiteKind: institution.SiteKind, Stage: string(nursery.StageAssigning), Status: string(nursery.CaseOpen),
		Holder: string(nursery.RoleInspector), TrackingHash: code[:], SubmittedBy: nursery.Engine.Account,
	}
	if p.PlanCase != "" && p.Kind != nursery.InspectComplaint { // the institution does not see complaints
		c.ParentCase = &p.PlanCase
	}
	if c, err = NewCase(ctx, q, nursery.InspectionPrefix, c, at); err != nil {
		return "", err
	}
	err = q.InsertInspection(ctx, store.InsertInspectionParams{
		CaseNo: c.CaseNo, Planned: &p.ID, PlanCase: p.PlanCase, County: p.County, Institution: p.Institution, Kind: p.Kind, Half: p.Half,
		FirstInspector: p.FirstInspector, SecondInspector: p.SecondInspector, Checklist: json.RawMessage("[]"), OpenedAt: at,
	})
	if err != nil {
		return "", err
	}
	// The outbox is scheduled by wall clock, even if a case's own time has been moved forward.
	_, err = KeepStart(ctx, q, c, at, time.Now())
	return c.CaseNo, err
}

// RulesInspection is the rule set that checks the arrangement and the record of an inspection.
const RulesInspection = "inspect.case"

// InspectionTerms is the part of an inspection that its workflow needs from its opening on.
type InspectionTerms struct {
	Kind          string
	First, Second string
	AnswerDays    int // working days to answer an assignment or a proposed day
	SignDays      int // working days the institution has to sign
	GraceDays     int // working days after an order's due date before the officers come anyway
}

// TakeUpInspection opens the case: it fixes the checklist by the rules in force and returns the parameters of the
// county.
func (e *Engine) TakeUpInspection(ctx context.Context, in Move) (InspectionTerms, error) {
	_, err := e.inStep(ctx, in.CaseNo, "opened", in.At, func(ctx context.Context, s *step) error {
		if err := s.q.MarkDelivered(ctx, store.MarkDeliveredParams{ID: "start/" + in.CaseNo, DeliveredAt: &in.At}); err != nil {
			return err
		}
		items, revision, err := e.Rules.Checklist(nursery.SiteKind(s.c.SiteKind), s.today(), s.c.County)
		if err != nil {
			return err
		}
		raw, err := json.Marshal(items)
		if err != nil {
			return fmt.Errorf("encode checklist: %w", err)
		}
		err = s.q.SetChecklist(ctx, store.SetChecklistParams{CaseNo: s.c.CaseNo, Checklist: raw, Revision: revision, UpdatedAt: s.at})
		if err != nil {
			return err
		}
		s.c.Stage, s.c.Status, s.c.ReceivedOn = string(nursery.StageAssigning), string(nursery.CaseOpen), s.today()
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "inspection_opened", note: fmt.Sprintf("立项检查，检查项目 %d 项", len(items)), internal: true,
			data: map[string]any{"revision": revision}})
	})
	if err != nil {
		return InspectionTerms{}, err
	}
	var terms InspectionTerms
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		i, err := q.Inspection(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		settings, err := settingsOf(ctx, q, i.County)
		terms = InspectionTerms{
			Kind: i.Kind, First: i.FirstInspector, Second: i.SecondInspector, AnswerDays: settings.InspectAnswerDays,
			SignDays: settings.InspectSignDays, GraceDays: settings.InspectProofGraceDays,
		}
		return err
	})
	return terms, err
}

// NameInspector replaces an officer who declined by the one that the supervisor named in the answer of in.Tasks[0], and
// returns the name. The service has checked it against the rules.
func (e *Engine) NameInspector(ctx context.Context, in Move, instead string) (string, error) {
	var said struct {
		Inspector string `json:"inspector"`
	}
	_, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		if err := s.answer(ctx, in.Tasks[0], &said); err != nil {
			return err
		}
		i, err := s.q.Inspection(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		next := store.NameInspectorsParams{
			CaseNo: i.CaseNo, FirstInspector: i.FirstInspector, SecondInspector: i.SecondInspector,
			Declined: append(i.Declined, instead), UpdatedAt: s.at,
		}
		if i.FirstInspector == instead {
			next.FirstInspector = said.Inspector
		} else {
			next.SecondInspector = said.Inspector
		}
		if err := s.q.NameInspectors(ctx, next); err != nil {
			return err
		}
		ev := in.event("inspector_named", "另行指派检查人员")
		ev.internal, ev.data = true, map[string]string{"inspector": said.Inspector, "instead": instead}
		return s.record(ctx, ev)
	})
	if err == nil && said.Inspector == "" {
		err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
			return (&step{q: q}).answer(ctx, in.Tasks[0], &said)
		})
	}
	return said.Inspector, err
}

// SetVisitDay stores the day and hour in the answer of in.Tasks[0].
func (e *Engine) SetVisitDay(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		var said VisitDay
		if err := s.answer(ctx, in.Tasks[0], &said); err != nil {
			return err
		}
		err := s.q.SetVisitDay(ctx, store.SetVisitDayParams{CaseNo: s.c.CaseNo, VisitOn: said.On, VisitTime: said.Time, UpdatedAt: s.at})
		if err != nil {
			return err
		}
		s.c.Stage = string(nursery.StageScheduling)
		ev := in.event("visit_day_set", "定下到场日期 "+said.On.String()+" "+said.Time)
		i, err := s.q.Inspection(ctx, s.c.CaseNo)
		ev.internal = i.Kind != nursery.InspectRegular // a random visit, and one after a complaint, is unannounced
		if err != nil {
			return fmt.Errorf("read inspection: %w", err)
		}
		return s.record(ctx, ev)
	})
}

// VisitDay is the day and hour of a visit.
type VisitDay struct {
	On   nursery.Date `json:"visit_on"`
	Time string       `json:"visit_time"` // 09:30
}

// ArrangementFacts returns the input of inspect.case before a visit: the pair, the previous pair, and the day.
func ArrangementFacts(ctx context.Context, q *store.Queries, years calendar.Years, i store.Inspection, day VisitDay) (nursery.InspectionFacts, error) {
	f := nursery.InspectionFacts{Kind: i.Kind, First: i.FirstInspector, Second: i.SecondInspector, Round: int(i.Round)}
	last, err := q.LastInspection(ctx, store.LastInspectionParams{Institution: i.Institution, CaseNo: i.CaseNo})
	if err != nil && !store.IsNotFound(err) {
		return f, fmt.Errorf("read last inspection: %w", err)
	}
	f.LastFirst, f.LastSecond = last.FirstInspector, last.SecondInspector
	if day.On.IsZero() {
		return f, nil
	}
	f.VisitOn, f.VisitTime = day.On, day.Time
	works, err := years.IsWorkingDay(day.On)
	if err == nil {
		f.WorkingDay = &works
	}
	on, err := q.LastRegularVisit(ctx, store.LastRegularVisitParams{Institution: i.Institution, CaseNo: i.CaseNo})
	switch {
	case store.IsNotFound(err):
	case err != nil:
		return f, fmt.Errorf("read last regular visit: %w", err)
	default:
		days := on.DaysUntil(day.On)
		f.DaysSince = &days
	}
	return f, nil
}

// CountVisits adds to the facts the number of other inspections of the institution in the calendar year, for the kinds
// that count towards a county's cap (国办发〔2024〕54号); a complaint is followed up whatever the cap is.
func CountVisits(ctx context.Context, q *store.Queries, f *nursery.InspectionFacts, i store.Inspection, on nursery.Date) error {
	counted := []string{nursery.InspectRegular, nursery.InspectRandom}
	if !slices.Contains(counted, i.Kind) {
		return nil
	}
	n, err := q.CountedVisits(ctx, store.CountedVisitsParams{
		Institution: i.Institution, CaseNo: i.CaseNo, Kinds: counted, Year: int32(on.Year),
	})
	if err != nil {
		return fmt.Errorf("count inspections of %d: %w", on.Year, err)
	}
	visits := int(n)
	f.VisitsThisYear = &visits
	return nil
}

// VisitFacts returns the input of inspect.case after a visit: each item of the checklist with its finding.
func VisitFacts(i store.Inspection, items []nursery.ChecklistItem, v nursery.Visit, sentBy string) nursery.InspectionFacts {
	f := nursery.InspectionFacts{
		Kind: i.Kind, First: i.FirstInspector, Second: i.SecondInspector, Round: int(i.Round), SentBy: sentBy, SeriousFlagged: &v.Serious,
	}
	found := map[string]nursery.VisitItem{}
	for _, item := range v.Items {
		found[item.Rule] = item
	}
	for _, item := range items {
		said := found[item.Rule]
		f.Items = append(f.Items, nursery.ItemFacts{
			Rule: item.Rule, Title: item.Title, Severity: item.Severity, Binds: item.Binds(), Penalty: item.Penalty != nil,
			Photo: item.Photo, Result: said.Result, Noted: said.Note != "", Photos: len(said.Photos),
		})
	}
	return f
}

// ItemsOfRound returns the items checked in the inspection's round: the whole checklist, then what is still to be
// rectified.
func ItemsOfRound(ctx context.Context, q *store.Queries, i store.Inspection) ([]nursery.ChecklistItem, error) {
	var all []nursery.ChecklistItem
	if err := json.Unmarshal(i.Checklist, &all); err != nil {
		return nil, fmt.Errorf("decode checklist: %w", err)
	}
	if i.Round == 0 {
		return all, nil
	}
	findings, err := q.FindingsOfCase(ctx, i.CaseNo)
	if err != nil {
		return nil, err
	}
	open := map[string]bool{}
	for _, f := range findings {
		open[f.Item] = f.Ordered && f.CorrectedOn.IsZero()
	}
	var items []nursery.ChecklistItem
	for _, item := range all {
		if open[item.Rule] {
			items = append(items, item)
		}
	}
	return items, nil
}

// inspectionNames are the activities of inspections.
func inspectionNames(e *Engine) []Named {
	return []Named{
		{"TakeUpInspection", e.TakeUpInspection, ""},
		{"NameInspector", e.NameInspector, ""},
		{"SetVisitDay", e.SetVisitDay, ""},
		{"RecordVisit", e.RecordVisit, ""},
		{"OrderCorrection", e.OrderCorrection, ""},
		{"CloseInspection", e.CloseInspection, ""},
		{"ReferInspection", e.ReferInspection, ""},
		{"AssessVisit", e.AssessVisit, ""},
		{"SignVisit", e.SignVisit, ""},
	}
}
