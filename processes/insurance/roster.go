package insurance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/store"
)

// rosterColumns are the columns of a roster file, by the field of InsuranceEntry.
var rosterColumns = []struct {
	field string
	sheets.Column
	of func(*InsuranceEntry) *string
}{
	{"name", children.NameColumn, func(e *InsuranceEntry) *string { return &e.Name }},
	{"identity", children.IdentityColumn, func(e *InsuranceEntry) *string { return &e.Identity }},
	{"born_on", children.BirthColumn, func(e *InsuranceEntry) *string { return &e.BornOn }},
	{"sex", children.SexColumn, func(e *InsuranceEntry) *string { return &e.Sex }},
	{"residence", sheets.Column{Name: "户籍情况", Also: []string{"户口情况", "户籍类型", "户籍性质", "户籍", "户口"}, Kind: sheets.Word, Needed: true},
		func(e *InsuranceEntry) *string { return &e.Residence }},
	{"identity_kind", children.KindColumn, func(e *InsuranceEntry) *string { return &e.IdentityKind }},
	{"guardian_name", children.GuardianColumn, func(e *InsuranceEntry) *string { return &e.GuardianName }},
	{"guardian_phone", children.PhoneColumn, func(e *InsuranceEntry) *string { return &e.GuardianPhone }},
	{"notified_on", sheets.Column{Name: "告知日期", Kind: sheets.Day}, func(e *InsuranceEntry) *string { return &e.NotifiedOn }},
	{"consent", sheets.Column{Name: "同意书", Also: []string{"同意书编号"}}, func(e *InsuranceEntry) *string { return &e.Consent }},
	{"died_on", sheets.Column{Name: "死亡日期", Kind: sheets.Day}, func(e *InsuranceEntry) *string { return &e.DiedOn }},
	{"moved_on", sheets.Column{Name: "迁出日期", Kind: sheets.Day}, func(e *InsuranceEntry) *string { return &e.MovedOn }},
	{"newborn", sheets.Column{Name: "新生儿", Also: []string{"是否新生儿"}, Kind: sheets.Word}, func(e *InsuranceEntry) *string { return &e.Newborn }},
	{"correction", sheets.Column{Name: "更正原因"}, func(e *InsuranceEntry) *string { return &e.Correction }},
}

var insuranceColumns = func() []sheets.Column {
	columns := make([]sheets.Column, len(rosterColumns))
	for i, c := range rosterColumns {
		columns[i] = c.Column
	}
	return columns
}()

func columnTitle(field string) string {
	for _, c := range rosterColumns {
		if c.field == field {
			return c.Name
		}
	}
	return field
}

// row reads an entry. The faults name its columns and never what was entered.
func (e InsuranceEntry) row(county string, today nursery.Date) (nursery.RosterRow, []InsuranceFault) {
	var faults []InsuranceFault
	add := func(field, message string) {
		faults = append(faults, InsuranceFault{Row: e.number, Column: columnTitle(field), Message: message})
	}
	for _, flaw := range e.file.Flaws {
		faults = append(faults, InsuranceFault{Row: e.number, Column: flaw.Column, Message: string(flaw.Problem)})
	}
	r := nursery.RosterRow{
		Child: nursery.Child{
			Name: e.Name, IdentityKind: children.KindOf(strings.TrimSpace(e.IdentityKind), e.Identity), Identity: e.Identity, Sex: nursery.Sex(children.WordOf(e.Sex)),
			GuardianName: e.GuardianName, GuardianPhone: e.GuardianPhone, County: county,
		},
		Residence: nursery.Residence(children.WordOf(e.Residence)), Consent: strings.TrimSpace(e.Consent),
	}
	for field, day := range map[string]struct {
		text string
		into *nursery.Date
	}{
		"born_on": {e.BornOn, &r.BornOn}, "notified_on": {e.NotifiedOn, &r.NotifiedOn}, "died_on": {e.DiedOn, &r.DiedOn}, "moved_on": {e.MovedOn, &r.MovedOn},
	} {
		d, err := nursery.ReadDate(day.text)
		if err != nil {
			add(field, children.DateFault(err))
		}
		*day.into = d
	}
	switch strings.ToLower(strings.TrimSpace(e.Newborn)) {
	case "是", "true":
		r.Newborn = true
	case "", "否", "false":
	default:
		add("newborn", "应为是或否")
	}
	for _, f := range r.Faults(today) {
		if !slices.ContainsFunc(faults, func(g InsuranceFault) bool { return g.Column == columnTitle(f.Location) }) {
			add(f.Location, f.Message)
		}
	}
	r.Child = r.Child.Normal()
	if r.Newborn && r.BornOn.Valid() && !nursery.IsNewborn(r.BornOn, today) {
		add("newborn", "出生已满三个月，不按新生儿补报")
	}
	slices.SortFunc(faults, func(a, b InsuranceFault) int { return strings.Compare(a.Column, b.Column) })
	return r, faults
}

