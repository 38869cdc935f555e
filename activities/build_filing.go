package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

// BuildChanged is the name of the Update that notifies a site's workflow that its last milestone is done.
const BuildChanged = "build_changed"

// NoteFiling updates the building site that a filing case belongs to, if any: the registration milestone is done when
// the registrar's data, or a certificate, is known; the filing milestone when the receipt is issued. Seats count only
// if the receipt is valid and the class plan passes 托育机构设置标准(试行) art. 19. Nothing else closes these milestones.
// Current is the case whose application is being filed, the filing itself or a change of it. It writes in the
// transaction of q and is idempotent.
func NoteFiling(ctx context.Context, q *store.Queries, filing, current string, at time.Time) error {
	site, err := q.BuildSiteOfFiling(ctx, filing)
	if store.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find site of filing: %w", err)
	}
	c, err := q.CaseForStep(ctx, site.CaseNo)
	if err != nil {
		return err
	}
	s := &step{q: q, c: c, at: at}
	if err := s.noteRegistration(ctx, filing); err != nil {
		return err
	}
	return s.noteReceipt(ctx, site, filing, current)
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
