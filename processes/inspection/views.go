package inspection

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Inspections is the list of inspections by case number.
var Inspections = casework.List[InspectionFilter, InspectionSummary]{
	Act: "inspection.list", Indexes: []string{"inspections_by_county", "inspections_by_institution", "inspections_pkey"},
	Read: func(ctx context.Context, r casework.ListReading[InspectionFilter]) ([]casework.ListRow[InspectionSummary], error) {
		f, of := r.Filter, casework.ScopeOf(r.Principal, r.Filter.County)
		found, err := r.Find(ctx, r.Filter.Query)
		if err != nil {
			return nil, err
		}
		rows, err := r.Q.Inspections(ctx, store.InspectionsParams{
			County: of.County, Institution: of.Institution, Half: f.Half, Kind: f.Kind, Status: string(f.Status), After: r.After.ID, PageSize: r.Limit, Prefix: found.Prefix, Parties: found.Parties,
		})
		return casework.ListRows(rows, err, func(row store.InspectionsRow) (InspectionSummary, casework.Cursor) {
			return inspectionSummary(r.Principal, row.Inspection, row.Stage, row.Status, row.Subject), casework.Cursor{ID: row.Inspection.CaseNo}
		})
	},
	Sheet: casework.Sheet[InspectionSummary]{Title: "督导评估", Columns: []casework.Column[InspectionSummary]{
		{Title: "办件编号", FilesOnly: true, Value: func(i InspectionSummary) any { return i.CaseNo }},
		{Title: "县区", FilesOnly: true, Value: func(i InspectionSummary) any { return i.CountyName }},
		{Title: "机构", Value: func(i InspectionSummary) any { return i.Subject }},
		{Title: "检查方式", Head: "方式", Value: func(i InspectionSummary) any { return KindTitle(i.Kind) }},
		{Title: "半年度", FilesOnly: true, Value: func(i InspectionSummary) any { return i.Half }},
		{Title: "环节", Value: func(i InspectionSummary) any { return i.StageTitle }},
		{Title: "定下日期", FilesOnly: true, Value: func(i InspectionSummary) any { return i.VisitOn }},
		{Title: "到场日期", Head: "到场", Value: func(i InspectionSummary) any { return i.VisitedOn }},
		{Title: "检查人员", Value: func(i InspectionSummary) any { return strings.Join(i.Inspectors, "、") }},
		{Title: "重大隐患", FilesOnly: true, Value: func(i InspectionSummary) any { return i.Serious }},
		{Title: "公示日期", FilesOnly: true, Value: func(i InspectionSummary) any { return i.PublishedOn }},
	}},
}

// KindTitle is the Chinese name of a kind of inspection.
func KindTitle(kind string) string {
	return map[string]string{nursery.InspectRegular: "例行检查", nursery.InspectRandom: "随机抽查", nursery.InspectComplaint: "投诉核查"}[kind]
}

// inspectionSummary shows an inspection as p may see it. To an institution the officers have no names.
func inspectionSummary(p nursery.Principal, i store.Inspection, stage, status, subject string) InspectionSummary {
	v := InspectionSummary{
		CaseNo: i.CaseNo, County: i.County, CountyName: nursery.CountyName(i.County), Institution: i.Institution, Subject: subject,
		Kind: i.Kind, Half: i.Half, Stage: nursery.Stage(stage), StageTitle: casework.StageOf(nursery.KindInspection, stage).Title,
		Status: nursery.CaseStatus(status), VisitOn: i.VisitOn, VisitTime: i.VisitTime,
		VisitedOn: i.VisitedOn, Round: int(i.Round), Version: int(i.Version), Serious: i.Serious, PublishBy: i.PublishBy, PublishedOn: i.PublishedOn,
	}
	if p.Role != nursery.RoleInstitution {
		v.Inspectors = []string{i.FirstInspector, i.SecondInspector}
	}
	return v
}

// Inspection returns the details of an inspection that p may see.
func (s *Service) Inspection(ctx context.Context, p nursery.Principal, caseNo string) (InspectionDetail, error) {
	var d InspectionDetail
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		c, i, err := s.inspectionFor(ctx, q, q.CaseByNumber, p, "inspection.read", caseNo)
		if err != nil {
			return err
		}
		d = InspectionDetail{
			InspectionSummary: inspectionSummary(p, i, c.Stage, c.Status, c.Subject), Revision: i.Revision,
			Checklist: []nursery.ChecklistItem{}, Visits: []VisitVersion{}, Signatures: []VisitSignature{},
		}
		if err := json.Unmarshal(i.Checklist, &d.Checklist); err != nil {
			return fmt.Errorf("decode checklist: %w", err)
		}
		return s.fillInspection(ctx, q, p, &d)
	})
	return d, err
}

