package sheets_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"tuoyu/sheets"
)

// book is a workbook assembled by hand, with constructs that spreadsheets write and this package's writer does not.
type book struct {
	sheets  []string // the rows of each, as XML
	states  []string // of each sheet: "", hidden
	strings string   // <si>…
	xfs     string   // <xf numFmtId="14"/>…
	formats string   // <numFmt …/>
	from    string   // attributes of workbookPr
	order   func(a, b string) int
}

const spreadsheet = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`

func (b book) parts() map[string]string {
	const rels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	const kind = `Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
	parts := map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels":         rels + `<Relationship Id="a" ` + kind + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/styles.xml":       `<styleSheet ` + spreadsheet + `><numFmts>` + b.formats + `</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>` + b.xfs + `</cellXfs></styleSheet>`,
	}
	list, at := "", rels+`<Relationship Id="s" `+kind+`sharedStrings" Target="/xl/sharedStrings.xml"/>`
	for i, rows := range b.sheets {
		state := ""
		if i < len(b.states) && b.states[i] != "" {
			state = ` state="` + b.states[i] + `"`
		}
		list += fmt.Sprintf(`<sheet name="表%d" sheetId="%d" r:id="r%d"%s/>`, i+1, i+1, i+1, state)
		at += fmt.Sprintf(`<Relationship Id="r%d" %sworksheet" Target="worksheets/sheet%d.xml"/>`, i+1, kind, i+1)
		parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)] = `<worksheet ` + spreadsheet + `><sheetData>` + rows + `</sheetData></worksheet>`
	}
	parts["xl/workbook.xml"] = `<workbook ` + spreadsheet + `><workbookPr ` + b.from + `/><sheets>` + list + `</sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = at + `</Relationships>`
	if b.strings != "" {
		parts["xl/sharedStrings.xml"] = `<sst ` + spreadsheet + `>` + b.strings + `</sst>`
	}
	return parts
}

func (b book) bytes(t testing.TB) []byte {
	t.Helper()
	parts := b.parts()
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int {
		if b.order != nil {
			return b.order(x, y)
		}
		return strings.Compare(x, y)
	})
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, name := range names {
		w, err := archive.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(parts[name]))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return out.Bytes()
}

// line returns the XML of a row of text cells.
func line(texts ...string) string {
	row := "<row>"
	for _, text := range texts {
		row += `<c t="inlineStr"><is><t>` + text + `</t></is></c>`
	}
	return row + "</row>"
}

var columns = []sheets.Column{
	{Name: "姓名", Also: []string{"幼儿姓名"}, Needed: true},
	{Name: "证件号码", Also: []string{"身份证号"}, Kind: sheets.Number, Needed: true},
	{Name: "出生日期", Kind: sheets.Day},
	{Name: "性别", Kind: sheets.Word},
}

func read(raw []byte) (*sheets.Sheet, error) {
	return sheets.ReadColumns(bytes.NewReader(raw), int64(len(raw)), 5000, columns)
}

func refused(t *testing.T, raw []byte, as error, says string) {
	t.Helper()
	_, err := read(raw)
	require.ErrorIs(t, err, as)
	var e *sheets.Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, e.Message, says)
}

func TestDatesAreThoseThatTheWorkbookShows(t *testing.T) {
	rows := line("姓名", "证件号码", "出生日期") +
		`<row><c t="inlineStr"><is><t>甲</t></is></c><c><v>1</v></c><c s="0"><v>44262</v></c></row>` + // a date by its style
		`<row><c t="inlineStr"><is><t>乙</t></is></c><c><v>1</v></c><c><v>44262.0</v></c></row>` + // a bare count
		`<row><c t="inlineStr"><is><t>丙</t></is></c><c><v>1</v></c><c s="1"><v>44262</v></c></row>` + // by a format of its own
		`<row><c t="inlineStr"><is><t>丁</t></is></c><c><v>1</v></c><c s="0"><v>44262.5</v></c></row>` +
		`<row><c t="inlineStr"><is><t>戊</t></is></c><c><v>1</v></c><c t="d"><v>2025-03-08T00:00:00</v></c></row>` +
		`<row><c t="inlineStr"><is><t>己</t></is></c><c><v>1</v></c><c><v>20250308</v></c></row>`
	for attributes, want := range map[string]string{`date1904="1"`: "2025-03-08", `date1904="true"`: "2025-03-08", `date1904="0"`: "2021-03-07", "": "2021-03-07"} {
		raw := book{
			sheets: []string{rows}, xfs: `<xf numFmtId="14"/><xf numFmtId="176"/><xf numFmtId="177"/>`, from: attributes,
			formats: `<numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/><numFmt numFmtId="177" formatCode="[Red]0.00"/>`,
		}.bytes(t)
		s, err := read(raw)
		require.NoError(t, err)
		require.Len(t, s.Rows, 6)
		for i := range 3 {
			require.Equal(t, want, s.Rows[i].Cell("出生日期"), attributes)
		}
		require.Equal(t, want+" 12:00:00", s.Rows[3].Cell("出生日期"))
		require.Equal(t, "2025-03-08T00:00:00", s.Rows[4].Cell("出生日期"))
		require.Equal(t, "20250308", s.Rows[5].Cell("出生日期"))
	}
}

func TestNumbersAreThoseThatWereTyped(t *testing.T) {
	numbers := map[string]string{
		"13900000001": "13900000001", "1.3900000001E10": "13900000001", "13900000001.0": "13900000001", "140403": "140403", "0": "0",
	}
	for text, want := range numbers {
		s, err := read(book{sheets: []string{line("姓名", "证件号码") + `<row><c t="inlineStr"><is><t>甲</t></is></c><c><v>` + text + `</v></c></row>`}}.bytes(t))
		require.NoError(t, err)
		require.Equal(t, want, s.Rows[0].Cell("证件号码"))
		require.Empty(t, s.Rows[0].Flaws)
	}
	for _, text := range []string{"1.40423202503081E+17", "140423202503081000", "1E15"} {
		s, err := read(book{sheets: []string{line("姓名", "证件号码") + `<row><c t="inlineStr"><is><t>甲</t></is></c><c><v>` + text + `</v></c></row>`}}.bytes(t))
		require.NoError(t, err)
		require.Equal(t, []sheets.Flaw{{Column: "证件号码", Problem: sheets.Shortened}}, s.Rows[0].Flaws)
		require.Empty(t, s.Rows[0].Cell("证件号码"))
	}
	s, err := read([]byte("姓名,证件号码\n甲,1.40423E+17\n乙,13900000001.0\n丙,１４０４０３Ｘ\n丁,' 1404 03\u200b\n"))
	require.NoError(t, err)
	require.Equal(t, []sheets.Flaw{{Column: "证件号码", Problem: sheets.Shortened}}, s.Rows[0].Flaws)
	require.Equal(t, "13900000001", s.Rows[1].Cell("证件号码"))
	require.Equal(t, "140403X", s.Rows[2].Cell("证件号码"))
	require.Equal(t, "140403", s.Rows[3].Cell("证件号码"))
}

func TestOnlyColumnsThatAreReadMatter(t *testing.T) {
	formula := func(f, v string) string { return "<c><f>" + f + "</f>" + v + "</c>" }
	text := func(s string) string { return `<c t="inlineStr"><is><t>` + s + `</t></is></c>` }
	s, err := read(book{sheets: []string{
		line("序号", "姓名", "证件号码", "月龄") +
			"<row>" + formula("ROW()-1", "<v>1</v>") + text("甲") + text("1") + `<c t="e"><v>#REF!</v></c></row>` +
			"<row>" + text("2") + text("乙") + formula("1+1", "<v>2</v>") + "</row>" +
			"<row>" + text("3") + text("丙") + formula("1+1", "") + "</row>" +
			"<row>" + formula("ROW()-1", "<v>4</v>") + formula("A1", "<v></v>") + "</row>" +
			"<row>" + text("5") + text("丁") + `<c t="e"><v>#N/A</v></c></row>`,
	}}.bytes(t))
	require.NoError(t, err)
	require.Len(t, s.Rows, 4)
	require.Empty(t, s.Rows[0].Flaws)
	require.Equal(t, []sheets.Flaw{{Column: "证件号码", Problem: sheets.Formula}}, s.Rows[1].Flaws)
	require.Equal(t, "C3", s.Rows[1].At("证件号码"))
	require.Equal(t, []sheets.Flaw{{Column: "证件号码", Problem: sheets.Formula}}, s.Rows[2].Flaws)
	require.Equal(t, []sheets.Flaw{{Column: "证件号码", Problem: sheets.Faulty}}, s.Rows[3].Flaws)
	require.Equal(t, 1, s.Blank, "the line whose name is a formula that says nothing")
}

