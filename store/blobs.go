package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// ErrTooLarge is the error for a blob that exceeds the limit of its store.
var ErrTooLarge = errors.New("blob is too large")

// storageFault wraps err with the operation on the folder. It wraps ErrStorage if a file or the folder itself cannot be
// used, and not if reading the source or writing the destination fails.
func storageFault(doing string, err error) error {
	var file *fs.PathError
	var link *os.LinkError
	if errors.As(err, &file) || errors.As(err, &link) {
		return fmt.Errorf("%s: %w: %w", doing, ErrStorage, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// Blob identifies stored content: its SHA-256 in hex, which is its name, and its size in bytes.
type Blob struct {
	SHA256 string
	Size   int64
}

// Blobs stores content under its own hash. The same content is stored once and never changed. An error wraps ErrStorage
// if the folder is full, read-only or unavailable.
type Blobs interface {
	// Put stores all of r. For content over the store's limit it returns ErrTooLarge and stores nothing.
	Put(ctx context.Context, r io.Reader) (Blob, error)
	// Write stores everything that write writes, without a limit. If write returns an error, nothing is stored.
	Write(ctx context.Context, write func(io.Writer) error) (Blob, error)
	// Open opens the content stored under the hash; fs.ErrNotExist if there is none.
	Open(ctx context.Context, sha256 string) (io.ReadCloser, error)
	// Spool copies all of r to an unnamed temporary file, which is deleted when it is closed or the process ends. It
	// returns ErrTooLarge for content over the store's limit.
	Spool(ctx context.Context, r io.Reader) (*Spool, error)
	// Remove deletes the content stored under the hash, if any.
	Remove(ctx context.Context, sha256 string) error
	// Claim marks the store as that of a database. It returns ErrOtherStore if the store is marked as another's.
	Claim(ctx context.Context, mark string) error
	// Collect deletes content older than before whose hash is not among the results of used, which it calls with a
	// batch of hashes at a time, and the remains of interrupted writes. It returns the number of deleted files.
	Collect(ctx context.Context, before time.Time, used func([]string) ([]string, error)) (int, error)
}

// ErrOtherStore is the error for a store of blobs that belongs to another database.
var ErrOtherStore = errors.New("the folder of files belongs to another database")

// Spool is content being received, which can be read repeatedly.
type Spool struct {
	*os.File
	Size int64
}

// DiskBlobs stores blobs as files below a folder, in one level of subfolders.
type DiskBlobs struct {
	dir   string
	limit int64
}

// NewDiskBlobs returns a store below dir, which it creates, for blobs of at most limit bytes.
func NewDiskBlobs(dir string, limit int64) (*DiskBlobs, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make blob folder: %w", err)
	}
	return &DiskBlobs{dir: dir, limit: limit}, nil
}

// Put implements Blobs.
func (b *DiskBlobs) Put(ctx context.Context, r io.Reader) (Blob, error) {
	return b.Write(ctx, func(w io.Writer) error { return b.copy(w, r) })
}

// copy copies all of r to w; it returns ErrTooLarge if r exceeds the limit.
func (b *DiskBlobs) copy(w io.Writer, r io.Reader) error {
	size, err := io.Copy(w, io.LimitReader(r, b.limit+1))
	if err == nil && size > b.limit {
		return ErrTooLarge
	}
	return err
}

// incoming is the prefix of the names of incomplete files.
const incoming = "incoming-"

// Write implements Blobs. It writes to a temporary file first, so that a file under a hash is always complete.
func (b *DiskBlobs) Write(ctx context.Context, write func(io.Writer) error) (Blob, error) {
	tmp, err := os.CreateTemp(b.dir, incoming+"*")
	if err != nil {
		return Blob{}, storageFault("open incoming blob", err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	sum := sha256.New()
	if err := write(io.MultiWriter(tmp, sum)); err != nil {
		return Blob{}, storageFault("write blob", err)
	}
	if ctx.Err() != nil {
		return Blob{}, fmt.Errorf("write blob: %w", ctx.Err())
	}
	size, err := tmp.Seek(0, io.SeekCurrent)
	if err := errors.Join(err, tmp.Sync()); err != nil {
		return Blob{}, storageFault("sync blob", err)
	}
	kept := Blob{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: size}
	path := b.path(kept.SHA256)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return Blob{}, storageFault("make blob folder", err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return Blob{}, storageFault("keep blob", err)
	}
	return kept, nil
}

// Spool implements Blobs. The result is positioned at its beginning.
func (b *DiskBlobs) Spool(ctx context.Context, r io.Reader) (*Spool, error) {
	tmp, err := os.CreateTemp(b.dir, incoming+"*")
	if err != nil {
		return nil, storageFault("open spool", err)
	}
	s := &Spool{File: tmp}
	err = os.Remove(tmp.Name()) // the open file remains readable
	if err == nil {
		err = b.copy(tmp, r)
	}
	if err == nil {
		s.Size, err = tmp.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		_, err = tmp.Seek(0, io.SeekStart)
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		return nil, errors.Join(storageFault("spool", err), tmp.Close())
	}
	return s, nil
}

// Remove implements Blobs.
func (b *DiskBlobs) Remove(_ context.Context, sha256 string) error {
	if !hexHash.MatchString(sha256) {
		return nil
	}
	if err := os.Remove(b.path(sha256)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return storageFault("remove blob", err)
	}
	return nil
}

// nearlyFull is the free space in bytes below which, if it is also less than a tenth of the file system, the folder is
// reported as nearly full.
const nearlyFull = 1 << 30

// Ready returns nil if a file can be created in the folder and deleted again and there is enough free space. The error
// wraps ErrStorage.
func (b *DiskBlobs) Ready() error {
	tmp, err := os.CreateTemp(b.dir, incoming+"*")
	if err == nil {
		_, err = tmp.WriteString("ready")
		err = errors.Join(err, tmp.Close(), os.Remove(tmp.Name()))
	}
	if err != nil {
		return storageFault("write to blob folder", err)
	}
	if free, all, err := b.Room(); err == nil && free < nearlyFull && free < all/10 {
		return fmt.Errorf("%w: %d MiB of %d MiB are free", ErrStorage, free>>20, all>>20)
	}
	return nil
}

// Room returns the free and the total bytes of the folder's file system.
func (b *DiskBlobs) Room() (free, all uint64, err error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(b.dir, &disk); err != nil {
		return 0, 0, storageFault("measure blob folder", err)
	}
	size := uint64(disk.Bsize)
	return disk.Bavail * size, disk.Blocks * size, nil
}

// Claim implements Blobs. It stores the mark in a file of the folder.
func (b *DiskBlobs) Claim(_ context.Context, mark string) error {
	path := filepath.Join(b.dir, "database")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err == nil {
		_, err = f.WriteString(mark)
		return errors.Join(err, f.Sync(), f.Close())
	}
	if !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("mark blob folder: %w", err)
	}
	was, err := os.ReadFile(path)
	if err == nil && string(was) != mark {
		err = ErrOtherStore
	}
	if err != nil {
		return fmt.Errorf("read mark of blob folder: %w", err)
	}
	return nil
}

// collectAtOnce is the number of hashes of a batch.
const collectAtOnce = 500

// Collect implements Blobs in one pass over the folder.
func (b *DiskBlobs) Collect(ctx context.Context, before time.Time, used func([]string) ([]string, error)) (removed int, err error) {
	var old []string
	sweep := func() error {
		if len(old) == 0 {
			return nil
		}
		keep, err := used(old)
		if err != nil {
			return err
		}
		for _, name := range old {
			if slices.Contains(keep, name) || !olderThan(b.path(name), before) { // stored again in the meantime
				continue
			}
			if err := b.Remove(ctx, name); err != nil {
				return err
			}
			removed++
		}
		old = old[:0]
		return nil
	}
	err = filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // deleted in the meantime
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() || !olderThan(path, before):
			return nil
		case strings.HasPrefix(d.Name(), incoming):
			removed++
			if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		case hexHash.MatchString(d.Name()):
			if old = append(old, d.Name()); len(old) == collectAtOnce {
				return sweep()
			}
		}
		return nil
	})
	if err == nil {
		err = sweep()
	}
	if err != nil {
		return removed, fmt.Errorf("collect blobs: %w", err)
	}
	return removed, nil
}

func olderThan(path string, moment time.Time) bool {
	info, err := os.Stat(path)
	return err == nil && info.ModTime().Before(moment)
}

var hexHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Open implements Blobs.
func (b *DiskBlobs) Open(_ context.Context, sha256 string) (io.ReadCloser, error) {
	if !hexHash.MatchString(sha256) {
		return nil, fmt.Errorf("open blob: %w", os.ErrNotExist)
	}
	f, err := os.Open(b.path(sha256))
	if errors.Is(err, fs.ErrNotExist) {
		if _, away := os.Stat(b.dir); away == nil {
			return nil, fmt.Errorf("open blob: %w", err)
		}
	}
	if err != nil {
		return nil, storageFault("open blob", err)
	}
	return f, nil
}

func (b *DiskBlobs) path(sha256 string) string { return filepath.Join(b.dir, sha256[:2], sha256) }
