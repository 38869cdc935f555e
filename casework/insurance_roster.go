package casework

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/store"
)

// rosterColumns are the columns of a roster file, by the field of InsuranceEntry. The first five must be there.
var rosterColumns = []struct {
	field, title string
	of           func(*InsuranceEntry) *string
}{
	{"name", "姓名", func(e *InsuranceEntry) *string { return &e.Name }},
	{"identity", "证件号码", func(e *InsuranceEntry) *string { return &e.Identity }},
	{"born_on", "出生日期", func(e *InsuranceEntry) *string { return &e.BornOn }},
	{"sex", "性别", func(e *InsuranceEntry) *string { return &e.Sex }},
	{"residence", "户籍情况", func(e *InsuranceEntry) *string { return &e.Residence }},
	{"identity_kind", "证件类型", func(e *InsuranceEntry) *string { return &e.IdentityKind }},
	{"guardian_name", "监护人姓名", func(e *InsuranceEntry) *string { return &e.GuardianName }},
	{"guardian_phone", "监护人电话", func(e *InsuranceEntry) *string { return &e.GuardianPhone }},
	{"notified_on", "告知日期", func(e *InsuranceEntry) *string { return &e.NotifiedOn }},
	{"consent", "同意书", func(e *InsuranceEntry) *string { return &e.Consent }},
	{"died_on", "死亡日期", func(e *InsuranceEntry) *string { return &e.DiedOn }},
	{"moved_on", "迁出日期", func(e *InsuranceEntry) *string { return &e.MovedOn }},
	{"newborn", "新生儿", func(e *InsuranceEntry) *string { return &e.Newborn }},
}

const neededColumns = 5

func columnTitle(field string) string {
	for _, c := range rosterColumns {
		if c.field == field {
			return c.title
		}
	}
	return field
}

// rosterWords are the words a roster says things by; codes stand for themselves.
var rosterWords = map[string]string{
	"居民身份证": string(nursery.ByResidentID), "身份证": string(nursery.ByResidentID), "出生医学证明": string(nursery.ByBirthCertificate),
	"居住证": string(nursery.ByPermit), "护照": string(nursery.ByPassport), "男": string(nursery.Male), "女": string(nursery.Female),
	"户籍": string(nursery.ResidenceRegistered), "常住": string(nursery.ResidencePermanent), "其他": string(nursery.ResidenceOther),
}

func wordOf(s string) string {
	if code, ok := rosterWords[s]; ok {
		return code
	}
	return s
}

// rosterDate reads a day as people and spreadsheets write it; nothing is no day.
func rosterDate(s string) (nursery.Date, bool) {
	s = strings.NewReplacer("/", "-", ".", "-", "年", "-", "月", "-", "日", "").Replace(strings.TrimSpace(s))
	switch n, err := strconv.Atoi(s); {
	case s == "":
		return nursery.Date{}, true
	case err == nil && len(s) == 8:
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	case err == nil && len(s) == 5: // a spreadsheet counts days from 1899-12-30
		return nursery.NewDate(1899, 12, 30).AddDays(n), true
	}
	parts := strings.Split(s, "-")
	if len(parts) != 3 {
		return nursery.Date{}, false
	}
	for i, part := range parts[1:] {
		if len(part) == 1 {
			parts[i+1] = "0" + part
		}
	}
	d, err := nursery.ParseDate(strings.Join(parts, "-"))
	return d, err == nil
}

