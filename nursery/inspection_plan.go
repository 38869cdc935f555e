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

// PlanTerms are the parameters of inspection plans, of the topic inspection_draw. Days are working days where the
// parameter says so.
type PlanTerms struct {
	RandomShare     int `json:"random_share"`    // of the candidates, percent, rounded up
	RiskFinding     int `json:"risk_finding"`    // points for an order not put right yet or found in the last two visits
	RiskSerious     int `json:"risk_serious"`    // points for a serious hazard in the last two visits
	RiskRectifying  int `json:"risk_rectifying"` // points while what was filed is being put right
	RiskComplaint   int `json:"risk_complaint"`  // points for each complaint of the last year
	RiskMost        int `json:"risk_most"`       // points at most
	DraftDays       int `json:"draft_days"`
	DrawDays        int `json:"draw_days"`
	ReplyDays       int `json:"reply_days"`
	SilenceDays     int `json:"silence_days"`
	RandomUntilDays int `json:"random_until_days"` // calendar days before the half-year's end by which the last random visit is opened
}

// RandomSize is how many of so many candidates the share makes, rounded up.
func (t PlanTerms) RandomSize(candidates int) int { return (candidates*t.RandomShare + 99) / 100 }

// DrawFacts is what inspect.draw looks at: before the commitment the candidates, after the draw the visits as well.
type DrawFacts struct {
	Committer   string          `json:"committer"`
	Witness     string          `json:"witness"`
	CommittedAt string          `json:"committed_at"` // RFC 3339 in UTC, so that text compares as time does
	PublicAt    string          `json:"public_at"`
	RandomSize  int             `json:"random_size"`
	Candidates  []DrawCandidate `json:"candidates"`
	Visits      []DrawnVisit    `json:"visits"`
	LoadSpread  *int            `json:"load_spread"` // between the most and the least loaded officer
	Improvable  *bool           `json:"improvable"`  // the spread could be smaller without breaking a rule
}

// DrawCandidate is an institution of the list: how many officers may go there, and whether the draw gave it a visit.
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
	Conflict bool   `json:"conflict"` // an officer who must stay away goes
	Repeated bool   `json:"repeated"` // an officer of the visit before goes again
}
