package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"go.temporal.io/sdk/client"

	"tuoyu/casework"
	"tuoyu/casework/stuck"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/procedures/published"
	"tuoyu/processes"
	"tuoyu/sealing"
	"tuoyu/store"
	"tuoyu/workflows"
)

type caseCommands struct {
	Stuck caseStuckCommand `cmd:"" help:"List the cases that cannot go on by themselves and the papers that are not printed: number, kind, since when, why, number of the paper."`
	Retry caseRetryCommand `cmd:"" help:"Have a stuck case try again what failed, or start its workflow again."`
}

type caseStuckCommand struct{}

// Run lists the stuck cases, the oldest first.
func (caseStuckCommand) Run(ctx context.Context, out output) error {
	s, err := settingsFromEnvironment("calendar")
	if err != nil {
		return err
	}
	service, done, err := openService(ctx, s)
	if err != nil {
		return err
	}
	defer done()
	list, err := stuck.Of(service.Service).Cases(ctx, operator)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintln(out, "no case is stuck")
		return nil
	}
	for _, c := range list {
		fmt.Fprintf(out, "%s  %s  %s  %s  %s\n", c.CaseNo, c.Kind, nursery.Minute(c.Since), c.Reason, c.Number)
	}
	return nil
}

type caseRetryCommand struct {
	Case  string `arg:"" help:"The number of the case."`
	Event int64  `help:"Go on from before this event of the workflow's history; 0: from before its last task."`
}

// Run retries the stuck step of the case and prints the result.
func (c caseRetryCommand) Run(ctx context.Context, out output) error {
	s, err := settingsFromEnvironment("calendar")
	if err != nil {
		return err
	}
	service, done, err := openService(ctx, s)
	if err != nil {
		return err
	}
	defer done()
	did, err := stuck.Of(service.Service).Retry(ctx, operator, c.Case, c.Event)
	var refused *casework.Error
	if errors.As(err, &refused) {
		return fmt.Errorf("%s: %s", c.Case, refused.Message)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %s\n", c.Case, did)
	return nil
}

// openDatabase connects a command that needs nothing but the database.
func openDatabase(ctx context.Context) (*store.DB, error) {
	s, err := settingsFromEnvironment("calendar")
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, s.DatabaseURL, store.Options{MaxConns: 2})
}

// openService connects to the database and Temporal for one command. The caller calls done.
func openService(ctx context.Context, s settings) (service *processes.Services, done func(), err error) {
	log := newLogger(os.Stderr, slog.LevelWarn)
	db, err := store.Open(ctx, s.DatabaseURL, store.Options{MaxConns: 2})
	if err != nil {
		return nil, nil, err
	}
	var keys *sealing.Keyset
	if s.KeysetFile != "" {
		if keys, err = sealing.Open(s.KeysetFile); err != nil {
			db.Close()
			return nil, nil, err
		}
	}
	temporal, err := openTemporal(s, keys, log, client.MetricsNopHandler)
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	done = func() {
		temporal.Close()
		db.Close()
	}
	rules, err := policies.New(ctx)
	if err != nil {
		done()
		return nil, nil, fmt.Errorf("load rules: %w", err)
	}
	options, err := published.Options(rules)
	if err != nil {
		done()
		return nil, nil, fmt.Errorf("load what procedures may refer to: %w", err)
	}
	catalogue := published.New(db, options, workflows.Definitions(), log)
	if err := catalogue.Refresh(ctx); err != nil {
		done()
		return nil, nil, err
	}
	return processes.New(casework.Deps{
		DB: db, Temporal: temporal, Rules: rules, CalendarCache: store.NewCalendarCache(db), Log: log, Catalogue: catalogue,
	}), done, nil
}
