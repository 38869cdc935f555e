package offices

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// pages are the pages of the package.
type pages struct {
	*web.Site
	service *Service
}

// Pages registers the pages of the package.
func (s *Service) Pages(site *web.Site) {
	p := &pages{site, s}
	p.registerDashboard()
	p.registerAdmin()
	p.registerFilters()
	p.registerContact()
}

func (s *pages) registerDashboard() {
	s.Nav("/overdue", "超期", web.Places{nursery.RoleSupervisor: 7, nursery.RoleCountyOffice: 4, nursery.RoleCityOffice: 4, nursery.RoleAuditor: 5})
	s.Nav("/workload", "工作量", web.Places{nursery.RoleSupervisor: 3})
	s.Nav("/admin/absences", "外出代办", web.Places{nursery.RoleAdministrator: 4})
	s.Page("GET /overdue", s.overdue)
	s.Page("GET /workload", s.workload)
	s.Page("GET /admin/absences", s.absences)
	s.Page("POST /absences", s.setAbsence)
	s.Page("POST /absences/{id}/end", s.endAbsence)
}

// overdue shows the overdue tasks of each office.
func (s *pages) overdue(w http.ResponseWriter, r *http.Request) error {
	list, err := s.service.OverdueByOffice(r.Context(), web.Principal(r.Context()))
	if err != nil {
		return err
	}
	return web.SheetPage(s.Site, w, r, OverdueSheet, list, web.Frame{Title: "超期情况", Wide: true, Live: true}, func() templ.Component {
		return overduePage(list, web.Principal(r.Context()), web.WithParam(r, "export", "xlsx"))
	})
}

// overdueLink leads to the late tasks of an office.
func overdueLink(l OverdueLine, p nursery.Principal) string {
	link := "/tasks?view=overdue"
	if p.Role == nursery.RoleCityOffice || p.Role == nursery.RoleAuditor {
		link += "&county=" + l.County
	}
	return link
}

// workload shows the number of tasks of each account, and the absences.
func (s *pages) workload(w http.ResponseWriter, r *http.Request) error {
	p := web.Principal(r.Context())
	list, err := s.service.Workload(r.Context(), p)
	if err != nil {
		return err
	}
	if format := web.ExportFormat(r); format != "" {
		return web.SendFile(w)(WorkloadSheet.File(list, format))
	}
	away, err := Absences.Page(r.Context(), s.service.Service, p, struct{}{}, web.PageRequest(r, 50))
	if err != nil {
		return err
	}
	form, err := s.absenceShape(r)
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "工作量", Wide: true, Live: true}, workloadPage(list, absencesView{away.Items, web.NextPage(r, away.Next), "/workload", ui.BoundForm{Shape: form}}, web.WithParam(r, "export", "xlsx")))
}

// absencesView is the list of absences, with the form to enter one.
type absencesView struct {
	List []Absence
	Next string
	Back string
	Form ui.BoundForm
}

// absenceShape returns the form schema of an absence. The account and the delegate are chosen among the colleagues known to the
// service, and typed where there are none, as for the administrator, who has no office.
func (s *pages) absenceShape(r *http.Request) (ui.FormSchema, error) {
	p, form := web.Principal(r.Context()), ui.SchemaOf[AbsenceRequest]()
	list, err := s.service.Colleagues(r.Context(), p, "")
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Kind() == casework.Forbidden {
		return form, nil
	}
	if err != nil {
		return form, err
	}
	var options []ui.Option
	for _, c := range list {
		// A supervisor may be the one to stand in while another supervisor is away.
		if c.Account != p.Account || p.Role == nursery.RoleSupervisor {
			options = append(options, ui.Option{Value: c.Account, Label: ui.ColleagueText(c)})
		}
	}
	if p.Role == nursery.RoleSupervisor { // a supervisor sets those of the whole office
		form = form.WithOptions("account", append([]ui.Option{{Label: "本人"}}, options...))
	}
	if len(options) > 0 {
		form = form.WithOptions("delegate", options).Change("delegate", func(f ui.FormSchema) ui.FormSchema { f.Label = "代办人"; return f })
	}
	return form, nil
}

func (s *pages) absences(w http.ResponseWriter, r *http.Request) error {
	form, err := s.absenceShape(r)
	if err != nil {
		return err
	}
	return s.absencesWith(w, r, http.StatusOK, web.Frame{Title: "外出代办", Wide: true}, "/admin/absences", ui.BoundForm{Shape: form})
}

