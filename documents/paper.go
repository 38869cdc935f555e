package documents

import (
	"fmt"
	"net/url"
	"strings"

	"tuoyu/nursery"
)

// Paper is one document to render 文书. It is plain data and is serialized as JSON. Every kind requires the fields of the
// first group; Validate checks which of the others a kind requires. Empty fields are not printed.
type Paper struct {
	Kind             Kind             `json:"kind"`
	Number           string           `json:"number"`      // 发文字号
	CaseNo           string           `json:"case_no"`     // 办件编号
	CountyCode       string           `json:"county_code"` // 县区代码
	CountyName       string           `json:"county_name"` // 县区名称
	Authority        string           `json:"authority"`   // 落款机关: the county health department
	IssuedOn         nursery.Date     `json:"issued_on"`   // 成文日期
	Addressee        string           `json:"addressee"`   // 机构名称
	USCC             string           `json:"uscc"`        // 统一社会信用代码
	SiteKind         nursery.SiteKind `json:"site_kind"`   // 机构类型
	VerificationCode Code             `json:"verification_code"`
	VerifyURL        string           `json:"verify_url"` // content of the QR code; ends with the code

	Address        string                `json:"address,omitempty"`         // 机构地址
	Contact        Contact               `json:"contact,omitzero"`          // 联系方式
	ReceivedOn     nursery.Date          `json:"received_on,omitzero"`      // 收到备案材料之日
	DueOn          nursery.Date          `json:"due_on,omitzero"`           // 办理、补正或整改期限
	FindingDueOn   nursery.Date          `json:"finding_due_on,omitzero"`   // 不符合标准时的告知期限
	DueProvisional bool                  `json:"due_provisional,omitempty"` // the limit ends in an unpublished year
	VisitedOn      nursery.Date          `json:"visited_on,omitzero"`       // 现场核实或复查之日
	Officers       []string              `json:"officers,omitempty"`        // 现场人员, by code or certificate number
	EffectiveOn    nursery.Date          `json:"effective_on,omitzero"`     // 变更或注销生效之日
	RelatedNumber  string                `json:"related_number,omitempty"`  // 所涉文书的发文字号
	ServiceForms   []nursery.ServiceForm `json:"service_forms,omitempty"`   // 服务形式
	Classes        []ClassLine           `json:"classes,omitempty"`         // 班级
	Seats          int                   `json:"seats,omitempty"`           // 托位总数
	Gaps           []Gap                 `json:"gaps,omitempty"`            // 需补正或整改的事项
	Changes        []Change              `json:"changes,omitempty"`         // 变更事项
	Reason         string                `json:"reason,omitempty"`          // 注销原因
	Arrangement    string                `json:"arrangement,omitempty"`     // 婴幼儿和工作人员安置情况
	Children       int                   `json:"children,omitempty"`        // 收托人数
	Publication    string                `json:"publication,omitempty"`     // 公示载体
	Agreement      *Agreement            `json:"agreement,omitempty"`       // 签约协议
	Checkup        *CheckupSheet         `json:"checkup,omitempty"`         // 健康体检
	Inspection     *Inspection           `json:"inspection,omitempty"`      // 督导评估
	Insurance      *InsuranceSheet       `json:"insurance,omitempty"`       // 投保情况
}

// Contact is where the applicant can make enquiries 联系方式.
type Contact struct {
	Office  string `json:"office,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address,omitempty"`
	Hours   string `json:"hours,omitempty"`
	Online  string `json:"online,omitempty"` // 网上办理地址
}

// ClassLine is one class as listed on the receipt 班级.
type ClassLine struct {
	Name  string            `json:"name"`
	Kind  nursery.ClassKind `json:"kind"`
	Seats int               `json:"seats"`
}

