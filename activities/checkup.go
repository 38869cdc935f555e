package activities

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/store"
)

// The rule sets of check-ups.
const (
	RulesCheckupSchedule = "health.schedule"
	RulesEntry           = "health.entry"
	RulesCheckupGrowth   = "health.growth"
	RulesCheckupReferral = "health.referral"
)

// CheckupLimits reads the limits of check-ups of a county on a day.
func CheckupLimits(rules *policies.Engine, day nursery.Date, county string) (nursery.CheckupParams, error) {
	var limits nursery.CheckupParams
	err := rules.Params("health", day, county, &limits)
	return limits, err
}

// lastWorkingDay returns the last working day of a half-year or, if the calendar is not published, its last weekday.
func lastWorkingDay(years calendar.Years, half nursery.HalfYear) nursery.Date {
	day := half.Last()
	for {
		if works, err := years.IsWorkingDay(day); works || err != nil {
			return day
		}
		day = day.AddDays(-1)
	}
}

// StartCheckup opens the check-up round of an institution for a half-year, as the engine, and queues its start in the
// outbox. It returns the case number and true, or that of the existing round and false. The round itself finds the
// contract.
func StartCheckup(ctx context.Context, q *store.Queries, rules *policies.Engine, years calendar.Years, institution, name, county string,
	half nursery.HalfYear, by string, at time.Time,
) (string, bool, error) {
	round, err := q.CheckupRoundOfHalf(ctx, store.CheckupRoundOfHalfParams{Institution: institution, Half: half.String()})
	if err == nil {
		return round.CaseNo, false, nil
	}
	if !store.IsNotFound(err) {
		return "", false, fmt.Errorf("look for the round: %w", err)
	}
	due, until, err := checkupDue(rules, years, half, county, at)
	if err != nil {
		return "", false, err
	}
	c := checkupCase(institution, name, county, half, by)
	caseNo, opened, err := StartCase(ctx, q, nursery.PrefixCheckup, c, checkupFacts(half), checkupOpened, at)
	if err != nil || !opened {
		return caseNo, opened, err
	}
	c.CaseNo = caseNo
	return caseNo, true, insertRound(ctx, q, c, due, until, at)
}

// checkupsAtOnce bounds the rounds that StartCheckups opens; a county has far fewer institutions.
const checkupsAtOnce = 1000

// StartCheckups does what StartCheckup does for every filed institution of a county that has no round in the half-year.
// It returns the case numbers in the order of the institutions' identifiers. However many there are, they are read at
// once and written at once. The counter of case numbers is locked first: a round that is being opened elsewhere is
// either seen or takes a later number.
func StartCheckups(ctx context.Context, q *store.Queries, rules *policies.Engine, years calendar.Years, county string, half nursery.HalfYear, by string, at time.Time) ([]string, error) {
	if _, err := takeCaseNumbers(ctx, q, nursery.PrefixCheckup, county, 0, at); err != nil {
		return nil, err
	}
	institutions, err := q.InstitutionsToCheck(ctx, store.InstitutionsToCheckParams{County: county, Half: half.String(), PageSize: checkupsAtOnce})
	if err != nil || len(institutions) == 0 {
		return nil, err
	}
	due, until, err := checkupDue(rules, years, half, county, at)
	if err != nil {
		return nil, err
	}
	numbers, err := takeCaseNumbers(ctx, q, nursery.PrefixCheckup, county, len(institutions), at)
	if err != nil {
		return nil, err
	}
	for i, of := range institutions {
		c := checkupCase(of.ID, of.Name, county, half, by)
		c.CaseNo = numbers[i]
		if err := startNumbered(ctx, q, c, checkupFacts(half), checkupOpened, at); err != nil {
			return nil, err
		}
		if err := insertRound(ctx, q, c, due, until, at); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}

// checkupOpened is the first line of a round's timeline.
const checkupOpened = "开启半年健康体检"

func checkupFacts(half nursery.HalfYear) map[string]any { return map[string]any{"half": half} }

func checkupCase(institution, name, county string, half nursery.HalfYear, by string) store.Case {
	return store.Case{
		Kind: string(nursery.KindCheckup), County: county, Institution: institution, About: half.String(), Subject: name + half.Title() + "健康体检",
		Stage: string(nursery.StageRecording), Holder: string(nursery.RoleEngine), SubmittedBy: by,
	}
}

// checkupDue returns the due date of a county's rounds and the last day on which late checks are accepted.
func checkupDue(rules *policies.Engine, years calendar.Years, half nursery.HalfYear, county string, at time.Time) (due, until nursery.Date, err error) {
	limits, err := CheckupLimits(rules, nursery.DateOf(at), county)
	if err != nil {
		return due, until, err
	}
	due = lastWorkingDay(years, half)
	return due, years.AddWorkingDays(due, limits.GraceDays).Date, nil
}

func insertRound(ctx context.Context, q *store.Queries, c store.Case, due, until nursery.Date, at time.Time) error {
	return q.InsertCheckupRound(ctx, store.InsertCheckupRoundParams{
		CaseNo: c.CaseNo, County: c.County, Institution: c.Institution, Half: c.About, OpenedOn: nursery.DateOf(at), DueOn: due, UntilOn: until,
	})
}

// CheckupTerms is the part of a round that its workflow needs.
type CheckupTerms struct {
	Blocked    bool         // no contract in force
	Last       nursery.Date // of the half-year
	Days       int          // working days until the last one of the half-year, at least one
	GraceDays  int          // working days after it in which late checks are accepted
	MissedDays int          // working days for the county to review what was missed
}

// OpenCheckup opens a round, or a blocked one that a contract may now cover: the clinic of the contract in force checks
// the children then in care. A round without a contract is blocked.
func (e *Engine) OpenCheckup(ctx context.Context, in Move) (CheckupTerms, error) {
	years, err := e.CalendarCache.Years(ctx)
	if err != nil {
		return CheckupTerms{}, err
	}
	_, err = e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		if err := s.take(ctx); err != nil {
			return err
		}
		round, err := s.q.CheckupRound(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		served, err := s.serve(ctx, &round)
		if err != nil {
			return err
		}
		if !served {
			s.c.Stage, s.c.Holder = string(nursery.StageRoundBlocked), string(nursery.RoleCountyOffice)
			if err := s.saveCase(ctx); err != nil {
				return err
			}
			return s.record(ctx, event{kind: "checkup_blocked", note: "没有生效的医育结合签约，暂不能开展体检"})
		}
		s.c.Stage, s.c.Holder = string(nursery.StageRecording), string(nursery.RoleHospital)
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		joined, err := e.followRoster(ctx, s, round)
		if err != nil {
			return err
		}
		return s.record(ctx, event{kind: "checkup_opened", note: fmt.Sprintf("开始体检，在托婴幼儿 %d 名", joined), data: map[string]any{"children": joined}})
	})
	if err != nil {
		return CheckupTerms{}, err
	}
	return e.checkupTerms(ctx, years, in)
}

