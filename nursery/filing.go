package nursery

import (
	"fmt"
	"strings"
)

// Application is what an institution declares when it files 备案申请. A nil pointer or an empty string is a missing fact,
// which the rules treat as unknown and never as false.
type Application struct {
	SiteKind     SiteKind      `json:"site_kind" enum:"public_comprehensive,community,family_point,kindergarten_class,employer,other" doc:"机构类型"`
	Institution  Institution   `json:"institution"`
	ServiceForms []ServiceForm `json:"service_forms,omitempty" enum:"full_day,half_day,hourly,temporary" maxItems:"4" doc:"服务形式"`
	Inclusive    *bool         `json:"inclusive,omitempty" doc:"是否普惠"`
	Prices       []Price       `json:"prices,omitempty" maxItems:"20" doc:"收费标准"`
	Meals        *bool         `json:"meals,omitempty" doc:"是否提供餐食"`
	Premises     Premises      `json:"premises"`
	Fire         Fire          `json:"fire"`
	Hygiene      Hygiene       `json:"hygiene"`
	Classes      []Class       `json:"classes,omitempty" maxItems:"60" doc:"班级"`
	Staff        []Staff       `json:"staff,omitempty" maxItems:"400" doc:"工作人员"`
	Papers       []Paper       `json:"papers,omitempty" maxItems:"600" doc:"申请材料"`
	Family       *Family       `json:"family,omitempty" doc:"家庭托育点专项"`
}

// Institution is the legal person that files 托育机构.
type Institution struct {
	Name          string `json:"name,omitempty" maxLength:"120" doc:"机构名称"`
	USCC          string `json:"uscc,omitempty" maxLength:"18" doc:"统一社会信用代码"`
	Nature        Nature `json:"nature,omitempty" enum:"public_institution,social_service,for_profit" doc:"机构性质"`
	BusinessScope string `json:"business_scope,omitempty" maxLength:"2000" doc:"业务(经营)范围"`
	County        string `json:"county" pattern:"^1404[0-9]{2}$" doc:"县区代码"`
	Township      string `json:"township,omitempty" pattern:"^[0-9]{9}$" doc:"乡镇街道代码"`
	Address       string `json:"address,omitempty" maxLength:"200" doc:"机构地址"`
	Phone         string `json:"phone,omitempty" maxLength:"20" doc:"公开联系电话"`
}

// Price is one published fee 收费项目.
type Price struct {
	Item      string      `json:"item" maxLength:"60" doc:"收费项目"`
	Form      ServiceForm `json:"form,omitempty" enum:"full_day,half_day,hourly,temporary" doc:"服务形式"`
	ClassKind ClassKind   `json:"class_kind,omitempty" enum:"infant,toddler,older_toddler,mixed" doc:"班级类型"`
	Fen       int64       `json:"fen" minimum:"0" maximum:"100000000" doc:"金额, 单位分"`
	Unit      string      `json:"unit" enum:"month,day,hour" doc:"计费单位"`
}

// Text returns the item with the kind of class and the form of care that the price is for, as far as they are stated, and the price.
func (p Price) Text() string {
	var of []string
	if p.ClassKind != "" {
		of = append(of, p.ClassKind.Title())
	}
	if p.Form != "" {
		of = append(of, p.Form.Title())
	}
	item := p.Item
	if of != nil {
		item += "（" + strings.Join(of, "，") + "）"
	}
	unit := map[string]string{"month": "月", "day": "日", "hour": "小时"}[p.Unit]
	return item + " " + strings.TrimSuffix(fmt.Sprintf("%d.%02d", p.Fen/100, p.Fen%100), ".00") + " 元/" + unit
}

