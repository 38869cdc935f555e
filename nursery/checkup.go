package nursery

import (
	"fmt"
	"slices"
)

// KindCheckup is the half-yearly check-up round of an institution's children 在托婴幼儿健康体检.
const KindCheckup CaseKind = "checkup_round"

// PrefixCheckup begins the case numbers of check-up rounds.
const PrefixCheckup = "TJ"

// The stages of a check-up round.
const (
	StageRoundBlocked Stage = "round_blocked" // 无签约, 不能开展
	StageRecording    Stage = "recording"     // 体检中
	StageRoundMissed  Stage = "round_missed"  // 有漏检, 待县区核对
	StageRoundClosed  Stage = "round_closed"  // 已办结
	StageRoundLost    Stage = "round_lost"    // 本半年未开展
)

// CheckItem is one item examined in a check-up 体检项目.
type CheckItem string

// The items (国家基本公共卫生服务规范（第三版）; 托儿所幼儿园卫生保健工作规范).
const (
	ItemWeight      CheckItem = "weight"      // 体重, kilograms
	ItemLength      CheckItem = "length"      // 身长（身高）, centimetres
	ItemHead        CheckItem = "head"        // 头围, centimetres
	ItemHaemoglobin CheckItem = "haemoglobin" // 血红蛋白, grams per litre
	ItemHearing     CheckItem = "hearing"     // 听力
	ItemTeeth       CheckItem = "teeth"       // 口腔
	ItemDevelopment CheckItem = "development" // 发育预警征象
	ItemVision      CheckItem = "vision"      // 视力
)

// Item is a row of the table of check-up items. The API's enumeration, the limits, the grid of a class and what is printed
// follow from it.
type Item struct {
	Code     CheckItem
	Title    string
	Unit     string  // in words; empty: examined, not measured
	Symbol   string  // of the unit, for tables
	Min, Max float64 // the smallest and largest value accepted; a value outside is a typing error
	Column   int     // its place in the grid of a class
}

var items = []Item{
	{Code: ItemWeight, Title: "体重", Unit: "千克", Symbol: "kg", Min: 0.5, Max: 60, Column: 2},
	{Code: ItemLength, Title: "身长（身高）", Unit: "厘米", Symbol: "cm", Min: 30, Max: 150, Column: 1},
	{Code: ItemHead, Title: "头围", Unit: "厘米", Symbol: "cm", Min: 20, Max: 70, Column: 3},
	{Code: ItemHaemoglobin, Title: "血红蛋白", Unit: "克每升", Symbol: "g/L", Min: 20, Max: 250, Column: 4},
	{Code: ItemHearing, Title: "听力", Column: 5},
	{Code: ItemTeeth, Title: "口腔", Column: 7},
	{Code: ItemDevelopment, Title: "发育预警征象", Column: 8},
	{Code: ItemVision, Title: "视力", Column: 6},
}

// Items returns the table of check-up items.
func Items() []Item { return slices.Clone(items) }

// CheckItems returns the codes of the items, in the order of the table.
func CheckItems() []CheckItem {
	codes := make([]CheckItem, len(items))
	for i, item := range items {
		codes[i] = item.Code
	}
	return codes
}

// Row returns the item's row of the table, with the code as its title when the item is unknown.
func (i CheckItem) Row() Item {
	for _, item := range items {
		if item.Code == i {
			return item
		}
	}
	return Item{Code: i, Title: string(i)}
}

// Title returns the Chinese name of the item, or the code itself when it is unknown.
func (i CheckItem) Title() string { return i.Row().Title }

// Measured reports whether the item has a value; otherwise it has a finding.
func (i Item) Measured() bool { return i.Unit != "" }

// NotDone is why an item was not done 未检原因.
type NotDone string

// The reasons.
const (
	NotDoneIll         NotDone = "ill"
	NotDoneAway        NotDone = "away"
	NotDoneRefused     NotDone = "guardian_refused"
	NotDoneUnreachable NotDone = "unreachable"
	NotDoneHoliday     NotDone = "holiday"
	NotDoneCapacity    NotDone = "capacity"
	NotDoneEquipment   NotDone = "equipment"
	NotDoneElsewhere   NotDone = "done_elsewhere"
	NotDoneLeft        NotDone = "left"
	NotDoneDied        NotDone = "died"
	NotDoneOther       NotDone = "other"
)

