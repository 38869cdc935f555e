package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

func registerCases(s *Site) {
	s.page("GET /cases", s.cases)
	s.page("GET /cases/{no}", s.caseOne)
	s.page("POST /cases/{no}/comment", s.comment)
	s.page("POST /cases/{no}/withdraw", s.withdraw)
	s.page("POST /documents/{id}/revoke", s.revoke)
	s.page("POST /documents/{id}/reissue", s.reissue)
}

// casesView is a list of cases with its filter.
type casesView struct {
	Cases  []casework.CaseSummary
	Filter casework.CaseFilter
	Next   string
	p      nursery.Principal
	r      *http.Request
}

func caseFilter(r *http.Request) casework.CaseFilter {
	q := r.URL.Query()
	return casework.CaseFilter{
		County: q.Get("county"), Institution: strings.TrimSpace(q.Get("institution")), Query: strings.TrimSpace(q.Get("q")),
		Kind: nursery.CaseKind(q.Get("kind")), Stage: nursery.Stage(q.Get("stage")), Status: nursery.CaseStatus(q.Get("status")), Overdue: q.Get("overdue") == "yes",
	}
}

func (s *Site) cases(w http.ResponseWriter, r *http.Request) error {
	p, f := principalFrom(r.Context()), caseFilter(r)
	return listPage(s, w, r, p, casework.Cases, f, 25, frame{Title: "办件", Wide: true, Live: true}, func(list casework.Page[casework.CaseSummary]) templ.Component {
		return casesPage(casesView{list.Items, f, nextPage(r, list.Next), p, r})
	})
}

func kinds() []option {
	var list []option
	for _, p := range workflows.Processes() {
		list = append(list, option{string(p.Kind), p.Title})
	}
	return list
}

func (s *Site) caseOne(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Services.Case(r.Context(), principalFrom(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	app, err := s.application(r.Context(), c)
	if err != nil {
		return err
	}
	return s.show(w, r, frame{Title: c.Title + " " + c.CaseNo, Wide: true, Live: true, Back: "/cases", Uses: []string{"papers.js"}}, casePage(c, principalFrom(r.Context()), app))
}

func (s *Site) comment(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	internal := r.PostFormValue("internal") == "yes"
	if _, err := s.Services.Comment(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("no"), strings.TrimSpace(r.PostFormValue("text")), internal); err != nil {
		return err
	}
	return s.done(w, r, "/cases/"+r.PathValue("no"), "已留言。")
}

func (s *Site) withdraw(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	if _, err := s.Services.Withdraw(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("no"), strings.TrimSpace(r.PostFormValue("reason"))); err != nil {
		return err
	}
	return s.done(w, r, "/cases/"+r.PathValue("no"), "已撤回。")
}

func (s *Site) revoke(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	d, err := s.Services.RevokeDocument(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return err
	}
	return s.done(w, r, "/cases/"+d.CaseNo, "文书已撤销。")
}

func (s *Site) reissue(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	d, err := s.Services.Reissue(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return err
	}
	return s.done(w, r, "/cases/"+d.CaseNo, "文书已换发，新的文书正在制作。")
}

// mayEdit reports whether p may currently fill in the application.
func mayEdit(c casework.CaseDetail, p nursery.Principal) bool {
	if process, _ := workflows.ProcessOf(c.Kind); !process.Application || p.Role != nursery.RoleInstitution && p.Role != nursery.RoleClerk {
		return false
	}
	return c.Status == nursery.CaseDraft || c.Stage == nursery.StageCorrections
}

// mayWithdraw reports whether p is the applicant and may still withdraw the case.
func mayWithdraw(c casework.CaseDetail, p nursery.Principal) bool {
	if p.Role != nursery.RoleInstitution || c.Status == nursery.CaseEnded {
		return false
	}
	process, _ := workflows.ProcessOf(c.Kind)
	return process.Withdrawable
}

func clockState(state string) (tone, title string) {
	switch state {
	case "running":
		return "", "进行中"
	case "paused":
		return "warn", "暂停（等待申请人）"
	case "late":
		return "bad", "已超期"
	}
	return "good", "已结束"
}

// caseCells is the table of cases.
var caseCells = cellsOf(casework.Cases.Sheet, looks[casework.CaseSummary]{
	"事项": headed(func(c casework.CaseSummary) rowHead { return rowHead{"/cases/" + c.CaseNo, c.Title, "", c.CaseNo} }),
	"机构": headed(func(c casework.CaseSummary) rowHead { return rowHead{"", c.Subject, "", nursery.CountyName(c.County)} }),
	"期限": as("", caseDue),
})
