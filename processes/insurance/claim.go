package insurance

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// StartClaim reports an accident of an insured child 报案: by the institution that has the child in care, the county's office where
// it lives, or the insurer. Errors: invalid with every fault, not_covered, forbidden.
func (s *Service) StartClaim(ctx context.Context, p nursery.Principal, key string, in ClaimStart) (casework.Started, error) {
	return casework.Command(ctx, s.Service, p, key, "insurance_claim.start", in, func(q *store.Queries) (casework.Started, error) {
		return s.startClaim(ctx, q, p, in)
	})
}

func (s *Service) startClaim(ctx context.Context, q *store.Queries, p nursery.Principal, in ClaimStart) (casework.Started, error) {
	// p is authorized before anything of the child is revealed; the cover determines the county, the insurer and the
	// institution.
	cover, cared, err := s.coverOf(ctx, q, p, in)
	if err != nil {
		return casework.Started{}, err
	}
	about := casework.Resource{County: cover.County, Partner: cover.Insurer, Institution: cared}
	if err := s.Authorize(ctx, p, "insurance_claim.start", about); err != nil {
		return casework.Started{}, err
	}
	if err := s.checkClaim(in, cover); err != nil {
		return casework.Started{}, err
	}
	if s.Fields == nil {
		return casework.Started{}, casework.NewError(casework.CodeEngineUnavailable, "系统没有配置密钥，不能接收理赔信息。")
	}
	institution := casework.OwnerName(nursery.KindInsuranceClaim, cover.County)
	if p.Role == nursery.RoleInstitution {
		institution = p.Institution
	}
	started, err := s.OpenCase(ctx, q, p, casework.Opening{
		Kind: nursery.KindInsuranceClaim, County: cover.County, Institution: institution, Partner: cover.Insurer,
		About: in.Child + "/" + in.AccidentOn.String(), Subject: "婴幼儿意外伤害险理赔（" + in.Peril.Title() + "）",
		Facts: map[string]any{"peril": in.Peril, "accident_on": in.AccidentOn}, Note: "报案",
	})
	if err != nil {
		return casework.Started{}, err
	}
	description, err := s.Fields.Seal([]byte(in.Description), claimCell(started.CaseNo))
	if err != nil {
		return casework.Started{}, fmt.Errorf("seal claim: %w", err)
	}
	err = q.InsertInsuranceClaim(ctx, store.InsertInsuranceClaimParams{
		CaseNo: started.CaseNo, County: cover.County, Institution: institution, Insurer: cover.Insurer, Child: in.Child, CoverCase: cover.CaseNo,
		CoverSend: cover.Send, Peril: string(in.Peril), AccidentOn: in.AccidentOn, ReportedOn: s.Today(), AmountFen: in.AmountFen,
		Description: description, UpdatedAt: s.Now(),
	})
	if err != nil {
		return casework.Started{}, err
	}
	return started, nil
}

// coverOf finds the cover of the child on the day of the accident and where it is or was in care, as far as the child is p's to know of.
func (s *Service) coverOf(ctx context.Context, q *store.Queries, p nursery.Principal, in ClaimStart) (cover store.CoverOnDayRow, cared string, err error) {
	// Whether the role may report at all is asked of a child of its own, before anything is read of this one.
	own := casework.Resource{County: p.County, Institution: p.Institution, Partner: p.Institution}
	if err := s.Authorize(ctx, p, "insurance_claim.start", own); err != nil {
		return cover, "", err
	}
	none := casework.NewError(casework.CodeNotCovered, "该婴幼儿在事故当日没有生效的保险，或者不由您报案。", casework.FieldError{Location: "/child", Message: "没有生效的保险"})
	err = q.AsEngine(ctx, func() (err error) {
		if p.Role == nursery.RoleInstitution {
			is, err := q.ChildEnrolledAt(ctx, store.ChildEnrolledAtParams{Child: in.Child, Institution: p.Institution})
			if err != nil {
				return err
			}
			if !is {
				return none
			}
			cared = p.Institution
		}
		cover, err = q.CoverOnDay(ctx, store.CoverOnDayParams{Child: in.Child, OnDay: in.AccidentOn})
		if store.IsNotFound(err) {
			return none
		}
		return err
	})
	if err != nil {
		return cover, "", err
	}
	elsewhere := p.Role == nursery.RoleCountyOffice && cover.County != p.County || p.Role == nursery.RoleInsurer && cover.Insurer != p.Institution
	if elsewhere {
		return cover, "", none
	}
	return cover, cared, nil
}

