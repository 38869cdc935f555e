package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tuoyu/casework"
	"tuoyu/sheets"
)

const (
	formMedia = "multipart/form-data"
	// formOverhead is the maximum size of a form without its file.
	formOverhead = 64 << 10
)

// upload reads a form as a stream: the fields, then the file, which is copied to the store and never held in memory as
// a whole.
type upload struct {
	request *http.Request
	answer  http.ResponseWriter
}

// Resolve saves the request for the handler.
func (u *upload) Resolve(ctx huma.Context) []error {
	u.request, u.answer = humago.Unwrap(ctx)
	return nil
}

func registerAttachments(a *api) {
	op := creating(operation(http.MethodPost, "/api/v1/attachments", "uploadAttachment", tagAttachments, "上传材料", http.StatusUnprocessableEntity))
	op.Description = fmt.Sprintf("表单最后一项为 file。接收 PDF、图片、DOCX 和 XLSX，不超过 %d MiB，类型以内容为准。工作人员代为上传时，在 file 之前填写 institution。",
		a.maxUpload>>20)
	op.Metadata = map[string]any{streams: true}
	register(a, op, func(ctx context.Context, in *upload) (*made[casework.Attachment], error) {
		kept, err := a.takeFile(ctx, in)
		return newAt(kept, err, func(kept casework.Attachment) string { return pathOf("attachments", kept.ID) })
	})
	// Set afterwards: huma would read a body that it knows of itself, and as a whole.
	a.huma.OpenAPI().Paths[op.Path].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{formMedia: {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
			"institution": {Type: huma.TypeString, Description: "机构标识，仅由工作人员代为上传时填写"},
			"county":      {Type: huma.TypeString, Description: "县区代码，仅由工作人员代为上传时填写"},
			"file":        {Type: huma.TypeString, ContentEncoding: "binary", Description: "文件，须为最后一项"},
		},
	}}}}

	download := operation(http.MethodGet, "/api/v1/attachments/{id}", "getAttachment", tagAttachments, "下载材料", http.StatusNotFound)
	register(a, downloading(download, "application/octet-stream", "材料文件，类型如上传时所识别"), func(ctx context.Context, in *struct {
		ID string `path:"id" maxLength:"64" doc:"附件编号"`
	}) (*file, error) {
		kept, content, err := a.service.OpenAttachment(ctx, principal(ctx), in.ID)
		if err != nil {
			return nil, err
		}
		return a.send(content, kept.Name, kept.MediaType, kept.Size), nil
	})
}

// takeFile reads the form up to its file and stores the file.
func (a *api) takeFile(ctx context.Context, in *upload) (casework.Attachment, error) {
	into := casework.Upload{}
	return takeForm(a, in, map[string]*string{"institution": &into.Institution, "county": &into.County},
		func(name string, body io.Reader) (casework.Attachment, error) {
			into.Name, into.Body = name, body
			return a.service.Upload(ctx, principal(ctx), into)
		})
}

// takeForm reads a form up to its file, the fields before it into fields, and passes the file to take.
func takeForm[T any](a *api, in *upload, fields map[string]*string, take func(name string, body io.Reader) (T, error)) (nothing T, err error) {
	r := in.request
	r.Body = http.MaxBytesReader(in.answer, r.Body, a.maxUpload+formOverhead)
	form, err := r.MultipartReader()
	if err != nil {
		return nothing, problem(casework.CodeMediaType, "请以 multipart/form-data 上传文件。")
	}
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nothing, problem(casework.CodeInvalid, "请选择要上传的文件。",
				Fault{"file", "必填"})
		case err != nil:
			return nothing, unread(err, a.maxUpload)
		}
		name := part.FormName()
		if name == "file" {
			return take(part.FileName(), &bounded{from: part, left: a.maxUpload, most: a.maxUpload})
		}
		value, known := fields[name]
		if !known {
			return nothing, problem(casework.CodeInvalid, "有 1 处填写有误，请更正后重试。",
				Fault{cut(name, 100), "没有这个字段"})
		}
		if *value, err = readField(part); err != nil {
			return nothing, err
		}
		delete(fields, name) // each field only once
	}
}

