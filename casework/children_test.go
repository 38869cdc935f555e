package casework_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/testdata"
)

var (
	nurseryA = nursery.Principal{Account: "institution-140403-01", Role: nursery.RoleInstitution, County: "140403", Institution: "inst-140403-01"}
	nurseryB = nursery.Principal{Account: "institution-140403-02", Role: nursery.RoleInstitution, County: "140403", Institution: "inst-140403-02"}
	clinicA  = nursery.Principal{Account: "clinic-140403-1", Role: nursery.RoleHospital, County: "140403", Institution: "clinic-140403-1"}
	officeA  = nursery.Principal{Account: "county-office-140403", Role: nursery.RoleCountyOffice, County: "140403"}
	officeB  = nursery.Principal{Account: "county-office-140404", Role: nursery.RoleCountyOffice, County: "140404"}
)

// withInstitutions gives the door two filed institutions of one county.
func withInstitutions(t *testing.T) *door {
	t.Helper()
	d := openDoor(t)
	for _, p := range []nursery.Principal{nurseryA, nurseryB} {
		d.exec(`INSERT INTO institutions (id, county, name, site_kind, status, filed_on, updated_at)
			VALUES ($1, $2, '示例托育', 'community', 'filed', '2026-01-05', now())`, p.Institution, p.County)
	}
	return d
}

func child(t *testing.T, serial int, born nursery.Date) nursery.Child {
	t.Helper()
	return testdata.ChildBorn("140403", serial, born)
}

func (d *door) enrolled(p nursery.Principal, c nursery.Child, class string) string {
	d.t.Helper()
	made, err := d.Enrol(d.t.Context(), p, key(), casework.Enrolment{Child: c, Class: class, EnteredOn: nursery.NewDate(2026, 9, 1)})
	require.NoError(d.t, err)
	return made.Child
}

func TestAChildIsOneChildWhereverItIsInCare(t *testing.T) {
	d := withInstitutions(t)
	c := child(t, 7, nursery.NewDate(2025, 3, 9))
	id := d.enrolled(nurseryA, c, "c1")
	_, err := d.Enrol(t.Context(), nurseryB, key(), casework.Enrolment{Child: c, Class: "x", EnteredOn: nursery.NewDate(2026, 10, 1)})
	refused(t, err, casework.CodeChildInCare)
	_, err = d.LeaveCare(t.Context(), nurseryB, key(), id, casework.Leaving{LeftOn: nursery.NewDate(2026, 10, 1), Leave: nursery.LeaveLeft})
	refused(t, err, casework.CodeNotFound)
	_, err = d.LeaveCare(t.Context(), nurseryA, key(), id, casework.Leaving{LeftOn: nursery.NewDate(2026, 10, 1), Leave: nursery.LeaveTransferred})
	require.NoError(t, err)
	c.Identity, c.GuardianPhone = strings.ToLower(c.Identity)+" ", "13800000001"
	require.Equal(t, id, d.enrolled(nurseryB, c, "x"))
	require.Equal(t, []string{"1"}, d.strings(`SELECT count(*)::text FROM children`))
	record, err := d.Child(t.Context(), nurseryB, id, nursery.ReadEnrolment)
	require.NoError(t, err)
	require.Equal(t, "13800000001", record.GuardianPhone)
	require.Equal(t, "婴幼儿0007", record.Name)
}

