package buildsite

import (
	"time"

	"tuoyu/nursery"
)

// BuildStarted lists the cases that a plan has opened.
type BuildStarted struct {
	Plan  string        `json:"plan" doc:"计划标识"`
	Sites []BuildSiteAt `json:"sites" doc:"各县区的建设点"`
}

// BuildSiteAt names the case of a county's site.
type BuildSiteAt struct {
	CaseNo string `json:"case_no" doc:"办件编号"`
	County string `json:"county" doc:"县区代码"`
	Name   string `json:"name" doc:"名称"`
}

// BuildFilter narrows a list of sites. A zero field does not.
type BuildFilter struct {
	Plan   string        `query:"plan" maxLength:"40" doc:"计划标识"`
	County string        `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	Light  nursery.Light `query:"light" enum:"green,amber,red" doc:"最近一次核定的灯"`
}

// BuildSiteSummary is a site in a list or on the ledger 工作台账.
type BuildSiteSummary struct {
	CaseNo           string                `json:"case_no" doc:"办件编号"`
	Plan             string                `json:"plan" doc:"计划标识"`
	County           string                `json:"county" doc:"县区代码"`
	CountyName       string                `json:"county_name" doc:"县区名称"`
	Name             string                `json:"name" doc:"名称"`
	Mode             nursery.OperationMode `json:"mode" doc:"运营方式"`
	ModeTitle        string                `json:"mode_title" doc:"运营方式名称"`
	Version          int                   `json:"version" doc:"现行计划的版本"`
	Seats            int                   `json:"seats" doc:"计划新增托位"`
	SeatsFiled       int                   `json:"seats_filed" doc:"备案的托位"`
	SeatsCounted     int                   `json:"seats_counted" doc:"计入的托位：已发回执且班级设置符合设置标准第十九条"`
	FilingCase       string                `json:"filing_case,omitempty" doc:"关联的备案办件"`
	ReceiptOn        nursery.Date          `json:"receipt_on,omitzero" doc:"备案回执日期"`
	OperatorContract bool                  `json:"operator_contract" doc:"是否已提交运营合同"`
	Light            nursery.Light         `json:"light,omitempty" doc:"最近一次核定的灯"`
	LightTitle       string                `json:"light_title,omitempty" doc:"灯的名称"`
	LightOn          nursery.Date          `json:"light_on,omitzero" doc:"核定日期"`
	Reds             int                   `json:"reds" doc:"红灯次数"`
	RedsRunning      int                   `json:"reds_running" doc:"连续红灯次数"`
	CompletedOn      nursery.Date          `json:"completed_on,omitzero" doc:"销号日期"`
}

// BuildLine is a line of the ledger: a site, where its curve is today, and its milestones.
type BuildLine struct {
	BuildSiteSummary
	Planned    nursery.Rate    `json:"planned" doc:"计划进度"`
	Actual     nursery.Rate    `json:"actual" doc:"核定进度"`
	Milestones []MilestoneView `json:"milestones" doc:"建设节点"`
	Waiting    int             `json:"waiting_reports,omitempty" doc:"待核定的进度报送"`
}

// MilestoneView is a milestone as planned and as accepted.
type MilestoneView struct {
	nursery.Milestone
	Title   string       `json:"title" doc:"名称"`
	Percent int          `json:"percent" doc:"核定的完成百分比"`
	DoneOn  nursery.Date `json:"done_on,omitzero" doc:"完成日期"`
}

// BuildLedger is the ledger of a plan on a day.
type BuildLedger struct {
	Plan         string           `json:"plan" doc:"计划标识"`
	Title        string           `json:"title" doc:"名称"`
	Source       nursery.Citation `json:"source" doc:"依据"`
	AsOf         nursery.Date     `json:"as_of" doc:"截至日期"`
	Deadline     nursery.Date     `json:"deadline" doc:"完成期限"`
	Seats        int              `json:"seats" doc:"计划托位"`
	SeatsCounted int              `json:"seats_counted" doc:"计入托位"`
	Lines        []BuildLine      `json:"lines" doc:"各建设点"`
}

// BuildSiteDetail is everything of a site: its lights, its reports, and every curve it ever had.
type BuildSiteDetail struct {
	BuildLine
	SeatsDecision string             `json:"seats_decision,omitempty" doc:"据以计入托位的裁定编号"`
	Versions      []BuildVersion     `json:"versions" doc:"各版计划，新版在前"`
	Assessments   []BuildMonth       `json:"assessments" doc:"按月核定，新的在前"`
	Reports       []BuildReportEntry `json:"reports" doc:"进度报送，新的在前"`
}

// BuildVersion is a curve the site has or had, with who drew it and why.
type BuildVersion struct {
	Version    int                   `json:"version" doc:"计划版本"`
	Seats      int                   `json:"seats" doc:"计划托位"`
	Mode       nursery.OperationMode `json:"mode" doc:"运营方式"`
	Milestones []nursery.Milestone   `json:"milestones" doc:"建设节点"`
	Reason     string                `json:"reason" doc:"理由"`
	Author     string                `json:"author" doc:"制定人"`
	At         time.Time             `json:"at" doc:"时间"`
	Curve      []CurvePoint          `json:"curve" doc:"计划曲线，每月一日及完成次日"`
}

// CurvePoint is what is planned to be done when a day begins.
type CurvePoint struct {
	On      nursery.Date `json:"on" doc:"日期"`
	Planned nursery.Rate `json:"planned" doc:"计划进度"`
}

// BuildMonth is one month's assessment.
type BuildMonth struct {
	AsOf       nursery.Date  `json:"as_of" doc:"截至日期"`
	Version    int           `json:"version" doc:"计划版本"`
	Light      nursery.Light `json:"light" doc:"最近一次核定的灯"`
	LightTitle string        `json:"light_title" doc:"灯的名称"`
	Planned    nursery.Rate  `json:"planned" doc:"计划进度"`
	Actual     nursery.Rate  `json:"actual" doc:"核定进度"`
	Decision   string        `json:"decision" doc:"裁定编号"`
}

// BuildEvidence is a file handed in with a report, by the kind of evidence it is.
type BuildEvidence struct {
	Kind       string `json:"kind" minLength:"1" maxLength:"50" doc:"佐证材料种类，须为节点所列之一；公建民营的运营合同填“运营合同”"`
	Attachment string `json:"attachment" minLength:"1" maxLength:"64" doc:"附件标识"`
}

// BuildReport is a report of a county's office on a milestone.
type BuildReport struct {
	Milestone nursery.MilestoneKind `json:"milestone" enum:"fit_out,facilities,materials,teaching_aids,registration,filing" doc:"节点"`
	Percent   int                   `json:"percent" minimum:"0" maximum:"100" doc:"完成百分比"`
	Note      string                `json:"note" minLength:"2" maxLength:"2000" doc:"进展说明"`
	Evidence  []BuildEvidence       `json:"evidence,omitempty" maxItems:"50" doc:"佐证材料；报送 100 时各种类均须提交"`
}

// BuildReportEntry is a report on record.
type BuildReportEntry struct {
	ID         int64      `json:"id" doc:"报送编号"`
	CaseNo     string     `json:"case_no" doc:"办件编号"`
	State      string     `json:"state" enum:"waiting,accepted,returned" doc:"状态：待核定、已核定、已退回"`
	ReportedBy string     `json:"reported_by" doc:"报送人"`
	ReportedAt time.Time  `json:"reported_at" doc:"报送时间"`
	DecidedBy  string     `json:"decided_by,omitempty" doc:"核定人"`
	DecidedAt  *time.Time `json:"decided_at,omitempty" doc:"核定时间"`
	Reason     string     `json:"reason,omitempty" doc:"理由"`
	BuildReport
}

// BuildVerdict is what the city's office makes of a report. Returning one needs a reason.
type BuildVerdict struct {
	Accept bool   `json:"accept" doc:"真：核定；假：退回"`
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"退回理由"`
}

