package published

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// The bounds of an archive.
const (
	maxFiles   = 300
	maxContent = 16 << 20
)

// ErrArchive is wrapped by the errors of an archive that cannot be read, whose texts are in Chinese for the person who uploads it.
var ErrArchive = errors.New("压缩包不能使用")

// Pack returns the files of a folder as an archive, the same bytes for the same files, with its identifier.
func Pack(fsys fs.FS) (archive []byte, id string, err error) {
	files, err := list(fsys)
	if err != nil {
		return nil, "", err
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	h := sha256.New()
	for _, name := range files {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, "", fmt.Errorf("read %s: %w", name, err)
		}
		fmt.Fprintf(h, "%d %s %d\n", len(name), name, len(raw))
		h.Write(raw)
		entry, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = entry.Write(raw)
		}
		if err != nil {
			return nil, "", fmt.Errorf("pack %s: %w", name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", fmt.Errorf("pack: %w", err)
	}
	return out.Bytes(), hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// list returns the names of the files of a procedure, sorted, without hidden ones. Errors wrap ErrArchive.
func list(fsys fs.FS) (files []string, err error) {
	var size int64
	err = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(path.Base(name), ".") && name != "." || strings.HasPrefix(name, "__MACOSX") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		size += info.Size()
		files = append(files, name)
		if len(files) > maxFiles || size > maxContent {
			return fmt.Errorf("%w：文件不能超过 %d 个、%d MB", ErrArchive, maxFiles, maxContent>>20)
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrArchive) {
		err = fmt.Errorf("%w：%w", ErrArchive, err)
	}
	slices.Sort(files)
	return files, err
}

// Unpack returns the files of an archive. A single folder around them is removed. Errors wrap ErrArchive.
func Unpack(archive []byte) (fs.FS, error) {
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("%w：不是 zip 文件", ErrArchive)
	}
	if _, err := list(r); err != nil {
		return nil, err
	}
	if _, err := fs.Stat(r, "procedure.yaml"); err == nil {
		return r, nil
	}
	inside, err := fs.Glob(r, "*/procedure.yaml")
	if err != nil || len(inside) != 1 {
		return nil, fmt.Errorf("%w：里面没有 procedure.yaml", ErrArchive)
	}
	return fs.Sub(r, path.Dir(inside[0]))
}
