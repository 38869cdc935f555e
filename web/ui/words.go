package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// WordFor is the Chinese name of a word of an enumeration, by the property it is a value of.
func WordFor(property, word string) string {
	if w, ok := words[property+"="+word]; ok {
		return w
	}
	switch property {
	case "site_kind":
		return nursery.SiteKind(word).Title()
	case "service_forms", "form":
		if t := nursery.ServiceForm(word).Title(); t != word {
			return t
		}
	case "class_kind":
		return nursery.ClassKind(word).Title()
	case "kind":
		if t := nursery.ClassKind(word).Title(); t != word {
			return t
		}
		if t := nursery.PaperKind(word).Title(); t != word {
			return t
		}
		if t := nursery.MilestoneKind(word).Title(); t != word {
			return t
		}
	case "milestone":
		return nursery.MilestoneKind(word).Title()
	case "mode":
		if t := nursery.OperationMode(word).Title(); t != word {
			return t
		}
		return nursery.ServiceMode(word).Title()
	case "purpose":
		return nursery.ConsentPurpose(word).Title()
	case "nature":
		return nursery.Nature(word).Title()
	case "registrar":
		return nursery.Registrar(word).Title()
	case "post":
		return nursery.Post(word).Title()
	case "identity_kind":
		return nursery.IdentityKind(word).Title()
	case "sex":
		return SexTitle(nursery.Sex(word))
	case "severity":
		return nursery.Severity(word).Title()
	}
	if w, ok := words[word]; ok {
		return w
	}
	return word
}

var words = map[string]string{
	"unit=month": "每月", "unit=day": "每日", "unit=hour": "每小时",
	"tenure=owned": "自有", "tenure=leased": "租赁", "tenure=free_use": "无偿使用",
	"outdoor=own": "自有", "outdoor=shared": "共用公共场地", "outdoor=none": "无",
	"result=qualified": "合格", "result=unqualified": "不合格",
	"status=active": "存续", "status=cancelled": "已注销",
	"form=construction_acceptance": "建设工程消防验收", "form=acceptance_filing": "消防验收备案", "form=fire_check": "开业前消防安全检查",
	"form=county_joint_opinion": "县级联合意见", "form=licence": "许可证", "form=certificate": "证明",
	"junior_secondary": "初中及以下", "senior_secondary": "高中、中专", "junior_college": "大专", "bachelor": "本科", "postgraduate": "研究生",
	"childcare_worker": "保育师", "infant_nurturer": "育婴员", "teacher": "教师", "nurse": "护士", "physician": "医师", "guard": "保安员",
	"food_safety": "食品安全", "other": "其他", "infant_care": "婴幼儿照护", "mental_health": "心理健康", "first_aid": "急救",
	"fire": "消防", "management": "管理", "mch_health": "妇幼保健机构的卫生保健培训",
	"topic=safety": "安全", "topic=health": "卫生保健", "topic=staff": "人员", "topic=fees": "收费", "topic=food": "膳食", "topic=abuse": "虐待或者伤害", "topic=other": "其他",
	"kind=random": "随机抽查", "kind=complaint": "投诉举报核查",
	"severity=minor": "轻微", "severity=major": "较重", "severity=serious": "严重",
}

// LongDate is a day as papers write it.
func LongDate(d nursery.Date) string {
	return cmp.Or(d.Long(), "—")
}

// ShortDate is a day in a table.
func ShortDate(d nursery.Date) string {
	if d.IsZero() {
		return "—"
	}
	return d.String()
}

// urgency is the tone of a due date.
func urgency(left *int) string {
	switch {
	case left == nil:
		return "calm"
	case *left < 0:
		return "bad"
	case *left <= 1:
		return "warn"
	}
	return "calm"
}

// ResultTitle returns the title of a result of the rules.
func ResultTone(r nursery.Result) string {
	return map[nursery.Result]string{nursery.Pass: "good", nursery.Fail: "bad", nursery.Unknown: "warn", nursery.Warn: "warn"}[r]
}

// Counties are those of the city, for choices.
func Counties() []Option {
	var list []Option
	for _, d := range nursery.Counties() {
		list = append(list, Option{d.Code, d.Name})
	}
	return list
}

// Count writes a number.
func Count(n int) string { return strconv.Itoa(n) }

// knownWord returns the Chinese title of a value of any enumeration, and other words unchanged.
func knownWord(word string) string {
	if title := nursery.Severity(word).Title(); title != word {
		return title
	}
	for _, property := range []string{"site_kind", "kind", "nature", "registrar", "post", "form", "tenure", "outdoor", "result"} {
		if title := WordFor(property, word); title != word {
			return title
		}
	}
	return word
}

// HalfTitle returns the title of a half-year, and any other text unchanged.
func HalfTitle(half string) string {
	h, err := nursery.ParseHalfYear(half)
	if err != nil {
		return half
	}
	return h.Title()
}

// HalfYears returns the half-years from two years before a day to the next one, the latest first, as options.
func HalfYears(today nursery.Date) []Option {
	var list []Option
	for n, h := 0, nursery.HalfYearOf(today).Next(); n < 6; n, h = n+1, h.Previous() {
		list = append(list, Option{h.String(), h.Title()})
	}
	return list
}

// SexTitle returns the title of a sex.
func SexTitle(s nursery.Sex) string {
	if s == nursery.Male {
		return "男"
	}
	return "女"
}

// Lights are the lights, for choices.
func Lights() (list []Option) {
	for _, l := range []nursery.Light{nursery.Green, nursery.Amber, nursery.Red} {
		list = append(list, Option{string(l), l.Title()})
	}
	return list
}

// LightTone returns the tone of a light.
func LightTone(l nursery.Light) string {
	return map[nursery.Light]string{nursery.Green: "good", nursery.Amber: "warn", nursery.Red: "bad"}[l]
}

// LightTitle returns the title of a light; without one nothing was decided yet.
func LightTitle(title string) string {
	if title == "" {
		return "未核定"
	}
	return title
}

// ColleagueText returns the label of a colleague in a choice: name, account if it differs, role, number of open tasks
// and absence.
func ColleagueText(c casework.Colleague) string {
	text := c.Name
	if c.Name != c.Account {
		text += "（" + c.Account + "）"
	}
	text += fmt.Sprintf("，%s，在办 %d 件", c.RoleTitle, c.Open)
	if c.AwayUntil != nil {
		text += "，不在岗至 " + c.AwayUntil.String()
	}
	return text
}

// notDue returns why a case has no due date.
func notDue(c casework.CaseDetail) string {
	switch {
	case c.Status == nursery.CaseEnded:
		return "已办结"
	case c.Status == nursery.CaseDraft:
		return "提交后开始计算"
	case len(c.Clocks)+len(c.Tasks)+len(c.Decisions) == 0: // the engine has not begun
		return "正在计算"
	case slices.ContainsFunc(c.Clocks, func(k casework.ClockView) bool { return k.State == "paused" }):
		return "等待" + c.HolderTitle + "，期间不计入时限"
	}
	return "无期限"
}
