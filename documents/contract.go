package documents

import "tuoyu/nursery"

// The documents of a contract.
const (
	ContractAgreement Kind = "contract_agreement" // 医育结合签约服务协议
	ContractEnded     Kind = "contract_ended"     // 协议终止告知书
)

// Agreement is the content of the agreement, in addition to the common fields 协议.
type Agreement struct {
	Clinic     string              `json:"clinic"`
	Mode       nursery.ServiceMode `json:"mode"`
	StartsOn   nursery.Date        `json:"starts_on"`
	EndsOn     nursery.Date        `json:"ends_on"`
	Text       string              `json:"text"`        // the text both sides signed
	TextSHA256 string              `json:"text_sha256"` // its hash
	Signatures []Signature         `json:"signatures"`
}

// Signature is the signature of one side: who signed, when, and over which text.
type Signature struct {
	Side    string       `json:"side"`
	Account string       `json:"account"`
	On      nursery.Date `json:"on"`
	SHA256  string       `json:"sha256"`
}

func (p Paper) needAgreement(need func(string, bool)) {
	a := p.Agreement
	need("agreement", a != nil && a.Clinic != "" && a.Text != "" && len(a.TextSHA256) == 64 && a.StartsOn.Valid() && a.EndsOn.Valid())
	if a == nil {
		return
	}
	need("agreement.signatures", len(a.Signatures) == 2)
	for _, s := range a.Signatures {
		need("agreement.signatures", s.SHA256 == a.TextSHA256)
	}
}
