package tests

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/processes"
	"tuoyu/sheets"
	"tuoyu/testdata"
)

var (
	first  = nursery.Principal{Account: "institution-140403-01", Role: nursery.RoleInstitution, County: county, Institution: "inst-140403-01"}
	clinic = nursery.Principal{Account: "clinic-140403-1", Role: nursery.RoleHospital, County: county, Institution: "clinic-140403-1"}
)

// caring returns a test environment with two institutions on the register.
func caring(t *testing.T) *fixture {
	t.Helper()
	d := newFixture(t)
	for _, p := range []nursery.Principal{first, neighbour} {
		d.exec(`INSERT INTO institutions (id, county, name, site_kind, status, updated_at) VALUES ($1, $2, '示例托育', 'community', 'filed', now())`,
			p.Institution, p.County)
	}
	return d
}

func enrolment(serial int) children.Enrolment {
	child := testdata.Child(county, serial, testdata.AsOf)
	return children.Enrolment{Child: child, Class: "乳儿班", EnteredOn: testdata.AsOf.AddDays(-30)}
}

func (d *fixture) enrolled(p nursery.Principal, serial int) string {
	d.t.Helper()
	e, err := d.EnrolChild(d.t.Context(), p, fmt.Sprintf("enrol-%s-%d", p.Account, serial), enrolment(serial))
	require.NoError(d.t, err)
	return e.ID
}

func code(t *testing.T, err error, want string) {
	t.Helper()
	var refused *casework.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, want, refused.Code)
}

func TestAChildIsInCareAtOnePlaceUntilThatEnds(t *testing.T) {
	d := caring(t)
	id := d.enrolled(first, 1)
	_, err := d.EnrolChild(t.Context(), first, "again", enrolment(1))
	code(t, err, casework.CodeChildEnrolled)
	_, err = d.EnrolChild(t.Context(), neighbour, "transfer", enrolment(1))
	code(t, err, casework.CodeChildElsewhere)
	_, err = d.Child(t.Context(), neighbour, id, nursery.ReadForEnrolment)
	code(t, err, casework.CodeNotFound)

	_, err = d.EndEnrolment(t.Context(), first, "leave", id, children.Leaving{Leave: nursery.LeaveTransferred, LeftOn: testdata.AsOf})
	require.NoError(t, err)
	moved := enrolment(1)
	moved.EnteredOn, moved.Child.GuardianPhone = testdata.AsOf, "13899999999"
	arrived, err := d.EnrolChild(t.Context(), neighbour, "transfer-2", moved)
	require.NoError(t, err)
	require.Equal(t, id, arrived.ID)
	record, err := d.Child(t.Context(), neighbour, id, nursery.ReadForEnrolment)
	require.NoError(t, err)
	require.Equal(t, "13899999999", record.GuardianPhone)
	_, err = d.Child(t.Context(), first, id, nursery.ReadForEnrolment)
	code(t, err, casework.CodeNotFound)
	_, err = d.ChangeClass(t.Context(), first, "class", id, "托大班")
	code(t, err, casework.CodeNotFound)
}

