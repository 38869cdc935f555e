package tests

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/attendance"
	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/processes/insurance"
	"tuoyu/testdata"
)

// contents returns a hash of every table but those left out, by its name. The history of rows, which nothing but a trigger writes, follows
// the rows.
func (d *fixture) contents(but ...string) map[string]string {
	d.t.Helper()
	all := map[string]string{}
	for _, table := range d.strings(`SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('goose_db_version', 'procedure_row_history') ORDER BY 1`) {
		if !slices.Contains(but, table) {
			all[table] = d.strings(`SELECT coalesce(md5(string_agg(t::text, E'\n' ORDER BY t::text)), '') FROM ` + table + ` t`)[0]
		}
	}
	return all
}

// checked reads a roster of children in care and checks it.
func (d *fixture) checked(p nursery.Principal, text string) *casework.ImportDraft {
	d.t.Helper()
	draft, err := d.StartImport(d.t.Context(), p, children.RosterImport, "", "", strings.NewReader(text))
	require.NoError(d.t, err)
	return draft
}

// states returns the states of the rows of a draft.
func states(draft *casework.ImportDraft) (list []casework.RowState) {
	for _, row := range draft.Rows {
		list = append(list, row.State)
	}
	return list
}

// columns returns the columns of the faults of a row.
func columns(row casework.CheckedRow) (list []string) {
	for _, f := range row.Faults {
		list = append(list, f.Column)
	}
	return list
}

func TestAFileIsCheckedWithoutWritingAnything(t *testing.T) {
	d := caring(t)
	d.exec(`UPDATE institutions SET application = '{"classes": [{"id": "c-1", "name": "乳儿班"}, {"id": "c-2", "name": "托小一班"}]}' WHERE id = $1`, first.Institution)
	_, err := d.EnrolChild(t.Context(), neighbour, "elsewhere", born("X320000009", func(c *nursery.Child) { c.Name = "婴幼儿0009" }))
	require.NoError(t, err)
	before := d.contents("import_drafts", "identity_refusals")
	elsewhere := careRow(9)
	elsewhere[3] = born("", nil).Child.BornOn.String()
	wrong, unfiled := careRow(2), careRow(3)
	wrong[0], wrong[1], wrong[2], wrong[3], wrong[5], wrong[9] = "", "学生证", "1.40423E+17", "2025-02-30", "太原市", "123"
	unfiled[6] = "托中班"
	draft := d.checked(first, careCSV(careRow(1), wrong, unfiled, elsewhere, careRow(1)))
	require.Equal(t, []casework.RowState{casework.RowNew, casework.RowFaulty, casework.RowFaulty, casework.RowFaulty, casework.RowSame}, states(draft))
	require.Equal(t, []string{"姓名", "证件类型", "证件号码", "出生日期", "居住县区", "监护人电话"}, columns(draft.Rows[1]), "all six at once")
	require.Equal(t, []casework.RowFault{{Column: "班级", Message: "没有备案这个班级。备案的班级：乳儿班、托小一班"}}, draft.Rows[2].Faults)
	require.Equal(t, []casework.RowFault{{Column: "证件号码", Message: "该婴幼儿尚在其他机构在托，请先由该机构办理离托。"}}, draft.Rows[3].Faults)
	require.Equal(t, before, d.contents("import_drafts", "identity_refusals"))

	report, err := d.CheckRoster(t.Context(), first, strings.NewReader(careCSV(careRow(1), wrong)))
	require.NoError(t, err)
	require.Equal(t, 1, report.Enrolled)
	require.Len(t, report.Refused, 6)
	require.Equal(t, casework.RowNew, report.Results[0].State)
	require.Equal(t, before, d.contents("import_drafts", "identity_refusals"))

	require.Equal(t, []string{"0"}, d.strings(`SELECT sum(refusals)::text FROM identity_refusals`))

	again, err := d.DraftOf(t.Context(), first, children.RosterImport, draft.ID)
	require.NoError(t, err)
	require.Equal(t, draft.Rows, again.Rows)
	_, err = d.DraftOf(t.Context(), neighbour, children.RosterImport, draft.ID)
	code(t, err, casework.CodeNotFound)
	require.NotContains(t, strings.Join(d.strings(`SELECT encode(body, 'escape') FROM import_drafts`), ""), "X32", "it is sealed")
}

