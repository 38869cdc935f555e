package nursery

// Nature is the legal nature of an institution 机构性质; it determines the registrar (托育机构登记和备案办法(试行) art. 4).
type Nature string

// The three natures.
const (
	PublicInstitution Nature = "public_institution" // 事业单位
	SocialService     Nature = "social_service"     // 社会服务机构
	ForProfit         Nature = "for_profit"         // 营利性
)

// Registrar is the authority that registers an institution 登记机关.
type Registrar string

// The registrars of art. 4, in the order of the natures they register.
const (
	StaffingOffice   Registrar = "staffing"      // 机构编制部门
	CivilAffairs     Registrar = "civil_affairs" // 民政部门
	MarketRegulation Registrar = "market"        // 市场监管(行政审批)部门
)

// SiteKind is the form of care that a place offers 机构类型.
type SiteKind string

// The six site kinds that can be filed.
const (
	PublicComprehensive SiteKind = "public_comprehensive" // 公办综合托育机构
	Community           SiteKind = "community"            // 社区托育
	FamilyPoint         SiteKind = "family_point"         // 家庭托育点
	KindergartenClass   SiteKind = "kindergarten_class"   // 幼儿园托班
	Employer            SiteKind = "employer"             // 用人单位办托
	OtherSite           SiteKind = "other"                // 其他托育机构
)

// SiteKinds lists the site kinds in display order.
func SiteKinds() []SiteKind {
	return []SiteKind{PublicComprehensive, Community, FamilyPoint, KindergartenClass, Employer, OtherSite}
}

// Title returns the Chinese name of the site kind, or the code itself when it is unknown.
func (k SiteKind) Title() string { return title(siteKindTitles, k) }

// Title returns the Chinese name of the nature, or the code itself when it is unknown.
func (n Nature) Title() string { return title(natureTitles, n) }

// Title returns the Chinese name of the registrar, or the code itself when it is unknown.
func (r Registrar) Title() string { return title(registrarTitles, r) }

// ServiceForm is the part of the day for which care is offered 服务形式 (art. 2).
type ServiceForm string

// The four service forms.
const (
	FullDay   ServiceForm = "full_day"  // 全日托
	HalfDay   ServiceForm = "half_day"  // 半日托
	Hourly    ServiceForm = "hourly"    // 计时托
	Temporary ServiceForm = "temporary" // 临时托
)

// Title returns the Chinese name of the service form, or the code itself when it is unknown.
func (f ServiceForm) Title() string { return title(serviceFormTitles, f) }

// ClassKind is the age band of a class 班级类型 (托育机构设置标准(试行) art. 19).
type ClassKind string

// The class kinds with their ages in completed months.
const (
	InfantClass       ClassKind = "infant"        // 乳儿班, 6–12 months
	ToddlerClass      ClassKind = "toddler"       // 托小班, 12–24 months
	OlderToddlerClass ClassKind = "older_toddler" // 托大班, 24–36 months
	MixedClass        ClassKind = "mixed"         // 混合编班, 18 months and over
)

// Title returns the Chinese name of the class kind, or the code itself when it is unknown.
func (k ClassKind) Title() string { return title(classKindTitles, k) }

// Post is the post of a member of staff 岗位 (设置标准 art. 18).
type Post string

// The posts that a filing names.
const (
	Head       Post = "head"         // 负责人(综合管理)
	Caregiver  Post = "caregiver"    // 保育人员
	HealthPost Post = "health"       // 卫生保健人员
	Guard      Post = "guard"        // 安保人员
	Cook       Post = "cook"         // 炊事人员
	FoodSafety Post = "food_manager" // 食品安全管理员
)

// Title returns the Chinese name of the post, or the code itself when it is unknown.
func (p Post) Title() string { return title(postTitles, p) }

var (
	siteKindTitles = map[SiteKind]string{
		PublicComprehensive: "公办综合托育机构", Community: "社区托育机构", FamilyPoint: "家庭托育点",
		KindergartenClass: "幼儿园托班", Employer: "用人单位办托", OtherSite: "其他托育机构",
	}
	natureTitles      = map[Nature]string{PublicInstitution: "事业单位", SocialService: "社会服务机构", ForProfit: "营利性机构"}
	registrarTitles   = map[Registrar]string{StaffingOffice: "机构编制部门", CivilAffairs: "民政部门", MarketRegulation: "市场监管(行政审批)部门"}
	serviceFormTitles = map[ServiceForm]string{FullDay: "全日托", HalfDay: "半日托", Hourly: "计时托", Temporary: "临时托"}
	classKindTitles   = map[ClassKind]string{InfantClass: "乳儿班", ToddlerClass: "托小班", OlderToddlerClass: "托大班", MixedClass: "混合班"}
	postTitles        = map[Post]string{Head: "负责人", Caregiver: "保育人员", HealthPost: "卫生保健人员", Guard: "安保人员", Cook: "炊事人员", FoodSafety: "食品安全管理员"}
)

func title[K ~string](titles map[K]string, k K) string {
	if t, ok := titles[k]; ok {
		return t
	}
	return string(k)
}