// Premises is the place of care 场所 (设置标准 art. 11–17, 19; 消防安全指南 part 1).
type Premises struct {
	Tenure              string   `json:"tenure,omitempty" enum:"owned,leased,free_use" doc:"场所权属: 自有、租赁、无偿使用"`
	LeaseFrom           Date     `json:"lease_from,omitzero" doc:"租期起"`
	LeaseUntil          Date     `json:"lease_until,omitzero" doc:"租期止(含当日)"`
	FloorAreaM2         *float64 `json:"floor_area_m2,omitempty" minimum:"0" maximum:"100000" doc:"建筑面积, 平方米"`
	Storeys             []int    `json:"storeys,omitempty" maxItems:"20" doc:"婴幼儿用房所在楼层, 地下为负"`
	SemiBasement        *bool    `json:"semi_basement,omitempty" doc:"是否在地下室或半地下室"`
	HighRise            *bool    `json:"high_rise,omitempty" doc:"是否设在高层建筑内"`
	OwnExit             *bool    `json:"own_exit,omitempty" doc:"是否有独立的安全出口和疏散楼梯"`
	FireRating          *int     `json:"fire_rating,omitempty" minimum:"1" maximum:"4" doc:"建筑耐火等级"`
	ThreeInOne          *bool    `json:"three_in_one,omitempty" doc:"是否为三合一场所"`
	ColourSteel         *bool    `json:"colour_steel,omitempty" doc:"是否为彩钢板建筑"`
	HazardousNeighbours *bool    `json:"hazardous_neighbours,omitempty" doc:"同一建筑内有无易燃易爆生产储存经营场所"`
	Dwelling            *bool    `json:"dwelling,omitempty" doc:"是否为住宅"`
	StandAlone          *bool    `json:"stand_alone,omitempty" doc:"是否独立设置"`
	SiteSafe            *bool    `json:"site_safe,omitempty" doc:"选址: 自然条件、交通、卫生环境良好, 远离有害建筑与污染, 满足抗震消防疏散要求"`
	BuildingStandards   *bool    `json:"building_standards,omitempty" doc:"建筑符合工程建设标准, 设有生活用房"`
	DecorationSafe      *bool    `json:"decoration_safe,omitempty" doc:"装修与设施设备符合安全环保标准, 定期检查维护"`
	EquipmentFit        *bool    `json:"equipment_fit,omitempty" doc:"家具用具玩具图书适合婴幼儿且符合安全标准"`
	Outdoor             string   `json:"outdoor,omitempty" enum:"own,shared,none" doc:"室外活动场地: 自有、共用公共场地、无"`
	OutdoorSafe         *bool    `json:"outdoor_safe,omitempty" doc:"室外场地有防护且安全"`
	SecurityEquipment   *bool    `json:"security_equipment,omitempty" doc:"安全防护设施设备符合标准"`
	VideoFullCover      *bool    `json:"video_full_cover,omitempty" doc:"视频监控覆盖生活和活动区域"`
	VideoDays           *int     `json:"video_days,omitempty" minimum:"0" maximum:"3650" doc:"监控录像保存天数"`
	GuardHours          *int     `json:"guard_hours,omitempty" minimum:"0" maximum:"24" doc:"报警监控每日值守小时数"`
	Rooms               []Room   `json:"rooms,omitempty" maxItems:"200" doc:"房间"`
}

// Room is one room of the premises 用房.
type Room struct {
	ID              string   `json:"id" maxLength:"40" doc:"房间编号"`
	AreaM2          *float64 `json:"area_m2,omitempty" minimum:"0" maximum:"10000" doc:"使用面积, 平方米"`
	EvacuationDoors *int     `json:"evacuation_doors,omitempty" minimum:"0" maximum:"50" doc:"疏散门数"`
	Class           string   `json:"class,omitempty" maxLength:"40" doc:"使用班级编号"`
}

