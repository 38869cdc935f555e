package web

import (
	"testing"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// corrected is a filing told to bring a fire proof, and the training of its second member of staff.
func corrected() casework.CaseDetail {
	var c casework.CaseDetail
	c.Status = nursery.CaseOpen
	c.Application = &nursery.Application{
		Staff:  []nursery.Staff{{Number: "s-02"}, {Number: "s-01"}},
		Papers: []nursery.Paper{{Kind: nursery.FilingForm}, {Kind: nursery.StaffHealth, Staff: "s-01"}},
	}
	c.Gaps = []nursery.Reason{{Fields: []string{"/papers/fire_proof"}}, {Fields: []string{"/staff/s-02/trained"}}}
	return c
}

func TestCorrectionsOpenWhatTheGapsNameAndNothingElse(t *testing.T) {
	c := corrected()
	entered := *c.Application
	entered.Papers = append(entered.Papers, nursery.Paper{Kind: nursery.FireProof}, nursery.Paper{Kind: nursery.StaffHealth, Staff: "s-02"})
	form := ask(applicationShape(), entered)
	form.Values.Add("/papers/_rows", "9") // a row just added
	open := openFields(c, form, entered)
	for place, want := range map[string]bool{
		"/papers": true, "/papers/0/kind": false, "/papers/1/staff": false,
		"/papers/2": true, "/papers/2/kind": true, // the proof asked for
		"/papers/3/kind": true, // not asked for: it must go again, or become what was
		"/papers/9/kind": true,
		"/staff":         true, "/staff/0": true, "/staff/0/trained": true, "/staff/0/education": false, "/staff/1/trained": false,
		"/classes": false, "/institution/name": false,
	} {
		if open(place) != want {
			t.Errorf("open(%q) = %v, want %v", place, !want, want)
		}
	}
	c.Status = nursery.CaseDraft
	if openFields(c, form, entered) != nil {
		t.Error("a draft is not open as a whole")
	}
}

func TestAFaultIsShownAtTheElementThatIsNamed(t *testing.T) {
	form := ask(applicationShape(), corrected().Application)
	for pointer, want := range map[string]string{
		"/papers/staff_health/s-01": "/papers/1", "/papers/staff_health/s-01/number": "/papers/1/number", "/papers/fire_proof": "/papers/fire_proof",
		"/staff/s-01/trained": "/staff/1/trained", "/institution/name": "/institution/name",
	} {
		if got := form.placed(pointer); got != want {
			t.Errorf("placed(%q) = %q, want %q", pointer, got, want)
		}
	}
}
