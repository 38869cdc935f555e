package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/offices"
	"tuoyu/processes/targets"
)

func registerDashboard(s *Site) {
	s.page("GET /targets", s.targets)
	s.page("GET /overdue", s.overdue)
	s.page("GET /workload", s.workload)
	s.page("GET /admin/absences", s.absences)
	s.page("POST /absences", s.setAbsence)
	s.page("POST /absences/{id}/end", s.endAbsence)
}

// targets holds the plan's targets against today.
func (s *Site) targets(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Services.Targets(r.Context(), principalFrom(r.Context()))
	if err != nil {
		return err
	}
	return sheetPage(s, w, r, targets.Sheet, list, frame{Title: "目标与进展", Wide: true}, func() templ.Component {
		return targetsPage(list, with(r, "export", "xlsx"))
	})
}

func metTone(t targets.Target) string {
	switch {
	case t.Unavailable != "":
		return ""
	case t.Met:
		return "good"
	}
	return "warn"
}

// overdue shows the overdue tasks of each office.
func (s *Site) overdue(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Services.OverdueByOffice(r.Context(), principalFrom(r.Context()))
	if err != nil {
		return err
	}
	return sheetPage(s, w, r, offices.OverdueSheet, list, frame{Title: "超期情况", Wide: true, Live: true}, func() templ.Component {
		return overduePage(list, principalFrom(r.Context()), with(r, "export", "xlsx"))
	})
}

// overdueLink leads to the late tasks of an office.
func overdueLink(l offices.OverdueLine, p nursery.Principal) string {
	link := "/tasks?view=overdue"
	if p.Role == nursery.RoleCityOffice || p.Role == nursery.RoleAuditor {
		link += "&county=" + l.County
	}
	return link
}

// workload shows the number of tasks of each account, and the absences.
func (s *Site) workload(w http.ResponseWriter, r *http.Request) error {
	p := principalFrom(r.Context())
	list, err := s.Services.Workload(r.Context(), p)
	if err != nil {
		return err
	}
	if format := exportOf(r); format != "" {
		return sendFile(w)(offices.WorkloadSheet.File(list, format))
	}
	away, err := offices.Absences.Page(r.Context(), s.Services.Service, p, struct{}{}, pageOf(r, 50))
	if err != nil {
		return err
	}
	form, err := s.absenceShape(r)
	if err != nil {
		return err
	}
	return s.show(w, r, frame{Title: "工作量", Wide: true, Live: true}, workloadPage(list, absencesView{away.Items, nextPage(r, away.Next), "/workload", boundForm{Shape: form}}, with(r, "export", "xlsx")))
}

// absencesView is the list of absences, with the form to enter one.
type absencesView struct {
	List []offices.Absence
	Next string
	Back string
	Form boundForm
}

// absenceShape returns the form schema of an absence. The account and the delegate are chosen among the colleagues known to the
// service, and typed where there are none, as for the administrator, who has no office.
func (s *Site) absenceShape(r *http.Request) (formSchema, error) {
	p, form := principalFrom(r.Context()), shapeOf[offices.AbsenceRequest]()
	list, err := s.Services.Colleagues(r.Context(), p, "")
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Kind() == casework.Forbidden {
		return form, nil
	}
	if err != nil {
		return form, err
	}
	var options []option
	for _, c := range list {
		// A supervisor may be the one to stand in while another supervisor is away.
		if c.Account != p.Account || p.Role == nursery.RoleSupervisor {
			options = append(options, option{c.Account, colleagueText(c)})
		}
	}
	if p.Role == nursery.RoleSupervisor { // principalFrom sets those of the whole office
		form = form.choosing("account", append([]option{{"", "本人"}}, options...))
	}
	if len(options) > 0 {
		form = form.choosing("delegate", options).inside("delegate", func(f formSchema) formSchema { f.Label = "代办人"; return f })
	}
	return form, nil
}

func (s *Site) absences(w http.ResponseWriter, r *http.Request) error {
	form, err := s.absenceShape(r)
	if err != nil {
		return err
	}
	return s.absencesWith(w, r, http.StatusOK, frame{Title: "外出代办", Wide: true}, "/admin/absences", boundForm{Shape: form})
}

