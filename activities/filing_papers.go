package activities

import (
	"slices"

	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
)

// The documents of a filing. The receipt and the finding on site are two decisions, hence two documents
// (托育机构登记和备案办法(试行) art. 9 para. 1 and 2); FilingBasicConditions goes with the receipt.
var (
	FilingAcceptance = definition.Paper{
		Kind: "filing_acceptance", Title: "备案受理通知书", Prefix: "托受", Template: "filing/acceptance.html", New: documents.Empty[AcceptanceContent](),
	}
	FilingCorrection = definition.Paper{
		Kind: "filing_correction", Title: "一次性补正告知书", Prefix: "托补", Template: "filing/correction.html", New: documents.Empty[CorrectionContent](),
	}
	FilingReceipt = definition.Paper{
		Kind: "filing_receipt", Title: "托育机构备案回执", Prefix: "托备", Template: "filing/receipt.html", New: documents.Empty[ReceiptContent](),
	}
	FilingNonconformity = definition.Paper{
		Kind: "filing_nonconformity", Title: "不符合标准告知书", Prefix: "托改", Template: "filing/nonconformity.html", New: documents.Empty[NonconformityContent](),
	}
	FilingRectified = definition.Paper{
		Kind: "filing_rectified", Title: "整改复查合格告知书", Prefix: "托复", Template: "filing/rectified.html", New: documents.Empty[RectifiedContent](),
	}
	FilingReroute = definition.Paper{
		Kind: "filing_reroute", Title: "家庭托育点超员转办告知书", Prefix: "托转", Template: "filing/reroute.html", New: documents.Empty[RerouteContent](),
	}
	FilingChange = definition.Paper{
		Kind: "filing_change", Title: "变更备案回执", Prefix: "托变", Template: "filing/change.html", New: documents.Empty[ChangeContent](),
	}
	FilingCancellation = definition.Paper{
		Kind: "filing_cancellation", Title: "注销备案告知书", Prefix: "托注", Template: "filing/cancellation.html", New: documents.Empty[CancellationContent](),
	}
)

// AcceptanceContent is the content of FilingAcceptance.
type AcceptanceContent struct {
	documents.Head
	DueOn          nursery.Date `json:"due_on,omitzero"`         // 办理期限
	FindingDueOn   nursery.Date `json:"finding_due_on,omitzero"` // 不符合标准时的告知期限
	DueProvisional bool         `json:"due_provisional,omitempty"`
}

// Needs requires the dates between which the office decides.
func (c *AcceptanceContent) Needs(need func(string, bool)) {
	need("received_on", c.ReceivedOn.Valid())
	need("due_on", c.DueOn.Valid())
}

// Facts returns none: the notice acknowledges without a figure.
func (*AcceptanceContent) Facts() []documents.Fact { return nil }

// CorrectionContent is the content of FilingCorrection.
type CorrectionContent struct{ documents.Notice }

// Needs requires a gap and the date of receipt.
func (c *CorrectionContent) Needs(need func(string, bool)) {
	need("received_on", c.ReceivedOn.Valid())
	need("gaps", len(c.Gaps) > 0)
}

// ReceiptContent is the content of FilingReceipt.
type ReceiptContent struct {
	documents.Head
	FindingDueOn   nursery.Date `json:"finding_due_on,omitzero"` // 不符合标准时的告知期限
	DueProvisional bool         `json:"due_provisional,omitempty"`
}

// Needs requires what is on file, with classes that together have all places.
func (c *ReceiptContent) Needs(need func(string, bool)) {
	need("address", c.Address != "")
	need("received_on", c.ReceivedOn.Valid())
	need("service_forms", len(c.ServiceForms) > 0)
	need("seats", c.Seats > 0)
	sum := 0
	for _, class := range c.Classes {
		sum += class.Seats
	}
	need("classes", len(c.Classes) == 0 || sum == c.Seats)
}

// Facts returns what is on file.
func (c *ReceiptContent) Facts() []documents.Fact { return filedFacts(&c.Head) }

func filedFacts(h *documents.Head) []documents.Fact {
	return documents.Facts{}.Text("机构类型", h.SiteKind.Title()).Count("托位总数", h.Seats, "个").Text("机构地址", h.Address)
}

// NonconformityContent is the content of FilingNonconformity.
type NonconformityContent struct {
	documents.Notice
	documents.Visit
	RelatedNumber string `json:"related_number,omitempty"` // 所涉文书的发文字号
	Publication   string `json:"publication,omitempty"`    // 公示载体
}

// Needs requires the gaps found on a day and the limit for them.
func (c *NonconformityContent) Needs(need func(string, bool)) {
	need("visited_on", c.VisitedOn.Valid())
	need("due_on", c.DueOn.Valid())
	need("gaps", len(c.Gaps) > 0)
}

