package casework

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
)

// taskFor reads a task for an act, with one of the two queries that find one; what p may not see does not exist.
func (s *Service) taskFor(ctx context.Context, find func(context.Context, string) (store.Task, error), p nursery.Principal, act, id string) (store.Task, error) {
	task, err := find(ctx, id)
	if store.IsNotFound(err) {
		return task, notFound()
	}
	if err != nil {
		return task, fmt.Errorf("read task: %w", err)
	}
	return task, s.may(ctx, p, act, resourceOf(task))
}

func resourceOf(task store.Task) resource {
	r := resource{
		County: task.County, Institution: task.Institution, Partner: task.Partner, Role: nursery.Role(task.Role),
		Escalated: task.EscalatedAt != nil, Excluded: task.Excluded,
	}
	if task.Assignee != nil {
		r.Assignee = *task.Assignee
	}
	return r
}

// Tasks lists the inbox, nearest due first.
func (s *Service) Tasks(ctx context.Context, p nursery.Principal, f TaskFilter, page PageRequest) (Page[TaskSummary], error) {
	if err := s.may(ctx, p, "task.list", resource{}); err != nil {
		return Page[TaskSummary]{}, err
	}
	years, err := s.Almanac.Years(ctx)
	if err != nil {
		return Page[TaskSummary]{}, err
	}
	in, err := s.inbox(p, f, page, years)
	if err != nil {
		return Page[TaskSummary]{}, err
	}
	list := Page[TaskSummary]{Items: []TaskSummary{}}
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := in.read(ctx, q, p, f)
		if err != nil {
			return err
		}
		for i, row := range rows {
			if i == in.limit {
				last := rows[i-1]
				list.Next = cursor{On: last.SortOn, ID: last.ID}.encode()
				break
			}
			list.Items = append(list.Items, s.summarise(row, p, years))
		}
		return nameParties(ctx, q, list.Items, (*TaskSummary).parties)
	})
	if err != nil {
		return Page[TaskSummary]{}, fmt.Errorf("list tasks: %w", err)
	}
	return list, nil
}

// inboxQuery is a page of the inbox as the queries take it. One row more than limit is read, to know whether
// another page follows.
type inboxQuery struct {
	afterOn  nursery.Date
	afterID  string
	until    nursery.Date
	kind     string
	onlyFree bool
	limit    int
}

var farOff = nursery.NewDate(9999, 12, 31)

func (s *Service) inbox(p nursery.Principal, f TaskFilter, page PageRequest, years calendar.Years) (inboxQuery, error) {
	limit, err := page.limit()
	if err != nil {
		return inboxQuery{}, err
	}
	if wrong := checkText("kind", f.Kind, 60); wrong != nil {
		return inboxQuery{}, refuse(CodeInvalid, "没有这种待办。", *wrong)
	}
	if d, ok := nursery.DivisionByCode(f.County); f.County != "" && (!ok || d.Level != nursery.LevelCounty) {
		return inboxQuery{}, refuse(CodeInvalid, "没有这个县区。", FieldError{Location: "county", Message: "没有这个县区"})
	}
	if wrong := checkText("q", f.Query, 64); wrong != nil {
		return inboxQuery{}, refuse(CodeInvalid, "不能这样查找。", *wrong)
	}
	if caseNumberStart.MatchString(f.Query) && len(f.Query) < searchLeast {
		return inboxQuery{}, refuse(CodeInvalid, "请至少填写办件编号的前 18 位，例如 BA-140403-2026-000。",
			FieldError{Location: "q", Message: "办件编号至少填写前 18 位"})
	}
	if f.Role != "" && !slices.Contains(nursery.Roles(), f.Role) {
		return inboxQuery{}, refuse(CodeInvalid, "没有这种角色。", FieldError{Location: "role", Message: "不在可选值之内"})
	}
	in := inboxQuery{afterOn: nursery.NewDate(1, 1, 1), until: farOff, kind: f.Kind, limit: limit}
	if page.After != "" {
		var c cursor
		if c, err = decodeCursor(page.After); err != nil {
			return in, err
		}
		in.afterOn, in.afterID = c.On, c.ID
	}
	switch f.View {
	case ViewAll, "", ViewMine:
	case ViewClaimable:
		in.onlyFree = true
	case ViewDue:
		in.until = years.AddWorkingDays(s.today(), 1).Date
	case ViewOverdue:
		in.until = s.today().AddDays(-1)
	default:
		return in, refuse(CodeInvalid, "没有这种视图。", FieldError{Location: "view", Message: "不在可选值之内"})
	}
	return in, nil
}

