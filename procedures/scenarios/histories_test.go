package scenarios

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/durationpb"

	"tuoyu/e2e/roleplay"
	"tuoyu/e2e/stories"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/proceduretest"
	"tuoyu/workflows/humantask"
	"tuoyu/workflows/procedure"
)

// recordVariable names the folder in which the histories are saved, by the version of the interpreter and the way; docs/versioning.md.
const recordVariable = "RECORD_PROCEDURES"

// recording plays a case on the real server, with the outside in memory.
type recording struct {
	t      *testing.T
	m      *memory
	server client.Client
	space  string
	id     string
	sent   int
}

// do is one thing that happens to a case.
type do func(*recording)

// answers answers the open task, as somebody who answers no other task.
func answers(task, outcome string) do {
	return func(r *recording) {
		var asked *humantask.Completion
		r.eventually("task "+task, func() bool {
			r.m.mu.Lock()
			defer r.m.mu.Unlock()
			for _, t := range r.m.tasks {
				if t.open && t.Kind == r.m.p.Plan.Kind+"."+task {
					asked = &humantask.Completion{Task: t.Task, Actor: task, Role: t.Role, Outcome: nursery.Outcome(outcome)}
				}
			}
			return asked != nil
		})
		r.sent++
		asked.ID = fmt.Sprintf("answer-%d", r.sent)
		r.update(humantask.CompleteUpdate, asked.ID, *asked)
	}
}

// passes lets days pass.
func passes(days int) do {
	return func(r *recording) {
		err := roleplay.Skip(r.t.Context(), r.server, r.space, r.id, time.Duration(days)*24*time.Hour)
		if err != nil && !r.ended() { // a case that ends on the way needs no more time
			require.NoError(r.t, err)
		}
	}
}

// reaches waits until the case is in a stage.
func reaches(stage string) do {
	return func(r *recording) {
		r.eventually("stage "+stage, func() bool {
			r.m.mu.Lock()
			defer r.m.mu.Unlock()
			return r.m.ended == stage || slices.ContainsFunc(r.m.active, func(e entered) bool { return r.m.p.Plan.Stages[e.stage].Name == stage })
		})
	}
}

// rows reports rows that were written.
func rows(set string, n int, sent bool) do {
	return func(r *recording) {
		require.NoError(r.t, r.server.SignalWorkflow(r.t.Context(), r.id, "", procedure.RowsSignal, procedure.RowsWritten{Set: set, Rows: n, Sent: sent}))
	}
}

// comes sends an event.
func comes(event string) do {
	return func(r *recording) {
		r.sent++
		require.NoError(r.t, r.server.SignalWorkflow(r.t.Context(), r.id, "", procedure.EventSignal, procedure.Event{ID: fmt.Sprint(r.sent), Name: event}))
	}
}

// endsSubCases ends every sub-case.
func endsSubCases(r *recording) {
	r.m.mu.Lock()
	r.m.sub.Ended = r.m.sub.Opened
	r.m.mu.Unlock()
	comes(procedure.SubCaseEnded)(r)
}

// interrupts does what may be done anytime.
func interrupts(name string) do {
	return func(r *recording) {
		i := slices.IndexFunc(r.m.p.Plan.Anytime, func(a procedures.Interruption) bool { return a.Name == name })
		r.sent++
		id := fmt.Sprintf("anytime-%d", r.sent)
		r.update(procedure.AnytimeUpdate, id, procedure.Anytime{ID: id, Name: name, Actor: "somebody", Role: r.m.p.Plan.Anytime[i].Role})
	}
}

// moves has the case go on under another revision of rent relief, in which the correction is asked otherwise and the account is corrected
// in a stage of another name.
func moves(r *recording) {
	later := revised(r.t)
	shift, err := later.ShiftFrom(r.m.p)
	require.NoError(r.t, err)
	before := r.m.p
	r.m.mu.Lock()
	r.m.later = later
	r.m.mu.Unlock()
	r.sent++
	id := fmt.Sprintf("move-%d", r.sent)
	r.update(procedure.MoveUpdate, id, procedure.Move{ID: id, Hash: later.Hash, Actor: "approver", Role: nursery.RoleProcedureApprover, Shift: shift})
	r.eventually("the later revision", func() bool {
		r.m.mu.Lock()
		defer r.m.mu.Unlock()
		return r.m.p != before
	})
}

