package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
)

// vaccinated returns a child enrolled on 2025-04-01, when the schedule before 2025 requires three doses of those born
// by the end of October 2024 and the later one two of those born since.
func vaccinated(number string, bornOn nursery.Date, doses *int) children.Enrolment {
	e := born(number, func(c *nursery.Child) { c.BornOn = bornOn })
	e.EnteredOn, e.DTaPDoses = nursery.NewDate(2025, 4, 1), doses
	return e
}

func TestTheVaccinationOfAChildIsCheckedByItsCohortWhenItComesIn(t *testing.T) {
	before, since := nursery.NewDate(2024, 10, 31), nursery.NewDate(2024, 11, 1)
	for name, tt := range map[string]struct {
		number string
		bornOn nursery.Date
		doses  *int
		want   []nursery.Result
		says   string
	}{
		"one dose short by the schedule before": {"T980000011", before, new(2), []nursery.Result{nursery.Warn}, "到入托之日应已接种百白破疫苗3剂，接种证上为2剂。"},
		"complete by the schedule before":       {"T980000012", before, new(3), nil, ""},
		"complete by the schedule since":        {"T980000013", since, new(2), nil, ""},
		"one dose short by the schedule since":  {"T980000014", since, new(1), []nursery.Result{nursery.Warn}, "到入托之日应已接种百白破疫苗2剂，接种证上为1剂。"},
		"no certificate shown":                  {"T980000015", since, nil, []nursery.Result{nursery.Unknown}, "未填写预防接种证上百白破疫苗的剂次。"},
		"no dose at all is a number":            {"T980000016", since, new(0), []nursery.Result{nursery.Warn}, "到入托之日应已接种百白破疫苗2剂，接种证上为0剂。"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := caring(t)
			e := vaccinated(tt.number, tt.bornOn, tt.doses)
			taken, err := d.EnrolChild(t.Context(), first, "enrol", e)
			require.NoError(t, err, "a reminder is no refusal")
			again, err := d.EnrolChild(t.Context(), first, "enrol", e)
			require.NoError(t, err)
			require.Equal(t, taken.ID, again.ID)
			record, err := d.Child(t.Context(), first, taken.ID, nursery.ReadForEnrolment)
			require.NoError(t, err)
			for what, reasons := range map[string][]nursery.Reason{"answer": taken.Entry, "repeat": again.Entry, "record": record.Entry} {
				var got []nursery.Result
				for _, r := range reasons {
					got = append(got, r.Result)
					require.Equal(t, "HE-01", r.Rule)
					require.Equal(t, tt.says, r.Message)
					require.Equal(t, "48", r.Basis[1].Article, "%s: 疫苗管理法", what)
				}
				require.Equal(t, tt.want, got, what)
			}
		})
	}
}

func TestDosesAreSealedAndForTheInstitutionAlone(t *testing.T) {
	d := caring(t)
	taken, err := d.EnrolChild(t.Context(), first, "enrol", vaccinated("T980000021", nursery.NewDate(2024, 11, 1), new(1)))
	require.NoError(t, err)
	require.Equal(t, []string{"true"}, d.strings(`SELECT (octet_length(dtap_doses) > 20)::text FROM enrolments WHERE child = $1`, taken.ID), "sealed")

	for purpose, want := range map[nursery.ReadingPurpose]int{nursery.ReadForEnrolment: 1, nursery.ReadForGuardian: 0} {
		record, err := d.Child(t.Context(), first, taken.ID, purpose)
		require.NoError(t, err)
		require.Len(t, record.Entry, want, purpose)
	}
	record, err := d.Child(t.Context(), countyOffice, taken.ID, nursery.ReadForSupervision)
	require.NoError(t, err)
	require.Empty(t, record.Entry)
	require.Equal(t, []string{"1"}, d.strings(`SELECT count(*)::text FROM record_reads WHERE child = $1 AND 'vaccination' = ANY(fields)`, taken.ID))

	six := vaccinated("T980000022", nursery.NewDate(2024, 11, 1), new(6))
	_, err = d.EnrolChild(t.Context(), first, "six", six)
	code(t, err, casework.CodeInvalid)
}

