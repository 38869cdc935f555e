package tests

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The page of cases that cannot go on has number, institution, time and reason, and the administrator alone a button.
func TestCasesThatCannotGoOnHaveAPage(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	admin := s.signedIn(s.account(`{"role":"administrator","county":"140400"}`))
	require.Contains(t, admin.get("/admin/stuck").Body, "没有受阻的办件")
	head := s.signedIn(s.account(`{"role":"supervisor","county":"140403"}`))
	require.NotContains(t, head.get("/tasks").Body, "受阻办件", "nothing to say")
	const caseNo = "BA-140403-2026-000001-L"
	for _, statement := range []string{
		`INSERT INTO institutions (id, county, name, updated_at) VALUES ('inst-140403-92', '140403', '示例托育九十二', now())`,
		`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at, stuck_at, stuck_reason)
			VALUES ('` + caseNo + `', 'filing', '140403', 'inst-140403-92', 'submitted', 'open', 'engine', '\x00', now(), now(), now(), 'workflow_failed')`,
	} {
		s.execute(statement)
	}
	s.later(3 * time.Second) // until the header is read again
	require.Contains(t, head.get("/tasks").Body, `<a href="/admin/stuck">受阻办件（1）</a>`)
	for _, v := range []*visitor{admin, head} {
		page := v.get("/admin/stuck").Body
		for _, said := range []string{caseNo, "示例托育九十二", "本办件的流程已异常中止，办理不能继续。"} {
			require.Contains(t, page, said)
		}
	}
	action := `action="/admin/stuck/` + caseNo + `/retry"`
	require.Contains(t, admin.get("/admin/stuck").Body, action)
	require.NotContains(t, head.get("/admin/stuck").Body, action)
	clerk := s.signedIn(s.account(`{"role":"clerk","county":"140403"}`))
	require.Equal(t, http.StatusForbidden, clerk.get("/admin/stuck").Status)
	for _, v := range []*visitor{head, clerk} {
		p, err := v.Send(t.Context(), http.MethodPost, "/admin/stuck/"+caseNo+"/retry", url.Values{"_key": {"a-key-for-a-retry-of-a-case"}})
		require.NoError(t, err)
		require.Equal(t, http.StatusForbidden, p.Status)
	}
}
