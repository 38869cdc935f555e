package nursery

import (
	"slices"
	"testing"
)

func TestChangesNamesElementsByTheirKeys(t *testing.T) {
	ten, twelve, yes := 10, 12, true
	base := Application{
		Institution: Institution{Name: "示例托育园", County: "140403"},
		Classes:     []Class{{ID: "c1", Seats: &ten}, {ID: "c2", Seats: &ten}},
		Staff:       []Staff{{Number: "s-01"}},
		Papers:      []Paper{{Kind: FireProof, Number: "1"}, {Kind: StaffHealth, Staff: "s-01"}},
	}
	for name, tt := range map[string]struct {
		change func(*Application)
		want   []string
	}{
		"nothing":             {func(*Application) {}, nil},
		"a field":             {func(a *Application) { a.Institution.Name = "示例二园" }, []string{"/institution/name"}},
		"a seat":              {func(a *Application) { a.Classes[1].Seats = &twelve }, []string{"/classes/c2/seats"}},
		"order alone":         {func(a *Application) { slices.Reverse(a.Classes) }, nil},
		"a class removed":     {func(a *Application) { a.Classes = a.Classes[:1] }, []string{"/classes/c2"}},
		"a member of staff":   {func(a *Application) { a.Staff = append(a.Staff, Staff{Number: "s-02"}) }, []string{"/staff/s-02"}},
		"a fact of one":       {func(a *Application) { a.Staff[0].HealthPassed = &yes }, []string{"/staff/s-01/health_passed"}},
		"a paper replaced":    {func(a *Application) { a.Papers[0].Number = "2" }, []string{"/papers/fire_proof/number"}},
		"a paper of a person": {func(a *Application) { a.Papers[1].Attachment = "a1" }, []string{"/papers/staff_health/s-01/attachment"}},
		"all papers gone":     {func(a *Application) { a.Papers = nil }, []string{"/papers/fire_proof", "/papers/staff_health/s-01"}},
	} {
		t.Run(name, func(t *testing.T) {
			after := base
			after.Classes, after.Staff, after.Papers = slices.Clone(base.Classes), slices.Clone(base.Staff), slices.Clone(base.Papers)
			tt.change(&after)
			got, err := Changes(base, after)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("Changes = %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestCoversWhatLiesAtOrBelowAnOpenPointer(t *testing.T) {
	open := []string{"/staff", "/classes/c1/seats"}
	for path, want := range map[string]bool{
		"/staff": true, "/staff/s-02": true, "/staffing": false, "/classes/c1/seats": true, "/classes/c1": false, "/classes/c10/seats": false,
	} {
		if Covers(open, path) != want {
			t.Errorf("Covers(%q) = %v, want %v", path, !want, want)
		}
	}
}
