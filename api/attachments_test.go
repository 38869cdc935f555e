package api

import (
	"net/http"
	"strings"
	"testing"

	"tuoyu/casework"
)

func TestAFileIsPassedOnAsItArrives(t *testing.T) {
	h := newHouse(t, nil)
	content := strings.Repeat("x", 1<<20)
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
	if response.StatusCode != http.StatusCreated || response.Header.Get("Location") != "/api/v1/attachments/A17" {
		t.Fatalf("%d at %q: %s", response.StatusCode, response.Header.Get("Location"), body)
	}
	if string(h.door.file) != content || h.door.upload.Name != "平面图.pdf" || h.door.upload.Institution != "inst-140403-01" {
		t.Errorf("casework got %d bytes of %q for %q", len(h.door.file), h.door.upload.Name, h.door.upload.Institution)
	}
	for what, c := range map[string]struct {
		form   string
		status int
		code   string
	}{
		"one byte too many":  {form(`name="file"; filename="a.pdf"`, content+"x"), 413, casework.CodeAttachmentTooLarge},
		"an unknown field":   {form(`name="colour"`, "red", `name="file"; filename="a.pdf"`, "x"), 422, casework.CodeInvalid},
		"a field said twice": {form(`name="county"`, "140403", `name="county"`, "140404", `name="file"; filename="a.pdf"`, "x"), 422, casework.CodeInvalid},
		"no file":            {form(`name="county"`, "140403"), 422, casework.CodeInvalid},
		"cut off":            {"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\nhalf", 400, casework.CodeMalformed},
		"no form":            {"{}", 422, casework.CodeInvalid},
	} {
		h.door.heard = nil
		response, body := send(c.form)
		refused(t, what, response, body, c.status, c.code)
		if h.door.calls() != 0 {
			t.Errorf("%s: casework kept it", what)
		}
	}
	response, body = h.ask(t, "POST", "/api/v1/attachments", "{}")
	refused(t, "JSON", response, body, http.StatusUnsupportedMediaType, casework.CodeMediaType)
}

func TestAPaperIsSentToBeKept(t *testing.T) {
	h := newHouse(t, nil)
	response, body := h.ask(t, "GET", "/api/v1/documents/d-1", "")
	if response.StatusCode != 200 || string(body) != "%PDF-1.7" || response.Header.Get("Content-Type") != "application/pdf" || response.ContentLength != 8 {
		t.Errorf("%d %v: %s", response.StatusCode, response.Header, body)
	}
	if want := `attachment; filename="file"; filename*=UTF-8''%E6%BD%9E`; !strings.HasPrefix(response.Header.Get("Content-Disposition"), want) {
		t.Errorf("Content-Disposition is %s", response.Header.Get("Content-Disposition"))
	}
	h.door.answer = &casework.Error{Code: casework.CodeDocumentPending, Message: "文书制作中。"}
	response, body = h.ask(t, "GET", "/api/v1/documents/d-1", "")
	refused(t, "a paper being printed", response, body, http.StatusConflict, casework.CodeDocumentPending)
	if response.Header.Get("Retry-After") == "" || response.Header.Get("Content-Disposition") != "" {
		t.Errorf("a paper being printed: %v", response.Header)
	}
}
