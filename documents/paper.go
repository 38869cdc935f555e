package documents

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"unicode/utf8"

	"tuoyu/definition"
	"tuoyu/nursery"
)

// Content is what a document states: plain data that is stored as JSON. Each kind has a struct for it, which embeds Head
// and lies beside the step that fills it. Empty fields are not printed.
type Content interface {
	// Common returns the fields that every kind has. Head implements it.
	Common() *Head
	// Needs calls need for each field without which the document must not be issued, and reports whether it is present.
	Needs(need func(field string, present bool))
	// Facts returns the two or three facts with which a print can be compared. They are shown on the public verification
	// page, so they identify no person.
	Facts() []Fact
	// Unverified reports whether the document prints a citation that is marked 待核, which requires an explanation. Head
	// returns false.
	Unverified() bool
	// Pictures returns the names of the pictures that the document shows beside its text. Head returns none.
	Pictures() []string
}

// Head is the fields that every kind of document has. The group from Address on may be empty.
type Head struct {
	Kind             string           `json:"kind"`
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

	Address      string                `json:"address,omitempty"`       // 机构地址
	Contact      Contact               `json:"contact,omitzero"`        // 联系方式
	ReceivedOn   nursery.Date          `json:"received_on,omitzero"`    // 收到材料之日
	ServiceForms []nursery.ServiceForm `json:"service_forms,omitempty"` // 服务形式
	Classes      []ClassLine           `json:"classes,omitempty"`       // 班级
	Seats        int                   `json:"seats,omitempty"`         // 托位总数
}

// Contact is where the applicant can make enquiries 联系方式.
type Contact struct {
	Office  string `json:"office,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address,omitempty"`
	Hours   string `json:"hours,omitempty"`
	Online  string `json:"online,omitempty"` // 网上办理地址
}

// ClassLine is one class as listed on a receipt 班级.
type ClassLine struct {
	Name  string            `json:"name"`
	Kind  nursery.ClassKind `json:"kind"`
	Seats int               `json:"seats"`
}

// Common returns h.
func (h *Head) Common() *Head { return h }

// Unverified returns false, for contents that print no citation of their own.
func (h *Head) Unverified() bool { return false }

// Pictures returns none.
func (h *Head) Pictures() []string { return nil }

// VerifyPage returns the address of the verification page without the code, for people who type it in.
func (h *Head) VerifyPage() string {
	return strings.TrimRight(strings.TrimSuffix(h.VerifyURL, string(h.VerificationCode)), "/#?=")
}

// Empty returns a value for definition.Paper.New: a function that returns an empty content of type T.
func Empty[T any, C interface {
	*T
	Content
}]() func() any {
	return func() any { return C(new(T)) }
}

// Paper is one document to render 文书: its kind and its content.
type Paper struct {
	definition.Paper
	Content
}

// NewPaper returns the document of a kind with a content. It returns an error if the kind has contents of another type.
func NewPaper(kind definition.Paper, content Content) (Paper, error) {
	if want := reflect.TypeOf(kind.New()); want != reflect.TypeOf(content) {
		return Paper{}, fmt.Errorf("paper %s has a content of type %T, want %s", kind.Kind, content, want)
	}
	return Paper{kind, content}, nil
}

// ReadPaper returns the document of a kind from its stored content.
func ReadPaper(kind definition.Paper, stored []byte) (Paper, error) {
	p, err := NewPaper(kind, kind.New().(Content))
	if err == nil {
		err = json.Unmarshal(stored, p.Content)
	}
	if err != nil {
		return p, fmt.Errorf("decode paper: %w", err)
	}
	return p, nil
}

// FormatNumber returns a document number 发文字号 such as 潞州托备〔2026〕12号. County is the name of the county unit, prefix the
// word of the kind; seq counts per county, kind and year. A name of two characters is not shortened (沁县).
func FormatNumber(county, prefix string, year, seq int) string {
	short := strings.TrimSuffix(strings.TrimSuffix(county, "区"), "县")
	if utf8.RuneCountInString(short) < 2 {
		short = county
	}
	return fmt.Sprintf("%s%s〔%d〕%d号", short, prefix, year, seq)
}

// IncompleteError lists the fields of a document that are missing or cannot be printed.
type IncompleteError struct {
	Kind   string
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
	h := p.Common()
	for _, f := range []struct{ name, value string }{
		{"case_no", h.CaseNo}, {"county_code", h.CountyCode}, {"county_name", h.CountyName},
		{"authority", h.Authority}, {"addressee", h.Addressee},
	} {
		need(f.name, strings.TrimSpace(f.value) != "")
	}
	if !p.OfCounty {
		need("uscc", strings.TrimSpace(h.USCC) != "")
		need("site_kind", strings.TrimSpace(h.SiteKind.Title()) != "")
	}
	need("issued_on", h.IssuedOn.Valid())
	if !draft {
		h.needOfIssue(need)
	}
	p.Needs(need)
	if len(missing) > 0 {
		return &IncompleteError{Kind: p.Kind, Fields: missing}
	}
	return nil
}

// needOfIssue requires the fields of an issued document.
func (h *Head) needOfIssue(need func(string, bool)) {
	need("number", strings.TrimSpace(h.Number) != "")
	code, err := ParseCode(string(h.VerificationCode))
	need("verification_code", err == nil && code == h.VerificationCode)
	u, err := url.Parse(h.VerifyURL)
	need("verify_url", err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" &&
		h.VerificationCode != "" && strings.HasSuffix(h.VerifyURL, string(h.VerificationCode)))
}
