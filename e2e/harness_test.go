package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"tuoyu/e2e/roleplay"
)

// harness is one installation of the program: its own database, Temporal namespace, files and processes.
type harness struct {
	folder    string
	namespace string
	env       []string
	url       string
	serving   *process
	worker    *process
	admin     *pgx.Conn
	database  string
	db        *pgxpool.Pool // as superuser, not subject to row-level security
	temporal  client.Client
	users     *roleplay.Users
	skips     sync.Mutex
	skipped   map[string]time.Duration // by how much a case's clock is ahead
}

var (
	shared     *harness
	sharedOnce sync.Once
	errShared  error
)

// sharedHouse returns the installation shared by the tests that do not interfere with others.
func sharedHouse(t *testing.T) *harness {
	t.Helper()
	sharedOnce.Do(func() { shared, errShared = newHarness() })
	if errShared != nil {
		t.Fatal(errShared)
	}
	h := shared
	t.Cleanup(func() { h.tell(t) })
	return h
}

// ownHouse returns an installation for a test that kills or breaks something. Settings have the form NAME=value.
func ownHouse(t *testing.T, settings ...string) *harness {
	t.Helper()
	h, err := newHarness(settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.tell(t)
		h.close()
	})
	return h
}

// tell logs the end of the processes' logs if the test has failed.
func (h *harness) tell(t *testing.T) {
	t.Helper()
	if !t.Failed() {
		return
	}
	logs, err := filepath.Glob(filepath.Join(h.folder, "*.log"))
	if err != nil {
		t.Error(err)
	}
	for _, name := range logs {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
			continue
		}
		lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
		t.Logf("%s:\n%s", filepath.Base(name), strings.Join(lines[max(0, len(lines)-15):], "\n"))
	}
	h.tellWaiting(t)
}

// tellWaiting logs what was not delivered, and the last events of the histories of the cases that changed last.
func (h *harness) tellWaiting(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var waiting, cases []string
	err := errors.Join(
		h.db.QueryRow(ctx, "SELECT COALESCE(array_agg(id || ' next at ' || next_at), '{}') FROM outbox WHERE delivered_at IS NULL").Scan(&waiting),
		h.db.QueryRow(ctx, "SELECT COALESCE(array_agg(case_no), '{}') FROM (SELECT case_no FROM cases WHERE status = 'open' ORDER BY updated_at DESC LIMIT 2) AS last").Scan(&cases),
	)
	t.Logf("not delivered: %v %v", waiting, err)
	for _, caseNo := range cases {
		described, err := h.temporal.DescribeWorkflowExecution(ctx, caseNo, "")
		t.Logf("%s waits for %v %v", caseNo, described.GetPendingWorkflowTask(), err)
		var last []string
		for history := h.temporal.GetWorkflowHistory(ctx, caseNo, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); err == nil && history.HasNext(); {
			var e *historypb.HistoryEvent
			if e, err = history.Next(); err == nil {
				last = append(last, fmt.Sprintf("%d %s %s", e.GetEventId(), e.GetEventTime().AsTime().Format(time.StampMilli), e.GetEventType()))
			}
		}
		t.Logf("history of %s: %v\n%s", caseNo, err, strings.Join(last[max(0, len(last)-20):], "\n"))
	}
}