func (s *Service) checkClaim(in ClaimStart, cover store.CoverOnDayRow) error {
	var terms nursery.InsuranceTerms
	if err := json.Unmarshal(cover.Terms, &terms); err != nil {
		return fmt.Errorf("decode terms: %w", err)
	}
	var c casework.Checker
	c.Limits(in)
	switch {
	case in.AccidentOn.IsZero():
		c.Add("/accident_on", "必填")
	case in.AccidentOn.After(s.Today()):
		c.Add("/accident_on", "晚于今天")
	case in.AccidentOn.AddDays(terms.ClaimReportDays).Before(s.Today()):
		c.Add("/accident_on", fmt.Sprintf("应在事故发生后 %d 日内报案", terms.ClaimReportDays))
	}
	if !slices.Contains(cover.Perils, string(in.Peril)) {
		c.Add("/peril", "不在承保情形之内")
	}
	if wrong := casework.NeedText("/description", in.Description, 1000); wrong != nil {
		c.Add(wrong.Location, wrong.Message)
	}
	return c.Err()
}

func claimCell(caseNo string) sealing.Cell {
	return sealing.Cell{Table: "insurance_claims", Column: "description", Row: caseNo}
}

// checkClaimAnswer holds what the insurer will pay against the claim and the limit of its cover.
func (s *Service) checkClaimAnswer(ctx context.Context, q *store.Queries, task store.Task, in casework.Completion) error {
	var said activities.ClaimAnswer
	if err := casework.FilledIn(in.Answer, &said); err != nil {
		return err
	}
	claim, err := q.InsuranceClaim(ctx, task.CaseNo)
	if err != nil {
		return err
	}
	var c casework.Checker
	switch in.Outcome {
	case nursery.OutcomeAdmit:
		b, err := q.InsuranceBatch(ctx, claim.CoverCase)
		if err != nil {
			return err
		}
		var terms nursery.InsuranceTerms
		if err := json.Unmarshal(b.Terms, &terms); err != nil {
			return fmt.Errorf("decode terms: %w", err)
		}
		if most := min(claim.AmountFen, terms.ClaimLimitFen); said.AmountFen < 1 || said.AmountFen > most {
			c.Add("/answer/amount_fen", fmt.Sprintf("应为 1 至 %d 分", most))
		}
	case nursery.OutcomePay:
		if said.PaidOn.After(s.Today()) || !said.PaidOn.IsZero() && said.PaidOn.Before(claim.ReportedOn) {
			c.Add("/answer/paid_on", "应在报案之日至今天之间")
		}
	}
	return c.Err()
}

// ClaimFilter narrows the list of claims.
type ClaimFilter struct {
	County string `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码"`
	Query  string `query:"q" maxLength:"60" doc:"办件编号或其开头、机构名称或统一社会信用代码"`
}

