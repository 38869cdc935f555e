package offices

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// WorkloadLine is what one person of an office has to do. Due is due by the next working day or late. The line without an
// account is what nobody has taken yet.
type WorkloadLine struct {
	Account     string       `json:"account" doc:"账号，空为尚无人认领"`
	Role        nursery.Role `json:"role,omitempty" doc:"角色"`
	RoleTitle   string       `json:"role_title,omitempty" doc:"角色名称"`
	Open        int          `json:"open" doc:"未办待办"`
	Due         int          `json:"due" doc:"下一工作日前到期或已逾期"`
	Overdue     int          `json:"overdue" doc:"已逾期"`
	AbsentUntil nursery.Date `json:"absent_until,omitzero" doc:"今日不在岗的，至何日"`
	Delegate    string       `json:"delegate,omitempty" doc:"代办人"`
}

// officeRoles are the people of a county's office.
var officeRoles = []nursery.Role{nursery.RoleClerk, nursery.RoleInspector, nursery.RoleSupervisor, nursery.RoleCountyOffice}

// Workload returns the work of each person in the caller's office: first the unassigned tasks, then the people by the
// number of their overdue tasks, the most first. Inspectors on duty and people who are away are listed even without
// tasks.
func (s *Service) Workload(ctx context.Context, p nursery.Principal) ([]WorkloadLine, error) {
	if err := s.Authorize(ctx, p, "task.workload", casework.Resource{}); err != nil {
		return nil, err
	}
	years, err := s.CalendarCache.Years(ctx)
	if err != nil {
		return nil, err
	}
	people := map[string]*WorkloadLine{"": {}}
	person := func(account string, role nursery.Role) *WorkloadLine {
		line := people[account]
		if line == nil {
			line = &WorkloadLine{Account: account}
			people[account] = line
		}
		if account != "" && line.Role == "" {
			line.Role, line.RoleTitle = role, role.Title()
		}
		return line
	}
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.WorkloadOfCounty(ctx, store.WorkloadOfCountyParams{
			County: p.County, Roles: words(officeRoles), Today: s.Today(), DueBy: years.AddWorkingDays(s.Today(), 1).Date,
		})
		if err != nil {
			return err
		}
		for _, row := range rows {
			line := person(row.Account, nursery.Role(row.Role))
			line.Open += int(row.Open)
			line.Due += int(row.Due)
			line.Overdue += int(row.Overdue)
		}
		inspectors, err := q.InspectorAccounts(ctx, p.County)
		if err != nil {
			return err
		}
		for _, account := range inspectors {
			person(account, nursery.RoleInspector)
		}
		away, err := q.AbsencesOnDay(ctx, store.AbsencesOnDayParams{County: p.County, OnDay: s.Today()})
		for _, a := range away {
			line := person(a.Account, nursery.Role(a.Role))
			line.AbsentUntil, line.Delegate = a.UntilOn, a.Delegate
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read workload: %w", err)
	}
	lines := make([]WorkloadLine, 0, len(people))
	for _, line := range people {
		lines = append(lines, *line)
	}
	slices.SortFunc(lines, func(a, b WorkloadLine) int {
		if a.Account == "" || b.Account == "" {
			return cmp.Compare(len(a.Account), len(b.Account))
		}
		return cmp.Or(cmp.Compare(b.Overdue, a.Overdue), cmp.Compare(b.Open, a.Open), cmp.Compare(a.Account, b.Account))
	})
	return lines, nil
}

func words[T ~string](list []T) []string {
	plain := make([]string, len(list))
	for i, w := range list {
		plain[i] = string(w)
	}
	return plain
}

// OverdueLine is the number of late tasks of one office of a county, or of an institution or another party if the role
// is theirs.
type OverdueLine struct {
	County     string       `json:"county" doc:"县区代码"`
	CountyName string       `json:"county_name" doc:"县区名称"`
	Role       nursery.Role `json:"role" doc:"角色"`
	RoleTitle  string       `json:"role_title" doc:"角色名称"`
	Open       int          `json:"open" doc:"未办待办，至多计 5000"`
	Overdue    int          `json:"overdue" doc:"已逾期"`
	Escalated  int          `json:"escalated" doc:"已提级"`
	OldestDue  nursery.Date `json:"oldest_due,omitzero" doc:"最早的到期日"`
}

// OverdueByOffice returns the open and late tasks by office: of every county for the city, and of their own county for
// a county's people. An office with nothing open has no line.
func (s *Service) OverdueByOffice(ctx context.Context, p nursery.Principal) ([]OverdueLine, error) {
	if err := s.Authorize(ctx, p, "task.late", casework.Resource{}); err != nil {
		return nil, err
	}
	counties := []string{p.County}
	if casework.CityWide(p.Role) {
		counties = countyCodes()
	}
	var rows []store.OverdueByOfficeRow
	err := s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		rows, err = q.OverdueByOffice(ctx, store.OverdueByOfficeParams{Today: s.Today(), Counties: counties, Roles: words(nursery.Roles())})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count late tasks: %w", err)
	}
	lines := make([]OverdueLine, len(rows))
	for i, row := range rows {
		lines[i] = OverdueLine{
			County: row.County, CountyName: nursery.CountyName(row.County), Role: nursery.Role(row.Role),
			RoleTitle: nursery.Role(row.Role).Title(), Open: int(row.Open), Overdue: int(row.Overdue), Escalated: int(row.Escalated),
		}
		if row.OldestDue != casework.MaxDate { // tasks without a due date sort there
			lines[i].OldestDue = row.OldestDue
		}
	}
	return lines, nil
}

// countyCodes are the counties and the city itself, whose own office has tasks as well.
func countyCodes() []string {
	codes := []string{nursery.CityCode}
	for _, d := range nursery.Counties() {
		codes = append(codes, d.Code)
	}
	return codes
}

// OverdueSheet is the table of what is late, office by office.
var OverdueSheet = casework.Sheet[OverdueLine]{Title: "超期情况", Columns: []casework.Column[OverdueLine]{
	{Title: "县区", Value: func(l OverdueLine) any { return l.CountyName }},
	{Title: "办理方", Value: func(l OverdueLine) any { return l.RoleTitle }},
	{Title: "未办", Value: func(l OverdueLine) any { return l.Open }},
	{Title: "超期", Value: func(l OverdueLine) any { return l.Overdue }},
	{Title: "已升级", Value: func(l OverdueLine) any { return l.Escalated }},
	{Title: "最早期限", Value: func(l OverdueLine) any { return l.OldestDue }},
}}

// WorkloadSheet is the table of what the people of an office have to do.
var WorkloadSheet = casework.Sheet[WorkloadLine]{Title: "工作量", Columns: []casework.Column[WorkloadLine]{
	{Title: "账号", Value: func(l WorkloadLine) any { return cmp.Or(l.Account, "无人领取") }},
	{Title: "角色", Value: func(l WorkloadLine) any { return l.RoleTitle }},
	{Title: "未办", Value: func(l WorkloadLine) any { return l.Open }},
	{Title: "即将到期或超期", Head: "即将到期", Value: func(l WorkloadLine) any { return l.Due }},
	{Title: "超期", Value: func(l WorkloadLine) any { return l.Overdue }},
	{Title: "外出至", Head: "外出", Value: func(l WorkloadLine) any { return l.AbsentUntil }},
	{Title: "代办", FilesOnly: true, Value: func(l WorkloadLine) any { return l.Delegate }},
}}
