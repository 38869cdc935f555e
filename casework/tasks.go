package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
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
		return task, NewNotFound()
	}
	if err != nil {
		return task, fmt.Errorf("read task: %w", err)
	}
	return task, s.Authorize(ctx, p, act, resourceOf(task))
}

func resourceOf(task store.Task) Resource {
	r := Resource{
		County: task.County, Institution: task.Institution, Partner: task.Partner, Role: nursery.Role(task.Role),
		Escalated: task.EscalatedAt != nil, Excluded: task.Excluded,
	}
	if task.Assignee != nil {
		r.Assignee = *task.Assignee
	}
	return r
}

// Task returns a task with its case, the decision to review and the form to fill in.
func (s *Service) Task(ctx context.Context, p nursery.Principal, id string) (TaskDetail, error) {
	years, err := s.CalendarCache.Years(ctx)
	if err != nil {
		return TaskDetail{}, err
	}
	var detail TaskDetail
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		task, err := s.taskFor(ctx, q.TaskByID, p, "task.read", id)
		if err != nil {
			return err
		}
		kind, err := s.definedAs(ctx, q, task)
		if err != nil {
			return err
		}
		c, err := q.CaseByNumber(ctx, task.CaseNo)
		if err != nil {
			return err
		}
		detail = TaskDetail{TaskSummary: s.summarise(task, p, years), Case: s.Summary(c, years), Form: kind.raw}
		for i, o := range detail.Outcomes {
			defined, _ := kind.Outcome(o.Outcome)
			detail.Outcomes[i].Required, detail.Outcomes[i].Optional = defined.Fields(len(task.Outcomes) == 1)
		}
		if err := NameParty(ctx, q, detail.parties()); err != nil {
			return err
		}
		assigned := []TaskSummary{detail.TaskSummary}
		if err := nameAssignees(ctx, q, assigned); err != nil {
			return err
		}
		detail.AssigneeName = assigned[0].AssigneeName
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
		if err := s.Authorize(ctx, p, "task.claim", resourceOf(task)); err != nil {
			return "", err
		}
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

// Release returns a claimed task to its role.
func (s *Service) Release(ctx context.Context, p nursery.Principal, key, id string) (TaskSummary, error) {
	return s.reassign(ctx, p, key, "task.release", id, nil, func(q *store.Queries, task store.Task) (string, error) {
		if err := s.Authorize(ctx, p, "task.release", resourceOf(task)); err != nil {
			return "", err
		}
		return "退回公共待办：" + task.Title, SetAssignee(ctx, q, id, nil)
	})
}

// Assign assigns a task to an account of its role or, while that account is away, to its delegate. Only a supervisor
// may assign.
func (s *Service) Assign(ctx context.Context, p nursery.Principal, key, id, account string) (TaskSummary, error) {
	return s.handOver(ctx, p, key, "task.assign", id, account, "指派", func() error { return nil })
}

// Delegate assigns the caller's own task to another account as Assign does, with a reason.
func (s *Service) Delegate(ctx context.Context, p nursery.Principal, key, id, account, reason string) (TaskSummary, error) {
	return s.handOver(ctx, p, key, "task.delegate", id, account, "转办（"+reason+"）", func() error {
		if wrong := NeedText("/reason", reason, 500); wrong != nil {
			return NewError(CodeInvalid, "请写明转办理由。", *wrong)
		}
		return nil
	})
}

// AccountForm matches the name of an account.
var AccountForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{1,99}$`)

func (s *Service) handOver(ctx context.Context, p nursery.Principal, key, act, id, account, verb string, check func() error) (TaskSummary, error) {
	return s.reassign(ctx, p, key, act, id, []string{account, verb}, func(q *store.Queries, task store.Task) (string, error) {
		if err := s.Authorize(ctx, p, act, resourceOf(task)); err != nil {
			return "", err
		}
		if !AccountForm.MatchString(account) {
			return "", NewError(CodeInvalid, "请填写办理人账号。", FieldError{Location: "/account", Message: "格式不对"})
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
		return fmt.Sprintf("%s给 %s%s：%s", verb, account, away, task.Title), SetAssignee(ctx, q, id, &to)
	})
}

// SetAssignee assigns an open task to an account, or to nobody. Error: task_closed.
func SetAssignee(ctx context.Context, q *store.Queries, id string, account *string) error {
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

// handOver is recorded with a change of a task's assignee.
type handOver struct {
	Task string `json:"task"`
	From string `json:"from"` // empty: nobody
	To   string `json:"to"`
}

// Restore takes back what p did last to the assignee of a task: a claim, a release, an assignment or a delegation. It returns an error if
// something was done to the assignee since. Errors: task_closed, nothing_to_undo, and those of authorization.
func (s *Service) Restore(ctx context.Context, p nursery.Principal, key, id string) (TaskSummary, error) {
	return s.reassign(ctx, p, key, "task.restore", id, nil, func(q *store.Queries, task store.Task) (string, error) {
		last, err := q.LastHandOver(ctx, store.LastHandOverParams{CaseNo: task.CaseNo, Task: id})
		if err != nil && !store.IsNotFound(err) {
			return "", fmt.Errorf("read last change of the assignee: %w", err)
		}
		var done handOver
		if err == nil {
			if err := json.Unmarshal(last.Data, &done); err != nil {
				return "", fmt.Errorf("decode last change of the assignee: %w", err)
			}
		}
		now := resourceOf(task)
		if done.Task == "" || last.Actor != p.Account || done.To != now.Assignee || done.From == done.To {
			return "", NewError(CodeNothingToUndo, "这件待办已由他人处理，不能撤销。")
		}
		act := "task.assign"
		switch {
		case last.Kind == "task_delegate": // by the one who had it then
			act, now.Assignee = "task.delegate", done.From
		case done.From == "":
			act = "task.release"
		case done.From == p.Account:
			act = "task.claim"
		}
		if err := s.Authorize(ctx, p, act, now); err != nil {
			return "", err
		}
		var to *string
		if done.From != "" {
			to = &done.From
		}
		return "撤销上一步：" + task.Title, SetAssignee(ctx, q, id, to)
	})
}

// reassign does an inbox matter: rows and a line on the timeline, no workflow history. do authorizes it, and returns the line; an empty one
// if nothing was done.
func (s *Service) reassign(ctx context.Context, p nursery.Principal, key, act, id string, body any,
	do func(*store.Queries, store.Task) (string, error),
) (TaskSummary, error) {
	years, err := s.CalendarCache.Years(ctx)
	if err != nil {
		return TaskSummary{}, err
	}
	summary, err := Command(ctx, s, p, key, act+" "+id, body, func(q *store.Queries) (TaskSummary, error) {
		task, err := s.taskFor(ctx, q.TaskForChange, p, "task.read", id)
		if err != nil {
			return TaskSummary{}, err
		}
		if task.State != "open" {
			return TaskSummary{}, taskClosed(task)
		}
		note, err := do(q, task)
		if err != nil {
			return TaskSummary{}, err
		}
		before := resourceOf(task).Assignee
		if task, err = q.TaskByID(ctx, id); err != nil {
			return TaskSummary{}, fmt.Errorf("read task: %w", err)
		}
		if note != "" {
			c := store.Case{CaseNo: task.CaseNo, County: task.County, Institution: task.Institution}
			step := task.ID + "/" + CompletionID(p, key)
			if err := s.RecordEvent(ctx, q, c, p, step, strings.ReplaceAll(act, ".", "_"), note, true, handOver{id, before, resourceOf(task).Assignee}); err != nil {
				return TaskSummary{}, err
			}
		}
		return s.summarise(task, p, years), nil
	})
	return summary, err
}

// Comment writes a note on the timeline; an internal one is not shown to the institution.
func (s *Service) Comment(ctx context.Context, p nursery.Principal, key, caseNo, text string, internal bool) (Event, error) {
	text = strings.TrimSpace(text)
	internal = internal && p.Role != nursery.RoleInstitution
	said, err := Command(ctx, s, p, key, "case.comment "+caseNo, []any{text, internal}, func(q *store.Queries) (Event, error) {
		c, err := s.OwnCase(ctx, q, p, "case.comment", caseNo)
		if err != nil {
			return Event{}, err
		}
		if wrong := NeedText("/text", text, 2000); wrong != nil {
			return Event{}, NewError(CodeInvalid, "留言应为 1 至 2000 字。", *wrong)
		}
		err = s.RecordEvent(ctx, q, c, p, "comment/"+CompletionID(p, key), "comment", text, internal, nil)
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
		ClosedAt: task.ClosedAt, Outcomes: []OutcomeOffer{}, Claimable: mayClaim(p, task), Answerable: mayAnswer(p, task), Readable: mayRead(p, task),
	}
	kind, _ := workflows.TaskOf(task.Kind)
	for _, o := range task.Outcomes {
		t.Outcomes = append(t.Outcomes, OutcomeOffer{Outcome: nursery.Outcome(o), Title: kind.OutcomeTitle(nursery.Outcome(o))})
	}
	if task.Outcome != nil {
		t.Outcome = nursery.Outcome(*task.Outcome)
	}
	if task.State == "open" && !task.DueOn.IsZero() {
		t.DaysLeft = daysLeft(years, s.Today(), task.DueOn)
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

// presentFor returns the account that answers for the given account today, which is the account itself or, while it is
// away, its delegate, and a note about the delegation.
func (s *Service) presentFor(ctx context.Context, q *store.Queries, county, account string) (who, note string, err error) {
	who = account
	for range 5 { // a delegate may have gone away since; a circle ends here
		a, err := q.AbsenceBetween(ctx, store.AbsenceBetweenParams{
			Account: who, Counties: []string{county, nursery.CityCode}, FromOn: s.Today(), UntilOn: s.Today(),
		})
		if store.IsNotFound(err) {
			break
		}
		if err != nil {
			return "", "", fmt.Errorf("look for absence: %w", err)
		}
		note += fmt.Sprintf("（%s 不在岗至 %s，由 %s 代办）", a.Account, a.UntilOn, a.Delegate)
		who = a.Delegate
	}
	return who, note, nil
}
