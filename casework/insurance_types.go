package casework

import (
	"time"

	"tuoyu/nursery"
)

// InsuranceStart opens an insurance month of a county.
type InsuranceStart struct {
	County      string                  `json:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码" example:"140403"`
	Month       string                  `json:"month" pattern:"^[0-9]{4}-[0-9]{2}$" patternDescription:"如 2026-11" doc:"月份" example:"2026-11"`
	Insurer     string                  `json:"insurer" minLength:"1" maxLength:"64" doc:"承保机构标识" example:"insurer-01"`
	Procurement string                  `json:"procurement" minLength:"2" maxLength:"200" doc:"政府采购文件及存放处"`
	Perils      []nursery.Peril         `json:"perils" minItems:"1" maxItems:"3" doc:"承保情形"`
	CoverFrom   nursery.Date            `json:"cover_from,omitzero" doc:"保险起始日；不填为次月一日。其后出生的自出生之日起"`
	Basis       *nursery.InsuranceBasis `json:"basis,omitempty" doc:"向承保机构提供信息的其他合法依据；不填时须有监护人同意"`
}

// RosterEntry is one child of a roster as a source reports it, in words or codes. What is wrong in it is told in the row
// report and holds up nobody else.
type RosterEntry struct {
	Name          string `json:"name,omitempty" maxLength:"200" doc:"姓名"`
	IdentityKind  string `json:"identity_kind,omitempty" maxLength:"40" doc:"证件类型：居民身份证、出生医学证明、居住证或护照；不填时按号码认定"`
	Identity      string `json:"identity,omitempty" maxLength:"40" doc:"证件号码"`
	BornOn        string `json:"born_on,omitempty" maxLength:"20" doc:"出生日期"`
	Sex           string `json:"sex,omitempty" maxLength:"10" doc:"性别"`
	Residence     string `json:"residence,omitempty" maxLength:"20" doc:"户籍情况：户籍、常住或其他"`
	GuardianName  string `json:"guardian_name,omitempty" maxLength:"200" doc:"监护人姓名"`
	GuardianPhone string `json:"guardian_phone,omitempty" maxLength:"40" doc:"监护人电话"`
	NotifiedOn    string `json:"notified_on,omitempty" maxLength:"20" doc:"告知日期"`
	Consent       string `json:"consent,omitempty" maxLength:"400" doc:"同意书编号或存放处"`
	DiedOn        string `json:"died_on,omitempty" maxLength:"20" doc:"死亡日期"`
	MovedOn       string `json:"moved_on,omitempty" maxLength:"20" doc:"迁出日期"`
	Newborn       string `json:"newborn,omitempty" maxLength:"10" doc:"新生儿补报：是或否"`

	number  int    // in the file; a page counts from 1
	formula string // the column that holds a formula
}

// RosterPage is a page of a roster.
type RosterPage struct {
	Source string        `json:"source" enum:"civil,health" doc:"名册来源：民政公安户籍数据或卫生健康数据"`
	Rows   []RosterEntry `json:"rows" minItems:"1" maxItems:"1000" doc:"名册各行"`
}

// RosterFault is why one row was refused; never what was entered.
type RosterFault struct {
	Row     int    `json:"row" doc:"行号"`
	Column  string `json:"column" doc:"栏目"`
	Message string `json:"message" doc:"原因"`
}

// RosterReport is what came of a roster that was handed in 导入结果.
type RosterReport struct {
	CaseNo  string        `json:"case_no"`
	Number  int           `json:"number" doc:"第几次导入"`
	Rows    int           `json:"rows" doc:"读到的行数"`
	Added   int           `json:"added" doc:"新登记的婴幼儿"`
	Updated int           `json:"updated" doc:"已登记、本次更新的婴幼儿"`
	Refused int           `json:"refused" doc:"未接收的行数"`
	Faults  []RosterFault `json:"faults" doc:"未接收的原因，最多列出前 200 条，全部见导出"`
	By      string        `json:"uploaded_by"`
	At      time.Time     `json:"uploaded_at"`
}

// InsuranceMonthSummary is an insurance month in a list.
type InsuranceMonthSummary struct {
	CaseNo     string        `json:"case_no"`
	County     string        `json:"county"`
	CountyName string        `json:"county_name"`
	Month      string        `json:"month"`
	Insurer    string        `json:"insurer"`
	CoverFrom  nursery.Date  `json:"cover_from"`
	Stage      nursery.Stage `json:"stage"`
	StageTitle string        `json:"stage_title"`
	OpenedOn   nursery.Date  `json:"opened_on"`
	ClosedOn   nursery.Date  `json:"closed_on,omitzero"`
}

// InsuranceCount is how many children stand somewhere, and why.
type InsuranceCount struct {
	Status      nursery.RosterStatus `json:"status"`
	StatusTitle string               `json:"status_title"`
	Reason      string               `json:"reason,omitempty"`
	ReasonTitle string               `json:"reason_title,omitempty"`
	Children    int                  `json:"children"`
}

