package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Enrolment asks for a child to be taken into a class of the asker's institution 入托.
type Enrolment struct {
	Child     nursery.Child `json:"child" doc:"婴幼儿信息，加密保存"`
	Class     string        `json:"class" minLength:"1" maxLength:"40" doc:"班级编号"`
	EnteredOn nursery.Date  `json:"entered_on" doc:"入托日期"`
}

// Enrolled says under which identifier a child is in care.
type Enrolled struct {
	Child     string       `json:"child" doc:"婴幼儿编号，不含个人信息"`
	Class     string       `json:"class" doc:"班级编号"`
	EnteredOn nursery.Date `json:"entered_on" doc:"入托日期"`
}

// Leaving ends a child's time in an institution.
type Leaving struct {
	LeftOn nursery.Date  `json:"left_on" doc:"离托日期，当日起不再在托"`
	Leave  nursery.Leave `json:"leave" enum:"left,transferred,died,aged_out" doc:"离托原因"`
}

// ConsentGiven is a guardian's consent to one purpose.
type ConsentGiven struct {
	Purpose  nursery.ConsentPurpose `json:"purpose" enum:"checkup,insurance" doc:"同意事项"`
	Evidence string                 `json:"evidence" minLength:"1" maxLength:"200" doc:"同意书附件编号或存放处"`
	GivenOn  nursery.Date           `json:"given_on" doc:"同意日期"`
}

// ChildFilter narrows a list of children.
type ChildFilter struct {
	Institution, Class string
	Present            bool // only those in care
}

// ChildLine is a child in a list: nothing that names it.
type ChildLine struct {
	Child            string        `json:"child" doc:"婴幼儿编号"`
	Class            string        `json:"class" doc:"班级编号"`
	Months           int           `json:"months" doc:"月龄，满月"`
	Sex              nursery.Sex   `json:"sex" doc:"性别"`
	EnteredOn        nursery.Date  `json:"entered_on" doc:"入托日期"`
	LeftOn           nursery.Date  `json:"left_on,omitzero" doc:"离托日期"`
	Leave            nursery.Leave `json:"leave,omitempty" doc:"离托原因"`
	CheckupConsent   bool          `json:"checkup_consent" doc:"监护人同意体检"`
	InsuranceConsent bool          `json:"insurance_consent" doc:"监护人同意提供投保信息"`
}

// sealed refuses when there is no keyset.
func (s *Service) sealed() error {
	if s.Fields == nil {
		return refuse(Unavailable, CodeSealingUnavailable, "系统未配置加密密钥，暂不能办理涉及婴幼儿个人信息的事项。")
	}
	return nil
}

// isOneAtATime recognises the index that lets a child be in care at one place at a time.
func isOneAtATime(err error) bool {
	var violation *pgconn.PgError
	return errors.As(err, &violation) && violation.ConstraintName == "enrolments_one_open"
}

// Enrol takes a child into a class of p's institution. A child that is known by its identity is the same child; nothing of
// what others have written is told. Errors: invalid with every fault, child_in_care_elsewhere, sealing_unavailable.
func (s *Service) Enrol(ctx context.Context, p nursery.Principal, key string, in Enrolment) (Enrolled, error) {
	if err := s.may(ctx, p, "child.enrol", resource{County: p.County, Institution: p.Institution}); err != nil {
		return Enrolled{}, err
	}
	if err := s.sealed(); err != nil {
		return Enrolled{}, err
	}
	if err := s.enrolmentFaults(in).refusal(); err != nil {
		return Enrolled{}, err
	}
	var child string
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		entered, err := activities.EnterChildren(ctx, q, s.Fields, []nursery.Child{in.Child}, "institution", p.Account, s.Now())
		if err != nil {
			return err
		}
		child = entered[0].ID
		return activities.SetGuardian(ctx, q, s.Fields, child, in.Child, s.Now())
	})
	if err != nil {
		return Enrolled{}, err
	}
	// What is kept of the answer, and hashed of the body, must not hold what names the child.
	body := Enrolled{Child: child, Class: in.Class, EnteredOn: in.EnteredOn}
	enrolled, _, err := command(ctx, s, p, key, "child.enrol", body, func(q *store.Queries) (Enrolled, error) {
		return body, s.enrol(ctx, q, p, body)
	})
	return enrolled, err
}

