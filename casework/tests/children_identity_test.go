package tests

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/processes"
	"tuoyu/testdata"
)

// left ends a child's time at an institution.
func (d *fixture) left(p nursery.Principal, id string, leave nursery.Leave, on nursery.Date) {
	d.t.Helper()
	_, err := d.EndEnrolment(d.t.Context(), p, "leave-"+id+on.String(), id, children.Leaving{Leave: leave, LeftOn: on})
	require.NoError(d.t, err)
}

// message is what a person reads of a refusal.
func message(t *testing.T, err error) string {
	t.Helper()
	var refused *casework.Error
	require.ErrorAs(t, err, &refused)
	return refused.Message
}

// born is a child with a birth certificate, entered 60 days ago.
func born(number string, set func(*nursery.Child)) children.Enrolment {
	c := nursery.Child{
		IdentityKind: nursery.ByBirthCertificate, Identity: number, Name: "婴幼儿甲", BornOn: testdata.AsOf.AddMonths(-20), Sex: nursery.Male,
		GuardianName: "监护人甲", GuardianPhone: "13900139000", County: county,
	}
	if set != nil {
		set(&c)
	}
	return children.Enrolment{Child: c, Class: "乳儿班", EnteredOn: testdata.AsOf.AddDays(-60)}
}

func TestANumberAloneOpensNothing(t *testing.T) {
	d := caring(t)
	known, err := d.EnrolChild(t.Context(), first, "known", born("T980000001", nil))
	require.NoError(t, err)
	d.left(first, known.ID, nursery.LeaveLeft, testdata.AsOf.AddDays(-10))
	for what, set := range map[string]func(*nursery.Child){
		"another name":  func(c *nursery.Child) { c.Name = "婴幼儿乙" },
		"another birth": func(c *nursery.Child) { c.BornOn = c.BornOn.AddDays(1) },
		"another sex":   func(c *nursery.Child) { c.Sex = nursery.Female },
	} {
		e := born("T980000001", set)
		e.EnteredOn = testdata.AsOf
		_, err := d.EnrolChild(t.Context(), neighbour, what, e)
		code(t, err, casework.CodeIdentityUnverified)
		require.NotContains(t, message(t, err), "已登记", "it does not say that the number is known")
		_, err = d.EnrolChild(t.Context(), neighbour, what, e)
		code(t, err, casework.CodeIdentityUnverified)
	}
	require.Equal(t, []string{"3"}, d.strings(`SELECT refusals::text FROM identity_refusals WHERE account = $1`, neighbour.Account), "a repeat of the command is not another attempt")
	_, err = d.Child(t.Context(), neighbour, known.ID, nursery.ReadForEnrolment)
	code(t, err, casework.CodeNotFound)

	var roster strings.Builder
	roster.WriteString("姓名,证件类型,证件号码,出生日期,性别,居住县区,班级,入托日期\n")
	fmt.Fprintf(&roster, "婴幼儿乙,出生医学证明,T980000001,%s,男,潞州区,乳儿班,%s\n", testdata.AsOf.AddMonths(-20), testdata.AsOf)
	report, err := d.ImportRoster(t.Context(), neighbour, "roster", strings.NewReader(roster.String()))
	require.NoError(t, err)
	require.Zero(t, report.Enrolled)
	require.Len(t, report.Refused, 1)
	require.Contains(t, report.Refused[0].Message, "证件信息未能核验")

	same := born("T980000001", func(c *nursery.Child) { c.Name, c.GuardianName, c.GuardianPhone = "婴 幼儿\u200b甲", "", "" })
	same.EnteredOn = testdata.AsOf
	again, err := d.EnrolChild(t.Context(), neighbour, "same", same)
	require.NoError(t, err)
	require.Equal(t, known.ID, again.ID)
}

func TestAttemptsAtNumbersAreCountedForAnAccountAndADay(t *testing.T) {
	d := caring(t)
	_, err := d.EnrolChild(t.Context(), first, "known", born("T980000001", nil))
	require.NoError(t, err)
	for n := range 20 {
		_, err := d.EnrolChild(t.Context(), neighbour, fmt.Sprint("try-", n), born("T980000001", func(c *nursery.Child) { c.Name = fmt.Sprint("婴幼儿", n) }))
		code(t, err, casework.CodeIdentityUnverified)
	}
	for number, name := range map[string]string{"T980000001": "婴幼儿乙", "T980000002": "婴幼儿丙"} { // known and unknown alike
		_, err := d.EnrolChild(t.Context(), neighbour, number, born(number, func(c *nursery.Child) { c.Name = name }))
		code(t, err, casework.CodeIdentityAttempts)
	}
	deps := d.Deps
	tomorrow := d.Now().Add(24 * time.Hour)
	deps.Now = func() time.Time { return tomorrow }
	_, err = processes.New(deps).EnrolChild(t.Context(), neighbour, "tomorrow", born("T980000002", nil))
	require.NoError(t, err)
}

