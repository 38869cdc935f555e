package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web/ui"
)

// Listing is the page of a list: how its columns look, how it is narrowed, and what can be done with its rows. Which columns are shown
// and how they are sorted is in the address, so that a view of the list can be saved under a name.
type Listing[Filter, View any] struct {
	List  casework.List[Filter, View]
	Path  string
	Title string
	Lead  string
	Back  string // the previous page
	Rows  int    // of a page
	Live  bool   // the list follows changes
	None  string // what is shown without rows
	Hint  string // what is shown below it

	Search  string                                  // label of the search box, for a filter with q or a Match
	Match   func(row View, text string) bool        // searches what the database cannot, such as sealed names
	Fault   string                                  // why what was sent from the page was refused
	Choices func(nursery.Principal) []Choice        // besides the county, which the city chooses
	Fixed   func(nursery.Principal, *Filter)        // completes the filter of the address
	Looks   func(Reader) ui.Looks[View]             // of columns that do not look as their value
	Acts    func(nursery.Principal) []Link          // beside the title
	Tabs    func(Reader, Filter) ([]Tab, error)     // above the list
	Control func(Reader) func(View) templ.Component // what can be done with a row
	Below   func(Reader) (templ.Component, error)   // after the list

	Batch Batches[View]
}

// Reader is who reads a list, and at which address.
type Reader struct {
	nursery.Principal
	Here string // the address of the page
	r    *http.Request
}

// Context returns the context of the request.
func (v Reader) Context() context.Context { return v.r.Context() }

// With returns the address of the page with a parameter changed.
func (v Reader) With(name, value string) string { return WithParam(v.r, name, value) }

// Link is a link to another page.
type Link struct {
	Path, Title string
	Main        bool // what most come for
}

// Tab leads to a view of a list that is always there. Count is shown unless it is negative.
type Tab struct {
	Title, Link string
	Count       int
	Here        bool
}

// Choice is a field that narrows a list: a choice between options, or without options a box to tick, or a text.
type Choice struct {
	Name, Label string
	Options     []ui.Option
	Text        bool
}

// AddListing registers the page of a list, and what can be done with several of its rows at once.
func AddListing[Filter, View any](s *Site, l Listing[Filter, View]) {
	s.Page("GET "+l.Path, func(w http.ResponseWriter, r *http.Request) error { return ShowListing(s, w, r, http.StatusOK, l) })
	for _, act := range l.Batch.Acts {
		s.Page("POST "+l.Path+"/"+act.Name, func(w http.ResponseWriter, r *http.Request) error { return l.batch(s, w, r, act) })
	}
}

// RoomOf returns the name under which views of the list at an address are saved.
func RoomOf(path string) string { return strings.ReplaceAll(strings.Trim(path, "/"), "/", "-") }

// DefaultView is the name of the view whose columns and order a list has without others.
const DefaultView = "默认"

// listQuery is what an address asks of a list.
type listQuery struct {
	values url.Values
	order  casework.Order
	shown  []string // titles of the columns; none: those that the list shows by itself
}

// listQueryOf returns what an address asks, with the columns and the order of the default view where it names none.
func listQueryOf(values url.Values, saved []SavedFilter) listQuery {
	q := listQuery{values: values}
	var usual url.Values
	for _, f := range saved {
		if f.Name == DefaultView {
			usual, _ = url.ParseQuery(f.Query) // one that cannot be read has no columns
		}
	}
	of := func(name string) []string {
		if values.Has(name) {
			return values[name]
		}
		return usual[name]
	}
	q.shown = of("cols")
	if sort := of("sort"); len(sort) > 0 {
		q.order.By, q.order.Desc = strings.CutPrefix(sort[0], "-")
	}
	return q
}

// OrderOf returns the order that an address of a list asks for.
func (s *Site) OrderOf(ctx context.Context, p nursery.Principal, path string, values url.Values) (casework.Order, error) {
	saved, err := s.Views(ctx, p, RoomOf(path))
	return listQueryOf(values, saved).order, err
}