// revised returns the later revision of rent relief.
func revised(t testing.TB) *procedures.Procedure {
	files := proceduretest.Folder(t, "rent_relief")
	for _, change := range [][2]string{
		{"running: stay", "running: map"}, {"from: 2024-05-01", "from: 2026-01-01"},
		{"      on: {resubmit: checking}", "      on: {resubmit: checking, give_up: withdrawn}"},
		{"bounced: account", "bounced: bank"}, {"  account:\n    title: 账户有误", "  bank:\n    title: 账户有误"},
	} {
		proceduretest.Replace(t, files, "procedure.yaml", change[0], change[1])
	}
	proceduretest.Replace(t, files, "forms/rent_application.json", `"correct": {`, `"correct": {"give_up": {"title": "放弃申请"}, `)
	for name := range files {
		if strings.HasPrefix(name, "tests/") {
			delete(files, name) // of the earlier flow
		}
	}
	files["migrate.yaml"] = &fstest.MapFile{Data: []byte("stages: {account: bank}\n")}
	p, problems := procedures.Load(t.Context(), files, procedures.Options{Library: lib(t)})
	for _, problem := range problems {
		require.True(t, problem.Notice || strings.HasPrefix(problem.Code, "cover."), problem.String())
	}
	return p
}

// The ways whose histories are recorded. Each is played to its end, or left in the stage that it reaches last.
var ways = []struct {
	name, procedure string
	steps           []do
}{
	{"linear", "rent_relief", []do{answers("county_check", "approve"), answers("city_check", "approve"), passes(20), answers("paying", "paid"), passes(800), reaches("closed")}},
	{"correction", "rent_relief", []do{answers("county_check", "correct"), answers("correct", "resubmit"), answers("county_check", "correct"), passes(60), reaches("lapsed")}},
	{"objection", "rent_relief", []do{answers("county_check", "approve"), answers("city_check", "return"), answers("county_check", "approve"),
		answers("city_check", "approve"), reaches("publicity"), rows(procedure.ObjectionSet, 1, false), answers("objection", "uphold"), reaches("refused")}},
	{"claw-back", "rent_relief", []do{answers("county_check", "approve"), answers("city_check", "approve"), reaches("publicity"), rows(procedure.ObjectionSet, 1, false),
		answers("objection", "dismiss"), answers("paying", "bounced"), answers("account", "resubmit"), answers("paying", "paid"), reaches("watched"),
		comes("evaluation.failed"), answers("repay", "repaid"), reaches("reclaimed")}},
	{"withdrawal", "rent_relief", []do{answers("county_check", "approve"), reaches("city_check"), interrupts("withdraw"), reaches("withdrawn")}},
	{"moved-again", "rent_relief", []do{answers("county_check", "correct"), reaches("correcting"), moves, answers("correct", "give_up"), reaches("withdrawn")}},
	{"moved-same", "rent_relief", []do{answers("county_check", "approve"), reaches("city_check"), moves, answers("city_check", "return"), answers("county_check", "refuse"), reaches("refused")}},
	{"moved-bounced", "rent_relief", []do{answers("county_check", "approve"), answers("city_check", "approve"), reaches("publicity"), rows(procedure.ObjectionSet, 1, false),
		answers("objection", "dismiss"), answers("paying", "bounced"), reaches("account"), moves, answers("account", "resubmit"), answers("paying", "bounced"),
		answers("account", "resubmit"), answers("paying", "paid"), reaches("watched")}},
	{"moved-publicity", "rent_relief", []do{answers("county_check", "approve"), answers("city_check", "approve"), reaches("publicity"), moves, passes(20), answers("paying", "paid"), reaches("watched")}},
	{"open", "rent_relief", []do{answers("county_check", "correct"), reaches("correcting")}},
	{"rows", "family_lectures", []do{reaches("holding"), rows("session", 1, false), rows("session", 2, true), answers("confirm", "reopen"), answers("complete", "done"), answers("confirm", "confirm"), reaches("counted")}},
	{"schedule", "family_lectures", []do{reaches("holding"), passes(60), reaches("confirming")}},
	{"sub-cases", "joint_check", []do{answers("fire", "defect"), answers("health", "fine"), answers("fire_recheck", "fine"), answers("conclude", "follow"),
		answers("conclude_second", "disagree"), answers("conclude", "follow"), answers("conclude_second", "agree"), reaches("following"), endsSubCases,
		reaches("confirming"), comes("registrar.confirmed"), reaches("closed")}},
	{"late", "joint_check", []do{answers("health", "fine"), answers("fire", "fine"), answers("conclude", "follow"), answers("conclude_second", "agree"), reaches("following"), passes(400), reaches("unfinished")}},
}

