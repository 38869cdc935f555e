package scenarios

import (
	"maps"

	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/procedures"
)

// sample is the name of the institution of every scenario.
const sample = "示例托育机构"

// issue writes a paper of the plan from what the case has, as it is written in earnest, so that a template which cannot be written
// is found by a scenario. Fields that are hidden are missing for the template.
func (m *memory) issue(paper int, hide []string) error {
	data, err := m.paperInput().Data(hide)
	if err != nil {
		return err
	}
	name := m.p.Plan.Papers[paper].Name
	if _, err := m.p.PaperBody(paper, documents.PaperFunctions(), data); err != nil {
		return stuck("文书 %s 写不出来：%v", name, err)
	}
	m.papers = append(m.papers, name)
	return nil
}

// paperInput returns what papers of the case are written from.
func (m *memory) paperInput() procedures.PaperInput {
	in := procedures.PaperInput{
		Facts: m.facts, Answers: m.answers, Rows: m.rows, Institution: map[string]any{"name": sample}, Decisions: map[string]nursery.Decision{},
		Case: caseNo, Subject: sample, County: nursery.AreaName(m.scenario.County), Received: m.received,
	}
	maps.Copy(in.Institution, m.scenario.Institution)
	for name, ruling := range m.rulings {
		in.Decisions[name] = nursery.Decision{RuleSet: name, Result: nursery.Result(ruling.Result), Reasons: ruling.Reasons, Fen: ruling.Fen}
	}
	return in
}
