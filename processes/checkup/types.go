package checkup

import (
	"time"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
)

// HalfOpening opens a half-year's check-ups in a county.
type HalfOpening struct {
	Half string `json:"half" pattern:"^[0-9]{4}H[12]$" patternDescription:"如 2026H2" doc:"半年度"`
}

// HalfOpened lists the rounds that were opened. A round without a contract in force creates a task for the county.
type HalfOpened struct {
	County string   `json:"county" doc:"县区代码"`
	Half   string   `json:"half" doc:"半年度"`
	Opened []string `json:"opened" doc:"新开启的办件编号"`
}

// CheckupFilter narrows a list of rounds. A zero field does not.
type CheckupFilter struct {
	County string `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	Half   string `query:"half" pattern:"^[0-9]{4}H[12]$" patternDescription:"如 2026H2" doc:"半年度"`
	State  string `query:"state" enum:"blocked,open,closed" doc:"状态"`
	Query  string `query:"q" maxLength:"60" doc:"办件编号或其开头、机构名称或统一社会信用代码"`
}

// ReferralFilter narrows a list of referrals. A zero field does not.
type ReferralFilter struct {
	County string `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	State  string `query:"state" enum:"open,done,ended" doc:"状态"`
	Query  string `query:"q" maxLength:"60" doc:"办件编号或其开头、机构名称或统一社会信用代码"`
}

// CheckupSummary is a round in a list.
type CheckupSummary struct {
	CaseNo          string       `json:"case_no" doc:"办件编号"`
	County          string       `json:"county" doc:"县区代码"`
	CountyName      string       `json:"county_name" doc:"县区名称"`
	Institution     string       `json:"institution" doc:"托育机构编号"`
	InstitutionName string       `json:"institution_name,omitempty" doc:"托育机构名称"`
	Clinic          string       `json:"clinic,omitempty" doc:"承担体检的医疗卫生机构编号"`
	ClinicName      string       `json:"clinic_name,omitempty" doc:"医疗卫生机构名称"`
	Contract        string       `json:"contract,omitempty" doc:"所依据的签约办件"`
	Half            string       `json:"half" doc:"半年度"`
	State           string       `json:"state" enum:"blocked,open,closed" doc:"状态：没有签约、体检中、已截止"`
	OpenedOn        nursery.Date `json:"opened_on" doc:"开启日期"`
	DueOn           nursery.Date `json:"due_on" doc:"按期完成的最后一日"`
	UntilOn         nursery.Date `json:"until_on" doc:"允许补检的最后一日"`
	ClosedOn        nursery.Date `json:"closed_on,omitzero" doc:"截止日期"`
}

// StatusCount is how many duties stand in a status.
type StatusCount struct {
	Status nursery.DutyStatus `json:"status" doc:"应检状态"`
	Title  string             `json:"title" doc:"状态名称"`
	Duties int                `json:"duties" doc:"项次"`
}

// ItemProgress is the progress of an item over all children of a round.
type ItemProgress struct {
	Item     nursery.CheckItem `json:"item" doc:"体检项目"`
	Title    string            `json:"title" doc:"名称"`
	Statuses []StatusCount     `json:"statuses" doc:"各状态项次"`
}

// ClassProgress is the progress of a class.
type ClassProgress struct {
	Class     string `json:"class" doc:"班级"`
	Children  int    `json:"children" doc:"在托人数"`
	Settled   int    `json:"settled" doc:"全部项目已处理的人数"`
	NoConsent int    `json:"no_consent" doc:"监护人未同意或已撤回同意的人数"`
}

// CheckupDetail is the progress of a round, without names or findings.
type CheckupDetail struct {
	CheckupSummary
	Classes   []ClassProgress `json:"classes" doc:"各班进度"`
	Items     []ItemProgress  `json:"items" doc:"各项目进度"`
	Settled   int             `json:"settled" doc:"已处理的项次"`
	Duties    int             `json:"duties" doc:"应检项次"`
	Referrals int             `json:"referrals" doc:"转诊人数"`
}

// DueItem is what a child owes of a round.
type DueItem struct {
	Item        nursery.CheckItem  `json:"item" doc:"体检项目"`
	Title       string             `json:"title" doc:"名称"`
	Rules       []string           `json:"rules" doc:"要求该项目的规则"`
	Status      nursery.DutyStatus `json:"status" doc:"应检状态"`
	StatusTitle string             `json:"status_title" doc:"状态名称"`
	DoneOn      nursery.Date       `json:"done_on,omitzero" doc:"完成日期"`
	Elsewhere   bool               `json:"elsewhere,omitempty" doc:"在他处体检"`
	TriedOn     nursery.Date       `json:"tried_on,omitzero" doc:"最近一次未能体检的日期"`
}

