package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	printers    = 4 // documents printed at a time, as in cmd/tuoyu
	paperRounds = 3
	paperTurn   = 10 * time.Second
	paperJobs   = 60 // pages recorded, to be printed again by the renderer alone
)

// job is one request to the renderer: the HTML of a document with its fonts.
type job struct {
	contentType string
	body        []byte
}

// recorder passes requests on to the renderer and records the first of them.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	jobs []job
}

// recordPages puts a recorder between the processes of h that are started from now on and the renderer.
func (h *installation) recordPages() (*recorder, error) {
	const name = "TUOYU_GOTENBERG_URL="
	target, err := url.Parse(os.Getenv("TUOYU_GOTENBERG_URL"))
	if err != nil {
		return nil, fmt.Errorf("address of the renderer: %w", err)
	}
	r := &recorder{}
	pass := httputil.NewSingleHostReverseProxy(target)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodPost {
			body, err := io.ReadAll(req.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadGateway)
				return
			}
			r.mu.Lock()
			if len(r.jobs) < paperJobs {
				r.jobs = append(r.jobs, job{req.Header.Get("Content-Type"), body})
			}
			r.mu.Unlock()
			req.Body = io.NopCloser(bytes.NewReader(body))
		}
		pass.ServeHTTP(w, req)
	}))
	for i, pair := range h.env {
		if strings.HasPrefix(pair, name) {
			h.env[i] = name + r.URL
		}
	}
	return r, nil
}

// papers compares how fast the worker prints the documents that the filings have left pending with how fast the renderer
// alone prints the same pages, by turns.
func (b *bench) papers(ctx context.Context, h *installation, pages *recorder) error {
	var printed, bare []float64
	for round := range paperRounds {
		x, err := printTurn(ctx, h)
		if err != nil {
			return err
		}
		y, err := bareTurn(ctx, pages.jobs)
		if err != nil {
			return err
		}
		b.say("round %d: %.2f documents, %.2f bare pages per second", round, x, y)
		printed, bare = append(printed, x), append(bare, y)
	}
	b.atLeast("documents printed / the same pages by the renderer alone", 0.8, median(ratios(printed, bare)), "%.2f",
		fmt.Sprintf("Documents of decided filings are printed by the worker, and %d of the pages it sent are sent again to the renderer with nothing else at work, "+
			"%d at a time on both sides; %d rounds of %s by turns.", len(pages.jobs), printers, paperRounds, paperTurn))
	b.report("documents printed per second", fmt.Sprintf("%.2f", median(printed)), "")
	b.report("pages by the renderer alone per second", fmt.Sprintf("%.2f", median(bare)), "")
	return nil
}

// printTurn returns how many documents the worker prints per second.
func printTurn(ctx context.Context, h *installation) (rate float64, err error) {
	w, err := h.startWorker(ctx)
	if err != nil {
		return 0, err
	}
	defer w.stop()
	count := func() (n int, err error) {
		err = h.db.QueryRow(ctx, `SELECT count(*) FROM documents WHERE state = 'in_force'`).Scan(&n)
		return n, err
	}
	before, err := count()
	if err != nil {
		return 0, err
	}
	first := before
	err = poll(ctx, 30*time.Second, func() error { // until it prints
		if first, err = count(); err != nil {
			return err
		}
		if first == before {
			return errors.New("nothing is printed")
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	select {
	case <-time.After(paperTurn):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	last, err := count()
	return float64(last-first) / time.Since(begun).Seconds(), err
}

// bareTurn returns how many of the pages the renderer prints per second.
func bareTurn(ctx context.Context, jobs []job) (rate float64, err error) {
	if len(jobs) == 0 {
		return 0, errors.New("no page was recorded")
	}
	address := os.Getenv("TUOYU_GOTENBERG_URL") + "/forms/chromium/convert/html"
	var done, next atomic.Int64
	var failed atomic.Pointer[error]
	begun := time.Now()
	var all sync.WaitGroup
	for range printers {
		all.Go(func() {
			for time.Since(begun) < paperTurn && ctx.Err() == nil {
				j := jobs[int(next.Add(1))%len(jobs)]
				if err := convert(ctx, address, j); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(begun).Seconds(), ctx.Err()
}

func convert(ctx context.Context, address string, j job) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(j.body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", j.contentType)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("print a page: %w", err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return fmt.Errorf("print a page: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("print a page: %s", res.Status)
	}
	return nil
}
