package activities

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/store"
)

// move runs do as the step in.Step and stores the case row. See inStep for ahead.
func (e *Engine) move(ctx context.Context, in Move, do func(context.Context, *step, calendar.Years) error, ahead ...read) error {
	years, err := e.years(ctx)
	if err != nil {
		return err
	}
	_, err = e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		s.c.Holder, s.c.DueOn, s.c.DueProvisional, s.c.Overdue = string(nursery.RoleEngine), nursery.Date{}, false, false
		if err := do(ctx, s, years); err != nil {
			return err
		}
		return s.saveCase(ctx)
	}, ahead...)
	return err
}

// end closes the case in a stage that is its outcome.
func (s *step) end(stage nursery.Stage) {
	s.c.Stage, s.c.Outcome, s.c.Status, s.c.EndedAt = string(stage), string(stage), string(nursery.CaseEnded), &s.at
	s.c.Holder = ""
}

// reviewed is what a reviewer adds to the gaps found by the rules.
type reviewed struct {
	Findings []struct {
		Field   string `json:"field"`
		Message string `json:"message"`
		Remedy  string `json:"remedy"`
	} `json:"findings"`
}

// RuleReviewed is the rule of a gap found by a reviewer.
const RuleReviewed = "RF-09a"

func (s *step) gapsToTell(ctx context.Context, in Move) ([]nursery.Reason, error) {
	made, _, err := readDecisions(ctx, s.q, s.c.CaseNo, in.Assessed)
	if err != nil {
		return nil, err
	}
	gaps := Gaps(made)
	for _, task := range in.Tasks {
		var said reviewed
		if err := s.answer(ctx, task, &said); err != nil {
			return nil, err
		}
		for _, f := range said.Findings {
			gaps = append(gaps, nursery.Reason{
				Rule: RuleReviewed, Title: "审核意见", Result: nursery.Fail, Message: f.Message, Remedy: f.Remedy,
				Fields: nonBlank(f.Field),
				Basis: []nursery.Citation{{
					Document: "托育机构登记和备案办法(试行)", Number: "国卫办人口发〔2019〕25号", Article: "8", Binding: "L4", Verified: true,
				}},
			})
		}
	}
	return gaps, nil
}

func nonBlank(field string) []string {
	if field == "" {
		return nil
	}
	return []string{field}
}

