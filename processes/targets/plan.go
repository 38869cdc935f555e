package targets

import (
	_ "embed"
	"encoding/json"
	"slices"
	"sync"

	"tuoyu/nursery"
)

// planFile is the targets of the plan, by project. Path is the last part of the address of a project's page.
type planFile struct {
	Document string `json:"document"`
	Projects []struct {
		Name  string `json:"name"`
		Path  string `json:"path"`
		Title string `json:"title"`
	} `json:"projects"`
	Targets []planTarget `json:"targets"`
}

// planTarget is a target as the plan states it. Assumed is what the plan does not define; such a figure is shown as unverified.
type planTarget struct {
	ID          string       `json:"id"`
	Project     string       `json:"project"`
	Title       string       `json:"title"`
	Article     string       `json:"article"`
	Goal        string       `json:"goal"`
	By          nursery.Date `json:"by,omitzero"`
	Quantity    int          `json:"quantity,omitempty"`
	Percent     bool         `json:"percent,omitempty"`
	Unjudged    bool         `json:"unjudged,omitempty"` // the plan states no quantity
	Measure     string       `json:"measure,omitempty"`
	Assumed     string       `json:"assumed,omitempty"`
	Link        string       `json:"link,omitempty"`
	Unavailable string       `json:"unavailable,omitempty"`
	Entry       *planEntry   `json:"entry,omitempty"`
}

// planEntry is what offices enter each quarter of a target that no process counts.
type planEntry struct {
	Part   string `json:"part"`
	Whole  string `json:"whole,omitempty"` // of a rate: what the part is of
	Unit   string `json:"unit"`
	Yearly bool   `json:"yearly,omitempty"` // the goal is one of each year
}

//go:embed plan/targets.json
var planTargets []byte

var thePlan = sync.OnceValue(func() planFile {
	var plan planFile
	if err := json.Unmarshal(planTargets, &plan); err != nil {
		panic("targets: plan/targets.json: " + err.Error())
	}
	return plan
})

// target returns the target with that ID.
func (p planFile) target(id string) (planTarget, bool) {
	i := slices.IndexFunc(p.Targets, func(t planTarget) bool { return t.ID == id })
	if i < 0 {
		return planTarget{}, false
	}
	return p.Targets[i], true
}

// pathOf returns the address of the page of a project.
func (p planFile) pathOf(project string) string {
	for _, one := range p.Projects {
		if one.Name == project {
			return "/targets/" + one.Path
		}
	}
	return "/targets"
}

// unit returns the unit of the target's figures.
func (t planTarget) unit() string {
	switch {
	case t.Percent:
		return "%"
	case t.Entry != nil:
		return t.Entry.Unit
	}
	return "个"
}
