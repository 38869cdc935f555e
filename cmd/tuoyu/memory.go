package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// limitMemory sets the memory that the process tries to stay below: what is set, or four fifths of the limit of its cgroup.
// Given an environment that names a limit for the runtime, and without any limit, it sets nothing. The rest is for what the
// garbage collector does not count.
func limitMemory(set int64, environment, cgroup string, apply func(int64) int64) {
	if environment != "" {
		return
	}
	if set <= 0 {
		set = cgroupLimit(cgroup) / 5 * 4
	}
	if set > 0 {
		apply(set)
		slog.Info("memory limited", "mib", set>>20)
	}
}

// cgroupLimit returns the limit of memory of the cgroup that is mounted at dir, in version 2 or 1; 0 when there is none.
func cgroupLimit(dir string) int64 {
	for _, name := range []string{"memory.max", "memory/memory.limit_in_bytes"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		limit, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
		if err != nil || limit <= 0 || limit >= 1<<60 { // "max", or what version 1 has for it
			return 0
		}
		return limit
	}
	return 0
}
