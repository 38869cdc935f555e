package casework

import (
	"cmp"
	"encoding/json"
	"io"
	"time"

	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
)

// StartFiling asks for a filing. Institution is given only by a clerk who files on an institution's behalf; an
// institution files for itself.
type StartFiling struct {
	Institution string              `json:"institution,omitempty"`
	Application nursery.Application `json:"application"`
	Draft       bool                `json:"draft,omitempty"`
}

// Started is the result of a start. TrackingCode is returned only here and to a repeat of the same command; the case
// stores only its hash.
type Started struct {
	CaseNo       string        `json:"case_no"`
	TrackingCode string        `json:"tracking_code"`
	Stage        nursery.Stage `json:"stage"`
}

// Prechecked is the result of the rules if the application were submitted today.
type Prechecked struct {
	Result    nursery.Result     `json:"result"`
	Gaps      int                `json:"gaps"`
	Decisions []nursery.Decision `json:"decisions"`
}

// Correction saves a draft or answers open gaps. Version is the version the applicant looked at.
type Correction struct {
	Application nursery.Application `json:"application"`
	Version     int                 `json:"version"`
	Submit      bool                `json:"submit,omitempty"`
}

// Corrected reports the version that the correction became and whether it was submitted.
type Corrected struct {
	CaseNo    string        `json:"case_no"`
	Version   int           `json:"version"`
	Stage     nursery.Stage `json:"stage"`
	Submitted bool          `json:"submitted"`
}

// ChangeRequest asks for a change of what is filed.
type ChangeRequest struct {
	Application nursery.Application `json:"application"`
	Reason      string              `json:"reason"`
}

// CaseFilter narrows a list of cases. A zero field does not.
type CaseFilter struct {
	County      string             `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码"`
	Kind        nursery.CaseKind   `query:"kind" maxLength:"60" doc:"办件类型，包括已发布的事项" example:"filing"`
	Stage       nursery.Stage      `query:"stage" maxLength:"40" doc:"环节"`
	Status      nursery.CaseStatus `query:"status" enum:"draft,open,ended" doc:"办件状态"`
	Institution string             `query:"institution" maxLength:"64" doc:"机构标识"`
	Overdue     bool               `query:"overdue" doc:"只列逾期的"`
	Query       string             `query:"q" maxLength:"60" doc:"办件编号或机构名称"`
}

// PageRequest asks for a page after a cursor. Limit is 1 to 100, zero for 25.
type PageRequest struct {
	After string
	Limit int
}

// Page is a page of a list; Next is empty on the last one.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// CaseSummary is a case in a list.
type CaseSummary struct {
	CaseNo         string             `json:"case_no"`
	Kind           nursery.CaseKind   `json:"kind"`
	Title          string             `json:"title"`
	County         string             `json:"county"`
	Institution    string             `json:"institution"`
	Subject        string             `json:"subject"`
	SiteKind       nursery.SiteKind   `json:"site_kind,omitempty"`
	Stage          nursery.Stage      `json:"stage"`
	StageTitle     string             `json:"stage_title"`
	Status         nursery.CaseStatus `json:"status"`
	Holder         nursery.Role       `json:"holder,omitempty"`
	HolderTitle    string             `json:"holder_title,omitempty"`
	DueOn          nursery.Date       `json:"due_on,omitzero"`
	DueProvisional bool               `json:"due_provisional,omitempty"`
	DaysLeft       *int               `json:"days_left,omitempty"` // working days; negative when late
	Overdue        bool               `json:"overdue,omitempty"`
	ReceivedOn     nursery.Date       `json:"received_on,omitzero"`
	CreatedAt      time.Time          `json:"created_at"`
	EndedAt        *time.Time         `json:"ended_at,omitempty"`
}

// CaseDetail holds the details of a case that the caller may see.
type CaseDetail struct {
	CaseSummary
	Next       string       `json:"next,omitempty"` // what happens next, in words
	Stages     []StageTitle `json:"stages"`         // what the case came through, where it is, and what usually follows
	ParentCase string       `json:"parent_case,omitempty"`
	// ParentReadable reports to pages whether the reader may open that case.
	ParentReadable bool                 `json:"-"`
	Children       []CaseRef            `json:"children,omitempty"`
	Version        int                  `json:"version"`
	Application    *nursery.Application `json:"application,omitempty"`
	Changed        []string             `json:"changed,omitempty"` // since the last notice of corrections to the applicant, as JSON Pointers
	Files          []Attachment         `json:"files,omitempty"`   // of the application's papers, where the caller may open them
	Registration   *RegistrationView    `json:"registration,omitempty"`
	Clocks         []ClockView          `json:"clocks"`
	Gaps           []nursery.Reason     `json:"gaps"`
	Tasks          []TaskSummary        `json:"tasks"`
	Decisions      []DecisionView       `json:"decisions"`
	Documents      []Document           `json:"documents"`
	Timeline       []Event              `json:"timeline"`
}

