package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/interceptor"
	sdkworker "go.temporal.io/sdk/worker"

	"tuoyu/activities"
	"tuoyu/casework/stuck"
	"tuoyu/documents"
	"tuoyu/procedures/steps"
	"tuoyu/store"
	"tuoyu/worker"
	"tuoyu/workflows"
)

const (
	// stickyCases is the number of open cases that a worker caches in memory. A case that was evicted is replayed from
	// its history, which is a few dozen events.
	stickyCases = 600
	// printers is the number of documents in progress: twice as many as are rendered at a time, since the others are prepared or stored.
	printers = 8
	// countings is the number of steps over a county that run concurrently: each is bound by Postgres.
	countings = 2
	pollers   = 4
)

type workerCommand struct{}

// Run works until its context ends, then waits for the steps in progress. No dependency need be available when it
// starts.
func (workerCommand) Run(ctx context.Context) error {
	ctx, stop := untilStopped(ctx)
	defer stop()
	p, err := openProcess(ctx, "worker")
	if err != nil {
		return err
	}
	return errors.Join(p.work(ctx), p.close(context.WithoutCancel(ctx)))
}

func (p *process) work(ctx context.Context) error {
	s := p.settings
	fonts, err := p.loadFonts()
	if err != nil {
		return err
	}
	defer fonts.Close()
	engine := &activities.Engine{
		DB: p.db, Rules: p.rules, CalendarCache: p.almanac, Applications: new(activities.ApplicationCache), Renderer: documents.NewRenderer(fonts, p.renderer),
		Blobs: p.blobs, Fields: p.fields, PublicURL: p.publicURL(), Processes: workflows.Definitions(),
	}
	var polling atomic.Bool
	checks := append(p.checks(), check{"polling", true, func(context.Context) (string, error) {
		if !polling.Load() {
			return "", errNotPolling
		}
		return "", nil
	}})
	h := &health{checks: checks}
	p.metrics.MustRegister(h)
	srv, err := startServer(s.MetricsListen, nil, h, p.metrics)
	if err != nil {
		return err
	}
	go p.rules.Watch(ctx, bundleInterval)
	go p.catalogue.Watch(ctx, catalogueInterval)
	slog.Info("worker started", "listen", srv.address(), "rules", p.rules.Status().Revision, "version", version)

	working, end := context.WithCancel(ctx)
	defer end()
	ended := make(chan error, 1)
	go func() { ended <- p.keepPolling(working, engine, &polling) }()
	select {
	case <-ctx.Done():
		slog.Info("worker draining", "seconds", s.ShutdownSeconds)
		srv.health.draining.Store(true)
		err = <-ended
	case err = <-ended:
	case err = <-srv.failed:
		end()
		err = errors.Join(err, <-ended)
	}
	srv.health.draining.Store(true)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.shutdown())
	defer cancel()
	err = errors.Join(err, srv.http.Shutdown(closing))
	slog.Info("worker ended")
	return err
}

var errNotPolling = errors.New("waits for Temporal, and for Postgres with the schema of this program")

const (
	// readyInterval is the interval at which a waiting worker checks whether it can start, and a running one whether
	// the schema is still its own.
	readyInterval = 2 * time.Second
	readyTimeout  = 5 * time.Second
)

// keepPolling runs the workers while Temporal is available and the schema is that of this program, until ctx ends.
// Steps in progress end within the configured time. It returns the error that made Temporal's worker stop.
func (p *process) keepPolling(ctx context.Context, engine *activities.Engine, polling *atomic.Bool) error {
	for p.untilReady(ctx) {
		failed := make(chan error, 1)
		stop, err := p.startWorkers(engine, failed)
		if err != nil {
			slog.Warn("worker cannot begin yet", "error", err)
			if pause(ctx, readyInterval) != nil {
				return nil
			}
			continue
		}
		polling.Store(true)
		slog.Info("worker polls")
		err = p.whilePolling(ctx, failed)
		polling.Store(false)
		stop()
		if !errors.Is(err, store.ErrSchemaMismatch) {
			return err
		}
		slog.Warn("worker waits", "error", err)
	}
	return nil
}

