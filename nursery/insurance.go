package nursery

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The processes of accident insurance 婴幼儿意外伤害险 (项目11).
const (
	KindInsurance      CaseKind = "insurance"       // 一个县区一个月的投保
	KindInsuranceClaim CaseKind = "insurance_claim" // 理赔
)

// The stages of an insurance month and of a claim.
const (
	StageCollecting Stage = "collecting"      // 名册归集
	StageChecking   Stage = "checking"        // 资格核对
	StageSent       Stage = "sent"            // 已送承保机构
	StageExceptions Stage = "exceptions"      // 例外处理
	StageStanding   Stage = "standing"        // 本月已投保, 待新生儿补报
	StageMonthDone  Stage = "month_closed"    // 本月办结
	StageReported   Stage = "claim_reported"  // 已报案
	StageAccepted   Stage = "claim_accepted"  // 已受理赔付
	StageContested  Stage = "claim_contested" // 拒赔待县区核对
	StagePaid       Stage = "claim_paid"      // 已赔付
	StageClaimEnded Stage = "claim_refused"   // 不予赔付
)

// The outcomes of the tasks of insurance.
const (
	OutcomeComplete Outcome = "complete" // 名册已齐 / 已全部答复 / 已逐项处理
	OutcomeReturn   Outcome = "return"   // 退回补充名册
	OutcomeAdmit    Outcome = "admit"    // 受理赔付
	OutcomePay      Outcome = "pay"      // 已赔付
	OutcomeReject   Outcome = "reject"   // 不予赔付
)

// Residence is a child's residence status in the city 户籍与居住情况.
type Residence string

// The kinds of residence in a roster. Which of them are eligible is a parameter of the city.
const (
	ResidenceRegistered Residence = "registered" // 本市户籍
	ResidencePermanent  Residence = "permanent"  // 常住
	ResidenceOther      Residence = "other"      // 其他
)

// Peril is a peril that the insurance covers 承保情形: 项目11 names three.
type Peril string

// The perils.
const (
	PerilInjury   Peril = "injury"   // 人身伤亡
	PerilProperty Peril = "property" // 财产损失
	PerilHospital Peril = "hospital" // 住院治疗
)

// Perils lists the perils in the order of the plan.
func Perils() []Peril { return []Peril{PerilInjury, PerilProperty, PerilHospital} }

// Title returns the Chinese name of the peril, or the code itself when it is unknown.
func (p Peril) Title() string {
	return title(map[Peril]string{PerilInjury: "人身伤亡", PerilProperty: "财产损失", PerilHospital: "住院治疗"}, p)
}

// RosterStatus is the status of a child in an insurance month 投保状态.
type RosterStatus string

// The statuses.
const (
	Rostered   RosterStatus = "rostered"   // 待核对
	Eligible   RosterStatus = "eligible"   // 待核签
	Ineligible RosterStatus = "ineligible" // 不属投保对象
	Excepted   RosterStatus = "exception"  // 待处理
	SentOff    RosterStatus = "sent"       // 已送
	Insured    RosterStatus = "insured"    // 已承保
	TurnedDown RosterStatus = "refused"    // 承保机构未承保, 待处理
	TakenOff   RosterStatus = "withdrawn"  // 已撤出
)

// Title returns the Chinese name of the status, or the code itself when it is unknown.
func (s RosterStatus) Title() string {
	return title(map[RosterStatus]string{
		Rostered: "待核对", Eligible: "待核签", Ineligible: "不属投保对象", Excepted: "待处理", SentOff: "已送承保",
		Insured: "已承保", TurnedDown: "未承保待处理", TakenOff: "已撤出",
	}, s)
}

// InsuranceTerms are the city's parameters of insurance 投保参数, by the parameters of the same names. Days are working
// days unless noted otherwise.
type InsuranceTerms struct {
	ResidentDefinition []Residence `json:"resident_definition" doc:"本市婴幼儿的范围"`
	UntilMonths        int         `json:"until_months" doc:"满多少个月不再投保"` // age in completed months at which cover ends
	NewbornDays        int         `json:"newborn_days" doc:"新生儿补报期限，日"` // calendar days after birth within which a newborn is reported
	CoverMonths        int         `json:"cover_months" doc:"保险期间，月"`
	PremiumFen         int64       `json:"premium_fen" doc:"保险费，分"` // for one child and cover period
	RosterDays         int         `json:"roster_days" doc:"名册归集期限，工作日"`
	SignDays           int         `json:"sign_days" doc:"核签期限，工作日"`
	AnswerDays         int         `json:"answer_days" doc:"承保答复期限，工作日"`
	SilenceDays        int         `json:"silence_days" doc:"承保机构逾期多少工作日后督促"` // after the due date, before the county reminds the insurer
	ExceptionDays      int         `json:"exception_days" doc:"例外处理期限，工作日"`
	ClaimReportDays    int         `json:"claim_report_days" doc:"报案期限，日"` // calendar days after the accident
	ClaimReviewDays    int         `json:"claim_review_days" doc:"理赔核定期限，工作日"`
	ClaimPayDays       int         `json:"claim_pay_days" doc:"赔付期限，工作日"`
	ClaimLimitFen      int64       `json:"claim_limit_fen" doc:"每次事故赔付限额，分"` // the maximum paid for one accident
}

