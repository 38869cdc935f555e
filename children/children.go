package children

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Enrolment is a child coming into care 入托登记.
type Enrolment struct {
	Child     nursery.Child `json:"child" doc:"婴幼儿信息"`
	Class     string        `json:"class" minLength:"1" maxLength:"60" doc:"班级"`
	EnteredOn nursery.Date  `json:"entered_on" doc:"入托日期"`
	DTaPDoses *int          `json:"dtap_doses,omitempty" minimum:"0" maximum:"5" doc:"接种证上百白破疫苗的剂次，未出示接种证的不填"`
	AgeReason string        `json:"age_reason,omitempty" maxLength:"200" doc:"超龄入托说明，入托时已满36月龄的须说明理由"`
}

// Enrolled identifies the child that was enrolled.
type Enrolled struct {
	ID string `json:"id" doc:"婴幼儿编号，不含个人信息"`
	// Entry is for the institution that takes the child in.
	Entry []nursery.Reason `json:"entry,omitempty" doc:"入托查验预防接种证的提示，不影响入托"`
}

// Leaving ends a child's time at an institution.
type Leaving struct {
	Leave  nursery.Leave `json:"leave" enum:"left,transferred,died,aged_out" doc:"离托原因"`
	LeftOn nursery.Date  `json:"left_on" doc:"离托日期，当日起不在托"`
	// Release hands what this institution entered on to the next.
	Release bool `json:"release,omitempty" doc:"监护人同意将本机构登记的监护人、同意书等信息移交接收机构"`
}

// EnrolChild takes a child into care: a new child, or one known by its identity whose name, birth date and sex agree.
// The stored record of a known child does not change except for the guardian, who now deals with this institution. The
// answer reveals nothing that another institution entered. Errors: invalid with every fault, age_unusual,
// identity_unverified, identity_attempts, child_in_care_elsewhere, child_enrolled, child_died, stay_overlaps,
// not_filed, sealing_unavailable.
func (s *Service) EnrolChild(ctx context.Context, p nursery.Principal, key string, in Enrolment) (Enrolled, error) {
	if err := s.AuthorizeAtHome(ctx, p, "child.enrol"); err != nil {
		return Enrolled{}, err
	}
	if err := s.Sealing(); err != nil {
		return Enrolled{}, err
	}
	if err := casework.FaultsError(in.faults(s.Today())); err != nil {
		return Enrolled{}, err
	}
	if err := in.ageRefusal(); err != nil {
		return Enrolled{}, err
	}
	// What is refused for its identity is counted in the same transaction, so it is answered, not undone.
	answer, err := casework.Command(ctx, s.Service, p, key, "child.enrol", in, func(q *store.Queries) (enrolAnswer, error) {
		if err := s.takesChildren(ctx, q, p); err != nil {
			return enrolAnswer{}, err
		}
		judged, err := s.judge(ctx, q, p, []Enrolment{in}, nil)
		if err != nil {
			return enrolAnswer{}, err
		}
		one := &judged[0]
		if one.unverified {
			return enrolAnswer{Unverified: true}, nil
		}
		if one.refusal != nil {
			return enrolAnswer{}, one.refusal
		}
		err = s.enrolAll(ctx, q, p, []Enrolment{in}, judged, nil)
		return enrolAnswer{ID: one.id, Entry: one.entry}, err
	})
	switch {
	case isChildOpen(err):
		return Enrolled{}, elsewhere()
	case err == nil && answer.Unverified:
		return Enrolled{}, unverified()
	}
	return Enrolled{ID: answer.ID, Entry: answer.Entry}, err
}

// enrolAnswer is what a repeat of the command answers.
type enrolAnswer struct {
	ID         string           `json:"id,omitempty"`
	Unverified bool             `json:"unverified,omitempty"`
	Entry      []nursery.Reason `json:"entry,omitempty"`
}