// row reads an entry. The faults name its columns and never what was entered.
func (e InsuranceEntry) row(county string, today nursery.Date) (nursery.RosterRow, []InsuranceFault) {
	var faults []InsuranceFault
	add := func(field, message string) {
		faults = append(faults, InsuranceFault{Row: e.number, Column: columnTitle(field), Message: message})
	}
	if e.formula != "" {
		return nursery.RosterRow{}, []InsuranceFault{{Row: e.number, Column: e.formula, Message: "含有公式，请改为数值后重新上报"}}
	}
	r := nursery.RosterRow{
		Child: nursery.Child{
			Name: e.Name, IdentityKind: nursery.IdentityKind(wordOf(e.IdentityKind)), Identity: e.Identity, Sex: nursery.Sex(wordOf(e.Sex)),
			GuardianName: e.GuardianName, GuardianPhone: e.GuardianPhone, County: county,
		},
		Residence: nursery.Residence(wordOf(e.Residence)), Consent: strings.TrimSpace(e.Consent),
	}
	if r.IdentityKind == "" {
		r.IdentityKind = nursery.ByResidentID
		if len(strings.TrimSpace(e.Identity)) == 10 {
			r.IdentityKind = nursery.ByBirthCertificate
		}
	}
	for field, day := range map[string]struct {
		text string
		into *nursery.Date
	}{
		"born_on": {e.BornOn, &r.BornOn}, "notified_on": {e.NotifiedOn, &r.NotifiedOn}, "died_on": {e.DiedOn, &r.DiedOn}, "moved_on": {e.MovedOn, &r.MovedOn},
	} {
		d, ok := rosterDate(day.text)
		if !ok {
			add(field, "日期有误，应如 2026-01-31")
		}
		*day.into = d
	}
	switch e.Newborn {
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

// TakeRoster takes a page of a month's roster. A row that cannot be taken is told with its reason and holds up no other; a child
// known by its identity is updated and not doubled, so the same page may be sent again.
func (s *Service) TakeRoster(ctx context.Context, p nursery.Principal, key, caseNo string, page InsurancePage) (InsuranceRoster, error) {
	for i := range page.Rows {
		page.Rows[i].number = i + 1
	}
	return s.takeRoster(ctx, p, key, caseNo, page.Source, page.Rows, page)
}

// TakeRosterFile is TakeRoster for a workbook or CSV text. Errors: roster_file with the columns that are missing.
func (s *Service) TakeRosterFile(ctx context.Context, p nursery.Principal, key, caseNo, source string, file io.Reader) (InsuranceRoster, error) {
	if _, err := s.mayRoster(ctx, p, caseNo); err != nil {
		return InsuranceRoster{}, err
	}
	raw, err := io.ReadAll(file)
	if err != nil {
		return InsuranceRoster{}, err
	}
	entries, err := readRoster(raw)
	if err != nil {
		return InsuranceRoster{}, err
	}
	return s.takeRoster(ctx, p, key, caseNo, source, entries, []any{source, sha256.Sum256(raw)})
}

func readRoster(raw []byte) ([]InsuranceEntry, error) {
	var needed []string
	for _, c := range rosterColumns[:neededColumns] {
		needed = append(needed, c.title)
	}
	rows, err := sheets.Read(raw, needed...)
	var head *sheets.HeadError
	switch {
	case errors.As(err, &head):
		return nil, rosterFile("缺少栏目：" + strings.Join(head.Missing, "、"))
	case errors.Is(err, sheets.ErrTooManyRows):
		return nil, rosterFile(fmt.Sprintf("不能超过 %d 行", sheets.MaxRows))
	case err != nil:
		return nil, rosterFile("应为 Excel 工作簿或 CSV 文本")
	case len(rows) == 0:
		return nil, rosterFile("没有数据行")
	}
	entries := make([]InsuranceEntry, len(rows))
	for i, row := range rows {
		entries[i].number, entries[i].formula = row.Number, row.Formula
		for _, c := range rosterColumns {
			*c.of(&entries[i]) = row.Cell(c.title)
		}
	}
	return entries, nil
}

func rosterFile(message string) *Error {
	return refuse(Invalid, CodeRosterFile, "名册文件不能读取。", FieldError{Location: "file", Message: message})
}

// mayRoster says whether p may hand in the month's roster, and of which county it is.
func (s *Service) mayRoster(ctx context.Context, p nursery.Principal, caseNo string) (county string, err error) {
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		c, _, err := s.insuranceFor(ctx, q, q.CaseByNumber, p, "insurance.roster", caseNo)
		county = c.County
		return err
	})
	return county, err
}

// incoming is a row ready to be written.
type incoming struct {
	nursery.RosterRow
	number  int
	person  []byte // keyed hash of who it is, whatever the paper
	id      string
	known   bool
	refused string
}

func (s *Service) takeRoster(ctx context.Context, p nursery.Principal, key, caseNo, source string, entries []InsuranceEntry, body any) (InsuranceRoster, error) {
	if s.Fields == nil {
		return InsuranceRoster{}, refuse(Unavailable, CodeEngineUnavailable, "系统没有配置密钥，不能接收婴幼儿信息。")
	}
	county, err := s.mayRoster(ctx, p, caseNo)
	if err != nil {
		return InsuranceRoster{}, err
	}
	if source != "civil" && source != "health" {
		return InsuranceRoster{}, refuse(Invalid, CodeInvalid, "请指明名册来源。", FieldError{Location: "/source", Message: "不在可选值之内"})
	}
	rows, faults, err := s.readEntries(county, entries)
	if err != nil {
		return InsuranceRoster{}, err
	}
	report, _, err := command(ctx, s, p, key, "insurance.roster "+caseNo, body, func(q *store.Queries) (InsuranceRoster, error) {
		c, b, err := s.insuranceFor(ctx, q, q.CaseForStep, p, "insurance.roster", caseNo)
		if err == nil {
			err = monthOpen(c)
		}
		if err != nil {
			return InsuranceRoster{}, err
		}
		report := InsuranceRoster{CaseNo: c.CaseNo, Rows: len(entries), By: p.Account, At: s.Now()}
		for chunk := range slices.Chunk(rows, rosterAtOnce) {
			if err := s.putChunk(ctx, q, p, b, source, chunk, &report); err != nil {
				return report, err
			}
		}
		for _, r := range rows {
			if r.refused != "" {
				faults = append(faults, InsuranceFault{Row: r.number, Column: columnTitle("identity"), Message: r.refused})
			}
		}
		return s.keepUpload(ctx, q, p, c, source, faults, report)
	})
	return report, err
}

// rosterAtOnce is how many children one statement writes.
const rosterAtOnce = 8000

// readEntries reads every row and finds the same identity twice; the work is shared by the processors.
func (s *Service) readEntries(county string, entries []InsuranceEntry) ([]*incoming, []InsuranceFault, error) {
	today := s.today()
	read := make([]*incoming, len(entries))
	wrong := make([][]InsuranceFault, len(entries))
	err := inParallel(len(entries), func(i int) error {
		row, faults := entries[i].row(county, today)
		if wrong[i] = faults; len(faults) > 0 {
			return nil
		}
		person, err := s.Fields.Index("insurance_roster.person", strings.Join([]string{row.Name, row.BornOn.String(), string(row.Sex), row.GuardianPhone}, "\x00"))
		read[i] = &incoming{RosterRow: row, number: entries[i].number, person: person}
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

// inParallel runs do for 0 to n-1 on every processor and gives the first error.
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
