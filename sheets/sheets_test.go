package sheets_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tuoyu/sheets"
)

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	raw, err := sheets.Write(sheets.Table{
		Name: "名册", Notes: [][]any{{"二〇二六年"}, {"合计", 2}}, Head: []string{"姓名", "月龄"}, Frozen: 1, Wide: 1,
		Rows: [][]any{{"甲", 13}, {nil, nil}, {"=1+1", 20}},
	}, sheets.Table{Name: "说明", Head: []string{"项目"}})
	require.NoError(t, err)
	rows, err := sheets.Read(raw, "姓名", "月龄")
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Equal(t, "甲", rows[0].Cell("姓名"))
	require.Equal(t, "13", rows[0].Cell("月龄"))
	require.Equal(t, 4, rows[0].Number)
	require.Equal(t, "'=1+1", rows[1].Cell("姓名"))
	require.Equal(t, 6, rows[1].Number)
	require.Empty(t, rows[1].Cell("没有"))
}

func TestTextThatLooksLikeAFormulaIsMarked(t *testing.T) {
	for text, want := range map[string]string{
		"=SUM(A1)": "'=SUM(A1)", "+86": "'+86", "-1": "'-1", "@x": "'@x", "甲": "甲", "1": "1",
	} {
		raw, err := sheets.Write(sheets.Table{Name: "表", Head: []string{"列"}, Rows: [][]any{{text}}})
		require.NoError(t, err)
		rows, err := sheets.Read(raw, "列")
		require.NoError(t, err)
		require.Equal(t, want, rows[0].Cell("列"))
	}
}

func TestAFormulaInARosterIsNamed(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	require.NoError(t, f.SetSheetRow("Sheet1", "A1", &[]any{"姓名", "月龄"}))
	require.NoError(t, f.SetCellValue("Sheet1", "A2", "甲"))
	require.NoError(t, f.SetCellFormula("Sheet1", "B2", "1+1"))
	var out bytes.Buffer
	_, err := f.WriteTo(&out)
	require.NoError(t, err)
	rows, err := sheets.Read(out.Bytes(), "姓名", "月龄")
	require.NoError(t, err)
	require.Equal(t, "月龄", rows[0].Formula)
}

func TestCSVIsReadInBothEncodings(t *testing.T) {
	const text = "名册\n\n姓名,月龄\n甲,13\n\n\"乙,丙\", 20 \n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	require.NoError(t, err)
	for name, raw := range map[string]string{"UTF-8": text, "with a mark": "\xef\xbb\xbf" + text, "GB 18030": gb} {
		t.Run(name, func(t *testing.T) {
			rows, err := sheets.Read([]byte(raw), "姓名", "月龄")
			require.NoError(t, err)
			require.Len(t, rows, 2)
			require.Equal(t, 4, rows[0].Number)
			require.Equal(t, 6, rows[1].Number)
			require.Equal(t, "乙,丙", rows[1].Cell("姓名"))
			require.Equal(t, "20", rows[1].Cell("月龄"))
		})
	}
}

func TestWhatIsNoRosterIsRefused(t *testing.T) {
	_, err := sheets.Read([]byte("姓名,年龄\n甲,1\n"), "姓名", "月龄", "性别")
	var head *sheets.HeadError
	require.True(t, errors.As(err, &head))
	require.Equal(t, []string{"月龄", "性别"}, head.Missing)
	for _, raw := range []string{"PK broken", "\x00\x01\x02", "\xff\xfe\xff"} {
		_, err := sheets.Read([]byte(raw), "姓名")
		require.ErrorIs(t, err, sheets.ErrNotATable)
	}
	_, err = sheets.Read([]byte("列\n"+strings.Repeat("1\n", sheets.MaxRows+1)), "列")
	require.ErrorIs(t, err, sheets.ErrTooManyRows)
}
