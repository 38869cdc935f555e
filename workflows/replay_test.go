package workflows_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"

	"tuoyu/workflows"
)

// TestRecordedHistoriesReplay guards running cases: a history recorded from the real server must lead the code of
// today to the same commands. A change that breaks one goes behind workflow.GetVersion. Histories are recorded by
// make record, one for each story of the demonstration.
func TestRecordedHistoriesReplay(t *testing.T) {
	files, err := filepath.Glob("../testdata/histories/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	replayer := worker.NewWorkflowReplayer()
	for _, p := range workflows.Processes() {
		replayer.RegisterWorkflow(p.Workflow)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(nil, file))
		})
	}
}