// ClassChild is a child as the team sees it before it is checked.
type ClassChild struct {
	ID        string        `json:"id" doc:"婴幼儿编号"`
	Name      string        `json:"name" doc:"姓名"`
	Sex       nursery.Sex   `json:"sex" doc:"性别"`
	Months    int           `json:"months" doc:"月龄"`
	Consent   bool          `json:"consent" doc:"监护人同意有效"`
	SignsAge  int           `json:"signs_age,omitempty" doc:"所用预警征象表的月龄"`
	Signs     []string      `json:"signs,omitempty" doc:"预警征象，依次为一至四"`
	LeftOn    nursery.Date  `json:"left_on,omitzero" doc:"离托日期"`
	Leave     nursery.Leave `json:"leave,omitempty" doc:"离托原因"`
	Items     []DueItem     `json:"items" doc:"应检项目"`
	CheckedOn nursery.Date  `json:"checked_on,omitzero" doc:"本轮最近一次体检日期"`

	Recorded []RecordedItem `json:"recorded,omitempty" doc:"本轮已登记的结果，每项为最近一次"`
	Oedema   bool           `json:"oedema,omitempty" doc:"最近一次称重时双足水肿"`
	Earlier  []RecordedItem `json:"earlier,omitempty" doc:"以前各轮的结果，每项为最近一次"`
	Growth   []GrowthPoint  `json:"growth,omitempty" doc:"历次测量值，按日期"`
}

// ClassSheet is a class for the team 班级体检表.
type ClassSheet struct {
	CaseNo   string       `json:"case_no" doc:"办件编号"`
	Class    string       `json:"class" doc:"班级"`
	Children []ClassChild `json:"children" doc:"婴幼儿"`
}

// ClassRecords are the records of one class, at most fifty.
type ClassRecords struct {
	Records []nursery.Checkup `json:"records" minItems:"1" maxItems:"50" doc:"体检记录"`
}

// RecordedChild is what came of a record.
type RecordedChild struct {
	Child    string   `json:"child" doc:"婴幼儿编号"`
	Version  int      `json:"version" doc:"第几次记录"`
	Levels   []string `json:"levels,omitempty" doc:"生长评价提示"`
	Referral string   `json:"referral,omitempty" doc:"转诊办件"`
}

// ClassRecorded is what came of the records of a class.
type ClassRecorded struct {
	CaseNo   string          `json:"case_no" doc:"办件编号"`
	Class    string          `json:"class" doc:"班级"`
	Children []RecordedChild `json:"children" doc:"各名结果"`
}

// ChildCheckup is what was recorded of a child.
type ChildCheckup struct {
	CaseNo     string                        `json:"case_no" doc:"办件编号"`
	Version    int                           `json:"version" doc:"第几次记录"`
	Checkup    nursery.Checkup               `json:"checkup" doc:"体检记录"`
	Scores     any                           `json:"scores" doc:"标准差分值"`
	Judgements []activities.CheckupJudgement `json:"judgements" doc:"规则结论"`
	RecordedBy string                        `json:"recorded_by" doc:"记录账号"`
	RecordedAt time.Time                     `json:"recorded_at" doc:"记录时间"`
}

// GuardianSummary is the result of a check-up for the guardian, in plain words and without a diagnosis (体检结果告知).
type GuardianSummary struct {
	Child     string       `json:"child" doc:"婴幼儿编号"`
	CheckedOn nursery.Date `json:"checked_on" doc:"体检日期"`
	Lines     []string     `json:"lines" doc:"逐句说明"`
}

// ReferralSummary is a referral in a list. It does not reveal the child's findings.
type ReferralSummary struct {
	CaseNo          string       `json:"case_no" doc:"办件编号"`
	Round           string       `json:"round" doc:"体检办件"`
	Child           string       `json:"child" doc:"婴幼儿编号"`
	ChildName       string       `json:"child_name,omitempty" doc:"姓名；仅签约医疗机构和在托机构可见，查阅留痕"`
	County          string       `json:"county" doc:"县区代码"`
	CountyName      string       `json:"county_name" doc:"县区名称"`
	Institution     string       `json:"institution" doc:"托育机构编号"`
	InstitutionName string       `json:"institution_name,omitempty" doc:"托育机构名称"`
	Clinic          string       `json:"clinic" doc:"签约医疗卫生机构编号"`
	ClinicName      string       `json:"clinic_name,omitempty" doc:"医疗卫生机构名称"`
	State           string       `json:"state" enum:"open,done,ended" doc:"状态：在办、已反馈、未就诊"`
	Traces          int          `json:"traces" doc:"另约次数"`
	OpenedOn        nursery.Date `json:"opened_on" doc:"转诊日期"`
	SeenOn          nursery.Date `json:"seen_on,omitzero" doc:"就诊日期"`
	ResultOn        nursery.Date `json:"result_on,omitzero" doc:"结果日期"`
	ClosedOn        nursery.Date `json:"closed_on,omitzero" doc:"办结日期"`
}

// ReferralDetail is a referral as its clinic and institution see it.
type ReferralDetail struct {
	ReferralSummary
	GuardianPhone string   `json:"guardian_phone,omitempty" doc:"监护人电话；仅签约医疗机构和在托机构可见"`
	Cause         []string `json:"cause,omitempty" doc:"转诊原因，不含诊断；仅签约医疗机构和在托机构可见"`
	Result        string   `json:"result,omitempty" doc:"反馈的结果；仅签约医疗机构可见"`
}

// ReferralResult is what came back from the specialist.
type ReferralResult struct {
	Result   string       `json:"result" minLength:"2" maxLength:"2000" doc:"结果"`
	ResultOn nursery.Date `json:"result_on" doc:"结果日期"`
}

func (c *CheckupSummary) parties() []casework.Party {
	return []casework.Party{{ID: c.Institution, Name: &c.InstitutionName}, {ID: c.Clinic, Name: &c.ClinicName}}
}

func (r *ReferralSummary) parties() []casework.Party {
	return []casework.Party{{ID: r.Institution, Name: &r.InstitutionName}, {ID: r.Clinic, Name: &r.ClinicName}}
}
