package casework

import (
	"context"
	"fmt"

	"tuoyu/nursery"
	"tuoyu/store"
)

// ExportMost bounds the rows of a list that is exported.
const ExportMost = 20_000

// List is a list of the service, defined once: the act that authorizes it, how a page is read and which index serves that, and the
// columns of its workbook, its CSV and its table. Filter narrows it, View is what a row becomes.
//
// Row-level security decides which rows a principal sees. The scope of a reading only repeats in the query what it would leave
// anyway, so that a page is read along the index that begins with the principal's county, institution or partner.
type List[Filter, View any] struct {
	Sheet[View]
	Act     string   // empty for a list that is public, or of one case, which Check and Read authorize
	Indexes []string // along one of them each page is read
	First   cursor   // before the first row, where that is not the zero cursor
	// Default and Most are the limits of a page, 25 and 100 where they are zero.
	Default, Most int
	// Check validates the filter, or completes it. Nil for a filter that takes anything.
	Check func(ctx context.Context, s *Service, p nursery.Principal, f *Filter) error
	// Read returns the next rows of the list, one more than the page if there are as many.
	Read func(context.Context, reading[Filter]) ([]line[View], error)
	// Complete adds to the rows of a page what other tables know of them, such as names.
	Complete func(context.Context, reading[Filter], []View) error
}

// Anyone reads the public lists.
var Anyone = nursery.Principal{Role: nursery.RolePublic}

// reading is one page being read in a transaction of the principal.
type reading[Filter any] struct {
	*Service
	q      *store.Queries
	p      nursery.Principal
	filter Filter
	after  cursor
	limit  int32       // rows to read
	of     *store.Case // of a list of one case, set by Read
}

// line is a row of a list and the cursor of the page that ends with it.
type line[View any] struct {
	view View
	at   cursor
}

// linesOf maps the rows of a query. It returns err unchanged.
func linesOf[Row, View any](rows []Row, err error, of func(Row) (View, cursor)) ([]line[View], error) {
	lines := make([]line[View], len(rows))
	for i, row := range rows {
		lines[i].view, lines[i].at = of(row)
	}
	return lines, err
}

// Page returns a page of the list as p sees it, and where the next one begins. Errors: forbidden, invalid, and those of the list.
func (l List[Filter, View]) Page(ctx context.Context, s *Service, p nursery.Principal, f Filter, page PageRequest) (Page[View], error) {
	list := Page[View]{Items: []View{}}
	if l.Act != "" {
		if err := s.authorize(ctx, p, l.Act, resource{}); err != nil {
			return list, err
		}
	}
	limit, err := page.limit(l.Default, l.Most)
	if err != nil {
		return list, err
	}
	after := l.First
	if page.After != "" {
		if after, err = decodeCursor(page.After); err != nil {
			return list, err
		}
	}
	if l.Check != nil {
		if err := l.Check(ctx, s, p, &f); err != nil {
			return list, err
		}
	}
	err = s.as(ctx, p, func(q *store.Queries) error {
		if err := q.Plan(ctx, store.PlanForPage); err != nil {
			return err
		}
		r := reading[Filter]{Service: s, q: q, p: p, filter: f, after: after, limit: int32(limit + 1), of: new(store.Case)}
		lines, err := l.Read(ctx, r)
		if err != nil {
			return err
		}
		if len(lines) > limit {
			lines = lines[:limit]
			list.Next = lines[limit-1].at.encode()
		}
		for _, one := range lines {
			list.Items = append(list.Items, one.view)
		}
		if l.Complete == nil {
			return nil
		}
		return l.Complete(ctx, r, list.Items)
	})
	if err != nil {
		return Page[View]{Items: []View{}}, fmt.Errorf("list %s: %w", l.Title, err)
	}
	return list, nil
}

// All returns the list page by page as one, at most ExportMost rows. Its errors are those of Page.
func (l List[Filter, View]) All(ctx context.Context, s *Service, p nursery.Principal, f Filter) ([]View, error) {
	var all []View
	page := PageRequest{Limit: maxPageSize}
	for {
		list, err := l.Page(ctx, s, p, f, page)
		if err != nil {
			return nil, err
		}
		if all = append(all, list.Items...); list.Next == "" || len(all) >= ExportMost {
			return all, nil
		}
		page.After = list.Next
	}
}

// Export returns the list as a file, at most ExportMost rows. Its errors are those of Page.
func (l List[Filter, View]) Export(ctx context.Context, s *Service, p nursery.Principal, f Filter, format Format) (File, error) {
	all, err := l.All(ctx, s, p, f)
	if err != nil {
		return File{}, err
	}
	return l.Sheet.File(all, format)
}

// scope is whose rows a list holds; one of its fields is set, or none for the whole city.
type scope struct{ county, institution, partner string }

// scopeOf returns the scope of p. The city chooses the county.
func scopeOf(p nursery.Principal, county string) scope {
	switch {
	case p.Role == nursery.RoleInstitution:
		return scope{institution: p.Institution}
	case p.Role.Partner():
		return scope{partner: p.Institution}
	}
	return scope{county: countyOf(p, county)}
}

// countyOf narrows a list to the county of p, or for the city to the one asked for.
func countyOf(p nursery.Principal, asked string) string {
	if p.Role == nursery.RoleCityOffice || p.Role == nursery.RoleAuditor {
		return asked
	}
	return p.County
}
