package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"time"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/store"
)

// RulesProgress is the rule set by which a building site is assessed.
const RulesProgress = "build.progress"

// OpenBuild is the input of Engine.OpenBuild.
type OpenBuild struct {
	CaseNo string
	At     time.Time
}

// OpenBuild opens the site's case at the county's office and returns the plan's parameters for monitoring it.
func (e *Engine) OpenBuild(ctx context.Context, in OpenBuild) (nursery.BuildTerms, error) {
	_, err := e.inStep(ctx, in.CaseNo, "opened", in.At, func(ctx context.Context, s *step) error {
		if err := s.q.MarkDelivered(ctx, store.MarkDeliveredParams{ID: "start/" + in.CaseNo, DeliveredAt: &in.At}); err != nil {
			return err
		}
		s.c.Stage, s.c.Status, s.c.ReceivedOn = string(nursery.StageBuilding), string(nursery.CaseOpen), s.today()
		s.c.Holder = string(nursery.RoleCountyOffice)
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "build_opened", note: "纳入建设台账，按月核定进度"})
	})
	if err != nil {
		return nursery.BuildTerms{}, err
	}
	var plan nursery.BuildPlan
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		site, err := q.BuildSite(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		plan, err = buildPlan(ctx, q, site.Plan)
		return err
	})
	return plan.Terms, err
}

func buildPlan(ctx context.Context, q *store.Queries, name string) (nursery.BuildPlan, error) {
	var plan nursery.BuildPlan
	row, err := q.BuildPlanByName(ctx, name)
	if err != nil {
		return plan, err
	}
	if err := json.Unmarshal(row.Document, &plan); err != nil {
		return plan, fmt.Errorf("decode plan: %w", err)
	}
	return plan, nil
}

// AssessBuild is the input of the monthly assessment of a site.
type AssessBuild struct {
	CaseNo string
	At     time.Time
}

// BuildAssessment is the part of an assessment that a workflow needs.
type BuildAssessment struct {
	Light    nursery.Light
	Running  int // number of consecutive red lights, including this one
	Decision string
}

// AssessBuild compares the accepted progress of the site with its planned progress at the beginning of the day, by
// build.progress (项目1: 随时更新、掌握项目进展情况), and records the light in the ledger.
func (e *Engine) AssessBuild(ctx context.Context, in AssessBuild) (BuildAssessment, error) {
	asOf := nursery.DateOf(in.At)
	var row store.BuildAssessment
	done, err := e.inStep(ctx, in.CaseNo, "assessed-"+asOf.String(), in.At, func(ctx context.Context, s *step) error {
		site, err := s.q.BuildSite(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		milestones, accepted, err := BuildMilestones(ctx, s.q, s.c.CaseNo)
		if err != nil {
			return err
		}
		decision, err := e.decideProgress(ctx, s, site, milestones, accepted)
		if err != nil {
			return err
		}
		light := nursery.LightOf(decision)
		row = store.BuildAssessment{
			CaseNo: site.CaseNo, AsOf: asOf, County: site.County, Version: site.Version, Light: string(light), Decision: decision.ID,
			Planned: nursery.PlannedOn(milestones, asOf).RatString(), Actual: nursery.ActualOf(milestones, accepted).RatString(),
		}
		return s.showLight(ctx, site, &row)
	})
	if err == nil && !done {
		err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
			row, err = q.BuildAssessmentOn(ctx, store.BuildAssessmentOnParams{CaseNo: in.CaseNo, AsOf: asOf})
			return err
		})
	}
	return BuildAssessment{Light: nursery.Light(row.Light), Running: int(row.RedsRunning), Decision: row.Decision}, err
}

// showLight stores the assessment and counts the red lights.
func (s *step) showLight(ctx context.Context, site store.BuildSite, row *store.BuildAssessment) error {
	reds := site.Reds
	if row.Light == string(nursery.Red) {
		reds, row.RedsRunning = reds+1, site.RedsRunning+1
	}
	if err := s.q.InsertBuildAssessment(ctx, store.InsertBuildAssessmentParams(*row)); err != nil {
		return err
	}
	err := s.q.ShowBuildLight(ctx, store.ShowBuildLightParams{
		CaseNo: row.CaseNo, Light: row.Light, LightOn: row.AsOf, Reds: reds, RedsRunning: row.RedsRunning, UpdatedAt: s.at,
	})
	if err != nil {
		return err
	}
	planned, actual := new(big.Rat), new(big.Rat)
	planned.SetString(row.Planned)
	actual.SetString(row.Actual)
	return s.record(ctx, event{
		kind: "build_assessed",
		note: fmt.Sprintf("按月核定：%s，计划 %s%%，核定 %s%%", nursery.Light(row.Light).Title(), nursery.RateText(planned), nursery.RateText(actual)),
		data: map[string]any{"light": row.Light, "planned": row.Planned, "actual": row.Actual, "decision": row.Decision},
	})
}

