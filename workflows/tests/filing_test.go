package tests

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"tuoyu/nursery"
	"tuoyu/workflows"
	"tuoyu/workflows/humantask"
)

const (
	clerk     = "clerk-140403"
	inspector = "inspector-140403"
	second    = "inspector-140403-2"
	hour      = time.Hour
	day       = 24 * time.Hour
)

type form map[string]any

func hasType(err error, want string) bool {
	var e *temporal.ApplicationError
	return errors.As(err, &e) && e.Type() == want
}

// filed opens an office with an application received and its registration known.
func filed(t *testing.T, name string) (*office, nursery.Application) {
	t.Helper()
	o := openOffice(t, nursery.KindFiling, caseNumber(t, "BA"))
	a, r := application(t, name)
	a.Institution.County = county
	o.applied(nursery.KindFiling, a, a)
	o.registered(r)
	return o, a
}

func caseNumber(t *testing.T, prefix string) string {
	t.Helper()
	n, err := nursery.NewCaseNumber(prefix, county, 2026, 900)
	require.NoError(t, err)
	return string(n)
}

func (o *office) visit(after time.Duration, outcome nursery.Outcome, record form) {
	o.inspect(after, "filing.site_visit", outcome, record)
}

// inspect has one officer record the finding and another countersign it an hour later.
func (o *office) inspect(after time.Duration, kind string, outcome nursery.Outcome, record form) {
	o.at(after, func() { o.answer(kind, outcome, inspector, nursery.RoleInspector, record, "") })
	o.at(after+hour, func() {
		o.answer(kind+"_countersign", nursery.OutcomeAgree, inspector, nursery.RoleInspector, form{}, humantask.ErrActorExcluded)
		o.answer(kind+"_countersign", nursery.OutcomeAgree, second, nursery.RoleInspector, form{}, "")
	})
}

func TestCompleteFilingIsReceiptedAndVerified(t *testing.T) {
	o, a := filed(t, "community")
	o.at(hour, func() { o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "") })
	o.visit(2*day, nursery.OutcomeConform, form{"visited_on": "2026-06-08"})

	require.Equal(t, nursery.StageVerified, o.run(a.SiteKind).Stage)
	require.Equal(t, []string{"filing_acceptance in_force", "filing_basic_conditions in_force", "filing_receipt in_force"}, sorted(o.papers()))
	require.Equal(t, []string{
		"received", "assessed", "task_opened", "task_closed", "materials_complete", "receipt_issued",
		"task_opened", "task_closed", "task_opened", "task_closed", "verified",
	}, o.timeline())
	require.Equal(t, []string{"filed " + o.caseNo}, o.ask(`SELECT status || ' ' || filing_case FROM institutions`))
	require.Equal(t, []string{"finding 2026-06-29", "receipt 2026-06-12"}, o.ask(`SELECT name || ' ' || due_on FROM clocks ORDER BY name`))
	require.Equal(t, []string{"pass", "pass", "pass"}, o.ask(`SELECT result FROM decisions`))
}

// A worker that dies after it has opened a task leaves one in the database that the process reaches only later.
func TestAnAnswerToATaskThatTheProcessHasNotComeToWaitsForIt(t *testing.T) {
	o, a := filed(t, "community")
	o.at(hour, func() {
		o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "")
		o.complete(o.caseNo+".2", nursery.OutcomeConform, inspector, nursery.RoleInspector, form{"visited_on": "2026-06-08"}, "")
		o.complete(o.caseNo+".1", nursery.OutcomeAccept, second, nursery.RoleClerk, form{}, humantask.ErrTaskClosed)
		o.complete("BA-140403-2026-000001-L.2", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, humantask.ErrTaskClosed)
	})
	o.at(2*hour, func() {
		o.answer("filing.site_visit_countersign", nursery.OutcomeAgree, second, nursery.RoleInspector, form{}, "")
	})
	require.Equal(t, nursery.StageVerified, o.run(a.SiteKind).Stage)
	require.Equal(t, []string{"filing.review closed", "filing.site_visit closed", "filing.site_visit_countersign closed"}, o.ask(`SELECT kind || ' ' || state FROM tasks ORDER BY id`))
}

