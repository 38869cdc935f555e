package documents

import "tuoyu/nursery"

// CheckupReport is the report of a check-up round 半年健康体检报告. It identifies no child.
const CheckupReport Kind = "checkup_report"

// CheckupSheet is the content of the report of a round.
type CheckupSheet struct {
	Half      nursery.HalfYear `json:"half"`
	Clinic    string           `json:"clinic"`
	DueOn     nursery.Date     `json:"due_on"`
	Children  int              `json:"children"` // with a check due
	Checked   int              `json:"checked"`  // with every item done
	Missed    int              `json:"missed"`
	Referrals int              `json:"referrals"`
	Lines     []CheckupLine    `json:"lines"`
	Reasons   []CheckupReason  `json:"reasons,omitempty"`
}

// CheckupLine is the totals of one item over all children.
type CheckupLine struct {
	Item   string `json:"item"`
	Owed   int    `json:"owed"`
	OnTime int    `json:"on_time"`
	Late   int    `json:"late"`
	Missed int    `json:"missed"`
	Waived int    `json:"waived"`
}

// CheckupReason is the number of items that were not done for a reason.
type CheckupReason struct {
	Reason string `json:"reason"`
	Items  int    `json:"items"`
}

// Count adds a duty of the item. Duties of children who left, and those that do not apply, are not counted as due.
func (l *CheckupLine) Count(s nursery.DutyStatus) {
	switch s {
	case nursery.DutyTransferred, nursery.DutyNotApplicable:
		return
	case nursery.DutyDoneOnTime:
		l.OnTime++
	case nursery.DutyDoneLate:
		l.Late++
	case nursery.DutyWaived:
		l.Waived++
	case nursery.DutyMissed:
		l.Missed++
	}
	l.Owed++
}

func (s *CheckupSheet) needs(need func(string, bool)) {
	need("checkup", s != nil)
	if s == nil {
		return
	}
	need("checkup.half", !s.Half.IsZero())
	need("checkup.clinic", s.Clinic != "")
	need("checkup.children", s.Checked+s.Missed == s.Children)
}
