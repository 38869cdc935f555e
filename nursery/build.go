package nursery

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// KindBuild is the building of a public demonstration nursery 公办示范性综合托育机构 in a county.
const KindBuild CaseKind = "build"

// The stages of a building site 建设点.
const (
	StageBuilding   Stage = "building"   // 建设中
	StageSupervised Stage = "supervised" // 督办中
	StageBuilt      Stage = "built"      // 已建成并备案
)

// OperationMode is how a public nursery is run once it is built 运营方式.
type OperationMode string

// The modes the city's plan names (项目1).
const (
	PublicRun  OperationMode = "public"      // 公建公营
	PrivateRun OperationMode = "private_run" // 公建民营
	BroughtIn  OperationMode = "brought_in"  // 引进管理运营团队
)

// Title returns the Chinese name of the mode, or the code itself when it is unknown.
func (m OperationMode) Title() string { return title(operationModeTitles, m) }

var operationModeTitles = map[OperationMode]string{PublicRun: "公建公营", PrivateRun: "公建民营", BroughtIn: "引进团队"}

// MilestoneKind identifies a milestone of a building site 建设节点.
type MilestoneKind string

// The milestones of the plan's task list (项目1: 装修, 设施、教材、教具配备, 登记和备案).
const (
	FitOut       MilestoneKind = "fit_out"
	Facilities   MilestoneKind = "facilities"
	Materials    MilestoneKind = "materials"
	TeachingAids MilestoneKind = "teaching_aids"
	Registered   MilestoneKind = "registration"
	Filed        MilestoneKind = "filing"
)

// MilestoneKinds lists the milestones in the order of the task list.
func MilestoneKinds() []MilestoneKind {
	return []MilestoneKind{FitOut, Facilities, Materials, TeachingAids, Registered, Filed}
}

// Title returns the Chinese name of the milestone, or the code itself when it is unknown.
func (k MilestoneKind) Title() string { return title(milestoneTitles, k) }

var milestoneTitles = map[MilestoneKind]string{
	FitOut: "装修", Facilities: "设施配备", Materials: "教材配备", TeachingAids: "教具配备", Registered: "登记", Filed: "备案",
}

// ByFiling reports whether the milestone is completed by the site's filing case alone; such a milestone is never
// reported.
func (k MilestoneKind) ByFiling() bool { return k == Registered || k == Filed }

// Milestone is one planned milestone of a site: its first and last day, its weight in percent, and the evidence it
// requires.
type Milestone struct {
	Kind         MilestoneKind `json:"kind" enum:"fit_out,facilities,materials,teaching_aids,registration,filing" doc:"节点"`
	PlannedStart Date          `json:"planned_start" doc:"计划开始日"`
	PlannedEnd   Date          `json:"planned_end" doc:"计划完成日"`
	Weight       int           `json:"weight" minimum:"1" maximum:"100" doc:"权重，百分数，各节点合计 100"`
	Evidence     []string      `json:"evidence,omitempty" maxItems:"20" doc:"应提交的佐证材料种类"`
}

// BuildSite is one county site of a plan.
type BuildSite struct {
	County     string        `json:"county" doc:"县区代码" example:"140403"`
	Name       string        `json:"name" minLength:"2" maxLength:"100" doc:"建设点名称"`
	Seats      int           `json:"seats" minimum:"1" maximum:"2000" doc:"计划新增托位"`
	Mode       OperationMode `json:"mode" enum:"public,private_run,brought_in" doc:"运营方式"`
	Milestones []Milestone   `json:"milestones,omitempty" maxItems:"6" doc:"建设节点；不填时用全市统一的节点"`
}

// Assumption is a value that a plan file had to assume because its source does not state it 待核定参数.
type Assumption struct {
	What     string `json:"what" maxLength:"100" doc:"参数"`
	Verified bool   `json:"verified" doc:"是否已核对原文"`
	Note     string `json:"note" maxLength:"500" doc:"说明"`
}

// BuildTerms are the parameters by which a plan is monitored. No regulation sets them.
type BuildTerms struct {
	ReplyDays     int  `json:"reply_days" minimum:"1" maximum:"60" doc:"督办答复期限，工作日"`
	EscalateAfter int  `json:"escalate_after" minimum:"2" maximum:"12" doc:"连续几次红灯后提请专班领导"`
	Progress      int  `json:"progress" minimum:"0" maximum:"100" doc:"排名中完成进度的分值"`
	Seats         int  `json:"seats" minimum:"0" maximum:"100" doc:"排名中托位完成的分值"`
	OnTime        int  `json:"on_time" minimum:"0" maximum:"100" doc:"排名中按期的分值，红灯每次扣减其五分之一"`
	Verified      bool `json:"verified" doc:"是否已核对原文"`
}

