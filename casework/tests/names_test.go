package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/attendance"
	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/processes/checkup"
	"tuoyu/processes/contract"
	"tuoyu/testdata"
)

// readers see children by their codes alone.
var readers = []nursery.Principal{countyOffice, city, supervisor, auditor}

// warning is a finding that opens a referral.
var warning = nursery.CheckedItem{Item: nursery.ItemDevelopment, Done: true, Result: nursery.FoundAbnormal, Signs: []int{1, 2}}

func TestWhoLooksAfterChildrenSeesThemByName(t *testing.T) {
	d, round, ids := examined(t)
	name := enrolment(1).Child.Name
	list, err := children.Children.Page(t.Context(), d.Service, first, children.EnrolmentFilter{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, list.Items, 3)
	require.Equal(t, name, list.Items[0].Name)
	served, err := children.Children.Page(t.Context(), d.Service, clinic, children.EnrolmentFilter{Institution: first.Institution}, casework.PageRequest{})
	require.NoError(t, err)
	require.Equal(t, name, served.Items[0].Name)

	day := testdata.AsOf
	sheet, err := d.PutAttendance(t.Context(), first, "att", attendance.AttendanceEntry{
		Class: "乳儿班", On: day, Children: []attendance.AttendanceLine{{Child: ids[0], State: nursery.Present}},
	})
	require.NoError(t, err)
	for _, c := range sheet.Children {
		require.Empty(t, c.Name, "what is stored for a repeat names nobody")
	}
	names := func(sheet attendance.AttendanceSheet) map[string]string {
		by := map[string]string{}
		for _, c := range sheet.Children {
			by[c.Child] = c.Name
		}
		return by
	}
	for range 3 {
		sheet, err = d.Attendance(t.Context(), first, "乳儿班", day)
		require.NoError(t, err)
		require.Equal(t, name, names(sheet)[ids[0]])
	}
	month, err := d.AttendanceMonth(t.Context(), first, day)
	require.NoError(t, err)
	require.Equal(t, name, month[0].Name)

	done, err := d.record("thin", round, weighed(ids[0], 10.4, 79.5, warning))
	require.NoError(t, err)
	referral := done.Children[0].Referral
	require.NotEmpty(t, referral)
	phone := enrolment(1).Child.GuardianPhone
	for _, p := range []nursery.Principal{first, clinic} {
		referred, err := checkup.Referrals.Page(t.Context(), d.Service, p, checkup.ReferralFilter{}, casework.PageRequest{})
		require.NoError(t, err)
		require.Equal(t, name, referred.Items[0].ChildName)
		detail, err := d.Referral(t.Context(), p, referral)
		require.NoError(t, err)
		require.Equal(t, name, detail.ChildName)
		require.Equal(t, phone, detail.GuardianPhone)
	}
	require.ElementsMatch(t, []string{
		"名册 3 institution-140403-01 enrolment name", "名册 3 clinic-140403-1 checkup name", "考勤 3 institution-140403-01 enrolment name",
		"考勤月合计 1 institution-140403-01 enrolment name", "转诊 1 institution-140403-01 checkup name", "转诊 1 clinic-140403-1 checkup name",
	}, d.lines(nursery.ReadChildNames), "one line a list, reader and day")
	require.Equal(t, []string{"findings,name,guardian_phone", "findings,name,guardian_phone"},
		d.strings(`SELECT array_to_string(fields, ',') FROM record_reads WHERE subject = 'child' AND child = $1`, ids[0]))
}

func TestOfficesSeeChildrenByCodeAlone(t *testing.T) {
	d, round, ids := examined(t)
	done, err := d.record("thin", round, weighed(ids[0], 10.4, 79.5, warning))
	require.NoError(t, err)
	for _, p := range readers {
		list, err := children.Children.Page(t.Context(), d.Service, p, children.EnrolmentFilter{Purpose: nursery.ReadForSupervision}, casework.PageRequest{})
		if err == nil {
			for _, c := range list.Items {
				require.Empty(t, c.Name, p.Role)
			}
		}
		referred, err := checkup.Referrals.Page(t.Context(), d.Service, p, checkup.ReferralFilter{}, casework.PageRequest{})
		if err == nil {
			for _, r := range referred.Items {
				require.Empty(t, r.ChildName, p.Role)
			}
		}
		detail, err := d.Referral(t.Context(), p, done.Children[0].Referral)
		if err == nil {
			require.Empty(t, detail.ChildName, p.Role)
			require.Empty(t, detail.GuardianPhone, p.Role)
		}
	}
	seen, err := checkup.Referrals.Page(t.Context(), d.Service, countyOffice, checkup.ReferralFilter{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, seen.Items, 1, "the county's office sees that there is one")
	require.Empty(t, d.lines(nursery.ReadChildNames))
}

func TestAChildThatLeftIsACodeAgain(t *testing.T) {
	d := caring(t)
	id := d.enrolled(first, 1)
	_, err := d.EndEnrolment(t.Context(), first, "leave", id, children.Leaving{Leave: nursery.LeaveTransferred, LeftOn: testdata.AsOf})
	require.NoError(t, err)
	list, err := children.Children.Page(t.Context(), d.Service, first, children.EnrolmentFilter{Ended: true}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	require.Empty(t, list.Items[0].Name)
	require.Empty(t, d.lines(nursery.ReadChildNames))
}

func TestListsStandWithoutNamesWhereThereAreNoKeys(t *testing.T) {
	d := caring(t)
	id := d.enrolled(first, 1)
	d.Deps.Fields = nil
	sheet, err := d.Attendance(t.Context(), first, "乳儿班", testdata.AsOf)
	require.NoError(t, err)
	require.Equal(t, id, sheet.Children[0].Child)
	require.Empty(t, sheet.Children[0].Name)
}

func TestInstitutionsAndClinicsAreNamedWhereverARowIsSeen(t *testing.T) {
	d, round, _ := examined(t)
	d.exec(`UPDATE institutions SET name = '阳光托育园' WHERE id = $1`, first.Institution)
	const clinicName = "示例社区卫生服务中心"
	for _, p := range []nursery.Principal{first, clinic, countyOffice, city, auditor} {
		contracts, err := contract.Contracts.Page(t.Context(), d.Service, p, contract.ContractFilter{}, casework.PageRequest{})
		require.NoError(t, err)
		require.NotEmpty(t, contracts.Items, p.Role)
		require.Equal(t, "阳光托育园", contracts.Items[0].InstitutionName, p.Role)
		require.Equal(t, clinicName, contracts.Items[0].ClinicName, p.Role)
		detail, err := d.Contract(t.Context(), p, contracts.Items[0].CaseNo)
		require.NoError(t, err)
		require.Equal(t, "阳光托育园", detail.InstitutionName, p.Role)
		seen, err := d.Checkup(t.Context(), p, round)
		require.NoError(t, err)
		require.Equal(t, "阳光托育园", seen.InstitutionName, p.Role)
		require.Equal(t, clinicName, seen.ClinicName, p.Role)
		rounds, err := checkup.Rounds.Page(t.Context(), d.Service, p, checkup.CheckupFilter{}, casework.PageRequest{})
		require.NoError(t, err)
		for _, r := range rounds.Items {
			require.NotEmpty(t, r.InstitutionName, p.Role)
		}
	}
	own, err := d.OwnName(t.Context(), first)
	require.NoError(t, err)
	require.Equal(t, "阳光托育园", own)
	own, err = d.OwnName(t.Context(), clinic)
	require.NoError(t, err)
	require.Equal(t, clinicName, own)
	own, err = d.OwnName(t.Context(), countyOffice)
	require.NoError(t, err)
	require.Empty(t, own)
}

func TestTheInboxNamesInstitutionsAndIsSearchedByThem(t *testing.T) {
	d := newFixture(t)
	caseNo, _ := d.withTask("clerk", "filing.review", "accept")
	d.exec(`UPDATE institutions SET name = '阳光托育园'`)
	name := func(p nursery.Principal, query string) []string {
		list, err := casework.Tasks.Page(t.Context(), d.Service, p, casework.TaskFilter{Query: query}, casework.PageRequest{})
		require.NoError(t, err)
		counts, err := d.TaskCounts(t.Context(), p, casework.TaskFilter{Query: query})
		require.NoError(t, err)
		require.Len(t, list.Items, counts.All)
		var names []string
		for _, task := range list.Items {
			require.Equal(t, caseNo, task.CaseNo)
			names = append(names, task.InstitutionName)
		}
		return names
	}
	for _, query := range []string{"", "阳光", applicant.Institution} {
		require.Equal(t, []string{"阳光托育园"}, name(clerk, query), query)
	}
	require.Empty(t, name(clerk, "月光"))
	require.Empty(t, name(stranger, "阳光"), "another county's")
	for _, query := range []string{"阳_托", "阳%园", "%"} {
		require.Empty(t, name(clerk, query), query)
	}
	d.exec(`UPDATE institutions SET name = '阳光_100%托育园'`)
	for _, query := range []string{"光_1", "100%托"} {
		require.Equal(t, []string{"阳光_100%托育园"}, name(clerk, query), query)
	}
}
