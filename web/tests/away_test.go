package tests

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/testdata"
)

// hidden is a field of a form that is handed back.
var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

func fieldsOf(page string) url.Values {
	fields := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		fields.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return fields
}

// Without Postgres every page answers in Chinese that it is unavailable, and returns a submitted form complete. When
// that form is sent a second time, it is processed once.
func TestWithoutPostgresPagesSayTryAgainAndAFormComesBack(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	v := s.signedIn(s.account(`{"role":"institution","county":"140403","institution":"inst-140403-91"}`))
	require.NoError(t, s.db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		return q.Exec(t.Context(), `INSERT INTO institutions (id, county, name, site_kind, status, updated_at)
			VALUES ('inst-140403-91', '140403', '示例托育', 'community', 'filed', now())`)
	}))
	saved := url.Values{"_key": {"a-key-of-the-form-that-came-back"}, "name": {"“我的”<筛选>"}, "room": {"tasks"}, "query": {"kind=filing"}}
	s.way.Sever()
	for _, path := range []string{"/home", "/tasks", "/cases", "/children", "/account", "/institutions", "/no/such/page"} {
		p := v.get(path)
		require.Equal(t, http.StatusServiceUnavailable, p.Status, path)
		require.Equal(t, "5", p.Header.Get("Retry-After"), path)
		require.Contains(t, p.Body, "数据库暂时无法连接，请稍后再试。", path)
	}
	stranger := s.visitor()
	require.Equal(t, http.StatusServiceUnavailable, stranger.get("/institutions").Status, "nobody signed in")
	p, err := v.Send(t.Context(), http.MethodPost, "/views", saved)
	require.NoError(t, err)
	require.Equal(t, http.StatusServiceUnavailable, p.Status)
	require.Contains(t, p.Body, "您填写的内容没有丢失")
	require.Contains(t, p.Body, `action="/views"`)
	require.Equal(t, saved, fieldsOf(p.Body))

	s.way.Mend()
	for range 2 {
		p, err = v.Send(t.Context(), http.MethodPost, "/views", fieldsOf(p.Body))
		require.NoError(t, err)
		require.Equal(t, http.StatusSeeOther, p.Status, p.Body)
		p.Body = ""
		for name, values := range saved {
			p.Body += `<input type="hidden" name="` + name + `" value="` + html.EscapeString(values[0]) + `">`
		}
	}
}

// If the folder of files is missing, full or read-only, an upload is refused with a temporary error.
func TestWithoutTheBlobFolderAnUploadIsRefusedForNow(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	v := s.institution()
	require.NoError(t, os.RemoveAll(s.blobs))
	require.NoError(t, os.WriteFile(s.blobs, nil, 0o600))
	status, page := v.sendFile("/children", map[string]string{"_key": "a-key-of-the-form", "/class": "春苗班"}, "/child/paper", "证明.pdf", testdata.PDF("paper"))
	require.Equal(t, http.StatusServiceUnavailable, status, page)
	require.Contains(t, page, "文件暂时不能保存或读取，请稍后再试。")
	require.Contains(t, page, `value="春苗班"`)

	require.NoError(t, os.Remove(s.blobs))
	require.NoError(t, os.Mkdir(s.blobs, 0o700))
	status, page = v.sendFile("/children", map[string]string{"_key": "a-key-of-the-form", "/class": "春苗班"}, "/child/paper", "证明.pdf", testdata.PDF("paper"))
	require.Equal(t, http.StatusUnprocessableEntity, status, "the file is taken, and the rest of the form is missing")
	require.Contains(t, page, `value="春苗班"`)
}
