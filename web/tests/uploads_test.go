package tests

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/store"
)

// SendFile sends a form with a file, as a browser does, and returns the status and the page.
func (v *visitor) sendFile(path string, fields map[string]string, field, name string, content []byte) (int, string) {
	t := v.s.t
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for key, value := range fields {
		require.NoError(t, form.WriteField(key, value))
	}
	part, err := form.CreateFormFile(field, name)
	require.NoError(t, err)
	_, err = part.Write(content)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.s.url+path, &body)
	require.NoError(t, err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Referer", v.s.url+"/children?class=a")
	r.AddCookie(&http.Cookie{Name: roleplay.PagesCookie, Value: v.Cookie})
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(page)
}

// institution is signed in for an institution that is filed.
func (s *site) institution() *visitor {
	s.t.Helper()
	require.NoError(s.t, s.db.As(s.t.Context(), nursery.Engine, func(q *store.Queries) error {
		_, err := q.Strings(s.t.Context(), `INSERT INTO institutions (id, county, name, site_kind, status, updated_at)
			VALUES ('inst-140403-90', '140403', '示例托育', 'community', 'filed', now()) RETURNING id`)
		return err
	}))
	return s.signedIn(s.account(`{"role":"institution","county":"140403","institution":"inst-140403-90"}`))
}

func TestARefusedFileStandsAtItsFieldAndTheRestIsKept(t *testing.T) {
	v := openSite(t).institution()
	entered := map[string]string{"_key": "a-key-of-the-form", "/class": "春苗班"}
	for name, c := range map[string]struct {
		content []byte
		said    string
	}{
		"empty":     {nil, "0 字节"},
		"program":   {[]byte("MZ\x90\x00 program"), "文件类型不支持"},
		"broken":    {[]byte("%PDF-1.4\n"), "PDF 不完整或已损坏"},
		"too large": {make([]byte, 34<<20), "每个文件不能超过 20 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			status, page := v.sendFile("/children", entered, "/child/paper", "证明.pdf", c.content)
			require.Equal(t, http.StatusUnprocessableEntity, status)
			require.Contains(t, page, c.said)
			require.Contains(t, page, `value="春苗班"`)
		})
	}
	status, page := v.sendFile("/children", entered, "/child/paper", "", nil)
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.NotContains(t, page, "0 字节", "no file was chosen")
}

func TestFilesBeyondWhatOneFormTakesLeadBackToTheForm(t *testing.T) {
	v := openSite(t).institution()
	status, page := v.sendFile("/children", nil, "/child/paper", "证明.pdf", make([]byte, 84<<20))
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
	require.Contains(t, page, "每个文件不超过 20 MB")
	require.Contains(t, page, `href="/children?class=a"`)
}

func TestAnImportThatCannotBeReadStandsAtItsField(t *testing.T) {
	v := openSite(t).institution()
	form := v.get("/children").Body
	require.Contains(t, form, "不超过 16 MB")
	require.Contains(t, form, "/children/roster-template")
	for _, path := range []string{"/children/roster-template", "/insurance/roster-template", "/insurance/answers-template"} {
		template := v.get(path)
		require.Equal(t, http.StatusOK, template.Status)
		require.True(t, bytes.HasPrefix([]byte(template.Body), []byte("PK")), path)
	}
	for name, content := range map[string][]byte{"empty": nil, "no workbook": []byte("PK\x03\x04 nothing"), "other headings": []byte("甲,乙\n1,2\n"), "too large": make([]byte, 17<<20)} {
		t.Run(name, func(t *testing.T) {
			status, page := v.sendFile("/children/import", map[string]string{"_key": "key-" + name}, "file", "a.xlsx", content)
			require.GreaterOrEqual(t, status, 400)
			require.Contains(t, page, `id="file-fault"`)
			require.Contains(t, page, `action="/children/import"`)
		})
	}
}
