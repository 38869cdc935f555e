package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// stack is everything that runs beside the command.
type stack struct {
	opts  *options
	run   string
	state *state

	mu       sync.Mutex // guards what the starting services set
	pg       *postgres
	temporal *temporalServer
	ui       *webUI
	renderer *renderer
	oidc     *oidcProvider
}

// runStack starts the services and the command, and ends them all when the command ends, a signal
// comes, the parent goes or Postgres dies. It gives the exit code.
func runStack(opts *options) (int, error) {
	stop := make(chan os.Signal, 4)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	if !opts.outliveParent {
		go watchParent(func() { stop <- syscall.SIGTERM })
	}
	s := &stack{opts: opts, run: rand.Text()}
	endGuard, err := startGuard(s.run)
	if err != nil {
		return exitStack, err
	}
	defer endGuard()
	defer s.stop()

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	started := make(chan error, 1)
	go func() { started <- s.start(ctx) }()
	select {
	case err := <-started:
		if err != nil {
			return exitStack, err
		}
	case sig := <-stop:
		cancel()
		<-started
		return 128 + int(sig.(syscall.Signal)), nil
	}
	return s.runCommand(stop)
}

// say prints one line for the person who started devstack.
func (s *stack) say(text string) {
	if !s.opts.quiet {
		fmt.Fprintln(os.Stderr, "devstack: "+text)
	}
}

// start brings the services up: the renderer and the OIDC provider beside Postgres, Temporal after it.
func (s *stack) start(ctx context.Context) error {
	begun := time.Now()
	runner, err := postgresUser()
	if err != nil {
		return err
	}
	if s.state, err = openState(s.opts.state, s.opts.fresh, runner, s.say); err != nil {
		return err
	}
	if err := s.openLog(); err != nil {
		return err
	}
	if err := endLeftoverPostgres(s.state.path("postgres")); err != nil {
		return err
	}
	ports, with := &s.opts.ports, s.opts.with
	if s.opts.autoPorts {
		err = ports.pick(with)
	} else {
		err = ports.check(with)
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, 3)
	parts := 0
	part := func(start func(context.Context) error) {
		parts++
		go func() { failed <- start(ctx) }()
	}
	part(func(ctx context.Context) error { return s.startData(ctx, runner) })
	if with.renderer {
		part(s.startRenderer)
	}
	if with.oidc {
		part(s.startOIDC)
	}
	var first error
	for range parts {
		if err := <-failed; err != nil && first == nil {
			first = err
			cancel() // the others need not come up any more
		}
	}
	if first != nil {
		return first
	}
	s.say(fmt.Sprintf("ready in %.1f s, state in %s", time.Since(begun).Seconds(), s.state.dir))
	return nil
}

