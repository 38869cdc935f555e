package children

import (
	"context"
	"io"
	"slices"
	"time"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/store"
)

// importKind names the imports of rosters of children in care.
const importKind = "children"

// RosterImport is the import of a roster of children in care after it was checked.
var RosterImport = &casework.ImportKind{
	Name: importKind, Code: casework.CodeRosterUnreadable, Most: rosterRows, Columns: childrenColumns,
	Allow: func(ctx context.Context, s *casework.Service, p nursery.Principal, _ *casework.ImportDraft) error {
		return For(s).allowImport(ctx, p, "")
	},
	Check: func(ctx context.Context, s *casework.Service, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) ([]casework.CheckedRow, error) {
		filed, err := filedClasses(ctx, q, p.Institution)
		if err != nil {
			return nil, err
		}
		d.Choices = rosterChoices(filed)
		planned, err := For(s).plan(ctx, q, p, d.Sheet.Rows, filed, d.Counted)
		return planned.rows, err
	},
	Import: func(ctx context.Context, s *casework.Service, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) (casework.Imported, []casework.CheckedRow, error) {
		planned, id, err := For(s).importRows(ctx, q, p, d.Sheet.Rows, d.Counted)
		if isChildOpen(err) {
			err = elsewhere()
		}
		done := casework.Imported{Import: id}
		for _, row := range planned.rows {
			done.Count(row.State)
		}
		return done, planned.rows, err
	},
}

// rosterChoices are the values of the columns that take few.
func rosterChoices(filed []string) map[string][]string {
	choices := map[string][]string{
		columnClass: filed, ColumnSex: {"男", "女"},
		ColumnKind: {nursery.ByResidentID.Title(), nursery.ByBirthCertificate.Title(), nursery.ByPermit.Title(), nursery.ByPassport.Title()},
	}
	for _, county := range nursery.Counties() {
		choices[columnCounty] = append(choices[columnCounty], county.Name)
	}
	return choices
}

// allowImport refuses who may not import a roster now, unless the key has its answer already.
func (s *Service) allowImport(ctx context.Context, p nursery.Principal, key string) error {
	if err := s.AuthorizeAtHome(ctx, p, "child.import"); err != nil {
		return err
	}
	if err := s.Sealing(); err != nil {
		return err
	}
	return s.DB.As(ctx, p, func(q *store.Queries) error {
		refusal := s.takesChildren(ctx, q, p)
		if key == "" {
			return refusal
		}
		return casework.UnlessAnswered(ctx, q, p, key, refusal)
	})
}

// ImportRoster enrols the children of a workbook or CSV. Good rows are not held up by bad ones, and a file sent again
// changes nothing. Who may not import is refused before the file is read. Errors: roster_unreadable, not_filed,
// sealing_unavailable, attachment_too_large, imports_busy.
func (s *Service) ImportRoster(ctx context.Context, p nursery.Principal, key string, from io.Reader) (RosterReport, error) {
	file, err := s.readRoster(ctx, p, key, from)
	if err != nil {
		return RosterReport{}, err
	}
	report, err := casework.Command(ctx, s.Service, p, key, "child.import", file.Sum, func(q *store.Queries) (RosterReport, error) {
		if err := s.takesChildren(ctx, q, p); err != nil {
			return RosterReport{}, err
		}
		planned, id, err := s.importRows(ctx, q, p, file.Rows, nil)
		report := planned.report(file)
		report.Import = id
		return report, err
	})
	if isChildOpen(err) {
		return RosterReport{}, elsewhere()
	}
	return report, err
}

// CheckRoster reports what ImportRoster would do with each row, and writes nothing but the refusals that count among the day's.
func (s *Service) CheckRoster(ctx context.Context, p nursery.Principal, from io.Reader) (RosterReport, error) {
	file, err := s.readRoster(ctx, p, "", from)
	if err != nil {
		return RosterReport{}, err
	}
	var report RosterReport
	err = s.As(ctx, p, func(q *store.Queries) error {
		filed, err := filedClasses(ctx, q, p.Institution)
		if err != nil {
			return err
		}
		planned, err := s.plan(ctx, q, p, file.Rows, filed, nil)
		report = planned.report(file)
		report.Results = planned.named(file.Rows)
		return err
	})
	return report, err
}

