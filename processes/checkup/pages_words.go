package checkup

import (
	"fmt"
	"strings"

	"tuoyu/nursery"
	"tuoyu/web"
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
func notDone() []web.Option {
	var list []web.Option
	for _, n := range []nursery.NotDone{nursery.NotDoneIll, nursery.NotDoneAway, nursery.NotDoneRefused, nursery.NotDoneUnreachable, nursery.NotDoneHoliday,
		nursery.NotDoneCapacity, nursery.NotDoneEquipment, nursery.NotDoneOther} {
		list = append(list, web.Option{Value: string(n), Label: n.Title()})
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
