package cases

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func registerTasks(s *pages) {
	s.Nav("/tasks", "待办", web.Places{nursery.RoleInstitution: 3, nursery.RoleClerk: 1, nursery.RoleSupervisor: 1, nursery.RoleInspector: 2, nursery.RoleHospital: 4, nursery.RoleCountyOffice: 5, nursery.RoleCityOffice: 5, nursery.RoleInsurer: 3, nursery.RoleFinance: 5, nursery.RoleCityFinance: 5})
	web.AddListing(s.Site, s.inbox())
	s.Page("POST /tasks/undo", s.undo)
	s.Page("GET /tasks/{id}", s.task)
	s.Page("POST /tasks/{id}/claim", s.claim)
	s.Page("POST /tasks/{id}/release", s.release)
	s.Page("POST /tasks/{id}/assign", s.assign)
	s.Page("POST /tasks/{id}/delegate", s.delegate)
	s.Page("POST /tasks/{id}", s.complete)
	s.Reopens("POST /tasks/{id}")
	s.Page("POST /tasks/{id}/preview", s.preview)
}

// taskView is a task with its case and the form of its answer.
type taskView struct {
	web.TaskView
	Content    web.Content     // nil where nothing was handed in
	About      templ.Component // what is decided, as the page of its process shows it
	Form       answering
	Colleagues []casework.Colleague // who can be given it
	Walk       walk                 // where it is in the list that led to it
	list       string               // the address of that list; empty: none
}

// at returns the address of something that is done to the task.
func (v taskView) at(act string) string { return ui.OfList("/tasks/"+v.Task.ID+act, v.list) }