// TakeRoster takes a page of a month's roster. A row that cannot be taken is reported with its reason and holds up no
// other. A child known by its identity is updated and not duplicated, so the same page may be sent twice.
func (s *Service) TakeRoster(ctx context.Context, p nursery.Principal, key, caseNo string, page InsurancePage) (InsuranceRoster, error) {
	for i := range page.Rows {
		page.Rows[i].number = i + 1
	}
	return s.takeRoster(ctx, p, key, caseNo, page.Source, page.Rows, page)
}

// TakeRosterFile is TakeRoster for a workbook or CSV text. Who may not hand it in is refused before the file is read. Errors:
// roster_file with the columns that are missing, attachment_too_large, imports_busy.
func (s *Service) TakeRosterFile(ctx context.Context, p nursery.Principal, key, caseNo, source string, file io.Reader) (InsuranceRoster, error) {
	if _, err := s.authorizeRoster(ctx, p, key, caseNo, source); err != nil {
		return InsuranceRoster{}, err
	}
	read, err := s.ReadImport(ctx, file, casework.CodeRosterFile, sheets.MaxRows, insuranceColumns)
	if err != nil {
		return InsuranceRoster{}, err
	}
	return s.takeRoster(ctx, p, key, caseNo, source, entriesOf(read.Rows), []any{source, read.Sum})
}

// entriesOf returns the rows of a file as entries.
func entriesOf(rows []sheets.Row) []InsuranceEntry {
	entries := make([]InsuranceEntry, len(rows))
	for i, row := range rows {
		entries[i].number, entries[i].file = row.Number, row
		for _, c := range rosterColumns {
			*c.of(&entries[i]) = row.Cell(c.Name)
		}
	}
	return entries
}

// authorizeRoster returns the county of a month whose roster p may hand in now. Errors: not_found, forbidden, insurance_closed,
// engine_unavailable, invalid for a source there is not.
func (s *Service) authorizeRoster(ctx context.Context, p nursery.Principal, key, caseNo, source string) (county string, err error) {
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		c, _, err := insuranceCase.Read(ctx, s.Service, q, p, "insurance.roster", caseNo)
		if county = c.County; err != nil {
			return err
		}
		return casework.UnlessAnswered(ctx, q, p, key, monthOpen(c))
	})
	switch {
	case err != nil:
		return "", err
	case s.Fields == nil:
		return "", casework.NewError(casework.CodeEngineUnavailable, "系统没有配置密钥，不能接收婴幼儿信息。")
	case source != "civil" && source != "health":
		return "", casework.NewError(casework.CodeInvalid, "请指明名册来源。", casework.FieldError{Location: "/source", Message: "不在可选值之内"})
	}
	return county, nil
}

// incoming is a row ready to be written.
type incoming struct {
	nursery.RosterRow
	number int
	// correction is why a child of the county is recorded otherwise than before.
	correction string
	person     []byte // keyed hash of who it is, whatever the paper
	id         string
	known      bool
	differs    bool // from what is recorded
	refused    string
}

func (s *Service) takeRoster(ctx context.Context, p nursery.Principal, key, caseNo, source string, entries []InsuranceEntry, body any) (InsuranceRoster, error) {
	county, err := s.authorizeRoster(ctx, p, key, caseNo, source)
	if err != nil {
		return InsuranceRoster{}, err
	}
	rows, faults, err := s.readEntries(county, entries)
	if err != nil {
		return InsuranceRoster{}, err
	}
	return casework.Command(ctx, s.Service, p, key, "insurance.roster "+caseNo, body, func(q *store.Queries) (InsuranceRoster, error) {
		report, _, err := s.writeRoster(ctx, q, p, caseNo, source, entries, rows, faults, nil)
		return report, err
	})
}

