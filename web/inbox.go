package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/offices"
)

// inboxView is the inbox with what surrounds it.
type inboxView struct {
	Tasks      []casework.TaskSummary
	Counts     casework.TaskCounts
	Filter     casework.TaskFilter
	Saved      []offices.SavedFilter
	Colleagues []casework.Colleague
	Next       string
	Here       string // the address of this page with its filters
	p          nursery.Principal
	r          *http.Request
}

const inboxRoom = "tasks"

func inboxFilter(r *http.Request) casework.TaskFilter {
	q := r.URL.Query()
	return casework.TaskFilter{View: casework.View(q.Get("view")), Kind: q.Get("kind"), County: q.Get("county"), Query: strings.TrimSpace(q.Get("q"))}
}

func (s *Site) inbox(w http.ResponseWriter, r *http.Request) error {
	p, f := principalFrom(r.Context()), inboxFilter(r)
	if format := exportOf(r); format != "" {
		return sendFile(w)(casework.Tasks.Export(r.Context(), s.Services.Service, p, f, format))
	}
	list, err := casework.Tasks.Page(r.Context(), s.Services.Service, p, f, pageOf(r, 25))
	if err != nil {
		return err
	}
	v := inboxView{Tasks: list.Items, Filter: f, Next: nextPage(r, list.Next), Here: r.URL.RequestURI(), p: p, r: r}
	if v.Counts, err = s.Services.TaskCounts(r.Context(), p, casework.TaskFilter{Kind: f.Kind, County: f.County, Query: f.Query}); err != nil {
		return err
	}
	if v.Saved, err = s.Services.SavedFilters(r.Context(), p, inboxRoom); err != nil {
		return err
	}
	if p.Role == nursery.RoleSupervisor {
		if v.Colleagues, err = s.Services.Colleagues(r.Context(), p, ""); err != nil {
			return err
		}
	}
	return s.show(w, r, frame{Title: "待办", Wide: true, Live: true}, inboxPage(v))
}

// taskCells returns the table of the inbox, with what can be done with a task.
func taskCells(v inboxView) []cell[casework.TaskSummary] {
	cells := cellsOf(casework.Tasks.Sheet, looks[casework.TaskSummary]{
		"待办": as("heads", func(t casework.TaskSummary) templ.Component {
			return headOf(rowHead{"/tasks/" + t.ID, t.Title, "", t.CaseNo})
		}),
		"机构":  as("", taskParty),
		"期限":  as("", taskDue),
		"领取人": as("", func(t casework.TaskSummary) templ.Component { return taskAssignee(t, v.p) }),
	})
	choice := cell[casework.TaskSummary]{Title: "选择", Show: as("screen", taskChoice), Hidden: true}
	controls := cell[casework.TaskSummary]{Title: "操作", Show: as("screen nowrap", func(t casework.TaskSummary) templ.Component {
		return taskControls(t, v)
	})}
	return slices.Concat([]cell[casework.TaskSummary]{choice}, cells, []cell[casework.TaskSummary]{controls})
}

// backTo is where a form came from: a page of ours, or the inbox.
func backTo(r *http.Request) string {
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
	if err := parseForm(r); err != nil {
		return err
	}
	ids := slices.Compact(slices.Sorted(slices.Values(r.PostForm["task"])))
	if len(ids) > tasksAtOnce {
		return &casework.Error{Code: casework.CodeInvalid, Message: fmt.Sprintf("一次最多办理 %d 件，本次选择了 %d 件，均未办理。请分批选择。", tasksAtOnce, len(ids))}
	}
	var notDone []string
	for _, id := range ids {
		err := do(key(r)+"/"+id, id)
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
	return s.done(w, r, backTo(r), message)
}

// nameOfTask returns the title and case number of a task that the person may see, and otherwise a word for it.
func (s *Site) nameOfTask(r *http.Request, id string) string {
	task, err := s.Services.Task(r.Context(), principalFrom(r.Context()), id)
	if err != nil {
		return "一件待办"
	}
	return task.Title + " " + task.CaseNo
}

func (s *Site) claimAll(w http.ResponseWriter, r *http.Request) error {
	return s.each(w, r, "已领取", func(key, id string) error {
		_, err := s.Services.Claim(r.Context(), principalFrom(r.Context()), key, id)
		return err
	})
}

func (s *Site) assignAll(w http.ResponseWriter, r *http.Request) error {
	return s.each(w, r, "已分派", func(key, id string) error {
		_, err := s.Services.Assign(r.Context(), principalFrom(r.Context()), key, id, strings.TrimSpace(r.PostFormValue("account")))
		return err
	})
}

func (s *Site) saveFilter(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	back := backTo(r)
	at, err := url.Parse(back)
	if err != nil {
		return err
	}
	_, err = s.Services.SaveFilter(r.Context(), principalFrom(r.Context()), key(r), offices.SavedFilter{Room: inboxRoom, Name: strings.TrimSpace(r.PostFormValue("name")), Query: at.RawQuery})
	if err != nil {
		return err
	}
	return s.done(w, r, back, "已保存筛选。")
}

func (s *Site) dropFilter(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	var id int64
	if _, err := fmt.Sscan(r.PathValue("id"), &id); err != nil {
		return &casework.Error{Code: casework.CodeNotFound, Message: "没有这个筛选。"}
	}
	if err := s.Services.DropFilter(r.Context(), principalFrom(r.Context()), key(r), id); err != nil {
		return err
	}
	return s.done(w, r, backTo(r), "已删除筛选。")
}

func (s *Site) claim(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	if _, err := s.Services.Claim(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("id")); err != nil {
		return err
	}
	return s.done(w, r, backTo(r), "已领取。")
}

func (s *Site) release(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	if _, err := s.Services.Release(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("id")); err != nil {
		return err
	}
	return s.done(w, r, backTo(r), "已退回，其他人可以领取。")
}

func (s *Site) assign(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	t, err := s.Services.Assign(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("account")))
	if err != nil {
		return err
	}
	return s.done(w, r, backTo(r), "已分派给 "+t.Assignee+"。")
}

func (s *Site) delegate(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	t, err := s.Services.Delegate(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("account")), strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return err
	}
	return s.done(w, r, backTo(r), "已转交给 "+t.Assignee+"。")
}