func newHarness(settings ...string) (*harness, error) {
	name := "e2e_" + randomName()
	h := &harness{namespace: strings.ReplaceAll(name, "_", "-"), database: name, skipped: map[string]time.Duration{}}
	if err := h.open(settings); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (h *harness) open(settings []string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if h.folder, err = os.MkdirTemp("", "tuoyu-house-"); err != nil {
		return err
	}
	if err := h.makeDatabase(ctx); err != nil {
		return err
	}
	if err := h.makeNamespace(ctx); err != nil {
		return err
	}
	listen, metrics, keyset := freeAddress(), freeAddress(), filepath.Join(h.folder, "keyset.json")
	h.url = "http://" + listen
	h.env = append(withoutSettings(os.Environ()),
		"TUOYU_DATABASE_URL="+inDatabase(os.Getenv("TUOYU_DATABASE_URL"), h.database),
		"TUOYU_MIGRATE_DATABASE_URL="+inDatabase(os.Getenv("TUOYU_MIGRATE_DATABASE_URL"), h.database),
		"TUOYU_TEMPORAL_ADDRESS="+os.Getenv("TUOYU_TEMPORAL_ADDRESS"), "TUOYU_TEMPORAL_NAMESPACE="+h.namespace,
		"TUOYU_GOTENBERG_URL="+os.Getenv("TUOYU_GOTENBERG_URL"), "TUOYU_OIDC_ISSUER="+os.Getenv("TUOYU_OIDC_ISSUER"),
		"TUOYU_LISTEN="+listen, "TUOYU_PUBLIC_URL="+h.url, "TUOYU_METRICS_LISTEN="+metrics,
		"TUOYU_BLOB_DIR="+filepath.Join(h.folder, "blobs"), "TUOYU_KEYSET_FILE="+keyset,
		"TUOYU_MAX_UPLOAD_MIB=2", "TUOYU_SHUTDOWN_SECONDS=5", "TUOYU_COMPLAINT_BURST=1000")
	h.env = append(h.env, settings...)
	if err := h.do(ctx, "keys", "new", keyset); err != nil {
		return err
	}
	if h.serving, err = h.start("serve", listen); err != nil {
		return err
	}
	if h.worker, err = h.start("worker", metrics); err != nil {
		return err
	}
	if h.db, err = pgxpool.New(ctx, inDatabase(os.Getenv("DEVSTACK_POSTGRES_ADMIN_URL"), h.database)); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	h.users = roleplay.NewUsers(h.url, os.Getenv("TUOYU_OIDC_ISSUER"))
	return nil
}

func withoutSettings(environ []string) []string {
	var kept []string
	for _, pair := range environ {
		if !strings.HasPrefix(pair, "TUOYU_") {
			kept = append(kept, pair)
		}
	}
	return kept
}

// makeNamespace registers a namespace for the installation: case numbers begin at 1 in every database, and are workflow
// IDs.
func (h *harness) makeNamespace(ctx context.Context) error {
	var err error
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
	return poll(ctx, func(ctx context.Context) error {
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

// start runs a long-running command of the program and waits until it is ready.
func (h *harness) start(command, address string) (*process, error) {
	p, err := h.startUnready(command)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	err = poll(ctx, func(ctx context.Context) error {
		if p.ended() {
			return fmt.Errorf("%w: %w", errEnded, p.waited)
		}
		return get(ctx, "http://"+address+"/readyz")
	})
	if err != nil {
		p.kill()
		raw, _ := os.ReadFile(p.log) // the error names the failure; the log only adds detail
		return nil, fmt.Errorf("start %s: %w\n%s", command, err, raw)
	}
	return p, nil
}

func (h *harness) startUnready(command string, settings ...string) (*process, error) {
	log, err := os.OpenFile(filepath.Join(h.folder, command+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, command)
	cmd.Env = append(append([]string{}, h.env...), settings...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", command, err), log.Close())
	}
	p := &process{cmd: cmd, done: make(chan struct{}), log: log.Name()}
	go func() {
		p.waited = errors.Join(cmd.Wait(), log.Close())
		close(p.done)
	}()
	return p, nil
}

// startWorker restarts the worker, with additional settings if any, and waits until it is ready.
func (h *harness) startWorker(t *testing.T, settings ...string) {
	t.Helper()
	address := freeAddress()
	env := h.env
	h.env = append(append([]string{}, env...), append(settings, "TUOYU_METRICS_LISTEN="+address)...)
	p, err := h.start("worker", address)
	h.env = env
	if err != nil {
		t.Fatal(err)
	}
	h.worker = p
}

func (h *harness) do(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = h.env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("tuoyu %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// close ends the processes and removes the database, namespace and files. Errors are printed: they may affect the next
// run.
func (h *harness) close() {
	for _, p := range []*process{h.worker, h.serving} {
		if p != nil {
			p.kill()
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if h.db != nil {
		h.db.Close()
	}
	var errs []error
	if h.temporal != nil {
		_, err := h.temporal.OperatorService().DeleteNamespace(ctx, &operatorservice.DeleteNamespaceRequest{Namespace: h.namespace})
		errs = append(errs, err)
		h.temporal.Close()
	}
	if h.admin != nil {
		_, err := h.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+h.database+" WITH (FORCE)")
		errs = append(errs, err, h.admin.Close(ctx))
	}
	errs = append(errs, os.RemoveAll(h.folder))
	if err := errors.Join(errs...); err != nil {
		fmt.Fprintf(os.Stderr, "e2e: close %s: %v\n", h.database, err)
	}
}

// errEnded is returned when a process has ended, so that there is nothing left to wait for.
var errEnded = errors.New("the process has ended")

// poll calls do until it succeeds or returns errEnded, or until ctx ends, and returns its last error.
func poll(ctx context.Context, do func(context.Context) error) error {
	for {
		err := do(ctx)
		if err == nil || errors.Is(err, errEnded) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func get(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %.300s", address, res.Status, body)
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
