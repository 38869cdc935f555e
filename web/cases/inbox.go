package cases

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// inbox is the page of the inbox.
func (s *pages) inbox() web.Listing[casework.TaskFilter, casework.TaskSummary] {
	return web.Listing[casework.TaskFilter, casework.TaskSummary]{
		List: casework.Tasks, Path: "/tasks", Title: "待办", Rows: 25, Live: true, None: "没有待办", Hint: "新的待办会自动出现在这里。",
		Search: "办件编号或机构名称", Choices: taskChoices, Looks: taskLooks, Tabs: s.inboxTabs,
		Control: func(v web.Reader) func(casework.TaskSummary) templ.Component {
			return func(t casework.TaskSummary) templ.Component { return taskControls(t, v) }
		},
		Batch: web.Batches[casework.TaskSummary]{
			ID: func(v web.Reader, t casework.TaskSummary) (id, name string) {
				if shares(v.Principal, t.Role) {
					id = t.ID
				}
				return id, t.Title + " " + t.CaseNo
			},
			Name: func(v web.Reader, id string) (ui.RowHead, error) {
				t, err := s.Service.Task(v.Context(), v.Principal, id)
				return ui.RowHead{Link: "/tasks/" + id, Name: t.Title, Below: t.InstitutionName + " " + t.CaseNo}, err
			},
			Acts: []web.BatchAct{
				{Name: "claim", Title: "领取", Done: "已领取", Undo: "撤回领取", For: claims, Do: func(v web.Reader, key, id string, _ url.Values) error {
					_, err := s.Service.Claim(v.Context(), v.Principal, key, id)
					return err
				}},
				{Name: "release", Title: "退回", Done: "已退回", Undo: "撤销退回", For: claims, Do: func(v web.Reader, key, id string, _ url.Values) error {
					_, err := s.Service.Release(v.Context(), v.Principal, key, id)
					return err
				}},
				{Name: "assign", Title: "分派", Done: "已分派", Undo: "撤销分派", For: assigns, Fields: func(v web.Reader) (templ.Component, error) {
					list, err := s.Service.Colleagues(v.Context(), v.Principal, "")
					return colleagueField(list, "分派给", "bulk", false), err
				}, Do: func(v web.Reader, key, id string, form url.Values) error {
					_, err := s.Service.Assign(v.Context(), v.Principal, key, id, strings.TrimSpace(form.Get("account")))
					return err
				}},
			},
		},
	}
}

// claims reports whether the inbox of p has tasks that p takes from among colleagues.
func claims(p nursery.Principal) bool {
	return !partyOfOne(p.Role) && p.Role != nursery.RoleAuditor
}

// assigns reports whether p distributes the tasks of an office.
func assigns(p nursery.Principal) bool { return p.Role == nursery.RoleSupervisor }

// oversees reports whether the inbox of p has the tasks of others.
func oversees(p nursery.Principal) bool {
	return slices.Contains([]nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, p.Role)
}

// shares reports whether p can take a task put to a role, or distribute it.
func shares(p nursery.Principal, role nursery.Role) bool {
	return p.Role == role && !partyOfOne(role) || assigns(p) && (role == nursery.RoleClerk || role == nursery.RoleInspector)
}

// taskChoices are the kinds of task that p is asked, or for those who oversee others, the kinds that others are asked.
func taskChoices(p nursery.Principal) []web.Choice {
	list := []web.Choice{{Name: "kind", Label: "种类", Options: taskKinds(p.Role)}}
	if !oversees(p) {
		return list
	}
	list[0].Options = taskKinds("")
	roles := web.Choice{Name: "role", Label: "由谁办理"}
	for _, role := range nursery.Roles() {
		if len(taskKinds(role)) > 0 {
			roles.Options = append(roles.Options, ui.Option{Value: string(role), Label: role.Title()})
		}
	}
	return append(list, roles)
}

