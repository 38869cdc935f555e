package ui

import (
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/require"

	"tuoyu/casework"
)

type drawer struct {
	name string
	keys int
}

var drawers = casework.Sheet[drawer]{Title: "抽屉", Columns: []casework.Column[drawer]{
	{Title: "编号", FilesOnly: true, Value: func(drawer) any { return "D-1" }},
	{Title: "钥匙", Value: func(d drawer) any { return d.keys }},
	{Title: "名称和位置", Head: "名称", Value: func(d drawer) any { return d.name }},
}}

func drawn(t *testing.T, cells []Cell[drawer], rows ...drawer) string {
	t.Helper()
	var page strings.Builder
	require.NoError(t, Table("抽屉", cells, rows).Render(t.Context(), &page))
	return page.String()
}

// A table has the columns of its sheet that are not for files alone, under their titles on pages; the first heads the row.
func TestATableHasTheColumnsOfItsSheet(t *testing.T) {
	page := drawn(t, CellsOf(drawers, Looks[drawer]{}), drawer{"左上", 2})
	require.Contains(t, page, `<th scope="col" class="number">钥匙</th><th scope="col" class="">名称</th>`)
	require.Contains(t, page, `<th scope="row">2</th><td class="" data-label="名称">左上</td>`)
	require.NotContains(t, page, "D-1")
	require.Contains(t, drawn(t, CellsOf(drawers, Looks[drawer]{})), "名称", "a table of no rows has its heads")
}

// A page sets how a cell looks, and which cell heads the row.
func TestAPageGivesACellAnotherLook(t *testing.T) {
	page := drawn(t, CellsOf(drawers, Looks[drawer]{
		"名称和位置": StyledCell("heads", func(d drawer) templ.Component { return RowHeading(RowHead{"/drawers/1", d.name, "", "左"}) }),
	}), drawer{"左上", 2})
	require.Contains(t, page, `<td class="number" data-label="钥匙">2</td><th scope="row"><a href="/drawers/1" id="/drawers/1">左上</a>`)
	for _, title := range []string{"编号", "名称", "颜色"} {
		require.Panics(t, func() { CellsOf(drawers, Looks[drawer]{title: TextCell(func(d drawer) string { return d.name })}) }, title)
	}
}
