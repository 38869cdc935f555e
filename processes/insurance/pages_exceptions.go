package insurance

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// exceptionsShown is how many exceptions a page shows, and settles at once.
const exceptionsShown = 50

// exceptionsView is the exceptions of a month, with the form that settles those selected.
type exceptionsView struct {
	CaseNo string
	List   []InsuranceException
	Next   string
	Back   string          // the address of the page
	Chosen map[string]bool // children that are selected
	Fault  string
	r      *http.Request
}

var exceptionOutcomes = []ui.Option{
	{Value: string(nursery.OutcomeCorrected), Label: "已更正，重新核对"}, {Value: string(nursery.OutcomeNotEligible), Label: "不属投保对象"},
	{Value: string(nursery.OutcomeTakenOff), Label: "撤出"},
}

func (v exceptionsView) sent(field string) string { return v.r.PostFormValue(field) }

// exceptionsPage shows the exceptions again with what is wrong with the form; "" for none.
func (s *pages) exceptionsPage(w http.ResponseWriter, r *http.Request, fault string) error {
	no := r.PathValue("no")
	list, err := Exceptions.Page(r.Context(), s.service.Service, web.Principal(r.Context()), ExceptionFilter{CaseNo: no}, web.PageRequest(r, exceptionsShown))
	if err != nil {
		return err
	}
	v := exceptionsView{CaseNo: no, List: list.Items, Next: web.NextPage(r, list.Next), Back: r.URL.RequestURI(), Chosen: map[string]bool{}, Fault: fault, r: r}
	for _, child := range r.PostForm["child"] {
		v.Chosen[child] = true
	}
	if r.URL.Query().Get("all") == "yes" && fault == "" {
		for _, x := range v.List {
			v.Chosen[x.Child] = true
		}
	}
	status := http.StatusOK
	if fault != "" {
		status = http.StatusUnprocessableEntity
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: "投保例外", Wide: true, Back: "/insurance/" + no}, insuranceExceptionsPage(v))
}

func (s *pages) insuranceExceptions(w http.ResponseWriter, r *http.Request) error {
	if web.ExportFormat(r) != "" {
		return web.ListPage(s.Site, w, r, web.Principal(r.Context()), Exceptions, ExceptionFilter{CaseNo: r.PathValue("no")}, exceptionsShown, web.Frame{},
			func(casework.Page[InsuranceException]) templ.Component { return nil })
	}
	return s.exceptionsPage(w, r, "")
}

// settled is what became of a selected exception.
type settled struct {
	Name, Child, Result string
	Done                bool
}

// settleExceptions settles the selected exceptions by one decision, and shows what became of each.
func (s *pages) settleExceptions(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	p, no := web.Principal(r.Context()), r.PathValue("no")
	outcome, chosen := r.PostFormValue("outcome"), r.PostForm["child"]
	if p.Role == nursery.RoleCountyOffice {
		switch {
		case len(chosen) == 0:
			return s.exceptionsPage(w, r, "请勾选要处理的婴幼儿。")
		case outcome == "":
			return s.exceptionsPage(w, r, "请选择处理结果。")
		}
	}
	item := InsuranceResolved{Outcome: nursery.RosterOutcome(outcome), Consent: strings.TrimSpace(r.PostFormValue("consent"))}
	if on := r.PostFormValue("notified"); on != "" {
		day, err := nursery.ReadDate(on)
		if err != nil {
			return s.exceptionsPage(w, r, "告知日期填写有误，应如 2026-11-26。")
		}
		item.NotifiedOn = day
	}
	list, err := Exceptions.Page(r.Context(), s.service.Service, p, ExceptionFilter{CaseNo: no}, web.PageRequest(r, exceptionsShown))
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, x := range list.Items {
		names[x.Child] = x.Name
	}
	var in InsuranceResolution
	for _, child := range chosen {
		item.Child = child
		in.Items = append(in.Items, item)
	}
	done, err := s.service.SettleExceptions(r.Context(), p, web.Key(r), no, in)
	if refused := s.UserError(r.Context(), err); err != nil && refused.Kind() == casework.Invalid {
		message := refused.Message
		for _, f := range refused.Fields[:min(1, len(refused.Fields))] {
			message = f.Message + "。"
		}
		return s.exceptionsPage(w, r, message)
	}
	if err != nil {
		return err
	}
	rows := make([]settled, len(chosen))
	for i, child := range chosen {
		rows[i] = settled{names[child], child, outcomeLabel(outcome), true}
	}
	for _, f := range done.Faults {
		rows[f.Row-1].Result, rows[f.Row-1].Done = "没有处理："+f.Message, false
	}
	back := "/insurance/" + no + "/exceptions"
	if done.Open == 0 {
		back = "/insurance/" + no
	}
	said := fmt.Sprintf("已处理 %d 名，尚待处理 %d 名。", done.Settled, done.Open)
	return s.Show(w, r, web.Frame{Title: "处理结果", Wide: true, Back: back}, settledPage(said, rows, back, done.Open))
}

func outcomeLabel(outcome string) string {
	for _, o := range exceptionOutcomes {
		if o.Value == outcome {
			return o.Label
		}
	}
	return outcome
}

// settledCells is the table of what became of each exception.
var settledCells = ui.CellsOf(casework.Sheet[settled]{Title: "处理结果", Columns: []casework.Column[settled]{
	{Title: "婴幼儿", Value: func(x settled) any { return x.Name }},
	{Title: "结果", Value: func(x settled) any { return x.Result }},
}}, ui.Looks[settled]{
	"婴幼儿": ui.HeadCell(func(x settled) ui.RowHead { return ui.RowHead{Name: x.Name, Code: x.Child} }),
	"结果": ui.TagCell(func(x settled) (string, string) {
		if x.Done {
			return "good", x.Result
		}
		return "bad", x.Result
	}),
})
