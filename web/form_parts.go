package web

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
)

func newKey() string { return rand.Text() }

// problemView is a refusal as the trouble page shows it.
type problemView struct {
	Title, Message string
	Status         int
	Fields         []casework.FieldError
	Back           string    // page of the form that was sent
	Sent           savedForm // that form, when it can be sent again as it is
	Files          bool      // files came with it
}

// closed reports whether a field may not be changed now.
func (a boundForm) closed(at string) bool { return a.Open != nil && !a.Open(at) }

// closedFields are the fields of a group that may not be changed now.
func (a boundForm) closedFields(s formSchema, at string) formSchema {
	closed := formSchema{Kind: kindGroup}
	for _, f := range s.Fields {
		if a.closed(at + "/" + f.Name) {
			closed.Fields = append(closed.Fields, f)
		}
	}
	return closed
}

// closedRows are the rows of a list that may not be changed now.
func (a boundForm) closedRows(at string) (closed []int) {
	for _, n := range rows(a.Values, at) {
		if a.closed(fmt.Sprintf("%s/%d", at, n)) {
			closed = append(closed, n)
		}
	}
	return closed
}

// whole reports whether all that is in a place may be changed, so that it may be added to or taken away.
func (a boundForm) whole(at string) bool {
	if a.Whole == nil {
		return !a.closed(at)
	}
	return a.Whole(at)
}

func (a boundForm) mayAdd(at string) bool { return a.whole(at) }

func (a boundForm) mayRemove(at string) bool { return a.whole(at) }

// lockedTitle is the heading of what may not be changed: in a row, of the row; else of the section.
func (a boundForm) lockedTitle(at string) string {
	if at == "" {
		return "本部分其余内容，不在补正范围，只供查看"
	}
	return "其余内容，不在补正范围，只供查看"
}

// itemTitle is the heading of a row.
func (a boundForm) itemTitle(at string, i, n int) string {
	if title := a.Items[fmt.Sprintf("%s/%d", at, n)]; title != "" {
		return title
	}
	return fmt.Sprintf("第 %d 项", i+1)
}

// part returns the part of the page that a script replaces when a row is added or removed.
func (a boundForm) part() string {
	if a.Part != "" {
		return a.Part
	}
	return "form"
}

// fileName returns the name of a file. Where that is unknown, it returns the beginning of the ID, to distinguish it
// from others.
func (a boundForm) fileName(id string) string {
	if name := a.Files[id]; name != "" {
		return name
	}
	return "附件 " + id[:min(8, len(id))]
}

// attributes returns the HTML attributes of the input for s at a place.
func (a boundForm) attributes(s formSchema, at string) templ.Attributes {
	out := templ.Attributes{}
	if s.Required {
		out["required"] = true
	}
	if s.Longest > 0 {
		out["maxlength"] = strconv.Itoa(s.Longest)
	}
	if a.closed(at) {
		out["readonly"] = true
	}
	var described []string
	if s.Hint != "" {
		described = append(described, fieldID(at)+"-hint")
	}
	if a.faultAt(at) != "" {
		described = append(described, fieldID(at)+"-fault")
		out["aria-invalid"] = "true"
	}
	if described != nil {
		out["aria-describedby"] = strings.Join(described, " ")
	}
	switch s.Kind {
	case kindArea, kindChoice:
		return out
	case kindWhole:
		out["inputmode"], out["class"], out["pattern"] = "numeric", "short", `-?\d*`
	case kindDecimal, kindMoney:
		out["inputmode"], out["class"], out["pattern"] = "decimal", "short", `-?\d*(\.\d*)?`
	case kindDate:
		out["type"], out["class"] = "date", "short"
	case kindTime:
		out["type"], out["class"] = "time", "short"
	case kindMoment:
		out["type"], out["class"] = "datetime-local", "short"
	}
	if out["type"] == nil {
		out["type"] = "text"
	}
	if strings.HasSuffix(at, "/phone") {
		out["type"] = "tel"
	}
	return out
}

func optionsOf(s formSchema) []option {
	if s.Kind == kindYesNo {
		return []option{{"true", "是"}, {"false", "否"}}
	}
	return s.Options
}