func (e Enrolment) faults(today nursery.Date) (faults []nursery.Fault) {
	for _, f := range e.Child.Validate(today) {
		faults = append(faults, nursery.Fault{Location: "/child" + f.Location, Message: f.Message})
	}
	if fault := nursery.ClassFault(e.Class); fault != "" {
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
	if e.DTaPDoses != nil && (*e.DTaPDoses < 0 || *e.DTaPDoses > mostDoses) {
		faults = append(faults, nursery.Fault{Location: "/dtap_doses", Message: "剂次应为0至5的整数"})
	}
	return faults
}

// ageRefusal refuses a child that is past the age of infant care on the day it enters unless the institution states
// why, because a mistyped year looks the same. Error: age_unusual.
func (e Enrolment) ageRefusal() error {
	months := e.EnteredOn.MonthsSince(e.Child.BornOn)
	if months < nursery.CareMonths || strings.TrimSpace(e.AgeReason) != "" {
		return nil
	}
	return casework.NewError(casework.CodeAgeUnusual, ageQuestion(months), casework.FieldError{Location: "/age_reason", Message: "出生日期无误的，请说明超龄入托的理由"})
}

// AuthorizeAtHome authorizes act for p on the data of its own institution, in the county where the institution is registered.
// An institution that is not registered holds no data yet.
func (s *Service) AuthorizeAtHome(ctx context.Context, p nursery.Principal, act string) error {
	r := casework.Resource{}
	if p.Role == nursery.RoleInstitution {
		err := s.DB.As(ctx, p, func(q *store.Queries) error {
			row, err := q.InstitutionByID(ctx, p.Institution)
			if store.IsNotFound(err) {
				r = casework.Resource{County: p.County, Institution: p.Institution}
				return nil
			}
			r = casework.Resource{County: row.County, Institution: row.ID}
			return err
		})
		if err != nil {
			return fmt.Errorf("read institution: %w", err)
		}
	}
	return s.Authorize(ctx, p, act, r)
}

func ageQuestion(months int) string {
	return fmt.Sprintf("入托时已满 %d 个月，托育服务对象为3岁以下婴幼儿，请核对出生日期和入托日期。", months)
}

// takesChildren refuses an institution whose filing does not stand: never filed, or cancelled. A family point is filed like any
// other (家庭托育点管理办法(试行) art. 7).
func (s *Service) takesChildren(ctx context.Context, q *store.Queries, p nursery.Principal) error {
	row, err := q.InstitutionByID(ctx, p.Institution)
	if err != nil && !store.IsNotFound(err) {
		return fmt.Errorf("read institution: %w", err)
	}
	switch {
	case err == nil && (row.Status == "filed" || row.Status == "rectifying"):
		return nil
	case err == nil && row.Status == "cancelled":
		return casework.NewError(casework.CodeNotFiled, "本机构的备案已注销，不能登记婴幼儿入托。")
	}
	return casework.NewError(casework.CodeNotFiled, "本机构尚未完成备案，不能登记婴幼儿入托。")
}

func elsewhere() *casework.Error {
	return casework.NewError(casework.CodeChildElsewhere, "该婴幼儿尚在其他机构在托，请先由该机构办理离托。")
}

func (s *Service) putGuardian(ctx context.Context, q *store.Queries, p nursery.Principal, id string, c nursery.Child, at time.Time) error {
	name, err := activities.SealChild(s.Fields, id, nursery.ChildGuardianName, c.GuardianName)
	if err != nil {
		return err
	}
	phone, err := activities.SealChild(s.Fields, id, nursery.ChildGuardianPhone, c.GuardianPhone)
	if err != nil {
		return err
	}
	return q.PutGuardian(ctx, store.PutGuardianParams{ID: id, GuardianName: name, GuardianPhone: phone, GuardianFrom: p.Institution, UpdatedAt: at})
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
		return store.Child{}, casework.NewNotFound()
	}
	child, err := find(ctx, id)
	if store.IsNotFound(err) {
		return store.Child{}, casework.NewNotFound()
	}
	if err != nil {
		return store.Child{}, fmt.Errorf("read child: %w", err)
	}
	r := casework.Resource{County: child.County}
	err = q.AsEngine(ctx, func() error {
		care, err := q.CareOf(ctx, store.CareOfParams{Child: id, Clinic: p.Institution, Day: s.Today()})
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
	return child, s.Authorize(ctx, p, act, r)
}

// ChangeClass moves a child in care to another class.
func (s *Service) ChangeClass(ctx context.Context, p nursery.Principal, key, id, class string) (Enrolled, error) {
	return s.changeChild(ctx, p, key, "child.change", id, class, func(q *store.Queries, child store.Child) error {
		if fault := nursery.ClassFault(class); fault != "" {
			return casework.FaultsError([]nursery.Fault{{Location: "/class", Message: fault}})
		}
		n, err := q.ChangeClass(ctx, store.ChangeClassParams{Child: child.ID, Institution: p.Institution, Class: nursery.NormalClass(class)})
		return ended(n, err)
	})
}

// EndEnrolment ends a child's time here: left, transferred, died, or aged out. Errors: invalid, child_not_enrolled.
func (s *Service) EndEnrolment(ctx context.Context, p nursery.Principal, key, id string, in Leaving) (Enrolled, error) {
	return s.changeChild(ctx, p, key, "child.change", id, in, func(q *store.Queries, child store.Child) error {
		id := child.ID
		open, err := q.OpenEnrolment(ctx, id)
		if store.IsNotFound(err) {
			return ended(0, nil)
		}
		if err != nil {
			return fmt.Errorf("read enrolment: %w", err)
		}
		if err := casework.FaultsError(in.faults(open.EnteredOn, s.Today())); err != nil {
			return err
		}
		by, leave := p.Account, string(in.Leave)
		n, err := q.EndEnrolment(ctx, store.EndEnrolmentParams{Child: id, Institution: p.Institution, LeftOn: in.LeftOn, Leave: leave, LeftBy: by})
		if err := ended(n, err); err != nil {
			return err
		}
		if in.Leave == nursery.LeaveDied {
			if err := q.NoteChildDied(ctx, store.NoteChildDiedParams{ID: id, DiedOn: in.LeftOn, UpdatedAt: s.Now()}); err != nil {
				return err
			}
		}
		if in.Release {
			if err := s.release(ctx, q, p, child, "离托时一并移交"); err != nil {
				return err
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
		return casework.NewError(casework.CodeChildNotEnrolled, "该婴幼儿已不在本机构在托。")
	}
	return nil
}

// changeChild runs a command on a child that p sees.
func (s *Service) changeChild(ctx context.Context, p nursery.Principal, key, act, id string, body any, do func(*store.Queries, store.Child) error) (Enrolled, error) {
	if err := s.Sealing(); err != nil {
		return Enrolled{}, err
	}
	done, err := casework.Command(ctx, s.Service, p, key, act+" "+id, body, func(q *store.Queries) (Enrolled, error) {
		id, err := mergedInto(ctx, q, id)
		if err != nil {
			return Enrolled{}, err
		}
		child, err := s.childForChange(ctx, q, p, act, id)
		if err != nil {
			return Enrolled{}, err
		}
		return Enrolled{ID: id}, do(q, child)
	})
	return done, err
}