// BuildPlan is a city's plan of its county sites 县县全覆盖.
type BuildPlan struct {
	Name        string       `json:"name" pattern:"^[a-z0-9-]{3,40}$" patternDescription:"小写字母、数字和连字符" doc:"计划标识"`
	Title       string       `json:"title" minLength:"2" maxLength:"100" doc:"计划名称"`
	Source      Citation     `json:"source" doc:"依据"`
	Seats       int          `json:"seats" minimum:"1" doc:"全市新增托位总数"`
	Deadline    Date         `json:"deadline" doc:"完成期限"`
	Terms       BuildTerms   `json:"terms" doc:"督办与排名参数"`
	Milestones  []Milestone  `json:"milestones" maxItems:"6" doc:"全市统一的建设节点"`
	Sites       []BuildSite  `json:"sites" minItems:"1" maxItems:"60" doc:"各县区建设点"`
	Assumptions []Assumption `json:"assumptions,omitempty" maxItems:"50" doc:"原文未载明的参数"`
}

// Fault is one validation error, located by JSON Pointer.
type Fault struct{ Location, Message string }

// MilestonesOf returns the milestones of a site: the site's own if it has any, otherwise those of the plan.
func (p BuildPlan) MilestonesOf(s BuildSite) []Milestone {
	if len(s.Milestones) > 0 {
		return s.Milestones
	}
	return p.Milestones
}

// Validate validates the plan and returns every error; none if it can be started. Every county of the city needs a site
// (P01-R1), the seats of the sites must sum to the plan's (P01-R2), and nothing may be planned to end after the
// deadline.
func (p BuildPlan) Validate() []Fault {
	var faults []Fault
	add := func(location, format string, args ...any) {
		faults = append(faults, Fault{location, fmt.Sprintf(format, args...)})
	}
	covered, sum := map[string]bool{}, 0
	for i, s := range p.Sites {
		at := fmt.Sprintf("/sites/%d", i)
		if d, ok := DivisionByCode(s.County); !ok || d.Level != LevelCounty {
			add(at+"/county", "请填写本市县区代码")
		}
		if _, ok := operationModeTitles[s.Mode]; !ok {
			add(at+"/mode", "没有这种运营方式")
		}
		if s.Seats < 1 {
			add(at+"/seats", "托位数应大于零")
		}
		covered[s.County] = true
		sum += s.Seats
		if len(s.Milestones) > 0 {
			faults = append(faults, MilestoneFaults(at+"/milestones", s.Milestones, p.Deadline)...)
		}
	}
	for _, c := range Counties() {
		if !covered[c.Code] {
			add("/sites", "%s没有建设点", c.Name)
		}
	}
	if sum != p.Seats {
		add("/seats", "各建设点托位合计 %d，与计划总数 %d 不符", sum, p.Seats)
	}
	if p.Deadline.IsZero() {
		add("/deadline", "请填写完成期限")
	}
	t := p.Terms
	if t.Progress+t.Seats+t.OnTime != 100 || t.ReplyDays < 1 || t.EscalateAfter < 2 {
		add("/terms", "排名分值合计应为 100，督办期限至少一个工作日，提请专班领导至少两次红灯")
	}
	return append(faults, MilestoneFaults("/milestones", p.Milestones, p.Deadline)...)
}

// longestSpan is the largest number of days a milestone may take.
const longestSpan = 1000

// MilestoneFaults validates the milestones of a site, found at the JSON Pointer at, and returns every error. With a
// zero deadline they may end on any day: an amendment may record that a site will be late, but it cannot move the
// plan's deadline.
func MilestoneFaults(at string, milestones []Milestone, deadline Date) []Fault {
	var faults []Fault
	add := func(location, message string) { faults = append(faults, Fault{location, message}) }
	seen, weights := map[MilestoneKind]bool{}, 0
	for i, m := range milestones {
		here := fmt.Sprintf("%s/%d", at, i)
		if _, ok := milestoneTitles[m.Kind]; !ok || seen[m.Kind] {
			add(here+"/kind", "节点应为六项之一，且不重复")
		}
		seen[m.Kind] = true
		weights += m.Weight
		switch {
		case !m.PlannedStart.Valid() || !m.PlannedEnd.Valid():
			add(here, "请填写计划起止日期")
		case m.PlannedEnd.Before(m.PlannedStart) || m.days() > longestSpan:
			add(here+"/planned_end", "完成日不能早于开始日，跨度不超过一千天")
		case !deadline.IsZero() && m.PlannedEnd.After(deadline):
			add(here+"/planned_end", "完成日不能晚于计划期限")
		}
		if m.Weight < 1 {
			add(here+"/weight", "权重应大于零")
		}
		if !m.Kind.ByFiling() && len(m.Evidence) == 0 {
			add(here+"/evidence", "请列明佐证材料种类")
		}
	}
	if len(seen) != len(milestoneTitles) || len(milestones) != len(milestoneTitles) {
		add(at, "六个节点缺一不可")
	}
	if weights != 100 {
		add(at, "权重合计应为 100")
	}
	return faults
}

