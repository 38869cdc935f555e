package activities

import (
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
)

// The documents of a contract.
var (
	ContractAgreement = definition.Paper{
		Kind: "contract_agreement", Title: "医育结合签约服务协议", Prefix: "医签", Template: "contract/agreement.html", New: documents.Empty[AgreementContent](),
	}
	ContractEnded = definition.Paper{
		Kind: "contract_ended", Title: "协议终止告知书", Prefix: "医终", Template: "contract/ended.html", New: documents.Empty[ContractEndedContent](),
	}
)

// Agreement is what the documents of a contract state of it 协议. The notice of its end has neither text nor signatures.
type Agreement struct {
	Clinic     string              `json:"clinic"`
	Mode       nursery.ServiceMode `json:"mode"`
	StartsOn   nursery.Date        `json:"starts_on"`
	EndsOn     nursery.Date        `json:"ends_on"`
	Text       string              `json:"text"`        // the text both sides signed
	TextSHA256 string              `json:"text_sha256"` // its hash
	Signatures []AgreementSigned   `json:"signatures"`
}

// AgreementSigned is the signature of one side: who signed, when, and over which text.
type AgreementSigned struct {
	Side    string       `json:"side"`
	Account string       `json:"account"`
	On      nursery.Date `json:"on"`
	SHA256  string       `json:"sha256"`
}

func (a Agreement) facts() []documents.Fact {
	return documents.Facts{}.Text("签约医疗机构", a.Clinic).Text("协议期限", a.StartsOn.Long()+"至"+a.EndsOn.Long())
}

func (a Agreement) dated() bool { return a.Clinic != "" && a.StartsOn.Valid() && a.EndsOn.Valid() }

// AgreementContent is the content of ContractAgreement.
type AgreementContent struct {
	documents.Head
	Agreement Agreement `json:"agreement"`
}

// Needs requires the text and two signatures over it.
func (c *AgreementContent) Needs(need func(string, bool)) {
	a := c.Agreement
	need("agreement", a.dated() && a.Text != "" && len(a.TextSHA256) == 64)
	need("agreement.signatures", len(a.Signatures) == 2)
	for _, s := range a.Signatures {
		need("agreement.signatures", s.SHA256 == a.TextSHA256)
	}
}

// Facts returns the clinic and the term.
func (c *AgreementContent) Facts() []documents.Fact { return c.Agreement.facts() }

// ContractEndedContent is the content of ContractEnded.
type ContractEndedContent struct {
	documents.Head
	Agreement Agreement `json:"agreement"`
	Children  int       `json:"children,omitempty"` // 没有接续的在托婴幼儿
}

// Needs requires the clinic and the term.
func (c *ContractEndedContent) Needs(need func(string, bool)) { need("agreement", c.Agreement.dated()) }

// Facts returns the clinic and the term.
func (c *ContractEndedContent) Facts() []documents.Fact { return c.Agreement.facts() }
