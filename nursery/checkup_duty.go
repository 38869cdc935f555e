package nursery

// DutyStatus is the status of a duty to check an item on a day 应检状态.
type DutyStatus string

// The statuses. A duty that was not done is never dropped: it is overdue, and missed once the round is closed.
const (
	DutyFuture        DutyStatus = "future"         // 未到期
	DutyOpen          DutyStatus = "open"           // 可体检
	DutyDue           DutyStatus = "due"            // 临期
	DutyOverdue       DutyStatus = "overdue"        // 逾期
	DutyDoneOnTime    DutyStatus = "done_on_time"   // 按期完成
	DutyDoneLate      DutyStatus = "done_late"      // 逾期完成
	DutyMissed        DutyStatus = "missed"         // 漏检
	DutyWaived        DutyStatus = "waived"         // 免检
	DutyNotApplicable DutyStatus = "not_applicable" // 不适用
	DutyTransferred   DutyStatus = "transferred"    // 随转托转出
)

// DutyStatuses lists the statuses in display order.
func DutyStatuses() []DutyStatus {
	return []DutyStatus{
		DutyDoneOnTime, DutyDoneLate, DutyFuture, DutyOpen, DutyDue, DutyOverdue, DutyMissed, DutyWaived, DutyNotApplicable, DutyTransferred,
	}
}

// Title returns the Chinese name of the status, or the code itself when it is unknown.
func (s DutyStatus) Title() string {
	return title(map[DutyStatus]string{
		DutyFuture: "未到期", DutyOpen: "可体检", DutyDue: "临期", DutyOverdue: "逾期", DutyDoneOnTime: "按期完成", DutyDoneLate: "逾期完成",
		DutyMissed: "漏检", DutyWaived: "免检", DutyNotApplicable: "不适用", DutyTransferred: "随转托转出",
	}, s)
}

// Settled reports whether nothing more is required for the duty.
func (s DutyStatus) Settled() bool {
	return s != DutyFuture && s != DutyOpen && s != DutyDue && s != DutyOverdue
}

// CheckupDuty is one item due for a child in a half-year 应检事项.
type CheckupDuty struct {
	From     Date  // the first day on which it counts
	Due      Date  // the last day on which it is on time
	Until    Date  // the last day on which it can be done late
	DoneOn   Date  // when it was done, here or elsewhere with proof
	WaivedOn Date  // when a reason was recorded that waives it
	LeftOn   Date  // when the child left the institution
	Leave    Leave // why it left
}

// WorkingDays returns the number of working days after one day up to and including another; package calendar implements
// it.
type WorkingDays func(from, to Date) int

// dueSoonDays is the number of working days before the last day from which a duty is displayed as due.
const dueSoonDays = 15

// StatusOn returns the status of the duty on a day. It depends on the facts and the calendar alone.
func (d CheckupDuty) StatusOn(day Date, between WorkingDays) DutyStatus {
	switch {
	case !d.DoneOn.IsZero() && !d.DoneOn.After(d.Due):
		return DutyDoneOnTime
	case !d.DoneOn.IsZero():
		return DutyDoneLate
	case !d.WaivedOn.IsZero():
		return DutyWaived
	case d.Leave == LeaveTransferred:
		return DutyTransferred
	case d.Leave != "" && !d.LeftOn.After(d.Due):
		return DutyNotApplicable
	case day.After(d.Until):
		return DutyMissed
	case day.After(d.Due):
		return DutyOverdue
	case day.Before(d.From):
		return DutyFuture
	case between(day, d.Due) <= dueSoonDays:
		return DutyDue
	}
	return DutyOpen
}

// CheckupFacts is the input of the health rules: children of one class in one half-year. A child is named by its
// identifier alone.
type CheckupFacts struct {
	Children []CheckupChild `json:"children"`
}

// CheckupChild is one child in the facts. Unknown facts are nil.
type CheckupChild struct {
	Child       string      `json:"child"`
	MonthsFirst int         `json:"months_first"`           // completed months on the first day of the half-year it is in care
	MonthsLast  int         `json:"months_last"`            // and on the last one
	DaysInCare  int         `json:"days_in_care"`           // of the half-year
	MonthsSince *int        `json:"months_since,omitempty"` // completed months since the last check-up, on the day of this one
	Items       []ItemState `json:"items"`

	Months        int      `json:"months"` // completed, on the day of the check-up
	MeasuredAgain bool     `json:"measured_again"`
	Weight        *float64 `json:"weight,omitempty"`
	Length        *float64 `json:"length,omitempty"`
	WeightBefore  *float64 `json:"weight_before,omitempty"`
	LengthBefore  *float64 `json:"length_before,omitempty"`
	DaysBetween   *int     `json:"days_between,omitempty"`
	WeightZ       *float64 `json:"weight_z,omitempty"`
	LengthZ       *float64 `json:"length_z,omitempty"`
	WeightLengthZ *float64 `json:"weight_length_z,omitempty"`
	HeadZ         *float64 `json:"head_z,omitempty"`
	Haemoglobin   *float64 `json:"haemoglobin,omitempty"`
	Signs         []int    `json:"signs"`
	Hearing       string   `json:"hearing"`
	Vision        string   `json:"vision"`
}

// ItemState is the state of an item for a child: whether it was done in this half-year, and when it was last done
// before.
type ItemState struct {
	Item        CheckItem `json:"item"`
	Done        bool      `json:"done"`
	MonthsSince *int      `json:"months_since,omitempty"` // completed months from the last time to the end of the half-year
	MonthsAt    *int      `json:"months_at,omitempty"`    // completed months of age at the last time
}

// CheckupParams are the limits of rounds and referrals, parameters of topic health.
type CheckupParams struct {
	CareDays      int `json:"care_days"`      // days in care from which a half-year's check is owed
	GraceDays     int `json:"grace_days"`     // working days after the last one in which a late check is accepted
	AcceptDays    int `json:"accept_days"`    // working days to accept a referral
	SeenDays      int `json:"seen_days"`      // working days until the child is seen
	ResultDays    int `json:"result_days"`    // working days to report the result
	TraceDays     int `json:"trace_days"`     // working days to trace a child that did not come
	SilenceDays   int `json:"silence_days"`   // working days after a limit when the contracted doctor takes over
	MissedDays    int `json:"missed_days"`    // working days for the county to review missed items
	TraceAttempts int `json:"trace_attempts"` // how many new appointments are made
}

// KindReferral is a child's referral 转诊 after a check-up.
const KindReferral CaseKind = "referral"

// PrefixReferral begins the case numbers of referrals.
const PrefixReferral = "ZZ"

// The stages of a referral.
const (
	StageReferred       Stage = "referred"        // 已转诊, 待接收
	StageReferralTaken  Stage = "referral_taken"  // 已接收, 待就诊
	StageReferralSeen   Stage = "referral_seen"   // 已就诊, 待反馈
	StageReferralTraced Stage = "referral_traced" // 未就诊, 追访中
	StageReferralDone   Stage = "referral_done"   // 结果已反馈, 办结
	StageReferralEnded  Stage = "referral_ended"  // 未就诊, 办结
)

// The outcomes of its tasks, in addition to OutcomeAccept and OutcomeComplete.
const (
	OutcomeTake            Outcome = "take"             // 接收转诊
	OutcomeSeen            Outcome = "seen"             // 已就诊
	OutcomeNoShow          Outcome = "no_show"          // 未就诊
	OutcomeRebook          Outcome = "rebook"           // 另约就诊
	OutcomeGuardianRefuses Outcome = "guardian_refuses" // 监护人不同意就诊
	OutcomeLost            Outcome = "lost"             // 联系不上
)
