package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"tuoyu/casework"
	"tuoyu/sheets"
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

type maxUploadKey struct{}

// uploadHint names the kinds and the size of the files that a form takes.
func uploadHint(ctx context.Context) string {
	most, _ := ctx.Value(maxUploadKey{}).(int64)
	return fmt.Sprintf("可上传 %s，每个不超过 %d MB，不能设有打开密码。", casework.UploadKinds, most>>20)
}

// importHint names the kinds and the size of the files that an import takes.
func importHint() string {
	return fmt.Sprintf("Excel（.xlsx）或 CSV，不超过 %d MB。", sheets.MaxBytes>>20)
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
	return localPath(u.RequestURI())
}

// NameFiles sets the names of the files that a form holds and that the caller may open.
func (s *Site) NameFiles(ctx context.Context, form *BoundForm, institution string) error {
	var ids []string
	eachField(form.Shape, "", form.Values, func(f FormSchema, at string) {
		if f.Kind == KindFile || f.Kind == KindFiles {
			for _, id := range form.Values[at] {
				if id != "" {
					ids = append(ids, id)
				}
			}
		}
	})
	files, err := s.Service.Files(ctx, Principal(ctx), institution, ids)
	if err != nil {
		return err
	}
	form.Files = map[string]string{}
	for _, f := range files {
		form.Files[f.ID] = f.Name
	}
	return nil
}
