package procedures

import "slices"

// edge is a way from one stage to another.
type edge struct {
	from, to int
	result   string // of the stage; "branch" into a branch, "anytime" of an interruption
	anytime  int    // or None
}

// graph is the ways between the stages of a plan. What is done anytime has an edge from each stage in which it may be done.
type graph struct {
	from [][]edge
}

func newGraph(p *Plan) graph {
	g := graph{from: make([][]edge, len(p.Stages))}
	add := func(from, to int, result string, anytime int) {
		if from >= 0 && to >= 0 {
			g.from[from] = append(g.from[from], edge{from, to, result, anytime})
		}
	}
	for i, s := range p.Stages {
		if s.Together != nil {
			for _, slot := range s.Together.Branches {
				add(i, slot.To, "branch", None)
			}
			continue
		}
		for _, t := range s.On {
			to := t.To
			if to == Joined && s.Branch != nil && len(p.Stages[s.Branch.Of].On) > 0 {
				to = p.Stages[s.Branch.Of].On[0].To
			}
			add(i, to, t.Result, None)
		}
	}
	for a, act := range p.Anytime {
		for _, in := range act.In {
			add(in, act.To, "anytime", a)
		}
	}
	return g
}

// reach returns which stages are reached from one, itself included, over edges that may be taken.
func (g graph) reach(start int, may func(edge) bool) []bool {
	reached := make([]bool, len(g.from))
	if start < 0 {
		return reached
	}
	reached[start] = true
	for stack := []int{start}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, e := range g.from[at] {
			if !reached[e.to] && may(e) {
				reached[e.to] = true
				stack = append(stack, e.to)
			}
		}
	}
	return reached
}

// without returns a function for reach that does not enter stages for which skip returns true.
func without(skip func(int) bool) func(edge) bool { return func(e edge) bool { return !skip(e.to) } }

func all(edge) bool { return true }

// flow reports whether the edge belongs to the flow itself, and not to what may be done anytime.
func flow(e edge) bool { return e.anytime == None }

// components returns the strongly connected components over edges that may be taken, each sorted, in an order in which every
// component comes after those that it leads to.
func (g graph) components(may func(edge) bool) [][]int {
	n := len(g.from)
	index, low, on := make([]int, n), make([]int, n), make([]bool, n)
	var stack []int
	var found [][]int
	next := 1
	var visit func(int)
	visit = func(v int) {
		index[v], low[v], on[v] = next, next, true
		next++
		stack = append(stack, v)
		for _, e := range g.from[v] {
			switch {
			case !may(e):
			case index[e.to] == 0:
				visit(e.to)
				low[v] = min(low[v], low[e.to])
			case on[e.to]:
				low[v] = min(low[v], index[e.to])
			}
		}
		if low[v] != index[v] {
			return
		}
		i := slices.Index(stack, v)
		component := slices.Clone(stack[i:])
		stack = stack[:i]
		for _, w := range component {
			on[w] = false
		}
		slices.Sort(component)
		found = append(found, component)
	}
	for v := range n {
		if index[v] == 0 {
			visit(v)
		}
	}
	return found
}

// cyclic reports whether the component is a loop.
func (g graph) cyclic(component []int, may func(edge) bool) bool {
	return len(component) > 1 || slices.ContainsFunc(g.from[component[0]], func(e edge) bool { return e.to == component[0] && may(e) })
}
