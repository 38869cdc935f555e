package casework

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Inspections lists the inspections p may see, by case number.
func (s *Service) Inspections(ctx context.Context, p nursery.Principal, f InspectionFilter, page PageRequest) (Page[InspectionSummary], error) {
	list := Page[InspectionSummary]{Items: []InspectionSummary{}}
	if err := s.may(ctx, p, "inspection.list", resource{}); err != nil {
		return list, err
	}
	limit, after, err := afterID(page)
	if err != nil {
		return list, err
	}
	var rows []store.InspectionsOfCityRow
	err = s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		rows, err = readInspections(ctx, q, p, f, after, int32(limit+1))
		return err
	})
	if err != nil {
		return list, fmt.Errorf("list inspections: %w", err)
	}
	for n, row := range rows {
		if n == limit {
			list.Next = cursor{ID: rows[n-1].CaseNo}.encode()
			break
		}
		list.Items = append(list.Items, inspectionSummary(p, inspectionOfRow(row), row.Stage, row.Status, row.Subject))
	}
	return list, nil
}

// readInspections asks the one query whose index serves who is asking.
func readInspections(ctx context.Context, q *store.Queries, p nursery.Principal, f InspectionFilter, after string, size int32) ([]store.InspectionsOfCityRow, error) {
	county := p.County
	switch p.Role {
	case nursery.RoleInstitution:
		rows, err := q.InspectionsOfInstitution(ctx, store.InspectionsOfInstitutionParams{Institution: p.Institution, After: after, Half: f.Half, Kind: f.Kind, Status: string(f.Status), PageSize: size})
		all := make([]store.InspectionsOfCityRow, len(rows))
		for n, row := range rows {
			all[n] = store.InspectionsOfCityRow(row)
		}
		return all, err
	case nursery.RoleCityOffice, nursery.RoleAuditor:
		if county = f.County; county == "" {
			return q.InspectionsOfCity(ctx, store.InspectionsOfCityParams{After: after, Half: f.Half, Kind: f.Kind, Status: string(f.Status), PageSize: size})
		}
	}
	rows, err := q.InspectionsOfCounty(ctx, store.InspectionsOfCountyParams{County: county, After: after, Half: f.Half, Kind: f.Kind, Status: string(f.Status), PageSize: size})
	all := make([]store.InspectionsOfCityRow, len(rows))
	for n, row := range rows {
		all[n] = store.InspectionsOfCityRow(row)
	}
	return all, err
}

func inspectionOfRow(r store.InspectionsOfCityRow) store.Inspection {
	return store.Inspection{
		CaseNo: r.CaseNo, County: r.County, Institution: r.Institution, Kind: r.Kind, Half: r.Half, FirstInspector: r.FirstInspector,
		SecondInspector: r.SecondInspector, VisitOn: r.VisitOn, VisitTime: r.VisitTime, Round: r.Round, Version: r.Version, Serious: r.Serious,
		VisitedOn: r.VisitedOn, PublishBy: r.PublishBy, PublishedOn: r.PublishedOn,
	}
}

// inspectionSummary shows an inspection as p may see it. To an institution the officers have no names.
func inspectionSummary(p nursery.Principal, i store.Inspection, stage, status, subject string) InspectionSummary {
	v := InspectionSummary{
		CaseNo: i.CaseNo, County: i.County, CountyName: nursery.CountyName(i.County), Institution: i.Institution, Subject: subject,
		Kind: i.Kind, Half: i.Half, Stage: nursery.Stage(stage), StageTitle: stageOf(nursery.KindInspection, stage).Title,
		Status: nursery.CaseStatus(status), VisitOn: i.VisitOn, VisitTime: i.VisitTime,
		VisitedOn: i.VisitedOn, Round: int(i.Round), Version: int(i.Version), Serious: i.Serious, PublishBy: i.PublishBy, PublishedOn: i.PublishedOn,
	}
	if p.Role != nursery.RoleInstitution {
		v.Inspectors = []string{i.FirstInspector, i.SecondInspector}
	}
	return v
}

// Inspection gives everything of an inspection that p may see.
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

// VisitPackage gives an inspector everything a visit needs, to be filled in where there is no signal.
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
		hash, err := bodyHash(v)
		v.ETag = fmt.Sprintf("%x", hash[:16])
		return err
	})
	return v, err
}

// InspectionResults lists what inspections of a county found, for the public, newest first.
func (s *Service) InspectionResults(ctx context.Context, county string, page PageRequest) (Page[Publication], error) {
	list := Page[Publication]{Items: []Publication{}}
	limit, err := s.publicPage(county, page)
	if err != nil {
		return list, err
	}
	before := cursor{On: farOff}
	if page.After != "" {
		if before, err = decodeCursor(page.After); err != nil {
			return list, err
		}
	}
	err = s.DB.AsPublic(ctx, "", func(q *store.Queries) error {
		rows, err := q.InspectionPublications(ctx, store.InspectionPublicationsParams{
			County: county, BeforeOn: before.On, BeforeID: before.No, PageSize: int32(limit + 1),
		})
		for i, row := range rows {
			if i == limit {
				list.Next = cursor{On: rows[i-1].PublishedOn, No: rows[i-1].ID}.encode()
				break
			}
			list.Items = append(list.Items, Publication{Title: row.Title, Text: row.Text, County: nursery.CountyName(row.County), PublishedOn: row.PublishedOn})
		}
		return err
	})
	if err != nil {
		return list, fmt.Errorf("list inspection results: %w", err)
	}
	return list, nil
}
