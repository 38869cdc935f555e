package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"tuoyu/casework"
	"tuoyu/sheets"
	"tuoyu/web/ui"
)

// uploadsOfForm is how many uploads of the largest size one form may carry.
const uploadsOfForm = 4

// mostSent is how much a form with files may be in all.
func (s *Site) mostSent() int64 { return uploadsOfForm*s.MaxUpload + maxForm }

func fileTooLarge(most int64) *casework.Error {
	message := fmt.Sprintf("文件过大，每个文件不能超过 %d MB", most>>20)
	return &casework.Error{
		Code: casework.CodeAttachmentTooLarge, Message: message + "。", Fields: []casework.FieldError{{Location: "file", Message: message}},
	}
}

// FileMessage returns the error message for the field of a refused file.
func FileMessage(e *casework.Error) string {
	for _, f := range e.Fields {
		if f.Location == "file" {
			return f.Message
		}
	}
	return e.Message
}

// ImportFault is what is wrong with a file that was sent to be imported, at which form ("file", or the number of a batch), and
// the source that was chosen beside it.
type ImportFault struct{ Form, Message, Source string }

// At returns the message for a form; empty if another form is wrong.
func (f ImportFault) At(form string) string {
	if f.Form == form {
		return f.Message
	}
	return ""
}

// ChosenFile returns the file of a form to import. The caller closes it. It is refused when none was chosen.
func ChosenFile(r *http.Request, missing string) (io.ReadCloser, error) {
	if err := ParseForm(r); err != nil {
		return nil, err
	}
	file, _, err := r.FormFile("file")
	if err != nil {
		return nil, &casework.Error{Code: casework.CodeInvalid, Message: missing, Fields: []casework.FieldError{{Location: "file", Message: missing}}, Err: err}
	}
	return file, nil
}

// ImportError returns the error to show at the file of an import; ok is false if err is not about the file.
func (s *Site) ImportError(r *http.Request, err error) (e *casework.Error, ok bool) {
	var refused *casework.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return fileTooLarge(sheets.MaxBytes), true
	case !errors.As(err, &refused):
		return nil, false
	}
	for _, f := range refused.Fields {
		if f.Location == "file" {
			return refused, true
		}
	}
	return refused, refused.Code == casework.CodeImportsBusy
}

// sentFrom returns the page of the form that was sent, for a link back to it; empty when it is not known.
func sentFrom(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || r.Method != http.MethodPost || u.Host != r.Host || u.Path == "" {
		return ""
	}
	return LocalPath(u.RequestURI())
}

// DecodeForm decodes a submitted form of schema sh. It stores files by upload and sets their IDs as values; a file that is
// refused is a fault at its pointer. Changed reports that a button added or removed a row, or that a saved form is
// shown again, so that nothing is to be saved yet. Errors are those of reading the request.
func (s *Site) DecodeForm(r *http.Request, sh ui.FormSchema, upload casework.Upload) (a ui.BoundForm, changed bool, err error) {
	if err := ParseForm(r); err != nil {
		return a, false, err
	}
	a = ui.BoundForm{Shape: sh, Values: r.PostForm, Kept: r.PostForm.Get("_kept"), To: upload}
	if r.MultipartForm != nil {
		for name, files := range r.MultipartForm.File {
			for _, file := range files {
				if file.Filename == "" { // no file was chosen
					continue
				}
				id, err := s.storeUpload(r.Context(), file, upload)
				if err != nil {
					a.AddFault(name, FileMessage(s.UserError(r.Context(), err)))
					continue
				}
				if r.PostForm.Get(name) == "" || !strings.HasSuffix(name, "s") {
					a.Values.Set(name, id)
				} else {
					a.Values.Add(name, id)
				}
			}
		}
	}
	return a, a.Press(), nil
}

func (s *Site) storeUpload(ctx context.Context, file *multipart.FileHeader, to casework.Upload) (string, error) {
	if file.Size > s.MaxUpload {
		return "", fileTooLarge(s.MaxUpload)
	}
	body, err := file.Open()
	if err != nil {
		return "", fmt.Errorf("open upload: %w", err)
	}
	defer body.Close()
	to.Name, to.Body = file.Filename, body
	taken, err := s.Service.Upload(ctx, Principal(ctx), to)
	return taken.ID, err
}

// NameFiles sets the names of the files that a form holds and that the caller may open.
func (s *Site) NameFiles(ctx context.Context, form *ui.BoundForm, institution string) error {
	files, err := s.Service.Files(ctx, Principal(ctx), institution, form.FileIDs())
	if err != nil {
		return err
	}
	form.Files = map[string]string{}
	for _, f := range files {
		form.Files[f.ID] = f.Name
	}
	return nil
}
