package tests

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/store"
)

// A task that is opened from a list shows its place in it, leads to its neighbours and back to its row; what was claimed is put back by a
// button in the message. All by links and forms.
func TestATaskKeepsTheListItWasOpenedFrom(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	const caseNo = "BA-140403-2026-000001-L"
	for _, statement := range []string{
		`INSERT INTO institutions (id, county, name, updated_at) VALUES ('inst-140403-92', '140403', '示例托育九十二', now())`,
		`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
			VALUES ('` + caseNo + `', 'filing', '140403', 'inst-140403-92', 'submitted', 'open', 'clerk', '\x00', now(), now())`,
		`INSERT INTO applications (case_no, version, county, institution, facts, entered_by, entered_at)
			VALUES ('` + caseNo + `', 1, '140403', 'inst-140403-92', '{"site_kind": "community"}', 'institution-140403-92', now())`,
		`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, excluded, due_on, opened_at)
			SELECT '` + caseNo + `.' || n, '` + caseNo + `', 'filing.review', '核对第' || n || '份材料', '140403', 'inst-140403-92', 'clerk', '{accept}', '{}', '2026-11-09'::date + n, now()
			FROM generate_series(1, 3) n`,
		`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, excluded, due_on, opened_at)
			VALUES ('` + caseNo + `.4', '` + caseNo + `', 'filing.corrections', '补正材料', '140403', 'inst-140403-92', 'institution', '{resubmit}', '{}', '2026-11-20', now())`,
	} {
		s.execute(statement)
	}
	clerk := s.signedIn(s.account(`{"role":"clerk","county":"140403"}`))
	key := regexp.MustCompile(`name="_key" value="([^"]+)"`)
	link := func(page, text string) string {
		t.Helper()
		found := regexp.MustCompile(`<a[^>]* href="([^"]+)"[^>]*>(?:<svg[^>]*><use[^>]*></use></svg>)?\s*` + text).FindStringSubmatch(page)
		require.NotNil(t, found, "%s: %s", text, page)
		return html.UnescapeString(found[1])
	}
	send := func(path string, form url.Values) string {
		t.Helper()
		form.Set("_key", key.FindStringSubmatch(clerk.get("/tasks").Body)[1])
		p, err := clerk.Send(t.Context(), http.MethodPost, path, form)
		require.NoError(t, err)
		require.Equal(t, http.StatusSeeOther, p.Status, p.Body)
		return p.Location
	}

	inbox := clerk.get("/tasks?view=claimable&kind=filing.review").Body
	second := link(inbox, "核对第2份材料")
	page := clerk.get(second).Body
	require.Contains(t, page, "第 2 件，共 3 件")
	require.Equal(t, "/tasks?kind=filing.review&view=claimable#/tasks/"+caseNo+".2", link(page, "返回"))
	require.Contains(t, inbox, `id="/tasks/`+caseNo+`.2"`, "the row to return to")
	require.Contains(t, clerk.get(link(page, "上一件")).Body, "第 1 件，共 3 件")
	third := link(page, "下一件")
	require.NotContains(t, clerk.get(third).Body, "下一件\n")

	back := send("/tasks/"+caseNo+".2/claim", url.Values{"_back": {second}})
	require.Equal(t, second, back)
	page = clerk.get(back).Body
	require.Contains(t, page, "第 2 件，共 3 件", "it left the list and keeps its place")
	require.Contains(t, page, "撤回领取")
	require.Equal(t, third, link(page, "下一件"))
	undone := send("/tasks/undo", url.Values{"_back": {second}, "task": {caseNo + ".2"}})
	require.Contains(t, clerk.get(undone).Body, "已撤销 1 件。")
	require.Contains(t, clerk.get("/tasks?view=claimable").Body, "核对第2份材料")

	// From a case its tasks are the list; the task of another party is named and no link.
	ofCase := clerk.get("/cases/" + caseNo + "?list=" + url.QueryEscape("/cases?status=open")).Body
	require.Equal(t, "/cases?status=open#/cases/"+caseNo, link(ofCase, "返回"))
	page = clerk.get(link(ofCase, "核对第3份材料")).Body
	require.Contains(t, page, "第 3 件，共 3 件")
	require.Contains(t, link(page, "返回"), "/cases/"+caseNo+"?list=")
	head := s.signedIn(s.account(`{"role":"institution","county":"140403","institution":"inst-140403-92"}`))
	seen := head.get("/cases/" + caseNo).Body
	require.NotContains(t, seen, `/tasks/`+caseNo+`.1`)
	require.Contains(t, seen, `/tasks/`+caseNo+`.4`)
	require.NotContains(t, head.get("/tasks").Body, "无人领取")

	require.NoError(t, s.db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		return q.Exec(t.Context(), `UPDATE tasks SET assignee = 'clerk-140403-9' WHERE id = '`+caseNo+`.1'`)
	}))

	// A refusal leads on to the case and to the list; a list elsewhere is none.
	refused, err := clerk.Send(t.Context(), http.MethodPost, "/tasks/"+caseNo+".1/claim?list="+url.QueryEscape("/tasks?view=claimable"), url.Values{"_key": {"a-key-of-a-form-that-is-late"}})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.Status)
	require.Contains(t, refused.Body, `href="/cases/`+caseNo+`?list=%2Ftasks%3Fview%3Dclaimable"`)
	require.Contains(t, refused.Body, `href="/tasks?view=claimable#/tasks/`)
	for _, list := range []string{"//evil.example/tasks", "https://evil.example", "javascript:alert(1)"} {
		require.NotContains(t, clerk.get("/tasks/"+caseNo+".1?list="+url.QueryEscape(list)).Body, "evil")
	}
	require.Equal(t, http.StatusOK, clerk.get("/tasks/"+caseNo+".1?list="+url.QueryEscape("/tasks?view=none")).Status)
}
