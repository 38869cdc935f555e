package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// osUser is the operating system's account that runs Postgres, which refuses to run as root.
type osUser struct {
	name string
	cred *syscall.Credential // nil: the account of this process
}

// postgresUser returns the account that runs Postgres: that of this process or, if it is root, `postgres`, else
// `nobody`.
func postgresUser() (*osUser, error) {
	if os.Geteuid() != 0 {
		name := strconv.Itoa(os.Geteuid())
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
		return &osUser{name: name}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("read user %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("read user %s: %w", name, err)
		}
		return &osUser{name: name, cred: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return nil, errors.New("as root, Postgres needs another user to run as, and there is neither postgres nor nobody")
}

// canWriteBelow reports whether the account can use a directory of its own below dir. It tries, since every directory
// on the path must be accessible.
func (u *osUser) canWriteBelow(dir string) bool {
	if u.cred == nil {
		return true
	}
	probe, err := os.MkdirTemp(dir, ".probe-")
	if err != nil {
		return false
	}
	defer os.RemoveAll(probe)
	if u.own(probe) != nil {
		return false
	}
	cmd := exec.Command("/bin/sh", "-c", `cd "$0" && : >probe`, probe)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: u.cred}
	return cmd.Run() == nil
}

// own changes the owner of a file or directory to the account.
func (u *osUser) own(path string) error {
	if u.cred == nil {
		return nil
	}
	if err := os.Chown(path, int(u.cred.Uid), int(u.cred.Gid)); err != nil {
		return fmt.Errorf("hand %s to user %s: %w", path, u.name, err)
	}
	return nil
}
