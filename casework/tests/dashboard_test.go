package tests

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/offices"
	"tuoyu/registry"
	"tuoyu/store"
)

var (
	otherSuper = nursery.Principal{Account: "supervisor-140404", Role: nursery.RoleSupervisor, County: "140404"}
	everybody  = []nursery.Principal{applicant, clerk, supervisor, inspector, clinic, countyOffice, city, insurer, auditor, market, admin, finance, cityFinance, author, approver}
	deskToday  = nursery.NewDate(2026, 11, 2) // a Monday; it is today at newFixture
)

func TestEveryMethodOfTheDeskIsForItsRoles(t *testing.T) {
	d := newFixture(t)
	ctx := t.Context()
	week := offices.AbsenceRequest{FromOn: deskToday, UntilOn: deskToday.AddDays(6), Delegate: "clerk-140403-2"}
	anybody := nursery.Roles()
	for name, tt := range map[string]struct {
		ask     func(p nursery.Principal) error
		allowed []nursery.Role
	}{
		"workload": {func(p nursery.Principal) error { _, err := d.Workload(ctx, p); return err },
			[]nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice}},
		"counts": {func(p nursery.Principal) error { _, err := d.TaskCounts(ctx, p, casework.TaskFilter{}); return err },
			[]nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleHospital,
				nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleInsurer, nursery.RoleAuditor, nursery.RoleFinance, nursery.RoleCityFinance}},
		"overdue": {func(p nursery.Principal) error { _, err := d.OverdueByOffice(ctx, p); return err },
			[]nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}},
		"targets": {func(p nursery.Principal) error { _, err := d.Targets(ctx, p); return err },
			[]nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}},
		"rules": {func(p nursery.Principal) error { _, err := d.RulePacks(ctx, p); return err },
			[]nursery.Role{nursery.RoleSupervisor, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator,
				nursery.RoleProcedureAuthor, nursery.RoleProcedureApprover}},
		"calendar": {func(p nursery.Principal) error { _, err := d.CalendarYears(ctx, p); return err },
			[]nursery.Role{nursery.RoleSupervisor, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}},
		"filters": {func(p nursery.Principal) error { _, err := d.SavedFilters(ctx, p, "tasks"); return err }, anybody},
		"save a filter": {func(p nursery.Principal) error {
			_, err := d.SaveFilter(ctx, p, key(), offices.SavedFilter{Room: "tasks", Name: "逾期", Query: "view=overdue"})
			return err
		}, anybody},
		"absences": {func(p nursery.Principal) error {
			_, err := offices.Absences.Page(ctx, d.Service, p, struct{}{}, casework.PageRequest{})
			return err
		},
			[]nursery.Role{nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice,
				nursery.RoleAuditor, nursery.RoleAdministrator}},
		"an absence of their own": {func(p nursery.Principal) error {
			own := week
			own.Delegate = d.deputy(p)
			_, err := d.SetAbsence(ctx, p, key(), own)
			return err
		},
			[]nursery.Role{nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice,
				nursery.RoleAdministrator}},
	} {
		t.Run(name, func(t *testing.T) {
			var allowed []nursery.Role
			for _, p := range everybody {
				err := tt.ask(p)
				if err == nil {
					allowed = append(allowed, p.Role)
					continue
				}
				e := refused(t, err, casework.CodeForbidden, casework.CodeNotFound)
				require.NotEmpty(t, e.Message)
			}
			require.ElementsMatch(t, tt.allowed, allowed)
		})
	}
}

// tasks puts n open tasks to a role of a county, due on the day.
func (d *fixture) tasks(caseNo, name, in string, role nursery.Role, assignee string, n int, due nursery.Date, excluded ...string) {
	d.t.Helper()
	if excluded == nil {
		excluded = []string{}
	}
	d.exec(`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, assignee, outcomes, excluded, due_on, opened_at)
		SELECT $2 || n, $1, 'filing.review', '核对备案材料', $3, 'inst-140403-01', $4, nullif($5, ''), '{accept}', $6, $7, now()
		FROM generate_series(1, $8::int) n`, caseNo, name, in, string(role), assignee, excluded, due, n)
}