func (e *Engine) checkupTerms(ctx context.Context, years calendar.Years, in Move) (CheckupTerms, error) {
	var t CheckupTerms
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		round, err := q.CheckupRound(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		half, err := nursery.ParseHalfYear(round.Half)
		if err != nil {
			return fmt.Errorf("read round: %w", err)
		}
		today := nursery.DateOf(in.At)
		limits, err := CheckupLimits(e.Rules, today, round.County)
		if err != nil {
			return err
		}
		days, _ := years.WorkingDaysBetween(today, round.DueOn)
		t = CheckupTerms{
			Blocked: round.State == "blocked", Last: half.Last(), Days: max(days, 1), GraceDays: limits.GraceDays, MissedDays: limits.MissedDays,
		}
		return nil
	})
	return t, err
}

// serve assigns the round to the clinic of the contract in force, and hands it over if that is not the previous one.
func (s *step) serve(ctx context.Context, round *store.CheckupRound) (bool, error) {
	contract, err := s.q.ContractInForceOn(ctx, store.ContractInForceOnParams{Institution: round.Institution, Day: s.today()})
	if store.IsNotFound(err) {
		return round.State == "open", nil // a clinic completes what it has begun
	}
	if err != nil {
		return false, fmt.Errorf("look for the contract: %w", err)
	}
	if round.Contract != nil && *round.Contract == contract.CaseNo {
		return true, nil
	}
	round.Clinic, round.Contract, round.State = contract.Clinic, &contract.CaseNo, "open"
	s.c.Partner = contract.Clinic
	if err := s.q.ServeCheckupRound(ctx, store.ServeCheckupRoundParams{CaseNo: round.CaseNo, Clinic: contract.Clinic, Contract: &contract.CaseNo}); err != nil {
		return false, err
	}
	return true, nil
}

// FollowCheckup updates the roster of a round to the children in care, and their duties.
func (e *Engine) FollowCheckup(ctx context.Context, in Move) error {
	_, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		round, err := s.q.CheckupRound(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		if round.State != "open" {
			return nil
		}
		if _, err := s.serve(ctx, &round); err != nil {
			return err
		}
		moved, err := e.followRoster(ctx, s, round)
		if err != nil || moved == 0 {
			return err
		}
		return s.record(ctx, event{kind: "checkup_roster", note: fmt.Sprintf("名册随在托情况变动 %d 名", moved), data: map[string]any{"children": moved}})
	})
	return err
}

