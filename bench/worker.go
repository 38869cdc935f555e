package main

import (
	"context"
	"fmt"
	"os"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/policies"
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
	product.Register(w, &activities.Engine{DB: db, Rules: rules, CalendarCache: calendarCache, Applications: new(activities.ApplicationCache),
		Fields: fields, PublicURL: os.Getenv("TUOYU_PUBLIC_URL"), Processes: workflows.Definitions()})
	if err := w.Start(); err != nil {
		return fmt.Errorf("start worker: %w", err)
	}
	processes.New(casework.Deps{DB: db, Temporal: temporal, Rules: rules, CalendarCache: calendarCache, Fields: fields}).Relay(ctx)
	w.Stop()
	return nil
}