// InsuranceBasis is the recorded legal basis for sharing a batch with the insurer without each guardian's consent
// (个人信息保护法 art. 13, 23).
type InsuranceBasis struct {
	Document string `json:"document" minLength:"2" maxLength:"200" doc:"文件名称"`
	Number   string `json:"number,omitempty" maxLength:"100" doc:"文号"`
	Article  string `json:"article" minLength:"1" maxLength:"60" doc:"条款"`
}

// InsuranceFacts is the input of insurance.enrol: one child, or what a class of children have in common, with the age
// of the child nearest to the limit.
type InsuranceFacts struct {
	Residence    Residence `json:"residence,omitempty"`
	AgeMonths    int       `json:"age_months"` // completed, on the day the cover would begin
	Died         bool      `json:"died"`
	Moved        bool      `json:"moved"`
	Notified     bool      `json:"notified"`
	Consent      bool      `json:"consent"`
	Basis        bool      `json:"basis"`
	InForce      bool      `json:"in_force"`
	Repeated     bool      `json:"repeated"`
	Newborn      bool      `json:"newborn"`
	ReportedDays int       `json:"reported_days"` // from birth to report, of a newborn
	Perils       []Peril   `json:"perils"`
}

// settledRules are the rules of insurance.enrol whose failure no correction can remedy: the child is not eligible.
var settledRules = []string{"P11-R1", "P11-R1a", "P11-R1b", "P11-R3"}

// RosterVerdict returns the status of the children that a decision of insurance.enrol concerns, and the rule that
// determined it.
func RosterVerdict(d Decision) (RosterStatus, string) {
	gaps := d.Gaps()
	if len(gaps) == 0 {
		return Eligible, ""
	}
	for _, r := range gaps {
		if r.Result == Fail && slices.Contains(settledRules, r.Rule) {
			return Ineligible, r.Rule
		}
	}
	return Excepted, gaps[0].Rule
}

// RosterRow is one child as reported by a civil or health source 名册一行.
type RosterRow struct {
	Child
	Residence  Residence // 户籍与居住情况
	NotifiedOn Date      // 告知监护人日期
	Consent    string    // 监护人同意书编号或存放处
	DiedOn     Date      // 死亡日期
	MovedOn    Date      // 迁出日期
	Newborn    bool      // 新生儿补报
}

// Validate validates the row on the day it is submitted and returns every error by the name of the field; no message
// repeats a value.
func (r RosterRow) Faults(today Date) []Fault {
	var faults []Fault
	for _, f := range r.Child.Validate(today) {
		faults = append(faults, Fault{strings.TrimPrefix(f.Location, "/"), f.Message})
	}
	add := func(field, message string) { faults = append(faults, Fault{field, message}) }
	if r.BornOn.Valid() && r.BornOn.AddMonths(2*CareMonths).Before(today) {
		add("born_on", "不是婴幼儿")
	}
	if r.Residence != "" && r.Residence != ResidenceRegistered && r.Residence != ResidencePermanent && r.Residence != ResidenceOther {
		add("residence", "应为户籍、常住或其他")
	}
	if utf8.RuneCountInString(r.Consent) > 100 || strings.ContainsFunc(r.Consent, unicode.IsControl) {
		add("consent", "不能超过100个字")
	}
	for _, day := range []struct {
		field string
		on    Date
	}{{"notified_on", r.NotifiedOn}, {"died_on", r.DiedOn}, {"moved_on", r.MovedOn}} {
		if day.on.After(today) {
			add(day.field, "晚于上报之日")
		}
	}
	return faults
}

// InsuranceLine is everything that is sent to the insurer about one child 投保明细. The fields are listed here alone.
type InsuranceLine struct {
	Ref          string       `json:"ref" doc:"本批明细编号，答复时写明"`
	Name         string       `json:"name" doc:"姓名"`
	IdentityKind IdentityKind `json:"identity_kind" doc:"证件类型"`
	Identity     string       `json:"identity" doc:"证件号码"`
	BornOn       Date         `json:"born_on" doc:"出生日期"`
	Sex          Sex          `json:"sex" doc:"性别"`
	CoverFrom    Date         `json:"cover_from" doc:"保险起始日"`
	CoverUntil   Date         `json:"cover_until" doc:"保险终止日，当日零时止"`
}