func (e *Engine) decideProgress(ctx context.Context, s *step, site store.BuildSite, milestones []nursery.Milestone, accepted map[nursery.MilestoneKind]int) (nursery.Decision, error) {
	plan, err := s.q.BuildPlanByName(ctx, site.Plan)
	if err != nil {
		return nursery.Decision{}, err
	}
	lag := new(big.Rat).Sub(nursery.PlannedOn(milestones, s.today()), nursery.ActualOf(milestones, accepted))
	facts := nursery.BuildFacts{
		Deadline: plan.Deadline, Mode: nursery.OperationMode(site.Mode), Seats: int(site.Seats), LagPoints: nursery.PointsUp(lag),
		Milestones: nursery.FactsOn(milestones, accepted, s.today()), ReceiptIssued: !site.ReceiptOn.IsZero(),
		SeatsCounted: int(site.SeatsCounted), OperatorContract: site.OperatorContract,
	}
	return e.decideOn(ctx, s, RulesProgress, facts, s.today())
}

// BuildMilestones reads the milestones of a site in order, and the accepted percentage of each.
func BuildMilestones(ctx context.Context, q *store.Queries, caseNo string) ([]nursery.Milestone, map[nursery.MilestoneKind]int, error) {
	rows, err := q.BuildMilestones(ctx, caseNo)
	if err != nil {
		return nil, nil, err
	}
	milestones, accepted := make([]nursery.Milestone, len(rows)), map[nursery.MilestoneKind]int{}
	for i, row := range rows {
		milestones[i] = MilestoneOf(row)
		accepted[milestones[i].Kind] = int(row.Percent)
	}
	return milestones, accepted, nil
}

// MilestoneOf converts a row into the planned milestone.
func MilestoneOf(row store.BuildMilestone) nursery.Milestone {
	return nursery.Milestone{
		Kind: nursery.MilestoneKind(row.Kind), PlannedStart: row.PlannedStart, PlannedEnd: row.PlannedEnd,
		Weight: int(row.Weight), Evidence: row.Evidence,
	}
}

// TakeReply records a reply to a supervision 督办答复, or an instruction of the programme's leader 批示, on the timeline
// and makes the county's office the holder of the case again. In.Tasks is the task that was answered.
func (e *Engine) TakeReply(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		var said struct {
			Note string `json:"note"`
		}
		if err := s.answer(ctx, in.Tasks[0], &said); err != nil {
			return err
		}
		s.c.Holder = string(nursery.RoleCountyOffice)
		waiting, err := s.q.OpenTaskOfKind(ctx, store.OpenTaskOfKindParams{CaseNo: s.c.CaseNo, Kind: "build.supervision"})
		switch {
		case err == nil:
			s.c.DueOn, s.c.DueProvisional, s.c.Overdue = waiting.DueOn, waiting.DueProvisional, waiting.OverdueAt != nil
		case store.IsNotFound(err):
			s.c.Stage = string(nursery.StageBuilding)
		default:
			return fmt.Errorf("find open supervision: %w", err)
		}
		kind := "supervision_answered"
		if in.Role == nursery.RoleCityOffice {
			kind = "build_instructed"
		}
		return s.record(ctx, in.event(kind, said.Note))
	})
}

// EndBuild ends the case of a site if all its milestones are done, and reports whether it did.
func (e *Engine) EndBuild(ctx context.Context, in Move) (bool, error) {
	complete := true
	_, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		open, err := s.q.BuildOpenMilestones(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		if complete = open == 0; !complete {
			return nil
		}
		if err := s.q.EndBuildSite(ctx, store.EndBuildSiteParams{CaseNo: s.c.CaseNo, CompletedOn: s.today(), UpdatedAt: s.at}); err != nil {
			return err
		}
		s.c.DueOn, s.c.DueProvisional, s.c.Overdue = nursery.Date{}, false, false
		s.end(nursery.StageBuilt)
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		return s.record(ctx, in.event("built", "六个节点全部完成，销号"))
	})
	return complete, err
}

// buildNames are the activities of building sites.
func buildNames(e *Engine) []Named {
	return []Named{
		{"OpenBuild", e.OpenBuild, ""},
		{"AssessBuild", e.AssessBuild, ""},
		{"TakeReply", e.TakeReply, ""},
		{"EndBuild", e.EndBuild, ""},
	}
}

// BuildChanged is the name of the Update that notifies a site's workflow that its last milestone is done.
const BuildChanged = "build_changed"

// NoteFiling updates the building site that a filing case belongs to, if any: the registration milestone is done when
// the registrar's data, or a certificate, is known; the filing milestone when the receipt is issued. Seats count only
// if the receipt is valid and the class plan passes 托育机构设置标准(试行) art. 19. Nothing else closes these milestones.
// Current is the case whose application is being filed, the filing itself or a change of it. It writes in the
// transaction of q and is idempotent.
func NoteFiling(ctx context.Context, q *store.Queries, filing, current string, at time.Time) error {
	site, err := siteOfFiling(ctx, q, filing)
	if err != nil {
		return err
	}
	return noteFilingOf(ctx, q, site, filing, current, at)
}

func readSite(ctx context.Context, q *store.Queries, filing string, _ int32) error {
	_, err := q.BuildSiteOfFiling(ctx, filing)
	return err
}

