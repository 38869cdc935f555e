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

// mostDoses is more DTaP doses than a schedule has before the age of six.
const mostDoses = 5

// checkEntry returns what the rules remind the institution of when a child comes into care: doses that are missing from its
// vaccination certificate, or that nobody has looked at one (疫苗管理法 art. 48). It never refuses a child.
func (s *Service) checkEntry(ctx context.Context, born, entered nursery.Date, doses *int, county string) ([]nursery.Reason, error) {
	facts := nursery.EntryFacts{BornOn: born, EnteredOn: entered, DTaPDoses: doses}
	d, err := s.Rules.Decide(ctx, activities.RulesEntry, facts, s.today(), county)
	if err != nil {
		return nil, fmt.Errorf("decide %s: %w", activities.RulesEntry, err)
	}
	return d.Reasons, nil
}

// dosesCell is where the doses of a stay stand.
func dosesCell(stay int64) sealing.Cell {
	return sealing.Cell{Table: "enrolments", Column: "dtap_doses", Row: strconv.FormatInt(stay, 10)}
}

// putDoses keeps, sealed, how many doses the certificate showed.
func (s *Service) putDoses(ctx context.Context, q *store.Queries, stay int64, doses *int) error {
	if doses == nil {
		return nil
	}
	sealed, err := s.Fields.Seal([]byte(strconv.Itoa(*doses)), dosesCell(stay))
	if err != nil {
		return fmt.Errorf("seal doses: %w", err)
	}
	if err := q.PutEntryDoses(ctx, store.PutEntryDosesParams{ID: stay, Doses: sealed}); err != nil {
		return fmt.Errorf("put doses: %w", err)
	}
	return nil
}

// entryOf returns what the rules say of the stay of a child, for the institution that has it in care.
func (s *Service) entryOf(ctx context.Context, child store.Child, stay store.Enrolment) ([]nursery.Reason, error) {
	var doses *int
	if stay.DtapDoses != nil {
		plain, err := s.Fields.Open(stay.DtapDoses, dosesCell(stay.ID))
		if err != nil {
			return nil, fmt.Errorf("open doses: %w", err)
		}
		n, err := strconv.Atoi(string(plain))
		if err != nil {
			return nil, fmt.Errorf("read doses of stay %d: %w", stay.ID, strconv.ErrSyntax) // the value is in no error
		}
		doses = &n
	}
	return s.checkEntry(ctx, child.BornOn, stay.EnteredOn, doses, stay.County)
}