func TestEmptyRowsCountNothing(t *testing.T) {
	rows := line("姓名", "证件号码") + line("甲", "1") + `<row r="5">` + line("乙", "2")[len("<row>"):] + line(" ", "") +
		`<row r="200000"><c r="A200000" s="0"/><c r="XFD200000" s="0"/></row><row r="1048576"><c r="B1048576" s="0"/></row>`
	s, err := read(book{sheets: []string{rows}, xfs: `<xf numFmtId="0"/>`}.bytes(t))
	require.NoError(t, err)
	require.Len(t, s.Rows, 2)
	require.Equal(t, 5, s.Rows[1].Number)
	require.Equal(t, 2, s.Blank)
}

func TestHeadingsAreReadAsPeopleWriteThem(t *testing.T) {
	s, err := read(book{sheets: []string{
		line("二〇二六年名册") + line("* 幼儿\n姓名", "身份证号（必填）", "备注", "备注") + line("甲", "1"),
	}}.bytes(t))
	require.NoError(t, err)
	require.Equal(t, "甲", s.Rows[0].Cell("姓名"))
	require.Equal(t, "1", s.Rows[0].Cell("证件号码"))
	require.Equal(t, "身份证号（必填）", s.Rows[0].Heading("证件号码"))
	require.Equal(t, 3, s.Rows[0].Number)

	refused(t, book{sheets: []string{line("姓名", "证件号码", "身份证号") + line("甲", "1", "2")}}.bytes(t), sheets.ErrHeadings, "证件号码（B、C 列）")
	refused(t, []byte("姓名,姓名,证件号码\n甲,乙,1\n"), sheets.ErrHeadings, "姓名（A、B 列）")

	_, err = read([]byte("姓名,年龄\n甲,1\n"))
	var head *sheets.HeadError
	require.ErrorAs(t, err, &head)
	require.Equal(t, []string{"证件号码"}, head.Missing)
}

