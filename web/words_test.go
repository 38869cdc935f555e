package web

import (
	"testing"

	"github.com/stretchr/testify/require"
)

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
