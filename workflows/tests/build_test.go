package tests

import (
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/processes"
	"tuoyu/processes/buildsite"
	"tuoyu/store"
	"tuoyu/testdata"
	"tuoyu/workflows"
)

var (
	cityOffice   = nursery.Principal{Account: "city-office", Role: nursery.RoleCityOffice, County: "140400"}
	countyOffice = nursery.Principal{Account: "county-office-140403", Role: nursery.RoleCountyOffice, County: county}
)

// site is an office with a plan and the open case of one county's site.
type site struct {
	*office
	service *processes.Services
}

// planFrom starts the plan with its first day on day, through the service, with the office's database and clock.
func (o *office) planFrom(day nursery.Date) *site {
	o.t.Helper()
	rules, err := policies.New(o.t.Context())
	require.NoError(o.t, err)
	away, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1", ConnectionOptions: client.ConnectionOptions{GetSystemInfoTimeout: 100 * time.Millisecond}})
	require.NoError(o.t, err)
	o.t.Cleanup(away.Close)
	s := &site{o, processes.New(casework.Deps{
		DB: o.db, Temporal: away, Rules: rules, CalendarCache: store.NewCalendarCache(o.db), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: func() time.Time { return o.env.Now() },
	})}
	plan, err := testdata.Plan("changzhi-2024")
	require.NoError(o.t, err)
	started, err := s.service.StartBuildPlan(o.t.Context(), cityOffice, "plan", testdata.PlanFrom(plan, "changzhi-2026", day))
	require.NoError(o.t, err)
	require.Equal(o.t, county, started.Sites[0].County)
	o.sql(`UPDATE outbox SET delivered_at = now()`)
	return s
}

func buildingFrom(t *testing.T, day nursery.Date) *site {
	t.Helper()
	s := openOffice(t, nursery.KindBuild, "").planFrom(day)
	s.caseNo = s.site()
	return s
}

func (s *site) site() string {
	return s.ask(`SELECT case_no FROM build_sites WHERE county = $1`, county)[0]
}

// accepted has the county report and the city accept a milestone.
func (s *site) accepted(kind nursery.MilestoneKind, percent int) {
	s.t.Helper()
	key := string(kind) + s.env.Now().String()
	entry, err := s.service.ReportBuild(s.t.Context(), countyOffice, key, s.site(), buildsite.BuildReport{Milestone: kind, Percent: percent, Note: "按计划推进"})
	require.NoError(s.t, err)
	_, err = s.service.DecideBuildReport(s.t.Context(), cityOffice, key, s.site(), entry.ID, buildsite.BuildVerdict{Accept: true})
	require.NoError(s.t, err)
}

func (s *site) on(month time.Month, day, atHour int, act func()) {
	s.at(time.Date(2026, month, day, atHour, 0, 0, 0, nursery.Shanghai).Sub(received), act)
}

func (s *site) follow() error {
	s.env.ExecuteWorkflow(workflows.Build, workflows.CaseInput{CaseNo: s.caseNo, County: county, Institution: "site", SubmittedBy: cityOffice.Account})
	require.True(s.t, s.env.IsWorkflowCompleted())
	return s.env.GetWorkflowError()
}

func (s *site) lights() []string {
	return s.ask(`SELECT as_of || ' ' || light || ' ' || reds_running FROM build_assessments WHERE case_no = $1 ORDER BY as_of`, s.caseNo)
}

func (s *site) everythingDone() {
	s.sql(`UPDATE build_milestones SET percent = 100 WHERE case_no = $1`, s.caseNo)
	s.send("built", activities.BuildChanged, "", workflows.Change{ID: "built"})
}

func TestAPlanThatSlipsIsSupervisedAndThenEscalated(t *testing.T) {
	s := buildingFrom(t, nursery.NewDate(2026, 6, 5))
	s.on(6, 20, 10, func() { s.accepted(nursery.FitOut, 20) })
	s.on(7, 1, 10, func() { // 26 of 93 days over: 28.0 % planned, 20 % done
		require.Equal(t, []string{"supervised"}, s.stage())
		require.Equal(t, []string{"build.supervision county_office 2026-07-08"}, s.ask(`SELECT kind || ' ' || role || ' ' || due_on FROM tasks WHERE case_no = $1`, s.caseNo))
		s.answer("build.supervision", nursery.OutcomeReply, countyOffice.Account, nursery.RoleCountyOffice, form{"note": "已增加两个班组"}, "")
	})
	s.on(7, 1, 12, func() {
		require.Equal(t, []string{"building"}, s.stage())
		require.Equal(t, []string{"已增加两个班组"}, s.ask(`SELECT note FROM case_events WHERE kind = 'supervision_answered'`))
	})
	s.on(7, 25, 10, func() { s.accepted(nursery.FitOut, 70); s.accepted(nursery.Facilities, 20) })
	s.on(9, 10, 10, func() { // red on 1 September and unanswered: the supervisor is notified
		require.Equal(t, []string{"true"}, s.ask(`SELECT (overdue_at IS NOT NULL)::text FROM tasks WHERE case_no = $1 AND state = 'open'`, s.caseNo))
	})
	s.on(10, 1, 12, func() {
		require.Equal(t, []string{"build.escalation city_office"}, s.ask(`SELECT kind || ' ' || role FROM tasks WHERE case_no = $1 AND kind = 'build.escalation'`, s.caseNo))
		s.answer("build.escalation", nursery.OutcomeInstruct, cityOffice.Account, nursery.RoleCityOffice, form{"note": "本周到现场协调"}, "")
	})
	s.on(10, 20, 10, func() { s.everythingDone() })

	require.NoError(t, s.follow())
	require.Equal(t, []string{"built"}, s.stage())
	require.Equal(t, []string{"2026-07-01 red 1", "2026-08-01 green 0", "2026-09-01 red 1", "2026-10-01 red 2"}, s.lights())
	require.Equal(t, []string{"3 2026-10-20"}, s.ask(`SELECT reds || ' ' || completed_on FROM build_sites WHERE case_no = $1`, s.caseNo))
	require.Equal(t, []string{
		"build.escalation closed", "build.supervision cancelled", "build.supervision cancelled", "build.supervision closed",
	}, s.ask(`SELECT kind || ' ' || state FROM tasks WHERE case_no = $1 ORDER BY kind, state`, s.caseNo))
	require.Equal(t, []string{"P01-R4"}, s.ask(`SELECT r->>'rule' FROM decisions, jsonb_array_elements(output->'reasons') r
		WHERE case_no = $1 AND as_of = '2026-07-01' AND r->>'result' = 'fail'`, s.caseNo))
}

