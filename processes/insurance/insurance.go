package insurance

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// StartInsurance opens the insurance month of a county 投保月. Errors: invalid with every fault, insurance_started, forbidden.
func (s *Service) StartInsurance(ctx context.Context, p nursery.Principal, key string, in InsuranceStart) (casework.Started, error) {
	return casework.Command(ctx, s.Service, p, key, "insurance.start", in, func(q *store.Queries) (casework.Started, error) {
		return s.startInsurance(ctx, q, p, in)
	})
}

func (s *Service) startInsurance(ctx context.Context, q *store.Queries, p nursery.Principal, in InsuranceStart) (casework.Started, error) {
	if err := s.Authorize(ctx, p, "insurance.start", casework.Resource{County: in.County}); err != nil {
		return casework.Started{}, err
	}
	month, err := s.checkInsurance(ctx, q, in)
	if err != nil {
		return casework.Started{}, err
	}
	if taken, err := q.InsuranceMonthExists(ctx, store.InsuranceMonthExistsParams{County: in.County, Month: month}); err != nil {
		return casework.Started{}, fmt.Errorf("look for the month: %w", err)
	} else if taken {
		return casework.Started{}, casework.NewError(casework.CodeInsuranceStarted, "本县区该月的投保已经开始。")
	}
	var terms nursery.InsuranceTerms
	if err := s.Rules.Params("insurance", s.Today(), in.County, &terms); err != nil {
		return casework.Started{}, err
	}
	institution, name := casework.OwnerName(nursery.KindInsurance, in.County), nursery.CountyName(in.County)+"婴幼儿意外伤害险"
	err = q.PutInsuranceOffice(ctx, store.PutInsuranceOfficeParams{ID: institution, County: in.County, Name: name, UpdatedAt: s.Now()})
	if err != nil {
		return casework.Started{}, err
	}
	started, err := s.OpenCase(ctx, q, p, casework.Opening{
		Kind: nursery.KindInsurance, County: in.County, Institution: institution, Subject: nursery.MonthTitle(month) + name, Partner: in.Insurer,
		About: in.Month, Facts: in, Note: "开始" + nursery.MonthTitle(month) + "投保",
	})
	if err != nil {
		return casework.Started{}, err
	}
	return started, s.insertInsurance(ctx, q, started.CaseNo, institution, month, terms, in)
}

func (s *Service) insertInsurance(ctx context.Context, q *store.Queries, caseNo, institution string, month nursery.Date, terms nursery.InsuranceTerms, in InsuranceStart) error {
	row := store.InsertInsuranceBatchParams{
		CaseNo: caseNo, County: in.County, Institution: institution, Insurer: in.Insurer, Month: month, Procurement: in.Procurement,
		UntilMonths: int32(terms.UntilMonths), NewbornDays: int32(terms.NewbornDays), CoverMonths: int32(terms.CoverMonths),
		CoverFrom: in.CoverFrom, OpenedOn: s.Today(), Perils: []string{}, Residents: []string{},
	}
	if row.CoverFrom.IsZero() {
		row.CoverFrom = nursery.NextMonth(month)
	}
	for _, peril := range in.Perils {
		row.Perils = append(row.Perils, string(peril))
	}
	for _, r := range terms.ResidentDefinition {
		row.Residents = append(row.Residents, string(r))
	}
	var err error
	if row.Terms, err = json.Marshal(terms); err != nil {
		return fmt.Errorf("encode terms: %w", err)
	}
	if in.Basis != nil {
		if row.Basis, err = json.Marshal(in.Basis); err != nil {
			return fmt.Errorf("encode basis: %w", err)
		}
	}
	return q.InsertInsuranceBatch(ctx, row)
}

