package casework

import (
	"context"
	"fmt"
	"strconv"

	"tuoyu/activities"
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
	d, err := s.Rules.Decide(ctx, activities.RulesEntry, facts, s.today(), county)
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

// entryOf returns the reminders of the rules for a child's stay, for the institution that has it in care.
func (s *Service) entryOf(ctx context.Context, child store.Child, stay store.Enrolment) ([]nursery.Reason, error) {
	var doses *int
	if stay.DtapDoses != nil {
		plain, err := s.Fields.Open(stay.DtapDoses, dosesCell(stay.ID))
		if err != nil {
			return nil, fmt.Errorf("open doses: %w", err)
		}
		n, err := strconv.Atoi(string(plain))
		if err != nil {
			return nil, fmt.Errorf("read doses of stay %d: %w", stay.ID, strconv.ErrSyntax) // the error does not contain the value
		}
		doses = &n
	}
	return s.checkEntry(ctx, child.BornOn, stay.EnteredOn, doses, stay.County)
}
