package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

func registerCases(s *Site) {
	s.Nav("/cases", "我的办件", Places{nursery.RoleInstitution: 2})
	s.Nav("/cases", "办件", Places{nursery.RoleClerk: 2, nursery.RoleSupervisor: 2, nursery.RoleInsurer: 4, nursery.RoleAuditor: 2})
	s.Page("GET /cases", s.cases)
	s.Page("GET /cases/{no}", s.caseOne)
	s.Page("POST /cases/{no}/comment", s.comment)
	s.Page("POST /cases/{no}/withdraw", s.withdraw)
	s.Page("POST /documents/{id}/revoke", s.revoke)
	s.Page("POST /documents/{id}/reissue", s.reissue)
}

// casesView is a list of cases with its filter.
type casesView struct {
	Cases  []casework.CaseSummary
	Filter casework.CaseFilter
	Next   string
	Reader nursery.Principal
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
	p, f := Principal(r.Context()), caseFilter(r)
	return ListPage(s, w, r, p, casework.Cases, f, 25, Frame{Title: "办件", Wide: true, Live: true}, func(list casework.Page[casework.CaseSummary]) templ.Component {
		return casesPage(casesView{list.Items, f, NextPage(r, list.Next), p, r})
	})
}

func kinds() []Option {
	var list []Option
	for _, p := range workflows.Processes() {
		list = append(list, Option{string(p.Kind), p.Title})
	}
	return list
}

func (s *Site) caseOne(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Services.Case(r.Context(), Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	content, err := s.content(r.Context(), c)
	if err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: c.Title + " " + c.CaseNo, Wide: true, Live: true, Back: "/cases", Uses: []string{"papers.js"}}, casePage(c, Principal(r.Context()), content, s.processLink(c, Principal(r.Context()))))
}

func (s *Site) comment(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	internal := r.PostFormValue("internal") == "yes"
	if _, err := s.Services.Comment(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no"), strings.TrimSpace(r.PostFormValue("text")), internal); err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+r.PathValue("no"), "已留言。")
}

func (s *Site) withdraw(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	if _, err := s.Services.Withdraw(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no"), strings.TrimSpace(r.PostFormValue("reason"))); err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+r.PathValue("no"), "已撤回。")
}

func (s *Site) revoke(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	d, err := s.Services.RevokeDocument(r.Context(), Principal(r.Context()), Key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+d.CaseNo, "文书已撤销。")
}

func (s *Site) reissue(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	d, err := s.Services.Reissue(r.Context(), Principal(r.Context()), Key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+d.CaseNo, "文书已换发，新的文书正在制作。")
}

// content returns what was handed in with a case; nil if nothing was.
func (s *Site) content(ctx context.Context, c casework.CaseDetail) (Content, error) {
	if content := s.casePages[c.Kind].Content; content != nil {
		return content(ctx, c)
	}
	return nil, nil
}

// processLink returns where a reader of a case sees or does more: on the page of its process.
func (s *Site) processLink(c casework.CaseDetail, p nursery.Principal) (link navItem) {
	if of := s.casePages[c.Kind].Link; of != nil {
		link.Path, link.Title = of(c, p)
	}
	if process, _ := workflows.ProcessOf(c.Kind); link.Path == "" && process.Page.For(p.Role) {
		link.Path, link.Title = process.Page.Path+c.CaseNo, process.Page.Title
	}
	return link
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
var caseCells = CellsOf(casework.Cases.Sheet, Looks[casework.CaseSummary]{
	"事项": HeadCell(func(c casework.CaseSummary) RowHead { return RowHead{"/cases/" + c.CaseNo, c.Title, "", c.CaseNo} }),
	"机构": HeadCell(func(c casework.CaseSummary) RowHead { return RowHead{"", c.Subject, "", nursery.CountyName(c.County)} }),
	"期限": StyledCell("", caseDue),
})
