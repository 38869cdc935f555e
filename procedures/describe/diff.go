package describe

import (
	"fmt"
	"slices"
	"strings"

	"tuoyu/procedures"
)

// ChangeKind is what a change does.
type ChangeKind string

// The kinds of change. What narrows asks more of people or permits less; what loosens does the opposite.
const (
	Added    ChangeKind = "增加"
	Removed  ChangeKind = "删除"
	Narrowed ChangeKind = "收紧"
	Loosened ChangeKind = "放宽"
	Altered  ChangeKind = "改动"
	Reworded ChangeKind = "文字"
)

// Change is a difference between two revisions.
type Change struct {
	Kind    ChangeKind `json:"kind"`
	Subject string     `json:"subject,omitempty"` // the stage, or anytime.<name>, that it concerns
	Text    string     `json:"text"`              // a sentence in Chinese
}

// String returns the change as one line.
func (c Change) String() string { return string(c.Kind) + "  " + c.Text }

// differ compares two revisions.
type differ struct {
	a, b *procedures.Procedure
	list []Change
}

func (d *differ) add(kind ChangeKind, subject, format string, args ...any) {
	d.list = append(d.list, Change{kind, subject, fmt.Sprintf(format, args...)})
}

// Diff returns what differs between two revisions of a procedure: first what is pinned, stage by stage, then what is live.
func Diff(before, after *procedures.Procedure) []Change {
	d := &differ{a: before, b: after}
	d.start()
	d.stages()
	d.anytime()
	d.clocks()
	d.forms()
	d.papers()
	d.rules()
	d.params()
	d.rows()
	d.live()
	return d.list
}

func (d *differ) start() {
	a, b := d.a.Plan.Start, d.b.Plan.Start
	if x, y := StartNote(d.a), StartNote(d.b); x != y {
		d.add(Altered, "", "发起方式由“%s”改为“%s”。", x, y)
	}
	if x, y := stageName(d.a, a.To), stageName(d.b, b.To); x != y {
		d.add(Altered, "", "第一个环节由“%s”改为“%s”。", stageTitle(d.a, a.To), stageTitle(d.b, b.To))
	}
	if x, y := nameAt(d.a.Plan.RuleSets, a.Precheck), nameAt(d.b.Plan.RuleSets, b.Precheck); x != y {
		d.add(Altered, "", "提交前的试算由%s改为%s。", orNone(x), orNone(y))
	}
	if !slices.Equal(a.OneOpen, b.OneOpen) {
		d.add(Altered, "", "“同时只能有一件在办”的条件由（%s）改为（%s）。", strings.Join(a.OneOpen, "、"), strings.Join(b.OneOpen, "、"))
	}
	if d.a.Plan.Period != d.b.Plan.Period {
		d.add(Altered, "", "另起一段历史的周期由%s改为%s。", orNone(d.a.Plan.Period), orNone(d.b.Plan.Period))
	}
	for _, act := range d.b.Plan.Acts {
		if !slices.Contains(d.a.Plan.Acts, act) {
			d.add(Altered, "", "需要动作“%s”的第 %d 版。", act.Name, act.Version)
		}
	}
}

func nameAt(list []string, i int) string {
	if i < 0 || i >= len(list) {
		return ""
	}
	return list[i]
}

func orNone(s string) string {
	if s == "" {
		return "无"
	}
	return "“" + s + "”"
}

func stageName(p *procedures.Procedure, i int) string {
	switch {
	case i == procedures.Joined:
		return procedures.ResultJoined
	case i < 0:
		return ""
	}
	return p.Plan.Stages[i].Name
}

func stageTitle(p *procedures.Procedure, i int) string {
	switch {
	case i == procedures.Joined:
		return "本分支办完"
	case i < 0:
		return "（没有）"
	}
	return p.Live.Stages[i].Title
}

func stageOf(p *procedures.Procedure, name string) int {
	return slices.IndexFunc(p.Plan.Stages, func(s procedures.Stage) bool { return s.Name == name })
}

