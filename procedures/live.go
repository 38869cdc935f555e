package procedures

import (
	"cmp"
	"slices"

	"tuoyu/nursery"
)

// Live is what of a procedure may change while cases run: words, permissions, indicators and the day until which applications
// are accepted. Its lists are parallel to those of Plan.
type Live struct {
	Title     string             `json:"title"`
	Summary   string             `json:"summary,omitempty"`
	Label     string             `json:"label"`
	From      nursery.Date       `json:"from"`
	OpenUntil nursery.Date       `json:"open_until,omitzero"`
	Running   string             `json:"running"` // stay, forward or map
	Basis     []nursery.Citation `json:"basis"`

	Stages    []StageWords `json:"stages"`
	Tasks     []TaskWords  `json:"tasks"`
	Clocks    []string     `json:"clocks"`
	Papers    []string     `json:"papers"`
	Rows      []string     `json:"rows"`
	Registers []string     `json:"registers"`
	Anytime   []string     `json:"anytime"`
	Order     []int        `json:"order"` // the stages in the order of the file
	Way       []int        `json:"way"`   // the stages of a case in which nothing goes amiss

	Read       []nursery.Role `json:"read"`  // who reads cases besides those who act in them
	Files      []nursery.Role `json:"files"` // who reads their files
	Indicators []Indicator    `json:"indicators"`
}

// StageWords are the words of a stage.
type StageWords struct {
	Title string `json:"title"`
	Next  string `json:"next,omitempty"`
	Help  string `json:"help,omitempty"`
}

// TaskWords are the words of a task. Outcomes are parallel to Task.Outcomes; Order lists them as the form does.
type TaskWords struct {
	Title    string   `json:"title"`
	Short    string   `json:"short,omitempty"`
	Help     string   `json:"help,omitempty"`
	Outcomes []string `json:"outcomes"`
	Order    []int    `json:"order"`
}

// Indicator is a figure counted over cases or rows.
type Indicator struct {
	Name     string       `json:"name"`
	Title    string       `json:"title"`
	Sum      string       `json:"sum,omitempty"`
	Count    string       `json:"count,omitempty"`
	Of       string       `json:"of"`
	Distinct bool         `json:"distinct,omitempty"`
	When     *Arrival     `json:"when,omitempty"`
	Minus    *Arrival     `json:"minus,omitempty"`
	Over     string       `json:"over,omitempty"`
	By       []string     `json:"by,omitempty"`
	Target   *Limit       `json:"target,omitempty"`
	From     nursery.Date `json:"from,omitzero"`
}

// Arrival is a result of a stage, at which an indicator counts.
type Arrival struct {
	Stage  int    `json:"stage"`
	Result string `json:"result"`
}

// live compiles the words, permissions and indicators.
func (b *builder) live() {
	f, live := b.src.file, &b.p.Live
	*live = Live{Title: f.Title.s, Summary: f.Summary.s, Label: f.Label.s, From: f.From.d, OpenUntil: f.OpenUntil.d, Running: cmp.Or(f.Running.s, "stay")}
	for _, c := range f.Basis {
		live.Basis = append(live.Basis, nursery.Citation{
			Document: c.Doc.s, Number: c.No.s, Article: c.Article.s, Binding: nursery.Binding(c.Binding.s), Verified: c.Verified.b,
		})
		if !c.Verified.b {
			b.out.add("law.unverified", c.At, "依据《"+c.Doc.s+"》")
		}
	}
	for _, d := range b.p.stages {
		live.Stages = append(live.Stages, StageWords{Title: cmp.Or(d.title.s, d.name.s), Next: d.next.s})
	}
	for i, q := range b.p.questions {
		live.Tasks = append(live.Tasks, b.taskWords(i, q))
	}
	for _, c := range b.p.Plan.Clocks {
		j := slices.IndexFunc(f.Clocks, func(x clockFile) bool { return x.Name.s == c.Name })
		live.Clocks = append(live.Clocks, cmp.Or(f.Clocks[j].Title.s, "办理时限"))
	}
	for _, p := range b.p.papers {
		live.Papers = append(live.Papers, p.title)
	}
	live.Rows, live.Registers = titlesOf(b.p.Plan.Rows, f.Rows), titlesOf(b.p.Plan.Registers, f.Registers)
	for _, a := range b.p.Plan.Anytime {
		j := slices.IndexFunc(f.Anytime, func(x anytimeFile) bool { return x.Name.s == a.Name })
		title := f.Anytime[j].Title.s
		if title == "" && a.To >= 0 {
			title = live.Stages[a.To].Title
		}
		live.Anytime = append(live.Anytime, title)
	}
	for _, r := range f.Permissions.Read {
		live.Read = append(live.Read, b.role(r))
	}
	for _, r := range f.Permissions.Files {
		live.Files = append(live.Files, b.role(r))
	}
	b.words()
	b.order()
	b.indicators()
}

