package documents

import "tuoyu/nursery"

// Inspection is the content of the documents of an inspection, in addition to the common fields 督导评估.
type Inspection struct {
	Kind       string            `json:"kind"`              // 检查方式
	Round      int               `json:"round"`             // 0 for the visit, then the number of the re-inspection
	Items      []ItemLine        `json:"items,omitempty"`   // 检查项目
	Hash       string            `json:"hash,omitempty"`    // SHA-256 of the completed checklist
	Signatures []SignatureLine   `json:"signatures"`        // 签字
	Penalty    *nursery.Citation `json:"penalty,omitempty"` // 处罚依据
}

// ItemLine is one item of the printed record.
type ItemLine struct {
	Title  string             `json:"title"`
	Result string             `json:"result"`
	Note   string             `json:"note,omitempty"`
	Photos int                `json:"photos,omitempty"`
	Basis  []nursery.Citation `json:"basis"`
}

// SignatureLine is one signature of the printed record.
type SignatureLine struct {
	Party   string `json:"party"`
	Manner  string `json:"manner"`
	Note    string `json:"note,omitempty"`
	Picture string `json:"picture,omitempty"` // 手写签名: the attachment
}

// pictures returns the attachments that the document shows beside its text.
func (p Paper) pictures() []string {
	var all []string
	if p.Inspection != nil {
		for _, s := range p.Inspection.Signatures {
			if s.Picture != "" {
				all = append(all, s.Picture)
			}
		}
	}
	return all
}

func (p Paper) needOfInspection(need func(string, bool)) {
	i := p.Inspection
	if i == nil {
		need("inspection", false)
		return
	}
	need("visited_on", p.VisitedOn.Valid())
	switch p.Kind {
	case InspectionRecord:
		need("inspection/items", len(i.Items) > 0)
		need("inspection/hash", len(i.Hash) == 64)
		need("inspection/signatures", len(i.Signatures) == 3)
	case InspectionOrder:
		need("gaps", len(p.Gaps) > 0)
		need("due_on", p.DueOn.Valid())
	case InspectionReferral:
		need("gaps", len(p.Gaps) > 0)
		// A trial regulation alone is no ground for a penalty; a law is.
		need("inspection/penalty", i.Penalty != nil && i.Penalty.Binding <= "L3")
	}
}
