package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes"
	"tuoyu/processes/insurance"
	"tuoyu/testdata"
)

const insurerName = "示例财产保险公司甲"

// registersInsurer registers the insurer of the tests, as the city office.
func registersInsurer(t *testing.T, s *processes.Services) {
	t.Helper()
	_, err := s.PutInsurer(t.Context(), nursery.Principal{Account: "city-office", Role: nursery.RoleCityOffice, County: nursery.CityCode}, "insurer-01",
		nursery.Insurer{ID: "insurer-01", Name: insurerName, Phone: "0355-2021234"})
	require.NoError(t, err)
}

func TestTheRegisterOfInsurersIsWrittenByTheOfficesAndReadByThoseWhoSeeInsurance(t *testing.T) {
	d := newFixture(t)
	in := nursery.Insurer{ID: "insurer-01", Name: insurerName, Phone: "（0355）2021234"}
	for _, p := range everybody {
		put, err := d.PutInsurer(t.Context(), p, "put "+p.Account, in)
		switch p.Role {
		case nursery.RoleCountyOffice:
			require.NoError(t, err)
			require.Equal(t, insurance.RegisteredInsurer{Insurer: nursery.Insurer{ID: in.ID, Name: in.Name, Phone: "0355-2021234"}, County: county, CountyName: "潞州区"}, put)
			again, err := d.PutInsurer(t.Context(), p, "put "+p.Account, in)
			require.NoError(t, err)
			require.Equal(t, put, again)
		case nursery.RoleCityOffice:
			require.NoError(t, err)
			require.Equal(t, county, put.County) // still that of the office that registered it
		default:
			refused(t, err, casework.CodeForbidden)
		}
	}
	_, err := d.PutInsurer(t.Context(), anotherCounty, "another", in)
	refused(t, err, casework.CodeInsurerElsewhere)
	in.Name, in.EndedOn = "示例财产保险公司乙", nursery.NewDate(2026, 12, 1)
	_, err = d.PutInsurer(t.Context(), countyOffice, "again", in)
	require.NoError(t, err)
	_, err = d.PutInsurer(t.Context(), countyOffice, "again", nursery.Insurer{ID: "insurer-01", Name: "示例"})
	refused(t, err, casework.CodeKeyReused)
	require.Equal(t, []string{"insurer-01 140403 示例财产保险公司乙 0355-2021234 2026-12-01"},
		d.strings(`SELECT concat_ws(' ', id, county, name, phone, ended_on) FROM insurers`))

	for _, p := range everybody {
		list, err := insurance.Insurers.Page(t.Context(), d.Service, p, insurance.InsurerFilter{}, casework.PageRequest{})
		_, one := d.Insurer(t.Context(), p, "insurer-01")
		switch p.Role {
		case nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleInsurer:
			require.NoError(t, err, p.Role)
			require.Len(t, list.Items, 1)
			require.NoError(t, one)
		default:
			refused(t, err, casework.CodeForbidden)
			refused(t, one, casework.CodeForbidden)
		}
	}
	_, err = d.Insurer(t.Context(), insurer, "insurer-02")
	refused(t, err, casework.CodeNotFound)
}

// Row-level security by itself, without the rules of authz before it.
func TestPostgresKeepsTheRegisterOfInsurersFromOthers(t *testing.T) {
	d := newFixture(t)
	registersInsurer(t, d.Services)
	for _, p := range append([]nursery.Principal{anotherCounty}, everybody...) {
		d.execAs(p, `UPDATE insurers SET phone = phone || ',' || principal_role() || ' ' || principal_county()`)
	}
	require.Equal(t, []string{"0355-2021234,city_office 140400"}, d.strings(`SELECT phone FROM insurers`))
}

