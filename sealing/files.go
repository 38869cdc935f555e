package sealing

import (
	"crypto/rand"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

const (
	fileKeyBytes = 32       // AES-256
	fileSegment  = 64 << 10 // bytes of ciphertext that are held in memory at a time
)

// SealFile returns a writer that encrypts a file into w, and the file's own key, sealed with the primary key for the
// cell that stores it. The file is complete once the writer is closed. Writing takes constant memory whatever the
// length. A rotation reseals the key and does not rewrite the file.
func (f *Fields) SealFile(w io.Writer, at Cell) (io.WriteCloser, []byte, error) {
	plain := make([]byte, fileKeyBytes)
	_, _ = rand.Read(plain) // never fails
	key, err := f.Seal(plain, at)
	if err != nil {
		return nil, nil, err
	}
	stream, err := fileCipher(plain)
	if err != nil {
		return nil, nil, fmt.Errorf("seal file: %w", err)
	}
	sealed, err := stream.NewEncryptingWriter(w, at.file())
	if err != nil {
		return nil, nil, fmt.Errorf("seal file: %w", err)
	}
	return sealed, key, nil
}

// OpenFile returns a reader that decrypts a file encrypted by SealFile for the same cell. Its Read returns an error if
// the file was changed, truncated or exchanged. The error wraps ErrNoKey if no key of the keyset decrypts the file's
// key.
func (f *Fields) OpenFile(r io.Reader, key []byte, at Cell) (io.Reader, error) {
	plain, err := f.Open(key, at)
	if err != nil {
		return nil, err
	}
	stream, err := fileCipher(plain)
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	opened, err := stream.NewDecryptingReader(r, at.file())
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return opened, nil
}

// fileCipher returns the cipher of a file, which encrypts in segments: AES-256-GCM under a key derived by HKDF from
// key.
func fileCipher(key []byte) (tink.StreamingAEAD, error) {
	return subtle.NewAESGCMHKDF(key, "SHA256", fileKeyBytes, fileSegment, 0)
}

func (c Cell) file() []byte {
	return []byte("file\x00" + c.Table + "\x00" + c.Column + "\x00" + c.Row)
}
