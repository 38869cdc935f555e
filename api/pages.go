package api

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
)

const htmlType = "text/html; charset=utf-8"

var verifiedType = reflect.TypeFor[casework.VerifiedPaper]()

//go:embed pages
var pageFiles embed.FS

var (
	pageStyle = string(mustRead("style.css"))

	pageTemplates = template.Must(template.New("").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(pageStyle) },
		"date":  nursery.Date.Long,
		"lower": strings.ToLower,
	}).ParseFS(pageFiles, "pages/*.html"))

	// Each page allows its own style and script by their hash and nothing else.
	pagePolicy = policy("")
	docsPolicy = policy("")
	askPolicy  = strings.Replace(pagePolicy, "form-action 'none'", "form-action 'self'", 1)
	askPage    = mustRender("ask.html", nil)
)

func policy(more string) string {
	return "default-src 'none'; " + more + "style-src " + hashOf(pageStyle) + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

func hashOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func mustRead(name string) []byte {
	raw, err := pageFiles.ReadFile("pages/" + name)
	if err != nil {
		panic(fmt.Sprintf("embedded page: %v", err))
	}
	return raw
}

func mustRender(name string, data any) []byte {
	var b bytes.Buffer
	if err := pageTemplates.ExecuteTemplate(&b, name, data); err != nil {
		panic(fmt.Sprintf("embedded page: %v", err))
	}
	return b.Bytes()
}

// writeVerified writes the page about a verified document, with the time, since people print it.
func writeVerified(w io.Writer, paper casework.VerifiedPaper, at time.Time) error {
	at = at.In(nursery.Shanghai)
	shown := struct {
		casework.VerifiedPaper
		At string
	}{paper, nursery.DateOf(at).Long() + at.Format(" 15:04")}
	if err := pageTemplates.ExecuteTemplate(w, "verify.html", shown); err != nil {
		return fmt.Errorf("write the verification page: %w", err)
	}
	return nil
}

// askForPaper serves the page on which a person enters the code of a document; the result is at the URL with the code.
func askForPaper(w http.ResponseWriter, r *http.Request) {
	code := r.URL.Query().Get("code")
	if code == "" {
		fixed(htmlType, askPolicy, askPage)(w, r)
		return
	}
	if parsed, err := documents.ParseCode(code); err == nil {
		code = string(parsed)
	}
	http.Redirect(w, r, "/verify/"+url.PathEscape(code), http.StatusSeeOther)
}

// writeTrouble writes the page that explains a problem.
func writeTrouble(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", htmlType)
	w.Header().Set("Content-Security-Policy", pagePolicy)
	w.WriteHeader(p.Status)
	_ = pageTemplates.ExecuteTemplate(w, "trouble.html", p) // the client may have disconnected; the template is parsed at start
}

// docs is the data of the documentation page.
type docs struct {
	Info    *huma.Info
	Groups  []docsGroup
	Schemas []docsSchema
	Codes   []docsCode
}

type docsGroup struct {
	Name, Description string
	Operations        []docsOperation
}

type docsOperation struct {
	*huma.Operation
	Public  bool
	Body    []docsContent
	Answers []docsAnswer
}

type docsContent struct{ MediaType, Type, Ref string }

type docsAnswer struct {
	Status, Description string
	Content             []docsContent
}

type docsSchema struct {
	Name       string
	Properties []docsProperty
}

type docsProperty struct {
	Name, Type, Ref, Description, Limits string
	Required                             bool
}

type docsCode struct{ Code, Title string }

// docsPage returns the description of the API as one self-contained page.
func docsPage(spec *huma.OpenAPI) ([]byte, error) {
	page := docs{Info: spec.Info}
	for _, tag := range spec.Tags {
		group := docsGroup{Name: tag.Name, Description: tag.Description}
		for _, path := range sortedKeys(spec.Paths) {
			for _, op := range operationsOf(spec.Paths[path]) {
				if slices.Contains(op.Tags, tag.Name) {
					group.Operations = append(group.Operations, documented(op))
				}
			}
		}
		page.Groups = append(page.Groups, group)
	}
	schemas := spec.Components.Schemas.Map()
	for _, name := range sortedKeys(schemas) {
		page.Schemas = append(page.Schemas, documentedSchema(name, schemas[name]))
	}
	for _, c := range casework.ErrorCodes() {
		page.Codes = append(page.Codes, docsCode{c.Code, c.Title})
	}
	var b bytes.Buffer
	if err := pageTemplates.ExecuteTemplate(&b, "docs.html", page); err != nil {
		return nil, fmt.Errorf("write the documentation page: %w", err)
	}
	return b.Bytes(), nil
}

func documented(op *huma.Operation) docsOperation {
	shown := docsOperation{Operation: op, Public: !needsToken(op)}
	if op.RequestBody != nil {
		shown.Body = contents(op.RequestBody.Content)
	}
	for _, status := range sortedKeys(op.Responses) {
		shown.Answers = append(shown.Answers, docsAnswer{status, op.Responses[status].Description, contents(op.Responses[status].Content)})
	}
	return shown
}

func contents(content map[string]*huma.MediaType) []docsContent {
	var list []docsContent
	for _, mediaType := range sortedKeys(content) {
		name, ref := typeOf(content[mediaType].Schema)
		list = append(list, docsContent{mediaType, name, ref})
	}
	return list
}

func documentedSchema(name string, schema *huma.Schema) docsSchema {
	shown := docsSchema{Name: name}
	for _, field := range sortedKeys(schema.Properties) {
		property := schema.Properties[field]
		kind, ref := typeOf(property)
		shown.Properties = append(shown.Properties, docsProperty{
			Name: field, Type: kind, Ref: ref, Description: property.Description, Limits: limitsOf(property),
			Required: slices.Contains(schema.Required, field),
		})
	}
	return shown
}

// typeOf returns the name of a schema's type, and the schema it refers to, if any.
func typeOf(schema *huma.Schema) (name, ref string) {
	switch {
	case schema == nil:
		return "任意", ""
	case schema.Ref != "":
		return isRef(schema.Ref), isRef(schema.Ref)
	case schema.Type == huma.TypeArray && schema.Items != nil:
		item, ref := typeOf(schema.Items)
		return item + " 列表", ref
	}
	kinds := map[string]string{
		"": "任意", huma.TypeString: "文本", huma.TypeInteger: "整数", huma.TypeNumber: "数字", huma.TypeBoolean: "是/否", huma.TypeObject: "对象",
	}
	formats := map[string]string{"date": "日期", "date-time": "时间"}
	if format, ok := formats[schema.Format]; ok {
		return format, ""
	}
	return kinds[schema.Type], ""
}

func limitsOf(s *huma.Schema) string {
	var said []string
	add := func(format string, value any) { said = append(said, fmt.Sprintf(format, value)) }
	enum := s.Enum
	if s.Items != nil {
		enum = append(slices.Clone(enum), s.Items.Enum...)
	}
	if len(enum) > 0 {
		words := make([]string, len(enum))
		for i, e := range enum {
			words[i] = fmt.Sprint(e)
		}
		said = append(said, strings.Join(words, "、"))
	}
	if s.Minimum != nil {
		add("≥ %v", *s.Minimum)
	}
	if s.Maximum != nil {
		add("≤ %v", *s.Maximum)
	}
	if s.MaxLength != nil {
		add("最多 %d 个字", *s.MaxLength)
	}
	if s.MaxItems != nil {
		add("最多 %d 项", *s.MaxItems)
	}
	return strings.Join(said, "；")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
