package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

func TestChangesAreReadInTheOrderInWhichTheyWereCommitted(t *testing.T) {
	d := newFixture(t)
	caseNo, task := d.withTask("clerk", "filing.review", "accept")
	feed := d.ChangeFeed()
	next := func() []casework.Change {
		t.Helper()
		changes, err := feed.Next(t.Context())
		require.NoError(t, err)
		return changes
	}
	require.Empty(t, next(), "what was there before is not told")
	_, err := d.Claim(t.Context(), clerk, key(), task)
	require.NoError(t, err)
	changes := next()
	require.Len(t, changes, 1)
	require.Equal(t, casework.Change{ID: changes[0].ID, County: county, Institution: "inst-140403-01", CaseNo: caseNo}, changes[0])
	require.Empty(t, next(), "each is told once")
}

// An event that is written first and committed last is still reported.
func TestAChangeThatIsCommittedLateIsNotMissed(t *testing.T) {
	d := newFixture(t)
	caseNo, _ := d.withTask("clerk", "filing.review", "accept")
	feed := d.ChangeFeed()
	_, err := feed.Next(t.Context())
	require.NoError(t, err)
	write := func(step string) (commit func()) {
		t.Helper()
		ready, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			done <- d.db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
				err := q.Exec(t.Context(), `INSERT INTO case_events (case_no, county, institution, step, kind, actor, actor_role, at)
					VALUES ($1, '140403', 'inst-140403-01', $2, 'comment', 'clerk-140403', 'clerk', now())`, caseNo, step)
				close(ready)
				<-release
				return err
			})
		}()
		<-ready
		return func() { close(release); require.NoError(t, <-done) }
	}
	slow, fast := write("slow"), write("fast")
	fast()
	first, err := feed.Next(t.Context())
	require.NoError(t, err)
	require.Len(t, first, 1)
	slow()
	late, err := feed.Next(t.Context())
	require.NoError(t, err)
	require.Len(t, late, 1)
	require.Less(t, late[0].ID, first[0].ID)
	again, err := feed.Next(t.Context())
	require.NoError(t, err)
	require.Empty(t, again)
}

// A principal that may not read a change is not notified of it.
func TestNobodyIsToldOfWhatTheyMayNotRead(t *testing.T) {
	d := newFixture(t)
	caseNo, _ := d.withTask("clerk", "filing.review", "accept")
	feed := d.ChangeFeed()
	sees := func(p nursery.Principal, changes []casework.Change) bool {
		t.Helper()
		seen, err := d.SeesChange(t.Context(), p, changes)
		require.NoError(t, err)
		return seen
	}
	comment := func(internal bool) []casework.Change {
		t.Helper()
		_, err := feed.Next(t.Context())
		require.NoError(t, err)
		_, err = d.Comment(t.Context(), clerk, key(), caseNo, "已看", internal)
		require.NoError(t, err)
		changes, err := feed.Next(t.Context())
		require.NoError(t, err)
		require.Len(t, changes, 1)
		return changes
	}
	inside, outside := comment(true), comment(false)
	for _, tt := range []struct {
		who      nursery.Principal
		internal bool
		open     bool
	}{
		{applicant, false, true},
		{clerk, true, true},
		{supervisor, true, true},
		{auditor, true, true},
		{stranger, false, false},
		{neighbour, false, false},
		{clinic, false, false},
		{insurer, false, false},
		{admin, false, false},
		{otherSuper, false, false},
	} {
		require.Equal(t, tt.internal, sees(tt.who, inside), "%s of an internal comment", tt.who.Account)
		require.Equal(t, tt.open, sees(tt.who, outside), "%s of a comment", tt.who.Account)
	}
}

// An unannounced inspection, with all its changes, is hidden from the institution until the visit.
func TestAnUnannouncedInspectionMovesNothingAtTheInstitution(t *testing.T) {
	d, caseNo := inspecting(t)
	feed := d.ChangeFeed()
	_, err := feed.Next(t.Context())
	require.NoError(t, err)
	_, err = d.Comment(t.Context(), head, key(), caseNo, "按计划到场", false)
	require.NoError(t, err)
	changes, err := feed.Next(t.Context())
	require.NoError(t, err)
	require.Len(t, changes, 1)
	seen, err := d.SeesChange(t.Context(), inspected, changes)
	require.NoError(t, err)
	require.False(t, seen)
	seen, err = d.SeesChange(t.Context(), head, changes)
	require.NoError(t, err)
	require.True(t, seen)
}
