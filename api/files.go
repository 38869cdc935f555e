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
	"tuoyu/limits"
	"tuoyu/sheets"
)

const (
	formMedia = "multipart/form-data"
	// formOverhead is the maximum size of a form without its file.
	formOverhead = 64 << 10
)

// Upload is the body of an operation with a file. It is read as a stream, and never held in memory as a whole.
type Upload struct {
	request *http.Request
	answer  http.ResponseWriter
	most    int64 // bytes of the file
}

// Resolve saves the request for the handler.
func (u *Upload) Resolve(ctx huma.Context) []error {
	u.request, u.answer = humago.Unwrap(ctx)
	u.most, _ = ctx.Operation().Metadata[streams].(int64)
	return nil
}

// Form returns the description of an operation whose body is a form: fields, by name, then a file. The input of its handler embeds
// Upload, and TakeForm reads it.
func (op Operation) Form(fields map[string]string, file string) Operation {
	schema := &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
		"file": {Type: huma.TypeString, ContentEncoding: "binary", Description: file},
	}}
	for name, description := range fields {
		schema.Properties[name] = &huma.Schema{Type: huma.TypeString, Description: description}
	}
	return op.reading(map[string]*huma.MediaType{formMedia: {Schema: schema}})
}

// File returns the description of an operation whose body is a file of one of the media types. The input of its handler embeds
// Upload, and Content reads it.
func (op Operation) File(mediaTypes ...string) Operation {
	content := map[string]*huma.MediaType{}
	for _, mediaType := range mediaTypes {
		content[mediaType] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, ContentEncoding: "binary"}}
	}
	return op.reading(content)
}

func (op Operation) reading(content map[string]*huma.MediaType) Operation {
	op.Metadata = map[string]any{streams: op.api.maxUpload}
	op.body = &huma.RequestBody{Required: true, Content: content}
	return op
}

// Content returns the body as a file.
func (u *Upload) Content() io.Reader {
	return &bounded{from: http.MaxBytesReader(u.answer, u.request.Body, u.most), left: u.most, most: u.most}
}

// TakeForm reads a form up to its file, the fields before it into fields, and passes the file to take. Its errors are problems, and
// those of take.
func TakeForm[T any](u *Upload, fields map[string]*string, take func(name string, body io.Reader) (T, error)) (nothing T, err error) {
	r := u.request
	r.Body = http.MaxBytesReader(u.answer, r.Body, u.most+formOverhead)
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
			return nothing, unread(err, u.most)
		}
		name := part.FormName()
		if name == "file" {
			return take(part.FileName(), &bounded{from: part, left: u.most, most: u.most})
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
	case !limits.Storable(string(raw)):
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

// Download registers an operation that responds with a file of that media type.
func Download[I any](op Operation, mediaType, description string, handle func(context.Context, *I) (casework.File, error)) {
	stream(op, mediaType, description, func(ctx context.Context, in *I) (*file, error) {
		f, err := handle(ctx, in)
		return op.api.send(io.NopCloser(bytes.NewReader(f.Content)), f.Name, f.Media, int64(len(f.Content))), err
	})
}

// Template registers an operation that returns a workbook to fill in, which contains no personal data.
func Template(g Group, path, id, name string, write func() ([]byte, error)) {
	op := g.Op("GET "+path, id, name, "供填写的 Excel 工作簿，附填写说明；示例行导入时跳过。")
	Download(op, sheets.Media, name+"，Excel", func(context.Context, *struct{}) (casework.File, error) {
		content, err := write()
		return casework.File{Name: name + ".xlsx", Media: sheets.Media, Content: content}, err
	})
}

// stream registers an operation that responds with a file of that media type.
func stream[I any](op Operation, mediaType, description string, handle func(context.Context, *I) (*file, error)) {
	op.Metadata = map[string]any{streams: true}
	op.DefaultStatus = http.StatusOK
	op.Responses = map[string]*huma.Response{"200": {
		Description: description,
		Content:     map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{Type: huma.TypeString, ContentEncoding: "binary"}}},
	}}
	register(op, handle)
}

// send responds with a file to download; a browser never displays it as a page of this site.
func (a *API) send(content io.ReadCloser, name, mediaType string, size int64) *file {
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
