package tests

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/checkup"
	"tuoyu/store"
	"tuoyu/testdata"
	"tuoyu/workflows"
)

// examined returns a test environment with a round under way for three children of class 乳儿班, whose guardians have
// consented.
func examined(t *testing.T) (d *fixture, round string, children []string) {
	t.Helper()
	d = pairing(t)
	d.inForce()
	for serial := range 3 {
		children = append(children, d.enrolled(first, serial+1))
	}
	d.exec(`UPDATE children SET born_on = '2025-03-01', sex = 'male'`)
	d.exec(`UPDATE enrolments SET entered_on = '2026-06-01'`)
	d.exec(`INSERT INTO consents (child, county, purpose, evidence, given_on, taken_by) SELECT id, county, 'checkup', 'att', '2026-06-01', 'test' FROM children`)
	opened, err := d.OpenHalf(t.Context(), countyOffice, "half", checkup.HalfOpening{Half: "2026H2"})
	require.NoError(t, err)
	round = d.strings(`SELECT case_no FROM checkup_rounds WHERE institution = $1`, first.Institution)[0]
	require.Contains(t, opened.Opened, round)
	loaded, err := rules()
	require.NoError(t, err)
	e := &activities.Engine{DB: d.db, Processes: workflows.Definitions(), Rules: loaded, CalendarCache: store.NewCalendarCache(d.db), Fields: d.Fields, PublicURL: "http://127.0.0.1:8080"}
	terms, err := e.OpenCheckup(t.Context(), activities.Move{CaseNo: round, Step: "opened", At: d.Now()})
	require.NoError(t, err)
	require.False(t, terms.Blocked)
	return d, round, children
}

// weighed is a record of weight and length, and whatever else is given.
func weighed(child string, kg, cm float64, more ...nursery.CheckedItem) nursery.Checkup {
	return nursery.Checkup{Child: child, CheckedOn: testdata.AsOf, Items: append([]nursery.CheckedItem{
		{Item: nursery.ItemWeight, Done: true, Value: kg}, {Item: nursery.ItemLength, Done: true, Value: cm},
	}, more...)}
}

func (d *fixture) record(key, round string, records ...nursery.Checkup) (checkup.ClassRecorded, error) {
	return d.RecordCheckups(d.t.Context(), clinic, key, round, "乳儿班", checkup.ClassRecords{Records: records})
}

func TestAHalfYearIsOpenedOnceForEachInstitution(t *testing.T) {
	d, _, _ := examined(t)
	require.Len(t, d.strings(`SELECT case_no FROM checkup_rounds`), 2)
	again, err := d.OpenHalf(t.Context(), countyOffice, "half-2", checkup.HalfOpening{Half: "2026H2"})
	require.NoError(t, err)
	require.Empty(t, again.Opened)
	_, err = d.OpenHalf(t.Context(), countyOffice, "past", checkup.HalfOpening{Half: "2026H1"})
	code(t, err, casework.CodeInvalid)
	_, err = d.OpenHalf(t.Context(), clinic, "clinic", checkup.HalfOpening{Half: "2026H2"})
	code(t, err, casework.CodeForbidden)
}

func TestARecordIsTakenOnceAndSealed(t *testing.T) {
	d, round, children := examined(t)
	done, err := d.record("k1", round, weighed(children[0], 10.4, 79.5), weighed(children[1], 10.2, 78.9))
	require.NoError(t, err)
	again, err := d.record("k1", round, weighed(children[0], 10.4, 79.5), weighed(children[1], 10.2, 78.9))
	require.NoError(t, err)
	require.Equal(t, done, again)
	require.Equal(t, []string{"2"}, d.strings(`SELECT count(*)::text FROM checkup_records`))
	require.Equal(t, []string{"4"}, d.strings(`SELECT count(*)::text FROM checkup_duties WHERE done_on = '2026-11-02'`))
	require.Empty(t, d.strings(`SELECT child FROM checkup_records WHERE position(convert_to('weight', 'UTF8') in content) > 0`))
	require.Empty(t, d.strings(`SELECT payload::text FROM outbox WHERE payload::text LIKE '%10.4%'`))
	// The growth levels of the rules are returned, to a repeat too, and are stored nowhere in plain text.
	thin, err := d.record("thin", round, weighed(children[2], 7.2, 79))
	require.NoError(t, err)
	require.NotEmpty(t, thin.Children[0].Levels)
	repeated, err := d.record("thin", round, weighed(children[2], 7.2, 79))
	require.NoError(t, err)
	require.Equal(t, thin, repeated)
	require.Empty(t, d.strings(`SELECT key FROM idempotency_keys WHERE response::text LIKE '%' || $1 || '%'`, thin.Children[0].Levels[0]))
	// A second record of the child is another version, and what was done stays done.
	second, err := d.record("k2", round, weighed(children[0], 10.5, 79.6))
	require.NoError(t, err)
	require.Equal(t, 2, second.Children[0].Version)
}

