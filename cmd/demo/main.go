// Command demo plays demonstration cases against a running tuoyu: institutions of every site kind file, correct, are
// visited, change and close, each user acting under an account of its own. It prints a line per step and the timeline
// of each case, and saves each document; if anything fails it exits with 1 and prints the cause in one line.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"go.temporal.io/sdk/client"

	"tuoyu/e2e/roleplay"
	"tuoyu/e2e/stories"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/testdata"
)

// exitNoAccount is the exit code if no institution account is free for the demonstration.
const exitNoAccount = 3

type options struct {
	url, issuer         string
	temporal, namespace string
	out, histories      string
	application         string
	payments            int
	quiet, once         bool
	subsidies           bool
	limit               time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.url, "url", setting("TUOYU_PUBLIC_URL", "http://127.0.0.1:8080"), "where tuoyu serves")
	f.StringVar(&o.issuer, "issuer", os.Getenv("TUOYU_OIDC_ISSUER"), "OIDC provider with the role accounts")
	f.StringVar(&o.temporal, "temporal", setting("TUOYU_TEMPORAL_ADDRESS", "127.0.0.1:7233"), "Temporal frontend, to let time pass for the silent office")
	f.StringVar(&o.namespace, "namespace", setting("TUOYU_TEMPORAL_NAMESPACE", "tuoyu"), "Temporal namespace")
	f.StringVar(&o.out, "out", "out/demo", "folder for the papers")
	f.StringVar(&o.histories, "histories", "", "folder to record the histories of the cases in, for the replay test")
	f.StringVar(&o.application, "application", "", "print the application of that name as it would be handed in today, with its registration, and play nothing")
	f.IntVar(&o.payments, "payments", 0, "add that many cases of "+paymentsCounty+" that wait to be paid, without a workflow, to the database of TUOYU_DATABASE_URL, and play nothing")
	f.BoolVar(&o.quiet, "quiet", false, "print nothing but a failure")
	f.BoolVar(&o.once, "once", false, "play only what this system has not seen yet")
	f.BoolVar(&o.subsidies, "subsidies", false, "play the stories about money instead: a rent relief, a quarter of child-months of 30 nurseries, the award to counties")
	f.DurationVar(&o.limit, "limit", 15*time.Minute, "how long all of it may take")
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if o.application != "" {
		if err := printApplication(o.application, stdout); err != nil {
			fmt.Fprintf(stderr, "demo: %s\n", oneLine(err))
			return 1
		}
		return 0
	}
	if o.payments > 0 {
		if err := addPayments(ctx, o.payments); err != nil {
			fmt.Fprintf(stderr, "demo: %s\n", oneLine(err))
			return 1
		}
		return 0
	}
	if o.quiet {
		stdout = io.Discard
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.limit, fmt.Errorf("the demonstration did not end within %s", o.limit))
	defer cancel()
	switch err := play(ctx, o, stdout); {
	case err == nil:
		return 0
	case errors.Is(err, roleplay.ErrNoAccount):
		fmt.Fprintf(stderr, "demo: %s\n", oneLine(err))
		return exitNoAccount
	default:
		if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
			err = fmt.Errorf("%w: %w", cause, err)
		}
		fmt.Fprintf(stderr, "demo: %s\n", oneLine(err))
		return 1
	}
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

// paymentsCounty is the county whose cases wait to be paid: the demonstration plays in others.
const paymentsCounty = "140429"

// addPayments adds cases that wait to be paid, as many again for each institution account of the county.
func addPayments(ctx context.Context, n int) error {
	db, err := store.Open(ctx, os.Getenv("TUOYU_DATABASE_URL"), store.Options{MaxConns: 2})
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = stories.WaitingPayments(ctx, db, stories.Waiting{County: paymentsCounty, First: 800_001, Cases: n, Payees: 24, Fen: 1_000_00})
	return err
}

// applicationSerial is part of the credit code of a printed application: no applicant of the demonstration uses it.
const applicationSerial = 9999

// printApplication writes an application and its registration as JSON, for a legal person that the demonstration does
// not use.
func printApplication(name string, out io.Writer) error {
	app, err := testdata.Application(name)
	if err != nil {
		return err
	}
	reg, err := testdata.Registration(name)
	if err != nil {
		return err
	}
	if app, reg, err = testdata.Another(testdata.OnDay(app, nursery.DateOf(time.Now())), reg, applicationSerial); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(map[string]any{"application": app, "registration": reg})
}

func play(ctx context.Context, o options, out io.Writer) error {
	if o.issuer == "" {
		return errors.New("no OIDC issuer: set TUOYU_OIDC_ISSUER or --issuer")
	}
	temporal, err := client.DialContext(ctx, client.Options{HostPort: o.temporal, Namespace: o.namespace, Logger: silentLog{}})
	if err != nil {
		return fmt.Errorf("connect to Temporal at %s: %w", o.temporal, err)
	}
	defer temporal.Close()
	s := &stories.Stage{
		Address: o.url, Users: roleplay.NewUsers(o.url, o.issuer), Temporal: temporal, Namespace: o.namespace,
		Run: "demo-" + rand.Text(), Folder: o.out, Histories: o.histories, Out: out,
	}
	if o.subsidies {
		return playSubsidies(ctx, s)
	}
	return playAll(ctx, s, o.once)
}

// playAll plays every story after the last one that the system has seen; with once set it plays none if the system has
// seen all.
func playAll(ctx context.Context, s *stories.Stage, once bool) error {
	begun, all := time.Now(), append(stories.Ended(), stories.Open()...)
	seen, err := readProgress(ctx, s)
	if err != nil {
		return err
	}
	switch {
	case once && seen.Played >= len(all):
		fmt.Fprintf(s.Out, "演示已于 %s 完成，不再重演；再演一次：make demo\n", nursery.Minute(seen.At))
		return nil
	case once && seen.Played > 0:
		fmt.Fprintf(s.Out, "演示上次演到第 %d 节，从第 %d 节接着演\n", seen.Played, seen.Played+1)
	case !once:
		seen.Played = 0
		if err := stories.EnoughAccounts(ctx, s.Users); err != nil {
			return err
		}
	}
	for i, st := range all[seen.Played:] {
		fmt.Fprintf(s.Out, "\n—— %d %s ——\n", seen.Played+i+1, st.Title)
		if _, err := s.Play(ctx, st); err != nil {
			return err
		}
		if err := writeProgress(ctx, s, progress{Played: seen.Played + i + 1, At: time.Now()}); err != nil {
			return err
		}
	}
	if s.Histories != "" {
		if err := s.RecordLongRunning(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.Out, "\n演示完成，用时 %.1f 秒，文书保存在 %s\n", time.Since(begun).Seconds(), s.Folder)
	return nil
}

// playSubsidies plays the stories about money. They are not part of the progress.
func playSubsidies(ctx context.Context, s *stories.Stage) error {
	begun := time.Now()
	for i, st := range stories.Subsidies() {
		fmt.Fprintf(s.Out, "\n—— 资金 %d %s ——\n", i+1, st.Title)
		if _, err := s.Play(ctx, st); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.Out, "\n资金演示完成，用时 %.1f 秒，文书保存在 %s\n", time.Since(begun).Seconds(), s.Folder)
	return nil
}

// oneLine returns the text of an error in one line.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// silentLog discards what the Temporal client logs.
type silentLog struct{}

func (silentLog) Debug(string, ...any) {}
func (silentLog) Info(string, ...any)  {}
func (silentLog) Warn(string, ...any)  {}
func (silentLog) Error(string, ...any) {}
