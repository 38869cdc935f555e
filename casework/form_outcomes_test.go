package casework

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/workflows"
)

// A schema that required a field for every outcome would prevent an outcome that does not need it.
func TestNoFormRequiresAFieldOfEveryOutcome(t *testing.T) {
	entries, err := forms.ReadDir("forms")
	require.NoError(t, err)
	for _, entry := range entries {
		raw, err := forms.ReadFile("forms/" + entry.Name())
		require.NoError(t, err)
		var schema struct {
			Required []string `json:"required"`
		}
		require.NoError(t, json.Unmarshal(raw, &schema))
		require.Empty(t, schema.Required, entry.Name())
	}
}

func TestFieldsAreThoseOfTheOutcome(t *testing.T) {
	for name, tt := range map[string]struct {
		kind    string
		offered []string
		outcome nursery.Outcome
		answer  string
		want    []string
	}{
		"sent back at the registration": {"filing.registration", []string{"confirm", "correct"}, nursery.OutcomeCorrect,
			`{"findings": [{"message": "缺少证书"}]}`, nil},
		"sent back with nothing said": {"filing.registration", []string{"confirm", "correct"}, nursery.OutcomeCorrect, `{"note": " "}`, []string{"/answer/findings"}},
		"sent back with a registration": {"filing.registration", []string{"confirm", "correct"}, nursery.OutcomeCorrect,
			`{"findings": [{"message": "缺少证书"}], "uscc": "52140403MJY001020J"}`, []string{"/answer/uscc"}},
		"confirmed without a name": {"filing.registration", []string{"confirm", "correct"}, nursery.OutcomeConfirm,
			`{"uscc": "52140403MJY001020J", "nature": "social_service", "registrar": "civil_affairs", "county": "140403", "business_scope": "托育", "status": "active", "findings": []}`,
			[]string{"/answer/name"}},
		"what the rules found needs no more": {"filing.review", []string{"correct"}, nursery.OutcomeCorrect, `{}`, nil},
		"nothing found and nothing said":     {"filing.review", []string{"accept", "correct"}, nursery.OutcomeCorrect, `{}`, []string{"/answer/findings"}},
		"accepted with findings": {"filing.review", []string{"accept", "correct"}, nursery.OutcomeAccept,
			`{"findings": [{"message": "面积不符"}]}`, []string{"/answer/findings"}},
		"an outcome of another task": {"filing.review", []string{"accept", "conform"}, nursery.OutcomeConform, `{}`, []string{"/outcome"}},
		"agreed without a word":      {"filing_change.review", []string{"approve", "refuse"}, nursery.OutcomeApprove, `{}`, nil},
		"refused without a reason":   {"filing_change.review", []string{"approve", "refuse"}, nursery.OutcomeRefuse, `{"note": "不同意"}`, []string{"/answer/reason"}},
		"signed without a word":      {"inspection.countersign", []string{"sign", "object"}, nursery.OutcomeSign, `{}`, nil},
		"objected to without a word": {"inspection.countersign", []string{"sign", "object"}, nursery.OutcomeObject, `{"note": ""}`, []string{"/answer/note"}},
		"a complaint without officers": {"complaint.triage", []string{"visit", "not_ours"}, nursery.OutcomeVisit, `{}`,
			[]string{"/answer/first_inspector", "/answer/second_inspector"}},
	} {
		t.Run(name, func(t *testing.T) {
			var answer map[string]any
			require.NoError(t, json.Unmarshal([]byte(tt.answer), &answer))
			var c Checker
			kind, ok := workflows.TaskOf(tt.kind)
			require.True(t, ok)
			checkFields(&c, taskForm{TaskKind: kind, raw: formSchema(kind.Form)}, len(tt.offered) == 1, tt.outcome, answer)
			var got []string
			for _, f := range c.Fields {
				got = append(got, f.Location)
			}
			require.Equal(t, tt.want, got)
		})
	}
}
