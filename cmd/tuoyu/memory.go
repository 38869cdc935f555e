package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// limitMemory sets the soft memory limit of the process: the given limit, or four fifths of that of its cgroup; the
// remainder is for memory that the garbage collector does not count. If environment contains a limit for the runtime,
// or if there is no limit at all, it sets nothing.
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

// cgroupLimit returns the memory limit in bytes of the cgroup mounted at dir, in version 2 or 1; 0 if there is none.
func cgroupLimit(dir string) int64 {
	for _, name := range []string{"memory.max", "memory/memory.limit_in_bytes"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		limit, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
		if err != nil || limit <= 0 || limit >= 1<<60 { // "max", or its equivalent in version 1
			return 0
		}
		return limit
	}
	return 0
}
