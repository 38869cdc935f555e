package tests

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// running is a harness whose worker and relay run.
func running(t *testing.T) *harness {
	t.Helper()
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.relays()
	return h
}

// filesOf returns the files of a procedure with changes of their text: what is replaced, and what it is replaced with, by turns.
func filesOf(t *testing.T, folder func() (fs.FS, error), changes ...string) fstest.MapFS {
	t.Helper()
	root, err := folder()
	require.NoError(t, err)
	files := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(root, name)
		files[name] = &fstest.MapFile{Data: []byte(strings.NewReplacer(changes...).Replace(string(raw)))}
		return err
	}))
	return files
}
