package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

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

// taskView is a task with its case and the form of its answer.
type taskView struct {
	Task       casework.TaskDetail
	Case       *casework.CaseDetail // nil when the principal may not read it
	App        *appView             // nil where there is no application
	About      templ.Component      // what is decided, as the page of its process shows it
	Form       answering
	Colleagues []casework.Colleague // principalFrom can be given it
	p          nursery.Principal
}

// taskPage shows a task with the form as it was entered; a nil form is a blank one.
func (s *Site) taskPage(w http.ResponseWriter, r *http.Request, status int, form *answering) error {
	p := principalFrom(r.Context())
	t, err := s.Services.Task(r.Context(), p, r.PathValue("id"))
	if err != nil {
		return err
	}
	v := taskView{Task: t, p: p}
	if c, err := s.Services.Case(r.Context(), p, t.CaseNo); err == nil {
		v.Case = &c
		if v.App, err = s.application(r.Context(), c); err != nil {
			return err
		}
	} else if refused := s.asUserError(r.Context(), err); refused.Kind() != casework.NotFound && refused.Kind() != casework.Forbidden {
		return err
	}
	if v.About, err = s.substance(r.Context(), v); err != nil {
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
		form = &answering{boundForm: boundForm{Shape: shape, Values: url.Values{}}, Outcome: nursery.Outcome(r.FormValue("outcome"))}
		s.prefill(v, &form.boundForm)
	}
	v.Form = *form
	v.Form.Offers, v.Form.Part = t.Outcomes, "#act"
	if v.Form.Key == "" {
		v.Form.Key = newKey()
	}
	v.Form.withFirstRows()
	if corrects(t) && v.App != nil && v.mayAnswer() && t.State == "open" {
		v.marking()
	}
	if err := s.nameFiles(r.Context(), &v.Form.boundForm, t.Institution); err != nil {
		return err
	}
	f := frame{Title: t.Title, Wide: true, Back: "/tasks", Uses: []string{"papers.js"}}
	if v.Form.Issue != nil {
		if v.App != nil {
			v.Form.Issue.Unseen = v.App.unseen()
		}
		// The papers bring their own style, which their frames inherit leave for from this page; no script runs in them.
		w.Header().Set("Content-Security-Policy", strings.Replace(w.Header().Get("Content-Security-Policy"), "style-src 'self'", "style-src 'self' 'unsafe-inline'", 1))
	}
	return s.showStatus(w, r, status, f, taskPage(v))
}

// marking has the application take marks, and the findings name what is marked in words.
func (v *taskView) marking() {
	v.App.Mark = "answer"
	v.App.Marks = []string{}
	for _, n := range rows(v.Form.Values, findingsAt) {
		if at := v.Form.Values.Get(findingsAt + "/" + strconv.Itoa(n) + "/field"); at != "" {
			v.App.Marks = append(v.App.Marks, at)
		}
	}
	choices := v.App.correctionChoices(*v.Case.Application, v.App.Marks)
	v.Form.Shape = v.Form.Shape.inside("findings", func(f formSchema) formSchema {
		return f.inside("field", func(f formSchema) formSchema {
			f.Kind, f.Groups, f.Required = kindChoice, choices, true
			return f
		})
	})
	v.Form.Items = map[string]string{}
	for _, n := range rows(v.Form.Values, findingsAt) {
		row := findingsAt + "/" + strconv.Itoa(n)
		if at := v.Form.Values.Get(row + "/field"); at != "" {
			v.Form.Items[row] = v.App.pointerTitle(at)
		}
	}
}

// findingsAt is where the findings of an answer stand.
const findingsAt = "/findings"

// mark returns the findings a row for what was marked in the application; marked again, its row is gone back to.
func (a *boundForm) mark(pointer string) {
	all := rows(a.Values, findingsAt)
	blank := -1
	for _, n := range all {
		row := findingsAt + "/" + strconv.Itoa(n)
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
		a.Values.Add(findingsAt+"/_rows", strconv.Itoa(blank))
	}
	a.Fresh = findingsAt + "/" + strconv.Itoa(blank)
	a.Values.Set(a.Fresh+"/field", pointer)
}

// colleagues returns the accounts that the principal may assign an open task to: for a supervisor those of the task's
// role, for the assignee the colleagues who can take over. It returns none to others.
func (s *Site) colleagues(r *http.Request, t casework.TaskDetail) ([]casework.Colleague, error) {
	p := principalFrom(r.Context())
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
	list, err := s.Services.Colleagues(r.Context(), p, role)
	return slices.DeleteFunc(list, func(c casework.Colleague) bool { return c.Account == t.Assignee }), err
}

