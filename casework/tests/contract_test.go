package tests

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/contract"
	"tuoyu/testdata"
)

var otherClinic = nursery.Principal{Account: "clinic-140403-2", Role: nursery.RoleHospital, County: county, Institution: "clinic-140403-2"}

// pairing opens a test environment with two institutions and two clinics, the second full.
func pairing(t *testing.T) *fixture {
	t.Helper()
	d := caring(t)
	d.exec(`UPDATE institutions SET township = '140403001', seats = 60`)
	for n, p := range []nursery.Principal{clinic, otherClinic} {
		c := nursery.Clinic{
			ID: p.Institution, County: county, Name: "示例社区卫生服务中心", Licence: "PDY140403123456789012D1"[:22], LicensedUntil: testdata.AsOf.AddMonths(24),
			PrimaryCare: true, Capacity: []int{200, 30}[n], Modes: []nursery.ServiceMode{nursery.Visiting},
		}
		_, err := d.PutClinic(t.Context(), countyOffice, "clinic-"+c.ID, c)
		require.NoError(t, err)
	}
	return d
}

func yearWith(clinic string) nursery.ContractTerms {
	return nursery.ContractTerms{
		Clinic: clinic, Mode: nursery.Visiting, Services: nursery.ContractServices(), StartsOn: testdata.AsOf, EndsOn: testdata.AsOf.AddMonths(12).AddDays(-1),
	}
}

// inForce brings a contract of the first institution with the first clinic into force.
func (d *fixture) inForce() string {
	d.t.Helper()
	started, err := d.StartContract(d.t.Context(), first, "contract", yearWith(clinic.Institution))
	require.NoError(d.t, err)
	d.exec(`UPDATE contracts SET state = 'in_force' WHERE case_no = $1`, started.CaseNo)
	d.exec(`UPDATE cases SET stage = 'in_force', status = 'open' WHERE case_no = $1`, started.CaseNo)
	return started.CaseNo
}

func TestAContractIsProposedOnceForADay(t *testing.T) {
	d := pairing(t)
	terms := yearWith(clinic.Institution)
	started, err := d.StartContract(t.Context(), first, "contract", terms)
	require.NoError(t, err)
	again, err := d.StartContract(t.Context(), first, "contract", terms)
	require.NoError(t, err)
	require.Equal(t, started, again)
	_, err = d.StartContract(t.Context(), first, "another", terms)
	code(t, err, casework.CodeContractExists)
	terms.Mode, terms.EndsOn = "", testdata.AsOf.AddDays(-1)
	_, err = d.StartContract(t.Context(), first, "wrong", terms)
	require.Len(t, refused(t, err, casework.CodeInvalid).Fields, 2) // the mode and the end
	_, err = d.StartContract(t.Context(), neighbour, "unknown", yearWith("clinic-999999"))
	code(t, err, casework.CodeInvalid)
	_, err = d.StartContract(t.Context(), anotherCounty, "elsewhere", nursery.ContractTerms{
		Institution: first.Institution, Clinic: clinic.Institution, Mode: nursery.Visiting, Services: nursery.ContractServices(), StartsOn: testdata.AsOf, EndsOn: testdata.AsOf.AddDays(30),
	})
	require.Error(t, err)
	_, err = d.Contract(t.Context(), otherClinic, started.CaseNo)
	code(t, err, casework.CodeNotFound)
	_, err = d.Contract(t.Context(), neighbour, started.CaseNo)
	code(t, err, casework.CodeNotFound)
}

func TestATextIsAmendedFromWhatWasRead(t *testing.T) {
	d := pairing(t)
	started, err := d.StartContract(t.Context(), first, "contract", yearWith(clinic.Institution))
	require.NoError(t, err)
	amendment := contract.ContractAmendment{ContractTerms: yearWith(""), Version: 1}
	amendment.Note = "每周三到园"
	changed, err := d.AmendContract(t.Context(), clinic, "amend", started.CaseNo, amendment)
	require.NoError(t, err)
	require.Equal(t, 2, changed.Version)
	require.NotEqual(t, changed.Texts[0].SHA256, changed.Texts[1].SHA256)
	_, err = d.AmendContract(t.Context(), first, "stale", started.CaseNo, amendment)
	code(t, err, casework.CodeVersionStale)
	d.exec(`UPDATE cases SET stage = 'in_force' WHERE case_no = $1`, started.CaseNo)
	amendment.Version = 2
	_, err = d.AmendContract(t.Context(), first, "late", started.CaseNo, amendment)
	code(t, err, casework.CodeContractState)
}

