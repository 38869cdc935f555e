package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// adminRole is the superuser created by initdb.
const adminRole = "devstack"

// postgres is a running database server.
type postgres struct {
	*child
	port    int
	secrets secrets
	again   func(context.Context) (*postgres, error) // starts a server on the same data and port
}

// startPostgres starts the server on the state's data directory, creating it the first time, and ensures that the roles
// and databases of the product and of Temporal exist.
func startPostgres(ctx context.Context, st *state, runner *osUser, port int, fast bool, note func(string)) (*postgres, error) {
	data := st.database()
	wanted, err := dataVersion(data)
	if err != nil {
		return nil, err
	}
	bin, err := findPostgres(ctx, wanted, note)
	if err != nil {
		return nil, err
	}
	if wanted == "" {
		if err := initPostgres(ctx, bin, data, st, runner, fast); err != nil {
			return nil, err
		}
	}
	again := func(ctx context.Context) (*postgres, error) {
		if err := endLeftoverPostgres(data); err != nil {
			return nil, err
		}
		return launchPostgres(ctx, bin, data, st, runner, port, fast)
	}
	p, err := again(ctx)
	if err != nil {
		return nil, err
	}
	p.again = again
	if err := p.prepare(ctx); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// dataVersion returns the major version of an existing data directory, or "" if there is none.
func dataVersion(data string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read database version: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

// initPostgres creates the data directory under a temporary name and renames it, so that a run killed half-way does not
// leave an incomplete one.
func initPostgres(ctx context.Context, bin, data string, st *state, runner *osUser, fast bool) error {
	unfinished := data + ".new"
	for _, dir := range []string{data, unfinished} {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("clear unfinished database: %w", err)
		}
	}
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		return fmt.Errorf("make database directory: %w", err)
	}
	password := st.path("initdb-password")
	if err := os.WriteFile(password, []byte(st.secrets.Admin), 0o600); err != nil {
		return fmt.Errorf("write database password: %w", err)
	}
	defer os.Remove(password)
	for _, path := range []string{unfinished, password} {
		if err := runner.own(path); err != nil {
			return err
		}
	}
	args := []string{"-D", unfinished, "-U", adminRole, "--auth=scram-sha-256", "--pwfile=" + password,
		"--encoding=UTF8", "--locale=C.UTF-8"}
	if fast {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: runner.cred, Setpgid: true}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("create database: %w: %s", err, lastLine(out))
	}
	if err := os.Rename(unfinished, data); err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	return nil
}