func TestTheSheetThatHasTheHeadingsIsRead(t *testing.T) {
	fits, other := line("姓名", "证件号码")+line("甲", "1"), line("说明")
	for name, b := range map[string]book{
		"second":                        {sheets: []string{other, fits}},
		"after an empty one":            {sheets: []string{"", fits}},
		"a hidden one has them as well": {sheets: []string{fits, fits}, states: []string{"hidden"}},
		"a hidden one of another kind":  {sheets: []string{fits, fits}, states: []string{"veryHidden"}},
	} {
		s, err := read(b.bytes(t))
		require.NoError(t, err, name)
		require.Equal(t, "表2", s.Name)
		require.Len(t, s.Rows, 1)
	}
	refused(t, book{sheets: []string{fits, other, fits}}.bytes(t), sheets.ErrWhichSheet, "“表1”、“表3”")
	refused(t, book{sheets: []string{fits}, states: []string{"hidden"}}.bytes(t), sheets.ErrNotATable, "没有可见的工作表")
	_, err := read(book{sheets: []string{other, line("姓名")}}.bytes(t))
	var head *sheets.HeadError
	require.ErrorAs(t, err, &head)
	require.Equal(t, []string{"证件号码"}, head.Missing, "of the sheet that lacks least")
}

func TestPartsMayLieInAnyOrder(t *testing.T) {
	b := book{
		sheets:  []string{`<row><c t="s"><v>1</v></c><c t="s"><v>2</v></c></row><row><c t="s"><v>0</v></c><c><v>7</v></c></row>`},
		strings: `<si><r><t>阿依</t></r><rPh><t>ayi</t></rPh><r><t xml:space="preserve">·古丽</t></r></si><si><t>姓名</t></si><si><t>证件_x000D_号码</t></si>`,
	}
	for _, order := range []func(a, b string) int{strings.Compare, func(a, b string) int { return strings.Compare(b, a) }} {
		b.order = order
		s, err := read(b.bytes(t))
		require.NoError(t, err)
		require.Equal(t, "阿依·古丽", s.Rows[0].Cell("姓名"))
		require.Equal(t, "7", s.Rows[0].Cell("证件号码"))
	}
}

