package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"tuoyu/e2e/roleplay"
)

const (
	pagesPerSecond = 50
	pagesTime      = 20 * time.Second
)

// filedInstitutions marks three hundred institutions as filed, so that the public register is not empty.
const filedInstitutions = `UPDATE institutions SET status = 'filed', filed_on = current_date, seats = 60, site_kind = 'community' WHERE id IN
	(SELECT 'load-' || n FROM generate_series(1, $1) n)`

// pageSize is one installation with a number of open tasks and a user signed in to its pages.
type pageSize struct {
	tasks        int
	installation *installation
	visitor      *roleplay.Visitor
	turns        []time.Duration
}

// pages requests the inbox at two sizes alternately, then the main pages at a constant rate, and measures the size of a
// first load.
func (b *bench) pages(ctx context.Context) (err error) {
	var sizes []*pageSize
	for _, tasks := range []int{10_000, 1_000_000} {
		h, err := b.install(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, h.close()) }()
		if err := fillWith(ctx, h, openTasks, tasks); err != nil {
			return err
		}
		if _, err := h.db.Exec(ctx, filedInstitutions, 300); err != nil {
			return fmt.Errorf("file institutions: %w", err)
		}
		s := &pageSize{tasks: tasks, installation: h, visitor: roleplay.NewVisitor(h.url)}
		if _, err := s.visitor.SignIn(ctx, "clerk-140403", "/tasks"); err != nil {
			return err
		}
		sizes = append(sizes, s)
		b.say("%d open tasks written", tasks)
	}
	for round := range inboxRounds + 1 {
		for _, s := range sizes {
			took, err := s.turn(ctx)
			if err != nil {
				return err
			}
			if round > 0 {
				s.turns = append(s.turns, took)
			}
		}
	}
	small, large := sizes[0], sizes[1]
	b.atMost("inbox page at 1,000,000 / at 10,000 open tasks", 1.5, median(ratios(large.turns, small.turns)), "%.2f",
		fmt.Sprintf("The whole page as HTML with its 25 tasks, five counts (each up to a hundred) and saved filters; %d rounds by turns of %d requests, one at a time.", inboxRounds, inboxCalls))
	for _, s := range sizes {
		b.report(fmt.Sprintf("inbox page, %d open tasks, median", s.tasks), fmt.Sprintf("%.1f ms", milliseconds(median(s.turns))), "")
	}
	if err := b.pagesUnderLoad(ctx, large); err != nil {
		return err
	}
	return b.firstLoad(ctx, large)
}

func (s *pageSize) turn(ctx context.Context) (time.Duration, error) {
	var times []time.Duration
	for range inboxCalls {
		begun := time.Now()
		p, err := s.visitor.Send(ctx, http.MethodGet, "/tasks", nil)
		if err != nil {
			return 0, err
		}
		if p.Status != http.StatusOK {
			return 0, fmt.Errorf("the inbox is answered %d", p.Status)
		}
		times = append(times, time.Since(begun))
	}
	return median(times), nil
}

