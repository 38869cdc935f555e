package casework

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

// Colleague is an account to which tasks can be assigned.
type Colleague struct {
	Account   string        `json:"account" doc:"账号"`
	Name      string        `json:"name" doc:"姓名或称呼，来自统一身份认证"`
	Role      nursery.Role  `json:"role" doc:"角色"`
	RoleTitle string        `json:"role_title" doc:"角色名称"`
	Open      int           `json:"open" doc:"在办待办数，最多计至 1000"`
	AwayUntil *nursery.Date `json:"away_until,omitempty" doc:"不在岗至（含）；在岗则无"`
}

const (
	notedFor     = time.Hour            // interval at which the record of an account is updated
	knownFor     = 400 * 24 * time.Hour // an account not seen for longer cannot be assigned tasks
	mostRecently = 20_000
)

// recently caches which accounts were recorded, and with which data.
type recently struct {
	mu    sync.Mutex
	noted map[string]notedAs // by account
}

type notedAs struct {
	p    nursery.Principal
	name string
	at   time.Time
}

// Seen records that an account exists, with the provider's data on it, at most once an hour unless the data changes.
// Tasks can be assigned to recorded accounts only.
func (s *Service) Seen(ctx context.Context, p nursery.Principal, name string) error {
	now := s.Now()
	s.recent.mu.Lock()
	last, ok := s.recent.noted[p.Account]
	s.recent.mu.Unlock()
	if ok && last.p == p && last.name == name && now.Sub(last.at) < notedFor {
		return nil
	}
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		return q.PutAccount(ctx, store.PutAccountParams{
			Account: p.Account, Role: string(p.Role), County: p.County, Institution: p.Institution, Registrar: string(p.Registrar), Name: name, SeenAt: now,
		})
	})
	if err != nil {
		return fmt.Errorf("note account: %w", err)
	}
	s.recent.mu.Lock()
	defer s.recent.mu.Unlock()
	if s.recent.noted == nil || len(s.recent.noted) >= mostRecently {
		s.recent.noted = map[string]notedAs{}
	}
	s.recent.noted[p.Account] = notedAs{p, name, now}
	return nil
}

// Colleagues lists the accounts to which tasks of a role can be assigned, by default the caller's own role: all of the
// county's office for a supervisor, otherwise those of the same office and role.
func (s *Service) Colleagues(ctx context.Context, p nursery.Principal, role nursery.Role) ([]Colleague, error) {
	list := []Colleague{}
	if err := s.Authorize(ctx, p, "colleague.list", Resource{}); err != nil {
		return list, err
	}
	roles := []string{string(role)}
	switch {
	case role != "" && !slices.Contains(nursery.Roles(), role):
		return list, NewError(CodeInvalid, "没有这种角色。", FieldError{Location: "role", Message: "不在可选值之内"})
	case role == "" && p.Role == nursery.RoleSupervisor:
		roles = []string{string(nursery.RoleClerk), string(nursery.RoleInspector), string(nursery.RoleSupervisor)}
	case role == "":
		roles = []string{string(p.Role)}
	}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.Colleagues(ctx, store.ColleaguesParams{
			County: p.County, Roles: roles, Institution: p.Institution, Today: s.Today(), Since: s.Now().Add(-knownFor),
		})
		for _, row := range rows {
			c := Colleague{Account: row.Account, Name: row.Name, Role: nursery.Role(row.Role), RoleTitle: nursery.Role(row.Role).Title(), Open: int(row.Open)}
			if c.Name == "" {
				c.Name = c.Account
			}
			if !row.AwayUntil.IsZero() {
				c.AwayUntil = &row.AwayUntil
			}
			list = append(list, c)
		}
		return err
	})
	if err != nil {
		return list, fmt.Errorf("list colleagues: %w", err)
	}
	return list, nil
}

// Known returns a recorded account as a principal. The error names the field: assignee_unknown if no such account is
// recorded, or none that the caller may see.
func (s *Service) Known(ctx context.Context, q *store.Queries, account, location string) (nursery.Principal, error) {
	row, err := q.AccountByName(ctx, store.AccountByNameParams{Account: account, Since: s.Now().Add(-knownFor)})
	if store.IsNotFound(err) {
		return nursery.Principal{}, NewError(CodeAssigneeUnknown, "本单位没有这个账号，或者该账号还没有登录过本系统。",
			FieldError{Location: location, Message: "请选择本单位登录过的人员"})
	}
	if err != nil {
		return nursery.Principal{}, fmt.Errorf("read account: %w", err)
	}
	return nursery.Principal{
		Account: row.Account, Role: nursery.Role(row.Role), County: row.County, Institution: row.Institution, Registrar: nursery.Registrar(row.Registrar),
	}, nil
}

// CanTake reports whether a principal could claim the task if it were unassigned: sees it, has its role and is not
// excluded.
func (s *Service) CanTake(ctx context.Context, p nursery.Principal, task store.Task) (bool, error) {
	r := resourceOf(task)
	r.Assignee = ""
	allowed, _, err := s.Rules.Allow(ctx, map[string]any{"principal": p, "act": "task.claim", "resource": r})
	if err != nil {
		return false, fmt.Errorf("authorise %s: %w", "task.claim", err)
	}
	return allowed, nil
}

// mustTake returns an error if the account could not answer the task.
func (s *Service) mustTake(ctx context.Context, q *store.Queries, account string, task store.Task) error {
	if slices.Contains(task.Excluded, account) {
		return NewError(CodeConflictOfInterest, "提交人、初次核查人不能办理本事项，请指派其他工作人员。")
	}
	p, err := s.Known(ctx, q, account, "/account")
	if err != nil {
		return err
	}
	can, err := s.CanTake(ctx, p, task)
	if err != nil {
		return err
	}
	if !can {
		return NewError(CodeAssigneeUnfit, "该账号的角色或单位不能办理本事项，请另选办理人。",
			FieldError{Location: "/account", Message: "不能办理本事项"})
	}
	return nil
}
