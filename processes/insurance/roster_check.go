package insurance

import (
	"context"
	"io"
	"slices"
	"strconv"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/store"
)

// The kinds of imports, by their names in the database.
const (
	rosterKind  = "insurance"
	answersKind = "answers"
)

// RosterImport is the import of a roster of a month after it was checked; it is about the month's case.
var RosterImport = &casework.ImportKind{
	Name: rosterKind, Code: casework.CodeRosterFile, Most: sheets.MaxRows, Columns: insuranceColumns,
	Allow: func(ctx context.Context, s *casework.Service, p nursery.Principal, d *casework.ImportDraft) error {
		_, err := For(s).authorizeRoster(ctx, p, "", d.About, d.Source)
		return err
	},
	Check: func(ctx context.Context, s *casework.Service, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) ([]casework.CheckedRow, error) {
		d.Choices = map[string][]string{
			children.ColumnSex: {"男", "女"}, columnTitle("residence"): {"户籍", "常住", "其他"}, columnTitle("newborn"): {"是", "否"},
			children.ColumnKind: {nursery.ByResidentID.Title(), nursery.ByBirthCertificate.Title(), nursery.ByPermit.Title(), nursery.ByPassport.Title()},
		}
		return For(s).checkRows(ctx, q, p, d.About, d.Sheet.Rows, d.Counted)
	},
	Import: func(ctx context.Context, s *casework.Service, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) (casework.Imported, []casework.CheckedRow, error) {
		c, _, err := insuranceCase.Read(ctx, s, q, p, "insurance.roster", d.About)
		if err != nil {
			return casework.Imported{}, nil, err
		}
		entries := entriesOf(d.Sheet.Rows)
		rows, faults, err := For(s).readEntries(c.County, entries)
		if err != nil {
			return casework.Imported{}, nil, err
		}
		report, faults, err := For(s).writeRoster(ctx, q, p, d.About, d.Source, entries, rows, faults, d.Counted)
		done := casework.Imported{Import: int64(report.Number), Added: report.Added, Changed: report.Updated, Refused: report.Refused}
		return done, faultyRows(faults), err
	},
}

// faultyRows returns the rows of faults, by the names of the columns, in the order of the file.
func faultyRows(faults []InsuranceFault) []casework.CheckedRow {
	by := map[int]*casework.CheckedRow{}
	for _, f := range faults {
		if by[f.Row] == nil {
			by[f.Row] = &casework.CheckedRow{Row: f.Row}
		}
		by[f.Row].Fault(f.Column, f.Message)
	}
	rows := make([]casework.CheckedRow, 0, len(by))
	for _, row := range by {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b casework.CheckedRow) int { return a.Row - b.Row })
	return rows
}

// RosterCheck is what importing a roster would do.
type RosterCheck struct {
	Rows    int                   `json:"rows" doc:"读到的行数"`
	Added   int                   `json:"added" doc:"将新登记的婴幼儿"`
	Updated int                   `json:"updated" doc:"已登记、将更新或者不变的婴幼儿"`
	Refused int                   `json:"refused" doc:"不能接收的行数"`
	Results []casework.CheckedRow `json:"results" doc:"各行的结果"`
}

// CheckRosterFile reports what TakeRosterFile would do with each row, and writes nothing but the refusals that count among the day's.
func (s *Service) CheckRosterFile(ctx context.Context, p nursery.Principal, caseNo, source string, file io.Reader) (RosterCheck, error) {
	if _, err := s.authorizeRoster(ctx, p, "", caseNo, source); err != nil {
		return RosterCheck{}, err
	}
	read, err := s.ReadImport(ctx, file, casework.CodeRosterFile, sheets.MaxRows, insuranceColumns)
	if err != nil {
		return RosterCheck{}, err
	}
	check := RosterCheck{Rows: len(read.Rows)}
	err = s.As(ctx, p, func(q *store.Queries) error {
		check.Results, err = s.checkRows(ctx, q, p, caseNo, read.Rows, nil)
		return err
	})
	var done casework.Imported
	for i, row := range check.Results {
		done.Count(row.State)
		for n, f := range row.Faults {
			check.Results[i].Faults[n].Column = read.Rows[i].Heading(f.Column)
		}
	}
	check.Added, check.Updated, check.Refused = done.Added, done.Changed+done.Same, done.Refused
	return check, err
}