// CaseRef points to a case that came from another.
type CaseRef struct {
	Readable bool             `json:"-"` // for pages: the reader may open it
	CaseNo   string           `json:"case_no"`
	Kind     nursery.CaseKind `json:"kind"`
	Stage    nursery.Stage    `json:"stage"`
}

// RegistrationView is a registration with its source, the registrar or the certificate.
type RegistrationView struct {
	nursery.Registration
	Source      string    `json:"source"`
	ConfirmedBy string    `json:"confirmed_by,omitempty"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// ClockView is the state of a legal clock of a case today.
type ClockView struct {
	Name        string       `json:"name"`
	StartedOn   nursery.Date `json:"started_on"`
	LimitDays   int          `json:"limit_days"`
	DueOn       nursery.Date `json:"due_on"`
	Provisional bool         `json:"provisional,omitempty"`
	State       string       `json:"state"` // running, paused, late, ended
	DaysLeft    int          `json:"days_left"`
	EndedOn     nursery.Date `json:"ended_on,omitzero"`
}

// DecisionView is a decision as stored, without its input.
type DecisionView struct {
	nursery.Decision
	DecidedAt time.Time `json:"decided_at"`
}

// Event is one line of the timeline. To an institution the office speaks by role, not by account.
type Event struct {
	Kind  string          `json:"kind"`
	Actor string          `json:"actor"`
	Role  nursery.Role    `json:"role"`
	Note  string          `json:"note,omitempty"`
	Data  json.RawMessage `json:"data,omitempty"`
	At    time.Time       `json:"at"`
}

// Text returns what the event is about in words, or its kind.
func (e Event) Text() string { return cmp.Or(e.Note, e.Kind) }

// View chooses what of the inbox is listed.
type View string

// The views of the inbox.
const (
	ViewAll       View = "all"
	ViewMine      View = "mine"      // claimed by or assigned to me
	ViewClaimable View = "claimable" // nobody has it
	ViewDue       View = "due"       // due by the next working day, or late
	ViewOverdue   View = "overdue"   // late
)

// TaskFilter narrows the inbox. A zero field does not.
type TaskFilter struct {
	Kind   string       `query:"kind" maxLength:"60" doc:"待办类型" example:"filing.review"`
	County string       `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	Role   nursery.Role `query:"role" enum:"institution,clerk,supervisor,inspector,hospital,county_office,city_office,insurer" doc:"由谁办理，供主管、专班和审计筛选"`
	Query  string       `query:"q" maxLength:"64" doc:"办件编号（至少前 18 位），或机构标识" example:"BA-140403-2026-000017-5"`
	View   View         `query:"view" enum:"all,mine,claimable,due,overdue" default:"all" doc:"全部、我的、可领取、临期、逾期"`
}

// TaskSummary is a task in the inbox or on its case.
type TaskSummary struct {
	ID              string          `json:"id"`
	CaseNo          string          `json:"case_no"`
	Kind            string          `json:"kind"`
	Title           string          `json:"title"`
	County          string          `json:"county"`
	Institution     string          `json:"institution"`
	InstitutionName string          `json:"institution_name,omitempty"`
	Role            nursery.Role    `json:"role"`
	Assignee        string          `json:"assignee,omitempty"`
	AssigneeName    string          `json:"assignee_name,omitempty" doc:"领取人姓名或称呼，来自统一身份认证"`
	Outcomes        []OutcomeOffer  `json:"outcomes"`
	DueOn           nursery.Date    `json:"due_on,omitzero"`
	DueProvisional  bool            `json:"due_provisional,omitempty"`
	DaysLeft        *int            `json:"days_left,omitempty"`
	State           string          `json:"state"`
	Overdue         bool            `json:"overdue,omitempty"`
	Escalated       bool            `json:"escalated,omitempty"`
	OpenedAt        time.Time       `json:"opened_at"`
	Outcome         nursery.Outcome `json:"outcome,omitempty"`
	ClosedBy        string          `json:"closed_by,omitempty"`
	ClosedAt        *time.Time      `json:"closed_at,omitempty"`
	Answer          json.RawMessage `json:"answer,omitempty"`

	// What the reader may do, for pages.
	Readable, Claimable, Answerable bool `json:"-"`
}

