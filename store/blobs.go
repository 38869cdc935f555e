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

// ErrTooLarge says that a blob is larger than its store takes.
var ErrTooLarge = errors.New("blob is too large")

// storageFault returns err as that of doing something with the folder. It wraps ErrStorage where a file or the folder itself is
// refused, and not where what is read or written into it fails.
func storageFault(doing string, err error) error {
	var file *fs.PathError
	var link *os.LinkError
	if errors.As(err, &file) || errors.As(err, &link) {
		return fmt.Errorf("%s: %w: %w", doing, ErrStorage, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// Blob is what was kept: its content's SHA-256 in hex, which is its name, and its size in bytes.
type Blob struct {
	SHA256 string
	Size   int64
}

// Blobs keeps content under its own hash. The same content is kept once; nothing kept is ever changed. An error wraps ErrStorage
// when the folder is full, read-only or away.
type Blobs interface {
	// Put keeps all of r. Content over the store's limit gives ErrTooLarge and leaves nothing behind.
	Put(ctx context.Context, r io.Reader) (Blob, error)
	// Write keeps all that write writes, whatever its length. An error of write leaves nothing behind.
	Write(ctx context.Context, write func(io.Writer) error) (Blob, error)
	// Open reads what was kept under the hash; fs.ErrNotExist when nothing was.
	Open(ctx context.Context, sha256 string) (io.ReadCloser, error)
	// Spool holds all of r in a file without a name, which is gone when it is closed or the process ends. Content over the
	// store's limit gives ErrTooLarge.
	Spool(ctx context.Context, r io.Reader) (*Spool, error)
	// Remove removes what was kept under the hash, if anything was.
	Remove(ctx context.Context, sha256 string) error
	// Claim marks the store as that of a database. One that is marked as another's gives ErrOtherStore.
	Claim(ctx context.Context, mark string) error
	// Collect removes what is older than a moment and that used does not return, asking it of many hashes at a time, and what
	// an interrupted Put left. It reports how many files it removed.
	Collect(ctx context.Context, before time.Time, used func([]string) ([]string, error)) (int, error)
}

// ErrOtherStore reports that a store of blobs belongs to another database.
var ErrOtherStore = errors.New("the folder of files belongs to another database")

// Spool is content on its way in, to be read as often as needed.
type Spool struct {
	*os.File
	Size int64
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

// Put keeps all of r under its hash.
func (b *DiskBlobs) Put(ctx context.Context, r io.Reader) (Blob, error) {
	return b.Write(ctx, func(w io.Writer) error { return b.copy(w, r) })
}

// copy copies all of r; over the limit it returns ErrTooLarge.
func (b *DiskBlobs) copy(w io.Writer, r io.Reader) error {
	size, err := io.Copy(w, io.LimitReader(r, b.limit+1))
	if err == nil && size > b.limit {
		return ErrTooLarge
	}
	return err
}

// incoming is how the name begins of what is not whole yet.
const incoming = "incoming-"

// Write writes to a temporary file first, so that a file under a hash is always whole.
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

// Spool holds all of r, read from its beginning.
func (b *DiskBlobs) Spool(ctx context.Context, r io.Reader) (*Spool, error) {
	tmp, err := os.CreateTemp(b.dir, incoming+"*")
	if err != nil {
		return nil, storageFault("open spool", err)
	}
	s := &Spool{File: tmp}
	err = os.Remove(tmp.Name()) // what is open stays
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

// Remove removes the file under the hash.
func (b *DiskBlobs) Remove(_ context.Context, sha256 string) error {
	if !hexHash.MatchString(sha256) {
		return nil
	}
	if err := os.Remove(b.path(sha256)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return storageFault("remove blob", err)
	}
	return nil
}

// nearlyFull is how much room there must be, or a tenth of all there is: below both, uploads and papers will soon not be taken.
const nearlyFull = 1 << 30

// Ready reports nil when a file can be written to the folder and removed again and there is room for more. The error wraps
// ErrStorage.
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

// Room returns how many bytes are free in the file system of the folder, of how many.
func (b *DiskBlobs) Room() (free, all uint64, err error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(b.dir, &disk); err != nil {
		return 0, 0, storageFault("measure blob folder", err)
	}
	size := uint64(disk.Bsize)
	return disk.Bavail * size, disk.Blocks * size, nil
}

// Claim keeps the mark in a file of the folder.
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

// collectAtOnce is how many hashes are asked about at a time.
const collectAtOnce = 500

// Collect goes over the folder once.
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
			if slices.Contains(keep, name) || !olderThan(b.path(name), before) { // put again meanwhile
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
			return nil // gone meanwhile
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

// Open gives the content kept under the hash.
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
