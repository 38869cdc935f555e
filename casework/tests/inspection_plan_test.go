package tests

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/draw"
	"tuoyu/nursery"
	"tuoyu/processes/inspection"
	"tuoyu/store"
	"tuoyu/workflows"
)

var (
	atTen = time.Date(2026, 11, 2, 10, 0, 0, 0, nursery.Shanghai)
)

// filedOnes puts so many filed institutions of a county into the register.
func (d *fixture) filedOnes(count int) {
	d.t.Helper()
	raw, err := json.Marshal(application(d.t))
	require.NoError(d.t, err)
	for n := 1; n <= count; n++ {
		d.exec(`INSERT INTO institutions (id, county, township, name, site_kind, address, seats, status, filing_case, filed_on, application, updated_at)
			VALUES ($1, '140403', $2, $3, 'community', '示例路', 40, 'filed', 'BA', '2026-01-05', $4, now())`,
			fmt.Sprintf("inst-140403-%02d", n), fmt.Sprintf("14040300%d", 3-n%3), fmt.Sprintf("示例托育园%02d", n), raw)
	}
}

func (d *fixture) officers(count int, conflicts ...string) {
	d.t.Helper()
	for n := 1; n <= count; n++ {
		_, err := d.PutInspector(d.t.Context(), head, fmt.Sprintf("officer-%d", n), fmt.Sprintf("inspector-140403-%d", n), inspection.InspectorEntry{OnDuty: true, Conflicts: conflicts})
		require.NoError(d.t, err)
	}
}

// planOf opens a plan and its first task, as the engine would.
func (d *fixture) planOf(half string, size *int) string {
	d.t.Helper()
	started, err := d.StartInspectionPlan(d.t.Context(), head, "plan-"+half, inspection.PlanRequest{Half: half, RandomSize: size})
	require.NoError(d.t, err)
	d.asked(started.CaseNo, "inspection_plan.commit", nursery.OutcomeCommit, nursery.RoleSupervisor)
	return started.CaseNo
}

func (d *fixture) asked(caseNo, kind string, outcome nursery.Outcome, role nursery.Role) {
	d.t.Helper()
	loaded, err := rules()
	require.NoError(d.t, err)
	e := &activities.Engine{DB: d.db, Processes: workflows.Definitions(), Rules: loaded, CalendarCache: store.NewCalendarCache(d.db)}
	_, err = e.OpenTask(d.t.Context(), activities.OpenTask{
		CaseNo: caseNo, Task: caseNo + "." + kind, Kind: kind, Title: kind, Role: role, Outcomes: []nursery.Outcome{outcome}, At: atTen,
	})
	require.NoError(d.t, err)
}

func TestThePlanListsWhoIsFiledAndWhoIsNot(t *testing.T) {
	d := newFixture(t)
	d.filedOnes(6)
	d.exec(`UPDATE institutions SET status = 'cancelled' WHERE id = 'inst-140403-05'`)
	d.exec(`UPDATE institutions SET status = 'rectifying' WHERE id = 'inst-140403-06'`)
	d.officers(4)
	caseNo := d.planOf("2026H2", nil)
	plan, err := d.InspectionPlan(t.Context(), head, caseNo)
	require.NoError(t, err)
	require.Len(t, plan.Input.Candidates, 5)
	require.Equal(t, 1, plan.Input.RandomSize, "a fifth of five")
	require.Equal(t, draw.Candidate{ID: "inst-140403-06", County: "140403", Township: "140403003", Risk: 2, Last: []string{}}, plan.Input.Candidates[4])
	require.Equal(t, "140403-003", plan.Input.Inspectors[2].ID)
	require.Empty(t, plan.Reasons)

	_, err = d.ExcludeFromPlan(t.Context(), head, "x1", caseNo, inspection.PlanExclusion{Institution: "inst-140403-01", Excluded: true, Reason: " "})
	require.Equal(t, "/reason", refused(t, err, casework.CodeInvalid).Fields[0].Location)
	_, err = d.ExcludeFromPlan(t.Context(), head, "x2", caseNo, inspection.PlanExclusion{Institution: "inst-none", Excluded: true, Reason: "停业"})
	require.Equal(t, "/institution", refused(t, err, casework.CodeInvalid).Fields[0].Location)
	_, err = d.ExcludeFromPlan(t.Context(), otherHead, "x3", caseNo, inspection.PlanExclusion{Institution: "inst-140403-01", Excluded: true, Reason: "停业"})
	refused(t, err, casework.CodeNotFound)
	plan, err = d.ExcludeFromPlan(t.Context(), head, "x4", caseNo, inspection.PlanExclusion{Institution: "inst-140403-01", Excluded: true, Reason: "停业"})
	require.NoError(t, err)
	require.Equal(t, []draw.Exclusion{{ID: "inst-140403-01", Reason: "停业"}}, plan.Input.Exclusions)
	_, err = d.StartInspectionPlan(t.Context(), head, "again", inspection.PlanRequest{Half: "2026H2"})
	refused(t, err, casework.CodePlanStarted)
	_, err = d.StartInspectionPlan(t.Context(), head, "far", inspection.PlanRequest{Half: "2027H2"})
	refused(t, err, casework.CodeInvalid)
}

