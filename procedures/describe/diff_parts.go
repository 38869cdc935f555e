package describe

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tuoyu/procedures"
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

func stageNames(p *procedures.Procedure, stages []int) []string {
	return namesOf(stages, func(i int) string { return stageName(p, i) })
}

func (d *differ) anytime() {
	name := func(a procedures.Interruption) string { return a.Name }
	a, b := d.a.Plan.Anytime, d.b.Plan.Anytime
	d.compareTitled("随时可以做的", namesOf(a, name), namesOf(b, name), d.a.Live.Anytime, d.b.Live.Anytime, func(i, j int) {
		subject, title := "anytime."+b[j].Name, d.b.Live.Anytime[j]
		if x, y := stageName(d.a, a[i].To), stageName(d.b, b[j].To); x != y {
			d.add(Altered, subject, "“%s”由转到“%s”改为转到“%s”。", title, stageTitle(d.a, a[i].To), stageTitle(d.b, b[j].To))
		}
		if a[i].Role != b[j].Role || a[i].Event != b[j].Event {
			d.add(Altered, subject, "“%s”由“%s”改为“%s”。", title, AnytimeNote(d.a, i), AnytimeNote(d.b, j))
		}
		x := stageNames(d.a, a[i].In)
		y := stageNames(d.b, b[j].In)
		for k, stage := range y {
			if !slices.Contains(x, stage) {
				d.add(Loosened, subject, "“%s”现在也可以在“%s”做。", title, stageTitle(d.b, b[j].In[k]))
			}
		}
		for k, stage := range x {
			if !slices.Contains(y, stage) {
				d.add(Narrowed, subject, "“%s”不能再在“%s”做。", title, stageTitle(d.a, a[i].In[k]))
			}
		}
	})
}

func (d *differ) clocks() {
	name := func(c procedures.Clock) string { return c.Name }
	d.compareNamed("时限", namesOf(d.a.Plan.Clocks, name), namesOf(d.b.Plan.Clocks, name), func(i, j int) {
		a, b := d.a.Plan.Clocks[i], d.b.Plan.Clocks[j]
		title := d.b.Live.Clocks[j]
		d.limit(a.Days, b.Days, procedures.WorkingDays, "", "“"+title+"”", false)
		x, y := stageNames(d.a, a.PauseIn), stageNames(d.b, b.PauseIn)
		for k, stage := range y {
			if !slices.Contains(x, stage) {
				d.add(Loosened, stage, "“%s”现在在“%s”停止计时。", title, stageTitle(d.b, b.PauseIn[k]))
			}
		}
		for k, stage := range x {
			if !slices.Contains(y, stage) {
				d.add(Narrowed, stage, "“%s”不再在“%s”停止计时。", title, stageTitle(d.a, a.PauseIn[k]))
			}
		}
	})
}

func (d *differ) forms() {
	name := func(f procedures.Form) string { return f.Name }
	a, b := d.a.Plan.Forms, d.b.Plan.Forms
	d.compareNamed("表单", namesOf(a, name), namesOf(b, name), func(i, j int) {
		if a[i].Hash == b[j].Hash {
			return
		}
		before := len(d.list)
		d.fields("表单 "+b[j].Name, d.a.Fields(i), d.b.Fields(j))
		d.outcomeFields(d.a.FormOutcomes(i), d.b.FormOutcomes(j))
		if len(d.list) == before {
			d.add(Altered, "", "表单 %s 有其他改动。", b[j].Name)
		}
	})
}

