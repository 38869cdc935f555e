package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
	temporallog "go.temporal.io/sdk/log"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/procedures/published"
	"tuoyu/processes"
	"tuoyu/sealing"
	"tuoyu/store"
	"tuoyu/uploads"
	"tuoyu/workflows"
)

// catalogueInterval is the interval at which processes look for revisions of procedures that were published.
const catalogueInterval = 3 * time.Second

// bundleInterval is the interval at which a bundle of rules is requested.
const bundleInterval = time.Minute

// maxPaper is the size limit of a stored PDF; casework limits uploads, by default to less.
const maxPaper = 64 << 20

// process is what the commands serve and worker have in common.
type process struct {
	settings  settings
	log       *slog.Logger
	db        *store.DB
	temporal  client.Client
	rules     *policies.Engine
	almanac   *store.CalendarCache
	catalogue *published.Catalogue
	blobs     *store.DiskBlobs
	renderer  *documents.Client
	keys      *sealing.Keyset // nil without a keyset file, as is fields
	fields    *sealing.Fields
	metrics   *prometheus.Registry
	closers   []func(context.Context) error // run last to first
}

// openProcess reads the settings of command and opens its dependencies. Neither Postgres nor Temporal need be available
// yet: readiness reports whether they are.
func openProcess(ctx context.Context, command string) (*process, error) {
	s, err := settingsFromEnvironment(command)
	if err != nil {
		return nil, err
	}
	p := &process{settings: s, log: newLogger(os.Stdout, s.LogLevel)}
	slog.SetDefault(p.log)
	limitMemory(s.MemoryLimitMiB<<20, os.Getenv("GOMEMLIMIT"), "/sys/fs/cgroup", debug.SetMemoryLimit)
	if err := p.open(ctx, "tuoyu-"+command); err != nil {
		return nil, errors.Join(err, p.close(ctx))
	}
	return p, nil
}

func (p *process) open(ctx context.Context, service string) error {
	s := p.settings
	if s.OTLPEndpoint != "" {
		stop, err := startTracing(ctx, s.OTLPEndpoint, service)
		if err != nil {
			return err
		}
		p.closers = append(p.closers, stop)
	}
	options := store.Options{MaxConns: s.DBMaxConns}
	if s.OTLPEndpoint != "" {
		options.Tracer = otelpgx.NewTracer()
	}
	var err error
	if p.db, err = store.Open(ctx, s.DatabaseURL, options); err != nil {
		return err
	}
	p.closers = append(p.closers, func(context.Context) error { p.db.Close(); return nil })
	if p.rules, err = openRules(ctx, s); err != nil {
		return err
	}
	if p.renderer, err = documents.New(s.GotenbergURL, nil); err != nil {
		return err
	}
	if p.blobs, err = store.NewDiskBlobs(s.BlobDir, max(maxPaper, s.MaxUploadMiB<<20)); err != nil {
		return err
	}
	if err := p.openKeys(); err != nil {
		return err
	}
	p.almanac = store.NewCalendarCache(p.db)
	allowed, err := published.Options(p.rules)
	if err != nil {
		return err
	}
	p.catalogue = published.New(p.db, allowed, workflows.Definitions(), p.log)
	p.metrics = newMetrics(p.db, p.rules, p.blobs)
	if p.temporal, err = openTemporal(s, p.keys, p.log, newTemporalMetrics(p.metrics)); err != nil {
		return err
	}
	p.closers = append(p.closers, func(context.Context) error { p.temporal.Close(); return nil })
	return nil
}

// openKeys reads the keyset, if one is configured. A keyset without index keys seals Temporal's payloads but no fields.
func (p *process) openKeys() (err error) {
	if p.settings.KeysetFile == "" {
		return nil
	}
	if p.keys, err = sealing.Open(p.settings.KeysetFile); err != nil {
		return err
	}
	watching, stop := context.WithCancel(context.Background())
	go p.keys.Watch(watching)
	p.closers = append(p.closers, func(context.Context) error { stop(); return nil })
	if p.fields, err = sealing.NewFields(p.keys); errors.Is(err, sealing.ErrNoIndexKey) {
		return nil // readiness reports it
	}
	return err
}

// close closes what was opened, last to first.
func (p *process) close(ctx context.Context) error {
	var errs []error
	for i := len(p.closers) - 1; i >= 0; i-- {
		errs = append(errs, p.closers[i](ctx))
	}
	return errors.Join(errs...)
}

// openRules loads the rules compiled into the program, or the bundle if one is configured.
func openRules(ctx context.Context, s settings) (*policies.Engine, error) {
	if s.PolicyBundleURL == "" {
		rules, err := policies.New(ctx)
		if err != nil {
			return nil, fmt.Errorf("load rules: %w", err)
		}
		return rules, nil
	}
	key, err := os.ReadFile(s.PolicyBundleKeyFile)
	if err != nil {
		return nil, fmt.Errorf("read the key of the rules' bundle: %w", err)
	}
	return policies.LoadBundle(ctx, s.PolicyBundleURL, policies.VerificationKey{Key: string(key)})
}