func (m Milestone) days() int { return m.PlannedStart.DaysUntil(m.PlannedEnd) + 1 }

// PlannedOn returns the share of the milestone, in percent, that is planned to be done at the beginning of a day. It
// grows linearly from the first planned day to the end of the last.
func (m Milestone) PlannedOn(day Date) *big.Rat {
	done := min(max(m.PlannedStart.DaysUntil(day), 0), m.days())
	return big.NewRat(int64(100*done), int64(m.days()))
}

// PlannedOn returns the planned progress at the beginning of a day: the weighted share of all milestones, in percent.
func PlannedOn(milestones []Milestone, day Date) *big.Rat {
	sum := new(big.Rat)
	for _, m := range milestones {
		sum.Add(sum, new(big.Rat).Mul(big.NewRat(int64(m.Weight), 100), m.PlannedOn(day)))
	}
	return sum
}

// ActualOf returns the actual progress: the weighted share that was accepted, in percent. The accepted share of each
// milestone is in percent as well.
func ActualOf(milestones []Milestone, accepted map[MilestoneKind]int) *big.Rat {
	sum := new(big.Rat)
	for _, m := range milestones {
		sum.Add(sum, big.NewRat(int64(m.Weight*accepted[m.Kind]), 100))
	}
	return sum
}

// PointsUp rounds up to whole percentage points, so that a fraction exceeds a whole limit exactly if its points do.
func PointsUp(r *big.Rat) int {
	q, rest := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return int(q.Int64())
}

// RateText formats a fraction with one decimal, halves rounded up 四舍五入.
func RateText(r *big.Rat) string {
	tenths := new(big.Rat).Add(new(big.Rat).Mul(r, big.NewRat(10, 1)), big.NewRat(1, 2))
	q, _ := new(big.Int).DivMod(tenths.Num(), tenths.Denom(), new(big.Int))
	return new(big.Rat).SetFrac(q, big.NewInt(10)).FloatString(1)
}

// Light is the result of a monthly assessment: red, amber or green 红黄绿灯.
type Light string

// The lights.
const (
	Green Light = "green"
	Amber Light = "amber"
	Red   Light = "red"
)

// Title returns the Chinese name of the light, "" for a site that was not assessed yet.
func (l Light) Title() string {
	return map[Light]string{Green: "绿灯", Amber: "黄灯", Red: "红灯"}[l]
}

// LightOf returns the light for a decision of build.progress: red for a fail, amber for a warning or an unknown fact.
func LightOf(d Decision) Light {
	switch {
	case d.Result == Fail:
		return Red
	case d.Result == Unknown, slices.ContainsFunc(d.Reasons, func(r Reason) bool { return r.Result == Warn }):
		return Amber
	}
	return Green
}

// BuildFacts is the input of build.progress: a site on the day of assessment.
type BuildFacts struct {
	Deadline         Date             `json:"deadline"`
	Mode             OperationMode    `json:"mode"`
	Seats            int              `json:"seats"`
	LagPoints        int              `json:"lag_points"` // accepted behind planned, for all milestones, points rounded up
	Milestones       []MilestoneFacts `json:"milestones"`
	ReceiptIssued    bool             `json:"receipt_issued"`
	SeatsCounted     int              `json:"seats_counted"`
	OperatorContract bool             `json:"operator_contract"`
}

// MilestoneFacts is a milestone on the day of assessment.
type MilestoneFacts struct {
	Kind      MilestoneKind `json:"kind"`
	Title     string        `json:"title"`
	Percent   int           `json:"percent"`    // accepted
	LagPoints int           `json:"lag_points"` // accepted behind planned, points rounded up
	DaysLate  int           `json:"days_late"`  // since the planned end, 0 when not late or done
}

// FactsOn returns the facts of the milestones on a day, given the accepted percentage of each.
func FactsOn(milestones []Milestone, accepted map[MilestoneKind]int, day Date) []MilestoneFacts {
	facts := make([]MilestoneFacts, len(milestones))
	for i, m := range milestones {
		percent := accepted[m.Kind]
		lag := new(big.Rat).Sub(m.PlannedOn(day), big.NewRat(int64(percent), 1))
		facts[i] = MilestoneFacts{Kind: m.Kind, Title: m.Kind.Title(), Percent: percent, LagPoints: PointsUp(lag)}
		if percent < 100 {
			facts[i].DaysLate = max(m.PlannedEnd.DaysUntil(day)-1, 0)
		}
	}
	return facts
}

// FaultText joins faults for a log or a test.
func FaultText(faults []Fault) string {
	lines := make([]string, len(faults))
	for i, f := range faults {
		lines[i] = f.Location + ": " + f.Message
	}
	return strings.Join(lines, "; ")
}