// taskPage shows a task with the form as it was entered; a nil form is a blank one.
func (s *pages) taskPage(w http.ResponseWriter, r *http.Request, status int, form *answering) error {
	p := web.Principal(r.Context())
	t, err := s.Service.Task(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	v := taskView{TaskView: web.TaskView{Task: t, Reader: p}, list: web.ListOf(r)}
	if c, err := s.Service.Case(r.Context(), p, t.CaseNo); err == nil {
		v.Case = &c
		if v.Content, err = s.content(r.Context(), c); err != nil {
			return err
		}
	} else if refused := s.UserError(r.Context(), err); refused.Kind() != casework.NotFound && refused.Kind() != casework.Forbidden {
		return err
	}
	if v.About, err = s.substance(r.Context(), v); err != nil {
		return err
	}
	if v.Colleagues, err = s.colleagues(r, t); err != nil {
		return err
	}
	if form == nil {
		shape, err := ui.ReadSchema(t.Form)
		if err != nil {
			return err
		}
		form = &answering{BoundForm: ui.BoundForm{Shape: shape, Values: s.initial(v)}, Outcome: nursery.Outcome(r.FormValue("outcome"))}
	}
	v.Form = *form
	v.Form.Offers, v.Form.Part = t.Outcomes, "#act"
	if v.Form.Key == "" {
		v.Form.Key = ui.NewKey()
	}
	v.Form.withFirstRows()
	if corrects(t) && v.Content != nil && t.Answerable {
		v.Content.Markable(&v.Form.BoundForm)
	}
	if err := s.NameFiles(r.Context(), &v.Form.BoundForm, t.Institution); err != nil {
		return err
	}
	if t.State == "open" || v.list != "" {
		if v.Walk, err = s.walkOf(r, t.TaskSummary, v.Case, 1); err != nil {
			return err
		}
	}
	f := web.Frame{Title: t.Title, Wide: true, Back: "/tasks", Uses: []string{"papers.js"}}
	if v.Walk.List != "" {
		f.Back, f.Placed = v.Walk.back(t.TaskSummary, t.State != "open"), true
	}
	if v.Form.Issue != nil {
		if v.Content != nil {
			v.Form.Issue.Unseen = v.Content.Unseen()
		}
		// The papers bring their own style, which their frames inherit leave for from this page; no script runs in them.
		w.Header().Set("Content-Security-Policy", strings.Replace(w.Header().Get("Content-Security-Policy"), "style-src 'self'", "style-src 'self' 'unsafe-inline'", 1))
	}
	return s.ShowStatus(w, r, status, f, taskPage(v))
}

// mark returns the findings a row for what was marked in the application; marked again, its row is gone back to.
func (a *answering) mark(pointer string) {
	all := ui.Rows(a.Values, web.FindingsPointer)
	blank := -1
	for _, n := range all {
		row := web.FindingsPointer + "/" + strconv.Itoa(n)
		switch a.Values.Get(row + "/field") {
		case pointer:
			a.Fresh = row
			return
		case "":
			if a.Values.Get(row+"/message")+a.Values.Get(row+"/remedy") == "" {
				blank = n
			}
		}
	}
	if blank < 0 {
		blank = 0
		for _, n := range all {
			blank = max(blank, n+1)
		}
		a.Values.Add(web.FindingsPointer+"/_rows", strconv.Itoa(blank))
	}
	a.Fresh = web.FindingsPointer + "/" + strconv.Itoa(blank)
	a.Values.Set(a.Fresh+"/field", pointer)
}

// colleagues returns the accounts that the principal may assign an open task to: for a supervisor those of the task's
// role, for the assignee the colleagues who can take over. It returns none to others.
func (s *pages) colleagues(r *http.Request, t casework.TaskDetail) ([]casework.Colleague, error) {
	p := web.Principal(r.Context())
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
	list, err := s.Service.Colleagues(r.Context(), p, role)
	return slices.DeleteFunc(list, func(c casework.Colleague) bool { return c.Account == t.Assignee }), err
}

// initial returns the values with which the form of a task begins.
func (s *pages) initial(v taskView) url.Values {
	if values := s.TaskPageOf(v.Task.Kind).Initial; values != nil {
		return values(v.TaskView)
	}
	return url.Values{}
}

func (s *pages) task(w http.ResponseWriter, r *http.Request) error {
	t, err := s.Service.Task(r.Context(), web.Principal(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	if elsewhere := s.TaskPageOf(t.Kind).Elsewhere; elsewhere != nil && t.State == "open" && t.Role == web.Principal(r.Context()).Role {
		http.Redirect(w, r, ui.OfList(elsewhere(t), web.ListOf(r)), http.StatusSeeOther)
		return nil
	}
	return s.taskPage(w, r, http.StatusOK, nil)
}

// completion decodes the answer to a task, with the fields of its outcome. Changed reports that the form continues,
// with another row or another outcome.
func (s *pages) completion(r *http.Request) (t casework.TaskDetail, form answering, in casework.Completion, changed bool, err error) {
	p := web.Principal(r.Context())
	if t, err = s.Service.Task(r.Context(), p, r.PathValue("id")); err != nil {
		return t, form, in, false, err
	}
	whole, err := ui.ReadSchema(t.Form)
	if err != nil {
		return t, form, in, false, err
	}
	upload := casework.Upload{}
	if p.Role != nursery.RoleInstitution {
		upload.Institution, upload.County = t.Institution, t.County
	}
	if form.BoundForm, changed, err = s.DecodeForm(r, whole, upload); err != nil {
		return t, form, in, false, err
	}
	in.Outcome = nursery.Outcome(r.PostFormValue("_outcome"))
	if pointer := r.PostFormValue("_mark"); pointer != "" {
		form.mark(pointer)
		in.Outcome, changed = nursery.OutcomeCorrect, true
	}
	if r.PostFormValue("_choose") != "" {
		changed = true
	}
	form.Outcome, form.Key, form.Next = in.Outcome, web.Key(r), r.PostFormValue("_next") == "next"
	if changed {
		return t, form, in, true, nil
	}
	if in.Outcome == "" {
		form.AddFault("", "请选择办理结果")
	}
	faults := form.Faults
	form.Shape = answerOf(whole, t.Outcomes, in.Outcome)
	value := form.Decode()
	form.Faults, form.Shape = append(faults, form.Faults...), whole
	in.Answer, err = json.Marshal(value)
	return t, form, in, false, err
}

// refused shows the form with what was refused at its fields; what is no matter of the form is returned.
func (s *pages) refused(w http.ResponseWriter, r *http.Request, form answering, err error) error {
	var refused *casework.Error
	if !errors.As(err, &refused) || refused.Kind() != casework.Invalid {
		return err
	}
	form.AddFaults(refused, "/answer")
	form.Key = ui.NewKey()
	return s.taskPage(w, r, http.StatusUnprocessableEntity, &form)
}

func (s *pages) complete(w http.ResponseWriter, r *http.Request) error {
	t, form, in, changed, err := s.completion(r)
	if err != nil {
		return err
	}
	if changed {
		return s.taskPage(w, r, http.StatusOK, &form)
	}
	if len(form.Faults) > 0 {
		return s.taskPage(w, r, http.StatusUnprocessableEntity, &form)
	}
	if confirms(t.Kind) {
		notices, err := s.Service.PreviewNotice(r.Context(), web.Principal(r.Context()), t.ID, in)
		if err != nil {
			return s.refused(w, r, form, err)
		}
		if agreed := confirmation(in.Outcome, notices); len(notices) > 0 && r.PostFormValue("_confirmed") != agreed {
			form.Issue = &issuing{Notices: notices, Confirm: agreed}
			return s.taskPage(w, r, http.StatusOK, &form)
		}
	}
	if warn := s.TaskPageOf(t.Kind).Warn; warn != nil {
		warning, err := warn(r.Context(), web.TaskView{Task: t, Reader: web.Principal(r.Context())})
		if err != nil {
			return err
		}
		if agreed := confirmation(in.Outcome, []casework.Notice{{Title: warning}}); warning != "" && r.PostFormValue("_confirmed") != agreed {
			form.Issue = &issuing{Warning: warning, Confirm: agreed}
			return s.taskPage(w, r, http.StatusOK, &form)
		}
	}
	done, err := s.Service.Complete(r.Context(), web.Principal(r.Context()), web.Key(r), t.ID, in)
	if err != nil {
		return s.refused(w, r, form, err)
	}
	message := "已办理：" + outcomeTitle(t.Kind, done.Outcome) + "。"
	if done.Note != "" {
		message += done.Note
	}
	list := web.ListOf(r)
	if !form.Next && list == "" {
		return s.Done(w, r, "/cases/"+t.CaseNo, message)
	}
	var of *casework.CaseDetail
	if strings.HasPrefix(list, "/cases/") {
		if c, err := s.Service.Case(r.Context(), web.Principal(r.Context()), t.CaseNo); err == nil {
			of = &c
		}
	}
	along, err := s.walkOf(r, t.TaskSummary, of, 100)
	if err != nil {
		s.Log.WarnContext(r.Context(), "no place in the list", "error", err) // the answer is taken
	}
	if form.Next {
		return s.goOn(w, r, t, along, message)
	}
	return s.Done(w, r, ui.OfList("/cases/"+t.CaseNo, along.back(t.TaskSummary, true)), message)
}

// preview shows the documents that an answer would issue beside its form. It stores and issues nothing.
func (s *pages) preview(w http.ResponseWriter, r *http.Request) error {
	t, form, in, changed, err := s.completion(r)
	if err != nil {
		return err
	}
	if changed || len(form.Faults) > 0 {
		status := http.StatusOK
		if len(form.Faults) > 0 {
			status = http.StatusUnprocessableEntity
		}
		return s.taskPage(w, r, status, &form)
	}
	notices, err := s.Service.PreviewNotice(r.Context(), web.Principal(r.Context()), t.ID, in)
	if err != nil {
		return s.refused(w, r, form, err)
	}
	form.Issue = &issuing{Notices: notices}
	return s.taskPage(w, r, http.StatusOK, &form)
}