// writeRoster writes the rows that nothing prevents, and returns the faults of the others by the names of the columns.
func (s *Service) writeRoster(ctx context.Context, q *store.Queries, p nursery.Principal, caseNo, source string, entries []InsuranceEntry, rows []*incoming, faults []InsuranceFault, counted map[string]bool) (InsuranceRoster, []InsuranceFault, error) {
	c, b, err := insuranceCase.Lock(ctx, s.Service, q, p, "insurance.roster", caseNo)
	if err == nil {
		err = monthOpen(c)
	}
	if err != nil {
		return InsuranceRoster{}, nil, err
	}
	report := InsuranceRoster{CaseNo: c.CaseNo, Rows: len(entries), By: p.Account, At: s.Now()}
	if err := s.judge(ctx, q, p, rows, counted); err != nil {
		return report, nil, err
	}
	for _, r := range rows {
		switch {
		case r.refused != "":
			faults = append(faults, InsuranceFault{Row: r.number, Column: columnTitle("identity"), Message: r.refused})
		case r.known:
			report.Updated++
		default:
			report.Added++
		}
	}
	report.Refused = report.Rows - report.Added - report.Updated
	number, err := q.NextInsuranceUpload(ctx, c.CaseNo)
	if err != nil {
		return report, nil, err
	}
	report.Number = int(number)
	if err := s.noteImport(ctx, q, p, &report); err != nil {
		return report, nil, err
	}
	for chunk := range slices.Chunk(rows, rosterBatchSize) {
		if err := s.putChunk(ctx, q, p, b, source, chunk, report); err != nil {
			return report, nil, err
		}
	}
	report, err = s.keepUpload(ctx, q, p, c, source, placed(slices.Clone(faults), entries), report)
	return report, faults, err
}

// placed names the columns of faults as the file does, with the cell.
func placed(faults []InsuranceFault, entries []InsuranceEntry) []InsuranceFault {
	rows := make(map[int]sheets.Row, len(entries))
	for _, e := range entries {
		rows[e.number] = e.file
	}
	for i, f := range faults {
		faults[i].Cell, faults[i].Column = rows[f.Row].At(f.Column), rows[f.Row].Heading(f.Column)
	}
	return faults
}

// rosterBatchSize is how many children one statement writes.
const rosterBatchSize = 8000

// readEntries reads every row and finds the same identity twice; the work is shared by the processors.
func (s *Service) readEntries(county string, entries []InsuranceEntry) ([]*incoming, []InsuranceFault, error) {
	today := s.Today()
	read := make([]*incoming, len(entries))
	wrong := make([][]InsuranceFault, len(entries))
	err := inParallel(len(entries), func(i int) error {
		row, faults := entries[i].row(county, today)
		if wrong[i] = faults; len(faults) > 0 {
			return nil
		}
		person, err := activities.PersonIndex(s.Fields, row.Child)
		read[i] = &incoming{RosterRow: row, number: entries[i].number, correction: strings.TrimSpace(entries[i].Correction), person: person}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("index roster: %w", err)
	}
	faults, seen, rows := []InsuranceFault{}, map[string]int{}, make([]*incoming, 0, len(entries))
	for i, in := range read {
		faults = append(faults, wrong[i]...)
		if in == nil {
			continue
		}
		if first, twice := seen[in.IdentityKey()]; twice {
			faults = append(faults, InsuranceFault{Row: in.number, Column: columnTitle("identity"), Message: fmt.Sprintf("与第 %d 行证件号码相同", first)})
			continue
		}
		seen[in.IdentityKey()] = in.number
		rows = append(rows, in)
	}
	return rows, faults, nil
}

// inParallel runs do for 0 to n-1 on every processor and returns the first error.
func inParallel(n int, do func(int) error) error {
	workers := min(runtime.GOMAXPROCS(0), n)
	errs := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < n && errs[w] == nil; i += workers {
				errs[w] = do(i)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// RosterTemplate returns a roster of a month to fill in.
func RosterTemplate() ([]byte, error) {
	return casework.ImportTemplate("参保名册", insuranceColumns, map[string]string{
		children.ColumnName: "婴幼儿甲", children.ColumnIdentity: "X320012345", children.ColumnBirth: "2025-03-08", children.ColumnSex: "女", "户籍情况": "户籍", children.ColumnKind: "出生医学证明",
		children.ColumnGuardian: "监护人甲", children.ColumnPhone: "13900000001", "告知日期": "2026-10-01", "同意书": "编号或存放处", "新生儿": "否",
	}, map[string]string{
		children.ColumnName: "与证件一致", children.ColumnIdentity: "居民身份证为 18 位，出生医学证明为 1 位字母和 9 位数字", children.ColumnBirth: "如 2025-03-08、2025/3/8 或 2025年3月8日",
		children.ColumnSex: "男或女", "户籍情况": "户籍、常住或其他", children.ColumnKind: "居民身份证、出生医学证明、居住证或护照；不填时按号码的形式认定",
		children.ColumnPhone: "11 位手机号，或带区号的固定电话", "告知日期": "告知监护人的日期", "同意书": "监护人同意书的编号或存放处", "死亡日期": "已死亡的填写",
		"迁出日期": "已迁出的填写", "新生儿": "补报出生未满三个月的填“是”",
	})
}
