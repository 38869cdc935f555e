package tests

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	sdklog "go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"
	"google.golang.org/protobuf/types/known/durationpb"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/procedures/published"
	"tuoyu/procedures/steps"
	"tuoyu/processes"
	"tuoyu/sealing"
	"tuoyu/sealing/sealingtest"
	"tuoyu/store"
	"tuoyu/store/storetest"
	"tuoyu/testdata"
	"tuoyu/worker"
	"tuoyu/workflows"
)

const county = "140403" // of the application "community"

// More people of the county.
var (
	neighbour = nursery.Principal{Account: "institution-140403-02", Role: nursery.RoleInstitution, County: county, Institution: "inst-140403-02"}
	inspector = nursery.Principal{Account: "inspector-140403", Role: nursery.RoleInspector, County: county}
	second    = nursery.Principal{Account: "inspector-140403-2", Role: nursery.RoleInspector, County: county}
	finance   = nursery.Principal{Account: "finance-140403", Role: nursery.RoleFinance, County: county}
	auditor   = nursery.Principal{Account: "auditor", Role: nursery.RoleAuditor, County: "140400"}

	cityFinance = nursery.Principal{Account: "city-finance", Role: nursery.RoleCityFinance, County: "140400"}
	author      = nursery.Principal{Account: "procedure-author", Role: nursery.RoleProcedureAuthor, County: "140400"}
	approver    = nursery.Principal{Account: "procedure-approver", Role: nursery.RoleProcedureApprover, County: "140400"}
)

// harness is a test environment with a database and a Temporal namespace of its own.
type harness struct {
	*processes.Services
	t         *testing.T
	db        *store.DB
	address   string // of the database, as the product
	rules     *policies.Engine
	blobs     store.Blobs
	fields    *sealing.Fields
	temporal  client.Client
	space     string // the namespace
	catalogue *published.Catalogue
	log       *bytes.Buffer
}

// Rules and fonts are read once for all tests: they do not change, and reading them takes longer than most tests.
var (
	rules = sync.OnceValues(func() (*policies.Engine, error) { return policies.New(context.Background()) })
	fonts = sync.OnceValues(func() (*documents.Fonts, error) { return documents.LoadFonts(documents.DefaultFontFiles()) })
)

// newHarness returns a test environment without an engine: the namespace does not exist yet.
func newHarness(t *testing.T) *harness {
	t.Helper()
	h := &harness{t: t, address: storetest.URL(t), log: new(bytes.Buffer)}
	var err error
	h.db, err = store.Open(t.Context(), h.address, store.Options{})
	require.NoError(t, err)
	t.Cleanup(h.db.Close)
	h.rules, err = rules()
	require.NoError(t, err)
	h.blobs, err = store.NewDiskBlobs(t.TempDir(), 1<<20)
	require.NoError(t, err)
	h.fields = sealingtest.Fields(t)
	address := os.Getenv("TUOYU_TEMPORAL_ADDRESS")
	if address == "" {
		t.Fatal("TUOYU_TEMPORAL_ADDRESS is not set: run this test through make test")
	}
	id := make([]byte, 6)
	_, _ = rand.Read(id) // never fails
	h.space = "casework-" + hex.EncodeToString(id)
	h.temporal, err = client.NewLazyClient(client.Options{
		HostPort: address, Namespace: h.space,
		Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	require.NoError(t, err)
	t.Cleanup(h.temporal.Close)
	options, err := published.Options(h.rules)
	require.NoError(t, err)
	h.catalogue = published.New(h.db, options, workflows.Definitions(), slog.New(slog.DiscardHandler))
	h.Services = processes.New(h.deps())
	return h
}

func (h *harness) deps() casework.Deps {
	return casework.Deps{
		DB: h.db, Temporal: h.temporal, Namespace: h.space, Rules: h.rules, CalendarCache: store.NewCalendarCache(h.db), Blobs: h.blobs, Fields: h.fields,
		Log: slog.New(slog.NewJSONHandler(h.log, nil)), PublicURL: "http://127.0.0.1:8080", Catalogue: h.catalogue,
	}
}

// engineReturns creates the namespace, so that Temporal accepts requests, though no worker runs yet.
func (h *harness) engineReturns() {
	h.t.Helper()
	_, err := h.temporal.WorkflowService().RegisterNamespace(h.t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace: h.space, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	})
	require.NoError(h.t, err)
	h.eventually("namespace", func() bool {
		_, err := h.temporal.WorkflowService().DescribeWorkflowExecution(h.t.Context(), &workflowservice.DescribeWorkflowExecutionRequest{
			Namespace: h.space, Execution: &commonpb.WorkflowExecution{WorkflowId: "none"},
		})
		var unknown *serviceerror.NotFound
		return errors.As(err, &unknown)
	})
}

// work runs a worker until the test ends, or until stop is called.
func (h *harness) work() (stop func()) {
	h.t.Helper()
	return h.workOn(h.db)
}

// workOn is like work with the database db.
func (h *harness) workOn(db *store.DB, more ...interceptor.WorkerInterceptor) (stop func()) {
	h.t.Helper()
	e := &activities.Engine{
		DB: db, Rules: h.rules, CalendarCache: store.NewCalendarCache(db), Renderer: renderer(h.t), Blobs: h.blobs, Fields: h.fields, PublicURL: "http://127.0.0.1:8080",
		Processes: workflows.Definitions(),
	}
	patient := sdkworker.Options{WorkerStopTimeout: 10 * time.Second, Interceptors: append([]interceptor.WorkerInterceptor{worker.Faults()}, more...)} // rendering in progress is completed
	cases := sdkworker.New(h.temporal, workflows.TaskQueue, patient)
	outside := &steps.Steps{Engine: e, Catalogue: h.catalogue}
	e.Interpreted = outside.Preview
	worker.Register(cases, e, outside)
	papers := sdkworker.New(h.temporal, activities.PapersQueue, patient)
	worker.RegisterPapers(papers, e)
	counties := sdkworker.New(h.temporal, activities.CountiesQueue, patient)
	worker.RegisterCounties(counties, e)
	require.NoError(h.t, cases.Start())
	require.NoError(h.t, papers.Start())
	require.NoError(h.t, counties.Start())
	var stopped atomic.Bool
	stop = func() {
		if !stopped.Swap(true) {
			cases.Stop()
			papers.Stop()
			counties.Stop()
		}
	}
	h.t.Cleanup(stop)
	return stop
}

func renderer(t *testing.T) *documents.Renderer {
	t.Helper()
	address := os.Getenv("TUOYU_GOTENBERG_URL")
	if address == "" {
		t.Fatal("TUOYU_GOTENBERG_URL is not set: run this test through make test")
	}
	c, err := documents.New(address, nil)
	require.NoError(t, err)
	loaded, err := fonts()
	require.NoError(t, err)
	return documents.NewRenderer(loaded, c)
}

// relays runs the relay until the test ends.
func (h *harness) relays() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); h.Relay(ctx) }()
	h.t.Cleanup(func() { cancel(); <-done })
}

