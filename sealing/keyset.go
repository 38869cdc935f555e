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

// Keyset is the keys of a deployment, in a file. One is primary and seals; all of them open. Beside them are the keys of
// blind indexes; a keyset made before there were any has none. What is built from a keyset follows it: after Reload it
// uses the keys that are in the file now. It is safe for concurrent use.
type Keyset struct {
	path   string
	now    atomic.Pointer[keys]
	failed atomic.Pointer[error] // why the file as it is now is not used
}

// keys is the keys of one reading of the file, ready for use.
type keys struct {
	material
	sum   [sha256.Size]byte
	aead  tink.AEAD
	index *prf.Set // nil without index keys
}

// material is the keys as they are kept.
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

// Key tells about one key of a keyset.
type Key struct {
	ID      uint32
	Primary bool
	Index   bool // of blind indexes; else it seals and opens
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

// Reload reads the file again and, when it has changed, uses what is in it from then on. A file that cannot be used leaves
// the keys as they are; the error is kept for Err.
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
	k.now.CompareAndSwap(was, now) // whoever read it meanwhile read no older file
	return nil
}

// Err tells why the keyset in the file is not the one in use; nil when it is.
func (k *Keyset) Err() error {
	if failed := k.failed.Load(); failed != nil {
		return *failed
	}
	return nil
}

// WatchInterval is how often Watch looks at the file. A key is promoted no sooner than a few intervals after it was added.
const WatchInterval = 2 * time.Second

// Watch follows the file until ctx ends, so that keys are rotated without a restart.
func (k *Keyset) Watch(ctx context.Context) {
	tick := time.NewTicker(WatchInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = k.Reload() // kept for Err, which readiness asks
		}
	}
}

// open decrypts with the keys in use and, when none of them fits, with those that are in the file by now.
func (k *Keyset) open(sealed, associated []byte) ([]byte, error) {
	was := k.now.Load()
	plain, err := was.aead.Decrypt(sealed, associated)
	if err == nil || k.Reload() != nil || k.now.Load() == was {
		return plain, err
	}
	return k.now.Load().aead.Decrypt(sealed, associated)
}

// Keys lists the keys in the order they were added: those that seal, then those that index.
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

// Add adds a key to the keyset in the file and leaves the primary key as it is: every process must be able to open
// what a new key seals before one of them seals with it. It gives the new key's ID.
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

// AddIndex adds an index key, which is the primary one when there was none before. It gives the new key's ID.
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

// Promote makes the keys primary, each among its kind, in the keyset in the file. The error is an ID the keyset does not
// have.
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

// Drop removes a key from the keyset in the file: what it sealed does not open any more. The error is an ID the keyset does
// not have, or that of a primary key.
func Drop(path string, id uint32) error {
	return change(path, func(m *material) error {
		return edit(m.with(id), func(keys *keyset.Manager) error { return keys.Delete(id) })
	})
}

// with gives those of the two keysets that have the key; the first when neither does.
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

// change rewrites the keyset in the file, in one step, so that a reader never sees half of it.
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

// decode reads a keyset, also one that was made before there were index keys and is a single keyset of tink.
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
