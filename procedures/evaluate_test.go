package procedures

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

func TestRulesThatFindNothingAmissAndNoAmountDoNotPass(t *testing.T) {
	files := folder(t, "rent_relief")
	files["rules/amount.rego"] = &fstest.MapFile{Data: []byte(`package rent.amount

facts_used := {"/facts/rent_fen"}

fen := input.facts.rent_fen

reasons := set()
`)}
	p, _ := load(t, files)
	rules, err := p.Evaluator(t.Context(), library(t))
	require.NoError(t, err)
	ruling, err := rules.Decide(t.Context(), "rent.amount", map[string]any{"facts": map[string]any{}})
	require.NoError(t, err)
	require.Equal(t, ResultUnknown, ruling.Result)
	require.Len(t, ruling.Reasons, 1)
	require.Equal(t, nursery.Unknown, ruling.Reasons[0].Result)
	require.Nil(t, ruling.Fen)
	ruling, err = rules.Decide(t.Context(), "rent.amount", map[string]any{"facts": map[string]any{"rent_fen": 100}})
	require.NoError(t, err)
	require.Equal(t, ResultPass, ruling.Result)
	require.Equal(t, int64(100), *ruling.Fen)
}
