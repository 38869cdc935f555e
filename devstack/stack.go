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

// stack is everything that runs together with the command.
type stack struct {
	opts  *options
	run   string
	state *state

	lost chan error // receives an error if a service keeps dying

	mu       sync.Mutex // guards what the services set while they start
	pg       *postgres
	services map[string]*supervised // by the name of their process file
}

// endOrder is the order in which services end after COMMAND is swept: those that use Postgres before it. The renderer
// ends earlier, since its Chromium is swept too.
var endOrder = []string{serviceOIDC, serviceTemporal, servicePostgres}

const servicePostgres = "postgres"

// runStack starts the services and the command, and ends them all when the command ends, a signal is received, the
// parent ends or a service keeps dying. It returns the exit code.
func runStack(opts *options) (int, error) {
	stop := make(chan os.Signal, 4)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	if !opts.outliveParent {
		go watchParent(func() { stop <- syscall.SIGTERM })
	}
	s := &stack{opts: opts, run: rand.Text(), lost: make(chan error, 8), services: map[string]*supervised{}}
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

// say prints one line for the user.
func (s *stack) say(text string) {
	if !s.opts.quiet {
		fmt.Fprintln(os.Stderr, "devstack: "+text)
	}
}

// start starts the services: the renderer and the OIDC provider concurrently with Postgres, Temporal after it.
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
	if s.opts.memory {
		if err := s.state.keepInMemory(); err != nil {
			return err
		}
	}
	if err := endLeftoverPostgres(s.state.database()); err != nil {
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
			cancel() // the others need not start any more
		}
	}
	if first != nil {
		return first
	}
	s.say(fmt.Sprintf("ready in %.1f s, state in %s", time.Since(begun).Seconds(), s.state.dir))
	return nil
}

// openLog redirects the log of this process to a file of the state.
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
	s.mu.Lock()
	s.pg = pg
	s.mu.Unlock()
	again := func(ctx context.Context) (running, error) {
		p, err := pg.again(ctx)
		if err != nil { // returning p would be a non-nil running with a nil pointer
			return nil, err
		}
		return p, nil
	}
	if err := s.supervise(servicePostgres, "Postgres", "postgres.log", pg, again); err != nil {
		return err
	}
	s.sayReady("Postgres", loopback(pg.port), begun)
	if !with.temporal {
		return nil
	}
	begun = time.Now()
	order := serviceOrder{
		Service: serviceTemporal, Temporal: ports.temporal, Postgres: pg.port, Password: s.state.secrets.Temporal, Retention: s.opts.retention,
	}
	if with.ui {
		order.UI = ports.ui
	}
	if err := s.startProcess(ctx, order, "Temporal", "temporal.log"); err != nil {
		return err
	}
	s.sayReady("Temporal", loopback(ports.temporal[0]), begun)
	if with.ui {
		s.sayReady("Temporal Web UI", httpAddress(ports.ui), begun)
	}
	return nil
}

func (s *stack) startRenderer(ctx context.Context) error {
	begun := time.Now()
	path, err := findChromium(ctx, s.say)
	if err != nil {
		return err
	}
	order := serviceOrder{Service: serviceRenderer, Port: s.opts.ports.renderer, Chromium: path}
	if err := s.startProcess(ctx, order, "PDF renderer", "devstack.log"); err != nil {
		return err
	}
	s.sayReady("PDF renderer", httpAddress(order.Port), begun)
	return nil
}

func (s *stack) startOIDC(ctx context.Context) error {
	begun := time.Now()
	order := serviceOrder{Service: serviceOIDC, Port: s.opts.ports.oidc, TokenLife: s.opts.tokenLife}
	if err := s.startProcess(ctx, order, "OIDC provider", "devstack.log"); err != nil {
		return err
	}
	s.sayReady("OIDC provider", httpAddress(order.Port), begun)
	return nil
}