func TestReviewerNeverReviewsWhatTheySubmitted(t *testing.T) {
	o, a := filed(t, "community")
	o.at(hour, func() {
		o.answer("filing.review", nursery.OutcomeAccept, applicant, nursery.RoleClerk, form{}, humantask.ErrActorExcluded)
		o.answer("filing.review", nursery.OutcomeConform, clerk, nursery.RoleClerk, form{}, humantask.ErrOutcomeNotOffered)
		o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "")
	})
	o.visit(day, nursery.OutcomeConform, form{})
	o.run(a.SiteKind)
}

func TestGapsAreToldAtOnceAndTheClockStandsStill(t *testing.T) {
	o, a := filed(t, "community")
	whole := a
	a.ServiceForms = nil
	a.Papers = nil
	o.corrected(a)
	o.at(3*day, func() { // Monday 8 June: one working day used
		o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, humantask.ErrOutcomeNotOffered)
		o.answer("filing.review", nursery.OutcomeCorrect, clerk, nursery.RoleClerk,
			form{"findings": []form{{"field": "/institution/phone", "message": "电话无法接通", "remedy": "请更正联系电话"}}}, "")
	})
	o.at(4*day, func() {
		require.Equal(t, []string{"corrections"}, o.stage())
		require.Contains(t, o.ask(`SELECT reason->>'message' FROM gaps WHERE state = 'open'`), "电话无法接通")
		require.Greater(t, len(o.ask(`SELECT id::text FROM gaps WHERE state = 'open'`)), 5)
		require.Empty(t, o.ask(`SELECT id::text FROM gaps WHERE jsonb_array_length(reason->'basis') = 0`))
	})
	o.at(13*day, func() { // Thursday 18 June
		o.corrected(whole)
		o.answer("filing.corrections", nursery.OutcomeResubmit, applicant, nursery.RoleInstitution, form{}, "")
	})
	o.at(13*day+hour, func() {
		require.Equal(t, []string{"2026-06-25"}, o.ask(`SELECT due_on::text FROM tasks WHERE kind = 'filing.review' AND state = 'open'`))
		o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "")
	})
	o.visit(14*day, nursery.OutcomeConform, form{})
	o.run(a.SiteKind)
	require.Empty(t, o.ask(`SELECT id::text FROM gaps WHERE state = 'open'`))
}

func TestSilentOfficeIsEscalatedThenTheCaseCountsAsAccepted(t *testing.T) {
	o, a := filed(t, "community")
	o.set("filing.silence", `"accept"`)
	o.set("filing.silence_grace_days", "3")
	o.at(20*day, func() { require.Equal(t, []string{"receipt_issued"}, o.stage()) })
	o.visit(21*day, nursery.OutcomeConform, form{})
	o.run(a.SiteKind)
	marks := o.ask(`SELECT kind || ' ' || (at AT TIME ZONE 'Asia/Shanghai')::text FROM case_events WHERE step LIKE '%.1/%' ORDER BY id`)
	require.Equal(t, []string{
		"task_opened 2026-06-05 10:00:00", "task_reminded_half 2026-06-10 09:00:00", "task_reminded_last 2026-06-11 09:00:00",
		"task_overdue 2026-06-13 00:00:00", "task_closed 2026-06-18 00:00:00",
	}, marks)
	require.Equal(t, []string{"silent"}, o.ask(`SELECT outcome FROM tasks WHERE kind = 'filing.review'`))
	require.NotEmpty(t, o.ask(`SELECT escalated_at::text FROM tasks WHERE kind = 'filing.review' AND escalated_at IS NOT NULL`))
}

func TestSilenceNeverAcceptsWhatIsIncomplete(t *testing.T) {
	o, a := filed(t, "community")
	o.set("filing.silence", `"accept"`)
	whole := a
	a.ServiceForms = nil
	o.corrected(a)
	o.at(30*day, func() {
		require.Equal(t, []string{"corrections"}, o.stage())
		o.corrected(whole)
		o.answer("filing.corrections", nursery.OutcomeResubmit, applicant, nursery.RoleInstitution, form{}, "")
	})
	o.at(30*day+hour, func() { o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "") })
	o.visit(31*day, nursery.OutcomeConform, form{})
	o.run(a.SiteKind)
}

