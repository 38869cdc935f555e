package scenarios

import (
	"encoding/json"
	"fmt"
	"strings"

	"tuoyu/documents"
	"tuoyu/nursery"
)

// sample is the name of the institution of every scenario.
const sample = "示例托育机构"

// issue writes a paper of the plan from what the case has, as it is written in earnest, so that a template which cannot be written
// is found by a scenario. Fields that are hidden are missing for the template.
func (m *memory) issue(paper int, hide []string) error {
	data, err := m.paperData()
	if err != nil {
		return err
	}
	facts, _ := data["facts"].(map[string]any)
	for _, path := range hide {
		delete(facts, strings.TrimPrefix(path, "facts."))
	}
	name := m.p.Plan.Papers[paper].Name
	if _, err := m.p.PaperBody(paper, documents.PaperFunctions(), data); err != nil {
		return stuck("文书 %s 写不出来：%v", name, err)
	}
	m.papers = append(m.papers, name)
	return nil
}

// paperData returns what papers read, as JSON is decoded. The decision of the rule set rent.amount is below decisions.rent.amount.
func (m *memory) paperData() (map[string]any, error) {
	var gaps []nursery.Reason
	decisions := map[string]any{}
	for _, name := range sortedKeys(m.rulings) {
		ruling := m.rulings[name]
		for _, r := range ruling.Reasons {
			if r.Result == nursery.Fail || r.Result == nursery.Unknown {
				gaps = append(gaps, r)
			}
		}
		topic, set, _ := strings.Cut(name, ".")
		below, ok := decisions[topic].(map[string]any)
		if !ok {
			below = map[string]any{}
			decisions[topic] = below
		}
		below[set] = map[string]any{"result": ruling.Result, "fen": ruling.Fen, "reasons": ruling.Reasons}
	}
	decisions["gaps"] = gaps
	institution := map[string]any{"name": sample}
	for _, name := range sortedKeys(m.scenario.Institution) {
		institution[name] = m.scenario.Institution[name]
	}
	raw, err := json.Marshal(map[string]any{
		"facts": m.facts, "answers": m.answers, "rows": m.rows, "decisions": decisions, "institution": institution, "subject": sample,
		"county": nursery.CountyName(m.scenario.County), "case": caseNo, "received_on": m.received.String(),
	})
	if err != nil {
		return nil, fmt.Errorf("encode paper data: %w", err)
	}
	var data map[string]any
	if err := json.Unmarshal(raw, &data); err != nil {
		return nil, fmt.Errorf("decode paper data: %w", err)
	}
	return data, nil
}
