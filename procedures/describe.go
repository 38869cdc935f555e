package procedures

import (
	"fmt"
	"slices"
	"strings"

	"tuoyu/nursery"
)

// resultTitles are the Chinese names of the results that are not outcomes of a form.
var resultTitles = map[string]string{
	ResultPass: "符合", ResultFail: "不符合", ResultUnknown: "无法判断", ResultSilence: "逾期未答复", ResultDisagree: "核签不同意",
	ResultSent: "已报送", ResultReached: "到期", ResultQuiet: "无异议", ResultObjected: "有异议", ResultAll: "全部办完", ResultAny: "有一件办完",
	ResultOpened: "已发起", ResultEvent: "收到通知", ResultLate: "逾期未收到通知", ResultJoined: "各分支办完",
}

// ResultTitle returns the Chinese name of a result of a stage.
func (p *Procedure) ResultTitle(stage int, result string) string {
	if task := p.Plan.Stages[stage].Task; task >= 0 {
		if i := slices.Index(p.Plan.Tasks[task].Outcomes, result); i >= 0 && p.Live.Tasks[task].Outcomes[i] != "" {
			return p.Live.Tasks[task].Outcomes[i]
		}
	}
	if route, ok := strings.CutPrefix(result, routePrefix); ok {
		return "转办：" + route
	}
	if title, ok := resultTitles[result]; ok {
		return title
	}
	return result
}

// stageNote describes in a few words who does what in a stage, and until when.
func (p *Procedure) stageNote(i int) string {
	s := p.Plan.Stages[i]
	switch s.Verb {
	case VerbAsk, VerbPay:
		if s.Task < 0 {
			return ""
		}
		note := roleTitle(p.Plan.Tasks[s.Task].Role)
		if limit := p.taskLimit(s.Task); limit != "" {
			note += " · " + limit
		}
		return note
	case VerbDecide:
		return "系统按规则裁定"
	case VerbCollect:
		return roleTitle(s.Collect.Role) + "填报 · " + p.moment(s.Collect.Until) + "止"
	case VerbPublish:
		return "公示 " + p.limitTitle(s.Publish.Days, workingDays)
	case VerbOpen:
		return "发起下级办件"
	case VerbWait:
		switch {
		case s.Wait.Event != "":
			return "等待外部通知"
		case s.Wait.Days != nil:
			return "等待 " + p.limitTitle(*s.Wait.Days, workingDays)
		case s.Wait.Until != nil:
			return "等到" + p.moment(*s.Wait.Until)
		}
	case VerbTogether:
		return "并行办理"
	case VerbEnd:
		return "结束"
	}
	return ""
}

// taskLimit describes the limit of a task.
func (p *Procedure) taskLimit(i int) string {
	t := p.Plan.Tasks[i]
	switch {
	case t.Days != nil:
		return p.limitTitle(*t.Days, workingDays)
	case t.Minutes != nil:
		return p.limitTitle(*t.Minutes, minutes)
	case t.Clock >= 0:
		return p.Live.Clocks[t.Clock] + " " + p.limitTitle(p.Plan.Clocks[t.Clock].Days, workingDays)
	}
	return ""
}

// limitTitle describes a duration, by the value of its parameter if that is set.
func (p *Procedure) limitTitle(l Limit, unit string) string {
	n := l.N
	if l.Param != "" {
		i := slices.IndexFunc(p.params, func(x *param) bool { return x.name == l.Param })
		if i < 0 {
			return "（" + l.Param + "）"
		}
		value, ok := p.params[i].number()
		if !ok {
			return "（未公布）"
		}
		n = int(value)
	}
	return counted(n, unit)
}

// counted returns a number with its unit.
func counted(n int, unit string) string {
	if unit == workingDays {
		return fmt.Sprintf("%d 个工作日", n)
	}
	return fmt.Sprintf("%d %s", n, unit)
}

var periodTitles = map[string]string{"month": "当月末", "quarter": "当季末", "half_year": "半年末", "year": "当年末"}

// moment describes a day.
func (p *Procedure) moment(m Moment) string {
	if m.Path != "" {
		c := checker{p: p, plan: &p.Plan, out: &problems{}}
		if f, ok := c.resolve(text{}, m.Path); ok && f.title != "" {
			return "“" + f.title + "”所填日期"
		}
		return m.Path
	}
	title := periodTitles[m.EndOf]
	if m.Days != nil {
		title += "后 " + p.limitTitle(*m.Days, workingDays)
	}
	return title
}

// anytimeNote describes who may do something and in which stages.
func (p *Procedure) anytimeNote(i int) string {
	a := p.Plan.Anytime[i]
	var who []string
	if a.Role != "" {
		who = append(who, roleTitle(a.Role))
	}
	if a.Event != "" {
		who = append(who, "外部通知")
	}
	where := ""
	for _, k := range p.Live.Order {
		if where == "" && slices.Contains(a.In, k) {
			where = "在“" + p.Live.Stages[k].Title + "”"
		}
	}
	if len(a.In) > 1 {
		where += fmt.Sprintf("等 %d 个环节", len(a.In))
	}
	return strings.Join(who, "或") + " · " + where
}

var startTitles = map[string]string{"page": "网页", "api": "接口", "event": "外部通知", "schedule": "定时", "parent": "上级办件"}

// startNote describes how cases begin.
func (p *Procedure) startNote() string {
	var by []string
	for _, b := range []string{"page", "api", "event", "schedule", "parent"} {
		if slices.Contains(p.Plan.Start.By, b) {
			by = append(by, startTitles[b])
		}
	}
	if p.Plan.Start.Role == "" {
		return strings.Join(by, "、") + "发起"
	}
	return roleTitle(p.Plan.Start.Role) + "通过" + strings.Join(by, "、") + "申请"
}

func roleList(roles []nursery.Role) string {
	titles := make([]string, len(roles))
	for i, r := range roles {
		titles[i] = roleTitle(r)
	}
	return strings.Join(titles, "、")
}
