package offices

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Absence records that a member of an office is away and who answers their tasks meanwhile.
type Absence struct {
	ID         int64        `json:"id" doc:"编号"`
	Account    string       `json:"account" doc:"不在岗的账号"`
	County     string       `json:"county" doc:"所属县区代码"`
	Role       nursery.Role `json:"role,omitempty" doc:"角色，未知为空"`
	FromOn     nursery.Date `json:"from_on" doc:"起始日"`
	UntilOn    nursery.Date `json:"until_on" doc:"截止日（含）"`
	Delegate   string       `json:"delegate" doc:"代办人账号"`
	Reason     string       `json:"reason,omitempty" doc:"事由"`
	SetBy      string       `json:"set_by" doc:"登记人"`
	SetAt      time.Time    `json:"set_at" doc:"登记时间"`
	EndedAt    *time.Time   `json:"ended_at,omitempty" doc:"结束时间"`
	HandedOver int          `json:"handed_over" doc:"登记时转交的待办数"`
}

// AbsenceRequest requests an absence. An empty Account means the caller's own.
type AbsenceRequest struct {
	Account  string       `json:"account,omitempty" maxLength:"100" doc:"不在岗的账号，空为本人"`
	FromOn   nursery.Date `json:"from_on" doc:"起始日"`
	UntilOn  nursery.Date `json:"until_on" doc:"截止日（含）"`
	Delegate string       `json:"delegate" minLength:"2" maxLength:"100" doc:"代办人账号"`
	Reason   string       `json:"reason,omitempty" maxLength:"500" doc:"事由"`
}

func absenceOf(row store.Absence) Absence {
	return Absence{
		ID: row.ID, Account: row.Account, County: row.County, Role: nursery.Role(row.Role), FromOn: row.FromOn, UntilOn: row.UntilOn,
		Delegate: row.Delegate, Reason: row.Reason, SetBy: row.SetBy, SetAt: row.SetAt, EndedAt: row.EndedAt, HandedOver: int(row.HandedOver),
	}
}

// maxAbsence is the longest absence; who is away for longer has left the post.
const maxAbsence = 366

// SetAbsence writes down that an account is away, and when it has begun hands over what the account has: each open task
// that its delegate may answer. While it runs, what is assigned to the account goes to the delegate. People set their own,
// a supervisor those of the county, the administrator anybody's. Errors: absence_stands while another has not ended,
// delegate_absent when the delegate is away as well.
func (s *Service) SetAbsence(ctx context.Context, p nursery.Principal, key string, in AbsenceRequest) (Absence, error) {
	if in.Account == "" {
		in.Account = p.Account
	}
	set, err := casework.Command(ctx, s.Service, p, key, "absence.set", in, func(q *store.Queries) (Absence, error) {
		county, role, err := s.officeOf(ctx, q, p, in.Account)
		if err != nil {
			return Absence{}, err
		}
		if err := s.Authorize(ctx, p, "absence.set", casework.Resource{County: county, Assignee: in.Account}); err != nil {
			return Absence{}, err
		}
		if err := s.checkAbsence(ctx, q, county, in); err != nil {
			return Absence{}, err
		}
		if err := s.checkDelegate(ctx, q, nursery.Principal{Account: in.Account, Role: role, County: county}, in.Delegate); err != nil {
			return Absence{}, err
		}
		now := s.Now()
		err = q.EndPastAbsences(ctx, store.EndPastAbsencesParams{Account: in.Account, County: county, At: &now, Today: s.Today()})
		if err != nil {
			return Absence{}, err
		}
		row, err := q.InsertAbsence(ctx, store.InsertAbsenceParams{
			Account: in.Account, County: county, Role: string(role), FromOn: in.FromOn, UntilOn: in.UntilOn, Delegate: in.Delegate,
			Reason: in.Reason, SetBy: p.Account, SetAt: now,
		})
		if store.IsNotFound(err) {
			return Absence{}, casework.NewError(casework.CodeAbsenceActive, "该账号已登记不在岗且尚未结束，请先结束原登记。")
		}
		if err != nil {
			return Absence{}, fmt.Errorf("insert absence: %w", err)
		}
		if !in.FromOn.After(s.Today()) {
			if row.HandedOver, err = s.handAllOver(ctx, q, p, row); err != nil {
				return Absence{}, err
			}
		}
		return absenceOf(row), nil
	})
	return set, err
}

