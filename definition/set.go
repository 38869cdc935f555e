package definition

import (
	"fmt"
	"slices"

	"tuoyu/nursery"
)

// Set is the processes of a program, indexed by their kinds and those of their tasks and papers.
type Set struct {
	processes []Process
	byKind    map[nursery.CaseKind]Process
	tasks     map[string]TaskKind
	papers    map[string]Paper
}

// NewSet indexes processes. It panics when two have the same kind, two tasks or papers the same name, or a task confirms one that is not there.
func NewSet(processes ...Process) *Set {
	s := &Set{processes: processes, byKind: map[nursery.CaseKind]Process{}, tasks: map[string]TaskKind{}, papers: map[string]Paper{}}
	for _, p := range processes {
		if _, twice := s.byKind[p.Kind]; twice {
			panic(fmt.Sprintf("definition: two processes of kind %s", p.Kind))
		}
		s.byKind[p.Kind] = p
		for _, t := range p.Tasks {
			if _, twice := s.tasks[t.Name]; twice {
				panic("definition: two tasks named " + t.Name)
			}
			s.tasks[t.Name] = t
		}
		for _, paper := range p.Papers {
			if _, twice := s.papers[paper.Kind]; twice {
				panic("definition: two papers of kind " + paper.Kind)
			}
			s.papers[paper.Kind] = paper
		}
	}
	for _, t := range s.tasks {
		if _, there := s.tasks[t.Confirms]; t.Confirms != "" && !there {
			panic(fmt.Sprintf("definition: %s confirms %s, which no process has", t.Name, t.Confirms))
		}
	}
	return s
}

// All returns the processes in their order.
func (s *Set) All() []Process { return s.processes }

// Process returns the process of a kind of case; false when there is none, or no set.
func (s *Set) Process(kind nursery.CaseKind) (Process, bool) {
	if s == nil {
		return Process{}, false
	}
	p, ok := s.byKind[kind]
	return p, ok
}

// Task returns the kind of task of that name; false when there is none, or no set.
func (s *Set) Task(name string) (TaskKind, bool) {
	if s == nil {
		return TaskKind{}, false
	}
	t, ok := s.tasks[name]
	return t, ok
}

// Paper returns the kind of document of that name; false when there is none, or no set.
func (s *Set) Paper(kind string) (Paper, bool) {
	if s == nil {
		return Paper{}, false
	}
	p, ok := s.papers[kind]
	return p, ok
}

// Prints reports whether an answer to the task, or to the one it confirms, orders papers.
func (s *Set) Prints(t TaskKind) bool {
	if t.Confirms != "" {
		t = s.tasks[t.Confirms]
	}
	return slices.ContainsFunc(t.Outcomes, func(o Outcome) bool { return len(o.Papers) > 0 })
}

// Confirmed reports whether another task confirms the answers to t before anything follows from them.
func (s *Set) Confirmed(t TaskKind) bool {
	for _, other := range s.tasks {
		if other.Confirms == t.Name {
			return true
		}
	}
	return false
}
