package inspection

import (
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// InspectionRequest asks for a single visit.
type InspectionRequest struct {
	Institution     string `json:"institution" minLength:"1" maxLength:"64" doc:"机构编号"`
	Kind            string `json:"kind" enum:"random,complaint" doc:"检查方式：随机抽查、投诉举报核查"`
	FirstInspector  string `json:"first_inspector" minLength:"2" maxLength:"100" doc:"检查人员账号"`
	SecondInspector string `json:"second_inspector" minLength:"2" maxLength:"100" doc:"另一名检查人员账号"`
}

// InspectionFilter narrows the list of inspections; zero fields do not.
type InspectionFilter struct {
	County string             `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	Half   string             `query:"half" pattern:"^[0-9]{4}H[12]$" patternDescription:"半年度" doc:"半年度" example:"2026H2"`
	Kind   string             `query:"kind" enum:"regular,random,complaint" doc:"检查方式"`
	Status nursery.CaseStatus `query:"status" enum:"open,ended" doc:"办件状态"`
	Query  string             `query:"q" maxLength:"60" doc:"办件编号或其开头、机构名称或统一社会信用代码"`
}

// InspectionSummary is a line of the list.
type InspectionSummary struct {
	CaseNo      string             `json:"case_no" doc:"办件编号"`
	County      string             `json:"county" doc:"县区代码"`
	CountyName  string             `json:"county_name" doc:"县区名称"`
	Institution string             `json:"institution" doc:"机构编号"`
	Subject     string             `json:"subject" doc:"机构名称"`
	Kind        string             `json:"kind" enum:"regular,random,complaint" doc:"检查方式"`
	Half        string             `json:"half" doc:"半年度"`
	Stage       nursery.Stage      `json:"stage" doc:"环节"`
	StageTitle  string             `json:"stage_title" doc:"环节名称"`
	Status      nursery.CaseStatus `json:"status" doc:"办件状态"`
	Inspectors  []string           `json:"inspectors,omitempty" doc:"检查人员账号，机构不可见"`
	VisitOn     nursery.Date       `json:"visit_on,omitzero" doc:"定下的到场日期"`
	VisitTime   string             `json:"visit_time,omitempty" doc:"到场时刻"`
	VisitedOn   nursery.Date       `json:"visited_on,omitzero" doc:"到场日期"`
	Round       int                `json:"round" doc:"已完成的检查和复查次数"`
	Version     int                `json:"version" doc:"最近送交的现场记录版本"`
	Serious     bool               `json:"serious_hazard" doc:"发现过重大隐患"`
	PublishBy   nursery.Date       `json:"publish_by,omitzero" doc:"应公示日期"`
	PublishedOn nursery.Date       `json:"published_on,omitzero" doc:"公示日期"`
}

// Finding is what did not meet the standards.
type Finding struct {
	CaseNo      string           `json:"case_no" doc:"办件编号"`
	Severity    nursery.Severity `json:"severity" enum:"serious,general,minor" doc:"问题等级"`
	Ordered     bool             `json:"ordered" doc:"已责令改正；只依据推荐性标准的不责令"`
	Reason      nursery.Reason   `json:"reason" doc:"不合格的规则、情况与依据"`
	FoundRound  int              `json:"found_round" doc:"发现于第几次检查，0 为首次"`
	DueOn       nursery.Date     `json:"due_on,omitzero" doc:"改正期限"`
	CorrectedOn nursery.Date     `json:"corrected_on,omitzero" doc:"复查合格日期"`
}

// VisitVersion is a filled checklist as it was sent.
type VisitVersion struct {
	Visit   string        `json:"visit" doc:"客户端编制的记录编号"`
	Version int           `json:"version" doc:"版本"`
	Base    int           `json:"base_version" doc:"所依据的版本"`
	Round   int           `json:"round" doc:"第几次检查，0 为首次"`
	Hash    string        `json:"hash" doc:"记录内容的 SHA-256，签字所对应的内容"`
	SentBy  string        `json:"sent_by,omitempty" doc:"送交人账号，机构不可见"`
	SentAt  time.Time     `json:"sent_at" doc:"送交时间"`
	Content nursery.Visit `json:"content" doc:"现场记录内容"`
}

// VisitSignature is who signed which version and how.
type VisitSignature struct {
	Version int       `json:"version" doc:"版本"`
	Party   string    `json:"party" enum:"first,second,institution" doc:"签字方：检查人员一、检查人员二、机构"`
	Manner  string    `json:"manner" enum:"signed,objected,refused,disputed" doc:"签字、签字并异议、未签、记录有误"`
	Note    string    `json:"note,omitempty" doc:"说明"`
	Hash    string    `json:"hash" doc:"所签内容的 SHA-256"`
	Picture string    `json:"picture,omitempty" doc:"手写签名，附件编号"`
	At      time.Time `json:"at" doc:"时间"`
}

// VisitDraft is what was filled in on the way.
type VisitDraft struct {
	ID      int64         `json:"id" doc:"编号"`
	Visit   string        `json:"visit" doc:"客户端编制的记录编号"`
	SavedBy string        `json:"saved_by" doc:"保存人账号"`
	SavedAt time.Time     `json:"saved_at" doc:"保存时间"`
	Content nursery.Visit `json:"content" doc:"现场记录内容"`
}

// InspectionDetail is everything of an inspection.
type InspectionDetail struct {
	InspectionSummary
	Revision   string                  `json:"revision" doc:"检查项目所依规则的版本"`
	Checklist  []nursery.ChecklistItem `json:"checklist" doc:"检查项目"`
	Visits     []VisitVersion          `json:"visits" doc:"历次现场记录"`
	Signatures []VisitSignature        `json:"signatures" doc:"签字"`
	Findings   []Finding               `json:"findings" doc:"发现的问题"`
	Drafts     []VisitDraft            `json:"drafts,omitempty" doc:"草稿，机构不可见"`
}

// VisitPackage is everything an inspector needs where there is no signal.
type VisitPackage struct {
	InspectionSummary
	BaseVersion  int                     `json:"base_version" doc:"送交时须注明的版本"`
	Revision     string                  `json:"revision" doc:"检查项目所依规则的版本"`
	Items        []nursery.ChecklistItem `json:"items" doc:"本次须逐项填写的项目"`
	Address      string                  `json:"address" doc:"机构地址"`
	Phone        string                  `json:"phone" doc:"联系电话"`
	Seats        int                     `json:"seats" doc:"托位数"`
	SiteKind     nursery.SiteKind        `json:"site_kind" doc:"机构类型"`
	Classes      []nursery.Class         `json:"classes" doc:"备案的班级"`
	LastFindings []Finding               `json:"last_findings" doc:"最近两次检查发现的问题"`
	ETag         string                  `json:"etag" doc:"内容不变时不变"`
}

// SentVisit is a filled checklist on its way in.
type SentVisit struct {
	Visit       string        `json:"visit" pattern:"^[A-Za-z0-9-]{8,64}$" patternDescription:"字母、数字和连字符，8 至 64 位" doc:"客户端编制的记录编号，重发时不变"`
	BaseVersion int           `json:"base_version" minimum:"0" doc:"下载时的 base_version"`
	Content     nursery.Visit `json:"content" doc:"现场记录内容"`
}

// SavedDraft is a draft on its way in.
type SavedDraft struct {
	Visit   string        `json:"visit" pattern:"^[A-Za-z0-9-]{8,64}$" patternDescription:"字母、数字和连字符，8 至 64 位" doc:"记录编号"`
	Content nursery.Visit `json:"content" doc:"现场记录内容"`
}

// VisitConflict holds the two conflicting versions. Nothing was overwritten, and the sent version is stored as a draft.
type VisitConflict struct {
	Stored *VisitVersion `json:"stored,omitempty" doc:"已送交的版本"`
	Sent   SentVisit     `json:"sent" doc:"这次送来的内容"`
}

// ComplaintRequest is a complaint about an institution, or about a place that nobody has filed.
type ComplaintRequest struct {
	County      string `json:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码"`
	Institution string `json:"institution,omitempty" maxLength:"64" doc:"被投诉的机构编号；没有备案的，填写名称和地址"`
	PlaceName   string `json:"place_name,omitempty" maxLength:"100" doc:"被投诉的地方叫什么，没有备案的填写"`
	Address     string `json:"address,omitempty" maxLength:"200" doc:"地址，没有备案的填写"`
	Topic       string `json:"topic" enum:"safety,health,staff,fees,food,abuse,other" doc:"投诉类别"`
	Said        string `json:"said" minLength:"5" maxLength:"2000" doc:"情况"`
	Contact     string `json:"contact,omitempty" maxLength:"200" doc:"联系方式，可以不留；加密保存，只供处理人员查看"`
}

// ComplaintDetail is a complaint as the one who triages it sees it.
type ComplaintDetail struct {
	CaseNo          string                `json:"case_no" doc:"办件编号"`
	County          string                `json:"county" doc:"县区代码"`
	Institution     string                `json:"institution" doc:"机构编号，没有备案的为空"`
	InstitutionName string                `json:"institution_name,omitempty" doc:"机构名称"`
	PlaceName       string                `json:"place_name,omitempty" doc:"没有备案的地方的名称"`
	Address         string                `json:"address,omitempty" doc:"没有备案的地方的地址"`
	Photos          []casework.Attachment `json:"photos" doc:"照片"`
	Source          string                `json:"source" enum:"public,institution,office" doc:"来源：公众、机构、部门"`
	Topic           string                `json:"topic" doc:"投诉类别"`
	Said            string                `json:"said" doc:"情况"`
	Contact         string                `json:"contact,omitempty" doc:"联系方式"`
	Stage           nursery.Stage         `json:"stage" doc:"环节"`
	Inspection      string                `json:"inspection,omitempty" doc:"由此开展的检查"`
	Answer          string                `json:"answer,omitempty" doc:"答复或理由"`
	ReceivedAt      time.Time             `json:"received_at" doc:"收到时间"`
}
