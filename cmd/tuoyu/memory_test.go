package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMemoryIsLimitedBySettingOrCgroup(t *testing.T) {
	for name, c := range map[string]struct {
		set         int64
		environment string
		file, limit string
		want        int64
	}{
		"set":                        {set: 512 << 20, file: "memory.max", limit: "1073741824\n", want: 512 << 20},
		"cgroup of version 2":        {file: "memory.max", limit: "1073741824\n", want: 1 << 30 / 5 * 4},
		"cgroup of version 1":        {file: "memory/memory.limit_in_bytes", limit: "1073741824\n", want: 1 << 30 / 5 * 4},
		"cgroup without limit":       {file: "memory.max", limit: "max\n"},
		"version 1 without limit":    {file: "memory/memory.limit_in_bytes", limit: "9223372036854771712\n"},
		"no cgroup":                  {file: "other", limit: "1\n"},
		"named by the runtime's own": {set: 512 << 20, environment: "100MiB", file: "memory.max", limit: "1073741824\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, c.file)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(c.limit), 0o600); err != nil {
				t.Fatal(err)
			}
			var got int64
			limitMemory(c.set, c.environment, dir, func(n int64) int64 { got = n; return 0 })
			if got != c.want {
				t.Errorf("limit %d, want %d", got, c.want)
			}
		})
	}
}
