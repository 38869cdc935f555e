package tests

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	sdkworker "go.temporal.io/sdk/worker"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/procedures/steps"
	"tuoyu/sealing"
	"tuoyu/sealing/sealingtest"
	"tuoyu/store"
	"tuoyu/store/storetest"
	"tuoyu/testdata"
	"tuoyu/worker"
	"tuoyu/worker/workertest"
	"tuoyu/workflows"
	"tuoyu/workflows/humantask"
)

// office simulates the users of one case, with real rules, a database of its own, and time skipping.
type office struct {
	t      *testing.T
	env    *testsuite.TestWorkflowEnvironment
	db     *store.DB
	fields *sealing.Fields
	engine *activities.Engine
	caseNo string
	sent   int
}

const (
	county      = "140403"
	applicant   = "institution-140403-01"
	institution = "inst-140403-01"
)

// repeats records the steps that ran twice.
var repeats workertest.Repeats

// kindsAsked are the kinds of task opened in the tests of the package.
type kindsAsked struct {
	mu   sync.Mutex
	seen map[string]bool
}

var askedKinds = kindsAsked{seen: map[string]bool{}}

func (k *kindsAsked) note(kinds []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, kind := range kinds {
		k.seen[kind] = true
	}
}

// missing returns the defined kinds that no test opened.
func (k *kindsAsked) missing() (missing []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range workflows.Processes() {
		for _, task := range p.Tasks {
			if !k.seen[task.Name] {
				missing = append(missing, task.Name)
			}
		}
	}
	return missing
}

func TestMain(m *testing.M) {
	code := m.Run()
	all := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == "" && flag.Lookup("test.list").Value.String() == ""
	if missing := repeats.Missing(); code == 0 && all && len(missing) > 0 {
		fmt.Fprintf(os.Stderr, "no test runs these steps twice: %s\n", strings.Join(missing, " "))
		code = 1
	}
	if missing := askedKinds.missing(); code == 0 && all && len(missing) > 0 {
		fmt.Fprintf(os.Stderr, "no test asks these tasks: %s\n", strings.Join(missing, " "))
		code = 1
	}
	os.Exit(code)
}

// received is a Friday, so five working days end on the next Friday.
var received = time.Date(2026, 6, 5, 10, 0, 0, 0, nursery.Shanghai)

func openOffice(t *testing.T, kind nursery.CaseKind, number string) *office {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	o := &office{t: t, env: suite.NewTestWorkflowEnvironment(), db: storetest.New(t), fields: sealingtest.Fields(t), caseNo: number}
	o.env.SetStartTime(received)
	o.env.SetTestTimeout(time.Minute)
	rules, err := policies.New(t.Context())
	require.NoError(t, err)
	blobs, err := store.NewDiskBlobs(t.TempDir(), 1<<24)
	require.NoError(t, err)
	o.engine = &activities.Engine{
		DB: o.db, Rules: rules, CalendarCache: store.NewCalendarCache(o.db), Renderer: renderer(t), Blobs: blobs,
		Fields: o.fields, Applications: new(activities.ApplicationCache), PublicURL: "http://127.0.0.1:8080", Processes: workflows.Definitions(),
	}
	// On a busy machine a goroutine of a workflow may wait for a processor longer than the second after which a
	// deadlock is reported.
	o.env.SetWorkerOptions(sdkworker.Options{DeadlockDetectionTimeout: time.Minute, Interceptors: []interceptor.WorkerInterceptor{worker.Faults(), repeats.Twice(t, o.engine)}})
	worker.Register(o.env, o.engine, &steps.Steps{Engine: o.engine})
	t.Cleanup(func() {
		require.NoError(t, o.db.As(context.WithoutCancel(t.Context()), nursery.Engine, func(q *store.Queries) error {
			kinds, err := q.Strings(context.WithoutCancel(t.Context()), "SELECT DISTINCT kind FROM tasks")
			askedKinds.note(kinds)
			return err
		}))
	})
	return o
}

func renderer(t *testing.T) *documents.Renderer {
	t.Helper()
	address := os.Getenv("TUOYU_GOTENBERG_URL")
	if address == "" {
		t.Fatal("TUOYU_GOTENBERG_URL is not set: run this test through make test")
	}
	client, err := documents.New(address, nil)
	require.NoError(t, err)
	fonts, err := documents.LoadFonts(documents.DefaultFontFiles())
	require.NoError(t, err)
	return documents.NewRenderer(fonts, client)
}

// applied stores an application as the service does.
func (o *office) applied(kind nursery.CaseKind, facts any, a nursery.Application) {
	o.t.Helper()
	raw, err := json.Marshal(facts)
	require.NoError(o.t, err)
	o.sql(`INSERT INTO institutions (id, county, name, status, updated_at) VALUES ($1, $2, $3, 'applying', $4)
		ON CONFLICT (id) DO NOTHING`, institution, county, a.Institution.Name, received)
	o.sql(`INSERT INTO cases (case_no, kind, county, institution, subject, site_kind, stage, status, holder, tracking_hash,
		submitted_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 'submitted', 'open', 'clerk', '\x00', $7, $8, $8)`,
		o.caseNo, kind, county, institution, a.Institution.Name, a.SiteKind, applicant, received)
	o.sql(`INSERT INTO applications (case_no, version, county, institution, facts, entered_by, entered_at)
		VALUES ($1, 1, $2, $3, $4, $5, $6)`, o.caseNo, county, institution, raw, applicant, received)
}

