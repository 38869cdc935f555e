package children

import (
	"context"
	"fmt"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// How often an account may be refused as unverified on a day. An office hands in rosters of thousands.
const (
	attemptsADay       = 20
	attemptsADayOffice = 200
)

// unverified refuses an identity whose name, birth date or sex does not agree with the record. The answer is the same
// wherever the caller may not see the record and does not reveal that there is one, because identity numbers can be
// guessed in turn.
func unverified() *casework.Error {
	return casework.NewError(casework.CodeIdentityUnverified, UnverifiedMessage)
}

// UnverifiedMessage is the answer to an identity that was not verified.
const UnverifiedMessage = "证件信息未能核验。请核对姓名、出生日期、性别和证件号码；确认无误的，请监护人持证件原件到居住地县级卫生健康部门核验。"

// TooManyAttempts returns identity_attempts, after the refusals that an account may have in a day.
func TooManyAttempts() *casework.Error {
	return casework.NewError(casework.CodeIdentityAttempts, "今天未能核验的次数已达上限，请逐项核对证件后明天再办，或者联系县级卫生健康部门。")
}

// Attempts counts an account's refusals of a day. It holds the count until the transaction ends.
type Attempts struct {
	Left, used int
}

// AttemptsOf locks and returns the attempts that p has left today.
func (s *Service) AttemptsOf(ctx context.Context, q *store.Queries, p nursery.Principal) (*Attempts, error) {
	most := attemptsADay
	if p.Role != nursery.RoleInstitution {
		most = attemptsADayOffice
	}
	used, err := q.LockIdentityRefusals(ctx, store.LockIdentityRefusalsParams{Account: p.Account, Day: s.Today()})
	if err != nil {
		return nil, err
	}
	return &Attempts{Left: most - int(used)}, nil
}

// Refused counts one more.
func (a *Attempts) Refused() { a.Left, a.used = a.Left-1, a.used+1 }

// NoteAttempts adds the refusals counted in a to those of the day.
func (s *Service) NoteAttempts(ctx context.Context, q *store.Queries, p nursery.Principal, a *Attempts) error {
	if a.used == 0 {
		return nil
	}
	err := q.AddIdentityRefusals(ctx, store.AddIdentityRefusalsParams{Account: p.Account, Day: s.Today(), More: int32(a.used)})
	if err != nil {
		return err
	}
	s.Log.WarnContext(ctx, "identities not verified", "account", p.Account, "refused", a.used, "left", a.Left)
	return nil
}

// staysOf returns every stay of the children, wherever it was.
func staysOf(ctx context.Context, q *store.Queries, ids []string) (map[string][]store.Enrolment, error) {
	stays := map[string][]store.Enrolment{}
	err := q.AsEngine(ctx, func() error {
		rows, err := q.StaysOf(ctx, ids)
		for _, row := range rows {
			stays[row.Child] = append(stays[row.Child], row)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read stays: %w", err)
	}
	return stays, nil
}

// stayRefusal refuses a stay from a day on which another stay has not ended, and returns the class of a child that is in care here
// already. It does not reveal the days of another institution's stay.
func stayRefusal(stays []store.Enrolment, institution string, entered nursery.Date) (class string, refusal *casework.Error) {
	for _, stay := range stays {
		switch {
		case stay.LeftOn.IsZero() && stay.Institution == institution:
			return stay.Class, casework.NewError(casework.CodeChildEnrolled, "该婴幼儿已在本机构在托。")
		case stay.LeftOn.IsZero():
			return "", elsewhere()
		}
	}
	for _, stay := range stays {
		if stay.LeftOn.After(entered) {
			return "", overlaps()
		}
	}
	return "", nil
}

func overlaps() *casework.Error {
	return casework.NewError(casework.CodeStayOverlaps, "与该婴幼儿已登记的在托时间重叠，请核对入托、离托日期；原登记有误的，请登记的机构先更正。",
		casework.FieldError{Location: "/entered_on", Message: "与已登记的在托时间重叠"})
}

// mergedInto returns the record that goes on, for one that became part of it, and id itself otherwise.
func mergedInto(ctx context.Context, q *store.Queries, id string) (string, error) {
	if !nursery.IsChildID(id) {
		return id, nil
	}
	on := id
	err := q.AsEngine(ctx, func() error {
		child, err := q.ChildMergedInto(ctx, id)
		if store.IsNotFound(err) {
			return nil
		}
		on = child
		return err
	})
	if err != nil {
		return id, fmt.Errorf("read merged record: %w", err)
	}
	return on, nil
}

// CorrectChild puts right what is stored of a child in care here, as its guardian asks (个人信息保护法 art. 46), and notes it among the
// readings. The number of a paper is changed by the county's office, which sees the original: an institution has one answer
// whether or not another record holds the number. Errors: invalid with every fault, identity_taken, identity_office,
// age_unusual, child_not_enrolled.
func (s *Service) CorrectChild(ctx context.Context, p nursery.Principal, key, id string, in nursery.Child) (Enrolled, error) {
	return s.changeChild(ctx, p, key, "child.correct", id, in, func(q *store.Queries, row store.Child) error {
		if err := casework.FaultsError(in.Validate(s.Today())); err != nil {
			return err
		}
		stay, err := q.OpenEnrolment(ctx, row.ID)
		if store.IsNotFound(err) {
			return ended(0, nil)
		}
		if err != nil {
			return fmt.Errorf("read enrolment: %w", err)
		}
		if err := s.sameNumber(ctx, q, row, in); err != nil {
			return err
		}
		if err := correctedBirth(stay, in); err != nil {
			return err
		}
		shown, err := guardiansShown(ctx, q, p.Institution, row.ID)
		if err != nil {
			return err
		}
		keep := !shown[row.ID] && in.GuardianName == "" && in.GuardianPhone == ""
		taken, err := activities.CorrectChild(ctx, q, s.Fields, row.ID, in, p.Institution, keep, s.Now())
		if err != nil {
			return err
		}
		if taken {
			return identityOffice()
		}
		every, _ := nursery.AccessOf(p.Role, nursery.ReadForGuardian)
		return activities.NoteReading(ctx, q, activities.Reading{By: p, Purpose: nursery.ReadForGuardian, Fields: every.Fields, At: s.Now()}, row)
	})
}

func identityOffice() *casework.Error {
	return casework.NewError(casework.CodeIdentityOffice, "证件类型或号码的更正，须由监护人持证件原件到居住地县级卫生健康部门核验后办理。其他内容可以先行更正。",
		casework.FieldError{Location: "/identity", Message: "由县级卫生健康部门核验后更正"})
}

// sameNumber refuses another number than the child's own. Where the institution sees the record that holds it, the error names that.
func (s *Service) sameNumber(ctx context.Context, q *store.Queries, row store.Child, in nursery.Child) error {
	was, err := activities.OpenChild(s.Fields, row, nursery.ChildIdentity)
	if err != nil {
		return err
	}
	if was.IdentityKey() == in.IdentityKey() {
		return nil
	}
	known, err := activities.CompareChildren(ctx, q, s.Fields, []nursery.Child{in})
	if err != nil {
		return err
	}
	if known[0].ID == "" || known[0].ID == row.ID {
		return identityOffice()
	}
	_, err = q.ChildByID(ctx, known[0].ID)
	switch {
	case store.IsNotFound(err):
		return identityOffice()
	case err != nil:
		return fmt.Errorf("read child: %w", err)
	}
	return identityTaken()
}

func identityTaken() *casework.Error {
	return casework.NewError(casework.CodeIdentityTaken, "该证件号码已登记在另一名婴幼儿名下，请核对；同一婴幼儿重复登记的，请县级卫生健康部门合并记录。",
		casework.FieldError{Location: "/identity", Message: "已登记"})
}

// correctedBirth refuses a birth date that the stay contradicts.
func correctedBirth(stay store.Enrolment, in nursery.Child) error {
	if stay.EnteredOn.Before(in.BornOn) {
		return casework.FaultsError([]nursery.Fault{{Location: "/born_on", Message: "晚于入托日期，请先核对入托日期"}})
	}
	if months := stay.EnteredOn.MonthsSince(in.BornOn); months >= nursery.CareMonths && stay.AgeReason == "" {
		return casework.NewError(casework.CodeAgeUnusual, ageQuestion(months)+"出生日期无误的，请先在“更正在托时间”中说明超龄入托的理由。",
			casework.FieldError{Location: "/born_on", Message: "入托时已满36月龄"})
	}
	return nil
}

// IdentityChange is another number of a child's, verified with the original paper.
type IdentityChange struct {
	IdentityKind nursery.IdentityKind `json:"identity_kind" enum:"resident_id,birth_certificate,permit,passport" doc:"证件类型"`
	Identity     string               `json:"identity" minLength:"1" maxLength:"40" doc:"证件号码"`
	Reason       string               `json:"reason" minLength:"2" maxLength:"500" doc:"更正理由，并说明核验的证件原件"`
}

// ChangeIdentity sets another identity number for a child of the county, after its office has seen the original
// document. If another record of the county has that number, the error names the record so that the two can be merged;
// a record of another county is not revealed. Errors: invalid, identity_taken, identity_unverified, identity_attempts.
func (s *Service) ChangeIdentity(ctx context.Context, p nursery.Principal, key, id string, in IdentityChange) (Enrolled, error) {
	if err := s.Sealing(); err != nil {
		return Enrolled{}, err
	}
	answer, err := casework.Command(ctx, s.Service, p, key, "child.identity "+id, in, func(q *store.Queries) (enrolAnswer, error) {
		id, err := mergedInto(ctx, q, id)
		if err != nil {
			return enrolAnswer{}, err
		}
		row, err := s.childFor(ctx, q, p, "child.identity", id, q.ChildForChange)
		if err != nil {
			return enrolAnswer{}, err
		}
		return s.changeIdentity(ctx, q, p, row, in)
	})
	if err == nil && answer.Unverified {
		return Enrolled{}, unverified()
	}
	return Enrolled{ID: answer.ID}, err
}

func (s *Service) changeIdentity(ctx context.Context, q *store.Queries, p nursery.Principal, row store.Child, in IdentityChange) (enrolAnswer, error) {
	var wrong casework.Checker
	wrong.Limits(in)
	if err := wrong.Err(); err != nil {
		return enrolAnswer{}, err
	}
	c, err := activities.OpenChild(s.Fields, row, nursery.ChildName, nursery.ChildBirth, nursery.ChildSex, nursery.ChildGuardianName, nursery.ChildGuardianPhone)
	if err != nil {
		return enrolAnswer{}, err
	}
	c.IdentityKind, c.Identity, c.County = in.IdentityKind, in.Identity, row.County
	if err := casework.FaultsError(c.Validate(s.Today())); err != nil {
		return enrolAnswer{}, err
	}
	left, err := s.AttemptsOf(ctx, q, p)
	if err != nil {
		return enrolAnswer{}, err
	}
	if left.Left <= 0 {
		return enrolAnswer{}, TooManyAttempts()
	}
	known, err := activities.CompareChildren(ctx, q, s.Fields, []nursery.Child{c})
	if err != nil {
		return enrolAnswer{}, err
	}
	if k := known[0]; k.ID != "" && k.Holder != row.ID {
		seen, err := SeenOf(ctx, q, known)
		if err != nil {
			return enrolAnswer{}, err
		}
		if seen[k.ID] {
			taken := identityTaken()
			taken.Shown = map[string]string{"child": k.ID}
			return enrolAnswer{}, taken
		}
		left.Refused()
		return enrolAnswer{Unverified: true}, s.NoteAttempts(ctx, q, p, left)
	}
	if _, err := activities.CorrectChild(ctx, q, s.Fields, row.ID, c, row.GuardianFrom, true, s.Now()); err != nil {
		return enrolAnswer{}, err
	}
	before, after := map[string]any{"identity_kind": row.IdentityKind}, map[string]any{"identity_kind": in.IdentityKind}
	return enrolAnswer{ID: row.ID}, s.NoteCorrection(ctx, q, p, row, "identity", before, after, in.Reason)
}

// childForChange reads a child that p may do act to. What an institution entered of a stay of its own it may put right and release
// also when the child is in care elsewhere by now; row-level security shows it the children it had in care.
func (s *Service) childForChange(ctx context.Context, q *store.Queries, p nursery.Principal, act, id string) (store.Child, error) {
	if p.Role != nursery.RoleInstitution || act != "child.release" && act != "child.stay" {
		return s.childFor(ctx, q, p, act, id, q.ChildForChange)
	}
	if !nursery.IsChildID(id) {
		return store.Child{}, casework.NewNotFound()
	}
	child, err := q.ChildForChange(ctx, id)
	if store.IsNotFound(err) {
		return store.Child{}, casework.NewNotFound()
	}
	if err != nil {
		return store.Child{}, fmt.Errorf("read child: %w", err)
	}
	return child, s.Authorize(ctx, p, act, casework.Resource{County: p.County, Institution: p.Institution})
}

// SeenOf returns which of the known children the principal sees.
func SeenOf(ctx context.Context, q *store.Queries, known []activities.KnownChild) (map[string]bool, error) {
	var ids []string
	for _, k := range known {
		if k.ID != "" {
			ids = append(ids, k.ID)
		}
	}
	seen := make(map[string]bool, len(ids))
	if len(ids) == 0 {
		return seen, nil
	}
	rows, err := q.ChildrenSeen(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range rows {
		seen[id] = true
	}
	return seen, nil
}
