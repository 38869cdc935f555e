package checkup

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tuoyu/nursery"
	"tuoyu/web/ui"
)

func roundTone(state string) string {
	return map[string]string{"blocked": "bad", "open": "warn", "closed": "good"}[state]
}

// dueText returns the text of an empty cell: the day of the last unsuccessful attempt, else the status of the duty unless it is
// open.
func dueText(owed DueItem) string {
	switch {
	case !owed.TriedOn.IsZero() && owed.DoneOn.IsZero():
		return owed.TriedOn.String()[len("2026-"):] + " 未检"
	case owed.Status == nursery.DutyOpen:
		return ""
	}
	return owed.StatusTitle
}

// notDone are the reasons why an item was not looked at.
func notDone() []ui.Option {
	var list []ui.Option
	for _, n := range []nursery.NotDone{nursery.NotDoneIll, nursery.NotDoneAway, nursery.NotDoneRefused, nursery.NotDoneUnreachable, nursery.NotDoneHoliday,
		nursery.NotDoneCapacity, nursery.NotDoneEquipment, nursery.NotDoneOther} {
		list = append(list, ui.Option{Value: string(n), Label: n.Title()})
	}
	return list
}

// percent is a share as a whole number, never rounded up to all.
func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return part * 100 / whole
}

func statusesText(p ItemProgress) string {
	var said []string
	for _, s := range p.Statuses {
		said = append(said, fmt.Sprintf("%s %d", s.Title, s.Duties))
	}
	return strings.Join(said, "，")
}

// checkedText is what came of an item, in words.
func checkedText(i nursery.CheckedItem) string {
	switch {
	case !i.Done:
		return "未检：" + i.Reason.Title()
	case i.Value > 0:
		return fmt.Sprintf("%v %s", i.Value, i.Item.Row().Symbol)
	case i.Result == nursery.FoundAbnormal:
		return "异常"
	}
	return "正常"
}

// resultText is a result in the form in which its field has it.
func resultText(i RecordedItem) string {
	if i.Value > 0 {
		return strconv.FormatFloat(i.Value, 'f', -1, 64)
	}
	return i.Result
}

// earlierText is the last result of an earlier round, beside the field of an item; empty if there is none.
func earlierText(c ClassChild, item nursery.CheckItem) string {
	was, ok := doneOf(c.Earlier, item)
	switch {
	case !ok:
		return ""
	case was.Value > 0:
		return "上次 " + resultText(was)
	}
	return "上次" + checkedText(was.CheckedItem)
}

// yesIf writes what was recorded of a box.
func yesIf(recorded bool) string {
	if recorded {
		return "yes"
	}
	return ""
}

// signsOf are the warning signs that are recorded.
func signsOf(c ClassChild) []int {
	was, _ := c.recorded(nursery.ItemDevelopment)
	return was.Signs
}

// recordersText names who recorded the results of the last day.
func recordersText(c ClassChild) string {
	var names []string
	for _, i := range c.Recorded {
		if i.CheckedOn == c.CheckedOn && !slices.Contains(names, i.RecordedBy) {
			names = append(names, i.RecordedBy)
		}
	}
	return strings.Join(names, "、")
}

// earlierOn is the day of the last result of an earlier round.
func earlierOn(c ClassChild, item nursery.CheckItem) string {
	was, _ := doneOf(c.Earlier, item)
	return was.CheckedOn.String()
}
