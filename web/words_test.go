package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rulePackage is how a file of rules names its set, by department and name.
var rulePackage = regexp.MustCompile(`(?m)^package ([a-z]+\.[a-z]+)$`)

func TestEverySetOfRulesIsCalledByAChineseName(t *testing.T) {
	files, err := filepath.Glob("../policies/*/*.rego")
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
		require.Contains(t, ruleSets, set)
	}
}

func TestWhatTheRulesSawIsReadInChinese(t *testing.T) {
	for word, want := range map[string]string{"general": "一般问题", "minor": "轻微问题", "leased": "租赁", "2026-11-30": "2026-11-30", "三层": "三层", "": ""} {
		require.Equal(t, want, knownWord(word))
	}
}

func TestAClassHasAnAddressWhateverItIsCalled(t *testing.T) {
	require.Equal(t, "/checkups/TJ-1/classes/%E6%89%98%E5%B0%8F%E7%8F%AD", classPath("TJ-1", "托小班", ""))
	require.Equal(t, "/checkups/TJ-1/class?class=..", classPath("TJ-1", "..", ""))
	require.Equal(t, "/checkups/TJ-1/class/records?class=a%2Fb", classPath("TJ-1", "a/b", "/records"))
}
