package nursery

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Silence is the effect, in a county, of an office that does not answer in time 逾期未答复的处理.
type Silence string

// The process waits for an office that does not answer, or the office counts as having accepted a complete filing
// (行政许可法 art. 32(4), by analogy: whether a county applies it to filings is its own decision).
const (
	SilenceWait   Silence = "wait"
	SilenceAccept Silence = "accept"
)

// Settings are the parameters that a county sets for its own office 县区参数. Days are working days.
type Settings struct {
	Silence                Silence `json:"filing.silence"`
	SilenceGraceDays       int     `json:"filing.silence_grace_days"`
	CorrectionReminderDays int     `json:"filing.correction_reminder_days"`
	RectifyDays            int     `json:"filing.rectify_days"`
	ReceiptDays            int     `json:"filing.receipt_days"`
	FindingDays            int     `json:"filing.finding_days"`
	InspectAnswerDays      int     `json:"inspection.answer_days"`
	InspectSignDays        int     `json:"inspection.sign_days"`
	InspectProofGraceDays  int     `json:"inspection.proof_grace_days"`
	InspectPublishDays     int     `json:"inspection.publish_days"`
}

// Setting describes one setting: its default, whether the default was verified against its legal basis, and the values
// a county may set.
type Setting struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Default  any    `json:"default"`
	Verified bool   `json:"verified"`
	Source   string `json:"source"`
	Min      int    `json:"min,omitempty"` // smallest number of days, for a setting in days
	Max      int    `json:"max,omitempty"` // largest: a legal limit can only be shortened

	Options []SettingOption `json:"options,omitempty"` // of a setting that is not a number of days
}

// SettingOption is a value a county may choose, with its Chinese name.
type SettingOption struct {
	Value string `json:"value"`
	Title string `json:"title"`
}

// SettingsCatalogue lists every setting in display order. The two legal limits are those of 托育机构登记和备案办法(试行) art. 9;
// the others are set by no regulation and ship unverified.
func SettingsCatalogue() []Setting {
	const unset = "无法定数值，由县区确定"
	const article9 = "托育机构登记和备案办法(试行) 第九条"
	return []Setting{
		{Name: "filing.receipt_days", Title: "备案回执办理时限（工作日）", Default: 5, Verified: true, Source: article9, Min: 1, Max: 5},
		{Name: "filing.finding_days", Title: "现场核查告知时限（工作日）", Default: 15, Verified: true, Source: article9, Min: 1, Max: 15},
		{Name: "filing.silence", Title: "逾期未答复的处理", Default: string(SilenceWait), Source: unset, Options: []SettingOption{
			{string(SilenceWait), "继续等待"}, {string(SilenceAccept), "视为受理"},
		}},
		{Name: "filing.silence_grace_days", Title: "逾期后视为受理前的宽限（工作日）", Default: 5, Source: unset, Min: 1, Max: 60},
		{Name: "filing.correction_reminder_days", Title: "补正提醒间隔（工作日）", Default: 10, Source: unset, Min: 1, Max: 60},
		{Name: "filing.rectify_days", Title: "整改期限默认值（工作日）", Default: 30, Source: unset, Min: 1, Max: 120},
		{Name: "inspection.answer_days", Title: "检查人员答复指派、机构答复日期的期限（工作日）", Default: 3, Source: unset, Min: 1, Max: 30},
		{Name: "inspection.sign_days", Title: "机构签字期限（工作日），逾期记为未签", Default: 3, Source: unset, Min: 1, Max: 30},
		{Name: "inspection.proof_grace_days", Title: "整改逾期后径行复查前的宽限（工作日）", Default: 3, Source: unset, Min: 1, Max: 30},
		{Name: "inspection.publish_days", Title: "检查结果公示期限（工作日）", Default: 20, Source: "双随机、一公开的通行做法，县区可缩短", Min: 1, Max: 20},
	}
}

// DefaultSettings returns the settings of a county that has set nothing.
func DefaultSettings() Settings {
	return Settings{
		Silence: SilenceWait, SilenceGraceDays: 5, CorrectionReminderDays: 10, RectifyDays: 30, ReceiptDays: 5, FindingDays: 15,
		InspectAnswerDays: 3, InspectSignDays: 3, InspectProofGraceDays: 3, InspectPublishDays: 20,
	}
}

// With returns the settings with one of them set to a JSON value. The error is an *InvalidError if the name is unknown
// or the value is not one a county may set.
func (s Settings) With(name string, value json.RawMessage) (Settings, error) {
	for _, known := range SettingsCatalogue() {
		if known.Name != name {
			continue
		}
		if err := known.check(value); err != nil {
			return s, err
		}
		patch, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err != nil {
			return s, fmt.Errorf("encode setting %s: %w", name, err)
		}
		if err := json.Unmarshal(patch, &s); err != nil {
			return s, invalid("setting.value", "参数值的类型不对")
		}
		return s, nil
	}
	return s, invalid("setting.unknown", "没有这个参数")
}

func (s Setting) check(value json.RawMessage) error {
	if len(s.Options) > 0 {
		var chosen string
		if json.Unmarshal(value, &chosen) != nil || !slices.ContainsFunc(s.Options, func(o SettingOption) bool { return o.Value == chosen }) {
			return invalid("setting.value", "不是可选的值")
		}
		return nil
	}
	var days int
	if json.Unmarshal(value, &days) != nil || days < s.Min || days > s.Max {
		return invalid("setting.value", fmt.Sprintf("应为 %d 至 %d 的整数", s.Min, s.Max))
	}
	return nil
}
