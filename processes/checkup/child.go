package checkup

import (
	"context"
	"errors"
	"fmt"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// ChildCheckup returns the last record of a child in a round and logs the reading. Errors: not_found,
// sealing_unavailable.
func (s *Service) ChildCheckup(ctx context.Context, p nursery.Principal, caseNo, child string) (ChildCheckup, error) {
	found, err := s.findings(ctx, p, caseNo, child)
	if err != nil {
		return ChildCheckup{}, err
	}
	return ChildCheckup{
		CaseNo: found.last.CaseNo, Version: int(found.last.Version), Checkup: found.last.content.Checkup, Scores: found.last.content.Scores,
		Judgements: found.last.content.Judgements, RecordedBy: found.last.RecordedBy, RecordedAt: found.last.RecordedAt,
	}, nil
}

// findings is what was recorded of a child: the last record of a round, and every record.
type findings struct {
	child nursery.Child // its birth and sex
	last  openedRecord
	all   history
}

// whole returns the check-up of the round as one record.
func (f findings) whole() activities.CheckupContent {
	if now := f.all.of(f.last.CaseNo); len(now) > 0 {
		return now.whole()
	}
	return f.last.content
}

func (s *Service) findings(ctx context.Context, p nursery.Principal, caseNo, child string) (findings, error) {
	var found findings
	err := s.As(ctx, p, func(q *store.Queries) error {
		_, round, err := roundCase.Read(ctx, s.Service, q, p, "checkup.child", caseNo)
		if err != nil {
			return err
		}
		if err := s.Sealing(); err != nil {
			return err
		}
		found.last.CheckupRecord, err = q.LastRecordOf(ctx, store.LastRecordOfParams{CaseNo: round.CaseNo, Child: child})
		if store.IsNotFound(err) {
			return casework.NewNotFound()
		}
		if err != nil {
			return fmt.Errorf("read record: %w", err)
		}
		if found.last.content, err = activities.UnsealCheckup(s.Fields, found.last.CheckupRecord); err != nil {
			return err
		}
		records, err := s.histories(ctx, q, child)
		if err != nil {
			return err
		}
		row, err := q.ChildByID(ctx, child)
		if store.IsNotFound(err) {
			return casework.NewNotFound()
		}
		if err != nil {
			return fmt.Errorf("read child: %w", err)
		}
		found.all, found.child = records[child], nursery.Child{BornOn: row.BornOn, Sex: nursery.Sex(row.Sex)}
		return s.noteFindings(ctx, q, p, child)
	})
	return found, err
}

// GuardianSummary returns what was examined and what to do next, in plain words for the guardian. It names no illness.
func (s *Service) GuardianSummary(ctx context.Context, p nursery.Principal, caseNo, child string) (GuardianSummary, error) {
	found, err := s.findings(ctx, p, caseNo, child)
	if err != nil {
		return GuardianSummary{}, err
	}
	return GuardianSummary{Child: child, CheckedOn: found.last.CheckedOn, Lines: plainWords(found.whole())}, nil
}

// GuardianSheet informs a guardian of the result of a check-up 体检结果告知单, in plain words.
type GuardianSheet struct {
	CaseNo      string
	Institution string
	Clinic      string
	Half        nursery.HalfYear
	Child       string // the name
	CheckedOn   nursery.Date
	Lines       []string
}

// Printed returns the sheet to print.
func (g GuardianSheet) Printed() documents.Sheet {
	return documents.Sheet{Template: "checkup/guardian.html", Title: "体检结果告知单", Subject: g.CaseNo, Content: g}
}

// GuardianSheet prints the summary for the guardian, with the child's name. It is not stored. Errors:
// renderer_unavailable, document_unprintable.
func (s *Service) GuardianSheet(ctx context.Context, p nursery.Principal, caseNo, child string) ([]byte, error) {
	if s.Renderer == nil {
		return nil, casework.NewError(casework.CodeRendererUnavailable, "打印服务暂不可用，请稍后再试。")
	}
	found, err := s.findings(ctx, p, caseNo, child)
	if err != nil {
		return nil, err
	}
	sheet := GuardianSheet{CaseNo: found.last.CaseNo, CheckedOn: found.last.CheckedOn, Lines: plainWords(found.whole())}
	err = s.As(ctx, p, func(q *store.Queries) error {
		known, err := q.ChildByID(ctx, child)
		if err != nil {
			return err
		}
		c, err := activities.OpenChild(s.Fields, known, nursery.ChildName)
		if err != nil {
			return err
		}
		sheet.Child = c.Name
		if err := s.nameParties(ctx, q, found.last.CheckupRecord, &sheet); err != nil {
			return err
		}
		return activities.NoteReading(ctx, q, activities.Reading{By: p, Purpose: nursery.ReadForCheckup, Fields: []nursery.ChildField{nursery.ChildName}, At: s.Now()}, known)
	})
	if err != nil {
		return nil, err
	}
	pdf, err := s.Renderer.RenderSheet(ctx, sheet.Printed())
	var undrawn *documents.UnprintableError
	if errors.As(err, &undrawn) {
		return nil, casework.NewError(casework.CodeDocumentUnprintable, "告知单含有不能打印的字符："+undrawn.Said()+"。请核对姓名等内容，或者手写告知。")
	}
	if err != nil {
		return nil, &casework.Error{Code: casework.CodeRendererUnavailable, Message: "打印服务暂不可用，请稍后再试。", Err: err}
	}
	return pdf, nil
}

func (s *Service) nameParties(ctx context.Context, q *store.Queries, row store.CheckupRecord, sheet *GuardianSheet) error {
	institution, err := q.InstitutionByID(ctx, row.Institution)
	if err != nil {
		return err
	}
	clinic, err := q.ClinicByID(ctx, row.Clinic)
	if err != nil {
		return err
	}
	round, err := q.CheckupRound(ctx, row.CaseNo)
	if err != nil {
		return err
	}
	sheet.Institution, sheet.Clinic = institution.Name, clinic.Name
	sheet.Half, err = nursery.ParseHalfYear(round.Half)
	return err
}

// plainWords describes the findings of a check-up in plain sentences without a diagnosis.
func plainWords(c activities.CheckupContent) []string {
	lines := []string{fmt.Sprintf("孩子于%s参加了免费健康体检。", c.Checkup.CheckedOn)}
	for _, i := range c.Checkup.Items {
		switch {
		case !i.Done:
			lines = append(lines, fmt.Sprintf("%s这次没有检查（%s）。", i.Item.Title(), i.Reason.Title()))
		case i.Item.Row().Measured():
			lines = append(lines, fmt.Sprintf("%s：%v%s。", i.Item.Title(), i.Value, i.Item.Row().Unit))
		case i.Result == nursery.FoundNormal:
			lines = append(lines, i.Item.Title()+"：没有发现需要留意的情况。")
		default:
			lines = append(lines, i.Item.Title()+"：有需要留意的情况，医生会和您联系。")
		}
	}
	seen := map[string]bool{}
	for _, j := range c.Judgements {
		if j.RuleSet == activities.RulesCheckupSchedule {
			continue // when to come is arranged by the team
		}
		for _, reason := range j.Reasons {
			if reason.Remedy != "" && !seen[reason.Remedy] && reason.Result != nursery.Unknown {
				seen[reason.Remedy] = true
				lines = append(lines, reason.Remedy)
			}
		}
	}
	if len(seen) == 0 {
		lines = append(lines, "请按时参加下一次体检。")
	}
	return append(lines, "这份说明不是诊断，有疑问请问签约医生。")
}

// CheckupRate is the share of children in care who had their half-year's check 半年健康体检率; of is a half-year, or "" for
// the present one.
func (s *Service) CheckupRate(ctx context.Context, p nursery.Principal, of string) (nursery.Indicator, error) {
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (nursery.Indicator, error) { return s.CheckupRateIn(ctx, q, p, of) })
}

