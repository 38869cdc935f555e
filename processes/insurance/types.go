package insurance

import (
	"time"

	"tuoyu/nursery"
	"tuoyu/sheets"
)

// InsuranceStart opens an insurance month of a county.
type InsuranceStart struct {
	County      string                  `json:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码" example:"140403"`
	Month       string                  `json:"month" pattern:"^[0-9]{4}-[0-9]{2}$" patternDescription:"如 2026-11" doc:"月份" example:"2026-11"`
	Insurer     string                  `json:"insurer" minLength:"1" maxLength:"64" doc:"承保机构: 已登记的承保机构编号" example:"insurer-01"`
	Procurement string                  `json:"procurement" minLength:"2" maxLength:"200" doc:"政府采购文件及存放处"`
	Perils      []nursery.Peril         `json:"perils" minItems:"1" maxItems:"3" doc:"承保情形"`
	CoverFrom   nursery.Date            `json:"cover_from,omitzero" doc:"保险起始日；不填为次月一日。其后出生的自出生之日起"`
	Basis       *nursery.InsuranceBasis `json:"basis,omitempty" doc:"向承保机构提供信息的其他合法依据；不填时须有监护人同意"`
}

// InsuranceEntry is one child of a roster as reported by a source, in words or codes. Its errors are part of the row
// report and do not affect other rows.
type InsuranceEntry struct {
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
	Correction    string `json:"correction,omitempty" maxLength:"200" doc:"更正原因，姓名、出生日期或性别与本县区已登记的不一致而以本次为准的，说明原因"`

	number int        // in the file; a page counts from 1
	file   sheets.Row // none for a page
}

// InsurancePage is a page of a roster.
type InsurancePage struct {
	Source string           `json:"source" enum:"civil,health" doc:"名册来源：民政公安户籍数据或卫生健康数据"`
	Rows   []InsuranceEntry `json:"rows" minItems:"1" maxItems:"1000" doc:"名册各行"`
}

// InsuranceFault is the reason why one row was rejected; it never contains the input.
type InsuranceFault struct {
	Row     int    `json:"row" doc:"行号"`
	Cell    string `json:"cell,omitempty" doc:"单元格" example:"C5"`
	Column  string `json:"column" doc:"栏目，如文件中所写"`
	Message string `json:"message" doc:"原因"`
}

// InsuranceRoster is the result of submitting a roster 导入结果.
type InsuranceRoster struct {
	CaseNo  string           `json:"case_no" doc:"办件编号"`
	Number  int              `json:"number" doc:"第几次导入"`
	Rows    int              `json:"rows" doc:"读到的行数"`
	Added   int              `json:"added" doc:"新登记的婴幼儿"`
	Updated int              `json:"updated" doc:"已登记、本次更新的婴幼儿"`
	Refused int              `json:"refused" doc:"未接收的行数"`
	Faults  []InsuranceFault `json:"faults" doc:"未接收的原因，最多列出前 200 条，全部见导出"`
	By      string           `json:"uploaded_by" doc:"上报人"`
	At      time.Time        `json:"uploaded_at" doc:"上报时间"`
	Import  int64            `json:"import,omitempty" doc:"导入的编号，当日可据以撤销"`
}

// InsuranceMonthSummary is an insurance month in a list.
type InsuranceMonthSummary struct {
	CaseNo      string        `json:"case_no" doc:"办件编号"`
	County      string        `json:"county" doc:"县区"`
	CountyName  string        `json:"county_name" doc:"县区名称"`
	Month       string        `json:"month" doc:"月份"`
	Insurer     string        `json:"insurer" doc:"承保机构编号"`
	InsurerName string        `json:"insurer_name,omitempty" doc:"承保机构名称"`
	CoverFrom   nursery.Date  `json:"cover_from" doc:"保险起始日"`
	Stage       nursery.Stage `json:"stage" doc:"环节"`
	StageTitle  string        `json:"stage_title" doc:"环节名称"`
	OpenedOn    nursery.Date  `json:"opened_on" doc:"开始日期"`
	ClosedOn    nursery.Date  `json:"closed_on,omitzero" doc:"办结日期"`
}

// InsuranceCount is the number of children with a status, and the reason.
type InsuranceCount struct {
	Status      nursery.RosterStatus `json:"status" doc:"状态"`
	StatusTitle string               `json:"status_title" doc:"状态名称"`
	Reason      string               `json:"reason,omitempty" doc:"原因"`
	ReasonTitle string               `json:"reason_title,omitempty" doc:"原因说明"`
	Children    int                  `json:"children" doc:"人数"`
}

// InsuranceBatch is a batch for the insurer, sent or not.
type InsuranceBatch struct {
	Number     int        `json:"number" doc:"序号"`
	Kind       string     `json:"kind" doc:"monthly 月度，newborn 新生儿补报，supplementary 更正补报"`
	Lines      int        `json:"lines" doc:"人数"`
	Hash       string     `json:"hash" doc:"各明细行依编号排列的 SHA-256"`
	PremiumFen int64      `json:"premium_fen" doc:"保险费合计，分"`
	State      string     `json:"state" doc:"状态"`
	SignedBy   string     `json:"signed_by,omitempty" doc:"核签人"`
	SentAt     *time.Time `json:"sent_at,omitempty" doc:"送承保时间"`
	AnsweredAt *time.Time `json:"answered_at,omitempty" doc:"答复完毕时间"`
	Insured    int        `json:"insured" doc:"承保人数"`
	Refused    int        `json:"refused" doc:"未承保人数"`
	Pending    int        `json:"pending" doc:"待答复人数"`
}

