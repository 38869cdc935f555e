package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func well(context.Context) (string, error) { return "", nil }

func broken(context.Context) (string, error) { return "", errors.New("refused") }

func askReady(t *testing.T, h *health) (int, report) {
	t.Helper()
	answer := httptest.NewRecorder()
	h.ready(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	var rep report
	if err := json.Unmarshal(answer.Body.Bytes(), &rep); err != nil {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	return answer.Code, rep
}

func TestReadinessFollowsFromTheChecks(t *testing.T) {
	for name, c := range map[string]struct {
		checks []check
		code   int
		status state
	}{
		"all well":                {[]check{{"a", true, well}, {"b", false, well}}, 200, stateReady},
		"what only delays is out": {[]check{{"a", true, well}, {"b", false, broken}}, 200, stateDegraded},
		"what is vital is out":    {[]check{{"a", true, broken}, {"b", false, well}}, 503, stateUnavailable},
		"both are out":            {[]check{{"a", false, broken}, {"b", true, broken}, {"c", false, broken}}, 503, stateUnavailable},
	} {
		code, rep := askReady(t, &health{checks: c.checks})
		if code != c.code || rep.Status != c.status || len(rep.Checks) != len(c.checks) {
			t.Errorf("%s: got %d, %+v", name, code, rep)
		}
		for i, result := range rep.Checks {
			if result.Name != c.checks[i].name || (result.Status == stateReady) != (result.Detail == "") {
				t.Errorf("%s: got %+v", name, result)
			}
		}
	}
}

func TestADrainingProcessIsNotReadyAtOnce(t *testing.T) {
	h := &health{checks: []check{{"a", true, well}}}
	if code, _ := askReady(t, h); code != 200 {
		t.Fatalf("got %d", code)
	}
	h.draining.Store(true)
	if code, rep := askReady(t, h); code != 503 || rep.Status != stateDraining {
		t.Errorf("got %d, %+v", code, rep)
	}
}

func TestACheckThatHangsIsCutOffAndOftenAskedIsAnsweredOnce(t *testing.T) {
	asked := 0
	h := &health{checks: []check{{"hangs", true, func(ctx context.Context) (string, error) {
		asked++
		if end, ok := ctx.Deadline(); !ok || time.Until(end) > checkTimeout {
			t.Errorf("a check may take until %s", end)
		}
		<-ctx.Done()
		return "", ctx.Err()
	}}}}
	for range 5 {
		if code, _ := askReady(t, h); code != 503 {
			t.Errorf("got %d", code)
		}
		h.at = time.Now() // keeps the cached report valid, however busy the machine is
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestAServerDrainsRequestsUnderWay(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-finish
		io.WriteString(w, "done")
	})
	s, err := startServer("127.0.0.1:0", slow, &health{}, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + s.address()
	answered := make(chan string, 1)
	go func() { answered <- get(t, url+"/slow") }()
	<-begun
	drained := make(chan error, 1)
	go func() { drained <- s.drain(t.Context()) }()
	waitFor(t, "readiness says no", func() bool { return strings.HasPrefix(get(t, url+"/readyz"), "503") })
	if live := get(t, url+"/livez"); !strings.HasPrefix(live, "200") {
		t.Errorf("alive: %s", live)
	}
	close(finish)
	if got := <-answered; got != "200 done" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-drained; err != nil {
		t.Error(err)
	}
	if _, err := http.Get(url + "/livez"); err == nil {
		t.Error("still listening")
	}
}

func TestTheReadyCommandAsks(t *testing.T) {
	s, err := startServer("127.0.0.1:0", nil, &health{checks: []check{{"a", true, well}}}, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	defer s.http.Close()
	var out strings.Builder
	if code := run(t.Context(), []string{"ready", s.address()}, &out, &out); code != 0 || !strings.Contains(out.String(), `"status":"ready"`) {
		t.Errorf("exit %d, %s", code, out.String())
	}
	s.health.draining.Store(true)
	if code := run(t.Context(), []string{"ready", s.address()}, &out, &out); code != exitFailed {
		t.Errorf("draining: exit %d", code)
	}
	if _, err := startServer(s.address(), nil, &health{}, prometheus.NewRegistry()); err == nil || !strings.Contains(err.Error(), s.address()) {
		t.Errorf("port in use: %v", err)
	}
}

// get returns the status and the body.
func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Errorf("get %s: %v", url, err)
		return ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Errorf("get %s: %v", url, err)
	}
	return response.Status[:3] + " " + string(body)
}

// waitFor waits until holds reports true, for two minutes at most.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("still waiting until %s", what)
		}
	}
}
