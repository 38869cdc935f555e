package tests

import (
	"encoding/json"
	"net/http"
	"testing"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/testdata"
)

func TestAFileIsTakenAndSentAsItIs(t *testing.T) {
	content := string(testdata.PDF("平面图"))
	h := newHouse(t, func(d *api.Deps) { d.MaxUpload = int64(len(content)) })
	form := func(parts ...string) string {
		text := ""
		for i := 0; i < len(parts); i += 2 {
			text += "--b\r\nContent-Disposition: form-data; " + parts[i] + "\r\n\r\n" + parts[i+1] + "\r\n"
		}
		return text + "--b--\r\n"
	}
	send := func(body string) (*http.Response, []byte) {
		return h.ask(t, "POST", "/api/v1/attachments", body, "Content-Type", "multipart/form-data; boundary=b")
	}
	response, body := send(form(`name="institution"`, "inst-140403-01", `name="file"; filename="平面图.pdf"`, content))
	var taken casework.Attachment
	if err := json.Unmarshal(body, &taken); err != nil || response.StatusCode != http.StatusCreated || response.Header.Get("Location") != "/api/v1/attachments/"+taken.ID {
		t.Fatalf("%d at %q, %v: %s", response.StatusCode, response.Header.Get("Location"), err, body)
	}
	response, body = h.ask(t, "GET", "/api/v1/attachments/"+taken.ID, "")
	if response.StatusCode != 200 || string(body) != content || response.Header.Get("Content-Type") != "application/pdf" || response.ContentLength != int64(len(content)) {
		t.Errorf("%d %v: %d bytes", response.StatusCode, response.Header, len(body))
	}
	if want := `attachment; filename="file"; filename*=UTF-8''%E5%B9%B3%E9%9D%A2%E5%9B%BE.pdf`; response.Header.Get("Content-Disposition") != want {
		t.Errorf("Content-Disposition is %s", response.Header.Get("Content-Disposition"))
	}
	for what, c := range map[string]struct {
		form   string
		status int
		code   string
	}{
		"one byte too many":  {form(`name="institution"`, "inst-140403-01", `name="file"; filename="a.pdf"`, content+"x"), 413, casework.CodeAttachmentTooLarge},
		"an unknown field":   {form(`name="colour"`, "red", `name="file"; filename="a.pdf"`, "x"), 422, casework.CodeInvalid},
		"a field said twice": {form(`name="county"`, "140403", `name="county"`, "140404", `name="file"; filename="a.pdf"`, "x"), 422, casework.CodeInvalid},
		"no file":            {form(`name="county"`, "140403"), 422, casework.CodeInvalid},
		"cut off":            {"--b\r\nContent-Disposition: form-data; name=\"institution\"\r\n\r\ninst-140403-01\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\nhalf", 400, casework.CodeMalformed},
		"no form":            {"{}", 422, casework.CodeInvalid},
	} {
		response, body := send(c.form)
		refused(t, what, response, body, c.status, c.code)
	}
	response, body = h.ask(t, "POST", "/api/v1/attachments", "{}")
	refused(t, "JSON", response, body, http.StatusUnsupportedMediaType, casework.CodeMediaType)
}

func TestADocumentThatIsNotThereIsAProblem(t *testing.T) {
	response, body := newHouse(t, nil).ask(t, "GET", "/api/v1/documents/d-1", "")
	refused(t, "no document", response, body, http.StatusNotFound, casework.CodeNotFound)
	if response.Header.Get("Content-Disposition") != "" {
		t.Errorf("a problem is sent as a file: %v", response.Header)
	}
}
