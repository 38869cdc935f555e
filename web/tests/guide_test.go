package tests

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/offices"
	"tuoyu/workflows"
)

// open returns a page as somebody who has not signed in sees it.
func (s *site) open(path string) (status int, body string) {
	s.t.Helper()
	response, err := http.Get(s.url + path)
	require.NoError(s.t, err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return response.StatusCode, string(raw)
}

var (
	mainPart = regexp.MustCompile(`(?s)<main.*</main>`)
	keyNames = regexp.MustCompile(`<kbd>[^<]*</kbd>`)
	markup   = regexp.MustCompile(`(?s)<[^>]*>`)
	latin    = regexp.MustCompile(`[A-Za-z]{2,}`)
)

// latinWords returns the Latin words that a page shows, besides names of keys, standards and kinds of files.
func latinWords(body string) (words []string) {
	text := markup.ReplaceAllString(keyNames.ReplaceAllString(mainPart.FindString(body), ""), " ")
	for _, word := range latin.FindAllString(text, -1) {
		switch word {
		case "ABC", "GB", "JGJ", "WS", "Excel", "Tab", "nbsp", "SD":
		default:
			words = append(words, word)
		}
	}
	return words
}

func TestEachProcessHasAGuideWithEveryPart(t *testing.T) {
	s := openSite(t)
	status, list := s.open("/guide")
	require.Equal(t, http.StatusOK, status)
	require.Empty(t, latinWords(list))
	for _, p := range workflows.Processes() {
		t.Run(string(p.Kind), func(t *testing.T) {
			require.Contains(t, list, `href="/guide/`+string(p.Kind)+`"`)
			status, page := s.open("/guide/" + string(p.Kind))
			require.Equal(t, http.StatusOK, status)
			for _, part := range []string{"办理对象", "办理条件", "怎样办理", "申请材料", "办理时限", "办理流程", "办理结果", "法律依据", "咨询"} {
				_, after, ok := strings.Cut(page, "<h2>"+part+"</h2>")
				require.True(t, ok, part)
				content, _, _ := strings.Cut(after, "<h2>")
				require.NotEmpty(t, strings.TrimSpace(markup.ReplaceAllString(content, "")), part)
			}
			require.Empty(t, latinWords(page))
			require.NotContains(t, page, "&lt;nil&gt;")
			for _, stage := range p.HappyPath {
				st, _ := p.Stage(stage)
				require.Regexp(t, `(?s)<svg.*<text[^>]*>`+regexp.QuoteMeta(st.Title)+`</text>.*</svg>`, page)
			}
			for _, paper := range p.Papers {
				require.Contains(t, page, "<li>"+paper.Title+"</li>")
			}
			require.Contains(t, page, "尚未公布")
			require.Equal(t, p.Guide.Start != "", strings.Contains(page, "开始办理"))
		})
	}
	status, _ = s.open("/guide/nothing")
	require.Equal(t, http.StatusNotFound, status)
}

func TestTheGuideOfAFilingAsksTheRulesForItsPapers(t *testing.T) {
	s := openSite(t)
	_, page := s.open("/guide/filing")
	row := func(title string) string {
		_, after, ok := strings.Cut(page, `<th scope="row">`+title+"</th>")
		require.True(t, ok, title)
		text, _, _ := strings.Cut(after, "</tr>")
		return text
	}
	require.Contains(t, row("备案书"), "各类机构")
	require.Contains(t, row("备案书"), "第八条")
	require.Contains(t, row("备案书"), `href="/guide/filing/blank/filing-form"`)
	require.Contains(t, row("消防安全检查合格证明"), "除家庭托育点外的各类机构")
	require.Contains(t, row("办园许可证"), ">幼儿园托班<")
	require.Contains(t, row("食品经营许可证"), "除家庭托育点外的各类机构中提供餐食的")
	require.Contains(t, row("联合举办协议"), "用人单位办托中与他人联合举办的")
	require.Contains(t, row("其他业主同意证明"), "待核")
	for path, want := range map[string]string{"filing-form": "统一社会信用代码", "commitment": "真实、有效"} {
		status, blank := s.open("/guide/filing/blank/" + path)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, blank, want)
		require.Empty(t, latinWords(blank))
		require.NotContains(t, blank, "街道代码")
	}
	for _, path := range []string{"staff.xlsx", "rooms.xlsx"} {
		status, content := s.open("/guide/filing/blank/" + path)
		require.Equal(t, http.StatusOK, status)
		require.True(t, strings.HasPrefix(content, "PK"), path)
	}
	status, _ := s.open("/guide/filing/blank/nothing")
	require.Equal(t, http.StatusNotFound, status)
}

func TestTheOfficeIsShownOnceItHasEnteredHowItIsReached(t *testing.T) {
	s := openSite(t)
	for _, path := range []string{"/help", "/privacy", "/contact"} {
		status, page := s.open(path)
		require.Equal(t, http.StatusOK, status, path)
		require.Empty(t, latinWords(page), path)
	}
	_, front := s.open("/")
	require.Contains(t, front, "尚未公布")
	county, other := nursery.Principal{Account: "co-1", Role: nursery.RoleCountyOffice, County: "140403"}, "140404"
	in := offices.ContactEntry{Name: "某某区办理机关", Department: "某科", Phone: "0355-2021234", Hours: "工作日"}
	_, err := s.service.PutContact(t.Context(), county, "contact-1", "140403", in)
	require.NoError(t, err)
	_, err = s.service.PutContact(t.Context(), county, "contact-2", other, in)
	require.Error(t, err, "another county's")
	_, err = s.service.PutContact(t.Context(), nursery.Principal{Account: "clerk-1", Role: nursery.RoleClerk, County: "140403"}, "contact-3", "140403", in)
	require.Error(t, err, "a clerk")
	_, page := s.open("/guide/filing?county=140403")
	require.Contains(t, page, "某某区办理机关")
	require.Contains(t, page, `href="tel:0355-2021234"`)
	_, page = s.open("/guide/filing?county=" + other)
	require.NotContains(t, page, "某某区办理机关")
	v := s.signedIn(s.account(`{"role":"county_office","county":"140403"}`))
	require.Contains(t, v.get("/contact/140403").Body, `value="某某区办理机关"`)
	require.Contains(t, v.get("/contact").Body, `href="/contact/140403"`)
	require.NotContains(t, v.get("/contact").Body, `href="/contact/140404"`)
	_, front = s.open("/nothing")
	require.Contains(t, front, "尚未公布", "a page that is not there names the city's office")
}
