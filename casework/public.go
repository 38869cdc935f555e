package casework

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"strings"

	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// PublicStatus returns the progress of a case to a caller with its number and tracking code. A wrong number, a wrong
// code and a malformed one get the same answer after the same work.
func (s *Service) PublicStatus(ctx context.Context, caseNo, code string) (PublicCase, error) {
	denied := userError(CodeNotFound, "办件编号或查询码不正确。")
	number, numberErr := nursery.ParseCaseNumber(caseNo)
	parsed, codeErr := documents.ParseCode(code)
	given := sha256.Sum256([]byte(parsed))
	years, err := s.CalendarCache.Years(ctx)
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

// Publications is the list of the public notices of a county, newest first.
var Publications = List[PublicationFilter, Publication]{
	Indexes: []string{"publications_page"}, First: cursor{On: maxDate},
	Check: func(_ context.Context, _ *Service, _ nursery.Principal, f *PublicationFilter) error {
		return needCounty(f.County)
	},
	Read: func(ctx context.Context, r reading[PublicationFilter]) ([]line[Publication], error) {
		rows, err := r.q.Publications(ctx, store.PublicationsParams{
			County: r.filter.County, Kind: r.filter.Kind, BeforeOn: r.after.On, BeforeID: r.after.No, PageSize: r.limit,
		})
		return linesOf(rows, err, func(row store.Publication) (Publication, cursor) {
			one := Publication{Title: row.Title, Text: row.Text, County: nursery.CountyName(row.County), PublishedOn: row.PublishedOn}
			return one, cursor{On: row.PublishedOn, No: row.ID}
		})
	},
}

// PublicationFilter names the county of public notices, and their kind where it is not any.
type PublicationFilter struct{ County, Kind string }

// PublishedInspections is the kind of the notices of what inspections found.
const PublishedInspections = "inspection"

// FiledInstitutions is the register of a county for the public 托育机构公示, by identifier.
var FiledInstitutions = List[string, FiledInstitution]{
	Indexes: []string{"institutions_by_county"},
	Check: func(_ context.Context, _ *Service, _ nursery.Principal, county *string) error {
		return needCounty(*county)
	},
	Read: func(ctx context.Context, r reading[string]) ([]line[FiledInstitution], error) {
		rows, err := r.q.FiledInstitutions(ctx, store.FiledInstitutionsParams{County: r.filter, AfterID: r.after.ID, PageSize: r.limit})
		if err != nil {
			return nil, err
		}
		lines := make([]line[FiledInstitution], len(rows))
		for i, row := range rows {
			one := FiledInstitution{
				ID: row.ID, Name: row.Name, County: nursery.CountyName(row.County), CountyCode: row.County, Township: row.Township,
				SiteKind: nursery.SiteKind(row.SiteKind), Address: row.Address, Phone: row.Phone, Inclusive: row.Inclusive,
				Seats: int(row.Seats), Status: row.Status, FiledOn: row.FiledOn,
			}
			if !row.PublishedOn.IsZero() {
				one.Inspected = &PublishedResult{On: row.PublishedOn, Title: row.Result}
			}
			if err := json.Unmarshal(row.Prices, &one.Prices); err != nil {
				return nil, fmt.Errorf("decode prices: %w", err)
			}
			lines[i] = line[FiledInstitution]{one, cursor{ID: row.ID}}
		}
		return lines, nil
	},
	Sheet: Sheet[FiledInstitution]{Title: "托育机构公示", Columns: []Column[FiledInstitution]{
		{Title: "机构名称", Head: "机构", Value: func(i FiledInstitution) any { return i.Name }},
		{Title: "类型", Value: func(i FiledInstitution) any { return i.SiteKind.Title() }},
		{Title: "地址", FilesOnly: true, Value: func(i FiledInstitution) any { return i.Address }},
		{Title: "电话", FilesOnly: true, Value: func(i FiledInstitution) any { return i.Phone }},
		{Title: "托位", Value: func(i FiledInstitution) any { return i.Seats }},
		{Title: "收费", Value: func(i FiledInstitution) any { return i.PricesText() }},
		{Title: "最近检查", Value: func(i FiledInstitution) any { return i.InspectedText() }},
		{Title: "普惠", FilesOnly: true, Value: func(i FiledInstitution) any { return i.Inclusive != nil && *i.Inclusive }},
		{Title: "状态", Value: func(i FiledInstitution) any { return institutionStatus[i.Status] }},
		{Title: "备案日期", FilesOnly: true, Value: func(i FiledInstitution) any { return i.FiledOn }},
	}},
}

// PricesText returns what the institution has declared that it charges.
func (i FiledInstitution) PricesText() string {
	texts := make([]string, len(i.Prices))
	for n, p := range i.Prices {
		texts[n] = p.Text()
	}
	return cmp.Or(strings.Join(texts, "；"), "未申报")
}

// InspectedText returns the last result that was made public.
func (i FiledInstitution) InspectedText() string {
	if i.Inspected == nil {
		return "—"
	}
	return i.Inspected.Title + "（" + i.Inspected.On.String() + "）"
}

// FiledInstitution returns one institution of the register with the published results of its inspections. Error:
// not_found.
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
