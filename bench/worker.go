package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/policies"
	"tuoyu/procedures/published"
	"tuoyu/procedures/steps"
	"tuoyu/processes"
	"tuoyu/sealing"
	"tuoyu/store"
	product "tuoyu/worker"
	"tuoyu/workflows"
)

// casesWorker is the hidden command by which bench runs a worker that processes cases and renders nothing: as `tuoyu
// worker` does on its queue of cases, with the same options, and its relay.
const casesWorker = "cases-worker"

// concurrency is the default of TUOYU_WORKER_CONCURRENCY.
const concurrency = 16

// forward returns the options with which `tuoyu worker` processes cases.
func forward() worker.Options {
	return worker.Options{
		LocalActivityWorkerOnly: true, MaxConcurrentWorkflowTaskExecutionSize: 2 * concurrency,
		MaxConcurrentLocalActivityExecutionSize: concurrency, MaxConcurrentWorkflowTaskPollers: 4,
		Interceptors: []interceptor.WorkerInterceptor{product.Faults()},
	}
}

func workOnCases(ctx context.Context) error {
	db, err := store.Open(ctx, os.Getenv("TUOYU_DATABASE_URL"), store.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	rules, err := policies.New(ctx)
	if err != nil {
		return err
	}
	o := client.Options{HostPort: os.Getenv("TUOYU_TEMPORAL_ADDRESS"), Namespace: os.Getenv("TUOYU_TEMPORAL_NAMESPACE"), Logger: quiet{}}
	keys, err := sealing.Open(os.Getenv("TUOYU_KEYSET_FILE"))
	if err != nil {
		return err
	}
	if err := sealing.Seal(&o, keys); err != nil {
		return err
	}
	fields, err := sealing.NewFields(keys)
	if err != nil {
		return err
	}
	temporal, err := client.DialContext(ctx, o)
	if err != nil {
		return fmt.Errorf("connect to Temporal: %w", err)
	}
	defer temporal.Close()
	worker.SetStickyWorkflowCacheSize(600)
	w := worker.New(temporal, workflows.TaskQueue, forward())
	calendarCache := store.NewCalendarCache(db)
	engine := &activities.Engine{DB: db, Rules: rules, CalendarCache: calendarCache, Applications: new(activities.ApplicationCache),
		Fields: fields, PublicURL: os.Getenv("TUOYU_PUBLIC_URL"), Processes: workflows.Definitions()}
	options, err := published.Options(rules)
	if err != nil {
		return err
	}
	catalogue := published.New(db, options, workflows.Definitions(), slog.Default())
	if err := catalogue.Refresh(ctx); err != nil {
		return err
	}
	product.Register(w, engine, &steps.Steps{Engine: engine, Catalogue: catalogue})
	if err := w.Start(); err != nil {
		return fmt.Errorf("start worker: %w", err)
	}
	processes.New(casework.Deps{DB: db, Temporal: temporal, Rules: rules, CalendarCache: calendarCache, Fields: fields, Catalogue: catalogue}).Relay(ctx)
	w.Stop()
	return nil
}

// startCases starts a worker of the installation that processes cases and renders nothing.
func (h *installation) startCases(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find bench: %w", err)
	}
	_, err = h.start(ctx, self, casesWorker, "")
	return err
}
