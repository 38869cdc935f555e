// Command devstack runs a command together with the services of a production deployment, on loopback only: Postgres,
// Temporal with its Web UI, a PDF renderer with Gotenberg's API and an OIDC provider with role accounts. The command
// finds their addresses in its environment, and all of them end together.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"
)

// Exit codes of devstack itself; otherwise it exits with the code of its command.
const (
	exitUsage = 2
	exitStack = 125 // a service did not start, or ended while the command ran
)

func main() {
	if order := os.Getenv(serviceVariable); order != "" {
		os.Exit(serve(order))
	}
	opts, err := parseOptions(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(0)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "devstack: %v\n", err)
		os.Exit(exitUsage)
	}
	code, err := runStack(opts)
	if err != nil {
		fmt.Fprintf(os.Stderr, "devstack: %v\n", err)
	}
	os.Exit(code)
}

// services selects the optional services to run. Postgres always runs.
type services struct{ temporal, ui, renderer, oidc bool }

type options struct {
	state         string
	fresh         bool
	fast          bool
	memory        bool
	quiet         bool
	outliveParent bool
	autoPorts     bool
	ports         portSet
	with          services
	retention     time.Duration
	tokenLife     time.Duration
	grace         time.Duration
	command       []string
}

func parseOptions(args []string, out io.Writer) (*options, error) {
	o := &options{}
	var portMode, without string
	var temporalPort, retentionDays int
	f := flag.NewFlagSet("devstack", flag.ContinueOnError)
	f.SetOutput(out)
	f.Usage = func() {
		fmt.Fprintln(out, "usage: devstack [flags] -- COMMAND ARGS…")
		f.PrintDefaults()
	}
	f.StringVar(&o.state, "state", ".devstack", "`directory` of database, keys and logs")
	f.BoolVar(&o.fresh, "fresh", false, "wipe the state first")
	f.BoolVar(&o.fast, "fast", false, "trade the database's durability for speed: for tests")
	f.BoolVar(&o.memory, "memory", false, "keep the database in memory, where there is enough, and drop it at the end: for tests")
	f.BoolVar(&o.quiet, "quiet", false, "print nothing but failures")
	f.BoolVar(&o.outliveParent, "outlive-parent", false, "go on when the process that started devstack ends (for use with nohup)")
	f.StringVar(&portMode, "ports", "fixed", "`fixed` or auto: the ports below, or free ones")
	f.IntVar(&o.ports.postgres, "postgres-port", 15432, "`port` of Postgres")
	f.IntVar(&temporalPort, "temporal-port", 7233, "`port` of Temporal's frontend; its other services take the three ports after it")
	f.IntVar(&o.ports.ui, "ui-port", 8233, "`port` of Temporal's Web UI")
	f.IntVar(&o.ports.renderer, "renderer-port", 3000, "`port` of the PDF renderer")
	f.IntVar(&o.ports.oidc, "oidc-port", 9998, "`port` of the OIDC provider")
	f.StringVar(&without, "without", "", "`services` to leave out, by comma: temporal, ui, renderer, oidc")
	f.IntVar(&retentionDays, "retention-days", 90, "`days` Temporal keeps the history of an ended workflow (set when the namespace is made)")
	f.DurationVar(&o.tokenLife, "token-life", time.Hour, "how long an access token is good")
	f.DurationVar(&o.grace, "grace", 15*time.Second, "how long COMMAND may take to end")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	o.command = f.Args()
	o.retention = time.Duration(retentionDays) * 24 * time.Hour
	o.ports.setTemporal(temporalPort)
	switch portMode {
	case "fixed", "auto":
		o.autoPorts = portMode == "auto"
	default:
		return nil, fmt.Errorf("--ports is fixed or auto, not %q", portMode)
	}
	if len(o.command) == 0 {
		return nil, errors.New("no COMMAND given: devstack [flags] -- COMMAND ARGS…")
	}
	if retentionDays < 1 {
		return nil, errors.New("--retention-days is at least 1")
	}
	return o, o.with.leaveOut(without)
}

// leaveOut excludes the named services. The Web UI requires Temporal and is excluded with it.
func (s *services) leaveOut(names string) error {
	*s = services{temporal: true, ui: true, renderer: true, oidc: true}
	for name := range strings.SplitSeq(names, ",") {
		switch strings.TrimSpace(name) {
		case "":
		case "temporal":
			s.temporal, s.ui = false, false
		case "ui":
			s.ui = false
		case "renderer":
			s.renderer = false
		case "oidc":
			s.oidc = false
		default:
			return fmt.Errorf("--without knows temporal, ui, renderer and oidc, not %q", name)
		}
	}
	return nil
}

func discardLog() *slog.Logger { return slog.New(slog.DiscardHandler) }
