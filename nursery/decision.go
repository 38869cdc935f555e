package nursery

import "time"

// Result is the result of evaluating the rules on a set of facts 裁定结果. A missing fact is unknown, never fail.
type Result string

// The results. Warn is the result of a recommended standard that is not met.
const (
	Pass          Result = "pass"
	Fail          Result = "fail"
	Unknown       Result = "unknown"
	NotApplicable Result = "not_applicable"
	Warn          Result = "warn"
)

var resultTitles = map[Result]string{Pass: "符合", Fail: "不符合", Unknown: "缺少信息", NotApplicable: "不适用", Warn: "提示"}

// Title returns the Chinese name of a result.
func (r Result) Title() string { return title(resultTitles, r) }

// Binding is the legal force of a rule 约束力, from L1 (law) to L8 (a default of the engine). Only L1–L5 and L7 can make
// a decision fail; L6 warns and L8 is never a legal ground.
type Binding string

// Citation identifies the text on which a reason is based 依据.
type Citation struct {
	Document string  `json:"document" doc:"文件名称"`
	Number   string  `json:"number,omitempty" doc:"文号"`
	Article  string  `json:"article,omitempty" doc:"条款"`
	Binding  Binding `json:"binding" enum:"L1,L2,L3,L4,L5,L6,L7,L8" doc:"约束力等级"`
	Verified bool    `json:"verified" doc:"条文是否已核对原文"`
}

// Reason is one finding of a rule 理由: the actual value, the limit and what the person can do.
type Reason struct {
	Rule    string     `json:"rule" doc:"规则编号"`
	Title   string     `json:"title" doc:"规则名称"`
	Result  Result     `json:"result" enum:"fail,unknown,warn" doc:"结论"`
	Subject string     `json:"subject,omitempty" doc:"所指班级、人员或材料"`
	Fields  []string   `json:"fields,omitempty" doc:"可以更正的字段, JSON Pointer"`
	Seen    any        `json:"seen,omitempty" doc:"所见值"`
	Limit   any        `json:"limit,omitempty" doc:"要求值"`
	Message string     `json:"message" doc:"给申请人的说明"`
	Remedy  string     `json:"remedy,omitempty" doc:"如何补正"`
	Basis   []Citation `json:"basis" doc:"依据"`
	Penalty *Citation  `json:"penalty_basis,omitempty" doc:"处罚依据"`
	// Verified reports whether every citation and parameter behind the reason was checked against the original.
	Verified bool `json:"verified" doc:"依据与参数是否均已核对原文"`
}

// Decision is the result of evaluating a rule set on facts under a revision of the rules 裁定.
type Decision struct {
	ID           string        `json:"id,omitempty" doc:"裁定编号"`
	RuleSet      string        `json:"rule_set" doc:"规则集"`
	AsOf         Date          `json:"as_of" doc:"适用规则的日期"`
	Revision     string        `json:"revision" doc:"规则版本"`
	Result       Result        `json:"result" enum:"pass,fail,unknown,not_applicable" doc:"结论"`
	Reasons      []Reason      `json:"reasons" doc:"理由"`
	FactsUsed    []string      `json:"facts_used" doc:"用到的事实, JSON Pointer, * 表示列表中的每一项"`
	FactsMissing []string      `json:"facts_missing" doc:"缺少的事实, JSON Pointer"`
	Route        string        `json:"route,omitempty" doc:"应转办的登记机关或机构类型"`
	Fen          *int64        `json:"fen,omitempty" doc:"核定的金额（分）"`
	Duration     time.Duration `json:"-"`
}

// Gaps returns the reasons that prevent the decision from passing: fails and unknowns, without warnings.
func (d Decision) Gaps() []Reason {
	var gaps []Reason
	for _, r := range d.Reasons {
		if r.Result == Fail || r.Result == Unknown {
			gaps = append(gaps, r)
		}
	}
	return gaps
}

// FilingFacts is the input of the filing rules: what the institution declared, the registrar's data, and when the
// papers were received.
type FilingFacts struct {
	Application  Application   `json:"application"`
	Registration *Registration `json:"registration,omitempty"`
	ReceivedOn   Date          `json:"received_on,omitzero"`
}
