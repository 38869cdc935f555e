package sealing

import (
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// indexBytes is how long a blind index is.
const indexBytes = 32

// Cell says where a sealed value stands. It is bound into the ciphertext, so a value moved to another row or column
// does not open.
type Cell struct{ Table, Column, Row string }

func (c Cell) bytes() []byte {
	return []byte("field\x00" + c.Table + "\x00" + c.Column + "\x00" + c.Row)
}

// Fields seals single values of the database, and finds equal ones by an index of keyed hashes. It is safe for concurrent
// use.
type Fields struct {
	aead  tink.AEAD
	index *prf.Set
}

// NewFields gives the sealing of fields with the keys of a keyset. The error is a keyset without an index key, which
// tuoyu keys rotate adds.
func NewFields(keys *Keyset) (*Fields, error) {
	seal, err := aead.New(keys.handle)
	if err != nil {
		return nil, fmt.Errorf("use keyset: %w", err)
	}
	if keys.index == nil {
		return nil, ErrNoIndexKey
	}
	index, err := prf.NewPRFSet(keys.index)
	if err != nil {
		return nil, fmt.Errorf("use index keys: %w", err)
	}
	return &Fields{aead: seal, index: index}, nil
}

// ErrNoIndexKey says that a keyset was made before fields were sealed.
var ErrNoIndexKey = errors.New("the keyset has no index key: run tuoyu keys rotate")

// Seal encrypts a value for its cell with the primary key.
func (f *Fields) Seal(plain []byte, at Cell) ([]byte, error) {
	sealed, err := f.aead.Encrypt(plain, at.bytes())
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", at.Table, at.Column, err)
	}
	return sealed, nil
}

// Open decrypts what Seal gave for the same cell; nothing sealed is nothing. The error wraps ErrNoKey.
func (f *Fields) Open(sealed []byte, at Cell) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	plain, err := f.aead.Decrypt(sealed, at.bytes())
	if err != nil {
		return nil, fmt.Errorf("open %s.%s: %w: %w", at.Table, at.Column, ErrNoKey, err)
	}
	return plain, nil
}

// Index gives the blind index 盲索引 of a value by the primary index key: equal values of a column have equal indexes, and
// nobody without the key can make one.
func (f *Fields) Index(column, value string) ([]byte, error) {
	index, err := f.index.ComputePrimaryPRF([]byte(column+"\x00"+value), indexBytes)
	if err != nil {
		return nil, fmt.Errorf("index %s: %w", column, err)
	}
	return index, nil
}

// Indexes gives the blind index of a value by every index key, the primary first: what was indexed before a rotation is
// found as well.
func (f *Fields) Indexes(column, value string) ([][]byte, error) {
	first, err := f.Index(column, value)
	if err != nil {
		return nil, err
	}
	all := [][]byte{first}
	for _, key := range f.index.PRFs {
		index, err := key.ComputePRF([]byte(column+"\x00"+value), indexBytes)
		if err != nil {
			return nil, fmt.Errorf("index %s: %w", column, err)
		}
		if subtle.ConstantTimeCompare(index, first) == 0 {
			all = append(all, index)
		}
	}
	return all, nil
}
