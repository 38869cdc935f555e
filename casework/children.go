package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Enrolment is a child coming into care 入托登记.
type Enrolment struct {
	Child     nursery.Child `json:"child" doc:"婴幼儿信息"`
	Class     string        `json:"class" minLength:"1" maxLength:"60" doc:"班级"`
	EnteredOn nursery.Date  `json:"entered_on" doc:"入托日期"`
}

// Enrolled says which child it is.
type Enrolled struct {
	ID string `json:"id" doc:"婴幼儿编号，不含个人信息"`
}

// Leaving ends a child's time at an institution.
type Leaving struct {
	Leave  nursery.Leave `json:"leave" enum:"left,transferred,died,aged_out" doc:"离托原因"`
	LeftOn nursery.Date  `json:"left_on" doc:"离托日期，当日起不在托"`
}

func (s *Service) sealing() error {
	if s.Fields == nil {
		return refuse(Unavailable, CodeSealingUnavailable, "未配置密钥，暂不能办理涉及婴幼儿个人信息的事项。")
	}
	return nil
}

// EnrolChild takes a child into care, one that is new or one known by its identity. What is stored of a known child stays
// but for the guardian, who now speaks to this institution; the answer tells nothing another institution entered.
// Errors: invalid with every fault, child_in_care_elsewhere, child_enrolled, not_filed, sealing_unavailable.
func (s *Service) EnrolChild(ctx context.Context, p nursery.Principal, key string, in Enrolment) (Enrolled, error) {
	if err := s.mayAtHome(ctx, p, "child.enrol"); err != nil {
		return Enrolled{}, err
	}
	if err := s.sealing(); err != nil {
		return Enrolled{}, err
	}
	if err := planFaults(in.faults(s.today())); err != nil {
		return Enrolled{}, err
	}
	enrolled, _, err := command(ctx, s, p, key, "child.enrol", in, func(q *store.Queries) (Enrolled, error) {
		if err := s.takesChildren(ctx, q, p); err != nil {
			return Enrolled{}, err
		}
		report, err := s.enrolAll(ctx, q, p, []Enrolment{in})
		if err != nil {
			return Enrolled{}, err
		}
		return Enrolled{ID: report[0].id}, report[0].refusal
	})
	if isChildOpen(err) {
		return Enrolled{}, elsewhere()
	}
	return enrolled, err
}

func (e Enrolment) faults(today nursery.Date) (faults []nursery.Fault) {
	for _, f := range e.Child.Faults(today) {
		faults = append(faults, nursery.Fault{Location: "/child" + f.Location, Message: f.Message})
	}
	if fault := classFault(e.Class); fault != "" {
		faults = append(faults, nursery.Fault{Location: "/class", Message: fault})
	}
	switch {
	case !e.EnteredOn.Valid():
		faults = append(faults, nursery.Fault{Location: "/entered_on", Message: "入托日期不存在"})
	case e.EnteredOn.After(today):
		faults = append(faults, nursery.Fault{Location: "/entered_on", Message: "入托日期不能晚于今天"})
	case e.Child.BornOn.Valid() && e.EnteredOn.Before(e.Child.BornOn):
		faults = append(faults, nursery.Fault{Location: "/entered_on", Message: "入托日期早于出生日期"})
	}
	return faults
}

func classFault(class string) string {
	if n := len([]rune(strings.TrimSpace(class))); n < 1 || n > 60 {
		return "班级应为1至60个字"
	}
	return ""
}

// mayAtHome reports whether p may do act to what its own institution holds, by the county and the name under which that
// stands on the register. One that is not on it holds nothing yet.
func (s *Service) mayAtHome(ctx context.Context, p nursery.Principal, act string) error {
	r := resource{}
	if p.Role == nursery.RoleInstitution {
		err := s.DB.As(ctx, p, func(q *store.Queries) error {
			row, err := q.InstitutionByID(ctx, p.Institution)
			if store.IsNotFound(err) {
				r = resource{County: p.County, Institution: p.Institution}
				return nil
			}
			r = resource{County: row.County, Institution: row.ID}
			return err
		})
		if err != nil {
			return fmt.Errorf("read institution: %w", err)
		}
	}
	return s.may(ctx, p, act, r)
}

// takesChildren refuses an institution that is not on the register.
func (s *Service) takesChildren(ctx context.Context, q *store.Queries, p nursery.Principal) error {
	_, err := q.InstitutionByID(ctx, p.Institution)
	if store.IsNotFound(err) {
		return refuse(Conflict, CodeNotFiled, "本机构尚未办理备案，不能登记婴幼儿。")
	}
	if err != nil {
		return fmt.Errorf("read institution: %w", err)
	}
	return nil
}

// enrolment is how one child's enrolment went.
type enrolment struct {
	id      string
	here    bool // in care here already, so nothing was to be done
	refusal error
}

