package nursery

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