// openTemporal returns a client that connects on first use.
func openTemporal(s settings, keys *sealing.Keyset, log *slog.Logger, metrics client.MetricsHandler) (client.Client, error) {
	o := client.Options{
		HostPort: s.TemporalAddress, Namespace: s.TemporalNamespace, MetricsHandler: metrics,
		Logger: temporallog.NewStructuredLogger(slog.New(atLeast{log.Handler(), slog.LevelWarn})),
	}
	if keys != nil {
		if err := sealing.Seal(&o, keys); err != nil {
			return nil, err
		}
	}
	if s.OTLPEndpoint != "" {
		tracing, err := opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{})
		if err != nil {
			return nil, fmt.Errorf("trace workflows: %w", err)
		}
		o.Interceptors = []interceptor.ClientInterceptor{tracing}
	}
	c, err := client.NewLazyClient(o)
	if err != nil {
		return nil, fmt.Errorf("open Temporal: %w", err)
	}
	return c, nil
}

// publicURL returns the URL of the system for its users, without a trailing slash.
func (p *process) publicURL() string { return strings.TrimRight(p.settings.PublicURL, "/") }

// casework returns the service. Uploads are scanned by scan, and marked as unscanned without one; synchronous rendering
// requires a renderer.
func (p *process) casework(scan uploads.Scanner, renderer *documents.Renderer) *processes.Services {
	return processes.New(casework.Deps{
		DB: p.db, Temporal: p.temporal, Namespace: p.settings.TemporalNamespace, Rules: p.rules, CalendarCache: p.almanac, Blobs: p.blobs, Fields: p.fields, Renderer: renderer, Scan: scan, Log: p.log,
		PublicURL: p.publicURL(), Catalogue: p.catalogue,
	})
}

// loadFonts loads the fonts of the documents; the caller closes them.
func (p *process) loadFonts() (*documents.Fonts, error) {
	files := documents.DefaultFontFiles()
	if len(p.settings.FontDirs) > 0 {
		files.Dirs = p.settings.FontDirs
	}
	fonts, err := documents.LoadFonts(files)
	if err != nil {
		return nil, fmt.Errorf("load the fonts of the papers: %w", err)
	}
	return fonts, nil
}

// checks returns the checks that serve and worker share.
func (p *process) checks() []check {
	waiting := &backlog{p.db}
	return []check{
		{"postgres", true, func(ctx context.Context) (string, error) { return "", p.db.Ready(ctx) }},
		{"temporal", true, p.temporalReady},
		{"rules", true, func(context.Context) (string, error) { return p.rules.Status().Revision, nil }},
		{"bundle", false, func(context.Context) (string, error) { return p.rules.Status().Source, p.rules.Status().Err }},
		{"calendar", false, p.calendarReady},
		{"renderer", false, func(ctx context.Context) (string, error) { return "", p.renderer.Health(ctx) }},
		{"sealing", false, p.sealed},
		{"blobs", false, func(context.Context) (string, error) { return "", p.blobs.Ready() }},
		{"outbox", false, waiting.delivered},
		{"cases", false, waiting.moving},
		{"papers", false, waiting.printed},
	}
}

func (p *process) temporalReady(ctx context.Context) (string, error) {
	_, err := p.temporal.WorkflowService().DescribeNamespace(ctx,
		&workflowservice.DescribeNamespaceRequest{Namespace: p.settings.TemporalNamespace})
	if err != nil {
		return "", fmt.Errorf("namespace %s: %w", p.settings.TemporalNamespace, err)
	}
	return "", nil
}

func (p *process) calendarReady(ctx context.Context) (string, error) {
	years, err := p.almanac.Years(ctx)
	if err != nil {
		return "", err
	}
	year := nursery.DateOf(time.Now()).Year
	if !years.Has(year) {
		return "", fmt.Errorf("the holidays of %d are not loaded: every due date is provisional", year)
	}
	if !years.Has(year + 1) {
		return fmt.Sprintf("the holidays of %d are not loaded: due dates in it are provisional", year+1), nil
	}
	return "", nil
}

func (p *process) sealed(context.Context) (string, error) {
	if p.settings.KeysetFile == "" {
		return "", errors.New(prefix + "KEYSET_FILE is not set: Temporal stores payloads in the clear, and nothing of children is taken")
	}
	if p.fields == nil {
		return "", sealing.ErrNoIndexKey
	}
	return "", p.keys.Err()
}

// untilStopped returns a context that is cancelled by the first SIGTERM or interrupt; a second one ends the process at
// once.
func untilStopped(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// atLeast is a handler that drops records below a level, even if the handler below accepts them.
type atLeast struct {
	slog.Handler
	level slog.Level
}

// Enabled implements slog.Handler.
func (h atLeast) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.level && h.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (h atLeast) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atLeast{h.Handler.WithAttrs(attrs), h.level}
}

// WithGroup implements slog.Handler.
func (h atLeast) WithGroup(name string) slog.Handler {
	return atLeast{h.Handler.WithGroup(name), h.level}
}