// CheckupRateIn is CheckupRate in a transaction of p.
func (s *Service) CheckupRateIn(ctx context.Context, q *store.Queries, p nursery.Principal, of string) (nursery.Indicator, error) {
	if err := s.Authorize(ctx, p, "checkup.rate", casework.Resource{}); err != nil {
		return nursery.Indicator{}, err
	}
	half := nursery.HalfYearOf(s.Today())
	if of != "" {
		var err error
		if half, err = nursery.ParseHalfYear(of); err != nil {
			return nursery.Indicator{}, casework.NewError(casework.CodeInvalid, "没有这个半年度。", casework.FieldOf("half", err))
		}
	}
	rows, err := q.CheckupRate(ctx, store.CheckupRateParams{Half: half.String(), County: casework.CountyOf(p, "")})
	if err != nil {
		return nursery.Indicator{}, fmt.Errorf("count children checked: %w", err)
	}
	counties := make([]nursery.CountyRate, len(rows))
	for i, row := range rows {
		counties[i] = nursery.CountyRate{County: row.County, Numerator: int(row.Checked), Denominator: int(row.Children)}
	}
	return nursery.IndicatorOf("半年健康体检率", half.Title()+"应检的在托婴幼儿中，应检项目全部完成的；监护人不同意等免检的不计", s.Today(), counties), nil
}
