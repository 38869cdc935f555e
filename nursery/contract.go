package nursery

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// KindContract is the contract of an institution with a clinic 医育结合签约.
const KindContract CaseKind = "contract"

// PrefixContract begins the case numbers of contracts.
const PrefixContract = "QY"

// The stages of a contract, in addition to StageSigning.
const (
	StageContractFiling  Stage = "contract_filing"  // 县区备案
	StageContractAwaited Stage = "contract_awaited" // 待生效
	StageInForce         Stage = "in_force"         // 履行中
	StageContractEnded   Stage = "contract_ended"   // 已到期或终止
	StageContractRefused Stage = "contract_refused" // 未签成
)

// The outcomes of a contract's tasks, in addition to OutcomeSign.
const (
	OutcomeNotSign     Outcome = "not_sign"    // 不同意签署
	OutcomeRenew       Outcome = "renew"       // 续签
	OutcomeEnd         Outcome = "end"         // 到期终止
	OutcomeAcknowledge Outcome = "acknowledge" // 知悉
)

// ServiceMode is how a clinic serves an institution 服务方式.
type ServiceMode string

// The modes of 项目8.
const (
	Visiting  ServiceMode = "visiting"  // 巡回指导
	Stationed ServiceMode = "stationed" // 协议派驻
)

// Title returns the Chinese name of the mode, or the code itself when it is unknown.
func (m ServiceMode) Title() string {
	return title(map[ServiceMode]string{Visiting: "巡回指导", Stationed: "协议派驻"}, m)
}

// ContractService is one service of the package 签约服务包.
type ContractService string

// The services of 项目8, in its order.
const (
	NewbornVisit     ContractService = "newborn_visit"
	NewbornScreening ContractService = "newborn_screening"
	Vaccination      ContractService = "vaccination"
	HealthManagement ContractService = "health_management"
	DiseaseControl   ContractService = "disease_control"
	SafetyGuidance   ContractService = "safety"
)

// ContractServices lists the services in the order of the plan.
func ContractServices() []ContractService {
	return []ContractService{NewbornVisit, NewbornScreening, Vaccination, HealthManagement, DiseaseControl, SafetyGuidance}
}

// Title returns the Chinese name of the service, or the code itself when it is unknown.
func (s ContractService) Title() string {
	return title(map[ContractService]string{
		NewbornVisit: "新生儿访视", NewbornScreening: "新生儿疾病筛查", Vaccination: "预防接种", HealthManagement: "健康管理",
		DiseaseControl: "疾病防控", SafetyGuidance: "安全指导",
	}, s)
}

// ContractTerms is what both sides agree on. The text of the agreement is generated from it alone.
type ContractTerms struct {
	Institution string            `json:"institution" maxLength:"64" doc:"托育机构编号"`
	Clinic      string            `json:"clinic" maxLength:"64" doc:"医疗卫生机构编号"`
	Mode        ServiceMode       `json:"mode" enum:"visiting,stationed" doc:"服务方式"`
	Services    []ContractService `json:"services" minItems:"1" maxItems:"6" doc:"服务包"`
	StartsOn    Date              `json:"starts_on" doc:"生效日期"`
	EndsOn      Date              `json:"ends_on" doc:"截止日期，当日仍有效"`
	Note        string            `json:"note,omitempty" maxLength:"2000" doc:"补充约定"`
}

// longestContract is the longest term of a contract in days: three years.
const longestContract = 3*366 + 1

// Validate validates the terms and returns every error, located by JSON Pointer.
func (t ContractTerms) Validate() []Fault {
	var faults []Fault
	add := func(location, message string) { faults = append(faults, Fault{location, message}) }
	if t.Mode != Visiting && t.Mode != Stationed {
		add("/mode", "请选择服务方式")
	}
	seen := map[ContractService]bool{}
	for i, s := range t.Services {
		if !slices.Contains(ContractServices(), s) || seen[s] {
			add(fmt.Sprintf("/services/%d", i), "没有这项服务，或者重复")
		}
		seen[s] = true
	}
	if len(t.Services) == 0 {
		add("/services", "请选择服务项目")
	}
	switch {
	case !t.StartsOn.Valid():
		add("/starts_on", "请填写生效日期")
	case !t.EndsOn.Valid() || t.EndsOn.Before(t.StartsOn):
		add("/ends_on", "截止日期不能早于生效日期")
	case t.StartsOn.DaysUntil(t.EndsOn) >= longestContract:
		add("/ends_on", "签约期最长三年")
	}
	return faults
}

