package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"tuoyu/e2e/roleplay"
)

// installation is one installation of the program inside devstack: its own database, namespace, files and processes.
type installation struct {
	program   string
	folder    string
	name      string
	namespace string
	env       []string
	url       string
	metrics   string // address of a worker's endpoints
	admin     *pgxpool.Pool
	db        *pgxpool.Pool // the installation's database as superuser
	temporal  client.Client // without sealing: counts events and runs the bare workflow
	users     *roleplay.Users
	running   []*process
}

// install creates the database and the namespace and starts serve. Callers start workers if they need them.
func (b *bench) install(ctx context.Context) (h *installation, err error) {
	id := make([]byte, 4)
	_, _ = rand.Read(id) // never fails
	h = &installation{program: b.file("bin", "tuoyu"), name: "bench_" + hex.EncodeToString(id)}
	h.namespace = strings.ReplaceAll(h.name, "_", "-")
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close())
		}
	}()
	if h.folder, err = os.MkdirTemp("", "tuoyu-bench-"); err != nil {
		return h, err
	}
	if err = h.makeDatabase(ctx); err != nil {
		return h, err
	}
	if err = h.makeNamespace(ctx); err != nil {
		return h, err
	}
	listen := freeAddress()
	h.url, h.metrics = "http://"+listen, freeAddress()
	h.env = h.environment(listen)
	for _, args := range [][]string{{"migrate"}, {"keys", "new", filepath.Join(h.folder, "keyset.json")}} {
		if err = h.do(ctx, args...); err != nil {
			return h, err
		}
	}
	if _, err = h.start(ctx, h.program, "serve", listen); err != nil {
		return h, err
	}
	h.users = roleplay.NewUsers(h.url, os.Getenv("TUOYU_OIDC_ISSUER"))
	return h, nil
}

func (h *installation) environment(listen string) []string {
	var env []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "TUOYU_") {
			env = append(env, pair)
		}
	}
	return append(env,
		"TUOYU_DATABASE_URL="+inDatabase(os.Getenv("TUOYU_DATABASE_URL"), h.name),
		"TUOYU_MIGRATE_DATABASE_URL="+inDatabase(os.Getenv("TUOYU_MIGRATE_DATABASE_URL"), h.name),
		"TUOYU_TEMPORAL_ADDRESS="+os.Getenv("TUOYU_TEMPORAL_ADDRESS"), "TUOYU_TEMPORAL_NAMESPACE="+h.namespace,
		"TUOYU_GOTENBERG_URL="+os.Getenv("TUOYU_GOTENBERG_URL"), "TUOYU_OIDC_ISSUER="+os.Getenv("TUOYU_OIDC_ISSUER"),
		"TUOYU_LISTEN="+listen, "TUOYU_PUBLIC_URL="+h.url, "TUOYU_METRICS_LISTEN="+h.metrics,
		"TUOYU_BLOB_DIR="+filepath.Join(h.folder, "blobs"), "TUOYU_KEYSET_FILE="+filepath.Join(h.folder, "keyset.json"),
		"TUOYU_SHUTDOWN_SECONDS=5")
}

// inDatabase returns the URL with its database replaced.
func inDatabase(address, database string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(fmt.Sprintf("database URL of the environment: %v", err)) // devstack wrote it
	}
	u.Path = "/" + database
	return u.String()
}

func (h *installation) makeDatabase(ctx context.Context) (err error) {
	address := os.Getenv("DEVSTACK_POSTGRES_ADMIN_URL")
	if h.admin, err = pgxpool.New(ctx, address); err != nil {
		return fmt.Errorf("connect to Postgres: %w", err)
	}
	owner, err := url.Parse(os.Getenv("TUOYU_MIGRATE_DATABASE_URL"))
	if err != nil {
		return fmt.Errorf("read TUOYU_MIGRATE_DATABASE_URL: %w", err)
	}
	_, err = h.admin.Exec(ctx, "CREATE DATABASE "+h.name+" OWNER "+pgx.Identifier{owner.User.Username()}.Sanitize())
	if err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	if h.db, err = pgxpool.New(ctx, inDatabase(address, h.name)); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	return nil
}