// RectifiedContent is the content of FilingRectified.
type RectifiedContent struct {
	documents.Notice
	documents.Visit
	RelatedNumber string `json:"related_number,omitempty"`
	Publication   string `json:"publication,omitempty"`
}

// Needs requires the day of the visit and the notice that it settles.
func (c *RectifiedContent) Needs(need func(string, bool)) {
	need("visited_on", c.VisitedOn.Valid())
	need("related_number", c.RelatedNumber != "")
}

// Facts returns the day of the visit.
func (c *RectifiedContent) Facts() []documents.Fact {
	return documents.Facts{}.On("复查日期", c.VisitedOn)
}

// RerouteContent is the content of FilingReroute.
type RerouteContent struct {
	documents.Head
	Children       int          `json:"children,omitempty"` // 收托人数
	DueOn          nursery.Date `json:"due_on,omitzero"`
	DueProvisional bool         `json:"due_provisional,omitempty"`
}

// FamilyPointLimit returns the maximum number of children of a family point (家庭托育点管理办法(试行) art. 2, rule FP-03a).
func (*RerouteContent) FamilyPointLimit() int { return 5 }

// Needs requires more children than a family point may have.
func (c *RerouteContent) Needs(need func(string, bool)) {
	need("children", c.Children > c.FamilyPointLimit())
}

// Facts returns the number of children.
func (c *RerouteContent) Facts() []documents.Fact {
	return documents.Facts{}.Count("拟收托人数", c.Children, "人")
}

// Unverified returns true: the articles of the family points have not all been compared with the published text.
func (*RerouteContent) Unverified() bool { return true }

// ChangeContent is the content of FilingChange.
type ChangeContent struct {
	documents.Head
	EffectiveOn   nursery.Date  `json:"effective_on,omitzero"` // 变更生效之日
	RelatedNumber string        `json:"related_number,omitempty"`
	Changes       []FiledChange `json:"changes,omitempty"` // 变更事项
}

