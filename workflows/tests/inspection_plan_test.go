package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/processes"
	"tuoyu/processes/inspection"
	"tuoyu/store"
	"tuoyu/workflows/humantask"
)

var (
	planHead    = nursery.Principal{Account: head, Role: nursery.RoleSupervisor, County: county}
	planWitness = nursery.Principal{Account: "county-office-140403", Role: nursery.RoleCountyOffice, County: county}
)

// planned is an office with filed institutions, four registered officers and the plan of the second half of 2026.
type planned struct {
	*office
	service *processes.Services
}

func planning(t *testing.T, institutions int) *planned {
	t.Helper()
	o := openOffice(t, nursery.KindInspectionPlan, "")
	rules, err := policies.New(t.Context())
	require.NoError(t, err)
	away, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1", ConnectionOptions: client.ConnectionOptions{GetSystemInfoTimeout: 50 * time.Millisecond}})
	require.NoError(t, err)
	t.Cleanup(away.Close)
	p := &planned{office: o, service: processes.New(casework.Deps{
		DB: o.db, Temporal: away, Rules: rules, CalendarCache: store.NewCalendarCache(o.db), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: func() time.Time { return o.env.Now() },
	})}
	a, _ := application(t, "community")
	raw, err := json.Marshal(a)
	require.NoError(t, err)
	for n := 1; n <= institutions; n++ {
		p.sql(`INSERT INTO institutions (id, county, name, site_kind, seats, status, filing_case, filed_on, application, updated_at)
			VALUES ($1, $2, $3, 'community', 40, 'filed', 'BA', '2026-01-05', $4, $5)`,
			fmt.Sprintf("inst-140403-%02d", n), county, fmt.Sprintf("示例托育园%02d", n), raw, received)
	}
	for n := 1; n <= 4; n++ {
		_, err := p.service.PutInspector(t.Context(), planHead, fmt.Sprintf("inspector-%d", n), fmt.Sprintf("inspector-140403-%d", n), inspection.InspectorEntry{OnDuty: true})
		require.NoError(t, err)
	}
	started, err := p.service.StartInspectionPlan(t.Context(), planHead, "start", inspection.PlanRequest{Half: "2026H2"})
	require.NoError(t, err)
	p.caseNo = started.CaseNo
	return p
}

// passOn delivers what the service has queued for the workflow.
func (p *planned) passOn() {
	p.t.Helper()
	kept := p.ask(`SELECT id || '|' || (payload->>'task') || '|' || (payload->>'outcome') || '|' || (payload->>'actor') || '|' || (payload->>'role')
		FROM outbox WHERE case_no = $1 AND kind = 'update' AND delivered_at IS NULL ORDER BY created_at DESC LIMIT 1`, p.caseNo)
	require.Len(p.t, kept, 1)
	part := strings.Split(kept[0], "|")
	p.send(part[0], humantask.CompleteUpdate, "", humantask.Completion{
		ID: part[0], Task: part[1], Outcome: nursery.Outcome(part[2]), Actor: part[3], Role: nursery.Role(part[4]),
	})
}

func (p *planned) commit(after time.Duration, key string) {
	p.at(after, func() {
		_, err := p.service.CommitPlan(p.t.Context(), planHead, key, p.caseNo)
		require.NoError(p.t, err)
		p.passOn()
	})
}

func (p *planned) witness(after time.Duration, key string) {
	p.at(after, func() {
		_, err := p.service.WitnessDraw(p.t.Context(), planWitness, key, p.caseNo, inspection.PlanWitness{
			PublicValue: "3391.76", Source: "上证综合指数收盘", PublicAt: p.env.Now(),
		})
		require.NoError(p.t, err)
		p.passOn()
	})
}

func TestAHalfYearRunsFromItsListToTheAccountOfWhatWasNotVisited(t *testing.T) {
	p := planning(t, 3)
	p.commit(hour, "commit")
	p.witness(2*hour, "draw")
	p.at(3*hour, func() { // drawn in June for the second half: nothing opens before it begins
		require.Equal(t, []string{string(nursery.StagePlanRunning)}, p.stage())
		require.Empty(t, p.ask(`SELECT case_no FROM inspections`))
	})
	p.at(200*day, func() { // all but one institution visited in time, two of them by 2026-12-22
		p.sql(`UPDATE inspections SET visited_on = '2026-12-22' WHERE institution <> 'inst-140403-02' OR kind = 'random'`)
	})
	p.at(210*day, func() {
		require.Equal(t, []string{"inspection_plan.late 半年度结束，1 家次未按计划检查，请书面说明"},
			p.ask(`SELECT kind || ' ' || title FROM tasks WHERE case_no = $1 AND state = 'open'`, p.caseNo))
		p.answer("inspection_plan.late", nursery.OutcomeReply, head, nursery.RoleSupervisor, form{"note": "机构停业"}, "")
	})
	require.Equal(t, nursery.StagePlanClosed, p.run("").Stage)
	require.Equal(t, []string{"regular 2026-07-01 3", "random 2026-12-01 1"}, p.ask(`SELECT kind || ' ' || (opened_at AT TIME ZONE 'Asia/Shanghai')::date || ' ' || count(*)
		FROM inspections WHERE plan_case = $1 GROUP BY kind, opened_at ORDER BY opened_at`, p.caseNo))
	require.Equal(t, []string{"1 t t"}, p.ask(`SELECT late || ' ' || left((random_nonce <> '')::text, 1) || ' ' || left((pairs_nonce <> '')::text, 1) FROM inspection_plans WHERE case_no = $1`, p.caseNo))
	require.Equal(t, []string{"抽取承诺", "抽取结果", "执行情况"}, p.ask(`SELECT split_part(title, '：', 2) FROM publications WHERE case_no = $1 ORDER BY id`, p.caseNo))
	require.Equal(t, []string{
		"submitted", "plan_opened", "task_opened", "task_closed", "plan_committed", "task_opened", "task_closed", "plan_drawn",
		"visits_opened", "visits_opened", "visits_opened", "plan_tallied", "task_opened", "task_closed", "plan_closed",
	}, p.timeline())
	require.Equal(t, []string{"inspect.draw pass"}, p.ask(`SELECT rule_set || ' ' || result FROM decisions WHERE case_no = $1`, p.caseNo))
	for _, payload := range p.ask(`SELECT payload::text FROM outbox WHERE case_no = $1 AND kind = 'start'`, p.caseNo) {
		require.NotContains(t, payload, "示例托育园", "payloads carry identifiers only")
	}
}

