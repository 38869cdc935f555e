package tests

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"tuoyu/nursery"
	"tuoyu/processes/buildsite"
)

func TestTheLedgerReadsBackFromItsWorkbook(t *testing.T) {
	line := buildsite.BuildLine{
		BuildSiteSummary: buildsite.BuildSiteSummary{
			CaseNo: "JS-140403-2026-000001-X", CountyName: "潞州区", Name: "=1+1", ModeTitle: "公建公营", Seats: 200, SeatsCounted: 180,
			LightTitle: "红灯", Reds: 1, ReceiptOn: nursery.NewDate(2026, 11, 2),
		},
		Planned: nursery.Rate{Exact: "200/3", Text: "66.7"}, Actual: nursery.Rate{Exact: "40", Text: "40.0"},
		Milestones: []buildsite.MilestoneView{{
			Title: "装修", Percent: 40, Milestone: nursery.Milestone{Kind: nursery.FitOut, PlannedEnd: nursery.NewDate(2026, 9, 5)},
		}},
	}
	file, err := buildsite.LedgerFile(buildsite.BuildLedger{
		Title: "县县全覆盖", AsOf: nursery.NewDate(2026, 11, 3), Deadline: nursery.NewDate(2026, 12, 31), Seats: 200, SeatsCounted: 180,
		Lines: []buildsite.BuildLine{line},
	})
	require.NoError(t, err)
	f, err := excelize.OpenReader(bytes.NewReader(file.Content))
	require.NoError(t, err)
	defer f.Close()
	rows, err := f.GetRows("工作台账")
	require.NoError(t, err)
	require.Len(t, rows, 4)
	require.Equal(t, []string{
		"潞州区", "=1+1", "JS-140403-2026-000001-X", "公建公营", "红灯", "1", "66.7", "40.0", "0", "180", "200", "2026-11-02", "", "40", "2026-09-05",
	}, rows[3])
	require.Equal(t, "装修%", rows[2][13])
	formula, err := f.GetCellFormula("工作台账", "B4")
	require.NoError(t, err)
	require.Empty(t, formula)
	empty, err := buildsite.LedgerFile(buildsite.BuildLedger{Title: "县县全覆盖"})
	require.NoError(t, err)
	require.NotEmpty(t, empty.Content)
}
