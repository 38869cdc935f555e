package ui

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

func TestWhatTheRulesSawIsReadInChinese(t *testing.T) {
	for word, want := range map[string]string{"general": "一般问题", "minor": "轻微问题", "leased": "租赁", "2026-11-30": "2026-11-30", "三层": "三层", "": ""} {
		require.Equal(t, want, knownWord(word))
	}
}

func TestMilestonesModesAndPurposesAreWords(t *testing.T) {
	for _, w := range [][3]string{{"kind", "fit_out", "装修"}, {"milestone", "materials", "教材配备"}, {"mode", "private_run", "公建民营"}, {"purpose", "checkup", nursery.ConsentPurpose("checkup").Title()},
		{"mode", "visiting", nursery.ServiceMode("visiting").Title()}} {
		if got := WordFor(w[0], w[1]); got != w[2] || got == w[1] {
			t.Errorf("%s %s is called %q", w[0], w[1], got)
		}
	}
}