func TestASiteThatIsNeverReportedIsRedEveryMonthPastTheDeadline(t *testing.T) {
	s := buildingFrom(t, nursery.NewDate(2026, 6, 5))
	s.on(11, 2, 10, func() { s.everythingDone() })
	require.NoError(t, s.follow())
	require.Equal(t, []string{"2026-07-01 red 1", "2026-08-01 red 2", "2026-09-01 red 3", "2026-10-01 red 4", "2026-11-01 red 5"}, s.lights())
	// The deadline moved with the plan to 2026-10-21.
	require.Equal(t, []string{"2026-11-01"}, s.ask(`SELECT DISTINCT as_of::text FROM decisions, jsonb_array_elements(output->'reasons') r
		WHERE case_no = $1 AND r->>'rule' = 'P01-R1'`, s.caseNo))
	require.Len(t, s.ask(`SELECT id FROM tasks WHERE case_no = $1 AND kind = 'build.escalation'`, s.caseNo), 4)
}

func TestAYearOfAssessmentsContinuesAsNew(t *testing.T) {
	s := buildingFrom(t, nursery.NewDate(2028, 1, 1))
	err := s.follow()
	var again *workflow.ContinueAsNewError
	require.ErrorAs(t, err, &again)
	require.Len(t, s.lights(), 12)
	for _, light := range s.lights() {
		require.True(t, strings.HasSuffix(light, "green 0"), light)
	}
	require.Equal(t, []string{"building"}, s.stage())
}

func TestTheSitesLastMilestonesFollowItsFilingAlone(t *testing.T) {
	o, a := filed(t, "public_comprehensive")
	s := o.planFrom(nursery.NewDate(2026, 4, 1))
	caseNo := s.site()
	state := func() []string {
		return s.ask(`SELECT kind || ' ' || percent FROM build_milestones WHERE case_no = $1 AND kind IN ('registration', 'filing') ORDER BY position`, caseNo)
	}
	o.at(hour, func() {
		require.Equal(t, []string{"registration 0", "filing 0"}, state())
		_, err := s.service.LinkBuildFiling(t.Context(), countyOffice, "link", caseNo, o.caseNo)
		require.NoError(t, err)
		require.Equal(t, []string{"registration 100", "filing 0"}, state())
	})
	o.at(2*hour, func() {
		require.Equal(t, []string{"0"}, s.ask(`SELECT seats_counted::text FROM build_sites WHERE case_no = $1`, caseNo))
		o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "")
	})
	o.at(3*hour, func() {
		require.Equal(t, []string{"registration 100", "filing 100"}, state())
		require.Equal(t, []string{"2026-06-05"}, s.ask(`SELECT receipt_on::text FROM build_sites WHERE case_no = $1`, caseNo))
		require.Equal(t, s.ask(`SELECT seats::text FROM institutions WHERE id = $1`, institution),
			s.ask(`SELECT seats_counted::text FROM build_sites WHERE case_no = $1`, caseNo))
		require.Empty(t, s.ask(`SELECT id FROM outbox WHERE id LIKE 'built/%'`))
		s.sql(`UPDATE build_milestones SET percent = 99 WHERE case_no = $1 AND kind NOT IN ('registration', 'filing')`, caseNo)
	})
	o.visit(day, nursery.OutcomeConform, form{})
	o.run(a.SiteKind)
	require.Equal(t, []string{"milestone_done", "milestone_done", "build_seats_counted"}, s.ask(
		`SELECT kind FROM case_events WHERE case_no = $1 AND kind IN ('milestone_done', 'build_seats_counted') ORDER BY id`, caseNo))
}

func TestSeatsOfAClassPlanAgainstArticle19AreNotCounted(t *testing.T) {
	o, a := filed(t, "public_comprehensive")
	s := o.planFrom(nursery.NewDate(2026, 4, 1))
	sixty := 60
	a.Classes[0].Seats = &sixty
	o.corrected(a)
	o.at(hour, func() {
		_, err := s.service.LinkBuildFiling(t.Context(), countyOffice, "link", s.site(), o.caseNo)
		require.NoError(t, err)
		o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "")
	})
	o.visit(day, nursery.OutcomeConform, form{})
	o.run(a.SiteKind)
	counted := s.ask(`SELECT (seats_filed > 0) || ' ' || seats_counted || ' ' || (receipt_on IS NOT NULL) FROM build_sites WHERE case_no = $1`, s.site())
	require.Equal(t, []string{"true 0 true"}, counted)
}