// checkInsurance validates the request for a month. Above all, the cover must include the three perils of the plan
// (P11-R4). Error: invalid with every field.
func (s *Service) checkInsurance(ctx context.Context, q *store.Queries, in InsuranceStart) (nursery.Date, error) {
	var c casework.Checker
	c.Limits(in)
	if d, ok := nursery.DivisionByCode(in.County); !ok || d.Level != nursery.LevelCounty {
		c.Add("/county", "请选择长治市的县区")
	}
	month, err := nursery.InsuranceMonth(in.Month)
	c.Invalid("/month", err)
	if err == nil && month.After(s.Today()) {
		c.Add("/month", "该月尚未开始")
	}
	if err := checkInsurer(ctx, q, &c, in.Insurer, month); err != nil {
		return month, err
	}
	if wrong := casework.NeedText("/procurement", in.Procurement, 200); wrong != nil {
		c.Add(wrong.Location, wrong.Message)
	}
	for _, peril := range nursery.Perils() {
		if !slices.Contains(in.Perils, peril) {
			c.Add("/perils", "承保情形应包括"+peril.Title())
		}
	}
	if !in.CoverFrom.IsZero() && (in.CoverFrom.Before(month) || in.CoverFrom.After(nursery.NextMonth(month))) {
		c.Add("/cover_from", "应在本月一日至次月一日之间")
	}
	if in.Basis != nil {
		if wrong := casework.NeedText("/basis/document", in.Basis.Document, 200); wrong != nil {
			c.Add(wrong.Location, wrong.Message)
		}
		if wrong := casework.NeedText("/basis/article", in.Basis.Article, 60); wrong != nil {
			c.Add(wrong.Location, wrong.Message)
		}
	}
	return month, c.Err()
}

func monthOpen(c store.Case) error {
	if c.Status == string(nursery.CaseEnded) {
		return casework.NewError(casework.CodeInsuranceClosed, "本月投保已办结。")
	}
	return nil
}

// Months is the list of insurance months, newest first.
var Months = casework.List[InsuranceFilter, InsuranceMonthSummary]{
	Act: "insurance.list", Indexes: []string{"insurance_batches_of_county", "insurance_batches_of_insurer", "insurance_batches_page"}, First: casework.Cursor{On: casework.MaxDate},
	Read: func(ctx context.Context, r casework.ListReading[InsuranceFilter]) ([]casework.ListRow[InsuranceMonthSummary], error) {
		of := casework.ScopeOf(r.Principal, r.Filter.County)
		rows, err := r.Q.InsuranceBatches(ctx, store.InsuranceBatchesParams{
			County: of.County, Insurer: of.Partner, BeforeMonth: r.After.On, BeforeNo: r.After.ID, PageSize: r.Limit,
		})
		return casework.ListRows(rows, err, func(row store.InsuranceBatchesRow) (InsuranceMonthSummary, casework.Cursor) {
			b := row.InsuranceBatch
			return monthSummary(b, row.Stage), casework.Cursor{On: b.Month, ID: b.CaseNo}
		})
	},
	Complete: func(ctx context.Context, r casework.ListReading[InsuranceFilter], items []InsuranceMonthSummary) error {
		return casework.NameParties(ctx, r.Q, items, (*InsuranceMonthSummary).parties)
	},
	Sheet: casework.Sheet[InsuranceMonthSummary]{Title: "投保月", Columns: []casework.Column[InsuranceMonthSummary]{
		{Title: "办件编号", FilesOnly: true, Value: func(m InsuranceMonthSummary) any { return m.CaseNo }},
		{Title: "县区", FilesOnly: true, Value: func(m InsuranceMonthSummary) any { return m.CountyName }},
		{Title: "投保月", Value: func(m InsuranceMonthSummary) any { return m.Month }},
		{Title: "承保机构", Value: func(m InsuranceMonthSummary) any { return nameOr(m.InsurerName, m.Insurer) }},
		{Title: "承保机构编号", FilesOnly: true, Value: func(m InsuranceMonthSummary) any { return m.Insurer }},
		{Title: "保险起始日", Value: func(m InsuranceMonthSummary) any { return m.CoverFrom }},
		{Title: "环节", Value: func(m InsuranceMonthSummary) any { return m.StageTitle }},
		{Title: "开始日期", FilesOnly: true, Value: func(m InsuranceMonthSummary) any { return m.OpenedOn }},
		{Title: "办结日期", Head: "办结", Value: func(m InsuranceMonthSummary) any { return m.ClosedOn }},
	}},
}

// InsuranceFilter narrows the lists of insurance months and claims to a county. Only the city chooses it.
type InsuranceFilter struct {
	County string `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码"`
}

func monthSummary(b store.InsuranceBatch, stage string) InsuranceMonthSummary {
	return InsuranceMonthSummary{
		CaseNo: b.CaseNo, County: b.County, CountyName: nursery.CountyName(b.County), Month: nursery.MonthText(b.Month), Insurer: b.Insurer,
		CoverFrom: b.CoverFrom, Stage: nursery.Stage(stage), StageTitle: casework.StageOf(nursery.KindInsurance, stage).Title, OpenedOn: b.OpenedOn, ClosedOn: b.ClosedOn,
	}
}

