package tests

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/targets"
	"tuoyu/store"
	"tuoyu/testdata"
)

// filedIn registers filed institutions of a county, each with 10 seats.
func (d *fixture) filedIn(county string, n int) {
	d.t.Helper()
	d.exec(`INSERT INTO institutions (id, county, name, site_kind, inclusive, seats, status, filed_on, updated_at)
		SELECT $1 || '-' || g, $1, '园' || g, 'community', g % 2 = 0, 10, 'filed', '2025-05-01', now() FROM generate_series(1, $2::int) g`, county, n)
}

func (d *fixture) lineOf(p nursery.Principal, month, id string) targets.MonthReportLine {
	d.t.Helper()
	r, err := d.Report(d.t.Context(), p, targets.ReportQuery{Month: month})
	require.NoError(d.t, err)
	for _, part := range r.Projects {
		for _, l := range part.Lines {
			if l.ID == id {
				return l
			}
		}
	}
	d.t.Fatalf("no line %s", id)
	return targets.MonthReportLine{}
}

func TestAMonthIsRecordedOnceADayAndStaysAsItWas(t *testing.T) {
	d := newFixture(t) // 2 November 2026
	now := d.Service.Now()
	at := func(on time.Time) { d.Service.Now = func() time.Time { return on } }
	d.filedIn("140403", 4)
	at(now.AddDate(0, -1, 28)) // 30 October
	require.NoError(t, d.RecordMonth(t.Context()))
	d.filedIn("140404", 2)
	require.NoError(t, d.RecordMonth(t.Context()), "the same day: nothing")
	require.Equal(t, []string{"2026-10-01 40 2026-10-30"}, d.monthsOf("I13b"))
	at(now.AddDate(0, -1, 29)) // 31 October, the last day, on which each call counts
	require.NoError(t, d.RecordMonth(t.Context()))
	d.exec(`UPDATE institutions SET status = 'cancelled' WHERE county = '140404'`)
	require.NoError(t, d.RecordMonth(t.Context()))
	require.Equal(t, []string{"2026-10-01 40 2026-10-31"}, d.monthsOf("I13b"), "also a county that has none any more")
	at(now)
	d.filedIn("140405", 3)
	require.NoError(t, d.RecordMonth(t.Context()))
	require.Equal(t, []string{"2026-10-01 40 2026-10-31", "2026-11-01 70 2026-11-02"}, d.monthsOf("I13b"))
	require.NoError(t, d.db.As(t.Context(), city, func(q *store.Queries) error { return q.Exec(t.Context(), `UPDATE target_months SET part = 0`) }))
	require.Equal(t, "2026-11-01 70 2026-11-02", d.monthsOf("I13b")[1], "nobody changes what was recorded")

	months, err := d.Months(t.Context(), city, targets.MonthsQuery{})
	require.NoError(t, err)
	for _, target := range months {
		require.Len(t, target.Months, targets.MonthsShown, target.ID)
		if target.ID == "I13b" {
			require.Empty(t, target.Months[10].Value, "nothing was recorded in September")
			require.Equal(t, []any{"2026-10", 40, "40 个", nursery.NewDate(2026, 10, 31)}, []any{target.Months[11].Month, target.Months[11].Numerator, target.Months[11].Value, target.Months[11].AsOf})
			require.Equal(t, []any{"2026-11", 70, nursery.NewDate(2026, 11, 2)}, []any{target.Months[12].Month, target.Months[12].Numerator, target.Months[12].AsOf})
		}
	}
	here, err := d.Months(t.Context(), countyOffice, targets.MonthsQuery{County: "140405"})
	require.NoError(t, err)
	for _, target := range here {
		if target.ID == "I13b" {
			require.Equal(t, 40, target.Months[12].Numerator, "its own county, whichever it asks for")
		}
	}
	_, err = d.Months(t.Context(), city, targets.MonthsQuery{County: "140499"})
	refused(t, err, casework.CodeInvalid)
}

// monthsOf returns the recorded months of a target in all counties.
func (d *fixture) monthsOf(target string) []string {
	d.t.Helper()
	return d.strings(`SELECT month || ' ' || sum(part) || ' ' || max(as_of) FROM target_months WHERE target = '` + target + `' GROUP BY month ORDER BY month`)
}

