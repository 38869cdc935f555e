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
	s.Nav("/overdue", "超期", Places{nursery.RoleSupervisor: 7, nursery.RoleCountyOffice: 4, nursery.RoleCityOffice: 4, nursery.RoleAuditor: 5})
	s.Nav("/workload", "工作量", Places{nursery.RoleSupervisor: 3})
	s.Nav("/admin/absences", "外出代办", Places{nursery.RoleAdministrator: 4})
	s.Page("GET /overdue", s.overdue)
	s.Page("GET /workload", s.workload)
	s.Page("GET /admin/absences", s.absences)
	s.Page("POST /absences", s.setAbsence)
	s.Page("POST /absences/{id}/end", s.endAbsence)
}

func registerTargets(s *Site) {
	s.Nav("/targets", "目标", Places{nursery.RoleCountyOffice: 3, nursery.RoleCityOffice: 3, nursery.RoleAuditor: 4})
	s.Page("GET /targets", s.targets)
}

// targets holds the plan's targets against today.
func (s *Site) targets(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Services.Targets(r.Context(), Principal(r.Context()))
	if err != nil {
		return err
	}
	return SheetPage(s, w, r, targets.Sheet, list, Frame{Title: "目标与进展", Wide: true}, func() templ.Component {
		return targetsPage(list, WithParam(r, "export", "xlsx"))
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
	list, err := s.Services.OverdueByOffice(r.Context(), Principal(r.Context()))
	if err != nil {
		return err
	}
	return SheetPage(s, w, r, offices.OverdueSheet, list, Frame{Title: "超期情况", Wide: true, Live: true}, func() templ.Component {
		return overduePage(list, Principal(r.Context()), WithParam(r, "export", "xlsx"))
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
	p := Principal(r.Context())
	list, err := s.Services.Workload(r.Context(), p)
	if err != nil {
		return err
	}
	if format := ExportFormat(r); format != "" {
		return SendFile(w)(offices.WorkloadSheet.File(list, format))
	}
	away, err := offices.Absences.Page(r.Context(), s.Services.Service, p, struct{}{}, PageRequest(r, 50))
	if err != nil {
		return err
	}
	form, err := s.absenceShape(r)
	if err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: "工作量", Wide: true, Live: true}, workloadPage(list, absencesView{away.Items, NextPage(r, away.Next), "/workload", BoundForm{Shape: form}}, WithParam(r, "export", "xlsx")))
}

// absencesView is the list of absences, with the form to enter one.
type absencesView struct {
	List []offices.Absence
	Next string
	Back string
	Form BoundForm
}

// absenceShape returns the form schema of an absence. The account and the delegate are chosen among the colleagues known to the
// service, and typed where there are none, as for the administrator, who has no office.
func (s *Site) absenceShape(r *http.Request) (FormSchema, error) {
	p, form := Principal(r.Context()), SchemaOf[offices.AbsenceRequest]()
	list, err := s.Services.Colleagues(r.Context(), p, "")
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Kind() == casework.Forbidden {
		return form, nil
	}
	if err != nil {
		return form, err
	}
	var options []Option
	for _, c := range list {
		// A supervisor may be the one to stand in while another supervisor is away.
		if c.Account != p.Account || p.Role == nursery.RoleSupervisor {
			options = append(options, Option{c.Account, ColleagueText(c)})
		}
	}
	if p.Role == nursery.RoleSupervisor { // a supervisor sets those of the whole office
		form = form.WithOptions("account", append([]Option{{"", "本人"}}, options...))
	}
	if len(options) > 0 {
		form = form.WithOptions("delegate", options).Change("delegate", func(f FormSchema) FormSchema { f.Label = "代办人"; return f })
	}
	return form, nil
}

func (s *Site) absences(w http.ResponseWriter, r *http.Request) error {
	form, err := s.absenceShape(r)
	if err != nil {
		return err
	}
	return s.absencesWith(w, r, http.StatusOK, Frame{Title: "外出代办", Wide: true}, "/admin/absences", BoundForm{Shape: form})
}

// absencesWith shows who is away with the form as it was filled in.
func (s *Site) absencesWith(w http.ResponseWriter, r *http.Request, status int, f Frame, back string, form BoundForm) error {
	list, err := offices.Absences.Page(r.Context(), s.Services.Service, Principal(r.Context()), struct{}{}, PageRequest(r, 50))
	if err != nil {
		return err
	}
	return s.ShowStatus(w, r, status, f, absencesPage(absencesView{list.Items, NextPage(r, list.Next), back, form}))
}

func (s *Site) setAbsence(w http.ResponseWriter, r *http.Request) error {
	sh, err := s.absenceShape(r)
	if err != nil {
		return err
	}
	form, changed, err := s.DecodeForm(r, sh, casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.absencesWith(w, r, http.StatusOK, Frame{Title: "外出代办", Wide: true, Back: BackPath(r)}, BackPath(r), form)
	}
	in, err := Bind[offices.AbsenceRequest](&form)
	if err != nil {
		return err
	}
	a, err := s.Services.SetAbsence(r.Context(), Principal(r.Context()), Key(r), in)
	if err != nil {
		refused := s.UserError(r.Context(), err)
		if refused.Kind() != casework.Invalid && refused.Kind() != casework.Conflict {
			return err
		}
		form.AddFaults(refused, "")
		return s.absencesWith(w, r, http.StatusUnprocessableEntity, Frame{Title: "外出代办", Wide: true, Back: BackPath(r)}, BackPath(r), form)
	}
	message := "已登记外出。"
	if a.HandedOver > 0 {
		message += "已将 " + strconv.Itoa(a.HandedOver) + " 件待办交给 " + a.Delegate + "。"
	}
	return s.Done(w, r, BackPath(r), message)
}

func (s *Site) endAbsence(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return &casework.Error{Code: casework.CodeNotFound, Message: "没有这次外出。"}
	}
	if _, err := s.Services.EndAbsence(r.Context(), Principal(r.Context()), Key(r), id); err != nil {
		return err
	}
	back := "/workload"
	if Principal(r.Context()).Role == nursery.RoleAdministrator {
		back = "/admin/absences"
	}
	return s.Done(w, r, back, "已结束外出。")
}

// absenceSpan is from when until when somebody is away.
func absenceSpan(a offices.Absence) string {
	return strings.Join([]string{a.FromOn.String(), a.UntilOn.String()}, " 至 ")
}

// overdueCells is the table of what is late.
func overdueCells(p nursery.Principal) []Cell[offices.OverdueLine] {
	return CellsOf(offices.OverdueSheet, Looks[offices.OverdueLine]{
		"超期": StyledCell("number", func(l offices.OverdueLine) templ.Component { return overdueCount(l, p) }),
	})
}

// workloadCells is the table of what the accounts of an office have to do.
var workloadCells = CellsOf(offices.WorkloadSheet, Looks[offices.WorkloadLine]{
	"账号": HeadCell(func(l offices.WorkloadLine) RowHead {
		if l.Account == "" {
			return RowHead{"/tasks?view=claimable", "无人领取", "", ""}
		}
		return RowHead{"", l.Account, "", ""}
	}),
	"超期": StyledCell("number", func(l offices.WorkloadLine) templ.Component {
		if l.Overdue > 0 {
			return Tag("bad", Count(l.Overdue)+" 件")
		}
		return Text("0")
	}),
	"外出至": TextCell(func(l offices.WorkloadLine) string {
		if l.AbsentUntil.IsZero() {
			return "—"
		}
		return "至 " + l.AbsentUntil.String() + "，由 " + l.Delegate + " 代办"
	}),
})

// absenceCells is the table of absences.
var absenceCells = CellsOf(offices.Absences.Sheet, Looks[offices.Absence]{
	"自": StyledCell("nowrap", func(a offices.Absence) templ.Component { return Text(absenceSpan(a)) }),
	"状态": StyledCell("", func(a offices.Absence) templ.Component {
		if a.EndedAt != nil {
			return Text(a.StateTitle())
		}
		return ConfirmButton("/absences/"+strconv.FormatInt(a.ID, 10)+"/end", "结束外出", "结束 "+a.Account+" 的外出？已移交的待办不会自动退回。", "quiet small-button")
	}),
})

// targetCells is the table of the plan's targets.
var targetCells = CellsOf(targets.Sheet, Looks[targets.Target]{
	"目标": HeadCell(func(t targets.Target) RowHead {
		return RowHead{t.Link, t.Title, "", t.Project + " · " + documents.Cite(t.Source)}
	}),
	"要求": StyledCell("", targetGoal), "进展": StyledCell("", targetValue), "是否达到": StyledCell("", targetMet),
})
