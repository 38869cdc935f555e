package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// inboxView is the inbox with what surrounds it.
type inboxView struct {
	Tasks      []casework.TaskSummary
	Counts     casework.TaskCounts
	Filter     casework.TaskFilter
	Saved      []SavedFilter
	Colleagues []casework.Colleague
	Next       string
	Here       string // the address of this page with its filters
	Reader     nursery.Principal
	r          *http.Request
}

func inboxFilter(r *http.Request) casework.TaskFilter {
	q := r.URL.Query()
	return casework.TaskFilter{View: casework.View(q.Get("view")), Kind: q.Get("kind"), County: q.Get("county"), Query: strings.TrimSpace(q.Get("q"))}
}

func (s *Site) inbox(w http.ResponseWriter, r *http.Request) error {
	p, f := Principal(r.Context()), inboxFilter(r)
	if format := ExportFormat(r); format != "" {
		return SendFile(w)(casework.Tasks.Export(r.Context(), s.Service, p, f, format))
	}
	list, err := casework.Tasks.Page(r.Context(), s.Service, p, f, PageRequest(r, 25))
	if err != nil {
		return err
	}
	v := inboxView{Tasks: list.Items, Filter: f, Next: NextPage(r, list.Next), Here: r.URL.RequestURI(), Reader: p, r: r}
	if v.Counts, err = s.Service.TaskCounts(r.Context(), p, casework.TaskFilter{Kind: f.Kind, County: f.County, Query: f.Query}); err != nil {
		return err
	}
	if s.savedFilters != nil {
		if v.Saved, err = s.savedFilters(r.Context(), p); err != nil {
			return err
		}
	}
	if p.Role == nursery.RoleSupervisor {
		if v.Colleagues, err = s.Service.Colleagues(r.Context(), p, ""); err != nil {
			return err
		}
	}
	return s.Show(w, r, Frame{Title: "待办", Wide: true, Live: true}, inboxPage(v))
}

// taskCells returns the table of the inbox, with what can be done with a task.
func taskCells(v inboxView) []Cell[casework.TaskSummary] {
	cells := CellsOf(casework.Tasks.Sheet, Looks[casework.TaskSummary]{
		"待办": StyledCell("heads", func(t casework.TaskSummary) templ.Component {
			return RowHeading(RowHead{"/tasks/" + t.ID, t.Title, "", t.CaseNo})
		}),
		"机构":  StyledCell("", taskParty),
		"期限":  StyledCell("", taskDue),
		"领取人": StyledCell("", func(t casework.TaskSummary) templ.Component { return taskAssignee(t, v.Reader) }),
	})
	choice := Cell[casework.TaskSummary]{Title: "选择", Show: StyledCell("screen", taskChoice), Hidden: true}
	controls := Cell[casework.TaskSummary]{Title: "操作", Show: StyledCell("screen nowrap", func(t casework.TaskSummary) templ.Component {
		return taskControls(t, v)
	})}
	return slices.Concat([]Cell[casework.TaskSummary]{choice}, cells, []Cell[casework.TaskSummary]{controls})
}

// BackPath is where a form came from: a page of ours, or the inbox.
func BackPath(r *http.Request) string {
	if next := r.PostFormValue("_back"); next != "" {
		return localPath(next)
	}
	return "/tasks"
}

// tasksAtOnce is how many tasks may be ticked for one command. The inbox shows fewer on a page.
const tasksAtOnce = 100

// each runs do for each ticked task under a key of its own and reports what became of each: how many were done, and every task that
// was not, with the reason. It returns a casework.Error when more than tasksAtOnce are ticked, and then does none. Any other error
// ends it; what was done by then is done, and the same form sent again does the rest.
func (s *Site) each(w http.ResponseWriter, r *http.Request, what string, do func(key, id string) error) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	ids := slices.Compact(slices.Sorted(slices.Values(r.PostForm["task"])))
	if len(ids) > tasksAtOnce {
		return &casework.Error{Code: casework.CodeInvalid, Message: fmt.Sprintf("一次最多办理 %d 件，本次选择了 %d 件，均未办理。请分批选择。", tasksAtOnce, len(ids))}
	}
	var notDone []string
	for _, id := range ids {
		err := do(Key(r)+"/"+id, id)
		var refused *casework.Error
		switch {
		case errors.As(err, &refused):
			notDone = append(notDone, s.nameOfTask(r, id)+"："+refused.Message)
		case err != nil:
			return err
		}
	}
	message := fmt.Sprintf("%s %d 件。", what, len(ids)-len(notDone))
	if len(ids) == 0 {
		message = "没有选择待办。"
	}
	if len(notDone) > 0 {
		message += fmt.Sprintf("未能办理 %d 件：\n%s", len(notDone), strings.Join(notDone, "\n"))
	}
	return s.Done(w, r, BackPath(r), message)
}

// nameOfTask returns the title and case number of a task that the person may see, and otherwise a word for it.
func (s *Site) nameOfTask(r *http.Request, id string) string {
	task, err := s.Service.Task(r.Context(), Principal(r.Context()), id)
	if err != nil {
		return "一件待办"
	}
	return task.Title + " " + task.CaseNo
}

func (s *Site) claimAll(w http.ResponseWriter, r *http.Request) error {
	return s.each(w, r, "已领取", func(key, id string) error {
		_, err := s.Service.Claim(r.Context(), Principal(r.Context()), key, id)
		return err
	})
}

func (s *Site) assignAll(w http.ResponseWriter, r *http.Request) error {
	return s.each(w, r, "已分派", func(key, id string) error {
		_, err := s.Service.Assign(r.Context(), Principal(r.Context()), key, id, strings.TrimSpace(r.PostFormValue("account")))
		return err
	})
}

func (s *Site) claim(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	if _, err := s.Service.Claim(r.Context(), Principal(r.Context()), Key(r), r.PathValue("id")); err != nil {
		return err
	}
	return s.Done(w, r, BackPath(r), "已领取。")
}

func (s *Site) release(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	if _, err := s.Service.Release(r.Context(), Principal(r.Context()), Key(r), r.PathValue("id")); err != nil {
		return err
	}
	return s.Done(w, r, BackPath(r), "已退回，其他人可以领取。")
}

func (s *Site) assign(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	t, err := s.Service.Assign(r.Context(), Principal(r.Context()), Key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("account")))
	if err != nil {
		return err
	}
	return s.Done(w, r, BackPath(r), "已分派给 "+t.Assignee+"。")
}

func (s *Site) delegate(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	t, err := s.Service.Delegate(r.Context(), Principal(r.Context()), Key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("account")), strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return err
	}
	return s.Done(w, r, BackPath(r), "已转交给 "+t.Assignee+"。")
}
