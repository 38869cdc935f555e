package checkup

import (
	"context"
	"fmt"
	"slices"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

func checkupSummary(r store.CheckupRound) CheckupSummary {
	s := CheckupSummary{
		CaseNo: r.CaseNo, County: r.County, CountyName: nursery.CountyName(r.County), Institution: r.Institution, Clinic: r.Clinic, Half: r.Half,
		State: r.State, OpenedOn: r.OpenedOn, DueOn: r.DueOn, UntilOn: r.UntilOn, ClosedOn: r.ClosedOn,
	}
	if r.Contract != nil {
		s.Contract = *r.Contract
	}
	return s
}

// Rounds is the list of check-up rounds by case number.
var Rounds = casework.List[CheckupFilter, CheckupSummary]{
	Act: "checkup.list", Indexes: []string{"checkup_rounds_by_county", "checkup_rounds_by_institution", "checkup_rounds_by_clinic", "checkup_rounds_pkey"},
	Read: func(ctx context.Context, r casework.ListReading[CheckupFilter]) ([]casework.ListRow[CheckupSummary], error) {
		of := casework.ScopeOf(r.Principal, r.Filter.County)
		found, err := r.Find(ctx, r.Filter.Query)
		if err != nil {
			return nil, err
		}
		rows, err := r.Q.CheckupRounds(ctx, store.CheckupRoundsParams{
			County: of.County, Institution: of.Institution, Clinic: of.Partner, Half: r.Filter.Half, State: r.Filter.State, After: r.After.ID, PageSize: r.Limit, Prefix: found.Prefix, Parties: found.Parties,
		})
		return casework.ListRows(rows, err, func(row store.CheckupRound) (CheckupSummary, casework.Cursor) {
			return checkupSummary(row), casework.Cursor{ID: row.CaseNo}
		})
	},
	Complete: func(ctx context.Context, r casework.ListReading[CheckupFilter], items []CheckupSummary) error {
		return casework.NameParties(ctx, r.Q, items, (*CheckupSummary).parties)
	},
	Sheet: casework.Sheet[CheckupSummary]{Title: "半年健康体检", Columns: []casework.Column[CheckupSummary]{
		{Title: "办件编号", FilesOnly: true, Value: func(c CheckupSummary) any { return c.CaseNo }},
		{Title: "县区", FilesOnly: true, Value: func(c CheckupSummary) any { return c.CountyName }},
		{Title: "托育机构", Head: "机构", Value: func(c CheckupSummary) any { return c.InstitutionName }},
		{Title: "托育机构编号", FilesOnly: true, Value: func(c CheckupSummary) any { return c.Institution }},
		{Title: "半年度", Value: func(c CheckupSummary) any { return c.Half }},
		{Title: "医疗卫生机构", Value: func(c CheckupSummary) any { return c.ClinicName }},
		{Title: "医疗卫生机构编号", FilesOnly: true, Value: func(c CheckupSummary) any { return c.Clinic }},
		{Title: "开启日期", FilesOnly: true, Value: func(c CheckupSummary) any { return c.OpenedOn }},
		{Title: "按期截止", Head: "按期完成", Value: func(c CheckupSummary) any { return c.DueOn }},
		{Title: "补检截止", FilesOnly: true, Value: func(c CheckupSummary) any { return c.UntilOn }},
		{Title: "截止日期", FilesOnly: true, Value: func(c CheckupSummary) any { return c.ClosedOn }},
		{Title: "状态", Value: func(c CheckupSummary) any { return c.StateTitle() }},
	}},
}

// StateTitle is the Chinese name of the round's state.
func (c CheckupSummary) StateTitle() string { return RoundStateTitle(c.State) }

// RoundStateTitle is the Chinese name of a state of a check-up round.
func RoundStateTitle(state string) string {
	return map[string]string{"blocked": "没有签约", "open": "体检中", "closed": "已截止"}[state]
}

// Checkup returns the progress of a round, by class and by item.
func (s *Service) Checkup(ctx context.Context, p nursery.Principal, caseNo string) (CheckupDetail, error) {
	var d CheckupDetail
	years, err := s.CalendarCache.Years(ctx)
	if err != nil {
		return d, err
	}
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		_, round, err := roundCase.Read(ctx, s.Service, q, p, "checkup.read", caseNo)
		if err != nil {
			return err
		}
		d = CheckupDetail{CheckupSummary: checkupSummary(round), Classes: []ClassProgress{}, Items: []ItemProgress{}}
		if err := casework.NameParty(ctx, q, d.CheckupSummary.parties()); err != nil {
			return err
		}
		// How many have consented is counted for all who may see the round; who has, the class sheet shows the team.
		return q.AsEngine(ctx, func() error {
			duties, err := q.DutiesOfRound(ctx, round.CaseNo)
			if err != nil {
				return fmt.Errorf("read duties: %w", err)
			}
			roster, err := q.CheckupRoster(ctx, round.CaseNo)
			if err != nil {
				return fmt.Errorf("read roster: %w", err)
			}
			standing, err := standingConsents(ctx, q, roster)
			if err != nil {
				return err
			}
			referrals, err := q.ReferralsOfRound(ctx, round.CaseNo)
			if err != nil {
				return fmt.Errorf("read referrals: %w", err)
			}
			d.Referrals = len(referrals)
			d.count(roster, duties, standing, func(row store.DutiesOfRoundRow) nursery.DutyStatus {
				return activities.StatusOfDuty(row, s.Today(), years)
			})
			return nil
		})
	})
	return d, err
}