// Claims is the list of claims by case number, without what happened.
var Claims = casework.List[ClaimFilter, InsuranceClaimView]{
	Act:     "insurance_claim.list",
	Indexes: []string{"insurance_claims_of_county", "insurance_claims_of_institution", "insurance_claims_of_insurer", "insurance_claims_pkey"},
	Read: func(ctx context.Context, r casework.ListReading[ClaimFilter]) ([]casework.ListRow[InsuranceClaimView], error) {
		of := casework.ScopeOf(r.Principal, r.Filter.County)
		found, err := r.Find(ctx, r.Filter.Query)
		if err != nil {
			return nil, err
		}
		rows, err := r.Q.InsuranceClaims(ctx, store.InsuranceClaimsParams{
			County: of.County, Institution: of.Institution, Insurer: of.Partner, After: r.After.ID, PageSize: r.Limit, Prefix: found.Prefix, Parties: found.Parties,
		})
		return casework.ListRows(rows, err, func(row store.InsuranceClaim) (InsuranceClaimView, casework.Cursor) {
			return claimView(row), casework.Cursor{ID: row.CaseNo}
		})
	},
	Complete: func(ctx context.Context, r casework.ListReading[ClaimFilter], items []InsuranceClaimView) error {
		return casework.NameParties(ctx, r.Q, items, (*InsuranceClaimView).parties)
	},
	Sheet: casework.Sheet[InsuranceClaimView]{Title: "意外伤害险理赔", Note: "不含事故描述。", Columns: []casework.Column[InsuranceClaimView]{
		{Title: "办件编号", Head: "办件", Value: func(c InsuranceClaimView) any { return c.CaseNo }},
		{Title: "县区", FilesOnly: true, Value: func(c InsuranceClaimView) any { return nursery.CountyName(c.County) }},
		{Title: "婴幼儿编号", FilesOnly: true, Value: func(c InsuranceClaimView) any { return c.Child }},
		{Title: "承保机构", FilesOnly: true, Value: func(c InsuranceClaimView) any { return nameOr(c.InsurerName, c.Insurer) }},
		{Title: "承保机构编号", FilesOnly: true, Value: func(c InsuranceClaimView) any { return c.Insurer }},
		{Title: "承保情形", Value: func(c InsuranceClaimView) any { return c.PerilTitle }},
		{Title: "事故日期", Value: func(c InsuranceClaimView) any { return c.AccidentOn }},
		{Title: "报案日期", FilesOnly: true, Value: func(c InsuranceClaimView) any { return c.ReportedOn }},
		{Title: "申请金额（元）", Head: "申请（元）", Value: func(c InsuranceClaimView) any { return casework.Fen(c.AmountFen) }},
		{Title: "核定金额（元）", FilesOnly: true, Value: func(c InsuranceClaimView) any { return fenOrNone(c.AcceptedFen) }},
		{Title: "赔付金额（元）", Head: "赔付（元）", Value: func(c InsuranceClaimView) any { return fenOrNone(c.PaidFen) }},
		{Title: "赔付日期", FilesOnly: true, Value: func(c InsuranceClaimView) any { return c.PaidOn }},
		{Title: "状态", Value: func(c InsuranceClaimView) any { return c.StateTitle() }},
	}},
}

func fenOrNone(amount *int64) any {
	if amount == nil {
		return nil
	}
	return casework.Fen(*amount)
}

// InsuranceClaim returns a claim, with the account of the accident for the parties to the claim, and logs the reading.
// The city's office and the auditor see the claim without it.
func (s *Service) InsuranceClaim(ctx context.Context, p nursery.Principal, caseNo string) (InsuranceClaimView, error) {
	var view InsuranceClaimView
	err := s.As(ctx, p, func(q *store.Queries) error {
		c, row, err := claimCase.Read(ctx, s.Service, q, p, "insurance_claim.read", caseNo)
		if err != nil {
			return err
		}
		view = claimView(row)
		if err := casework.NameParty(ctx, q, view.parties()); err != nil {
			return err
		}
		if p.Role == nursery.RoleCityOffice || p.Role == nursery.RoleAuditor || s.Fields == nil {
			return nil
		}
		text, err := s.Fields.Open(row.Description, claimCell(row.CaseNo))
		if err != nil {
			return fmt.Errorf("open claim: %w", err)
		}
		view.Description = string(text)
		return activities.NoteReading(ctx, q, activities.Reading{
			By: p, Purpose: nursery.ReadForInsurance, Fields: []nursery.ChildField{nursery.ChildClaim}, At: s.Now(),
		}, store.Child{ID: row.Child, County: c.County})
	})
	return view, err
}

func claimView(r store.InsuranceClaim) InsuranceClaimView {
	return InsuranceClaimView{
		CaseNo: r.CaseNo, County: r.County, Child: r.Child, Insurer: r.Insurer, Peril: nursery.Peril(r.Peril), PerilTitle: nursery.Peril(r.Peril).Title(),
		AccidentOn: r.AccidentOn, ReportedOn: r.ReportedOn, AmountFen: r.AmountFen, AcceptedFen: r.AcceptedFen, PaidFen: r.PaidFen,
		PaidOn: r.PaidOn, State: r.State, Reason: r.Reason,
	}
}

// The processes whose cases have a row of their own.
var (
	claimCase = casework.ProcessCase[store.InsuranceClaim]{Kind: nursery.KindInsuranceClaim, Row: (*store.Queries).InsuranceClaim}
)
