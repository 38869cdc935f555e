package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/store"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// filledView is a form as it was filled in, in words.
type filledView struct {
	FilledIn
	ui.Summary
	Text  ui.FormSchema // without its files
	Files []casework.Attachment
	Empty bool
}

// substanceView is what was applied for and filled in with a case, as its page shows it.
type substanceView struct {
	Case        casework.CaseDetail
	Application filledView
	Answers     []filledView
	Substance
}

// Unseen returns zero: which of the files were opened is not recorded.
func (v substanceView) Unseen() int { return 0 }

// Markable does nothing: findings are written as text.
func (v substanceView) Markable(*ui.BoundForm) {}

func (s *pages) substanceView(ctx context.Context, c casework.CaseDetail, of Substance) (web.Content, error) {
	views, err := s.filledViews(ctx, of.Institution, append([]FilledIn{of.Application}, of.Answers...))
	if err != nil {
		return nil, err
	}
	v := substanceView{Case: c, Application: views[0], Answers: views[1:], Substance: of}
	return substanceContent{v, substancePart(v)}, nil
}

// substanceContent is a substanceView as web.Content.
type substanceContent struct {
	substanceView
	templ.Component
}

func (s *pages) filledViews(ctx context.Context, institution string, list []FilledIn) ([]filledView, error) {
	views := make([]filledView, len(list))
	for i, f := range list {
		shape, err := ui.ReadSchema(f.Schema)
		if err != nil {
			return nil, err
		}
		v := filledView{FilledIn: f, Text: withoutFiles(shape)}
		v.BoundForm = boundTo(shape, f.Data)
		if ids := v.FileIDs(); len(ids) > 0 {
			if v.Files, err = s.Service.Files(ctx, web.Principal(ctx), institution, ids); err != nil {
				return nil, fmt.Errorf("read files: %w", err)
			}
		}
		v.Empty = !ui.Filled(v.BoundForm, shape, "")
		views[i] = v
	}
	return views, nil
}

// boundTo returns a form of the values of a JSON object.
func boundTo(shape ui.FormSchema, data json.RawMessage) ui.BoundForm {
	var value any
	if len(data) > 0 && json.Unmarshal(data, &value) != nil {
		value = nil // stored JSON can be read; an older one of another type has no values
	}
	return ui.FormOf(shape, value)
}

// withoutFiles returns a group without the files at its first level.
func withoutFiles(s ui.FormSchema) ui.FormSchema {
	s.Fields = slices.DeleteFunc(slices.Clone(s.Fields), func(f ui.FormSchema) bool { return f.Kind == ui.KindFile || f.Kind == ui.KindFiles })
	return s
}

// initial returns what the form of a task begins with: for a correction of the application, the application as it is.
func (s *pages) initial(v web.TaskView) url.Values {
	if v.Case == nil || !isProcedure(v.Case.Kind) || !v.Task.Answerable {
		return url.Values{}
	}
	of, err := s.service.Substance(context.Background(), v.Reader, v.Case.CaseNo)
	if err != nil { // the form can be filled in without
		s.Log.Warn("application not read for its correction", "error", err)
		return url.Values{}
	}
	kind, ok := of.revision.Task(v.Task.Kind)
	if !ok || kind.Form != of.revision.Plan.Kind+"."+of.revision.Plan.Forms[of.revision.Plan.Start.Facts].Name {
		return url.Values{}
	}
	shape, err := ui.ReadSchema(v.Task.Form)
	if err != nil {
		return url.Values{}
	}
	return boundTo(shape, of.Application.Data).Values
}

// anytimeView is the form of what may be done anytime.
type anytimeView struct {
	CaseNo, Title, To string
	Form              ui.BoundForm
	Action            string
}

