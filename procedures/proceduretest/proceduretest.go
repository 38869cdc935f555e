// Package proceduretest loads the procedures in ../testdata for the tests of the packages beside it, also with changes.
package proceduretest

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"tuoyu/procedures"
)

// Folder returns a copy of a fixture that a test may change, without its overlays.
func Folder(t testing.TB, name string) fstest.MapFS {
	t.Helper()
	files, root := fstest.MapFS{}, os.DirFS("../testdata/"+name)
	require.NoError(t, fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path, "overlays/") {
			return err
		}
		raw, err := fs.ReadFile(root, path)
		files[path] = &fstest.MapFile{Data: raw}
		return err
	}))
	return files
}

// Replace replaces text that a file contains exactly once.
func Replace(t testing.TB, files fstest.MapFS, path, old, with string) {
	t.Helper()
	text := string(files[path].Data)
	require.Equal(t, 1, strings.Count(text, old), "%s contains %q", path, old)
	files[path] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, with, 1))}
}

// Load returns the procedure in files, even one with errors.
func Load(t testing.TB, files fs.FS) *procedures.Procedure {
	t.Helper()
	p, _ := procedures.Load(t.Context(), files, procedures.Options{Library: Library(t)})
	require.NotNil(t, p)
	return p
}

// Library returns the modules of Rego that the rules of the fixtures import.
func Library(t testing.TB) map[string][]byte {
	t.Helper()
	raw, err := os.ReadFile("../../policies/lib/lib.rego")
	require.NoError(t, err)
	return map[string][]byte{"lib/lib.rego": raw}
}
