package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// taskKind is how a workflow names the kind of a task it puts.
var taskKind = regexp.MustCompile(`"([a-z_]+\.[a-z_]+)"`)

func TestEveryKindOfTaskShowsWhatItIsAbout(t *testing.T) {
	files, err := filepath.Glob("../workflows/*.go")
	require.NoError(t, err)
	put := map[string]bool{"filing.site_visit_countersign": true, "filing.recheck_countersign": true}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, found := range taskKind.FindAllStringSubmatch(string(raw), -1) {
			put[found[1]] = true
		}
	}
	require.Greater(t, len(put), 40)
	for kind := range put {
		require.Contains(t, substances, kind, "a task of this kind would ask for a decision on nothing that can be seen")
	}
	for kind := range substances {
		require.Contains(t, put, kind, "no workflow puts such a task")
	}
}