func TestAGuardianEnteredElsewhereIsSeenOnceReleased(t *testing.T) {
	for _, by := range []string{"guardian", "institution", "with the leave"} {
		t.Run(by, func(t *testing.T) {
			d := caring(t)
			in := born("T980000001", nil)
			child, err := d.EnrolChild(t.Context(), first, "first", in)
			require.NoError(t, err)
			d.agreed(first, child.ID, nursery.ConsentCheckup)
			_, err = d.EndEnrolment(t.Context(), first, "leave", child.ID, children.Leaving{
				Leave: nursery.LeaveTransferred, LeftOn: testdata.AsOf.AddDays(-10), Release: by == "with the leave",
			})
			require.NoError(t, err)
			in.EnteredOn, in.Child.GuardianName, in.Child.GuardianPhone = testdata.AsOf, "", ""
			_, err = d.EnrolChild(t.Context(), neighbour, "next", in)
			require.NoError(t, err)
			guardian := func() (string, int) {
				record, err := d.Child(t.Context(), neighbour, child.ID, nursery.ReadForEnrolment)
				require.NoError(t, err)
				lines, err := d.Roster(t.Context(), neighbour, nursery.ReadForEnrolment)
				require.NoError(t, err)
				require.Equal(t, record.GuardianPhone, lines[0].GuardianPhone)
				consents, err := d.Consents(t.Context(), neighbour, child.ID)
				require.NoError(t, err)
				elsewhere := 0
				for _, c := range consents {
					if c.Elsewhere {
						elsewhere++
					}
				}
				return record.GuardianName + record.GuardianPhone, elsewhere
			}
			if by != "with the leave" {
				phone, elsewhere := guardian()
				require.Empty(t, phone)
				require.Zero(t, elsewhere)
			}
			switch by {
			case "guardian":
				d.agreed(neighbour, child.ID, nursery.ConsentTransfer)
			case "institution":
				_, err := d.ReleaseChild(t.Context(), first, "release", child.ID, children.ChildReason{Reason: "监护人要求移交"})
				require.NoError(t, err)
				_, err = d.ReleaseChild(t.Context(), first, "release-2", child.ID, children.ChildReason{Reason: "监护人要求移交"})
				code(t, err, casework.CodeChildNotEnrolled)
			}
			phone, elsewhere := guardian()
			require.Equal(t, "监护人甲13900139000", phone)
			require.Equal(t, 1, elsewhere)
		})
	}
}

// agreed records a guardian's consent.
func (d *fixture) agreed(p nursery.Principal, id string, purpose nursery.ConsentPurpose) {
	d.t.Helper()
	paper, err := d.Upload(d.t.Context(), p, casework.Upload{Name: "consent.pdf", Body: bytes.NewReader(testdata.PDF(string(purpose) + p.Account))})
	require.NoError(d.t, err)
	_, err = d.GiveConsent(d.t.Context(), p, "consent-"+id+string(purpose)+p.Account, id, children.ConsentGiven{Purpose: purpose, Evidence: paper.ID, GivenOn: testdata.AsOf})
	require.NoError(d.t, err)
}

func TestAConsentTakenElsewhereNeitherHidesNorBlocksOnesOwn(t *testing.T) {
	d := caring(t)
	in := born("T980000001", nil)
	child, err := d.EnrolChild(t.Context(), first, "first", in)
	require.NoError(t, err)
	d.agreed(first, child.ID, nursery.ConsentCheckup)
	d.left(first, child.ID, nursery.LeaveTransferred, testdata.AsOf.AddDays(-10))
	in.EnteredOn = testdata.AsOf
	_, err = d.EnrolChild(t.Context(), neighbour, "next", in)
	require.NoError(t, err)
	d.agreed(neighbour, child.ID, nursery.ConsentCheckup)
	_, err = d.WithdrawConsent(t.Context(), neighbour, "withdraw", child.ID, nursery.ConsentCheckup)
	require.NoError(t, err)
	require.Equal(t, []string{"0"}, d.strings(`SELECT count(*)::text FROM consents WHERE withdrawn_on IS NULL`), "the guardian's no reaches everybody")
}

