package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tuoyu/casework"
)

const bodyTimeout = 30 * time.Second

// readJSON reads the body of a JSON operation before huma does, and rejects what JSON libraries interpret differently:
// a duplicate name, numbers that lose digits, invalid text.
func (a *API) readJSON(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	if !isJSON(r.Header.Get("Content-Type")) {
		writeProblem(w, r, problem(casework.CodeMediaType, "请求内容应为 application/json，UTF-8 编码。"))
		return
	}
	_ = ctx.SetReadDeadline(time.Now().Add(bodyTimeout)) // a writer without deadlines has the server's
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, a.maxBody))
	if err != nil {
		writeProblem(w, r, unread(err, a.maxBody))
		return
	}
	if len(body) > 0 {
		if fault := checkJSON(body); fault != nil {
			writeProblem(w, r, problem(casework.CodeMalformed, "请求内容不是可以接受的 JSON。", *fault))
			return
		}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	next(ctx)
}

func unread(err error, limit int64) *Problem {
	var tooLarge *http.MaxBytesError
	var network net.Error
	switch {
	case errors.As(err, &tooLarge):
		return problem(casework.CodeBodyTooLarge, fmt.Sprintf("请求内容不能超过 %d KiB。", limit>>10))
	case errors.As(err, &network) && network.Timeout():
		return problem(casework.CodeRequestTimeout, "请求内容传输超时。")
	}
	return problem(casework.CodeMalformed, "请求内容没有传完。")
}

func isJSON(contentType string) bool {
	mediaType, params, err := mime.ParseMediaType(contentType)
	if err != nil || mediaType != "application/json" {
		return false
	}
	charset, given := params["charset"]
	return !given || strings.EqualFold(charset, "utf-8")
}
