package tests

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/processes/insurance"
	"tuoyu/sheets"
	"tuoyu/testdata"
)

// careRow returns a valid row of a roster of children in care, identified by a certificate of birth.
func careRow(serial int) []string {
	return []string{fmt.Sprintf("婴幼儿%04d", serial), "出生医学证明", fmt.Sprintf("X32%07d", serial), "2025-03-08", "男", "潞州区", "乳儿班", "2026-09-01", "监护人", "13900000001"}
}

var careHead = []string{"姓名", "证件类型", "证件号码", "出生日期", "性别", "居住县区", "班级", "入托日期", "监护人姓名", "监护人电话"}

// careCSV returns a roster as CSV text without quotation marks.
func careCSV(rows ...[]string) string {
	text := strings.Join(careHead, ",") + "\n"
	for _, row := range rows {
		text += strings.Join(row, ",") + "\n"
	}
	return text
}

// workbook returns a file as written by a spreadsheet program.
func workbook(t *testing.T, change func(*excelize.File), rows ...[]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range append([][]string{careHead}, rows...) {
		require.NoError(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	change(f)
	var out bytes.Buffer
	_, err := f.WriteTo(&out)
	require.NoError(t, err)
	return out.Bytes()
}

func (d *fixture) importFile(raw []byte) children.RosterReport {
	d.t.Helper()
	report, err := d.ImportRoster(d.t.Context(), first, fmt.Sprintf("import-%d", len(raw)), bytes.NewReader(raw))
	require.NoError(d.t, err)
	require.Equal(d.t, report.Rows, report.Enrolled+report.Already+report.RefusedRows, "every row is accounted for")
	return report
}

func (d *fixture) birthdays() []string {
	return d.strings(`SELECT c.born_on || ' ' || e.entered_on FROM children c JOIN enrolments e ON e.child = c.id ORDER BY c.created_at, c.id`)
}

func TestDatesOfARosterAreReadAsPeopleWriteThem(t *testing.T) {
	d := caring(t)
	var rows [][]string
	written := []string{"2025/3/8", "2025.03.08", "2025年3月8日", "2025-03-08 00:00:00", "45724.0", "45724", "20250308", "２０２５／３／８"}
	for i, day := range written {
		row := careRow(i + 1)
		row[3], row[7] = day, "2026/9/1 0:00:00"
		rows = append(rows, row)
	}
	report := d.importFile([]byte(careCSV(rows...)))
	require.Equal(t, len(written), report.Enrolled, "%+v", report.Refused)
	for _, day := range d.birthdays() {
		require.Equal(t, "2025-03-08 2026-09-01", day)
	}
}

func TestDatesThatCountFrom1904AreThoseThatAreShown(t *testing.T) {
	d := caring(t)
	raw := workbook(t, func(f *excelize.File) {
		from := true
		require.NoError(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &from}))
		style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		require.NoError(t, err)
		require.NoError(t, f.SetCellValue("Sheet1", "D2", 44262))
		require.NoError(t, f.SetCellStyle("Sheet1", "D2", "D2", style))
		require.NoError(t, f.SetCellValue("Sheet1", "H2", 44804))
	}, careRow(1))
	require.Equal(t, 1, d.importFile(raw).Enrolled)
	require.Equal(t, []string{"2025-03-08 2026-09-01"}, d.birthdays())
}

func TestOneStyledCellFarBelowCountsNothing(t *testing.T) {
	d := caring(t)
	raw := workbook(t, func(f *excelize.File) {
		style, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
		require.NoError(t, err)
		require.NoError(t, f.SetCellStyle("Sheet1", "A1048576", "A1048576", style))
		require.NoError(t, f.SetCellFormula("Sheet1", "K2", "ROW()-1"))
		require.NoError(t, f.SetCellValue("Sheet1", "K1", "序号"))
	}, careRow(1))
	report := d.importFile(raw)
	require.Equal(t, children.RosterReport{Rows: 1, Enrolled: 1, Refused: []children.RosterFlaw{}, Import: report.Import}, report)
}

func TestEverythingThatIsWrongWithARowIsTold(t *testing.T) {
	d := caring(t)
	bad := []string{"", "学生证", "1.40423E+17", "2025-02-30", "他", "太原市", "", "明天", "监护人", "123"}
	shortened := careRow(2)
	shortened[2] = "1.40423E+17"
	report := d.importFile([]byte("长治市名册\n" + careCSV(careRow(1), bad, make([]string, 10), shortened, careRow(3))))
	require.Equal(t, 4, report.Rows)
	require.Equal(t, 2, report.Enrolled)
	require.Equal(t, 2, report.RefusedRows)
	require.Equal(t, 1, report.Blank)
	var columns []string
	for _, f := range report.Refused {
		if f.Row == 4 {
			columns = append(columns, f.Cell+" "+f.Column)
			require.NotEmpty(t, f.Message)
		}
	}
	require.Equal(t, []string{"A4 姓名", "B4 证件类型", "C4 证件号码", "D4 出生日期", "E4 性别", "F4 居住县区", "G4 班级", "H4 入托日期", "J4 监护人电话"}, columns)
	require.Contains(t, report.Refused, children.RosterFlaw{Row: 6, Cell: "C6", Column: "证件号码", Message: string(sheets.Shortened)})
}