func (o *office) registered(r nursery.Registration) {
	raw, err := json.Marshal(r)
	require.NoError(o.t, err)
	o.sql(`INSERT INTO registrations (uscc, county, facts, source, confirmed_by, updated_at)
		VALUES ($1, $2, $3, 'registrar', 'registrar-market-140403', $4)`, r.USCC, county, raw, received)
}

// corrected stores a new version of the application, as the service does before the corrections are submitted.
func (o *office) corrected(a nursery.Application) {
	raw, err := json.Marshal(a)
	require.NoError(o.t, err)
	o.sql(`INSERT INTO applications (case_no, version, county, institution, facts, entered_by, entered_at)
		SELECT $1, max(version) + 1, $2, $3, $4, $5, $6 FROM applications WHERE case_no = $1`,
		o.caseNo, county, institution, raw, applicant, o.env.Now())
}

func (o *office) set(name, value string) {
	o.sql(`INSERT INTO county_settings (county, name, value, reason, set_by, set_at)
		VALUES ($1, $2, $3, '测试', 'administrator', $4)`, county, name, value, received)
}

func (o *office) sql(statement string, args ...any) {
	o.t.Helper()
	require.NoError(o.t, o.db.As(o.t.Context(), nursery.Engine, func(q *store.Queries) error {
		return q.Exec(o.t.Context(), statement, args...)
	}))
}

func (o *office) ask(query string, args ...any) (values []string) {
	o.t.Helper()
	require.NoError(o.t, o.db.As(o.t.Context(), nursery.Engine, func(q *store.Queries) (err error) {
		values, err = q.Strings(o.t.Context(), query, args...)
		return err
	}))
	return values
}

// at calls act some time after receipt.
func (o *office) at(after time.Duration, act func()) { o.env.RegisterDelayedCallback(act, after) }

// answer completes the case's open task, which must be of the kind; refused is the expected type of error, "" if the
// answer is to be accepted.
func (o *office) answer(kind string, outcome nursery.Outcome, actor string, role nursery.Role, answer any, refused string) {
	o.t.Helper()
	open := o.ask(`SELECT id FROM tasks WHERE case_no = $1 AND kind = $2 AND state = 'open'`, o.caseNo, kind)
	require.Len(o.t, open, 1, "open tasks of kind %s; stage %v", kind, o.stage())
	o.complete(open[0], outcome, actor, role, answer, refused)
}

// complete stores the answer to a task as the service does, and sends it.
func (o *office) complete(task string, outcome nursery.Outcome, actor string, role nursery.Role, answer any, refused string) {
	o.t.Helper()
	o.sent++
	id := "completion-" + string(rune('a'+o.sent))
	payload, err := json.Marshal(map[string]any{"task": task, "outcome": outcome, "actor": actor, "role": role, "answer": answer})
	require.NoError(o.t, err)
	o.sql(`INSERT INTO outbox (id, case_no, county, institution, kind, name, payload, created_at, next_at)
		VALUES ($1, $2, $3, $4, 'update', 'complete_task', $5, $6, $6)`, id, o.caseNo, county, institution, payload, o.env.Now())
	o.send(id, humantask.CompleteUpdate, refused, humantask.Completion{
		ID: id, Task: task, Outcome: outcome, Actor: actor, Role: role,
	})
}

func (o *office) send(id, update, refused string, arg any) {
	o.env.UpdateWorkflow(update, id, &testsuite.TestUpdateCallback{
		OnAccept: func() {
			if refused != "" {
				o.t.Errorf("%s was taken, want it refused as %s", update, refused)
			}
		},
		OnReject: func(err error) {
			if refused == "" || !hasType(err, refused) {
				o.t.Errorf("%s was refused: %v, want %q", update, err, refused)
			}
		},
		OnComplete: func(_ any, err error) {
			if err != nil {
				o.t.Errorf("%s failed: %v", update, err)
			}
		},
	}, arg)
}

func (o *office) run(site nursery.SiteKind) workflows.CaseResult {
	o.t.Helper()
	process := definition.Process{}
	for _, p := range workflows.Processes() {
		if p.Prefix == o.caseNo[:2] {
			process = p
		}
	}
	o.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: o.caseNo})
	o.env.ExecuteWorkflow(process.Workflow, workflows.CaseInput{
		CaseNo: o.caseNo, County: county, Institution: institution, SiteKind: site, SubmittedBy: applicant,
	})
	require.True(o.t, o.env.IsWorkflowCompleted())
	require.NoError(o.t, o.env.GetWorkflowError())
	var result workflows.CaseResult
	require.NoError(o.t, o.env.GetWorkflowResult(&result))
	require.Equal(o.t, []string{string(result.Stage)}, o.stage())
	return result
}

func (o *office) stage() []string {
	return o.ask(`SELECT stage FROM cases WHERE case_no = $1`, o.caseNo)
}

func (o *office) timeline() []string {
	return o.ask(`SELECT kind FROM case_events WHERE case_no = $1 ORDER BY id`, o.caseNo)
}

func (o *office) papers() []string {
	return o.ask(`SELECT kind || ' ' || state FROM documents WHERE case_no = $1 ORDER BY created_at, kind`, o.caseNo)
}

func application(t *testing.T, name string) (nursery.Application, nursery.Registration) {
	t.Helper()
	a, err := testdata.Application(name)
	require.NoError(t, err)
	r, err := testdata.Registration(name)
	require.NoError(t, err)
	return a, r
}
