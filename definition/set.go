package definition

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"tuoyu/nursery"
)

// Set is the processes of a program, indexed by their kinds and those of their tasks and papers: those that are compiled in,
// and those published since. It is safe for concurrent use.
type Set struct {
	compiled []Process
	now      atomic.Pointer[index]
}

// index is the processes at one time.
type index struct {
	processes []Process
	byKind    map[nursery.CaseKind]Process
	tasks     map[string]TaskKind
	papers    map[string]Paper
}

// NewSet indexes processes. It panics when two have the same kind, two tasks or papers the same name, or a task confirms one that is not there.
func NewSet(processes ...Process) *Set {
	s := &Set{compiled: processes}
	all, err := newIndex(processes)
	if err != nil {
		panic("definition: " + err.Error())
	}
	s.now.Store(all)
	return s
}

// Publish replaces the processes that were published before. The error states which is defined twice; the set is then
// unchanged.
func (s *Set) Publish(published ...Process) error {
	all, err := newIndex(slices.Concat(s.compiled, published))
	if err == nil {
		s.now.Store(all)
	}
	return err
}

func newIndex(processes []Process) (*index, error) {
	s := &index{processes: processes, byKind: map[nursery.CaseKind]Process{}, tasks: map[string]TaskKind{}, papers: map[string]Paper{}}
	for _, p := range processes {
		if _, twice := s.byKind[p.Kind]; twice {
			return nil, fmt.Errorf("two processes of kind %s", p.Kind)
		}
		s.byKind[p.Kind] = p
		for _, t := range p.Tasks {
			if _, twice := s.tasks[t.Name]; twice {
				return nil, fmt.Errorf("two tasks named %s", t.Name)
			}
			s.tasks[t.Name] = t
		}
		for _, paper := range p.Papers {
			if _, twice := s.papers[paper.Kind]; twice {
				return nil, fmt.Errorf("two papers of kind %s", paper.Kind)
			}
			s.papers[paper.Kind] = paper
		}
	}
	for _, t := range s.tasks {
		if _, there := s.tasks[t.Confirms]; t.Confirms != "" && !there {
			return nil, fmt.Errorf("%s confirms %s, which no process has", t.Name, t.Confirms)
		}
	}
	return s, nil
}

// Compiled returns the processes that are compiled in, in their order.
func (s *Set) Compiled() []Process { return s.compiled }

// All returns the processes in their order.
func (s *Set) All() []Process { return s.now.Load().processes }

// Process returns the process of a kind of case; false when there is none, or no set.
func (s *Set) Process(kind nursery.CaseKind) (Process, bool) {
	if s == nil {
		return Process{}, false
	}
	p, ok := s.now.Load().byKind[kind]
	return p, ok
}

// ProcessOfTask returns the process that a kind of task belongs to, by its name; false when there is none, or no set.
func (s *Set) ProcessOfTask(name string) (Process, bool) {
	return s.Process(nursery.CaseKind(strings.Split(name, ".")[0]))
}

// Task returns the kind of task of that name; false when there is none, or no set.
func (s *Set) Task(name string) (TaskKind, bool) {
	if s == nil {
		return TaskKind{}, false
	}
	t, ok := s.now.Load().tasks[name]
	return t, ok
}

// Paper returns the kind of document of that name; false when there is none, or no set.
func (s *Set) Paper(kind string) (Paper, bool) {
	if s == nil {
		return Paper{}, false
	}
	p, ok := s.now.Load().papers[kind]
	return p, ok
}

// Prints reports whether an answer to the task, or to the one it confirms, orders papers.
func (s *Set) Prints(t TaskKind) bool {
	if t.Confirms != "" {
		t = s.now.Load().tasks[t.Confirms]
	}
	return slices.ContainsFunc(t.Outcomes, func(o Outcome) bool { return len(o.Papers) > 0 })
}

// Confirmed reports whether another task confirms the answers to t before anything follows from them.
func (s *Set) Confirmed(t TaskKind) bool {
	for _, other := range s.now.Load().tasks {
		if other.Confirms == t.Name {
			return true
		}
	}
	return false
}