// InsuranceMonthDetail is all data of a month that identifies no child.
type InsuranceMonthDetail struct {
	InsuranceMonthSummary
	Procurement string                  `json:"procurement" doc:"政府采购文件"`
	Perils      []nursery.Peril         `json:"perils" doc:"承保情形"`
	Basis       *nursery.InsuranceBasis `json:"basis,omitempty" doc:"提供信息的合法依据"`
	Terms       nursery.InsuranceTerms  `json:"terms" doc:"投保参数"`
	Counts      []InsuranceCount        `json:"counts" doc:"各状态人数"`
	Reasons     []InsuranceCount        `json:"reasons" doc:"各原因人数"`
	Sends       []InsuranceBatch        `json:"sends" doc:"投保批次"`
	Uploads     []InsuranceRoster       `json:"uploads" doc:"名册导入"`
}

// InsuranceLinesPage is a page of the lines of a batch, as read by the insurer.
type InsuranceLinesPage struct {
	CaseNo string                  `json:"case_no" doc:"办件编号"`
	Send   int                     `json:"send" doc:"第几批"`
	Items  []nursery.InsuranceLine `json:"items" doc:"本页内容"`
	Next   string                  `json:"next,omitempty" doc:"下一页的翻页标记"`
}

// InsuranceAnswers is a page of the insurer's answers to one batch.
type InsuranceAnswers struct {
	Send  int                       `json:"send" minimum:"1" doc:"第几批"`
	Lines []nursery.InsuranceAnswer `json:"lines" minItems:"1" maxItems:"1000" doc:"逐名答复"`
}

// InsuranceAnswered is the result of submitting answers.
type InsuranceAnswered struct {
	Taken    int              `json:"taken" doc:"本次接收"`
	Repeated int              `json:"repeated" doc:"以前已作同样答复"`
	Pending  int              `json:"pending" doc:"本批尚未答复"`
	Rows     int              `json:"rows,omitempty" doc:"文件中填写了答复的行数"`
	Blank    int              `json:"blank,omitempty" doc:"文件中没有填写答复的行数"`
	Faults   []InsuranceFault `json:"faults" doc:"未接收的答复"`
}

// InsuranceException is a child that cannot be insured with its current data.
type InsuranceException struct {
	Child       string               `json:"child" doc:"婴幼儿编号"`
	Name        string               `json:"name" doc:"姓名"`
	BornOn      nursery.Date         `json:"born_on" doc:"出生日期"`
	Sex         nursery.Sex          `json:"sex" doc:"性别"`
	Status      nursery.RosterStatus `json:"status" doc:"状态"`
	Reason      string               `json:"reason" doc:"原因"`
	ReasonTitle string               `json:"reason_title" doc:"原因说明"`
	Decision    string               `json:"decision,omitempty" doc:"裁定编号"`
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

// InsuranceSettled is the result of settling exceptions.
type InsuranceSettled struct {
	Settled int              `json:"settled" doc:"本次处理人数"`
	Open    int              `json:"open" doc:"尚待处理"`
	Faults  []InsuranceFault `json:"faults" doc:"未接收的各行"`
}

// InsuranceReconciled is the sent lines of a county's month with their results 对账.
type InsuranceReconciled struct {
	CaseNo      string        `json:"case_no" doc:"办件编号"`
	County      string        `json:"county" doc:"县区"`
	CountyName  string        `json:"county_name" doc:"县区名称"`
	Insurer     string        `json:"insurer" doc:"承保机构编号"`
	InsurerName string        `json:"insurer_name,omitempty" doc:"承保机构名称"`
	Stage       nursery.Stage `json:"stage" doc:"环节"`
	Rostered    int           `json:"rostered" doc:"名册人数"`
	Sent        int           `json:"sent" doc:"已送人数"`
	Insured     int           `json:"insured" doc:"承保人数"`
	Refused     int           `json:"refused" doc:"未承保人数"`
	Pending     int           `json:"pending" doc:"待答复人数"`
	PremiumFen  int64         `json:"premium_fen" doc:"保险费，分"`
}

// InsuredRate is the share of eligible children who are insured on a day 参保率. Text has two decimals and is never
// rounded up.
type InsuredRate struct {
	County    string       `json:"county" doc:"县区"`
	On        nursery.Date `json:"on" doc:"截至日期"`
	Insured   int          `json:"insured" doc:"承保人数"`
	Residents int          `json:"residents" doc:"应参保婴幼儿"`
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

// InsuranceClaimView is the current state of a claim.
type InsuranceClaimView struct {
	CaseNo      string        `json:"case_no" doc:"办件编号"`
	County      string        `json:"county" doc:"县区"`
	Child       string        `json:"child" doc:"婴幼儿编号"`
	Insurer     string        `json:"insurer" doc:"承保机构编号"`
	InsurerName string        `json:"insurer_name,omitempty" doc:"承保机构名称"`
	Peril       nursery.Peril `json:"peril" doc:"承保情形"`
	PerilTitle  string        `json:"peril_title" doc:"承保情形名称"`
	AccidentOn  nursery.Date  `json:"accident_on" doc:"事故日期"`
	ReportedOn  nursery.Date  `json:"reported_on" doc:"报案日期"`
	AmountFen   int64         `json:"amount_fen" doc:"申请金额，分"`
	AcceptedFen *int64        `json:"accepted_fen,omitempty" doc:"核定金额，分"`
	PaidFen     *int64        `json:"paid_fen,omitempty" doc:"赔付金额，分"`
	PaidOn      nursery.Date  `json:"paid_on,omitzero" doc:"赔付日期"`
	State       string        `json:"state" doc:"状态"`
	Reason      string        `json:"reason,omitempty" doc:"原因"`
	Description string        `json:"description,omitempty" doc:"事故经过"`
}
