package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	// markerFile marks a directory as a state directory: no other directory is ever wiped. It contains the passwords.
	markerFile = "devstack.json"
	lockFile   = "lock"
)

// state is the directory that persists between runs: the database, keys, passwords and logs.
type state struct {
	dir     string
	memory  string // the directory of the database, where it is held in memory
	secrets secrets
	lock    *os.File
}

// secrets are generated once per state directory.
type secrets struct {
	Admin    string `json:"admin"`
	Owner    string `json:"owner"`
	App      string `json:"app"`
	Temporal string `json:"temporal"`
}

// openState locks the state directory for this process, creating it, or wiping it if fresh is set. If the account that
// runs Postgres cannot access dir, a directory below the system's temporary one, keyed by the path, is used instead,
// and note is called. It returns an error if another devstack holds the directory, or if asked to wipe a directory that
// it did not create.
func openState(dir string, fresh bool, runner *osUser, note func(string)) (*state, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find state directory: %w", err)
	}
	if err := makeStateDir(dir); err != nil {
		return nil, err
	}
	if !runner.canWriteBelow(dir) {
		sum := sha256.Sum256([]byte(dir))
		fallback := filepath.Join(os.TempDir(), "tuoyu-devstack-"+hex.EncodeToString(sum[:6]))
		if err := makeStateDir(fallback); err != nil {
			return nil, err
		}
		if !runner.canWriteBelow(fallback) {
			return nil, fmt.Errorf("user %s can reach neither %s nor %s: choose a directory with --state", runner.name, dir, fallback)
		}
		note(fmt.Sprintf("state is in %s, because user %s cannot reach %s", fallback, runner.name, dir))
		dir = fallback
	}
	s := &state{dir: dir}
	if err := s.acquire(); err != nil {
		return nil, err
	}
	if fresh {
		if err := s.wipe(); err != nil {
			s.close()
			return nil, err
		}
	}
	if err := s.loadSecrets(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// sharedMemory is where Linux mounts a file system in memory, and memoryNeeded what must be free in it, in bytes, for the databases
// of a run of all tests.
const (
	sharedMemory = "/dev/shm"
	memoryNeeded = 3 << 30
)

// database returns the directory of the database.
func (s *state) database() string {
	if s.memory != "" {
		return filepath.Join(s.memory, "postgres")
	}
	return s.path("postgres")
}

// keepInMemory has the database held in memory until dropMemory, unless there is too little of it. What a killed run of this state
// left there is dropped.
func (s *state) keepInMemory() error {
	if !enoughMemory() {
		return nil
	}
	s.memory = memoryOf(s.dir)
	if err := endLeftoverPostgres(s.database()); err != nil {
		return err
	}
	if err := s.dropMemory(); err != nil {
		return err
	}
	return makeStateDir(s.memory)
}

// memoryOf returns the folder in memory for the database of a state directory.
func memoryOf(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(sharedMemory, "tuoyu-devstack-"+hex.EncodeToString(sum[:6]))
}

func enoughMemory() bool {
	var found unix.Statfs_t
	return unix.Statfs(sharedMemory, &found) == nil && found.Type == unix.TMPFS_MAGIC && found.Bavail*uint64(found.Bsize) >= memoryNeeded
}

// dropMemory removes what keepInMemory keeps.
func (s *state) dropMemory() error {
	if s.memory == "" {
		return nil
	}
	if err := os.RemoveAll(s.memory); err != nil {
		return fmt.Errorf("drop the database in memory: %w", err)
	}
	return nil
}

func makeStateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make state directory: %w", err)
	}
	return nil
}

// path returns the path of a file of the state directory.
func (s *state) path(name string) string { return stateFile(s.dir, name) }

func stateFile(dir, name string) string { return filepath.Join(dir, name) }

// acquire locks the directory. The kernel releases the lock when this process ends, however it ends.
func (s *state) acquire() error {
	f, err := os.OpenFile(s.path(lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open state lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(f.Name())
		f.Close()
		return fmt.Errorf("state directory %s is held by another devstack (process %s): stop it, or choose another with --state", s.dir, holder)
	}
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("write state lock: %w", err)
	}
	if _, err := fmt.Fprintf(f, "%d", os.Getpid()); err != nil {
		return fmt.Errorf("write state lock: %w", err)
	}
	s.lock = f
	return nil
}

func (s *state) close() { s.lock.Close() }

// wipe empties the directory except for the lock. It returns an error for a directory without the marker unless it is
// empty, so that a mistyped --state never deletes other files.
func (s *state) wipe() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("read state directory: %w", err)
	}
	if _, err := os.Stat(s.path(markerFile)); errors.Is(err, fs.ErrNotExist) && len(entries) > 1 {
		return fmt.Errorf("%s is not a devstack state directory: not wiping it", s.dir)
	}
	if err := endLeftoverPostgres(s.path("postgres")); err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == lockFile {
			continue
		}
		if err := os.RemoveAll(s.path(e.Name())); err != nil {
			return fmt.Errorf("wipe state: %w", err)
		}
	}
	return nil
}

func (s *state) loadSecrets() error {
	raw, err := os.ReadFile(s.path(markerFile))
	if errors.Is(err, fs.ErrNotExist) {
		s.secrets = secrets{Admin: rand.Text(), Owner: rand.Text(), App: rand.Text(), Temporal: rand.Text()}
		raw, err = json.MarshalIndent(s.secrets, "", "  ")
		if err != nil {
			return fmt.Errorf("write passwords: %w", err)
		}
		if err := os.WriteFile(s.path(markerFile), raw, 0o600); err != nil {
			return fmt.Errorf("write passwords: %w", err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read passwords: %w", err)
	}
	if err := json.Unmarshal(raw, &s.secrets); err != nil {
		return fmt.Errorf("read passwords from %s: %w", s.path(markerFile), err)
	}
	return nil
}
