package sheets_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"tuoyu/sheets"
)

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	raw, err := sheets.Write(sheets.Table{
		Name: "名册", Notes: [][]any{{"二〇二六年"}, {"合计", 2}}, Head: []string{"姓名", "月龄"}, Frozen: 1, Wide: 1,
		Rows: [][]any{{"甲", 13}, {nil, nil}, {"乙", 20}},
	}, sheets.Table{Name: "说明", Head: []string{"项目"}})
	require.NoError(t, err)
	rows, err := sheets.Read(raw, "姓名", "月龄")
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Equal(t, "甲", rows[0].Cell("姓名"))
	require.Equal(t, "13", rows[0].Cell("月龄"))
	require.Equal(t, 4, rows[0].Number)
	require.Equal(t, 6, rows[1].Number)
	require.Empty(t, rows[1].Cell("没有"))
}

func TestTextIsNeverAFormulaAndStaysAsItIs(t *testing.T) {
	texts := []string{"=SUM(A1)", "+8613900000001", "-1", "@x", "＝1+1", "＋86", "－1", "＠x", "\tx", "甲", "1", "' x"}
	table := sheets.Table{Name: "表", Head: []string{"列"}}
	for _, text := range texts {
		table.Rows = append(table.Rows, []any{text})
	}
	raw, err := sheets.Write(table)
	require.NoError(t, err)

	f, err := excelize.OpenReader(bytes.NewReader(raw))
	require.NoError(t, err)
	defer f.Close()
	for i, text := range texts {
		place, err := excelize.CoordinatesToCellName(1, i+2)
		require.NoError(t, err)
		formula, err := f.GetCellFormula("表", place)
		require.NoError(t, err)
		require.Empty(t, formula, text)
		value, err := f.GetCellValue("表", place)
		require.NoError(t, err)
		require.Equal(t, text, value)
	}
	sheet := partOf(t, raw, "xl/worksheets/sheet1.xml")
	require.NotContains(t, sheet, "<f")
	require.Equal(t, len(texts)+1, strings.Count(sheet, `t="inlineStr"`), "each is a cell of text")
}

func TestAWorkbookNamesItsMaker(t *testing.T) {
	raw, err := sheets.Write(sheets.Table{Name: "表", Head: []string{"列"}})
	require.NoError(t, err)
	core := partOf(t, raw, "docProps/core.xml")
	require.Contains(t, core, "<dc:creator>tuoyu</dc:creator>")
	require.NotContains(t, core+partOf(t, raw, "docProps/app.xml"), "xuri")
}

func partOf(t *testing.T, raw []byte, name string) string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	part, err := archive.Open(name)
	require.NoError(t, err)
	defer part.Close()
	text, err := io.ReadAll(part)
	require.NoError(t, err)
	return string(text)
}
