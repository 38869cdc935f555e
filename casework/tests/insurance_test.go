package tests

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/insurance"
	"tuoyu/testdata"
)

var (
	insurer = nursery.Principal{Account: "insurer", Role: nursery.RoleInsurer, County: "140400", Institution: "insurer-01"}
)

func insuranceOf(month string) insurance.InsuranceStart {
	return insurance.InsuranceStart{
		County: "140403", Month: month, Insurer: "insurer-01", Procurement: "政府采购合同，市卫健委存档", Perils: nursery.Perils(),
		Basis: &nursery.InsuranceBasis{Document: "长治市婴幼儿意外伤害险采购文件", Article: "第三条"},
	}
}

// insuring opens a test environment with the month of 潞州区 opened.
func insuring(t *testing.T) (*fixture, string) {
	t.Helper()
	d := newFixture(t)
	registersInsurer(t, d.Services)
	started, err := d.StartInsurance(t.Context(), countyOffice, "month", insuranceOf("2026-11"))
	require.NoError(t, err)
	return d, started.CaseNo
}

// child returns the n-th generated child, and twin lines changed by set.
func child(n int, set map[string]string) []string {
	line := testdata.InsuredChild("140403", n, nursery.NewDate(2026, 11, 2), 30)
	for column, value := range set {
		line[slices.Index(testdata.RosterHead, column)] = value
	}
	return line
}

func (d *fixture) roster(key, caseNo string, lines ...[]string) insurance.InsuranceRoster {
	d.t.Helper()
	report, err := d.TakeRosterFile(d.t.Context(), countyOffice, key, caseNo, "civil", bytes.NewReader(testdata.RosterCSV(lines...)))
	require.NoError(d.t, err)
	return report
}

func TestAnInsuranceMonthIsOpenedOnceForACounty(t *testing.T) {
	d := newFixture(t)
	registersInsurer(t, d.Services)
	for _, who := range []nursery.Principal{clerk, supervisor, insurer, auditor} {
		_, err := d.StartInsurance(t.Context(), who, "k", insuranceOf("2026-11"))
		require.Error(t, err, who.Account)
	}
	_, err := d.StartInsurance(t.Context(), anotherCounty, "k", insuranceOf("2026-11"))
	refused(t, err, casework.CodeNotFound)
	wrong := insuranceOf("2026-12")
	wrong.Perils, wrong.CoverFrom = []nursery.Peril{nursery.PerilInjury}, nursery.NewDate(2026, 10, 1)
	_, err = d.StartInsurance(t.Context(), countyOffice, "k", wrong)
	require.Equal(t, []string{"/cover_from", "/month", "/perils"}, locations(refused(t, err, casework.CodeInvalid)))
	require.Empty(t, d.strings(`SELECT case_no FROM cases`))

	started, err := d.StartInsurance(t.Context(), countyOffice, "k", insuranceOf("2026-11"))
	require.NoError(t, err)
	again, err := d.StartInsurance(t.Context(), countyOffice, "k", insuranceOf("2026-11"))
	require.NoError(t, err)
	require.Equal(t, started, again)
	_, err = d.StartInsurance(t.Context(), city, "k2", insuranceOf("2026-11"))
	refused(t, err, casework.CodeInsuranceStarted)
	_, err = d.StartInsurance(t.Context(), city, "k3", insuranceOf("2026-10"))
	require.NoError(t, err)
	require.Equal(t, []string{"insurer-01 2026-11 insurance-140403"}, d.strings(`SELECT partner || ' ' || about || ' ' || institution FROM cases WHERE case_no = $1`, started.CaseNo))
	require.Equal(t, []string{"2026-12-01"}, d.strings(`SELECT cover_from::text FROM insurance_batches WHERE case_no = $1`, started.CaseNo))
}

