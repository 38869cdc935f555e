package web

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web/ui"
)

// Places has, for each role with a link, its place among the links of the role.
type Places map[nursery.Role]int

// navItem is a link of the main navigation.
type navItem struct {
	Path, Title string
	place       int
}

// Nav adds a link to the main navigation of the roles in places. It panics if another link has the same place.
func (s *Site) Nav(path, title string, places Places) {
	for role, place := range places {
		items := s.nav[role]
		i, taken := slices.BinarySearchFunc(items, place, func(n navItem, place int) int { return cmp.Compare(n.place, place) })
		if taken {
			panic(fmt.Sprintf("web: %s and %s have the same place in the navigation of %s", path, items[i].Path, role))
		}
		s.nav[role] = slices.Insert(items, i, navItem{path, title, place})
	}
}

// tile is a link on the first page of institutions to what they may begin.
type tile struct {
	place             int
	Path, Title, Hint string
}

// Tile adds a link to the first page of institutions, at its place.
func (s *Site) Tile(place int, path, title, hint string) {
	i, _ := slices.BinarySearchFunc(s.tiles, place, func(t tile, place int) int { return cmp.Compare(t.place, place) })
	s.tiles = slices.Insert(s.tiles, i, tile{place, path, title, hint})
}

// TaskPage is what the page of a kind of task shows besides what all tasks have.
type TaskPage struct {
	Subject   func(context.Context, TaskView) (templ.Component, error) // what is decided or has to be done
	Initial   func(TaskView) url.Values                                // with which the form begins; nil: an empty form
	Elsewhere func(casework.TaskDetail) string                         // the page on which its role answers it while it is open; nil: that of the task
	Warn      func(context.Context, TaskView) (string, error)          // what its answer overlooks, to be confirmed; empty: nothing
}

// SubjectOf returns the subject of tasks that show what a query returns of their case.
func SubjectOf[View any](query func(context.Context, nursery.Principal, string) (View, error), part func(View) templ.Component) func(context.Context, TaskView) (templ.Component, error) {
	return func(ctx context.Context, v TaskView) (templ.Component, error) {
		view, err := query(ctx, v.Reader, v.Task.CaseNo)
		if err != nil {
			return nil, err
		}
		return part(view), nil
	}
}

// Task has the tasks of some kinds shown by a page.
func (s *Site) Task(page TaskPage, kinds ...string) {
	for _, kind := range kinds {
		s.taskPages[kind] = page
	}
}

// TaskPages returns the kinds of task that have a page of their own, and whether it shows what is decided.
func (s *Site) TaskPages() map[string]bool {
	shows := map[string]bool{}
	for kind, page := range s.taskPages {
		shows[kind] = page.Subject != nil
	}
	return shows
}

// CasePage is what the pages of a kind of case, and of its tasks, show besides what all cases have.
type CasePage struct {
	Content func(context.Context, casework.CaseDetail) (Content, error)       // what was handed in; nil: nothing
	Link    func(casework.CaseDetail, nursery.Principal) (path, title string) // where the reader continues; an empty path leads to the page of the process
}

// Content is what was handed in with a case.
type Content interface {
	templ.Component
	Unseen() int                 // number of its papers that the reader has not opened
	Markable(form *ui.BoundForm) // has its parts marked as findings of the form of an answer
}

// Case has the cases of some kinds shown by a page.
func (s *Site) Case(page CasePage, kinds ...nursery.CaseKind) {
	for _, kind := range kinds {
		s.casePages[kind] = page
	}
}

// SavedFilter is a view of a list that somebody saved under a name: the query of its address.
type SavedFilter struct {
	ID          int64
	Name, Query string
}

// SavedFilters has lists offer the views that list returns, by the list's path. Forms to save and to delete one are sent to /views.
func (s *Site) SavedFilters(list func(ctx context.Context, p nursery.Principal, room string) ([]SavedFilter, error)) {
	s.savedFilters = list
}

// covers reports whether a page lies under the link.
func (n navItem) covers(path string) bool {
	return path == n.Path || strings.HasPrefix(path, n.Path+"/")
}

// startPath is where each role's work begins.
func (s *Site) startPath(p nursery.Principal) string {
	if items := s.nav[p.Role]; len(items) > 0 {
		return items[0].Path
	}
	return "/"
}

func brandPath(p nursery.Principal) string {
	if p.Account == "" {
		return "/"
	}
	return "/home"
}
