package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

const (
	openFilings   = 1000
	requestRate   = 200 // per second
	loadTime      = 30 * time.Second
	restTime      = 15 * time.Second
	sampleEvery   = 2 * time.Second
	megabyte      = 1e6
	smallestShare = 0.999
)

// memory measures serve, worker and devstack: idle after the start, and while a thousand filings are open and users of
// five counties send 200 requests a second.
func (b *bench) memory(ctx context.Context) (err error) {
	h, err := b.install(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	if _, err := h.startWorker(ctx); err != nil {
		return err
	}
	time.Sleep(restTime)
	idle, err := usageNow(true)
	if err != nil {
		return err
	}
	like, err := applicants(ctx, h.users)
	if err != nil {
		return err
	}
	opened, err := b.openThousand(ctx, h, like)
	if err != nil {
		return err
	}
	requests, err := staffRequests(ctx, h, opened)
	if err != nil {
		return err
	}
	peak, metrics, err := underLoad(ctx, requests)
	if err != nil {
		return err
	}
	if metrics.Success < smallestShare {
		return fmt.Errorf("only %.2f %% of the requests succeeded: %v %v", 100*metrics.Success, metrics.StatusCodes, metrics.Errors)
	}
	note := "Proportional set size of /proc/PID/smaps_rollup, in MB of 10⁶ bytes, in which a shared page counts once; at rest 15 s after the start, " +
		"under load the highest of a look every 2 s. Devstack is Postgres, Temporal, OIDC provider, renderer and Chromium together, without serve and worker; " +
		"its rest is what the parts measured before in the same devstack have left it with."
	mb := func(u usage, names ...string) (sum float64) {
		for _, name := range names {
			sum += float64(u[name].memory) / megabyte
		}
		return sum
	}
	b.atMost("serve at rest", 120, mb(idle, "serve"), "%.0f MB", note)
	b.atMost("worker at rest", 120, mb(idle, "worker"), "%.0f MB", "")
	load := fmt.Sprintf(", %d open filings and %d requests/s", openFilings, requestRate)
	b.atMost("serve"+load, 400, mb(peak, "serve"), "%.0f MB", "")
	b.atMost("worker"+load, 400, mb(peak, "worker"), "%.0f MB", "")
	stack := []string{"devstack", "Postgres", "Chromium"}
	b.atMost("whole devstack at rest", 1500, mb(idle, stack...), "%.0f MB", "")
	b.atMost("whole devstack under that load", 1500, mb(peak, stack...), "%.0f MB", fmt.Sprintf(
		"Under load: Temporal and the rest of devstack's own process %.0f MB, Postgres %.0f, Chromium %.0f.",
		mb(peak, "devstack"), mb(peak, "Postgres"), mb(peak, "Chromium")))
	b.report("requests under that load, p50 / p99", fmt.Sprintf("%.1f / %.0f ms", milliseconds(metrics.Latencies.P50), milliseconds(metrics.Latencies.P99)),
		fmt.Sprintf("%d requests by vegeta at a constant rate for %s, %.2f %% answered with success: of 20, 8 ask for the inbox, 6 for a case, 3 for a task, "+
			"2 for the list of cases, and 1 writes a comment; 30 people of five counties.", metrics.Requests, loadTime, 100*metrics.Success))
	return nil
}

// openThousand submits the filings, waits until each has its task, and returns the case numbers by county.
func (b *bench) openThousand(ctx context.Context, h *installation, like []*applicant) (map[string][]string, error) {
	ready, err := stock(ctx, h.db, like, openFilings)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	opened := map[string][]string{} // case numbers by county
	begun := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for f := range ready {
				caseNo, err := f.hand(ctx, h.users)
				if err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				opened[f.County()] = append(opened[f.County()], caseNo)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("open filings: %w", err)
	}
	err = poll(ctx, time.Minute, func() error {
		var n int
		if err := h.db.QueryRow(ctx, "SELECT count(*) FROM tasks WHERE state = 'open' AND kind = 'filing.review'").Scan(&n); err != nil {
			return err
		}
		if n < openFilings {
			return fmt.Errorf("%d of %d filings have their task", n, openFilings)
		}
		return nil
	})
	b.say("%d filings opened in %s", openFilings, time.Since(begun).Round(time.Second))
	return opened, err
}

// staff are the accounts of a county that read cases; the first two are clerks.
var staff = []string{"clerk-%s", "clerk-%s-2", "inspector-%s", "inspector-%s-2", "inspector-%s-3", "supervisor-%s"}

// staffRequests returns the requests, in turn: those of each user about cases of the user's county.
func staffRequests(ctx context.Context, h *installation, opened map[string][]string) (vegeta.Targeter, error) {
	type person struct{ county, bearer string }
	var people []person
	for county := range opened {
		for _, account := range staff {
			bearer, err := token(ctx, fmt.Sprintf(account, county))
			if err != nil {
				return nil, err
			}
			people = append(people, person{county, bearer})
		}
	}
	var sent atomic.Int64
	return func(t *vegeta.Target) error {
		n := int(sent.Add(1))
		who := people[n%len(people)]
		cases := opened[who.county]
		caseNo := cases[n/len(people)%len(cases)]
		t.Method, t.Header, t.Body = http.MethodGet, http.Header{"Authorization": {"Bearer " + who.bearer}}, nil
		switch slot := (n / len(people)) % 20; {
		case slot < 8:
			t.URL = h.url + "/api/v1/tasks"
		case slot < 14:
			t.URL = h.url + "/api/v1/cases/" + caseNo
		case slot < 17:
			t.URL = h.url + "/api/v1/tasks/" + caseNo + ".1"
			t.Header.Set("Authorization", "Bearer "+people[n%len(people)/len(staff)*len(staff)].bearer) // a clerk's
		case slot < 19:
			t.URL = h.url + "/api/v1/cases"
		default:
			t.Method, t.URL = http.MethodPost, h.url+"/api/v1/cases/"+caseNo+"/comments"
			t.Header.Set("Content-Type", "application/json")
			t.Header.Set("Idempotency-Key", key())
			t.Body = []byte(`{"text": "已电话提醒补充材料。", "internal": true}`)
		}
		return nil
	}, nil
}

// token signs an account in with devstack's provider.
func token(ctx context.Context, account string) (string, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {account}, "client_secret": {account}, "scope": {"openid"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, os.Getenv("TUOYU_OIDC_ISSUER")+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("sign in %s: %w", account, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("sign in %s: %w", account, err)
	}
	defer res.Body.Close()
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&granted); err != nil || granted.AccessToken == "" {
		return "", fmt.Errorf("sign in %s: %s", account, res.Status)
	}
	return granted.AccessToken, nil
}

// underLoad sends the requests at a constant rate and returns the maximum memory of each group during that time.
func underLoad(ctx context.Context, requests vegeta.Targeter) (usage, *vegeta.Metrics, error) {
	attacker := vegeta.NewAttacker(vegeta.KeepAlive(true), vegeta.MaxWorkers(64), vegeta.Timeout(10*time.Second))
	defer attacker.Stop()
	var metrics vegeta.Metrics
	done := make(chan struct{})
	go func() {
		defer close(done)
		for result := range attacker.Attack(requests, vegeta.Rate{Freq: requestRate, Per: time.Second}, loadTime, "people") {
			metrics.Add(result)
		}
		metrics.Close()
	}()
	peak := usage{}
	sample := time.NewTicker(sampleEvery)
	defer sample.Stop()
	for {
		select {
		case <-done:
			return peak, &metrics, nil
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-sample.C:
			now, err := usageNow(true)
			if err != nil {
				return nil, nil, err
			}
			peak.raise(now)
		}
	}
}

// raise sets the memory of each group to the larger of the two.
func (u usage) raise(now usage) {
	for name, n := range now {
		u[name] = use{processor: n.processor, memory: slices.Max([]int64{u[name].memory, n.memory})}
	}
}