// absencesWith shows who is away with the form as it was filled in.
func (s *pages) absencesWith(w http.ResponseWriter, r *http.Request, status int, f web.Frame, back string, form ui.BoundForm) error {
	list, err := Absences.Page(r.Context(), s.service.Service, web.Principal(r.Context()), struct{}{}, web.PageRequest(r, 50))
	if err != nil {
		return err
	}
	return s.ShowStatus(w, r, status, f, absencesPage(absencesView{list.Items, web.NextPage(r, list.Next), back, form}))
}

func (s *pages) setAbsence(w http.ResponseWriter, r *http.Request) error {
	sh, err := s.absenceShape(r)
	if err != nil {
		return err
	}
	form, changed, err := s.DecodeForm(r, sh, casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.absencesWith(w, r, http.StatusOK, web.Frame{Title: "外出代办", Wide: true, Back: web.BackPath(r)}, web.BackPath(r), form)
	}
	in, err := ui.Bind[AbsenceRequest](&form)
	if err != nil {
		return err
	}
	a, err := s.service.SetAbsence(r.Context(), web.Principal(r.Context()), web.Key(r), in)
	if err != nil {
		refused := s.UserError(r.Context(), err)
		if refused.Kind() != casework.Invalid && refused.Kind() != casework.Conflict {
			return err
		}
		form.AddFaults(refused, "")
		return s.absencesWith(w, r, http.StatusUnprocessableEntity, web.Frame{Title: "外出代办", Wide: true, Back: web.BackPath(r)}, web.BackPath(r), form)
	}
	message := "已登记外出。"
	if a.HandedOver > 0 {
		message += "已将 " + strconv.Itoa(a.HandedOver) + " 件待办交给 " + a.Delegate + "。"
	}
	return s.Done(w, r, web.BackPath(r), message)
}

func (s *pages) endAbsence(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return &casework.Error{Code: casework.CodeNotFound, Message: "没有这次外出。"}
	}
	if _, err := s.service.EndAbsence(r.Context(), web.Principal(r.Context()), web.Key(r), id); err != nil {
		return err
	}
	back := "/workload"
	if web.Principal(r.Context()).Role == nursery.RoleAdministrator {
		back = "/admin/absences"
	}
	return s.Done(w, r, back, "已结束外出。")
}

// absenceSpan is from when until when somebody is away.
func absenceSpan(a Absence) string {
	return strings.Join([]string{a.FromOn.String(), a.UntilOn.String()}, " 至 ")
}

// overdueCells is the table of what is late.
func overdueCells(p nursery.Principal) []ui.Cell[OverdueLine] {
	return ui.CellsOf(OverdueSheet, ui.Looks[OverdueLine]{
		"超期": ui.StyledCell("number", func(l OverdueLine) templ.Component { return overdueCount(l, p) }),
	})
}

// workloadCells is the table of what the accounts of an office have to do.
var workloadCells = ui.CellsOf(WorkloadSheet, ui.Looks[WorkloadLine]{
	"账号": ui.HeadCell(func(l WorkloadLine) ui.RowHead {
		if l.Account == "" {
			return ui.RowHead{Link: "/tasks?view=claimable", Name: "无人领取"}
		}
		return ui.RowHead{Name: l.Account}
	}),
	"超期": ui.StyledCell("number", func(l WorkloadLine) templ.Component {
		if l.Overdue > 0 {
			return ui.Tag("bad", ui.Count(l.Overdue)+" 件")
		}
		return ui.Text("0")
	}),
	"外出至": ui.TextCell(func(l WorkloadLine) string {
		if l.AbsentUntil.IsZero() {
			return "—"
		}
		return "至 " + l.AbsentUntil.String() + "，由 " + l.Delegate + " 代办"
	}),
})

// absenceCells is the table of absences.
var absenceCells = ui.CellsOf(Absences.Sheet, ui.Looks[Absence]{
	"自": ui.StyledCell("nowrap", func(a Absence) templ.Component { return ui.Text(absenceSpan(a)) }),
	"状态": ui.StyledCell("", func(a Absence) templ.Component {
		if a.EndedAt != nil {
			return ui.Text(a.StateTitle())
		}
		return ui.ConfirmButton("/absences/"+strconv.FormatInt(a.ID, 10)+"/end", "结束外出", "结束 "+a.Account+" 的外出？已移交的待办不会自动退回。", "quiet small-button")
	}),
})
