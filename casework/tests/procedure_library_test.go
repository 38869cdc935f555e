package tests

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/procedures/library"
	"tuoyu/processes/procedure"
)

// eligible is what every application of an award states; the facts of each scheme come after it.
const eligible = `"filing_no": "BA-140403-2025-000001", "inclusive_price": true, "serious_violation": false, "commitment_until": "2027-12-31"`

// The county's check of each scheme besides that the institution is filed, inclusive and without violations, and its result: an amount
// that is not set stops the case where the city publishes it.
func TestEachAwardOfTheLibraryIsAppliedForAndDecided(t *testing.T) {
	h := running(t)
	h.filed(applicant, "阳光托育园")
	for _, c := range []struct{ kind, facts, checked, next string }{
		{"demonstration_award", `"level": "city", "recognised_on": "2024-03-15", "recognition_no": "一号", "earlier_level": "none"`, `"recognition": true`, "city_check"},
		{"chain_award", `"controller": "91140400000000000X", "earlier_award": false, "sites": [{"name": "一园", "filing_no": "BA-01", "county": "140403", "seats": 50},
			{"name": "二园", "filing_no": "BA-02", "county": "140404", "seats": 50}, {"name": "三园", "filing_no": "BA-03", "county": "140403", "seats": 50}]`, `"same_controller": true, "all_filed": true`, "city_check"},
		{"use_award", `"year": 2025, "seats": 60, "months": 1, "child_months": 36`, `"counts_checked": true`, "standard"},
		{"idle_space_award", `"site": "原第三小学", "source": "school", "area_m2": 600, "idle_until": "2023-08-31", "running_since": "2023-09-01", "assessment": "good", "assessed_on": "2024-03-01"`, `"was_idle": true`, "standard"},
	} {
		h.publish(c.kind)
		started, err := h.Services.Start(t.Context(), applicant, key(), c.kind, procedure.ProcedureApplication{Facts: json.RawMessage("{" + eligible + ", " + c.facts + "}")})
		require.NoError(t, err, c.kind)
		task := h.task(started.CaseNo, c.kind+".county_check")
		h.completes(countyCheck, task, casework.Completion{Outcome: "approve", Answer: json.RawMessage(`{"filed": true, "inclusive_price": true, "violation": false, ` + c.checked + `}`)})
		h.task(started.CaseNo, c.kind+"."+c.next)
	}
}

// What the library has is published by two people.
func TestTheLibraryIsPublished(t *testing.T) {
	h := newHarness(t)
	for _, kind := range library.Kinds() {
		require.Equal(t, kind, string(h.publish(kind).Kind))
	}
}

func TestAComplaintAsAProcedureIsAnswered(t *testing.T) {
	h := running(t)
	h.publish("public_complaint")
	started, err := h.Services.Start(t.Context(), clerk, key(), "public_complaint", procedure.ProcedureApplication{Facts: json.RawMessage(`{"topic": "safety", "said": "消防通道长期锁闭。", "place_name": "某托育点", "address": "某街道"}`)})
	require.NoError(t, err)
	h.completes(supervisor, h.task(started.CaseNo, "public_complaint.triage"), casework.Completion{Outcome: "reply_to", Answer: json.RawMessage(`{"note": "已经改正。"}`)})
	h.eventually("the case has ended", func() bool {
		return one[string](h, "SELECT stage FROM cases WHERE case_no = $1 AND status = 'ended'", started.CaseNo) == "answered"
	})
}
