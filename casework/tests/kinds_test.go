package tests

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/insurance"
	"tuoyu/testdata"
)

// A row that belongs to another county is not changed, and the caller gets an error.
func TestAClinicOfAnotherCountyIsNotChanged(t *testing.T) {
	d := pairing(t)
	theirs := nursery.Clinic{
		ID: clinic.Institution, County: "140404", Name: "另一家", Licence: "PDY140404123456789012D1"[:22], LicensedUntil: testdata.AsOf.AddMonths(24),
		PrimaryCare: true, Capacity: 10, Modes: []nursery.ServiceMode{nursery.Visiting},
	}
	_, err := d.PutClinic(t.Context(), anotherCounty, "theirs", theirs)
	refused(t, err, casework.CodeClinicElsewhere)
	require.Equal(t, []string{"示例社区卫生服务中心"}, d.strings(`SELECT name FROM clinics WHERE id = $1`, clinic.Institution))
}

// Nobody can file for the names under which a county's complaints, plans, insurance months and sites are registered.
func TestNobodyFilesForWhatIsNoInstitution(t *testing.T) {
	d := newFixture(t)
	for n, name := range []string{"insurance-140403", "complaints-140403", "inspection-plan-140403", "site-demo-01"} {
		_, err := d.StartFiling(t.Context(), clerk, fmt.Sprintf("file-%d", n), casework.StartFiling{Institution: name, Application: application(t), Draft: true})
		require.Equal(t, "/institution", refused(t, err, casework.CodeInvalid).Fields[0].Location, name)
	}
}

// After hundreds of changes of other settings, the displayed setting is the effective one.
func TestTheSettingsShownAreThoseThatCount(t *testing.T) {
	d := newFixture(t)
	d.exec(`INSERT INTO county_settings (county, name, value, reason, set_by, set_at) VALUES ('140403', 'filing.rectify_days', '25', 'x', 'administrator', now())`)
	d.exec(`INSERT INTO county_settings (county, name, value, reason, set_by, set_at) SELECT '140403', 'filing.silence', '"wait"', 'x', 'administrator', now() FROM generate_series(1, 250)`)
	view, err := d.Settings(t.Context(), head, "140403")
	require.NoError(t, err)
	for _, s := range view.Settings {
		if s.Name == "filing.rectify_days" {
			require.True(t, s.Set)
			require.JSONEq(t, "25", string(s.Value))
		}
	}
}

func TestACaseBeginsInTheFirstStageOfItsProcess(t *testing.T) {
	h := newHarness(t) // no worker runs
	office := nursery.Principal{Account: "office-140403", Role: nursery.RoleCountyOffice, County: county}
	registersInsurer(t, h.Services)
	started, err := h.StartInsurance(t.Context(), office, key(), insurance.InsuranceStart{
		County: county, Month: nursery.DateOf(time.Now()).String()[:7], Insurer: "insurer-01", Procurement: "政府采购合同", Perils: nursery.Perils(),
		CoverFrom: nursery.DateOf(time.Now()), Basis: &nursery.InsuranceBasis{Document: "采购文件", Article: "三"},
	})
	require.NoError(t, err)
	require.Equal(t, nursery.StageCollecting, started.Stage)
	require.Equal(t, "collecting county_office", one[string](h, "SELECT stage || ' ' || holder FROM cases WHERE case_no = $1", started.CaseNo))
	h.engineReturns()
	h.work()
	h.relays()
	h.openTask(started.CaseNo, "insurance.roster")
	require.Equal(t, 0, one[int](h, "SELECT cardinality(passed) FROM cases WHERE case_no = $1", started.CaseNo))
}
