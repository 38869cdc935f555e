package contract

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Contracts is the list of contracts by case number.
var Contracts = casework.List[ContractFilter, ContractSummary]{
	Act: "contract.list", Indexes: []string{"contracts_by_county", "contracts_by_institution", "contracts_of_clinic", "contracts_pkey"},
	Read: func(ctx context.Context, r casework.ListReading[ContractFilter]) ([]casework.ListRow[ContractSummary], error) {
		of := casework.ScopeOf(r.Principal, r.Filter.County)
		found, err := r.Find(ctx, r.Filter.Query)
		if err != nil {
			return nil, err
		}
		rows, err := r.Q.Contracts(ctx, store.ContractsParams{
			County: of.County, Institution: of.Institution, Clinic: of.Partner, State: r.Filter.State, Light: string(r.Filter.Light),
			After: r.After.ID, PageSize: r.Limit, Prefix: found.Prefix, Parties: found.Parties,
		})
		return casework.ListRows(rows, err, func(row store.Contract) (ContractSummary, casework.Cursor) {
			return contractSummary(row), casework.Cursor{ID: row.CaseNo}
		})
	},
	Complete: func(ctx context.Context, r casework.ListReading[ContractFilter], items []ContractSummary) error {
		return casework.NameParties(ctx, r.Q, items, (*ContractSummary).parties)
	},
	Sheet: casework.Sheet[ContractSummary]{Title: "医育签约", Columns: []casework.Column[ContractSummary]{
		{Title: "办件编号", FilesOnly: true, Value: func(c ContractSummary) any { return c.CaseNo }},
		{Title: "县区", FilesOnly: true, Value: func(c ContractSummary) any { return c.CountyName }},
		{Title: "托育机构", Head: "签约", Value: func(c ContractSummary) any { return c.InstitutionName }},
		{Title: "托育机构编号", FilesOnly: true, Value: func(c ContractSummary) any { return c.Institution }},
		{Title: "医疗卫生机构", Value: func(c ContractSummary) any { return c.ClinicName }},
		{Title: "医疗卫生机构编号", FilesOnly: true, Value: func(c ContractSummary) any { return c.Clinic }},
		{Title: "服务方式", FilesOnly: true, Value: func(c ContractSummary) any { return c.ModeTitle }},
		{Title: "生效日期", Head: "期限", Value: func(c ContractSummary) any { return c.StartsOn }},
		{Title: "截止日期", FilesOnly: true, Value: func(c ContractSummary) any { return c.EndsOn }},
		{Title: "状态", Value: func(c ContractSummary) any { return c.StateTitle() }},
		{Title: "履约灯", Head: "履约", Value: func(c ContractSummary) any { return casework.LightTitle(c.LightTitle) }},
	}},
}

// StateTitle is the Chinese name of the contract's state.
func (c ContractSummary) StateTitle() string {
	return map[string]string{"signing": "待签署", "signed": "已签署", "in_force": "履行中", "ended": "已终止", "refused": "未签署"}[c.State]
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

// Contract returns the details of a contract that p may see.
func (s *Service) Contract(ctx context.Context, p nursery.Principal, caseNo string) (ContractDetail, error) {
	var d ContractDetail
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		_, contract, err := contractCase.Read(ctx, s.Service, q, p, "contract.read", caseNo)
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
		return casework.NameParty(ctx, q, d.ContractSummary.parties())
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
		if d.Duties, err = activities.DutiesOf(ctx, q, s.Rules, contract, s.Today()); err != nil {
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
func (s *Service) SignedRate(ctx context.Context, p nursery.Principal, on nursery.Date) (nursery.Indicator, error) {
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (nursery.Indicator, error) { return s.SignedRateIn(ctx, q, p, on) })
}

// SignedRateIn is SignedRate in a transaction of p.
func (s *Service) SignedRateIn(ctx context.Context, q *store.Queries, p nursery.Principal, on nursery.Date) (nursery.Indicator, error) {
	if err := s.Authorize(ctx, p, "contract.rate", casework.Resource{}); err != nil {
		return nursery.Indicator{}, err
	}
	if on.IsZero() {
		on = s.Today()
	}
	rows, err := q.SignedRate(ctx, store.SignedRateParams{Day: on, County: casework.CountyOf(p, "")})
	if err != nil {
		return nursery.Indicator{}, fmt.Errorf("count signed institutions: %w", err)
	}
	counties := make([]nursery.CountyRate, len(rows))
	for i, row := range rows {
		counties[i] = nursery.CountyRate{County: row.County, Numerator: int(row.Signed), Denominator: int(row.Institutions)}
	}
	return nursery.IndicatorOf("签约指导率", "已备案且未注销的机构中，当日有有效签约协议的机构", on, counties), nil
}
