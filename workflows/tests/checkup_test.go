package tests

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/processes"
	"tuoyu/processes/checkup"
	"tuoyu/store"
	"tuoyu/testdata"
	"tuoyu/workflows"
)

const theClinic = "clinic-140403-1"

var team = nursery.Principal{Account: theClinic, Role: nursery.RoleHospital, County: county, Institution: theClinic}

// round is an office with a check-up round of 2026H1 opened on 2026-06-05, for children in class c1.
type round struct {
	*office
	service  *processes.Services
	children []string
}

func checking(t *testing.T, children int) *round {
	t.Helper()
	r := &round{office: openOffice(t, nursery.KindCheckup, "")}
	r.service = r.newService()
	r.sql(`INSERT INTO institutions (id, county, name, site_kind, status, updated_at) VALUES ($1, $2, '示例托育园', 'community', 'filed', $3)`, institution, county, received)
	r.sql(`INSERT INTO clinics (id, county, name, licence, licensed_until, primary_care, capacity, modes, updated_at)
		VALUES ($1, $2, '示例社区卫生服务中心', 'PDY140403123456789012D1', '2030-01-01', true, 0, '{visiting}', $3)`, theClinic, county, received)
	day := nursery.DateOf(received)
	for n := range children {
		r.enters(testdata.ChildBorn(county, n+1, day.AddMonths(-14-4*n)))
	}
	rules, err := policies.New(t.Context())
	require.NoError(t, err)
	years, err := store.NewCalendarCache(r.db).Years(t.Context())
	require.NoError(t, err)
	require.NoError(t, r.db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		r.caseNo, _, err = activities.StartCheckup(t.Context(), q, rules, years, institution, "示例托育园", county, nursery.HalfYearOf(day), "county-office-140403", received)
		return err
	}))
	r.sql(`UPDATE outbox SET delivered_at = now()`)
	return r
}

// enters enrols a child since before the half-year began, with its guardian's consent.
func (r *round) enters(c nursery.Child) string {
	r.t.Helper()
	var id string
	require.NoError(r.t, r.db.As(r.t.Context(), nursery.Engine, func(q *store.Queries) error {
		entered, err := activities.EnterChildren(r.t.Context(), q, r.fields, []nursery.Child{c}, applicant, "institution", applicant, received)
		if err == nil {
			id = entered[0].ID
		}
		return err
	}))
	r.sql(`INSERT INTO enrolments (child, county, institution, class, entered_on, entered_by) VALUES ($1, $2, $3, 'c1', '2026-01-05', $4)`, id, county, institution, applicant)
	r.sql(`INSERT INTO consents (child, county, purpose, evidence, given_on, taken_by) VALUES ($1, $2, 'checkup', 'att-1', '2026-01-05', $3)`, id, county, applicant)
	r.children = append(r.children, id)
	return id
}

// contracted brings a contract into force.
func (r *round) contracted() {
	r.t.Helper()
	r.sql(`INSERT INTO cases (case_no, kind, county, institution, partner, subject, stage, status, holder, tracking_hash, submitted_by, created_at, updated_at)
		VALUES ('QY-140403-2026-000001-W', 'contract', $1, $2, $3, '签约', 'in_force', 'open', 'hospital', '\x00', $4, $5, $5)`, county, institution, theClinic, applicant, received)
	r.sql(`INSERT INTO contracts (case_no, county, institution, clinic, mode, state, starts_on, ends_on, updated_at)
		VALUES ('QY-140403-2026-000001-W', $1, $2, $3, 'visiting', 'in_force', '2026-01-01', '2026-12-31', $4)`, county, institution, theClinic, received)
}

func (r *round) changed() {
	r.sent++
	id := fmt.Sprint("changed-", r.sent)
	r.send(id, activities.CaseChanged, "", workflows.Change{ID: id})
}

// recorded has the team record every item of every child as done on the day.
func (r *round) recorded() {
	r.t.Helper()
	var records []nursery.Checkup
	for _, id := range r.children {
		record := nursery.Checkup{Child: id, CheckedOn: nursery.DateOf(r.env.Now())}
		for _, item := range r.ask(`SELECT item FROM checkup_duties WHERE child = $1 ORDER BY item`, id) {
			done := nursery.CheckedItem{Item: nursery.CheckItem(item), Done: true, Result: nursery.FoundNormal}
			if v, ok := map[string]float64{"weight": 11, "length": 81, "head": 47, "haemoglobin": 120}[item]; ok {
				done.Result, done.Value = "", v
			}
			record.Items = append(record.Items, done)
		}
		records = append(records, record)
	}
	_, err := r.service.RecordCheckups(r.t.Context(), team, "records", r.caseNo, "c1", checkup.ClassRecords{Records: records})
	require.NoError(r.t, err)
}

func (r *round) completed() {
	r.t.Helper()
	r.answer("checkup_round.record", nursery.OutcomeComplete, theClinic, nursery.RoleHospital, form{}, "")
}