func (d *differ) stages() {
	for _, i := range d.a.Live.Order {
		s := d.a.Plan.Stages[i]
		if stageOf(d.b, s.Name) < 0 {
			d.add(Removed, s.Name, "删除了%s“%s”（%s）。", stageKind(s), d.a.Live.Stages[i].Title, s.Name)
		}
	}
	for _, j := range d.b.Live.Order {
		s := d.b.Plan.Stages[j]
		i := stageOf(d.a, s.Name)
		if i < 0 {
			d.add(Added, s.Name, "增加了%s“%s”（%s）：%s。", stageKind(s), d.b.Live.Stages[j].Title, s.Name, StageNote(d.b, j))
			continue
		}
		d.stage(i, j)
	}
}

func stageKind(s procedures.Stage) string {
	if s.Verb == procedures.VerbEnd {
		return "结束"
	}
	return "环节"
}

func (d *differ) stage(i, j int) {
	a, b := d.a.Plan.Stages[i], d.b.Plan.Stages[j]
	title := d.b.Live.Stages[j].Title
	if a.Verb != b.Verb {
		d.add(Altered, b.Name, "“%s”由“%s”改为“%s”。", title, StageNote(d.a, i), StageNote(d.b, j))
	}
	d.transitions(i, j, title)
	if x, y := effectList(d.a, a), effectList(d.b, b); !slices.Equal(x, y) {
		for _, e := range y {
			if !slices.Contains(x, e) {
				d.add(Added, b.Name, "“%s”增加：%s。", title, e)
			}
		}
		for _, e := range x {
			if !slices.Contains(y, e) {
				d.add(Removed, b.Name, "“%s”不再：%s。", title, e)
			}
		}
	}
	if a.Task >= 0 && b.Task >= 0 {
		d.task(a.Task, b.Task, b.Name, title)
	}
	d.offer(a, b, title)
	if x, y := nameAt(d.a.Plan.RuleSets, a.RuleSet), nameAt(d.b.Plan.RuleSets, b.RuleSet); x != y && a.Verb == b.Verb {
		d.add(Altered, b.Name, "“%s”的规则集由%s改为%s。", title, orNone(x), orNone(y))
	}
	if a.Fund != b.Fund {
		d.add(Altered, b.Name, "“%s”的资金由%s改为%s。", title, orNone(a.Fund), orNone(b.Fund))
	}
	if a.Publish != nil && b.Publish != nil {
		d.limit(a.Publish.Days, b.Publish.Days, procedures.WorkingDays, b.Name, "“"+title+"”的期限", true)
		d.publicity(*a.Publish, *b.Publish, b.Name, "“"+title+"”的")
		for _, hidden := range a.Publish.Hide {
			if !slices.Contains(b.Publish.Hide, hidden) {
				d.add(Loosened, b.Name, "“%s”现在公示 %s。", title, hidden)
			}
		}
	}
	if a.Verb == b.Verb && a.Task < 0 && a.Publish == nil && a.Verb != procedures.VerbEnd {
		if x, y := StageNote(d.a, i), StageNote(d.b, j); x != y {
			d.add(Altered, b.Name, "“%s”由“%s”改为“%s”。", title, x, y)
		}
	}
}

// publicity compares how calendar days and the first day of a publicity period count: fewer days protect less.
func (d *differ) publicity(a, b procedures.Publish, stage, what string) {
	calendar := func(p procedures.Publish) procedures.Limit {
		if p.Calendar == nil {
			return procedures.Limit{}
		}
		return *p.Calendar
	}
	d.limit(calendar(a), calendar(b), procedures.CalendarDays, stage, what+"日历日", true)
	first := func(of *procedures.Procedure, p procedures.Publish) string {
		if p.FirstDay == nil {
			return "不计入"
		}
		switch on, set := of.SwitchValue(p.FirstDay); {
		case !set:
			return "未公布"
		case on:
			return "计入"
		}
		return "不计入"
	}
	if x, y := first(d.a, a), first(d.b, b); x != y {
		kind := Narrowed
		if y == "计入" {
			kind = Loosened
		}
		d.add(kind, stage, "%s公布当日由%s改为%s。", what, x, y)
	}
}