var notDoneTitles = map[NotDone]string{
	NotDoneIll: "患病", NotDoneAway: "请假外出", NotDoneRefused: "监护人不同意", NotDoneUnreachable: "联系不上", NotDoneHoliday: "放假",
	NotDoneCapacity: "人手不足", NotDoneEquipment: "设备不足", NotDoneElsewhere: "已在他处体检", NotDoneLeft: "离托", NotDoneDied: "死亡", NotDoneOther: "其他",
}

// Title returns the Chinese name of the reason, or the code itself when it is unknown.
func (n NotDone) Title() string { return title(notDoneTitles, n) }

// Waives reports whether the reason ends the duty, so that the item need not be done in this half-year.
func (n NotDone) Waives() bool {
	return n == NotDoneRefused || n == NotDoneLeft || n == NotDoneDied
}

// The findings of an item that is observed rather than measured.
const (
	FoundNormal   = "normal"
	FoundAbnormal = "abnormal"
)

// CheckedItem is the result of one item. Health facts are sensitive personal information (个人信息保护法 art. 28): they are
// stored sealed only.
type CheckedItem struct {
	Item    CheckItem `json:"item" doc:"体检项目"`
	Done    bool      `json:"done" doc:"已检"`
	Value   float64   `json:"value,omitempty" doc:"测量值：体重千克，身长和头围厘米，血红蛋白克每升"`
	Result  string    `json:"result,omitempty" enum:"normal,abnormal" doc:"听力、口腔、发育、视力的结果"`
	Signs   []int     `json:"signs,omitempty" maxItems:"4" doc:"发育预警征象的序号，一至四"`
	Reason  NotDone   `json:"reason,omitempty" enum:"ill,away,guardian_refused,unreachable,holiday,capacity,equipment,done_elsewhere,left,died,other" doc:"未检原因"`
	Proof   string    `json:"proof,omitempty" maxLength:"64" doc:"在他处体检的证明，附件编号"`
	ProofOn Date      `json:"proof_on,omitzero" doc:"在他处体检的日期"`
	Note    string    `json:"note,omitempty" maxLength:"200" doc:"说明"`
}

// Checkup is the record of one child's check-up on one day by a child-health team 体检记录.
type Checkup struct {
	Child         string        `json:"child" maxLength:"40" doc:"婴幼儿编号"`
	CheckedOn     Date          `json:"checked_on" doc:"体检日期"`
	Standing      bool          `json:"standing,omitempty" doc:"站立测量身高"`
	Oedema        bool          `json:"oedema,omitempty" doc:"双足水肿，体重类指标不作评价"`
	MeasuredAgain bool          `json:"measured_again,omitempty" doc:"已复测，数值属实"`
	FeeFen        int64         `json:"fee_fen,omitempty" doc:"收费，分；本项服务免费，只能为零"`
	Items         []CheckedItem `json:"items" minItems:"1" doc:"各项结果"`
}

// Of returns the result of an item; false if the item was not examined.
func (c Checkup) Of(item CheckItem) (CheckedItem, bool) {
	for _, i := range c.Items {
		if i.Item == item {
			return i, true
		}
	}
	return CheckedItem{}, false
}

// Value returns the measured value of an item, zero if it was not measured.
func (c Checkup) Value(item CheckItem) float64 {
	if i, ok := c.Of(item); ok && i.Done {
		return i.Value
	}
	return 0
}

// AnyDone reports whether at least one item was examined.
func (c Checkup) AnyDone() bool {
	return slices.ContainsFunc(c.Items, func(i CheckedItem) bool { return i.Done })
}

// Validate validates the record on a day and returns every error, located by JSON Pointer. No message repeats a value.
func (c Checkup) Validate(today Date) []Fault {
	var faults []Fault
	add := func(location, message string) { faults = append(faults, Fault{location, message}) }
	if !IsChildID(c.Child) {
		add("/child", "不是婴幼儿编号")
	}
	switch {
	case !c.CheckedOn.Valid():
		add("/checked_on", "请填写体检日期")
	case c.CheckedOn.After(today):
		add("/checked_on", "体检日期不能晚于今天")
	}
	if c.FeeFen != 0 {
		add("/fee_fen", "在托婴幼儿半年健康体检免费，不得收费")
	}
	seen := map[CheckItem]bool{}
	for n, i := range c.Items {
		at := fmt.Sprintf("/items/%d", n)
		if seen[i.Item] || i.Item.Row().Column == 0 {
			add(at+"/item", "没有这个项目，或者重复")
			continue
		}
		seen[i.Item] = true
		for _, f := range i.faults(c.CheckedOn) {
			add(at+f.Location, f.Message)
		}
	}
	if len(c.Items) == 0 {
		add("/items", "请至少填写一项")
	}
	return faults
}