func (s *Service) fillInspection(ctx context.Context, q *store.Queries, p nursery.Principal, d *InspectionDetail) error {
	inside := p.Role != nursery.RoleInstitution
	visits, err := q.VisitsOfCase(ctx, d.CaseNo)
	if err != nil {
		return fmt.Errorf("read visits: %w", err)
	}
	for _, row := range visits {
		v, err := versionOf(row)
		if err != nil {
			return err
		}
		if !inside {
			v.SentBy = ""
		}
		d.Visits = append(d.Visits, v)
	}
	signatures, err := q.SignaturesOfCase(ctx, d.CaseNo)
	if err != nil {
		return fmt.Errorf("read signatures: %w", err)
	}
	for _, row := range signatures {
		d.Signatures = append(d.Signatures, VisitSignature{Version: int(row.Version), Party: row.Party, Manner: row.Manner, Note: row.Note, Hash: row.Hash, Picture: row.Picture, At: row.At})
	}
	findings, err := q.FindingsOfCase(ctx, d.CaseNo)
	if err != nil {
		return fmt.Errorf("read findings: %w", err)
	}
	if d.Findings, err = findingsOf(findings); err != nil || !inside {
		return err
	}
	drafts, err := q.DraftsOfCase(ctx, d.CaseNo)
	if err != nil {
		return fmt.Errorf("read drafts: %w", err)
	}
	for _, row := range drafts {
		draft := VisitDraft{ID: row.ID, Visit: row.Visit, SavedBy: row.SavedBy, SavedAt: row.SavedAt}
		if err := json.Unmarshal(row.Content, &draft.Content); err != nil {
			return fmt.Errorf("decode draft: %w", err)
		}
		d.Drafts = append(d.Drafts, draft)
	}
	return nil
}

func findingsOf(rows []store.InspectionFinding) ([]Finding, error) {
	all := []Finding{}
	for _, row := range rows {
		f := Finding{
			CaseNo: row.CaseNo, Severity: nursery.Severity(row.Severity), Ordered: row.Ordered, FoundRound: int(row.FoundRound), DueOn: row.DueOn, CorrectedOn: row.CorrectedOn,
		}
		if err := json.Unmarshal(row.Reason, &f.Reason); err != nil {
			return nil, fmt.Errorf("decode finding: %w", err)
		}
		all = append(all, f)
	}
	return all, nil
}

// VisitPackage returns the data that an inspector needs to fill in a visit where there is no signal.
func (s *Service) VisitPackage(ctx context.Context, p nursery.Principal, caseNo string) (VisitPackage, error) {
	var v VisitPackage
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		c, i, err := s.inspectionFor(ctx, q, q.CaseByNumber, p, "inspection.visit", caseNo)
		if err != nil {
			return err
		}
		v = VisitPackage{InspectionSummary: inspectionSummary(p, i, c.Stage, c.Status, c.Subject), BaseVersion: int(i.Version), Revision: i.Revision, Classes: []nursery.Class{}}
		if v.Items, err = activities.ItemsOfRound(ctx, q, i); err != nil {
			return err
		}
		institution, err := q.InstitutionByID(ctx, i.Institution)
		if err != nil {
			return fmt.Errorf("read institution: %w", err)
		}
		var a nursery.Application
		if err := json.Unmarshal(institution.Application, &a); err != nil {
			return fmt.Errorf("decode application: %w", err)
		}
		v.Address, v.Phone, v.Seats, v.SiteKind = institution.Address, institution.Phone, int(institution.Seats), nursery.SiteKind(institution.SiteKind)
		v.Classes = append(v.Classes, a.Classes...)
		last, err := q.FindingsOfInstitution(ctx, store.FindingsOfInstitutionParams{Institution: i.Institution, CaseNo: i.CaseNo})
		if err != nil {
			return fmt.Errorf("read last findings: %w", err)
		}
		if v.LastFindings, err = findingsOf(last); err != nil {
			return err
		}
		hash, err := casework.BodyHash(v)
		v.ETag = fmt.Sprintf("%x", hash[:16])
		return err
	})
	return v, err
}