// scope is whose tasks the asker's inbox holds: of which county, "" for all, and put to which role, "" for any.
func (in inboxQuery) scope(p nursery.Principal, f TaskFilter) (county string, role nursery.Role) {
	county = p.County
	switch p.Role {
	case nursery.RoleClerk, nursery.RoleInspector:
		return county, p.Role
	case nursery.RoleCityOffice, nursery.RoleAuditor:
		county = f.County
	}
	return county, f.Role
}

// counties are those a role's tasks are read of: one, or each in turn.
func (in inboxQuery) counties(county string) []string {
	if county != "" {
		return []string{county}
	}
	return countyCodes()
}

// read asks the one query whose index serves who is asking.
func (in inboxQuery) read(ctx context.Context, q *store.Queries, p nursery.Principal, f TaskFilter) ([]store.Task, error) {
	if f.Query != "" {
		return in.find(ctx, q, p, f)
	}
	size := int32(in.limit + 1)
	if f.View == ViewMine {
		return q.InboxOfAssignee(ctx, store.InboxOfAssigneeParams{Account: p.Account, AfterOn: in.afterOn, AfterID: in.afterID,
			Until: in.until, Kind: in.kind, OnlyFree: false, PageSize: size})
	}
	county, role := in.scope(p, f)
	switch {
	case p.Role == nursery.RoleInstitution:
		return q.InboxOfInstitution(ctx, store.InboxOfInstitutionParams{Institution: p.Institution, AfterOn: in.afterOn,
			AfterID: in.afterID, Until: in.until, Kind: in.kind, OnlyFree: in.onlyFree, PageSize: size})
	case p.Role.Partner():
		return q.InboxOfPartner(ctx, store.InboxOfPartnerParams{Partner: p.Institution, Role: string(p.Role), AfterOn: in.afterOn,
			AfterID: in.afterID, Until: in.until, Kind: in.kind, OnlyFree: in.onlyFree, PageSize: size})
	case role != "":
		return in.readRole(ctx, q, county, role)
	case county == "":
		return q.InboxOfCity(ctx, store.InboxOfCityParams{AfterOn: in.afterOn, AfterID: in.afterID, Until: in.until,
			Kind: in.kind, OnlyFree: in.onlyFree, PageSize: size})
	}
	return q.InboxOfCounty(ctx, store.InboxOfCountyParams{County: county, AfterOn: in.afterOn, AfterID: in.afterID,
		Until: in.until, Kind: in.kind, OnlyFree: in.onlyFree, PageSize: size})
}

// readRole merges the page of a role from those of its counties, each of which the index gives in order.
func (in inboxQuery) readRole(ctx context.Context, q *store.Queries, county string, role nursery.Role) ([]store.Task, error) {
	size := in.limit + 1
	var all []store.Task
	for _, c := range in.counties(county) {
		rows, err := q.InboxOfRole(ctx, store.InboxOfRoleParams{County: c, Role: string(role), AfterOn: in.afterOn,
			AfterID: in.afterID, Until: in.until, Kind: in.kind, OnlyFree: in.onlyFree, PageSize: int32(size)})
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	slices.SortFunc(all, func(a, b store.Task) int { return cmp.Or(a.SortOn.Compare(b.SortOn), strings.Compare(a.ID, b.ID)) })
	return all[:min(size, len(all))], nil
}

// find looks in the asker's inbox for what is of an institution, by its identifier or its name, or of cases whose number begins so.
func (in inboxQuery) find(ctx context.Context, q *store.Queries, p nursery.Principal, f TaskFilter) ([]store.Task, error) {
	narrow := store.InboxOfCasesParams{
		Prefix: strings.ToUpper(f.Query), AfterOn: in.afterOn, AfterID: in.afterID, Until: in.until, Kind: in.kind, OnlyFree: in.onlyFree,
		PageSize: int32(in.limit + 1),
	}
	switch {
	case f.View == ViewMine:
		narrow.Account = p.Account
	case p.Role == nursery.RoleInstitution:
		narrow.Institution, narrow.Role = p.Institution, string(p.Role)
	case p.Role.Partner():
		narrow.Partner, narrow.Role = p.Institution, string(p.Role)
	default:
		county, role := in.scope(p, f)
		narrow.County, narrow.Role = county, string(role)
	}
	if caseNumberStart.MatchString(f.Query) {
		return q.InboxOfCases(ctx, narrow)
	}
	return q.InboxAboutInstitution(ctx, store.InboxAboutInstitutionParams{
		About: f.Query, AfterOn: narrow.AfterOn, AfterID: narrow.AfterID, Until: narrow.Until, Kind: narrow.Kind, OnlyFree: narrow.OnlyFree,
		Account: narrow.Account, County: narrow.County, Role: narrow.Role, Institution: narrow.Institution, Partner: narrow.Partner,
		PageSize: narrow.PageSize,
	})
}

// caseNumberStart is how a case number begins; what does not is an institution's identifier or a part of its name.
var caseNumberStart = regexp.MustCompile(`^[A-Za-z]{2}-[0-9]`)

// searchLeast is the beginning of a case number down to its thousands, which leaves at most a thousand cases.
const searchLeast = len("BA-140403-2026-000")

// Task gives a task with its case, the decision to look at and the form to fill in.
func (s *Service) Task(ctx context.Context, p nursery.Principal, id string) (TaskDetail, error) {
	years, err := s.Almanac.Years(ctx)
	if err != nil {
		return TaskDetail{}, err
	}
	var detail TaskDetail
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		task, err := s.taskFor(ctx, q.TaskByID, p, "task.read", id)
		if err != nil {
			return err
		}
		kind, err := definedAs(task)
		if err != nil {
			return err
		}
		c, err := q.CaseByNumber(ctx, task.CaseNo)
		if err != nil {
			return err
		}
		detail = TaskDetail{TaskSummary: s.summarise(task, p, years), Case: s.summary(c, years), Form: formSchema(kind.Form)}
		for i, o := range detail.Outcomes {
			defined, _ := kind.Outcome(o.Outcome)
			detail.Outcomes[i].Required, detail.Outcomes[i].Optional = defined.Fields(len(task.Outcomes) == 1)
		}
		if err := nameParty(ctx, q, detail.parties()); err != nil {
			return err
		}
		if task.Decision == nil {
			return nil
		}
		output, err := q.DecisionOutput(ctx, store.DecisionOutputParams{ID: *task.Decision, CaseNo: task.CaseNo})
		if store.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read decision: %w", err)
		}
		detail.Decision = new(nursery.Decision)
		return json.Unmarshal(output, detail.Decision)
	})
	return detail, err
}