func TestTextIsReadInEveryEncoding(t *testing.T) {
	const text = "名册\n\n姓名,证件号码\n甲,13\n\n\"乙,丙\", 20 \n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	require.NoError(t, err)
	little, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	require.NoError(t, err)
	big, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(text)
	require.NoError(t, err)
	for name, raw := range map[string]string{
		"UTF-8": text, "with a mark": "\xef\xbb\xbf" + text, "GB 18030": gb, "UTF-16": little, "UTF-16 the other way": big, "UTF-16 without a mark": little[2:],
		"other line breaks": strings.ReplaceAll(text, "\n", "\r\n"), "old line breaks": strings.ReplaceAll(text, "\n", "\r"),
		"tabs": strings.NewReplacer("\"乙,丙\"", "\"乙,丙\"", ",", "\t").Replace(text), "semicolons": strings.NewReplacer("\"乙,丙\"", "\"乙,丙\"", ",", ";").Replace(text),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := read([]byte(raw))
			require.NoError(t, err)
			require.Len(t, s.Rows, 2)
			require.Equal(t, 4, s.Rows[0].Number)
			require.Equal(t, 6, s.Rows[1].Number)
			require.Equal(t, 1, s.Blank)
			require.Equal(t, "乙,丙", s.Rows[1].Cell("姓名"))
			require.Equal(t, "20", s.Rows[1].Cell("证件号码"))
		})
	}
}

func TestAQuotationWithoutEndIsNamedByItsLine(t *testing.T) {
	for _, text := range []string{
		"姓名,证件号码\n甲,1\n\"乙,2\n丙,3\n丁,4\n", "姓名,证件号码\r\n甲,1\r\n\"乙,2\r\n丙,\"3\"\r\n", "姓名,证件号码\n甲,1\n\"乙\"x,2\n",
		"姓名\t证件号码\n甲\t1\n\"乙\t2\n",
	} {
		refused(t, []byte(text), sheets.ErrQuote, "第 3 行")
	}
	s, err := read([]byte("姓名,证件号码\n甲\"乙,1\n\"丙\"\"丁\",2\n\"戊\n己\",3\n"))
	require.NoError(t, err)
	require.Equal(t, `甲"乙`, s.Rows[0].Cell("姓名"))
	require.Equal(t, `丙"丁`, s.Rows[1].Cell("姓名"))
	require.Equal(t, []sheets.Flaw{{Column: "姓名", Problem: sheets.Broken}}, s.Rows[2].Flaws)
}

func TestWhatIsNoRosterIsRefused(t *testing.T) {
	for _, raw := range []string{"PK broken", "\x00\x01\x02", "\xff\xfe\xff", "\x00a\x00\x00"} {
		refused(t, []byte(raw), sheets.ErrNotATable, "。")
	}
	refused(t, nil, sheets.ErrNotATable, "空")
	refused(t, []byte("\n\n \n"), sheets.ErrNotATable, "没有内容")
	refused(t, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 …"), sheets.ErrOldFormat, "另存为 .xlsx")
	refused(t, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"), sheets.ErrOldFormat, "密码")
	refused(t, []byte("<html><table><tr><td>姓名</td></tr></table></html>"), sheets.ErrOldFormat, "网页")
	refused(t, []byte("姓名,证件号码\n"+strings.Repeat("甲,1\n", 5001)), sheets.ErrTooManyRows, "5000")
	s, err := read([]byte("姓名,证件号码\n" + strings.Repeat("甲,1\n", 5000) + strings.Repeat("\n", 5000)))
	require.NoError(t, err)
	require.Len(t, s.Rows, 5000)
}

func TestAnExampleIsPassedOver(t *testing.T) {
	s, err := read([]byte("姓名,证件号码\n示例（请删除）,1\n甲,1\n"))
	require.NoError(t, err)
	require.Len(t, s.Rows, 1)
	require.Equal(t, 1, s.Blank)
}
