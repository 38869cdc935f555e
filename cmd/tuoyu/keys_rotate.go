package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"tuoyu/activities"
	"tuoyu/sealing"
	"tuoyu/store"
)

type keysRotateCommand struct {
	File string        `arg:"" help:"File of the keyset, the one that running processes read."`
	Wait time.Duration `default:"30s" help:"How long every running process is given to take new keys, before and after they are promoted; they look every two seconds."`
}

// Run rotates the keys and seals values that are still stored unsealed. It resumes an interrupted rotation.
func (c keysRotateCommand) Run(ctx context.Context, out output) error {
	db, s, err := openForKeys(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	going, err := c.underWay(ctx, db)
	if err != nil {
		return err
	}
	if going {
		fmt.Fprintln(out, "finishing the rotation that was interrupted; run keys rotate again to start another")
	} else {
		fresh, err := c.add(out)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "waiting %v until every process has the new keys\n", c.Wait)
		if err := pause(ctx, c.Wait); err != nil {
			return err
		}
		if err := sealing.Promote(c.File, fresh...); err != nil {
			return err
		}
		fmt.Fprintf(out, "promoted; waiting %v until every process seals with them\n", c.Wait)
		if err := pause(ctx, c.Wait); err != nil {
			return err
		}
	}
	keys, err := sealing.Open(c.File)
	if err != nil {
		return err
	}
	fields, err := sealing.NewFields(keys)
	if err != nil {
		return err
	}
	total, err := activities.Reseal(ctx, db, fields, func(r activities.Resealed) {
		fmt.Fprintf(out, "%s.%s: %d sealed anew\n", r.Table, r.Column, r.Values)
	})
	if err != nil {
		return fmt.Errorf("%w; run keys rotate again to go on", err)
	}
	if err := sealFiles(ctx, db, s, fields, out); err != nil {
		return fmt.Errorf("%w; run keys rotate again to go on", err)
	}
	fmt.Fprintf(out, "%d values sealed anew; keys that are no longer needed go with keys drop\n", total)
	return nil
}

// sealFiles seals the files that were stored before there was a keyset, if the folder is accessible. Later files are
// each sealed with a key of their own, which is a value in the database.
func sealFiles(ctx context.Context, db *store.DB, s settings, fields *sealing.Fields, out output) error {
	if info, err := os.Stat(s.BlobDir); err != nil || !info.IsDir() {
		fmt.Fprintf(out, "no folder of files at %s: the workers seal what is kept clear\n", s.BlobDir)
		return nil
	}
	blobs, err := store.NewDiskBlobs(s.BlobDir, 0)
	if err != nil {
		return err
	}
	n, err := activities.SealFiles(ctx, db, blobs, fields, func(n int) { fmt.Fprintf(out, "files: %d sealed\n", n) })
	if err != nil {
		return err
	}
	if n > 0 {
		fmt.Fprintf(out, "%d files sealed that were kept clear\n", n)
	}
	return nil
}

// underWay reports whether keys were promoted and values sealed with older ones remain.
func (c keysRotateCommand) underWay(ctx context.Context, db *store.DB) (bool, error) {
	keys, err := sealing.Open(c.File)
	if err != nil {
		return false, err
	}
	older := true // keys before the primary one were promoted before it
	for _, k := range keys.Keys() {
		older = older && !k.Primary
		if k.Index || !older {
			continue
		}
		n, err := activities.SealedBy(ctx, db, k.ID)
		if err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}

// add ensures that there is a key of each kind to promote, and returns their IDs. It reuses keys added by an
// interrupted rotation.
func (c keysRotateCommand) add(out output) ([]uint32, error) {
	keys, err := sealing.Open(c.File)
	if err != nil {
		return nil, err
	}
	waiting := map[bool]uint32{} // the last key of a kind, if it comes after the primary one
	indexed := false
	for _, k := range keys.Keys() {
		indexed = indexed || k.Index
		if waiting[k.Index] = k.ID; k.Primary {
			waiting[k.Index] = 0
		}
	}
	var fresh []uint32
	for _, kind := range []struct {
		index bool
		add   func(string) (uint32, error)
		name  string
	}{{false, sealing.Add, "key"}, {true, sealing.AddIndex, "index key"}} {
		id := waiting[kind.index]
		if id == 0 {
			if id, err = kind.add(c.File); err != nil {
				return nil, err
			}
			fmt.Fprintf(out, "added %s %d\n", kind.name, id)
		}
		fresh = append(fresh, id)
	}
	if !indexed {
		fmt.Fprintln(out, "the keyset had no index key: restart serve and worker once, so that they take children's data")
	}
	return fresh, nil
}

type keysDropCommand struct {
	File          string `arg:"" help:"File of the keyset."`
	ID            uint32 `arg:"" help:"Key to remove, as keys list shows it."`
	HistoriesGone bool   `help:"Say that no history of a case that Temporal keeps was sealed with it: all are older than the retention or were never sealed with it."`
}

// Run removes the key unless a stored value needs it.
func (c keysDropCommand) Run(ctx context.Context, out output) error {
	keys, err := sealing.Open(c.File)
	if err != nil {
		return err
	}
	key, err := keyOf(keys, c.ID)
	if err != nil {
		return err
	}
	if key.Primary {
		return fmt.Errorf("key %d is in use: promote another one first", c.ID)
	}
	db, _, err := openForKeys(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := unused(ctx, db, keys, key); err != nil {
		return err
	}
	if !key.Index && !c.HistoriesGone {
		return fmt.Errorf("histories of cases in Temporal may be sealed with key %d, and a case whose history does not open goes no further: "+
			"when none is left, say so with --histories-gone", c.ID)
	}
	if err := sealing.Drop(c.File, c.ID); err != nil {
		return err
	}
	return keysListCommand{c.File}.Run(out)
}

func keyOf(keys *sealing.Keyset, id uint32) (sealing.Key, error) {
	for _, k := range keys.Keys() {
		if k.ID == id {
			return k, nil
		}
	}
	return sealing.Key{}, fmt.Errorf("the keyset has no key %d", id)
}

// unused returns an error if a stored value needs the key.
func unused(ctx context.Context, db *store.DB, keys *sealing.Keyset, key sealing.Key) error {
	var needed int64
	if key.Index {
		fields, err := sealing.NewFields(keys)
		if err != nil {
			return err
		}
		n, err := activities.IndexedOtherwise(ctx, db, fields)
		if err != nil {
			return err
		}
		needed = int64(n)
	} else {
		n, err := activities.SealedBy(ctx, db, key.ID)
		if err != nil {
			return err
		}
		needed = n
	}
	if needed > 0 {
		return fmt.Errorf("%d stored values still need key %d: run keys rotate first", needed, key.ID)
	}
	return nil
}

func openForKeys(ctx context.Context) (*store.DB, settings, error) {
	s, err := settingsFromEnvironment("keys")
	if err != nil {
		return nil, s, err
	}
	db, err := store.Open(ctx, s.DatabaseURL, store.Options{MaxConns: 2})
	if err != nil {
		return nil, s, err
	}
	if err := db.Ready(ctx); err != nil {
		db.Close()
		return nil, s, err
	}
	return db, s, nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return errors.New("interrupted: run keys rotate again to go on")
	case <-timer.C:
		return nil
	}
}
