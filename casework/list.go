package casework

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

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
	First   Cursor   // before the first row, where that is not the zero cursor
	// Default and Most are the limits of a page, 25 and 100 where they are zero.
	Default, Most int
	// Check validates the filter, or completes it. Nil for a filter that takes anything.
	Check func(ctx context.Context, s *Service, p nursery.Principal, f *Filter) error
	// Read returns the next rows of the list, one more than the page if there are as many.
	Read func(context.Context, ListReading[Filter]) ([]ListRow[View], error)
	// Complete adds to the rows of a page what other tables know of them, such as names.
	Complete func(context.Context, ListReading[Filter], []View) error
}

// Anyone reads the public lists.
var Anyone = nursery.Principal{Role: nursery.RolePublic}

// ListReading is one page being read in a transaction of the principal.
type ListReading[Filter any] struct {
	Service   *Service // not embedded: its methods would be compiled once more for each list
	Q         *store.Queries
	Principal nursery.Principal
	Filter    Filter
	After     Cursor
	Limit     int32       // rows to read
	Case      *store.Case // of a list of one case, set by Read
}

// ListRow is a row of a list and the cursor of the page that ends with it.
type ListRow[View any] struct {
	View View
	At   Cursor
}

// ListRows maps the rows of a query. It returns err unchanged.
func ListRows[Row, View any](rows []Row, err error, of func(Row) (View, Cursor)) ([]ListRow[View], error) {
	lines := make([]ListRow[View], len(rows))
	for i, row := range rows {
		lines[i].View, lines[i].At = of(row)
	}
	return lines, err
}

// Page returns a page of the list as p sees it, and where the next one begins. Errors: forbidden, invalid, and those of the list.
func (l *List[Filter, View]) Page(ctx context.Context, s *Service, p nursery.Principal, f Filter, page PageRequest) (Page[View], error) {
	list := Page[View]{Items: []View{}}
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
	err = l.reading(ctx, s, p, f, func(r ListReading[Filter]) error {
		r.After, r.Limit = after, int32(limit+1)
		lines, err := l.Read(ctx, r)
		if err != nil {
			return err
		}
		if len(lines) > limit {
			lines = lines[:limit]
			list.Next = lines[limit-1].At.encode()
		}
		for _, one := range lines {
			list.Items = append(list.Items, one.View)
		}
		if l.Complete == nil {
			return nil
		}
		return l.Complete(ctx, r, list.Items)
	})
	if err != nil {
		return Page[View]{Items: []View{}}, err
	}
	return list, nil
}

// reading authorizes p for the list, checks the filter, and runs read in a transaction of p that is planned for pages. Errors: forbidden,
// invalid, and those of read.
func (l *List[Filter, View]) reading(ctx context.Context, s *Service, p nursery.Principal, f Filter, read func(ListReading[Filter]) error) error {
	if l.Act != "" {
		if err := s.Authorize(ctx, p, l.Act, Resource{}); err != nil {
			return err
		}
	}
	if l.Check != nil {
		if err := l.Check(ctx, s, p, &f); err != nil {
			return err
		}
	}
	err := s.As(ctx, p, func(q *store.Queries) error {
		if err := q.Plan(ctx, store.PlanForPage); err != nil {
			return err
		}
		return read(ListReading[Filter]{Service: s, Q: q, Principal: p, Filter: f, After: l.First, Case: new(store.Case)})
	})
	if err != nil {
		return fmt.Errorf("list %s: %w", l.Title, err)
	}
	return nil
}

// All returns the list page by page as one, at most ExportMost rows. Its errors are those of Page.
func (l *List[Filter, View]) All(ctx context.Context, s *Service, p nursery.Principal, f Filter) ([]View, error) {
	all, _, err := l.Some(ctx, s, p, f, ExportMost)
	return all, err
}

// Some returns the first rows of the list, at most most of them, and whether there are more. Its errors are those of Page.
func (l *List[Filter, View]) Some(ctx context.Context, s *Service, p nursery.Principal, f Filter, most int) (rows []View, more bool, err error) {
	page := PageRequest{Limit: maxPageSize}
	for {
		list, err := l.Page(ctx, s, p, f, page)
		if err != nil {
			return nil, false, err
		}
		if rows = append(rows, list.Items...); list.Next == "" || len(rows) >= most {
			return rows[:min(most, len(rows))], list.Next != "" || len(rows) > most, nil
		}
		page.After = list.Next
	}
}

// Export returns the list as a file, at most ExportMost rows. Its errors are those of Page.
func (l *List[Filter, View]) Export(ctx context.Context, s *Service, p nursery.Principal, f Filter, format Format) (File, error) {
	all, err := l.All(ctx, s, p, f)
	if err != nil {
		return File{}, err
	}
	return l.Sheet.File(all, format)
}

// scope is whose rows a list holds; one of its fields is set, or none for the whole city.
type scope struct{ County, Institution, Partner string }

// ScopeOf returns the scope of p. The city chooses the county.
func ScopeOf(p nursery.Principal, county string) scope {
	switch {
	case p.Role == nursery.RoleInstitution:
		return scope{Institution: p.Institution}
	case p.Role.Partner():
		return scope{Partner: p.Institution}
	}
	return scope{County: CountyOf(p, county)}
}

// CountyOf narrows a list to the county of p, or for the city to the one asked for.
func CountyOf(p nursery.Principal, asked string) string {
	if p.Role == nursery.RoleCityOffice || p.Role == nursery.RoleAuditor || p.Role == nursery.RoleCityFinance {
		return asked
	}
	return p.County
}

// NeedCounty returns invalid unless the code is that of a county.
func NeedCounty(code string) error {
	if d, ok := nursery.DivisionByCode(code); !ok || d.Level != nursery.LevelCounty {
		return NewError(CodeInvalid, "请选择长治市的县区。", FieldError{Location: "county", Message: "没有这个县区"})
	}
	return nil
}

// CityWide reports whether the role sees every county.
func CityWide(r nursery.Role) bool { return r.CityWide() }

// Cursor is where a page ended: the sort key of its last row. Lists by date set On, lists by time At.
type Cursor struct {
	On nursery.Date `json:"d,omitzero"`
	At time.Time    `json:"t,omitzero"`
	ID string       `json:"i"`
	No int64        `json:"n,omitempty"`
}

func (c Cursor) encode() string {
	raw, err := json.Marshal(c)
	if err != nil {
		panic("casework: cursor: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// maxCursorLen is far above the longest cursor there is.
const maxCursorLen = 400

func decodeCursor(s string) (Cursor, error) {
	var c Cursor
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil || len(s) > maxCursorLen || !Printable(c.ID) {
		return c, NewError(CodeInvalid, "翻页标记无效，请从第一页开始。", FieldError{Location: "after", Message: "无效"})
	}
	return c, nil
}

const (
	pageDefault = 25
	maxPageSize = 100
)

// limit returns the rows of the page: standard where none are asked for, at most most. Zero is the limits of the service.
func (p PageRequest) limit(standard, most int) (int, error) {
	standard, most = cmp.Or(standard, pageDefault), cmp.Or(most, maxPageSize)
	switch {
	case p.Limit == 0:
		return standard, nil
	case p.Limit < 0 || p.Limit > most:
		return 0, NewError(CodeInvalid, fmt.Sprintf("每页条数应为 1 至 %d。", most), FieldError{Location: "limit", Message: "超出允许范围"})
	}
	return p.Limit, nil
}
