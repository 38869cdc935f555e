package tests

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/registry"
	"tuoyu/store"
	"tuoyu/testdata"
)

// contractIs puts a contract in a state, its last day so many days from now.
func (d *fixture) contractIs(caseNo, state string, days int) {
	d.t.Helper()
	status := "open"
	if state == "ended" || state == "refused" {
		status = "ended"
	}
	d.exec(`UPDATE contracts SET state = $2, ends_on = $3::date, starts_on = $3::date - 365 WHERE case_no = $1`, caseNo, state, testdata.AsOf.AddDays(days).String())
	d.exec(`UPDATE cases SET status = $2 WHERE case_no = $1`, caseNo, status)
}

// file uploads a paper as p for an institution.
func (d *fixture) file(p nursery.Principal, institution string) string {
	d.t.Helper()
	a, err := d.Upload(d.t.Context(), p, casework.Upload{Institution: institution, County: p.County, Name: "paper.pdf", Body: bytes.NewReader(testdata.PDF("paper"))})
	require.NoError(d.t, err)
	return a.ID
}

// execAs runs a statement with the sight of p, past authz.
func (d *fixture) execAs(p nursery.Principal, statement string) {
	d.t.Helper()
	require.NoError(d.t, d.db.As(d.t.Context(), p, func(q *store.Queries) error { return q.Exec(d.t.Context(), statement) }))
}

func (d *fixture) opens(p nursery.Principal, file string) error {
	_, body, err := d.OpenAttachment(d.t.Context(), p, file)
	if err == nil {
		body.Close()
	}
	return err
}

// consented records the consent of the child's guardian to check-ups and returns the document that proves it.
func (d *fixture) consented(p nursery.Principal, child string) (paper string) {
	d.t.Helper()
	paper = d.file(p, p.Institution)
	_, err := d.GiveConsent(d.t.Context(), p, "consent-"+child, child, children.ConsentGiven{Purpose: nursery.ConsentCheckup, Evidence: paper, GivenOn: testdata.AsOf})
	require.NoError(d.t, err)
	return paper
}

// sees asserts what a clinic answers of the child, its consent, the consent's paper and the institution's list.
func (d *fixture) sees(p nursery.Principal, child, paper string, served bool) {
	d.t.Helper()
	ctx := d.t.Context()
	_, read := d.Child(ctx, p, child, nursery.ReadForCheckup)
	_, consents := d.Consents(ctx, p, child)
	_, list := children.Children.Page(ctx, d.Service, p, children.EnrolmentFilter{Institution: first.Institution}, casework.PageRequest{})
	_, institution := d.Institution(ctx, p, first.Institution)
	everywhere, err := children.Children.Page(ctx, d.Service, p, children.EnrolmentFilter{}, casework.PageRequest{})
	require.NoError(d.t, err)
	for what, err := range map[string]error{"child": read, "consents": consents, "children": list, "paper": d.opens(p, paper), "institution": institution} {
		if served {
			require.NoError(d.t, err, what)
		} else {
			require.Error(d.t, err, what)
			code(d.t, err, casework.CodeNotFound)
		}
	}
	if served {
		require.Len(d.t, everywhere.Items, 1)
	} else {
		require.Empty(d.t, everywhere.Items)
		registered, err := registry.Institutions.Page(ctx, d.Service, p, registry.InstitutionFilter{}, casework.PageRequest{})
		require.NoError(d.t, err)
		require.Empty(d.t, registered.Items)
	}
}

func TestAClinicSeesChildrenOnlyWhileItServesThem(t *testing.T) {
	d := pairing(t)
	id := d.enrolled(first, 1)
	paper := d.consented(first, id)
	terms := yearWith(clinic.Institution)
	terms.Institution = first.Institution
	started, err := d.StartContract(t.Context(), clinic, "contract", terms)
	require.NoError(t, err)
	_, err = d.Contract(t.Context(), clinic, started.CaseNo) // the contract itself its parties see
	require.NoError(t, err)
	d.sees(clinic, id, paper, false)
	for _, c := range []struct {
		name, state string
		days        int
		served      bool
	}{
		{"signed for later", "signed", 300, false},
		{"in force", "in_force", 300, true},
		{"in force on its last day", "in_force", 0, true},
		{"over, though its case has not ended it", "in_force", -1, false},
		{"not begun, though its case has begun it", "in_force", 366, false},
		{"ended early", "ended", 300, false},
		{"refused", "refused", 300, false},
	} {
		t.Log(c.name)
		d.contractIs(started.CaseNo, c.state, c.days)
		d.sees(clinic, id, paper, c.served)
		d.sees(otherClinic, id, paper, false)
	}
}

