package policies

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"tuoyu/nursery"
)

// Rule describes a rule in force with its legal basis.
type Rule struct {
	ID       string
	Title    string
	Basis    []nursery.Citation
	Penalty  *nursery.Citation
	Verified bool // of the citations and parameters
}

// Rules lists the rules of the pack in force on a day, by their ids, as they apply in the county. It returns an error
// for a day that no pack covers.
func (e *Engine) Rules(asOf nursery.Date, county string) ([]Rule, error) {
	p, err := e.current.Load().packOn(asOf)
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	return p.rulesOf("", county), nil
}

// RulesOf is Rules for those of one set. It returns an error for an unknown set as well.
func (e *Engine) RulesOf(set string, asOf nursery.Date, county string) ([]Rule, error) {
	p, err := e.current.Load().packOn(asOf)
	if err != nil {
		return nil, fmt.Errorf("list rules of %s: %w", set, err)
	}
	if _, ok := p.ruleSets[set]; !ok {
		return nil, fmt.Errorf("list rules of %s: no such rule set in pack %s", set, p.name)
	}
	return p.rulesOf(set, county), nil
}

// rulesOf lists the rules of a set, or all of them, as they apply in the county.
func (p *pack) rulesOf(set, county string) []Rule {
	ground := p.area(county).reasons
	rules := make([]Rule, 0, len(ground))
	for _, id := range slices.Sorted(maps.Keys(ground)) {
		if g := ground[id]; set == "" || p.packages[g.at.File] == set {
			rules = append(rules, Rule{ID: id, Title: g.title, Basis: g.basis, Penalty: g.penalty, Verified: g.verified})
		}
	}
	return rules
}

// question is how a rule is checked on site.
type question struct {
	Rule     string             `json:"rule"`
	Question string             `json:"question"`
	Severity nursery.Severity   `json:"severity"`
	Photo    bool               `json:"photo"`
	Sites    []nursery.SiteKind `json:"sites"`    // empty: every site of the list
	InForce  string             `json:"in_force"` // valid from the date in params.in_force; empty: always
}

// figure matches a parameter named in a question: {fire.patrols_per_day}.
var figure = regexp.MustCompile(`\{([a-z0-9_.]+)\}`)

// asked returns the question with the values of params inserted.
func (q question) asked(params map[string]any) string {
	return figure.ReplaceAllStringFunc(q.Question, func(name string) string {
		leaf := leafAt(params, "params."+strings.Trim(name, "{}"))
		return fmt.Sprint(leaf["value"])
	})
}

// inForce reports whether the regulation behind a question applies on the day.
func (q question) inForce(params map[string]any, day nursery.Date) bool {
	if q.InForce == "" {
		return true
	}
	from, _ := leafAt(params, "params.in_force."+q.InForce)["value"].(string)
	return from != "" && day.String() >= from
}

// check returns what is wrong with the question, "" if nothing is.
func (q question) check(params map[string]any) string {
	switch {
	case q.Question == "" || !slices.Contains([]nursery.Severity{nursery.Serious, nursery.General, nursery.Minor}, q.Severity):
		return "needs a question and a severity"
	case q.InForce != "" && leafAt(params, "params.in_force."+q.InForce) == nil:
		return "no date params.in_force." + q.InForce
	}
	for _, name := range figure.FindAllStringSubmatch(q.Question, -1) {
		if leafAt(params, "params."+name[1]) == nil {
			return "no parameter " + name[1]
		}
	}
	return ""
}

// readChecklists reads which rules are checked on site, by the kind of site. It returns an error for a question about a
// rule that the pack does not have: an item and a filing rule are the same rule.
func readChecklists(tree, params map[string]any, rules map[string]rule) (map[string][]question, error) {
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
			if _, known := rules[q.Rule]; !known || seen[q.Rule] {
				faults = append(faults, fmt.Errorf("checklist %s: rule %s is unknown or named twice", name, q.Rule))
			} else if fault := q.check(params); fault != "" {
				faults = append(faults, fmt.Errorf("checklist %s: rule %s: %s", name, q.Rule, fault))
			}
			seen[q.Rule] = true
		}
	}
	return lists, errors.Join(faults...)
}

// Checklist returns the items to check on site in a county on a day, and the revision of the rules they come from. A
// family point has its own list.
func (e *Engine) Checklist(site nursery.SiteKind, asOf nursery.Date, county string) ([]nursery.ChecklistItem, string, error) {
	p, err := e.current.Load().packOn(asOf)
	if err != nil {
		return nil, "", fmt.Errorf("make checklist: %w", err)
	}
	list := "institution"
	if site == nursery.FamilyPoint {
		list = "family_point"
	}
	here := p.area(county)
	var items []nursery.ChecklistItem
	for _, q := range p.checklists[list] {
		if len(q.Sites) > 0 && !slices.Contains(q.Sites, site) || !q.inForce(here.params, asOf) {
			continue
		}
		g := here.reasons[q.Rule]
		items = append(items, nursery.ChecklistItem{
			Rule: q.Rule, Title: g.title, Question: q.asked(here.params), Severity: q.Severity, Photo: q.Photo,
			Basis: g.basis, Penalty: g.penalty, Verified: g.verified,
		})
	}
	if len(items) == 0 {
		return nil, "", fmt.Errorf("make checklist: none for %s", list)
	}
	return items, p.revision, nil
}