// InsuranceSend is a batch that goes or went to the insurer.
type InsuranceSend struct {
	Number     int        `json:"number"`
	Kind       string     `json:"kind" doc:"monthly 月度，newborn 新生儿补报，supplementary 更正补报"`
	Lines      int        `json:"lines"`
	Hash       string     `json:"hash" doc:"各明细行依编号排列的 SHA-256"`
	PremiumFen int64      `json:"premium_fen" doc:"保险费合计，分"`
	State      string     `json:"state"`
	SignedBy   string     `json:"signed_by,omitempty"`
	SentAt     *time.Time `json:"sent_at,omitempty"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	Insured    int        `json:"insured"`
	Refused    int        `json:"refused"`
	Pending    int        `json:"pending"`
}

// InsuranceMonthDetail is everything of a month that may be shown without naming a child.
type InsuranceMonthDetail struct {
	InsuranceMonthSummary
	Procurement string                  `json:"procurement"`
	Perils      []nursery.Peril         `json:"perils"`
	Basis       *nursery.InsuranceBasis `json:"basis,omitempty"`
	Terms       nursery.InsuranceTerms  `json:"terms"`
	Counts      []InsuranceCount        `json:"counts"`
	Reasons     []InsuranceCount        `json:"reasons"`
	Sends       []InsuranceSend         `json:"sends"`
	Uploads     []RosterReport          `json:"uploads"`
}

// InsuranceLinesPage is a page of what the insurer reads.
type InsuranceLinesPage struct {
	CaseNo string                  `json:"case_no"`
	Send   int                     `json:"send"`
	Items  []nursery.InsuranceLine `json:"items"`
	Next   string                  `json:"next,omitempty"`
}

// InsuranceAnswers is a page of the insurer's answers to one batch.
type InsuranceAnswers struct {
	Send  int                       `json:"send" minimum:"1" doc:"第几批"`
	Lines []nursery.InsuranceAnswer `json:"lines" minItems:"1" maxItems:"1000" doc:"逐名答复"`
}

// InsuranceAnswered is what came of it.
type InsuranceAnswered struct {
	Taken    int           `json:"taken" doc:"本次接收"`
	Repeated int           `json:"repeated" doc:"以前已作同样答复"`
	Pending  int           `json:"pending" doc:"本批尚未答复"`
	Faults   []RosterFault `json:"faults" doc:"未接收的答复"`
}

// InsuranceException is a child that could not be insured as it stands.
type InsuranceException struct {
	Child       string               `json:"child"`
	Name        string               `json:"name"`
	BornOn      nursery.Date         `json:"born_on"`
	Sex         nursery.Sex          `json:"sex"`
	Status      nursery.RosterStatus `json:"status"`
	Reason      string               `json:"reason"`
	ReasonTitle string               `json:"reason_title"`
	Decision    string               `json:"decision,omitempty"`
}

// InsuranceResolution settles exceptions.
type InsuranceResolution struct {
	Items []InsuranceResolved `json:"items" minItems:"1" maxItems:"1000" doc:"逐名处理"`
}

// InsuranceResolved settles one exception.
type InsuranceResolved struct {
	Child      string                `json:"child" minLength:"1" maxLength:"64" doc:"婴幼儿编号"`
	Outcome    nursery.RosterOutcome `json:"outcome" enum:"corrected,not_eligible,withdrawn" doc:"处理结果：已更正、不属投保对象或撤出"`
	NotifiedOn nursery.Date          `json:"notified_on,omitzero" doc:"补记的告知日期"`
	Consent    string                `json:"consent,omitempty" maxLength:"100" doc:"补记的同意书编号或存放处"`
}

// InsuranceSettled says what came of it.
type InsuranceSettled struct {
	Settled int           `json:"settled"`
	Open    int           `json:"open" doc:"尚待处理"`
	Faults  []RosterFault `json:"faults"`
}

// InsuranceReconciled is what of a county's month was sent and what came of it 对账.
type InsuranceReconciled struct {
	CaseNo     string        `json:"case_no"`
	County     string        `json:"county"`
	CountyName string        `json:"county_name"`
	Insurer    string        `json:"insurer"`
	Stage      nursery.Stage `json:"stage"`
	Rostered   int           `json:"rostered"`
	Sent       int           `json:"sent"`
	Insured    int           `json:"insured"`
	Refused    int           `json:"refused"`
	Pending    int           `json:"pending"`
	PremiumFen int64         `json:"premium_fen"`
}

// InsuredRate is the share of children of the age who are insured on a day 参保率. Text has two decimals and is never rounded up.
type InsuredRate struct {
	County    string       `json:"county"`
	On        nursery.Date `json:"on"`
	Insured   int          `json:"insured"`
	Residents int          `json:"residents"`
	Exact     string       `json:"exact" doc:"百分数，分数形式"`
	Text      string       `json:"text" doc:"百分数，两位小数，只舍不入"`
	Verified  bool         `json:"verified" doc:"参数是否均已核对原文"`
}

// ClaimStart reports an accident.
type ClaimStart struct {
	Child       string        `json:"child" minLength:"1" maxLength:"64" doc:"婴幼儿编号"`
	Peril       nursery.Peril `json:"peril" enum:"injury,property,hospital" doc:"承保情形"`
	AccidentOn  nursery.Date  `json:"accident_on" doc:"事故日期"`
	AmountFen   int64         `json:"amount_fen" minimum:"1" maximum:"100000000" doc:"申请金额，分"`
	Description string        `json:"description" minLength:"2" maxLength:"1000" doc:"事故经过，加密保存"`
}

// InsuranceClaimView is a claim as it stands.
type InsuranceClaimView struct {
	CaseNo      string        `json:"case_no"`
	County      string        `json:"county"`
	Child       string        `json:"child"`
	Insurer     string        `json:"insurer"`
	Peril       nursery.Peril `json:"peril"`
	PerilTitle  string        `json:"peril_title"`
	AccidentOn  nursery.Date  `json:"accident_on"`
	ReportedOn  nursery.Date  `json:"reported_on"`
	AmountFen   int64         `json:"amount_fen"`
	AcceptedFen *int64        `json:"accepted_fen,omitempty"`
	PaidFen     *int64        `json:"paid_fen,omitempty"`
	PaidOn      nursery.Date  `json:"paid_on,omitzero"`
	State       string        `json:"state"`
	Reason      string        `json:"reason,omitempty"`
	Description string        `json:"description,omitempty"`
}
