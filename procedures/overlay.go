package procedures

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"tuoyu/nursery"
)

// overlayFile is a file of overlays/: what a county does differently. It may tighten parameters, shorten the days of tasks, add
// papers, and add tasks.
type overlayFile struct {
	At     place
	Kind   text          `yaml:"overlay" need:"yes" is:"id" doc:"调整的事项"`
	County text          `yaml:"county" need:"yes" is:"county" doc:"县区代码"`
	Basis  []citation    `yaml:"basis" need:"yes" doc:"依据"`
	Params []paramChange `yaml:"params" doc:"参数: 新的值，只能改严"`
	Days   []dayChange   `yaml:"days" doc:"任务: 几个工作日，只能缩短"`
	Papers []paperChange `yaml:"papers" doc:"环节: 另外出具的文书"`
	Add    []addedFile   `yaml:"add" doc:"增加的环节"`
}

type paramChange struct {
	Name  text     `yaml:"." is:"path"`
	Value anything `yaml:"="`
}

type dayChange struct {
	Task text     `yaml:"." is:"id"`
	Days quantity `yaml:"="`
}

type paperChange struct {
	Stage  text   `yaml:"." is:"id"`
	Papers []text `yaml:"="`
}

// addedFile is a stage that a county adds, before another one or after one of its results. Its target next is where the case
// would have gone without it.
type addedFile struct {
	At     place
	Before text         `yaml:"before" is:"id" doc:"加在哪个环节之前"`
	After  text         `yaml:"after" is:"path" doc:"加在哪个环节的哪个结果之后：环节.结果"`
	Name   text         `yaml:"name" need:"yes" is:"id" doc:"环节代码"`
	Title  text         `yaml:"title" need:"yes" doc:"环节名称"`
	Next   text         `yaml:"next" doc:"给申请人的话"`
	Do     []effectFile `yaml:"do" doc:"进入环节时做的事"`
	Ask    *askFile     `yaml:"ask" need:"yes" doc:"请谁办理；转到 next 就是照原来的走下去"`
}

// checkOverlays checks each overlay on the procedure. It reports what is wrong with the overlay and what it breaks.
func checkOverlays(ctx context.Context, fsys fs.FS, p *Procedure, base *source, options Options, out *problems) {
	for i := range base.overlays {
		src := read(fsys, &problems{})
		if src == nil || i >= len(src.overlays) {
			return
		}
		apply(src, src.overlays[i], out)
		src.rules = p.rules
		src.tests = nil // the scenarios are those of the procedure without it
		found := &problems{}
		check(compile(ctx, src, options, found), found)
		for _, p := range found.list {
			if p.Code != "cover.none" && !slices.Contains(out.list, p) {
				out.list = append(out.list, p)
			}
		}
	}
}

// apply changes what was read by an overlay.
func apply(src *source, o *overlayFile, out *problems) {
	if o.Kind.s != src.file.Procedure.s {
		out.add("overlay.kind", o.Kind.at.or(o.At), o.Kind.s, src.file.Procedure.s)
		return
	}
	if !slices.ContainsFunc(o.Basis, func(c citation) bool { return c.Binding.s != "L6" }) {
		out.add("overlay.basis", o.At)
	}
	o.params(src, out)
	for _, d := range o.Days {
		o.shorten(src, d, out)
	}
	for _, p := range o.Papers {
		s := src.file.stage(p.Stage.s)
		if s == nil {
			out.unknown("stage", p.Stage, src.file.stageNames())
			continue
		}
		for _, paper := range p.Papers {
			s.Do = append(s.Do, effectFile{At: paper.at, Paper: paper})
		}
	}
	for _, a := range o.Add {
		a.insert(src.file, out)
	}
}

func (o *overlayFile) params(src *source, out *problems) {
	for _, change := range o.Params {
		i := slices.IndexFunc(src.params, func(p *param) bool { return p.name == change.Name.s })
		if i < 0 {
			out.unknown("param", change.Name, namesOf(src.params, func(p *param) string { return p.name }))
			continue
		}
		p := src.params[i]
		if have := p.parameter(); !have.Tightens(change.Value.value) {
			out.add("overlay.param", change.Name.at, p.name, have, Parameter{Value: change.Value.value})
			continue
		}
		p.leaf.Value.value = change.Value.value
	}
}

