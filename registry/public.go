package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Publications is the list of the public notices of a county, newest first.
var Publications = casework.List[PublicationFilter, Publication]{
	Indexes: []string{"publications_page"}, First: casework.Cursor{On: casework.MaxDate},
	Check: func(_ context.Context, _ *casework.Service, _ nursery.Principal, f *PublicationFilter) error {
		return casework.NeedCounty(f.County)
	},
	Read: func(ctx context.Context, r casework.ListReading[PublicationFilter]) ([]casework.ListRow[Publication], error) {
		rows, err := r.Q.Publications(ctx, store.PublicationsParams{
			County: r.Filter.County, Kind: r.Filter.Kind, BeforeOn: r.After.On, BeforeID: r.After.No, PageSize: r.Limit,
		})
		return casework.ListRows(rows, err, func(row store.Publication) (Publication, casework.Cursor) {
			one := Publication{Title: row.Title, Text: row.Text, County: nursery.CountyName(row.County), PublishedOn: row.PublishedOn}
			return one, casework.Cursor{On: row.PublishedOn, No: row.ID}
		})
	},
}

// PublicationFilter names the county of public notices, and their kind where it is not any.
type PublicationFilter struct{ County, Kind string }

// PublishedInspections is the kind of the notices of what inspections found.
const PublishedInspections = "inspection"

// FiledFilter narrows the register for the public; empty fields do not.
type FiledFilter struct {
	County    string            `json:"county"`
	Name      string            `json:"name"` // a part of it
	Township  string            `json:"township"`
	ClassKind nursery.ClassKind `json:"class_kind"` // which the institution has
}

func (f *FiledFilter) check() error {
	var c casework.Checker
	if f.County != "" {
		if err := casework.NeedCounty(f.County); err != nil {
			return err
		}
	}
	f.Name = strings.TrimSpace(f.Name)
	for field, text := range map[string]string{"name": f.Name, "township": f.Township} {
		if wrong := casework.CheckText(field, text, 60); wrong != nil {
			c.Add(wrong.Location, wrong.Message)
		}
	}
	if f.ClassKind != "" && !slices.Contains(classKinds, f.ClassKind) {
		c.Add("class_kind", "没有这种班级")
	}
	return c.Err()
}

var classKinds = []nursery.ClassKind{nursery.InfantClass, nursery.ToddlerClass, nursery.OlderToddlerClass, nursery.MixedClass}