// anytimeOfCase returns what may be done anytime under a name. Error: not_found where it may not be done now.
func (s *pages) anytimeOfCase(r *http.Request) (v anytimeView, err error) {
	p, caseNo, name := web.Principal(r.Context()), r.PathValue("no"), r.PathValue("name")
	of, err := s.service.Substance(r.Context(), p, caseNo)
	if err != nil {
		return v, err
	}
	at := slices.IndexFunc(of.Anytime, func(st definition.ProgressStep) bool { return string(st.Code) == name })
	if at < 0 {
		return v, casework.NewError(casework.CodeTooLate, "办件已进入其他环节，现在不能这样办理。")
	}
	plan, live := of.revision.Plan, of.revision.Live
	i := slices.IndexFunc(plan.Anytime, func(a procedures.Interruption) bool { return a.Name == name })
	v = anytimeView{CaseNo: caseNo, Title: of.Anytime[at].Title, Action: "/cases/" + caseNo + "/anytime/" + name}
	if to := plan.Anytime[i].To; to >= 0 {
		v.To = live.Stages[to].Title
	}
	v.Form.Shape = ui.FormSchema{Kind: ui.KindGroup}
	if form := plan.Anytime[i].Form; form >= 0 {
		raw, _ := of.revision.FormOf(plan.Forms[form].Name)
		v.Form.Shape, err = ui.ReadSchema(raw)
	}
	return v, err
}

func (s *pages) anytimePage(w http.ResponseWriter, r *http.Request, status int, v anytimeView) error {
	if err := s.NameFiles(r.Context(), &v.Form, web.Principal(r.Context()).Institution); err != nil {
		return err
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: v.Title, Back: "/cases/" + v.CaseNo}, anytimeForm(v))
}

func (s *pages) askAnytime(w http.ResponseWriter, r *http.Request) error {
	v, err := s.anytimeOfCase(r)
	if err != nil {
		return err
	}
	v.Form.Values = url.Values{}
	return s.anytimePage(w, r, http.StatusOK, v)
}

func (s *pages) doAnytime(w http.ResponseWriter, r *http.Request) error {
	v, err := s.anytimeOfCase(r)
	if err != nil {
		if perr := web.ParseForm(r); perr != nil {
			return perr
		}
		// A repeat of what was done is answered as the first time.
		done, again := s.service.Anytime(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), r.PathValue("name"), AnytimeInput{})
		if again != nil {
			return err
		}
		return s.Done(w, r, "/cases/"+done.CaseNo, "已办理。")
	}
	form, changed, err := s.DecodeForm(r, v.Form.Shape, s.uploadFor(r, v.CaseNo))
	if err != nil {
		return err
	}
	v.Form = form
	if changed {
		return s.anytimePage(w, r, http.StatusOK, v)
	}
	raw, err := encoded(&v.Form)
	if err != nil {
		return err
	}
	if len(v.Form.Faults) > 0 {
		return s.anytimePage(w, r, http.StatusUnprocessableEntity, v)
	}
	done, err := s.service.Anytime(r.Context(), web.Principal(r.Context()), web.Key(r), v.CaseNo, r.PathValue("name"), AnytimeInput{Form: raw})
	if err != nil {
		refused := s.UserError(r.Context(), err)
		if refused.Kind() != casework.Invalid {
			return err
		}
		v.Form.AddFaults(refused, "/form")
		return s.anytimePage(w, r, http.StatusUnprocessableEntity, v)
	}
	said := "已办理：" + v.Title + "。"
	if !done.Delivered {
		said = "已收下，系统恢复后自动送达：" + v.Title + "。"
	}
	return s.Done(w, r, "/cases/"+v.CaseNo, said)
}

// encoded returns the values of a form as JSON, and adds those that cannot be read to its faults.
func encoded(form *ui.BoundForm) (json.RawMessage, error) {
	before := form.Faults
	raw, err := json.Marshal(form.Decode())
	form.Faults = append(before, form.Faults...)
	if err != nil {
		return nil, fmt.Errorf("encode form: %w", err)
	}
	return raw, nil
}

// uploadFor returns the owner of the files of a form of a case: an office uploads them for the institution of the case.
func (s *pages) uploadFor(r *http.Request, caseNo string) casework.Upload {
	p := web.Principal(r.Context())
	if p.Role == nursery.RoleInstitution {
		return casework.Upload{}
	}
	c, err := casework.ReadAs(r.Context(), s.Service, p, func(q *store.Queries) (store.Case, error) {
		return casework.CaseOf(r.Context(), q.CaseByNumber, caseNo)
	})
	if err != nil {
		return casework.Upload{} // the act on the case is refused
	}
	return casework.Upload{Institution: c.Institution, County: c.County}
}
