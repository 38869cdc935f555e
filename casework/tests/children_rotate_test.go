package tests

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
	"tuoyu/testdata"
)

// following returns the fields of a process, and a function that reloads the keyset's file as sealing.Keyset.Watch does
// periodically.
func following(t *testing.T, path string) (fields *sealing.Fields, look func()) {
	t.Helper()
	keys, err := sealing.Open(path)
	require.NoError(t, err)
	fields, err = sealing.NewFields(keys)
	require.NoError(t, err)
	return fields, func() { require.NoError(t, keys.Reload()) }
}

func TestKeysAreRotatedWhileTwoProcessesReadAndWrite(t *testing.T) {
	d := caring(t)
	path := filepath.Join(t.TempDir(), "keyset.json")
	require.NoError(t, sealing.Create(path))
	opened, err := sealing.Open(path)
	require.NoError(t, err)
	oldSeal, oldIndex := opened.Keys()[0].ID, opened.Keys()[1].ID

	one, oneLooks := following(t, path)
	other, otherLooks := following(t, path)
	children := testdata.Children(county, 1, 1200, testdata.AsOf)
	enter := func(fields *sealing.Fields, children ...nursery.Child) (entered []activities.EnteredChild) {
		require.NoError(t, d.db.As(t.Context(), neighbour, func(q *store.Queries) (err error) {
			entered, err = activities.EnterChildren(t.Context(), q, fields, children, "", "institution", "a", time.Now())
			return err
		}))
		return entered
	}
	first := enter(one, children...)

	stop := make(chan struct{})
	var beside sync.WaitGroup
	for at, fields := range []*sealing.Fields{one, other} {
		beside.Go(func() {
			for serial := 0; ; serial++ {
				select {
				case <-stop:
					return
				default:
				}
				fresh := testdata.Child("140404", 2*serial+at, testdata.AsOf)
				enter(fields, fresh)
				i := serial % len(children)
				if again := enter(fields, children[i]); !again[0].Known || again[0].ID != first[i].ID {
					t.Errorf("child %d is not found during the rotation", i)
				}
				err := d.db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
					row, err := q.ChildByID(t.Context(), first[i].ID)
					if err != nil {
						return err
					}
					child, err := activities.OpenChild(fields, row, nursery.ChildName)
					if err == nil && child.Name != children[i].Name {
						t.Errorf("child %d opens as another", i)
					}
					return err
				})
				if err != nil {
					t.Errorf("child %d does not open during the rotation: %v", i, err)
				}
			}
		})
	}
	seal, err := sealing.Add(path)
	require.NoError(t, err)
	index, err := sealing.AddIndex(path)
	require.NoError(t, err)
	oneLooks()
	otherLooks()
	require.NoError(t, sealing.Promote(path, seal, index))
	oneLooks() // each writes and reads while the other has not reloaded it
	otherLooks()
	rotating, _ := following(t, path)
	needed, err := activities.SealedBy(t.Context(), d.db, oldSeal)
	require.NoError(t, err)
	require.Greater(t, needed, int64(4000))
	total, err := activities.Reseal(t.Context(), d.db, rotating, func(activities.Resealed) {})
	require.NoError(t, err)
	require.GreaterOrEqual(t, total, 4*1200)
	close(stop)
	beside.Wait()

	needed, err = activities.SealedBy(t.Context(), d.db, oldSeal)
	require.NoError(t, err)
	require.Zero(t, needed)
	otherwise, err := activities.IndexedOtherwise(t.Context(), d.db, rotating)
	require.NoError(t, err)
	require.Zero(t, otherwise)
	again, err := activities.Reseal(t.Context(), d.db, rotating, func(activities.Resealed) {})
	require.NoError(t, err)
	require.Zero(t, again)

	require.NoError(t, sealing.Drop(path, oldSeal))
	require.NoError(t, sealing.Drop(path, oldIndex))
	last, _ := following(t, path)
	for i, known := range enter(last, children...) {
		require.Equal(t, activities.EnteredChild{ID: first[i].ID, Known: true}, known)
	}
	require.Equal(t, d.strings(`SELECT count(*)::text FROM children`), d.strings(`SELECT count(DISTINCT identity_index)::text FROM children`))
}
