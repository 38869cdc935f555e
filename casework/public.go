package casework

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"

	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// PublicStatus says where a case stands to whoever knows its number and tracking code. A wrong number, a wrong
// code and a malformed one answer alike, after the same work.
func (s *Service) PublicStatus(ctx context.Context, caseNo, code string) (PublicCase, error) {
	denied := refuse(CodeNotFound, "办件编号或查询码不正确。")
	number, numberErr := nursery.ParseCaseNumber(caseNo)
	parsed, codeErr := documents.ParseCode(code)
	given := sha256.Sum256([]byte(parsed))
	years, err := s.Almanac.Years(ctx)
	if err != nil {
		return PublicCase{}, err
	}
	var view PublicCase
	err = s.DB.AsPublic(ctx, string(number), func(q *store.Queries) error {
		c, err := q.CaseByNumber(ctx, string(number))
		if err != nil && !store.IsNotFound(err) {
			return fmt.Errorf("read case: %w", err)
		}
		known := make([]byte, sha256.Size)
		copy(known, c.TrackingHash)
		matches := subtle.ConstantTimeCompare(known, given[:]) == 1
		if err != nil || numberErr != nil || codeErr != nil || !matches {
			return denied
		}
		view = publicCase(s.summary(c, years), stagesOf(c))
		rows, err := q.DocumentsOfCase(ctx, c.CaseNo)
		if err != nil {
			return err
		}
		for _, row := range rows {
			view.Papers = append(view.Papers, PublicPaper{
				Title: documents.Kind(row.Kind).Title(), Number: row.Number, IssuedOn: row.IssuedOn, State: row.State,
			})
		}
		events, err := q.EventsOfCase(ctx, store.EventsOfCaseParams{CaseNo: c.CaseNo})
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.Kind != "comment" {
				view.Timeline = append(view.Timeline, PublicEvent{Note: e.Note, At: e.At})
			}
		}
		return nil
	})
	if err != nil {
		return PublicCase{}, err
	}
	return view, nil
}

func publicCase(c CaseSummary, stages []StageTitle) PublicCase {
	return PublicCase{
		CaseNo: c.CaseNo, Title: c.Title, County: nursery.CountyName(c.County), Stage: c.Stage, StageTitle: c.StageTitle, Stages: stages,
		Next: stageOf(c.Kind, string(c.Stage)).Next, HolderTitle: c.HolderTitle, DueOn: c.DueOn, DueProvisional: c.DueProvisional, DaysLeft: c.DaysLeft,
		Papers: []PublicPaper{}, Timeline: []PublicEvent{},
	}
}

// Publications lists the public notices of a county, newest first.
func (s *Service) Publications(ctx context.Context, county string, page PageRequest) (Page[Publication], error) {
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
		rows, err := q.PublicationsOfCounty(ctx, store.PublicationsOfCountyParams{
			County: county, BeforeOn: before.On, BeforeID: before.No, PageSize: int32(limit + 1),
		})
		for i, row := range rows {
			if i == limit {
				list.Next = cursor{On: rows[i-1].PublishedOn, No: rows[i-1].ID}.encode()
				break
			}
			list.Items = append(list.Items, Publication{
				Title: row.Title, Text: row.Text, County: nursery.CountyName(row.County), PublishedOn: row.PublishedOn,
			})
		}
		return err
	})
	if err != nil {
		return list, fmt.Errorf("list publications: %w", err)
	}
	return list, nil
}

// FiledInstitutions lists the register of a county 托育机构公示.
func (s *Service) FiledInstitutions(ctx context.Context, county string, page PageRequest) (Page[FiledInstitution], error) {
	list := Page[FiledInstitution]{Items: []FiledInstitution{}}
	limit, err := s.publicPage(county, page)
	if err != nil {
		return list, err
	}
	var after cursor
	if page.After != "" {
		if after, err = decodeCursor(page.After); err != nil {
			return list, err
		}
	}
	err = s.DB.AsPublic(ctx, "", func(q *store.Queries) error {
		rows, err := q.FiledInstitutions(ctx, store.FiledInstitutionsParams{County: county, AfterID: after.ID, PageSize: int32(limit + 1)})
		for i, row := range rows {
			if i == limit {
				list.Next = cursor{ID: rows[i-1].ID}.encode()
				break
			}
			one := FiledInstitution{
				ID: row.ID, Name: row.Name, County: nursery.CountyName(row.County), CountyCode: row.County, Township: row.Township,
				SiteKind: nursery.SiteKind(row.SiteKind), Address: row.Address, Phone: row.Phone, Inclusive: row.Inclusive,
				Seats: int(row.Seats), Status: row.Status, FiledOn: row.FiledOn,
			}
			if !row.PublishedOn.IsZero() {
				one.Inspected = &PublishedResult{On: row.PublishedOn, Title: row.Result}
			}
			if err := json.Unmarshal(row.Prices, &one.Prices); err != nil {
				return fmt.Errorf("decode prices: %w", err)
			}
			list.Items = append(list.Items, one)
		}
		return err
	})
	if err != nil {
		return list, fmt.Errorf("list filed institutions: %w", err)
	}
	return list, nil
}

// FiledInstitution gives one institution of the register with what its inspections found, as published.
func (s *Service) FiledInstitution(ctx context.Context, id string) (FiledInstitutionDetail, error) {
	d := FiledInstitutionDetail{Results: []Publication{}}
	err := s.DB.AsPublic(ctx, "", func(q *store.Queries) error {
		row, err := q.FiledInstitution(ctx, id)
		if store.IsNotFound(err) {
			return notFound()
		}
		if err != nil {
			return fmt.Errorf("read institution: %w", err)
		}
		d.FiledInstitution = FiledInstitution{
			ID: row.ID, Name: row.Name, County: nursery.CountyName(row.County), CountyCode: row.County, Township: row.Township,
			SiteKind: nursery.SiteKind(row.SiteKind), Address: row.Address, Phone: row.Phone, Inclusive: row.Inclusive,
			Seats: int(row.Seats), Status: row.Status, FiledOn: row.FiledOn,
		}
		if err := json.Unmarshal(row.Prices, &d.Prices); err != nil {
			return fmt.Errorf("decode prices: %w", err)
		}
		if err := json.Unmarshal(row.ServiceForms, &d.ServiceForms); err != nil {
			return fmt.Errorf("decode service forms: %w", err)
		}
		results, err := q.ResultsOfInstitution(ctx, id)
		if err != nil {
			return err
		}
		for _, r := range results {
			d.Results = append(d.Results, Publication{Title: r.Title, Text: r.Text, County: nursery.CountyName(r.County), PublishedOn: r.PublishedOn})
		}
		if len(results) > 0 {
			d.Inspected = &PublishedResult{On: results[0].PublishedOn, Title: results[0].Title}
		}
		return nil
	})
	if err != nil {
		return FiledInstitutionDetail{}, err
	}
	return d, nil
}

func (s *Service) publicPage(county string, page PageRequest) (int, error) {
	if d, ok := nursery.DivisionByCode(county); !ok || d.Level != nursery.LevelCounty {
		return 0, refuse(CodeInvalid, "请选择长治市的县区。", FieldError{Location: "county", Message: "没有这个县区"})
	}
	return page.limit()
}
