package roleplay

import (
	"context"
	"fmt"

	"tuoyu/nursery"
	"tuoyu/testdata"
)

const (
	pathPlans = "/api/v1/build-plans"
	pathSites = "/api/v1/build-sites"
)

// BuildSite is a building site in the API, reduced to the fields that stories use.
type BuildSite struct {
	CaseNo       string        `json:"case_no"`
	County       string        `json:"county"`
	Version      int           `json:"version"`
	FilingCase   string        `json:"filing_case"`
	Seats        int           `json:"seats"`
	SeatsCounted int           `json:"seats_counted"`
	Light        nursery.Light `json:"light"`
	Reds         int           `json:"reds"`
	Milestones   []struct {
		nursery.Milestone
		Percent int `json:"percent"`
	} `json:"milestones"`
	Versions []struct {
		Version int    `json:"version"`
		Reason  string `json:"reason"`
	} `json:"versions"`
}

// StartPlan starts a building plan and returns the case of each county's site.
func (a *Actor) StartPlan(ctx context.Context, key string, plan nursery.BuildPlan) (map[string]string, error) {
	var started struct {
		Sites []struct {
			CaseNo string `json:"case_no"`
			County string `json:"county"`
		} `json:"sites"`
	}
	if err := a.Post(ctx, pathPlans, key, plan, &started); err != nil {
		return nil, err
	}
	sites := map[string]string{}
	for _, s := range started.Sites {
		sites[s.County] = s.CaseNo
	}
	return sites, nil
}

// Site reads a building site.
func (a *Actor) Site(ctx context.Context, caseNo string) (BuildSite, error) {
	var s BuildSite
	err := a.Get(ctx, pathSites+"/"+caseNo, &s)
	return s, err
}

// Report reports a milestone of the site whose evidence belongs to institution, with a file of each required kind, and
// returns the report's number.
func (a *Actor) Report(ctx context.Context, key, caseNo, institution string, m nursery.Milestone, percent int) (int64, error) {
	evidence := []map[string]string{}
	for _, kind := range m.Evidence {
		id, err := a.UploadFor(ctx, institution, kind+".pdf", "application/pdf", testdata.PDF(string(m.Kind)))
		if err != nil {
			return 0, err
		}
		evidence = append(evidence, map[string]string{"kind": kind, "attachment": id})
	}
	var entry struct {
		ID int64 `json:"id"`
	}
	err := a.Post(ctx, pathSites+"/"+caseNo+"/reports", key, map[string]any{
		"milestone": m.Kind, "percent": percent, "note": "按节点完成", "evidence": evidence,
	}, &entry)
	return entry.ID, err
}

// AcceptReport accepts a county's report.
func (a *Actor) AcceptReport(ctx context.Context, key, caseNo string, report int64) error {
	return a.Post(ctx, fmt.Sprintf("%s/%s/reports/%d/decision", pathSites, caseNo, report), key, map[string]any{"accept": true}, nil)
}

// LinkFiling links the filing of the site.
func (a *Actor) LinkFiling(ctx context.Context, key, caseNo, filing string) error {
	return a.Post(ctx, pathSites+"/"+caseNo+"/filing", key, map[string]string{"filing": filing}, nil)
}

// Amend amends the site's plan by moving every milestone by days.
func (a *Actor) Amend(ctx context.Context, key string, s BuildSite, days int, reason string) error {
	var milestones []nursery.Milestone
	for _, m := range s.Milestones {
		m.PlannedStart, m.PlannedEnd = m.PlannedStart.AddDays(days), m.PlannedEnd.AddDays(days)
		milestones = append(milestones, m.Milestone)
	}
	return a.Post(ctx, pathSites+"/"+s.CaseNo+"/amendments", key, map[string]any{
		"version": s.Version, "seats": s.Seats, "mode": nursery.PublicRun, "milestones": milestones, "reason": reason,
	}, nil)
}

// LedgerSheet downloads the ledger of a plan as a workbook.
func (a *Actor) LedgerSheet(ctx context.Context, plan string) ([]byte, error) {
	return a.Download(ctx, pathPlans+"/"+plan+"/ledger.xlsx")
}
