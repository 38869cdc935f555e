package sealing

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/core/cryptofmt"
	"github.com/tink-crypto/tink-go/v2/prf"
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
type Fields struct{ keys *Keyset }

// NewFields gives the sealing of fields with the keys of a keyset. The error is a keyset without an index key, which
// tuoyu keys rotate adds.
func NewFields(keys *Keyset) (*Fields, error) {
	if keys.now.Load().index == nil {
		return nil, ErrNoIndexKey
	}
	return &Fields{keys}, nil
}

// Primary tells whether the primary key sealed a value, so that rotation has nothing to do with it.
func (f *Fields) Primary(sealed []byte) bool { return bytes.HasPrefix(sealed, f.PrimaryMark()) }

// PrimaryMark is what every value begins with that the primary key seals: the mark of tink, 1, and the key's ID.
func (f *Fields) PrimaryMark() []byte {
	return Mark(f.keys.now.Load().handle.KeysetInfo().GetPrimaryKeyId())
}

// Mark is what every value begins with that the key seals.
func Mark(id uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{cryptofmt.TinkStartByte}, id)
}

// ErrNoIndexKey says that a keyset was made before fields were sealed.
var ErrNoIndexKey = errors.New("the keyset has no index key: run tuoyu keys rotate")

// Seal encrypts a value for its cell with the primary key.
func (f *Fields) Seal(plain []byte, at Cell) ([]byte, error) {
	sealed, err := f.keys.now.Load().aead.Encrypt(plain, at.bytes())
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
	plain, err := f.keys.open(sealed, at.bytes())
	if err != nil {
		return nil, fmt.Errorf("open %s.%s: %w: %w", at.Table, at.Column, ErrNoKey, err)
	}
	return plain, nil
}

// Index gives the blind index 盲索引 of a value by the primary index key: equal values of a column have equal indexes, and
// nobody without the key can make one.
func (f *Fields) Index(column, value string) ([]byte, error) {
	return primaryIndex(f.keys.now.Load().index, column, value)
}

func primaryIndex(keys *prf.Set, column, value string) ([]byte, error) {
	index, err := keys.ComputePrimaryPRF([]byte(column+"\x00"+value), indexBytes)
	if err != nil {
		return nil, fmt.Errorf("index %s: %w", column, err)
	}
	return index, nil
}

// Indexes gives the blind index of a value by every index key, the primary first: what was indexed before a rotation is
// found as well.
func (f *Fields) Indexes(column, value string) ([][]byte, error) {
	keys := f.keys.now.Load().index
	first, err := primaryIndex(keys, column, value)
	if err != nil {
		return nil, err
	}
	all := [][]byte{first}
	for _, key := range keys.PRFs {
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