// followRoster updates the roster and returns the number of children who came, left or changed their class.
func (e *Engine) followRoster(ctx context.Context, s *step, round store.CheckupRound) (int, error) {
	inCare, err := s.q.InCareNow(ctx, round.Institution)
	if err != nil {
		return 0, err
	}
	roster, err := s.q.CheckupRoster(ctx, round.CaseNo)
	if err != nil {
		return 0, err
	}
	listed := map[string]store.CheckupRoster{}
	for _, r := range roster {
		listed[r.Child] = r
	}
	join := store.JoinCheckupRosterParams{CaseNo: round.CaseNo, County: round.County, Institution: round.Institution, Clinic: round.Clinic}
	var came []store.InCareNowRow
	here := map[string]bool{}
	for _, c := range inCare {
		here[c.Child] = true
		r, known := listed[c.Child]
		if known && r.LeftOn.IsZero() && r.Class == c.Class {
			continue
		}
		join.Children, join.Classes = append(join.Children, c.Child), append(join.Classes, c.Class)
		join.JoinedOn = append(join.JoinedOn, c.EnteredOn.String())
		if !known || !r.LeftOn.IsZero() {
			came = append(came, c)
		}
	}
	var gone []string
	for _, r := range roster {
		if r.LeftOn.IsZero() && !here[r.Child] {
			gone = append(gone, r.Child)
		}
	}
	if len(join.Children) > 0 {
		if err := s.q.JoinCheckupRoster(ctx, join); err != nil {
			return 0, err
		}
	}
	if len(gone) > 0 {
		if err := s.q.LeaveCheckupRoster(ctx, store.LeaveCheckupRosterParams{CaseNo: round.CaseNo, Institution: round.Institution, Children: gone}); err != nil {
			return 0, err
		}
	}
	return len(join.Children) + len(gone), e.owe(ctx, s, round, came)
}

// owe stores the duties of children for the half-year, by health.schedule.
func (e *Engine) owe(ctx context.Context, s *step, round store.CheckupRound, came []store.InCareNowRow) error {
	if len(came) == 0 {
		return nil
	}
	half, err := nursery.ParseHalfYear(round.Half)
	if err != nil {
		return fmt.Errorf("read round: %w", err)
	}
	facts, from, err := scheduleFacts(ctx, s.q, half, came)
	if err != nil {
		return err
	}
	d, err := e.Rules.Decide(ctx, RulesCheckupSchedule, facts, s.today(), round.County)
	if err != nil {
		return fmt.Errorf("decide %s: %w", RulesCheckupSchedule, err)
	}
	rules := map[string][]string{}
	for _, r := range d.Reasons {
		if r.Result == nursery.Fail && !slices.Contains(rules[r.Subject], r.Rule) {
			rules[r.Subject] = append(rules[r.Subject], r.Rule)
		}
	}
	owed := store.OweCheckupsParams{
		Half: round.Half, CaseNo: round.CaseNo, County: round.County, Institution: round.Institution, Clinic: round.Clinic,
		DueOn: round.DueOn, UntilOn: round.UntilOn, Revision: d.Revision,
	}
	for _, c := range came {
		for _, item := range nursery.CheckItems() {
			ask := rules[c.Child+"/"+string(item)]
			if len(ask) == 0 {
				continue
			}
			slices.Sort(ask)
			owed.Children, owed.Items = append(owed.Children, c.Child), append(owed.Items, string(item))
			owed.Rules, owed.FromOn = append(owed.Rules, strings.Join(ask, ",")), append(owed.FromOn, from[c.Child].String())
		}
	}
	if len(owed.Children) == 0 {
		return nil
	}
	return s.q.OweCheckups(ctx, owed)
}

// scheduleFacts returns the facts of children without any check in the half-year, and the first day on which each may
// be checked.
func scheduleFacts(ctx context.Context, q *store.Queries, half nursery.HalfYear, came []store.InCareNowRow) (nursery.CheckupFacts, map[string]nursery.Date, error) {
	children := make([]string, len(came))
	for i, c := range came {
		children[i] = c.Child
	}
	before, err := q.LastDone(ctx, store.LastDoneParams{Children: children, Half: half.String()})
	if err != nil {
		return nursery.CheckupFacts{}, nil, err
	}
	last := map[string]nursery.Date{}
	for _, b := range before {
		last[b.Child+"/"+b.Item] = b.DoneOn
	}
	facts, from := nursery.CheckupFacts{}, map[string]nursery.Date{}
	for _, c := range came {
		first := half.First()
		if c.EnteredOn.After(first) {
			first = c.EnteredOn
		}
		from[c.Child] = first
		child := nursery.CheckupChild{
			Child: c.Child, MonthsFirst: first.MonthsSince(c.BornOn), MonthsLast: half.Last().MonthsSince(c.BornOn),
			DaysInCare: first.DaysUntil(half.Last()) + 1,
		}
		for _, item := range nursery.CheckItems() {
			state := nursery.ItemState{Item: item}
			if on, ok := last[c.Child+"/"+string(item)]; ok {
				since, at := half.Last().MonthsSince(on), on.MonthsSince(c.BornOn)
				state.MonthsSince, state.MonthsAt = &since, &at
			}
			child.Items = append(child.Items, state)
		}
		facts.Children = append(facts.Children, child)
	}
	return facts, from, nil
}

// checkupNames are the activities of check-up rounds.
func checkupNames(e *Engine) []Named {
	return []Named{
		{"OpenCheckup", e.OpenCheckup, ""},
		{"FollowCheckup", e.FollowCheckup, ""},
		{"CloseCheckup", e.CloseCheckup, ""},
		{"EndCheckup", e.EndCheckup, ""},
	}
}
