package sealing_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"pgregory.net/rapid"

	"tuoyu/sealing"
	"tuoyu/sealing/sealingtest"
)

var cell = sealing.Cell{Table: "children", Column: "name", Row: "C-1"}

func fieldsOf(t *testing.T, path string) *sealing.Fields {
	t.Helper()
	keys, err := sealing.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := sealing.NewFields(keys)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAFieldOpensInItsOwnCellAlone(t *testing.T) {
	f := fieldsOf(t, newKeyset(t))
	sealed, err := f.Seal([]byte(secret), cell)
	if err != nil || bytes.Contains(sealed, []byte(secret)) {
		t.Fatalf("sealed as %q, %v", sealed, err)
	}
	if got, err := f.Open(sealed, cell); err != nil || string(got) != secret {
		t.Errorf("got %q, %v", got, err)
	}
	for name, other := range map[string]sealing.Cell{
		"another row":    {Table: "children", Column: "name", Row: "C-2"},
		"another column": {Table: "children", Column: "guardian_name", Row: "C-1"},
		"another table":  {Table: "claims", Column: "name", Row: "C-1"},
	} {
		if _, err := f.Open(sealed, other); !errors.Is(err, sealing.ErrNoKey) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if got, err := f.Open(nil, cell); err != nil || got != nil {
		t.Errorf("nothing sealed: got %q, %v", got, err)
	}
}

func TestAnIndexFindsEqualValuesOfOneColumnUnderOneKeyset(t *testing.T) {
	path := newKeyset(t)
	index := func(f *sealing.Fields, column, value string) string {
		t.Helper()
		i, err := f.Index(column, value)
		if err != nil || len(i) != 32 {
			t.Fatalf("index of %d bytes, %v", len(i), err)
		}
		return string(i)
	}
	first := index(fieldsOf(t, path), "identity", "a")
	if again := index(fieldsOf(t, path), "identity", "a"); again != first {
		t.Error("equal values are indexed apart")
	}
	for name, other := range map[string]string{
		"another value":  index(fieldsOf(t, path), "identity", "b"),
		"another column": index(fieldsOf(t, path), "phone", "a"),
		"another keyset": index(fieldsOf(t, newKeyset(t)), "identity", "a"),
	} {
		if other == first {
			t.Errorf("%s is indexed alike", name)
		}
	}
	all, err := fieldsOf(t, path).Indexes("identity", "a")
	if err != nil || len(all) != 1 || string(all[0]) != first {
		t.Errorf("indexes are %x, %v", all, err)
	}
}

func TestAKeysetFromBeforeIndexesIsReadAndNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.json")
	if err := os.WriteFile(path, oldKeyset(t), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := sealing.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sealing.NewFields(keys); !errors.Is(err, sealing.ErrNoIndexKey) {
		t.Errorf("got %v", err)
	}
	if _, err := sealing.Add(path); err != nil {
		t.Error(err)
	}
}

// oldKeyset returns a keyset in the format used before there were index keys.
func oldKeyset(t *testing.T) []byte {
	t.Helper()
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&out)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWhateverIsSealedOpensInItsCellAloneAndIsFoundByItsIndex(t *testing.T) {
	fields := sealingtest.Fields(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.String().Draw(t, "plain")
		at := sealing.Cell{Table: "children", Column: rapid.StringMatching(`[a-z_]{1,12}`).Draw(t, "column"), Row: rapid.StringMatching(`C[A-Z2-7]{4}`).Draw(t, "row")}
		sealed, err := fields.Seal([]byte(plain), at)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := fields.Open(sealed, at); err != nil || string(got) != plain || !fields.Primary(sealed) {
			t.Fatalf("got %q, %v", got, err)
		}
		moved := at
		moved.Row += "2"
		if _, err := fields.Open(sealed, moved); !errors.Is(err, sealing.ErrNoKey) {
			t.Fatalf("in another row: %v", err)
		}
		one, err := fields.Index(at.Column, plain)
		if err != nil {
			t.Fatal(err)
		}
		all, err := fields.Indexes(at.Column, plain)
		if err != nil || len(all) != 1 || !bytes.Equal(all[0], one) {
			t.Fatalf("indexes are %x, %v; the primary one is %x", all, err, one)
		}
		if other, err := fields.Index(at.Column, plain+"x"); err != nil || bytes.Equal(other, one) {
			t.Fatalf("another value has the same index: %v", err)
		}
	})
}