func TestARoundIsRecordedClassByClassAndClosed(t *testing.T) {
	r := checking(t, 3)
	r.contracted()
	r.at(48*time.Hour, r.recorded)
	r.at(49*time.Hour, r.completed)
	require.Equal(t, nursery.StageRoundClosed, r.run("").Stage)
	require.Equal(t, []string{"0"}, r.ask(`SELECT count(*)::text FROM checkup_duties WHERE done_on IS DISTINCT FROM '2026-06-07'`))
	require.Equal(t, []string{"3"}, r.ask(`SELECT count(*)::text FROM health_records`))
	require.Equal(t, []string{"checkup_report"}, r.ask(`SELECT kind FROM documents WHERE case_no = $1`, r.caseNo))
	require.Equal(t, []string{"submitted", "checkup_opened", "task_opened", "checkup_recorded", "task_closed", "checkup_closed", "checkup_ended"}, r.steps())
}

// steps returns the kinds of the events that are not about time.
func (r *round) steps() []string {
	return r.ask(`SELECT kind FROM case_events WHERE case_no = $1 AND kind NOT IN ('task_reminded', 'task_overdue', 'task_escalated') ORDER BY id`, r.caseNo)
}

func TestWhatNobodyRecordsIsLateThenMissedAndLookedAt(t *testing.T) {
	r := checking(t, 2)
	r.contracted()
	// The last working day is 2026-06-30; twenty working days later is 2026-07-28.
	require.Equal(t, []string{"2026-06-30 2026-07-28"}, r.ask(`SELECT due_on || ' ' || until_on FROM checkup_rounds`))
	r.at(24*time.Hour*52, func() { require.Equal(t, []string{"open"}, r.ask(`SELECT state FROM checkup_rounds`)) })
	r.at(24*time.Hour*60, func() {
		require.Equal(t, []string{"closed"}, r.ask(`SELECT state FROM checkup_rounds`))
		r.answer("checkup_round.missed", nursery.OutcomeReply, "county-office-140403", nursery.RoleCountyOffice, form{"note": "已约谈"}, "")
	})
	require.Equal(t, nursery.StageRoundClosed, r.run("").Stage)
	require.Contains(t, r.ask(`SELECT note FROM case_events WHERE case_no = $1`, r.caseNo), "体检截止：应检 2 名，已检 0 名，漏检 2 名")
	require.Contains(t, r.ask(`SELECT note FROM case_events WHERE case_no = $1`, r.caseNo), "体检办结：已约谈")
}

func TestABlockedRoundOpensOnceAContractIsInForce(t *testing.T) {
	r := checking(t, 1)
	r.at(time.Hour, func() { require.Equal(t, []string{"round_blocked"}, r.stage()) })
	r.at(2*time.Hour, r.changed) // a change other than a contract
	r.at(48*time.Hour, func() { r.contracted(); r.changed() })
	r.at(72*time.Hour, func() {
		require.Equal(t, []string{"cancelled"}, r.ask(`SELECT state FROM tasks WHERE kind = 'checkup_round.blocked'`))
		r.recorded()
		r.completed()
	})
	require.Equal(t, nursery.StageRoundClosed, r.run("").Stage)
	require.Equal(t, []string{theClinic}, r.ask(`SELECT partner FROM cases WHERE case_no = $1`, r.caseNo))
}

// A worker that dies after it has read the facts leaves that step behind; a change since then is signalled before the
// facts are read again.
func TestABlockedRoundOpensThoughTheContractCameBeforeItWaited(t *testing.T) {
	r := checking(t, 1)
	terms, err := r.engine.OpenCheckup(t.Context(), activities.Move{CaseNo: r.caseNo, Step: "001-opened", At: received, Actor: nursery.Engine.Account, Role: nursery.RoleEngine})
	require.NoError(t, err)
	require.True(t, terms.Blocked)
	r.contracted()
	r.at(0, r.changed)
	r.at(72*time.Hour, func() { r.recorded(); r.completed() })
	require.Equal(t, nursery.StageRoundClosed, r.run("").Stage)
	require.Equal(t, []string{"1"}, r.ask(`SELECT count(*)::text FROM case_events WHERE kind = 'checkup_blocked'`))
}

func TestARoundWithoutAContractIsLostAndSaysSo(t *testing.T) {
	r := checking(t, 1)
	require.Equal(t, nursery.StageRoundLost, r.run("").Stage)
	require.Contains(t, r.ask(`SELECT note FROM case_events WHERE case_no = $1`, r.caseNo), "半年度已过，始终没有生效的签约，本半年未开展体检")
}