// colleagueText returns the label of a colleague in a choice: name, account if it differs, role, number of open tasks
// and absence.
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

// prefill enters the known values: for the check of a registration, those that the applicant entered.
func (s *Site) prefill(v taskView, form *boundForm) {
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
	t, err := s.Services.Task(r.Context(), principalFrom(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	if t.Kind == "filing.corrections" && t.State == "open" && t.Role == principalFrom(r.Context()).Role { // corrections are made in the application itself
		http.Redirect(w, r, "/filing/"+t.CaseNo, http.StatusSeeOther)
		return nil
	}
	return s.taskPage(w, r, http.StatusOK, nil)
}

// completion decodes the answer to a task, with the fields of its outcome. Changed reports that the form continues,
// with another row or another outcome.
func (s *Site) completion(r *http.Request) (t casework.TaskDetail, form answering, in casework.Completion, changed bool, err error) {
	p := principalFrom(r.Context())
	if t, err = s.Services.Task(r.Context(), p, r.PathValue("id")); err != nil {
		return t, form, in, false, err
	}
	whole, err := shapeOfSchema(t.Form)
	if err != nil {
		return t, form, in, false, err
	}
	upload := casework.Upload{}
	if p.Role != nursery.RoleInstitution {
		upload.Institution, upload.County = t.Institution, t.County
	}
	if form.boundForm, changed, err = s.parseForm(r, whole, upload); err != nil {
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
	form.Outcome, form.Key, form.Next = in.Outcome, key(r), r.PostFormValue("_next") == "next"
	if changed {
		return t, form, in, true, nil
	}
	if in.Outcome == "" {
		form.fault("", "请选择办理结果")
	}
	faults := form.Faults
	form.Shape = answerOf(whole, t.Outcomes, in.Outcome)
	value := form.decode()
	form.Faults, form.Shape = append(faults, form.Faults...), whole
	in.Answer, err = json.Marshal(value)
	return t, form, in, false, err
}

// refused shows the form with what was refused at its fields; what is no matter of the form is returned.
func (s *Site) refused(w http.ResponseWriter, r *http.Request, form answering, err error) error {
	var refused *casework.Error
	if !errors.As(err, &refused) || refused.Kind() != casework.Invalid {
		return err
	}
	form.refusedWith(refused, "/answer")
	form.Key = newKey()
	return s.taskPage(w, r, http.StatusUnprocessableEntity, &form)
}

func (s *Site) complete(w http.ResponseWriter, r *http.Request) error {
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
		notices, err := s.Services.PreviewNotice(r.Context(), principalFrom(r.Context()), t.ID, in)
		if err != nil {
			return s.refused(w, r, form, err)
		}
		if agreed := confirmation(in.Outcome, notices); len(notices) > 0 && r.PostFormValue("_confirmed") != agreed {
			form.Issue = &issuing{Notices: notices, Confirm: agreed}
			return s.taskPage(w, r, http.StatusOK, &form)
		}
	}
	done, err := s.Services.Complete(r.Context(), principalFrom(r.Context()), key(r), t.ID, in)
	if err != nil {
		return s.refused(w, r, form, err)
	}
	message := "已办理：" + outcomeTitle(t.Kind, done.Outcome) + "。"
	if done.Note != "" {
		message += done.Note
	}
	if form.Next {
		if next := s.nextTask(r, t.Kind); next != "" {
			return s.done(w, r, "/tasks/"+next, message)
		}
		return s.done(w, r, "/tasks", message+"没有下一件了。")
	}
	return s.done(w, r, "/cases/"+t.CaseNo, message)
}

// nextTask returns the next task of those that are mine, else of those of the kind that nobody has taken; empty without
// one.
func (s *Site) nextTask(r *http.Request, kind string) string {
	for _, f := range []casework.TaskFilter{{View: casework.ViewMine}, {View: casework.ViewClaimable, Kind: kind}} {
		list, err := casework.Tasks.Page(r.Context(), s.Services.Service, principalFrom(r.Context()), f, casework.PageRequest{Limit: 2})
		if err != nil {
			return ""
		}
		for _, t := range list.Items {
			if t.ID != r.PathValue("id") {
				return t.ID
			}
		}
	}
	return ""
}

// preview shows the documents that an answer would issue beside its form. It stores and issues nothing.
func (s *Site) preview(w http.ResponseWriter, r *http.Request) error {
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
	notices, err := s.Services.PreviewNotice(r.Context(), principalFrom(r.Context()), t.ID, in)
	if err != nil {
		return s.refused(w, r, form, err)
	}
	form.Issue = &issuing{Notices: notices}
	return s.taskPage(w, r, http.StatusOK, &form)
}