// whilePolling runs the relay and the consistency checks beside the workers until ctx ends, for which it returns nil,
// or until a worker fails or the schema changes, for which it returns that error.
func (p *process) whilePolling(ctx context.Context, failed <-chan error) error {
	ctx, end := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer end()
	service := p.casework(nil, nil)
	beside.Go(func() { service.Relay(ctx) })
	beside.Go(func() { stuck.Of(service.Service).Reconcile(ctx) })
	tick := time.NewTicker(readyInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-tick.C:
			if err := p.schemaReady(ctx); errors.Is(err, store.ErrSchemaMismatch) {
				return err
			}
		}
	}
}

// untilReady waits until Postgres has the schema of this program and Temporal responds. It returns false if ctx ended
// first.
func (p *process) untilReady(ctx context.Context) bool {
	last := ""
	for ctx.Err() == nil {
		lacks, err := "postgres", p.schemaReady(ctx)
		if err == nil {
			lacks, err = "temporal", p.temporalAnswers(ctx)
		}
		if err == nil {
			lacks, err = "procedures", p.catalogue.Refresh(ctx)
		}
		if err == nil {
			return true
		}
		if lacks != last { // readiness reports it each time
			slog.Warn("worker waits", "lacks", lacks, "error", err)
			last = lacks
		}
		if pause(ctx, readyInterval) != nil {
			return false
		}
	}
	return false
}

func (p *process) schemaReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	return p.db.Ready(ctx)
}

func (p *process) temporalAnswers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	_, err := p.temporalReady(ctx)
	return err
}

// startWorkers starts the worker of the processes and, each with a queue of its own, those for rendering and for steps
// over counties. The first error of any of them is sent to failed. stop waits for the steps in progress, as long as
// configured.
func (p *process) startWorkers(engine *activities.Engine, failed chan<- error) (stop func(), err error) {
	options := sdkworker.Options{
		WorkerStopTimeout: p.settings.shutdown(),
		Interceptors:      []interceptor.WorkerInterceptor{worker.Faults()},
		OnFatalError: func(err error) {
			select {
			case failed <- fmt.Errorf("worker stopped: %w", err):
			default: // the first error is enough
			}
		},
	}
	forward := options
	forward.LocalActivityWorkerOnly = true
	forward.MaxConcurrentWorkflowTaskExecutionSize = 2 * p.settings.WorkerConcurrency
	forward.MaxConcurrentLocalActivityExecutionSize = p.settings.WorkerConcurrency
	forward.MaxConcurrentWorkflowTaskPollers = pollers
	printing := options
	printing.DisableWorkflowWorker = true
	printing.MaxConcurrentActivityExecutionSize = printers
	printing.MaxConcurrentActivityTaskPollers = 2
	counting := printing
	counting.MaxConcurrentActivityExecutionSize = countings

	sdkworker.SetBinaryChecksum(version) // otherwise each start reads the whole program for it
	sdkworker.SetStickyWorkflowCacheSize(stickyCases)
	cases := sdkworker.New(p.temporal, workflows.TaskQueue, forward)
	outside := &steps.Steps{Engine: engine, Catalogue: p.catalogue}
	engine.Interpreted = outside.Preview
	worker.Register(cases, engine, outside)
	papers := sdkworker.New(p.temporal, activities.PapersQueue, printing)
	worker.RegisterPapers(papers, engine)
	counties := sdkworker.New(p.temporal, activities.CountiesQueue, counting)
	worker.RegisterCounties(counties, engine)
	var started []sdkworker.Worker
	stop = func() {
		var all sync.WaitGroup
		for _, w := range started {
			all.Go(w.Stop)
		}
		all.Wait()
	}
	for _, w := range []sdkworker.Worker{cases, papers, counties} {
		if err := w.Start(); err != nil {
			stop()
			return nil, fmt.Errorf("start worker: %w", err)
		}
		started = append(started, w)
	}
	return stop, nil
}
