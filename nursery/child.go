package nursery

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// IdentityKind is the kind of document that identifies a child 证件类型.
type IdentityKind string

// The kinds of identity.
const (
	ByResidentID       IdentityKind = "resident_id"       // 居民身份证号 (GB 11643)
	ByBirthCertificate IdentityKind = "birth_certificate" // 出生医学证明编号
	ByPermit           IdentityKind = "permit"            // 港澳台居民居住证、外国人永久居留证
	ByPassport         IdentityKind = "passport"          // 护照
)

// CareMonths is the age in completed months at which a child leaves infant care 3岁以下 (登记和备案办法 art. 2: under three).
const CareMonths = 36

// ConsentPurpose is what a guardian consents to 同意事项 (个人信息保护法 art. 29: separate consent for each).
type ConsentPurpose string

// The purposes for which consent is requested.
const (
	ConsentCheckup   ConsentPurpose = "checkup"   // 健康体检并记录结果
	ConsentInsurance ConsentPurpose = "insurance" // 向承保机构提供投保信息
	ConsentTransfer  ConsentPurpose = "transfer"  // 本机构查阅原机构登记的信息
)

// Leave is the reason why a child left an institution 离托原因.
type Leave string

// The reasons.
const (
	LeaveLeft        Leave = "left"        // 退托
	LeaveTransferred Leave = "transferred" // 转托
	LeaveDied        Leave = "died"        // 死亡
	LeaveAgedOut     Leave = "aged_out"    // 满36月龄
)

// ChildField is a part of a child's record, as named in the access log 读取字段.
type ChildField string

// The fields. The name, the identity and those of guardians are stored sealed.
const (
	ChildName          ChildField = "name"           // 姓名
	ChildIdentity      ChildField = "identity"       // 证件
	ChildBirth         ChildField = "born_on"        // 出生日期
	ChildSex           ChildField = "sex"            // 性别
	ChildGuardianName  ChildField = "guardian_name"  // 监护人姓名
	ChildGuardianPhone ChildField = "guardian_phone" // 监护人电话
	ChildFindings      ChildField = "findings"       // 体检结果
	ChildVaccination   ChildField = "vaccination"    // 预防接种证查验
)

// Child holds what identifies a child 婴幼儿 and how its guardian is reached. All of it is sensitive personal information
// (个人信息保护法 art. 28): its values are left out of logs and stored sealed.
type Child struct {
	IdentityKind  IdentityKind `json:"identity_kind" enum:"resident_id,birth_certificate,permit,passport" doc:"证件类型"`
	Identity      string       `json:"identity" minLength:"1" maxLength:"40" doc:"证件号码"`
	Name          string       `json:"name" minLength:"1" maxLength:"200" doc:"姓名"`
	BornOn        Date         `json:"born_on" doc:"出生日期"`
	Sex           Sex          `json:"sex" enum:"male,female" doc:"性别"`
	GuardianName  string       `json:"guardian_name,omitempty" maxLength:"200" doc:"监护人姓名"`
	GuardianPhone string       `json:"guardian_phone,omitempty" maxLength:"30" doc:"监护人电话"`
	County        string       `json:"county" doc:"居住县区代码" example:"140403"`
}

// LogValue implements slog.LogValuer and reveals nothing about the child.
func (Child) LogValue() slog.Value { return slog.StringValue("child") }

// String implements fmt.Stringer and reveals nothing about the child.
func (Child) String() string { return "child" }

// GoString implements fmt.GoStringer and reveals nothing about the child.
func (Child) GoString() string { return "child" }

// NewChildID returns a random identifier for a child that reveals nothing about it: C and 100 random bits.
func NewChildID() string { return "C" + rand.Text()[:20] }

var (
	birthCertificate = regexp.MustCompile(`^[A-Z][0-9]{9}$`)
	foreignPermit    = regexp.MustCompile(`^[A-Z]{3}[0-9]{12}$`)
	passportForm     = regexp.MustCompile(`^[A-Z0-9]{5,20}$`)
	residentForm     = regexp.MustCompile(`^[0-9]{17}[0-9X]$`)
	childID          = regexp.MustCompile(`^C[A-Z2-7]{20}$`)
)

// IsChildID reports whether s has the form of an identifier returned by NewChildID.
func IsChildID(s string) bool { return childID.MatchString(s) }

// Normal returns the child in the form in which it is stored: names normalized by NormalName, numbers in half-width
// capitals without spaces or invisible characters, and a canonical phone number. A phone that cannot be parsed is left
// as it is.
func (c Child) Normal() Child {
	c.Name, c.GuardianName = NormalName(c.Name), NormalName(c.GuardianName)
	c.Identity = normalNumber(c.Identity)
	c.County = strings.TrimSpace(c.County)
	if phone, err := ParsePhone(c.GuardianPhone); err == nil {
		c.GuardianPhone = string(phone)
	}
	return c
}

