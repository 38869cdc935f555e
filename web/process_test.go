package web_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/workflows"
)

func TestEveryKindOfTaskShowsWhatItIsAbout(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	for _, p := range workflows.Processes() {
		for _, task := range p.Tasks {
			require.True(t, s.pages.ShowsSubject(task.Name), "a task of the kind %s would ask for a decision on nothing that can be seen", task.Name)
		}
	}
	for _, kind := range s.pages.TaskPages() {
		_, ok := workflows.TaskOf(kind)
		require.True(t, ok, "no workflow asks %s", kind)
	}
}
