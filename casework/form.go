package casework

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"tuoyu/definition"
	"tuoyu/store"
	"tuoyu/workflows"
)

// forms are the JSON Schemas of answers, by the names in definition.TaskKind.
//
//go:embed forms/*.json
var forms embed.FS

// formSchema returns the schema of a form.
func formSchema(form string) json.RawMessage {
	raw, err := forms.ReadFile("forms/" + form + ".json")
	if err != nil {
		panic("casework: " + err.Error())
	}
	return raw
}

// definedAs returns the definition of a task.
func definedAs(task store.Task) (definition.TaskKind, error) {
	kind, ok := workflows.TaskOf(task.Kind)
	if !ok {
		return kind, fmt.Errorf("task %s is of kind %s, which no process defines", task.ID, task.Kind)
	}
	return kind, nil
}

var compiledForms = sync.OnceValue(func() map[string]*jsonschema.Schema {
	names, err := fs.Glob(forms, "forms/*.json")
	if err != nil {
		panic("casework: " + err.Error())
	}
	compiled := make(map[string]*jsonschema.Schema, len(names))
	for _, name := range names {
		raw, err := forms.ReadFile(name)
		if err != nil {
			panic("casework: " + err.Error())
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			panic(fmt.Sprintf("casework: form %s: %v", name, err))
		}
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		if err := c.AddResource(name, doc); err != nil {
			panic(fmt.Sprintf("casework: form %s: %v", name, err))
		}
		compiled[strings.TrimSuffix(path.Base(name), ".json")] = c.MustCompile(name)
	}
	return compiled
})

// checkForm validates the form of an answer and returns every error at once.
func (s *Service) checkForm(ctx context.Context, q *store.Queries, task store.Task, in Completion) error {
	kind, err := definedAs(task)
	if err != nil {
		return err
	}
	if len(in.Answer) == 0 {
		in.Answer = json.RawMessage("{}")
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(in.Answer))
	if err != nil {
		return userError(CodeInvalid, "办理内容不是有效的 JSON。", FieldError{Location: "/answer", Message: "格式有误"})
	}
	c := checker{}
	object, _ := value.(map[string]any)
	checkFields(&c, kind, len(task.Outcomes) == 1, in.Outcome, object)
	var invalid *jsonschema.ValidationError
	if err = compiledForms()[kind.Form].Validate(value); errors.As(err, &invalid) {
		for _, f := range formErrors(invalid, nil) {
			c.add(f.Location, f.Message)
		}
	} else if err != nil {
		return fmt.Errorf("check form of %s: %w", task.Kind, err)
	}
	checkPrintable(&c, "/answer", value)
	if len(c.fields) > 0 {
		return c.err()
	}
	if check, ok := answerChecks[task.Kind]; ok {
		if err := check(s, ctx, q, task, in); err != nil {
			return err
		}
	}
	return checkFormAttachments(ctx, q, task, in.Answer)
}

// checkPrintable finds text in a form that can be neither stored nor printed.
func checkPrintable(c *checker, at string, value any) {
	switch v := value.(type) {
	case string:
		if !printable(v) {
			c.add(at, unprintableText)
		}
	case []any:
		for i, element := range v {
			checkPrintable(c, fmt.Sprintf("%s/%d", at, i), element)
		}
	case map[string]any:
		for name, member := range v {
			checkPrintable(c, at+"/"+name, member)
		}
	}
}

// formFiles are the attachments that an answer refers to.
type formFiles struct {
	Attachments []string `json:"attachments"`
	Signature   string   `json:"signature"`
}

func filesOf(task store.Task, answer json.RawMessage) (said formFiles, err error) {
	if err := json.Unmarshal(answer, &said); err != nil {
		return said, fmt.Errorf("decode form of %s: %w", task.Kind, err)
	}
	return said, nil
}

func (f formFiles) ids() []string {
	if f.Signature == "" {
		return f.Attachments
	}
	return append([]string{f.Signature}, f.Attachments...)
}

// checkFormAttachments finds photographs and proofs that were not uploaded for the task's institution.
func checkFormAttachments(ctx context.Context, q *store.Queries, task store.Task, answer json.RawMessage) error {
	said, err := filesOf(task, answer)
	if err != nil {
		return err
	}
	have, err := uploaded(ctx, q, said.ids(), task.County, task.Institution)
	if err != nil {
		return err
	}
	var c checker
	if said.Signature != "" && !have[said.Signature] {
		c.add("/answer/signature", noAttachment)
	}
	for i, id := range said.Attachments {
		if !have[id] {
			c.add(fmt.Sprintf("/answer/attachments/%d", i), noAttachment)
		}
	}
	return c.err()
}

func formErrors(e *jsonschema.ValidationError, fields []FieldError) []FieldError {
	for _, cause := range e.Causes {
		fields = formErrors(cause, fields)
	}
	if len(e.Causes) > 0 {
		return fields
	}
	location := "/answer"
	for _, part := range e.InstanceLocation {
		location += "/" + part
	}
	message := "填写有误"
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, missing := range k.Missing {
			fields = append(fields, FieldError{Location: location + "/" + missing, Message: "必填"})
		}
		return fields
	case *kind.AdditionalProperties:
		for _, extra := range k.Properties {
			fields = append(fields, FieldError{Location: location + "/" + extra, Message: "没有这个字段"})
		}
		return fields
	case *kind.MinLength:
		message = "不能为空"
	case *kind.MaxLength:
		message = fmt.Sprintf("不能超过 %d 个字符", k.Want)
	case *kind.Enum:
		message = "不在可选值之内"
	case *kind.Type:
		message = "类型不对"
	case *kind.Pattern, *kind.Format:
		message = "格式不对"
	case *kind.Minimum, *kind.Maximum:
		message = "超出允许范围"
	}
	return append(fields, FieldError{Location: location, Message: message})
}
