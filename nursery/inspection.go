package nursery

// The processes of an inspection.
const (
	KindInspection CaseKind = "inspection" // 督导评估
	KindComplaint  CaseKind = "complaint"  // 投诉举报
)

// The prefixes of case numbers.
const (
	InspectionPrefix = "DC"
	ComplaintPrefix  = "TS"
)

// The stages of an inspection and of a complaint.
const (
	StageAssigning   Stage = "assigning"   // 落实检查人员
	StageScheduling  Stage = "scheduling"  // 商定日期
	StageVisiting    Stage = "visiting"    // 待现场检查
	StageOrdered     Stage = "ordered"     // 责令限期改正
	StageReinspected Stage = "reinspected" // 待复查
	StageDeciding    Stage = "deciding"    // 复查不合格, 待处理
	StageInspected   Stage = "inspected"   // 检查合格, 办结
	StageCorrected   Stage = "corrected"   // 整改合格, 办结
	StageTriage      Stage = "triage"      // 待处理
	StageVisitOpened Stage = "visit_opened"
	StageAnswered    Stage = "answered" // 已答复
	StageNotOurs     Stage = "not_ours" // 不属于受理范围
)

// The outcomes of their tasks.
const (
	OutcomeTakeOn   Outcome = "take_on"     // 接受指派
	OutcomeDecline  Outcome = "decline"     // 不能承担
	OutcomeName     Outcome = "name"        // 另行指派
	OutcomePropose  Outcome = "propose"     // 定下日期
	OutcomeAnother  Outcome = "another_day" // 请求改期
	OutcomeAgreeDay Outcome = "agree_day"   // 同意日期
	OutcomeVisited  Outcome = "visited"     // 送交现场记录
	OutcomeObject   Outcome = "object"      // 签字并提出异议
	OutcomeDispute  Outcome = "dispute"     // 记录有误
	OutcomeRefused  Outcome = "refuse_sign" // 拒绝签字
	OutcomeNoted    Outcome = "noted"       // 知悉
	OutcomeOrder    Outcome = "order_again" // 再次责令改正
	OutcomeVisit    Outcome = "visit"       // 现场检查
	OutcomeReplied  Outcome = "reply_to"    // 书面答复
	OutcomeNotOurs  Outcome = "not_ours"    // 不属于受理范围
)

// The kinds of inspection.
const (
	InspectRegular   = "regular"
	InspectRandom    = "random"
	InspectComplaint = "complaint"
)

// ItemResult is the result of one item of the checklist 检查结论.
type ItemResult string

// The results of an item.
const (
	ItemOK            ItemResult = "ok"
	ItemNotOK         ItemResult = "not_ok"
	ItemNotApplicable ItemResult = "not_applicable"
)

// Title returns the Chinese name of the result.
func (r ItemResult) Title() string {
	return title(map[ItemResult]string{ItemOK: "合格", ItemNotOK: "不合格", ItemNotApplicable: "不适用"}, r)
}

// Severity is the severity of a defect 问题等级; it sets the days allowed for rectification.
type Severity string

// The severities. A serious hazard 重大隐患 is reported at once.
const (
	Serious Severity = "serious"
	General Severity = "general"
	Minor   Severity = "minor"
)

// Title returns the Chinese name of the severity.
func (s Severity) Title() string {
	return title(map[Severity]string{Serious: "重大隐患", General: "一般问题", Minor: "轻微问题"}, s)
}

// ChecklistItem is one question of a checklist 检查项目: a rule, its legal basis and how it is checked on site.
type ChecklistItem struct {
	Rule     string     `json:"rule" doc:"规则编号"`
	Title    string     `json:"title" doc:"规则名称"`
	Question string     `json:"question" doc:"现场怎么看"`
	Severity Severity   `json:"severity" enum:"serious,general,minor" doc:"不合格时的等级"`
	Photo    bool       `json:"photo" doc:"不合格时须附照片"`
	Basis    []Citation `json:"basis" doc:"依据"`
	Penalty  *Citation  `json:"penalty,omitempty" doc:"处罚依据"`
	Verified bool       `json:"verified" doc:"依据是否已核对原文"`
}

// Binds reports whether the item is based on more than recommended standards, so that rectification of a defect may be
// ordered (GB/T and WS/T recommend, they do not bind).
func (i ChecklistItem) Binds() bool {
	for _, c := range i.Basis {
		if c.Binding <= "L5" || c.Binding == "L7" {
			return true
		}
	}
	return false
}

// VisitItem is the finding for one item.
type VisitItem struct {
	Rule   string     `json:"rule" minLength:"1" maxLength:"20" doc:"规则编号"`
	Result ItemResult `json:"result" enum:"ok,not_ok,not_applicable" doc:"结论"`
	Note   string     `json:"note,omitempty" maxLength:"500" doc:"情况说明；不合格时必填"`
	Photos []string   `json:"photos,omitempty" maxItems:"20" maxLength:"64" doc:"照片的附件编号"`
}