// inboxTabs are the views of the inbox with their numbers. Where the tasks of others are listed, what nobody has taken is not for the
// reader to take.
func (s *pages) inboxTabs(v web.Reader, f casework.TaskFilter) ([]web.Tab, error) {
	counted := f
	counted.View = ""
	counts, err := s.Service.TaskCounts(v.Context(), v.Principal, counted)
	if err != nil {
		return nil, err
	}
	tab := func(view casework.View, title string, count int) web.Tab {
		return web.Tab{Title: title, Link: v.With("view", string(view)), Count: count, Here: f.View == view}
	}
	tabs := []web.Tab{tab("", "全部", counts.All)}
	switch {
	case oversees(v.Principal):
		tabs = append(tabs, tab(casework.ViewMine, "我的", counts.Mine), tab(casework.ViewClaimable, "无人领取", counts.Claimable))
	case !partyOfOne(v.Role):
		tabs = append(tabs, tab(casework.ViewMine, "我的", counts.Mine), tab(casework.ViewClaimable, "可领取", counts.Claimable))
	}
	return append(tabs, tab(casework.ViewDue, "即将到期", counts.Due), tab(casework.ViewOverdue, "已超期", counts.Overdue)), nil
}

// taskLooks is how the columns of the inbox look.
func taskLooks(v web.Reader) ui.Looks[casework.TaskSummary] {
	return ui.Looks[casework.TaskSummary]{
		"待办": ui.StyledCell("heads", func(t casework.TaskSummary) templ.Component {
			return ui.RowHeading(ui.RowHead{Link: "/tasks/" + t.ID, Name: t.Title, Below: t.CaseNo})
		}),
		"机构":  ui.StyledCell("", taskParty),
		"期限":  ui.StyledCell("", taskDue),
		"领取人": ui.StyledCell("", func(t casework.TaskSummary) templ.Component { return taskAssignee(t, v.Principal) }),
	}
}

// doneTo is done for something done to the task of a request, which a button takes back.
func (s *pages) doneTo(w http.ResponseWriter, r *http.Request, text, undo string) error {
	return s.DoneWith(w, r, web.BackPath(r), web.Flash{Text: text, Undo: undo, Tasks: []string{r.PathValue("id")}})
}

// undo takes back what the reader did last to the assignees of tasks, as far as nobody did something else to them since.
func (s *pages) undo(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ids, done, why := r.PostForm["task"], 0, ""
	for _, id := range ids[:min(len(ids), web.BatchMost)] {
		_, err := s.Service.Restore(r.Context(), web.Principal(r.Context()), web.Key(r)+"/"+id, id)
		switch refused := (*casework.Error)(nil); {
		case err == nil:
			done++
		case errors.As(err, &refused):
			why = refused.Message
		default:
			return err
		}
	}
	message := fmt.Sprintf("已撤销 %d 件。", done)
	if done < len(ids) {
		message += fmt.Sprintf("未能撤销 %d 件：%s", len(ids)-done, why)
	}
	return s.Done(w, r, web.BackPath(r), message)
}

func (s *pages) claim(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	if _, err := s.Service.Claim(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id")); err != nil {
		return err
	}
	return s.doneTo(w, r, "已领取。", "撤回领取")
}

func (s *pages) release(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	if _, err := s.Service.Release(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id")); err != nil {
		return err
	}
	return s.doneTo(w, r, "已退回，其他人可以领取。", "撤销退回")
}

func (s *pages) assign(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	t, err := s.Service.Assign(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("account")))
	if err != nil {
		return err
	}
	name, err := s.assigneeOf(r, t)
	if err != nil {
		return err
	}
	return s.doneTo(w, r, "已分派给 "+name+"。", "撤销分派")
}

// assigneeOf returns the name of who has a task now, where the reader may still see that; otherwise the account.
func (s *pages) assigneeOf(r *http.Request, t casework.TaskSummary) (string, error) {
	d, err := s.Service.Task(r.Context(), web.Principal(r.Context()), t.ID)
	if refused := (*casework.Error)(nil); errors.As(err, &refused) {
		return t.Assignee, nil
	}
	return cmp.Or(d.AssigneeName, t.Assignee), err
}

func (s *pages) delegate(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	t, err := s.Service.Delegate(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("account")), strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return err
	}
	name, err := s.assigneeOf(r, t)
	if err != nil {
		return err
	}
	return s.doneTo(w, r, "已转交给 "+name+"。", "撤销转交")
}