func (s *Service) readRoster(ctx context.Context, p nursery.Principal, key string, from io.Reader) (casework.ImportFile, error) {
	if err := s.allowImport(ctx, p, key); err != nil {
		return casework.ImportFile{}, err
	}
	return s.ReadImport(ctx, from, casework.CodeRosterUnreadable, rosterRows, childrenColumns)
}

// rosterPlan is what importing the rows of a roster does.
type rosterPlan struct {
	rows     []casework.CheckedRow
	file     []sheets.Row
	entering []Enrolment // those that were read
	at       []int       // their places among the rows
	judged   []enrolment
}

// plan finds out what importing each row does.
func (s *Service) plan(ctx context.Context, q *store.Queries, p nursery.Principal, rows []sheets.Row, filed []string, counted map[string]bool) (rosterPlan, error) {
	plan := rosterPlan{rows: make([]casework.CheckedRow, len(rows)), file: rows}
	here, err := inCareHere(ctx, q, p, rows)
	if err != nil {
		return plan, err
	}
	for i, row := range rows {
		checked := &plan.rows[i]
		checked.Row, checked.State = row.Number, casework.RowNew
		if class, in := here[row.Cell(columnChild)]; in {
			checked.State, checked.Note = casework.RowSame, classNote(class, row.Cell(columnClass))
			continue
		}
		e, faults := enrolmentOf(row, s.Today(), filed)
		for _, f := range faults {
			checked.Fault(f.Column, f.Message)
		}
		if len(faults) == 0 {
			plan.entering, plan.at = append(plan.entering, e), append(plan.at, i)
		}
	}
	plan.judged, err = s.judge(ctx, q, p, plan.entering, counted)
	for n, one := range plan.judged {
		checked := &plan.rows[plan.at[n]]
		switch {
		case one.here:
			checked.State, checked.Note = casework.RowSame, classNote(one.class, plan.entering[n].Class)
		case one.refusal != nil:
			checked.Fault(refusedColumn(one.refusal), one.refusal.Message)
		case plan.entering[n].DTaPDoses != nil && len(one.entry) > 0: // a column that was not filled in reminds of nothing
			checked.Note = one.entry[0].Message + "请告知监护人补种，并向所在地接种单位报告（疫苗管理法第四十八条）。"
		}
	}
	return plan, err
}

// classNote returns a note that a file does not move a child in care to another class.
func classNote(registered, written string) string {
	if written == "" || nursery.NormalClass(written) == registered {
		return ""
	}
	return "登记的班级是“" + registered + "”，导入不转班，请在该婴幼儿的页面办理"
}

// refusedColumn returns the column that a refusal is about.
func refusedColumn(refusal *casework.Error) string {
	switch refusal.Code {
	case casework.CodeStayOverlaps:
		return columnEntered
	case casework.CodeIdentityAttempts:
		return ""
	}
	return ColumnIdentity
}

// report returns the plan as a report of what was done.
func (r rosterPlan) report(file casework.ImportFile) RosterReport {
	report := RosterReport{Rows: len(file.Rows), Blank: file.Blank, Refused: []RosterFlaw{}}
	for i, row := range r.rows {
		flaw := func(f casework.RowFault) RosterFlaw {
			if slices.Contains(r.at, i) { // it was read, so that the fault is not one of a cell
				return RosterFlaw{Row: row.Row, Message: f.Message}
			}
			return RosterFlaw{Row: row.Row, Cell: r.file[i].At(f.Column), Column: r.file[i].Heading(f.Column), Message: f.Message}
		}
		switch row.State {
		case casework.RowFaulty:
			report.RefusedRows++
			for _, f := range row.Faults {
				report.Refused = append(report.Refused, flaw(f))
			}
		case casework.RowSame:
			report.Already++
		default:
			report.Enrolled++
		}
	}
	for n, one := range r.judged {
		if one.refusal != nil || r.entering[n].DTaPDoses == nil {
			continue
		}
		for _, reason := range one.entry {
			report.Reminders = append(report.Reminders, RosterFlaw{Row: r.rows[r.at[n]].Row, Column: columnDoses, Message: reason.Message})
		}
	}
	return report
}

