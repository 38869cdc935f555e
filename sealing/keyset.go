package sealing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
)

// Keyset is the keys of a deployment. One is primary and seals; all of them open. Index is the keys of blind indexes; a
// keyset made before there were any has none.
type Keyset struct{ handle, index *keyset.Handle }

// Key tells about one key of a keyset.
type Key struct {
	ID      uint32
	Primary bool
}

// Create makes a keyset of one key in a new file that its owner alone may read. It never overwrites: the error wraps
// fs.ErrExist when the file is there, since a lost keyset loses every open case.
func Create(path string) error {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("create keyset: %w", err)
	}
	index, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return fmt.Errorf("create index keys: %w", err)
	}
	raw, err := encode(&Keyset{handle, index})
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("create keyset: %w", err)
	}
	_, err = f.Write(raw)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write keyset: %w", err)
	}
	return nil
}

// Open reads a keyset from its file.
func Open(path string) (*Keyset, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read keyset: %w", err)
	}
	keys, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("read keyset %s: %w", path, err)
	}
	return keys, nil
}

// Keys lists the keys in the order they were added.
func (k *Keyset) Keys() []Key {
	info := k.handle.KeysetInfo()
	keys := make([]Key, len(info.GetKeyInfo()))
	for i, key := range info.GetKeyInfo() {
		keys[i] = Key{ID: key.GetKeyId(), Primary: key.GetKeyId() == info.GetPrimaryKeyId()}
	}
	return keys
}

// Add adds a key to the keyset in the file and leaves the primary key as it is: every process must be able to open
// what a new key seals before one of them seals with it. It gives the new key's ID.
func Add(path string) (uint32, error) {
	var id uint32
	err := change(path, func(m *keyset.Manager) error {
		var err error
		id, err = m.Add(aead.AES256GCMKeyTemplate())
		return err
	})
	return id, err
}

// Promote makes the key primary in the keyset in the file. The error is an ID the keyset does not have.
func Promote(path string, id uint32) error {
	return change(path, func(m *keyset.Manager) error { return m.SetPrimary(id) })
}

// change rewrites the keyset in the file, in one step, so that a reader never sees half of it.
func change(path string, do func(*keyset.Manager) error) error {
	keys, err := Open(path)
	if err != nil {
		return err
	}
	manager := keyset.NewManagerFromHandle(keys.handle)
	if err := do(manager); err != nil {
		return fmt.Errorf("change keyset: %w", err)
	}
	if keys.handle, err = manager.Handle(); err != nil {
		return fmt.Errorf("change keyset: %w", err)
	}
	raw, err := encode(keys)
	if err != nil {
		return err
	}
	return replace(path, raw)
}

// replace writes raw beside path, under a name of its own and readable by its owner alone, and renames it.
func replace(path string, raw []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write keyset: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, remove(f.Name()))
		}
	}()
	_, err = f.Write(raw)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write keyset: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write keyset: %w", err)
	}
	return nil
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// file is a keyset as it is kept: two keysets of tink, that which seals and that which indexes.
type file struct {
	Seal  json.RawMessage `json:"seal"`
	Index json.RawMessage `json:"index"`
}

func encode(keys *Keyset) ([]byte, error) {
	seal, err := encodeHandle(keys.handle)
	if err != nil || keys.index == nil {
		return seal, err
	}
	index, err := encodeHandle(keys.index)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(file{Seal: seal, Index: index})
	if err != nil {
		return nil, fmt.Errorf("encode keyset: %w", err)
	}
	return raw, nil
}

func encodeHandle(handle *keyset.Handle) ([]byte, error) {
	var out bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&out)); err != nil {
		return nil, fmt.Errorf("encode keyset: %w", err)
	}
	return out.Bytes(), nil
}

// decode reads a keyset, also one that was made before there were index keys and is a single keyset of tink.
func decode(raw []byte) (*Keyset, error) {
	var parts file
	if err := json.Unmarshal(raw, &parts); err != nil {
		return nil, err
	}
	if parts.Seal == nil {
		handle, err := decodeHandle(raw)
		return &Keyset{handle: handle}, err
	}
	handle, err := decodeHandle(parts.Seal)
	if err != nil {
		return nil, err
	}
	index, err := decodeHandle(parts.Index)
	return &Keyset{handle, index}, err
}

func decodeHandle(raw []byte) (*keyset.Handle, error) {
	return insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(raw)))
}
