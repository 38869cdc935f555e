// Command storm is a load test of all roles on a whole installation under faults: processes and services are killed,
// links are cut and stalled, the blob disk is full. When the system is idle again, it prints each violated invariant in
// a line of its own and exits with 1 if there is any. It runs inside a devstack of its own, without --fast: with it, a
// killed Postgres loses commits.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"tuoyu/e2e/roleplay"
)

// storm is one run.
type storm struct {
	seed      uint64
	random    *rand.Rand // source of the faults
	in        *installation
	client    *sender
	users     *roleplay.Users
	namespace string
	whole     context.Context // of the run, for work that has to be completed
	begun     time.Time
	verbose   bool
	dealt     map[string]int

	mu     sync.Mutex
	played map[string]int
	ended  []ended
}

// The time limits after the last fault.
const (
	finishWithin = 4 * time.Minute // for stories in progress
	quietWithin  = 90 * time.Second
	waitsUpTo    = 3 * time.Minute // for a user of a story who waits for the engine
)

func main() {
	length := flag.Duration("for", 5*time.Minute, "how long the blows go on")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano())%1_000_000, "of what is struck and played")
	players := flag.Int("players", 6, "stories at a time")
	calm := flag.Bool("calm", false, "load without blows")
	verbose := flag.Bool("v", false, "print each blow and story")
	program := flag.String("program", "bin/tuoyu", "the program under test")
	flag.Parse()
	s := &storm{seed: *seed, random: random(*seed), verbose: *verbose, dealt: map[string]int{}, played: map[string]int{}, begun: time.Now()}
	found, err := s.run(*program, *length, *players, *calm)
	if err != nil {
		fmt.Fprintf(os.Stderr, "storm: seed %d: %v\n", *seed, err)
		os.Exit(1)
	}
	if len(found) > 0 {
		for _, f := range found {
			fmt.Fprintf(os.Stderr, "storm: seed %d: %s\n", *seed, f)
		}
		os.Exit(1)
	}
}

// note prints a line with the time since the start.
func (s *storm) note(format string, args ...any) {
	if s.verbose {
		fmt.Printf("%6.1f %s\n", time.Since(s.begun).Seconds(), fmt.Sprintf(format, args...))
	}
}

func (s *storm) run(program string, length time.Duration, players int, calm bool) (found []string, err error) {
	program, err = filepath.Abs(program)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), length+finishWithin+quietWithin+3*time.Minute)
	defer cancel()
	s.whole = ctx
	if s.in, err = install(ctx, program); err != nil {
		return nil, err
	}
	defer s.in.close()
	s.namespace = os.Getenv("TUOYU_TEMPORAL_NAMESPACE")
	s.client = newSender(s.in.url)
	s.users = roleplay.NewUsers(s.in.url, os.Getenv("TUOYU_OIDC_ISSUER"))
	s.users.Through(s.client, waitsUpTo)

	stormy, calmAgain := context.WithTimeout(ctx, length)
	defer calmAgain()
	struck := make(chan error, 1)
	go func() {
		if calm {
			struck <- nil
			return
		}
		struck <- s.strike(stormy)
	}()
	loaded := make(chan struct{})
	go func() { s.load(stormy, players); close(loaded) }()
	if err := <-struck; err != nil {
		return nil, err
	}
	<-stormy.Done()
	s.note("the blows are over")
	select {
	case <-loaded:
	case <-time.After(finishWithin):
		found = append(found, fmt.Sprintf("stories are still under way %s after the last blow", finishWithin))
	}
	s.note("the stories are over")
	found = append(found, s.check(ctx)...)
	s.summary()
	return found, nil
}

// summary prints a summary of the run.
func (s *storm) summary() {
	s.mu.Lock()
	defer s.mu.Unlock()
	accepted, again := 0, 0
	sent := s.client.sent()
	for _, c := range sent {
		if c.accepted() {
			accepted++
		}
		if c.tries > 1 {
			again++
		}
	}
	fmt.Printf("storm: seed %d, %.0f s, %d stories %v\n", s.seed, time.Since(s.begun).Seconds(), len(s.ended), s.played)
	fmt.Printf("storm: %d commands under a key, %d accepted, %d sent more than once after %v\n", len(sent), accepted, again, s.client.again)
	total := 0
	for _, name := range slices.Sorted(maps.Keys(s.dealt)) {
		total += s.dealt[name]
	}
	fmt.Printf("storm: %d blows %v\n", total, s.dealt)
	for _, p := range s.in.processes() {
		fmt.Printf("storm: %s started %d times, ended %d times by itself\n", p.name, p.started.Load(), p.own.Load())
	}
}
