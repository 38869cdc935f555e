package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// browser is a headless Chromium with a tab for each job at a time. If it dies, the next job starts another.
type browser struct {
	path string
	dir  string
	run  string

	mu      sync.Mutex
	ctx     context.Context // of the live browser, nil if there is none
	cancel  context.CancelFunc
	idle    []*tab // of the live browser, waiting for a job
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
	b.ctx, b.cancel, b.idle = nil, nil, nil
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
		chromedp.Flag("disable-features", "BackForwardCache,IsolateOrigins,site-per-process,Translate,MediaRouter,OptimizationHints"),
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

// print renders the job in a tab, until the context ends. A job whose browser died is retried once with the next one.
func (b *browser) print(ctx context.Context, job *renderJob) ([]byte, error) {
	var died error
	for range 2 {
		live, err := b.live()
		if err != nil {
			return nil, err
		}
		pdf, err := b.printBeside(ctx, live, job)
		if err == nil || live.Err() == nil {
			return pdf, err
		}
		b.forget(live)
		died = fmt.Errorf("the browser ended during the job: %w", err)
		slog.Warn("chromium ended", "error", err)
	}
	return nil, died
}