// TestHistoriesOfTheRealServerReplay plays each way on the real server and runs the interpreter again over the history. With
// RECORD_PROCEDURES set, the histories are saved for the releases to come, in a folder for the version of the interpreter.
func TestHistoriesOfTheRealServerReplay(t *testing.T) {
	server, space := newNamespace(t)
	folder := os.Getenv(recordVariable)
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			for n, h := range play(t, server, space, way.name, way.procedure, way.steps) {
				replayer := sdkworker.NewWorkflowReplayer()
				replayer.RegisterWorkflowWithOptions(procedure.Procedure, workflow.RegisterOptions{Name: procedures.Workflow})
				require.NoError(t, replayer.ReplayWorkflowHistory(nil, h))
				if folder != "" {
					save(t, filepath.Join(folder, fmt.Sprintf("interpreter-%d", procedure.Version)), fmt.Sprintf("%s-%d.json", way.name, n+1), h)
				}
			}
		})
	}
}

// play plays a way and returns the history of each run.
func play(t *testing.T, server client.Client, space, name, folder string, steps []do) []*history.History {
	t.Helper()
	p, rules := loaded(t, "../testdata/"+folder)
	s := procedures.Scenario{Facts: complete()}
	s.Facts["commitment_until"] = nursery.DateOf(time.Now()).AddDays(700).String()
	if p.Plan.Kind != "rent_relief" {
		s.Facts = map[string]any{"period": "2026-11", "title": "示例"}
	}
	r := &recording{t: t, server: server, space: space, id: "SC-" + name, m: newMemory(p, rules, s, nursery.DateOf(time.Now()))}
	w := sdkworker.New(server, r.id, sdkworker.Options{})
	w.RegisterWorkflowWithOptions(procedure.Procedure, workflow.RegisterOptions{Name: procedures.Workflow})
	procedure.Register(w, r.m)
	procedure.RegisterTasks(w, r.m)
	require.NoError(t, w.Start())
	defer w.Stop()
	run, err := server.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: r.id, TaskQueue: r.id}, procedures.Workflow,
		procedure.Input{CaseNo: r.id, County: county, Institution: "inst-140403-01", Hash: p.Hash, SubmittedBy: applicant})
	require.NoError(t, err)
	for _, step := range steps {
		step(r)
	}
	if r.ended() {
		require.NoError(t, server.GetWorkflow(t.Context(), r.id, "").Get(t.Context(), nil))
	}
	var list []*history.History
	for id := run.GetRunID(); id != ""; {
		h := new(history.History)
		events := server.GetWorkflowHistory(t.Context(), r.id, id, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			event, err := events.Next()
			require.NoError(t, err)
			h.Events = append(h.Events, stories.Anonymous(event))
		}
		list = append(list, h)
		id = h.Events[len(h.Events)-1].GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
	}
	return list
}

func save(t *testing.T, folder, name string, h *history.History) {
	t.Helper()
	raw, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(h)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(folder, 0o755))
	_, err = os.Stat(filepath.Join(folder, name))
	require.ErrorIs(t, err, os.ErrNotExist, "a recorded history is never changed")
	require.NoError(t, os.WriteFile(filepath.Join(folder, name), raw, 0o644))
}

func (r *recording) update(name, id string, in any) {
	r.t.Helper()
	handle, err := r.server.UpdateWorkflow(r.t.Context(), client.UpdateWorkflowOptions{
		UpdateID: id, WorkflowID: r.id, UpdateName: name, Args: []any{in}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	require.NoError(r.t, err)
	require.NoError(r.t, handle.Get(r.t.Context(), nil))
}

func (r *recording) ended() bool {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	return r.m.ended != ""
}

func (r *recording) eventually(what string, holds func() bool) {
	r.t.Helper()
	require.Eventually(r.t, holds, 2*time.Minute, 10*time.Millisecond, "%s: %s", r.id, what)
}

// newNamespace returns a client for a namespace of its own, under a name that identifies nobody.
func newNamespace(t *testing.T) (client.Client, string) {
	t.Helper()
	address := os.Getenv("TUOYU_TEMPORAL_ADDRESS")
	if address == "" {
		t.Fatal("TUOYU_TEMPORAL_ADDRESS is not set: run this test through make test")
	}
	space := "procedures-" + hex.EncodeToString(fmt.Appendf(nil, "%06d", rand.IntN(1_000_000)))
	server, err := client.NewLazyClient(client.Options{
		HostPort: address, Namespace: space, Identity: "worker", Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	require.NoError(t, err)
	t.Cleanup(server.Close)
	_, err = server.WorkflowService().RegisterNamespace(t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace: space, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		_, err := server.WorkflowService().DescribeWorkflowExecution(context.WithoutCancel(t.Context()), &workflowservice.DescribeWorkflowExecutionRequest{
			Namespace: space, Execution: &commonpb.WorkflowExecution{WorkflowId: "none"},
		})
		_, unknown := err.(*serviceerror.NotFound)
		return unknown && !strings.Contains(err.Error(), "amespace")
	}, 2*time.Minute, 50*time.Millisecond)
	return server, space
}
