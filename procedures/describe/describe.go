// Package describe puts procedures into Chinese words: who does what in a stage and until when, and what differs between two
// revisions.
package describe

import (
	"fmt"
	"slices"
	"strings"

	"tuoyu/nursery"
	"tuoyu/procedures"
)

// resultTitles are the Chinese names of the results that are not outcomes of a form.
var resultTitles = map[string]string{
	procedures.ResultPass: "符合", procedures.ResultFail: "不符合", procedures.ResultUnknown: "无法判断", procedures.ResultSilence: "逾期未答复", procedures.ResultDisagree: "核签不同意",
	procedures.ResultSent: "已报送", procedures.ResultReached: "到期", procedures.ResultQuiet: "无异议", procedures.ResultObjected: "有异议", procedures.ResultAll: "全部办完", procedures.ResultAny: "有一件办完",
	procedures.ResultOpened: "已发起", procedures.ResultDuplicate: "同一期间已经拨付", procedures.ResultEvent: "收到通知", procedures.ResultLate: "逾期未收到通知", procedures.ResultJoined: "各分支办完",
}

// ResultTitle returns the Chinese name of a result of a stage.
func ResultTitle(p *procedures.Procedure, stage int, result string) string {
	if task := p.Plan.Stages[stage].Task; task >= 0 {
		if i := slices.Index(p.Plan.Tasks[task].Outcomes, result); i >= 0 && p.Live.Tasks[task].Outcomes[i] != "" {
			return p.Live.Tasks[task].Outcomes[i]
		}
	}
	if route, ok := strings.CutPrefix(result, procedures.Route("")); ok {
		return "转办：" + route
	}
	if title, ok := resultTitles[result]; ok {
		return title
	}
	return result
}

// StageNote describes in a few words who does what in a stage, and until when.
func StageNote(p *procedures.Procedure, i int) string {
	s := p.Plan.Stages[i]
	switch s.Verb {
	case procedures.VerbAsk, procedures.VerbPay:
		if s.Task < 0 {
			return ""
		}
		note := procedures.RoleTitle(p.Plan.Tasks[s.Task].Role)
		if limit := taskLimit(p, s.Task); limit != "" {
			note += " · " + limit
		}
		return note
	case procedures.VerbDecide:
		return "系统按规则裁定"
	case procedures.VerbCollect:
		return procedures.RoleTitle(s.Collect.Role) + "填报 · " + moment(p, s.Collect.Until) + "止"
	case procedures.VerbPublish:
		return "公示 " + publicity(p, *s.Publish)
	case procedures.VerbOpen:
		return "发起下级办件"
	case procedures.VerbWait:
		switch {
		case s.Wait.Event != "":
			return "等待外部通知"
		case s.Wait.Days != nil:
			return "等待 " + limitTitle(p, *s.Wait.Days, procedures.WorkingDays)
		case s.Wait.Until != nil:
			return "等到" + moment(p, *s.Wait.Until)
		}
	case procedures.VerbTogether:
		return "并行办理"
	case procedures.VerbEnd:
		return "结束"
	}
	return ""
}

// taskLimit describes the limit of a task.
func taskLimit(p *procedures.Procedure, i int) string {
	t := p.Plan.Tasks[i]
	switch {
	case t.Days != nil:
		return limitTitle(p, *t.Days, procedures.WorkingDays)
	case t.Minutes != nil:
		return limitTitle(p, *t.Minutes, procedures.Minutes)
	case t.Clock >= 0:
		return p.Live.Clocks[t.Clock] + " " + limitTitle(p, p.Plan.Clocks[t.Clock].Days, procedures.WorkingDays)
	}
	return ""
}

// limitTitle describes a duration, by the value of its parameter if that is set.
func limitTitle(p *procedures.Procedure, l procedures.Limit, unit string) string {
	n := l.N
	if l.Param != "" {
		parameter := p.Parameter(l.Param)
		if parameter.Name == "" {
			return "（" + l.Param + "）"
		}
		value, ok := parameter.Number()
		if !ok {
			return "（未公布）"
		}
		n = int(value)
	}
	return counted(n, unit)
}

// publicity describes a publicity period: its days, and whether the first of them is that of the publication.
func publicity(p *procedures.Procedure, of procedures.Publish) string {
	var parts []string
	if n, set := p.LimitValue(&of.Days); !set || n > 0 {
		parts = append(parts, limitTitle(p, of.Days, procedures.WorkingDays))
	}
	if of.Calendar != nil {
		if n, set := p.LimitValue(of.Calendar); !set || n > 0 {
			parts = append(parts, limitTitle(p, *of.Calendar, procedures.CalendarDays))
		}
	}
	title := strings.Join(parts, "且不少于 ")
	if of.FirstDay == nil {
		return title
	}
	switch on, set := p.SwitchValue(of.FirstDay); {
	case !set:
		title += "，公布当日是否计入未公布"
	case on:
		title += "，公布当日计入"
	}
	return title
}

// counted returns a number with its unit.
func counted(n int, unit string) string {
	switch unit {
	case procedures.WorkingDays:
		return fmt.Sprintf("%d 个工作日", n)
	case procedures.CalendarDays:
		return fmt.Sprintf("%d 天", n)
	}
	return fmt.Sprintf("%d %s", n, unit)
}

var periodTitles = map[string]string{"month": "当月末", "quarter": "当季末", "half_year": "半年末", "year": "当年末"}

// moment describes a day.
func moment(p *procedures.Procedure, m procedures.Moment) string {
	if m.Path != "" {
		if title := p.FieldTitle(m.Path); title != "" {
			return "“" + title + "”所填日期"
		}
		return m.Path
	}
	title := periodTitles[m.EndOf]
	switch {
	case m.Days != nil && title == "":
		return limitTitle(p, *m.Days, procedures.WorkingDays)
	case m.Days != nil:
		title += "后 " + limitTitle(p, *m.Days, procedures.WorkingDays)
	}
	return title
}

// AnytimeNote describes who may do something and in which stages.
func AnytimeNote(p *procedures.Procedure, i int) string {
	a := p.Plan.Anytime[i]
	var who []string
	if a.Role != "" {
		who = append(who, procedures.RoleTitle(a.Role))
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

// StartNote describes how cases begin.
func StartNote(p *procedures.Procedure) string {
	var by []string
	for _, b := range []string{"page", "api", "event", "schedule", "parent"} {
		if slices.Contains(p.Plan.Start.By, b) {
			by = append(by, startTitles[b])
		}
	}
	if p.Plan.Start.Role == "" {
		return strings.Join(by, "、") + "发起"
	}
	return procedures.RoleTitle(p.Plan.Start.Role) + "通过" + strings.Join(by, "、") + "申请"
}

func roleList(roles []nursery.Role) string {
	titles := make([]string, len(roles))
	for i, r := range roles {
		titles[i] = procedures.RoleTitle(r)
	}
	return strings.Join(titles, "、")
}