// Fire is the fire safety of the premises 消防安全 (托育机构消防安全指南(试行)).
type Fire struct {
	Separated           *bool `json:"separated,omitempty" doc:"与其他功能场所有效防火分隔"`
	StairsNonflammable  *bool `json:"stairs_noncombustible,omitempty" doc:"楼梯和平台为不燃材料"`
	DecorationSafe      *bool `json:"decoration_noncombustible,omitempty" doc:"未采用易燃可燃装修材料"`
	Sprinkler           *bool `json:"sprinkler,omitempty" doc:"设自动喷水灭火系统"`
	AutomaticAlarm      *bool `json:"automatic_alarm,omitempty" doc:"设火灾自动报警系统"`
	NetworkedDetector   *bool `json:"networked_detector,omitempty" doc:"设独立式联网火灾探测器"`
	SmokeAlarm          *bool `json:"smoke_alarm,omitempty" doc:"设独立式感烟报警器"`
	EmergencyLighting   *bool `json:"emergency_lighting,omitempty" doc:"设应急照明和灯光疏散指示标志"`
	DryPowder5kg        *int  `json:"dry_powder_5kg,omitempty" minimum:"0" maximum:"5000" doc:"5公斤以上ABC干粉灭火器数"`
	Water6L             *int  `json:"water_6l,omitempty" minimum:"0" maximum:"5000" doc:"6升水基型灭火器数"`
	ExtinguisherPoints  *int  `json:"extinguisher_points,omitempty" minimum:"0" maximum:"1000" doc:"灭火器设置点数"`
	GasKitchen          *bool `json:"gas_kitchen,omitempty" doc:"厨房是否使用燃气"`
	GasAlarmAndCutoff   *bool `json:"gas_alarm_and_cutoff,omitempty" doc:"设可燃气体浓度报警和紧急切断装置"`
	WindowBars          *bool `json:"window_bars,omitempty" doc:"门窗是否有影响逃生救援的栅栏"`
	BatteriesKeptOut    *bool `json:"batteries_kept_out,omitempty" doc:"室内无电动车及电池停放充电"`
	FlammableHangings   *bool `json:"flammable_hangings,omitempty" doc:"是否大量使用易燃悬挂物和装饰"`
	ManagerNamed        *bool `json:"manager_named,omitempty" doc:"明确消防安全责任人和管理人"`
	EvacuationPlan      *bool `json:"evacuation_plan,omitempty" doc:"有婴幼儿专门疏散预案"`
	ChargingOutsideCare *bool `json:"charging_outside_care,omitempty" doc:"充电玩具不在照护时段充电"`
}

// Hygiene is the self-evaluation of hygiene 卫生评价 (国卫办妇幼发〔2022〕11号), which replaced the
// third-party report of 托育机构登记和备案办法(试行) art. 8(4).
type Hygiene struct {
	Result             string   `json:"result,omitempty" enum:"qualified,unqualified" doc:"自评结论: 合格、不合格"`
	EvaluatedOn        Date     `json:"evaluated_on,omitzero" doc:"自评日期"`
	RequirementsMet    *int     `json:"requirements_met,omitempty" minimum:"0" maximum:"14" doc:"14 项基本要求中已满足项数"`
	WindowFloorPercent *float64 `json:"window_floor_percent,omitempty" minimum:"0" maximum:"100" doc:"生活用房窗地面积比, 百分数"`
	ObservationRoomM2  *float64 `json:"observation_room_m2,omitempty" minimum:"0" maximum:"1000" doc:"保健观察室建筑面积, 平方米"`
	ObservationBeds    *int     `json:"observation_beds,omitempty" minimum:"0" maximum:"100" doc:"观察床数"`
	FenceAndMats       *bool    `json:"fence_and_mats,omitempty" doc:"乳儿班托小班设安全护栏和地垫"`
	IndoorAirPassed    *bool    `json:"indoor_air_passed,omitempty" doc:"室内空气检测达到 GB/T 18883"`
	HealthRules        *bool    `json:"health_rules,omitempty" doc:"卫生保健制度健全"`
}

// Class is one class 班级 with its seats and, if already open, its children.
type Class struct {
	ID              string    `json:"id" minLength:"1" maxLength:"40" doc:"班级编号"`
	Name            string    `json:"name,omitempty" maxLength:"60" doc:"班级名称"`
	Kind            ClassKind `json:"kind,omitempty" enum:"infant,toddler,older_toddler,mixed" doc:"班级类型"`
	Seats           *int      `json:"seats,omitempty" minimum:"0" maximum:"200" doc:"托位数"`
	Enrolled        *int      `json:"enrolled,omitempty" minimum:"0" maximum:"200" doc:"在托人数"`
	YoungestMonths  *int      `json:"youngest_months,omitempty" minimum:"0" maximum:"71" doc:"最小月龄, 整月"`
	OldestMonths    *int      `json:"oldest_months,omitempty" minimum:"0" maximum:"71" doc:"最大月龄, 整月"`
	IndependentUnit *bool     `json:"independent_unit,omitempty" doc:"生活单元独立使用"`
}