func TestAProposalOpensNothingOfAnotherClinicsInstitution(t *testing.T) {
	d, round, ids := examined(t)
	terms := yearWith(otherClinic.Institution)
	terms.Institution, terms.StartsOn = first.Institution, testdata.AsOf.AddDays(1)
	_, err := d.StartContract(t.Context(), otherClinic, "proposal", terms)
	require.NoError(t, err)
	_, err = d.CheckupClass(t.Context(), otherClinic, round, "乳儿班")
	code(t, err, casework.CodeNotFound)
	_, err = d.ChildCheckup(t.Context(), otherClinic, round, ids[0])
	code(t, err, casework.CodeNotFound)
	_, err = d.Child(t.Context(), otherClinic, ids[0], nursery.ReadForCheckup)
	code(t, err, casework.CodeNotFound)
	sheet, err := d.CheckupClass(t.Context(), clinic, round, "乳儿班")
	require.NoError(t, err)
	require.Len(t, sheet.Children, 3)
}

func TestAnOpenRoundOutlastsItsContractAndAClosedOneOpensNothing(t *testing.T) {
	d, round, ids := examined(t)
	_, err := d.record("k1", round, weighed(ids[0], 10.5, 80))
	require.NoError(t, err)
	d.exec(`UPDATE contracts SET state = 'ended'`)
	d.exec(`UPDATE cases SET status = 'ended' WHERE kind = 'contract'`)
	_, err = d.Child(t.Context(), clinic, ids[0], nursery.ReadForCheckup)
	require.NoError(t, err)
	_, err = d.CheckupClass(t.Context(), clinic, round, "乳儿班")
	require.NoError(t, err)
	_, err = d.ChildCheckup(t.Context(), clinic, round, ids[0])
	require.NoError(t, err)

	d.exec(`UPDATE checkup_rounds SET state = 'closed' WHERE case_no = $1`, round)
	d.exec(`UPDATE cases SET status = 'ended' WHERE case_no = $1`, round)
	_, err = d.Child(t.Context(), clinic, ids[0], nursery.ReadForCheckup)
	code(t, err, casework.CodeNotFound)
	_, err = d.CheckupClass(t.Context(), clinic, round, "乳儿班")
	code(t, err, casework.CodeNotFound)
	_, err = d.ChildCheckup(t.Context(), clinic, round, ids[0])
	code(t, err, casework.CodeNotFound)
	_, err = d.Checkup(t.Context(), clinic, round) // how the round went, child by child to nobody, its party knows
	require.NoError(t, err)
	_, err = d.ChildCheckup(t.Context(), first, round, ids[0])
	require.NoError(t, err)
}