// absencesWith shows who is away with the form as it was filled in.
func (s *Site) absencesWith(w http.ResponseWriter, r *http.Request, status int, f frame, back string, form boundForm) error {
	list, err := offices.Absences.Page(r.Context(), s.Services.Service, principalFrom(r.Context()), struct{}{}, pageOf(r, 50))
	if err != nil {
		return err
	}
	return s.showStatus(w, r, status, f, absencesPage(absencesView{list.Items, nextPage(r, list.Next), back, form}))
}

func (s *Site) setAbsence(w http.ResponseWriter, r *http.Request) error {
	sh, err := s.absenceShape(r)
	if err != nil {
		return err
	}
	form, changed, err := s.parseForm(r, sh, casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.absencesWith(w, r, http.StatusOK, frame{Title: "外出代办", Wide: true, Back: backTo(r)}, backTo(r), form)
	}
	in, err := bind[offices.AbsenceRequest](&form)
	if err != nil {
		return err
	}
	a, err := s.Services.SetAbsence(r.Context(), principalFrom(r.Context()), key(r), in)
	if err != nil {
		refused := s.asUserError(r.Context(), err)
		if refused.Kind() != casework.Invalid && refused.Kind() != casework.Conflict {
			return err
		}
		form.refusedWith(refused, "")
		return s.absencesWith(w, r, http.StatusUnprocessableEntity, frame{Title: "外出代办", Wide: true, Back: backTo(r)}, backTo(r), form)
	}
	message := "已登记外出。"
	if a.HandedOver > 0 {
		message += "已将 " + strconv.Itoa(a.HandedOver) + " 件待办交给 " + a.Delegate + "。"
	}
	return s.done(w, r, backTo(r), message)
}

func (s *Site) endAbsence(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return &casework.Error{Code: casework.CodeNotFound, Message: "没有这次外出。"}
	}
	if _, err := s.Services.EndAbsence(r.Context(), principalFrom(r.Context()), key(r), id); err != nil {
		return err
	}
	back := "/workload"
	if principalFrom(r.Context()).Role == nursery.RoleAdministrator {
		back = "/admin/absences"
	}
	return s.done(w, r, back, "已结束外出。")
}

// absenceSpan is from when until when somebody is away.
func absenceSpan(a offices.Absence) string {
	return strings.Join([]string{a.FromOn.String(), a.UntilOn.String()}, " 至 ")
}

// overdueCells is the table of what is late.
func overdueCells(p nursery.Principal) []cell[offices.OverdueLine] {
	return cellsOf(offices.OverdueSheet, looks[offices.OverdueLine]{
		"超期": as("number", func(l offices.OverdueLine) templ.Component { return overdueCount(l, p) }),
	})
}

// workloadCells is the table of what the accounts of an office have to do.
var workloadCells = cellsOf(offices.WorkloadSheet, looks[offices.WorkloadLine]{
	"账号": headed(func(l offices.WorkloadLine) rowHead {
		if l.Account == "" {
			return rowHead{"/tasks?view=claimable", "无人领取", "", ""}
		}
		return rowHead{"", l.Account, "", ""}
	}),
	"超期": as("number", func(l offices.WorkloadLine) templ.Component {
		if l.Overdue > 0 {
			return tag("bad", count(l.Overdue)+" 件")
		}
		return text("0")
	}),
	"外出至": textual(func(l offices.WorkloadLine) string {
		if l.AbsentUntil.IsZero() {
			return "—"
		}
		return "至 " + l.AbsentUntil.String() + "，由 " + l.Delegate + " 代办"
	}),
})

// absenceCells is the table of absences.
var absenceCells = cellsOf(offices.Absences.Sheet, looks[offices.Absence]{
	"自": as("nowrap", func(a offices.Absence) templ.Component { return text(absenceSpan(a)) }),
	"状态": as("", func(a offices.Absence) templ.Component {
		if a.EndedAt != nil {
			return text(a.StateTitle())
		}
		return confirmed("/absences/"+strconv.FormatInt(a.ID, 10)+"/end", "结束外出", "结束 "+a.Account+" 的外出？已移交的待办不会自动退回。", "quiet small-button")
	}),
})

// targetCells is the table of the plan's targets.
var targetCells = cellsOf(targets.Sheet, looks[targets.Target]{
	"目标": headed(func(t targets.Target) rowHead {
		return rowHead{t.Link, t.Title, "", t.Project + " · " + documents.Cite(t.Source)}
	}),
	"要求": as("", targetGoal), "进展": as("", targetValue), "是否达到": as("", targetMet),
})