func TestNothingOfASendThatIsRefusedStays(t *testing.T) {
	d, round, children := examined(t)
	d.exec(`UPDATE consents SET withdrawn_on = '2026-11-01', withdrawn_by = 'test' WHERE child = $1`, children[2])
	good := weighed(children[0], 10.4, 79.5)
	for name, c := range map[string]struct {
		records []nursery.Checkup
		code    string
		fields  []string
	}{
		"a withdrawn consent":  {[]nursery.Checkup{good, weighed(children[2], 10, 79)}, casework.CodeConsentMissing, []string{"/records/1/child"}},
		"a child twice":        {[]nursery.Checkup{good, good}, casework.CodeInvalid, []string{"/records/1/child"}},
		"a stranger":           {[]nursery.Checkup{good, weighed("CAAAAAAAAAAAAAAAAAAAA", 10, 79)}, casework.CodeInvalid, []string{"/records/1/child"}},
		"an impossible weight": {[]nursery.Checkup{good, weighed(children[1], 30, 79)}, casework.CodeMeasureAgain, []string{"/records/1/items/0/value"}},
		"a proof nobody uploaded": {[]nursery.Checkup{good, {Child: children[1], CheckedOn: testdata.AsOf, Items: []nursery.CheckedItem{
			{Item: nursery.ItemTeeth, Reason: nursery.NotDoneElsewhere, Proof: "none", ProofOn: testdata.AsOf},
		}}}, casework.CodeInvalid, []string{"/records/1/items/0/proof"}},
	} {
		_, err := d.record(name, round, c.records...)
		problem := refused(t, err, c.code)
		require.Subset(t, locations(problem), c.fields, name)
	}
	require.Empty(t, d.strings(`SELECT child FROM checkup_records`))
	// Measured again, the value is taken; that the guardian refuses may be written down without consent.
	heavy := weighed(children[1], 30, 79)
	heavy.MeasuredAgain = true
	_, err := d.record("again", round, heavy, nursery.Checkup{Child: children[2], CheckedOn: testdata.AsOf, Items: []nursery.CheckedItem{
		{Item: nursery.ItemWeight, Reason: nursery.NotDoneRefused},
	}})
	require.NoError(t, err)
	require.Equal(t, []string{"weight 2026-11-02"}, d.strings(`SELECT item || ' ' || waived_on FROM checkup_duties WHERE waived_on IS NOT NULL`))
}

func TestAChildDoesNotShrinkBetweenTwoRecords(t *testing.T) {
	d, round, children := examined(t)
	early := weighed(children[0], 10.4, 79.5)
	early.CheckedOn = testdata.AsOf.AddDays(-30)
	_, err := d.record("k1", round, early)
	require.NoError(t, err)
	_, err = d.record("k2", round, weighed(children[0], 10.4, 78.9))
	require.Equal(t, []string{"/records/0/items/1/value"}, locations(refused(t, err, casework.CodeMeasureAgain)))
	_, err = d.record("k3", round, weighed(children[0], 10.4, 79))
	require.NoError(t, err)
}

