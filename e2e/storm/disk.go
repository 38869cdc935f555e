package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// blobSpace is the size of the file system mounted at the blob folder, if this process may mount one.
const blobSpace = "size=192m,mode=0755"

// makeBlobFolder mounts a small file system at the blob folder, or creates a plain folder if this process may not
// mount.
func (in *installation) makeBlobFolder() error {
	in.blobs = filepath.Join(in.folder, "blobs")
	if err := os.Mkdir(in.blobs, 0o755); err != nil {
		return err
	}
	in.mounted = syscall.Mount("tuoyu-storm", in.blobs, "tmpfs", 0, blobSpace) == nil
	return nil
}

// fillDisk fills the file system of the blob folder for a while. If the folder has no file system of its own, it
// removes the folder instead, which makes writing fail as well.
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
		_, _ = f.Write(chunk[:4096]) // takes the space that others have freed
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("fill the blob folder: %w", err)
	}
	return errors.Join(f.Close(), os.Remove(filler))
}

// loseDisk replaces the blob folder with a file for a while.
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
