package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// clinicsMost bounds the clinics of a county that are looked at.
const clinicsMost = 500

// ClinicCandidate is a clinic that an institution may contract with 配对候选.
type ClinicCandidate struct {
	nursery.Clinic
	SameTownship bool             `json:"same_township" doc:"与托育机构在同一乡镇街道"`
	Served       int              `json:"served" doc:"已签约机构的托位数"`
	Left         int              `json:"left" doc:"核定人数内还能承担的人数；未核定为 -1"`
	Fits         bool             `json:"fits" doc:"符合签约条件"`
	Reasons      []nursery.Reason `json:"reasons" doc:"不符合或需留意的理由"`
}

// Candidates lists the clinics of the institution's county as contract.order sees a year's contract with each from today on:
// those that fit first, the ones of its township before the others, then by what they can still take on.
func (s *Service) Candidates(ctx context.Context, p nursery.Principal, institution string) ([]ClinicCandidate, error) {
	if p.Role == nursery.RoleInstitution && institution == "" {
		institution = p.Institution
	}
	today := s.Today()
	until := today.AddMonths(12).AddDays(-1)
	var of store.Institution
	var clinics []store.Clinic
	var factsOf func(nursery.ContractTerms, store.Clinic) nursery.ContractFacts
	// Neither side sees the other's rows before there is a contract; the data returned about a clinic is in the public
	// register.
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		if of, err = q.InstitutionByID(ctx, institution); err != nil && !store.IsNotFound(err) {
			return fmt.Errorf("read institution: %w", err)
		}
		if err := s.Authorize(ctx, p, "contract.candidates", casework.Resource{County: of.County, Institution: of.ID}); err != nil {
			return err
		}
		if clinics, err = q.Clinics(ctx, store.ClinicsParams{County: of.County, PageSize: clinicsMost}); err != nil {
			return err
		}
		ids := make([]string, len(clinics))
		for i, clinic := range clinics {
			ids[i] = clinic.ID
		}
		factsOf, err = activities.ContractFactsOfEach(ctx, q, today, until, of, ids, "")
		return err
	})
	if err != nil {
		return nil, err
	}
	list := make([]ClinicCandidate, len(clinics))
	for i, clinic := range clinics {
		terms := nursery.ContractTerms{
			Institution: of.ID, Clinic: clinic.ID, Services: nursery.ContractServices(), StartsOn: today, EndsOn: until,
		}
		if len(clinic.Modes) > 0 {
			terms.Mode = nursery.ServiceMode(clinic.Modes[0])
		}
		if list[i], err = s.candidate(ctx, of, clinic, factsOf(terms, clinic)); err != nil {
			return nil, err
		}
	}
	limits, err := activities.ContractLimits(s.Rules, today, of.County)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(x, y ClinicCandidate) int { return compareCandidates(x, y, limits.NearestFirst) })
	return list, nil
}

func (s *Service) candidate(ctx context.Context, of store.Institution, row store.Clinic, facts nursery.ContractFacts) (ClinicCandidate, error) {
	d, err := s.Rules.Decide(ctx, activities.RulesContract, facts, s.Today(), of.County)
	if err != nil {
		return ClinicCandidate{}, fmt.Errorf("decide %s: %w", activities.RulesContract, err)
	}
	c := ClinicCandidate{
		Clinic: clinicOf(row), SameTownship: row.Township != "" && row.Township == of.Township, Served: facts.ChildrenServed, Left: -1,
		Fits: d.Result == nursery.Pass, Reasons: append([]nursery.Reason{}, d.Reasons...),
	}
	if row.Capacity > 0 {
		c.Left = max(int(row.Capacity)-facts.ChildrenServed, 0)
	}
	return c, nil
}

func compareCandidates(x, y ClinicCandidate, nearestFirst bool) int {
	if x.Fits != y.Fits {
		return first(x.Fits)
	}
	if nearestFirst && x.SameTownship != y.SameTownship {
		return first(x.SameTownship)
	}
	if x.Left != y.Left && x.Left >= 0 && y.Left >= 0 {
		return y.Left - x.Left
	}
	return strings.Compare(x.ID, y.ID)
}

func first(isFirst bool) int {
	if isFirst {
		return -1
	}
	return 1
}
