package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
)

// ErrTooLarge says that a blob is larger than its store takes.
var ErrTooLarge = errors.New("blob is too large")

// Blob is what was kept: its content's SHA-256 in hex, which is its name, and its size in bytes.
type Blob struct {
	SHA256 string
	Size   int64
}

// Blobs keeps content under its own hash. The same content is kept once; nothing kept is ever changed.
type Blobs interface {
	// Put keeps all of r. Content over the store's limit gives ErrTooLarge and leaves nothing behind.
	Put(ctx context.Context, r io.Reader) (Blob, error)
	// Open reads what was kept under the hash; fs.ErrNotExist when nothing was.
	Open(ctx context.Context, sha256 string) (io.ReadCloser, error)
}

// DiskBlobs keeps blobs as files below a folder, in one level of subfolders.
type DiskBlobs struct {
	dir   string
	limit int64
}

// NewDiskBlobs gives a store below dir, which it creates, for blobs of at most limit bytes.
func NewDiskBlobs(dir string, limit int64) (*DiskBlobs, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make blob folder: %w", err)
	}
	return &DiskBlobs{dir: dir, limit: limit}, nil
}

// Put writes to a temporary file first, so that a file under a hash is always whole.
func (b *DiskBlobs) Put(ctx context.Context, r io.Reader) (Blob, error) {
	tmp, err := os.CreateTemp(b.dir, "incoming-*")
	if err != nil {
		return Blob{}, fmt.Errorf("open incoming blob: %w", err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(tmp, sum), io.LimitReader(r, b.limit+1))
	switch {
	case err != nil:
		return Blob{}, fmt.Errorf("write blob: %w", err)
	case size > b.limit:
		return Blob{}, ErrTooLarge
	case ctx.Err() != nil:
		return Blob{}, fmt.Errorf("write blob: %w", ctx.Err())
	}
	kept := Blob{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: size}
	if err := tmp.Sync(); err != nil {
		return Blob{}, fmt.Errorf("sync blob: %w", err)
	}
	path := b.path(kept.SHA256)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return Blob{}, fmt.Errorf("make blob folder: %w", err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return Blob{}, fmt.Errorf("keep blob: %w", err)
	}
	return kept, nil
}

var hexHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Open gives the content kept under the hash.
func (b *DiskBlobs) Open(_ context.Context, sha256 string) (io.ReadCloser, error) {
	if !hexHash.MatchString(sha256) {
		return nil, fmt.Errorf("open blob: %w", os.ErrNotExist)
	}
	f, err := os.Open(b.path(sha256))
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	return f, nil
}

func (b *DiskBlobs) path(sha256 string) string { return filepath.Join(b.dir, sha256[:2], sha256) }