// enrolAll enrols those that nothing stands in the way of and says of each how it went.
func (s *Service) enrolAll(ctx context.Context, q *store.Queries, p nursery.Principal, all []Enrolment) ([]enrolment, error) {
	children := make([]nursery.Child, len(all))
	for i, e := range all {
		children[i] = e.Child
	}
	entered, err := activities.EnterChildren(ctx, q, s.Fields, children, "institution", p.Account, s.Now())
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(entered))
	for i, one := range entered {
		ids[i] = one.ID
	}
	at := map[string]string{} // where each child is in care
	err = q.Beyond(ctx, func() error {
		open, err := q.OpenEnrolmentsOf(ctx, ids)
		for _, e := range open {
			at[e.Child] = e.Institution
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for open enrolments: %w", err)
	}
	outcome := make([]enrolment, len(all))
	for i, one := range entered {
		outcome[i].id = one.ID
		switch at[one.ID] {
		case "":
		case p.Institution:
			outcome[i].here, outcome[i].refusal = true, refuse(Conflict, CodeChildEnrolled, "该婴幼儿已在本机构在托。")
			continue
		default:
			outcome[i].refusal = elsewhere()
			continue
		}
		if err := s.enrol(ctx, q, p, one, all[i]); err != nil {
			return nil, err
		}
		at[one.ID] = p.Institution
	}
	return outcome, nil
}

func elsewhere() *Error {
	return refuse(Conflict, CodeChildElsewhere, "该婴幼儿尚在其他机构在托，请先由该机构办理离托。")
}

func (s *Service) enrol(ctx context.Context, q *store.Queries, p nursery.Principal, one activities.EnteredChild, e Enrolment) error {
	err := q.InsertEnrolment(ctx, store.InsertEnrolmentParams{
		Child: one.ID, County: p.County, Institution: p.Institution, Class: strings.TrimSpace(e.Class), EnteredOn: e.EnteredOn, EnteredBy: p.Account,
	})
	if err != nil {
		return fmt.Errorf("insert enrolment: %w", err)
	}
	if one.Known {
		if err := s.putGuardian(ctx, q, one.ID, e.Child.Normal()); err != nil {
			return err
		}
	}
	return activities.NoteEnrolment(ctx, q, p.Institution, one.ID, s.Now())
}

func (s *Service) putGuardian(ctx context.Context, q *store.Queries, id string, c nursery.Child) error {
	name, err := activities.SealChild(s.Fields, id, nursery.ChildGuardianName, c.GuardianName)
	if err != nil {
		return err
	}
	phone, err := activities.SealChild(s.Fields, id, nursery.ChildGuardianPhone, c.GuardianPhone)
	if err != nil {
		return err
	}
	err = q.PutGuardian(ctx, store.PutGuardianParams{ID: id, GuardianName: name, GuardianPhone: phone, UpdatedAt: s.Now()})
	if err != nil {
		return fmt.Errorf("put guardian: %w", err)
	}
	return nil
}

// isChildOpen recognises the index that lets a child be in care at one place; two who enrol it at the same moment know of
// each other only by it.
func isChildOpen(err error) bool {
	var violation *pgconn.PgError
	return errors.As(err, &violation) && violation.Code == "23505" && violation.ConstraintName == "enrolments_one_open"
}

// childFor reads a child that p sees and may do act to. It is authorised by where the child lives and is in care, or was last,
// and by whether the clinic serves it there on this day. Error: not_found, also for a child that is there but not p's to see.
func (s *Service) childFor(ctx context.Context, q *store.Queries, p nursery.Principal, act, id string, find func(context.Context, string) (store.Child, error)) (store.Child, error) {
	if !nursery.IsChildID(id) {
		return store.Child{}, notFound()
	}
	child, err := find(ctx, id)
	if store.IsNotFound(err) {
		return store.Child{}, notFound()
	}
	if err != nil {
		return store.Child{}, fmt.Errorf("read child: %w", err)
	}
	r := resource{County: child.County}
	err = q.Beyond(ctx, func() error {
		care, err := q.CareOf(ctx, store.CareOfParams{Child: id, Clinic: p.Institution, Day: s.today()})
		if err != nil && !store.IsNotFound(err) {
			return fmt.Errorf("read where the child is in care: %w", err)
		}
		r.Institution = care.Institution
		if care.Served && p.Role == nursery.RoleHospital {
			r.Partner = p.Institution
		}
		return nil
	})
	if err != nil {
		return store.Child{}, err
	}
	return child, s.may(ctx, p, act, r)
}

// ChangeClass moves a child in care to another class.
func (s *Service) ChangeClass(ctx context.Context, p nursery.Principal, key, id, class string) (Enrolled, error) {
	return s.changeChild(ctx, p, key, "child.change", id, class, func(q *store.Queries, _ store.Child) error {
		if fault := classFault(class); fault != "" {
			return planFaults([]nursery.Fault{{Location: "/class", Message: fault}})
		}
		n, err := q.ChangeClass(ctx, store.ChangeClassParams{Child: id, Institution: p.Institution, Class: strings.TrimSpace(class)})
		return ended(n, err)
	})
}

// EndEnrolment ends a child's time here: left, transferred, died, or aged out. Errors: invalid, child_not_enrolled.
func (s *Service) EndEnrolment(ctx context.Context, p nursery.Principal, key, id string, in Leaving) (Enrolled, error) {
	return s.changeChild(ctx, p, key, "child.change", id, in, func(q *store.Queries, _ store.Child) error {
		open, err := q.OpenEnrolment(ctx, id)
		if store.IsNotFound(err) {
			return ended(0, nil)
		}
		if err != nil {
			return fmt.Errorf("read enrolment: %w", err)
		}
		if err := planFaults(in.faults(open.EnteredOn, s.today())); err != nil {
			return err
		}
		by, leave := p.Account, string(in.Leave)
		n, err := q.EndEnrolment(ctx, store.EndEnrolmentParams{Child: id, Institution: p.Institution, LeftOn: in.LeftOn, Leave: leave, LeftBy: by})
		if err := ended(n, err); err != nil {
			return err
		}
		if in.Leave == nursery.LeaveDied {
			if err := q.NoteChildDied(ctx, store.NoteChildDiedParams{ID: id, DiedOn: in.LeftOn, UpdatedAt: s.Now()}); err != nil {
				return fmt.Errorf("note death: %w", err)
			}
		}
		return activities.NoteEnrolment(ctx, q, p.Institution, id, s.Now())
	})
}

func (l Leaving) faults(entered, today nursery.Date) (faults []nursery.Fault) {
	if l.Leave.Title() == string(l.Leave) {
		faults = append(faults, nursery.Fault{Location: "/leave", Message: "没有这种离托原因"})
	}
	switch {
	case !l.LeftOn.Valid():
		faults = append(faults, nursery.Fault{Location: "/left_on", Message: "离托日期不存在"})
	case l.LeftOn.Before(entered):
		faults = append(faults, nursery.Fault{Location: "/left_on", Message: "离托日期早于入托日期"})
	case l.LeftOn.After(today):
		faults = append(faults, nursery.Fault{Location: "/left_on", Message: "离托日期不能晚于今天"})
	}
	return faults
}

func ended(n int64, err error) error {
	if err != nil {
		return fmt.Errorf("change enrolment: %w", err)
	}
	if n == 0 {
		return refuse(Conflict, CodeChildNotEnrolled, "该婴幼儿已不在本机构在托。")
	}
	return nil
}

// changeChild runs a command on a child that p sees.
func (s *Service) changeChild(ctx context.Context, p nursery.Principal, key, act, id string, body any, do func(*store.Queries, store.Child) error) (Enrolled, error) {
	if err := s.sealing(); err != nil {
		return Enrolled{}, err
	}
	done, _, err := command(ctx, s, p, key, act+" "+id, body, func(q *store.Queries) (Enrolled, error) {
		child, err := s.childFor(ctx, q, p, act, id, q.ChildForChange)
		if err != nil {
			return Enrolled{}, err
		}
		return Enrolled{ID: id}, do(q, child)
	})
	return done, err
}

// CorrectChild puts right what is stored of a child in care here, as its guardian asks (个人信息保护法 art. 46), and notes it
// among the readings. Errors: invalid with every fault, identity_taken, child_not_enrolled.
func (s *Service) CorrectChild(ctx context.Context, p nursery.Principal, key, id string, in nursery.Child) (Enrolled, error) {
	return s.changeChild(ctx, p, key, "child.correct", id, in, func(q *store.Queries, row store.Child) error {
		if err := planFaults(in.Faults(s.today())); err != nil {
			return err
		}
		if _, err := q.OpenEnrolment(ctx, id); store.IsNotFound(err) {
			return ended(0, nil)
		} else if err != nil {
			return fmt.Errorf("read enrolment: %w", err)
		}
		taken, err := activities.CorrectChild(ctx, q, s.Fields, id, in, s.Now())
		if err != nil {
			return err
		}
		if taken {
			return refuse(Conflict, CodeIdentityTaken, "该证件号码已登记在另一名婴幼儿名下，请核对。", FieldError{Location: "/identity", Message: "已登记"})
		}
		every, _ := nursery.AccessOf(p.Role, nursery.ReadForGuardian)
		return activities.NoteReading(ctx, q, activities.Reading{By: p, Purpose: nursery.ReadForGuardian, Fields: every.Fields, At: s.Now()}, row)
	})
}