// AgreementText returns the text that both sides sign 协议正文; it depends on the arguments alone. Version is the number
// of the draft.
func AgreementText(t ContractTerms, institution, clinic string, version int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "医育结合签约服务协议（第%d稿）\n甲方（托育机构）：%s（%s）\n乙方（医疗卫生机构）：%s（%s）\n", version, institution, t.Institution, clinic, t.Clinic)
	fmt.Fprintf(&b, "一、服务方式：%s。\n二、服务项目：", t.Mode.Title())
	services := slices.Clone(t.Services)
	slices.SortFunc(services, func(x, y ContractService) int {
		return slices.Index(ContractServices(), x) - slices.Index(ContractServices(), y)
	})
	for i, s := range services {
		if i > 0 {
			b.WriteString("、")
		}
		b.WriteString(s.Title())
	}
	fmt.Fprintf(&b, "。\n三、签约期：%s至%s，首尾两日均在内。\n", t.StartsOn, t.EndsOn)
	b.WriteString("四、乙方每签约年到甲方技术指导不少于两次，每半年为在托婴幼儿免费健康体检一次，为每名在托婴幼儿建立健康档案。\n")
	b.WriteString("五、甲方提前告知监护人并取得同意，提供场地，配合体检和转诊。\n")
	if t.Note != "" {
		fmt.Fprintf(&b, "六、补充约定：%s\n", t.Note)
	}
	return b.String()
}

// TextHash returns the SHA-256 of a text in hexadecimal, which is what a signature covers.
func TextHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Clinic is a medical institution that may be the other party of a contract 医疗卫生机构.
type Clinic struct {
	ID            string        `json:"id" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" patternDescription:"字母、数字和 . _ -" doc:"编号，与其账号所属机构一致"`
	County        string        `json:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码"`
	Township      string        `json:"township,omitempty" pattern:"^1404[0-9]{5}$" patternDescription:"乡镇街道代码" doc:"乡镇街道代码，用于就近配对"`
	Name          string        `json:"name" minLength:"2" maxLength:"100" doc:"名称"`
	Licence       string        `json:"licence" doc:"医疗机构执业许可证登记号，22位，或诊所备案编号12位"`
	LicensedUntil Date          `json:"licensed_until" doc:"执业许可有效期至"`
	PrimaryCare   bool          `json:"primary_care" doc:"基层医疗卫生机构"`
	Capacity      int           `json:"capacity" minimum:"0" maximum:"100000" doc:"可承担的在托婴幼儿人数，0 表示未核定"`
	Modes         []ServiceMode `json:"modes" maxItems:"2" doc:"可提供的服务方式"`
}

var licenceForm = regexp.MustCompile(`^([0-9A-Z]{22}|[0-9A-Z]{12})$`)

// LicenceFits reports whether a licence number is well formed: 22 or 12 characters (项目8; plan rule P08-R1).
func LicenceFits(s string) bool { return licenceForm.MatchString(s) }

// ContractParams are the limits of contracts, parameters of topic contract.
type ContractParams struct {
	VisitsPerYear int  `json:"visits_per_year"`
	HalfYearDays  int  `json:"half_year_days"` // days of a half-year that a contract must cover for the check-up to be due
	RenewDays     int  `json:"renew_days"`     // days before the end at which renewal is offered
	NoticeDays    int  `json:"notice_days"`    // days of notice for ending it early
	ReplyDays     int  `json:"reply_days"`     // working days
	SilenceDays   int  `json:"silence_days"`   // working days after which an unanswered notice counts as acknowledged
	NearestFirst  bool `json:"nearest_first"`  // whether clinics of the institution's township are listed first
}