// fields compares the fields of two forms.
func (d *differ) fields(where string, a, b []procedures.Field) {
	find := func(list []procedures.Field, name string) int {
		return slices.IndexFunc(list, func(f procedures.Field) bool { return f.Name == name })
	}
	for _, f := range a {
		if find(b, f.Name) < 0 {
			d.add(Removed, "", "%s删除了字段“%s”（%s）。", where, f.Title, f.Name)
		}
	}
	for _, f := range b {
		i := find(a, f.Name)
		if i < 0 {
			kind, must := Added, ""
			if f.Required {
				kind, must = Narrowed, "必填的"
			}
			d.add(kind, "", "%s增加了%s字段“%s”（%s）。", where, must, f.Title, f.Name)
			continue
		}
		old := a[i]
		if f.Required != old.Required {
			if f.Required {
				d.add(Narrowed, "", "%s的“%s”改为必填。", where, f.Title)
			} else {
				d.add(Loosened, "", "%s的“%s”不再必填。", where, f.Title)
			}
		}
		if f.Kind != old.Kind || f.Format != old.Format {
			d.add(Narrowed, "", "%s的“%s”换了类型（%s 改为 %s）。", where, f.Title, strings.TrimSpace(old.Kind+" "+old.Format), strings.TrimSpace(f.Kind+" "+f.Format))
		}
		for _, limit := range procedures.LimitKeywords {
			if x, y := old.Limits[limit], f.Limits[limit]; !procedures.EqualJSON(x, y) {
				d.add(narrows(limit, x, y), "", "%s的“%s”的 %s 由 %s 改为 %s。", where, f.Title, limit, shown(x), shown(y))
			}
		}
		d.fields(where+"的“"+f.Title+"”", old.Fields, f.Fields)
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
	m, isNumber := procedures.Parameter{Value: before}.Number()
	n, also := procedures.Parameter{Value: after}.Number()
	if isNumber && also {
		if (n < m) == strings.Contains(strings.ToLower(keyword), "max") {
			return Narrowed
		}
		return Loosened
	}
	if x, ok := before.([]any); ok {
		y, _ := after.([]any)
		if procedures.ContainsJSON(y, x) {
			return Loosened
		}
	}
	return Narrowed
}

// outcomeFields compares the fields that the outcomes of tasks require.
func (d *differ) outcomeFields(a, b []procedures.FormOutcome) {
	for _, o := range b {
		k := slices.IndexFunc(a, func(x procedures.FormOutcome) bool { return x.Task == o.Task && x.Code == o.Code })
		if k < 0 {
			continue
		}
		old := a[k]
		for _, name := range o.Required {
			if !slices.Contains(old.Required, name) {
				d.add(Narrowed, "", "选“%s”时现在必须填 %s。", o.Title, name)
			}
		}
		for _, name := range old.Required {
			if !slices.Contains(o.Required, name) {
				d.add(Loosened, "", "选“%s”时不再必须填 %s。", o.Title, name)
			}
		}
		if !slices.Equal(slices.Sorted(slices.Values(old.Optional)), slices.Sorted(slices.Values(o.Optional))) {
			d.add(Altered, "", "选“%s”时可以填的字段有改动。", o.Title)
		}
	}
}

func (d *differ) papers() {
	name := func(p procedures.PinnedPaper) string { return p.Name }
	a, b := d.a.Plan.Papers, d.b.Plan.Papers
	d.compareTitled("文书", namesOf(a, name), namesOf(b, name), d.a.Live.Papers, d.b.Live.Papers, func(i, j int) {
		if a[i].Hash != b[j].Hash {
			d.add(Altered, "", "文书“%s”的内容有改动。", d.b.Live.Papers[j])
		}
	})
}

func (d *differ) rules() {
	a, before := d.a.Rules()
	b, after := d.b.Rules()
	d.compareNamed("规则", a, b, func(int, int) {})
	for _, path := range slices.Sorted(maps.Keys(after)) {
		if old, ok := before[path]; ok && !bytes.Equal(old, after[path]) {
			d.add(Altered, "", "%s 有改动，影响见规则回测。", path)
		}
	}
}

func (d *differ) params() {
	name := func(p procedures.Parameter) string { return p.Name }
	before, after := d.a.Parameters(), d.b.Parameters()
	d.compareNamed("参数", namesOf(before, name), namesOf(after, name), func(i, j int) {
		a, b := before[i], after[j]
		if procedures.EqualJSON(a.Value, b.Value) {
			return
		}
		kind := Altered
		if a.Value != nil && a.Direction != "fixed" {
			if kind = Loosened; a.Tightens(b.Value) {
				kind = Narrowed
			}
		}
		d.add(kind, "", "参数“%s”（%s）由 %s 改为 %s %s。", b.Title, b.Name, a, b, b.Unit)
	})
}

func (d *differ) rows() {
	name := func(r procedures.RowSet) string { return r.Name }
	for _, kind := range []struct {
		what string
		a, b []procedures.RowSet
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
		if j := stageOf(d.b, s.Name); j >= 0 && a.Stages[i] != b.Stages[j] {
			d.add(Reworded, s.Name, "%s“%s”的文字有改动，现为“%s”。", stageKind(s), a.Stages[i].Title, b.Stages[j].Title)
		}
	}
	for _, r := range b.Read {
		if !slices.Contains(a.Read, r) {
			d.add(Loosened, "", "%s现在可以看办件。", procedures.RoleTitle(r))
		}
	}
	for _, r := range a.Read {
		if !slices.Contains(b.Read, r) {
			d.add(Narrowed, "", "%s不能再看办件。", procedures.RoleTitle(r))
		}
	}
	if x, y := roleList(a.Files), roleList(b.Files); x != y {
		d.add(Altered, "", "可以看附件的由（%s）改为（%s）。", x, y)
	}
	name := func(i procedures.Indicator) string { return i.Name }
	d.compareNamed("指标", namesOf(a.Indicators, name), namesOf(b.Indicators, name), func(i, j int) {
		if !procedures.EqualJSON(a.Indicators[i], b.Indicators[j]) {
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
func Compare(before, after *procedures.Procedure) ([]Change, []procedures.Problem) {
	changes := Diff(before, after)
	var narrowed []string
	for _, c := range changes {
		pinned := c.Subject != "" || strings.HasPrefix(c.Text, "表单") || strings.HasPrefix(c.Text, "选“")
		if pinned && c.Kind != Reworded && c.Kind != Added && c.Kind != Loosened {
			narrowed = append(narrowed, strings.TrimSuffix(c.Text, "。"))
		}
	}
	return changes, after.MoveProblems(before, narrowed)
}