func TestAFileIsCorrectedImportedAndUndone(t *testing.T) {
	d := caring(t)
	wrong := careRow(2)
	wrong[3], wrong[4] = "2025-02-30", "他"
	draft := d.checked(first, careCSV(careRow(1), wrong, careRow(3)))
	kept := []string{"imports", "import_drafts", "idempotency_keys"}
	before := d.contents(kept...)

	draft, changed, err := d.CorrectDraft(t.Context(), first, children.RosterImport, draft.ID, map[int]map[string]string{
		2: {"姓名": "婴幼儿0001"}, 3: {"出生日期": "2025年2月28日", "性别": "女"},
	})
	require.NoError(t, err)
	require.Equal(t, map[int]bool{3: true}, changed)
	require.Equal(t, []casework.RowState{casework.RowNew, casework.RowNew, casework.RowNew}, states(draft))
	require.Equal(t, before, d.contents(kept...))

	done, err := d.FinishImport(t.Context(), first, "import", children.RosterImport, draft.ID)
	require.NoError(t, err)
	require.Equal(t, casework.Imported{Import: done.Import, Added: 3}, done)
	repeated, err := d.FinishImport(t.Context(), first, "import", children.RosterImport, draft.ID)
	require.NoError(t, err)
	require.Equal(t, done, repeated, "a repeat imports nothing")
	require.Equal(t, []string{"3"}, d.strings(`SELECT count(*)::text FROM enrolments WHERE left_on IS NULL`))
	require.Equal(t, []string{"0"}, d.strings(`SELECT count(*)::text FROM import_drafts`))

	_, err = d.Import(t.Context(), neighbour, done.Import)
	code(t, err, casework.CodeNotFound)
	_, err = d.UndoImport(t.Context(), neighbour, "undo", done.Import)
	code(t, err, casework.CodeNotFound)
	_, err = d.RosterSheet(t.Context(), first, nursery.ReadForEnrolment) // each child is read, which stays on record
	require.NoError(t, err)
	past, err := d.UndoImport(t.Context(), first, "undo", done.Import)
	require.NoError(t, err)
	require.Equal(t, []int{3, 3, 0}, []int{past.Enrolled, past.Undone, past.Undoable})
	after := d.contents(kept...)
	require.NotEqual(t, before["record_reads"], after["record_reads"])
	delete(before, "record_reads")
	delete(after, "record_reads")
	require.Equal(t, before, after)
	_, err = d.UndoImport(t.Context(), first, "again", done.Import)
	code(t, err, casework.CodeImportUndone)
}

func TestRowsWithFaultsStayInTheDraft(t *testing.T) {
	d := caring(t)
	wrong := careRow(2)
	wrong[4] = "他"
	draft := d.checked(first, careCSV(careRow(1), wrong))
	done, err := d.FinishImport(t.Context(), first, "import", children.RosterImport, draft.ID)
	require.NoError(t, err)
	require.Equal(t, casework.Imported{Import: done.Import, Added: 1, Refused: 1, Draft: draft.ID}, done)
	left, err := d.DraftOf(t.Context(), first, children.RosterImport, draft.ID)
	require.NoError(t, err)
	require.Equal(t, 3, left.Sheet.Rows[0].Number)
	require.Equal(t, []casework.RowState{casework.RowFaulty}, states(left))
	_, _, err = d.CorrectDraft(t.Context(), first, children.RosterImport, draft.ID, map[int]map[string]string{3: {"性别": "男"}})
	require.NoError(t, err)
	done, err = d.FinishImport(t.Context(), first, "the rest", children.RosterImport, draft.ID)
	require.NoError(t, err)
	require.Equal(t, casework.Imported{Import: done.Import, Added: 1}, done)
}

