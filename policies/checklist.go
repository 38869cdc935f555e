package policies

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tuoyu/nursery"
)

// Rule is what the rules in force say of themselves: a rule with its law.
type Rule struct {
	ID       string
	Title    string
	Basis    []nursery.Citation
	Penalty  *nursery.Citation
	Verified bool // citations and parameters
}

// Rules lists the rules of the pack in force on a day, by their ids, as the county has them. The error is a day no pack
// covers.
func (e *Engine) Rules(asOf nursery.Date, county string) ([]Rule, error) {
	p, err := e.current.Load().packOn(asOf)
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	ground := p.area(county).reasons
	rules := make([]Rule, 0, len(ground))
	for _, id := range slices.Sorted(maps.Keys(ground)) {
		g := ground[id]
		rules = append(rules, Rule{ID: id, Title: g.title, Basis: g.basis, Penalty: g.penalty, Verified: g.verified})
	}
	return rules, nil
}

// question is how a rule is looked at on site.
type question struct {
	Rule     string             `json:"rule"`
	Question string             `json:"question"`
	Severity nursery.Severity   `json:"severity"`
	Photo    bool               `json:"photo"`
	Sites    []nursery.SiteKind `json:"sites"` // empty: every site of the list
}

// readChecklists reads which rules are looked at on site, by the sort of site, and refuses one that asks for a rule that
// the pack does not have: an item and a filing rule are the same rule.
func readChecklists(tree map[string]any, rules map[string]rule) (map[string][]question, error) {
	inspect, ok := tree["inspect"].(map[string]any)
	if !ok {
		return nil, nil
	}
	raw, err := json.Marshal(inspect["checklist"])
	if err != nil {
		return nil, fmt.Errorf("read checklists: %w", err)
	}
	var lists map[string][]question
	if err := strict(raw, &lists); err != nil {
		return nil, fmt.Errorf("read checklists: %w", err)
	}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		seen := map[string]bool{}
		for _, q := range lists[name] {
			switch _, known := rules[q.Rule]; {
			case !known || seen[q.Rule]:
				faults = append(faults, fmt.Errorf("checklist %s: rule %s is unknown or named twice", name, q.Rule))
			case q.Question == "" || !slices.Contains([]nursery.Severity{nursery.Serious, nursery.General, nursery.Minor}, q.Severity):
				faults = append(faults, fmt.Errorf("checklist %s: rule %s needs a question and a severity", name, q.Rule))
			}
			seen[q.Rule] = true
		}
	}
	return lists, errors.Join(faults...)
}

// Checklist gives what is looked at on site in a county on a day, and the revision of the rules it is made of. A family
// point has its own list.
func (e *Engine) Checklist(site nursery.SiteKind, asOf nursery.Date, county string) ([]nursery.ChecklistItem, string, error) {
	p, err := e.current.Load().packOn(asOf)
	if err != nil {
		return nil, "", fmt.Errorf("make checklist: %w", err)
	}
	list := "institution"
	if site == nursery.FamilyPoint {
		list = "family_point"
	}
	var items []nursery.ChecklistItem
	for _, q := range p.checklists[list] {
		if len(q.Sites) > 0 && !slices.Contains(q.Sites, site) {
			continue
		}
		g := p.area(county).reasons[q.Rule]
		items = append(items, nursery.ChecklistItem{
			Rule: q.Rule, Title: g.title, Question: q.Question, Severity: q.Severity, Photo: q.Photo,
			Basis: g.basis, Penalty: g.penalty, Verified: g.verified,
		})
	}
	if len(items) == 0 {
		return nil, "", fmt.Errorf("make checklist: none for %s", list)
	}
	return items, p.revision, nil
}