func TestACorrectionToANumberHasOneAnswerForKnownAndUnknown(t *testing.T) {
	d := caring(t)
	mine, err := d.EnrolChild(t.Context(), first, "mine", born("T980000001", nil))
	require.NoError(t, err)
	_, err = d.EnrolChild(t.Context(), neighbour, "theirs", born("T980000002", func(c *nursery.Child) { c.Name = "婴幼儿乙" }))
	require.NoError(t, err)
	var answers []string
	for _, number := range []string{"T980000002", "T980000003"} {
		c := born(number, nil).Child
		_, err := d.CorrectChild(t.Context(), first, number, mine.ID, c)
		code(t, err, casework.CodeIdentityOffice)
		answers = append(answers, message(t, err))
	}
	require.Equal(t, answers[0], answers[1])

	c := born("T980000001", func(c *nursery.Child) { c.Name = "婴幼儿丁" }).Child
	_, err = d.CorrectChild(t.Context(), first, "name", mine.ID, c)
	require.NoError(t, err)
	change := children.IdentityChange{IdentityKind: nursery.ByBirthCertificate, Identity: "T980000003", Reason: "已核验出生医学证明原件"}
	_, err = d.ChangeIdentity(t.Context(), first, "not-mine", mine.ID, change)
	code(t, err, casework.CodeForbidden)
	_, err = d.ChangeIdentity(t.Context(), anotherCounty, "not-theirs", mine.ID, change)
	code(t, err, casework.CodeNotFound)
	_, err = d.ChangeIdentity(t.Context(), countyOffice, "office", mine.ID, change)
	require.NoError(t, err)
	record, err := d.Child(t.Context(), first, mine.ID, nursery.ReadForGuardian)
	require.NoError(t, err)
	require.Equal(t, "T980000003", record.Identity)
	require.Equal(t, "监护人甲", record.GuardianName)
	change.Identity = "T980000002"
	_, err = d.ChangeIdentity(t.Context(), countyOffice, "taken", mine.ID, change)
	code(t, err, casework.CodeIdentityTaken)
	require.Equal(t, []string{"identity"}, d.strings(`SELECT what FROM child_corrections`))
}

func TestAnOlderChildIsTakenInWithAReason(t *testing.T) {
	d := caring(t)
	old := born("T980000001", func(c *nursery.Child) { c.BornOn = testdata.AsOf.AddMonths(-37).AddDays(-30) })
	_, err := d.EnrolChild(t.Context(), first, "old", old)
	code(t, err, casework.CodeAgeUnusual)
	old.AgeReason = "幼儿园开学前过渡照护"
	_, err = d.EnrolChild(t.Context(), first, "old-2", old)
	require.NoError(t, err)
	last := born("T980000002", func(c *nursery.Child) {
		c.Name, c.BornOn = "婴幼儿乙", testdata.AsOf.AddDays(-60).AddMonths(-36).AddDays(1)
	})
	_, err = d.EnrolChild(t.Context(), first, "last", last)
	require.NoError(t, err, "35 months and some days")
}

func TestOnlyAFiledInstitutionTakesChildrenIn(t *testing.T) {
	d := caring(t)
	for status, want := range map[string]string{"applying": casework.CodeNotFiled, "cancelled": casework.CodeNotFiled, "rectifying": "", "filed": ""} {
		d.exec(`UPDATE institutions SET status = $1 WHERE id = $2`, status, first.Institution)
		_, err := d.EnrolChild(t.Context(), first, status, born("T98000"+fmt.Sprintf("%04d", len(status)), func(c *nursery.Child) { c.Name = "婴幼儿" + status }))
		if want == "" {
			require.NoError(t, err, status)
			continue
		}
		code(t, err, want)
	}
}

func TestADeathIsTakenBackWithAReason(t *testing.T) {
	d := caring(t)
	in := born("T980000001", nil)
	child, err := d.EnrolChild(t.Context(), first, "in", in)
	require.NoError(t, err)
	d.left(first, child.ID, nursery.LeaveDied, testdata.AsOf.AddDays(-10))
	in.EnteredOn = testdata.AsOf
	_, err = d.EnrolChild(t.Context(), neighbour, "after", in)
	code(t, err, casework.CodeChildDied)
	mistake := children.ChildReason{Reason: "误选离托原因"}
	_, err = d.WithdrawDeath(t.Context(), neighbour, "w1", child.ID, mistake)
	code(t, err, casework.CodeNotFound)
	_, err = d.WithdrawDeath(t.Context(), first, "w2", child.ID, children.ChildReason{})
	code(t, err, casework.CodeInvalid)
	_, err = d.WithdrawDeath(t.Context(), first, "w3", child.ID, mistake)
	require.NoError(t, err)
	_, err = d.WithdrawDeath(t.Context(), first, "w4", child.ID, mistake)
	code(t, err, casework.CodeChildAlive)
	_, err = d.EnrolChild(t.Context(), neighbour, "after-2", in)
	code(t, err, casework.CodeChildElsewhere)
	d.left(first, child.ID, nursery.LeaveDied, testdata.AsOf.AddDays(-9))
	_, err = d.WithdrawDeath(t.Context(), countyOffice, "w5", child.ID, mistake)
	require.NoError(t, err)
	require.Equal(t, []string{"2"}, d.strings(`SELECT count(*)::text FROM child_corrections WHERE what = 'death'`))
}

