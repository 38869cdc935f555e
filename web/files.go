package web

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"tuoyu/casework"
)

func registerFiles(s *Site) {
	s.streaming("GET /attachments/{id}", func(w http.ResponseWriter, r *http.Request) error {
		a, body, err := s.Services.OpenAttachment(r.Context(), Principal(r.Context()), r.PathValue("id"))
		if err != nil {
			return err
		}
		return serveFile(w, body, a.MediaType, a.Name)
	})
	s.streaming("GET /attachments/{id}/thumb", s.thumb)
	s.streaming("GET /documents/{id}", func(w http.ResponseWriter, r *http.Request) error {
		d, body, err := s.Services.OpenDocument(r.Context(), Principal(r.Context()), r.PathValue("id"))
		if err != nil {
			return err
		}
		return serveFile(w, body, "application/pdf", d.Title+".pdf")
	})
	// Sent by a script ahead of its form: a photo, a signature.
	s.Page("POST /attachments", func(w http.ResponseWriter, r *http.Request) error {
		if err := ParseForm(r); err != nil {
			return err
		}
		file, head, err := r.FormFile("file")
		if err != nil {
			return &casework.Error{Code: casework.CodeBodyRequired, Message: "没有收到文件。", Err: err}
		}
		defer file.Close()
		if head.Size > s.MaxUpload {
			return fileTooLarge(s.MaxUpload)
		}
		taken, err := s.Services.Upload(r.Context(), Principal(r.Context()), casework.Upload{
			Institution: r.PostFormValue("institution"), County: r.PostFormValue("county"), Name: head.Filename, Body: file,
		})
		if err != nil {
			return err
		}
		return WriteJSON(w, taken)
	})
}

// serveFile displays a picture or a PDF in the browser, and makes it download anything else.
func serveFile(w http.ResponseWriter, body io.ReadCloser, mediaType, name string) error {
	defer body.Close()
	how := "attachment"
	if strings.HasPrefix(mediaType, "image/") || mediaType == "application/pdf" {
		how = "inline"
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition", how+"; filename*=UTF-8''"+url.PathEscape(name))
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'self'")
	if mediaType == "application/pdf" {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'self'") // viewers do not work in a sandbox
	}
	w.Header().Set("X-Frame-Options", "SAMEORIGIN")
	_, err := io.Copy(w, body)
	return err
}