func TestARosterOfAMonthIsTakenRowByRow(t *testing.T) {
	d, caseNo := insuring(t)
	first := child(1, nil)
	report := d.roster("r1", caseNo, first,
		child(2, map[string]string{"证件号码": "140403202401010015"}),
		child(3, map[string]string{"出生日期": "2026-02-30"}),
		child(4, map[string]string{"姓名": "", "性别": "未知"}),
		first,
		child(6, map[string]string{"证件类型": "出生医学证明", "证件号码": "x140000001"}),
		child(7, map[string]string{"证件类型": "出生医学证明", "证件号码": "140000001"}),
		child(8, map[string]string{"告知日期": "2026/11/1", "新生儿": "也许"}),
		child(9, nil))
	require.Equal(t, []insurance.InsuranceFault{
		{Row: 3, Cell: "C3", Column: "证件号码", Message: report.Faults[0].Message},
		{Row: 4, Cell: "D4", Column: "出生日期", Message: "日期不存在,请核对年月日"},
		{Row: 5, Cell: "A5", Column: "姓名", Message: "请填写姓名"},
		{Row: 5, Cell: "E5", Column: "性别", Message: "请选择性别"},
		{Row: 6, Cell: "C6", Column: "证件号码", Message: "与第 2 行证件号码相同"},
		{Row: 8, Cell: "C8", Column: "证件号码", Message: "出生医学证明编号应为1位字母和9位数字"},
		{Row: 9, Cell: "M9", Column: "新生儿", Message: "应为是或否"},
	}, report.Faults)
	require.Equal(t, []int{9, 3, 0, 6}, []int{report.Rows, report.Added, report.Updated, report.Refused})
	require.Equal(t, []string{"3"}, d.strings(`SELECT count(*)::text FROM children`))
	require.NotContains(t, fmt.Sprint(d.strings(`SELECT faults::text FROM insurance_uploads`)), "140403202401010015")

	again := d.roster("r1", caseNo, first,
		child(2, map[string]string{"证件号码": "140403202401010015"}),
		child(3, map[string]string{"出生日期": "2026-02-30"}),
		child(4, map[string]string{"姓名": "", "性别": "未知"}),
		first,
		child(6, map[string]string{"证件类型": "出生医学证明", "证件号码": "x140000001"}),
		child(7, map[string]string{"证件类型": "出生医学证明", "证件号码": "140000001"}),
		child(8, map[string]string{"告知日期": "2026/11/1", "新生儿": "也许"}),
		child(9, nil))
	require.Equal(t, report.Number, again.Number)
	resent := d.roster("r2", caseNo, first, child(9, nil), child(10, nil))
	require.Equal(t, []int{3, 1, 2, 0}, []int{resent.Rows, resent.Added, resent.Updated, resent.Refused})
	require.Equal(t, []string{"4 4"}, d.strings(`SELECT (SELECT count(*) FROM children) || ' ' || (SELECT count(*) FROM insurance_roster)`))

	_, err := d.TakeRosterFile(t.Context(), countyOffice, "r3", caseNo, "civil", bytes.NewReader([]byte("姓名,性别\n甲,男\n")))
	require.Equal(t, "缺少栏目：证件号码、出生日期、户籍情况", refused(t, err, casework.CodeRosterFile).Fields[0].Message)
	for _, who := range []nursery.Principal{anotherCounty, insurer, clerk} {
		_, err := d.TakeRoster(t.Context(), who, "r4", caseNo, insurance.InsurancePage{Source: "civil"})
		require.Error(t, err, who.Account)
	}
	kept, err := d.RosterReport(t.Context(), countyOffice, caseNo, 1)
	require.NoError(t, err)
	require.Equal(t, report.Faults, kept.Faults)
}

func TestAChildOfAnotherCountyIsNotTakenOver(t *testing.T) {
	d, caseNo := insuring(t)
	d.roster("r1", caseNo, child(1, nil))
	in := insuranceOf("2026-11")
	in.County = "140404"
	other, err := d.StartInsurance(t.Context(), anotherCounty, "other", in)
	require.NoError(t, err)
	report, err := d.TakeRosterFile(t.Context(), anotherCounty, "r2", other.CaseNo, "health", bytes.NewReader(testdata.RosterCSV(child(1, nil), child(2, nil))))
	require.NoError(t, err)
	require.Equal(t, []insurance.InsuranceFault{{Row: 2, Cell: "C2", Column: "证件号码", Message: "该证件号码已在其他县区登记，请核对居住地"}}, report.Faults)
	require.Equal(t, []string{"140403 1", "140404 1"}, d.strings(`SELECT county || ' ' || count(*) FROM children GROUP BY county ORDER BY county`))
}

func TestWhatNamesAChildIsSealed(t *testing.T) {
	d, caseNo := insuring(t)
	line := child(1, map[string]string{"监护人姓名": "监护人一", "监护人电话": "13900000001"})
	d.roster("r1", caseNo, line)
	stored := fmt.Sprint(d.strings(`SELECT c::text || r::text FROM children c JOIN insurance_roster r ON r.child = c.id`),
		d.strings(`SELECT to_jsonb(e)::text FROM case_events e`), d.strings(`SELECT k::text FROM idempotency_keys k`))
	for _, plain := range []string{line[0], line[2], "监护人一", "13900000001"} {
		require.NotContains(t, stored, plain)
		require.NotContains(t, stored, fmt.Sprintf("%x", plain))
	}
}