func TestEachRoleReceivesItsFieldsAndEachReadingIsWrittenDown(t *testing.T) {
	d := withInstitutions(t)
	c := child(t, 8, nursery.NewDate(2025, 3, 9))
	id := d.enrolled(nurseryA, c, "c1")
	record, err := d.Child(t.Context(), nurseryA, id, nursery.ReadEnrolment)
	require.NoError(t, err)
	require.Equal(t, c.Name, record.Name)
	require.Empty(t, record.Identity)
	require.Equal(t, "140*************"+c.Identity[16:], record.IdentityMasked)
	_, err = d.Child(t.Context(), nurseryA, id, nursery.ReadCheckup)
	refused(t, err, casework.CodePurposeNotAllowed)
	for _, stranger := range []nursery.Principal{nurseryB, clinicA, officeB} {
		_, err = d.Child(t.Context(), stranger, id, nursery.ReadCheckup)
		refused(t, err, casework.CodeNotFound)
	}
	d.exec(`INSERT INTO cases (case_no, kind, county, institution, partner, stage, status, holder, tracking_hash, created_at, updated_at)
		VALUES ('QY-140403-2026-000001-0', 'contract', '140403', $1, $2, 'in_force', 'open', '', '\x00', now(), now())`, nurseryA.Institution, clinicA.Institution)
	record, err = d.Child(t.Context(), clinicA, id, nursery.ReadCheckup)
	require.NoError(t, err)
	require.Equal(t, c.GuardianPhone, record.GuardianPhone)
	require.Empty(t, record.IdentityMasked)
	record, err = d.Child(t.Context(), officeA, id, nursery.ReadSupervision)
	require.NoError(t, err)
	require.Equal(t, c.Identity, record.Identity)

	for _, reader := range []nursery.Principal{auditor, officeA} {
		reads, err := d.RecordReads(t.Context(), reader, "", "", casework.PageRequest{})
		require.NoError(t, err)
		var said []string
		for _, r := range reads.Items {
			said = append(said, fmt.Sprintf("%s %s %s %v", r.Child, r.Reader, r.Purpose, r.Fields))
		}
		require.Equal(t, []string{
			id + " county-office-140403 supervision [name identity guardian_phone]",
			id + " clinic-140403-1 checkup [name guardian_phone]",
			id + " institution-140403-01 enrolment [name identity_masked guardian_name guardian_phone]",
		}, said)
	}
	reads, err := d.RecordReads(t.Context(), officeB, "140403", "", casework.PageRequest{})
	require.NoError(t, err)
	require.Empty(t, reads.Items)
	_, err = d.RecordReads(t.Context(), nurseryA, "", "", casework.PageRequest{})
	refused(t, err, casework.CodeForbidden)
}

func TestNothingThatNamesAChildIsStoredInTheClear(t *testing.T) {
	d := withInstitutions(t)
	c := child(t, 9, nursery.NewDate(2025, 3, 9))
	id := d.enrolled(nurseryA, c, "c1")
	_, err := d.Child(t.Context(), nurseryA, id, nursery.ReadEnrolment)
	require.NoError(t, err)
	columns := d.strings(`SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'bytea', 'ARRAY') ORDER BY 1`)
	require.Greater(t, len(columns), 60)
	for _, name := range columns {
		table, column, _ := strings.Cut(name, ".")
		text := column + "::text"
		if d.strings(`SELECT data_type FROM information_schema.columns WHERE table_name = $1 AND column_name = $2 AND table_schema = 'public'`, table, column)[0] == "bytea" {
			text = "encode(" + column + ", 'escape')"
		}
		for _, secret := range []string{c.Name, c.Identity, c.GuardianName, c.GuardianPhone} {
			require.Equal(t, []string{"0"}, d.strings("SELECT count(*)::text FROM "+table+" WHERE strpos("+text+", $1) > 0", secret), name)
		}
	}
}

