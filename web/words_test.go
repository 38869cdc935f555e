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
