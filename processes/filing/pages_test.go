package filing

import (
	"maps"
	"slices"
	"testing"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web/ui"
)

// corrected returns a filing for which a fire proof and the training of its second member of staff are requested.
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
	form := ui.FormOf(applicationShape(), entered)
	form.Values.Add("/papers/_rows", "9") // a row just added
	open, whole := openFields(c, form, entered)
	for place, want := range map[string]bool{
		"/papers": true, "/papers/0/kind": false, "/papers/1/staff": false,
		"/papers/2": true, "/papers/2/attachment": true, // the requested proof
		"/papers/2/kind": false,                              // which remains a proof
		"/papers/3":      true, "/papers/3/attachment": true, // not requested: it must be removed again
		"/papers/9/kind": true,
		"/staff":         true, "/staff/0": true, "/staff/0/trained": true, "/staff/0/education": false, "/staff/1/trained": false,
		"/classes": false, "/institution/name": false,
	} {
		if open(place) != want {
			t.Errorf("open(%q) = %v, want %v", place, !want, want)
		}
	}
	for place, want := range map[string]bool{
		"/papers": false, "/papers/0": false, "/papers/2": true, "/papers/3": true, "/papers/9": true, "/staff": false, "/staff/0": false, "/staff/0/trained": true,
	} {
		if whole(place) != want {
			t.Errorf("whole(%q) = %v, want %v", place, !want, want)
		}
	}
	c.Status = nursery.CaseDraft
	if open, _ := openFields(c, form, entered); open != nil {
		t.Error("a draft is not open as a whole")
	}
}

func TestAFaultIsShownAtTheElementThatIsNamed(t *testing.T) {
	form := ui.FormOf(applicationShape(), corrected().Application)
	for pointer, want := range map[string]string{
		"/papers/staff_health/s-01": "/papers/1", "/papers/staff_health/s-01/number": "/papers/1/number", "/papers/fire_proof": "/papers/fire_proof",
		"/staff/s-01/trained": "/staff/1/trained", "/institution/name": "/institution/name",
	} {
		if got := form.PlaceOf(pointer); got != want {
			t.Errorf("placed(%q) = %q, want %q", pointer, got, want)
		}
	}
}

func TestAPaperAskedForHasARowThatIsLeftOutUnlessItIsHandedIn(t *testing.T) {
	c := corrected()
	form := ui.FormOf(applicationShape(), *c.Application)
	slots(&form, c, openPointers(c))
	slots(&form, c, openPointers(c)) // once
	if got := ui.Rows(form.Values, "/papers"); len(got) != 3 || form.Values.Get("/papers/2/kind") != "fire_proof" {
		t.Fatalf("rows %v, kind %q", got, form.Values.Get("/papers/2/kind"))
	}
	titleItems(&form)
	if got := form.ItemTitle("/papers", 2, 2); got != "消防安全检查合格证明" {
		t.Errorf("the row is called %q", got)
	}
	blank := ui.BoundForm{Shape: form.Shape, Values: maps.Clone(form.Values)}
	withoutBlankSlots(&blank, c)
	if got := ui.Rows(blank.Values, "/papers"); len(got) != 2 {
		t.Errorf("rows without a file: %v", got)
	}
	form.Values.Set("/papers/2/attachment", "A1")
	withoutBlankSlots(&form, c)
	if got := ui.Rows(form.Values, "/papers"); len(got) != 3 {
		t.Errorf("rows with a file: %v", got)
	}
}

func TestADraftHasARowForEachPaperThatTheRulesMissAndKeepsWhatWasAdded(t *testing.T) {
	c := corrected()
	c.Status = nursery.CaseDraft
	checked := casework.Prechecked{Decisions: []nursery.Decision{{Reasons: []nursery.Reason{{Fields: []string{"/papers/fire_proof"}}, {Fields: []string{"/institution/phone"}}}}}}
	form := ui.FormOf(applicationShape(), *c.Application)
	slots(&form, c, missingPapers(c, checked))
	if got := ui.Rows(form.Values, "/papers"); len(got) != 3 || form.Values.Get("/papers/2/kind") != "fire_proof" {
		t.Fatalf("rows %v, kind %q", got, form.Values.Get("/papers/2/kind"))
	}
	form.Values.Add("/papers/_rows", "3")
	form.Values.Set("/papers/3/kind", "other")
	form.Values.Set("/papers/3/name", "情况说明")
	withoutBlankSlots(&form, c)
	if got := ui.Rows(form.Values, "/papers"); !slices.Equal(got, []int{0, 1, 3}) {
		t.Errorf("rows %v: the suggested one is left out while it is blank, the added one stays", got)
	}
}

func TestEveryWordOfAnApplicationIsChinese(t *testing.T) {
	var look func(s ui.FormSchema, at string)
	look = func(s ui.FormSchema, at string) {
		for _, f := range s.Fields {
			if f.Label == "" {
				t.Errorf("%s/%s has no label", at, f.Name)
			}
			for _, o := range f.Options {
				if o.Label == o.Value {
					t.Errorf("%s/%s: %s has no name", at, f.Name, o.Value)
				}
			}
			look(f, at+"/"+f.Name)
		}
	}
	look(applicationShape(), "")
}