func (i CheckedItem) faults(checkedOn Date) []Fault {
	if !i.Done {
		return i.undone(checkedOn)
	}
	var faults []Fault
	add := func(location, message string) { faults = append(faults, Fault{location, message}) }
	if i.Reason != "" {
		add("/reason", "已检的项目不填未检原因")
	}
	item := i.Item.Row()
	switch {
	case item.Measured() && !(i.Value >= item.Min && i.Value <= item.Max): // NaN as well
		add("/value", fmt.Sprintf("应在 %v 与 %v 之间", item.Min, item.Max))
	case !item.Measured() && i.Result != FoundNormal && i.Result != FoundAbnormal:
		add("/result", "请选择正常或异常")
	}
	signs := map[int]bool{}
	for n, sign := range i.Signs {
		if i.Item != ItemDevelopment || sign < 1 || sign > 4 || signs[sign] {
			add(fmt.Sprintf("/signs/%d", n), "应为本月龄预警征象的序号一至四，不重复")
		}
		signs[sign] = true
	}
	if i.Item == ItemDevelopment && (len(i.Signs) > 0) != (i.Result == FoundAbnormal) {
		add("/signs", "有预警征象即为异常，异常须注明征象")
	}
	return faults
}

func (i CheckedItem) undone(checkedOn Date) []Fault {
	var faults []Fault
	add := func(location, message string) { faults = append(faults, Fault{location, message}) }
	if _, ok := notDoneTitles[i.Reason]; !ok {
		add("/reason", "请选择未检原因")
	}
	if i.Value != 0 || i.Result != "" || len(i.Signs) > 0 {
		add("/done", "未检的项目不填结果")
	}
	if i.Reason == NotDoneElsewhere {
		if i.Proof == "" {
			add("/proof", "请上传在他处体检的证明")
		}
		if !i.ProofOn.Valid() || i.ProofOn.After(checkedOn) {
			add("/proof_on", "请填写在他处体检的日期")
		}
	}
	if i.Reason == NotDoneOther && i.Note == "" {
		add("/note", "请说明原因")
	}
	return faults
}

// signAges are the ages in months for which the table of warning signs has a row.
var signAges = []int{3, 6, 8, 12, 18, 24, 30, 36}

var warningSigns = map[int][4]string{
	3:  {"对很大声音没有反应", "逗引时不发音或不会微笑", "不注视人脸，不追视移动的人或物品", "俯卧时不会抬头"},
	6:  {"发音少，不会笑出声", "不会伸手抓物", "紧握拳松不开", "不能扶坐"},
	8:  {"听到声音无应答", "不会区分生人和熟人", "双手间不会传递玩具", "不会独坐"},
	12: {"呼唤名字无反应", "不会模仿再见或欢迎动作", "不会用拇食指对捏小物品", "不会扶物站立"},
	18: {"不会有意识叫爸爸或妈妈", "不会按要求指人或物", "与人无目光交流", "不会独走"},
	24: {"不会说三个物品的名称", "不会按吩咐做简单的事情", "不会用勺吃饭", "不会扶栏上楼梯"},
	30: {"不会说两三个字的短语", "兴趣单一、刻板", "不会示意大小便", "不会跑"},
	36: {"不会说自己的名字", "不会玩假装游戏", "不会模仿画圆", "不会双脚跳"},
}

// WarningSigns returns the row of the table 儿童心理行为发育问题预警征象 that applies to a child of an age in completed months:
// the age of the row and its four signs; false below three months.
func WarningSigns(months int) (age int, signs [4]string, ok bool) {
	for _, a := range signAges {
		if a <= months {
			age = a
		}
	}
	return age, warningSigns[age], age > 0
}
