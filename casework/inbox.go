package casework

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"

	"tuoyu/nursery"
	"tuoyu/store"
)

// MaxDate is where rows without a date are sorted.
var MaxDate = nursery.NewDate(9999, 12, 31)

// Tasks is the inbox, nearest due first.
var Tasks = List[TaskFilter, TaskSummary]{
	Act: "task.list",
	Indexes: []string{
		"tasks_inbox", "tasks_of_county", "tasks_of_role", "tasks_of_city", "tasks_of_institution", "tasks_of_partner", "tasks_mine", "tasks_by_case",
	},
	First: Cursor{On: nursery.NewDate(1, 1, 1)},
	Check: func(_ context.Context, _ *Service, _ nursery.Principal, f *TaskFilter) error { return f.check() },
	Read: func(ctx context.Context, r ListReading[TaskFilter]) ([]ListRow[TaskSummary], error) {
		years, err := r.Service.CalendarCache.YearsIn(ctx, r.Q)
		if err != nil {
			return nil, err
		}
		of := r.Filter.of(r.Principal)
		of.AfterOn, of.AfterID, of.Until, of.PageSize = r.After.On, r.After.ID, MaxDate, r.Limit
		switch r.Filter.View {
		case ViewClaimable:
			of.OnlyFree, of.Reader = true, r.Principal.Account
		case ViewDue:
			of.Until = years.AddWorkingDays(r.Service.Today(), 1).Date
		case ViewOverdue:
			of.Until = r.Service.Today().AddDays(-1)
		}
		if r.Filter.Query != "" { // few tasks, found and then sorted
			if err := r.Q.Plan(ctx, store.PlanForValues); err != nil {
				return nil, err
			}
		}
		rows, err := r.Q.Inbox(ctx, of)
		return ListRows(rows, err, func(row store.Task) (TaskSummary, Cursor) {
			task := r.Service.summarise(row, r.Principal, years)
			return task, taskAt(task)
		})
	},
	Complete: func(ctx context.Context, r ListReading[TaskFilter], items []TaskSummary) error {
		if err := nameAssignees(ctx, r.Q, items); err != nil {
			return err
		}
		return NameParties(ctx, r.Q, items, (*TaskSummary).parties)
	},
	Sheet: Sheet[TaskSummary]{Title: "待办", Columns: []Column[TaskSummary]{
		{Title: "办件编号", FilesOnly: true, Value: func(t TaskSummary) any { return t.CaseNo }},
		{Title: "待办", Value: func(t TaskSummary) any { return t.Title }},
		{Title: "机构", Value: func(t TaskSummary) any { return t.InstitutionName }},
		{Title: "机构编号", FilesOnly: true, Value: func(t TaskSummary) any { return t.Institution }},
		{Title: "县区", FilesOnly: true, Value: func(t TaskSummary) any { return nursery.CountyName(t.County) }},
		{Title: "期限", Value: func(t TaskSummary) any { return t.DueOn }},
		{Title: "剩余工作日", FilesOnly: true, Value: func(t TaskSummary) any { return t.DaysLeft }},
		{Title: "状态", FilesOnly: true, Value: func(t TaskSummary) any { return DueText(t.DaysLeft, t.DueOn) }},
		{Title: "领取人", Value: func(t TaskSummary) any { return cmp.Or(t.AssigneeName, t.Assignee) }},
		{Title: "领取人账号", FilesOnly: true, Value: func(t TaskSummary) any { return t.Assignee }},
	}},
}

