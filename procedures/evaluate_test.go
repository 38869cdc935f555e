package procedures

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

func TestRulesThatFindNothingAmissAndNoAmountDoNotPass(t *testing.T) {
	files := folder(t, "rent_relief")
	replace(t, files, "rules/amount.rego", `reasons contains lib.missing("P06-R4", "", "/facts/classes", "班级数") if not input.facts.classes`, "")
	replace(t, files, "rules/amount.rego", "input.facts.classes\n\tinput.facts.rent_fen\n\tnot fen", "fen < 0")
	p, problems := load(t, files)
	require.Empty(t, faults(problems))
	rules, err := p.Evaluator(t.Context(), library(t))
	require.NoError(t, err)
	decide := func(facts map[string]any) Ruling {
		ruling, err := rules.Decide(t.Context(), "rent.amount", map[string]any{"facts": facts})
		require.NoError(t, err)
		return ruling
	}
	without := decide(map[string]any{"rent_fen": 9000000})
	require.Equal(t, ResultUnknown, without.Result)
	require.Nil(t, without.Fen)
	require.Len(t, without.Reasons, 1)
	require.Equal(t, nursery.Unknown, without.Reasons[0].Result)
	with := decide(map[string]any{"rent_fen": 9000000, "classes": 3})
	require.Equal(t, ResultPass, with.Result)
	require.Positive(t, *with.Fen)
}
