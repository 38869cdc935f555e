package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor time in Linux (USER_HZ).
const tick = 10 * time.Millisecond

// use is the resource use of a group of processes: processor time so far, and memory as proportional set size, in which
// a shared page counts once.
type use struct {
	processor time.Duration
	memory    int64 // bytes
}

// usage is the use of each part of the system: serve, worker, Postgres, Chromium, devstack (Temporal and the rest of it).
type usage map[string]use

var groups = []string{"serve", "worker", "devstack", "Postgres", "Chromium", "bench"}

// usageNow measures every process below devstack. Memory takes milliseconds for each process, so it is optional.
func usageNow(memory bool) (usage, error) {
	found, err := runningProcesses()
	if err != nil {
		return nil, err
	}
	top, err := devstackAbove(found, os.Getpid())
	if err != nil {
		return nil, err
	}
	u := usage{}
	for pid, p := range found {
		if !below(found, pid, top) {
			continue
		}
		name := group(p, pid == os.Getpid())
		so := u[name]
		so.processor += p.processor
		if memory {
			size, err := proportional(pid)
			if errors.Is(err, os.ErrNotExist) {
				continue // it ended in the meantime
			}
			if err != nil {
				return nil, err
			}
			so.memory += size
		}
		u[name] = so
	}
	return u, nil
}

// spent returns the processor time of each group since an earlier measurement.
func (u usage) spent(since usage) map[string]time.Duration {
	times := map[string]time.Duration{}
	for name, now := range u {
		times[name] = now.processor - since[name].processor
	}
	return times
}

// proc is one process as described in /proc.
type proc struct {
	parent    int
	name      string
	arguments []string
	processor time.Duration // of the process and of its children that have ended
}

func runningProcesses() (map[int]proc, error) {
	entries, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	found := map[int]proc{}
	for _, entry := range entries {
		pid, err := strconv.Atoi(filepath.Base(entry))
		if err != nil {
			continue
		}
		stat, err := os.ReadFile(filepath.Join(entry, "stat"))
		if err != nil {
			continue // it ended in the meantime
		}
		arguments, err := os.ReadFile(filepath.Join(entry, "cmdline"))
		if err != nil {
			continue
		}
		p, err := parseStat(string(stat))
		if err != nil {
			return nil, fmt.Errorf("process %d: %w", pid, err)
		}
		p.arguments = strings.Split(strings.TrimRight(string(arguments), "\x00"), "\x00")
		found[pid] = p
	}
	return found, nil
}

// parseStat parses a line of proc(5) stat: "pid (name) state ppid …", with utime, stime, cutime, cstime as fields 14 to
// 17.
func parseStat(line string) (proc, error) {
	open, end := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')')
	if open < 0 || end < open {
		return proc{}, fmt.Errorf("stat %q has no name", line)
	}
	fields := strings.Fields(line[end+1:])
	if len(fields) < 15 {
		return proc{}, fmt.Errorf("stat %q is short", line)
	}
	p := proc{name: line[open+1 : end]}
	var err error
	if p.parent, err = strconv.Atoi(fields[1]); err != nil {
		return p, err
	}
	for _, text := range fields[11:15] {
		ticks, err := strconv.Atoi(text)
		if err != nil {
			return p, err
		}
		p.processor += time.Duration(ticks) * tick
	}
	return p, nil
}

func devstackAbove(found map[int]proc, pid int) (int, error) {
	for pid > 1 {
		if found[pid].name == "devstack" {
			return pid, nil
		}
		pid = found[pid].parent
	}
	return 0, errors.New("bench does not run inside devstack")
}

func below(found map[int]proc, pid, top int) bool {
	for pid > 1 {
		if pid == top {
			return true
		}
		pid = found[pid].parent
	}
	return false
}

func group(p proc, self bool) string {
	command := ""
	if len(p.arguments) > 1 {
		command = p.arguments[1]
	}
	switch {
	case self:
		return "bench"
	case p.name == "tuoyu" && command == "serve":
		return "serve"
	case p.name == "tuoyu" && command == "worker", command == casesWorker:
		return "worker"
	case strings.HasPrefix(p.name, "postgres"):
		return "Postgres"
	case strings.HasPrefix(p.name, "chrom"), slices.ContainsFunc(p.arguments[:1], func(a string) bool { return strings.Contains(a, "chrom") }):
		return "Chromium"
	}
	return "devstack"
}

// proportional returns the proportional set size of a process in bytes.
func proportional(pid int) (int64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		if strings.Contains(err.Error(), "no such process") {
			return 0, os.ErrNotExist
		}
		return 0, fmt.Errorf("memory of process %d: %w", pid, err)
	}
	for line := range strings.Lines(string(raw)) {
		if text, ok := strings.CutPrefix(line, "Pss:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(text), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, os.ErrNotExist // a process that is ending has no memory
}