func TestSilentOfficeIsOnlyEscalatedWhereTheCountyWaits(t *testing.T) {
	o, a := filed(t, "community")
	o.at(60*day, func() {
		require.Equal(t, []string{"submitted"}, o.stage())
		require.Equal(t, []string{"true"}, o.ask(`SELECT overdue::text FROM cases`))
		o.answer("filing.review", nursery.OutcomeAccept, "supervisor-140403", nursery.RoleSupervisor, form{}, "")
	})
	o.visit(61*day, nursery.OutcomeConform, form{})
	o.run(a.SiteKind)
}

func TestNonconformityIsNotifiedPublishedAndRectified(t *testing.T) {
	o, a := filed(t, "community")
	o.at(hour, func() { o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "") })
	o.visit(3*day, nursery.OutcomeNonconform, form{
		"visited_on": "2026-06-08", "rectify_working_days": 10,
		"findings": []form{{"rule": "MN-32c", "message": "监控录像仅保存 30 日", "remedy": "请扩容存储至 90 日以上"}},
	})
	o.at(4*day, func() {
		require.Equal(t, []string{"rectifying"}, o.stage())
		require.Equal(t, []string{"2026-06-23"}, o.ask(`SELECT due_on::text FROM tasks WHERE kind = 'filing.rectify'`))
		require.Len(t, o.ask(`SELECT title FROM publications`), 1)
		require.Equal(t, []string{"rectifying"}, o.ask(`SELECT status FROM institutions`))
		o.answer("filing.rectify", nursery.OutcomeProve, applicant, nursery.RoleInstitution, form{"note": "已扩容"}, "")
	})
	o.inspect(5*day, "filing.recheck", nursery.OutcomeNonconform, form{"findings": []form{{"message": "仍只保存 60 日"}}})
	o.at(6*day, func() {
		o.answer("filing.rectify", nursery.OutcomeProve, applicant, nursery.RoleInstitution, form{"note": "已再次扩容"}, "")
	})
	o.inspect(7*day, "filing.recheck", nursery.OutcomeConform, form{})
	require.Equal(t, nursery.StageClosed, o.run(a.SiteKind).Stage)
	require.Equal(t, []string{"filed"}, o.ask(`SELECT status FROM institutions`))
	require.Equal(t, []string{"in_force"}, o.ask(`SELECT state FROM documents WHERE kind = 'filing_receipt'`))
	require.Len(t, o.ask(`SELECT id FROM documents WHERE kind = 'filing_nonconformity' AND state = 'in_force'`), 2)
	require.Len(t, o.ask(`SELECT id FROM documents WHERE kind = 'filing_rectified' AND state = 'in_force'`), 1)
}

func TestWhatIsNotRectifiedIsReferredUnderTheLaw(t *testing.T) {
	o, a := filed(t, "community")
	o.at(hour, func() { o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "") })
	o.visit(day, nursery.OutcomeNonconform, form{"findings": []form{{"message": "疏散楼梯堆放杂物"}}})
	o.at(2*day, func() {
		o.answer("filing.rectify", nursery.OutcomeProve, applicant, nursery.RoleInstitution, form{}, "")
	})
	o.inspect(3*day, "filing.recheck", nursery.OutcomeReferPenalty, form{"findings": []form{{"message": "拒不清理"}}})
	require.Equal(t, nursery.StagePenaltyReferred, o.run(a.SiteKind).Stage)
	require.Equal(t, []string{"41"}, o.ask(`SELECT data->'penalty_basis'->>'article' FROM case_events WHERE kind = 'penalty_referred'`))
}

func TestOfficersWhoDifferVisitAgain(t *testing.T) {
	o, a := filed(t, "community")
	o.at(hour, func() { o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "") })
	o.at(day, func() {
		o.answer("filing.site_visit", nursery.OutcomeNonconform, inspector, nursery.RoleInspector, form{"findings": []form{{"message": "门禁损坏"}}}, "")
	})
	o.at(day+hour, func() {
		o.answer("filing.site_visit_countersign", nursery.OutcomeDisagree, second, nursery.RoleInspector, form{}, "")
	})
	o.visit(2*day, nursery.OutcomeConform, form{})
	require.Equal(t, nursery.StageVerified, o.run(a.SiteKind).Stage)
	require.Empty(t, o.ask(`SELECT id FROM documents WHERE kind = 'filing_nonconformity'`))
}