func readField(part *multipart.Part) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(part, 65))
	switch {
	case err != nil:
		return "", unread(err, 0)
	case len(raw) > 64:
		return "", problem(casework.CodeInvalid, "有 1 处填写有误，请更正后重试。",
			Fault{part.FormName(), "最多 64 个字"})
	case checkText(string(raw), "") != nil:
		return "", problem(casework.CodeInvalid, "有 1 处填写有误，请更正后重试。",
			Fault{part.FormName(), "含有无法识别的字符"})
	}
	return string(raw), nil
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// bounded is a file with a maximum length. A read error in the transfer is the sender's and reported as such.
type bounded struct {
	from       io.Reader
	left, most int64
}

// Read implements io.Reader; beyond the limit it returns the problem.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, problem(casework.CodeAttachmentTooLarge,
			fmt.Sprintf("文件不能超过 %d MiB。", b.most>>20), Fault{"file", "文件过大"})
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return n, unread(err, b.most)
	}
	return n, err
}

// file is a response that is a file.
type file struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition" doc:"下载时的文件名"`
	ContentLength      string `header:"Content-Length" doc:"字节数"`
	ContentPolicy      string `header:"Content-Security-Policy" hidden:"true"`
	Body               func(huma.Context)
}

// downloading returns the description of an operation whose response is a file.
func downloading(op huma.Operation, mediaType, description string) huma.Operation {
	op.Metadata = map[string]any{streams: true}
	op.DefaultStatus = http.StatusOK
	op.Responses = map[string]*huma.Response{"200": {
		Description: description,
		Content:     map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{Type: huma.TypeString, ContentEncoding: "binary"}}},
	}}
	return op
}

// sheet responds with a workbook of that name, or with the error of writing it.
func (a *api) sheet(content []byte, name string, err error) (*file, error) {
	if err != nil {
		return nil, err
	}
	return a.send(io.NopCloser(bytes.NewReader(content)), name+".xlsx", sheets.Media, int64(len(content))), nil
}

// template registers an operation that returns a workbook to fill in, which contains no personal data.
func (a *api) template(path, id, tag, name string, write func() ([]byte, error)) {
	op := operation(http.MethodGet, path, id, tag, name)
	op.Description = "供填写的 Excel 工作簿，附填写说明；示例行导入时跳过。"
	register(a, downloading(op, sheets.Media, name+"，Excel"), func(context.Context, *struct{}) (*file, error) {
		raw, err := write()
		return a.sheet(raw, name, err)
	})
}

// send responds with a file to download; a browser never displays it as a page of this site.
func (a *api) send(content io.ReadCloser, name, mediaType string, size int64) *file {
	f := &file{
		ContentType: mediaType, ContentPolicy: "default-src 'none'; frame-ancestors 'none'; sandbox",
		ContentDisposition: `attachment; filename="file"; filename*=UTF-8''` + url.PathEscape(name),
	}
	if _, _, err := mime.ParseMediaType(mediaType); err != nil {
		f.ContentType = "application/octet-stream"
	}
	if size > 0 {
		f.ContentLength = strconv.FormatInt(size, 10)
	}
	f.Body = func(ctx huma.Context) {
		defer content.Close()
		ctx.SetStatus(http.StatusOK)
		if _, err := io.Copy(ctx.BodyWriter(), content); err != nil && ctx.Context().Err() == nil {
			a.log.ErrorContext(ctx.Context(), "file not sent whole", "request", exchangeOf(ctx.Context()).id, "error", err)
			panic(http.ErrAbortHandler) // so that the client does not mistake half a file for a complete one
		}
	}
	return f
}