// startProcess starts a service as a process of this program and restarts it when it dies.
func (s *stack) startProcess(ctx context.Context, order serviceOrder, title, log string) error {
	order.Dir, order.Run = s.state.dir, s.run
	again := func(ctx context.Context) (running, error) {
		c, err := startService(ctx, order, s.state.path(log))
		if err != nil { // returning c would be a non-nil running with a nil pointer
			return nil, err
		}
		return c, nil
	}
	up, err := again(ctx)
	if err != nil {
		return err
	}
	return s.supervise(order.Service, title, log, up, again)
}

// supervise restarts a started service when it dies. If it returns an error, the service has been stopped.
func (s *stack) supervise(name, title, log string, up running, again func(context.Context) (running, error)) error {
	v := &supervised{
		name: title, log: s.state.path(log), pidFile: s.state.path(name + ".pid"), again: again, say: s.say, lost: s.lost,
	}
	s.mu.Lock()
	s.services[name] = v
	s.mu.Unlock()
	return v.watch(up)
}

func httpAddress(port int) string { return "http://" + loopback(port) }

func (s *stack) sayReady(service, address string, begun time.Time) {
	s.say(fmt.Sprintf("%-16s %-24s %.1f s", service, address, time.Since(begun).Seconds()))
}

// environment returns the environment of COMMAND: the addresses of the services, and the marker by which its processes
// are found.
func (s *stack) environment() []string {
	p, ports, with := s.pg, &s.opts.ports, s.opts.with
	env := []string{
		runMarker + "=" + s.run,
		"DEVSTACK_STATE=" + s.state.dir,
		"DEVSTACK_POSTGRES_ADMIN_URL=" + p.adminURL("postgres"),
		"TUOYU_DATABASE_URL=" + p.url("tuoyu_app", p.secrets.App, "tuoyu"),
		"TUOYU_MIGRATE_DATABASE_URL=" + p.url("tuoyu_owner", p.secrets.Owner, "tuoyu"),
	}
	if with.temporal {
		env = append(env, "TUOYU_TEMPORAL_ADDRESS="+loopback(ports.temporal[0]), "TUOYU_TEMPORAL_NAMESPACE="+namespace)
	}
	if with.ui {
		env = append(env, "DEVSTACK_TEMPORAL_UI_URL="+httpAddress(ports.ui))
	}
	if with.renderer {
		env = append(env, "TUOYU_GOTENBERG_URL="+httpAddress(ports.renderer))
	}
	if with.oidc {
		env = append(env, "TUOYU_OIDC_ISSUER="+httpAddress(ports.oidc), "TUOYU_OIDC_AUDIENCE="+audience)
	}
	return env
}

// runCommand runs COMMAND until it ends, or ends it when a signal is received or a service keeps dying.
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
	case err := <-s.lost:
		s.end(c, syscall.SIGTERM, stop)
		return exitStack, err
	case sig := <-stop:
		s.end(c, sig.(syscall.Signal), stop)
		return c.exitCode(), nil
	}
}

// end signals COMMAND and waits for the grace period; a second signal, or the end of the period, kills it. A signal
// from the terminal was sent to COMMAND as well, and a second interrupt could make it abort.
func (s *stack) end(c *child, sig syscall.Signal, stop <-chan os.Signal) {
	if sig != syscall.SIGINT || !inForeground() {
		_ = c.cmd.Process.Signal(sig) // the process may have ended already
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

// inForeground reports whether this process group is the terminal's foreground group.
func inForeground() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}

// stop ends everything in an order in which each can end cleanly: what COMMAND left behind, then the services that use
// Postgres, then Postgres.
func (s *stack) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.services[serviceRenderer]; r != nil {
		r.stop()
	}
	sweep(s.run, 5*time.Second)
	for _, name := range endOrder {
		if v := s.services[name]; v != nil {
			v.stop()
		}
	}
	if s.state != nil {
		if err := s.state.dropMemory(); err != nil {
			s.say(err.Error())
		}
		s.state.close()
	}
}
