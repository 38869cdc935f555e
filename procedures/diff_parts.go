package procedures

import (
	"fmt"
	"slices"
	"strings"
)

// compareNamed calls both for the names of two lists that are in both, and reports the others as removed and added.
func (d *differ) compareNamed(what string, a, b []string, both func(i, j int)) {
	d.compareTitled(what, a, b, a, b, both)
}

// compareTitled is compareNamed for what has titles beside its names.
func (d *differ) compareTitled(what string, a, b, titlesA, titlesB []string, both func(i, j int)) {
	for i, name := range a {
		if !slices.Contains(b, name) {
			d.add(Removed, "", "删除了%s“%s”。", what, titlesA[i])
		}
	}
	for j, name := range b {
		if i := slices.Index(a, name); i >= 0 {
			both(i, j)
			continue
		}
		d.add(Added, "", "增加了%s“%s”。", what, titlesB[j])
	}
}

func namesOf[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = name(item)
	}
	return out
}

func (d *differ) anytime() {
	name := func(a Interruption) string { return a.Name }
	a, b := d.a.Plan.Anytime, d.b.Plan.Anytime
	d.compareTitled("随时可以做的", namesOf(a, name), namesOf(b, name), d.a.Live.Anytime, d.b.Live.Anytime, func(i, j int) {
		subject, title := "anytime."+b[j].Name, d.b.Live.Anytime[j]
		if x, y := d.a.stageName(a[i].To), d.b.stageName(b[j].To); x != y {
			d.add(Altered, subject, "“%s”由转到“%s”改为转到“%s”。", title, d.a.stageTitle(a[i].To), d.b.stageTitle(b[j].To))
		}
		if a[i].Role != b[j].Role || a[i].Event != b[j].Event {
			d.add(Altered, subject, "“%s”由“%s”改为“%s”。", title, d.a.anytimeNote(i), d.b.anytimeNote(j))
		}
		x := namesOf(a[i].In, d.a.stageName)
		y := namesOf(b[j].In, d.b.stageName)
		for k, stage := range y {
			if !slices.Contains(x, stage) {
				d.add(Loosened, subject, "“%s”现在也可以在“%s”做。", title, d.b.stageTitle(b[j].In[k]))
			}
		}
		for k, stage := range x {
			if !slices.Contains(y, stage) {
				d.add(Narrowed, subject, "“%s”不能再在“%s”做。", title, d.a.stageTitle(a[i].In[k]))
			}
		}
	})
}

func (d *differ) clocks() {
	name := func(c Clock) string { return c.Name }
	d.compareNamed("时限", namesOf(d.a.Plan.Clocks, name), namesOf(d.b.Plan.Clocks, name), func(i, j int) {
		a, b := d.a.Plan.Clocks[i], d.b.Plan.Clocks[j]
		title := d.b.Live.Clocks[j]
		d.limit(a.Days, b.Days, workingDays, "", "“"+title+"”", false)
		x, y := namesOf(a.PauseIn, d.a.stageName), namesOf(b.PauseIn, d.b.stageName)
		for k, stage := range y {
			if !slices.Contains(x, stage) {
				d.add(Loosened, stage, "“%s”现在在“%s”停止计时。", title, d.b.stageTitle(b.PauseIn[k]))
			}
		}
		for k, stage := range x {
			if !slices.Contains(y, stage) {
				d.add(Narrowed, stage, "“%s”不再在“%s”停止计时。", title, d.a.stageTitle(a.PauseIn[k]))
			}
		}
	})
}

func (d *differ) forms() {
	name := func(f *form) string { return f.name }
	d.compareNamed("表单", namesOf(d.a.forms, name), namesOf(d.b.forms, name), func(i, j int) {
		a, b := d.a.forms[i], d.b.forms[j]
		if a.hash == b.hash {
			return
		}
		before := len(d.list)
		d.fields("表单 "+b.name, a.fields, b.fields)
		d.outcomeFields(a, b)
		if len(d.list) == before {
			d.add(Altered, "", "表单 %s 有其他改动。", b.name)
		}
	})
}

