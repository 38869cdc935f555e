package roleplay

import (
	"context"
	"net/http"

	"tuoyu/nursery"
)

const (
	pathContracts = "/api/v1/contracts"
	pathClinics   = "/api/v1/clinics"
)

// Contract is a contract in the API, reduced to the fields that stories use.
type Contract struct {
	CaseNo   string       `json:"case_no"`
	State    string       `json:"state"`
	Version  int          `json:"version"`
	StartsOn nursery.Date `json:"starts_on"`
	EndsOn   nursery.Date `json:"ends_on"`
	Light    string       `json:"light"`
	Renewal  string       `json:"renewal"`
	Texts    []struct {
		Version int    `json:"version"`
		SHA256  string `json:"sha256"`
	} `json:"texts"`
	Signatures []struct {
		Side   string `json:"side"`
		SHA256 string `json:"sha256"`
	} `json:"signatures"`
	Duties []nursery.DutyLine `json:"duties"`
}

// Clinic returns a licensed primary-care institution of a county, by the number of its account.
func Clinic(county, number string, until nursery.Date) nursery.Clinic {
	return nursery.Clinic{
		ID: "clinic-" + county + "-" + number, County: county, Name: nursery.CountyName(county) + "示例社区卫生服务中心" + number,
		Licence: "PDY" + county + "1234567890" + "12" + number, LicensedUntil: until, PrimaryCare: true, Capacity: 3000,
		Modes: []nursery.ServiceMode{nursery.Visiting, nursery.Stationed},
	}
}

// Terms returns the terms of a contract of the whole package for a year.
func Terms(institution, clinic string, from nursery.Date) nursery.ContractTerms {
	return nursery.ContractTerms{
		Institution: institution, Clinic: clinic, Mode: nursery.Visiting, Services: nursery.ContractServices(),
		StartsOn: from, EndsOn: from.AddMonths(12).AddDays(-1),
	}
}

// PutClinic registers a medical institution.
func (a *Actor) PutClinic(ctx context.Context, key string, c nursery.Clinic) error {
	return a.Do(ctx, Request{Method: http.MethodPut, Path: pathClinics + "/" + c.ID, Key: key, Body: c}, nil)
}

// Propose proposes a contract and returns its case number.
func (a *Actor) Propose(ctx context.Context, key string, terms nursery.ContractTerms) (string, error) {
	var started Started
	err := a.Post(ctx, pathContracts, key, terms, &started)
	return started.CaseNo, err
}

// Contract reads a contract.
func (a *Actor) Contract(ctx context.Context, caseNo string) (Contract, error) {
	var c Contract
	err := a.Get(ctx, pathContracts+"/"+caseNo, &c)
	return c, err
}

// Sign signs the current text of the contract.
func (a *Actor) Sign(ctx context.Context, key, caseNo string) error {
	c, err := a.Contract(ctx, caseNo)
	if err != nil {
		return err
	}
	task, err := a.AwaitTask(ctx, caseNo, "contract.sign")
	if err != nil {
		return err
	}
	_, err = a.Complete(ctx, key, task.ID, nursery.OutcomeSign, map[string]string{"text_sha256": c.Texts[0].SHA256})
	return err
}

// Guide records a visit of technical guidance and returns its number.
func (a *Actor) Guide(ctx context.Context, key, caseNo string, on nursery.Date) (int64, error) {
	var entry struct {
		ID int64 `json:"id"`
	}
	err := a.Post(ctx, pathContracts+"/"+caseNo+"/visits", key, map[string]any{"visited_on": on, "content": "膳食、消毒和晨检指导"}, &entry)
	return entry.ID, err
}
