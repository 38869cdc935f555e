package web

import (
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
)

// taskKinds are the kinds of task a role is asked, for the filter of its inbox.
func taskKinds(r nursery.Role) []option {
	return map[nursery.Role][]option{
		nursery.RoleClerk: {{"filing.registration", "核验登记信息"}, {"filing.review", "核对备案材料"}, {"filing_change.review", "变更审核"}, {"filing_cancel.review", "注销审核"}},
		nursery.RoleInspector: {{"filing.site_visit", "现场核查"}, {"filing.site_visit_countersign", "现场核查核签"}, {"filing.recheck", "整改复查"},
			{"inspection.day", "定检查日期"}, {"inspection.visit", "检查"}},
		nursery.RoleInstitution: {{"filing.corrections", "补正"}, {"filing.rectify", "整改"}, {"contract.sign", "签约"}, {"inspection.correct", "检查整改"}},
		nursery.RoleHospital:    {{"contract.sign", "签约"}, {"referral.take", "接收转诊"}, {"referral.result", "转诊结果"}},
	}[r]
}

// decisions are what the rules said when the task was put, the one it names first; what they said before is left out.
func (v taskView) decisions() []nursery.Decision {
	list := []nursery.Decision{*v.Task.Decision}
	step := v.Task.Decision.ID[:strings.LastIndexByte(v.Task.Decision.ID, '/')+1]
	for _, d := range v.Case.Decisions {
		if d.ID != v.Task.Decision.ID && step != "" && strings.HasPrefix(d.ID, step) {
			list = append(list, d.Decision)
		}
	}
	return list
}

// mayAnswer tells whether the task is the reader's to answer; the door has the last word.
func (v taskView) mayAnswer() bool {
	t := v.Task
	return (t.Role == v.p.Role || v.p.Role == nursery.RoleSupervisor && t.Escalated) && (t.Assignee == "" || t.Assignee == v.p.Account)
}

// atMost writes a count that is counted up to a hundred.
func atMost(n int) string {
	if n >= 100 {
		return "99+"
	}
	return strconv.Itoa(n)
}

func emptyInbox(v casework.View) string {
	switch v {
	case casework.ViewMine:
		return "没有领取的待办"
	case casework.ViewClaimable:
		return "没有可以领取的待办"
	case casework.ViewDue:
		return "没有即将到期的待办"
	case casework.ViewOverdue:
		return "没有超期的待办"
	}
	return "没有待办"
}

// shown writes any value the rules saw or asked for.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "是"
		}
		return "否"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return knownWord(v)
	case []any:
		words := make([]string, len(v))
		for i, item := range v {
			words[i] = shown(item)
		}
		return strings.Join(words, "、")
	case map[string]any:
		return ""
	}
	return ""
}

// seenAndAsked writes what a rule saw and what it asks for; empty where it says neither.
func seenAndAsked(r nursery.Reason) string {
	var parts []string
	if seen := shown(r.Seen); seen != "" {
		parts = append(parts, "所见："+seen)
	}
	if limit := shown(r.Limit); limit != "" {
		parts = append(parts, "要求："+limit)
	}
	return strings.Join(parts, "；")
}

// citedAll writes the citations of a reason one after the other.
func citedAll(basis []nursery.Citation) string {
	texts := make([]string, len(basis))
	for i, c := range basis {
		texts[i] = documents.Cite(c)
	}
	return strings.Join(texts, "；")
}