func TestTheWorkloadIsTheOfficesOwn(t *testing.T) {
	d := newFixture(t)
	caseNo, _ := d.withTask("clerk", "filing.review", "accept") // nobody's, due in a week
	d.tasks(caseNo, "A", county, nursery.RoleClerk, clerk.Account, 2, deskToday.AddDays(-1))
	d.tasks(caseNo, "B", county, nursery.RoleClerk, clerk.Account, 3, deskToday.AddDays(1))
	d.tasks(caseNo, "C", county, nursery.RoleInspector, inspector.Account, 1, deskToday.AddDays(2))
	d.tasks(caseNo, "D", county, nursery.RoleInspector, "", 4, deskToday)
	d.tasks(caseNo, "E", county, nursery.RoleInstitution, "", 9, deskToday)
	d.tasks(caseNo, "F", "140404", nursery.RoleClerk, "", 9, deskToday)
	require.NoError(t, d.db.As(t.Context(), supervisor, func(q *store.Queries) error {
		return q.Exec(t.Context(), `INSERT INTO inspectors (account, county, number, on_duty, updated_by, updated_at) VALUES
			('inspector-140403-2', '140403', 'N2', true, 'x', now()), ('inspector-140403-3', '140403', 'N3', false, 'x', now())`)
	}))
	_, err := d.SetAbsence(t.Context(), supervisor, key(), offices.AbsenceRequest{
		Account: second.Account, FromOn: deskToday, UntilOn: deskToday.AddDays(4), Delegate: inspector.Account,
	})
	require.NoError(t, err)
	for _, who := range []nursery.Principal{supervisor, countyOffice} {
		lines, err := d.Workload(t.Context(), who)
		require.NoError(t, err)
		require.Equal(t, []offices.WorkloadLine{
			{Open: 5, Due: 4},
			{Account: clerk.Account, Role: nursery.RoleClerk, RoleTitle: "受理审核人员", Open: 5, Due: 5, Overdue: 2},
			{Account: inspector.Account, Role: nursery.RoleInspector, RoleTitle: "监督检查人员", Open: 1},
			{Account: second.Account, Role: nursery.RoleInspector, RoleTitle: "监督检查人员", AbsentUntil: deskToday.AddDays(4), Delegate: inspector.Account},
		}, lines)
	}
	lines, err := d.Workload(t.Context(), otherSuper)
	require.NoError(t, err)
	require.Equal(t, []offices.WorkloadLine{{Open: 9, Due: 9}}, lines)
}

func TestWhatIsLateIsCountedOfficeByOffice(t *testing.T) {
	d := newFixture(t)
	caseNo, _ := d.withTask("clerk", "filing.review", "accept")
	d.tasks(caseNo, "A", county, nursery.RoleClerk, clerk.Account, 2, deskToday.AddDays(-3))
	d.tasks(caseNo, "B", county, nursery.RoleInspector, "", 1, deskToday)
	d.tasks(caseNo, "C", "140404", nursery.RoleClerk, "", 3, deskToday.AddDays(-1))
	d.exec(`UPDATE tasks SET escalated_at = now() WHERE id = 'A1'`)
	d.exec(`UPDATE tasks SET due_on = NULL WHERE id = 'B1'`)
	here := []offices.OverdueLine{
		{County: county, CountyName: "潞州区", Role: nursery.RoleClerk, RoleTitle: "受理审核人员", Open: 3, Overdue: 2, Escalated: 1, OldestDue: deskToday.AddDays(-3)},
		{County: county, CountyName: "潞州区", Role: nursery.RoleInspector, RoleTitle: "监督检查人员", Open: 1},
	}
	there := offices.OverdueLine{
		County: "140404", CountyName: "上党区", Role: nursery.RoleClerk, RoleTitle: "受理审核人员", Open: 3, Overdue: 3, OldestDue: deskToday.AddDays(-1),
	}
	for _, tt := range []struct {
		who  nursery.Principal
		want []offices.OverdueLine
	}{
		{supervisor, here}, {countyOffice, here}, {otherSuper, []offices.OverdueLine{there}},
		{city, append(here[:2:2], there)}, {auditor, append(here[:2:2], there)}, {admin, append(here[:2:2], there)},
	} {
		lines, err := d.OverdueByOffice(t.Context(), tt.who)
		require.NoError(t, err)
		require.Equal(t, tt.want, lines, tt.who.Account)
	}
}

