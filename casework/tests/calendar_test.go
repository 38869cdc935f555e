package tests

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

// signalled returns how often the case was notified of a new year.
func (h *harness) signalled(caseNo string) (n int) {
	h.t.Helper()
	history := h.temporal.GetWorkflowHistory(h.t.Context(), caseNo, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		require.NoError(h.t, err)
		if event.GetWorkflowExecutionSignaledEventAttributes().GetSignalName() == workflows.CalendarChanged {
			n++
		}
	}
	return n
}

// A year is loaded while Temporal is unavailable: it takes effect at once, and the open cases are notified when the
// relay reaches them.
func TestAPublishedYearReachesOpenCasesThroughTheOutbox(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	stop := h.work()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	h.task(started.CaseNo, "filing.review")
	stop()
	raw, err := os.ReadFile("../../calendar/holidays/2026.json")
	require.NoError(t, err)
	for _, who := range []nursery.Principal{clerk, supervisor, auditor} {
		_, _, err := h.LoadCalendarYear(t.Context(), who, key(), raw)
		refused(t, err, casework.CodeForbidden)
	}
	for _, bad := range []string{"", "{}", `{"year": 2027}`, string(raw[:len(raw)/2])} {
		_, _, err := h.LoadCalendarYear(t.Context(), admin, key(), []byte(bad))
		refused(t, err, casework.CodeCalendarYearInvalid)
	}
	_, _, err = h.LoadCalendarYear(t.Context(), admin, "", raw)
	refused(t, err, casework.CodeKeyRequired)
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM calendar_years"))

	k := key()
	for range 3 {
		year, told, err := h.LoadCalendarYear(t.Context(), admin, k, raw)
		require.NoError(t, err)
		require.Equal(t, 2026, year)
		require.Equal(t, 1, told)
	}
	_, _, err = h.LoadCalendarYear(t.Context(), admin, k, []byte(strings.Replace(string(raw), "2026", "2027", 1)))
	refused(t, err, casework.CodeKeyReused)
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM calendar_years"))
	require.Equal(t, admin.Account, one[string](h, "SELECT loaded_by FROM calendar_loads WHERE year = 2026"))
	waiting := func() int {
		return one[int](h, "SELECT count(*) FROM outbox WHERE name = $1 AND delivered_at IS NULL", workflows.CalendarChanged)
	}
	require.Equal(t, 1, waiting(), "one message a case, whatever is repeated")
	require.Zero(t, h.signalled(started.CaseNo))

	h.relays()
	h.eventually("the case is told", func() bool { return waiting() == 0 })
	require.Equal(t, 1, h.signalled(started.CaseNo))
	require.Zero(t, one[int](h, "SELECT count(*) FROM outbox WHERE refused IS NOT NULL"))

	_, _, err = h.LoadCalendarYear(t.Context(), admin, key(), raw)
	require.NoError(t, err)
	require.Equal(t, 2, one[int](h, "SELECT count(*) FROM calendar_loads"), "a second load is on record and tells the cases once more")
	h.eventually("the case is told once more", func() bool { return waiting() == 0 })
	require.Equal(t, 2, h.signalled(started.CaseNo))
}

// A failed delivery is retried: the case receives its message though Temporal did not know it when the year was loaded.
func TestACaseThatTemporalDoesNotKnowYetIsToldOfTheYearOnceItStarts(t *testing.T) {
	h := newHarness(t)
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community")) // Temporal has no namespace: the start waits
	h.sql(`UPDATE cases SET due_on = '2026-11-09' WHERE case_no = $1`, started.CaseNo)
	raw, err := os.ReadFile("../../calendar/holidays/2026.json")
	require.NoError(t, err)
	_, told, err := h.LoadCalendarYear(t.Context(), admin, key(), raw)
	require.NoError(t, err)
	require.Equal(t, 1, told)
	h.relays()
	h.eventually("a delivery that failed", func() bool {
		return one[bool](h, "SELECT attempts > 0 AND delivered_at IS NULL FROM outbox WHERE name = $1", workflows.CalendarChanged)
	})
	h.engineReturns()
	h.work()
	h.eventually("the case is told", func() bool {
		return one[bool](h, "SELECT delivered_at IS NOT NULL AND refused IS NULL FROM outbox WHERE name = $1", workflows.CalendarChanged)
	})
	require.Positive(t, h.signalled(started.CaseNo))
}
