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

// indexBytes is the length of a blind index.
const indexBytes = 32

// Cell identifies where a sealed value is stored. It is bound into the ciphertext as associated data, so a value moved
// to another row or column does not decrypt.
type Cell struct{ Table, Column, Row string }

func (c Cell) bytes() []byte {
	return []byte("field\x00" + c.Table + "\x00" + c.Column + "\x00" + c.Row)
}

// Fields encrypts single values of the database, and finds equal ones by an index of keyed hashes. It is safe for
// concurrent use.
type Fields struct{ keys *Keyset }

// NewFields returns a Fields that uses the keys of a keyset. It returns ErrNoIndexKey for a keyset without an index
// key, which "tuoyu keys rotate" adds.
func NewFields(keys *Keyset) (*Fields, error) {
	if keys.now.Load().index == nil {
		return nil, ErrNoIndexKey
	}
	return &Fields{keys}, nil
}

// Primary reports whether a value was sealed with the primary key, so that rotation can skip it.
func (f *Fields) Primary(sealed []byte) bool { return bytes.HasPrefix(sealed, f.PrimaryMark()) }

// PrimaryMark returns the prefix of every value sealed with the primary key: tink's version byte, 1, and the key's ID.
func (f *Fields) PrimaryMark() []byte {
	return Mark(f.keys.now.Load().handle.KeysetInfo().GetPrimaryKeyId())
}

// Mark returns the prefix of every value sealed with the key of an ID.
func Mark(id uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{cryptofmt.TinkStartByte}, id)
}

// ErrNoIndexKey is the error for a keyset that was created before fields were sealed.
var ErrNoIndexKey = errors.New("the keyset has no index key: run tuoyu keys rotate")

// Seal encrypts a value for its cell with the primary key.
func (f *Fields) Seal(plain []byte, at Cell) ([]byte, error) {
	sealed, err := f.keys.now.Load().aead.Encrypt(plain, at.bytes())
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", at.Table, at.Column, err)
	}
	return sealed, nil
}

// Open decrypts a value that Seal returned for the same cell; an empty value decrypts to an empty one. The error wraps
// ErrNoKey.
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

// Index returns the blind index 盲索引 of a value by the primary index key: equal values of a column have equal indexes,
// and nobody without the key can compute one.
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

// Indexes returns the blind index of a value by every index key, the primary first, so that values indexed before a
// rotation are found as well.
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
