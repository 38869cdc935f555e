package nursery

// IdentityKind is what a child is identified by 证件类型.
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

// The purposes a consent is asked for.
const (
	ConsentCheckup   ConsentPurpose = "checkup"   // 健康体检并记录结果
	ConsentInsurance ConsentPurpose = "insurance" // 向承保机构提供投保信息
)

// Leave is why a child's time in an institution ended 离托原因.
type Leave string

// The reasons.
const (
	LeaveLeft        Leave = "left"        // 退托
	LeaveTransferred Leave = "transferred" // 转托
	LeaveDied        Leave = "died"        // 死亡
	LeaveAgedOut     Leave = "aged_out"    // 满36月龄
)