// checkDelegate refuses a delegate who is not known or not of the same office: the same role, county and institution.
func (s *Service) checkDelegate(ctx context.Context, q *store.Queries, away nursery.Principal, delegate string) error {
	to, err := s.Known(ctx, q, delegate, "/delegate")
	if err != nil {
		return err
	}
	if to.Role != away.Role || to.County != away.County {
		return casework.NewError(casework.CodeAssigneeUnfit, "代办人应与不在岗人员同县区、同角色。", casework.FieldError{Location: "/delegate", Message: "不是同一岗位"})
	}
	return nil
}

// officeOf returns to which county and role an account belongs: as it was last seen, or by the register of inspectors and
// its tasks. The error is assignee_unknown for an account that none of these know.
func (s *Service) officeOf(ctx context.Context, q *store.Queries, p nursery.Principal, account string) (string, nursery.Role, error) {
	if account == p.Account {
		return p.County, p.Role, nil
	}
	if !casework.AccountForm.MatchString(account) {
		return "", "", casework.NewError(casework.CodeInvalid, "请填写不在岗人员的账号。", casework.FieldError{Location: "/account", Message: "格式不对"})
	}
	seen, unseen := s.Known(ctx, q, account, "/account")
	if unseen == nil {
		return seen.County, seen.Role, nil
	}
	office, err := q.OfficeOfAccount(ctx, account)
	if store.IsNotFound(err) {
		return "", "", unseen
	}
	if err != nil {
		return "", "", fmt.Errorf("find office: %w", err)
	}
	return office.County, nursery.Role(office.Role), nil
}

func (s *Service) checkAbsence(ctx context.Context, q *store.Queries, county string, in AbsenceRequest) error {
	var c casework.Checker
	c.Limits(in)
	switch {
	case !in.FromOn.Valid():
		c.Add("/from_on", "没有这一天")
	case !in.UntilOn.Valid():
		c.Add("/until_on", "没有这一天")
	case in.UntilOn.Before(in.FromOn):
		c.Add("/until_on", "不能早于起始日")
	case in.UntilOn.Before(s.Today()):
		c.Add("/until_on", "不能早于今天")
	case in.FromOn.DaysUntil(in.UntilOn) >= maxAbsence:
		c.Add("/until_on", "不能超过一年")
	}
	if !casework.AccountForm.MatchString(in.Delegate) {
		c.Add("/delegate", "格式不对")
	} else if in.Delegate == in.Account {
		c.Add("/delegate", "代办人不能是本人")
	}
	if err := c.Err(); err != nil {
		return err
	}
	away, err := q.AbsenceBetween(ctx, store.AbsenceBetweenParams{
		Account: in.Delegate, Counties: []string{county, nursery.CityCode}, FromOn: in.FromOn, UntilOn: in.UntilOn,
	})
	if err == nil {
		return casework.NewError(casework.CodeDelegateAbsent, fmt.Sprintf("代办人 %s 至 %s 也不在岗，请另择代办人。", away.Account, away.UntilOn),
			casework.FieldError{Location: "/delegate", Message: "同期不在岗"})
	}
	if !store.IsNotFound(err) {
		return fmt.Errorf("look for absences of the delegate: %w", err)
	}
	return nil
}