// named returns the results with the columns called as in the file.
func (r rosterPlan) named(rows []sheets.Row) []casework.CheckedRow {
	for i, checked := range r.rows {
		for n, f := range checked.Faults {
			checked.Faults[n].Column = rows[i].Heading(f.Column)
		}
	}
	return r.rows
}

// importRows enrols the children of the rows without a fault, and returns the number of the import when there was one.
func (s *Service) importRows(ctx context.Context, q *store.Queries, p nursery.Principal, rows []sheets.Row, counted map[string]bool) (rosterPlan, int64, error) {
	filed, err := filedClasses(ctx, q, p.Institution)
	if err != nil {
		return rosterPlan{}, 0, err
	}
	plan, err := s.plan(ctx, q, p, rows, filed, counted)
	if err != nil {
		return plan, 0, err
	}
	var done casework.Imported
	for _, row := range plan.rows {
		done.Count(row.State)
	}
	if done.Added == 0 {
		return plan, 0, nil
	}
	of := &rosterImport{at: s.Now()}
	for _, at := range plan.at {
		of.lines = append(of.lines, int32(plan.rows[at].Row))
	}
	err = q.AsEngine(ctx, func() error {
		of.id, err = q.InsertImport(ctx, store.InsertImportParams{
			Kind: importKind, County: p.County, Institution: p.Institution, Added: int32(done.Added), Same: int32(done.Same), Refused: int32(done.Refused),
			ImportedBy: p.Account, ImportedAt: of.at,
		})
		return err
	})
	if err != nil {
		return plan, 0, err
	}
	return plan, of.id, s.enrolAll(ctx, q, p, plan.entering, plan.judged, of)
}

// rosterImport notes what an import writes, so that it can be undone.
type rosterImport struct {
	id    int64
	at    time.Time
	lines []int32 // of the enrolments
}

// note stores who is entered, before anything of those who are known is changed.
func (r *rosterImport) note(ctx context.Context, q *store.Queries, entered []activities.EnteredChild, taken []int) error {
	if r == nil {
		return nil
	}
	rows := store.NoteImportRowsParams{Import: r.id}
	for n, one := range entered {
		rows.Children, rows.Lines, rows.Entered = append(rows.Children, one.ID), append(rows.Lines, r.lines[taken[n]]), append(rows.Entered, !one.Known)
	}
	return q.AsEngine(ctx, func() error { return q.NoteImportRows(ctx, rows) })
}

func (r *rosterImport) noteStays(ctx context.Context, q *store.Queries, p nursery.Principal) error {
	if r == nil {
		return nil
	}
	return q.AsEngine(ctx, func() error {
		return q.NoteImportedStays(ctx, store.NoteImportedStaysParams{Import: r.id, Institution: p.Institution})
	})
}

// inCareHere returns the class of those of the children that rows name by their identifiers who are in care in p's institution.
func inCareHere(ctx context.Context, q *store.Queries, p nursery.Principal, rows []sheets.Row) (map[string]string, error) {
	var ids []string
	for _, row := range rows {
		if id := row.Cell(columnChild); nursery.IsChildID(id) {
			ids = append(ids, id)
		}
	}
	here := map[string]string{}
	if len(ids) == 0 {
		return here, nil
	}
	open, err := q.OpenEnrolmentsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, e := range open {
		if e.Institution == p.Institution {
			here[e.Child] = e.Class
		}
	}
	return here, nil
}