// Visit is a completed checklist 现场记录.
type Visit struct {
	VisitedOn Date        `json:"visited_on" doc:"到场日期"`
	Items     []VisitItem `json:"items" maxItems:"300" doc:"各项结论"`
	Serious   bool        `json:"serious_hazard" doc:"发现重大隐患，须立即报告"`
	Note      string      `json:"note,omitempty" maxLength:"2000" doc:"总体情况"`
}

// InspectionFacts is the input of inspect.case.
type InspectionFacts struct {
	Kind           string      `json:"kind"`
	First          string      `json:"first"`
	Second         string      `json:"second"`
	LastFirst      string      `json:"last_first"` // of the previous inspection
	LastSecond     string      `json:"last_second"`
	VisitOn        Date        `json:"visit_on"`
	VisitTime      string      `json:"visit_time"`
	WorkingDay     *bool       `json:"working_day"`
	DaysSince      *int        `json:"days_since_regular"` // since the last regular visit
	VisitsThisYear *int        `json:"visits_this_year"`   // other visits of the calendar year that count towards the cap
	Round          int         `json:"round"`
	SentBy         string      `json:"sent_by"`
	SeriousFlagged *bool       `json:"serious_flagged"`
	Items          []ItemFacts `json:"items"`
}

// ItemFacts is an item of the checklist with its finding; an item not answered has no result.
type ItemFacts struct {
	Rule     string     `json:"rule"`
	Title    string     `json:"title"`
	Severity Severity   `json:"severity"`
	Binds    bool       `json:"binds"`
	Penalty  bool       `json:"penalty"`
	Photo    bool       `json:"photo"`
	Result   ItemResult `json:"result"`
	Noted    bool       `json:"noted"`
	Photos   int        `json:"photos"`
}

// KindInspectionPlan is a county's inspection plan of a half-year with its draw 检查计划与随机抽取.
const KindInspectionPlan CaseKind = "inspection_plan"

// InspectionPlanPrefix begins the case numbers.
const InspectionPlanPrefix = "DJ"

// The stages of an inspection plan.
const (
	StagePlanDrafting  Stage = "plan_drafting"  // 拟定名单
	StagePlanCommitted Stage = "plan_committed" // 承诺已公布, 待抽取
	StagePlanDrawn     Stage = "plan_drawn"     // 已抽取
	StagePlanRunning   Stage = "plan_running"   // 执行中
	StagePlanLate      Stage = "plan_late"      // 半年度结束, 待说明
	StagePlanClosed    Stage = "plan_closed"    // 办结
)

// The outcomes of its tasks.
const (
	OutcomeCommit Outcome = "commit" // 公布承诺
	OutcomeDraw   Outcome = "draw"   // 见证抽取
)

// PlanTerms are the parameters of inspection plans, of the topic inspection_draw. Days are working days if the
// parameter is defined so.
type PlanTerms struct {
	RandomShare     int `json:"random_share"`    // of the candidates, percent, rounded up
	RiskFinding     int `json:"risk_finding"`    // points for a pending rectification order, or a finding in the last two visits
	RiskSerious     int `json:"risk_serious"`    // points for a serious hazard in the last two visits
	RiskRectifying  int `json:"risk_rectifying"` // points while a filing is being rectified
	RiskComplaint   int `json:"risk_complaint"`  // points for each complaint of the last year
	RiskMost        int `json:"risk_most"`       // maximum of points
	DraftDays       int `json:"draft_days"`
	DrawDays        int `json:"draw_days"`
	ReplyDays       int `json:"reply_days"`
	SilenceDays     int `json:"silence_days"`
	RandomUntilDays int `json:"random_until_days"` // calendar days before the half-year's end by which the last random visit is opened
}

// RandomSize returns the number of random visits for a number of candidates: the share, rounded up.
func (t PlanTerms) RandomSize(candidates int) int { return (candidates*t.RandomShare + 99) / 100 }

// DrawFacts is the input of inspect.draw: the candidates before the commitment, and the visits as well after the draw.
type DrawFacts struct {
	Committer   string          `json:"committer"`
	Witness     string          `json:"witness"`
	CommittedAt string          `json:"committed_at"` // RFC 3339 in UTC, so that text compares in order of time
	PublicAt    string          `json:"public_at"`
	RandomSize  int             `json:"random_size"`
	Candidates  []DrawCandidate `json:"candidates"`
	Visits      []DrawnVisit    `json:"visits"`
	LoadSpread  *int            `json:"load_spread"` // between the most and the least loaded officer
	Improvable  *bool           `json:"improvable"`  // the spread could be smaller without breaking a rule
}

// DrawCandidate is an institution of the list: how many officers may visit it, and whether the draw assigned it a
// visit.
type DrawCandidate struct {
	ID              string `json:"id"`
	Available       int    `json:"available"`        // for the regular visit
	AvailableRandom int    `json:"available_random"` // for a random one after it
	Covered         *bool  `json:"covered"`
}

// DrawnVisit is a visit as drawn.
type DrawnVisit struct {
	ID       string `json:"id"` // of the institution
	Kind     string `json:"kind"`
	Officers int    `json:"officers"`
	Conflict bool   `json:"conflict"` // an officer with a conflict of interest is assigned
	Repeated bool   `json:"repeated"` // an officer of the previous visit is assigned
}
