package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tuoyu/casework"
	"tuoyu/limits"
)

const (
	deepest     = 32      // levels of nesting; the application has 5
	largest     = 1 << 53 // larger JSON numbers are not exact everywhere
	longest     = 40      // characters of a number
	bodyTimeout = 30 * time.Second
)

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

// checkJSON returns the first error by which the body is not one plain JSON value.
func checkJSON(body []byte) *Fault {
	if !utf8.Valid(body) {
		return &Fault{Message: "不是 UTF-8 编码"}
	}
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return &Fault{Message: fmt.Sprintf("第 %d 个字节处不是有效的 JSON", syntax.Offset)}
		}
		return &Fault{Message: "不是有效的 JSON"}
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	return checkValue(decoder, "", 0)
}

// checkValue reads one value. The text is known to be valid JSON, so every expected token exists.
func checkValue(decoder *json.Decoder, at string, depth int) *Fault {
	token, err := decoder.Token()
	if err != nil {
		return &Fault{at, "不是有效的 JSON"}
	}
	switch v := token.(type) {
	case json.Number:
		return checkNumber(v.String(), at)
	case string:
		return checkText(v, at)
	case json.Delim:
		if depth == deepest {
			return &Fault{at, "嵌套层次过深"}
		}
		if v == '{' {
			return checkObject(decoder, at, depth+1)
		}
		return checkList(decoder, at, depth+1)
	}
	return nil
}

func checkObject(decoder *json.Decoder, at string, depth int) *Fault {
	said := map[string]struct{}{}
	for decoder.More() {
		token, err := decoder.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return &Fault{at, "不是有效的 JSON"}
		}
		if fault := checkText(name, at); fault != nil {
			return fault
		}
		inside := at + "/" + escapePointer(name)
		if len(inside) > 300 {
			return &Fault{at, "字段名过长"}
		}
		if _, twice := said[name]; twice {
			return &Fault{inside, "字段重复"}
		}
		said[name] = struct{}{}
		if fault := checkValue(decoder, inside, depth); fault != nil {
			return fault
		}
	}
	_, _ = decoder.Token() // the closing bracket
	return nil
}

func checkList(decoder *json.Decoder, at string, depth int) *Fault {
	for i := 0; decoder.More(); i++ {
		if fault := checkValue(decoder, at+"/"+strconv.Itoa(i), depth); fault != nil {
			return fault
		}
	}
	_, _ = decoder.Token() // the closing bracket
	return nil
}

func checkNumber(literal, at string) *Fault {
	value, err := strconv.ParseFloat(literal, 64)
	if err != nil || math.Abs(value) > largest || len(literal) > longest {
		return &Fault{at, "数值超出范围"}
	}
	return nil
}

// checkText rejects control characters, which Postgres and documents cannot contain, and U+FFFD, which results from
// half a surrogate pair.
func checkText(text, at string) *Fault {
	if !limits.Storable(text) {
		return &Fault{at, "含有无法识别的字符"}
	}
	return nil
}