// fields compares the fields of two forms.
func (d *differ) fields(where string, a, b []field) {
	for _, f := range a {
		if _, ok := find(b, f.name); !ok {
			d.add(Removed, "", "%s删除了字段“%s”（%s）。", where, f.title, f.name)
		}
	}
	for _, f := range b {
		old, ok := find(a, f.name)
		if !ok {
			kind, must := Added, ""
			if f.required {
				kind, must = Narrowed, "必填的"
			}
			d.add(kind, "", "%s增加了%s字段“%s”（%s）。", where, must, f.title, f.name)
			continue
		}
		if f.required != old.required {
			if f.required {
				d.add(Narrowed, "", "%s的“%s”改为必填。", where, f.title)
			} else {
				d.add(Loosened, "", "%s的“%s”不再必填。", where, f.title)
			}
		}
		if f.kind != old.kind || f.format != old.format {
			d.add(Narrowed, "", "%s的“%s”换了类型（%s 改为 %s）。", where, f.title, strings.TrimSpace(old.kind+" "+old.format), strings.TrimSpace(f.kind+" "+f.format))
		}
		for _, limit := range limiting {
			if x, y := old.limits[limit], f.limits[limit]; !same(x)(y) {
				d.add(narrows(limit, x, y), "", "%s的“%s”的 %s 由 %s 改为 %s。", where, f.title, limit, shown(x), shown(y))
			}
		}
		d.fields(where+"的“"+f.title+"”", old.fields, f.fields)
	}
}

func shown(v any) string {
	if v == nil {
		return "不限"
	}
	return fmt.Sprint(v)
}

// narrows reports whether a changed keyword of a schema accepts less or more.
func narrows(keyword string, before, after any) ChangeKind {
	switch {
	case before == nil:
		return Narrowed
	case after == nil:
		return Loosened
	}
	m, isNumber := (&param{leaf: paramFile{Value: anything{value: before}}}).number()
	n, also := (&param{leaf: paramFile{Value: anything{value: after}}}).number()
	if isNumber && also {
		if (n < m) == strings.Contains(strings.ToLower(keyword), "max") {
			return Narrowed
		}
		return Loosened
	}
	if x, ok := before.([]any); ok {
		y, _ := after.([]any)
		if !slices.ContainsFunc(x, func(v any) bool { return !slices.ContainsFunc(y, same(v)) }) {
			return Loosened
		}
	}
	return Narrowed
}

// outcomeFields compares the fields that the outcomes of tasks require.
func (d *differ) outcomeFields(a, b *form) {
	for _, t := range b.outcomes {
		old, _ := a.of(t.Task.s)
		for _, o := range t.Outcomes {
			k := slices.IndexFunc(old.Outcomes, func(x formOutcome) bool { return x.Code.s == o.Code.s })
			if k < 0 {
				continue
			}
			x, y := names(old.Outcomes[k].Required), names(o.Required)
			for _, name := range y {
				if !slices.Contains(x, name) {
					d.add(Narrowed, "", "选“%s”时现在必须填 %s。", o.Title.s, name)
				}
			}
			for _, name := range x {
				if !slices.Contains(y, name) {
					d.add(Loosened, "", "选“%s”时不再必须填 %s。", o.Title.s, name)
				}
			}
			if !slices.Equal(sortedNames(old.Outcomes[k].Optional), sortedNames(o.Optional)) {
				d.add(Altered, "", "选“%s”时可以填的字段有改动。", o.Title.s)
			}
		}
	}
}

func (d *differ) papers() {
	name := func(p *paper) string { return p.name }
	d.compareTitled("文书", namesOf(d.a.papers, name), namesOf(d.b.papers, name), d.a.Live.Papers, d.b.Live.Papers, func(i, j int) {
		if string(d.a.papers[i].raw) != string(d.b.papers[j].raw) {
			d.add(Altered, "", "文书“%s”的内容有改动。", d.b.papers[j].title)
		}
	})
}

func (d *differ) rules() {
	d.compareNamed("规则", d.a.rules.ids, d.b.rules.ids, func(int, int) {})
	for _, path := range sortedKeys(d.b.rego) {
		if old, ok := d.a.rego[path]; ok && string(old) != string(d.b.rego[path]) {
			d.add(Altered, "", "%s 有改动，影响见规则回测。", path)
		}
	}
}

func (d *differ) params() {
	name := func(p *param) string { return p.name }
	d.compareNamed("参数", namesOf(d.a.params, name), namesOf(d.b.params, name), func(i, j int) {
		a, b := d.a.params[i], d.b.params[j]
		x, y := a.leaf.Value.value, b.leaf.Value.value
		if same(x)(y) {
			return
		}
		kind := Altered
		if x != nil && a.leaf.Direction.s != "fixed" {
			if kind = Loosened; a.tightens(y) {
				kind = Narrowed
			}
		}
		d.add(kind, "", "参数“%s”（%s）由 %s 改为 %s %s。", b.leaf.Title.s, b.name, unset(x), unset(y), b.leaf.Unit.s)
	})
}