func TestAWarningSignOpensOneReferral(t *testing.T) {
	d, round, children := examined(t)
	sign := nursery.CheckedItem{Item: nursery.ItemDevelopment, Done: true, Result: nursery.FoundAbnormal, Signs: []int{1, 2}}
	done, err := d.record("k1", round, weighed(children[0], 10.4, 79.5, sign))
	require.NoError(t, err)
	referral := done.Children[0].Referral
	require.NotEmpty(t, referral)
	done, err = d.record("k2", round, weighed(children[0], 10.4, 79.5, sign))
	require.NoError(t, err)
	require.Equal(t, referral, done.Children[0].Referral)
	require.Empty(t, d.strings(`SELECT case_no FROM cases WHERE subject LIKE '%发育%' OR case_no IN (SELECT case_no FROM case_events WHERE note LIKE '%发育%')`))

	seen, err := d.Referral(t.Context(), clinic, referral)
	require.NoError(t, err)
	require.Equal(t, []string{"发育情况需要进一步检查。"}, seen.Cause)
	seen, err = d.Referral(t.Context(), countyOffice, referral)
	require.NoError(t, err)
	require.Empty(t, seen.Cause)
	_, err = d.Referral(t.Context(), otherClinic, referral)
	code(t, err, casework.CodeNotFound)
	_, err = d.PutReferralResult(t.Context(), clinic, "r1", referral, checkup.ReferralResult{Result: "已复查", ResultOn: testdata.AsOf.AddDays(1)})
	code(t, err, casework.CodeInvalid)
	_, err = d.PutReferralResult(t.Context(), clinic, "r2", referral, checkup.ReferralResult{Result: "已复查", ResultOn: testdata.AsOf})
	require.NoError(t, err)
	_, err = d.PutReferralResult(t.Context(), first, "r3", referral, checkup.ReferralResult{Result: "已复查", ResultOn: testdata.AsOf})
	code(t, err, casework.CodeForbidden)
}

func TestTheCheckupRateIsExactAndLeavesOutWhoIsWaived(t *testing.T) {
	d, _, children := examined(t)
	d.exec(`UPDATE checkup_duties SET done_on = '2026-11-02' WHERE child = $1`, children[0])
	rate, err := d.CheckupRate(t.Context(), countyOffice, "2026H2")
	require.NoError(t, err)
	require.Equal(t, []int{1, 3}, []int{rate.Total.Numerator, rate.Total.Denominator})
	require.Equal(t, "33.3", rate.Total.Rate.Text)
	d.exec(`UPDATE checkup_duties SET waived_on = '2026-11-02' WHERE child = $1`, children[1])
	rate, err = d.CheckupRate(t.Context(), countyOffice, "")
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, []int{rate.Total.Numerator, rate.Total.Denominator})
	_, err = d.CheckupRate(t.Context(), clinic, "")
	code(t, err, casework.CodeForbidden)
}

// The contract goes to another clinic in the middle of the round: it goes on where the first one stopped.
func TestARoundIsHandedOverToAnotherClinic(t *testing.T) {
	d, round, children := examined(t)
	early := weighed(children[0], 10.4, 79.5)
	early.CheckedOn = testdata.AsOf.AddDays(-30)
	_, err := d.record("k1", round, early)
	require.NoError(t, err)
	d.exec(`UPDATE contracts SET state = 'ended'`)
	terms := yearWith(otherClinic.Institution)
	terms.StartsOn = testdata.AsOf.AddDays(-1)
	started, err := d.StartContract(t.Context(), first, "second", terms)
	require.NoError(t, err)
	d.exec(`UPDATE contracts SET state = 'in_force' WHERE case_no = $1`, started.CaseNo)
	d.exec(`UPDATE cases SET status = 'open' WHERE case_no = $1`, started.CaseNo)
	loaded, err := rules()
	require.NoError(t, err)
	e := &activities.Engine{DB: d.db, Processes: workflows.Definitions(), Rules: loaded, CalendarCache: store.NewCalendarCache(d.db), Fields: d.Fields}
	require.NoError(t, e.FollowCheckup(t.Context(), activities.Move{CaseNo: round, Step: "followed", At: d.Now()}))

	_, err = d.record("old", round, weighed(children[1], 10.2, 78.9))
	code(t, err, casework.CodeNotFound)
	sheet, err := d.CheckupClass(t.Context(), otherClinic, round, "乳儿班")
	require.NoError(t, err)
	require.Len(t, sheet.Children, 3)
	record := func(key string, kg, cm float64) (checkup.ClassRecorded, error) {
		return d.RecordCheckups(t.Context(), otherClinic, key, round, "乳儿班", checkup.ClassRecords{Records: []nursery.Checkup{weighed(children[0], kg, cm)}})
	}
	_, err = record("shrunk", 10.4, 78.9) // also against what the first clinic measured
	code(t, err, casework.CodeMeasureAgain)
	done, err := record("k2", 10.6, 80)
	require.NoError(t, err)
	require.Equal(t, 2, done.Children[0].Version)
	require.Equal(t, []string{otherClinic.Institution}, d.strings(`SELECT DISTINCT clinic FROM checkup_duties WHERE case_no = $1`, round))
}

