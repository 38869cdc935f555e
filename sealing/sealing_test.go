package sealing_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"

	"tuoyu/sealing"
)

const secret = "BA-140403-2026-000001"

type input struct{ CaseNo string }

func newKeyset(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyset.json")
	if err := sealing.Create(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func sealed(t *testing.T, path string) client.Options {
	t.Helper()
	keys, err := sealing.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	var o client.Options
	if err := sealing.Seal(&o, keys); err != nil {
		t.Fatal(err)
	}
	return o
}

func write(t *testing.T, o client.Options) *commonpb.Payload {
	t.Helper()
	p, err := o.DataConverter.ToPayload(input{secret})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(o client.Options, p *commonpb.Payload) (string, error) {
	var got input
	err := o.DataConverter.FromPayload(p, &got)
	return got.CaseNo, err
}

func TestWhatIsSealedIsReadBackAndCannotBeSeen(t *testing.T) {
	o := sealed(t, newKeyset(t))
	p := write(t, o)
	if raw, err := proto.Marshal(p); err != nil || bytes.Contains(raw, []byte(secret)) {
		t.Errorf("the payload shows its content: %q, %v", raw, err)
	}
	if got, err := read(o, p); err != nil || got != secret {
		t.Errorf("got %q, %v", got, err)
	}
	if again := write(t, o); bytes.Equal(again.GetData(), p.GetData()) {
		t.Error("the same content is sealed alike twice")
	}
}

func TestAnotherKeysetAndAChangedPayloadAreRefused(t *testing.T) {
	o := sealed(t, newKeyset(t))
	p := write(t, o)
	if _, err := read(sealed(t, newKeyset(t)), p); !errors.Is(err, sealing.ErrNoKey) {
		t.Errorf("another keyset: got %v", err)
	}
	p.Data[len(p.Data)-1] ^= 1
	if _, err := read(o, p); !errors.Is(err, sealing.ErrNoKey) {
		t.Errorf("changed payload: got %v", err)
	}
}

func TestAPayloadFromBeforeSealingIsStillRead(t *testing.T) {
	plain, err := converter.GetDefaultDataConverter().ToPayload(input{secret})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read(sealed(t, newKeyset(t)), plain); err != nil || got != secret {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestARotatedKeysetReadsOldPayloadsAndOldProcessesReadNewOnes(t *testing.T) {
	path := newKeyset(t)
	before := sealed(t, path)
	old := write(t, before)

	id, err := sealing.Add(path)
	if err != nil {
		t.Fatal(err)
	}
	added := sealed(t, path) // a process restarted after the key was added
	if _, err := read(before, write(t, added)); err != nil {
		t.Errorf("a key that was only added already seals: %v", err)
	}
	if err := sealing.Promote(path, id); err != nil {
		t.Fatal(err)
	}
	promoted := sealed(t, path)
	fresh := write(t, promoted)
	for name, o := range map[string]client.Options{"added": added, "promoted": promoted} {
		for age, p := range map[string]*commonpb.Payload{"old": old, "fresh": fresh} {
			if got, err := read(o, p); err != nil || got != secret {
				t.Errorf("%s keyset, %s payload: got %q, %v", name, age, got, err)
			}
		}
	}
	if got, err := read(before, fresh); err != nil || got != secret {
		t.Errorf("a process that runs on looks in the file for a key it lacks: got %q, %v", got, err)
	}
	keys, err := sealing.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if list := keys.Keys(); len(list) != 3 || !list[2].Index || list[0].Primary || !list[1].Primary || list[1].ID != id {
		t.Errorf("keys are %+v, the new one is %d", list, id)
	}
	if err := sealing.Promote(path, id+1); err == nil {
		t.Error("a key that is not there was promoted")
	}
}

func TestABrokenFileLeavesTheKeysThatWereRead(t *testing.T) {
	path := newKeyset(t)
	keys, err := sealing.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	fields, err := sealing.NewFields(keys)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := sealing.Cell{Table: "children", Column: "name", Row: "C1"}
	kept, err := fields.Seal([]byte(secret), at)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if keys.Reload() == nil || keys.Err() == nil {
		t.Error("half a file was taken for a keyset")
	}
	if got, err := fields.Open(kept, at); err != nil || string(got) != secret {
		t.Errorf("with the keys read before: got %q, %v", got, err)
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := keys.Reload(); err != nil || keys.Err() != nil {
		t.Errorf("with the file whole again: %v, %v", err, keys.Err())
	}
}

func TestADroppedKeyOpensNothing(t *testing.T) {
	path := newKeyset(t)
	keys, err := sealing.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	was := keys.Keys()[0].ID
	old := write(t, sealed(t, path))
	id, err := sealing.Add(path)
	if err != nil {
		t.Fatal(err)
	}
	if sealing.Drop(path, was) == nil {
		t.Error("the primary key was dropped")
	}
	if err := sealing.Promote(path, id); err != nil {
		t.Fatal(err)
	}
	if err := sealing.Drop(path, was); err != nil {
		t.Fatal(err)
	}
	if _, err := read(sealed(t, path), old); !errors.Is(err, sealing.ErrNoKey) {
		t.Errorf("got %v, want %v", err, sealing.ErrNoKey)
	}
}

func TestErrorsAreSealedToo(t *testing.T) {
	o := sealed(t, newKeyset(t))
	failure := o.FailureConverter.ErrorToFailure(temporal.NewApplicationError("case "+secret+" refused", "refused", secret))
	raw, err := proto.Marshal(failure)
	if err != nil || bytes.Contains(raw, []byte(secret)) {
		t.Errorf("the failure shows its message: %q, %v", raw, err)
	}
	var back *temporal.ApplicationError
	if got := o.FailureConverter.FailureToError(failure); !errors.As(got, &back) || !strings.Contains(back.Error(), secret) || back.Type() != "refused" {
		t.Errorf("got back %v", got)
	}
}

func TestAKeysetFileIsPrivateAndNeverOverwritten(t *testing.T) {
	path := newKeyset(t)
	if _, err := sealing.Add(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := sealing.Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed, %v", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestAFileThatIsNoKeysetIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keyset.json")
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sealing.Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if _, err := sealing.Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
