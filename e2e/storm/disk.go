package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// blobSpace is the size of the file system that the blob folder has to itself, where one may be mounted.
const blobSpace = "size=192m,mode=0755"

// makeBlobFolder makes the blob folder a small file system of its own, or a plain folder where this process may mount none.
func (in *installation) makeBlobFolder() error {
	in.blobs = filepath.Join(in.folder, "blobs")
	if err := os.Mkdir(in.blobs, 0o755); err != nil {
		return err
	}
	in.mounted = syscall.Mount("tuoyu-storm", in.blobs, "tmpfs", 0, blobSpace) == nil
	return nil
}

// fillDisk leaves no room in the blob folder for a while. Where the folder has no file system of its own, it takes the folder
// away instead: writing fails as well.
func (in *installation) fillDisk(d time.Duration) error {
	if !in.mounted {
		return in.loseDisk(d)
	}
	filler := filepath.Join(in.blobs, "filler")
	f, err := os.Create(filler)
	if err != nil {
		return err
	}
	chunk := make([]byte, 1<<20)
	for err == nil {
		_, err = f.Write(chunk)
	}
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		_, _ = f.Write(chunk[:4096]) // takes what others have let go of
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("fill the blob folder: %w", err)
	}
	return errors.Join(f.Close(), os.Remove(filler))
}

// loseDisk puts a file where the blob folder was.
func (in *installation) loseDisk(d time.Duration) error {
	away := in.blobs + ".away"
	if err := os.Rename(in.blobs, away); err != nil {
		return err
	}
	if err := os.WriteFile(in.blobs, nil, 0o600); err != nil {
		return err
	}
	time.Sleep(d)
	return errors.Join(os.Remove(in.blobs), os.Rename(away, in.blobs))
}