// Change is one filed item before and after 变更事项.
type Change struct {
	Item   string `json:"item"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// IncompleteError lists the fields of a document that are missing or cannot be printed.
type IncompleteError struct {
	Kind   Kind
	Fields []string
}

// Error names the fields, never their values.
func (e *IncompleteError) Error() string {
	return fmt.Sprintf("paper %s is incomplete: %s", e.Kind, strings.Join(e.Fields, ", "))
}

// Validate checks that everything the kind requires is present. The error is an *IncompleteError: an incomplete
// document is never issued.
func (p Paper) Validate() error { return p.validate(false) }

// validate implements Validate; a draft has no number and no verification code yet.
func (p Paper) validate(draft bool) error {
	var missing []string
	need := func(field string, ok bool) {
		if !ok {
			missing = append(missing, field)
		}
	}
	_, known := p.Kind.Info()
	need("kind", known)
	for _, f := range []struct{ name, value string }{
		{"case_no", p.CaseNo}, {"county_code", p.CountyCode}, {"county_name", p.CountyName},
		{"authority", p.Authority}, {"addressee", p.Addressee},
	} {
		need(f.name, strings.TrimSpace(f.value) != "")
	}
	if p.Kind != InsuranceNotice && p.Kind != InsuranceSummary { // these are issued to a county, not to an institution
		need("uscc", strings.TrimSpace(p.USCC) != "")
		need("site_kind", strings.TrimSpace(p.SiteKind.Title()) != "")
	}
	need("issued_on", p.IssuedOn.Valid())
	if !draft {
		p.needOfIssue(need)
	}
	p.needByKind(need)
	if len(missing) > 0 {
		return &IncompleteError{Kind: p.Kind, Fields: missing}
	}
	return nil
}

// needOfIssue requires the fields of an issued document.
func (p Paper) needOfIssue(need func(string, bool)) {
	need("number", strings.TrimSpace(p.Number) != "")
	code, err := ParseCode(string(p.VerificationCode))
	need("verification_code", err == nil && code == p.VerificationCode)
	u, err := url.Parse(p.VerifyURL)
	need("verify_url", err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" &&
		p.VerificationCode != "" && strings.HasSuffix(p.VerifyURL, string(p.VerificationCode)))
}

func (p Paper) needByKind(need func(string, bool)) {
	switch p.Kind {
	case CheckupReport:
		p.Checkup.needs(need)
	case InsuranceNotice, InsuranceSummary:
		p.Insurance.needs(p.Kind, need)
	case FilingAcceptance:
		need("received_on", p.ReceivedOn.Valid())
		need("due_on", p.DueOn.Valid())
	case FilingCorrection:
		need("received_on", p.ReceivedOn.Valid())
		need("gaps", len(p.Gaps) > 0)
	case FilingReceipt:
		need("address", p.Address != "")
		need("received_on", p.ReceivedOn.Valid())
		need("service_forms", len(p.ServiceForms) > 0)
		need("seats", p.Seats > 0)
		sum := 0
		for _, c := range p.Classes {
			sum += c.Seats
		}
		need("classes", len(p.Classes) == 0 || sum == p.Seats)
	case FilingNonconformity:
		need("visited_on", p.VisitedOn.Valid())
		need("due_on", p.DueOn.Valid())
		need("gaps", len(p.Gaps) > 0)
	case FilingRectified:
		need("visited_on", p.VisitedOn.Valid())
		need("related_number", p.RelatedNumber != "")
	case FilingCancellation:
		need("effective_on", p.EffectiveOn.Valid())
		need("related_number", p.RelatedNumber != "")
		need("reason", p.Reason != "")
	case ContractAgreement:
		p.needAgreement(need)
	case ContractEnded:
		a := p.Agreement
		need("agreement", a != nil && a.Clinic != "" && a.StartsOn.Valid() && a.EndsOn.Valid())
	case FilingReroute:
		need("children", p.Children > familyPointLimit)
	case FilingChange:
		need("effective_on", p.EffectiveOn.Valid())
		need("related_number", p.RelatedNumber != "")
		need("changes", len(p.Changes) > 0)
	case InspectionRecord, InspectionOrder, InspectionClosed, InspectionReferral:
		p.needOfInspection(need)
	}
}

// VerifyPage returns the address of the verification page without the code, for people who type it in.
func (p Paper) VerifyPage() string {
	return strings.TrimRight(strings.TrimSuffix(p.VerifyURL, string(p.VerificationCode)), "/#?=")
}