func TestTheRosterFollowsWhoComesLeavesAndChangesItsClass(t *testing.T) {
	r := checking(t, 3)
	r.contracted()
	first, second := r.children[0], r.children[1]
	r.at(24*time.Hour, func() {
		r.sql(`UPDATE enrolments SET left_on = '2026-06-06', leave = 'transferred', left_by = $2 WHERE child = $1`, first, applicant)
		r.sql(`UPDATE enrolments SET class = 'c2' WHERE child = $1`, second)
		r.enters(testdata.ChildBorn(county, 9, nursery.DateOf(received).AddMonths(-20)))
		r.changed()
	})
	r.at(48*time.Hour, func() {
		require.Equal(t, []string{"c1 transferred", "c1 ", "c1 ", "c2 "}, r.ask(`SELECT class || ' ' || coalesce(leave, '') FROM checkup_roster ORDER BY class, leave`))
		require.Equal(t, []string{"4"}, r.ask(`SELECT count(DISTINCT child)::text FROM checkup_duties`))
	})
	r.at(24*time.Hour*70, func() {
		r.answer("checkup_round.missed", nursery.OutcomeReply, "county-office-140403", nursery.RoleCountyOffice, form{"note": "已知"}, "")
	})
	r.run("")
	require.Contains(t, r.ask(`SELECT note FROM case_events WHERE case_no = $1`, r.caseNo), "体检截止：应检 3 名，已检 0 名，漏检 3 名")
}

// referred returns an office with a referral of one child.
func referred(t *testing.T) *round {
	t.Helper()
	r := checking(t, 1)
	r.contracted()
	parent := r.caseNo
	require.NoError(t, r.db.As(t.Context(), nursery.Engine, func(q *store.Queries) (err error) {
		r.caseNo, _, err = activities.StartCase(t.Context(), q, nursery.PrefixReferral, store.Case{
			Kind: string(nursery.KindReferral), County: county, Institution: institution, Partner: theClinic, About: r.children[0], Subject: "体检后转诊",
			Stage: string(nursery.StageReferred), Holder: string(nursery.RoleHospital), SubmittedBy: theClinic,
		}, map[string]any{}, "体检后转诊", received)
		if err != nil {
			return err
		}
		return q.InsertReferral(t.Context(), store.InsertReferralParams{
			CaseNo: r.caseNo, Round: parent, Child: r.children[0], County: county, Institution: institution, Clinic: theClinic, Cause: []byte{1},
			OpenedOn: nursery.DateOf(received),
		})
	}))
	r.sql(`UPDATE outbox SET delivered_at = now()`)
	return r
}

func (r *round) doctor(after time.Duration, kind string, outcome nursery.Outcome) {
	r.at(after, func() { r.answer(kind, outcome, theClinic, nursery.RoleHospital, form{}, "") })
}

func TestAReferralIsTakenSeenAndReturned(t *testing.T) {
	r := referred(t)
	r.doctor(time.Hour, "referral.take", nursery.OutcomeTake)
	r.doctor(2*time.Hour, "referral.seen", nursery.OutcomeSeen)
	r.doctor(3*time.Hour, "referral.result", nursery.OutcomeComplete)
	require.Equal(t, nursery.StageReferralDone, r.run("").Stage)
	require.Equal(t, []string{"done 2026-06-05"}, r.ask(`SELECT state || ' ' || seen_on FROM referrals`))
}

func TestAReferralThatNobodyTakesOnGoesToTheContractedDoctor(t *testing.T) {
	r := referred(t)
	// Three working days from Friday 2026-06-05 is the 10th; three more of silence is the 15th.
	r.at(24*time.Hour*9, func() { require.Equal(t, []string{"referred"}, r.stage()) })
	r.doctor(24*time.Hour*11, "referral.trace", nursery.OutcomeRebook)
	r.doctor(24*time.Hour*12, "referral.seen", nursery.OutcomeSeen)
	r.doctor(24*time.Hour*13, "referral.result", nursery.OutcomeComplete)
	require.Equal(t, nursery.StageReferralDone, r.run("").Stage)
	require.Equal(t, []string{"1"}, r.ask(`SELECT traces::text FROM referrals`))
}

func TestAChildThatNeverComesIsTracedAsOftenAsIsSetAndThenEnded(t *testing.T) {
	r := referred(t)
	r.doctor(time.Hour, "referral.take", nursery.OutcomeTake)
	for n := range 3 {
		day := 24 * time.Hour * time.Duration(n+1)
		r.doctor(day, "referral.seen", nursery.OutcomeNoShow)
		r.doctor(day+time.Hour, "referral.trace", nursery.OutcomeRebook)
	}
	r.doctor(24*time.Hour*5, "referral.seen", nursery.OutcomeNoShow)
	r.at(24*time.Hour*6, func() {
		require.Equal(t, []string{"{guardian_refuses,lost}"}, r.ask(`SELECT outcomes::text FROM tasks WHERE kind = 'referral.trace' AND state = 'open'`))
		r.answer("referral.trace", nursery.OutcomeLost, theClinic, nursery.RoleHospital, form{}, "")
	})
	require.Equal(t, nursery.StageReferralEnded, r.run("").Stage)
	require.Equal(t, []string{"ended 3"}, r.ask(`SELECT state || ' ' || traces FROM referrals`))
}