func TestFamilyPointOverItsLimitIsReroutedWithEverythingEntered(t *testing.T) {
	o, a := filed(t, "family_point")
	six := 6
	a.Family.Children = &six
	for i := range a.Classes {
		a.Classes[i].Seats, a.Classes[i].Enrolled = &six, &six
	}
	o.corrected(a)
	require.Equal(t, nursery.StageRerouted, o.run(a.SiteKind).Stage)
	require.Equal(t, []string{"other draft draft"}, o.ask(`SELECT site_kind || ' ' || stage || ' ' || status FROM cases WHERE parent_case = $1`, o.caseNo))
	require.Equal(t, []string{a.Institution.Name}, o.ask(
		`SELECT facts->'institution'->>'name' FROM applications JOIN cases USING (case_no) WHERE parent_case = $1`, o.caseNo))
	require.Equal(t, []string{"filing_reroute in_force"}, o.papers())
}

func TestRegistrationIsConfirmedByAClerkWhenTheRegistrarSentNothing(t *testing.T) {
	o := openOffice(t, nursery.KindFiling, caseNumber(t, "BA"))
	a, r := application(t, "community")
	a.Institution.County = county
	o.applied(nursery.KindFiling, a, a)
	o.at(hour, func() {
		require.Equal(t, []string{"registration"}, o.stage())
		o.answer("filing.registration", nursery.OutcomeConfirm, clerk, nursery.RoleClerk, r, "")
	})
	o.at(2*hour, func() {
		require.Equal(t, []string{"certificate " + clerk}, o.ask(`SELECT source || ' ' || confirmed_by FROM registrations`))
		o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "")
	})
	o.visit(day, nursery.OutcomeConform, form{})
	o.run(a.SiteKind)
}

func TestApplicantWithdrawsUntilTheReceiptIsIssued(t *testing.T) {
	withdrawal := func(o *office, refused string) {
		o.send("withdraw-"+refused, workflows.WithdrawUpdate, refused,
			workflows.Withdrawal{ID: "w", Actor: applicant, Role: nursery.RoleInstitution, Reason: "改变计划"})
	}
	t.Run("while papers are reviewed", func(t *testing.T) {
		o, a := filed(t, "community")
		o.at(hour, func() { withdrawal(o, "") })
		require.Equal(t, nursery.StageWithdrawn, o.run(a.SiteKind).Stage)
		require.Equal(t, []string{"cancelled"}, o.ask(`SELECT state FROM tasks`))
		require.Empty(t, o.papers())
	})
	t.Run("not after it", func(t *testing.T) {
		o, a := filed(t, "community")
		o.at(hour, func() { o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "") })
		o.at(2*hour, func() { withdrawal(o, workflows.ErrTooLateToWithdraw) })
		o.visit(day, nursery.OutcomeConform, form{})
		require.Equal(t, nursery.StageVerified, o.run(a.SiteKind).Stage)
	})
}

func TestDueDateFollowsAYearPublishedMeanwhile(t *testing.T) {
	o, a := filed(t, "community")
	o.env.SetStartTime(time.Date(2026, 12, 29, 10, 0, 0, 0, nursery.Shanghai))
	o.at(hour, func() {
		require.Equal(t, []string{"true"}, o.ask(`SELECT due_provisional::text FROM cases`))
		o.sql(`INSERT INTO calendar_years (year, days, published_at) VALUES (2027, $1, now())`, year2027)
		o.env.SignalWorkflow(workflows.CalendarChanged, nil)
	})
	o.at(2*hour, func() {
		require.Equal(t, []string{"false"}, o.ask(`SELECT due_provisional::text FROM cases`))
		require.Equal(t, []string{"2027-01-06"}, o.ask(`SELECT due_on::text FROM cases`))
		o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "")
	})
	o.visit(day, nursery.OutcomeConform, form{})
	o.run(a.SiteKind)
}

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}
