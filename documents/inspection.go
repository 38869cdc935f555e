package documents

import "tuoyu/nursery"

// Inspection is what the papers of an inspection say besides what every paper does 督导评估.
type Inspection struct {
	Kind       string            `json:"kind"`              // 检查方式
	Round      int               `json:"round"`             // 0 the visit, then the re-inspections
	Items      []ItemLine        `json:"items,omitempty"`   // 检查项目
	Hash       string            `json:"hash,omitempty"`    // SHA-256 of the filled checklist
	Signatures []SignatureLine   `json:"signatures"`        // 签字
	Penalty    *nursery.Citation `json:"penalty,omitempty"` // 处罚依据
}

// ItemLine is one item as the record prints it.
type ItemLine struct {
	Title  string             `json:"title"`
	Result string             `json:"result"`
	Note   string             `json:"note,omitempty"`
	Photos int                `json:"photos,omitempty"`
	Basis  []nursery.Citation `json:"basis"`
}

// SignatureLine is one signature as the record prints it.
type SignatureLine struct {
	Party   string `json:"party"`
	Manner  string `json:"manner"`
	Note    string `json:"note,omitempty"`
	Picture string `json:"picture,omitempty"` // 手写签名: the attachment
}

// pictures are the attachments that a paper shows beside its text.
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
		// The trial documents alone carry no penalty: a law does.
		need("inspection/penalty", i.Penalty != nil && i.Penalty.Binding <= "L3")
	}
}
