package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
)

func registerTasks(s *Site) {
	s.page("GET /tasks", s.inbox)
	s.page("POST /tasks/claim", s.claimAll)
	s.page("POST /tasks/assign", s.assignAll)
	s.page("POST /tasks/filters", s.saveFilter)
	s.page("POST /tasks/filters/{id}/drop", s.dropFilter)
	s.page("GET /tasks/{id}", s.task)
	s.page("POST /tasks/{id}/claim", s.claim)
	s.page("POST /tasks/{id}/release", s.release)
	s.page("POST /tasks/{id}/assign", s.assign)
	s.page("POST /tasks/{id}/delegate", s.delegate)
	s.page("POST /tasks/{id}", s.complete)
	s.reopening["POST /tasks/{id}"] = true
	s.page("POST /tasks/{id}/preview", s.preview)
}

// inboxView is the inbox with what surrounds it.
type inboxView struct {
	Tasks      []casework.TaskSummary
	Counts     casework.TaskCounts
	Filter     casework.TaskFilter
	Saved      []casework.SavedFilter
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
	p, f := who(r.Context()), inboxFilter(r)
	if wantsExport(r) {
		return exported(s, w, "待办", []string{"办件编号", "待办", "机构", "县区", "领取人", "期限", "剩余工作日", "状态"},
			func(page casework.PageRequest) ([]casework.TaskSummary, string, error) {
				list, err := s.Door.Tasks(r.Context(), p, f, page)
				return list.Items, list.Next, err
			}, func(t casework.TaskSummary) []any {
				var left any
				if t.DaysLeft != nil {
					left = *t.DaysLeft
				}
				return []any{t.CaseNo, t.Title, t.Institution, nursery.CountyName(t.County), t.Assignee, t.DueOn.String(), left, daysLeft(t.DaysLeft, t.DueOn)}
			})
	}
	list, err := s.Door.Tasks(r.Context(), p, f, pageOf(r, 25))
	if err != nil {
		return err
	}
	v := inboxView{Tasks: list.Items, Filter: f, Next: nextPage(r, list.Next), Here: r.URL.RequestURI(), p: p, r: r}
	if v.Counts, err = s.Door.TaskCounts(r.Context(), p, casework.TaskFilter{Kind: f.Kind, County: f.County, Query: f.Query}); err != nil {
		return err
	}
	if v.Saved, err = s.Door.SavedFilters(r.Context(), p, inboxRoom); err != nil {
		return err
	}
	if p.Role == nursery.RoleSupervisor {
		if v.Colleagues, err = s.Door.Colleagues(r.Context(), p, ""); err != nil {
			return err
		}
	}
	return s.show(w, r, frame{Title: "待办", Wide: true, Live: true}, inboxPage(v))
}

// backTo is where a form came from: a page of ours, or the inbox.
func backTo(r *http.Request) string {
	if next := r.PostFormValue("_back"); next != "" {
		return localPath(next)
	}
	return "/tasks"
}

// each does one thing to each ticked task, under a key of its own, and says how many were done and why others were not.
func (s *Site) each(w http.ResponseWriter, r *http.Request, what string, do func(key, id string) error) error {
	if err := parseForm(r); err != nil {
		return err
	}
	ids := r.PostForm["task"]
	if len(ids) > 100 {
		ids = ids[:100]
	}
	done, refusals := 0, []string{}
	for _, id := range ids {
		err := do(key(r)+"/"+id, id)
		var refused *casework.Error
		switch {
		case err == nil:
			done++
		case errors.As(err, &refused):
			refusals = append(refusals, refused.Message)
		default:
			return err
		}
	}
	message := fmt.Sprintf("%s %d 件。", what, done)
	if len(ids) == 0 {
		message = "没有选择待办。"
	}
	if len(refusals) > 0 {
		message += fmt.Sprintf("另有 %d 件未能办理：%s", len(refusals), refusals[0])
	}
	return s.done(w, r, backTo(r), message)
}

func (s *Site) claimAll(w http.ResponseWriter, r *http.Request) error {
	return s.each(w, r, "已领取", func(key, id string) error {
		_, err := s.Door.Claim(r.Context(), who(r.Context()), key, id)
		return err
	})
}

