package tests

import (
	"encoding/json"
	"slices"
	"testing"
)

// A parameter of an embedded struct is read only when the struct is exported.
func TestTheListsOfACountyTakeTheCounty(t *testing.T) {
	_, raw := newHouse(t, nil).ask(t, "GET", "/openapi.json", "", "Authorization", "")
	var spec described
	if err := json.Unmarshal(raw, &spec); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/v1/inspectors", "/api/v1/inspection-plans"} {
		var names []string
		for _, p := range spec.Paths[path]["get"].Parameters {
			names = append(names, p.Name)
		}
		if !slices.Contains(names, "county") {
			t.Errorf("%s takes %v, want county among them", path, names)
		}
	}
}
