package casework

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheActsOfTheRulesAreThoseOfTheDefinitions(t *testing.T) {
	written, err := os.ReadFile("../policies/acts/data.json")
	require.NoError(t, err)
	defined, err := json.Marshal(ActTable())
	require.NoError(t, err)
	require.JSONEq(t, string(defined), string(written), "run make generate")
}
