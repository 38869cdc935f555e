package nursery

// Purpose is what a fund may be used for 资金用途: the code that the stage of a procedure names as its fund. Procedures may name others
// than those that have a title here.
type Purpose string

// The purposes of the subsidies of the programme (示范项目实施方案 项目5、项目6).
const (
	PurposeRentRelief    Purpose = "rent_relief"
	PurposeChildMonth    Purpose = "child_month"
	PurposeDemonstration Purpose = "demonstration_award"
	PurposeChain         Purpose = "chain_award"
	PurposeUse           Purpose = "use_award"
	PurposeIdleSpace     Purpose = "idle_space_award"
	PurposeCounty        Purpose = "county_award"
)

var purposeTitles = map[Purpose]string{
	PurposeRentRelief: "租金减免", PurposeChildMonth: "按月运营补助", PurposeDemonstration: "示范机构奖补", PurposeChain: "连锁机构奖补",
	PurposeUse: "使用率奖补", PurposeIdleSpace: "闲置场地奖补", PurposeCounty: "县区奖补",
}

// Purposes lists the purposes that have a title.
func Purposes() []Purpose {
	return []Purpose{PurposeRentRelief, PurposeChildMonth, PurposeDemonstration, PurposeChain, PurposeUse, PurposeIdleSpace, PurposeCounty}
}

// Title returns the Chinese name of the purpose, or the code itself when it is unknown.
func (p Purpose) Title() string { return title(purposeTitles, p) }