// Claim takes a task nobody has. Error: task_claimed naming who has it.
func (s *Service) Claim(ctx context.Context, p nursery.Principal, key, id string) (TaskSummary, error) {
	return s.reassign(ctx, p, key, "task.claim", id, nil, func(q *store.Queries, task store.Task) (string, error) {
		if task.Assignee != nil && *task.Assignee == p.Account {
			return "", nil
		}
		n, err := q.ClaimTask(ctx, store.ClaimTaskParams{ID: id, Account: p.Account})
		if err != nil {
			return "", err
		}
		if n == 0 {
			if task, err = q.TaskByID(ctx, id); err != nil {
				return "", fmt.Errorf("read task: %w", err)
			}
			if task.Assignee == nil {
				return "", taskClosed(task)
			}
			return "", claimed(task)
		}
		return "认领：" + task.Title, nil
	})
}

// Release gives a claimed task back to its role.
func (s *Service) Release(ctx context.Context, p nursery.Principal, key, id string) (TaskSummary, error) {
	return s.reassign(ctx, p, key, "task.release", id, nil, func(q *store.Queries, task store.Task) (string, error) {
		return "退回公共待办：" + task.Title, setAssignee(ctx, q, id, nil)
	})
}

// Assign gives a task to an account of its role, or while that is away to its delegate; a supervisor does.
func (s *Service) Assign(ctx context.Context, p nursery.Principal, key, id, account string) (TaskSummary, error) {
	return s.handOver(ctx, p, key, "task.assign", id, account, "指派", func() error { return nil })
}

// Delegate passes one's own task on as Assign does, with the reason.
func (s *Service) Delegate(ctx context.Context, p nursery.Principal, key, id, account, reason string) (TaskSummary, error) {
	return s.handOver(ctx, p, key, "task.delegate", id, account, "转办（"+reason+"）", func() error {
		if wrong := needText("/reason", reason, 500); wrong != nil {
			return refuse(CodeInvalid, "请写明转办理由。", *wrong)
		}
		return nil
	})
}

var accountForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{1,99}$`)

func (s *Service) handOver(ctx context.Context, p nursery.Principal, key, act, id, account, verb string, check func() error) (TaskSummary, error) {
	return s.reassign(ctx, p, key, act, id, []string{account, verb}, func(q *store.Queries, task store.Task) (string, error) {
		if !accountForm.MatchString(account) {
			return "", refuse(CodeInvalid, "请填写办理人账号。", FieldError{Location: "/account", Message: "格式不对"})
		}
		if err := check(); err != nil {
			return "", err
		}
		to, away, err := s.presentFor(ctx, q, task.County, account)
		if err != nil {
			return "", err
		}
		if err := s.mustTake(ctx, q, to, task); err != nil {
			return "", err
		}
		return fmt.Sprintf("%s给 %s%s：%s", verb, account, away, task.Title), setAssignee(ctx, q, id, &to)
	})
}

func setAssignee(ctx context.Context, q *store.Queries, id string, account *string) error {
	n, err := q.AssignTask(ctx, store.AssignTaskParams{ID: id, Assignee: account})
	if err != nil {
		return err
	}
	if n == 0 {
		task, err := q.TaskByID(ctx, id)
		if err != nil {
			return err
		}
		return taskClosed(task)
	}
	return nil
}

// reassign does an inbox matter: rows and a line on the timeline, no workflow history.
func (s *Service) reassign(ctx context.Context, p nursery.Principal, key, act, id string, body any,
	do func(*store.Queries, store.Task) (string, error),
) (TaskSummary, error) {
	years, err := s.Almanac.Years(ctx)
	if err != nil {
		return TaskSummary{}, err
	}
	summary, err := command(ctx, s, p, key, act+" "+id, body, func(q *store.Queries) (TaskSummary, error) {
		task, err := s.taskFor(ctx, q.TaskForChange, p, "task.read", id)
		if err != nil {
			return TaskSummary{}, err
		}
		if task.State != "open" {
			return TaskSummary{}, taskClosed(task)
		}
		if err := s.may(ctx, p, act, resourceOf(task)); err != nil {
			return TaskSummary{}, err
		}
		note, err := do(q, task)
		if err != nil {
			return TaskSummary{}, err
		}
		if note != "" {
			c := store.Case{CaseNo: task.CaseNo, County: task.County, Institution: task.Institution}
			step := task.ID + "/" + completionID(p, key)
			if err := s.event(ctx, q, c, p, step, strings.ReplaceAll(act, ".", "_"), note, true, map[string]string{"task": id}); err != nil {
				return TaskSummary{}, err
			}
		}
		if task, err = q.TaskByID(ctx, id); err != nil {
			return TaskSummary{}, fmt.Errorf("read task: %w", err)
		}
		return s.summarise(task, p, years), nil
	})
	return summary, err
}

// Comment writes a note on the timeline; an internal one is not shown to the institution.
func (s *Service) Comment(ctx context.Context, p nursery.Principal, key, caseNo, text string, internal bool) (Event, error) {
	text = strings.TrimSpace(text)
	internal = internal && p.Role != nursery.RoleInstitution
	said, err := command(ctx, s, p, key, "case.comment "+caseNo, []any{text, internal}, func(q *store.Queries) (Event, error) {
		c, err := s.ownCase(ctx, q, p, "case.comment", caseNo)
		if err != nil {
			return Event{}, err
		}
		if wrong := needText("/text", text, 2000); wrong != nil {
			return Event{}, refuse(CodeInvalid, "留言应为 1 至 2000 字。", *wrong)
		}
		err = s.event(ctx, q, c, p, "comment/"+completionID(p, key), "comment", text, internal, nil)
		return Event{Kind: "comment", Actor: p.Account, Role: p.Role, Note: text, At: s.Now()}, err
	})
	return said, err
}

// summarise shows a task as p may see it. To an institution the office has no names.
func (s *Service) summarise(task store.Task, p nursery.Principal, years calendar.Years) TaskSummary {
	t := TaskSummary{
		ID: task.ID, CaseNo: task.CaseNo, Kind: task.Kind, Title: task.Title, County: task.County,
		Institution: task.Institution, Role: nursery.Role(task.Role), DueOn: task.DueOn, DueProvisional: task.DueProvisional,
		State: task.State, Overdue: task.OverdueAt != nil, Escalated: task.EscalatedAt != nil, OpenedAt: task.OpenedAt,
		ClosedAt: task.ClosedAt, Outcomes: []OutcomeOffer{},
	}
	kind, _ := workflows.TaskOf(task.Kind)
	for _, o := range task.Outcomes {
		t.Outcomes = append(t.Outcomes, OutcomeOffer{Outcome: nursery.Outcome(o), Title: kind.OutcomeTitle(nursery.Outcome(o))})
	}
	if task.Outcome != nil {
		t.Outcome = nursery.Outcome(*task.Outcome)
	}
	if task.State == "open" && !task.DueOn.IsZero() {
		t.DaysLeft = daysLeft(years, s.today(), task.DueOn)
	}
	if p.Role == nursery.RoleInstitution && task.Role != string(nursery.RoleInstitution) {
		return t
	}
	if task.Assignee != nil {
		t.Assignee = *task.Assignee
	}
	if task.ClosedBy != nil {
		t.ClosedBy = *task.ClosedBy
	}
	t.Answer = task.Answer
	return t
}

func daysLeft(years calendar.Years, today, due nursery.Date) *int {
	days, _ := years.WorkingDaysBetween(today, due)
	if due.Before(today) && days == 0 {
		days = -1 // late, though no working day has passed since
	}
	return &days
}
