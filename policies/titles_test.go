package policies_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/policies"
)

// rulePackage is how a file of rules names its set, by department and name.
var rulePackage = regexp.MustCompile(`(?m)^package ([a-z]+\.[a-z]+)$`)

func TestEverySetOfRulesIsCalledByAChineseName(t *testing.T) {
	files, err := filepath.Glob("*/*.rego")
	require.NoError(t, err)
	sets := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.rego") {
			continue
		}
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, found := range rulePackage.FindAllStringSubmatch(string(raw), -1) {
			sets[found[1]] = true
		}
	}
	require.Greater(t, len(sets), 8)
	for set := range sets {
		require.NotEqual(t, set, policies.RuleSetTitle(set), "it has no title")
	}
}
