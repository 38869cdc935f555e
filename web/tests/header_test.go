package tests

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/store"
)

// The numbers in the header are at most a few seconds old, and what the reader has just done is in them at once.
func TestNumbersInTheHeaderFollowWhatItsReaderDoes(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	for _, statement := range []string{
		`INSERT INTO institutions (id, county, name, updated_at) VALUES ('inst-140403-92', '140403', '示例托育九十二', now()), ('inst-140403-93', '140403', '示例托育九十三', now())`,
		`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
			VALUES ('BA-140403-2026-000001-L', 'filing', '140403', 'inst-140403-92', 'submitted', 'open', 'engine', '\x00', now(), now())`,
	} {
		s.execute(statement)
	}
	draft := func(no string) {
		s.execute(`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
			VALUES ('` + no + `', 'filing', '140403', 'inst-140403-92', 'draft', 'draft', 'institution', '\x00', now(), now())`)
	}
	one := s.signedIn(s.account(`{"role":"institution","county":"140403","institution":"inst-140403-92"}`))
	other := s.signedIn(s.account(`{"role":"institution","county":"140403","institution":"inst-140403-93"}`))
	page := one.get("/cases").Body
	require.NotContains(t, page, "草稿（")
	require.NotContains(t, page, `class="news"`)

	draft("BA-140403-2026-000002-L")
	s.execute(`INSERT INTO case_events (case_no, county, institution, step, kind, actor, actor_role, at)
		VALUES ('BA-140403-2026-000001-L', '140403', 'inst-140403-92', 'accept', 'filing.accepted', 'clerk-140403', 'clerk', now())`)
	page = one.get("/cases").Body
	require.NotContains(t, page, "草稿（", "read a moment ago")
	require.Contains(t, page, `<a class="news" href="/news">动态 <span class="count">1</span></a>`, "what others do is news at once")
	s.later(3 * time.Second)
	page = one.get("/cases").Body
	require.Contains(t, page, "草稿（1）")
	require.Contains(t, page, "示例托育九十二</a>")
	page = other.get("/cases").Body
	require.NotContains(t, page, "草稿（")
	require.Contains(t, page, "示例托育九十三</a>")

	draft("BA-140403-2026-000003-L")
	p, err := one.Send(t.Context(), http.MethodPost, "/news/seen", url.Values{"_key": {"a-key-for-what-was-seen"}, "event": {"1"}})
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, p.Status)
	require.Contains(t, one.get("/cases").Body, "草稿（2）", "after a command of the reader")
}

// execute runs a statement as the engine.
func (s *site) execute(statement string) {
	s.t.Helper()
	require.NoError(s.t, s.db.As(s.t.Context(), nursery.Engine, func(q *store.Queries) error { return q.Exec(s.t.Context(), statement) }))
}