func TestAnImportIsNotUndoneWhereSomethingDependsOnIt(t *testing.T) {
	d := caring(t)
	known, err := d.EnrolChild(t.Context(), neighbour, "known", born("X320000001", func(c *nursery.Child) {
		c.Name, c.BornOn, c.GuardianName, c.GuardianPhone = "婴幼儿0001", nursery.Date{Year: 2025, Month: 3, Day: 8}, "监护人乙", "13900139001"
	}))
	require.NoError(t, err)
	d.left(neighbour, known.ID, nursery.LeaveLeft, testdata.AsOf.AddDays(-50))
	guardian := `SELECT guardian_from || encode(guardian_name, 'hex') || encode(guardian_phone, 'hex') || updated_at FROM children WHERE id = '` + known.ID + `'`
	before, rows := d.strings(guardian), [][]string{careRow(1), careRow(2), careRow(3), careRow(4)}
	for _, row := range rows {
		row[7] = testdata.AsOf.String()
	}
	report := d.importFile([]byte(careCSV(rows...)))
	require.Equal(t, 4, report.Enrolled)
	require.NotEqual(t, before, d.strings(guardian), "the guardian now deals with this institution")
	ids := d.strings(`SELECT child FROM enrolments WHERE institution = $1 ORDER BY id`, first.Institution)
	require.Equal(t, known.ID, ids[0])
	_, err = d.PutAttendance(t.Context(), first, "att", attendance.AttendanceEntry{
		Class: "乳儿班", On: testdata.AsOf, Children: []attendance.AttendanceLine{{Child: ids[1], State: nursery.Present}},
	})
	require.NoError(t, err)
	d.agreed(first, ids[2], nursery.ConsentCheckup)

	past, err := d.Import(t.Context(), first, report.Import)
	require.NoError(t, err)
	require.Equal(t, 2, past.Undoable)
	past, err = d.UndoImport(t.Context(), first, "undo", report.Import)
	require.NoError(t, err)
	require.Equal(t, 2, past.Undone)
	require.Equal(t, []children.KeptChild{
		{Row: 3, Child: ids[1], Name: "婴幼儿0002", Reason: "已有考勤"}, {Row: 4, Child: ids[2], Name: "婴幼儿0003", Reason: "已登记监护人同意"},
	}, past.Kept)
	require.Equal(t, before, d.strings(guardian), "restored")
	require.Equal(t, slices.Sorted(slices.Values(ids[1:3])), d.strings(`SELECT child FROM enrolments WHERE institution = $1 ORDER BY child`, first.Institution))
	require.Equal(t, []string{"0"}, d.strings(`SELECT count(*)::text FROM children WHERE id = $1`, ids[3]))

	d.exec(`UPDATE imports SET imported_at = imported_at - interval '1 day'`)
	_, err = d.UndoImport(t.Context(), first, "late", report.Import)
	code(t, err, casework.CodeImportFinal)
}

func TestAPersonIsCountedOnceHoweverOftenARowIsChecked(t *testing.T) {
	d := caring(t)
	_, err := d.EnrolChild(t.Context(), neighbour, "known", born("X320000001", nil))
	require.NoError(t, err)
	draft := d.checked(first, careCSV(careRow(1), careRow(2)))
	require.Contains(t, draft.Rows[0].Faults[0].Message, "未能核验")
	refusals := func() string {
		return strings.Join(d.strings(`SELECT refusals::text FROM identity_refusals WHERE account = $1`, first.Account), "")
	}
	require.Equal(t, "1", refusals())
	for _, name := range []string{"婴幼儿0001", "婴幼儿丙", "婴幼儿丙"} {
		_, _, err := d.CorrectDraft(t.Context(), first, children.RosterImport, draft.ID, map[int]map[string]string{2: {"姓名": name}})
		require.NoError(t, err)
	}
	require.Equal(t, "2", refusals(), "another name is another try")
	_, err = d.FinishImport(t.Context(), first, "import", children.RosterImport, draft.ID)
	require.NoError(t, err)
	require.Equal(t, "2", refusals())
}