// checkRows finds out what importing each row does.
func (s *Service) checkRows(ctx context.Context, q *store.Queries, p nursery.Principal, caseNo string, rows []sheets.Row, counted map[string]bool) ([]casework.CheckedRow, error) {
	c, _, err := insuranceCase.Read(ctx, s.Service, q, p, "insurance.roster", caseNo)
	if err == nil {
		err = monthOpen(c)
	}
	if err != nil {
		return nil, err
	}
	entering, faults, err := s.readEntries(c.County, entriesOf(rows))
	if err != nil {
		return nil, err
	}
	if err := s.judge(ctx, q, p, entering, counted); err != nil {
		return nil, err
	}
	places, err := s.placesOf(ctx, q, c.CaseNo, entering)
	if err != nil {
		return nil, err
	}
	checked := make([]casework.CheckedRow, len(rows))
	at := make(map[int]int, len(rows))
	for i, row := range rows {
		checked[i].Row, checked[i].State, at[row.Number] = row.Number, casework.RowNew, i
	}
	for _, f := range faults {
		checked[at[f.Row]].Fault(f.Column, f.Message)
	}
	for _, r := range entering {
		row := &checked[at[r.number]]
		switch {
		case r.refused != "":
			row.Fault(columnTitle("identity"), r.refused)
		case r.known:
			row.State, row.Changes = casework.RowSame, changesOf(places[r.id], r)
			if len(row.Changes) > 0 {
				row.State = casework.RowChanged
			}
		}
	}
	return checked, nil
}

// placesOf returns what is recorded of the known children among the rows, by identifier.
func (s *Service) placesOf(ctx context.Context, q *store.Queries, caseNo string, rows []*incoming) (map[string]store.PlacesOfRow, error) {
	places := map[string]store.PlacesOfRow{}
	for chunk := range slices.Chunk(rows, rosterBatchSize) {
		var ids []string
		for _, r := range chunk {
			if r.known {
				ids = append(ids, r.id)
			}
		}
		if len(ids) == 0 {
			continue
		}
		known, err := q.PlacesOf(ctx, store.PlacesOfParams{CaseNo: caseNo, Children: ids})
		if err != nil {
			return nil, err
		}
		for _, place := range known {
			places[place.Child] = place
		}
	}
	return places, nil
}

var residenceTitles = map[nursery.Residence]string{
	nursery.ResidenceRegistered: "户籍", nursery.ResidencePermanent: "常住", nursery.ResidenceOther: "其他",
}

// changesOf returns what a row changes of what is recorded. What is sealed is not compared: the row replaces it, and a name that
// differs needs a reason.
func changesOf(was store.PlacesOfRow, r *incoming) (changes []casework.RowChange) {
	add := func(field, from, to string) {
		if from != to {
			changes = append(changes, casework.RowChange{Column: columnTitle(field), From: from, To: to})
		}
	}
	sexes, yes := map[nursery.Sex]string{nursery.Male: "男", nursery.Female: "女"}, map[bool]string{true: "是", false: "否"}
	if r.differs {
		changes = append(changes, casework.RowChange{Column: children.ColumnName, From: "已登记的姓名", To: "本次的姓名"})
		add("born_on", was.BornOn.String(), r.BornOn.String())
		add("sex", sexes[nursery.Sex(was.Sex)], sexes[r.Sex])
	}
	if !r.DiedOn.IsZero() {
		add("died_on", shortDay(was.DiedOn), r.DiedOn.String())
	}
	add("moved_on", shortDay(was.MovedOn), shortDay(r.MovedOn))
	if !was.Listed {
		return append(changes, casework.RowChange{Column: "名册", From: "不在本月名册", To: "列入本月名册"})
	}
	add("residence", residenceTitles[nursery.Residence(was.Residence)], residenceTitles[r.Residence])
	if !r.NotifiedOn.IsZero() {
		add("notified_on", shortDay(was.NotifiedOn), r.NotifiedOn.String())
	}
	add("newborn", yes[was.Newborn], yes[r.Newborn])
	return changes
}

func shortDay(d nursery.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// noteImport registers the import of a roster, so that it can be undone.
func (s *Service) noteImport(ctx context.Context, q *store.Queries, p nursery.Principal, report *InsuranceRoster) error {
	if report.Added+report.Updated == 0 {
		return nil
	}
	return q.AsEngine(ctx, func() (err error) {
		report.Import, err = q.InsertImport(ctx, store.InsertImportParams{
			Kind: rosterKind, About: uploadOf(report.CaseNo, report.Number), County: p.County, Institution: p.Institution, Added: int32(report.Added),
			Changed: int32(report.Updated), Refused: int32(report.Refused), ImportedBy: p.Account, ImportedAt: report.At,
		})
		return err
	})
}

// uploadOf names an import of a roster.
func uploadOf(caseNo string, number int) string { return caseNo + "/" + strconv.Itoa(number) }