// launchPostgres starts the server and waits until it responds. The backends of a killed server can outlive it for a
// moment, and until they are gone a new server refuses to start: hence the second and third attempt.
func launchPostgres(ctx context.Context, bin, data string, st *state, runner *osUser, port int, fast bool) (*postgres, error) {
	settings := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(port), "unix_socket_directories=",
		"max_connections=200", "shared_buffers=128MB", "work_mem=8MB", "maintenance_work_mem=64MB",
		"max_parallel_workers_per_gather=0", "max_wal_size=1GB", "jit=off", "huge_pages=off",
		"timezone=UTC", "log_timezone=UTC",
	}
	if fast {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", data}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	var failure error
	for try := range 3 {
		if try > 0 {
			time.Sleep(500 * time.Millisecond)
		}
		log, err := os.OpenFile(st.path("postgres.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return nil, fmt.Errorf("open database log: %w", err)
		}
		cmd := exec.Command(filepath.Join(bin, "postgres"), args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = "/", log, log
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: runner.cred, Setpgid: true, Pdeathsig: syscall.SIGINT}
		c, err := start(cmd)
		log.Close()
		if err != nil {
			return nil, err
		}
		p := &postgres{child: c, port: port, secrets: st.secrets}
		if failure = p.awaitReady(ctx); failure == nil {
			return p, nil
		}
		p.stop()
		if ctx.Err() != nil {
			return nil, failure
		}
	}
	out, err := os.ReadFile(st.path("postgres.log"))
	if err != nil {
		return nil, failure
	}
	return nil, fmt.Errorf("%w: %s", failure, lastLine(out))
}

func (p *postgres) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, p.adminURL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-p.done:
			return fmt.Errorf("the database ended while starting: %w", p.err)
		case <-ctx.Done():
			return fmt.Errorf("the database does not answer: %w", errors.Join(ctx.Err(), err))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// prepare creates what is missing: the product's owner and application roles, Temporal's role, and their databases. The
// application role is subject to row-level security.
func (p *postgres) prepare(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, p.adminURL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to prepare the database: %w", err)
	}
	defer conn.Close(ctx)
	for _, r := range []struct{ name, attributes, password string }{
		{"tuoyu_owner", "CREATEDB CREATEROLE NOBYPASSRLS", p.secrets.Owner},
		{"tuoyu_app", "NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS", p.secrets.App},
		{"temporal", "NOSUPERUSER", p.secrets.Temporal},
	} {
		ok, err := exists(ctx, conn, "select exists (select from pg_roles where rolname = $1)", r.name)
		if err != nil || ok {
			if err != nil {
				return err
			}
			continue
		}
		// The generated passwords consist of letters and digits only.
		if _, err := conn.Exec(ctx, fmt.Sprintf("create role %s login %s password '%s'", r.name, r.attributes, r.password)); err != nil {
			return fmt.Errorf("create role %s: %w", r.name, err)
		}
	}
	for _, d := range []struct{ name, owner string }{
		{"tuoyu", "tuoyu_owner"}, {"temporal", "temporal"}, {"temporal_visibility", "temporal"},
	} {
		ok, err := exists(ctx, conn, "select exists (select from pg_database where datname = $1)", d.name)
		if err != nil {
			return err
		}
		if ok {
			continue
		}
		if _, err := conn.Exec(ctx, fmt.Sprintf("create database %s owner %s", d.name, d.owner)); err != nil {
			return fmt.Errorf("create database %s: %w", d.name, err)
		}
	}
	return nil
}

func exists(ctx context.Context, conn *pgx.Conn, query, name string) (bool, error) {
	var ok bool
	if err := conn.QueryRow(ctx, query, name).Scan(&ok); err != nil {
		return false, fmt.Errorf("look for %s: %w", name, err)
	}
	return ok, nil
}

func (p *postgres) url(role, password, database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, password), Host: loopback(p.port),
		Path: "/" + database, RawQuery: "sslmode=disable"}
	return u.String()
}

func (p *postgres) adminURL(database string) string {
	return p.url(adminRole, p.secrets.Admin, database)
}

// stop shuts the server down: it disconnects sessions and leaves the database clean. A server that does not stop is
// killed; the next start recovers it.
func (p *postgres) stop() {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if p.ended(0) {
			return
		}
		_ = p.cmd.Process.Signal(sig) // the process may have ended already
		if p.ended(10 * time.Second) {
			return
		}
	}
}

// endLeftoverPostgres waits for a server that a killed run has left shutting down on the data directory. It removes the
// lock file only if the process ID in it belongs to another program by now; otherwise Postgres itself decides, by the
// shared memory of backends that may still be alive. The caller holds the state's lock, so no running devstack owns the
// server.
func endLeftoverPostgres(data string) error {
	pidFile := filepath.Join(data, "postmaster.pid")
	raw, err := os.ReadFile(pidFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read database lock: %w", err)
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || (isAlive(pid) && !isPostgresOn(pid, data)) {
		if err := os.Remove(pidFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clear database lock: %w", err)
		}
		return nil
	}
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		for wait := 0; isPostgresOn(pid, data) && wait < 100; wait++ {
			if wait == 0 {
				_ = syscall.Kill(pid, sig) // it may have ended in the meantime
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	if isPostgresOn(pid, data) {
		return fmt.Errorf("an earlier Postgres (process %d) on %s does not end", pid, data)
	}
	return nil
}

func isAlive(pid int) bool { return syscall.Kill(pid, 0) != syscall.ESRCH }

func isPostgresOn(pid int, data string) bool {
	cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && strings.Contains(string(cmdline), "\x00-D\x00"+data+"\x00")
}