func TestTheInboxIsCountedAsItIsListed(t *testing.T) {
	d := newFixture(t)
	caseNo, _ := d.withTask("clerk", "filing.review", "accept") // due in five working days, nobody's
	d.tasks(caseNo, "A", county, nursery.RoleClerk, clerk.Account, 2, deskToday.AddDays(-1))
	d.tasks(caseNo, "B", county, nursery.RoleInspector, "", 1, deskToday.AddDays(1))
	d.tasks(caseNo, "C", "140404", nursery.RoleClerk, "", 1, deskToday)
	d.tasks(caseNo, "D", county, nursery.RoleInstitution, "", 1, deskToday)
	for _, tt := range []struct {
		who    nursery.Principal
		filter casework.TaskFilter
		want   casework.TaskCounts
	}{
		{clerk, casework.TaskFilter{}, casework.TaskCounts{All: 3, Mine: 2, Claimable: 1, Due: 2, Overdue: 2}},
		{clerk, casework.TaskFilter{View: casework.ViewOverdue}, casework.TaskCounts{All: 3, Mine: 2, Claimable: 1, Due: 2, Overdue: 2}},
		{clerk, casework.TaskFilter{Kind: "filing.rectify"}, casework.TaskCounts{}},
		{clerk, casework.TaskFilter{Role: nursery.RoleInspector}, casework.TaskCounts{All: 3, Mine: 2, Claimable: 1, Due: 2, Overdue: 2}},
		{supervisor, casework.TaskFilter{}, casework.TaskCounts{All: 5, Claimable: 3, Due: 4, Overdue: 2}},
		{supervisor, casework.TaskFilter{Role: nursery.RoleInspector}, casework.TaskCounts{All: 1, Claimable: 1, Due: 1}},
		{applicant, casework.TaskFilter{}, casework.TaskCounts{All: 1, Claimable: 1, Due: 1}},
		{clinic, casework.TaskFilter{}, casework.TaskCounts{}},
		{city, casework.TaskFilter{}, casework.TaskCounts{All: 6, Claimable: 4, Due: 5, Overdue: 2}},
		{city, casework.TaskFilter{County: "140404"}, casework.TaskCounts{All: 1, Claimable: 1, Due: 1}},
		{city, casework.TaskFilter{Role: nursery.RoleClerk}, casework.TaskCounts{All: 4, Claimable: 2, Due: 3, Overdue: 2}},
		{clerk, casework.TaskFilter{Query: caseNo}, casework.TaskCounts{All: 3, Mine: 2, Claimable: 1, Due: 2, Overdue: 2}},
		{city, casework.TaskFilter{Query: "inst-140403-01", Role: nursery.RoleInspector}, casework.TaskCounts{All: 1, Claimable: 1, Due: 1}},
	} {
		counts, err := d.TaskCounts(t.Context(), tt.who, tt.filter)
		require.NoError(t, err)
		require.Equal(t, tt.want, counts, "%s %+v", tt.who.Account, tt.filter)
	}
	d.tasks(caseNo, "M", county, nursery.RoleClerk, "", 1500, deskToday)
	counts, err := d.TaskCounts(t.Context(), clerk, casework.TaskFilter{})
	require.NoError(t, err)
	require.Equal(t, casework.TaskCounts{All: 100, Mine: 2, Claimable: 100, Due: 100, Overdue: 2}, counts)
}

