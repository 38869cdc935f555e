package sealing_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/sealing"
)

var paper = sealing.Cell{Table: "attachments", Column: "file_key", Row: "A1"}

func sealFile(t *testing.T, fields *sealing.Fields, text string) (sealed, key []byte) {
	t.Helper()
	var out bytes.Buffer
	w, key, err := fields.SealFile(&out, paper)
	require.NoError(t, err)
	_, err = io.Copy(w, strings.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes(), key
}

func openFile(fields *sealing.Fields, sealed, key []byte, at sealing.Cell) (string, error) {
	r, err := fields.OpenFile(bytes.NewReader(sealed), key, at)
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(r)
	return string(raw), err
}

func TestAFileOpensWholeOrNotAtAll(t *testing.T) {
	fields := fieldsOf(t, newKeyset(t))
	for _, text := range []string{"", "同意书", strings.Repeat("监护人签字。", 100_000)} {
		sealed, key := sealFile(t, fields, text)
		got, err := openFile(fields, sealed, key, paper)
		require.NoError(t, err)
		require.Equal(t, text, got)
		if text != "" {
			require.NotContains(t, string(sealed), "监护人")
		}
	}
	sealed, key := sealFile(t, fields, strings.Repeat("监护人签字。", 100_000))
	again, other := sealFile(t, fields, strings.Repeat("监护人签字。", 100_000))
	require.NotEqual(t, sealed, again, "equal files must not look equal")

	changed := bytes.Clone(sealed)
	changed[len(changed)/2] ^= 1
	for what, of := range map[string]struct {
		sealed, key []byte
		at          sealing.Cell
	}{
		"changed":                  {changed, key, paper},
		"cut off within a segment": {sealed[:len(sealed)-1], key, paper},
		"cut off after a segment":  {sealed[:64<<10], key, paper},
		"another file's key":       {sealed, other, paper},
		"another row":              {sealed, key, sealing.Cell{Table: "attachments", Column: "file_key", Row: "A2"}},
		"another table":            {sealed, key, sealing.Cell{Table: "documents", Column: "file_key", Row: "A1"}},
	} {
		_, err := openFile(fields, of.sealed, of.key, of.at)
		require.Error(t, err, what)
	}
}

func TestAFileOutlivesTheKeyThatSealedItsKey(t *testing.T) {
	path := newKeyset(t)
	fields := fieldsOf(t, path)
	sealed, key := sealFile(t, fields, "体检证明")
	old := fields.PrimaryMark()
	fresh, err := sealing.Add(path)
	require.NoError(t, err)
	require.NoError(t, sealing.Promote(path, fresh))
	now := fieldsOf(t, path)

	plain, err := now.Open(key, paper)
	require.NoError(t, err)
	again, err := now.Seal(plain, paper)
	require.NoError(t, err)
	require.True(t, now.Primary(again))
	keys, err := sealing.Open(path)
	require.NoError(t, err)
	for _, k := range keys.Keys() {
		if bytes.Equal(sealing.Mark(k.ID), old) {
			require.NoError(t, sealing.Drop(path, k.ID))
		}
	}
	left := fieldsOf(t, path)
	_, err = openFile(left, sealed, key, paper)
	require.ErrorIs(t, err, sealing.ErrNoKey)
	got, err := openFile(left, sealed, again, paper)
	require.NoError(t, err)
	require.Equal(t, "体检证明", got)
}

func TestALargeFileIsSealedAndOpenedInConstantMemory(t *testing.T) {
	fields := fieldsOf(t, newKeyset(t))
	const size = 32 << 20
	path := filepath.Join(t.TempDir(), "sealed")
	out, err := os.Create(path)
	require.NoError(t, err)
	defer out.Close()
	started := time.Now()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w, key, err := fields.SealFile(out, paper)
	require.NoError(t, err)
	_, err = io.CopyN(w, zeros{}, size)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	_, err = out.Seek(0, io.SeekStart)
	require.NoError(t, err)
	r, err := fields.OpenFile(out, key, paper)
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, r)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	require.EqualValues(t, size, n)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20), "bytes allocated for 64 MiB that went through")
	t.Logf("sealed and opened 32 MiB in %v", time.Since(started).Round(time.Millisecond))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