// eventually waits until holds reports true, for two minutes at most: an outage and a busy machine take their time.
func (h *harness) eventually(what string, holds func() bool) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			h.t.Fatalf("%s: still waiting after two minutes", what)
		}
	}
}

// completes answers a task and sends the answer again until it has reached the case, which may take a busy machine longer than a
// command waits.
func (h *harness) completes(p nursery.Principal, task string, in casework.Completion) {
	h.t.Helper()
	k := key()
	h.eventually("the answer to "+task+" reaches its case", func() bool {
		done, err := h.Complete(h.t.Context(), p, k, task, in)
		require.NoError(h.t, err)
		return done.Delivered
	})
}

// sql runs a statement as the engine, which sees everything.
func (h *harness) sql(query string, args ...any) {
	h.t.Helper()
	h.conn(func(tx pgx.Tx) error {
		_, err := tx.Exec(h.t.Context(), query, args...)
		return err
	})
}

// one returns the one value of a query.
func one[T any](h *harness, query string, args ...any) (v T) {
	h.t.Helper()
	h.conn(func(tx pgx.Tx) error { return tx.QueryRow(h.t.Context(), query, args...).Scan(&v) })
	return v
}

func (h *harness) conn(do func(pgx.Tx) error) {
	h.t.Helper()
	conn, err := pgx.Connect(h.t.Context(), h.address)
	require.NoError(h.t, err)
	defer conn.Close(context.WithoutCancel(h.t.Context()))
	require.NoError(h.t, pgx.BeginFunc(h.t.Context(), conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(h.t.Context(), "SELECT set_config('tuoyu.role', 'engine', true)"); err != nil {
			return err
		}
		return do(tx)
	}))
}

var keys atomic.Int64

func key() string { return fmt.Sprintf("key-%d", keys.Add(1)) }

// application returns the clean application of a community nursery as p would submit it today, its papers uploaded.
func (h *harness) application(p nursery.Principal, name string) nursery.Application {
	h.t.Helper()
	app, err := testdata.Application(name)
	require.NoError(h.t, err)
	app = testdata.OnDay(app, nursery.DateOf(time.Now()))
	uploaded := map[nursery.PaperKind]string{}
	return testdata.WithAttachments(app, func(kind nursery.PaperKind) string {
		if uploaded[kind] == "" {
			a, err := h.Upload(h.t.Context(), p, casework.Upload{Institution: applicant.Institution, Name: string(kind) + ".pdf", Body: bytes.NewReader(testdata.PDF(string(kind)))})
			require.NoError(h.t, err)
			uploaded[kind] = a.ID
		}
		return uploaded[kind]
	})
}

func (h *harness) file(p nursery.Principal, app nursery.Application) casework.Started {
	h.t.Helper()
	started, err := h.StartFiling(h.t.Context(), p, key(), casework.StartFiling{Application: app})
	require.NoError(h.t, err)
	return started
}

func (h *harness) register(name string) {
	h.t.Helper()
	r, err := testdata.Registration(name)
	require.NoError(h.t, err)
	_, err = h.PushRegistration(h.t.Context(), registrarOf(r), key(), r)
	require.NoError(h.t, err)
}

func registrarOf(r nursery.Registration) nursery.Principal {
	return nursery.Principal{Account: "registrar-" + string(r.Registrar), Role: nursery.RoleRegistrar, County: r.County, Registrar: r.Registrar}
}

// task waits for the open task of the kind.
func (h *harness) task(caseNo, kind string) string {
	h.t.Helper()
	var id string
	h.eventually("task "+kind+" of "+caseNo, func() bool {
		id = one[string](h, "SELECT coalesce((SELECT id FROM tasks WHERE case_no = $1 AND kind = $2 AND state = 'open'), '')", caseNo, kind)
		return id != ""
	})
	return id
}

func locations(e *casework.Error) []string {
	var list []string
	for _, f := range e.Fields {
		list = append(list, f.Location)
	}
	slices.Sort(list)
	return list
}

func read(t *testing.T, r io.ReadCloser) []byte {
	t.Helper()
	defer r.Close()
	raw, err := io.ReadAll(r)
	require.NoError(t, err)
	return raw
}

func today() nursery.Date { return nursery.DateOf(time.Now()) }