func (d *differ) transitions(i, j int, title string) {
	a, b := d.a.Plan.Stages[i], d.b.Plan.Stages[j]
	find := func(list []procedures.Transition, result string) int {
		return slices.IndexFunc(list, func(t procedures.Transition) bool { return t.Result == result })
	}
	for _, t := range a.On {
		if find(b.On, t.Result) < 0 {
			d.add(Removed, b.Name, "“%s”删除了结果“%s”（原来转到“%s”）。", title, ResultTitle(d.a, i, t.Result), stageTitle(d.a, t.To))
		}
	}
	for _, t := range b.On {
		k := find(a.On, t.Result)
		switch {
		case k < 0:
			d.add(Added, b.Name, "“%s”增加了结果“%s”，转到“%s”。", title, ResultTitle(d.b, j, t.Result), stageTitle(d.b, t.To))
		case stageName(d.a, a.On[k].To) != stageName(d.b, t.To):
			d.add(Altered, b.Name, "“%s”的结果“%s”由转到“%s”改为转到“%s”。", title, ResultTitle(d.b, j, t.Result), stageTitle(d.a, a.On[k].To), stageTitle(d.b, t.To))
		}
	}
}

// effectList describes what a stage does on entry.
func effectList(p *procedures.Procedure, s procedures.Stage) (list []string) {
	for _, e := range s.Do {
		switch {
		case e.Clock >= 0 && e.Turn == "start":
			list = append(list, "开始计“"+p.Live.Clocks[e.Clock]+"”")
		case e.Clock >= 0:
			list = append(list, "停止计“"+p.Live.Clocks[e.Clock]+"”")
		case e.Tell != "" && e.Paper >= 0:
			list = append(list, "用“"+p.Live.Papers[e.Paper]+"”告知申请人")
		case e.Tell != "":
			list = append(list, "告知申请人")
		case e.Paper >= 0:
			list = append(list, "出具“"+p.Live.Papers[e.Paper]+"”")
		case e.RuleSet >= 0:
			list = append(list, "按规则集“"+p.Plan.RuleSets[e.RuleSet]+"”裁定")
		case e.Act >= 0:
			list = append(list, "执行动作“"+p.Plan.Acts[e.Act].Name+"”")
		case e.Emit != "":
			list = append(list, "发出事件“"+e.Emit+"”")
		}
	}
	return list
}

func (d *differ) task(i, j int, stage, title string) {
	a, b := d.a.Plan.Tasks[i], d.b.Plan.Tasks[j]
	if a.Name != b.Name {
		d.add(Altered, stage, "“%s”的任务由 %s 改为 %s。", title, a.Name, b.Name)
	}
	if a.Role != b.Role {
		d.add(Altered, stage, "“%s”由%s改为%s办理。", title, procedures.RoleTitle(a.Role), procedures.RoleTitle(b.Role))
	}
	people := func(p *procedures.Procedure, list []int) (names []string) {
		for _, k := range list {
			if k == procedures.Submitter {
				names = append(names, "提交人")
				continue
			}
			names = append(names, "“"+p.Live.Tasks[k].Title+"”的办理人")
		}
		return names
	}
	x, y := people(d.a, a.Exclude), people(d.b, b.Exclude)
	for _, who := range y {
		if !slices.Contains(x, who) {
			d.add(Narrowed, stage, "“%s”不再可以由%s办理。", title, who)
		}
	}
	for _, who := range x {
		if !slices.Contains(y, who) {
			d.add(Loosened, stage, "“%s”现在可以由%s办理。", title, who)
		}
	}
	d.limits(a, b, stage, title)
	if (a.Countersign >= 0) != (b.Countersign >= 0) {
		if b.Countersign >= 0 {
			d.add(Narrowed, stage, "“%s”现在要第二个人核签。", title)
		} else {
			d.add(Loosened, stage, "“%s”不再要第二个人核签。", title)
		}
	}
	if f, g := formName(d.a, a.Form), formName(d.b, b.Form); f != g {
		d.add(Altered, stage, "“%s”的表单由 %s 改为 %s。", title, f, g)
	}
}