// OutcomeOffer is one way to answer a task, with the fields of the task's form that it needs and that it may have. Others
// are refused with it.
type OutcomeOffer struct {
	Outcome  nursery.Outcome `json:"outcome"`
	Title    string          `json:"title"`
	Required []string        `json:"required,omitempty"`
	Optional []string        `json:"optional,omitempty"`
}

// TaskDetail is a task with what one looks at to answer it.
type TaskDetail struct {
	TaskSummary
	Case     CaseSummary       `json:"case"`
	Decision *nursery.Decision `json:"decision,omitempty"`
	Form     json.RawMessage   `json:"form,omitempty"` // JSON Schema of the answer
}

// Completion answers a task.
type Completion struct {
	Outcome nursery.Outcome `json:"outcome"`
	Answer  json.RawMessage `json:"answer,omitempty"`
}

// Completed is the result of an answer. If the answer is not delivered yet, it remains in the outbox and Note explains
// that.
type Completed struct {
	Task      string          `json:"task"`
	Outcome   nursery.Outcome `json:"outcome"`
	By        string          `json:"by"`
	At        time.Time       `json:"at"`
	Delivered bool            `json:"delivered"`
	Note      string          `json:"note,omitempty"`
}

// Upload is a file on its way in. Institution and County are given only by an office that uploads for somebody.
type Upload struct {
	Institution, County, Name string
	Body                      io.Reader
}

// Attachment is a file that was taken in.
type Attachment struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	MediaType  string    `json:"media_type"`
	Size       int64     `json:"size"`
	SHA256     string    `json:"sha256,omitempty"` // shown to the uploader alone
	Scan       string    `json:"scan"`             // clean or unscanned
	UploadedAt time.Time `json:"uploaded_at"`
}

// Document is a paper that was issued 文书.
type Document struct {
	ID               string       `json:"id"`
	CaseNo           string       `json:"case_no"`
	Kind             string       `json:"kind"`
	Title            string       `json:"title"`
	Number           string       `json:"number"`
	State            string       `json:"state"` // pending, in_force, revoked, superseded
	IssuedOn         nursery.Date `json:"issued_on"`
	SHA256           string       `json:"sha256,omitempty"`
	Size             int64        `json:"size,omitempty"`
	VerificationCode string       `json:"verification_code,omitempty"`
	EndedAt          *time.Time   `json:"ended_at,omitempty"`
	EndReason        string       `json:"end_reason,omitempty"`
	Fault            string       `json:"fault,omitempty" doc:"不能制发的原因，例如哪个字符不能打印"` // of a paper that stays pending
}

// StageTitle is a stage on the way of a case.
type StageTitle struct {
	Stage nursery.Stage         `json:"stage"`
	Title string                `json:"title"`
	Place definition.StageState `json:"place" enum:"past,here,ahead"`
}

// VerifiedPaper answers whether a paper is genuine and still in force.
type VerifiedPaper struct {
	Genuine     bool         `json:"genuine"`
	InForce     bool         `json:"in_force"`
	State       string       `json:"state,omitempty"`
	Title       string       `json:"title,omitempty"`
	Number      string       `json:"number,omitempty"`
	Institution string       `json:"institution,omitempty"`
	County      string       `json:"county,omitempty"`
	IssuedOn    nursery.Date `json:"issued_on,omitzero"`
	EndedOn     nursery.Date `json:"ended_on,omitzero"`
	SHA256      string       `json:"sha256,omitempty"`
	// Facts are the two or three things that matter on the paper, to be compared with a print of it.
	Facts []documents.Fact `json:"facts,omitempty" doc:"文书载明的要点，供与打印件核对"`
}

// SettingView is a setting as it is in a county.
type SettingView struct {
	nursery.Setting
	Value json.RawMessage `json:"value"`
	Set   bool            `json:"set"`
}

// SettingChange is who set what, when and why.
type SettingChange struct {
	Name   string          `json:"name"`
	Value  json.RawMessage `json:"value"`
	Reason string          `json:"reason"`
	SetBy  string          `json:"set_by"`
	SetAt  time.Time       `json:"set_at"`
}

// CountySettings are the settings of a county and how they came about.
type CountySettings struct {
	County   string          `json:"county"`
	Settings []SettingView   `json:"settings"`
	History  []SettingChange `json:"history"`
}