// openLog sends what the services log in this process to a file of the state.
func (s *stack) openLog() error {
	f, err := os.OpenFile(s.state.path("devstack.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(f, nil)))
	return nil
}

func (s *stack) startData(ctx context.Context, runner *osUser) error {
	ports, with := &s.opts.ports, s.opts.with
	begun := time.Now()
	pg, err := startPostgres(ctx, s.state, runner, ports.postgres, s.opts.fast, s.say)
	if err != nil {
		return err
	}
	s.set(func() { s.pg = pg })
	s.sayReady("Postgres", loopback(pg.port), begun)
	if !with.temporal {
		return nil
	}
	begun = time.Now()
	t, err := startTemporal(ctx, pg, ports, s.opts.retention, s.state.path("temporal.log"))
	if err != nil {
		return err
	}
	s.set(func() { s.temporal = t })
	s.sayReady("Temporal", t.address, begun)
	if !with.ui {
		return nil
	}
	begun = time.Now()
	ui, err := startUI(ctx, t.address, ports.ui)
	if err != nil {
		return err
	}
	s.set(func() { s.ui = ui })
	s.sayReady("Temporal Web UI", ui.url, begun)
	return nil
}

func (s *stack) startRenderer(ctx context.Context) error {
	begun := time.Now()
	path, err := findChromium(ctx, s.say)
	if err != nil {
		return err
	}
	r, err := startRenderer(s.opts.ports.renderer, path, s.state.dir, s.run)
	if err != nil {
		return err
	}
	s.set(func() { s.renderer = r })
	s.sayReady("PDF renderer", r.url, begun)
	return nil
}

func (s *stack) startOIDC(ctx context.Context) error {
	begun := time.Now()
	p, err := startOIDC(ctx, s.opts.ports.oidc, s.state.path("oidc-key.pem"), s.opts.tokenLife)
	if err != nil {
		return err
	}
	s.set(func() { s.oidc = p })
	s.sayReady("OIDC provider", p.issuer, begun)
	return nil
}

func (s *stack) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *stack) sayReady(service, address string, begun time.Time) {
	s.say(fmt.Sprintf("%-16s %-24s %.1f s", service, address, time.Since(begun).Seconds()))
}

// environment gives COMMAND the addresses, and to everything below it the marker by which it is found.
func (s *stack) environment() []string {
	p := s.pg
	env := []string{
		runMarker + "=" + s.run,
		"DEVSTACK_STATE=" + s.state.dir,
		"DEVSTACK_POSTGRES_ADMIN_URL=" + p.adminURL("postgres"),
		"TUOYU_DATABASE_URL=" + p.url("tuoyu_app", p.secrets.App, "tuoyu"),
		"TUOYU_MIGRATE_DATABASE_URL=" + p.url("tuoyu_owner", p.secrets.Owner, "tuoyu"),
	}
	if s.temporal != nil {
		env = append(env, "TUOYU_TEMPORAL_ADDRESS="+s.temporal.address, "TUOYU_TEMPORAL_NAMESPACE="+namespace)
	}
	if s.ui != nil {
		env = append(env, "DEVSTACK_TEMPORAL_UI_URL="+s.ui.url)
	}
	if s.renderer != nil {
		env = append(env, "TUOYU_GOTENBERG_URL="+s.renderer.url)
	}
	if s.oidc != nil {
		env = append(env, "TUOYU_OIDC_ISSUER="+s.oidc.issuer, "TUOYU_OIDC_AUDIENCE="+audience)
	}
	return env
}

// runCommand runs COMMAND until it ends, or ends it when a signal comes or Postgres is lost.
func (s *stack) runCommand(stop <-chan os.Signal) (int, error) {
	cmd := exec.Command(s.opts.command[0], s.opts.command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), s.environment()...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	c, err := start(cmd)
	if err != nil {
		return exitStack, err
	}
	select {
	case <-c.done:
		return c.exitCode(), nil
	case <-s.pg.done:
		s.end(c, syscall.SIGTERM, stop)
		return exitStack, fmt.Errorf("the database ended while COMMAND ran: see %s", s.state.path("postgres.log"))
	case sig := <-stop:
		s.end(c, sig.(syscall.Signal), stop)
		return c.exitCode(), nil
	}
}

// end asks COMMAND to end and gives it the grace; a second signal, or the end of the grace, kills it.
// What the terminal sent, it sent to COMMAND too, and a second interrupt would be taken for impatience.
func (s *stack) end(c *child, sig syscall.Signal, stop <-chan os.Signal) {
	if sig != syscall.SIGINT || !inForeground() {
		_ = c.cmd.Process.Signal(sig) // an ended process is what is wanted
	}
	select {
	case <-c.done:
		return
	case <-stop:
	case <-time.After(s.opts.grace):
	}
	sweep(s.run, 0)
	<-c.done
}

// inForeground tells whether this process group is the one the terminal talks to.
func inForeground() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}

// stop ends whatever runs, in the order that lets each end in peace: what COMMAND left behind, then the
// services that use Postgres, then Postgres.
func (s *stack) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.renderer != nil {
		s.renderer.stop()
	}
	sweep(s.run, 5*time.Second)
	if s.oidc != nil {
		s.oidc.stop()
	}
	if s.ui != nil {
		s.ui.stop()
	}
	if s.temporal != nil {
		s.temporal.stop()
	}
	if s.pg != nil {
		s.pg.stop()
	}
	if s.state != nil {
		s.state.close()
	}
}