func (h *installation) makeNamespace(ctx context.Context) (err error) {
	h.temporal, err = client.Dial(client.Options{HostPort: os.Getenv("TUOYU_TEMPORAL_ADDRESS"), Namespace: h.namespace, Logger: quiet{}})
	if err != nil {
		return fmt.Errorf("connect to Temporal: %w", err)
	}
	_, err = h.temporal.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: h.namespace, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	})
	if err != nil {
		return fmt.Errorf("register namespace: %w", err)
	}
	return poll(ctx, 20*time.Second, func() error {
		_, err := h.temporal.WorkflowService().DescribeWorkflowExecution(ctx, &workflowservice.DescribeWorkflowExecutionRequest{
			Namespace: h.namespace, Execution: &commonpb.WorkflowExecution{WorkflowId: "none"},
		})
		var unknown *serviceerror.NotFound
		if errors.As(err, &unknown) {
			return nil // the namespace exists, the workflow does not
		}
		return fmt.Errorf("namespace not ready: %w", err)
	})
}

// startWorker starts the program's own worker and waits until it is ready.
func (h *installation) startWorker(ctx context.Context) (*process, error) {
	return h.start(ctx, h.program, "worker", h.metrics)
}

// start runs a long-running command of a program. If address is not empty, it waits until the program is ready there.
func (h *installation) start(ctx context.Context, program, command, address string) (*process, error) {
	log, err := os.OpenFile(filepath.Join(h.folder, command+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own
	cmd := exec.Command(program, command)
	cmd.Env, cmd.Stdout, cmd.Stderr = h.env, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command, err)
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		p.waited = cmd.Wait()
		close(p.done)
	}()
	h.running = append(h.running, p)
	if address == "" {
		return p, nil
	}
	err = poll(ctx, 20*time.Second, func() error {
		if p.ended() {
			return fmt.Errorf("%s ended: %w", command, p.waited)
		}
		return answers("http://" + address + "/readyz")
	})
	if err != nil {
		raw, _ := os.ReadFile(log.Name()) // the error names the failure; the log only adds detail
		return nil, fmt.Errorf("start %s: %w\n%s", command, err, raw)
	}
	return p, nil
}

func (h *installation) do(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, h.program, args...)
	cmd.Env = h.env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("tuoyu %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// close ends the processes and removes the installation's database, namespace and files.
func (h *installation) close() error {
	for _, p := range h.running {
		p.stop()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var errs []error
	if h.temporal != nil {
		_, err := h.temporal.OperatorService().DeleteNamespace(ctx, &operatorservice.DeleteNamespaceRequest{Namespace: h.namespace})
		errs = append(errs, err)
		h.temporal.Close()
	}
	if h.db != nil {
		h.db.Close()
	}
	if h.admin != nil {
		_, err := h.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+h.name+" WITH (FORCE)")
		errs = append(errs, err)
		h.admin.Close()
	}
	return errors.Join(append(errs, os.RemoveAll(h.folder))...)
}

// process is one running process of the installation.
type process struct {
	cmd    *exec.Cmd
	done   chan struct{}
	waited error // after done
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// stop terminates the process and waits until it has ended.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// poll calls do until it succeeds or the time is over, and returns its last error.
func poll(ctx context.Context, most time.Duration, do func() error) error {
	end := time.Now().Add(most)
	for {
		err := do()
		if err == nil {
			return nil
		}
		if time.Now().After(end) || ctx.Err() != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// answers returns an error unless the address responds with 200.
func answers(address string) error {
	res, err := http.Get(address)
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, res.Status)
	}
	return nil
}

// freeAddress returns a loopback address on which nothing listens.
func freeAddress() string {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("find a free port: %v", err))
	}
	defer l.Close()
	return l.Addr().String()
}

// quiet discards what the Temporal client logs.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

// environmentOf returns a setting of the installation.
func environmentOf(h *installation, name string) string {
	for _, pair := range h.env {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}
