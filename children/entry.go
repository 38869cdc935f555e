package children

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// mostDoses is the maximum number of DTaP doses, more than any schedule has before the age of six.
const mostDoses = 5

// checkEntry returns the reminders of the rules for the institution when a child is enrolled: doses missing from its
// vaccination certificate, or a certificate that was not checked (疫苗管理法 art. 48). It never rejects a child.
func (s *Service) checkEntry(ctx context.Context, born, entered nursery.Date, doses *int, county string) ([]nursery.Reason, error) {
	facts := nursery.EntryFacts{BornOn: born, EnteredOn: entered, DTaPDoses: doses}
	d, err := s.Rules.Decide(ctx, activities.RulesEntry, facts, s.Today(), county)
	if err != nil {
		return nil, fmt.Errorf("decide %s: %w", activities.RulesEntry, err)
	}
	return d.Reasons, nil
}

// dosesCell returns the cell of the doses of a stay.
func dosesCell(stay int64) sealing.Cell {
	return sealing.Cell{Table: "enrolments", Column: "dtap_doses", Row: strconv.FormatInt(stay, 10)}
}

// putDoses stores, sealed, the number of doses on the certificate.
func (s *Service) putDoses(ctx context.Context, q *store.Queries, stay int64, doses *int) error {
	if doses == nil {
		return nil
	}
	sealed, err := s.Fields.Seal([]byte(strconv.Itoa(*doses)), dosesCell(stay))
	if err != nil {
		return fmt.Errorf("seal doses: %w", err)
	}
	return q.PutEntryDoses(ctx, store.PutEntryDosesParams{ID: stay, Doses: sealed})
}

// dosesOf opens the number of doses of a stay. It returns nil if no certificate was shown.
func (s *Service) dosesOf(stay store.Enrolment) (*int, error) {
	if stay.DtapDoses == nil {
		return nil, nil
	}
	plain, err := s.Fields.Open(stay.DtapDoses, dosesCell(stay.ID))
	if err != nil {
		return nil, fmt.Errorf("open doses: %w", err)
	}
	n, err := strconv.Atoi(string(plain))
	if err != nil {
		return nil, fmt.Errorf("read doses of stay %d: %w", stay.ID, strconv.ErrSyntax) // the error does not contain the value
	}
	return &n, nil
}

// DosesShown is what a vaccination certificate shows that was checked after the child was enrolled.
type DosesShown struct {
	DTaPDoses *int   `json:"dtap_doses,omitempty" required:"true" minimum:"0" maximum:"5" doc:"接种证上百白破疫苗的剂次"`
	Reason    string `json:"reason,omitempty" maxLength:"500" doc:"更正理由，剂次少于原登记的必填"`
}

// RecordDoses stores the DTaP doses on the certificate of a child in care at p's institution, in place of those recorded
// before, if any (疫苗管理法 art. 48). Fewer than before need a reason. Errors: invalid with every fault,
// child_not_enrolled, sealing_unavailable.
func (s *Service) RecordDoses(ctx context.Context, p nursery.Principal, key, id string, in DosesShown) (Enrolled, error) {
	return s.changeChild(ctx, p, key, "child.doses", id, in, func(q *store.Queries, child store.Child) error {
		stay, err := q.OpenEnrolment(ctx, child.ID)
		if store.IsNotFound(err) || err == nil && stay.Institution != p.Institution {
			return ended(0, nil)
		}
		if err != nil {
			return fmt.Errorf("read enrolment: %w", err)
		}
		before, err := s.dosesOf(stay)
		if err != nil {
			return err
		}
		reason := strings.TrimSpace(in.Reason)
		if err := in.check(before, reason); err != nil {
			return err
		}
		if err := s.putDoses(ctx, q, stay.ID, in.DTaPDoses); err != nil {
			return err
		}
		was, is := map[string]any{"shown": before != nil}, map[string]any{"shown": true} // the number itself is sealed
		if err := s.NoteCorrection(ctx, q, p, child, "doses", was, is, cmp.Or(reason, "补验预防接种证")); err != nil {
			return err
		}
		return activities.NoteReading(ctx, q, activities.Reading{
			By: p, Purpose: nursery.ReadForEnrolment, Fields: []nursery.ChildField{nursery.ChildVaccination}, At: s.Now(),
		}, child)
	})
}

// check validates the doses against those recorded before. Error: invalid with every fault.
func (d DosesShown) check(before *int, reason string) error {
	var c casework.Checker
	switch doses := d.DTaPDoses; {
	case doses == nil:
		c.Add("/dtap_doses", "请填写接种证上的剂次")
	case *doses < 0 || *doses > mostDoses:
		c.Add("/dtap_doses", "剂次应为0至5的整数")
	case before != nil && *doses < *before && reason == "":
		c.Add("/reason", "剂次少于原登记的，请填写更正理由")
	}
	if wrong := casework.CheckText("/reason", reason, 500); wrong != nil {
		c.Add(wrong.Location, wrong.Message)
	}
	return c.Err()
}

// entryOf returns the reminders of the rules for a child's stay, for the institution that has it in care.
func (s *Service) entryOf(ctx context.Context, child store.Child, stay store.Enrolment) ([]nursery.Reason, error) {
	doses, err := s.dosesOf(stay)
	if err != nil {
		return nil, err
	}
	return s.checkEntry(ctx, child.BornOn, stay.EnteredOn, doses, stay.County)
}
