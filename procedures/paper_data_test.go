package procedures

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

func TestWhatIsHiddenIsMissingForAPaper(t *testing.T) {
	fen := int64(100)
	in := PaperInput{
		Facts:       map[string]any{"year": 2026, "account": "6222", "lease": map[string]any{"until": "2028-01-01", "landlord": "甲"}},
		Institution: map[string]any{"name": "园", "phone": "0355"}, Received: nursery.NewDate(2026, 3, 2),
		Decisions: map[string]nursery.Decision{
			"rent.amount":   {Result: nursery.Pass, Fen: &fen},
			"rent.eligible": {Result: nursery.Fail, Reasons: []nursery.Reason{{Rule: "R1", Result: nursery.Fail, Message: "说明"}}},
		},
	}
	data, err := in.Data([]string{"account", "facts.lease.landlord", "applicant.phone", "absent.field"})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"year": 2026.0, "lease": map[string]any{"until": "2028-01-01"}}, data["facts"])
	require.Equal(t, map[string]any{"name": "园"}, data["institution"])
	require.Equal(t, "2026-03-02", data["received_on"])
	decisions := data["decisions"].(map[string]any)
	require.Equal(t, 100.0, decisions["rent"].(map[string]any)["amount"].(map[string]any)["fen"])
	require.Len(t, decisions["gaps"], 1)
}