// check returns invalid for a filter that no task could match.
func (f TaskFilter) check() error {
	if wrong := CheckText("kind", f.Kind, 60); wrong != nil {
		return NewError(CodeInvalid, "没有这种待办。", *wrong)
	}
	if d, ok := nursery.DivisionByCode(f.County); f.County != "" && (!ok || d.Level != nursery.LevelCounty) {
		return NewError(CodeInvalid, "没有这个县区。", FieldError{Location: "county", Message: "没有这个县区"})
	}
	if wrong := CheckText("q", f.Query, 64); wrong != nil {
		return NewError(CodeInvalid, "不能这样查找。", *wrong)
	}
	if no := ReadSearch(f.Query).CaseNo; len(no) < searchLeast && (no != "" || caseNumberStart.MatchString(f.Query)) {
		return NewError(CodeInvalid, "请至少填写办件编号的前 18 位，例如 BA-140403-2026-000。",
			FieldError{Location: "q", Message: "办件编号至少填写前 18 位"})
	}
	if f.Role != "" && !slices.Contains(nursery.Roles(), f.Role) {
		return NewError(CodeInvalid, "没有这种角色。", FieldError{Location: "role", Message: "不在可选值之内"})
	}
	if !slices.Contains([]View{"", ViewAll, ViewMine, ViewClaimable, ViewDue, ViewOverdue}, f.View) {
		return NewError(CodeInvalid, "没有这种视图。", FieldError{Location: "view", Message: "不在可选值之内"})
	}
	return nil
}

// caseNumberStart is how a case number begins; what does not is an institution's identifier or a part of its name.
var caseNumberStart = regexp.MustCompile(`^[A-Za-z]{2}-[0-9]`)

// searchLeast is the beginning of a case number down to its thousands, which leaves at most a thousand cases.
const searchLeast = len("BA-140403-2026-000")

// taskAt returns the cursor of a task in the inbox.
func taskAt(t TaskSummary) Cursor {
	if t.DueOn.IsZero() {
		return Cursor{On: MaxDate, ID: t.ID}
	}
	return Cursor{On: t.DueOn, ID: t.ID}
}

// TaskPlace returns where a task that p may read is, or was, in p's inbox under the filter and in the order, with at most so many of the
// tasks after it. Errors: forbidden and invalid.
func (s *Service) TaskPlace(ctx context.Context, p nursery.Principal, f TaskFilter, order Order, t TaskSummary, ahead int) (Place[TaskSummary], error) {
	is := func(other TaskSummary) bool { return other.ID == t.ID }
	if order.By != "" {
		return Tasks.sortedPlace(ctx, s, p, f, order, t, is, ahead)
	}
	return Tasks.place(ctx, s, p, f, taskAt(t), is, ahead)
}

// of returns whose tasks p's inbox holds under the filter: those p has taken; those put to p's institution or partner; of an office, those
// of its county, where the city chooses it, put to one role or to any. Clerks, inspectors and finance see what is put to their own role.
func (f TaskFilter) of(p nursery.Principal) store.InboxParams {
	of := store.InboxParams{Kind: f.Kind}
	switch {
	case f.View == ViewMine:
		of.Account = p.Account
	case p.Role == nursery.RoleInstitution:
		of.Institution, of.Role = p.Institution, string(p.Role)
	case p.Role.Partner():
		of.Partner, of.Role = p.Institution, string(p.Role)
	case p.Role == nursery.RoleClerk || p.Role == nursery.RoleInspector:
		of.County, of.Role = p.County, string(p.Role)
	case p.Role.Finance():
		of.County, of.Role = CountyOf(p, f.County), string(p.Role)
	default:
		of.County, of.Role = CountyOf(p, f.County), string(f.Role)
	}
	search := ReadSearch(f.Query)
	of.Prefix, of.About = search.CaseNo, search.Text
	return of
}

// TaskCounts counts the inbox by view, each up to 100.
type TaskCounts struct {
	All       int `json:"all" doc:"全部"`
	Mine      int `json:"mine" doc:"我的"`
	Claimable int `json:"claimable" doc:"可认领，按到期先后前 300 件计"`
	Due       int `json:"due" doc:"下一工作日前到期或已逾期"`
	Overdue   int `json:"overdue" doc:"已逾期"`
}

// countsMost is as far as anything of the inbox is counted.
const countsMost = 100