func (s *Service) enrolmentFaults(in Enrolment) *checker {
	c := &checker{}
	for _, f := range in.Child.Normal().Faults(s.today()) {
		c.add("/child"+f.Location, f.Message)
	}
	switch {
	case !in.EnteredOn.Valid():
		c.add("/entered_on", "请填写入托日期")
	case in.EnteredOn.After(s.today()):
		c.add("/entered_on", "入托日期不能晚于今天")
	case in.Child.BornOn.Valid() && in.EnteredOn.MonthsSince(in.Child.BornOn) >= nursery.CareMonths:
		c.add("/child/born_on", "入托时已满36月龄")
	case in.Child.BornOn.Valid() && in.EnteredOn.Before(in.Child.BornOn):
		c.add("/entered_on", "入托日期不能早于出生日期")
	}
	if wrong := needText("/class", in.Class, 40); wrong != nil {
		c.add(wrong.Location, wrong.Message)
	}
	return c
}

func (s *Service) enrol(ctx context.Context, q *store.Queries, p nursery.Principal, in Enrolled) error {
	_, err := q.InsertEnrolment(ctx, store.InsertEnrolmentParams{
		Child: in.Child, County: p.County, Institution: p.Institution, Class: in.Class, EnteredOn: in.EnteredOn, EnteredBy: p.Account,
	})
	switch {
	case isOneAtATime(err):
		return refuse(Conflict, CodeChildInCare, "该婴幼儿仍在托，请先办理离托。")
	case err != nil:
		return fmt.Errorf("insert enrolment: %w", err)
	}
	return s.noteEnrolment(ctx, p, "entered/"+in.Child+"/"+in.EnteredOn.String())
}

// noteEnrolment tells the institution's round, whose case is the engine's to wake.
func (s *Service) noteEnrolment(ctx context.Context, p nursery.Principal, what string) error {
	return s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		return activities.NoteEnrolment(ctx, q, p.Institution, what, s.Now())
	})
}

// ownEnrolment locks the time of a child that is in care at p's institution.
func (s *Service) ownEnrolment(ctx context.Context, q *store.Queries, p nursery.Principal, act, child string) (store.Enrolment, error) {
	if err := s.may(ctx, p, act, resource{County: p.County, Institution: p.Institution}); err != nil {
		return store.Enrolment{}, err
	}
	e, err := q.OpenEnrolmentForUpdate(ctx, child)
	switch {
	case store.IsNotFound(err) || err == nil && e.Institution != p.Institution:
		return e, notFound()
	case err != nil:
		return e, fmt.Errorf("read enrolment: %w", err)
	}
	return e, nil
}

// LeaveCare ends a child's time in p's institution. Errors: not_found when the child is not in care there, invalid.
func (s *Service) LeaveCare(ctx context.Context, p nursery.Principal, key, child string, in Leaving) (Enrolled, error) {
	left, _, err := command(ctx, s, p, key, "child.leave "+child, in, func(q *store.Queries) (Enrolled, error) {
		e, err := s.ownEnrolment(ctx, q, p, "child.leave", child)
		if err != nil {
			return Enrolled{}, err
		}
		if !in.LeftOn.Valid() || in.LeftOn.Before(e.EnteredOn) || in.LeftOn.After(s.today()) {
			return Enrolled{}, refuse(Invalid, CodeInvalid, "离托日期有误。", FieldError{Location: "/left_on", Message: "应在入托日期与今天之间"})
		}
		reason, by := string(in.Leave), p.Account
		err = q.EndEnrolment(ctx, store.EndEnrolmentParams{ID: e.ID, LeftOn: in.LeftOn, Leave: &reason, LeftBy: &by})
		if err != nil {
			return Enrolled{}, fmt.Errorf("end enrolment: %w", err)
		}
		if in.Leave == nursery.LeaveDied {
			if err := q.EndChild(ctx, store.EndChildParams{ID: child, DiedOn: in.LeftOn, UpdatedAt: s.Now()}); err != nil {
				return Enrolled{}, fmt.Errorf("note death: %w", err)
			}
		}
		return Enrolled{Child: child, Class: e.Class, EnteredOn: e.EnteredOn}, s.noteEnrolment(ctx, p, "left/"+child+"/"+in.LeftOn.String())
	})
	return left, err
}

