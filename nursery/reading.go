package nursery

import "strings"

var identityTitles = map[IdentityKind]string{
	ByResidentID: "居民身份证", ByBirthCertificate: "出生医学证明", ByPermit: "居住证、永久居留证", ByPassport: "护照",
}

// Title is the Chinese name of the kind, or the code itself when it is unknown.
func (k IdentityKind) Title() string { return title(identityTitles, k) }

// Title is the Chinese name of the sex, or the code itself when it is unknown.
func (s Sex) Title() string { return title(map[Sex]string{Male: "男", Female: "女"}, s) }

// Title is the Chinese name of the purpose, or the code itself when it is unknown.
func (p ConsentPurpose) Title() string {
	return title(map[ConsentPurpose]string{ConsentCheckup: "健康体检", ConsentInsurance: "向承保机构提供投保信息"}, p)
}

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

// MaskIdentity shows the ends of an identity number and no more.
func MaskIdentity(s string) string {
	if len(s) < 8 {
		return strings.Repeat("*", len(s))
	}
	return s[:3] + strings.Repeat("*", len(s)-5) + s[len(s)-2:]
}
