package roleplay

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"tuoyu/draw"
	"tuoyu/nursery"
)

const (
	pathInspectionPlans = "/api/v1/inspection-plans"
	pathInspectors      = "/api/v1/inspectors"
)

// Plan is an inspection plan in the API, reduced to the fields that stories use.
type Plan struct {
	CaseNo     string           `json:"case_no"`
	Stage      nursery.Stage    `json:"stage"`
	Commitment string           `json:"commitment"`
	DrawnOn    nursery.Date     `json:"drawn_on"`
	Late       *int             `json:"late"`
	Input      draw.Input       `json:"input"`
	Reasons    []nursery.Reason `json:"reasons"`
	Visits     []PlannedVisit   `json:"visits"`
}

// PlannedVisit is a visit of a plan.
type PlannedVisit struct {
	Kind        string       `json:"kind"`
	Institution string       `json:"institution"`
	Drawn       []string     `json:"drawn"`
	OpensOn     nursery.Date `json:"opens_on"`
	Inspection  string       `json:"inspection"`
	VisitedOn   nursery.Date `json:"visited_on"`
	Late        bool         `json:"late"`
}

// RegisterInspectors adds the first inspectors of a county, as many as officers, to its register.
func (a *Actor) RegisterInspectors(ctx context.Context, key func() string, county string, officers int) error {
	for n := 1; n <= officers; n++ {
		account := "inspector-" + county
		if n > 1 {
			account = fmt.Sprintf("%s-%d", account, n)
		}
		err := a.Do(ctx, Request{Method: http.MethodPut, Path: pathInspectors + "/" + account, Key: key(), Body: map[string]any{
			"on_duty": true, "conflicts": []string{}, "version": 0,
		}}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// StartInspectionPlan has a supervisor open the plan of a half-year, and returns its case.
func (a *Actor) StartInspectionPlan(ctx context.Context, key string, half nursery.HalfYear) (string, error) {
	var plan Plan
	err := a.Post(ctx, pathInspectionPlans, key, map[string]string{"half": half.String()}, &plan)
	return plan.CaseNo, err
}

// Plan reads a plan.
func (a *Actor) Plan(ctx context.Context, caseNo string) (Plan, error) {
	var plan Plan
	return plan, a.Get(ctx, pathInspectionPlans+"/"+caseNo, &plan)
}

// Exclude excludes an institution from a plan, or includes it again.
func (a *Actor) Exclude(ctx context.Context, key, caseNo, institution string, out bool, reason string) (Plan, error) {
	var plan Plan
	return plan, a.Post(ctx, pathInspectionPlans+"/"+caseNo+"/exclusions", key, map[string]any{"institution": institution, "excluded": out, "reason": reason}, &plan)
}

// Commit publishes the commitment of a plan.
func (a *Actor) Commit(ctx context.Context, key, caseNo string) error {
	return a.Post(ctx, pathInspectionPlans+"/"+caseNo+"/commit", key, nil, nil)
}

// Witness enters the public value from which a plan is drawn.
func (a *Actor) Witness(ctx context.Context, key, caseNo, value string, at time.Time) error {
	return a.Post(ctx, pathInspectionPlans+"/"+caseNo+"/draw", key, map[string]any{
		"public_value": value, "public_source": "上证综合指数收盘", "public_at": at,
	}, nil)
}

// AwaitPlan polls a plan until wanted returns true.
func (a *Actor) AwaitPlan(ctx context.Context, caseNo string, wanted func(Plan) bool) (Plan, error) {
	bound, cancel := context.WithTimeout(ctx, a.users.patience)
	defer cancel()
	for {
		plan, err := a.Plan(ctx, caseNo)
		if err != nil || wanted(plan) {
			return plan, err
		}
		select {
		case <-bound.Done():
			return plan, fmt.Errorf("%s of %s is not as it should be: stage %s", caseNo, a.Account, plan.Stage)
		case <-time.After(60 * time.Millisecond):
		}
	}
}

// Published returns the published record of a draw, byte for byte.
func (d *Users) Published(ctx context.Context, caseNo string) ([]byte, error) {
	request := Request{Method: http.MethodGet, Path: pathInspectionPlans + "/" + caseNo + "/published"}
	res, err := d.As("").Send(ctx, request)
	if err == nil && res.Status != http.StatusOK {
		err = fmt.Errorf("%s: %d %s", request.Path, res.Status, res.Body)
	}
	return res.Body, err
}