// Staff is one member of staff 工作人员, identified by a number of the institution's own; the person is named only in the
// attached papers.
type Staff struct {
	Number             string   `json:"number" minLength:"1" maxLength:"40" doc:"人员编号"`
	Post               Post     `json:"post,omitempty" enum:"head,caregiver,health,guard,cook,food_manager" doc:"岗位"`
	Class              string   `json:"class,omitempty" maxLength:"40" doc:"所在班级编号"`
	FullTime           *bool    `json:"full_time,omitempty" doc:"专职"`
	Education          string   `json:"education,omitempty" enum:"junior_secondary,senior_secondary,junior_college,bachelor,postgraduate" doc:"学历"`
	ExperienceYears    *float64 `json:"experience_years,omitempty" minimum:"0" maximum:"60" doc:"相关工作年限"`
	RelevantBackground *bool    `json:"relevant_background,omitempty" doc:"有相关专业背景"`
	Certificates       []string `json:"certificates,omitempty" maxItems:"20" enum:"childcare_worker,infant_nurturer,teacher,nurse,physician,guard,food_safety,other" doc:"职业资格证书"`
	Trained            []string `json:"trained,omitempty" maxItems:"20" enum:"infant_care,mental_health,food_safety,first_aid,fire,management,mch_health" doc:"已合格的培训"`
	TrainingHours      *int     `json:"training_hours,omitempty" minimum:"0" maximum:"5000" doc:"培训学时"`
	HealthCheckedOn    Date     `json:"health_checked_on,omitzero" doc:"健康检查日期"`
	HealthPassed       *bool    `json:"health_passed,omitempty" doc:"持有健康合格证"`
	MentalIllness      *bool    `json:"mental_illness,omitempty" doc:"有无精神病或病史"`
	BackgroundOn       Date     `json:"background_on,omitzero" doc:"违法犯罪记录查询日期"`
	ListedOffence      *bool    `json:"listed_offence,omitempty" doc:"有无性侵害、虐待、拐卖、暴力伤害等记录"`
	AnyRecord          *bool    `json:"any_record,omitempty" doc:"有无其他犯罪记录"`
	GuardCompany       *bool    `json:"guard_company,omitempty" doc:"由持《保安服务许可证》的公司派驻"`
}

// PaperKind identifies a paper of the application 申请材料 (登记和备案办法 art. 8).
type PaperKind string

// The papers that a filing may require.
const (
	FilingForm              PaperKind = "filing_form"              // 备案书
	Commitment              PaperKind = "commitment"               // 备案承诺书
	RegistrationCertificate PaperKind = "registration_certificate" // 营业执照或其他法人登记证书
	PremisesProof           PaperKind = "premises_proof"           // 场地证明
	StaffQualification      PaperKind = "staff_qualification"      // 工作人员专业资格证明
	StaffHealth             PaperKind = "staff_health"             // 工作人员健康合格证明
	HygieneReport           PaperKind = "hygiene_report"           // 卫生评价报告
	FloorPlan               PaperKind = "floor_plan"               // 平面布局图
	AirTest                 PaperKind = "air_test"                 // 室内空气检测报告
	HealthWorkerPapers      PaperKind = "health_worker_papers"     // 保健人员身份与学历证明
	FireProof               PaperKind = "fire_proof"               // 消防安全检查合格证明
	FoodLicence             PaperKind = "food_licence"             // 食品经营许可证
	OwnersConsent           PaperKind = "owners_consent"           // 本栋(同院落)其他业主同意证明
	BuildingSafety          PaperKind = "building_safety"          // 房屋竣工验收或安全鉴定证明
	KindergartenLicence     PaperKind = "kindergarten_licence"     // 办园许可证
	JointAgreement          PaperKind = "joint_agreement"          // 联合举办协议
	OtherPaper              PaperKind = "other"                    // 法律法规规定的其他材料
)

// Title returns the Chinese name of the paper, or the code itself when it is unknown.
func (k PaperKind) Title() string { return title(paperKindTitles, k) }

var paperKindTitles = map[PaperKind]string{
	FilingForm: "备案书", Commitment: "备案承诺书", RegistrationCertificate: "营业执照或其他法人登记证书", PremisesProof: "场地证明",
	StaffQualification: "工作人员专业资格证明", StaffHealth: "工作人员健康合格证明", HygieneReport: "卫生评价报告",
	FloorPlan: "平面布局图", AirTest: "室内空气检测报告", HealthWorkerPapers: "保健人员身份与学历证明",
	FireProof: "消防安全检查合格证明", FoodLicence: "食品经营许可证", OwnersConsent: "其他业主同意证明",
	BuildingSafety: "房屋竣工验收或安全鉴定证明", KindergartenLicence: "办园许可证", JointAgreement: "联合举办协议", OtherPaper: "其他材料",
}