func TestAMonthBesideOthersAndCountiesBesideEachOther(t *testing.T) {
	d := newFixture(t)
	d.filedIn("140403", 4)
	d.filedIn("140404", 1)
	d.exec(`INSERT INTO target_months (month, target, county, part, whole, as_of) VALUES
		('2026-10-01', 'I13b', '140403', 30, 0, '2026-10-31'), ('2026-10-01', 'I13b', '140404', 25, 0, '2026-10-31'),
		('2025-11-01', 'I13b', '140403', 5, 0, '2025-11-30'), ('2026-10-01', 'I07', '140403', 10, 30, '2026-10-31')`)
	seats := d.lineOf(city, "", "I13b")
	require.Equal(t, []string{"50 个", "55 个", "−5", "5 个", "+45"}, []string{seats.Now.Value, seats.Before.Value, seats.Change, seats.YearAgo.Value, seats.YearChange})
	require.Len(t, seats.Counties, 12)
	for _, f := range seats.Counties {
		switch f.County {
		case "140403":
			require.Equal(t, []string{"40 个", "30 个", "+10", "+35"}, []string{f.Now.Value, f.Before.Value, f.Change, f.YearChange})
		case "140404":
			require.Equal(t, []string{"10 个", "25 个", "−15", ""}, []string{f.Now.Value, f.Before.Value, f.Change, f.YearChange})
		}
	}
	share := d.lineOf(city, "", "I07")
	require.Equal(t, []string{"40.0%", "33.3%", "+6.7 个百分点"}, []string{share.Now.Value, share.Before.Value, share.Change})
	own := d.lineOf(countyOffice, "", "I13b")
	require.Equal(t, []any{"40 个", "30 个", "50 个", 0}, []any{own.Now.Value, own.Before.Value, own.City.Value, len(own.Counties)})
	past := d.lineOf(city, "2026-10", "I13b")
	require.Equal(t, []string{"55 个", "", ""}, []string{past.Now.Value, past.Before.Value, past.Change})
	require.Equal(t, "当月没有记录", d.lineOf(city, "2026-09", "I13b").Unavailable)
	for _, wrong := range []string{"2026-12", "2023-12", "2026-13", "Nov"} {
		_, err := d.Report(t.Context(), city, targets.ReportQuery{Month: wrong})
		require.Equal(t, "month", refused(t, err, casework.CodeInvalid).Fields[0].Location)
	}
	_, err := d.Report(t.Context(), clerk, targets.ReportQuery{})
	refused(t, err, casework.CodeForbidden)
}

func TestTheWorkbookHoldsTheFiguresOfTheReport(t *testing.T) {
	d := newFixture(t)
	d.filedIn("140403", 3)
	d.exec(`INSERT INTO target_months (month, target, county, part, whole, as_of) VALUES ('2026-10-01', 'I13b', '140403', 10, 0, '2026-10-31')`)
	file, err := d.Workbook(t.Context(), city, targets.ReportQuery{})
	require.NoError(t, err)
	require.Equal(t, "长治市托育服务月报 2026-11.xlsx", file.Name)
	book, err := excelize.OpenReader(bytes.NewReader(file.Content))
	require.NoError(t, err)
	defer func() { require.NoError(t, book.Close()) }()
	require.Len(t, book.GetSheetList(), 20, "all, 15 projects and 2 groups of targets, the counties, the months")
	rows, err := book.GetRows("服务供给扩容工程")
	require.NoError(t, err)
	found := false
	for _, row := range rows {
		if row[0] == "托位数" {
			found = true
			require.Equal(t, []string{"托位数", "1.4 万个以上", "2024-12-31", "30 个", "10 个", "+20", "—", "—", "30", "0"}, row)
		}
	}
	require.True(t, found)
	county, err := book.GetRows("各县区")
	require.NoError(t, err)
	require.Contains(t, county, []string{"托位数", "潞州区", "30 个", "10 个", "+20", "—", "—"})
}

func TestWhatWasDoneIsCountedByItsDates(t *testing.T) {
	d := newFixture(t)
	number := func(n int) string {
		c, err := nursery.NewCaseNumber("BA", county, 2026, 100+n)
		require.NoError(t, err)
		return string(c)
	}
	d.exec(`INSERT INTO institutions (id, county, updated_at) VALUES ('f1', '140403', now()), ('f2', '140403', now()), ('f3', '140404', now())`)
	for n, row := range []struct{ institution, county, received string }{{"f1", "140403", "2026-10-05"}, {"f2", "140403", "2026-10-20"}, {"f3", "140404", "2026-11-01"}} {
		d.exec(`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, received_on, created_at, updated_at)
			VALUES ($1, 'filing', $2, $3, 'review', 'open', '', '\x00', $4, now(), now())`, number(n), row.county, row.institution, row.received)
	}
	d.exec(`INSERT INTO documents (id, case_no, county, institution, kind, number, code, content, issued_on, created_at)
		VALUES ('r1', $1, '140403', 'f1', 'filing_receipt', 'n1', 'c1', '{}', '2026-10-08', now()), ('r2', $2, '140403', 'f2', 'filing_receipt', 'n2', 'c2', '{}', '2026-11-01', now())`, number(0), number(1))
	flows := func(p nursery.Principal, in targets.MonthsQuery) []targets.MonthFlow {
		list, err := d.Flows(t.Context(), p, in)
		require.NoError(t, err)
		require.Len(t, list, targets.MonthsShown)
		return list[11:]
	}
	for name, tt := range map[string]struct {
		p    nursery.Principal
		in   targets.MonthsQuery
		want []any
	}{
		"city":          {city, targets.MonthsQuery{}, []any{2, 2, "7.5", 1, 0, ""}},
		"city, one":     {city, targets.MonthsQuery{County: "140404"}, []any{0, 0, "", 1, 0, ""}},
		"county office": {countyOffice, targets.MonthsQuery{}, []any{2, 2, "7.5", 0, 0, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			f := flows(tt.p, tt.in)
			require.Equal(t, tt.want, []any{f[0].Received, f[0].Receipts, f[0].Days, f[1].Received, f[1].Receipts, f[1].Days})
		})
	}
}