func TestRiskIsReckonedFromWhatIsKnown(t *testing.T) {
	d := newFixture(t)
	d.filedOnes(2)
	d.officers(4)
	for n, v := range []struct {
		at      string
		serious bool
		ordered bool
	}{{"2025-01-10", true, true}, {"2025-07-10", false, true}, {"2026-02-10", false, false}} { // the first is the last but two
		caseNo := fmt.Sprintf("DC-140403-2025-%06d-0", n)
		d.exec(`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
			VALUES ($1, 'inspection', '140403', 'inst-140403-01', 'inspected', 'ended', '', '\x00', $2, $2)`, caseNo, v.at)
		d.exec(`INSERT INTO inspections (case_no, county, institution, kind, half, first_inspector, second_inspector, checklist, revision, serious, visited_on, opened_at, updated_at)
			VALUES ($1, '140403', 'inst-140403-01', 'regular', '2025H1', 'inspector-140403-1', 'inspector-140403-2', '[]', 'r', $2, $3::date, $3::timestamptz, $3::timestamptz)`, caseNo, v.serious, v.at)
		if v.ordered {
			d.exec(`INSERT INTO inspection_findings (case_no, item, county, institution, severity, ordered, reason, found_round)
				VALUES ($1, 'FS-07', '140403', 'inst-140403-01', 'general', true, '{}', 0)`, caseNo)
		}
	}
	for n, at := range []string{"2025-11-01", "2025-11-03", "2026-10-01"} { // a year back from 2 November 2026
		caseNo := fmt.Sprintf("TS-140403-2026-%06d-0", n)
		d.exec(`INSERT INTO cases (case_no, kind, county, institution, about, stage, status, holder, tracking_hash, created_at, updated_at)
			VALUES ($1, 'complaint', '140403', 'inst-140403-02', $1, 'answered', 'ended', '', '\x00', $2, $2)`, caseNo, at)
		d.exec(`INSERT INTO complaints (case_no, county, about, source, topic, said, received_at) VALUES ($1, '140403', 'inst-140403-01', 'public', 'other', '\x00', $2)`, caseNo, at)
	}
	plan, err := d.InspectionPlan(t.Context(), countyOffice, d.planOf("2026H2", nil))
	require.NoError(t, err)
	// One point for what was ordered in the last two visits, one for each of two complaints; the serious one is too long ago.
	require.Equal(t, 3, plan.Input.Candidates[0].Risk)
	require.Equal(t, []string{"140403-001", "140403-002"}, plan.Input.Candidates[0].Last)
	require.Equal(t, 0, plan.Input.Candidates[1].Risk)
}

