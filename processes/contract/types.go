package contract

import (
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// ContractAmendment changes the text of a contract that is being signed. Version is the one it was read at.
type ContractAmendment struct {
	nursery.ContractTerms
	Version int `json:"version" minimum:"1" doc:"所依据的文本稿次"`
}

// Termination ends a contract before its time.
type Termination struct {
	EndsOn nursery.Date `json:"ends_on" doc:"终止日期，当日仍有效"`
	Reason string       `json:"reason" minLength:"2" maxLength:"500" doc:"理由"`
}

// GuidanceVisit is what a clinic records of a visit 技术指导.
type GuidanceVisit struct {
	VisitedOn nursery.Date `json:"visited_on" doc:"到访日期"`
	Content   string       `json:"content" minLength:"2" maxLength:"2000" doc:"指导内容"`
	Evidence  []string     `json:"evidence,omitempty" maxItems:"20" doc:"附件编号"`
}

// GuidanceEntry is a recorded guidance visit with its confirmation.
type GuidanceEntry struct {
	ID int64 `json:"id" doc:"编号"`
	GuidanceVisit
	RecordedBy  string     `json:"recorded_by" doc:"记录账号"`
	RecordedAt  time.Time  `json:"recorded_at" doc:"记录时间"`
	ConfirmedBy string     `json:"confirmed_by,omitempty" doc:"托育机构确认账号"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty" doc:"确认时间"`
}

// ContractFilter narrows a list of contracts. A zero field does not.
type ContractFilter struct {
	County string        `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	State  string        `query:"state" enum:"signing,signed,in_force,ended,refused" doc:"状态"`
	Light  nursery.Light `query:"light" enum:"green,amber,red" doc:"履约灯"`
	Query  string        `query:"q" maxLength:"60" doc:"办件编号或其开头、机构名称或统一社会信用代码"`
}

// ContractSummary is a contract in a list.
type ContractSummary struct {
	CaseNo          string              `json:"case_no" doc:"办件编号"`
	County          string              `json:"county" doc:"县区代码"`
	CountyName      string              `json:"county_name" doc:"县区名称"`
	Institution     string              `json:"institution" doc:"托育机构编号"`
	Clinic          string              `json:"clinic" doc:"医疗卫生机构编号"`
	InstitutionName string              `json:"institution_name,omitempty" doc:"托育机构名称"`
	ClinicName      string              `json:"clinic_name,omitempty" doc:"医疗卫生机构名称"`
	Mode            nursery.ServiceMode `json:"mode" doc:"服务方式"`
	ModeTitle       string              `json:"mode_title" doc:"服务方式名称"`
	State           string              `json:"state" enum:"signing,signed,in_force,ended,refused" doc:"状态"`
	Version         int                 `json:"version" doc:"文本稿次"`
	StartsOn        nursery.Date        `json:"starts_on" doc:"生效日期"`
	EndsOn          nursery.Date        `json:"ends_on" doc:"截止日期"`
	Light           nursery.Light       `json:"light,omitempty" doc:"履约灯"`
	LightTitle      string              `json:"light_title,omitempty" doc:"灯的名称"`
	LightOn         nursery.Date        `json:"light_on,omitzero" doc:"核对日期"`
	Renewal         string              `json:"renewal,omitempty" doc:"续签办件"`
}

// AgreementDraft is a text of the agreement.
type AgreementDraft struct {
	Version int                   `json:"version" doc:"稿次"`
	Terms   nursery.ContractTerms `json:"terms" doc:"条款"`
	Text    string                `json:"text" doc:"正文"`
	SHA256  string                `json:"sha256" doc:"正文的 SHA-256"`
	Author  string                `json:"author" doc:"起草账号"`
	At      time.Time             `json:"at" doc:"时间"`
}

// ContractSignature is one side's signature over a text.
type ContractSignature struct {
	Version  int          `json:"version" doc:"稿次"`
	Side     nursery.Role `json:"side" doc:"签署方"`
	SHA256   string       `json:"sha256" doc:"所签文本的 SHA-256"`
	SignedBy string       `json:"signed_by" doc:"签署账号"`
	SignedAt time.Time    `json:"signed_at" doc:"签署时间"`
}

// ContractDetail is everything of a contract.
type ContractDetail struct {
	ContractSummary
	Texts      []AgreementDraft    `json:"texts" doc:"各稿文本，新的在前"`
	Signatures []ContractSignature `json:"signatures" doc:"签署"`
	Visits     []GuidanceEntry     `json:"visits" doc:"技术指导"`
	Duties     []nursery.DutyLine  `json:"duties" doc:"履约进度"`
	GapDays    int                 `json:"gap_days" doc:"终止后到接续协议生效前无签约机构的天数"`
}

func (c *ContractSummary) parties() []casework.Party {
	return []casework.Party{{ID: c.Institution, Name: &c.InstitutionName}, {ID: c.Clinic, Name: &c.ClinicName}}
}