// normalNumber returns a document number in half-width capitals, without spaces or invisible characters.
func normalNumber(number string) string {
	return upperASCII(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || isUnseen(r) || isSelector(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(number)))
}

// SamePerson reports whether name, birth date and sex agree, whatever the spelling of the name. They must agree before
// anything recorded under a number is linked to a child.
func (c Child) SamePerson(other Child) bool {
	return c.BornOn == other.BornOn && c.Sex == other.Sex && SameName(c.Name, other.Name)
}

// IdentityKey returns the key that identifies a child: the kind of identity and its number as stored.
func (c Child) IdentityKey() string { return string(c.IdentityKind) + ":" + c.Normal().Identity }

// Validate validates the child on a day and returns every error; none if it can be stored. Locations are JSON Pointers
// into the child, and no message repeats a value. The birth date and sex must be those of a number of GB 11643.
func (c Child) Validate(today Date) []Fault {
	c = c.Normal()
	var faults []Fault
	add := func(location, message string) { faults = append(faults, Fault{Location: location, Message: message}) }
	checkName := func(location, name string) {
		if message := NameFault(name); message != "" {
			add(location, message)
		}
	}
	checkName("/name", c.Name)
	switch {
	case !c.BornOn.Valid():
		add("/born_on", "出生日期不存在")
	case c.BornOn.After(today):
		add("/born_on", "出生日期不能晚于今天")
	case today.MonthsSince(c.BornOn) >= minorMonths:
		add("/born_on", "不是未成年人的出生日期")
	}
	if c.Sex != Male && c.Sex != Female {
		add("/sex", "请选择性别")
	}
	faults = append(faults, c.identityFaults()...)
	if c.GuardianName != "" {
		checkName("/guardian_name", c.GuardianName)
	}
	if c.GuardianPhone != "" {
		if _, err := ParsePhone(c.GuardianPhone); err != nil {
			add("/guardian_phone", phoneForm)
		}
	}
	if d, ok := DivisionByCode(c.County); !ok || d.Level != LevelCounty {
		add("/county", "请选择长治市的县区")
	}
	return faults
}

// minorMonths is the age of majority in months (未成年人保护法 art. 2: under eighteen).
const minorMonths = 18 * 12

func (c Child) identityFaults() []Fault {
	fault := func(message string) []Fault { return []Fault{{Location: "/identity", Message: message}} }
	switch c.IdentityKind {
	case ByResidentID:
		return c.numberFaults(ResidentCitizen)
	case ByPermit:
		if foreignPermit.MatchString(c.Identity) {
			return nil
		}
		return c.numberFaults(ResidentHongKong, ResidentMacau, ResidentTaiwan, ResidentForeign)
	case ByBirthCertificate:
		if !birthCertificate.MatchString(c.Identity) {
			return fault("出生医学证明编号应为1位字母和9位数字")
		}
	case ByPassport:
		switch {
		case residentForm.MatchString(c.Identity):
			return fault("这是居民身份证号码的形式，不是护照号码，请改选证件类型")
		case birthCertificate.MatchString(c.Identity):
			return fault("这是出生医学证明编号的形式，不是护照号码，请改选证件类型")
		}
		if !passportForm.MatchString(c.Identity) || !strings.ContainsAny(c.Identity, "0123456789") {
			return fault("护照号码应为5至20位字母和数字")
		}
	default:
		return []Fault{{Location: "/identity_kind", Message: "请选择证件类型"}}
	}
	return nil
}

// numberFaults validates a number of GB 11643 that must belong to one of the cards.
func (c Child) numberFaults(cards ...ResidentIDKind) []Fault {
	id, err := ParseResidentID(c.Identity)
	if err != nil {
		message := "证件号码有误"
		var wrong *InvalidError
		if errors.As(err, &wrong) {
			message = wrong.Message
		}
		return []Fault{{Location: "/identity", Message: message}}
	}
	if !slices.Contains(cards, id.Kind()) {
		return []Fault{{Location: "/identity", Message: "号码与证件类型不符"}}
	}
	var faults []Fault
	if c.BornOn.Valid() && id.Birth() != c.BornOn {
		faults = append(faults, Fault{Location: "/born_on", Message: "与证件号码中的出生日期不一致"})
	}
	if (c.Sex == Male || c.Sex == Female) && id.Sex() != c.Sex {
		faults = append(faults, Fault{Location: "/sex", Message: "与证件号码中的性别不一致"})
	}
	return faults
}

