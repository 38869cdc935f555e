package web

import (
	"context"
	"net/url"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web/ui"
)

// TaskView is a task as its reader sees it.
type TaskView struct {
	Task   casework.TaskDetail
	Case   *casework.CaseDetail // nil when the reader may not read it
	Reader nursery.Principal
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

// FindingsPointer is where the findings of an answer stand.
const FindingsPointer = "/findings"

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

// GuidePart is what the guide of a kind of case shows besides what all guides have.
type GuidePart struct {
	Papers func(ctx context.Context, county string) ([]GuidePaper, error) // what has to be handed in; nil: nothing but the form
	Note   string                                                         // about the papers
	Blanks []GuideBlank                                                   // to download besides those of papers
}

// GuidePaper is a paper that has to be handed in with a case.
type GuidePaper struct {
	Title string
	For   string // who has to hand it in, and when
	Basis []nursery.Citation
	Blank string // the page of a blank one; empty: there is none
}

// GuideBlank is a form to print or a workbook to fill in.
type GuideBlank struct{ Path, Title string }

// Guide has the guides of some kinds of case show a part.
func (s *Site) Guide(part GuidePart, kinds ...nursery.CaseKind) {
	for _, kind := range kinds {
		s.guides[kind] = part
	}
}

// GuideOf returns what the guide of a kind of case shows besides what all guides have.
func (s *Site) GuideOf(kind nursery.CaseKind) GuidePart { return s.guides[kind] }

// Others has the cases of kinds without pages of their own, and their tasks, shown by pages. Such kinds are published while the
// program runs.
func (s *Site) Others(cases CasePage, tasks TaskPage) { s.otherCases, s.otherTasks = cases, tasks }

// TaskPageOf returns what the page of a kind of task shows besides what all tasks have.
func (s *Site) TaskPageOf(kind string) TaskPage {
	if page, ok := s.taskPages[kind]; ok {
		return page
	}
	return s.otherTasks
}

// CasePageOf returns what the pages of a kind of case show besides what all cases have.
func (s *Site) CasePageOf(kind nursery.CaseKind) CasePage {
	if page, ok := s.casePages[kind]; ok {
		return page
	}
	return s.otherCases
}