// What was measured under a record that became part of another counts for the one that goes on.
func TestARecordUnderAnEarlierIdentifierIsComparedWith(t *testing.T) {
	d, round, children := examined(t)
	early := weighed(children[0], 10.4, 79.5)
	early.CheckedOn = testdata.AsOf.AddDays(-30)
	_, err := d.record("k1", round, early)
	require.NoError(t, err)
	d.exec(`UPDATE children SET merged_into = $2 WHERE id = $1`, children[0], children[1])
	_, err = d.record("shrunk", round, weighed(children[1], 10.4, 78.9))
	code(t, err, casework.CodeMeasureAgain)
	_, err = d.record("k2", round, weighed(children[1], 10.6, 80))
	require.NoError(t, err)

	d.exec(`UPDATE checkup_duties SET half = '2026H1', done_on = '2026-05-05' WHERE child = $1 AND item = 'length'`, children[0])
	require.NoError(t, d.db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		done, err := q.LastDone(t.Context(), store.LastDoneParams{Children: children[1:2], Half: "2026H2"})
		require.Len(t, done, 1)
		require.Equal(t, []string{children[1], "length", "2026-05-05"}, []string{done[0].Child, done[0].Item, done[0].DoneOn.String()})
		return err
	}))
}

func TestAProofOfACheckElsewhereIsOfThisHalfYear(t *testing.T) {
	d, round, children := examined(t)
	d.exec(`INSERT INTO attachments (id, county, institution, name, media_type, size, sha256, scan, uploaded_by, uploaded_at)
		SELECT 'proof', $1, $2, 'p.pdf', 'application/pdf', 1, repeat('0', 64), 'unscanned', $3, now()`, county, first.Institution, clinic.Account)
	elsewhere := func(on nursery.Date) nursery.Checkup {
		return nursery.Checkup{Child: children[0], CheckedOn: testdata.AsOf, Items: []nursery.CheckedItem{
			{Item: nursery.ItemTeeth, Reason: nursery.NotDoneElsewhere, Proof: "proof", ProofOn: on},
		}}
	}
	_, err := d.record("old", round, elsewhere(nursery.NewDate(2026, 6, 30)))
	require.Equal(t, []string{"/records/0/items/0/proof_on"}, locations(refused(t, err, casework.CodeInvalid)))
	_, err = d.record("new", round, elsewhere(nursery.NewDate(2026, 7, 1)))
	require.NoError(t, err)
	require.Equal(t, []string{"teeth 2026-07-01 true"}, d.strings(`SELECT item || ' ' || done_on || ' ' || elsewhere FROM checkup_duties WHERE done_on IS NOT NULL`))
}

// recordedEarlier stores a record of the clinic in the half-year before that of a round.
func (d *fixture) recordedEarlier(round string, before nursery.Checkup) {
	d.t.Helper()
	d.exec(`INSERT INTO checkup_rounds (case_no, county, institution, clinic, half, state, opened_on, due_on, until_on)
		SELECT (SELECT case_no FROM cases WHERE kind = 'contract' LIMIT 1), county, institution, clinic, '2026H1', 'closed', '2026-01-01', '2026-06-30', '2026-07-28' FROM checkup_rounds WHERE case_no = $1`, round)
	earlier := d.strings(`SELECT case_no FROM checkup_rounds WHERE half = '2026H1'`)[0]
	sealed, err := activities.SealCheckup(d.Fields, earlier, 1, activities.CheckupContent{Checkup: before})
	require.NoError(d.t, err)
	d.exec(`INSERT INTO checkup_records (case_no, child, version, county, institution, clinic, checked_on, content, refer, recorded_by, recorded_at)
		VALUES ($1, $2, 1, $3, $4, $5, $7, $6, false, 'test', '2026-06-30')`, earlier, before.Child, county, first.Institution, clinic.Institution, sealed, before.CheckedOn.String())
}