// FiledInstitutions is the register for the public 托育机构公示, by identifier.
var FiledInstitutions = casework.List[FiledFilter, FiledInstitution]{
	Indexes: []string{"institutions_by_county", "institutions_pkey"},
	Check: func(_ context.Context, _ *casework.Service, _ nursery.Principal, f *FiledFilter) error {
		return f.check()
	},
	Read: func(ctx context.Context, r casework.ListReading[FiledFilter]) ([]casework.ListRow[FiledInstitution], error) {
		rows, err := r.Q.FiledInstitutions(ctx, store.FiledInstitutionsParams{
			County: r.Filter.County, Name: r.Filter.Name, Township: r.Filter.Township, ClassKind: string(r.Filter.ClassKind), AfterID: r.After.ID, PageSize: r.Limit,
		})
		if err != nil {
			return nil, err
		}
		lines := make([]casework.ListRow[FiledInstitution], len(rows))
		for i, row := range rows {
			one := FiledInstitution{
				ID: row.ID, Name: row.Name, County: nursery.CountyName(row.County), CountyCode: row.County, Township: row.Township,
				SiteKind: nursery.SiteKind(row.SiteKind), Address: row.Address, Phone: row.Phone, Inclusive: row.Inclusive,
				Seats: int(row.Seats), Status: row.Status, FiledOn: row.FiledOn,
			}
			if !row.PublishedOn.IsZero() {
				one.Inspected = &PublishedResult{On: row.PublishedOn, Title: row.Result}
			}
			if err := one.declared(row.Prices, row.Classes); err != nil {
				return nil, err
			}
			lines[i] = casework.ListRow[FiledInstitution]{View: one, At: casework.Cursor{ID: row.ID}}
		}
		return lines, nil
	},
	Complete: func(ctx context.Context, r casework.ListReading[FiledFilter], list []FiledInstitution) error {
		those := make([]*FiledInstitution, len(list))
		for i := range list {
			those[i] = &list[i]
		}
		return countFree(ctx, r.Q, those...)
	},
	Sheet: casework.Sheet[FiledInstitution]{Title: "托育机构公示", Columns: []casework.Column[FiledInstitution]{
		{Title: "机构名称", Head: "机构", Value: func(i FiledInstitution) any { return i.Name }},
		{Title: "类型", Value: func(i FiledInstitution) any { return i.SiteKind.Title() }},
		{Title: "地址", FilesOnly: true, Value: func(i FiledInstitution) any { return i.Address }},
		{Title: "电话", FilesOnly: true, Value: func(i FiledInstitution) any { return i.Phone }},
		{Title: "托位", Value: func(i FiledInstitution) any { return i.Seats }},
		{Title: "空余托位", Value: func(i FiledInstitution) any { return i.FreeText() }},
		{Title: "收费", FilesOnly: true, Value: func(i FiledInstitution) any { return i.PricesText() }},
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
			return casework.NewNotFound()
		}
		if err != nil {
			return fmt.Errorf("read institution: %w", err)
		}
		d.FiledInstitution = FiledInstitution{
			ID: row.ID, Name: row.Name, County: nursery.CountyName(row.County), CountyCode: row.County, Township: row.Township,
			SiteKind: nursery.SiteKind(row.SiteKind), Address: row.Address, Phone: row.Phone, Inclusive: row.Inclusive,
			Seats: int(row.Seats), Status: row.Status, FiledOn: row.FiledOn,
		}
		if err := d.declared(row.Prices, row.Classes); err != nil {
			return err
		}
		if err := countFree(ctx, q, &d.FiledInstitution); err != nil {
			return err
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

// Publication is a public notice 公示.
type Publication struct {
	Title       string       `json:"title"`
	Text        string       `json:"text"`
	County      string       `json:"county"`
	PublishedOn nursery.Date `json:"published_on"`
}

// FiledInstitution is an institution as the public register shows it 托育机构公示.
type FiledInstitution struct {
	ID         string           `json:"id" doc:"机构标识"`
	Name       string           `json:"name"`
	County     string           `json:"county"`
	CountyCode string           `json:"county_code" doc:"县区代码"`
	Township   string           `json:"township,omitempty"`
	SiteKind   nursery.SiteKind `json:"site_kind"`
	Address    string           `json:"address"`
	Phone      string           `json:"phone"`
	Inclusive  *bool            `json:"inclusive,omitempty"`
	Seats      int              `json:"seats"`
	Status     string           `json:"status"`
	FiledOn    nursery.Date     `json:"filed_on"`
	Prices     []nursery.Price  `json:"prices" doc:"备案时申报的收费标准"`
	Places     []Places         `json:"places" doc:"各类班级的托位和空余托位"`
	Free       int              `json:"free" doc:"空余托位数"`
	Inspected  *PublishedResult `json:"inspected,omitempty" doc:"最近一次公示的检查结果"`

	classes []nursery.Class
}

// PublishedResult is the result of an inspection as it was made public.
type PublishedResult struct {
	On    nursery.Date `json:"on" doc:"公示日期"`
	Title string       `json:"title" doc:"标题"`
}

// FiledInstitutionDetail is an institution of the public register with the results of its inspections, newest first.
type FiledInstitutionDetail struct {
	FiledInstitution
	ServiceForms []nursery.ServiceForm `json:"service_forms" doc:"服务形式"`
	Results      []Publication         `json:"results" doc:"公示的检查结果"`
}