func TestOnlyAListInOrderIsCommittedTo(t *testing.T) {
	d := newFixture(t)
	d.filedOnes(2)
	d.officers(3)
	caseNo := d.planOf("2026H2", nil)
	_, err := d.CommitPlan(t.Context(), head, "k1", caseNo)
	e := refused(t, err, casework.CodeInvalid)
	require.Equal(t, "/candidates/inst-140403-01", e.Fields[0].Location)
	require.Equal(t, "机构inst-140403-01如被抽中，例行检查的两人之外可选派的检查人员只有1人。请增加检查人员。", e.Fields[0].Message)
	_, err = d.PutInspector(t.Context(), head, "four", "inspector-140403-4", inspection.InspectorEntry{OnDuty: true})
	require.NoError(t, err)

	_, err = d.CommitPlan(t.Context(), countyOffice, "k2", caseNo)
	refused(t, err, casework.CodeForbidden)
	_, err = d.PublishedPlan(t.Context(), caseNo)
	refused(t, err, casework.CodeNotFound)
	plan, err := d.CommitPlan(t.Context(), head, "k3", caseNo)
	require.NoError(t, err)
	again, err := d.CommitPlan(t.Context(), head, "k3", caseNo)
	require.NoError(t, err)
	require.Equal(t, plan.Commitment, again.Commitment)
	_, err = d.CommitPlan(t.Context(), head, "k4", caseNo)
	refused(t, err, casework.CodePlanCommitted)
	record, err := d.PublishedPlan(t.Context(), caseNo)
	require.NoError(t, err)
	require.Equal(t, draw.Verified{Commitment: true}, draw.Verify(record))
	raw, err := json.Marshal(record)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "inspector-140403", "officers are published by their numbers")
	for _, nonce := range d.strings(`SELECT unnest(ARRAY[pairs, random]) FROM inspection_nonces WHERE case_no = $1`, caseNo) {
		require.Len(t, nonce, 64)
		require.NotContains(t, string(raw), nonce)
	}
	for _, p := range []nursery.Principal{head, countyOffice, officerOne, {Account: "city-office", Role: nursery.RoleCityOffice}} {
		require.NoError(t, d.db.As(t.Context(), p, func(q *store.Queries) error {
			seen, err := q.Strings(t.Context(), `SELECT pairs FROM inspection_nonces`)
			require.Empty(t, seen, "%s reads the nonces", p.Role)
			return err
		}))
	}
	require.Len(t, d.strings(`SELECT id FROM outbox WHERE case_no = $1 AND kind = 'update'`, caseNo), 1)
}

func TestTheWitnessEntersWhatNobodyKnewBefore(t *testing.T) {
	d := newFixture(t)
	d.filedOnes(1)
	d.officers(4)
	caseNo := d.planOf("2026H2", nil)
	in := inspection.PlanWitness{PublicValue: "3391.76", Source: "上证综合指数收盘", PublicAt: atTen}
	_, err := d.WitnessDraw(t.Context(), countyOffice, "w0", caseNo, in)
	refused(t, err, casework.CodePlanNotCommitted)
	_, err = d.CommitPlan(t.Context(), head, "commit", caseNo)
	require.NoError(t, err)
	d.asked(caseNo, "inspection_plan.draw", nursery.OutcomeDraw, nursery.RoleCountyOffice)
	_, err = d.WitnessDraw(t.Context(), head, "w1", caseNo, in)
	refused(t, err, casework.CodeConflictOfInterest)
	_, err = d.WitnessDraw(t.Context(), officerOne, "w2", caseNo, in)
	refused(t, err, casework.CodeNotFound)
	_, err = d.WitnessDraw(t.Context(), countyOffice, "w3", caseNo, in) // of the moment of the commitment
	require.Equal(t, "/public_at", refused(t, err, casework.CodeInvalid).Fields[0].Location)
	in.PublicAt = atTen.Add(time.Millisecond)
	_, err = d.WitnessDraw(t.Context(), countyOffice, "w4", caseNo, in) // still to come
	require.Equal(t, "/public_at", refused(t, err, casework.CodeInvalid).Fields[0].Location)
	require.Equal(t, []string{""}, d.strings(`SELECT witness FROM inspection_plans WHERE case_no = $1`, caseNo))
	_, err = d.Complete(t.Context(), countyOffice, "direct", caseNo+".inspection_plan.draw", casework.Completion{Outcome: nursery.OutcomeDraw})
	refused(t, err, casework.CodeOutcomeNotOffered)
}

