package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"go.temporal.io/sdk/interceptor"
	sdkworker "go.temporal.io/sdk/worker"

	"tuoyu/activities"
	"tuoyu/documents"
	"tuoyu/worker"
	"tuoyu/workflows"
)

const (
	// stickyCases is how many open cases a worker keeps in memory. A case that fell out is read again from its history,
	// which is a few dozen events.
	stickyCases = 600
	// printers is how many papers are printed at once; a renderer of two cores does no more.
	printers = 4
	// countings is how many steps over a county run at once: each is bound by Postgres.
	countings = 2
	pollers   = 4
)

type workerCommand struct{}

// Run works until it is told to stop, then lets the steps under way end.
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
		DB: p.db, Rules: p.rules, Almanac: p.almanac, Renderer: documents.NewRenderer(fonts, p.renderer),
		Blobs: p.blobs, Fields: p.fields, PublicURL: p.publicURL(),
	}
	srv, err := startServer(s.MetricsListen, nil, &health{checks: p.checks()}, p.metrics)
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	stopWorkers, err := p.startWorkers(engine, failed)
	if err != nil {
		return errors.Join(err, srv.http.Close())
	}
	var beside sync.WaitGroup
	service := p.casework(nil, nil)
	beside.Go(func() { service.Relay(ctx) })
	beside.Go(func() { service.Reconcile(ctx) })
	beside.Go(func() { p.rules.Watch(ctx, bundleInterval) })
	slog.Info("worker started", "listen", srv.address(), "rules", p.rules.Status().Revision, "version", version)

	select {
	case <-ctx.Done():
	case err = <-failed:
	case err = <-srv.failed:
	}
	slog.Info("worker draining", "seconds", s.ShutdownSeconds)
	srv.health.draining.Store(true)
	stopWorkers()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.shutdown())
	defer cancel()
	err = errors.Join(err, srv.http.Shutdown(end))
	if ctx.Err() != nil { // else a failure ends the process, and what goes on beside with it
		beside.Wait()
	}
	slog.Info("worker ended")
	return err
}

// startWorkers starts what carries the processes forward and, each on a queue of its own, what prints and what goes over counties. The first of them that
// cannot go on sends why to failed. stop waits for the steps under way, as long as the settings say.
func (p *process) startWorkers(engine *activities.Engine, failed chan<- error) (stop func(), err error) {
	options := sdkworker.Options{
		WorkerStopTimeout: p.settings.shutdown(),
		Interceptors:      []interceptor.WorkerInterceptor{worker.Faults()},
		OnFatalError: func(err error) {
			select {
			case failed <- fmt.Errorf("worker stopped: %w", err):
			default: // the first is enough
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

	sdkworker.SetStickyWorkflowCacheSize(stickyCases)
	cases := sdkworker.New(p.temporal, workflows.TaskQueue, forward)
	worker.Register(cases, engine)
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
