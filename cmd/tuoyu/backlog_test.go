package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/store/storetest"
)

func TestWhatWaitsTooLongDegradesReadinessAndIsMeasured(t *testing.T) {
	db := storetest.New(t)
	write := func(statement string) {
		t.Helper()
		if err := db.As(t.Context(), nursery.Engine, func(q *store.Queries) error { return q.Exec(t.Context(), statement) }); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "blobs")
	blobs, err := store.NewDiskBlobs(dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	waiting := &backlog{db}
	ask := func() (checks map[string]checkResult, whole state, code int) {
		t.Helper()
		h := &health{checks: []check{
			{"outbox", false, waiting.delivered}, {"cases", false, waiting.moving}, {"papers", false, waiting.printed},
			{"blobs", false, func(context.Context) (string, error) { return "", blobs.Ready() }},
		}}
		code, rep := askReady(t, h)
		checks = map[string]checkResult{}
		for _, c := range rep.Checks {
			checks[c.Name] = c
		}
		return checks, rep.Status, code
	}
	write(`INSERT INTO institutions (id, county, updated_at) VALUES ('inst-140403-01', '140403', now())`)
	write(`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
		VALUES ('BA-140403-2026-000001-L', 'filing', '140403', 'inst-140403-01', 'submitted', 'open', 'clerk', '\x00', now(), now())`)
	write(`INSERT INTO outbox (id, case_no, county, institution, kind, name, payload, created_at, next_at)
		VALUES ('start/x', 'BA-140403-2026-000001-L', '140403', 'inst-140403-01', 'start', 'Filing', '{}', now() - interval '5 minutes', now())`)
	write(`INSERT INTO documents (id, case_no, county, institution, kind, number, code, content, issued_on, created_at)
		VALUES ('D1', 'BA-140403-2026-000001-L', '140403', 'inst-140403-01', 'receipt', 'N1', 'C1', '{}', current_date, now() - interval '20 minutes')`)
	if checks, whole, code := ask(); whole != stateReady || code != http.StatusOK {
		t.Fatalf("what has waited for a moment: %s %d %+v", whole, code, checks)
	}
	for name, c := range map[string]struct{ breaks, mends, says string }{
		"outbox": {`UPDATE outbox SET created_at = now() - interval '11 minutes'`, `UPDATE outbox SET delivered_at = now()`, "1 commands have not reached their case, the oldest for 11m0s"},
		"papers": {`UPDATE documents SET created_at = now() - interval '31 minutes'`, `UPDATE documents SET state = 'in_force'`, "1 papers are not printed, the oldest for 31m0s"},
		"cases":  {`UPDATE cases SET stuck_at = now(), stuck_reason = 'workflow_failed'`, `UPDATE cases SET stuck_at = NULL`, "1 workflow_failed"},
	} {
		write(c.breaks)
		checks, whole, code := ask()
		if whole != stateDegraded || code != http.StatusOK || checks[name].Status != stateDegraded || !strings.Contains(checks[name].Detail, c.says) {
			t.Errorf("%s: %s %d %+v", name, whole, code, checks[name])
		}
		if name == "cases" {
			wantMeasured(t, waiting, `tuoyu_cases_stuck{reason="workflow_failed"} 1`, `tuoyu_cases_stuck{reason="workflow_missing"} 0`)
		}
		write(c.mends)
		if checks, whole, _ := ask(); whole != stateReady {
			t.Errorf("%s is mended: %+v", name, checks[name])
		}
	}
	wantMeasured(t, waiting, "tuoyu_outbox_waiting 0", "tuoyu_outbox_oldest_seconds 0", "tuoyu_papers_waiting 0", "tuoyu_papers_oldest_seconds 0")

	if err := os.Rename(dir, dir+"-away"); err != nil {
		t.Fatal(err)
	}
	if checks, whole, code := ask(); whole != stateDegraded || code != http.StatusOK || checks["blobs"].Status != stateDegraded {
		t.Errorf("without the blob folder: %s %d %+v", whole, code, checks)
	}
}

// wantMeasured asserts that a collector exports the lines.
func wantMeasured(t *testing.T, c prometheus.Collector, lines ...string) {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	answer := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, line := range lines {
		if !strings.Contains(answer.Body.String(), line+"\n") {
			t.Errorf("lacks %s:\n%s", line, answer.Body)
		}
	}
}

func TestAFailingCheckIsMeasured(t *testing.T) {
	wantMeasured(t, &health{checks: []check{{"a", true, well}, {"b", false, broken}}}, `tuoyu_check_failing{check="a"} 0`, `tuoyu_check_failing{check="b"} 1`)
}