func TestAnOfficeEntersAFigureThatCountsOnceTheCityAcceptsIt(t *testing.T) {
	d := newFixture(t)
	ctx := context.WithoutCancel(t.Context())
	file := func(p nursery.Principal) string {
		a, err := d.Upload(ctx, p, casework.Upload{Name: "签到表.pdf", Institution: casework.OfficeFiles + p.County, County: p.County, Body: bytes.NewReader(testdata.PDF("evidence"))})
		require.NoError(t, err)
		return a.ID
	}
	evidence := file(countyOffice)
	in := targets.TargetEntryInput{Quarter: "2026Q4", Part: 5, Note: "在社区举办五场讲座", Evidence: []string{evidence}}
	first, err := d.PutEntry(ctx, countyOffice, key(), "P07-lectures", in)
	require.NoError(t, err)
	require.Equal(t, "还没有经核定的填报", d.target(city, "P07-lectures").Unavailable, "it does not count yet")
	in.Part = 4
	second, err := d.PutEntry(ctx, countyOffice, key(), "P07-lectures", in)
	require.NoError(t, err)
	_, err = d.DecideEntry(ctx, city, key(), first.ID, targets.TargetEntryVerdict{Accept: true})
	refused(t, err, casework.CodeReportDecided)
	_, err = d.DecideEntry(ctx, city, key(), second.ID, targets.TargetEntryVerdict{})
	refused(t, err, casework.CodeInvalid)
	_, err = d.DecideEntry(ctx, countyOffice, key(), second.ID, targets.TargetEntryVerdict{Accept: true})
	refused(t, err, casework.CodeForbidden)
	done, err := d.DecideEntry(ctx, city, key(), second.ID, targets.TargetEntryVerdict{Accept: true})
	require.NoError(t, err)
	require.Equal(t, "已核定", done.StateTitle)
	lectures := d.target(city, "P07-lectures")
	require.Equal(t, []any{4, 12, "4 次", false, true}, []any{lectures.Numerator, lectures.Denominator, lectures.Value, lectures.Met, lectures.Verified})
	require.Equal(t, "4 次", d.target(countyOffice, "P07-lectures").Value)

	list, err := targets.Entries.Page(ctx, d.Service, auditor, targets.EntryFilter{Target: "P07-lectures"}, casework.PageRequest{})
	require.NoError(t, err)
	require.Equal(t, []string{"accepted 4", "replaced 5"}, []string{list.Items[0].State + " 4", list.Items[1].State + " 5"}, "the history stays")
	require.Equal(t, []targets.TargetEntryFile{{ID: evidence, Name: "签到表.pdf"}}, list.Items[0].Evidence)
	for _, p := range []nursery.Principal{countyOffice, city, auditor} {
		_, content, err := d.OpenAttachment(ctx, p, evidence)
		require.NoError(t, err, p.Role)
		require.NoError(t, content.Close())
	}
	other := nursery.Principal{Account: "county-office-140404", Role: nursery.RoleCountyOffice, County: "140404"}
	for _, p := range []nursery.Principal{other, clerk, applicant, clinic, insurer} {
		_, _, err := d.OpenAttachment(ctx, p, evidence)
		refused(t, err, casework.CodeNotFound, casework.CodeForbidden)
	}

	// Another county neither sees, replaces nor decides it, and cannot hand in its file.
	seen, err := targets.Entries.Page(ctx, d.Service, other, targets.EntryFilter{County: county}, casework.PageRequest{})
	require.NoError(t, err)
	require.Empty(t, seen.Items)
	_, err = d.DecideEntry(ctx, other, key(), second.ID, targets.TargetEntryVerdict{Accept: true})
	refused(t, err, casework.CodeNotFound)
	_, err = d.PutEntry(ctx, other, key(), "P07-lectures", in)
	require.Equal(t, "/evidence/0", refused(t, err, casework.CodeInvalid).Fields[0].Location)
	require.NoError(t, d.db.As(ctx, other, func(q *store.Queries) error {
		rows, err := q.Strings(ctx, `SELECT id::text FROM target_entries`)
		require.Empty(t, rows, "the second lock")
		return err
	}))
	require.ErrorContains(t, d.db.As(ctx, other, func(q *store.Queries) error {
		return q.Exec(ctx, `INSERT INTO target_entries (target, county, quarter, part, note, evidence, entered_by, entered_at)
			VALUES ('P07-lectures', '140403', '2026-10-01', 9, '代填', '{}', 'county-office-140404', now())`)
	}), "row-level security")
	_, err = d.Upload(ctx, other, casework.Upload{Name: "a.pdf", Institution: casework.OfficeFiles + county, County: county, Body: bytes.NewReader(testdata.PDF("evidence"))})
	refused(t, err, casework.CodeNotFound, casework.CodeForbidden)
	_, err = d.PutEntry(ctx, clerk, key(), "P07-lectures", in)
	refused(t, err, casework.CodeNotFound)

	// The city's own entry is for another of its people.
	own, err := d.PutEntry(ctx, city, key(), "P07-contest", targets.TargetEntryInput{Quarter: "2026Q4", Part: 1, Note: "举办全市大赛", Evidence: []string{file(city)}})
	require.NoError(t, err)
	_, err = d.DecideEntry(ctx, city, key(), own.ID, targets.TargetEntryVerdict{Accept: true})
	refused(t, err, casework.CodeConflictOfInterest)
	colleague := city
	colleague.Account = "city-office-2"
	_, err = d.DecideEntry(ctx, colleague, key(), own.ID, targets.TargetEntryVerdict{Accept: true})
	require.NoError(t, err)
	require.True(t, d.target(city, "P07-contest").Met)

	for name, tt := range map[string]struct {
		target string
		in     targets.TargetEntryInput
		at     string
	}{
		"a quarter to come": {"P07-lectures", targets.TargetEntryInput{Quarter: "2027Q1", Note: "说明"}, "/quarter"},
		"no evidence":       {"P07-lectures", targets.TargetEntryInput{Quarter: "2026Q4", Part: 1, Note: "说明"}, "/evidence"},
		"no whole":          {"P14-use", targets.TargetEntryInput{Quarter: "2026Q4", Note: "说明"}, "/whole"},
		"more than all":     {"P14-use", targets.TargetEntryInput{Quarter: "2026Q4", Part: 3, Whole: 2, Note: "说明", Evidence: []string{evidence}}, "/part"},
		"a whole too many":  {"P07-lectures", targets.TargetEntryInput{Quarter: "2026Q4", Whole: 2, Note: "说明"}, "/whole"},
	} {
		_, err := d.PutEntry(ctx, countyOffice, key(), tt.target, tt.in)
		require.Equal(t, tt.at, refused(t, err, casework.CodeInvalid).Fields[0].Location, name)
	}
	for _, target := range []string{"P08-signed", "none"} { // counted by a process, and none at all
		_, err = d.PutEntry(ctx, countyOffice, key(), target, in)
		refused(t, err, casework.CodeNotFound)
	}

	// Of a rate the latest quarter counts, of a number all of them.
	for _, e := range []struct {
		target, quarter string
		part, whole     int
	}{{"P14-use", "2026Q3", 1, 4}, {"P14-use", "2026Q4", 3, 4}, {"P07-lectures", "2026Q3", 8, 0}, {"P13-heads", "2025Q4", 300, 0}} {
		e1, err := d.PutEntry(ctx, countyOffice, key(), e.target, targets.TargetEntryInput{Quarter: e.quarter, Part: e.part, Whole: e.whole, Note: "说明", Evidence: []string{evidence}})
		require.NoError(t, err)
		_, err = d.DecideEntry(ctx, city, key(), e1.ID, targets.TargetEntryVerdict{Accept: true})
		require.NoError(t, err)
	}
	require.Equal(t, []any{"75.0%", false}, []any{d.target(city, "P14-use").Value, d.target(city, "P14-use").Met})
	require.Equal(t, []any{"12 次", true}, []any{d.target(city, "P07-lectures").Value, d.target(city, "P07-lectures").Met})
	require.Equal(t, "还没有经核定的填报", d.target(city, "P13-heads").Unavailable, "a yearly goal counts this year")
}
