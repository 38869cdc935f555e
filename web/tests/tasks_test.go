package tests

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/store"
)

// What becomes of each ticked task is on the next page, and more than a command takes are refused together.
func TestSeveralTasksAreClaimedAndEachThatIsNotIsNamed(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	clerk := s.signedIn(s.account(`{"role":"clerk","county":"140403"}`))
	const caseNo = "BA-140403-2026-000001-L"
	tick := func(ids ...string) string {
		p, err := clerk.Send(t.Context(), http.MethodPost, "/tasks/claim", url.Values{"_key": {"a-key-of-the-form-" + ids[0]}, "row": ids})
		require.NoError(t, err)
		if p.Status == http.StatusSeeOther {
			return clerk.get("/tasks").Body
		}
		return p.Body
	}
	assigned := func() (ids []string) {
		require.NoError(t, s.db.As(t.Context(), nursery.Engine, func(q *store.Queries) (err error) {
			ids, err = q.Strings(t.Context(), `SELECT id FROM tasks WHERE assignee IS NOT NULL AND assignee <> 'clerk-140403-9' ORDER BY id`)
			return err
		}))
		return ids
	}
	for _, statement := range []string{
		`INSERT INTO institutions (id, county, name, updated_at) VALUES ('inst-140403-92', '140403', '示例托育九十二', now())`,
		`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
			VALUES ('` + caseNo + `', 'filing', '140403', 'inst-140403-92', 'submitted', 'open', 'clerk', '\x00', now(), now())`,
		`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, excluded, due_on, opened_at)
			SELECT '` + caseNo + `.' || n, '` + caseNo + `', 'filing.review', '核对第' || n || '份材料', '140403', 'inst-140403-92', 'clerk', '{accept}', '{}', '2026-11-09', now()
			FROM generate_series(1, 4) n`,
		`UPDATE tasks SET assignee = 'clerk-140403-9' WHERE id IN ('` + caseNo + `.2', '` + caseNo + `.4')`,
	} {
		s.execute(statement)
	}

	many := make([]string, 501)
	for n := range many {
		many[n] = fmt.Sprintf("%s.%d", caseNo, n+1)
	}
	require.Contains(t, tick(many...), "一次最多办理 500 件，本次选择了 501 件，均未办理。")
	require.Empty(t, assigned())

	page := tick(caseNo+".1", caseNo+".2", caseNo+".3", caseNo+".4", caseNo+".3", "BA-140404-2026-000009-1.1")
	require.Contains(t, page, "已领取 2 件，未能办理 3 件。")
	require.Equal(t, []string{caseNo + ".1", caseNo + ".3"}, assigned())
	for _, n := range []string{"2", "4"} {
		_, row, found := strings.Cut(page, `<input type="checkbox" name="row" value="`+caseNo+"."+n+`" checked form="bulk">`)
		require.True(t, found, "it stays ticked: %s", page)
		row, _, _ = strings.Cut(row, "</tr>")
		require.Contains(t, row, `<a href="/tasks/`+caseNo+"."+n+`" id="/tasks/`+caseNo+"."+n+`">核对第`+n+"份材料</a>")
		require.Contains(t, row, "clerk-140403-9", "who has it")
	}
	require.Contains(t, page, `<a href="/tasks/`+caseNo+`.1" id="/tasks/`+caseNo+`.1">核对第1份材料</a>`)
	require.Contains(t, page, "看不到的一件", "what is not to be seen is not named")

	_, undo, found := strings.Cut(page, `action="/tasks/undo"`)
	require.True(t, found, "what was done can be taken back: %s", page)
	undo, _, _ = strings.Cut(undo, "</form>")
	taken := url.Values{"_key": {"a-key-of-the-form-undo"}}
	for _, part := range strings.Split(undo, `name="task" value="`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		taken.Add("task", id)
	}
	require.Equal(t, []string{caseNo + ".1", caseNo + ".3"}, taken["task"])
	_, err := clerk.Send(t.Context(), http.MethodPost, "/tasks/undo", taken)
	require.NoError(t, err)
	require.Empty(t, assigned())
}

// All that a filter leaves can be chosen without ticking each, and what is done by then is not done again.
func TestAllTasksOfAFilterAreClaimedAtOnce(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	clerk := s.signedIn(s.account(`{"role":"clerk","county":"140403"}`))
	require.NoError(t, s.db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		for _, statement := range []string{
			`INSERT INTO institutions (id, county, name, updated_at) VALUES ('inst-140403-93', '140403', '示例托育九十三', now())`,
			`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
				VALUES ('BA-140403-2026-000002-J', 'filing', '140403', 'inst-140403-93', 'submitted', 'open', 'clerk', '\x00', now(), now())`,
			`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, excluded, due_on, opened_at)
				SELECT 'BA-140403-2026-000002-J.' || n, 'BA-140403-2026-000002-J', CASE WHEN n = 1 THEN 'filing.site' ELSE 'filing.review' END, '核对第' || n || '份材料', '140403',
					'inst-140403-93', CASE WHEN n = 31 THEN 'inspector' ELSE 'clerk' END, '{accept}', '{}', '2026-11-09', now() FROM generate_series(1, 31) n`,
		} {
			if err := q.Exec(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	}))
	form := url.Values{"_key": {"a-key-of-the-form-all"}, "_all": {"yes"}, "_back": {"/tasks?kind=filing.review"}}
	for range 2 {
		p, err := clerk.Send(t.Context(), http.MethodPost, "/tasks/claim", form)
		require.NoError(t, err)
		require.Equal(t, http.StatusSeeOther, p.Status, p.Body)
		require.Contains(t, clerk.get("/tasks?view=mine").Body, "已领取 29 件。")
		require.NoError(t, s.db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
			taken, err := q.Strings(t.Context(), `SELECT count(*)::text FROM tasks WHERE assignee IS NOT NULL`)
			require.Equal(t, []string{"29"}, taken)
			return err
		}))
	}
}
