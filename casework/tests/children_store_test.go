package tests

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
	"tuoyu/testdata"
)

// entered stores children as the institution and returns their identifiers.
func (d *fixture) entered(children ...nursery.Child) (ids []string) {
	d.t.Helper()
	require.NoError(d.t, d.db.As(d.t.Context(), neighbour, func(q *store.Queries) error {
		all, err := activities.EnterChildren(d.t.Context(), q, d.Fields, children, neighbour.Institution, "institution", neighbour.Account, time.Now())
		for _, one := range all {
			ids = append(ids, one.ID)
		}
		return err
	}))
	return ids
}

func TestAnIdentityIsEnteredOnce(t *testing.T) {
	d := newFixture(t)
	children := testdata.Children(county, 1, 9000, testdata.AsOf)
	children = append(children, children[0])
	var first, again []activities.EnteredChild
	enter := func(into *[]activities.EnteredChild) func(*store.Queries) error {
		return func(q *store.Queries) (err error) {
			*into, err = activities.EnterChildren(t.Context(), q, d.Fields, children, "", "civil", "clerk-140403", time.Now())
			return err
		}
	}
	started := time.Now()
	require.NoError(t, d.db.As(t.Context(), nursery.Engine, enter(&first)))
	t.Logf("9,001 children entered in %v", time.Since(started).Round(time.Millisecond))
	require.NoError(t, d.db.As(t.Context(), neighbour, enter(&again)))
	require.False(t, first[0].Known)
	require.True(t, first[9000].Known, "twice in one batch")
	require.Equal(t, first[0].ID, first[9000].ID)
	for i := range again {
		require.True(t, again[i].Known)
		require.Equal(t, first[i].ID, again[i].ID)
	}
	require.Equal(t, []string{"9000"}, d.strings(`SELECT count(*)::text FROM children`))
}

func TestSeveralWhoEnterOneIdentityAtTheSameTimeMeanOneChild(t *testing.T) {
	d := newFixture(t)
	child := testdata.Child(county, 1, testdata.AsOf)
	ids := make(chan string, 8)
	for range cap(ids) {
		go func() { ids <- d.entered(child)[0] }()
	}
	first := <-ids
	for range cap(ids) - 1 {
		require.Equal(t, first, <-ids)
	}
}

func TestASealedFieldOpensOnlyWhereItStands(t *testing.T) {
	d := newFixture(t)
	one, other := testdata.Child(county, 1, testdata.AsOf), testdata.Child(county, 2, testdata.AsOf)
	ids := d.entered(one, other)
	every := []nursery.ChildField{nursery.ChildName, nursery.ChildIdentity, nursery.ChildGuardianName, nursery.ChildGuardianPhone, nursery.ChildBirth, nursery.ChildSex}
	require.NoError(t, d.db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		row, err := q.ChildByID(t.Context(), ids[0])
		require.NoError(t, err)
		opened, err := activities.OpenChild(d.Fields, row, every...)
		require.NoError(t, err)
		one.County = ""
		require.Equal(t, one.Normal(), opened)

		moved := row
		moved.Name = row.GuardianName
		_, err = activities.OpenChild(d.Fields, moved, nursery.ChildName)
		require.ErrorIs(t, err, sealing.ErrNoKey, "from another column")
		second, err := q.ChildByID(t.Context(), ids[1])
		require.NoError(t, err)
		moved = row
		moved.Name = second.Name
		_, err = activities.OpenChild(d.Fields, moved, nursery.ChildName)
		require.ErrorIs(t, err, sealing.ErrNoKey, "from another row")
		return nil
	}))
}
