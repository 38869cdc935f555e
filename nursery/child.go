package nursery

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IdentityKind is what a child is identified by 证件类型.
type IdentityKind string

// The kinds of identity.
const (
	ByResidentID       IdentityKind = "resident_id"       // 居民身份证号 (GB 11643)
	ByBirthCertificate IdentityKind = "birth_certificate" // 出生医学证明编号
	ByPermit           IdentityKind = "permit"            // 港澳台居民居住证、外国人永久居留证
	ByPassport         IdentityKind = "passport"          // 护照
)

var identityTitles = map[IdentityKind]string{
	ByResidentID: "居民身份证", ByBirthCertificate: "出生医学证明", ByPermit: "居住证、永久居留证", ByPassport: "护照",
}

// Title is the Chinese name of the kind, or the code itself when it is unknown.
func (k IdentityKind) Title() string { return title(identityTitles, k) }

// Title is the Chinese name of the sex, or the code itself when it is unknown.
func (s Sex) Title() string { return title(map[Sex]string{Male: "男", Female: "女"}, s) }

// CareMonths is the age in completed months at which a child leaves infant care 3岁以下 (登记和备案办法 art. 2: under three).
const CareMonths = 36

// ConsentPurpose is what a guardian consents to 同意事项 (个人信息保护法 art. 29: separate consent for each).
type ConsentPurpose string

// The purposes a consent is asked for.
const (
	ConsentCheckup   ConsentPurpose = "checkup"   // 健康体检并记录结果
	ConsentInsurance ConsentPurpose = "insurance" // 向承保机构提供投保信息
)

// Title is the Chinese name of the purpose, or the code itself when it is unknown.
func (p ConsentPurpose) Title() string {
	return title(map[ConsentPurpose]string{ConsentCheckup: "健康体检", ConsentInsurance: "向承保机构提供投保信息"}, p)
}

// Leave is why a child's time in an institution ended 离托原因.
type Leave string

// The reasons.
const (
	LeaveLeft        Leave = "left"        // 退托
	LeaveTransferred Leave = "transferred" // 转托
	LeaveDied        Leave = "died"        // 死亡
	LeaveAgedOut     Leave = "aged_out"    // 满36月龄
)

// ReadPurpose is what a child's record is read for 查阅目的 (未成年人网络保护条例 art. 36).
type ReadPurpose string

// The purposes a record is read for.
const (
	ReadEnrolment   ReadPurpose = "enrolment"        // 在托管理
	ReadCheckup     ReadPurpose = "checkup"          // 健康体检
	ReadGuardian    ReadPurpose = "guardian_request" // 监护人查询、更正
	ReadInsurance   ReadPurpose = "insurance"        // 投保、理赔
	ReadSupervision ReadPurpose = "supervision"      // 监督检查
)

// Child is what is declared of a child 婴幼儿: the plain values, which are kept sealed.
type Child struct {
	IdentityKind  IdentityKind `json:"identity_kind" enum:"resident_id,birth_certificate,permit,passport" doc:"证件类型"`
	Identity      string       `json:"identity" minLength:"5" maxLength:"30" doc:"证件号码"`
	Name          string       `json:"name" minLength:"1" maxLength:"50" doc:"姓名"`
	BornOn        Date         `json:"born_on" doc:"出生日期"`
	Sex           Sex          `json:"sex" enum:"male,female" doc:"性别"`
	County        string       `json:"county" pattern:"^1404[0-9]{2}$" doc:"居住地县区代码"`
	GuardianName  string       `json:"guardian_name,omitempty" maxLength:"50" doc:"监护人姓名"`
	GuardianPhone string       `json:"guardian_phone,omitempty" maxLength:"20" doc:"监护人电话"`
}

var (
	birthCertificateForm = regexp.MustCompile(`^[A-Z][0-9]{9}$`)
	permitForm           = regexp.MustCompile(`^[A-Z0-9]{15}$|^[0-9]{17}[0-9X]$`)
	passportForm         = regexp.MustCompile(`^[A-Z0-9]{5,15}$`)
)

// Normal gives the child with the identity and the names as they are compared and kept: without the space around them,
// letters of the identity in capitals.
func (c Child) Normal() Child {
	c.Identity = upperASCII(strings.TrimSpace(c.Identity))
	c.Name, c.GuardianName, c.GuardianPhone = strings.TrimSpace(c.Name), strings.TrimSpace(c.GuardianName), strings.TrimSpace(c.GuardianPhone)
	return c
}

// Faults says everything that is wrong with what is declared on a day, by JSON Pointer; no message repeats a value. An
// identity number must agree with the birth and the sex declared.
func (c Child) Faults(today Date) []Fault {
	var faults []Fault
	add := func(location, message string) { faults = append(faults, Fault{location, message}) }
	invalid := func(location string, err error) {
		if e, ok := err.(*InvalidError); ok {
			add(location, e.Message)
		}
	}
	switch {
	case !c.BornOn.Valid():
		add("/born_on", "请填写出生日期")
	case c.BornOn.After(today):
		add("/born_on", "出生日期不能晚于今天")
	case today.MonthsSince(c.BornOn) >= 84:
		add("/born_on", "已超过学龄前年龄，请核对出生日期")
	}
	if c.Sex != Male && c.Sex != Female {
		add("/sex", "请选择性别")
	}
	if d, ok := DivisionByCode(c.County); !ok || d.Level != LevelCounty {
		add("/county", "请选择长治市的县区")
	}
	switch c.IdentityKind {
	case ByResidentID:
		id, err := ParseResidentID(c.Identity)
		invalid("/identity", err)
		if err == nil && c.BornOn.Valid() && id.Birth() != c.BornOn {
			add("/born_on", "与身份证号中的出生日期不一致")
		}
		if err == nil && (c.Sex == Male || c.Sex == Female) && id.Sex() != c.Sex {
			add("/sex", "与身份证号中的性别不一致")
		}
	case ByBirthCertificate:
		if !birthCertificateForm.MatchString(c.Identity) {
			add("/identity", "出生医学证明编号应为一个字母和九位数字")
		}
	case ByPermit:
		if !permitForm.MatchString(c.Identity) {
			add("/identity", "证件号码应为15位或18位")
		}
	case ByPassport:
		if !passportForm.MatchString(c.Identity) {
			add("/identity", "护照号码应为5至15位字母或数字")
		}
	default:
		add("/identity_kind", "请选择证件类型")
	}
	if !personName(c.Name) {
		add("/name", "请填写姓名，不能含有无法打印的字符")
	}
	if c.GuardianName != "" && !personName(c.GuardianName) {
		add("/guardian_name", "姓名中有不能识别的字符")
	}
	if c.GuardianPhone != "" {
		_, err := ParsePhone(c.GuardianPhone)
		invalid("/guardian_phone", err)
	}
	return faults
}

// personName takes any name of one to fifty characters that can be printed: names may hold rare characters of GB 18030.
func personName(s string) bool {
	if !utf8.ValidString(s) || s == "" || utf8.RuneCountInString(s) > 50 {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// MaskIdentity shows the ends of an identity number and no more.
func MaskIdentity(s string) string {
	if len(s) < 8 {
		return strings.Repeat("*", len(s))
	}
	return s[:3] + strings.Repeat("*", len(s)-5) + s[len(s)-2:]
}