func titlesOf(sets []RowSet, files []rowsFile) (titles []string) {
	for _, s := range sets {
		j := slices.IndexFunc(files, func(f rowsFile) bool { return f.Name.s == s.Name })
		titles = append(titles, files[j].Title.s)
	}
	return titles
}

func (b *builder) taskWords(i int, q question) TaskWords {
	task := b.p.Plan.Tasks[i]
	w := TaskWords{Title: q.title.s, Outcomes: make([]string, len(task.Outcomes))}
	if w.Title == "" {
		w.Title = b.p.stages[b.stages[q.stage]].title.s
	}
	if task.Form < 0 {
		return w
	}
	listed, _ := b.p.forms[task.Form].of(q.name.s)
	for _, o := range listed.Outcomes {
		if j := slices.IndexFunc(task.Outcomes, func(code string) bool { return code == o.Code.s }); j >= 0 {
			w.Outcomes[j], w.Order = o.Title.s, append(w.Order, j)
		}
	}
	return w
}

// words applies the files of words/.
func (b *builder) words() {
	live := &b.p.Live
	for _, w := range b.src.words {
		live.Title = cmp.Or(w.Title.s, live.Title)
		for _, s := range w.Stages {
			if i := b.stageIndex(s.Name); i >= 0 {
				have := live.Stages[i]
				live.Stages[i] = StageWords{cmp.Or(s.Title.s, have.Title), cmp.Or(s.Next.s, have.Next), cmp.Or(s.Help.s, have.Help)}
			}
		}
		for _, t := range w.Tasks {
			i, ok := b.tasks[t.Name.s]
			if !ok {
				b.out.unknown("task", t.Name, sortedKeys(b.tasks))
				continue
			}
			have := &live.Tasks[i]
			have.Title, have.Short, have.Help = cmp.Or(t.Title.s, have.Title), t.Short.s, t.Help.s
		}
		for _, c := range w.Clocks {
			if i := b.clock(c.Name); i >= 0 {
				live.Clocks[i] = c.Title.s
			}
		}
	}
}

// order lists the stages as the file does, and those of a case in which nothing goes amiss: of each stage, the result that is
// written first.
func (b *builder) order() {
	live := &b.p.Live
	place := func(i int) int { return b.p.stages[i].name.at.line }
	for i := range b.p.stages {
		live.Order = append(live.Order, i)
	}
	slices.SortFunc(live.Order, func(x, y int) int {
		return cmp.Or(cmp.Compare(place(x), place(y)), cmp.Compare(b.p.stages[x].name.at.col, b.p.stages[y].name.at.col))
	})
	for at := b.p.Plan.Start.To; at >= 0 && !slices.Contains(live.Way, at); {
		live.Way = append(live.Way, at)
		next := None
		for _, t := range b.p.stages[at].first() {
			if i, ok := b.stages[t.To.s]; ok && !slices.Contains(live.Way, i) {
				next = i
				break
			}
		}
		at = next
	}
}

// Transitions returns the transitions of a stage in the order of the file; those that the file does not list come last.
func (p *Procedure) Transitions(stage int) []Transition {
	order, list := p.stages[stage].first(), slices.Clone(p.Plan.Stages[stage].On)
	rank := func(t Transition) int {
		i := slices.IndexFunc(order, func(to target) bool { return to.Name.s == t.Result })
		if i < 0 {
			return len(order)
		}
		return i
	}
	slices.SortStableFunc(list, func(x, y Transition) int { return rank(x) - rank(y) })
	return list
}

// BranchTitle returns the Chinese name of a branch.
func (p *Procedure) BranchTitle(b Branch) string {
	together := p.stages[b.Of].stage.Together
	name := p.Plan.Stages[b.Of].Together.Branches[b.Slot].Name
	i := slices.IndexFunc(together.Branches, func(f branchFile) bool { return f.Name.s == name })
	return together.Branches[i].Title.s
}

// first returns what a stage may lead to in the order of the file; decisions pass first.
func (d declared) first() []target {
	s := d.stage
	if s == nil {
		return nil
	}
	switch {
	case s.Ask != nil:
		return s.Ask.On
	case s.Decide.is():
		return s.On
	case s.Collect != nil:
		return s.Collect.On
	case s.Publish != nil:
		return s.Publish.On
	case s.Pay != nil:
		return s.Pay.On
	case s.Open != nil:
		return s.Open.On
	case s.Wait != nil:
		return s.Wait.On
	case s.Together != nil:
		return s.Together.On
	}
	return nil
}
