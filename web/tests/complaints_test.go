package tests

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/testdata"
)

// complain sends a complaint as somebody who has not signed in.
func (s *site) complain(key string, fields map[string]string, photos ...[]byte) (status int, page string) {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(s.t, form.WriteField("_key", key))
	for name, value := range fields {
		require.NoError(s.t, form.WriteField(name, value))
	}
	for i, photo := range photos {
		part, err := form.CreateFormFile("photos", strconv.Itoa(i)+".png")
		require.NoError(s.t, err)
		_, err = part.Write(photo)
		require.NoError(s.t, err)
	}
	require.NoError(s.t, form.Close())
	response, err := http.Post(s.url+"/complaints/new", form.FormDataContentType(), &body)
	require.NoError(s.t, err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return response.StatusCode, string(raw)
}

func TestAComplaintAboutAPlaceThatIsNotFiledComesWithItsPhotosToTheCountyAlone(t *testing.T) {
	s := openSite(t)
	_, front := s.open("/")
	require.Contains(t, front, `href="/complaints/new"`)
	const key = "J3K9-Q7X2-M5P8-W4Z6-T1V0"
	about := map[string]string{"/county": "140403", "/place_name": "某小区一楼托管", "/address": "某路某号", "/topic": "safety", "/said": "没有挂牌，收了十几个孩子"}
	status, page := s.complain(key, map[string]string{"/county": "140403", "/topic": "safety", "/said": "没有写是哪里"})
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, page, "没有写是哪里")
	status, page = s.complain(key, about, testdata.PNG(10), []byte("not a photo"), testdata.PNG(20))
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "<dd>2 张</dd>")
	require.Contains(t, page, "第 2 张照片没有收到")
	caseNo := regexp.MustCompile(`TS-\d{6}-\d{4}-\d{6}-\w`).FindString(page)
	_, again := s.complain(key, about, testdata.PNG(10))
	require.Contains(t, again, caseNo, "sent again it is the same complaint")

	supervisor := s.signedIn(s.account(`{"role":"supervisor","county":"140403"}`))
	shown := supervisor.get("/complaints/" + caseNo).Body
	require.Contains(t, shown, "某小区一楼托管，某路某号")
	photos := regexp.MustCompile(`href="(/attachments/[^"]+)"`).FindAllStringSubmatch(shown, -1)
	require.Len(t, photos, 2, "one that came twice is stored once")
	require.Equal(t, string(testdata.PNG(10)), supervisor.get(photos[0][1]).Body)
	for _, other := range []string{`{"role":"supervisor","county":"140404"}`, `{"role":"clerk","county":"140403"}`, `{"role":"institution","county":"140403","institution":"inst-140403-90"}`} {
		v := s.signedIn(s.account(other))
		require.Equal(t, http.StatusNotFound, v.get(photos[0][1]).Status, other)
		require.NotEqual(t, http.StatusOK, v.get("/complaints/"+caseNo).Status, other)
	}
	require.Empty(t, s.strings(`SELECT case_no FROM complaints WHERE position(convert_to('某小区', 'UTF8') in place) > 0`), "the place is sealed")

	require.Equal(t, []string{"1"}, s.strings(`SELECT count(*)::text FROM complaints`))
	status, page = s.complain(key+"-third", about)
	require.Equal(t, http.StatusTooManyRequests, status, "one address sends three in a row, refused or not")
	require.Contains(t, page, "没有挂牌，收了十几个孩子")
	require.Equal(t, nursery.KindComplaint, nursery.CaseKind(s.strings(`SELECT kind FROM cases WHERE case_no = $1`, caseNo)[0]))
}
