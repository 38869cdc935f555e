package inspection

import (
	"time"

	"tuoyu/draw"
	"tuoyu/nursery"
)

// PlanRequest is the input of starting the inspection plan of a half-year.
type PlanRequest struct {
	Half       string `json:"half" pattern:"^[0-9]{4}H[12]$" patternDescription:"半年度" doc:"半年度，本半年度或下半年度" example:"2026H2"`
	RandomSize *int   `json:"random_size,omitempty" minimum:"0" maximum:"1000" doc:"随机抽查家数；不填时按县区比例"`
}

// PlanExclusion excludes an institution from a plan, or includes it again.
type PlanExclusion struct {
	Institution string `json:"institution" minLength:"1" maxLength:"64" doc:"机构编号"`
	Excluded    bool   `json:"excluded" doc:"不列入；否则恢复列入"`
	Reason      string `json:"reason" minLength:"1" maxLength:"500" doc:"理由，随承诺内容公开，不写个人信息"`
}

// PlanWitness is what the witness enters 见证抽取.
type PlanWitness struct {
	PublicValue string    `json:"public_value" minLength:"1" maxLength:"200" doc:"承诺公布之后才产生的公开值" example:"3391.76"`
	Source      string    `json:"public_source" minLength:"1" maxLength:"200" doc:"公开值的来源，任何人可以查到" example:"上证综合指数 2026-07-02 收盘"`
	PublicAt    time.Time `json:"public_at" doc:"公开值的发布时间"`
}

// PlanSummary is a plan in a list.
type PlanSummary struct {
	CaseNo      string             `json:"case_no" doc:"办件编号"`
	County      string             `json:"county" doc:"县区代码"`
	CountyName  string             `json:"county_name" doc:"县区名称"`
	Half        string             `json:"half" doc:"半年度"`
	Stage       nursery.Stage      `json:"stage" doc:"环节"`
	StageTitle  string             `json:"stage_title" doc:"环节名称"`
	Status      nursery.CaseStatus `json:"status" doc:"办件状态"`
	Commitment  string             `json:"commitment,omitempty" doc:"承诺值"`
	CommittedBy string             `json:"committed_by,omitempty" doc:"公布承诺的人员"`
	CommittedAt *time.Time         `json:"committed_at,omitempty" doc:"承诺公布时间"`
	Witness     string             `json:"witness,omitempty" doc:"见证人"`
	DrawnOn     nursery.Date       `json:"drawn_on,omitzero" doc:"抽取日期"`
	Decision    string             `json:"decision,omitempty" doc:"据以认定抽取合规的裁定编号"`
	Late        *int               `json:"late,omitempty" doc:"半年度结束时未检查的家次"`
	ClosedOn    nursery.Date       `json:"closed_on,omitzero" doc:"办结日期"`
}

// PlannedVisit is a visit of a plan with its result.
type PlannedVisit struct {
	Kind        string       `json:"kind" enum:"regular,random" doc:"检查方式"`
	Position    int          `json:"position" doc:"次序"`
	Institution string       `json:"institution" doc:"机构编号"`
	Name        string       `json:"name" doc:"机构名称"`
	Township    string       `json:"township" doc:"乡镇、街道"`
	Drawn       []string     `json:"drawn" doc:"抽取的检查人员账号"`
	Going       []string     `json:"going,omitempty" doc:"现在的检查人员账号"`
	OpensOn     nursery.Date `json:"opens_on" doc:"开始日期"`
	Inspection  string       `json:"inspection,omitempty" doc:"检查办件编号"`
	StageTitle  string       `json:"stage_title,omitempty" doc:"检查环节"`
	VisitOn     nursery.Date `json:"visit_on,omitzero" doc:"定下的到场日期"`
	VisitedOn   nursery.Date `json:"visited_on,omitzero" doc:"到场日期"`
	Dropped     bool         `json:"dropped" doc:"开始时已不再备案"`
	Late        bool         `json:"late" doc:"半年度内没有检查"`
}

// PlanDetail is all data of a plan. While it is a draft, Input is what would be committed to today and Reasons what
// prevents it.
type PlanDetail struct {
	PlanSummary
	Input   draw.Input       `json:"input" doc:"受检机构、不列入的机构、检查人员"`
	Reasons []nursery.Reason `json:"reasons" doc:"拟定阶段：按规则不能公布承诺的原因"`
	Visits  []PlannedVisit   `json:"visits" doc:"各次检查，例行检查在前"`
}

// InspectorEntry adds an officer to the register 检查人员名录.
type InspectorEntry struct {
	OnDuty    bool     `json:"on_duty" doc:"参加抽取"`
	Conflicts []string `json:"conflicts" maxItems:"200" maxLength:"64" doc:"应当回避的机构编号"`
	Version   int      `json:"version" minimum:"0" doc:"所依据的版本，首次登记为 0"`
}

// RegisteredInspector is an officer of the register.
type RegisteredInspector struct {
	Account   string    `json:"account" doc:"账号"`
	County    string    `json:"county" doc:"县区代码"`
	Number    string    `json:"number" doc:"检查人员编号，公开记录中使用"`
	OnDuty    bool      `json:"on_duty" doc:"参加抽取"`
	Conflicts []string  `json:"conflicts" doc:"应当回避的机构编号"`
	Version   int       `json:"version" doc:"版本"`
	UpdatedBy string    `json:"updated_by" doc:"登记人"`
	UpdatedAt time.Time `json:"updated_at" doc:"登记时间"`
}

// CalendarFeed is the address of an officer's calendar. The address is a secret; it is returned once.
type CalendarFeed struct {
	URL string `json:"url" doc:"日历订阅地址，请勿转给他人；重新生成后旧地址失效"`
}

// DayVisit is a visit of a day.
type DayVisit struct {
	CaseNo      string       `json:"case_no" doc:"办件编号"`
	Township    string       `json:"township" doc:"乡镇、街道"`
	VisitTime   string       `json:"visit_time" doc:"到场时刻"`
	Institution string       `json:"institution" doc:"机构编号"`
	Name        string       `json:"name" doc:"机构名称"`
	Address     string       `json:"address" doc:"地址"`
	Kind        string       `json:"kind" enum:"regular,random,complaint" doc:"检查方式"`
	Inspectors  []string     `json:"inspectors" doc:"检查人员账号"`
	StageTitle  string       `json:"stage_title" doc:"环节"`
	VisitedOn   nursery.Date `json:"visited_on,omitzero" doc:"到场日期"`
}

// InspectionDay is the visits of a county on a day 日程.
type InspectionDay struct {
	County string       `json:"county" doc:"县区代码"`
	On     nursery.Date `json:"on" doc:"日期"`
	Visits []DayVisit   `json:"visits" doc:"按乡镇、街道和时刻排列"`
}