func TestARosterTellsWhereDosesAreMissing(t *testing.T) {
	d := caring(t)
	report := d.importFile([]byte("姓名,证件类型,证件号码,出生日期,性别,居住县区,班级,入托日期,百白破疫苗剂次\n" +
		"婴幼儿甲,出生医学证明,T980000031,2024-10-31,男,潞州区,乳儿班,2025-04-01,2剂\n" +
		"婴幼儿乙,出生医学证明,T980000032,2024-11-01,女,潞州区,乳儿班,2025-04-01,2\n" +
		"婴幼儿丙,出生医学证明,T980000033,2024-11-01,女,潞州区,乳儿班,2025-04-01,\n" +
		"婴幼儿丁,出生医学证明,T980000034,2024-11-01,女,潞州区,乳儿班,2025-04-01,未种\n" +
		"婴幼儿戊,出生医学证明,T980000035,2024-11-01,女,潞州区,乳儿班,2025-04-01,7\n"))
	require.Equal(t, 3, report.Enrolled)
	require.Equal(t, []children.RosterFlaw{{Row: 2, Column: "百白破剂次", Message: "到入托之日应已接种百白破疫苗3剂，接种证上为2剂。"}}, report.Reminders)
	require.Equal(t, []children.RosterFlaw{
		{Row: 5, Cell: "I5", Column: "百白破疫苗剂次", Message: "剂次应为0至5的整数"}, {Row: 6, Cell: "I6", Column: "百白破疫苗剂次", Message: "剂次应为0至5的整数"},
	}, report.Refused)
}

func TestACertificateShownLaterEndsTheReminder(t *testing.T) {
	d := caring(t)
	taken, err := d.EnrolChild(t.Context(), first, "enrol", vaccinated("T980000041", nursery.NewDate(2024, 11, 1), nil))
	require.NoError(t, err)
	reminders := func() int {
		record, err := d.Child(t.Context(), first, taken.ID, nursery.ReadForEnrolment)
		require.NoError(t, err)
		return len(record.Entry)
	}
	shows := func(by nursery.Principal, key string, doses *int, reason string) error {
		_, err := d.RecordDoses(t.Context(), by, key, taken.ID, children.DosesShown{DTaPDoses: doses, Reason: reason})
		return err
	}
	require.Equal(t, 1, reminders())
	require.NoError(t, shows(first, "one", new(1), ""))
	require.Equal(t, 1, reminders(), "one of two")
	require.NoError(t, shows(first, "two", new(2), ""))
	require.NoError(t, shows(first, "two", new(2), ""))
	require.Zero(t, reminders())
	for _, wrong := range []*int{nil, new(-1), new(6)} {
		require.Equal(t, "/dtap_doses", refused(t, shows(first, "wrong", wrong, ""), casework.CodeInvalid).Fields[0].Location)
	}
	require.Equal(t, "/reason", refused(t, shows(first, "fewer", new(1), " "), casework.CodeInvalid).Fields[0].Location)
	require.Zero(t, reminders())
	require.NoError(t, shows(first, "fewer", new(1), "接种证看错一行"))
	require.Equal(t, 1, reminders())
	refused(t, shows(neighbour, "theirs", new(2), ""), casework.CodeNotFound)
	refused(t, shows(clinic, "clinic", new(2), ""), casework.CodeNotFound, casework.CodeForbidden)
	refused(t, shows(countyOffice, "office", new(2), ""), casework.CodeForbidden)

	require.Equal(t, []string{"true"}, d.strings(`SELECT (octet_length(dtap_doses) > 20)::text FROM enrolments WHERE child = $1`, taken.ID), "sealed")
	require.Equal(t, []string{
		`doses {"shown": false} {"shown": true} 补验预防接种证`, `doses {"shown": true} {"shown": true} 补验预防接种证`, `doses {"shown": true} {"shown": true} 接种证看错一行`,
	}, d.strings(`SELECT what || ' ' || before::text || ' ' || after::text || ' ' || reason FROM child_corrections WHERE child = $1 AND corrected_by = $2 ORDER BY id`, taken.ID, first.Account))
	require.NotEqual(t, []string{"0"}, d.strings(`SELECT count(*)::text FROM record_reads WHERE child = $1 AND fields = '{vaccination}'`, taken.ID))

	_, err = d.EndEnrolment(t.Context(), first, "left", taken.ID, children.Leaving{Leave: nursery.LeaveLeft, LeftOn: nursery.DateOf(d.Now())})
	require.NoError(t, err)
	refused(t, shows(first, "late", new(2), ""), casework.CodeChildNotEnrolled)
}