// FiledChange is one filed item before and after.
type FiledChange struct {
	Item   string `json:"item"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Needs requires changes and the receipt that they change.
func (c *ChangeContent) Needs(need func(string, bool)) {
	need("effective_on", c.EffectiveOn.Valid())
	need("related_number", c.RelatedNumber != "")
	need("changes", len(c.Changes) > 0)
}

// Facts returns what is on file after the change.
func (c *ChangeContent) Facts() []documents.Fact { return filedFacts(&c.Head) }

// CancellationContent is the content of FilingCancellation.
type CancellationContent struct {
	documents.Head
	EffectiveOn   nursery.Date `json:"effective_on,omitzero"` // 注销生效之日
	RelatedNumber string       `json:"related_number,omitempty"`
	Reason        string       `json:"reason,omitempty"`      // 注销原因
	Arrangement   string       `json:"arrangement,omitempty"` // 婴幼儿和工作人员安置情况
}

// Needs requires the reason and the receipt that is no longer valid.
func (c *CancellationContent) Needs(need func(string, bool)) {
	need("effective_on", c.EffectiveOn.Valid())
	need("related_number", c.RelatedNumber != "")
	need("reason", c.Reason != "")
}

// Facts returns the day of the cancellation.
func (c *CancellationContent) Facts() []documents.Fact {
	return documents.Facts{}.On("生效日期", c.EffectiveOn)
}

// FilingBasicConditions is the notice of the conditions that a nursery has to meet 基本条件告知书.
var FilingBasicConditions = definition.Paper{
	Kind: "filing_basic_conditions", Title: "托育机构基本条件告知书", Prefix: "托告", Template: "filing/basic_conditions.html", New: documents.Empty[ConditionsContent](),
}

// ConditionsContent is the content of FilingBasicConditions.
type ConditionsContent struct{ documents.Head }

// Needs requires nothing of its own.
func (*ConditionsContent) Needs(func(string, bool)) {}

// Facts returns none: the notice informs without a figure.
func (*ConditionsContent) Facts() []documents.Fact { return nil }

// Unverified returns true: some conditions have not been compared with the published text.
func (*ConditionsContent) Unverified() bool { return true }

// FamilyPoint reports whether the rules of family points apply, which are a separate document.
func (c *ConditionsContent) FamilyPoint() bool { return c.SiteKind == nursery.FamilyPoint }

// Conditions returns the rows of the notice. A family point is subject to its own document in place of the setting
// standard; children and staff are protected by the same laws everywhere.
func (c *ConditionsContent) Conditions() []conditionGroup {
	if c.FamilyPoint() {
		return slices.Concat(familyConditions, sharedConditions)
	}
	return slices.Concat(institutionConditions, sharedConditions)
}

// ConditionSources returns the distinct documents cited by Conditions that have a number.
func (c *ConditionsContent) ConditionSources() []nursery.Citation {
	var sources []nursery.Citation
	for _, group := range c.Conditions() {
		for _, row := range group.Rows {
			c := row.Basis
			c.Article, c.Verified = "", true
			if c.Number != "" && !slices.Contains(sources, c) {
				sources = append(sources, c)
			}
		}
	}
	return sources
}

// conditionGroup is a heading with its rows in the basic-conditions notice.
type conditionGroup struct {
	Title string
	Rows  []condition
}

// condition is one basic condition 基本条件 in plain words with its legal basis.
type condition struct {
	Text  string
	Basis nursery.Citation
}

func row(text, law, article string) condition {
	c, err := documents.Law(law, article)
	if err != nil {
		panic(err)
	}
	return condition{Text: text, Basis: c}
}

// unchecked returns a row whose value or article has not been compared with the published text; it prints 待核.
func unchecked(text, law, article string) condition {
	c := row(text, law, article)
	c.Basis.Verified = false
	return c
}

var institutionConditions = []conditionGroup{
	{"场地与消防", []condition{
		row("有自有场地，或者租赁期不少于3年的场地。", "setting", "11"),
		row("选址自然条件良好、交通便利，远离危险建筑、设施和污染源，满足抗震、防火、疏散要求。", "setting", ""),
		row("设有婴幼儿生活用房；房屋装修、设施设备符合安全和环保要求，定期检查维护。", "setting", ""),
		row("不设在四层及以上楼层，不设在地下或者半地下；不设在“三合一”场所和彩钢板建筑内。", "fire", ""),
	}},
	{"人员", []condition{
		row("负责人具有大专以上学历，有3年以上儿童保育教育、卫生健康管理等工作经历，岗位培训合格。", "setting", "18"),
		row("保育人员有相关工作经验或者专业背景，受过婴幼儿照护和心理健康知识培训。", "setting", "18"),
		row("保健人员经妇幼保健机构组织的培训合格；保安人员持《保安员证》，由获得《保安服务许可证》的公司派驻。", "setting", "18"),
		unchecked("独立设置的托育机构至少有1名保安人员在岗。", "setting", "22"),
	}},
	{"班级与配比", []condition{
		row("乳儿班（6至12个月）不超过10人，托小班（12至24个月）不超过15人，托大班（24至36个月）不超过20人。", "setting", "19"),
		row("18个月以上的婴幼儿可以混合编班，每班不超过18人。", "setting", "19"),
		row("保育人员与婴幼儿的比例：乳儿班不低于1∶3，托小班不低于1∶5，托大班不低于1∶7。", "setting", "20"),
	}},
	{"日常管理", []condition{
		row("婴幼儿入托前完成适龄预防接种并经健康检查合格；离开机构3个月以上的，重新检查。", "management", "11"),
		row("每日晨检、午检和全日健康观察，发现异常及时通知监护人。", "management", "24"),
		row("监控报警系统24小时设防，录像覆盖生活和活动区域，资料保存不少于90日。", "management", "32"),
	}},
}

var familyConditions = []conditionGroup{
	{"场地与消防", []condition{
		unchecked("使用自有住宅，或者租赁期不少于3年的住宅。", "family", ""),
		row("征得本栋（同院落）其他业主全部同意。", "family", "3"),
		unchecked("每名婴幼儿的建筑面积不少于9平方米；不设在地下室、半地下室、“三合一”场所和彩钢板建筑内。", "family", ""),
		unchecked("门窗不设影响逃生和救援的栅栏；配备独立式感烟报警器、灭火器等消防器材。", "family", ""),
	}},
	{"人员与人数", []condition{
		row("收托婴幼儿不超过5人；超过5人的，按托育机构登记并备案。", "family", "2"),
		row("每名照护人员最多看护3名婴幼儿。", "family", ""),
		row("照护人员有相关经验或者专业背景，受过婴幼儿照护、心理健康、食品安全、急救和消防培训，身体健康，无精神病史，无性侵害、虐待、拐卖、暴力伤害等记录。", "family", ""),
	}},
	{"日常管理", []condition{
		row("名称中有“托育”字样，登记的服务范围写明“家庭托育服务”。", "family", "4"),
		row("照护时段视频监控覆盖生活和活动区域，资料保存不少于90日。", "family", ""),
	}},
}

var sharedConditions = []conditionGroup{
	{"红线与变更", []condition{
		row("招用人员前查询其有无性侵害、虐待、拐卖、暴力伤害等违法犯罪记录，有记录的不得招用；在岗人员每年查询一次。", "minors", "62"),
		row("工作人员上岗前经健康检查并取得《托幼机构工作人员健康合格证》，在岗期间每年检查一次。", "health", "14"),
		row("备案事项变更的，向原备案部门办理变更备案；终止服务的，妥善安置婴幼儿和工作人员并办理注销备案。", "filing", "10"),
	}},
}