// BuildAmendment changes what is planned of a site. Version is the version the author looked at.
type BuildAmendment struct {
	Version    int                   `json:"version" minimum:"1" doc:"所依据的计划版本"`
	Seats      int                   `json:"seats" minimum:"1" maximum:"2000" doc:"计划新增托位"`
	Mode       nursery.OperationMode `json:"mode" enum:"public,private_run,brought_in" doc:"运营方式"`
	Milestones []nursery.Milestone   `json:"milestones" minItems:"6" maxItems:"6" doc:"建设节点"`
	Reason     string                `json:"reason" minLength:"2" maxLength:"500" doc:"调整理由"`
}

// BuildCounty is a county on the wall map 挂图作战.
type BuildCounty struct {
	County       string        `json:"county" doc:"县区代码"`
	CountyName   string        `json:"county_name" doc:"县区名称"`
	Sites        int           `json:"sites" doc:"建设点数"`
	Built        int           `json:"built" doc:"已销号的建设点"`
	Filed        int           `json:"filed" doc:"已备案的建设点"`
	Seats        int           `json:"seats" doc:"计划托位"`
	SeatsCounted int           `json:"seats_counted" doc:"计入托位"`
	Light        nursery.Light `json:"light,omitempty" doc:"该县区未销号的建设点中最差的灯"`
	LightTitle   string        `json:"light_title,omitempty" doc:"灯的名称"`
	Planned      nursery.Rate  `json:"planned" doc:"按托位加权"`
	Actual       nursery.Rate  `json:"actual" doc:"按托位加权"`
	Covered      bool          `json:"covered" doc:"已有取得备案回执的公办示范机构"`
}

// BuildRank is a county's place and the parts of its score.
type BuildRank struct {
	Rank       int          `json:"rank" doc:"名次，同分同名次"`
	County     string       `json:"county" doc:"县区代码"`
	CountyName string       `json:"county_name" doc:"县区名称"`
	Score      nursery.Rate `json:"score" doc:"得分"`
	Parts      []ScorePart  `json:"parts" doc:"各部分得分"`
}

// ScorePart is one part of a score: what was reached of the points there are.
type ScorePart struct {
	Title  string       `json:"title" doc:"名称"`
	Points int          `json:"points" doc:"满分"`
	Share  nursery.Rate `json:"share" doc:"得分率，百分数"`
	Score  nursery.Rate `json:"score" doc:"得分"`
	Basis  string       `json:"basis" doc:"如何得出"`
}

// BuildRanking ranks the counties of a plan.
type BuildRanking struct {
	Plan     string       `json:"plan" doc:"计划标识"`
	AsOf     nursery.Date `json:"as_of" doc:"截至日期"`
	Verified bool         `json:"verified" doc:"分值是否已核对原文"`
	Ranks    []BuildRank  `json:"ranks" doc:"名次"`
}
