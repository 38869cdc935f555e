package sheets

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

var careColumns = []Column{
	{Name: "姓名", Also: []string{"幼儿姓名"}, Needed: true}, {Name: "证件号码", Kind: Number, Needed: true}, {Name: "班级"},
}

func careSheet(t *testing.T, text string) *Sheet {
	t.Helper()
	s, err := ReadColumns(bytes.NewReader([]byte(text)), int64(len(text)), 100, careColumns)
	require.NoError(t, err)
	return s
}

func TestAStoredSheetIsReadAsItWas(t *testing.T) {
	s := careSheet(t, "序号,幼儿姓名,证件号码\n1,甲,X320000001\n2,乙,1.40423E+17\n")
	raw, err := json.Marshal(s)
	require.NoError(t, err)
	again, err := ReadStored(raw, append([]Column{{Name: "备注"}}, careColumns...))
	require.NoError(t, err)
	require.Len(t, again.Rows, 2)
	require.Equal(t, "甲", again.Rows[0].Cell("姓名"))
	require.Equal(t, "B2", again.Rows[0].At("姓名"))
	require.Equal(t, "幼儿姓名", again.Rows[0].Heading("姓名"))
	require.Equal(t, "", again.Rows[0].At("班级"))
	require.Equal(t, []Flaw{{"证件号码", Shortened}}, again.Rows[1].Flaws)
}

func TestACorrectedCellIsReadAsOneOfTheFile(t *testing.T) {
	s := careSheet(t, "姓名,证件号码\n甲,1.40423E+17\n")
	row := &s.Rows[0]
	require.False(t, s.Correct(row, "证件号码", ""), "left as it was")
	require.True(t, s.Correct(row, "证件号码", " Ｘ３２００００００１ "))
	require.Empty(t, row.Flaws)
	require.Equal(t, "X320000001", row.Cell("证件号码"))
	require.False(t, s.Correct(row, "证件号码", "X320000001"))
	require.True(t, s.Correct(row, "班级", "一班"), "the file has no such column")
	require.Equal(t, "一班", row.Cell("班级"))
	require.True(t, s.Correct(row, "证件号码", "1.2e+17"))
	require.Equal(t, []Flaw{{"证件号码", Shortened}}, row.Flaws)
}
