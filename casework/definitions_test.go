package casework

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/workflows"
)

// Whatever a definition names is there: stages, forms and their fields, activities, papers, the workflow itself.
func TestWhatADefinitionNamesIsThere(t *testing.T) {
	registered := map[string]bool{}
	for _, w := range workflows.Names() {
		registered[w.Name] = true
	}
	prefixes := map[string]bool{}
	for _, p := range workflows.Processes() {
		t.Run(string(p.Kind), func(t *testing.T) {
			require.NotEmpty(t, p.Title)
			require.Len(t, p.Prefix, 2)
			require.False(t, prefixes[p.Prefix], "two processes number their cases %s", p.Prefix)
			prefixes[p.Prefix] = true
			require.True(t, registered[p.Workflow], p.Workflow)
			require.Contains(t, []string{definition.Attachments, definition.Evidence}, p.Files)
			for _, s := range p.Stages {
				require.NotEmpty(t, s.Title, s.Code)
				require.NotEmpty(t, s.Next, s.Code)
			}
			for _, s := range p.HappyPath {
				_, ok := p.Stage(s)
				require.True(t, ok, s)
			}
			guided(t, p.Guide)
			require.NotEmpty(t, p.Tasks)
			for _, task := range p.Tasks {
				t.Run(task.Name, func(t *testing.T) { holds(t, p, task) })
			}
		})
	}
}

func guided(t *testing.T, g definition.Guide) {
	require.NotEmpty(t, g.For)
	require.NotEmpty(t, g.Begin)
	require.NotEmpty(t, g.Conditions)
	require.NotEmpty(t, g.Limits)
	require.NotEmpty(t, slices.Concat(g.RuleSets, documentsOf(g)), "nothing that the process rests on")
	require.Equal(t, g.Start == "", len(g.Applicants) == 0, "a page to begin on and who begins")
}

func documentsOf(g definition.Guide) (documents []string) {
	for _, c := range g.Law {
		documents = append(documents, c.Document)
	}
	return documents
}

func holds(t *testing.T, p definition.Process, task definition.TaskKind) {
	require.True(t, strings.HasPrefix(task.Name, string(p.Kind)+"."), "named after its process")
	require.NotEmpty(t, task.Title)
	require.NotEmpty(t, task.Roles)
	for _, r := range task.Roles {
		require.NotEmpty(t, r.Title(), r)
	}
	if task.Stage != "" {
		_, ok := p.Stage(task.Stage)
		require.True(t, ok, task.Stage)
	}
	if task.Confirms != "" {
		_, ok := workflows.TaskOf(task.Confirms)
		require.True(t, ok, task.Confirms)
	}
	require.Contains(t, slices.Collect(maps.Keys(compiledForms())), task.Form)
	fields := taskForm{TaskKind: task, raw: formSchema(task.Form)}.properties()
	require.NotEmpty(t, task.Outcomes)
	for i, o := range task.Outcomes {
		require.NotEmpty(t, o.Title, o.Code)
		require.NotContains(t, task.Codes()[:i], o.Code)
		require.Subset(t, fields, o.Required, o.Code)
		require.Subset(t, fields, o.Optional, o.Code)
		for _, name := range o.Required {
			require.NotContains(t, o.Optional, name, o.Code)
		}
		if o.Ends != "" {
			stage, ok := p.Stage(o.Ends)
			require.True(t, ok, o.Ends)
			require.Empty(t, stage.Holder, "%s ends the case, where somebody has to act", o.Code)
		}
		for _, step := range o.Follow {
			require.NotNil(t, activities.ByName(step.Activity), step.Activity)
			require.NotEmpty(t, step.Name, step.Activity)
			if len(o.Papers) > 0 {
				require.True(t, activities.Previews(step.Activity), "%s orders papers that nobody can see before", step.Activity)
			}
		}
		for _, paper := range o.Papers {
			require.True(t, slices.ContainsFunc(p.Papers, func(of definition.Paper) bool { return of.Kind == paper.Kind }), paper.Kind)
			require.NotEmpty(t, o.Follow, "papers that no step orders")
		}
	}
}
