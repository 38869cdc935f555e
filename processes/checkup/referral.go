package checkup

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/store"
)

func referralSummary(r store.Referral) ReferralSummary {
	return ReferralSummary{
		CaseNo: r.CaseNo, Round: r.Round, Child: r.Child, County: r.County, CountyName: nursery.CountyName(r.County), Institution: r.Institution,
		Clinic: r.Clinic, State: r.State, Traces: int(r.Traces), OpenedOn: r.OpenedOn, SeenOn: r.SeenOn, ResultOn: r.ResultOn, ClosedOn: r.ClosedOn,
	}
}

// Referrals is the list of referrals by case number, for the clinic and the child's institution with the child's name. That they
// read it is logged, once a reader and day.
var Referrals = casework.List[ReferralFilter, ReferralSummary]{
	Act: "referral.list", Indexes: []string{"referrals_by_county", "referrals_by_institution", "referrals_by_clinic", "referrals_pkey"},
	Read: func(ctx context.Context, r casework.ListReading[ReferralFilter]) ([]casework.ListRow[ReferralSummary], error) {
		of := casework.ScopeOf(r.Principal, r.Filter.County)
		found, err := r.Find(ctx, r.Filter.Query)
		if err != nil {
			return nil, err
		}
		rows, err := r.Q.Referrals(ctx, store.ReferralsParams{
			County: of.County, Institution: of.Institution, Clinic: of.Partner, State: r.Filter.State, After: r.After.ID, PageSize: r.Limit, Prefix: found.Prefix, Parties: found.Parties,
		})
		return casework.ListRows(rows, err, func(row store.Referral) (ReferralSummary, casework.Cursor) {
			return referralSummary(row), casework.Cursor{ID: row.CaseNo}
		})
	},
	Complete: func(ctx context.Context, r casework.ListReading[ReferralFilter], items []ReferralSummary) error {
		ids := make([]string, len(items))
		for i, item := range items {
			ids[i] = item.Child
		}
		names, err := children.For(r.Service).CareNames(ctx, r.Q, r.Principal, nursery.ReadForCheckup, "转诊", ids)
		if err != nil {
			return err
		}
		for i := range items {
			items[i].ChildName = names[items[i].Child]
		}
		return casework.NameParties(ctx, r.Q, items, (*ReferralSummary).parties)
	},
	Sheet: casework.Sheet[ReferralSummary]{Title: "体检后转诊", Note: "不含原因和结果。", Columns: []casework.Column[ReferralSummary]{
		{Title: "办件编号", FilesOnly: true, Value: func(r ReferralSummary) any { return r.CaseNo }},
		{Title: "县区", FilesOnly: true, Value: func(r ReferralSummary) any { return r.CountyName }},
		{Title: "体检办件", FilesOnly: true, Value: func(r ReferralSummary) any { return r.Round }},
		{Title: "婴幼儿编号", Head: "转诊", Value: func(r ReferralSummary) any { return r.Child }},
		{Title: "托育机构", Head: "机构", Value: func(r ReferralSummary) any { return r.InstitutionName }},
		{Title: "托育机构编号", FilesOnly: true, Value: func(r ReferralSummary) any { return r.Institution }},
		{Title: "医疗卫生机构", FilesOnly: true, Value: func(r ReferralSummary) any { return r.ClinicName }},
		{Title: "医疗卫生机构编号", FilesOnly: true, Value: func(r ReferralSummary) any { return r.Clinic }},
		{Title: "转诊日期", Value: func(r ReferralSummary) any { return r.OpenedOn }},
		{Title: "另约次数", Head: "另约", Value: func(r ReferralSummary) any { return timesOrNone(r.Traces) }},
		{Title: "状态", Value: func(r ReferralSummary) any { return r.StateTitle() }},
		{Title: "就诊日期", FilesOnly: true, Value: func(r ReferralSummary) any { return r.SeenOn }},
		{Title: "结果日期", FilesOnly: true, Value: func(r ReferralSummary) any { return r.ResultOn }},
		{Title: "办结日期", FilesOnly: true, Value: func(r ReferralSummary) any { return r.ClosedOn }},
	}},
}

// StateTitle is the Chinese name of the referral's state.
func (r ReferralSummary) StateTitle() string {
	return map[string]string{"open": "在办", "done": "已反馈", "ended": "未就诊"}[r.State]
}

