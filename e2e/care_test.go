package e2e

import (
	"sync/atomic"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

var births atomic.Int64

// newChild returns a generated child of so many months that nobody has taken in yet.
func newChild(county string, months int) nursery.Child {
	n := int(births.Add(1))
	return testdata.ChildBorn(county, n, today().AddMonths(-months).AddDays(-n%20))
}

// inCare has the institution take a child in, with the consents of its guardian, and gives its identifier.
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