// InsuranceMonth returns the details of a month that p may see: counts, reasons and hashes. No child is named.
func (s *Service) InsuranceMonth(ctx context.Context, p nursery.Principal, caseNo string) (InsuranceMonthDetail, error) {
	d := InsuranceMonthDetail{Counts: []InsuranceCount{}, Reasons: []InsuranceCount{}, Sends: []InsuranceBatch{}, Uploads: []InsuranceRoster{}}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		c, b, err := insuranceCase.Read(ctx, s.Service, q, p, "insurance.read", caseNo)
		if err != nil {
			return err
		}
		d.InsuranceMonthSummary = monthSummary(b, c.Stage)
		if err := casework.NameParty(ctx, q, d.InsuranceMonthSummary.parties()); err != nil {
			return err
		}
		d.Procurement = b.Procurement
		for _, peril := range b.Perils {
			d.Perils = append(d.Perils, nursery.Peril(peril))
		}
		if err := json.Unmarshal(b.Terms, &d.Terms); err != nil {
			return fmt.Errorf("decode terms: %w", err)
		}
		if activities.HasBasis(b) {
			d.Basis = new(nursery.InsuranceBasis)
			if err := json.Unmarshal(b.Basis, d.Basis); err != nil {
				return fmt.Errorf("decode basis: %w", err)
			}
		}
		if err := fillRosterCounts(ctx, q, b.CaseNo, &d); err != nil {
			return err
		}
		return fillSends(ctx, q, b.CaseNo, &d)
	})
	return d, err
}

func fillRosterCounts(ctx context.Context, q *store.Queries, caseNo string, d *InsuranceMonthDetail) error {
	counts, err := q.RosterCounts(ctx, caseNo)
	if err != nil {
		return err
	}
	for _, row := range counts {
		status := nursery.RosterStatus(row.Status)
		d.Counts = append(d.Counts, InsuranceCount{Status: status, StatusTitle: status.Title(), Children: int(row.Children)})
	}
	reasons, err := q.RosterReasons(ctx, caseNo)
	if err != nil {
		return err
	}
	for _, row := range reasons {
		status := nursery.RosterStatus(row.Status)
		d.Reasons = append(d.Reasons, InsuranceCount{
			Status: status, StatusTitle: status.Title(), Reason: row.Reason, ReasonTitle: rosterReason(row.Reason), Children: int(row.Children),
		})
	}
	uploads, err := q.InsuranceUploads(ctx, caseNo)
	if err != nil {
		return err
	}
	for _, u := range uploads {
		d.Uploads = append(d.Uploads, InsuranceRoster{
			CaseNo: caseNo, Number: int(u.Number), Rows: int(u.ReadRows), Added: int(u.Added), Updated: int(u.Updated), Refused: int(u.Refused),
			Faults: []InsuranceFault{}, By: u.UploadedBy, At: u.UploadedAt,
		})
	}
	return nil
}

func fillSends(ctx context.Context, q *store.Queries, caseNo string, d *InsuranceMonthDetail) error {
	sends, err := q.InsuranceSends(ctx, caseNo)
	if err != nil {
		return err
	}
	for _, row := range sends {
		send := InsuranceBatch{
			Number: int(row.Number), Kind: row.Kind, Lines: int(row.Lines), Hash: row.Hash, PremiumFen: row.PremiumFen, State: row.State,
			SentAt: row.SentAt, AnsweredAt: row.AnsweredAt, Insured: int(row.Insured), Refused: int(row.Refused),
		}
		if row.SignedBy != nil {
			send.SignedBy = *row.SignedBy
		}
		if row.State == "sent" {
			send.Pending = int(row.Lines - row.Answered)
		}
		d.Sends = append(d.Sends, send)
	}
	return nil
}

var rosterReasonTitles = map[string]string{
	"P11-R1": "不符合户籍或居住条件", "P11-R1a": "已满三岁", "P11-R1b": "已死亡或迁出", "P11-R3": "已有生效保单", "P11-R3a": "疑似同一婴幼儿",
	"P11-R4": "承保范围不全", "P11-R5": "未告知监护人", "P11-R6": "没有同意也没有其他依据", "withdrawn": "县区撤出", "not_eligible": "县区核定不属投保对象",
}

// rosterReason returns the Chinese text of the reason for a child's status: a rule, the insurer's reason, or the
// county's decision.
func rosterReason(code string) string {
	if text, ok := rosterReasonTitles[code]; ok {
		return text
	}
	return nursery.InsurerReason(code).Title()
}