func TestStaysOfAChildDoNotOverlap(t *testing.T) {
	d := caring(t)
	in := born("T980000001", nil) // entered 60 days ago
	child, err := d.EnrolChild(t.Context(), first, "in", in)
	require.NoError(t, err)
	d.left(first, child.ID, nursery.LeaveLeft, testdata.AsOf.AddDays(-10))
	in.EnteredOn = testdata.AsOf.AddDays(-11)
	_, err = d.EnrolChild(t.Context(), neighbour, "overlaps", in)
	code(t, err, casework.CodeStayOverlaps)
	in.EnteredOn = testdata.AsOf.AddDays(-10)
	_, err = d.EnrolChild(t.Context(), neighbour, "follows", in)
	require.NoError(t, err)

	correct := func(p nursery.Principal, key string, in children.StayCorrection) error {
		in.Reason = "登记时看错日期"
		_, err := d.CorrectStay(t.Context(), p, key, child.ID, in)
		return err
	}
	code(t, correct(first, "c1", children.StayCorrection{LeftOn: testdata.AsOf.AddDays(-9)}), casework.CodeStayOverlaps)
	code(t, correct(first, "c2", children.StayCorrection{EnteredOn: testdata.AsOf.AddDays(-9)}), casework.CodeInvalid)
	code(t, correct(first, "c3", children.StayCorrection{Reopen: true}), casework.CodeStayOverlaps)
	code(t, correct(neighbour, "c4", children.StayCorrection{LeftOn: testdata.AsOf}), casework.CodeInvalid)
	require.NoError(t, correct(first, "c5", children.StayCorrection{LeftOn: testdata.AsOf.AddDays(-12), Leave: nursery.LeaveTransferred}))
	require.NoError(t, correct(neighbour, "c6", children.StayCorrection{EnteredOn: testdata.AsOf.AddDays(-12)}))
	_, err = d.CorrectStay(t.Context(), first, "c7", child.ID, children.StayCorrection{LeftOn: testdata.AsOf.AddDays(-13)})
	code(t, err, casework.CodeInvalid)
	require.Equal(t, []string{"2"}, d.strings(`SELECT count(*)::text FROM child_corrections WHERE what = 'stay'`))
	d.left(neighbour, child.ID, nursery.LeaveLeft, testdata.AsOf.AddDays(-5))
	require.NoError(t, correct(neighbour, "c8", children.StayCorrection{Reopen: true}))
	require.Equal(t, []string{neighbour.Institution}, d.strings(`SELECT institution FROM enrolments WHERE left_on IS NULL`))
}

func TestAClassIsFoundByItsOneForm(t *testing.T) {
	d := caring(t)
	in := born("T980000001", nil)
	for _, class := range []string{"..", ".", " ", "\u200b", "小班/一", strings.Repeat("班", 41)} {
		in.Class = class
		_, err := d.EnrolChild(t.Context(), first, "no-"+class, in)
		code(t, err, casework.CodeInvalid)
	}
	in.Class = " 托 小Ａ班\ufeff"
	child, err := d.EnrolChild(t.Context(), first, "yes", in)
	require.NoError(t, err)
	list, err := children.Children.Page(t.Context(), d.Service, first, children.EnrolmentFilter{Class: "托小Ａ班"}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	require.Equal(t, "托小A班", list.Items[0].Class)
	sheet, err := d.Attendance(t.Context(), first, "托小Ａ班", testdata.AsOf)
	require.NoError(t, err)
	require.Len(t, sheet.Children, 1)
	_, err = d.ChangeClass(t.Context(), first, "change", child.ID, "..")
	code(t, err, casework.CodeInvalid)
	_, err = d.ChangeClass(t.Context(), first, "change-2", child.ID, "托 大班")
	require.NoError(t, err)
	require.Equal(t, []string{"托大班"}, d.strings(`SELECT class FROM enrolments`))
}