// labelAt is the label of the field a pointer leads to, with a colon; empty when there is none.
func labelAt(s formSchema, pointer string) string {
	var words []string
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if n, err := strconv.Atoi(step); err == nil {
			words = append(words, "第 "+strconv.Itoa(n+1)+" 项")
			continue
		}
		f, ok := s.field(step)
		if !ok {
			break
		}
		words = append(words, f.Label)
		s = f
	}
	if words == nil {
		return ""
	}
	return strings.Join(words, " · ") + "："
}

// navItem is a link of the main navigation.
type navItem struct{ Path, Title string }

// covers reports whether a page lies under the link.
func (n navItem) covers(path string) bool {
	return path == n.Path || strings.HasPrefix(path, n.Path+"/")
}

var navigations = map[nursery.Role][]navItem{
	nursery.RoleInstitution:   {{"/start", "首页"}, {"/cases", "我的办件"}, {"/tasks", "待办"}, {"/children", "名册"}, {"/attendance", "考勤"}, {"/contracts", "签约"}, {"/checkups", "体检"}, {"/inspections", "检查"}},
	nursery.RoleClerk:         {{"/tasks", "待办"}, {"/cases", "办件"}, {"/register", "机构"}},
	nursery.RoleSupervisor:    {{"/tasks", "待办"}, {"/cases", "办件"}, {"/workload", "工作量"}, {"/inspections", "检查"}, {"/inspection-plans", "检查计划"}, {"/inspectors", "检查人员"}, {"/overdue", "超期"}, {"/register", "机构"}},
	nursery.RoleInspector:     {{"/visits", "今日检查"}, {"/tasks", "待办"}, {"/inspections", "检查"}, {"/register", "机构"}},
	nursery.RoleHospital:      {{"/checkups", "体检"}, {"/referrals", "转诊"}, {"/contracts", "签约"}, {"/tasks", "待办"}},
	nursery.RoleCountyOffice:  {{"/overview", "总览"}, {"/build", "建设台账"}, {"/targets", "目标"}, {"/overdue", "超期"}, {"/tasks", "待办"}, {"/checkups", "体检"}, {"/contracts", "签约"}, {"/inspections", "检查"}, {"/insurance", "保险"}, {"/children/alike", "疑似同一婴幼儿"}, {"/readings", "查阅登记"}},
	nursery.RoleCityOffice:    {{"/overview", "挂图"}, {"/build", "建设台账"}, {"/targets", "目标"}, {"/overdue", "超期"}, {"/tasks", "待办"}, {"/checkups", "体检"}, {"/contracts", "签约"}, {"/inspections", "检查"}, {"/insurance", "保险"}},
	nursery.RoleInsurer:       {{"/insurance", "投保"}, {"/claims", "理赔"}, {"/tasks", "待办"}, {"/cases", "办件"}},
	nursery.RoleAuditor:       {{"/overview", "挂图"}, {"/cases", "办件"}, {"/build", "建设台账"}, {"/targets", "目标"}, {"/overdue", "超期"}, {"/insurance", "保险"}, {"/inspection-plans", "检查计划"}, {"/readings", "查阅登记"}},
	nursery.RoleRegistrar:     {{"/registrations", "登记信息"}},
	nursery.RoleAdministrator: {{"/admin/settings", "参数"}, {"/admin/rules", "规则"}, {"/admin/calendar", "节假日"}, {"/admin/absences", "外出代办"}},
}

// navigation is the links of the frame's reader. Cases that cannot go on are among them while there are some, with their number.
func (f frame) navigation() []navItem {
	items := slices.Clone(navigations[f.p.Role])
	if f.stuck > 0 {
		return append(items, navItem{stuckPath, "受阻办件（" + strconv.FormatInt(f.stuck, 10) + "）"})
	}
	if f.p.Role == nursery.RoleAdministrator {
		return append(items, navItem{stuckPath, "受阻办件"})
	}
	return items
}

// startPath is where each role's work begins.
func startPath(p nursery.Principal) string {
	if p.Role == nursery.RoleInstitution {
		return "/start"
	}
	if items := navigations[p.Role]; len(items) > 0 {
		return items[0].Path
	}
	return "/"
}

func brandPath(p nursery.Principal) string {
	if p.Account == "" {
		return "/"
	}
	return "/home"
}