// Canonical returns the line in the form in which it is hashed: the fields in the order above, separated by tabs and
// terminated by a line feed. The hash of a batch is SHA-256 over its lines in the order of their refs.
func (l InsuranceLine) Canonical() string {
	return strings.Join([]string{
		l.Ref, l.Name, string(l.IdentityKind), l.Identity, l.BornOn.String(), string(l.Sex), l.CoverFrom.String(), l.CoverUntil.String(),
	}, "\t") + "\n"
}

// InsuranceMonth parses a month such as 2026-11 and returns its first day. The error is an *InvalidError.
func InsuranceMonth(s string) (Date, error) {
	d, err := ParseDate(s + "-01")
	if err != nil {
		return d, invalid("month", "月份格式应为 2026-11")
	}
	return d, nil
}

// MonthText formats the month of a day as 2026-11.
func MonthText(d Date) string { return d.String()[:7] }

// NextMonth returns the first day of the month after d's.
func NextMonth(d Date) Date { return NewDate(d.Year, d.Month+1, 1) }

// MonthTitle returns the Chinese name of the month of a day.
func MonthTitle(d Date) string { return fmt.Sprintf("%d年%d月", d.Year, int(d.Month)) }

// InsuranceAnswer is the insurer's answer for one line 承保答复: the number of the policy, or a coded reason.
type InsuranceAnswer struct {
	Ref    string        `json:"ref" minLength:"1" maxLength:"64" doc:"明细编号"`
	Policy string        `json:"policy,omitempty" maxLength:"64" doc:"保单号；承保时填写"`
	Reason InsurerReason `json:"reason,omitempty" enum:"identity_mismatch,insured_elsewhere,age,data_incomplete,other" doc:"未承保原因；未承保时填写"`
}

// InsurerReason is why an insurer does not cover a child 未承保原因.
type InsurerReason string

// The reasons, and the one the system itself assigns when the child is already covered.
const (
	InsurerIdentity   InsurerReason = "identity_mismatch"
	InsurerElsewhere  InsurerReason = "insured_elsewhere"
	InsurerAge        InsurerReason = "age"
	InsurerIncomplete InsurerReason = "data_incomplete"
	InsurerOther      InsurerReason = "other"
	CoverOverlaps     InsurerReason = "cover_overlaps"
)

// InsurerReasons returns the reasons that an insurer may select, in the order in which forms list them.
func InsurerReasons() []InsurerReason {
	return []InsurerReason{InsurerIdentity, InsurerElsewhere, InsurerAge, InsurerIncomplete, InsurerOther}
}

// Title returns the Chinese name of the reason, or the code itself when it is unknown.
func (r InsurerReason) Title() string {
	return title(map[InsurerReason]string{
		InsurerIdentity: "身份信息不符", InsurerElsewhere: "已在他处投保", InsurerAge: "年龄不符", InsurerIncomplete: "信息不全",
		InsurerOther: "其他", CoverOverlaps: "同期已有保险",
	}, r)
}

// RosterOutcome is the county's resolution of an exception 例外处理结果.
type RosterOutcome string

// The outcomes.
const (
	OutcomeCorrected   RosterOutcome = "corrected"    // 已更正, 重新核对
	OutcomeNotEligible RosterOutcome = "not_eligible" // 不属投保对象
	OutcomeTakenOff    RosterOutcome = "withdrawn"    // 撤出
)

// newbornOf is the number of months within which a child counts as a newborn: the month of report and the two before.
const newbornOf = 3

// IsNewborn reports whether a child is young enough, on the day of report, to be reported as a newborn.
func IsNewborn(born, reported Date) bool { return reported.MonthsSince(born) < newbornOf }

// MonthEnd returns the instant at which an insurance month is closed: nine in the morning of the first day of the next
// one.
func MonthEnd(month Date) time.Time { return NextMonth(month).In(Shanghai).Add(9 * time.Hour) }

// Insurer is an institution that insures the children of a county 承保机构.
type Insurer struct {
	ID      string `json:"id" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" patternDescription:"字母、数字和 . _ -" doc:"编号: 与其账号所属机构一致"`
	Name    string `json:"name" minLength:"2" maxLength:"100" doc:"名称"`
	Phone   Phone  `json:"phone,omitempty" maxLength:"40" doc:"联系电话"`
	EndedOn Date   `json:"ended_on,omitzero" doc:"停止承保日期: 自该日起不再接受新的投保月"`
}

// Validate returns the insurer with its telephone number in canonical form, and the errors of what the register keeps of it beyond
// the limits of its fields.
func (i Insurer) Validate() (Insurer, []Fault) {
	var faults []Fault
	if i.Phone != "" {
		phone, err := ParsePhone(string(i.Phone))
		if err != nil {
			return i, append(faults, Fault{"/phone", phoneForm})
		}
		i.Phone = phone
	}
	return i, faults
}