// Masked returns an identity number with all but its first and last two characters hidden.
func Masked(number string) string {
	runes := []rune(number)
	if len(runes) < 6 {
		return strings.Repeat("*", len(runes))
	}
	return string(runes[:2]) + strings.Repeat("*", len(runes)-4) + string(runes[len(runes)-2:])
}

// Title returns the Chinese name of the reason, or the code itself when it is unknown.
func (l Leave) Title() string { return title(leaveTitles, l) }

// Title returns the Chinese name of the consent's purpose, or the code itself when it is unknown.
func (p ConsentPurpose) Title() string { return title(consentTitles, p) }

// Title returns the Chinese name of the kind of identity, or the code itself when it is unknown.
func (k IdentityKind) Title() string { return title(identityTitles, k) }

var (
	leaveTitles    = map[Leave]string{LeaveLeft: "退托", LeaveTransferred: "转托", LeaveDied: "死亡", LeaveAgedOut: "满36月龄"}
	consentTitles  = map[ConsentPurpose]string{ConsentCheckup: "健康体检并记录结果", ConsentInsurance: "向承保机构提供投保信息", ConsentTransfer: "查阅原机构登记的信息"}
	identityTitles = map[IdentityKind]string{
		ByResidentID: "居民身份证", ByBirthCertificate: "出生医学证明", ByPermit: "居住证", ByPassport: "护照",
	}
)

// ReadingPurpose is the purpose for which a child's record is read 查阅目的 (未成年人网络保护条例 art. 36).
type ReadingPurpose string

// The purposes.
const (
	ReadForCheckup     ReadingPurpose = "checkup"          // 健康体检
	ReadForEnrolment   ReadingPurpose = "enrolment"        // 入托、在托管理
	ReadForInsurance   ReadingPurpose = "insurance"        // 投保
	ReadForGuardian    ReadingPurpose = "guardian_request" // 监护人查阅、复制、更正
	ReadForPayment     ReadingPurpose = "payment"          // 拨付
	ReadForSupervision ReadingPurpose = "supervision"      // 监督检查
	ReadForComplaint   ReadingPurpose = "complaint"        // 办理投诉举报
	ReadForSubsidy     ReadingPurpose = "subsidy"          // 核算托育补助
)

var readingTitles = map[ReadingPurpose]string{
	ReadForCheckup: "健康体检", ReadForEnrolment: "入托和在托管理", ReadForInsurance: "投保", ReadForGuardian: "监护人查阅、复制或更正", ReadForPayment: "拨付",
	ReadForSupervision: "监督检查", ReadForComplaint: "办理投诉举报", ReadForSubsidy: "核算托育补助",
}

// Title returns the Chinese name of the purpose, or the code itself when it is unknown.
func (p ReadingPurpose) Title() string { return title(readingTitles, p) }

// Access is what a role may read of a child's record for a purpose: the fields, and whether the identity is unmasked.
type Access struct {
	Fields        []ChildField
	WholeIdentity bool
}

var (
	inCare     = Access{Fields: []ChildField{ChildName, ChildIdentity, ChildBirth, ChildSex, ChildGuardianName, ChildGuardianPhone}}
	guardians  = Access{Fields: inCare.Fields, WholeIdentity: true}
	atClinic   = Access{Fields: []ChildField{ChildName, ChildBirth, ChildSex, ChildGuardianPhone}}
	supervised = Access{Fields: []ChildField{ChildName, ChildIdentity, ChildBirth, ChildSex, ChildGuardianPhone}}
)

// access defines which role may read which fields for which purpose: least privilege (未成年人网络保护条例 art. 36).
var access = map[Role]map[ReadingPurpose]Access{
	RoleInstitution:  {ReadForEnrolment: inCare, ReadForCheckup: inCare, ReadForInsurance: inCare, ReadForGuardian: guardians},
	RoleHospital:     {ReadForCheckup: atClinic},
	RoleCountyOffice: {ReadForSupervision: supervised},
}

// AccessOf returns what a role may read for a purpose; false if nothing.
func AccessOf(role Role, purpose ReadingPurpose) (Access, bool) {
	a, ok := access[role][purpose]
	return a, ok
}

// EntryFacts is the input of health.entry when a child is enrolled: its birth, the day, and the number of doses of the
// DTaP vaccine on its vaccination certificate (疫苗管理法 art. 48). Unknown facts are nil.
type EntryFacts struct {
	BornOn    Date `json:"born_on" doc:"出生日期"`
	EnteredOn Date `json:"entered_on" doc:"入托日期"`
	DTaPDoses *int `json:"dtap_doses,omitempty" minimum:"0" maximum:"5" doc:"接种证上百白破疫苗的剂次"`
}
