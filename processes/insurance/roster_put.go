package insurance

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/store"
)

// putChunk writes children, their places on the roster and their guardians' consents, each by one statement.
func (s *Service) putChunk(ctx context.Context, q *store.Queries, p nursery.Principal, b store.InsuranceBatch, source string, rows []*incoming, report *InsuranceRoster) error {
	if err := s.enter(ctx, q, p, source, rows); err != nil {
		return err
	}
	if err := s.renew(ctx, q, rows); err != nil {
		return err
	}
	roster := store.PutRosterParams{CaseNo: b.CaseNo, County: b.County, ReportedOn: s.Today()}
	consents := store.PutInsuranceConsentsParams{County: b.County, GivenOn: s.Today(), TakenBy: p.Account}
	for _, r := range rows {
		switch {
		case r.refused != "":
			continue
		case r.known:
			report.Updated++
		default:
			report.Added++
		}
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

// enter finds the child each row is about. A row whose name, birth date or sex are not those recorded under its number is refused,
// and so is one who is known and lives in another county; of its own children the office may put them right with a reason.
func (s *Service) enter(ctx context.Context, q *store.Queries, p nursery.Principal, source string, rows []*incoming) error {
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
	left, err := children.For(s.Service).AttemptsOf(ctx, q, p)
	if err != nil {
		return err
	}
	var taken []*incoming
	entering = entering[:0]
	first := map[string]int{} // two papers of one child that was merged
	for i, r := range rows {
		before, twice := first[known[i].ID]
		if known[i].ID != "" && !twice {
			first[known[i].ID] = r.number
		}
		switch k := known[i]; {
		case seen[k.ID] && twice:
			r.refused = fmt.Sprintf("与第 %d 行是同一婴幼儿，记录已合并", before)
		case seen[k.ID] && k.Differs && r.correction == "":
			r.refused = children.UnverifiedMessage + "确需更正的，请在“" + columnTitle("correction") + "”中说明。"
		case seen[k.ID]:
			taken, entering = append(taken, r), append(entering, r.Child)
		case left.Left <= 0:
			r.refused = children.TooManyAttempts().Message
		case k.Differs:
			left.Refused()
			r.refused = children.UnverifiedMessage
		case k.ID != "":
			r.refused = "该证件号码已在其他县区登记，请核对居住地"
		default:
			taken, entering = append(taken, r), append(entering, r.Child)
		}
	}
	entered, err := activities.EnterChildren(ctx, q, s.Fields, entering, "", source, p.Account, s.Now())
	if err != nil {
		return err
	}
	for i, r := range taken {
		r.id, r.known = entered[i].ID, entered[i].Known
	}
	if err := s.noteRosterCorrections(ctx, q, p, rows, known, seen); err != nil {
		return err
	}
	return children.For(s.Service).NoteAttempts(ctx, q, p, left)
}

// noteRosterCorrections writes down which children the office put right, and why.
func (s *Service) noteRosterCorrections(ctx context.Context, q *store.Queries, p nursery.Principal, rows []*incoming, known []activities.KnownChild, seen map[string]bool) error {
	for i, r := range rows {
		if k := known[i]; seen[k.ID] && k.Differs && r.refused == "" {
			err := children.For(s.Service).NoteCorrection(ctx, q, p, store.Child{ID: k.ID, County: r.County}, "identity", nil, nil, r.correction)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// renew updates known children with the data of the source, and records those who have died or moved away.
func (s *Service) renew(ctx context.Context, q *store.Queries, rows []*incoming) error {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r *incoming) bool {
		return r.refused != "" || !r.known && r.DiedOn.IsZero() && r.MovedOn.IsZero()
	})
	if len(rows) == 0 {
		return nil
	}
	n := len(rows)
	to := store.UpdateRosterChildrenParams{
		Ids: make([]string, n), BornOn: make([]nursery.Date, n), Sexes: make([]string, n), Names: make([][]byte, n), GuardianNames: make([][]byte, n),
		GuardianPhones: make([][]byte, n), DiedOn: make([]nursery.Date, n), MovedOn: make([]nursery.Date, n), At: s.Now(),
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
	report.Refused = report.Rows - report.Added - report.Updated
	number, err := q.NextInsuranceUpload(ctx, c.CaseNo)
	if err != nil {
		return report, err
	}
	report.Number = int(number)
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
