package documents

import (
	"fmt"
	"strconv"

	"tuoyu/nursery"
)

// Fact is one of the two or three key facts of a document, for comparison with a print of it. It identifies no child.
type Fact struct {
	Label string `json:"label" doc:"要点名称"`
	Value string `json:"value" doc:"内容"`
}

// Facts returns the facts with which a print of the document can be compared, by its kind: the places of a receipt, the
// result of an inspection, the number of items in a notice and their due date. They are shown on the public
// verification page, so they identify no person.
func (p Paper) Facts() []Fact {
	var facts []Fact
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, Fact{label, value})
		}
	}
	on := func(label string, d nursery.Date) {
		if !d.IsZero() {
			add(label, d.Long())
		}
	}
	count := func(label string, n int, unit string) { add(label, strconv.Itoa(n)+unit) }
	switch p.Kind {
	case FilingReceipt, FilingChange:
		add("机构类型", p.SiteKind.Title())
		count("托位总数", p.Seats, "个")
		add("机构地址", p.Address)
	case FilingReroute:
		count("拟收托人数", p.Children, "人")
	case FilingCorrection, FilingNonconformity, InspectionOrder, InspectionReferral:
		count("列明事项", len(p.Gaps), "项")
		on("期限", p.DueOn)
	case FilingRectified, InspectionClosed:
		on("复查日期", p.VisitedOn)
	case FilingCancellation:
		on("生效日期", p.EffectiveOn)
	case InspectionRecord:
		on("检查日期", p.VisitedOn)
		add("检查结果", p.Inspection.result())
	case ContractAgreement, ContractEnded:
		if a := p.Agreement; a != nil {
			add("签约医疗机构", a.Clinic)
			add("协议期限", a.StartsOn.Long()+"至"+a.EndsOn.Long())
		}
	case CheckupReport:
		if c := p.Checkup; c != nil {
			add("应检和完成", fmt.Sprintf("应检%d人，完成%d人，漏检%d人", c.Children, c.Checked, c.Missed))
		}
	case InsuranceNotice, InsuranceSummary:
		if i := p.Insurance; i != nil {
			add("月份", i.MonthTitle())
			if p.Kind == InsuranceNotice {
				count("投保人数", i.Lines, "人")
			} else {
				count("已承保", i.Insured, "人")
			}
			add("保险费", i.Premium()+"元")
		}
	}
	return facts
}

// result returns the number of inspected items that did not conform, in Chinese.
func (i *Inspection) result() string {
	if i == nil {
		return ""
	}
	failed := 0
	for _, item := range i.Items {
		if item.Result == nursery.ItemNotOK.Title() {
			failed++
		}
	}
	if failed == 0 {
		return fmt.Sprintf("检查%d项，未发现不合格", len(i.Items))
	}
	return fmt.Sprintf("检查%d项，不合格%d项", len(i.Items), failed)
}
