package testdata

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"tuoyu/nursery"
)

//go:embed plans/*.yaml
var plans embed.FS

// Plan returns the building plan of that name. It returns an error if there is none, or one that lists everything
// invalid in it.
func Plan(name string) (nursery.BuildPlan, error) {
	raw, err := plans.ReadFile("plans/" + name + ".yaml")
	if err != nil {
		return nursery.BuildPlan{}, fmt.Errorf("read plan %s: %w", name, err)
	}
	return ReadPlan(raw)
}

// ReadPlan parses a building plan written in YAML and validates its counties, dates and sum of seats.
func ReadPlan(raw []byte) (nursery.BuildPlan, error) {
	var plan nursery.BuildPlan
	var tree any
	if err := yaml.Unmarshal(raw, &tree); err != nil {
		return plan, fmt.Errorf("read plan: %w", err)
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return plan, fmt.Errorf("read plan: %w", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&plan); err != nil {
		return plan, fmt.Errorf("read plan: %w", err)
	}
	if faults := plan.Validate(); len(faults) > 0 {
		return plan, fmt.Errorf("plan %s: %s", plan.Name, nursery.FaultText(faults))
	}
	return plan, nil
}

// PlanFrom returns the plan under another name with every date shifted so that its first milestone starts on day.
func PlanFrom(plan nursery.BuildPlan, name string, day nursery.Date) nursery.BuildPlan {
	first := plan.Milestones[0].PlannedStart
	for _, m := range plan.Milestones {
		if m.PlannedStart.Before(first) {
			first = m.PlannedStart
		}
	}
	days := first.DaysUntil(day)
	plan.Name, plan.Deadline, plan.Milestones = name, plan.Deadline.AddDays(days), slices.Clone(plan.Milestones)
	for i := range plan.Milestones {
		m := &plan.Milestones[i]
		m.PlannedStart, m.PlannedEnd = m.PlannedStart.AddDays(days), m.PlannedEnd.AddDays(days)
	}
	return plan
}