func TestTheInboxIsSearchedByCaseAndInstitutionAndNarrowedByRole(t *testing.T) {
	d := newFixture(t)
	caseNo, _ := d.withTask("clerk", "filing.review", "accept")
	d.tasks(caseNo, "A", county, nursery.RoleClerk, clerk.Account, 5, deskToday)
	d.tasks(caseNo, "B", county, nursery.RoleInspector, "", 5, deskToday.AddDays(1))
	d.tasks(caseNo, "C", "140404", nursery.RoleInspector, "", 5, deskToday)
	all := func(p nursery.Principal, f casework.TaskFilter) (ids []string) {
		page := casework.PageRequest{Limit: 2}
		for {
			list, err := casework.Tasks.Page(t.Context(), d.Service, p, f, page)
			require.NoError(t, err)
			for _, task := range list.Items {
				ids = append(ids, task.ID)
			}
			if page.After = list.Next; page.After == "" {
				return ids
			}
		}
	}
	as, bs, cs := []string{"A1", "A2", "A3", "A4", "A5"}, []string{"B1", "B2", "B3", "B4", "B5"}, []string{"C1", "C2", "C3", "C4", "C5"}
	require.Equal(t, append(as, caseNo+".1"), all(clerk, casework.TaskFilter{Query: caseNo}))
	require.Equal(t, append(as, caseNo+".1"), all(clerk, casework.TaskFilter{Query: "ba-140403-2026-000"}), "the beginning, however it is written")
	require.Equal(t, as, all(clerk, casework.TaskFilter{Query: caseNo, View: casework.ViewMine}))
	require.Equal(t, []string{caseNo + ".1"}, all(clerk, casework.TaskFilter{Query: caseNo, View: casework.ViewClaimable}))
	require.Empty(t, all(clerk, casework.TaskFilter{Query: "BA-140403-2025-000"}))
	require.Empty(t, all(applicant, casework.TaskFilter{Query: caseNo}), "the tasks of others")
	require.Empty(t, all(clinic, casework.TaskFilter{Query: caseNo}))
	require.Equal(t, bs, all(inspector, casework.TaskFilter{Query: "inst-140403-01"}))
	require.Equal(t, append(cs, bs...), all(city, casework.TaskFilter{Role: nursery.RoleInspector}), "of every county, nearest due first")
	require.Equal(t, bs, all(city, casework.TaskFilter{Role: nursery.RoleInspector, County: county}))
	require.Equal(t, bs, all(countyOffice, casework.TaskFilter{Role: nursery.RoleInspector}))
	for _, wrong := range []casework.TaskFilter{{Query: "BA-140403-2026-00"}, {Role: "king"}, {Query: "a\x00"}} {
		_, err := casework.Tasks.Page(t.Context(), d.Service, clerk, wrong, casework.PageRequest{})
		refused(t, err, casework.CodeInvalid)
	}
}

