package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/workflows"
)

func TestEveryKindOfTaskShowsWhatItIsAbout(t *testing.T) {
	t.Parallel()
	shows := openSite(t).pages.TaskPages()
	for _, p := range workflows.Processes() {
		for _, task := range p.Tasks {
			require.True(t, shows[task.Name], "a task of the kind %s would ask for a decision on nothing that can be seen", task.Name)
		}
	}
	for kind := range shows {
		_, ok := workflows.TaskOf(kind)
		require.True(t, ok, "no workflow asks %s", kind)
	}
}