func TestWordsAndHeadingsThatPeopleUseAreUnderstood(t *testing.T) {
	d := caring(t)
	c := testdata.Child(county, 1, testdata.AsOf)
	sex := map[nursery.Sex]string{nursery.Male: "男孩", nursery.Female: "女 童"}[c.Sex]
	wide := strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + 0xfee0
		}
		return r
	}, c.Identity)
	report := d.importFile([]byte("幼儿姓名*,身份证号（必填）,出生日期,性别,县区,班级,入园日期,证件类型,家长电话\n" +
		c.Name + "," + wide + "," + c.BornOn.String() + "," + sex + ",长治市潞州区,乳儿班,2026.9.1,身份证,\n" +
		"婴幼儿0002,X320000002,2025-03-08,女性,潞州区,乳儿班,2026.9.1,,１３９００００００１２\n"))
	require.Empty(t, report.Refused)
	require.Equal(t, 2, report.Enrolled)
}

func TestAFileThatCannotBeReadIsRefusedAtTheField(t *testing.T) {
	d := caring(t)
	quote := careCSV(careRow(1), careRow(2), careRow(3))
	quote = strings.Replace(quote, "婴幼儿0002", "\"婴幼儿0002", 1)
	for says, raw := range map[string][]byte{
		"第 3 行的引号":  []byte(quote),
		"旧版 Excel":  append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...),
		"缺少栏目：证件号码": []byte("姓名,出生日期,性别,居住县区,班级,入托日期\n甲,,,,,\n"),
		"没有数据行":     []byte(careCSV()),
		"姓名（A、B 列）": []byte("姓名,幼儿姓名,证件号码,出生日期,性别,居住县区,班级,入托日期\n甲,乙,1,1,1,1,1,1\n"),
	} {
		_, err := d.ImportRoster(t.Context(), first, "key-"+says[:3], bytes.NewReader(raw))
		e := refused(t, err, casework.CodeRosterUnreadable)
		require.Len(t, e.Fields, 1)
		require.Equal(t, "file", e.Fields[0].Location)
		require.Contains(t, e.Fields[0].Message, says)
	}
	_, err := d.ImportRoster(t.Context(), first, "large", bytes.NewReader(make([]byte, sheets.MaxBytes+1)))
	code(t, err, casework.CodeAttachmentTooLarge)
	require.Equal(t, []string{"0"}, d.strings(`SELECT count(*)::text FROM children`))
}

// unread fails the test if it is read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the file was read")
	return 0, io.EOF
}

func TestWhoMayNotImportIsRefusedBeforeTheFileIsRead(t *testing.T) {
	d := newFixture(t)
	_, err := d.ImportRoster(t.Context(), first, "k", unread{t})
	code(t, err, casework.CodeNotFiled)
	_, err = d.ImportRoster(t.Context(), clinic, "k", unread{t})
	code(t, err, casework.CodeNotFound)
	_, err = d.TakeRosterFile(t.Context(), countyOffice, "k", "TB-140403-2026-000001-1", "civil", unread{t})
	code(t, err, casework.CodeNotFound)
}

func TestImportsAreReceivedAFewAtATime(t *testing.T) {
	d := caring(t)
	const held = 8
	done := make(chan error, held)
	var senders []*io.PipeWriter
	for i := range held {
		from, to := io.Pipe()
		senders = append(senders, to)
		go func() {
			_, err := d.ImportRoster(t.Context(), first, fmt.Sprintf("slow-%d", i), from)
			done <- err
		}()
		_, err := io.WriteString(to, careHead[0]) // blocks until it is read
		require.NoError(t, err)
	}
	_, err := d.ImportRoster(t.Context(), first, "one-more", unread{t})
	e := refused(t, err, casework.CodeImportsBusy)
	require.Equal(t, casework.Unavailable, e.Kind())
	for _, to := range senders {
		require.NoError(t, to.Close())
	}
	for range held {
		code(t, <-done, casework.CodeRosterUnreadable)
	}
	report, err := d.ImportRoster(t.Context(), first, "after", strings.NewReader(careCSV(careRow(1))))
	require.NoError(t, err)
	require.Equal(t, 1, report.Enrolled)
}