func TestAHalfYearInWhichAllWereVisitedClosesByItself(t *testing.T) {
	p := planning(t, 2)
	p.commit(hour, "commit")
	p.witness(2*hour, "draw")
	p.at(200*day, func() { p.sql(`UPDATE inspections SET visited_on = '2026-12-22'`) })
	require.Equal(t, nursery.StagePlanClosed, p.run("").Stage)
	require.Empty(t, p.ask(`SELECT id FROM tasks WHERE case_no = $1 AND kind = 'inspection_plan.late'`, p.caseNo))
	require.Equal(t, []string{"0"}, p.ask(`SELECT late::text FROM inspection_plans WHERE case_no = $1`, p.caseNo))
}

func TestASupervisorWhoStaysSilentHoldsNoPlanOpen(t *testing.T) {
	p := planning(t, 1)
	p.commit(hour, "commit")
	p.witness(2*hour, "draw")
	require.Equal(t, nursery.StagePlanClosed, p.run("").Stage)
	require.Equal(t, []string{"inspection_plan.late silent"}, p.ask(`SELECT kind || ' ' || outcome FROM tasks WHERE case_no = $1 AND kind = 'inspection_plan.late'`, p.caseNo))
}

func TestADrawThatIsNotInOrderIsVoidAndCommittedToAnew(t *testing.T) {
	p := planning(t, 2)
	p.commit(hour, "commit")
	p.at(2*hour, func() { // the rules have become stricter in the meantime
		p.sql(`UPDATE inspection_plans SET committed = jsonb_set(committed, '{input,inspectors}', (SELECT jsonb_agg(i || '{"conflicts": ["inst-140403-01"]}')
			FROM jsonb_array_elements(committed->'input'->'inspectors') i)) WHERE case_no = $1`, p.caseNo)
		require.Equal(t, []string{"plan_committed"}, p.stage())
	})
	// The service would reject it; the engine checks it itself.
	p.at(3*hour, func() {
		p.sql(`UPDATE inspection_plans SET public_value = '1', public_source = '示例', public_at = committed_at + interval '1 hour', witness = $2 WHERE case_no = $1`, p.caseNo, planWitness.Account)
		p.answer("inspection_plan.draw", nursery.OutcomeDraw, planWitness.Account, nursery.RoleCountyOffice, form{}, "")
	})
	p.at(4*hour, func() {
		require.Equal(t, []string{"plan_drafting"}, p.stage())
		require.Equal(t, []string{"fail"}, p.ask(`SELECT result FROM decisions WHERE case_no = $1`, p.caseNo))
		require.Empty(t, p.ask(`SELECT institution FROM planned_inspections`))
	})
	p.commit(5*hour, "again")
	p.witness(6*hour, "draw")
	require.Equal(t, nursery.StagePlanClosed, p.run("").Stage)
	require.Equal(t, []string{"1", "2"}, p.ask(`SELECT attempt::text FROM inspection_nonces WHERE case_no = $1 ORDER BY attempt`, p.caseNo))
}

func TestWhoCommitsIsNotAskedToWitness(t *testing.T) {
	p := planning(t, 1)
	p.commit(hour, "commit")
	p.at(2*hour, func() {
		p.answer("inspection_plan.draw", nursery.OutcomeDraw, head, nursery.RoleSupervisor, form{}, humantask.ErrActorExcluded)
		_, err := p.service.WitnessDraw(t.Context(), planHead, "self", p.caseNo, inspection.PlanWitness{PublicValue: "1", Source: "示例", PublicAt: p.env.Now()})
		var refused *casework.Error
		require.ErrorAs(t, err, &refused)
		require.Equal(t, casework.CodeConflictOfInterest, refused.Code)
	})
	p.witness(3*hour, "draw")
	p.run("")
}

func TestWhatIsNoLongerFiledIsDropped(t *testing.T) {
	p := planning(t, 2)
	p.commit(hour, "commit")
	p.witness(2*hour, "draw")
	p.at(day, func() { p.sql(`UPDATE institutions SET status = 'cancelled' WHERE id = 'inst-140403-02'`) })
	p.at(200*day, func() { p.sql(`UPDATE inspections SET visited_on = '2026-12-22'`) })
	require.Equal(t, nursery.StagePlanClosed, p.run("").Stage)
	require.Equal(t, []string{"inst-140403-02"}, p.ask(`SELECT DISTINCT institution FROM planned_inspections WHERE case_no = $1 AND dropped`, p.caseNo))
	require.Equal(t, []string{"0"}, p.ask(`SELECT late::text FROM inspection_plans WHERE case_no = $1`, p.caseNo))
}
