package children

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// enrolment is how the enrolment of one child goes.
type enrolment struct {
	id         string
	here       bool // in care here already, so nothing is to be done
	class      string
	unverified bool // the refusal counts among the day's
	entry      []nursery.Reason
	refusal    *casework.Error
}

// judge returns what prevents each child from entering, in the order of all, and what the rules remind of. It writes nothing but the
// refusals that count among the day's, except those of persons in counted, to which it adds. The identities are locked until the
// transaction ends, so that what it returns still holds when the children are enrolled. Once the day's attempts are used up every
// further child is refused, known or not.
func (s *Service) judge(ctx context.Context, q *store.Queries, p nursery.Principal, all []Enrolment, counted map[string]bool) ([]enrolment, error) {
	left, err := s.AttemptsOf(ctx, q, p)
	if err != nil {
		return nil, err
	}
	children := make([]nursery.Child, len(all))
	for i, e := range all {
		children[i] = e.Child
	}
	known, err := activities.CompareChildren(ctx, q, s.Fields, children)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, k := range known {
		if k.ID != "" {
			ids = append(ids, k.ID)
		}
	}
	stays, err := staysOf(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	judged, entering := make([]enrolment, len(all)), map[string]string{} // the class into which a child enters by an earlier row
	for i, e := range all {
		one, who := &judged[i], known[i].ID
		if who == "" {
			who = e.Child.Normal().IdentityKey()
		}
		class, twice := entering[who]
		hash := PersonHash(e.Child)
		switch {
		case left.Left <= 0 && !counted[hash]:
			one.refusal = TooManyAttempts()
		case known[i].Differs:
			if !counted[hash] {
				left.Refused()
			}
			if counted != nil {
				counted[hash] = true
			}
			one.unverified, one.refusal = true, unverified()
		case !known[i].DiedOn.IsZero():
			one.refusal = casework.NewError(casework.CodeChildDied, "该婴幼儿已登记死亡，不能办理入托。登记有误的，请由登记的机构或居住地县级卫生健康部门更正。")
		case twice:
			one.refusal, one.here, one.class = casework.NewError(casework.CodeChildEnrolled, "该婴幼儿已在本机构在托。"), true, class
		default:
			one.class, one.refusal = stayRefusal(stays[known[i].ID], p.Institution, e.EnteredOn)
			one.here = one.refusal != nil && one.refusal.Code == casework.CodeChildEnrolled
		}
		if one.refusal != nil {
			continue
		}
		entering[who] = nursery.NormalClass(e.Class)
		if one.entry, err = s.checkEntry(ctx, e.Child.BornOn, e.EnteredOn, e.DTaPDoses, p.County); err != nil {
			return nil, err
		}
	}
	return judged, s.NoteAttempts(ctx, q, p, left)
}

// PersonHash identifies the child as a row describes it, so that a refusal counts once however often the row is checked.
func PersonHash(c nursery.Child) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{c.Normal().IdentityKey(), nursery.NameKey(c.Name), c.BornOn.String(), string(c.Sex)}, "\x00")))
	return hex.EncodeToString(sum[:])
}

// enrolAll enrols every child that nothing prevents from entering. An import, unless it is nil, notes what is written.
func (s *Service) enrolAll(ctx context.Context, q *store.Queries, p nursery.Principal, all []Enrolment, judged []enrolment, of *rosterImport) error {
	var children []nursery.Child
	var taken []int
	for i, e := range all {
		if judged[i].refusal == nil {
			children, taken = append(children, e.Child), append(taken, i)
		}
	}
	at := s.Now()
	if of != nil {
		at = of.at
	}
	entered, err := activities.EnterChildren(ctx, q, s.Fields, children, p.Institution, "institution", p.Account, at)
	if err != nil {
		return err
	}
	if err := of.note(ctx, q, entered, taken); err != nil {
		return err
	}
	for n, one := range entered {
		i := taken[n]
		judged[i].id = one.ID
		if err := s.enrol(ctx, q, p, one, all[i], at); err != nil {
			return err
		}
	}
	return of.noteStays(ctx, q, p)
}

// enrol inserts a child's stay and the doses on its vaccination certificate.
func (s *Service) enrol(ctx context.Context, q *store.Queries, p nursery.Principal, one activities.EnteredChild, e Enrolment, at time.Time) error {
	stay, err := q.InsertEnrolment(ctx, store.InsertEnrolmentParams{
		Child: one.ID, County: p.County, Institution: p.Institution, Class: nursery.NormalClass(e.Class), EnteredOn: e.EnteredOn, EnteredBy: p.Account,
		AgeReason: strings.TrimSpace(e.AgeReason),
	})
	if err != nil {
		return err
	}
	if err := s.putDoses(ctx, q, stay, e.DTaPDoses); err != nil {
		return err
	}
	if c := e.Child.Normal(); one.Known && (c.GuardianName != "" || c.GuardianPhone != "") {
		if err := s.putGuardian(ctx, q, p, one.ID, c, at); err != nil {
			return err
		}
	}
	return activities.NoteEnrolment(ctx, q, p.Institution, one.ID, at)
}
