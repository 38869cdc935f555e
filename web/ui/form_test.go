package ui

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

// What is shown in the form of an application and sent back unchanged is the same application.
func TestAFormLosesNothingOfAnApplication(t *testing.T) {
	for _, name := range testdata.Names() {
		a, err := testdata.Application(name)
		require.NoError(t, err)
		form := FormOf(SchemaOf[nursery.Application](), a)
		raw, err := json.Marshal(form.Decode())
		require.NoError(t, err)
		require.Empty(t, form.Faults, name)
		var back nursery.Application
		require.NoError(t, json.Unmarshal(raw, &back))
		want, err := json.Marshal(a)
		require.NoError(t, err)
		got, err := json.Marshal(back)
		require.NoError(t, err)
		require.JSONEq(t, string(want), string(got), name)
	}
}

func TestMoneyIsAskedInYuanAndKeptInFen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(-1e9, 1e9).Draw(t, "fen")
		form := BoundForm{Shape: FormSchema{Kind: KindGroup, Fields: []FormSchema{{Name: "fen", Kind: KindMoney}}}, Values: url.Values{"/fen": {Yuan(fen)}}}
		got := form.Decode()
		if len(form.Faults) > 0 || got.(map[string]any)["fen"] != fen {
			t.Fatalf("%s became %v, %v", Yuan(fen), got, form.Faults)
		}
	})
}

func TestWhatCannotBeReadIsAFaultAtItsField(t *testing.T) {
	s := FormSchema{Kind: KindGroup, Fields: []FormSchema{
		{Name: "seats", Kind: KindWhole}, {Name: "area", Kind: KindDecimal}, {Name: "fen", Kind: KindMoney}, {Name: "storeys", Kind: KindWholes},
	}}
	form := BoundForm{Shape: s, Values: url.Values{"/seats": {"三十"}, "/area": {"NaN"}, "/fen": {"1.005"}, "/storeys": {"1，二"}}}
	form.Decode()
	require.Equal(t, []casework.FieldError{
		{Location: "/seats", Message: "应为整数"}, {Location: "/area", Message: "应为数字"},
		{Location: "/fen", Message: "应为金额，最多两位小数"}, {Location: "/storeys", Message: "应为整数，多个以逗号分开"},
	}, form.Faults)
}

func TestATextIsReadAsItIsMeant(t *testing.T) {
	for _, c := range []struct {
		field      FormSchema
		text, want string
	}{
		{FormSchema{Name: "uscc", Kind: KindText}, " ５２１４０４０３ＭＪＹ００１０２０Ｊ", "52140403MJY001020J"},
		{FormSchema{Name: "phone", Kind: KindText}, "０３５５－２０２０００２", "0355-2020002"},
		{FormSchema{Name: "name", Kind: KindText}, "　示例（第１）托育园，乙　", "示例（第1）托育园，乙"},
		{FormSchema{Name: "seats", Kind: KindWhole}, "１，２００", "1200"},
		{FormSchema{Name: "area", Kind: KindDecimal}, "４２０．５", "420.5"},
		{FormSchema{Name: "fen", Kind: KindMoney}, "1,580.00", "1580.00"},
		{FormSchema{Name: "on", Kind: KindDate}, "2024年1月3日", "2024-01-03"},
		{FormSchema{Name: "on", Kind: KindDate}, "2024.1.3", "2024-01-03"},
		{FormSchema{Name: "on", Kind: KindDate}, "2024/11/13", "2024-11-13"},
		{FormSchema{Name: "on", Kind: KindDate}, "明天", "明天"},
	} {
		require.Equal(t, c.want, tidy(c.field, c.text), c.text)
	}
}

func TestAFieldIsCalledAsPeopleCallIt(t *testing.T) {
	for _, c := range []struct {
		kind        FieldKind
		label, want string
	}{
		{KindChoice, "县区代码", "县区"}, {KindChoice, "检查人员账号", "检查人员"}, {KindFile, "附件编号", "附件"}, {KindFiles, "照片的附件编号", "照片的附件"},
		{KindChoice, "编号", "编号"}, {KindMoney, "金额, 单位分", "金额"}, {KindText, "统一社会信用代码", "统一社会信用代码"}, {KindText, "班级编号", "班级编号"},
	} {
		require.Equal(t, c.want, FormSchema{Kind: c.kind, Label: c.label}.Title())
	}
}

func TestBlankRowsAndFieldsAreLeftOut(t *testing.T) {
	s := SchemaOf[nursery.Application]()
	form := BoundForm{Shape: s, Values: url.Values{
		"/classes/_rows": {"0", "3", "x", "-1"}, "/classes/0/id": {" "}, "/classes/3/id": {"c-1"}, "/classes/3/seats": {"20"}, "/meals": {""}, "/inclusive": {"false"},
	}}
	raw, err := json.Marshal(form.Decode())
	require.NoError(t, err)
	require.JSONEq(t, `{"classes":[{"id":"c-1","seats":20}],"inclusive":false}`, string(raw))
}

func TestASchemaKeepsTheOrderPeopleAreAskedIn(t *testing.T) {
	s, err := ReadSchema(json.RawMessage(`{"type":"object","required":["b"],"properties":{
		"b":{"type":"string","title":"乙","maxLength":500},"a":{"type":"integer","title":"甲","minimum":1},
		"list":{"type":"array","title":"项","items":{"type":"object","properties":{"severity":{"type":"string","enum":["minor","serious"],"title":"程度"}}}},
		"attachments":{"type":"array","title":"照片","items":{"type":"string"}},"on":{"type":"string","format":"date","title":"日期"}}}`))
	require.NoError(t, err)
	var got []string
	for _, f := range s.Fields {
		got = append(got, f.Name+" "+string(f.Kind))
	}
	require.Equal(t, []string{"b area", "a whole", "list list", "attachments files", "on date"}, got)
	require.True(t, s.Fields[0].Required)
	require.Equal(t, []Option{{"minor", "轻微"}, {"serious", "严重"}}, s.Fields[2].Fields[0].Options)
}

func TestAFaultIsNamedByTheLabelsOnItsWay(t *testing.T) {
	require.Equal(t, "班级 · 第 2 项 · 托位数：", LabelAt(SchemaOf[nursery.Application](), "/classes/1/seats"))
	require.Empty(t, LabelAt(SchemaOf[nursery.Application](), "/nothing"))
}

func TestAPartOfAFormKeepsTheOrderItIsAskedFor(t *testing.T) {
	part := SchemaOf[nursery.Application]().Only("classes", "nothing", "site_kind")
	require.Equal(t, []string{"classes", "site_kind"}, []string{part.Fields[0].Name, part.Fields[1].Name})
	require.Len(t, part.Fields, 2)
	require.Equal(t, "—", ShortDate(nursery.Date{}))
	require.Equal(t, "2026-11-26", ShortDate(nursery.NewDate(2026, 11, 26)))
}

func TestAHintThatRepeatsTheOptionsIsLeftOut(t *testing.T) {
	premises := SchemaOf[nursery.Premises]()
	for name, hint := range map[string]string{"tenure": "", "outdoor": "", "site_safe": "自然条件、交通、卫生环境良好, 远离有害建筑与污染, 满足抗震消防疏散要求"} {
		f, ok := premises.Field(name)
		require.True(t, ok)
		require.Equal(t, hint, f.Hint, name)
	}
}
