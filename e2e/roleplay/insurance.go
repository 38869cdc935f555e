package roleplay

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"tuoyu/nursery"
	"tuoyu/testdata"
)

const (
	pathInsurance = "/api/v1/insurance-batches"
	pathInsurers  = "/api/v1/insurers"
	pathClaims    = "/api/v1/insurance-claims"
)

// InsuranceMonth is an insurance month in the API, reduced to the fields that stories use.
type InsuranceMonth struct {
	CaseNo string        `json:"case_no"`
	Stage  nursery.Stage `json:"stage"`
	Counts []struct {
		Status   nursery.RosterStatus `json:"status"`
		Children int                  `json:"children"`
	} `json:"counts"`
	Sends []struct {
		Number     int    `json:"number"`
		Kind       string `json:"kind"`
		Lines      int    `json:"lines"`
		Hash       string `json:"hash"`
		PremiumFen int64  `json:"premium_fen"`
		Insured    int    `json:"insured"`
		Refused    int    `json:"refused"`
	} `json:"sends"`
}

// Children returns the number of children of the month with a status.
func (m InsuranceMonth) Children(status nursery.RosterStatus) int {
	for _, c := range m.Counts {
		if c.Status == status {
			return c.Children
		}
	}
	return 0
}

// InsuranceRoster is the result of submitting a roster.
type InsuranceRoster struct {
	Number  int `json:"number"`
	Added   int `json:"added"`
	Updated int `json:"updated"`
	Refused int `json:"refused"`
	Faults  []struct {
		Row     int    `json:"row"`
		Column  string `json:"column"`
		Message string `json:"message"`
	} `json:"faults"`
}

// InsuranceTerms returns the parameters with which a story opens a month: cover from its first day, on a recorded legal
// basis.
func InsuranceTerms(county, month string) map[string]any {
	return map[string]any{
		"county": county, "month": month, "insurer": "insurer-01", "procurement": "政府采购合同，市卫健委存档", "perils": nursery.Perils(),
		"cover_from": month + "-01", "basis": map[string]string{"document": "婴幼儿意外伤害险采购文件", "article": "三"},
	}
}

// Insurers returns the insurers whose accounts there are.
func Insurers() []nursery.Insurer {
	return []nursery.Insurer{
		{ID: "insurer-01", Name: "示例财产保险公司甲", Phone: "0355-2021234"}, {ID: "insurer-02", Name: "示例财产保险公司乙", Phone: "0355-2025678"},
	}
}

// PutInsurers registers the insurers whose accounts there are; a repeat registers nothing.
func (a *Actor) PutInsurers(ctx context.Context) error {
	for _, in := range Insurers() {
		if err := a.Do(ctx, Request{Method: http.MethodPut, Path: pathInsurers + "/" + in.ID, Key: "register " + in.ID, Body: in}, nil); err != nil {
			return err
		}
	}
	return nil
}

// StartInsurance opens the insurance month of a county and returns its case.
func (a *Actor) StartInsurance(ctx context.Context, key, county, month string) (string, error) {
	var started Started
	err := a.Post(ctx, pathInsurance, key, InsuranceTerms(county, month), &started)
	return started.CaseNo, err
}

// Insurance reads an insurance month.
func (a *Actor) Insurance(ctx context.Context, caseNo string) (InsuranceMonth, error) {
	var m InsuranceMonth
	err := a.Get(ctx, pathInsurance+"/"+caseNo, &m)
	return m, err
}

// SendRoster submits a roster as a CSV file.
func (a *Actor) SendRoster(ctx context.Context, key, caseNo string, lines ...[]string) (InsuranceRoster, error) {
	var report InsuranceRoster
	err := a.Do(ctx, Request{
		Method: http.MethodPost, Path: pathInsurance + "/" + caseNo + "/roster-files?source=civil", Key: key,
		Body: testdata.RosterCSV(lines...), ContentType: "text/csv",
	}, &report)
	return report, err
}

// InsuranceLines reads the lines of a batch, page by page.
func (a *Actor) InsuranceLines(ctx context.Context, caseNo string, send int) ([]nursery.InsuranceLine, error) {
	var all []nursery.InsuranceLine
	for after := ""; ; {
		var page struct {
			Items []nursery.InsuranceLine `json:"items"`
			Next  string                  `json:"next"`
		}
		path := fmt.Sprintf("%s/%s/lines?send=%d&limit=1000&after=%s", pathInsurance, caseNo, send, url.QueryEscape(after))
		if err := a.Get(ctx, path, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if after = page.Next; after == "" {
			return all, nil
		}
	}
}

// AnswerInsurance has the insurer accept every line of a batch except those of the refused names.
func (a *Actor) AnswerInsurance(ctx context.Context, key, caseNo string, send int, refused ...string) error {
	lines, err := a.InsuranceLines(ctx, caseNo, send)
	if err != nil {
		return err
	}
	var answers []nursery.InsuranceAnswer
	for i, l := range lines {
		one := nursery.InsuranceAnswer{Ref: l.Ref, Policy: fmt.Sprintf("PA%02d%06d", send, i+1)}
		for _, name := range refused {
			if l.Name == name {
				one.Policy, one.Reason = "", nursery.InsurerIdentity
			}
		}
		answers = append(answers, one)
	}
	n := 0
	for page := range slices.Chunk(answers, 1000) {
		err := a.Post(ctx, pathInsurance+"/"+caseNo+"/answers", fmt.Sprint(key, "/", n), map[string]any{"send": send, "lines": page}, nil)
		if err != nil {
			return err
		}
		n++
	}
	return nil
}

// SettleExceptions settles every exception of a month with one outcome, and returns how many there were.
func (a *Actor) SettleExceptions(ctx context.Context, key, caseNo string, outcome nursery.RosterOutcome, notifiedOn nursery.Date) (int, error) {
	var list struct {
		Items []struct {
			Child string `json:"child"`
		} `json:"items"`
	}
	if err := a.Get(ctx, pathInsurance+"/"+caseNo+"/exceptions", &list); err != nil {
		return 0, err
	}
	items := []map[string]any{}
	for _, one := range list.Items {
		items = append(items, map[string]any{"child": one.Child, "outcome": outcome, "notified_on": notifiedOn})
	}
	return len(items), a.Post(ctx, pathInsurance+"/"+caseNo+"/exceptions", key, map[string]any{"items": items}, nil)
}

// ReportClaim reports an accident and returns the case.
func (a *Actor) ReportClaim(ctx context.Context, key, child string, on nursery.Date, fen int64) (string, error) {
	var started Started
	err := a.Post(ctx, pathClaims, key, map[string]any{
		"child": child, "peril": nursery.PerilInjury, "accident_on": on, "amount_fen": fen, "description": "在家中跌倒，门诊治疗",
	}, &started)
	return started.CaseNo, err
}

// ClaimState returns the state of a claim and the amount paid in fen.
func (a *Actor) ClaimState(ctx context.Context, caseNo string) (state string, paidFen int64, err error) {
	var claim struct {
		State   string `json:"state"`
		PaidFen int64  `json:"paid_fen"`
	}
	err = a.Get(ctx, pathClaims+"/"+caseNo, &claim)
	return claim.State, claim.PaidFen, err
}