func TestTwoHalfYearsChecksTooCloseAreSaid(t *testing.T) {
	d, round, children := examined(t)
	_, err := d.record("k1", round, weighed(children[0], 10.4, 79.5))
	require.NoError(t, err)
	before := weighed(children[1], 9.6, 77)
	before.CheckedOn = nursery.NewDate(2026, 6, 30)
	d.recordedEarlier(round, before)
	done, err := d.record("k2", round, weighed(children[1], 10.2, 78.9))
	require.NoError(t, err)
	require.Equal(t, []string{"距上次体检4个月，应间隔约六个月。"}, done.Children[0].Levels)
	told, err := d.GuardianSummary(t.Context(), clinic, round, children[1])
	require.NoError(t, err)
	require.NotContains(t, told.Lines, "请在下一半年按约六个月的间隔安排。") // that is for the team
}

func TestAClassShowsWhatWasRecordedAndWhoReadIt(t *testing.T) {
	d, round, ids := examined(t)
	d.exec(`UPDATE accounts SET name = '某医生' WHERE account = $1`, clinic.Account)
	early := weighed(ids[0], 10.4, 79.5, nursery.CheckedItem{Item: nursery.ItemHearing, Done: true, Result: nursery.FoundNormal})
	early.CheckedOn = testdata.AsOf.AddDays(-20)
	_, err := d.record("k1", round, early)
	require.NoError(t, err)
	_, err = d.record("k2", round, nursery.Checkup{Child: ids[0], CheckedOn: testdata.AsOf, Items: []nursery.CheckedItem{{Item: nursery.ItemWeight, Done: true, Value: 10.6}}})
	require.NoError(t, err)

	sheet, err := d.CheckupClass(t.Context(), clinic, round, "乳儿班")
	require.NoError(t, err)
	n := slices.IndexFunc(sheet.Children, func(c checkup.ClassChild) bool { return c.ID == ids[0] })
	child := sheet.Children[n]
	require.Equal(t, testdata.AsOf, child.CheckedOn)
	found := map[nursery.CheckItem]checkup.RecordedItem{}
	for _, item := range child.Recorded {
		found[item.Item] = item
	}
	require.Equal(t, 10.6, found[nursery.ItemWeight].Value, "the value measured again")
	require.Equal(t, testdata.AsOf, found[nursery.ItemWeight].CheckedOn)
	require.Equal(t, 79.5, found[nursery.ItemLength].Value, "what was not measured again is as it was")
	require.Equal(t, early.CheckedOn, found[nursery.ItemLength].CheckedOn)
	require.Equal(t, "某医生", found[nursery.ItemLength].RecordedBy)
	require.NotNil(t, found[nursery.ItemLength].Z)
	require.Equal(t, nursery.FoundNormal, found[nursery.ItemHearing].Result)
	require.Len(t, child.Growth, 2)
	require.Equal(t, 10.4, *child.Growth[0].WeightKg)
	require.Equal(t, 20, child.Growth[1].Days-child.Growth[0].Days)
	require.Nil(t, child.Growth[1].LengthCm)
	told, err := d.GuardianSummary(t.Context(), clinic, round, ids[0])
	require.NoError(t, err)
	require.Subset(t, told.Lines, []string{"体重：10.6千克。", "身长（身高）：79.5厘米。", "听力：没有发现需要留意的情况。"})

	require.Empty(t, child.Earlier)
	about := round + " 乳儿班 1 clinic-140403-1 checkup findings"
	require.Equal(t, []string{about}, d.lines(nursery.ReadClassFindings), "only of whom there are results")

	before := weighed(ids[1], 8.1, 70)
	before.CheckedOn = nursery.NewDate(2026, 5, 30)
	d.recordedEarlier(round, before)
	for range 2 {
		sheet, err = d.CheckupClass(t.Context(), clinic, round, "乳儿班")
		require.NoError(t, err)
	}
	child = sheet.Children[slices.IndexFunc(sheet.Children, func(c checkup.ClassChild) bool { return c.ID == ids[1] })]
	require.Empty(t, child.Recorded)
	require.Len(t, child.Earlier, 2)
	require.Equal(t, 8.1, child.Earlier[0].Value)
	require.Len(t, child.Growth, 1)
	require.Equal(t, []string{about, about}, d.lines(nursery.ReadClassFindings), "one line for who is new on it")

	for _, p := range []nursery.Principal{otherClinic, first, countyOffice, head} {
		_, err := d.CheckupClass(t.Context(), p, round, "乳儿班")
		var refused *casework.Error
		require.ErrorAs(t, err, &refused, p.Account)
	}
	require.Len(t, d.lines(nursery.ReadClassFindings), 2)
}
