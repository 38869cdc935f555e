package procedures

import (
	"encoding/json"
	"fmt"
	"strings"

	"tuoyu/nursery"
)

// PaperInput is what a paper of a case is written from.
type PaperInput struct {
	Facts, Answers, Institution map[string]any
	Rows                        map[string][]any
	Decisions                   map[string]nursery.Decision // by rule set
	Case, Subject, County       string                      // number, name of the subject, name of the county
	Received                    nursery.Date
}

// Gaps returns what has to be corrected or is refused by decisions, in the order of their rule sets.
func Gaps(decisions map[string]nursery.Decision) (list []nursery.Reason) {
	for _, set := range sortedKeys(decisions) {
		list = append(list, decisions[set].Gaps()...)
	}
	return list
}

// Data returns what templates read, as JSON is decoded: the decision of the rule set rent.amount is below decisions.rent.amount. What
// is hidden, a field of the facts or applicant.<field> of the institution, is missing.
func (in PaperInput) Data(hide []string) (map[string]any, error) {
	decisions := map[string]any{"gaps": Gaps(in.Decisions)}
	for name, d := range in.Decisions {
		put(decisions, strings.Split(name, "."), d)
	}
	raw, err := json.Marshal(map[string]any{
		"facts": in.Facts, "answers": in.Answers, "rows": in.Rows, "decisions": decisions, "institution": in.Institution, "subject": in.Subject,
		"county": in.County, "case": in.Case, "received_on": in.Received.String(),
	})
	if err != nil {
		return nil, fmt.Errorf("encode paper data: %w", err)
	}
	var data map[string]any
	if err := json.Unmarshal(raw, &data); err != nil {
		return nil, fmt.Errorf("decode paper data: %w", err)
	}
	for _, path := range hide {
		if own, ok := strings.CutPrefix(path, "applicant."); ok {
			path = "institution." + own
		} else if !strings.HasPrefix(path, "facts.") {
			path = "facts." + path
		}
		drop(data, strings.Split(path, "."))
	}
	return data, nil
}

// put puts a value at a path, and maps where there are none.
func put(into map[string]any, path []string, value any) {
	if len(path) == 1 {
		into[path[0]] = value
		return
	}
	below, ok := into[path[0]].(map[string]any)
	if !ok {
		below = map[string]any{}
		into[path[0]] = below
	}
	put(below, path[1:], value)
}

// drop removes what is at a path.
func drop(from map[string]any, path []string) {
	if len(path) == 1 {
		delete(from, path[0])
		return
	}
	if below, ok := from[path[0]].(map[string]any); ok {
		drop(below, path[1:])
	}
}
