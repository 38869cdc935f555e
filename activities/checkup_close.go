package activities

import (
	"context"
	"fmt"
	"slices"

	"tuoyu/calendar"
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// CheckupEnd is the result of closing a round.
type CheckupEnd struct {
	Missed int // number of children with a missed duty
}

// StatusOfDuty returns the status of a duty of a round on a day.
func StatusOfDuty(d store.DutiesOfRoundRow, day nursery.Date, years calendar.Years) nursery.DutyStatus {
	duty := nursery.CheckupDuty{From: d.FromOn, Due: d.DueOn, Until: d.UntilOn, DoneOn: d.DoneOn, WaivedOn: d.WaivedOn, LeftOn: d.LeftOn}
	if d.Leave != nil {
		duty.Leave = nursery.Leave(*d.Leave)
	}
	return duty.StatusOn(day, func(from, to nursery.Date) int {
		days, _ := years.WorkingDaysBetween(from, to)
		return days
	})
}

// CloseCheckup closes a round: everything not done by then is missed. It writes the report and requests its rendering.
func (e *Engine) CloseCheckup(ctx context.Context, in Move) (CheckupEnd, error) {
	var end CheckupEnd
	years, err := e.CalendarCache.Years(ctx)
	if err != nil {
		return end, err
	}
	done, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		round, err := s.q.CheckupRound(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		if err := s.q.CloseCheckupRound(ctx, store.CloseCheckupRoundParams{CaseNo: round.CaseNo, ClosedOn: s.today()}); err != nil {
			return err
		}
		s.c.Holder, s.c.DueOn, s.c.DueProvisional, s.c.Overdue = string(nursery.RoleCountyOffice), nursery.Date{}, false, false
		if round.State == "blocked" {
			s.end(nursery.StageRoundLost)
			if err := s.saveCase(ctx); err != nil {
				return err
			}
			return s.record(ctx, in.event("checkup_lost", "半年度已过，始终没有生效的签约，本半年未开展体检"))
		}
		report, err := e.checkupReport(ctx, s.q, round, s.today(), years)
		if err != nil {
			return err
		}
		end.Missed = report.Missed
		s.c.Stage = string(nursery.StageRoundMissed)
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		err = e.requestDocument(ctx, s, CheckupReport, &CheckupReportContent{Checkup: report})
		if err != nil {
			return err
		}
		ev := in.event("checkup_closed", fmt.Sprintf("体检截止：应检 %d 名，已检 %d 名，漏检 %d 名", report.Children, report.Checked, report.Missed))
		ev.data = map[string]any{"children": report.Children, "checked": report.Checked, "missed": report.Missed}
		return s.record(ctx, ev)
	})
	if err == nil && !done {
		err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
			round, err := q.CheckupRound(ctx, in.CaseNo)
			if err != nil || round.State == "blocked" {
				return err
			}
			report, err := e.checkupReport(ctx, q, round, nursery.DateOf(in.At), years)
			end.Missed = report.Missed
			return err
		})
	}
	return end, err
}

// checkupReport summarizes a round on a day. A duty that is not settled counts as missed once the round is closed.
// Reasons are counted over the team's last records, which requires the keyset.
func (e *Engine) checkupReport(ctx context.Context, q *store.Queries, round store.CheckupRound, day nursery.Date, years calendar.Years) (CheckupSheet, error) {
	half, err := nursery.ParseHalfYear(round.Half)
	if err != nil {
		return CheckupSheet{}, fmt.Errorf("read round: %w", err)
	}
	sheet := CheckupSheet{Half: half, DueOn: round.DueOn}
	clinic, err := q.ClinicByID(ctx, round.Clinic)
	if err != nil {
		return sheet, err
	}
	sheet.Clinic = clinic.Name
	duties, err := q.DutiesOfRound(ctx, round.CaseNo)
	if err != nil {
		return sheet, err
	}
	lines := map[nursery.CheckItem]*CheckupLine{}
	for _, item := range nursery.CheckItems() {
		lines[item] = &CheckupLine{Item: item.Title()}
	}
	children := map[string]nursery.DutyStatus{} // the worst status of each
	for _, d := range duties {
		status := StatusOfDuty(d, day, years)
		if !status.Settled() {
			status = nursery.DutyMissed
		}
		lines[nursery.CheckItem(d.Item)].count(status)
		if worse(status, children[d.Child]) {
			children[d.Child] = status
		}
	}
	for _, status := range children {
		switch status {
		case nursery.DutyDoneOnTime, nursery.DutyDoneLate:
			sheet.Children++
			sheet.Checked++
		case nursery.DutyMissed:
			sheet.Children++
			sheet.Missed++
		}
	}
	for _, item := range nursery.CheckItems() {
		if l := lines[item]; l.Owed > 0 {
			sheet.Lines = append(sheet.Lines, *l)
		}
	}
	referrals, err := q.ReferralsOfRound(ctx, round.CaseNo)
	if err != nil {
		return sheet, err
	}
	sheet.Referrals = len(referrals)
	sheet.Reasons, err = e.reasonsOf(ctx, q, round.CaseNo)
	return sheet, err
}

