package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// blow is one injected fault. It returns when the fault is over, and the pause before the next blow of its kind.
type blow struct {
	name   string
	weight int
	rest   time.Duration
	strike func(*storm) error
}

// serviceRest is long enough for a service of devstack to live that its next death counts as the first: see devstack's
// README.
const serviceRest = 9 * time.Second

var blows = []blow{
	{"kill -9 a worker", 6, 0, func(s *storm) error { s.oneWorker().signal(syscall.SIGKILL); return nil }},
	{"kill -9 both workers", 3, 0, func(s *storm) error {
		for _, w := range s.in.workers {
			w.signal(syscall.SIGKILL)
		}
		return nil
	}},
	{"kill -9 serve", 4, 0, func(s *storm) error { s.in.serve.signal(syscall.SIGKILL); return nil }},
	{"kill -9 serve and both workers", 2, 0, func(s *storm) error {
		for _, p := range s.in.processes() {
			p.signal(syscall.SIGKILL)
		}
		return nil
	}},
	{"SIGTERM a worker", 2, 0, func(s *storm) error { s.oneWorker().signal(syscall.SIGTERM); return nil }},
	{"SIGTERM serve", 1, 0, func(s *storm) error { s.in.serve.signal(syscall.SIGTERM); return nil }},
	{"SIGSTOP a worker", 2, 0, func(s *storm) error { s.pause(s.oneWorker()); return nil }},
	{"SIGSTOP serve", 1, 0, func(s *storm) error { s.pause(s.in.serve); return nil }},
	{"kill -9 Postgres", 3, serviceRest, func(s *storm) error { return s.killServices("postgres") }},
	{"kill -9 Temporal", 3, serviceRest, func(s *storm) error { return s.killServices("temporal") }},
	{"kill -9 Postgres and Temporal", 2, serviceRest, func(s *storm) error { return s.killServices("postgres", "temporal") }},
	{"kill -9 the renderer", 1, serviceRest, func(s *storm) error { return s.killServices("renderer") }},
	{"kill -9 the OIDC provider", 1, serviceRest, func(s *storm) error { return s.killServices("oidc") }},
	{"end the sessions of Postgres", 3, 0, (*storm).endSessions},
	{"cut a link", 4, 0, func(s *storm) error { s.oneLink().cutFor(s.between(500, 7000)); return nil }},
	{"reset a link", 3, 0, func(s *storm) error { s.oneLink().resetAll(); return nil }},
	{"stall a link", 3, 0, func(s *storm) error { s.oneLink().stallFor(s.between(3000, 13000)); return nil }},
	{"fill the blob disk", 2, 0, func(s *storm) error { return s.in.fillDisk(s.between(3000, 8000)) }},
	{"take the blob disk away", 1, 0, func(s *storm) error {
		if s.in.mounted {
			return nil // a mount point cannot be moved; filling it has the same effect
		}
		return s.in.loseDisk(s.between(2000, 6000))
	}},
}

func (s *storm) oneWorker() *kept { return s.in.workers[s.random.IntN(len(s.in.workers))] }
func (s *storm) oneLink() *link   { return s.in.links[s.random.IntN(len(s.in.links))] }

// between returns a random duration between two numbers of milliseconds.
func (s *storm) between(low, high int) time.Duration {
	return time.Duration(low+s.random.IntN(high-low)) * time.Millisecond
}

func (s *storm) pause(p *kept) {
	p.signal(syscall.SIGSTOP)
	time.Sleep(s.between(2000, 9000))
	p.signal(syscall.SIGCONT)
}

// killServices kills services of devstack. It skips a service that is being restarted.
func (s *storm) killServices(names ...string) error {
	for _, name := range names {
		raw, err := os.ReadFile(filepath.Join(os.Getenv("DEVSTACK_STATE"), name+".pid"))
		if err != nil {
			return fmt.Errorf("find the process of %s: %w", name, err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
		if err != nil {
			return fmt.Errorf("find the process of %s: %w", name, err)
		}
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may be dead already: devstack restarts it
	}
	return nil
}

func (s *storm) endSessions() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	// Postgres may be down: then its sessions have ended anyway.
	_, _ = s.in.db.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1`,
		[]string{"tuoyu_app", "temporal"}[s.random.IntN(2)])
	return nil
}

// strike injects faults one after another until ctx ends, and waits until the last one is over.
func (s *storm) strike(ctx context.Context) error {
	total := 0
	for _, b := range blows {
		total += b.weight
	}
	allowed := map[time.Duration]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(s.between(100, 1800)):
		}
		n := s.random.IntN(total)
		i := slices.IndexFunc(blows, func(b blow) bool { n -= b.weight; return n < 0 })
		b := blows[i]
		if b.rest > 0 && time.Now().Before(allowed[b.rest]) {
			continue
		}
		s.dealt[b.name]++
		s.note("blow: %s", b.name)
		if err := b.strike(s); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		if b.rest > 0 {
			allowed[b.rest] = time.Now().Add(b.rest)
		}
	}
}

// random returns a generator that makes the same storm from the same seed, as far as timing allows.
func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }
