package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web/ui"
)

// waitingList is a list of what waits for somebody, with the number of its rows.
type waitingList struct {
	navItem
	roles []nursery.Role
	count func(context.Context, nursery.Principal) (int64, error)
}

// Waiting adds a link to the navigation of roles, with a number, while count is not zero. Where the role has the link anyway only the number
// is added.
func (s *Site) Waiting(path, title string, count func(context.Context, nursery.Principal) (int64, error), roles ...nursery.Role) {
	s.waiting = append(s.waiting, waitingList{navItem{Path: path, Title: title}, roles, count})
}

// navigation returns the links of p, and of what waits for p with its number.
func (s *Site) navigation(ctx context.Context, p nursery.Principal) []navItem {
	items := slices.Clone(s.nav[p.Role])
	for _, list := range s.waiting {
		if !slices.Contains(list.roles, p.Role) {
			continue
		}
		n, err := list.count(ctx, p)
		if err != nil {
			s.Log.WarnContext(ctx, "what waits is not counted", "list", list.Path, "error", err)
		}
		if n == 0 {
			continue
		}
		item := navItem{Path: list.Path, Title: list.Title + "（" + strconv.FormatInt(n, 10) + "）"}
		if at := slices.IndexFunc(items, func(i navItem) bool { return i.Path == list.Path }); at >= 0 {
			items[at] = item
		} else {
			items = append(items, item)
		}
	}
	return items
}

func registerWaiting(s *Site) {
	s.Waiting("/cases?status=draft", "草稿", s.Service.CountDrafts, nursery.RoleInstitution)
	s.Page("GET /news", func(w http.ResponseWriter, r *http.Request) error {
		news, err := s.Service.News(r.Context(), Principal(r.Context()))
		if err != nil {
			return err
		}
		return s.Show(w, r, Frame{Title: "新动态", Live: true}, newsPage(news))
	})
	s.Page("POST /news/seen", func(w http.ResponseWriter, r *http.Request) error {
		if err := ParseForm(r); err != nil {
			return err
		}
		event, err := strconv.ParseInt(r.PostFormValue("event"), 10, 64)
		if err != nil {
			return &casework.Error{Code: casework.CodeMalformedForm, Message: "表单无法读取，请返回重试。", Err: err}
		}
		if err := s.Service.SeeNews(r.Context(), Principal(r.Context()), Key(r), event); err != nil {
			return err
		}
		return s.Done(w, r, "/news", "已全部标为已看。")
	})
	s.Page("GET /search", Only(s.search, searching...))
}

// hasNews reports whether a role has cases of its own, in which something may happen.
func hasNews(role nursery.Role) bool {
	return slices.Contains([]nursery.Role{
		nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleHospital, nursery.RoleInsurer,
		nursery.RoleCountyOffice, nursery.RoleCityOffice,
	}, role)
}

// newsCount returns the number of cases of p with news.
func (s *Site) newsCount(ctx context.Context, p nursery.Principal) (int, error) {
	if !hasNews(p.Role) {
		return 0, nil
	}
	news, err := s.Service.News(ctx, p)
	return len(news), err
}

// searches reports whether a role searches the cases and institutions of an office.
func searches(role nursery.Role) bool {
	return slices.Contains(searching, role)
}

var searching = []nursery.Role{
	nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor,
}

// hits is what a search of everything found.
type hits struct {
	Query   string
	Parties []casework.Hit
	Cases   []casework.CaseSummary
	More    bool // not all cases are shown
}

// search finds a case or an institution, whatever is typed. It leads to the case of a number at once.
func (s *Site) search(w http.ResponseWriter, r *http.Request) error {
	p, typed := Principal(r.Context()), strings.TrimSpace(r.FormValue("q"))
	found := hits{Query: typed}
	var err error
	if typed != "" {
		if found.Parties, found.Cases, found.More, err = s.Service.SearchAll(r.Context(), p, typed); err != nil {
			return err
		}
	}
	if len(found.Cases) == 1 && len(found.Parties) == 0 && casework.ReadSearch(typed).CaseNo == found.Cases[0].CaseNo {
		http.Redirect(w, r, "/cases/"+found.Cases[0].CaseNo, http.StatusSeeOther)
		return nil
	}
	return s.Show(w, r, Frame{Title: "查找", Wide: true}, searchPage(found, p))
}

var searchCells = ui.CellsOf(casework.Cases.Sheet, casesListing.Looks(Reader{}))