func TestSavedFiltersAreOnesOwn(t *testing.T) {
	d := newFixture(t)
	in := offices.SavedFilter{Room: "tasks", Name: "逾期", Query: "view=overdue"}
	first, err := d.SaveFilter(t.Context(), clerk, key(), in)
	require.NoError(t, err)
	in.Query = "view=overdue&kind=filing.review"
	again, err := d.SaveFilter(t.Context(), clerk, key(), in)
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID, "the same name replaces")
	_, err = d.SaveFilter(t.Context(), otherClerk, key(), in)
	require.NoError(t, err)
	list, err := d.SavedFilters(t.Context(), clerk, "tasks")
	require.NoError(t, err)
	require.Equal(t, []offices.SavedFilter{again}, list)
	require.NoError(t, d.db.As(t.Context(), otherClerk, func(q *store.Queries) error {
		seen, err := q.Strings(t.Context(), `SELECT account FROM saved_filters`)
		require.Equal(t, []string{otherClerk.Account}, seen, "the second lock")
		return err
	}))
	refused(t, d.DropFilter(t.Context(), otherClerk, key(), first.ID), casework.CodeNotFound)
	for _, wrong := range []offices.SavedFilter{{Room: "", Name: "x"}, {Room: "Tasks", Name: "x"}, {Room: "tasks"}, {Room: "tasks", Name: "\x00"}} {
		_, err = d.SaveFilter(t.Context(), clerk, key(), wrong)
		refused(t, err, casework.CodeInvalid)
	}
	for n := range 19 {
		_, err = d.SaveFilter(t.Context(), clerk, key(), offices.SavedFilter{Room: "tasks", Name: fmt.Sprint(n)})
		require.NoError(t, err)
	}
	_, err = d.SaveFilter(t.Context(), clerk, key(), offices.SavedFilter{Room: "tasks", Name: "第二十一个"})
	refused(t, err, casework.CodeFiltersFull)
	_, err = d.SaveFilter(t.Context(), clerk, key(), offices.SavedFilter{Room: "cases", Name: "另一处"})
	require.NoError(t, err)
	require.NoError(t, d.DropFilter(t.Context(), clerk, key(), first.ID))
	list, err = d.SavedFilters(t.Context(), clerk, "tasks")
	require.NoError(t, err)
	require.Len(t, list, 19)
}