// ChangeClass moves a child to another class of the same institution.
func (s *Service) ChangeClass(ctx context.Context, p nursery.Principal, key, child, class string) (Enrolled, error) {
	moved, _, err := command(ctx, s, p, key, "child.class "+child, class, func(q *store.Queries) (Enrolled, error) {
		e, err := s.ownEnrolment(ctx, q, p, "child.class", child)
		if err != nil {
			return Enrolled{}, err
		}
		if wrong := needText("/class", class, 40); wrong != nil {
			return Enrolled{}, refuse(Invalid, CodeInvalid, "请填写班级。", *wrong)
		}
		if err := q.SetEnrolmentClass(ctx, store.SetEnrolmentClassParams{ID: e.ID, Class: class}); err != nil {
			return Enrolled{}, fmt.Errorf("change class: %w", err)
		}
		return Enrolled{Child: child, Class: class, EnteredOn: e.EnteredOn}, s.noteEnrolment(ctx, p, "class/"+child+"/"+completionID(p, key))
	})
	return moved, err
}

// GiveConsent writes down a guardian's consent. One that stands already is given back.
func (s *Service) GiveConsent(ctx context.Context, p nursery.Principal, key, child string, in ConsentGiven) (ChildConsents, error) {
	_, _, err := command(ctx, s, p, key, "child.consent "+child, in, func(q *store.Queries) (struct{}, error) {
		c, err := s.childFor(ctx, q, p, "child.consent", child)
		if err != nil {
			return struct{}{}, err
		}
		if !in.GivenOn.Valid() || in.GivenOn.After(s.today()) || in.GivenOn.Before(c.BornOn) {
			return struct{}{}, refuse(Invalid, CodeInvalid, "同意日期有误。", FieldError{Location: "/given_on", Message: "应在出生日期与今天之间"})
		}
		if wrong := needText("/evidence", in.Evidence, 200); wrong != nil {
			return struct{}{}, refuse(Invalid, CodeInvalid, "请填写同意书。", *wrong)
		}
		_, err = q.InsertConsent(ctx, store.InsertConsentParams{
			Child: child, County: c.County, Purpose: string(in.Purpose), Evidence: in.Evidence, GivenOn: in.GivenOn, TakenBy: p.Account,
		})
		if err != nil {
			return struct{}{}, fmt.Errorf("insert consent: %w", err)
		}
		return struct{}{}, nil
	})
	if err != nil {
		return ChildConsents{}, err
	}
	return s.Consents(ctx, p, child)
}

// WithdrawConsent ends a consent from now on (个人信息保护法 art. 15); what was recorded under it stays.
func (s *Service) WithdrawConsent(ctx context.Context, p nursery.Principal, key, child string, purpose nursery.ConsentPurpose) (ChildConsents, error) {
	_, _, err := command(ctx, s, p, key, "child.withdraw_consent "+child, purpose, func(q *store.Queries) (struct{}, error) {
		if _, err := s.childFor(ctx, q, p, "child.consent", child); err != nil {
			return struct{}{}, err
		}
		by := p.Account
		n, err := q.WithdrawConsent(ctx, store.WithdrawConsentParams{Child: child, Purpose: string(purpose), WithdrawnOn: s.today(), WithdrawnBy: &by})
		switch {
		case err != nil:
			return struct{}{}, fmt.Errorf("withdraw consent: %w", err)
		case n == 0:
			return struct{}{}, refuse(Conflict, CodeConsentMissing, "没有可以撤回的同意。")
		}
		return struct{}{}, nil
	})
	if err != nil {
		return ChildConsents{}, err
	}
	return s.Consents(ctx, p, child)
}

