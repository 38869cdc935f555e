package tests

import (
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/interceptor"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/worker"
)

// TestRecordedHistoriesReplay guards running cases: for a history recorded from the real server, in any release, the
// current code must issue the same commands. docs/versioning.md describes how to make a change that breaks one.
func TestRecordedHistoriesReplay(t *testing.T) {
	files, err := filepath.Glob("../../testdata/histories/*/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	replayer, err := sdkworker.NewWorkflowReplayerWithOptions(sdkworker.WorkflowReplayerOptions{
		Interceptors: []interceptor.WorkerInterceptor{&pinned{names: pinnedNames()}},
	})
	require.NoError(t, err)
	worker.RegisterWorkflows(replayer)
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(nil, file))
		})
	}
}

// pinned makes the replayer call activities by the names they are registered under, as a worker does: a replayer
// registers none.
type pinned struct {
	interceptor.WorkerInterceptorBase
	names map[string]string
}

func (p *pinned) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &pinnedIn{names: p.names}
	in.Next = next
	return in
}

type pinnedIn struct {
	interceptor.WorkflowInboundInterceptorBase
	names map[string]string
}

func (p *pinnedIn) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &pinnedOut{names: p.names}
	out.Next = next
	return p.Next.Init(out)
}

type pinnedOut struct {
	interceptor.WorkflowOutboundInterceptorBase
	names map[string]string
}

func (p *pinnedOut) ExecuteActivity(ctx workflow.Context, method string, args ...any) workflow.Future {
	return p.Next.ExecuteActivity(ctx, p.names[method], args...)
}

func (p *pinnedOut) ExecuteLocalActivity(ctx workflow.Context, method string, args ...any) workflow.Future {
	return p.Next.ExecuteLocalActivity(ctx, p.names[method], args...)
}

// pinnedNames returns the name of each activity by that of its Go method.
func pinnedNames() map[string]string {
	names := map[string]string{}
	for _, a := range activities.Names(nil) {
		method := runtime.FuncForPC(reflect.ValueOf(a.Run).Pointer()).Name()
		names[strings.TrimSuffix(method[strings.LastIndexByte(method, '.')+1:], "-fm")] = a.Name
	}
	for _, name := range []string{"LoadProcedure", "MoveCase", "CountSubCases", "MoveRevision"} { // called by their names
		names[name] = name
	}
	return names
}