func TestConsentIsGivenWithdrawnAndGivenAgain(t *testing.T) {
	d := withInstitutions(t)
	id := d.enrolled(nurseryA, child(t, 10, nursery.NewDate(2025, 3, 9)), "c1")
	give := casework.ConsentGiven{Purpose: nursery.ConsentCheckup, Evidence: "纸质同意书", GivenOn: nursery.NewDate(2026, 9, 2)}
	_, err := d.WithdrawConsent(t.Context(), nurseryA, key(), id, nursery.ConsentCheckup)
	refused(t, err, casework.CodeConsentMissing)
	for range 2 {
		_, err = d.GiveConsent(t.Context(), nurseryA, key(), id, give)
		require.NoError(t, err)
	}
	_, err = d.WithdrawConsent(t.Context(), nurseryA, key(), id, nursery.ConsentCheckup)
	require.NoError(t, err)
	given, err := d.GiveConsent(t.Context(), nurseryA, key(), id, give)
	require.NoError(t, err)
	require.Len(t, given.Consents, 2)
	require.Equal(t, nursery.NewDate(2026, 11, 2), given.Consents[0].WithdrawnOn)
	require.True(t, given.Consents[1].WithdrawnOn.IsZero())
	_, err = d.GiveConsent(t.Context(), nurseryB, key(), id, give)
	refused(t, err, casework.CodeNotFound)
	give.GivenOn = nursery.NewDate(2025, 3, 8)
	_, err = d.GiveConsent(t.Context(), nurseryA, key(), id, give)
	refused(t, err, casework.CodeInvalid)
}

func TestARosterReportsItsWrongRowsAndTakesTheOthers(t *testing.T) {
	d := withInstitutions(t)
	good, wrong := child(t, 11, nursery.NewDate(2025, 3, 9)), child(t, 12, nursery.NewDate(2025, 4, 9))
	row := func(c nursery.Child, sex string) []any {
		return []any{"居民身份证", c.Identity, c.Name, c.BornOn.String(), sex, "潞州区", c.GuardianName, c.GuardianPhone, "c1", "2026-09-01"}
	}
	other := map[nursery.Sex]string{nursery.Male: "女", nursery.Female: "男"}
	raw, err := sheets.Write(sheets.Table{Name: "名册", Head: casework.RosterColumns, Rows: [][]any{
		row(good, good.Sex.Title()), row(wrong, other[wrong.Sex]), row(wrong, "未知"),
	}})
	require.NoError(t, err)
	for i, want := range []int{1, 0} {
		report, err := d.ImportRoster(t.Context(), nurseryA, fmt.Sprint("roster-", i), raw)
		require.NoError(t, err)
		require.Equal(t, 3, report.Rows)
		require.Equal(t, want, report.Taken)
		require.Contains(t, report.Refused, casework.RowFault{Row: 3, Column: "性别", Message: "与证件号码中的性别不一致"})
		require.Contains(t, report.Refused, casework.RowFault{Row: 4, Column: "性别", Message: "应为男或女"})
	}
	require.Equal(t, []string{"1"}, d.strings(`SELECT count(*)::text FROM enrolments`))
	lines, err := d.Roster(t.Context(), nurseryA, nursery.ReadEnrolment)
	require.NoError(t, err)
	require.Len(t, lines, 1)
	require.Equal(t, good.Name, lines[0].Name)
	list, err := d.Children(t.Context(), nurseryA, casework.ChildFilter{Present: true}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	require.Equal(t, 19, list.Items[0].Months)
}

func TestWhatIsWrongWithAChildIsNamedAtOnce(t *testing.T) {
	d := withInstitutions(t)
	c := child(t, 13, nursery.NewDate(2025, 3, 9))
	c.BornOn, c.Name, c.GuardianPhone, c.County = nursery.NewDate(2025, 3, 10), "", "12", "110000"
	_, err := d.Enrol(t.Context(), nurseryA, key(), casework.Enrolment{Child: c, EnteredOn: nursery.NewDate(2026, 11, 3)})
	e := refused(t, err, casework.CodeInvalid)
	var at []string
	for _, f := range e.Fields {
		require.NotContains(t, f.Message, c.Identity)
		at = append(at, f.Location)
	}
	require.ElementsMatch(t, []string{"/child/born_on", "/child/name", "/child/guardian_phone", "/child/county", "/entered_on", "/class"}, at)
	d.Fields = nil
	_, err = d.Enrol(t.Context(), nurseryA, key(), casework.Enrolment{})
	refused(t, err, casework.CodeSealingUnavailable)
}