func (s *Site) assignAll(w http.ResponseWriter, r *http.Request) error {
	return s.each(w, r, "已分派", func(key, id string) error {
		_, err := s.Door.Assign(r.Context(), who(r.Context()), key, id, strings.TrimSpace(r.PostFormValue("account")))
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
	_, err = s.Door.SaveFilter(r.Context(), who(r.Context()), key(r), casework.SavedFilter{Room: inboxRoom, Name: strings.TrimSpace(r.PostFormValue("name")), Query: at.RawQuery})
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
		return &casework.Error{Kind: casework.NotFound, Code: casework.CodeNotFound, Message: "没有这个筛选。"}
	}
	if err := s.Door.DropFilter(r.Context(), who(r.Context()), key(r), id); err != nil {
		return err
	}
	return s.done(w, r, backTo(r), "已删除筛选。")
}

func (s *Site) claim(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	if _, err := s.Door.Claim(r.Context(), who(r.Context()), key(r), r.PathValue("id")); err != nil {
		return err
	}
	return s.done(w, r, backTo(r), "已领取。")
}

func (s *Site) release(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	if _, err := s.Door.Release(r.Context(), who(r.Context()), key(r), r.PathValue("id")); err != nil {
		return err
	}
	return s.done(w, r, backTo(r), "已退回，其他人可以领取。")
}

func (s *Site) assign(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	t, err := s.Door.Assign(r.Context(), who(r.Context()), key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("account")))
	if err != nil {
		return err
	}
	return s.done(w, r, backTo(r), "已分派给 "+t.Assignee+"。")
}

func (s *Site) delegate(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	t, err := s.Door.Delegate(r.Context(), who(r.Context()), key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("account")), strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return err
	}
	return s.done(w, r, backTo(r), "已转交给 "+t.Assignee+"。")
}

// taskView is a task with its case and the form of its answer.
type taskView struct {
	Task       casework.TaskDetail
	Case       *casework.CaseDetail // nil when it is not the asker's to read
	Form       asked
	Colleagues []casework.Colleague // who can be given it
	Outcome    nursery.Outcome
	Key        string
	p          nursery.Principal
}