// siteOfFiling returns the building site that a filing case belongs to, nil if there is none.
func siteOfFiling(ctx context.Context, q *store.Queries, filing string) (*store.BuildSite, error) {
	site, err := q.BuildSiteOfFiling(ctx, filing)
	if store.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find site of filing: %w", err)
	}
	return &site, nil
}

// noteFilingOf is NoteFiling for the site that was found.
func noteFilingOf(ctx context.Context, q *store.Queries, site *store.BuildSite, filing, current string, at time.Time) error {
	if site == nil {
		return nil
	}
	c, err := q.CaseForStep(ctx, site.CaseNo)
	if err != nil {
		return err
	}
	s := &step{q: q, c: c, at: at}
	if err := s.noteRegistration(ctx, filing); err != nil {
		return err
	}
	return s.noteReceipt(ctx, *site, filing, current)
}

func (s *step) noteRegistration(ctx context.Context, filing string) error {
	row, err := s.q.LatestApplication(ctx, filing)
	if err != nil {
		return err
	}
	var a nursery.Application
	if err := json.Unmarshal(row.Facts, &a); err != nil {
		return fmt.Errorf("decode application: %w", err)
	}
	_, err = s.q.RegistrationOf(ctx, a.Institution.USCC)
	if store.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read registration: %w", err)
	}
	return s.closeMilestone(ctx, nursery.Registered, "登记信息已核验，登记节点完成")
}

func (s *step) noteReceipt(ctx context.Context, site store.BuildSite, filing, current string) error {
	c, err := s.q.CaseByNumber(ctx, filing)
	if err != nil {
		return err
	}
	institution, err := s.q.InstitutionByID(ctx, c.Institution)
	if err != nil {
		return err
	}
	if institution.FilingCase == nil || *institution.FilingCase != filing {
		return nil
	}
	if err := s.closeMilestone(ctx, nursery.Filed, "已发备案回执，备案节点完成"); err != nil {
		return err
	}
	counted := store.CountBuildSeatsParams{
		CaseNo: site.CaseNo, ReceiptOn: institution.FiledOn, SeatsFiled: institution.Seats, UpdatedAt: s.at,
	}
	judged, err := s.q.ConformityCounted(ctx, store.ConformityCountedParams{Filing: filing, Current: current})
	if err != nil {
		return err
	}
	counted.SeatsDecision = &judged.ID
	var decision nursery.Decision
	if err := json.Unmarshal(judged.Output, &decision); err != nil {
		return fmt.Errorf("decode conformity: %w", err)
	}
	if institution.Status != "cancelled" && classPlanPasses(decision) {
		counted.SeatsCounted = institution.Seats
	}
	if site.ReceiptOn == counted.ReceiptOn && site.SeatsFiled == counted.SeatsFiled && site.SeatsCounted == counted.SeatsCounted {
		return nil
	}
	if err := s.q.CountBuildSeats(ctx, counted); err != nil {
		return err
	}
	s.name = fmt.Sprintf("seats/%s/%s/%d/%d", current, institution.Status, counted.SeatsFiled, counted.SeatsCounted)
	return s.record(ctx, event{
		kind: "build_seats_counted", note: fmt.Sprintf("备案托位 %d 个，计入 %d 个", counted.SeatsFiled, counted.SeatsCounted),
		data: map[string]any{"filed": counted.SeatsFiled, "counted": counted.SeatsCounted, "decision": judged.ID},
	})
}

// classPlanPasses reports whether no reason of art. 19 of the setting standards applies to the classes.
func classPlanPasses(d nursery.Decision) bool {
	return !slices.ContainsFunc(d.Gaps(), func(r nursery.Reason) bool {
		return slices.ContainsFunc(r.Basis, func(c nursery.Citation) bool {
			return c.Document == "托育机构设置标准(试行)" && c.Article == "19"
		})
	})
}

// closeMilestone marks a milestone as done once, and notifies the site's workflow if it was the last.
func (s *step) closeMilestone(ctx context.Context, kind nursery.MilestoneKind, note string) error {
	s.name = "milestone/" + string(kind)
	written, err := s.q.StepDone(ctx, store.StepDoneParams{CaseNo: s.c.CaseNo, Step: s.name})
	if err != nil || written {
		return err
	}
	err = s.q.SetBuildPercent(ctx, store.SetBuildPercentParams{CaseNo: s.c.CaseNo, Kind: string(kind), Percent: 100, DoneOn: s.today()})
	if err != nil {
		return err
	}
	if err := s.record(ctx, event{kind: "milestone_done", note: note, data: map[string]any{"milestone": kind}}); err != nil {
		return err
	}
	return WakeBuilt(ctx, s.q, s.c, s.at)
}

// WakeBuilt notifies the site's workflow, through the outbox, that every milestone is done; it does nothing while one
// is open.
func WakeBuilt(ctx context.Context, q *store.Queries, c store.Case, at time.Time) error {
	open, err := q.BuildOpenMilestones(ctx, c.CaseNo)
	if err != nil {
		return err
	}
	if open > 0 {
		return nil
	}
	return wake(ctx, q, c, "built/"+c.CaseNo, BuildChanged, at)
}