func TestWhatTheRegisterKeepsOfAnInsurerIsChecked(t *testing.T) {
	d := newFixture(t)
	d.exec(`INSERT INTO institutions (id, county, name, site_kind, status, updated_at) VALUES ('inst-9', '140404', '示例园', 'community', 'filed', now())`)
	for _, wrong := range []struct {
		in nursery.Insurer
		at []string
	}{
		{nursery.Insurer{ID: "a b", Name: "示例公司"}, []string{"/id"}},
		{nursery.Insurer{ID: "inst-9", Name: "示例公司"}, []string{"/id"}},
		{nursery.Insurer{ID: "insurer-01"}, []string{"/name"}},
		{nursery.Insurer{ID: "insurer-01", Name: "示例公司", Phone: "12"}, []string{"/phone"}},
	} {
		_, err := d.PutInsurer(t.Context(), city, "key "+wrong.in.ID+wrong.at[0], wrong.in)
		require.Equal(t, wrong.at, locations(refused(t, err, casework.CodeInvalid)))
	}
	require.Empty(t, d.strings(`SELECT id FROM insurers`))
}

func TestAMonthIsForARegisteredInsurerOrOneThatHasMonths(t *testing.T) {
	d := newFixture(t)
	_, err := d.StartInsurance(t.Context(), countyOffice, "k1", insuranceOf("2026-11"))
	require.Equal(t, []string{"/insurer"}, locations(refused(t, err, casework.CodeInvalid)))
	registersInsurer(t, d.Services)
	started, err := d.StartInsurance(t.Context(), countyOffice, "k2", insuranceOf("2026-10"))
	require.NoError(t, err)

	_, err = d.PutInsurer(t.Context(), city, "ended", nursery.Insurer{ID: "insurer-01", Name: insurerName, EndedOn: testdata.AsOf})
	require.NoError(t, err)
	choices, err := d.InsurersToday(t.Context(), countyOffice)
	require.NoError(t, err)
	require.Empty(t, choices)
	_, err = d.StartInsurance(t.Context(), countyOffice, "k3", insuranceOf("2026-09"))
	require.NoError(t, err, "a month that began before the end")
	d.execAs(city, `UPDATE insurers SET ended_on = '2026-11-01'`)
	_, err = d.StartInsurance(t.Context(), countyOffice, "k4", insuranceOf("2026-11"))
	require.Equal(t, []string{"/insurer"}, locations(refused(t, err, casework.CodeInvalid)))

	d.exec(`UPDATE insurance_batches SET insurer = 'insurer-09'`) // months from before there was a register
	old := insuranceOf("2026-11")
	old.Insurer = "insurer-09"
	_, err = d.StartInsurance(t.Context(), countyOffice, "k5", old)
	require.NoError(t, err)
	old.County = anotherCounty.County
	_, err = d.StartInsurance(t.Context(), anotherCounty, "k6", old)
	require.Equal(t, []string{"/insurer"}, locations(refused(t, err, casework.CodeInvalid)))
	month, err := d.InsuranceMonth(t.Context(), countyOffice, started.CaseNo)
	require.NoError(t, err)
	require.Equal(t, []string{"insurer-09", ""}, []string{month.Insurer, month.InsurerName})
}

func TestInsurersAreNamedWhereverARowIsSeen(t *testing.T) {
	d, caseNo := insuring(t)
	for _, p := range []nursery.Principal{countyOffice, city, auditor, insurer} {
		months, err := insurance.Months.Page(t.Context(), d.Service, p, insurance.InsuranceFilter{}, casework.PageRequest{})
		require.NoError(t, err)
		require.Equal(t, insurerName, months.Items[0].InsurerName, p.Role)
		month, err := d.InsuranceMonth(t.Context(), p, caseNo)
		require.NoError(t, err)
		require.Equal(t, insurerName, month.InsurerName, p.Role)
		counties, err := d.InsuranceReconciliation(t.Context(), p, "2026-11")
		require.NoError(t, err)
		require.Equal(t, insurerName, counties[0].InsurerName, p.Role)
	}
	own, err := d.OwnName(t.Context(), insurer)
	require.NoError(t, err)
	require.Equal(t, insurerName, own)
}