func standingConsents(ctx context.Context, q *store.Queries, roster []store.CheckupRoster) (map[string]bool, error) {
	ids := make([]string, len(roster))
	for i, r := range roster {
		ids[i] = r.Child
	}
	rows, err := q.ConsentsStanding(ctx, store.ConsentsStandingParams{Children: ids, Purpose: string(nursery.ConsentCheckup)})
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	standing := map[string]bool{}
	for _, row := range rows {
		standing[row.Child] = true
	}
	return standing, nil
}

func (d *CheckupDetail) count(roster []store.CheckupRoster, duties []store.DutiesOfRoundRow, standing map[string]bool, status func(store.DutiesOfRoundRow) nursery.DutyStatus) {
	open := map[string]bool{}
	counts := map[nursery.CheckItem]map[nursery.DutyStatus]int{}
	for _, row := range duties {
		st, item := status(row), nursery.CheckItem(row.Item)
		if counts[item] == nil {
			counts[item] = map[nursery.DutyStatus]int{}
		}
		counts[item][st]++
		d.Duties++
		if st.Settled() {
			d.Settled++
		} else {
			open[row.Child] = true
		}
	}
	for _, item := range nursery.CheckItems() {
		if counts[item] == nil {
			continue
		}
		progress := ItemProgress{Item: item, Title: item.Title(), Statuses: []StatusCount{}}
		for _, st := range nursery.DutyStatuses() {
			if n := counts[item][st]; n > 0 {
				progress.Statuses = append(progress.Statuses, StatusCount{Status: st, Title: st.Title(), Duties: n})
			}
		}
		d.Items = append(d.Items, progress)
	}
	for _, line := range roster { // by class
		if len(d.Classes) == 0 || d.Classes[len(d.Classes)-1].Class != line.Class {
			d.Classes = append(d.Classes, ClassProgress{Class: line.Class})
		}
		if !line.LeftOn.IsZero() {
			continue
		}
		class := &d.Classes[len(d.Classes)-1]
		class.Children++
		if !open[line.Child] {
			class.Settled++
		}
		if !standing[line.Child] {
			class.NoConsent++
		}
	}
}

// CheckupClass returns a class to the team as it is to be checked, with names. That it was read is logged, once a reader and day.
func (s *Service) CheckupClass(ctx context.Context, p nursery.Principal, caseNo, class string) (ClassSheet, error) {
	class = nursery.NormalClass(class)
	sheet := ClassSheet{CaseNo: caseNo, Class: class, Children: []ClassChild{}}
	years, err := s.CalendarCache.Years(ctx)
	if err != nil {
		return sheet, err
	}
	err = s.As(ctx, p, func(q *store.Queries) error {
		_, round, err := roundCase.Read(ctx, s.Service, q, p, "checkup.class", caseNo)
		if err != nil {
			return err
		}
		if err := s.Sealing(); err != nil {
			return err
		}
		roster, err := q.CheckupRoster(ctx, round.CaseNo)
		if err != nil {
			return fmt.Errorf("read roster: %w", err)
		}
		roster = slices.DeleteFunc(roster, func(r store.CheckupRoster) bool { return r.Class != class })
		if len(roster) == 0 {
			return casework.NewNotFound()
		}
		standing, err := standingConsents(ctx, q, roster)
		if err != nil {
			return err
		}
		owed, err := s.owedItems(ctx, q, round, func(row store.DutiesOfRoundRow) nursery.DutyStatus {
			return activities.StatusOfDuty(row, s.Today(), years)
		})
		if err != nil {
			return err
		}
		return s.fillClass(ctx, q, p, &sheet, roster, standing, owed)
	})
	return sheet, err
}

