package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// jobHost is the origin of the files of jobs. The name is never resolved: every request of a tab is answered by this process, from the
// job's own files or with a failure.
const jobHost = "job.invalid"

// jobsOfTab is the number of jobs after which a tab is closed, with whatever memory Chromium has not returned.
const jobsOfTab = 100

// pageError is the error for resources that the page requested and the job does not contain.
type pageError struct{ missing []string }

func (e *pageError) Error() string {
	return "The page failed to load resources: " + strings.Join(e.missing, ", ")
}

// printError is the error for a print setting that Chromium rejected.
type printError struct{ cause error }

func (e *printError) Error() string { return "Chromium refused the print settings: " + e.cause.Error() }
func (e *printError) Unwrap() error { return e.cause }

// tab is a tab with a profile of its own and without scripts. It prints one job after the other: opening a tab takes Chromium a new
// process, and as long as the printing. Each job has a folder of its own on jobHost, so that what is left of a former page gets no file
// of a later job.
type tab struct {
	ctx     context.Context
	close   func()
	browser context.Context
	answers *answerer
	jobs    int
}

// printBeside renders the job in a tab of the live browser, which is closed if ctx ends or the job fails.
func (b *browser) printBeside(ctx, live context.Context, job *renderJob) ([]byte, error) {
	t, err := b.tab(live)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, t.close)
	pdf, err := t.print(job)
	if !stop() || err != nil || t.jobs >= jobsOfTab || !b.rest(t) {
		t.close()
	}
	return pdf, err
}

// tab returns an idle tab of the live browser, or a new one.
func (b *browser) tab(live context.Context) (*tab, error) {
	b.mu.Lock()
	if n := len(b.idle); n > 0 && b.ctx == live {
		t := b.idle[n-1]
		b.idle = b.idle[:n-1]
		b.mu.Unlock()
		return t, nil
	}
	b.mu.Unlock()
	t := &tab{browser: live, answers: &answerer{}}
	t.ctx, t.close = chromedp.NewContext(live, chromedp.WithNewBrowserContext())
	if err := t.open(); err != nil {
		t.close()
		return nil, fmt.Errorf("open tab: %w", err)
	}
	return t, nil
}

// rest keeps a tab for the next job, and reports false if its browser is no longer the live one.
func (b *browser) rest(t *tab) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx != t.browser {
		return false
	}
	b.idle = append(b.idle, t)
	return true
}

func (t *tab) open() error {
	if err := t.answers.attach(t.ctx); err != nil {
		return err
	}
	if _, err := chromedp.Call(t.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		return fmt.Errorf("disable scripts: %w", err)
	}
	if _, err := chromedp.Call(t.ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
		return fmt.Errorf("disable the cache: %w", err)
	}
	return nil
}

func (t *tab) print(job *renderJob) ([]byte, error) {
	t.jobs++
	index := t.answers.begin(job, t.jobs)
	if _, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: job.media}); err != nil {
		return nil, fmt.Errorf("set media: %w", err)
	}
	if err := chromedp.Do(t.ctx, chromedp.Navigate(index)); err != nil {
		return nil, fmt.Errorf("load page: %w", err)
	}
	// The load event does not wait for fonts; a page printed before its font has loaded would use another.
	fonts := runtime.EvaluateParams{Expression: "document.fonts.ready.then(() => true)", AwaitPromise: new(true), ReturnByValue: new(true)}
	if _, err := chromedp.Call(t.ctx, runtime.Evaluate, fonts); err != nil {
		return nil, fmt.Errorf("await fonts: %w", err)
	}
	if err := chromedp.Do(t.ctx, chromedp.Sleep(job.wait)); err != nil {
		return nil, fmt.Errorf("wait as asked: %w", err)
	}
	if missing := t.answers.missing(); job.failOnResource && len(missing) > 0 {
		return nil, &pageError{missing: missing}
	}
	pdf, err := chromedp.Run(t.ctx, chromedp.PrintToPDF(func(p *page.PrintToPDFParams) {
		*p = job.params
		p.TransferMode = page.PrintToPDFTransferModeReturnAsStream
	}))
	if err != nil {
		var refused *cdproto.Error
		if errors.As(err, &refused) {
			return nil, &printError{cause: err}
		}
		return nil, fmt.Errorf("print: %w", err)
	}
	return pdf, nil
}

// answerer answers every request of a tab from the files of its job, and fails all others.
type answerer struct {
	mu     sync.Mutex
	job    *renderJob
	folder string // of the job on jobHost
	absent []string
}

// begin answers from the files of a job from now on, and returns the address of its page.
func (a *answerer) begin(job *renderJob, number int) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.job, a.folder, a.absent = job, "/"+strconv.Itoa(number)+"/", nil
	return "http://" + jobHost + a.folder + indexFile
}

func (a *answerer) attach(tab context.Context) error {
	paused := chromedp.Events(tab, fetch.RequestPaused)
	if _, err := chromedp.Call(tab, fetch.Enable, fetch.EnableParams{}); err != nil {
		return fmt.Errorf("take over requests: %w", err)
	}
	go func() {
		for ev, err := range paused {
			if err != nil {
				return
			}
			if err := a.answer(tab, ev); err != nil && tab.Err() == nil {
				slog.Warn("answer page request", "error", err)
			}
		}
	}()
	return nil
}

func (a *answerer) answer(tab context.Context, ev fetch.EventRequestPaused) error {
	body, name, ok := a.lookUp(ev.Request.URL)
	if !ok {
		_, err := chromedp.Call(tab, fetch.FailRequest,
			fetch.FailRequestParams{RequestID: ev.RequestID, ErrorReason: network.ErrorReasonBlockedByClient})
		return err
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	_, err := chromedp.Call(tab, fetch.FulfillRequest, fetch.FulfillRequestParams{
		RequestID: ev.RequestID, ResponseCode: 200, Body: body,
		ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: kind}},
	})
	return err
}

// lookUp returns a file of the job by its flat name, for URLs in the job's own folder alone. Others are absent.
func (a *answerer) lookUp(raw string) (body []byte, name string, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if u, err := url.Parse(raw); err == nil && u.Scheme == "http" && u.Host == jobHost {
		if name, ok = strings.CutPrefix(u.Path, a.folder); ok {
			body, ok = a.job.files[name]
		}
	}
	if !ok {
		a.absent = append(a.absent, raw)
	}
	return body, name, ok
}

func (a *answerer) missing() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.absent)
}