// Referral returns a referral. The clinic and the child's institution also read the child's name, the guardian's
// contact and the cause, and the clinic the result; each reading is logged (未成年人网络保护条例 art. 36).
func (s *Service) Referral(ctx context.Context, p nursery.Principal, caseNo string) (ReferralDetail, error) {
	var d ReferralDetail
	err := s.As(ctx, p, func(q *store.Queries) error {
		_, r, err := referralCase.Read(ctx, s.Service, q, p, "referral.read", caseNo)
		if err != nil {
			return err
		}
		d = ReferralDetail{ReferralSummary: referralSummary(r)}
		if err := casework.NameParty(ctx, q, d.parties()); err != nil {
			return err
		}
		if p.Role != nursery.RoleHospital && p.Role != nursery.RoleInstitution {
			return nil
		}
		if err := s.Sealing(); err != nil {
			return err
		}
		raw, err := s.Fields.Open(r.Cause, activities.ReferralCell(r.CaseNo, "cause"))
		if err != nil {
			return fmt.Errorf("open cause: %w", err)
		}
		if err := json.Unmarshal(raw, &d.Cause); err != nil {
			return fmt.Errorf("decode cause: %w", err)
		}
		if r.Result != nil && p.Role == nursery.RoleHospital {
			result, err := s.Fields.Open(r.Result, activities.ReferralCell(r.CaseNo, "result"))
			if err != nil {
				return fmt.Errorf("open result: %w", err)
			}
			d.Result = string(result)
		}
		read, err := s.fillReferred(ctx, q, p, &d)
		if err != nil {
			return err
		}
		return s.noteFindings(ctx, q, p, r.Child, read...)
	})
	return d, err
}

// fillReferred puts in the child's name and the guardian's telephone where p looks after the child, and returns what it opened.
func (s *Service) fillReferred(ctx context.Context, q *store.Queries, p nursery.Principal, d *ReferralDetail) ([]nursery.ChildField, error) {
	access, _ := nursery.AccessOf(p.Role, nursery.ReadForCheckup)
	var fields []nursery.ChildField
	for _, f := range []nursery.ChildField{nursery.ChildName, nursery.ChildGuardianPhone} {
		if slices.Contains(access.Fields, f) {
			fields = append(fields, f)
		}
	}
	rows, err := children.For(s.Service).ChildrenInCare(ctx, q, p, []string{d.Child})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	c, err := activities.OpenChild(s.Fields, rows[0], fields...)
	d.ChildName, d.GuardianPhone = c.Name, c.GuardianPhone
	return fields, err
}

// noteFindings writes down that p read what was found of a child, and what else of its record.
func (s *Service) noteFindings(ctx context.Context, q *store.Queries, p nursery.Principal, child string, more ...nursery.ChildField) error {
	row, err := q.ChildByID(ctx, child)
	if err != nil {
		if store.IsNotFound(err) {
			return casework.NewNotFound()
		}
		return fmt.Errorf("read child: %w", err)
	}
	return activities.NoteReading(ctx, q, activities.Reading{
		By: p, Purpose: nursery.ReadForCheckup, Fields: append([]nursery.ChildField{nursery.ChildFindings}, more...), At: s.Now(),
	}, row)
}

// PutReferralResult keeps what came back from the specialist, sealed; it may be put again until the referral is closed.
// Errors: invalid, referral_closed, sealing_unavailable.
func (s *Service) PutReferralResult(ctx context.Context, p nursery.Principal, key, caseNo string, in ReferralResult) (ReferralSummary, error) {
	if err := s.Sealing(); err != nil {
		return ReferralSummary{}, err
	}
	done, err := casework.Command(ctx, s.Service, p, key, "referral.result "+caseNo, in, func(q *store.Queries) (ReferralSummary, error) {
		c, r, err := referralCase.Lock(ctx, s.Service, q, p, "referral.result", caseNo)
		if err != nil {
			return ReferralSummary{}, err
		}
		check := casework.Checker{}
		if wrong := casework.NeedText("/result", in.Result, 2000); wrong != nil {
			check.Add(wrong.Location, wrong.Message)
		}
		if !in.ResultOn.Valid() || in.ResultOn.Before(r.OpenedOn) || in.ResultOn.After(s.Today()) {
			check.Add("/result_on", "应在转诊之后，且不晚于今天")
		}
		if err := check.Err(); err != nil {
			return ReferralSummary{}, err
		}
		if r.State != "open" {
			return ReferralSummary{}, casework.NewError(casework.CodeReferralClosed, "转诊已办结。")
		}
		sealed, err := s.Fields.Seal([]byte(in.Result), activities.ReferralCell(r.CaseNo, "result"))
		if err != nil {
			return ReferralSummary{}, fmt.Errorf("seal result: %w", err)
		}
		if err := q.PutReferralResult(ctx, store.PutReferralResultParams{CaseNo: r.CaseNo, Result: sealed, ResultOn: in.ResultOn}); err != nil {
			return ReferralSummary{}, err
		}
		r.ResultOn = in.ResultOn
		return referralSummary(r), s.RecordEvent(ctx, q, c, p, "result/"+casework.CompletionID(p, key), "referral_result", "填写转诊结果", false, nil)
	})
	return done, err
}

// timesOrNone returns a number of times for a table, and nothing for none.
func timesOrNone(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}
