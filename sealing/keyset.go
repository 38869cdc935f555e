package sealing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Keyset holds the keys of a deployment, stored in a file. The primary key seals; all keys open. It also has the keys
// of blind indexes; a keyset created before there were any has none. Fields and codecs built from a keyset follow it:
// after Reload they use the new content of the file. It is safe for concurrent use.
type Keyset struct {
	path   string
	now    atomic.Pointer[keys]
	failed atomic.Pointer[error] // why the current file is not in use
}

// keys are the keys from one reading of the file, ready for use.
type keys struct {
	material
	sum   [sha256.Size]byte
	aead  tink.AEAD
	index *prf.Set // nil without index keys
}

// material is the keys as stored.
type material struct{ handle, indexes *keyset.Handle }

func ready(m material, raw []byte) (*keys, error) {
	k := &keys{material: m, sum: sha256.Sum256(raw)}
	var err error
	if k.aead, err = aead.New(m.handle); err != nil {
		return nil, fmt.Errorf("use keyset: %w", err)
	}
	if m.indexes == nil {
		return k, nil
	}
	if k.index, err = prf.NewPRFSet(m.indexes); err != nil {
		return nil, fmt.Errorf("use index keys: %w", err)
	}
	return k, nil
}

// Key describes one key of a keyset.
type Key struct {
	ID      uint32
	Primary bool
	Index   bool // for blind indexes; otherwise it seals and opens
}

// Create writes a keyset of one key to a new file that only its owner may read. It never overwrites: the error wraps
// fs.ErrExist if the file exists, since losing a keyset loses every open case.
func Create(path string) error {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("create keyset: %w", err)
	}
	index, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return fmt.Errorf("create index keys: %w", err)
	}
	raw, err := encode(material{handle, index})
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
	k := &Keyset{path: path}
	return k, k.Reload()
}

// Reload rereads the file and uses its content if it has changed. If the file cannot be used, the keys stay as they
// are, and Err returns the error.
func (k *Keyset) Reload() error {
	err := k.reload()
	if err == nil {
		k.failed.Store(nil)
	} else {
		k.failed.Store(&err)
	}
	return err
}

func (k *Keyset) reload() error {
	raw, err := os.ReadFile(k.path)
	if err != nil {
		return fmt.Errorf("read keyset: %w", err)
	}
	was := k.now.Load()
	if was != nil && was.sum == sha256.Sum256(raw) {
		return nil
	}
	m, err := decode(raw)
	if err != nil {
		return fmt.Errorf("read keyset %s: %w", k.path, err)
	}
	now, err := ready(m, raw)
	if err != nil {
		return fmt.Errorf("read keyset %s: %w", k.path, err)
	}
	k.now.CompareAndSwap(was, now) // a concurrent reader did not read an older file
	return nil
}

// Err returns why the keyset in the file is not in use; nil if it is.
func (k *Keyset) Err() error {
	if failed := k.failed.Load(); failed != nil {
		return *failed
	}
	return nil
}

// WatchInterval is the interval at which Watch checks the file. Promote a key no sooner than a few intervals after
// adding it.
const WatchInterval = 2 * time.Second

// Watch reloads the keyset when its file changes, until ctx ends, so that keys are rotated without a restart.
func (k *Keyset) Watch(ctx context.Context) {
	tick := time.NewTicker(WatchInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = k.Reload() // recorded for Err, which readiness checks
		}
	}
}

// open decrypts with the keys in use and, if none of them fits, with those in the file at that time.
func (k *Keyset) open(sealed, associated []byte) ([]byte, error) {
	was := k.now.Load()
	plain, err := was.aead.Decrypt(sealed, associated)
	if err == nil || k.Reload() != nil || k.now.Load() == was {
		return plain, err
	}
	return k.now.Load().aead.Decrypt(sealed, associated)
}

// Keys lists the keys in the order they were added: the sealing keys, then the index keys.
func (k *Keyset) Keys() []Key {
	now := k.now.Load()
	all := list(now.handle, false)
	if now.indexes != nil {
		all = append(all, list(now.indexes, true)...)
	}
	return all
}