// Paper is one submitted paper 材料, its file already uploaded.
type Paper struct {
	Kind       PaperKind `json:"kind" enum:"filing_form,commitment,registration_certificate,premises_proof,staff_qualification,staff_health,hygiene_report,floor_plan,air_test,health_worker_papers,fire_proof,food_licence,owners_consent,building_safety,kindergarten_licence,joint_agreement,other" doc:"材料种类"`
	Staff      string    `json:"staff,omitempty" maxLength:"40" doc:"所属人员编号"`
	Form       string    `json:"form,omitempty" enum:"construction_acceptance,acceptance_filing,fire_check,county_joint_opinion,licence,certificate" doc:"证明形式"`
	Name       string    `json:"name,omitempty" maxLength:"120" doc:"材料名称(其他材料)"`
	Number     string    `json:"number,omitempty" maxLength:"80" doc:"证号"`
	IssuedOn   Date      `json:"issued_on,omitzero" doc:"签发日期"`
	ExpiresOn  Date      `json:"expires_on,omitzero" doc:"有效期至"`
	Attachment string    `json:"attachment,omitempty" maxLength:"64" doc:"附件编号"`
}

// Family is what only a family nursery point declares (家庭托育点管理办法(试行)).
type Family struct {
	Children          *int  `json:"children,omitempty" minimum:"0" maximum:"100" doc:"拟收托人数"`
	CarersOnDuty      *int  `json:"carers_on_duty,omitempty" minimum:"0" maximum:"50" doc:"同时在岗照护人数"`
	DwellingRuleMet   *bool `json:"dwelling_rule_met,omitempty" doc:"符合住宅改变为经营性用房的规定"`
	AllOwnersConsent  *bool `json:"all_owners_consent,omitempty" doc:"本栋(同院落)其他业主全部同意"`
	LifeCare          *bool `json:"life_care,omitempty" doc:"提供生活照料、安全看护、平衡膳食和早期学习"`
	GuardianAgreement *bool `json:"guardian_agreement,omitempty" doc:"与监护人签订协议, 查验健康检查与预防接种"`
}

// Registration is the registrar's data on an institution 登记信息 (登记和备案办法 art. 6), pushed by the registrar or entered
// by a clerk from the certificate.
type Registration struct {
	USCC          string    `json:"uscc" minLength:"18" maxLength:"18" doc:"统一社会信用代码"`
	Name          string    `json:"name" minLength:"1" maxLength:"120" doc:"登记名称"`
	Nature        Nature    `json:"nature" enum:"public_institution,social_service,for_profit" doc:"机构性质"`
	Registrar     Registrar `json:"registrar" enum:"staffing,civil_affairs,market" doc:"登记机关"`
	County        string    `json:"county" pattern:"^1404[0-9]{2}$" doc:"登记机关所在县区"`
	BusinessScope string    `json:"business_scope" maxLength:"2000" doc:"业务(经营)范围"`
	Address       string    `json:"address,omitempty" maxLength:"200" doc:"登记住所"`
	Status        string    `json:"status" enum:"active,cancelled" doc:"登记状态"`
	RegisteredOn  Date      `json:"registered_on,omitzero" doc:"登记日期"`
}

// Seats returns the sum of the seats of all classes 托位总数; a class without a figure counts as zero.
func (a Application) Seats() int {
	var seats int
	for _, c := range a.Classes {
		if c.Seats != nil {
			seats += *c.Seats
		}
	}
	return seats
}

// Cancellation is what an institution declares when it closes 注销备案: children and staff must be properly placed first
// (托育机构管理规范(试行) art. 7).
type Cancellation struct {
	Reason          string `json:"reason" minLength:"2" maxLength:"500" doc:"注销原因"`
	ChildrenSettled bool   `json:"children_settled" doc:"在托婴幼儿已妥善安置"`
	StaffSettled    bool   `json:"staff_settled" doc:"工作人员已妥善安置"`
	Plan            string `json:"plan,omitempty" maxLength:"2000" doc:"安置方案"`
}
