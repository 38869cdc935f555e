// Package cases is the pages that all kinds of case share: the inbox, a task and its answer, a case, guides, the first pages, search and news,
// and what is stuck. What a process shows on them it registers with web.Site.
package cases

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/procedures"
	"tuoyu/web"
	"tuoyu/web/ui"
	"tuoyu/workflows"
)

// pages has the handlers of the pages.
type pages struct{ *web.Site }

// Pages registers the pages.
func Pages(site *web.Site) {
	s := &pages{site}
	for _, register := range []func(*pages){registerHome, registerProgress, registerGuide, registerTasks, registerCases, registerStuck, registerWaiting} {
		register(s)
	}
}

func registerCases(s *pages) {
	s.Nav("/cases", "我的办件", web.Places{nursery.RoleInstitution: 2})
	s.Nav("/cases", "办件", web.Places{nursery.RoleClerk: 2, nursery.RoleSupervisor: 2, nursery.RoleInsurer: 4, nursery.RoleAuditor: 2, nursery.RoleFinance: 6, nursery.RoleCityFinance: 6})
	web.AddListing(s.Site, casesListing)
	s.Page("GET /cases/{no}", s.caseOne)
	s.Page("POST /cases/{no}/comment", s.comment)
	s.Page("POST /cases/{no}/withdraw", s.withdraw)
	s.Page("POST /documents/{id}/revoke", s.revoke)
	s.Page("POST /documents/{id}/reissue", s.reissue)
}

// casesListing is the page of the list of cases.
var casesListing = web.Listing[casework.CaseFilter, casework.CaseSummary]{
	List: casework.Cases, Path: "/cases", Title: "办件", Rows: 25, Live: true, None: "没有符合条件的办件", Hint: "可以放宽筛选条件再试。",
	Search: "编号或机构名称",
	Choices: func(nursery.Principal) []web.Choice {
		status := web.Choice{Name: "status", Label: "状态"}
		for _, st := range []nursery.CaseStatus{nursery.CaseDraft, nursery.CaseOpen, nursery.CaseEnded} {
			status.Options = append(status.Options, ui.Option{Value: string(st), Label: st.Title()})
		}
		return []web.Choice{{Name: "kind", Label: "事项", Options: kinds()}, status, {Name: "overdue", Label: "只看超期"}}
	},
	Looks: func(web.Reader) ui.Looks[casework.CaseSummary] {
		return ui.Looks[casework.CaseSummary]{
			"事项": ui.HeadCell(func(c casework.CaseSummary) ui.RowHead {
				return ui.RowHead{Link: "/cases/" + c.CaseNo, Name: c.Title, Below: c.CaseNo}
			}),
			"机构": ui.HeadCell(func(c casework.CaseSummary) ui.RowHead {
				return ui.RowHead{Name: c.Subject, Below: nursery.CountyName(c.County)}
			}),
			"期限": ui.StyledCell("", caseDue),
		}
	},
}

func kinds() []ui.Option {
	var list []ui.Option
	for _, p := range workflows.Processes() {
		list = append(list, ui.Option{Value: string(p.Kind), Label: p.Title})
	}
	return list
}

func (s *pages) caseOne(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Service.Case(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	content, err := s.content(r.Context(), c)
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: c.Title + " " + c.CaseNo, Wide: true, Live: true, Back: "/cases", Uses: []string{"papers.js"}}, casePage(c, web.Principal(r.Context()), content, s.processLink(c, web.Principal(r.Context())), s.Contact(r.Context(), c.County)))
}

func (s *pages) comment(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	internal := r.PostFormValue("internal") == "yes"
	if _, err := s.Service.Comment(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), strings.TrimSpace(r.PostFormValue("text")), internal); err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+r.PathValue("no"), "已留言。")
}

func (s *pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	if _, err := s.Service.Withdraw(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), strings.TrimSpace(r.PostFormValue("reason"))); err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+r.PathValue("no"), "已撤回。")
}

func (s *pages) revoke(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	d, err := s.Service.RevokeDocument(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+d.CaseNo, "文书已撤销。")
}

func (s *pages) reissue(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	d, err := s.Service.Reissue(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+d.CaseNo, "文书已换发，新的文书正在制作。")
}

// content returns what was handed in with a case; nil if nothing was.
func (s *pages) content(ctx context.Context, c casework.CaseDetail) (web.Content, error) {
	if content := s.CasePageOf(c.Kind).Content; content != nil {
		return content(ctx, c)
	}
	return nil, nil
}

// processLink returns where a reader of a case sees or does more: on the page of its process.
func (s *pages) processLink(c casework.CaseDetail, p nursery.Principal) (link web.Link) {
	if of := s.CasePageOf(c.Kind).Link; of != nil {
		link.Path, link.Title = of(c, p)
	}
	if process, _ := workflows.ProcessOf(c.Kind); link.Path == "" && process.Page.For(p.Role) {
		link.Path, link.Title = process.Page.Path+c.CaseNo, process.Page.Title
	}
	return link
}

// mayWithdraw reports whether p is the applicant and may still withdraw the case.
func mayWithdraw(c casework.CaseDetail, p nursery.Principal) bool {
	if p.Role != nursery.RoleInstitution || c.Status == nursery.CaseEnded {
		return false
	}
	process, _ := workflows.ProcessOf(c.Kind)
	return process.Withdrawable && process.Workflow != procedures.Workflow // which offers that among what may be done anytime
}

// ruleSetTitle returns the title of the rule set of a decision. Those of procedures have none of their own.
func ruleSetTitle(d nursery.Decision) string {
	title := policies.RuleSetTitle(d.RuleSet)
	switch {
	case title != d.RuleSet:
		return title
	case d.Fen != nil:
		return "金额核算"
	}
	return "条件核对"
}

// revisionText returns the beginning of the revision of the rules; of those of a procedure, without its kind.
func revisionText(revision string) string {
	if _, id, ok := strings.Cut(revision, "@"); ok {
		revision = id
	}
	return revision[:min(12, len(revision))]
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

func documentTone(state string) string {
	return map[string]string{"in_force": "good", "revoked": "bad", "superseded": "warn"}[state]
}

// clockTitle returns the title of a legal clock of a kind of case.
func clockTitle(kind nursery.CaseKind, name string) string {
	process, _ := workflows.ProcessOf(kind)
	return cmp.Or(process.Clocks[name], name)
}

// folded puts saves that follow one another into one line, the last of them.
func folded(timeline []casework.Event) (lines []casework.Event) {
	saves := 0
	for i, e := range timeline {
		if e.Kind != "saved" {
			saves = 0
			lines = append(lines, e)
			continue
		}
		saves++
		if i+1 < len(timeline) && timeline[i+1].Kind == "saved" {
			continue
		}
		if saves > 1 {
			e.Note = fmt.Sprintf("%s（%d 次）", e.Text(), saves)
		}
		lines = append(lines, e)
	}
	return lines
}

// sourceTitle returns the title of the source of registration data.
func sourceTitle(source string) string {
	if source == "registrar" {
		return "登记机关推送"
	}
	return "据登记证书核对"
}

// latestDecisions parts the decisions of a case, newest first, into the last of each rule set and those before it.
func latestDecisions(list []casework.DecisionView) (now, before []casework.DecisionView) {
	for _, d := range list {
		if slices.ContainsFunc(now, func(n casework.DecisionView) bool { return n.RuleSet == d.RuleSet }) {
			before = append(before, d)
		} else {
			now = append(now, d)
		}
	}
	return now, before
}
