package offices

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strings"

	"tuoyu/backtest"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/web"
)

const backtestPath = "/admin/rules/backtest"

func (s *pages) registerBacktest() {
	s.Nav(backtestPath, "规则回溯", web.Places{nursery.RoleCountyOffice: 16, nursery.RoleCityOffice: 16})
	s.Page("GET "+backtestPath, func(w http.ResponseWriter, r *http.Request) error {
		return s.backtestPage(w, r, http.StatusOK, backtestView{})
	})
	s.Page("POST "+backtestPath, s.backtest)
}

// backtestView is the form of a backtest with what was entered, what is wrong with it, or its result.
type backtestView struct {
	City       bool // the reader chooses the county
	Entered    BacktestInput
	Parameters []policies.NamedParameter
	Sets       []policies.SetStatus
	Fault      *casework.Error
	Result     *BacktestResult
}

// At returns what is wrong with a field.
func (v backtestView) At(field string) string {
	if v.Fault != nil {
		for _, f := range v.Fault.Fields {
			if f.Location == field {
				return f.Message
			}
		}
	}
	return ""
}

func (s *pages) backtestPage(w http.ResponseWriter, r *http.Request, status int, v backtestView) error {
	p := web.Principal(r.Context())
	v.City = p.County == nursery.CityCode
	county := v.Entered.County
	if !v.City {
		county = p.County
	}
	var err error
	if v.Parameters, err = s.service.Parameters(r.Context(), p, county); err != nil {
		return err
	}
	for _, pack := range s.service.Rules.Status().Packs {
		v.Sets = append(v.Sets, pack.Sets...)
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: "规则回溯", Wide: true}, backtestContent(v))
}

func (s *pages) backtest(w http.ResponseWriter, r *http.Request) error {
	in, err := backtestInput(r)
	var result BacktestResult
	if err == nil {
		result, err = s.service.Backtest(r.Context(), web.Principal(r.Context()), in)
	}
	if err != nil {
		if refused := s.UserError(r.Context(), err); refused.Kind() == casework.Invalid {
			return s.backtestPage(w, r, http.StatusUnprocessableEntity, backtestView{Entered: in, Fault: refused})
		}
		return err
	}
	if r.PostFormValue("as") == "xlsx" {
		rows := make([][]any, len(result.Differences))
		for i, d := range result.Differences {
			rows[i] = d.Row()
		}
		return web.SendFile(w)(casework.WorkbookOf("规则回溯", backtest.Table(rows)))
	}
	return s.backtestPage(w, r, http.StatusOK, backtestView{Entered: in, Result: &result})
}

// backtestInput reads the form. The archive is optional.
func backtestInput(r *http.Request) (in BacktestInput, err error) {
	if err := web.ParseForm(r); err != nil {
		return in, err
	}
	in.Parameter, in.Value = r.PostFormValue("parameter"), strings.TrimSpace(r.PostFormValue("value"))
	in.County, in.RuleSet = r.PostFormValue("county"), r.PostFormValue("rule_set")
	if day := r.PostFormValue("from"); day != "" {
		if in.From, err = nursery.ParseDate(day); err != nil {
			return in, notUsable("/from", "请填写日期。")
		}
	}
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 || r.MultipartForm.File["file"][0].Size == 0 {
		return in, nil
	}
	file, err := web.ChosenFile(r, "请选择规则包。")
	if err != nil {
		return in, err
	}
	defer file.Close()
	if in.Archive, err = io.ReadAll(file); err != nil {
		return in, fmt.Errorf("read upload: %w", err)
	}
	return in, nil
}

// parameterLabel names a parameter with its present value.
func parameterLabel(p policies.NamedParameter) string {
	value := "未设定"
	if p.Value != nil {
		value = fmt.Sprint(p.Value) + p.Unit
	}
	label := cmp.Or(p.Title, p.Name)
	return label + "（现值 " + value + "，" + directionTitle(p.Direction) + "）"
}

func directionTitle(direction string) string {
	return map[string]string{"max": "县区只能改小", "min": "县区只能改大", "add": "县区只能增加", "fixed": "县区不能改"}[direction]
}

// kindsOf names what differs in the decisions of a rule set.
func kindsOf(set backtest.SetReport) string {
	var parts []string
	for _, k := range backtest.Kinds() {
		if n := set.In[k.Name]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", k.Title, n))
		}
	}
	return strings.Join(parts, "，")
}

// listed returns the differences that the page lists.
func (r BacktestResult) listed() []backtest.Difference {
	return r.Differences[:min(len(r.Differences), listedAtMost)]
}