func (s *Site) taskPage(w http.ResponseWriter, r *http.Request, status int, form *asked, outcome nursery.Outcome, key string) error {
	p := who(r.Context())
	t, err := s.Door.Task(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	v := taskView{Task: t, Outcome: outcome, Key: key, p: p}
	if v.Key == "" {
		v.Key = newKey()
	}
	if c, err := s.Door.Case(r.Context(), p, t.CaseNo); err == nil {
		v.Case = &c
	} else if refused := s.refusal(r.Context(), err); refused.Kind != casework.NotFound && refused.Kind != casework.Forbidden {
		return err
	}
	if v.Colleagues, err = s.colleagues(r, t); err != nil {
		return err
	}
	if form == nil {
		shape, err := shapeOfSchema(t.Form)
		if err != nil {
			return err
		}
		form = &asked{Shape: shape, Values: url.Values{}}
		s.prefill(v, form)
	}
	v.Form = *form
	return s.showStatus(w, r, status, frame{Title: t.Title, Wide: true, Back: "/tasks"}, taskPage(v))
}

// colleagues are those to whom a supervisor may assign an open task, or whoever has it may pass it on.
func (s *Site) colleagues(r *http.Request, t casework.TaskDetail) ([]casework.Colleague, error) {
	p := who(r.Context())
	role := t.Role
	switch {
	case t.State != "open":
		return nil, nil
	case p.Role == nursery.RoleSupervisor:
	case t.Assignee == p.Account && p.Role != nursery.RoleInstitution:
		role = "" // beside them
	default:
		return nil, nil
	}
	list, err := s.Door.Colleagues(r.Context(), p, role)
	return slices.DeleteFunc(list, func(c casework.Colleague) bool { return c.Account == t.Assignee }), err
}

// colleagueText is how a colleague is offered: by name, with the account where that says more, and the load.
func colleagueText(c casework.Colleague) string {
	text := c.Name
	if c.Name != c.Account {
		text += "（" + c.Account + "）"
	}
	text += fmt.Sprintf("，%s，在办 %d 件", c.RoleTitle, c.Open)
	if c.AwayUntil != nil {
		text += "，不在岗至 " + c.AwayUntil.String()
	}
	return text
}

// prefill enters what is known already: what is signed, and what the applicant says of the registration.
func (s *Site) prefill(v taskView, form *asked) {
	if v.Task.Kind == "filing.registration" && v.Case != nil && v.Case.Application != nil {
		i := v.Case.Application.Institution
		for at, value := range map[string]string{
			"/uscc": i.USCC, "/name": i.Name, "/nature": string(i.Nature), "/business_scope": i.BusinessScope, "/address": i.Address, "/county": i.County, "/status": "active",
		} {
			form.Values.Set(at, value)
		}
	}
}

func (s *Site) task(w http.ResponseWriter, r *http.Request) error {
	return s.taskPage(w, r, http.StatusOK, nil, nursery.Outcome(r.FormValue("outcome")), "")
}

// completion reads the answer that was entered.
func (s *Site) completion(r *http.Request) (t casework.TaskDetail, form asked, in casework.Completion, changed bool, err error) {
	p := who(r.Context())
	if t, err = s.Door.Task(r.Context(), p, r.PathValue("id")); err != nil {
		return t, form, in, false, err
	}
	shape, err := shapeOfSchema(t.Form)
	if err != nil {
		return t, form, in, false, err
	}
	upload := casework.Upload{}
	if p.Role != nursery.RoleInstitution {
		upload.Institution, upload.County = t.Institution, t.County
	}
	if form, changed, err = s.posted(r, shape, upload); err != nil {
		return t, form, in, false, err
	}
	in.Outcome = nursery.Outcome(r.PostFormValue("_outcome"))
	faults := form.Faults
	value := form.gather()
	form.Faults = append(faults, form.Faults...)
	in.Answer, err = json.Marshal(value)
	return t, form, in, changed, err
}

func (s *Site) complete(w http.ResponseWriter, r *http.Request) error {
	t, form, in, changed, err := s.completion(r)
	if err != nil {
		return err
	}
	if in.Outcome == "" && !changed {
		form.fault("", "请选择办理结果")
	}
	if changed || len(form.Faults) > 0 {
		status := http.StatusOK
		if len(form.Faults) > 0 {
			status = http.StatusUnprocessableEntity
		}
		return s.taskPage(w, r, status, &form, in.Outcome, key(r))
	}
	done, err := s.Door.Complete(r.Context(), who(r.Context()), key(r), t.ID, in)
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Kind == casework.Invalid {
		form.refusedWith(refused, "/answer")
		return s.taskPage(w, r, http.StatusUnprocessableEntity, &form, in.Outcome, newKey())
	}
	if err != nil {
		return err
	}
	message := "已办理：" + done.Outcome.Title() + "。"
	if done.Note != "" {
		message += done.Note
	}
	if r.PostFormValue("_next") == "next" {
		if next := s.nextTask(r); next != "" {
			return s.done(w, r, "/tasks/"+next, message)
		}
	}
	return s.done(w, r, "/cases/"+t.CaseNo, message)
}

// nextTask is the next of my tasks, for whoever works through the list.
func (s *Site) nextTask(r *http.Request) string {
	list, err := s.Door.Tasks(r.Context(), who(r.Context()), casework.TaskFilter{View: casework.ViewMine}, casework.PageRequest{Limit: 2})
	if err != nil {
		return ""
	}
	for _, t := range list.Items {
		if t.ID != r.PathValue("id") {
			return t.ID
		}
	}
	return ""
}

// preview shows the papers an answer would print; nothing is kept or printed.
func (s *Site) preview(w http.ResponseWriter, r *http.Request) error {
	t, _, in, _, err := s.completion(r)
	if err != nil {
		return err
	}
	notices, err := s.Door.PreviewNotice(r.Context(), who(r.Context()), t.ID, in)
	if err != nil {
		return err
	}
	// The papers bring their own style, which their frames inherit leave for from this page; no script runs in them.
	w.Header().Set("Content-Security-Policy", strings.Replace(w.Header().Get("Content-Security-Policy"), "style-src 'self'", "style-src 'self' 'unsafe-inline'", 1))
	return s.show(w, r, frame{Title: "文书预览", Wide: true}, previewPage(notices))
}
