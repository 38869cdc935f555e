package casework

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

func TestWhatAnOutcomeAsksForIsInItsForm(t *testing.T) {
	names, err := forms.ReadDir("forms")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for form, outcomes := range outcomeFields {
		has := formProperties(form)
		require.NotEmpty(t, has, form)
		for outcome, f := range outcomes {
			for _, name := range append(slices.Clone(f.required), f.optional...) {
				require.Contains(t, has, name, "%s %s", form, outcome)
			}
			for _, name := range f.required {
				require.NotContains(t, f.optional, name, "%s %s", form, outcome)
			}
		}
	}
}

// A schema that required a field of every outcome would keep one outcome from being chosen by what another needs.
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

// Every kind of task a workflow asks has its form, and each outcome it offers is answered with fields of that form.
func TestEveryKindOfTaskHasItsForm(t *testing.T) {
	entries, err := os.ReadDir("../workflows")
	require.NoError(t, err)
	kinds := 0
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		source, err := os.ReadFile("../workflows/" + entry.Name())
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(`Kind: "([a-z_]+\.[a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
			kinds++
			require.NotEmpty(t, formProperties(formOf(found[1])), found[1])
		}
	}
	require.Greater(t, kinds, 25)
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
			var c checker
			checkFields(&c, fieldsOf(tt.kind, tt.offered, tt.outcome), formOf(tt.kind), tt.outcome, answer)
			var got []string
			for _, f := range c.fields {
				got = append(got, f.Location)
			}
			require.Equal(t, tt.want, got)
		})
	}
}
