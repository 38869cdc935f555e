package policies

import "cmp"

// RuleSetTitle returns what a set of rules decides about, and the name of a set that has no title.
func RuleSetTitle(set string) string { return cmp.Or(ruleSetTitles[set], set) }

var ruleSetTitles = map[string]string{
	"registration.route": "登记机关和登记信息", "filing.complete": "材料是否齐全", "filing.conform": "是否符合设置标准",
	"build.progress": "建设进度", "health.schedule": "体检时间", "health.growth": "生长评价", "health.referral": "转诊", "health.entry": "入托前核对",
	"contract.order": "签约协议", "contract.duty": "签约服务", "inspect.case": "检查安排", "inspect.draw": "随机抽取", "inspect.management": "日常管理", "insurance.enrol": "投保资格",
}