// TaskCounts counts what Tasks would list for the filter in each view, whatever f.View is.
func (s *Service) TaskCounts(ctx context.Context, p nursery.Principal, f TaskFilter) (TaskCounts, error) {
	var counts TaskCounts
	if err := s.Authorize(ctx, p, "task.list", Resource{}); err != nil {
		return counts, err
	}
	f.View = ViewAll
	if err := f.check(); err != nil {
		return counts, err
	}
	years, err := s.CalendarCache.Years(ctx)
	if err != nil {
		return counts, err
	}
	today, dueBy := s.Today(), years.AddWorkingDays(s.Today(), 1).Date
	count := func(q *store.Queries, of store.InboxParams) (store.CountInboxRow, error) {
		return q.CountInbox(ctx, store.CountInboxParams{
			County: of.County, Role: of.Role, Institution: of.Institution, Partner: of.Partner, Account: of.Account, Kind: of.Kind, Today: today, DueBy: dueBy,
			Reader: p.Account,
		})
	}
	err = s.As(ctx, p, func(q *store.Queries) error {
		if f.Query != "" {
			if err := q.Plan(ctx, store.PlanForValues); err != nil {
				return err
			}
			of := f.of(p)
			of.AfterOn, of.Until, of.PageSize = Tasks.First.On, MaxDate, countsMost
			rows, err := q.Inbox(ctx, of)
			counts = countFound(rows, p, today, dueBy)
			return err
		}
		if err := q.Plan(ctx, store.PlanForPage); err != nil {
			return err
		}
		all, err := count(q, f.of(p))
		if err != nil {
			return err
		}
		mine, err := count(q, TaskFilter{View: ViewMine, Kind: f.Kind}.of(p))
		if err != nil {
			return err
		}
		counts = TaskCounts{All: int(all.Every), Claimable: int(all.Claimable), Due: int(all.Due), Overdue: int(all.Overdue), Mine: int(mine.Every)}
		return err
	})
	if err != nil {
		return counts, fmt.Errorf("count tasks: %w", err)
	}
	return counts, nil
}

// countFound counts what a search finds, which is little.
func countFound(rows []store.Task, p nursery.Principal, today, dueBy nursery.Date) TaskCounts {
	counts := TaskCounts{All: len(rows)}
	for _, t := range rows {
		switch {
		case t.Assignee == nil && !slices.Contains(t.Excluded, p.Account):
			counts.Claimable++
		case t.Assignee != nil && *t.Assignee == p.Account:
			counts.Mine++
		}
		if !t.SortOn.After(dueBy) {
			counts.Due++
		}
		if t.SortOn.Before(today) {
			counts.Overdue++
		}
	}
	return counts
}

// mayClaim reports whether p may claim a task that p sees, as authz decides it.
func mayClaim(p nursery.Principal, t store.Task) bool { return t.Assignee == nil && mayAnswer(p, t) }

// mayAnswer reports whether p may answer a task that p sees, or claim it, as authz decides it. A task that another account has taken is not
// answered.
func mayAnswer(p nursery.Principal, t store.Task) bool {
	if t.State != "open" || slices.Contains(t.Excluded, p.Account) || t.Assignee != nil && *t.Assignee != p.Account {
		return false
	}
	role := nursery.Role(t.Role)
	return role == p.Role || p.Role == nursery.RoleSupervisor && t.EscalatedAt != nil && (role == nursery.RoleClerk || role == nursery.RoleInspector)
}

// mayRead reports whether p may read a task of a case that p reads: a party of the case reads what is put to it, others every task.
func mayRead(p nursery.Principal, t store.Task) bool {
	return t.Role == string(p.Role) || p.Role != nursery.RoleInstitution && !p.Role.Partner()
}

// DueText returns the working days left until a due date as Chinese text, with left nil if they are unknown.
func DueText(left *int, due nursery.Date) string {
	switch {
	case left == nil && due.IsZero():
		return "无期限"
	case left == nil:
		return "期限 " + due.String()
	case *left < 0:
		return fmt.Sprintf("已超 %d 个工作日", -*left)
	case *left == 0:
		return "今天到期"
	}
	return fmt.Sprintf("剩余 %d 个工作日", *left)
}