func unset(v any) string {
	if v == nil {
		return "未公布"
	}
	return fmt.Sprint(v)
}

func (d *differ) rows() {
	name := func(r RowSet) string { return r.Name }
	for _, kind := range []struct {
		what string
		a, b []RowSet
	}{{"行集", d.a.Plan.Rows, d.b.Plan.Rows}, {"台账", d.a.Plan.Registers, d.b.Plan.Registers}} {
		d.compareNamed(kind.what, namesOf(kind.a, name), namesOf(kind.b, name), func(i, j int) {
			a, b := kind.a[i], kind.b[j]
			if !slices.Equal(a.Key, b.Key) {
				d.add(Altered, "", "%s“%s”判断同一行的字段由（%s）改为（%s）。", kind.what, b.Name, strings.Join(a.Key, "、"), strings.Join(b.Key, "、"))
			}
			if a.Sealed && !b.Sealed {
				d.add(Loosened, "", "%s“%s”不再加密。", kind.what, b.Name)
			}
			if !slices.Equal(a.States, b.States) {
				d.add(Altered, "", "%s“%s”的状态有改动。", kind.what, b.Name)
			}
		})
	}
}

// live compares what may change while cases run.
func (d *differ) live() {
	a, b := d.a.Live, d.b.Live
	if a.Title != b.Title {
		d.add(Reworded, "", "事项名称由“%s”改为“%s”。", a.Title, b.Title)
	}
	if a.From != b.From {
		d.add(Altered, "", "由 %s 起收到的申请，改为由 %s 起收到的申请按本版办理。", a.From, b.From)
	}
	if a.OpenUntil != b.OpenUntil {
		d.add(Altered, "", "受理截止日由%s改为%s。", dateOrNone(a.OpenUntil.String()), dateOrNone(b.OpenUntil.String()))
	}
	for i, s := range d.a.Plan.Stages {
		if j := d.b.stageOf(s.Name); j >= 0 && a.Stages[i] != b.Stages[j] {
			d.add(Reworded, s.Name, "%s“%s”的文字有改动，现为“%s”。", stageKind(s), a.Stages[i].Title, b.Stages[j].Title)
		}
	}
	for _, r := range b.Read {
		if !slices.Contains(a.Read, r) {
			d.add(Loosened, "", "%s现在可以看办件。", roleTitle(r))
		}
	}
	for _, r := range a.Read {
		if !slices.Contains(b.Read, r) {
			d.add(Narrowed, "", "%s不能再看办件。", roleTitle(r))
		}
	}
	if x, y := roleList(a.Files), roleList(b.Files); x != y {
		d.add(Altered, "", "可以看附件的由（%s）改为（%s）。", x, y)
	}
	name := func(i Indicator) string { return i.Name }
	d.compareNamed("指标", namesOf(a.Indicators, name), namesOf(b.Indicators, name), func(i, j int) {
		if !same(a.Indicators[i])(b.Indicators[j]) {
			d.add(Altered, "", "指标“%s”的算法有改动。", b.Indicators[j].Title)
		}
	})
}

func dateOrNone(s string) string {
	if s == "" {
		return "“不限”"
	}
	return " " + s + " "
}

// Compare returns the differences of two revisions, and the problems that a revision has because of the one before: whether
// running cases may go forward to it, and whether a move names the stages of the one before.
func Compare(before, after *Procedure) ([]Change, []Problem) {
	changes, out := Diff(before, after), &problems{}
	running := after.file.Running
	switch running.s {
	case "forward":
		for _, c := range changes {
			pinned := c.Subject != "" || strings.HasPrefix(c.Text, "表单") || strings.HasPrefix(c.Text, "选“")
			if pinned && c.Kind != Reworded && c.Kind != Added && c.Kind != Loosened {
				out.add("change.forward", running.at, strings.TrimSuffix(c.Text, "。"))
			}
		}
	case "map":
		if after.migrate == nil {
			break
		}
		for _, s := range before.Plan.Stages {
			mapped := slices.ContainsFunc(after.migrate.Stages, func(t target) bool { return t.Name.s == s.Name })
			if s.Verb != VerbEnd && !mapped && after.stageOf(s.Name) < 0 {
				out.add("change.map", after.migrate.At, "没有写“"+s.Name+"”")
			}
		}
	}
	return changes, out.sorted()
}
