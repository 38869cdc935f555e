package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/chromedp/cdproto"
	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// jobHost is the origin of a job's files. The name is never resolved: every request of a tab is answered by this
// process, from the job's own files or with a failure.
const jobHost = "job.invalid"

// pageError is the error for resources that the page requested and the job does not contain.
type pageError struct{ missing []string }

func (e *pageError) Error() string {
	return "The page failed to load resources: " + strings.Join(e.missing, ", ")
}

// printError is the error for a print setting that Chromium rejected.
type printError struct{ cause error }

func (e *printError) Error() string { return "Chromium refused the print settings: " + e.cause.Error() }
func (e *printError) Unwrap() error { return e.cause }

// browser is a headless Chromium with one tab per job. If it dies, the next job starts another.
type browser struct {
	path string
	dir  string
	run  string

	mu      sync.Mutex
	ctx     context.Context // of the live browser, nil if there is none
	cancel  context.CancelFunc
	stopped bool
}

// The time limits of Chromium itself, independent of any job.
const (
	browserStart  = 20 * time.Second
	browserAnswer = 5 * time.Second
)

// startBrowser starts Chromium with a new empty profile below dir.
func startBrowser(path, dir, run string) (*browser, error) {
	b := &browser{path: path, dir: dir, run: run}
	return b, b.alive()
}

func (b *browser) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = true
	b.drop()
}

// drop ends the live browser. The caller holds mu.
func (b *browser) drop() {
	if b.cancel != nil {
		b.cancel()
	}
	b.ctx, b.cancel = nil, nil
}

// alive returns an error if the browser does not respond, after starting one if there is none.
func (b *browser) alive() error {
	live, err := b.live()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(live, browserAnswer)
	defer cancel()
	if _, err := chromedp.CallBrowser(ctx, cdpbrowser.GetVersion, cdp.Empty{}); err != nil {
		b.forget(live)
		return fmt.Errorf("ask Chromium: %w", err)
	}
	return nil
}

// forget drops the browser that failed, unless it has been replaced.
func (b *browser) forget(seen context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx == seen {
		b.drop()
	}
}

// live returns the context of the running browser, starting one if there is none.
func (b *browser) live() (context.Context, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return nil, errors.New("the renderer is stopping")
	}
	if b.ctx != nil && b.ctx.Err() == nil {
		return b.ctx, nil
	}
	b.drop()
	profile := filepath.Join(b.dir, "chromium")
	if err := os.RemoveAll(profile); err != nil {
		return nil, fmt.Errorf("clear Chromium profile: %w", err)
	}
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), b.options(profile)...)
	ctx, endBrowser := chromedp.NewContext(allocator, chromedp.WithErrorf(func(format string, args ...any) {
		slog.Warn("chromium", "message", fmt.Sprintf(format, args...))
	}))
	b.ctx, b.cancel = ctx, func() { endBrowser(); endAllocator() }
	// The context of the first call is the lifetime of the browser, so its time limit must be enforced separately.
	tooLong := time.AfterFunc(browserStart, endBrowser)
	defer tooLong.Stop()
	if err := chromedp.Do(ctx); err != nil {
		b.drop()
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	return ctx, nil
}

func (b *browser) options(profile string) []chromedp.ExecAllocatorOption {
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(b.path), chromedp.UserDataDir(profile), chromedp.Headless,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.NoInheritEnv,
		chromedp.Env("PATH="+os.Getenv("PATH"), "HOME="+b.dir, "LANG=C.UTF-8", runMarker+"="+b.run),
		// Pdeathsig is safe here: chromedp keeps the starting thread for as long as the browser lives.
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
		}),
		chromedp.Flag("no-sandbox", os.Geteuid() == 0),
		// No name and no address resolves: a second safeguard in addition to answering every request here.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"),
		chromedp.Flag("disable-features", "IsolateOrigins,site-per-process,Translate,MediaRouter,OptimizationHints"),
		chromedp.Flag("font-render-hinting", "none"),
		chromedp.Flag("force-color-profile", "srgb"),
	}
	for _, name := range []string{
		"disable-gpu", "disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
		"disable-breakpad", "disable-default-apps", "disable-dev-shm-usage", "disable-extensions",
		"disable-site-isolation-trials", "metrics-recording-only", "mute-audio", "no-pings",
	} {
		options = append(options, chromedp.Flag(name, true))
	}
	return options
}

// print renders the job in a tab with a profile of its own, until the context ends. A job whose browser died is retried
// once with the next one.
func (b *browser) print(ctx context.Context, job *renderJob) ([]byte, error) {
	var died error
	for range 2 {
		live, err := b.live()
		if err != nil {
			return nil, err
		}
		pdf, err := printBeside(ctx, live, job)
		if err == nil || live.Err() == nil {
			return pdf, err
		}
		b.forget(live)
		died = fmt.Errorf("the browser ended during the job: %w", err)
		slog.Warn("chromium ended", "error", err)
	}
	return nil, died
}

// printBeside renders the job in a new tab of the live browser, which is closed with ctx or after the job.
func printBeside(ctx, live context.Context, job *renderJob) ([]byte, error) {
	tab, closeTab := chromedp.NewContext(live, chromedp.WithNewBrowserContext())
	defer closeTab()
	stop := context.AfterFunc(ctx, closeTab)
	defer stop()
	return printIn(tab, job)
}

func printIn(tab context.Context, job *renderJob) ([]byte, error) {
	answers := &answerer{job: job}
	if err := answers.attach(tab); err != nil {
		return nil, fmt.Errorf("open tab: %w", err)
	}
	if _, err := chromedp.Call(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		return nil, fmt.Errorf("disable scripts: %w", err)
	}
	if _, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: job.media}); err != nil {
		return nil, fmt.Errorf("set media: %w", err)
	}
	if err := chromedp.Do(tab, chromedp.Navigate("http://"+jobHost+"/"+indexFile)); err != nil {
		return nil, fmt.Errorf("load page: %w", err)
	}
	// The load event does not wait for fonts; a page printed before its font has loaded would use another.
	fonts := runtime.EvaluateParams{Expression: "document.fonts.ready.then(() => true)", AwaitPromise: new(true), ReturnByValue: new(true)}
	if _, err := chromedp.Call(tab, runtime.Evaluate, fonts); err != nil {
		return nil, fmt.Errorf("await fonts: %w", err)
	}
	if err := chromedp.Do(tab, chromedp.Sleep(job.wait)); err != nil {
		return nil, fmt.Errorf("wait as asked: %w", err)
	}
	if missing := answers.missing(); job.failOnResource && len(missing) > 0 {
		return nil, &pageError{missing: missing}
	}
	pdf, err := chromedp.Run(tab, chromedp.PrintToPDF(func(p *page.PrintToPDFParams) {
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
	job *renderJob

	mu     sync.Mutex
	absent []string
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
		a.mu.Lock()
		a.absent = append(a.absent, ev.Request.URL)
		a.mu.Unlock()
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

// lookUp returns a file of the job by its flat name, for URLs of the job's own origin alone.
func (a *answerer) lookUp(raw string) (body []byte, name string, ok bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" || u.Host != jobHost {
		return nil, "", false
	}
	name = strings.TrimPrefix(u.Path, "/")
	body, ok = a.job.files[name]
	return body, name, ok
}

func (a *answerer) missing() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.absent)
}