func (s *step) notifyGaps(ctx context.Context, gaps []nursery.Reason) error {
	round, err := s.q.LastRound(ctx, s.c.CaseNo)
	if err != nil {
		return err
	}
	for _, g := range gaps {
		reason, err := json.Marshal(g)
		if err != nil {
			return fmt.Errorf("encode gap: %w", err)
		}
		err = s.q.InsertGap(ctx, store.InsertGapParams{
			CaseNo: s.c.CaseNo, County: s.c.County, Institution: s.c.Institution, Round: round + 1, Reason: reason,
			Fields: orNone(g.Fields), ToldAt: s.at, Version: s.c.Version,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// answer decodes the form of the answer that closed a task.
func (s *step) answer(ctx context.Context, task string, into any) error {
	row, err := s.q.TaskAnswer(ctx, task)
	if err != nil {
		return fmt.Errorf("read answer of %s: %w", task, err)
	}
	if len(row.Answer) == 0 {
		return nil
	}
	if err := json.Unmarshal(row.Answer, into); err != nil {
		return fmt.Errorf("decode answer of %s: %w", task, err)
	}
	return nil
}

// finding is the first officer's record of the site, with the legal basis of each item.
type finding struct {
	VisitedOn   nursery.Date `json:"visited_on"`
	RectifyDays int          `json:"rectify_working_days"`
	Note        string       `json:"note"`
	Attachments []string     `json:"attachments"`
	Findings    []struct {
		Rule    string `json:"rule"`
		Field   string `json:"field"`
		Message string `json:"message"`
		Remedy  string `json:"remedy"`
	} `json:"findings"`

	gaps []nursery.Reason
}

// finding reads the record of in.Tasks[0]. An item that names a rule has that rule's citation from the last assessment;
// any other is based on 登记和备案办法 art. 9 para. 2, under which it is notified.
func (s *step) finding(ctx context.Context, in Move) (finding, error) {
	var found finding
	if err := s.answer(ctx, in.Tasks[0], &found); err != nil {
		return found, err
	}
	settings, err := settingsOf(ctx, s.q, s.c.County)
	if err != nil {
		return found, err
	}
	if found.RectifyDays == 0 {
		found.RectifyDays = settings.RectifyDays
	}
	if found.VisitedOn.IsZero() {
		found.VisitedOn = s.today()
	}
	made, _, err := readDecisions(ctx, s.q, s.c.CaseNo, in.Assessed)
	if err != nil {
		return found, err
	}
	found.gaps = found.reasons(made)
	return found, nil
}

// reasons returns what does not meet the standards with its legal basis: the named rule, or the article that requires
// the check on site.
func (f finding) reasons(made []nursery.Decision) []nursery.Reason {
	var gaps []nursery.Reason
	for _, f := range f.Findings {
		reason := nursery.Reason{Rule: "RF-09b", Title: "现场核查"}
		reason.Basis = []nursery.Citation{{
			Document: "托育机构登记和备案办法(试行)", Number: "国卫办人口发〔2019〕25号", Article: "9 para 2", Binding: "L4", Verified: true,
		}}
		for _, d := range made {
			for _, r := range d.Reasons {
				if r.Rule == f.Rule {
					reason.Rule, reason.Title, reason.Basis, reason.Penalty = r.Rule, r.Title, r.Basis, r.Penalty
				}
			}
		}
		reason.Result, reason.Message, reason.Fields = nursery.Fail, f.Message, nonBlank(f.Field)
		reason.Remedy = f.Remedy
		if reason.Remedy == "" {
			reason.Remedy = "请在期限内整改并提交整改证明。"
		}
		gaps = append(gaps, reason)
	}
	return gaps
}

// SiteFinding is an officer's finding on site in the form in which it is notified.
type SiteFinding struct {
	VisitedOn nursery.Date
	Note      string
	Photos    []string
	Defects   []nursery.Reason
}

// ReadSiteFinding decodes an officer's answer, with the decisions of the case whose rules it names.
func ReadSiteFinding(answer json.RawMessage, made []nursery.Decision) (SiteFinding, error) {
	var found finding
	if err := json.Unmarshal(answer, &found); err != nil {
		return SiteFinding{}, fmt.Errorf("decode finding: %w", err)
	}
	return SiteFinding{VisitedOn: found.VisitedOn, Note: found.Note, Photos: found.Attachments, Defects: found.reasons(made)}, nil
}

func (s *step) publish(ctx context.Context, kind, title, text string) error {
	err := s.q.InsertPublication(ctx, store.InsertPublicationParams{
		CaseNo: s.c.CaseNo, County: s.c.County, Institution: s.c.Institution, Kind: kind,
		Title: s.c.Subject + "：" + title, Text: text, PublishedOn: s.today(), Step: s.name,
	})
	if err != nil {
		return fmt.Errorf("publish %s: %w", kind, err)
	}
	return nil
}

func (s *step) setInstitution(ctx context.Context, status string) error {
	err := s.q.SetInstitutionStatus(ctx, store.SetInstitutionStatusParams{ID: s.c.Institution, Status: status, UpdatedAt: s.at})
	if err != nil {
		return fmt.Errorf("set institution %s: %w", status, err)
	}
	return nil
}

// fileInstitution writes the filed data to the register. If a change is filed later, the filing case and its date
// remain those of the first filing.
func (s *step) fileInstitution(ctx context.Context, filingCase string, filedOn nursery.Date) error {
	a, err := s.latest(ctx)
	if err != nil {
		return err
	}
	i := a.Institution
	return s.q.FileInstitution(ctx, store.FileInstitutionParams{
		ID: s.c.Institution, County: i.County, Township: i.Township, Uscc: nonEmpty(i.USCC), Name: i.Name,
		Nature: string(i.Nature), SiteKind: string(a.SiteKind), Address: i.Address, Phone: i.Phone, Inclusive: a.Inclusive,
		Seats: int32(a.Seats()), Status: "filed", FilingCase: &filingCase, FiledOn: filedOn, ApplicationOf: s.c.CaseNo,
		UpdatedAt: s.at,
	})
}

func (s *step) nextNumber(ctx context.Context, prefix string) (int, error) {
	n, err := s.q.TakeNumbers(ctx, store.TakeNumbersParams{Prefix: prefix, County: s.c.County, Year: int32(s.today().Year), Numbers: 1})
	if err != nil {
		return 0, fmt.Errorf("next number of %s: %w", prefix, err)
	}
	return int(n), nil
}

// nextNumbers takes the next number under each of different prefixes.
func (s *step) nextNumbers(ctx context.Context, prefixes []string) (map[string]int, error) {
	rows, err := s.q.TakeNumberOfEach(ctx, store.TakeNumberOfEachParams{Prefixes: prefixes, County: s.c.County, Year: int32(s.today().Year)})
	if err != nil {
		return nil, fmt.Errorf("next numbers: %w", err)
	}
	numbers := make(map[string]int, len(rows))
	for _, row := range rows {
		numbers[row.Prefix] = int(row.Last)
	}
	return numbers, nil
}

func settingsOf(ctx context.Context, q *store.Queries, county string) (nursery.Settings, error) {
	settings := nursery.DefaultSettings()
	rows, err := q.SettingsOfCounty(ctx, county)
	if err != nil {
		return settings, err
	}
	for _, row := range rows {
		if settings, err = settings.With(row.Name, row.Value); err != nil {
			return settings, fmt.Errorf("setting %s of %s: %w", row.Name, county, err)
		}
	}
	return settings, nil
}

// The legal clocks of a filing (托育机构登记和备案办法(试行) art. 9): the receipt, and the finding on site.
const (
	ClockReceipt = "receipt"
	ClockFinding = "finding"
)

// clocks returns the clocks of the case.
func (s *step) clocks(ctx context.Context) (rows []store.Clock, err error) {
	if s.readClocks == nil {
		s.readClocks, err = s.q.ClocksOfCase(ctx, s.c.CaseNo)
	}
	return s.readClocks, err
}

func (s *step) clock(ctx context.Context, name string) (store.Clock, error) {
	rows, err := s.clocks(ctx)
	if err != nil {
		return store.Clock{}, err
	}
	for _, row := range rows {
		if row.Name == name {
			return row, nil
		}
	}
	return store.Clock{}, fmt.Errorf("case %s has no clock %s", s.c.CaseNo, name)
}

func (s *step) startClock(ctx context.Context, years calendar.Years, name string, limit int) error {
	return s.putClock(ctx, years, store.Clock{Name: name}, calendar.Clock{Start: s.today(), Limit: limit})
}

// updateClocks pauses or resumes every running clock of the case.
func (s *step) updateClocks(ctx context.Context, years calendar.Years, turn func(calendar.Clock) calendar.Clock) error {
	rows, err := s.clocks(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if !row.EndedOn.IsZero() {
			continue
		}
		legal, err := row.Legal()
		if err != nil {
			return err
		}
		if err := s.putClock(ctx, years, row, turn(legal)); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) endClocks(ctx context.Context, years calendar.Years, names ...string) error {
	for _, name := range names {
		row, err := s.clock(ctx, name)
		if err != nil {
			return err
		}
		legal, err := row.Legal()
		if err != nil {
			return err
		}
		row.EndedOn = s.today()
		if err := s.putClock(ctx, years, row, legal); err != nil {
			return err
		}
	}
	return nil
}

// putClock stores the clock with its current due date; while it is paused the last due date remains.
func (s *step) putClock(ctx context.Context, years calendar.Years, row store.Clock, legal calendar.Clock) error {
	s.readClocks = nil
	pauses, err := json.Marshal(orNone(legal.Pauses))
	if err != nil {
		return fmt.Errorf("encode pauses: %w", err)
	}
	due := legal.Due(years)
	if due.Date.IsZero() {
		due = calendar.Due{Date: row.DueOn, Provisional: row.Provisional}
	}
	err = s.q.PutClock(ctx, store.PutClockParams{
		CaseNo: s.c.CaseNo, Name: row.Name, County: s.c.County, Institution: s.c.Institution,
		StartedOn: legal.Start, LimitDays: int32(legal.Limit), Pauses: pauses, DueOn: due.Date,
		Provisional: due.Provisional, EndedOn: row.EndedOn,
	})
	if err != nil {
		return fmt.Errorf("put clock %s: %w", row.Name, err)
	}
	return nil
}

func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
