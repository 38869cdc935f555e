package insurance

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/store"
)

// putChunk writes children, their places on the roster and their guardians' consents, each by one statement.
func (s *Service) putChunk(ctx context.Context, q *store.Queries, p nursery.Principal, b store.InsuranceBatch, source string, rows []*incoming, report InsuranceRoster) error {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r *incoming) bool { return r.refused != "" })
	if err := s.enter(ctx, q, p, b.CaseNo, source, rows, report); err != nil {
		return err
	}
	if err := s.renew(ctx, q, rows, report.At); err != nil {
		return err
	}
	roster := store.PutRosterParams{CaseNo: b.CaseNo, County: b.County, ReportedOn: s.Today()}
	consents := store.PutInsuranceConsentsParams{County: b.County, GivenOn: s.Today(), TakenBy: p.Account}
	for _, r := range rows {
		roster.Children, roster.Residences = append(roster.Children, r.id), append(roster.Residences, string(r.Residence))
		roster.NotifiedOn, roster.Newborns = append(roster.NotifiedOn, r.NotifiedOn), append(roster.Newborns, r.Newborn)
		roster.Persons = append(roster.Persons, r.person)
		if r.Consent != "" {
			consents.Children, consents.Evidence = append(consents.Children, r.id), append(consents.Evidence, r.Consent)
		}
	}
	if err := q.PutRoster(ctx, roster); err != nil {
		return err
	}
	if len(consents.Children) == 0 {
		return nil
	}
	return q.PutInsuranceConsents(ctx, consents)
}

// judge finds the child each row is about. A row whose name, birth date or sex are not those recorded under its number is refused,
// and so is one who is known and lives in another county; of its own children the office may put them right with a reason. It writes
// nothing but the refusals that it counts, except those of persons in counted, to which it adds.
func (s *Service) judge(ctx context.Context, q *store.Queries, p nursery.Principal, rows []*incoming, counted map[string]bool) error {
	left, err := children.For(s.Service).AttemptsOf(ctx, q, p)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(rows, rosterBatchSize) {
		if err := s.judgeChunk(ctx, q, chunk, left, counted); err != nil {
			return err
		}
	}
	return children.For(s.Service).NoteAttempts(ctx, q, p, left)
}

func (s *Service) judgeChunk(ctx context.Context, q *store.Queries, rows []*incoming, left *children.Attempts, counted map[string]bool) error {
	entering := make([]nursery.Child, len(rows))
	for i, r := range rows {
		entering[i] = r.Child
	}
	known, err := activities.CompareChildren(ctx, q, s.Fields, entering)
	if err != nil {
		return err
	}
	seen, err := children.SeenOf(ctx, q, known)
	if err != nil {
		return err
	}
	first := map[string]int{} // two papers of one child that was merged
	for i, r := range rows {
		k := known[i]
		before, twice := first[k.ID]
		if k.ID != "" && !twice {
			first[k.ID] = r.number
		}
		hash := ""
		if counted != nil {
			hash = children.PersonHash(r.Child)
		}
		switch {
		case seen[k.ID] && twice:
			r.refused = fmt.Sprintf("与第 %d 行是同一婴幼儿，记录已合并", before)
		case seen[k.ID] && k.Differs && r.correction == "":
			r.refused = children.UnverifiedMessage + "确需更正的，请在“" + columnTitle("correction") + "”中说明。"
		case seen[k.ID]:
			r.id, r.known, r.differs = k.ID, true, k.Differs
		case left.Left <= 0 && !counted[hash]:
			r.refused = children.TooManyAttempts().Message
		case k.Differs:
			if !counted[hash] {
				left.Refused()
			}
			if counted != nil {
				counted[hash] = true
			}
			r.refused = children.UnverifiedMessage
		case k.ID != "":
			r.refused = "该证件号码已在其他县区登记，请核对居住地"
		}
	}
	return nil
}

// enter stores the children that are new, and notes what the import is about to write.
func (s *Service) enter(ctx context.Context, q *store.Queries, p nursery.Principal, caseNo, source string, rows []*incoming, report InsuranceRoster) error {
	entering := make([]nursery.Child, len(rows))
	for i, r := range rows {
		entering[i] = r.Child
	}
	entered, err := activities.EnterChildren(ctx, q, s.Fields, entering, "", source, p.Account, report.At)
	if err != nil {
		return err
	}
	noted := store.NoteImportRowsParams{Import: report.Import}
	for i, r := range rows {
		r.id, r.known = entered[i].ID, entered[i].Known
		noted.Children, noted.Lines, noted.Entered = append(noted.Children, r.id), append(noted.Lines, int32(r.number)), append(noted.Entered, !r.known)
		if r.differs {
			err := children.For(s.Service).NoteCorrection(ctx, q, p, store.Child{ID: r.id, County: r.County}, "identity", nil, nil, r.correction)
			if err != nil {
				return err
			}
		}
	}
	if report.Import == 0 {
		return nil
	}
	return q.AsEngine(ctx, func() error {
		if err := q.NoteImportRows(ctx, noted); err != nil {
			return err
		}
		return q.NoteImportedPlaces(ctx, store.NoteImportedPlacesParams{Import: report.Import, CaseNo: caseNo, Children: noted.Children})
	})
}