func TestEachReadingForAPurposeIsWrittenDown(t *testing.T) {
	d := caring(t)
	id := d.enrolled(first, 1)
	child := testdata.Child(county, 1, testdata.AsOf)

	record, err := d.Child(t.Context(), first, id, nursery.ReadForEnrolment)
	require.NoError(t, err)
	require.Equal(t, child.Name, record.Name)
	require.Equal(t, nursery.Masked(child.Identity), record.Identity)
	record, err = d.Child(t.Context(), first, id, nursery.ReadForGuardian)
	require.NoError(t, err)
	require.Equal(t, child.Identity, record.Identity)

	_, err = d.Child(t.Context(), clinic, id, nursery.ReadForCheckup)
	code(t, err, casework.CodeNotFound) // it serves another institution
	_, err = d.Child(t.Context(), first, id, nursery.ReadForSupervision)
	code(t, err, casework.CodePurposeNotAllowed)
	_, err = d.Child(t.Context(), auditor, id, nursery.ReadForSupervision)
	require.Error(t, err)
	record, err = d.Child(t.Context(), countyOffice, id, nursery.ReadForSupervision)
	require.NoError(t, err)
	require.Empty(t, record.GuardianName)
	_, err = d.Child(t.Context(), anotherCounty, id, nursery.ReadForSupervision)
	code(t, err, casework.CodeNotFound)

	readings, err := children.Readings.Page(t.Context(), d.Service, auditor, children.ReadingFilter{}, casework.PageRequest{Limit: 2})
	require.NoError(t, err)
	require.Len(t, readings.Items, 2)
	require.Equal(t, "county-office-140403", readings.Items[0].Reader)
	require.Equal(t, []string{"name", "identity", "born_on", "sex", "guardian_phone"}, readings.Items[0].Fields)
	require.Equal(t, "监护人查阅、复制或更正", readings.Items[1].PurposeTitle)
	rest, err := children.Readings.Page(t.Context(), d.Service, auditor, children.ReadingFilter{}, casework.PageRequest{Limit: 2, After: readings.Next})
	require.NoError(t, err)
	require.Len(t, rest.Items, 1)
	require.Empty(t, rest.Next)
	none, err := children.Readings.Page(t.Context(), d.Service, anotherCounty, children.ReadingFilter{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Empty(t, none.Items)
}

func TestTheClinicOfAContractInForceReadsWhatItNeeds(t *testing.T) {
	d := pairing(t)
	id := d.enrolled(first, 1)
	d.inForce()
	record, err := d.Child(t.Context(), clinic, id, nursery.ReadForCheckup)
	require.NoError(t, err)
	require.Equal(t, "婴幼儿0001", record.Name)
	require.Empty(t, record.Identity)
	require.Empty(t, record.GuardianName)
}

func TestARosterIsTakenRowByRow(t *testing.T) {
	d := caring(t)
	other := d.enrolled(neighbour, 5)
	require.NotEmpty(t, other)
	var csv strings.Builder
	csv.WriteString("姓名,证件类型,证件号码,出生日期,性别,居住县区,班级,入托日期,监护人电话\n")
	for serial := 1; serial <= 5; serial++ {
		c := testdata.Child(county, serial, testdata.AsOf)
		sex := map[nursery.Sex]string{nursery.Male: "男", nursery.Female: "女"}[c.Sex]
		if serial == 3 {
			c.Identity = "140403202501010011"
		}
		fmt.Fprintf(&csv, "%s,居民身份证,%s,%s,%s,潞州区,乳儿班,2026/11/02,%s\n", c.Name, c.Identity, c.BornOn, sex, c.GuardianPhone)
	}
	report, err := d.ImportRoster(t.Context(), first, "roster", strings.NewReader(csv.String()))
	require.NoError(t, err)
	require.Equal(t, 3, report.Enrolled)
	require.Len(t, report.Refused, 2)
	require.Equal(t, 4, report.Refused[0].Row)
	require.Equal(t, "证件号码", report.Refused[0].Column)
	require.Equal(t, children.RosterFlaw{Row: 6, Message: "该婴幼儿尚在其他机构在托，请先由该机构办理离托。"}, report.Refused[1])
	again, err := d.ImportRoster(t.Context(), first, "roster-2", strings.NewReader(csv.String()))
	require.NoError(t, err)
	require.Equal(t, 0, again.Enrolled)
	require.Equal(t, 3, again.Already)
	_, err = d.ImportRoster(t.Context(), first, "roster-3", strings.NewReader("姓名\n某某\n"))
	code(t, err, casework.CodeRosterUnreadable)

	book, err := d.RosterSheet(t.Context(), first, nursery.ReadForEnrolment)
	require.NoError(t, err)
	rows, err := sheets.Read(book, "姓名", "证件号码")
	require.NoError(t, err)
	require.Len(t, rows, 3)
	require.Equal(t, []string{"roster inst-140403-01 3"}, d.strings(`SELECT subject || ' ' || about || ' ' || cardinality(children) FROM record_reads`))
}

func TestAConsentIsGivenOnceAndWithdrawnAtOnce(t *testing.T) {
	d := caring(t)
	id := d.enrolled(first, 1)
	paper, err := d.Upload(t.Context(), first, casework.Upload{Name: "consent.pdf", Body: bytes.NewReader(testdata.PDF("consent"))})
	require.NoError(t, err)
	given := children.ConsentGiven{Purpose: nursery.ConsentCheckup, Evidence: paper.ID, GivenOn: testdata.AsOf}
	_, err = d.GiveConsent(t.Context(), first, "c1", id, children.ConsentGiven{Purpose: nursery.ConsentCheckup, Evidence: "none", GivenOn: testdata.AsOf})
	code(t, err, casework.CodeInvalid)
	_, err = d.GiveConsent(t.Context(), first, "c2", id, given)
	require.NoError(t, err)
	_, err = d.GiveConsent(t.Context(), first, "c3", id, given)
	code(t, err, casework.CodeConsentAlreadyGiven)
	_, err = d.WithdrawConsent(t.Context(), first, "w1", id, nursery.ConsentCheckup)
	require.NoError(t, err)
	_, err = d.WithdrawConsent(t.Context(), first, "w2", id, nursery.ConsentCheckup)
	code(t, err, casework.CodeNoConsent)
	_, err = d.GiveConsent(t.Context(), first, "c4", id, given)
	require.NoError(t, err)
	all, err := d.Consents(t.Context(), first, id)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.False(t, all[0].Standing)
	require.True(t, all[1].Standing)
}

func TestAGuardianHasTheRecordCorrected(t *testing.T) {
	d := caring(t)
	id, _ := d.enrolled(first, 1), d.enrolled(first, 2)
	right := testdata.Child(county, 1, testdata.AsOf)
	right.Name = "婴幼儿0099"
	_, err := d.CorrectChild(t.Context(), first, "right", id, right)
	require.NoError(t, err)
	record, err := d.Child(t.Context(), first, id, nursery.ReadForGuardian)
	require.NoError(t, err)
	require.Equal(t, "婴幼儿0099", record.Name)
	_, err = d.CorrectChild(t.Context(), first, "taken", id, testdata.Child(county, 2, testdata.AsOf))
	code(t, err, casework.CodeIdentityTaken)
}

func TestListsOfChildrenNameNobody(t *testing.T) {
	d := caring(t)
	for serial := range 3 {
		d.enrolled(first, serial+1)
	}
	page, err := children.Children.Page(t.Context(), d.Service, first, children.EnrolmentFilter{}, casework.PageRequest{Limit: 2})
	require.NoError(t, err)
	require.Len(t, page.Items, 2)
	rest, err := children.Children.Page(t.Context(), d.Service, first, children.EnrolmentFilter{}, casework.PageRequest{Limit: 2, After: page.Next})
	require.NoError(t, err)
	require.Len(t, rest.Items, 1)
	require.Empty(t, rest.Next)
	_, err = children.Children.Page(t.Context(), d.Service, countyOffice, children.EnrolmentFilter{}, casework.PageRequest{})
	code(t, err, casework.CodePurposeNotAllowed)
	counts, err := d.ChildCounts(t.Context(), countyOffice)
	require.NoError(t, err)
	require.Equal(t, []children.ChildCount{{Institution: "inst-140403-01", Class: "乳儿班", Children: 3}}, counts)
}

func TestNothingOfChildrenIsTakenWithoutAKeyset(t *testing.T) {
	d := caring(t)
	deps := d.Deps
	deps.Fields = nil
	_, err := processes.New(deps).EnrolChild(t.Context(), first, "enrol", enrolment(1))
	code(t, err, casework.CodeSealingUnavailable)
}

func TestNoTableAndNoLogHoldsWhatNamesAChild(t *testing.T) {
	d := caring(t)
	id := d.enrolled(first, 1)
	child := testdata.Child(county, 1, testdata.AsOf)
	wrong := enrolment(1)
	wrong.Child.BornOn = wrong.Child.BornOn.AddDays(1)
	_, err := d.EnrolChild(t.Context(), first, "wrong", wrong)
	require.NotContains(t, fmt.Sprintf("%v %+v", err, err), child.Identity)
	_, err = d.Child(t.Context(), first, id, nursery.ReadForGuardian)
	require.NoError(t, err)
	_, err = d.CorrectChild(t.Context(), first, "right", id, child)
	require.NoError(t, err)
	columns := d.strings(`SELECT format('SELECT %L || ctid::text FROM %I WHERE position(%s in %s) > 0', table_name || '.' || column_name || ' ', table_name,
		CASE WHEN udt_name = 'bytea' THEN 'convert_to($1, ''UTF8'')' ELSE '$1' END,
		CASE WHEN udt_name = 'bytea' THEN quote_ident(column_name) ELSE quote_ident(column_name) || '::text' END)
		FROM information_schema.columns JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE' AND table_name NOT IN ('goose_db_version', 'procedure_row_history')
		AND (udt_name IN ('text', 'jsonb', 'bytea', '_text', 'varchar'))`)
	require.Greater(t, len(columns), 50)
	for _, secret := range []string{child.Name, child.Identity, child.GuardianName, child.GuardianPhone} {
		for _, column := range columns {
			require.Empty(t, d.strings(column, secret), column)
		}
	}
}
