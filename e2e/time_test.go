package e2e

import (
	"testing"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// skipTo lets time pass for a case until just after midnight of a day, by the clock of its workflow.
func (h *house) skipTo(t *testing.T, caseNo string, day nursery.Date) {
	t.Helper()
	until := day.In(nursery.Shanghai).Add(time.Minute)
	further := until.Sub(time.Now().Add(h.skipped[caseNo]))
	if err := roleplay.Skip(t.Context(), h.temporal, h.namespace, caseNo, further); err != nil {
		t.Fatal(err)
	}
	h.skipped[caseNo] += further
}