func TestAnAbsenceHandsOverWhatTheDelegateMayAnswer(t *testing.T) {
	d := newFixture(t)
	caseNo, free := d.withTask("clerk", "filing.review", "accept")
	d.tasks(caseNo, "A", county, nursery.RoleClerk, clerk.Account, 2, deskToday)
	d.tasks(caseNo, "B", county, nursery.RoleClerk, clerk.Account, 1, deskToday, otherClerk.Account) // who submitted it
	d.tasks(caseNo, "C", county, nursery.RoleClerk, otherClerk.Account, 1, deskToday)
	k := key()
	in := offices.AbsenceRequest{Account: clerk.Account, FromOn: deskToday, UntilOn: deskToday.AddDays(4), Delegate: otherClerk.Account, Reason: "休假"}
	for range 2 { // the second time is the first answer
		set, err := d.SetAbsence(t.Context(), supervisor, k, in)
		require.NoError(t, err)
		require.Equal(t, 2, set.HandedOver)
		require.Equal(t, nursery.RoleClerk, set.Role)
		require.Equal(t, county, set.County)
	}
	require.Equal(t, []string{"A1 clerk-140403-2", "A2 clerk-140403-2", "B1 clerk-140403", "C1 clerk-140403-2"},
		d.strings(`SELECT id || ' ' || assignee FROM tasks WHERE assignee IS NOT NULL ORDER BY id`))
	require.Equal(t, []string{"clerk-140403 不在岗（至 2026-11-06），转由 clerk-140403-2 代办：核对备案材料、核对备案材料"},
		d.strings(`SELECT note FROM case_events WHERE kind = 'task_handover' AND internal`), "one line a case")

	given, err := d.Assign(t.Context(), supervisor, key(), free, clerk.Account)
	require.NoError(t, err)
	require.Equal(t, otherClerk.Account, given.Assignee)
	require.Equal(t, []string{"指派给 clerk-140403（clerk-140403 不在岗至 2026-11-06，由 clerk-140403-2 代办）：核对备案材料"},
		d.strings(`SELECT note FROM case_events WHERE kind = 'task_assign'`))
	_, err = d.Assign(t.Context(), supervisor, key(), "B1", clerk.Account)
	refused(t, err, casework.CodeConflictOfInterest)

	_, err = d.SetAbsence(t.Context(), clerk, key(), offices.AbsenceRequest{FromOn: deskToday.AddDays(30), UntilOn: deskToday.AddDays(31), Delegate: "clerk-140403-3"})
	refused(t, err, casework.CodeAbsenceActive)
	_, err = d.SetAbsence(t.Context(), otherClerk, key(), offices.AbsenceRequest{FromOn: deskToday, UntilOn: deskToday, Delegate: clerk.Account})
	refused(t, err, casework.CodeDelegateAbsent)

	list, err := offices.Absences.Page(t.Context(), d.Service, supervisor, struct{}{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	id := list.Items[0].ID
	for who, code := range map[*nursery.Principal]string{&otherClerk: casework.CodeForbidden, &otherSuper: casework.CodeNotFound, &applicant: casework.CodeNotFound, &auditor: casework.CodeForbidden} {
		_, err = d.EndAbsence(t.Context(), *who, key(), id)
		refused(t, err, code)
	}
	ended, err := d.EndAbsence(t.Context(), clerk, key(), id)
	require.NoError(t, err)
	require.NotNil(t, ended.EndedAt)
	_, err = d.EndAbsence(t.Context(), supervisor, key(), id)
	refused(t, err, casework.CodeAbsenceEnded)
	given, err = d.Assign(t.Context(), supervisor, key(), free, clerk.Account)
	require.NoError(t, err)
	require.Equal(t, clerk.Account, given.Assignee)
}

func TestAnAbsenceAheadHandsNothingOverYet(t *testing.T) {
	d := newFixture(t)
	caseNo, free := d.withTask("clerk", "filing.review", "accept")
	d.tasks(caseNo, "A", county, nursery.RoleClerk, clerk.Account, 1, deskToday)
	set, err := d.SetAbsence(t.Context(), clerk, key(), offices.AbsenceRequest{FromOn: deskToday.AddDays(1), UntilOn: deskToday.AddDays(9), Delegate: otherClerk.Account})
	require.NoError(t, err)
	require.Zero(t, set.HandedOver)
	given, err := d.Assign(t.Context(), supervisor, key(), free, clerk.Account)
	require.NoError(t, err)
	require.Equal(t, clerk.Account, given.Assignee)
	for name, tt := range map[string]struct {
		in offices.AbsenceRequest
		at string
	}{
		"ends before it begins": {offices.AbsenceRequest{FromOn: deskToday, UntilOn: deskToday.AddDays(-1), Delegate: "clerk-140403-3"}, "/until_on"},
		"is over":               {offices.AbsenceRequest{FromOn: deskToday.AddDays(-3), UntilOn: deskToday.AddDays(-1), Delegate: "clerk-140403-3"}, "/until_on"},
		"lasts too long":        {offices.AbsenceRequest{FromOn: deskToday, UntilOn: deskToday.AddDays(366), Delegate: "clerk-140403-3"}, "/until_on"},
		"has no day":            {offices.AbsenceRequest{UntilOn: deskToday, Delegate: "clerk-140403-3"}, "/from_on"},
		"names oneself":         {offices.AbsenceRequest{FromOn: deskToday, UntilOn: deskToday, Delegate: inspector.Account}, "/delegate"},
		"names nobody":          {offices.AbsenceRequest{FromOn: deskToday, UntilOn: deskToday, Delegate: "?"}, "/delegate"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.SetAbsence(t.Context(), inspector, key(), tt.in)
			require.Equal(t, tt.at, refused(t, err, casework.CodeInvalid).Fields[0].Location)
		})
	}
	ok := offices.AbsenceRequest{Account: clerk.Account, FromOn: deskToday, UntilOn: deskToday, Delegate: "clerk-140403-3"}
	_, err = d.SetAbsence(t.Context(), otherClerk, key(), ok)
	refused(t, err, casework.CodeForbidden)
	ok.Account = "clerk-nobody-knows"
	_, err = d.SetAbsence(t.Context(), admin, key(), ok)
	refused(t, err, casework.CodeAssigneeUnknown)
	own, err := offices.Absences.Page(t.Context(), d.Service, otherClerk, struct{}{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Empty(t, own.Items, "why a colleague is away is not theirs to read")
}

func TestTheRulesAndYearsInForceAreShown(t *testing.T) {
	d := newFixture(t)
	packs, err := d.RulePacks(t.Context(), admin)
	require.NoError(t, err)
	require.Len(t, packs, 1)
	pack := packs[0]
	require.Equal(t, "filing-2019", pack.Name)
	require.Equal(t, "托育机构备案(托育机构登记和备案办法(试行)及配套规定)", pack.Title)
	require.Equal(t, nursery.NewDate(2019, 12, 19), pack.From)
	require.True(t, pack.InForce)
	require.Len(t, pack.Sets, 14)
	require.NotEmpty(t, pack.Revision)
	rules, tests := 0, 0
	for _, set := range pack.Sets {
		require.NotEmpty(t, set.Title, set.Name)
		require.Positive(t, set.Rules, set.Name)
		require.Positive(t, set.Tests, set.Name)
		rules, tests = rules+set.Rules, tests+set.Tests
	}
	require.GreaterOrEqual(t, pack.Rules, rules)
	require.GreaterOrEqual(t, pack.Tests, tests)
	require.Greater(t, pack.Rules, pack.Unread)

	years, err := d.CalendarYears(t.Context(), auditor)
	require.NoError(t, err)
	var numbers []int
	for _, y := range years {
		numbers = append(numbers, y.Year)
		require.Nil(t, y.PublishedAt)
		require.Positive(t, y.Off)
	}
	require.Equal(t, []int{2026, 2025, 2024, 2023}, numbers)
	require.Equal(t, 6, years[0].Makeup)
	require.Equal(t, "https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm", years[0].Source)
	raw, err := os.ReadFile("../../calendar/holidays/2026.json")
	require.NoError(t, err)
	_, _, err = d.LoadCalendarYear(t.Context(), admin, "calendar", raw)
	require.NoError(t, err)
	years, err = d.CalendarYears(t.Context(), admin)
	require.NoError(t, err)
	require.Len(t, years, 4)
	require.NotNil(t, years[0].PublishedAt)
	require.Equal(t, admin.Account, years[0].LoadedBy)
	require.Empty(t, years[1].LoadedBy)
}

func TestThePublicSeesWhatAnInstitutionDeclaredAndWhatWasFound(t *testing.T) {
	h := newHarness(t)
	h.populate()
	h.sql(`UPDATE institutions SET application = '{"prices": [{"item": "保育费", "form": "full_day", "fen": 158000, "unit": "month"}],
		"service_forms": ["full_day"], "institution": {"phone": "0355-2021234"}}' WHERE id = 'inst-140403-01'`)
	h.sql(`INSERT INTO publications (case_no, county, institution, kind, title, text, published_on, step)
		SELECT 'BA-140403-2026-000011-0', '140403', 'inst-140403-01', k, k || n, '内容', '2026-06-01'::date + n, k || n
		FROM unnest('{inspection,nonconformity}'::text[]) k, generate_series(1, 3) n`)
	register, err := registry.FiledInstitutions.Page(t.Context(), h.Service, casework.Anyone, registry.FiledFilter{County: county}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, register.Items, 2)
	fee := []nursery.Price{{Item: "保育费", Form: "full_day", Fen: 158000, Unit: "month"}}
	require.Equal(t, "inst-140403-01", register.Items[0].ID)
	require.Equal(t, fee, register.Items[0].Prices)
	require.Equal(t, &registry.PublishedResult{On: nursery.NewDate(2026, 6, 4), Title: "inspection3"}, register.Items[0].Inspected)
	require.Empty(t, register.Items[1].Prices, "nothing declared")
	require.Nil(t, register.Items[1].Inspected)
	one, err := h.FiledInstitution(t.Context(), "inst-140403-01")
	require.NoError(t, err)
	require.Equal(t, register.Items[0], one.FiledInstitution)
	require.Equal(t, []nursery.ServiceForm{"full_day"}, one.ServiceForms)
	require.Len(t, one.Results, 3)
	require.Equal(t, "inspection3", one.Results[0].Title)
	for _, id := range []string{"inst-140403-03", "inst-140403-04", "none", ""} { // applies, has closed, is not there
		_, err = h.FiledInstitution(t.Context(), id)
		refused(t, err, casework.CodeNotFound)
	}
}
