// Package drawing draws procedures: as SVG, and as text of Mermaid.
package drawing

import (
	"slices"

	"tuoyu/procedures"
	"tuoyu/procedures/describe"
)

// Marks are what is marked in the picture of a procedure.
type Marks struct {
	ID     string                // begins the ids in the picture, which must be unique on a page; empty: the kind
	At     []string              // the stages in which a case is
	Passed []string              // the stages that it has passed
	Before *procedures.Procedure // an earlier revision: what was added, changed and removed since is marked
}

// mark is what is special about a box or a line.
type mark string

const (
	markHere    mark = "办件在这里"
	markPassed  mark = "已办"
	markAdded   mark = "新增"
	markRemoved mark = "删除"
	markChanged mark = "有变化"
)

// box is a stage, an end, or what may be done anytime.
type box struct {
	id, title, note string
	kind            procedures.Verb // VerbEnd for ends; empty for what may be done anytime
	mark            mark
	side            bool // in the second column
	exits           []*line
	straight        *line // to the box below
	x, y, h         int
	lane            int // the lane of the lines to it; -1 without lines
}

// line is a way from one box to another.
type line struct {
	from, to *box
	label    string
	mark     mark
}

// picture is a procedure as it is drawn.
type picture struct {
	title, begins string
	boxes         []*box
	first         *box
	main, side    []*box
	width, height int
	left, right   int // width of the labels beside the columns
	lanes         int
}

// pictureOf returns the boxes and lines of a procedure, with those of an earlier revision that are no more.
func pictureOf(p *procedures.Procedure, m Marks) *picture {
	pic := &picture{title: p.Live.Title, begins: describe.StartNote(p)}
	pic.add(p, m)
	if m.Before != nil {
		pic.compare(p, m.Before)
	}
	pic.columns(p)
	return pic
}

func (pic *picture) box(id string) *box {
	i := slices.IndexFunc(pic.boxes, func(b *box) bool { return b.id == id })
	if i < 0 {
		return nil
	}
	return pic.boxes[i]
}

func (pic *picture) add(p *procedures.Procedure, m Marks) {
	for _, i := range p.Live.Order {
		s := p.Plan.Stages[i]
		b := &box{id: s.Name, title: p.Live.Stages[i].Title, note: describe.StageNote(p, i), kind: s.Verb}
		if s.Branch != nil {
			b.note = "分支 " + p.BranchTitle(*s.Branch) + " · " + b.note
		}
		switch {
		case slices.Contains(m.At, s.Name):
			b.mark = markHere
		case slices.Contains(m.Passed, s.Name):
			b.mark = markPassed
		}
		pic.boxes = append(pic.boxes, b)
	}
	for i := range p.Plan.Stages {
		pic.lines(p, i)
	}
	for i, a := range p.Plan.Anytime {
		b := &box{id: "anytime." + a.Name, title: "随时：" + p.Live.Anytime[i], note: describe.AnytimeNote(p, i)}
		pic.boxes = append(pic.boxes, b)
		if a.To >= 0 {
			b.exits = append(b.exits, &line{from: b, to: pic.box(p.Plan.Stages[a.To].Name)})
		}
	}
	if p.Plan.Start.To >= 0 {
		pic.first = pic.box(p.Plan.Stages[p.Plan.Start.To].Name)
	}
}

// lines adds the lines of a stage, in the order of the file.
func (pic *picture) lines(p *procedures.Procedure, i int) {
	s := p.Plan.Stages[i]
	from := pic.box(s.Name)
	if s.Together != nil {
		for k, slot := range s.Together.Branches {
			if slot.To >= 0 {
				from.exits = append(from.exits, &line{from: from, to: pic.box(p.Plan.Stages[slot.To].Name), label: p.BranchTitle(procedures.Branch{Of: i, Slot: k})})
			}
		}
	}
	for _, t := range p.Transitions(i) {
		l := &line{from: from, label: describe.ResultTitle(p, i, t.Result)}
		switch {
		case t.To == procedures.Joined && s.Branch != nil:
			l.to, l.label = pic.box(p.Plan.Stages[s.Branch.Of].Name), l.label+"，汇合"
		case t.To >= 0:
			l.to = pic.box(p.Plan.Stages[t.To].Name)
		default:
			continue
		}
		from.exits = append(from.exits, l)
	}
}

// compare marks what differs from an earlier revision and adds what is no more.
func (pic *picture) compare(p, before *procedures.Procedure) {
	was := &picture{}
	was.add(before, Marks{})
	changed := map[string]bool{}
	for _, c := range describe.Diff(before, p) {
		changed[c.Subject] = true
	}
	for _, b := range pic.boxes {
		old := was.box(b.id)
		if old == nil {
			b.mark = markAdded
			continue
		}
		if b.mark == "" && changed[b.id] {
			b.mark = markChanged
		}
		for _, l := range b.exits {
			same := func(o *line) bool { return o.label == l.label && o.to.id == l.to.id }
			if !slices.ContainsFunc(old.exits, same) {
				l.mark = markAdded
			}
		}
	}
	for _, old := range was.boxes {
		b := pic.box(old.id)
		if b == nil {
			b = &box{id: old.id, title: old.title, note: old.note, kind: old.kind, mark: markRemoved}
			pic.boxes = append(pic.boxes, b)
		}
	}
	for _, old := range was.boxes {
		b := pic.box(old.id)
		for _, l := range old.exits {
			to := pic.box(l.to.id)
			if !slices.ContainsFunc(b.exits, func(n *line) bool { return n.label == l.label && n.to == to }) {
				b.exits = append(b.exits, &line{from: b, to: to, label: l.label, mark: markRemoved})
			}
		}
	}
}
