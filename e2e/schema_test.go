package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/store/storetest"
)

// setting returns the value of a setting of the installation.
func (h *harness) setting(name string) string {
	for _, pair := range slices.Backward(h.env) {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// failing requests the readiness of a process and returns the names of the failing checks, joined.
func failing(ctx context.Context, address string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var report struct {
		Checks []struct{ Name, Status string }
	}
	if err := json.NewDecoder(response.Body).Decode(&report); err != nil {
		return "", err
	}
	var names []string
	for _, c := range report.Checks {
		if c.Status != "ready" {
			names = append(names, c.Name)
		}
	}
	return fmt.Sprintf("%d %s", response.StatusCode, strings.Join(names, ",")), nil
}

// reports waits until the readiness of a process is want.
func reports(t *testing.T, address, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var last string
	err := poll(ctx, func(ctx context.Context) (err error) {
		if last, err = failing(ctx, address); err == nil && last != want {
			err = fmt.Errorf("readiness is %q", last)
		}
		return err
	})
	if err != nil {
		t.Fatalf("%v, want %q", err, want)
	}
}

// A program with the schema of another release does nothing: serve rejects every command as temporarily unavailable,
// the worker stops polling, and a worker that is started then waits. All continue once the schema is their own.
func TestOnTheSchemaOfAnotherReleaseNothingIsDoneUntilItIsTheirOwnAgain(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a := newApplicant(t, h, "community")
	register(t, a)
	app := prepare(t, a, "community")
	serving, working := strings.TrimPrefix(h.url, "http://"), h.setting("TUOYU_METRICS_LISTEN")
	if _, err := h.db.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"); err != nil {
		t.Fatal(err)
	}
	filing := roleplay.Request{Method: http.MethodPost, Path: "/api/v1/filings", Key: key(), Body: map[string]any{"application": app}}
	unavailable(t, "a command", send(t, h.users.As(a.Account), filing), "schema_mismatch")
	unavailable(t, "a list", send(t, h.users.As(a.Account), roleplay.Request{Method: http.MethodGet, Path: "/api/v1/cases"}), "schema_mismatch")
	page := send(t, h.users.As(""), roleplay.Request{Method: http.MethodGet, Path: "/institutions"})
	if page.Status != http.StatusServiceUnavailable || !strings.Contains(string(page.Body), "系统正在升级") {
		t.Errorf("a page: %d %.200s", page.Status, page.Body)
	}
	reports(t, serving, "503 postgres,calendar,outbox,cases,papers")
	reports(t, working, "503 postgres,calendar,outbox,cases,papers,polling")
	other := freeAddress()
	late, err := h.startUnready("worker", "TUOYU_METRICS_LISTEN="+other)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(late.kill)
	reports(t, other, "503 postgres,calendar,outbox,cases,papers,polling")

	if _, err := h.db.Exec(t.Context(), "DELETE FROM goose_db_version WHERE version_id = 99999"); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{serving, working, other} {
		reports(t, address, "200 ")
	}
	res := send(t, h.users.As(a.Account), filing)
	var started roleplay.Started
	if err := json.Unmarshal(res.Body, &started); err != nil || res.Status != http.StatusCreated {
		t.Fatalf("the command sent again: %d %s", res.Status, res.Body)
	}
	open(t, a.Clerk(), started.CaseNo, "filing.review")
}

// A worker started while Temporal is unavailable waits, logs it, and begins by itself once Temporal is available.
func TestAWorkerStartedWithoutTemporalBeginsWhenItComes(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	if err := h.worker.stop(); err != nil {
		t.Fatal(err)
	}
	way := storetest.NewProxy(t, os.Getenv("TUOYU_TEMPORAL_ADDRESS"))
	way.Sever()
	address := freeAddress()
	p, err := h.startUnready("worker", "TUOYU_METRICS_LISTEN="+address, "TUOYU_TEMPORAL_ADDRESS="+way.Address())
	if err != nil {
		t.Fatal(err)
	}
	h.worker = p
	a := newApplicant(t, h, "community")
	register(t, a)
	caseNo := file(t, a, prepare(t, a, "community")).CaseNo
	reports(t, address, "503 temporal,polling")
	if p.ended() {
		t.Fatal("the worker ended")
	}
	way.Mend()
	open(t, a.Clerk(), caseNo, "filing.review")
	reports(t, address, "200 ")
}