func TestTheRegisterOfInspectorsIsTheCountysOwn(t *testing.T) {
	d := newFixture(t)
	d.filedOnes(1)
	first, err := d.PutInspector(t.Context(), head, "k1", "inspector-140403", inspection.InspectorEntry{OnDuty: true, Conflicts: []string{"inst-140403-01"}})
	require.NoError(t, err)
	require.Equal(t, "140403-001", first.Number)
	second, err := d.PutInspector(t.Context(), head, "k2", "inspector-140403-2", inspection.InspectorEntry{OnDuty: true})
	require.NoError(t, err)
	require.Equal(t, "140403-002", second.Number)
	_, err = d.PutInspector(t.Context(), head, "k3", "inspector-140403", inspection.InspectorEntry{OnDuty: false})
	require.Equal(t, casework.CodeVersionStale, refused(t, err, casework.CodeVersionStale).Code)
	changed, err := d.PutInspector(t.Context(), head, "k4", "inspector-140403", inspection.InspectorEntry{OnDuty: false, Version: 1})
	require.NoError(t, err)
	require.Equal(t, "140403-001 2", fmt.Sprint(changed.Number, " ", changed.Version))
	_, err = d.PutInspector(t.Context(), otherHead, "k5", "inspector-140403", inspection.InspectorEntry{OnDuty: true})
	refused(t, err, casework.CodeInspectorElsewhere)
	_, err = d.PutInspector(t.Context(), head, "k6", "inspector-140403-3", inspection.InspectorEntry{Conflicts: []string{"inst-140403-01", "inst-140403-01", "inst-x"}})
	e := refused(t, err, casework.CodeInvalid)
	require.Equal(t, "/conflicts/1 /conflicts/2", e.Fields[0].Location+" "+e.Fields[1].Location)
	_, err = d.PutInspector(t.Context(), officerOne, "k7", "inspector-140403-3", inspection.InspectorEntry{OnDuty: true})
	refused(t, err, casework.CodeForbidden)
	list, err := inspection.Inspectors.Page(t.Context(), d.Service, officerOne, inspection.InspectorFilter{}, casework.PageRequest{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, "inspector-140403", list.Items[0].Account)
	list, err = inspection.Inspectors.Page(t.Context(), d.Service, officerOne, inspection.InspectorFilter{}, casework.PageRequest{Limit: 1, After: list.Next})
	require.NoError(t, err)
	require.Equal(t, "inspector-140403-2", list.Items[0].Account)
	require.Empty(t, list.Next)
}

func TestACalendarIsReadByItsSecretAddressAlone(t *testing.T) {
	d, caseNo := inspecting(t)
	_, err := d.RenewCalendar(t.Context(), officerOne, "c0")
	refused(t, err, casework.CodeNotRegistered)
	for _, account := range []string{officerOne.Account, officerThree.Account} {
		_, err = d.PutInspector(t.Context(), head, "put-"+account, account, inspection.InspectorEntry{OnDuty: true})
		require.NoError(t, err)
	}
	d.exec(`UPDATE inspections SET visit_on = '2026-11-05', visit_time = '09:30', updated_at = '2026-11-02 02:00:00Z' WHERE case_no = $1`, caseNo)
	feed, err := d.RenewCalendar(t.Context(), officerOne, "c1")
	require.NoError(t, err)
	token := strings.TrimSuffix(strings.TrimPrefix(feed.URL, "http://127.0.0.1:8080/api/v1/inspectors/"), "/calendar.ics")
	raw, err := d.Calendar(t.Context(), token)
	require.NoError(t, err)
	text := strings.ReplaceAll(string(raw), "\r\n ", "")
	for _, line := range []string{"UID:" + caseNo + "@tuoyu", "DTSTART:20261105T013000Z", "DTEND:20261105T033000Z", "DTSTAMP:20261102T020000Z", "X-WR-TIMEZONE:Asia/Shanghai", "METHOD:PUBLISH"} {
		require.Contains(t, text, line+"\r\n")
	}
	require.Empty(t, d.strings(`SELECT token_hash FROM inspector_feeds WHERE token_hash = $1`, token), "the token itself is not kept")
	require.Len(t, d.strings(`SELECT token_hash FROM inspector_feeds`), 1)

	again, err := d.RenewCalendar(t.Context(), officerOne, "c2")
	require.NoError(t, err)
	require.NotEqual(t, feed.URL, again.URL)
	_, err = d.Calendar(t.Context(), token)
	refused(t, err, casework.CodeNotFound)
	other, err := d.RenewCalendar(t.Context(), officerThree, "c3")
	require.NoError(t, err)
	raw, err = d.Calendar(t.Context(), strings.TrimSuffix(strings.TrimPrefix(other.URL, "http://127.0.0.1:8080/api/v1/inspectors/"), "/calendar.ics"))
	require.NoError(t, err)
	require.NotContains(t, string(raw), "BEGIN:VEVENT")

	on, err := d.InspectionDay(t.Context(), officerOne, nursery.NewDate(2026, 11, 5))
	require.NoError(t, err)
	require.Equal(t, "09:30", on.Visits[0].VisitTime)
	off, err := d.InspectionDay(t.Context(), otherHead, nursery.NewDate(2026, 11, 5))
	require.NoError(t, err)
	require.Empty(t, off.Visits)
}