// pagesUnderLoad requests the main pages at a constant rate, as a clerk, an inspector, the city's office and the
// public.
func (b *bench) pagesUnderLoad(ctx context.Context, s *pageSize) error {
	cookies := map[string]string{"": ""}
	for _, account := range []string{"clerk-140403", "city-office", "supervisor-140403"} {
		v := roleplay.NewVisitor(s.installation.url)
		if _, err := v.SignIn(ctx, account, "/account"); err != nil {
			return err
		}
		cookies[account] = v.Cookie
	}
	asked := []struct{ account, path string }{
		{"clerk-140403", "/tasks"}, {"clerk-140403", "/tasks?view=mine"}, {"clerk-140403", "/tasks?view=claimable"}, {"clerk-140403", "/cases"},
		{"clerk-140403", "/tasks"}, {"city-office", "/tasks"}, {"city-office", "/cases"}, {"clerk-140403", "/tasks?view=overdue"},
		{"supervisor-140403", "/tasks"}, {"", "/progress"},
	}
	for _, one := range asked { // one at a time, to identify slow pages
		v := roleplay.NewVisitor(s.installation.url)
		v.Cookie = cookies[one.account]
		var times []time.Duration
		for range 10 {
			begun := time.Now()
			if _, err := v.Send(ctx, http.MethodGet, one.path, nil); err != nil {
				return err
			}
			times = append(times, time.Since(begun))
		}
		b.say("%s of %q: %.1f ms", one.path, one.account, milliseconds(median(times)))
	}
	n := 0
	targets := func(t *vegeta.Target) error {
		one := asked[n%len(asked)]
		n++
		t.Method, t.URL, t.Header = http.MethodGet, s.installation.url+one.path, http.Header{"Accept-Encoding": {"gzip"}}
		if c := cookies[one.account]; c != "" {
			t.Header.Set("Cookie", roleplay.PagesCookie+"="+c)
		}
		return nil
	}
	attacker := vegeta.NewAttacker(vegeta.KeepAlive(true), vegeta.MaxWorkers(32), vegeta.Timeout(10*time.Second), vegeta.Redirects(vegeta.NoFollow))
	var m vegeta.Metrics
	for result := range attacker.Attack(targets, vegeta.Rate{Freq: pagesPerSecond, Per: time.Second}, pagesTime, "pages") {
		m.Add(result)
	}
	m.Close()
	if m.Success < 0.999 {
		return fmt.Errorf("only %.1f %% of the pages were answered: %v", m.Success*100, m.Errors)
	}
	b.atMost("main pages at 50 requests/s, p99", 50, milliseconds(m.Latencies.P99), "%.1f ms",
		fmt.Sprintf("%d requests in %s by vegeta on the same machine, as the client sees them, at 1,000,000 open tasks and 300 filed institutions: inbox in all views, lists of cases, of a clerk, a supervisor and the city's office, and the public's page of progress.", m.Requests, pagesTime))
	b.report("main pages at 50 requests/s, p50", fmt.Sprintf("%.1f ms", milliseconds(m.Latencies.P50)), "")
	return nil
}

var assetPath = regexp.MustCompile(`(?:src|href)="(/static/[^"#]+)`)

// firstLoad measures what a browser with an empty cache loads: the inbox and all it references, compressed.
func (b *bench) firstLoad(ctx context.Context, s *pageSize) error {
	packed := func(path string) (int, string, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.installation.url+path, nil)
		if err != nil {
			return 0, "", err
		}
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("Cookie", roleplay.PagesCookie+"="+s.visitor.Cookie)
		res, err := (&http.Transport{DisableCompression: true}).RoundTrip(r)
		if err != nil {
			return 0, "", fmt.Errorf("get %s: %w", path, err)
		}
		defer res.Body.Close()
		counted := &counter{r: res.Body}
		var body io.Reader = counted
		if res.Header.Get("Content-Encoding") == "gzip" {
			if body, err = gzip.NewReader(counted); err != nil {
				return 0, "", fmt.Errorf("get %s: %w", path, err)
			}
		}
		text, err := io.ReadAll(body)
		return counted.n, string(text), err
	}
	all, page, err := packed("/tasks")
	if err != nil {
		return err
	}
	html := all
	seen := map[string]bool{}
	for _, m := range assetPath.FindAllStringSubmatch(page, -1) {
		if seen[m[1]] {
			continue
		}
		seen[m[1]] = true
		n, _, err := packed(m[1])
		if err != nil {
			return err
		}
		all += n
	}
	b.atMost("first load of the inbox, compressed", 120, float64(all)/1024, "%.1f KB", fmt.Sprintf("The page of 25 tasks (%.1f KB) with its style, scripts and icons, %d files.", float64(html)/1024, len(seen)))
	return nil
}

// counter counts the bytes read.
type counter struct {
	r io.Reader
	n int
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}