func (s *Service) owedItems(ctx context.Context, q *store.Queries, round store.CheckupRound, status func(store.DutiesOfRoundRow) nursery.DutyStatus) (map[string][]DueItem, error) {
	rows, err := q.DutiesOfRound(ctx, round.CaseNo)
	if err != nil {
		return nil, fmt.Errorf("read duties: %w", err)
	}
	owed := map[string][]DueItem{}
	for _, row := range rows {
		item, st := nursery.CheckItem(row.Item), status(row)
		owed[row.Child] = append(owed[row.Child], DueItem{
			Item: item, Title: item.Title(), Rules: row.Rules, Status: st, StatusTitle: st.Title(), DoneOn: row.DoneOn, Elsewhere: row.Elsewhere, TriedOn: row.TriedOn,
		})
	}
	order := nursery.CheckItems()
	for _, items := range owed {
		slices.SortFunc(items, func(x, y DueItem) int { return slices.Index(order, x.Item) - slices.Index(order, y.Item) })
	}
	return owed, nil
}

func (s *Service) fillClass(ctx context.Context, q *store.Queries, p nursery.Principal, sheet *ClassSheet, roster []store.CheckupRoster, standing map[string]bool, owed map[string][]DueItem) error {
	ids := make([]string, len(roster))
	for i, r := range roster {
		ids[i] = r.Child
	}
	rows, err := q.ChildrenByID(ctx, ids)
	if err != nil {
		return fmt.Errorf("read children: %w", err)
	}
	records, err := s.histories(ctx, q, ids...)
	if err != nil {
		return err
	}
	children := map[string]store.Child{}
	for _, row := range rows {
		children[row.ID] = row
	}
	for _, r := range roster {
		row, ok := children[r.Child]
		if !ok {
			continue // moved out of what p may see
		}
		c, err := activities.OpenChild(s.Fields, row, nursery.ChildName)
		if err != nil {
			return err
		}
		child := ClassChild{
			ID: r.Child, Name: c.Name, Sex: nursery.Sex(row.Sex), Months: s.Today().MonthsSince(row.BornOn), Consent: standing[r.Child],
			LeftOn: r.LeftOn, Items: owed[r.Child],
		}
		child.fill(records[r.Child], sheet.CaseNo, row.BornOn, s.Today())
		if child.Items == nil {
			child.Items = []DueItem{}
		}
		if r.Leave != nil {
			child.Leave = nursery.Leave(*r.Leave)
		}
		if age, signs, ok := nursery.WarningSigns(child.Months); ok {
			child.SignsAge, child.Signs = age, signs[:]
		}
		sheet.Children = append(sheet.Children, child)
	}
	return s.noteClass(ctx, q, p, sheet, rows)
}

// fill adds to a child what was recorded of it: in the round, in earlier ones, and its growth.
func (c *ClassChild) fill(records history, round string, born, today nursery.Date) {
	now := records.of(round)
	if len(now) > 0 {
		c.CheckedOn, c.Recorded, c.Oedema = now[len(now)-1].CheckedOn, now.items(), now.oedema()
	}
	c.Earlier, c.Growth = records.before(round, today).items(), records.growth(born)
}

// noteClass logs that the class was read: the list of names, and the list of those children that have results.
func (s *Service) noteClass(ctx context.Context, q *store.Queries, p nursery.Principal, sheet *ClassSheet, rows []store.Child) error {
	read := activities.Reading{
		By: p, Purpose: nursery.ReadForCheckup, Subject: nursery.ReadClass, About: sheet.CaseNo + " " + sheet.Class,
		Fields: []nursery.ChildField{nursery.ChildName, nursery.ChildSex}, At: s.Now(),
	}
	if err := activities.NoteListReading(ctx, q, read, rows...); err != nil {
		return err
	}
	read.Subject, read.Fields = nursery.ReadClassFindings, []nursery.ChildField{nursery.ChildFindings}
	found := slices.DeleteFunc(slices.Clone(rows), func(row store.Child) bool {
		return !slices.ContainsFunc(sheet.Children, func(c ClassChild) bool { return c.ID == row.ID && len(c.Recorded)+len(c.Earlier) > 0 })
	})
	return activities.NoteListReading(ctx, q, read, found...)
}