// ContractFacts is the input of contract.order: a contract about to be signed or in force, on a day.
type ContractFacts struct {
	StartsOn          Date              `json:"starts_on"`
	EndsOn            Date              `json:"ends_on"`
	Mode              ServiceMode       `json:"mode"`
	Services          []ContractService `json:"services"`
	SameCounty        bool              `json:"same_county"`
	Licence           bool              `json:"licence"` // the number is well formed
	LicensedUntil     Date              `json:"licensed_until,omitzero"`
	PrimaryCare       bool              `json:"primary_care"`
	ModeOffered       bool              `json:"mode_offered"`
	Capacity          int               `json:"capacity"` // children, 0 when not set
	ChildrenServed    int               `json:"children_served"`
	Seats             int               `json:"seats"` // of this institution
	InstitutionFiled  bool              `json:"institution_filed"`
	OtherInForce      bool              `json:"other_in_force"` // another contract covers some of the days
	ChildrenUncovered int               `json:"children_uncovered"`
}

// ContractDuty is what a contract promises 履约事项.
type ContractDuty string

// The duties of a contract in force (项目8).
const (
	DutyGuidance ContractDuty = "guidance" // 技术指导
	DutyCheckup  ContractDuty = "checkup"  // 半年健康体检
	DutyRecords  ContractDuty = "records"  // 健康档案
)

// Title returns the Chinese name of the duty, or the code itself when it is unknown.
func (d ContractDuty) Title() string {
	return title(map[ContractDuty]string{DutyGuidance: "技术指导", DutyCheckup: "半年健康体检", DutyRecords: "健康档案"}, d)
}

// DutyLine is one line of the contract's progress 履约进度: what is promised in a period, what is done, and the days left.
type DutyLine struct {
	Duty     ContractDuty `json:"duty" doc:"事项"`
	Title    string       `json:"title" doc:"名称"`
	From     Date         `json:"from" doc:"起"`
	Until    Date         `json:"until" doc:"止"`
	Promised int          `json:"promised" doc:"应完成"`
	Done     int          `json:"done" doc:"已完成"`
	DaysLeft int          `json:"days_left" doc:"剩余天数，期限已过为负"`
}

// Missing returns how much of the duty is not done.
func (d DutyLine) Missing() int { return max(d.Promised-d.Done, 0) }

// DutyFacts is the input of DutiesOn.
type DutyFacts struct {
	StartsOn, EndsOn Date
	Visits           []Date           // confirmed guidance visits
	RoundsClosed     map[HalfYear]int // rounds that are closed, by half-year
	Children         int              // in care on the day
	Records          int              // children in care with a health record
	VisitsPerYear    int
	HalfYearDays     int // days of a half-year that the contract must cover for the half-year to count
}

// DutiesOn returns the progress of each duty on a day: the guidance of the contract year, the check-up of each
// half-year begun, and the records of the children in care.
func DutiesOn(f DutyFacts, day Date) []DutyLine {
	from := f.StartsOn
	for next := from.AddMonths(12); !next.After(day) && !next.After(f.EndsOn); next = from.AddMonths(12) {
		from = next
	}
	until := from.AddMonths(12).AddDays(-1)
	if until.After(f.EndsOn) {
		until = f.EndsOn
	}
	guidance := DutyLine{Duty: DutyGuidance, From: from, Until: until, Promised: f.VisitsPerYear}
	for _, v := range f.Visits {
		if !v.Before(from) && !v.After(until) {
			guidance.Done++
		}
	}
	lines := []DutyLine{guidance}
	for h := HalfYearOf(f.StartsOn); !h.First().After(day) && !h.First().After(f.EndsOn); h = h.Next() {
		first, last := later(h.First(), f.StartsOn), earlier(h.Last(), f.EndsOn)
		if first.DaysUntil(last)+1 < f.HalfYearDays {
			continue
		}
		lines = append(lines, DutyLine{Duty: DutyCheckup, From: first, Until: last, Promised: 1, Done: min(f.RoundsClosed[h], 1)})
	}
	lines = append(lines, DutyLine{Duty: DutyRecords, From: f.StartsOn, Until: f.EndsOn, Promised: f.Children, Done: min(f.Records, f.Children)})
	for i := range lines {
		lines[i].Title, lines[i].DaysLeft = lines[i].Duty.Title(), day.DaysUntil(lines[i].Until)
	}
	return lines
}

func later(a, b Date) Date {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b Date) Date {
	if a.Before(b) {
		return a
	}
	return b
}

// ContractDutyFacts is the input of contract.duty.
type ContractDutyFacts struct {
	Duties []DutyLine `json:"duties"`
}