// InsuranceReconciliation holds what was sent of a month against what came back, county by county 对账.
func (s *Service) InsuranceReconciliation(ctx context.Context, p nursery.Principal, month string) ([]InsuranceReconciled, error) {
	if err := s.Authorize(ctx, p, "insurance.list", casework.Resource{}); err != nil {
		return nil, err
	}
	first, err := nursery.InsuranceMonth(month)
	if err != nil {
		return nil, casework.NewError(casework.CodeInvalid, "月份填写有误。", casework.FieldOf("month", err))
	}
	list := []InsuranceReconciled{}
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.InsuranceReconciliation(ctx, first)
		for _, r := range rows {
			one := InsuranceReconciled{
				CaseNo: r.CaseNo, County: r.County, CountyName: nursery.CountyName(r.County), Insurer: r.Insurer, Stage: nursery.Stage(r.Stage),
				Rostered: int(r.Rostered), Sent: int(r.Sent), Insured: int(r.Insured), Refused: int(r.Refused), Pending: int(r.Pending), PremiumFen: r.PremiumFen,
			}
			list = append(list, one)
		}
		if err != nil {
			return err
		}
		return casework.NameParties(ctx, q, list, (*InsuranceReconciled).parties)
	})
	if err != nil {
		return nil, fmt.Errorf("reconcile: %w", err)
	}
	return list, nil
}

// InsuredRate returns the share of a county's children under the age limit who are insured on a day (项目11:
// 全市0—3岁婴幼儿). The share is exact, and its text is cut, not rounded: 99.99 % is not all of them.
func (s *Service) InsuredRate(ctx context.Context, p nursery.Principal, county string, on nursery.Date) (InsuredRate, error) {
	if p.Role == nursery.RoleCountyOffice && county == "" {
		county = p.County
	}
	if err := s.Authorize(ctx, p, "insurance.rate", casework.Resource{County: county}); err != nil {
		return InsuredRate{}, err
	}
	if d, ok := nursery.DivisionByCode(county); !ok || d.Level != nursery.LevelCounty {
		return InsuredRate{}, casework.NewError(casework.CodeInvalid, "请指明县区。", casework.FieldError{Location: "county", Message: "没有这个县区"})
	}
	if on.IsZero() {
		on = s.Today()
	}
	return casework.ReadAs(ctx, s.Service, nursery.Engine, func(q *store.Queries) (InsuredRate, error) {
		rates, err := s.InsuredRates(ctx, q, on, county)
		if err != nil {
			return InsuredRate{}, err
		}
		rate := rates[0]
		rate.Exact, rate.Text = insuredShare(rate.Insured, rate.Residents)
		return rate, nil
	})
}

// InsuredRates counts the insured children of each county in one query, in the order of the counties and without their
// share. The rate is of counts alone; the city's office sees no child, so q has the engine's access.
func (s *Service) InsuredRates(ctx context.Context, q *store.Queries, on nursery.Date, counties ...string) ([]InsuredRate, error) {
	months := make([]int32, len(counties))
	for i, county := range counties {
		var terms nursery.InsuranceTerms
		if err := s.Rules.Params("insurance", s.Today(), county, &terms); err != nil {
			return nil, err
		}
		months[i] = int32(terms.UntilMonths)
	}
	rows, err := q.InsuredRates(ctx, store.InsuredRatesParams{OnDay: on, Counties: counties, UntilMonths: months})
	if err != nil {
		return nil, fmt.Errorf("count insured: %w", err)
	}
	counted := make(map[string]store.InsuredRatesRow, len(rows))
	for _, row := range rows {
		counted[row.County] = row
	}
	rates := make([]InsuredRate, len(counties))
	for i, county := range counties {
		rates[i] = InsuredRate{County: county, On: on, Insured: int(counted[county].Insured), Residents: int(counted[county].Residents)}
	}
	return rates, nil
}

// insuredShare returns part of whole in percent, as an exact fraction and cut to two decimals. If whole is 0, the share
// is "0".
func insuredShare(part, whole int) (exact, text string) {
	if whole == 0 {
		return "0", "0.00"
	}
	share := big.NewRat(int64(100*part), int64(whole))
	hundredths := new(big.Int).Quo(new(big.Int).Mul(share.Num(), big.NewInt(100)), share.Denom())
	return share.RatString(), new(big.Rat).SetFrac(hundredths, big.NewInt(100)).FloatString(2)
}

var insuranceCase = casework.ProcessCase[store.InsuranceBatch]{Kind: nursery.KindInsurance, Row: (*store.Queries).InsuranceBatch}
