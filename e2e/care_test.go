package e2e

import (
	"sync/atomic"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

var births atomic.Int64

// newChild returns a generated child of an age in months that is not enrolled anywhere.
func newChild(county string, months int) nursery.Child {
	n := int(births.Add(1))
	return testdata.ChildBorn(county, n, today().AddMonths(-months).AddDays(-n%20))
}

// inCare enrols a child in the institution, with the consents of its guardian, and returns its identifier.
func inCare(t *testing.T, a *roleplay.Actor, c nursery.Child, class string, consents ...nursery.ConsentPurpose) string {
	t.Helper()
	id, err := a.Enrol(t.Context(), key(), c, class, today())
	if err != nil {
		t.Fatal(err)
	}
	for _, purpose := range consents {
		if err := a.Consent(t.Context(), key(), id, purpose, today()); err != nil {
			t.Fatal(err)
		}
	}
	return id
}
