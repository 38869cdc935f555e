package tests

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/processes/inspection"
	"tuoyu/processes/insurance"
	"tuoyu/store"
)

// lines are what the register of readings holds of a subject, in the order it was written.
func (d *fixture) lines(subject nursery.ReadingSubject) []string {
	d.t.Helper()
	return d.strings(`SELECT about || ' ' || cardinality(children) || ' ' || reader || ' ' || purpose || ' ' || array_to_string(fields, ',')
		FROM record_reads WHERE subject = $1 ORDER BY id`, string(subject))
}

func TestAListIsLoggedOnceAReaderAndDay(t *testing.T) {
	d, round, ids := examined(t)
	other := clinic
	other.Account = "clinic-140403-1b"
	now := d.Now
	open := func(by nursery.Principal) {
		_, err := d.CheckupClass(t.Context(), by, round, "乳儿班")
		require.NoError(t, err)
	}
	for range 10 {
		open(clinic)
	}
	about := round + " 乳儿班"
	first3 := about + " 3 clinic-140403-1 checkup name,sex"
	require.Equal(t, []string{first3}, d.lines(nursery.ReadClass))
	open(other)
	require.Equal(t, []string{first3, about + " 3 clinic-140403-1b checkup name,sex"}, d.lines(nursery.ReadClass))
	d.Deps.Now = func() time.Time { return now().AddDate(0, 0, 1) }
	open(clinic)
	require.Len(t, d.lines(nursery.ReadClass), 3)

	of, err := children.Readings.Page(t.Context(), d.Service, auditor, children.ReadingFilter{Child: ids[0]}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, of.Items, 3, "who read a child by a list is found by the child")
	entry := of.Items[0]
	require.Equal(t, "班级体检名单 "+about+"（3 名）", entry.What())
	require.Equal(t, "姓名、性别", entry.FieldTitles())
	require.Equal(t, "健康体检", entry.PurposeTitle)
	require.Empty(t, entry.Child)
	county, err := children.Readings.Page(t.Context(), d.Service, countyOffice, children.ReadingFilter{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, county.Items, 3)
}

func TestARosterIsLoggedForWhatItIsReadForAndForWhomItShows(t *testing.T) {
	d := caring(t)
	d.enrolled(first, 1)
	d.enrolled(first, 2)
	export := func(purpose nursery.ReadingPurpose) {
		_, err := d.RosterSheet(t.Context(), first, purpose)
		require.NoError(t, err)
	}
	export(nursery.ReadForEnrolment)
	export(nursery.ReadForEnrolment)
	export(nursery.ReadForGuardian)
	d.enrolled(first, 3)
	export(nursery.ReadForEnrolment)
	export(nursery.ReadForEnrolment)
	fields := "name,identity,born_on,sex,guardian_name,guardian_phone"
	require.Equal(t, []string{
		"inst-140403-01 2 institution-140403-01 enrolment " + fields,
		"inst-140403-01 2 institution-140403-01 guardian_request " + fields,
		"inst-140403-01 1 institution-140403-01 enrolment " + fields, // who is new on it
	}, d.lines(nursery.ReadRoster))
}

func TestAComplaintIsLoggedOnceAReaderAndDay(t *testing.T) {
	d := newFixture(t)
	d.register()
	in := inspection.ComplaintRequest{County: "140403", Institution: inspected.Institution, Topic: "food", Said: "午餐的米饭发霉", Contact: "留言箱三号"}
	started, err := d.FileComplaint(t.Context(), nursery.Principal{}, strangersKey, in)
	require.NoError(t, err)
	for range 3 {
		_, err = d.Complaint(t.Context(), head, started.CaseNo)
		require.NoError(t, err)
	}
	_, err = d.Complaint(t.Context(), officerOne, started.CaseNo)
	require.Error(t, err)
	require.Equal(t, []string{started.CaseNo + " 0 " + head.Account + " complaint said,contact"}, d.lines(nursery.ReadComplaint))
	all, err := children.Readings.Page(t.Context(), d.Service, auditor, children.ReadingFilter{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, all.Items, 1)
	require.Equal(t, "投诉举报 "+started.CaseNo, all.Items[0].What())
	require.Equal(t, "反映内容、联系方式", all.Items[0].FieldTitles())
	require.Equal(t, "办理投诉举报", all.Items[0].PurposeTitle)
}

func TestNobodyWritesAReadingInAnothersName(t *testing.T) {
	d := newFixture(t)
	err := d.db.As(t.Context(), clerk, func(q *store.Queries) error {
		return q.Exec(t.Context(), `INSERT INTO record_reads (subject, about, county, reader, reader_role, institution, purpose, fields, at)
			VALUES ('complaint', 'x', '140403', 'another', 'clerk', '', 'complaint', '{}', now())`)
	})
	require.ErrorContains(t, err, "row-level security")
}

func TestListsOfInsuranceNeedTheKeys(t *testing.T) {
	d, caseNo := insuring(t)
	without := d.clear()
	_, err := insurance.Exceptions.Page(t.Context(), without.Service, countyOffice, insurance.ExceptionFilter{CaseNo: caseNo}, casework.PageRequest{})
	refused(t, err, casework.CodeSealingUnavailable)
	_, err = without.Roster(t.Context(), first, nursery.ReadForEnrolment)
	refused(t, err, casework.CodeSealingUnavailable)
}

func TestAFirstAnswerLiesSealedAndIsItsAccountsOwn(t *testing.T) {
	d := newFixture(t)
	started, err := d.StartFiling(t.Context(), applicant, "k1", casework.StartFiling{Application: application(t)})
	require.NoError(t, err)
	require.NotEmpty(t, started.TrackingCode)
	require.Equal(t, []string{"1"}, d.strings(`SELECT count(*)::text FROM idempotency_keys WHERE key = 'k1'`))
	require.Empty(t, d.strings(`SELECT key FROM idempotency_keys k WHERE k::text LIKE '%' || $1 || '%' OR position(convert_to($1, 'UTF8') in answer) > 0`, started.TrackingCode))
	again, err := d.StartFiling(t.Context(), applicant, "k1", casework.StartFiling{Application: application(t)})
	require.NoError(t, err)
	require.Equal(t, started, again)

	for _, p := range []nursery.Principal{clerk, admin, stranger, {}} {
		require.NoError(t, d.db.As(t.Context(), p, func(q *store.Queries) error {
			seen, err := q.Strings(t.Context(), `SELECT key FROM idempotency_keys`)
			require.Empty(t, seen, p.Account)
			return err
		}))
		err := d.db.As(t.Context(), p, func(q *store.Queries) error {
			return q.Exec(t.Context(), `INSERT INTO calendar_years (year, days, published_at) VALUES (2031, '{}', now())`)
		})
		if p.Role != nursery.RoleAdministrator {
			require.ErrorContains(t, err, "row-level security", p.Account)
		}
	}
	d.exec(`UPDATE idempotency_keys SET answer = NULL, response = '{"case_no": "from before"}'`)
	again, err = d.StartFiling(t.Context(), applicant, "k1", casework.StartFiling{Application: application(t)})
	require.NoError(t, err)
	require.Equal(t, "from before", again.CaseNo, "an answer kept before there was a keyset")
}
