package published

import (
	"maps"
	"slices"
	"strings"

	"tuoyu/definition"
	"tuoyu/nursery"
)

// definitions returns one definition for each kind: that of the last published revision, with the stages, tasks, outcomes and
// papers that only earlier ones have, since cases may be in them. An id never changes its meaning.
func definitions(list []*Revision) (all []definition.Process) {
	byKind := map[nursery.CaseKind]int{}
	for _, r := range list {
		d := r.definition
		d.Stages, d.Tasks, d.Papers, d.Clocks = slices.Clone(d.Stages), slices.Clone(d.Tasks), slices.Clone(d.Papers), maps.Clone(d.Clocks)
		for i := range d.Tasks {
			d.Tasks[i].Outcomes = slices.Clone(d.Tasks[i].Outcomes)
		}
		at, ok := byKind[r.Kind()]
		if !ok {
			byKind[r.Kind()] = len(all)
			all = append(all, d)
			continue
		}
		merge(&all[at], d)
	}
	return all
}

// newDefinition returns the definition of a revision, whose papers can be printed.
func newDefinition(r *Revision) definition.Process {
	d := r.Procedure.Definition()
	d.Owner, d.Application = strings.ToLower(d.Prefix)+"-", false
	d.Papers = printable(d.Papers)
	for i := range d.Tasks {
		for k := range d.Tasks[i].Outcomes {
			d.Tasks[i].Outcomes[k].Papers = printable(d.Tasks[i].Outcomes[k].Papers)
		}
	}
	return d
}

// merge adds to a definition what only an earlier one has.
func merge(d *definition.Process, earlier definition.Process) {
	for _, s := range earlier.Stages {
		if _, have := d.Stage(s.Code); !have {
			d.Stages = append(d.Stages, s)
		}
	}
	for _, t := range earlier.Tasks {
		i := slices.IndexFunc(d.Tasks, func(have definition.TaskKind) bool { return have.Name == t.Name })
		if i < 0 {
			d.Tasks = append(d.Tasks, t)
			continue
		}
		for _, o := range t.Outcomes {
			if _, have := d.Tasks[i].Outcome(o.Code); !have {
				d.Tasks[i].Outcomes = append(d.Tasks[i].Outcomes, o)
			}
		}
	}
	for _, p := range earlier.Papers {
		if !slices.ContainsFunc(d.Papers, func(have definition.Paper) bool { return have.Kind == p.Kind }) {
			d.Papers = append(d.Papers, p)
		}
	}
	for name, title := range earlier.Clocks {
		if d.Clocks[name] == "" {
			d.Clocks[name] = title
		}
	}
}