func TestAReferralOpensThatChildAlone(t *testing.T) {
	d, round, ids := examined(t)
	cause, err := d.Fields.Seal([]byte(`["示例"]`), activities.ReferralCell("ZZ-140403-2026-000001-1", "cause"))
	require.NoError(t, err)
	d.exec(`INSERT INTO cases (case_no, kind, county, institution, partner, about, subject, stage, status, holder, tracking_hash, submitted_by, created_at, updated_at)
		VALUES ('ZZ-140403-2026-000001-1', 'referral', $1, $2, $3, $4, '体检后转诊', 'referred', 'open', 'hospital', '', '', now(), now())`,
		county, first.Institution, clinic.Institution, ids[0])
	d.exec(`INSERT INTO referrals (case_no, round, child, county, institution, clinic, cause, opened_on) VALUES ('ZZ-140403-2026-000001-1', $1, $2, $3, $4, $5, $6, '2026-10-01')`,
		round, ids[0], county, first.Institution, clinic.Institution, cause)
	referral := d.strings(`SELECT case_no FROM referrals`)[0]
	d.exec(`UPDATE contracts SET state = 'ended'`)
	d.exec(`UPDATE checkup_rounds SET state = 'closed' WHERE clinic <> ''`)

	_, err = d.Child(t.Context(), clinic, ids[0], nursery.ReadForCheckup)
	require.NoError(t, err)
	_, err = d.Child(t.Context(), clinic, ids[1], nursery.ReadForCheckup)
	code(t, err, casework.CodeNotFound)
	all, err := children.Children.Page(t.Context(), d.Service, clinic, children.EnrolmentFilter{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, all.Items, 1)
	d.exec(`UPDATE referrals SET state = 'done'`)
	_, err = d.Child(t.Context(), clinic, ids[0], nursery.ReadForCheckup)
	code(t, err, casework.CodeNotFound)
	_, err = d.Referral(t.Context(), clinic, referral)
	code(t, err, casework.CodeNotFound)
}

func TestAClinicChangesNothingOfAChild(t *testing.T) {
	d := pairing(t)
	id := d.enrolled(first, 1)
	d.consented(first, id)
	d.inForce()
	d.execAs(clinic, `UPDATE children SET updated_at = now()`)
	d.execAs(clinic, `UPDATE consents SET withdrawn_on = '2026-11-02', withdrawn_by = 'x'`)
	require.Equal(t, []string{"0"}, d.strings(`SELECT count(*)::text FROM consents WHERE withdrawn_on IS NOT NULL`))
	require.Equal(t, []string{"0"}, d.strings(`SELECT count(*)::text FROM children WHERE updated_at > created_at + interval '1 second'`))
	_, err := d.CorrectChild(t.Context(), clinic, "right", id, testdata.Child(county, 1, testdata.AsOf))
	require.Error(t, err)
}

func TestAChildInCareElsewhereDoesNotExist(t *testing.T) {
	d := caring(t)
	id := d.enrolled(first, 1)
	paper := d.consented(first, id)
	_, err := d.EndEnrolment(t.Context(), first, "leave", id, children.Leaving{Leave: nursery.LeaveTransferred, LeftOn: testdata.AsOf})
	require.NoError(t, err)
	moved := enrolment(1)
	moved.EnteredOn = testdata.AsOf
	_, err = d.EnrolChild(t.Context(), neighbour, "transfer", moved)
	require.NoError(t, err)
	_, err = d.Child(t.Context(), first, id, nursery.ReadForEnrolment)
	code(t, err, casework.CodeNotFound)
	_, err = d.Consents(t.Context(), first, id)
	code(t, err, casework.CodeNotFound)
	_, err = d.WithdrawConsent(t.Context(), first, "withdraw", id, nursery.ConsentCheckup)
	code(t, err, casework.CodeNotFound)
	code(t, d.opens(first, paper), casework.CodeNotFound)
	require.NoError(t, d.opens(neighbour, paper)) // the consent goes with the child
}

func TestAFileIsReadByWhomItsCaseOrChildIsFor(t *testing.T) {
	d := pairing(t)
	id := d.enrolled(first, 1)
	d.inForce()

	unused := d.file(first, first.Institution)
	require.NoError(t, d.opens(first, unused))
	for _, p := range []nursery.Principal{clerk, supervisor, inspector, auditor, clinic, otherClinic, neighbour, countyOffice} {
		code(t, d.opens(p, unused), casework.CodeNotFound)
	}

	filed := d.file(neighbour, neighbour.Institution)
	a := application(t)
	a.Papers[0].Attachment = filed
	_, err := d.StartFiling(t.Context(), neighbour, "file", casework.StartFiling{Application: a})
	require.NoError(t, err)
	for _, p := range []nursery.Principal{neighbour, clerk, supervisor, inspector, auditor} {
		require.NoError(t, d.opens(p, filed), p.Account)
	}
	for _, p := range []nursery.Principal{first, clinic, otherClinic, countyOffice, stranger, market} {
		code(t, d.opens(p, filed), casework.CodeNotFound)
	}

	paper := d.consented(first, id)
	require.NoError(t, d.opens(first, paper))
	require.NoError(t, d.opens(clinic, paper))
	for _, p := range []nursery.Principal{neighbour, otherClinic, clerk, supervisor, inspector, auditor, countyOffice, admin} {
		code(t, d.opens(p, paper), casework.CodeNotFound)
	}
	code(t, d.opens(first, "A0123456789abcdef01234567"), casework.CodeNotFound)
}

func TestAFileStaysWithWhatItWasHandedInFor(t *testing.T) {
	d := caring(t)
	id, sibling := d.enrolled(first, 1), d.enrolled(first, 2)
	paper := d.consented(first, id)
	_, err := d.GiveConsent(t.Context(), first, "again", sibling, children.ConsentGiven{Purpose: nursery.ConsentCheckup, Evidence: paper, GivenOn: testdata.AsOf})
	code(t, err, casework.CodeInvalid)
	a := application(t)
	a.Papers[0].Attachment = paper
	_, err = d.StartFiling(t.Context(), first, "file", casework.StartFiling{Application: a})
	code(t, err, casework.CodeInvalid)
}

func TestAnOfficeUploadsForInstitutionsOfItsCounty(t *testing.T) {
	d := caring(t)
	d.exec(`INSERT INTO institutions (id, county, name, site_kind, status, updated_at) VALUES ('inst-140404-01', '140404', '示例托育', 'community', 'filed', now())`)
	_, err := d.Upload(t.Context(), clerk, casework.Upload{Institution: "inst-140404-01", County: county, Name: "a.pdf", Body: bytes.NewReader(testdata.PDF("a"))})
	code(t, err, casework.CodeNotFound)
	_, err = d.Upload(t.Context(), clinic, casework.Upload{Institution: first.Institution, County: county, Name: "a.pdf", Body: bytes.NewReader(testdata.PDF("a"))})
	code(t, err, casework.CodeNotFound)
}

func TestWhatAClinicServesIsReadOnceAStatement(t *testing.T) {
	d := caring(t)
	for _, table := range []string{"institutions", "enrolments", "checkup_roster", "checkup_duties", "checkup_records", "health_records", "referrals", "attachments"} {
		var plan []string
		require.NoError(t, d.db.As(t.Context(), clinic, func(q *store.Queries) (err error) {
			plan, err = q.Strings(t.Context(), `EXPLAIN SELECT * FROM `+table)
			return err
		}))
		require.Regexp(t, `hashed SubPlan|= ANY \(\$\d+\)`, strings.Join(plan, "\n"), table)
	}
}
