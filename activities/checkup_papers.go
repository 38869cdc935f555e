package activities

import (
	"fmt"

	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
)

// CheckupReport is the report of a check-up round 半年健康体检报告. It identifies no child.
var CheckupReport = definition.Paper{
	Kind: "checkup_report", Title: "半年健康体检报告", Prefix: "托体", Template: "checkup/report.html", New: documents.Empty[CheckupReportContent](),
}

// CheckupReportContent is the content of CheckupReport.
type CheckupReportContent struct {
	documents.Head
	Checkup CheckupSheet `json:"checkup"`
}

// CheckupSheet is what the report of a round states.
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

// count adds a duty of the item. Duties of children who left, and those that do not apply, are not counted as due.
func (l *CheckupLine) count(s nursery.DutyStatus) {
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

// Needs requires the half-year, the clinic and figures that add up.
func (c *CheckupReportContent) Needs(need func(string, bool)) {
	need("checkup.half", !c.Checkup.Half.IsZero())
	need("checkup.clinic", c.Checkup.Clinic != "")
	need("checkup.children", c.Checkup.Checked+c.Checkup.Missed == c.Checkup.Children)
}

// Facts returns how many children were checked.
func (c *CheckupReportContent) Facts() []documents.Fact {
	return documents.Facts{}.Text("应检和完成", fmt.Sprintf("应检%d人，完成%d人，漏检%d人", c.Checkup.Children, c.Checkup.Checked, c.Checkup.Missed))
}
