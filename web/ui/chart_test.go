package ui

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var threeMonths = Chart{
	ID: "c", Title: "每月检查", Summary: "三个月", Head: "月份", Labels: []string{"9月\n2026", "10月", "11月"}, Rows: []string{"2026-09", "2026-10", "2026-11"},
	Series: []ChartSeries{{Name: "收到", Values: []ChartValue{CountValue(3), {}, CountValue(40)}}, {Name: "发出", Line: true, Values: []ChartValue{CountValue(1), CountValue(2), CountValue(0)}}},
	Goal:   &ChartGoal{50, "目标 50"}, Due: "期限", DueAt: 1,
}

func rendered(t *testing.T, c Chart) string {
	t.Helper()
	var page strings.Builder
	require.NoError(t, ChartFigure(c).Render(t.Context(), &page))
	return page.String()
}

// The picture has what the table has: each known value once, and none where there is none.
func TestAChartDrawsTheValuesOfItsTable(t *testing.T) {
	page := rendered(t, threeMonths)
	var drawn []string
	for _, m := range regexp.MustCompile(`<title>([^<]*)</title>`).FindAllStringSubmatch(page, -1) {
		drawn = append(drawn, m[1])
	}
	require.Equal(t, []string{"2026-09 收到 3", "2026-11 收到 40", "2026-09 发出 1", "2026-10 发出 2", "2026-11 发出 0"}, drawn)
	var cells []string
	for _, m := range regexp.MustCompile(`<th scope="row">([^<]*)</th>|data-label="[^"]*">([^<]*)</td>`).FindAllStringSubmatch(page, -1) {
		cells = append(cells, m[1]+m[2])
	}
	require.Equal(t, []string{"2026-09", "3", "1", "2026-10", "—", "2", "2026-11", "40", "0"}, cells)
	require.Contains(t, page, `role="img" aria-labelledby="c-t c-d"`)
	require.Contains(t, page, `<title id="c-t">每月检查</title><desc id="c-d">三个月</desc>`)
}

// The heights are to scale, and a line is not drawn across a month that is not known.
func TestAChartIsToScale(t *testing.T) {
	boxes := threeMonths.boxes()
	require.Equal(t, 50.0, threeMonths.top())
	require.Equal(t, []string{"9.6", "128"}, []string{boxes[0].H, boxes[1].H}, "of 160 for 50")
	broken := threeMonths
	broken.Series = []ChartSeries{{Name: "率", Line: true, Values: []ChartValue{CountValue(1), {}, CountValue(2)}}}
	require.Empty(t, broken.lines(0))
	require.Len(t, broken.points(0), 2)
	across := Chart{ID: "a", Head: "县区", Across: true, Labels: []string{"甲", "乙"}, Series: []ChartSeries{{Name: "率", Values: []ChartValue{CountValue(50), CountValue(100)}}}}
	bars := across.boxes()
	require.Equal(t, []string{"130", "260"}, []string{bars[0].W, bars[1].W})
}

func TestAChartWithoutValuesSaysSo(t *testing.T) {
	page := rendered(t, Chart{ID: "c", Title: "每月检查", Labels: []string{"9月"}, Series: []ChartSeries{{Name: "收到", Values: []ChartValue{{}}}}})
	require.Contains(t, page, "还没有数据")
	require.NotContains(t, page, "<svg")
}