// statusRank orders statuses from settled to not settled.
var statusRank = []nursery.DutyStatus{
	"", nursery.DutyNotApplicable, nursery.DutyTransferred, nursery.DutyWaived, nursery.DutyDoneOnTime, nursery.DutyDoneLate, nursery.DutyMissed,
}

func worse(x, y nursery.DutyStatus) bool {
	return slices.Index(statusRank, x) > slices.Index(statusRank, y)
}

// reasonsOf counts the reasons why items were not done, by the last record of each child.
func (e *Engine) reasonsOf(ctx context.Context, q *store.Queries, caseNo string) ([]CheckupReason, error) {
	if e.Fields == nil {
		return nil, nil
	}
	rows, err := q.RecordsOfRound(ctx, caseNo)
	if err != nil {
		return nil, err
	}
	counts := map[nursery.NotDone]int{}
	for _, row := range rows {
		c, err := UnsealCheckup(e.Fields, row)
		if err != nil {
			return nil, err
		}
		for _, i := range c.Checkup.Items {
			if !i.Done {
				counts[i.Reason]++
			}
		}
	}
	var reasons []CheckupReason
	for reason, n := range counts {
		reasons = append(reasons, CheckupReason{Reason: reason.Title(), Items: n})
	}
	slices.SortFunc(reasons, func(x, y CheckupReason) int {
		if x.Items != y.Items {
			return y.Items - x.Items
		}
		return slices.Compare([]rune(x.Reason), []rune(y.Reason))
	})
	return reasons, nil
}

// EndCheckup ends the case of a round once the county has reviewed what was missed.
func (e *Engine) EndCheckup(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		if s.c.Status == string(nursery.CaseEnded) {
			return nil
		}
		var said struct {
			Note string `json:"note"`
		}
		if len(in.Tasks) > 0 {
			if err := s.answer(ctx, in.Tasks[0], &said); err != nil {
				return err
			}
		}
		s.end(nursery.StageRoundClosed)
		note := "体检办结"
		if said.Note != "" {
			note += "：" + said.Note
		}
		return s.record(ctx, in.event("checkup_ended", note))
	})
}

// CheckupReport is the report of a check-up round 半年健康体检报告. It identifies no child.
var CheckupReport = definition.Paper{
	Kind: "checkup_report", Title: "半年健康体检报告", Prefix: "托体", Template: "checkup/report.html", New: documents.Empty[CheckupReportContent](),
}

// CheckupReportContent is the content of CheckupReport.
type CheckupReportContent struct {
	documents.Head
	Checkup CheckupSheet `json:"checkup"`
}

// CheckupSheet is what the report of a round states.
type CheckupSheet struct {
	Half      nursery.HalfYear `json:"half"`
	Clinic    string           `json:"clinic"`
	DueOn     nursery.Date     `json:"due_on"`
	Children  int              `json:"children"` // with a check due
	Checked   int              `json:"checked"`  // with every item done
	Missed    int              `json:"missed"`
	Referrals int              `json:"referrals"`
	Lines     []CheckupLine    `json:"lines"`
	Reasons   []CheckupReason  `json:"reasons,omitempty"`
}

// CheckupLine is the totals of one item over all children.
type CheckupLine struct {
	Item   string `json:"item"`
	Owed   int    `json:"owed"`
	OnTime int    `json:"on_time"`
	Late   int    `json:"late"`
	Missed int    `json:"missed"`
	Waived int    `json:"waived"`
}

// CheckupReason is the number of items that were not done for a reason.
type CheckupReason struct {
	Reason string `json:"reason"`
	Items  int    `json:"items"`
}

// count adds a duty of the item. Duties of children who left, and those that do not apply, are not counted as due.
func (l *CheckupLine) count(s nursery.DutyStatus) {
	switch s {
	case nursery.DutyTransferred, nursery.DutyNotApplicable:
		return
	case nursery.DutyDoneOnTime:
		l.OnTime++
	case nursery.DutyDoneLate:
		l.Late++
	case nursery.DutyWaived:
		l.Waived++
	case nursery.DutyMissed:
		l.Missed++
	}
	l.Owed++
}

// Needs requires the half-year, the clinic and figures that add up.
func (c *CheckupReportContent) Needs(need func(string, bool)) {
	need("checkup.half", !c.Checkup.Half.IsZero())
	need("checkup.clinic", c.Checkup.Clinic != "")
	need("checkup.children", c.Checkup.Checked+c.Checkup.Missed == c.Checkup.Children)
}

// Facts returns how many children were checked.
func (c *CheckupReportContent) Facts() []documents.Fact {
	return documents.Facts{}.Text("应检和完成", fmt.Sprintf("应检%d人，完成%d人，漏检%d人", c.Checkup.Children, c.Checkup.Checked, c.Checkup.Missed))
}