func formName(p *procedures.Procedure, i int) string {
	if i < 0 {
		return ""
	}
	return p.Plan.Forms[i].Name
}

// limits compares the limits of two tasks.
func (d *differ) limits(a, b procedures.Task, stage, title string) {
	what := "“" + title + "”的期限"
	unit := procedures.WorkingDays
	switch {
	case a.Days != nil && b.Days != nil:
		d.limit(*a.Days, *b.Days, unit, stage, what, false)
	case a.Minutes != nil && b.Minutes != nil:
		unit = procedures.Minutes
		d.limit(*a.Minutes, *b.Minutes, unit, stage, what, false)
	case taskLimit(d.a, taskOf(d.a, a)) != taskLimit(d.b, taskOf(d.b, b)) && (a.Clock < 0 || b.Clock < 0):
		x, y := taskLimit(d.a, taskOf(d.a, a)), taskLimit(d.b, taskOf(d.b, b))
		d.add(Altered, stage, "%s由%s改为%s。", what, orNone(x), orNone(y))
	}
	if a.Silence != nil && b.Silence != nil {
		if b.Minutes != nil {
			unit = procedures.Minutes
		}
		d.limit(*a.Silence, *b.Silence, unit, stage, "“"+title+"”逾期后的等待", false)
	}
}

func taskOf(p *procedures.Procedure, t procedures.Task) int {
	return slices.IndexFunc(p.Plan.Tasks, func(x procedures.Task) bool { return x.Name == t.Name })
}

// limit compares two durations: a longer one is looser, unless longer protects people, as for publicity.
func (d *differ) limit(a, b procedures.Limit, unit, subject, what string, protects bool) {
	x, y := limitTitle(d.a, a, unit), limitTitle(d.b, b, unit)
	if x == y && a.Param == b.Param {
		return
	}
	m, known := limitValue(d.a, a)
	n, also := limitValue(d.b, b)
	kind := Altered
	switch {
	case !known || !also || m == n:
	case (n > m) != protects:
		kind = Loosened
	default:
		kind = Narrowed
	}
	if x == y {
		d.add(kind, subject, "%s改由参数“%s”规定。", what, b.Param)
		return
	}
	d.add(kind, subject, "%s由 %s 改为 %s。", what, x, y)
}

func limitValue(p *procedures.Procedure, l procedures.Limit) (float64, bool) {
	if l.Param == "" {
		return float64(l.N), true
	}
	return p.Parameter(l.Param).Number()
}

func (d *differ) offer(a, b procedures.Stage, title string) {
	switch {
	case a.Offer == nil && b.Offer != nil:
		d.add(Narrowed, b.Name, "“%s”可以选的结果现在取决于规则集“%s”。", title, nameAt(d.b.Plan.RuleSets, b.Offer.RuleSet))
	case a.Offer != nil && b.Offer == nil:
		d.add(Loosened, b.Name, "“%s”可以选的结果不再取决于规则集“%s”。", title, nameAt(d.a.Plan.RuleSets, a.Offer.RuleSet))
	}
	if a.Offer == nil || b.Offer == nil {
		return
	}
	for _, o := range []struct {
		result string
		x, y   []string
	}{{procedures.ResultPass, a.Offer.Pass, b.Offer.Pass}, {procedures.ResultFail, a.Offer.Fail, b.Offer.Fail}, {procedures.ResultUnknown, a.Offer.Unknown, b.Offer.Unknown}} {
		for _, code := range o.y {
			if !slices.Contains(o.x, code) {
				d.add(Loosened, b.Name, "“%s”在裁定为“%s”时可以选“%s”。", title, resultTitles[o.result], ResultTitle(d.b, stageOf(d.b, b.Name), code))
			}
		}
		for _, code := range o.x {
			if !slices.Contains(o.y, code) {
				d.add(Narrowed, b.Name, "“%s”在裁定为“%s”时不能再选“%s”。", title, resultTitles[o.result], ResultTitle(d.a, stageOf(d.a, a.Name), code))
			}
		}
	}
}