func TestADraftExpires(t *testing.T) {
	d := caring(t)
	draft := d.checked(first, careCSV(careRow(1)))
	require.Equal(t, 2*time.Hour, draft.Expires.Sub(d.Now()))
	d.exec(`UPDATE import_drafts SET expires_at = expires_at - interval '2 hours'`)
	_, err := d.DraftOf(t.Context(), first, children.RosterImport, draft.ID)
	code(t, err, casework.CodeNotFound)
	_, err = d.FinishImport(t.Context(), first, "late", children.RosterImport, draft.ID)
	code(t, err, casework.CodeNotFound)
	other := d.checked(first, careCSV(careRow(1)))
	require.Equal(t, []string{other.ID}, d.strings(`SELECT id FROM import_drafts`), "another file replaces the draft")
}

func TestAMonthsRosterIsCheckedImportedAndUndone(t *testing.T) {
	d, caseNo := insuring(t)
	d.roster("before", caseNo, child(1, nil), child(2, nil))
	kept := []string{"imports", "import_rows", "import_drafts", "idempotency_keys", "identity_refusals", "insurance_uploads", "case_events"}
	before := d.contents(kept...)
	start := func(p nursery.Principal, rows ...[]string) (*casework.ImportDraft, error) {
		return d.StartImport(t.Context(), p, insurance.RosterImport, caseNo, "health", bytes.NewReader(testdata.RosterCSV(rows...)))
	}
	draft, err := start(countyOffice, child(1, nil), child(2, map[string]string{"户籍情况": "常住"}), child(3, nil), child(4, map[string]string{"性别": "他", "户籍情况": "无"}))
	require.NoError(t, err)
	require.Equal(t, []casework.RowState{casework.RowSame, casework.RowChanged, casework.RowNew, casework.RowFaulty}, states(draft))
	require.Equal(t, []casework.RowChange{{Column: "户籍情况", From: "户籍", To: "常住"}}, draft.Rows[1].Changes)
	require.Len(t, draft.Rows[3].Faults, 2)
	require.Equal(t, before, d.contents(kept...))
	check, err := d.CheckRosterFile(t.Context(), countyOffice, caseNo, "health", bytes.NewReader(testdata.RosterCSV(child(3, nil))))
	require.NoError(t, err)
	require.Equal(t, 1, check.Added)
	require.Equal(t, before, d.contents(kept...))

	done, err := d.FinishImport(t.Context(), countyOffice, "import", insurance.RosterImport, draft.ID)
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 1}, []int{done.Added, done.Changed, done.Refused})
	require.Equal(t, draft.ID, done.Draft)
	require.NotEqual(t, before, d.contents(kept...))
	undo, err := d.RosterUndoOf(t.Context(), countyOffice, caseNo, int(done.Import))
	require.NoError(t, err)
	require.Equal(t, 3, undo.Undoable)
	other := countyOffice
	other.County, other.Account = "140404", "county-office-140404"
	_, err = d.UndoRoster(t.Context(), other, "undo", caseNo, int(done.Import))
	code(t, err, casework.CodeNotFound)
	undo, err = d.UndoRoster(t.Context(), countyOffice, "undo", caseNo, int(done.Import))
	require.NoError(t, err)
	require.Equal(t, insurance.RosterUndo{Undone: 3, Kept: []insurance.KeptOnRoster{}}, undo)
	require.Equal(t, before, d.contents(kept...))

	draft, err = start(countyOffice, child(5, nil), child(6, nil))
	require.NoError(t, err)
	done, err = d.FinishImport(t.Context(), countyOffice, "next", insurance.RosterImport, draft.ID)
	require.NoError(t, err)
	d.exec(`UPDATE insurance_roster SET status = 'exception', reason = 'P11-R5' WHERE child = (SELECT child FROM import_rows WHERE line = 3 ORDER BY import DESC LIMIT 1)`)
	undo, err = d.UndoRoster(t.Context(), countyOffice, "part", caseNo, int(done.Import))
	require.NoError(t, err)
	require.Equal(t, 1, undo.Undone)
	require.Equal(t, "已核对资格或者已处理", undo.Kept[0].Reason)
}
