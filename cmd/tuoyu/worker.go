package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

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
	pollers  = 4
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
	fontFiles := documents.DefaultFontFiles()
	if len(s.FontDirs) > 0 {
		fontFiles.Dirs = s.FontDirs
	}
	fonts, err := documents.LoadFonts(fontFiles)
	if err != nil {
		return fmt.Errorf("load the fonts of the papers: %w", err)
	}
	defer fonts.Close()
	engine := &activities.Engine{
		DB: p.db, Rules: p.rules, Almanac: p.almanac, Renderer: documents.NewRenderer(fonts, p.renderer),
		Blobs: p.blobs, PublicURL: strings.TrimRight(s.PublicURL, "/"),
	}
	fatal := make(chan error, 1)
	sdkworker.SetStickyWorkflowCacheSize(stickyCases)
	w := sdkworker.New(p.temporal, workflows.TaskQueue, sdkworker.Options{
		MaxConcurrentWorkflowTaskExecutionSize:  2 * s.WorkerConcurrency,
		MaxConcurrentLocalActivityExecutionSize: s.WorkerConcurrency,
		MaxConcurrentActivityExecutionSize:      printers,
		MaxConcurrentWorkflowTaskPollers:        pollers,
		MaxConcurrentActivityTaskPollers:        2,
		WorkerStopTimeout:                       s.shutdown(),
		OnFatalError: func(err error) {
			select {
			case fatal <- fmt.Errorf("worker stopped: %w", err):
			default:
			}
		},
	})
	worker.Register(w, engine)
	srv, err := startServer(s.MetricsListen, nil, &health{checks: p.checks()}, p.metrics)
	if err != nil {
		return err
	}
	if err := w.Start(); err != nil {
		return errors.Join(fmt.Errorf("start worker: %w", err), srv.http.Close())
	}
	go p.rules.Watch(ctx, bundleInterval)
	slog.Info("worker started", "listen", srv.address(), "queue", workflows.TaskQueue, "rules", p.rules.Status().Revision, "version", version)

	select {
	case <-ctx.Done():
	case err = <-fatal:
	case err = <-srv.failed:
	}
	slog.Info("worker draining", "seconds", s.ShutdownSeconds)
	srv.health.draining.Store(true)
	w.Stop()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.shutdown())
	defer cancel()
	err = errors.Join(err, srv.http.Shutdown(end))
	slog.Info("worker ended")
	return err
}
