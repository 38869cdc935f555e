package web

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/web/ui"
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

type drawerFilter struct {
	Room  string `query:"room"`
	Empty bool   `query:"empty"`
	Query string `query:"q"`
	own   string
}

func TestAFilterIsReadFromTheAddress(t *testing.T) {
	f := FilterOf[drawerFilter](url.Values{"room": {" 厨房 "}, "empty": {"yes"}, "q": {"左"}, "own": {"x"}, "": {"y"}})
	require.Equal(t, drawerFilter{Room: "厨房", Empty: true, Query: "左"}, f)
	require.Empty(t, f.own, "a field without a parameter")
	require.Equal(t, struct{}{}, FilterOf[struct{}](url.Values{"q": {"左"}}))
}

// The address chooses columns and order; where it names none they are those of the default view.
func TestTheAddressChoosesColumnsAndOrder(t *testing.T) {
	saved := []SavedFilter{{Name: "厨房的", Query: "room=厨房&cols=编号"}, {Name: DefaultView, Query: "cols=名称和位置&cols=编号&sort=-钥匙&room=客厅"}}
	q := listQueryOf(url.Values{"room": {"书房"}}, saved)
	require.Equal(t, []string{"名称和位置", "编号"}, q.shown)
	require.Equal(t, casework.Order{By: "钥匙", Desc: true}, q.order)
	require.Equal(t, url.Values{"room": {"书房"}}, q.values, "a default view narrows nothing")
	q = listQueryOf(url.Values{"cols": {"钥匙"}, "sort": {""}}, saved)
	require.Equal(t, []string{"钥匙"}, q.shown)
	require.Equal(t, casework.Order{}, q.order)
	require.Equal(t, listQuery{values: url.Values{}}, listQueryOf(url.Values{}, nil))
}

func TestAHeadSortsByItsColumn(t *testing.T) {
	l := Listing[drawerFilter, drawer]{List: casework.List[drawerFilter, drawer]{Sheet: drawers}, Path: "/drawers"}
	heads := func(address string) string {
		r := httptest.NewRequest("GET", address, nil)
		var page strings.Builder
		cells := l.cells(Reader{r: r}, listQueryOf(r.URL.Query(), nil))
		require.NoError(t, ui.Table("抽屉", cells, []drawer{{"左上", 2}}).Render(t.Context(), &page))
		return page.String()
	}
	require.Contains(t, heads("/drawers?room=a&after=x"), `<a href="/drawers?room=a&amp;sort=`+url.QueryEscape("钥匙")+`">钥匙</a>`)
	require.Contains(t, heads("/drawers?sort=钥匙"), `class="number" aria-sort="ascending"><a href="/drawers?sort=-`+url.QueryEscape("钥匙")+`">钥匙</a>`)
	require.Contains(t, heads("/drawers?sort=-钥匙"), `aria-sort="descending"><a href="/drawers?sort=">钥匙</a>`)
	page := heads("/drawers?cols=编号")
	require.Contains(t, page, "D-1")
	require.Contains(t, page, `<th scope="row">2</th>`, "what heads a row is always shown")
	require.NotContains(t, page, "左上")
}
