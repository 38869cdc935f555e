package describe_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"tuoyu/procedures"
	"tuoyu/procedures/describe"
	"tuoyu/procedures/proceduretest"
)

func TestDifferencesInSentences(t *testing.T) {
	before := proceduretest.Load(t, proceduretest.Folder(t, "rent_relief"))
	for _, c := range []struct {
		file, old, with string
		want            []string
	}{
		{"procedure.yaml", "title: 县区初审", "title: 区县初审", []string{"文字  环节“县区初审”的文字有改动，现为“区县初审”。"}},
		{"procedure.yaml", "open_until: 2024-12-20", "open_until: 2025-06-30", []string{"改动  受理截止日由 2024-12-20 改为 2025-06-30 。"}},
		{"procedure.yaml", "return: checking", "return: correcting", []string{"改动  “市级复核”的结果“退回县区”由转到“县区初审”改为转到“待补正”。"}},
		{"procedure.yaml", "form: account, days: 10", "form: account, days: 12", []string{"放宽  “账户有误”的期限由 10 个工作日 改为 12 个工作日。"}},
		{"procedure.yaml", "form: account, days: 10", "form: account, days: 5", []string{"收紧  “账户有误”的期限由 10 个工作日 改为 5 个工作日。"}},
		{"procedure.yaml", "exclude: [submitter, county_check.actor]", "exclude: [submitter]", []string{"放宽  “市级复核”现在可以由“初审租金减免申请”的办理人办理。"}},
		{"procedure.yaml", "fail: [correct, refuse]", "fail: [correct, refuse, approve]", []string{"放宽  “县区初审”在裁定为“不符合”时可以选“同意”。"}},
		{"procedure.yaml", "      role: supervisor", "      role: clerk", []string{"改动  “异议核查”由受理审核主管改为受理审核人员办理。"}},
		{"procedure.yaml", "hide: [applicant.phone, account]", "hide: [applicant.phone]", []string{"放宽  “公示中”现在公示 account。"}},
		{"procedure.yaml", "in: [checking, correcting, computing, city_check, publicity]", "in: [checking, correcting, computing, city_check]", []string{"收紧  “申请人撤回”不能再在“公示中”做。"}},
		{"procedure.yaml", "pause_in: [correcting]", "pause_in: []", []string{"收紧  “审核期限”不再在“待补正”停止计时。"}},
		{"procedure.yaml", "read: [auditor]", "read: [auditor, inspector]", []string{"放宽  监督检查人员现在可以看办件。"}},
		{"procedure.yaml", "do: [{paper: lapse_notice}]", "do: []", []string{"删除  “逾期未补正，办结”不再：出具“逾期办结告知书”。", "删除  删除了文书“逾期办结告知书”。"}},
		{"forms/check.json", `"maxLength": 2000}
  },`, `"maxLength": 500}
  },`, []string{"收紧  表单 check的“意见”的 maxLength 由 2000 改为 500。"}},
		{"forms/finding.json", `"uphold": {"title": "异议成立，不予减免", "required": ["note"]}`, `"uphold": {"title": "异议成立，不予减免"}`, []string{
			"放宽  选“异议成立，不予减免”时不再必须填 note。"}},
		{"forms/objection.json", `"contact": {"title": "联系方式", "type": "string", "maxLength": 100}`, `"phone": {"title": "电话", "type": "string"}`, []string{
			"删除  表单 objection删除了字段“联系方式”（contact）。", "增加  表单 objection增加了字段“电话”（phone）。"}},
		{"params/rent/data.json", `"decide_days": {"value": 20`, `"decide_days": {"value": 15`, []string{
			"收紧  “审核期限”由 20 个工作日 改为 15 个工作日。", "收紧  参数“审核期限；方案未写数值”（rent.decide_days）由 20 改为 15 工作日。"}},
		{"rules/eligible.rego", "没有执行普惠价格，", "未执行普惠价格，", []string{"改动  rules/eligible.rego 有改动，影响见规则回测。"}},
		{"papers/decision_notice.html", "同意你机构", "现同意你机构", []string{"改动  文书“租金减免决定书”的内容有改动。"}},
	} {
		files := proceduretest.Folder(t, "rent_relief")
		proceduretest.Replace(t, files, c.file, c.old, c.with)
		after := proceduretest.Load(t, files)
		var got []string
		for _, change := range describe.Diff(before, after) {
			got = append(got, change.String())
		}
		require.Equal(t, c.want, got, c.with)
	}
	require.Empty(t, describe.Diff(before, before))
}

func TestRunningCasesGoForwardOnlyToWhatIsTheSameOrWider(t *testing.T) {
	before := proceduretest.Load(t, proceduretest.Folder(t, "rent_relief"))
	forward := func(changes ...string) []procedures.Problem {
		files := proceduretest.Folder(t, "rent_relief")
		proceduretest.Replace(t, files, "procedure.yaml", "running: stay", "running: forward")
		for i := 0; i < len(changes); i += 2 {
			proceduretest.Replace(t, files, "procedure.yaml", changes[i], changes[i+1])
		}
		after := proceduretest.Load(t, files)
		_, list := describe.Compare(before, after)
		return list
	}
	require.Empty(t, forward())
	require.Empty(t, forward("form: account, days: 10", "form: account, days: 12"))
	require.Empty(t, forward("title: 县区初审", "title: 区县初审"))
	require.Equal(t, "change.forward", forward("form: account, days: 10", "form: account, days: 5")[0].Code)
	require.Equal(t, "change.forward", forward("return: checking", "return: correcting")[0].Code)
}

func TestAMoveNamesTheStagesThatAreNoMore(t *testing.T) {
	before := proceduretest.Load(t, proceduretest.Folder(t, "rent_relief"))
	files := proceduretest.Folder(t, "rent_relief")
	proceduretest.Replace(t, files, "procedure.yaml", "running: stay", "running: map")
	proceduretest.Replace(t, files, "procedure.yaml", "bounced: account", "bounced: bank")
	proceduretest.Replace(t, files, "procedure.yaml", "  account:\n    title", "  bank:\n    title")
	files["migrate.yaml"] = &fstest.MapFile{Data: []byte("stages: {checking: checking}\n")}
	after := proceduretest.Load(t, files)
	_, list := describe.Compare(before, after)
	require.Equal(t, []procedures.Problem{{File: "migrate.yaml", Line: 1, Column: 1, Code: "change.map", Message: "running: map 要有 migrate.yaml，并且写明旧版每个环节的去向：没有写“account”。"}}, list)
	files["migrate.yaml"] = &fstest.MapFile{Data: []byte("stages: {account: bank}\n")}
	after = proceduretest.Load(t, files)
	_, list = describe.Compare(before, after)
	require.Empty(t, list)
}