// shorten sets the days of a task, which may only become fewer.
func (o *overlayFile) shorten(src *source, d dayChange, out *problems) {
	var tasks []string
	done := false
	src.file.eachStage(func(s *stageFile) {
		days := (*quantity)(nil)
		switch {
		case s.Ask != nil:
			tasks = append(tasks, s.Ask.Task.s)
			if s.Ask.Task.s == d.Task.s {
				days = &s.Ask.Days
			}
		case s.Pay != nil:
			tasks = append(tasks, s.Name.s)
			if s.Name.s == d.Task.s {
				days = &s.Pay.Days
			}
		}
		if days == nil {
			return
		}
		done = true
		have, shown := float64(days.n), fmt.Sprintf("%d 个工作日", days.n)
		if days.param.is() {
			i := slices.IndexFunc(src.params, func(p *param) bool { return p.name == days.param.s })
			set := false
			if i >= 0 {
				have, set = src.params[i].parameter().Number()
			}
			if shown = fmt.Sprintf("%v 个工作日", have); !set {
				have, shown = 0, "没有公布的"
			}
		}
		if !days.is() || d.Days.param.is() || float64(d.Days.n) > have {
			out.add("overlay.days", d.Task.at, d.Task.s, shown)
			return
		}
		*days = d.Days
	})
	if !done {
		out.unknown("task", d.Task, tasks)
	}
}

func (f *procedureFile) stage(name string) (found *stageFile) {
	f.eachStage(func(s *stageFile) {
		if s.Name.s == name {
			found = s
		}
	})
	return found
}

func (f *procedureFile) stageNames() (list []string) {
	f.eachStage(func(s *stageFile) { list = append(list, s.Name.s) })
	return list
}

// insert adds the stage to the procedure.
func (a addedFile) insert(f *procedureFile, out *problems) {
	wrong := func(why string) { out.add("overlay.add", a.At, a.Name.s, why) }
	switch {
	case a.Before.is() == a.After.is():
		wrong("before 和 after 写一个")
		return
	case a.Ask == nil:
		return
	case f.stage(a.Name.s) != nil:
		wrong("已有同名的环节")
		return
	case !slices.ContainsFunc(a.Ask.On, func(t target) bool { return t.To.s == "next" }):
		wrong("至少要有一个结果转到 next，照原来的走下去")
		return
	}
	to, ok := a.Before, f.stage(a.Before.s) != nil
	if a.Before.is() {
		if !ok {
			out.unknown("stage", a.Before, f.stageNames())
			return
		}
		f.eachTarget(func(_ string, t *text) {
			if t.s == a.Before.s {
				t.s = a.Name.s
			}
		})
		if f.Start.To.s == a.Before.s {
			f.Start.To.s = a.Name.s
		}
	} else {
		f.eachTarget(func(from string, t *text) {
			if from == a.After.s {
				to, ok = *t, true
				t.s = a.Name.s
			}
		})
		if !ok {
			out.unknown("result", a.After, f.results())
			return
		}
	}
	ask := *a.Ask
	ask.On = slices.Clone(a.Ask.On)
	for i := range ask.On {
		if ask.On[i].To.s == "next" {
			ask.On[i].To.s = to.s
		}
	}
	f.Stages = append(f.Stages, stageFile{At: a.At, Name: a.Name, Title: a.Title, Next: a.Next, Do: a.Do, Ask: &ask})
	if !office(nursery.Role(ask.Role.s)) {
		return
	}
	f.eachStage(func(s *stageFile) { // who checked never pays
		if s.Pay != nil {
			s.Pay.Exclude = append(s.Pay.Exclude, text{ask.Task.at, ask.Task.s + ".actor"})
		}
	})
}

// eachTarget visits where the results of the stages lead, with stage.result. What a county adds does not change what follows
// silence and what may be done anytime, except where it is added before a stage.
func (f *procedureFile) eachTarget(visit func(from string, t *text)) {
	f.eachStage(func(s *stageFile) {
		list := func(on []target) {
			for i := range on {
				visit(s.Name.s+"."+on[i].Name.s, &on[i].To)
			}
		}
		list(s.On)
		for i := range s.Routes {
			visit(s.Name.s+"."+routePrefix+s.Routes[i].Name.s, &s.Routes[i].To)
		}
		switch {
		case s.Ask != nil:
			list(s.Ask.On)
			if s.Ask.Silence != nil {
				visit(s.Name.s+"."+ResultSilence, &s.Ask.Silence.To)
			}
			if s.Ask.Countersign != nil {
				visit(s.Name.s+"."+ResultDisagree, &s.Ask.Countersign.Disagree)
			}
		case s.Collect != nil:
			list(s.Collect.On)
		case s.Publish != nil:
			list(s.Publish.On)
		case s.Pay != nil:
			list(s.Pay.On)
		case s.Open != nil:
			list(s.Open.On)
		case s.Wait != nil:
			list(s.Wait.On)
		case s.Together != nil:
			list(s.Together.On)
		}
	})
}

func (f *procedureFile) results() (list []string) {
	f.eachTarget(func(from string, _ *text) {
		if !strings.HasSuffix(from, "."+ResultSilence) {
			list = append(list, from)
		}
	})
	return list
}