func TestARosterThatIsWrittenCanBeReadBack(t *testing.T) {
	d := caring(t)
	d.importFile([]byte(careCSV(careRow(1), careRow(2))))
	book, err := d.RosterSheet(t.Context(), first, nursery.ReadForEnrolment)
	require.NoError(t, err)
	require.NotContains(t, string(book), "X320000001")
	report := d.importFile(book)
	require.Equal(t, children.RosterReport{Rows: 2, Already: 2, Refused: []children.RosterFlaw{}}, report)

	ids := d.strings(`SELECT child FROM enrolments ORDER BY child`)
	_, err = d.EndEnrolment(t.Context(), first, "leave", ids[0], children.Leaving{Leave: nursery.LeaveLeft, LeftOn: testdata.AsOf})
	require.NoError(t, err)
	report, err = d.ImportRoster(t.Context(), first, "again", bytes.NewReader(book))
	require.NoError(t, err)
	require.Equal(t, 1, report.Already)
	require.Equal(t, 1, report.RefusedRows)
	require.Contains(t, report.Refused[0].Message, "已隐去")
}

func TestATemplateIsReadAsAFileWithoutRows(t *testing.T) {
	d := caring(t)
	raw, err := children.RosterTemplate()
	require.NoError(t, err)
	_, err = d.ImportRoster(t.Context(), first, "template", bytes.NewReader(raw))
	require.Equal(t, "没有数据行", refused(t, err, casework.CodeRosterUnreadable).Fields[0].Message)

	f, err := excelize.OpenReader(bytes.NewReader(raw))
	require.NoError(t, err)
	defer f.Close()
	row := careRow(1)
	for i, name := range []string{"A3", "B3", "C3", "D3", "E3", "F3", "G3", "H3", "I3", "J3"} {
		require.NoError(t, f.SetCellValue("在托婴幼儿", name, row[i]))
	}
	var out bytes.Buffer
	_, err = f.WriteTo(&out)
	require.NoError(t, err)
	report := d.importFile(out.Bytes())
	require.Equal(t, children.RosterReport{Rows: 1, Blank: 1, Enrolled: 1, Refused: []children.RosterFlaw{}, Import: report.Import}, report)

	for headings, write := range map[string]func() ([]byte, error){"姓名 户籍情况": insurance.RosterTemplate, "明细编号 保单号": insurance.AnswersTemplate} {
		raw, err := write()
		require.NoError(t, err)
		_, err = sheets.Read(raw, strings.Fields(headings)...)
		require.NoError(t, err)
	}
}

func TestAMonthsRosterIsReadAsTheOtherIs(t *testing.T) {
	d, caseNo := insuring(t)
	quote := strings.Replace(string(testdata.RosterCSV(child(1, nil), child(2, nil), child(3, nil))), "婴幼儿000002", "\"婴幼儿000002", 1)
	_, err := d.TakeRosterFile(t.Context(), countyOffice, "quote", caseNo, "civil", strings.NewReader(quote))
	require.Contains(t, refused(t, err, casework.CodeRosterFile).Fields[0].Message, "第 3 行的引号")

	f := excelize.NewFile()
	defer f.Close()
	from := true
	require.NoError(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &from}))
	require.NoError(t, f.SetSheetRow("Sheet1", "A1", &[]any{"儿童姓名", "身份证号", "出生日期", "性别", "户口", "月龄"}))
	require.NoError(t, f.SetSheetRow("Sheet1", "A2", &[]any{"婴幼儿0001", "X320000001", 44262, "女孩", "本地户籍"}))
	require.NoError(t, f.SetCellFormula("Sheet1", "F2", "DATEDIF(C2,TODAY(),\"m\")"))
	require.NoError(t, f.SetSheetRow("Sheet1", "A3", &[]any{"婴幼儿0002", 140403202503081234, "昨天", "女孩", "不知"}))
	var out bytes.Buffer
	_, err = f.WriteTo(&out)
	require.NoError(t, err)
	report, err := d.TakeRosterFile(t.Context(), countyOffice, "1904", caseNo, "civil", bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	require.Equal(t, 2, report.Rows)
	require.Equal(t, 1, report.Added)
	require.Equal(t, 1, report.Refused)
	require.Equal(t, []string{"2025-03-08"}, d.strings(`SELECT born_on::text FROM children`))
	require.Contains(t, report.Faults, insurance.InsuranceFault{Row: 3, Cell: "B3", Column: "身份证号", Message: string(sheets.Shortened)})
	require.Contains(t, report.Faults, insurance.InsuranceFault{Row: 3, Cell: "C3", Column: "出生日期", Message: "日期应如 2025-03-08 或 2025年3月8日"})
	require.Len(t, report.Faults, 3)
}
