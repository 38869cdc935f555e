package casework

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Contracts lists the contracts p may see, by case number.
func (s *Service) Contracts(ctx context.Context, p nursery.Principal, f ContractFilter, page PageRequest) (Page[ContractSummary], error) {
	list := Page[ContractSummary]{Items: []ContractSummary{}}
	if err := s.may(ctx, p, "contract.list", resource{}); err != nil {
		return list, err
	}
	limit, after, err := afterID(page)
	if err != nil {
		return list, err
	}
	county := countyOf(p, f.County)
	err = s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		var rows []store.Contract
		size := int32(limit + 1)
		if county == "" {
			rows, err = q.ContractsOfCity(ctx, store.ContractsOfCityParams{After: after, State: f.State, Light: string(f.Light), PageSize: size})
		} else {
			rows, err = q.ContractsOfCounty(ctx, store.ContractsOfCountyParams{County: county, After: after, State: f.State, Light: string(f.Light), PageSize: size})
		}
		if err != nil {
			return err
		}
		for i, row := range rows {
			if i == limit {
				list.Next = cursor{ID: rows[i-1].CaseNo}.encode()
				break
			}
			list.Items = append(list.Items, contractSummary(row))
		}
		return nameParties(ctx, q, list.Items, (*ContractSummary).parties)
	})
	if err != nil {
		return list, fmt.Errorf("list contracts: %w", err)
	}
	return list, nil
}

func contractSummary(row store.Contract) ContractSummary {
	mode, light := nursery.ServiceMode(row.Mode), nursery.Light(row.Light)
	summary := ContractSummary{
		CaseNo: row.CaseNo, County: row.County, CountyName: nursery.CountyName(row.County), Institution: row.Institution, Clinic: row.Clinic,
		Mode: mode, ModeTitle: mode.Title(), State: row.State, Version: int(row.Version), StartsOn: row.StartsOn, EndsOn: row.EndsOn,
		Light: light, LightTitle: light.Title(), LightOn: row.LightOn,
	}
	if row.Renewal != nil {
		summary.Renewal = *row.Renewal
	}
	return summary
}

// Contract gives everything of a contract that p may see.
func (s *Service) Contract(ctx context.Context, p nursery.Principal, caseNo string) (ContractDetail, error) {
	var d ContractDetail
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		_, contract, err := s.contractFor(ctx, q, p, "contract.read", caseNo, q.CaseByNumber)
		if err != nil {
			return err
		}
		d = ContractDetail{
			ContractSummary: contractSummary(contract), Texts: []AgreementDraft{}, Signatures: []ContractSignature{}, Visits: []GuidanceEntry{},
			Duties: []nursery.DutyLine{},
		}
		if err := fillContract(ctx, q, contract, &d); err != nil {
			return fmt.Errorf("read contract: %w", err)
		}
		return nameParty(ctx, q, d.ContractSummary.parties())
	})
	if err != nil || (d.State != "in_force" && d.State != "ended") {
		return d, err
	}
	// The meter counts children and rounds, which not everybody sees line by line.
	err = s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		contract, err := q.ContractByCase(ctx, d.CaseNo)
		if err != nil {
			return fmt.Errorf("read contract: %w", err)
		}
		if d.Duties, err = activities.DutiesOf(ctx, q, s.Rules, contract, s.today()); err != nil {
			return err
		}
		return fillGap(ctx, q, contract, &d)
	})
	return d, err
}

func fillContract(ctx context.Context, q *store.Queries, c store.Contract, d *ContractDetail) error {
	texts, err := q.ContractTexts(ctx, c.CaseNo)
	if err != nil {
		return err
	}
	for _, row := range texts {
		draft := AgreementDraft{Version: int(row.Version), Text: row.Text, SHA256: row.Sha256, Author: row.Author, At: row.At}
		if err := json.Unmarshal(row.Terms, &draft.Terms); err != nil {
			return err
		}
		d.Texts = append(d.Texts, draft)
	}
	signatures, err := q.ContractSignatures(ctx, c.CaseNo)
	if err != nil {
		return err
	}
	for _, row := range signatures {
		d.Signatures = append(d.Signatures, ContractSignature{
			Version: int(row.Version), Side: nursery.Role(row.Side), SHA256: row.Sha256, SignedBy: row.SignedBy, SignedAt: row.SignedAt,
		})
	}
	visits, err := q.ContractVisits(ctx, c.CaseNo)
	if err != nil {
		return err
	}
	for _, row := range visits {
		d.Visits = append(d.Visits, guidanceOf(row))
	}
	return nil
}

// fillGap counts the days between the end of a contract and the next one of the institution.
func fillGap(ctx context.Context, q *store.Queries, c store.Contract, d *ContractDetail) error {
	next, err := q.ContractsOverlapping(ctx, store.ContractsOverlappingParams{
		Institution: c.Institution, CaseNo: c.CaseNo, Since: c.EndsOn.AddDays(1), Until: c.EndsOn.AddDays(366),
	})
	if err != nil {
		return fmt.Errorf("look for the next contract: %w", err)
	}
	if len(next) > 0 {
		d.GapDays = max(c.EndsOn.AddDays(1).DaysUntil(next[0].StartsOn), 0)
	}
	return nil
}

// SignedRate is the share of filed and open institutions with a contract in force on a day 签约率 (I03).
func (s *Service) SignedRate(ctx context.Context, p nursery.Principal, on nursery.Date) (Indicator, error) {
	if err := s.may(ctx, p, "contract.rate", resource{}); err != nil {
		return Indicator{}, err
	}
	if on.IsZero() {
		on = s.today()
	}
	county := countyOf(p, "")
	var rows []store.SignedRateRow
	err := s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		rows, err = q.SignedRate(ctx, store.SignedRateParams{Day: on, County: county})
		return err
	})
	if err != nil {
		return Indicator{}, fmt.Errorf("count signed institutions: %w", err)
	}
	counties := make([]CountyRate, len(rows))
	for i, row := range rows {
		counties[i] = CountyRate{County: row.County, Numerator: int(row.Signed), Denominator: int(row.Institutions)}
	}
	return indicatorOf("签约指导率", "已备案且未注销的机构中，当日有有效签约协议的机构", on, counties), nil
}