// childFor reads a child that p may act on: row-level security shows whom p cares for.
func (s *Service) childFor(ctx context.Context, q *store.Queries, p nursery.Principal, act, child string) (store.Child, error) {
	c, err := q.ChildByID(ctx, child)
	if store.IsNotFound(err) {
		if err := s.may(ctx, p, act, resource{County: p.County, Institution: p.Institution, Partner: p.Institution}); err != nil {
			return c, err
		}
		return c, notFound()
	}
	if err != nil {
		return c, fmt.Errorf("read child: %w", err)
	}
	return c, s.may(ctx, p, act, resource{County: c.County, Institution: p.Institution, Partner: p.Institution})
}

// Children lists the children of an institution that p may see, by class, without anything that names them.
func (s *Service) Children(ctx context.Context, p nursery.Principal, f ChildFilter, page PageRequest) (Page[ChildLine], error) {
	list := Page[ChildLine]{Items: []ChildLine{}}
	if err := s.may(ctx, p, "child.list", resource{}); err != nil {
		return list, err
	}
	limit, err := page.limit()
	if err != nil {
		return list, err
	}
	var after cursor
	if page.After != "" {
		if after, err = decodeCursor(page.After); err != nil {
			return list, err
		}
	}
	if p.Role == nursery.RoleInstitution {
		f.Institution = p.Institution
	}
	if f.Institution == "" {
		return list, refuse(Invalid, CodeInvalid, "请指明机构。", FieldError{Location: "institution", Message: "必填"})
	}
	var rows []store.EnrolmentsOfInstitutionRow
	err = s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		rows, err = q.EnrolmentsOfInstitution(ctx, store.EnrolmentsOfInstitutionParams{
			Institution: f.Institution, AfterClass: after.Class, AfterChild: after.ID, Class: f.Class, OnlyPresent: f.Present, PageSize: int32(limit + 1),
		})
		return err
	})
	if err != nil {
		return list, fmt.Errorf("list children: %w", err)
	}
	for i, row := range rows {
		if i == limit {
			list.Next = cursor{Class: rows[i-1].Class, ID: rows[i-1].Child}.encode()
			break
		}
		line := ChildLine{
			Child: row.Child, Class: row.Class, Months: s.today().MonthsSince(row.BornOn), Sex: nursery.Sex(row.Sex), EnteredOn: row.EnteredOn,
			LeftOn: row.LeftOn, CheckupConsent: row.CheckupConsent, InsuranceConsent: row.InsuranceConsent,
		}
		if row.Leave != nil {
			line.Leave = nursery.Leave(*row.Leave)
		}
		list.Items = append(list.Items, line)
	}
	return list, nil
}

// shownTo says which fields of a child each role receives, and for which purposes it may ask. Nobody else receives any.
var shownTo = map[nursery.Role]struct {
	fields   []string
	purposes []nursery.ReadPurpose
}{
	nursery.RoleInstitution: {
		[]string{"name", "identity_masked", "guardian_name", "guardian_phone"}, []nursery.ReadPurpose{nursery.ReadEnrolment, nursery.ReadGuardian},
	},
	nursery.RoleHospital: {[]string{"name", "guardian_phone"}, []nursery.ReadPurpose{nursery.ReadCheckup}},
	nursery.RoleCountyOffice: {
		[]string{"name", "identity", "guardian_phone"}, []nursery.ReadPurpose{nursery.ReadSupervision, nursery.ReadInsurance},
	},
}

func mayShow(p nursery.Principal, purpose nursery.ReadPurpose) ([]string, error) {
	shown, ok := shownTo[p.Role]
	if !ok || !slices.Contains(shown.purposes, purpose) {
		return nil, refuse(Invalid, CodePurposeNotAllowed, "不能以该目的查阅。", FieldError{Location: "purpose", Message: "不在可选值之内"})
	}
	return shown.fields, nil
}
