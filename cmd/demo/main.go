// Command demo plays the life of nurseries at a running tuoyu: institutions of every site kind file, correct, are
// visited, change and close, each person going through the door under an account of its own. It prints a line per step,
// the timeline of each case and saves each paper; it ends with 1 and the cause in one line when anything fails.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.temporal.io/sdk/client"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

type options struct {
	url, issuer         string
	temporal, namespace string
	out, histories      string
	application         string
	quiet               bool
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
	f.BoolVar(&o.quiet, "quiet", false, "print nothing but a failure")
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
	if o.quiet {
		stdout = io.Discard
	}
	begun := time.Now()
	if err := play(ctx, o, stdout); err != nil {
		fmt.Fprintf(stderr, "demo: %s\n", oneLine(err))
		return 1
	}
	fmt.Fprintf(stdout, "\n演示完成，用时 %.1f 秒，文书保存在 %s\n", time.Since(begun).Seconds(), o.out)
	return 0
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

// printApplication writes an application and its registration as JSON, of a legal person that the demonstration has not.
func printApplication(name string, out io.Writer) error {
	app, err := testdata.Application(name)
	if err != nil {
		return err
	}
	reg, err := testdata.Registration(name)
	if err != nil {
		return err
	}
	now := time.Now()
	if app, reg, err = testdata.Another(testdata.OnDay(app, nursery.DateOf(now)), reg, 9000+int(now.Unix()%1000)); err != nil {
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
	now := time.Now()
	s := &stage{
		address: o.url, door: roleplay.NewDoor(o.url, o.issuer), temporal: temporal, namespace: o.namespace,
		run: fmt.Sprintf("demo-%d", now.UnixNano()), serial: int(now.Unix() % 9000), folder: o.out, histories: o.histories, out: out,
	}
	return s.playAll(ctx)
}

// silentLog drops what the Temporal client logs.
type silentLog struct{}

func (silentLog) Debug(string, ...any) {}
func (silentLog) Info(string, ...any)  {}
func (silentLog) Warn(string, ...any)  {}
func (silentLog) Error(string, ...any) {}