// renew updates known children with the data of the source, and records those who have died or moved away.
func (s *Service) renew(ctx context.Context, q *store.Queries, rows []*incoming, at time.Time) error {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r *incoming) bool { return !r.known && r.DiedOn.IsZero() && r.MovedOn.IsZero() })
	if len(rows) == 0 {
		return nil
	}
	n := len(rows)
	to := store.UpdateRosterChildrenParams{
		Ids: make([]string, n), BornOn: make([]nursery.Date, n), Sexes: make([]string, n), Names: make([][]byte, n), GuardianNames: make([][]byte, n),
		GuardianPhones: make([][]byte, n), DiedOn: make([]nursery.Date, n), MovedOn: make([]nursery.Date, n), At: at,
	}
	err := inParallel(n, func(i int) (err error) {
		r := rows[i]
		to.Ids[i], to.BornOn[i], to.Sexes[i], to.DiedOn[i], to.MovedOn[i] = r.id, r.BornOn, string(r.Sex), r.DiedOn, r.MovedOn
		for _, cell := range []struct {
			field nursery.ChildField
			plain string
			into  *[]byte
		}{
			{nursery.ChildName, r.Name, &to.Names[i]}, {nursery.ChildGuardianName, r.GuardianName, &to.GuardianNames[i]},
			{nursery.ChildGuardianPhone, r.GuardianPhone, &to.GuardianPhones[i]},
		} {
			if *cell.into, err = activities.SealChild(s.Fields, r.id, cell.field, cell.plain); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("seal roster: %w", err)
	}
	return q.UpdateRosterChildren(ctx, to)
}

// faultsShown is how many faults an answer lists; all of them are in the workbook.
const faultsShown = 200

func (s *Service) keepUpload(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, source string, faults []InsuranceFault, report InsuranceRoster) (InsuranceRoster, error) {
	slices.SortStableFunc(faults, func(a, b InsuranceFault) int { return a.Row - b.Row })
	number := int32(report.Number)
	raw, err := json.Marshal(faults)
	if err != nil {
		return report, fmt.Errorf("encode row report: %w", err)
	}
	err = q.InsertInsuranceUpload(ctx, store.InsertInsuranceUploadParams{
		CaseNo: c.CaseNo, Number: number, County: c.County, Source: source, ReadRows: int32(report.Rows), Added: int32(report.Added),
		Updated: int32(report.Updated), Refused: int32(report.Refused), Faults: raw, UploadedBy: p.Account, UploadedAt: s.Now(),
	})
	if err != nil {
		return report, err
	}
	report.Faults = faults[:min(len(faults), faultsShown)]
	note := fmt.Sprintf("第 %d 次导入名册：新登记 %d 名，更新 %d 名，未接收 %d 行", number, report.Added, report.Updated, report.Refused)
	err = s.RecordEvent(ctx, q, c, p, fmt.Sprintf("roster/%d", number), "roster_taken", note, false, map[string]any{"upload": number})
	if err != nil || c.Stage != string(nursery.StageStanding) {
		return report, err
	}
	return report, activities.EnqueueChange(ctx, q, c, fmt.Sprintf("roster/%d", number), s.Now())
}

// RosterReport returns the result of a roster upload, with every fault.
func (s *Service) RosterReport(ctx context.Context, p nursery.Principal, caseNo string, number int) (InsuranceRoster, error) {
	var report InsuranceRoster
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		c, _, err := insuranceCase.Read(ctx, s.Service, q, p, "insurance.roster", caseNo)
		if err != nil {
			return err
		}
		u, err := q.InsuranceUpload(ctx, store.InsuranceUploadParams{CaseNo: c.CaseNo, Number: int32(number)})
		if store.IsNotFound(err) {
			return casework.NewNotFound()
		}
		if err != nil {
			return fmt.Errorf("read upload: %w", err)
		}
		report = InsuranceRoster{
			CaseNo: c.CaseNo, Number: number, Rows: int(u.ReadRows), Added: int(u.Added), Updated: int(u.Updated), Refused: int(u.Refused),
			By: u.UploadedBy, At: u.UploadedAt,
		}
		return json.Unmarshal(u.Faults, &report.Faults)
	})
	return report, err
}