func TestASignatureIsOverTheTextAsItStands(t *testing.T) {
	d := pairing(t)
	started, err := d.StartContract(t.Context(), first, "contract", yearWith(clinic.Institution))
	require.NoError(t, err)
	d.exec(`UPDATE cases SET status = 'open' WHERE case_no = $1`, started.CaseNo)
	d.exec(`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, opened_at)
		VALUES ('t1', $1, 'contract.sign', '签署', $2, $3, 'institution', '{sign,not_sign}', now())`, started.CaseNo, county, first.Institution)
	sign := func(key, hash string) error {
		answer, err := json.Marshal(map[string]string{"text_sha256": hash})
		require.NoError(t, err)
		_, err = d.Complete(t.Context(), first, key, "t1", casework.Completion{Outcome: nursery.OutcomeSign, Answer: answer})
		return err
	}
	code(t, sign("k1", nursery.TextHash("另一份")), casework.CodeTextChanged)
	code(t, sign("k2", ""), casework.CodeInvalid)
	detail, err := d.Contract(t.Context(), first, started.CaseNo)
	require.NoError(t, err)
	require.NoError(t, sign("k3", detail.Texts[0].SHA256))
	_, err = d.Complete(t.Context(), first, "k4", "t1", casework.Completion{Outcome: nursery.OutcomeNotSign, Answer: []byte(`{}`)})
	require.Error(t, err) // declining needs a reason
}

func TestAContractEndsWithNotice(t *testing.T) {
	d := pairing(t)
	caseNo := d.inForce()
	end := func(key string, on nursery.Date) error {
		_, err := d.TerminateContract(t.Context(), clinic, key, caseNo, contract.Termination{EndsOn: on, Reason: "人员调整"})
		return err
	}
	code(t, end("k1", testdata.AsOf.AddDays(29)), casework.CodeInvalid)
	code(t, end("k2", testdata.AsOf.AddMonths(12)), casework.CodeInvalid)
	require.NoError(t, end("k3", testdata.AsOf.AddDays(30)))
	d.exec(`UPDATE contracts SET state = 'ended' WHERE case_no = $1`, caseNo)
	code(t, end("k4", testdata.AsOf.AddDays(30)), casework.CodeContractState)
}

func TestAGuidanceVisitCountsOnceTheInstitutionConfirmsIt(t *testing.T) {
	d := pairing(t)
	caseNo := d.inForce()
	visit := contract.GuidanceVisit{VisitedOn: testdata.AsOf, Content: "膳食和消毒"}
	entry, err := d.RecordVisit(t.Context(), clinic, "v1", caseNo, visit)
	require.NoError(t, err)
	_, err = d.RecordVisit(t.Context(), otherClinic, "v2", caseNo, visit)
	code(t, err, casework.CodeNotFound)
	visit.VisitedOn = testdata.AsOf.AddDays(1)
	_, err = d.RecordVisit(t.Context(), clinic, "v3", caseNo, visit)
	code(t, err, casework.CodeInvalid)
	done := func() int {
		detail, err := d.Contract(t.Context(), first, caseNo)
		require.NoError(t, err)
		return detail.Duties[0].Done
	}
	require.Zero(t, done())
	_, err = d.ConfirmVisit(t.Context(), first, "c1", caseNo, entry.ID)
	require.NoError(t, err)
	require.Equal(t, 1, done())
	_, err = d.ConfirmVisit(t.Context(), first, "c2", caseNo, entry.ID)
	code(t, err, casework.CodeVisitConfirmed)
	_, err = d.ConfirmVisit(t.Context(), first, "c3", caseNo, 999)
	code(t, err, casework.CodeNotFound)
}

func TestCandidatesAreTheClinicsThatFitAndAreNear(t *testing.T) {
	d := pairing(t)
	d.exec(`UPDATE clinics SET township = '140403001' WHERE id = $1`, otherClinic.Institution)
	list, err := d.Candidates(t.Context(), first, "")
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, otherClinic.Institution, list[0].ID) // nearer; the list shows that it would exceed its capacity
	require.True(t, list[0].Fits && list[0].SameTownship)
	require.Equal(t, "P08-R1d", list[0].Reasons[0].Rule)
	require.Equal(t, 200, list[1].Left)
	d.exec(`UPDATE clinics SET licensed_until = '2026-11-01' WHERE id = $1`, otherClinic.Institution)
	list, err = d.Candidates(t.Context(), first, "")
	require.NoError(t, err)
	require.Equal(t, clinic.Institution, list[0].ID)
	require.False(t, list[1].Fits)
	_, err = d.Candidates(t.Context(), anotherCounty, first.Institution)
	code(t, err, casework.CodeNotFound)
}