func list(handle *keyset.Handle, index bool) []Key {
	info := handle.KeysetInfo()
	keys := make([]Key, len(info.GetKeyInfo()))
	for i, key := range info.GetKeyInfo() {
		keys[i] = Key{ID: key.GetKeyId(), Primary: key.GetKeyId() == info.GetPrimaryKeyId(), Index: index}
	}
	return keys
}

// Add adds a key to the keyset in the file without changing the primary key: every process must be able to open what a
// new key seals before one of them seals with it. It returns the new key's ID.
func Add(path string) (uint32, error) {
	var id uint32
	err := change(path, func(m *material) (err error) {
		return edit(&m.handle, func(keys *keyset.Manager) error {
			id, err = keys.Add(aead.AES256GCMKeyTemplate())
			return err
		})
	})
	return id, err
}

// AddIndex adds an index key, which becomes primary if there was none before. It returns the new key's ID.
func AddIndex(path string) (uint32, error) {
	var id uint32
	err := change(path, func(m *material) (err error) {
		if m.indexes == nil {
			if m.indexes, err = keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate()); err == nil {
				id = m.indexes.KeysetInfo().GetPrimaryKeyId()
			}
			return err
		}
		return edit(&m.indexes, func(keys *keyset.Manager) error {
			id, err = keys.Add(prf.HMACSHA256PRFKeyTemplate())
			return err
		})
	})
	return id, err
}

// Promote makes the keys primary, each within its kind, in the keyset in the file. It returns an error for an ID that
// the keyset does not have.
func Promote(path string, ids ...uint32) error {
	return change(path, func(m *material) error {
		for _, id := range ids {
			if err := edit(m.with(id), func(keys *keyset.Manager) error { return keys.SetPrimary(id) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// Drop removes a key from the keyset in the file: what it sealed can no longer be opened. It returns an error for an ID
// that the keyset does not have, or for a primary key.
func Drop(path string, id uint32) error {
	return change(path, func(m *material) error {
		return edit(m.with(id), func(keys *keyset.Manager) error { return keys.Delete(id) })
	})
}

// with returns the keyset that contains the key, the first of the two if neither does.
func (m *material) with(id uint32) **keyset.Handle {
	if m.indexes != nil {
		for _, key := range list(m.indexes, true) {
			if key.ID == id {
				return &m.indexes
			}
		}
	}
	return &m.handle
}

func edit(handle **keyset.Handle, do func(*keyset.Manager) error) (err error) {
	manager := keyset.NewManagerFromHandle(*handle)
	if err := do(manager); err != nil {
		return err
	}
	*handle, err = manager.Handle()
	return err
}

// change rewrites the keyset in the file atomically.
func change(path string, do func(*material) error) error {
	keys, err := Open(path)
	if err != nil {
		return err
	}
	m := keys.now.Load().material
	if err := do(&m); err != nil {
		return fmt.Errorf("change keyset: %w", err)
	}
	raw, err := encode(m)
	if err != nil {
		return err
	}
	return replace(path, raw)
}

// replace writes raw to a temporary file beside path, readable by its owner alone, and renames it to path.
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

// file is the stored form of a keyset: two keysets of tink, one that seals and one that indexes.
type file struct {
	Seal  json.RawMessage `json:"seal"`
	Index json.RawMessage `json:"index"`
}

func encode(m material) ([]byte, error) {
	seal, err := encodeHandle(m.handle)
	if err != nil || m.indexes == nil {
		return seal, err
	}
	index, err := encodeHandle(m.indexes)
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

// decode parses a keyset. It also accepts a single keyset of tink, the format used before there were index keys.
func decode(raw []byte) (material, error) {
	var parts file
	if err := json.Unmarshal(raw, &parts); err != nil {
		return material{}, err
	}
	if parts.Seal == nil {
		handle, err := decodeHandle(raw)
		return material{handle: handle}, err
	}
	handle, err := decodeHandle(parts.Seal)
	if err != nil {
		return material{}, err
	}
	index, err := decodeHandle(parts.Index)
	return material{handle, index}, err
}

func decodeHandle(raw []byte) (*keyset.Handle, error) {
	return insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(raw)))
}