// FilterOf returns the filter of an address, by the names that the API has for its fields.
func FilterOf[Filter any](values url.Values) (f Filter) {
	of := reflect.ValueOf(&f).Elem()
	for i := range of.NumField() {
		name := queryName(of.Type().Field(i))
		if name == "" {
			continue
		}
		text := strings.TrimSpace(values.Get(name))
		switch field := of.Field(i); field.Kind() {
		case reflect.String:
			field.SetString(text)
		case reflect.Bool:
			field.SetBool(text == "yes" || text == "true")
		}
	}
	return f
}

func queryName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("query"), ",")
	return name
}

// filters reports whether the filter has a field of the name.
func (l *Listing[Filter, View]) filters(name string) bool {
	of := reflect.TypeFor[Filter]()
	for i := range of.NumField() {
		if queryName(of.Field(i)) == name {
			return true
		}
	}
	return false
}

func (l *Listing[Filter, View]) filterOf(p nursery.Principal, values url.Values) Filter {
	f := FilterOf[Filter](values)
	if l.Fixed != nil {
		l.Fixed(p, &f)
	}
	return f
}

// listingView is a list as it is shown.
type listingView struct {
	Reader
	listingHead
	Table   templ.Component
	Keys    []string // titles of the columns that are shown
	Partial bool     // not all rows of the list were sorted
	Below   templ.Component
}

// listingHead is what surrounds a list, whatever its rows are.
type listingHead struct {
	Path, Title, Lead   string
	Fault               string
	Live                bool
	Acts                []Link
	Tabs                []Tab
	Saved               []SavedFilter
	Search              string // label; empty: no search box
	County, AllCounties bool   // the reader chooses a county
	Choices             []Choice
	Columns             []ui.Option // that may be shown
	Shown               []string
	Batch               []batchButton
	query               url.Values
}

// rows returns what a page of the list shows. Whole is false where not all rows of the list were looked through.
func (l *Listing[Filter, View]) rows(s *Site, r *http.Request, f Filter, q listQuery) (page casework.Page[View], whole bool, err error) {
	p, text := Principal(r.Context()), strings.TrimSpace(q.values.Get("q"))
	if l.Match == nil || text == "" {
		return l.List.Sorted(r.Context(), s.Service, p, f, q.order, PageRequest(r, l.Rows))
	}
	page.Items, whole, err = l.List.Matching(r.Context(), s.Service, p, f, q.order, func(row View) bool { return l.Match(row, text) })
	return page, whole, err
}

// ShowListing responds with the page of a list, or with a file of it. It is called with another status by what answers a form of the page.
func ShowListing[Filter, View any](s *Site, w http.ResponseWriter, r *http.Request, status int, l Listing[Filter, View]) error {
	p := Principal(r.Context())
	saved, err := s.Views(r.Context(), p, RoomOf(l.Path))
	if err != nil {
		return err
	}
	q := listQueryOf(r.URL.Query(), saved)
	f := l.filterOf(p, q.values)
	if format := ExportFormat(r); format != "" {
		var rows []View
		if text := strings.TrimSpace(q.values.Get("q")); l.Match != nil && text != "" {
			rows, _, err = l.List.Matching(r.Context(), s.Service, p, f, q.order, func(row View) bool { return l.Match(row, text) })
		} else {
			rows, err = l.List.AllSorted(r.Context(), s.Service, p, f, q.order)
		}
		if err != nil {
			return err
		}
		return SendFile(w)(l.List.Sheet.Only(q.shown).File(rows, format))
	}
	page, whole, err := l.rows(s, r, f, q)
	if err != nil {
		return err
	}
	v := listingView{
		Reader: Reader{p, r.URL.RequestURI(), r}, Partial: !whole, Below: templ.NopComponent,
		listingHead: listingHead{
			Path: l.Path, Title: l.Title, Lead: l.Lead, Fault: l.Fault, Live: l.Live, Saved: saved, Shown: q.shown, query: q.values,
			County: l.filters("county") && (p.Role == nursery.RoleCityOffice || p.Role == nursery.RoleAuditor || p.Role == nursery.RoleCityFinance), AllCounties: l.Fixed == nil,
		},
	}
	if l.filters("q") || l.Match != nil {
		v.Search = l.Search
	}
	if l.Choices != nil {
		v.Choices = l.Choices(p)
	}
	if l.Acts != nil {
		v.Acts = l.Acts(p)
	}
	if l.Tabs != nil {
		if v.Tabs, err = l.Tabs(v.Reader, f); err != nil {
			return err
		}
	}
	if l.Below != nil {
		if v.Below, err = l.Below(v.Reader); err != nil {
			return err
		}
	}
	if v.Batch, err = l.Batch.buttons(v.Reader, len(page.Items)); err != nil {
		return err
	}
	cells := l.cells(v.Reader, q)
	for _, c := range cells {
		if c.Key != "" {
			v.Keys = append(v.Keys, c.Key)
		}
	}
	v.Table = ui.PagedTable(l.Title+"列表", cells, page.Items, NextPage(r, page.Next), ui.Empty(l.None, l.Hint))
	for _, c := range l.List.Sheet.Columns {
		v.Columns = append(v.Columns, ui.Option{Value: c.Title, Label: c.Title})
	}
	return s.ShowStatus(w, r, status, Frame{Title: l.Title, Wide: true, Live: l.Live, Back: l.Back}, listingPage(v))
}

