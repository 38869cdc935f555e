package nursery

// ReadingSubject is the subject of an access 查阅对象: the record of a child or a paper about it, a complaint, or a list
// of children by name.
type ReadingSubject string

// The subjects.
const (
	ReadChild         ReadingSubject = "child"                // 婴幼儿档案
	ReadPaper         ReadingSubject = "paper"                // 涉及婴幼儿的材料
	ReadComplaint     ReadingSubject = "complaint"            // 投诉举报
	ReadRoster        ReadingSubject = "roster"               // 在托婴幼儿名册
	ReadClass         ReadingSubject = "checkup_class"        // 班级体检名单
	ReadClassFindings ReadingSubject = "checkup_results"      // 班级体检结果
	ReadConsentSheet  ReadingSubject = "consent_sheet"        // 集体同意书
	ReadChildNames    ReadingSubject = "names"                // 婴幼儿姓名列表
	ReadInsuranceSend ReadingSubject = "insurance_lines"      // 投保明细
	ReadExceptions    ReadingSubject = "insurance_exceptions" // 投保例外名单
	ReadPayeeAccount  ReadingSubject = "payee_account"        // 收款账户
	ReadChildMonths   ReadingSubject = "child_months"         // 入托人月
)

var subjectTitles = map[ReadingSubject]string{
	ReadChild: "婴幼儿档案", ReadPaper: "涉及婴幼儿的材料", ReadComplaint: "投诉举报", ReadRoster: "在托婴幼儿名册", ReadClass: "班级体检名单",
	ReadClassFindings: "班级体检结果", ReadConsentSheet: "集体同意书",
	ReadChildNames: "婴幼儿姓名列表", ReadInsuranceSend: "投保明细", ReadExceptions: "投保例外名单", ReadPayeeAccount: "收款账户", ReadChildMonths: "入托人月",
}

// Title returns the Chinese name of the subject, or the code itself when it is unknown.
func (s ReadingSubject) Title() string { return title(subjectTitles, s) }

// List reports whether the subject is a list of children, which is accessed as a whole.
func (s ReadingSubject) List() bool {
	return s != ReadChild && s != ReadPaper && s != ReadComplaint
}

// The fields that can be read in addition to those of a child's record.
const (
	ChildPaper       ChildField = "paper"      // 材料
	ChildClaim       ChildField = "claim"      // 事故经过
	ComplaintSaid    ChildField = "said"       // 反映内容
	ComplaintContact ChildField = "contact"    // 联系方式
	ChildBirthMonth  ChildField = "born_in"    // 出生年月
	ChildAttendance  ChildField = "attendance" // 考勤
)

var fieldTitles = map[ChildField]string{
	ChildName: "姓名", ChildIdentity: "证件", ChildBirth: "出生日期", ChildSex: "性别", ChildGuardianName: "监护人姓名",
	ChildGuardianPhone: "监护人电话", ChildFindings: "体检结果", ChildPaper: "材料", ChildVaccination: "预防接种", ChildClaim: "事故经过", ComplaintSaid: "反映内容",
	ComplaintContact: "联系方式", ChildBirthMonth: "出生年月", ChildAttendance: "考勤",
}

// Title returns the Chinese name of the field, or the code itself when it is unknown.
func (f ChildField) Title() string { return title(fieldTitles, f) }