// handAllOver assigns every open task of the account that the delegate may answer to the delegate, with one line on the
// timeline of each case. It returns the number of tasks.
func (s *Service) handAllOver(ctx context.Context, q *store.Queries, p nursery.Principal, a store.Absence) (int32, error) {
	delegate, err := s.Known(ctx, q, a.Delegate, "/delegate")
	if err != nil {
		return 0, err
	}
	tasks, err := q.OpenTasksOfAssignee(ctx, a.Account)
	if err != nil {
		return 0, err
	}
	cases := map[string][]store.Task{}
	var order []string
	for _, task := range tasks {
		if can, err := s.CanTake(ctx, delegate, task); err != nil {
			return 0, err
		} else if !can || a.County != nursery.CityCode && task.County != a.County {
			continue
		}
		if err := casework.SetAssignee(ctx, q, task.ID, &a.Delegate); err != nil {
			return 0, err
		}
		if len(cases[task.CaseNo]) == 0 {
			order = append(order, task.CaseNo)
		}
		cases[task.CaseNo] = append(cases[task.CaseNo], task)
	}
	var n int32
	for _, caseNo := range order {
		var ids, titles []string
		for _, task := range cases[caseNo] {
			ids, titles = append(ids, task.ID), append(titles, task.Title)
		}
		n += int32(len(ids))
		c := store.Case{CaseNo: caseNo, County: cases[caseNo][0].County, Institution: cases[caseNo][0].Institution}
		note := fmt.Sprintf("%s 不在岗（至 %s），转由 %s 代办：%s", a.Account, a.UntilOn, a.Delegate, strings.Join(titles, "、"))
		err := s.RecordEvent(ctx, q, c, p, fmt.Sprintf("absence/%d", a.ID), "task_handover", note, true, map[string]any{"tasks": ids, "absence": a.ID})
		if err != nil {
			return 0, err
		}
	}
	if err := q.NoteHandedOver(ctx, store.NoteHandedOverParams{ID: a.ID, HandedOver: n}); err != nil {
		return 0, err
	}
	return n, nil
}

// Absences is the list of who is and was away, newest first: of the county, for the city of everybody, for anybody else of themselves.
var Absences = casework.List[struct{}, Absence]{
	Act: "absence.list", Indexes: []string{"absences_of_county", "absences_of_account", "absences_pkey"}, First: casework.Cursor{No: math.MaxInt64},
	Read: func(ctx context.Context, r casework.ListReading[struct{}]) ([]casework.ListRow[Absence], error) {
		of := store.AbsencesParams{Before: r.After.No, PageSize: r.Limit}
		switch {
		case casework.CityWide(r.Principal.Role):
		case r.Principal.Role == nursery.RoleSupervisor || r.Principal.Role == nursery.RoleCountyOffice:
			of.County = r.Principal.County
		default:
			of.Account = r.Principal.Account
		}
		rows, err := r.Q.Absences(ctx, of)
		return casework.ListRows(rows, err, func(row store.Absence) (Absence, casework.Cursor) { return absenceOf(row), casework.Cursor{No: row.ID} })
	},
	Sheet: casework.Sheet[Absence]{Title: "外出登记", Columns: []casework.Column[Absence]{
		{Title: "账号", Value: func(a Absence) any { return a.Account }},
		{Title: "自", Head: "期间", Value: func(a Absence) any { return a.FromOn }},
		{Title: "至", FilesOnly: true, Value: func(a Absence) any { return a.UntilOn }},
		{Title: "代办人", Value: func(a Absence) any { return a.Delegate }},
		{Title: "事由", Value: func(a Absence) any { return a.Reason }},
		{Title: "移交", Value: func(a Absence) any { return a.HandedOver }},
		{Title: "状态", Value: func(a Absence) any { return a.StateTitle() }},
	}},
}

// StateTitle returns the Chinese text of whether the absence has ended.
func (a Absence) StateTitle() string {
	if a.EndedAt != nil {
		return "已结束"
	}
	return "未结束"
}

// EndAbsence ends an absence, or cancels one that has not begun. Tasks that were handed over remain with their
// assignees. Error: absence_ended.
func (s *Service) EndAbsence(ctx context.Context, p nursery.Principal, key string, id int64) (Absence, error) {
	ended, err := casework.Command(ctx, s.Service, p, key, "absence.end", id, func(q *store.Queries) (Absence, error) {
		row, err := q.AbsenceByID(ctx, id)
		if store.IsNotFound(err) {
			return Absence{}, casework.NewNotFound()
		}
		if err != nil {
			return Absence{}, fmt.Errorf("read absence: %w", err)
		}
		if err := s.Authorize(ctx, p, "absence.end", casework.Resource{County: row.County, Assignee: row.Account}); err != nil {
			return Absence{}, err
		}
		if row.EndedAt != nil {
			return Absence{}, casework.NewError(casework.CodeAbsenceEnded, "该登记已经结束。")
		}
		now := s.Now()
		row.EndedAt = &now
		if err := q.EndAbsence(ctx, store.EndAbsenceParams{ID: id, EndedAt: &now, EndedBy: &p.Account}); err != nil {
			return Absence{}, err
		}
		return absenceOf(row), nil
	})
	return ended, err
}