// cells returns the columns that are shown, with the links that sort by them. The column that heads a row is always shown.
func (l *Listing[Filter, View]) cells(v Reader, q listQuery) []ui.Cell[View] {
	var looks ui.Looks[View]
	if l.Looks != nil {
		looks = l.Looks(v)
	}
	cells := ui.CellsOf(l.List.Sheet, looks, q.shown...)
	for i, c := range cells {
		next := c.Key
		if q.order.By == c.Key {
			cells[i].Sorted, next = "ascending", "-"+c.Key
			if q.order.Desc {
				cells[i].Sorted, next = "descending", ""
			}
		}
		if cells[i].Sort = v.With("sort", next); next == "" && v.r.URL.Query().Has("sort") {
			cells[i].Sort = v.unsorted()
		}
	}
	if l.Batch.ID != nil && len(l.Batch.Acts) > 0 {
		cells = slices.Insert(cells, 0, ui.Cell[View]{Title: "选择", Hidden: true, All: true, Show: ui.StyledCell("screen", func(row View) templ.Component {
			id, name := l.Batch.ID(v, row)
			return rowChoice(id, name, false)
		})})
	}
	if l.Control != nil {
		cells = append(cells, ui.Cell[View]{Title: "操作", Show: ui.StyledCell("screen nowrap", l.Control(v))})
	}
	return cells
}

// unsorted is the address of the page in the order of the list, also where its default view has another.
func (v Reader) unsorted() string {
	q := v.r.URL.Query()
	q.Del("after")
	q.Set("sort", "")
	return v.r.URL.Path + "?" + q.Encode()
}

// others are the parameters of the address that a form of the page does not have itself.
func (h listingHead) others(own ...string) (list []ui.Option) {
	for _, name := range slices.Sorted(maps.Keys(h.query)) {
		if name == "after" || name == "export" || slices.Contains(own, name) {
			continue
		}
		for _, value := range h.query[name] {
			list = append(list, ui.Option{Value: name, Label: value})
		}
	}
	return list
}

// own are the parameters that the form of filters has.
func (h listingHead) own() []string {
	names := []string{"q", "county"}
	for _, c := range h.Choices {
		names = append(names, c.Name)
	}
	return names
}

// shows reports whether a column is shown, or would be by itself.
func (h listingHead) shows(title string, cells []string) bool {
	if len(h.Shown) > 0 {
		return slices.Contains(h.Shown, title)
	}
	return slices.Contains(cells, title)
}

// current reports whether the page shows a saved view.
func (h listingHead) current(f SavedFilter) bool {
	saved, err := url.ParseQuery(f.Query)
	return err == nil && saved.Encode() == h.query.Encode()
}

// Views returns the views of a list that somebody saved.
func (s *Site) Views(ctx context.Context, p nursery.Principal, room string) ([]SavedFilter, error) {
	if s.savedFilters == nil {
		return nil, nil
	}
	return s.savedFilters(ctx, p, room)
}

// named reports whether a saved view can be chosen. The default one is that of the list without another.
func named(f SavedFilter) bool { return f.Name != DefaultView }
