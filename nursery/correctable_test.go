package nursery_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

func TestACorrectionOpensWhatTheApplicantCanChange(t *testing.T) {
	a := nursery.Application{
		SiteKind: nursery.OtherSite,
		Staff:    []nursery.Staff{{Number: "s-03"}},
		Classes:  []nursery.Class{{ID: "c1"}},
		Papers:   []nursery.Paper{{Kind: nursery.PremisesProof}, {Kind: nursery.StaffHealth, Staff: "s-03"}, {Kind: nursery.OtherPaper, Name: "说明"}},
	}
	for pointer, want := range map[string]bool{
		"/institution/name": true, "/institution": true, "/institution/county": false, "/institution/naem": false,
		"/premises/floor_area_m2": true, "/premises/lease_from": true, "/premises/lease_from/year": false, "/premises/rooms": true,
		"/premises/rooms/r1": false, "/prices": true, "/prices/0/fen": false, "/service_forms": true,
		"/staff": true, "/staff/s-03": true, "/staff/s-03/post": true, "/staff/s-04": false, "/staff/0": false, "/staff/s-03/pots": false, "/staff/s-03/number": false, "/papers/premises_proof/kind": false,
		"/classes/c1/seats":      true,
		"/papers/premises_proof": true, "/papers/premises_proof/attachment": true, "/papers/3": false, "/papers": false, "/papers/场地证明": false,
		"/papers/fire_proof": true, "/papers/fire_proof/attachment": false, "/papers/staff_health/s-03": true, "/papers/staff_health/s-04": false,
		"/papers/staff_qualification/s-03": true, "/papers/other/说明": true, "/papers/other/合同": true,
		"/family/children": false, "/registration": false, "场地证明": false, "": false, "/": false,
	} {
		require.Equal(t, want, nursery.Correctable(a, pointer), pointer)
	}
	a.SiteKind = nursery.FamilyPoint
	require.True(t, nursery.Correctable(a, "/family/children"))
}

func TestWhatIsMissingIsAPaperByItsKindAndItsOwner(t *testing.T) {
	a := nursery.Application{Staff: []nursery.Staff{{Number: "s-03"}}, Papers: []nursery.Paper{{Kind: nursery.PremisesProof}}}
	for pointer, want := range map[string]nursery.Paper{
		"/papers/fire_proof":               {Kind: nursery.FireProof},
		"/papers/staff_qualification/s-03": {Kind: nursery.StaffQualification, Staff: "s-03"},
		"/papers/other/合同":                 {Kind: nursery.OtherPaper, Name: "合同"},
	} {
		got, missing := nursery.Lacks(a, pointer)
		require.True(t, missing, pointer)
		require.Equal(t, want, got)
	}
	for _, there := range []string{"/papers/premises_proof", "/papers/premises_proof/attachment", "/staff/s-03", "/papers/3"} {
		_, missing := nursery.Lacks(a, there)
		require.False(t, missing, there)
	}
}
