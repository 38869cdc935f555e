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
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/procedures/published"
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

// taskForm is the definition of a task with the form of its answer.
type taskForm struct {
	definition.TaskKind
	raw    json.RawMessage
	schema *jsonschema.Schema
}

// definedAs returns the definition of a task and its form. Those of a task of a procedure are of the revision of its case.
func (s *Service) definedAs(ctx context.Context, q *store.Queries, task store.Task) (taskForm, error) {
	kind, ok := workflows.TaskOf(task.Kind)
	if !ok {
		return taskForm{}, fmt.Errorf("task %s is of kind %s, which no process defines", task.ID, task.Kind)
	}
	if schema, ok := compiledForms()[kind.Form]; ok {
		return taskForm{kind, formSchema(kind.Form), schema}, nil
	}
	r, err := s.RevisionOf(ctx, q, task.CaseNo)
	if err != nil {
		return taskForm{}, err
	}
	kind, ok = r.Task(task.Kind)
	if !ok {
		return taskForm{}, fmt.Errorf("task %s is of kind %s, which its revision does not define", task.ID, task.Kind)
	}
	raw, schema := r.FormOf(kind.Form)
	return taskForm{kind, raw, schema}, nil
}

// RevisionOf returns the revision of the procedure by which a case goes on. Error: not_found for a case of no procedure.
func (s *Service) RevisionOf(ctx context.Context, q *store.Queries, caseNo string) (*published.Revision, error) {
	c, err := q.CaseByNumber(ctx, caseNo)
	switch {
	case store.IsNotFound(err) || err == nil && c.Plan == "":
		return nil, NewNotFound()
	case err != nil:
		return nil, fmt.Errorf("read case: %w", err)
	}
	return s.revisionOf(c)
}

func (s *Service) revisionOf(c store.Case) (*published.Revision, error) {
	r, err := s.Catalogue.Known(c)
	if errors.Is(err, published.ErrNone) {
		return nil, NewError(CodeEngineUnavailable, "事项的版本正在更新，请稍后再试。")
	}
	return r, err
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
	kind, err := s.definedAs(ctx, q, task)
	if err != nil {
		return err
	}
	if len(in.Answer) == 0 {
		in.Answer = json.RawMessage("{}")
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(in.Answer))
	if err != nil {
		return NewError(CodeInvalid, "办理内容不是有效的 JSON。", FieldError{Location: "/answer", Message: "格式有误"})
	}
	c := Checker{}
	object, _ := value.(map[string]any)
	checkFields(&c, kind, len(task.Outcomes) == 1, in.Outcome, object)
	if err := CheckSchema(&c, "/answer", kind.schema, value); err != nil {
		return fmt.Errorf("check form of %s: %w", task.Kind, err)
	}
	if len(c.Fields) > 0 {
		return c.Err()
	}
	if check, ok := s.answerChecks[task.Kind]; ok {
		if err := check(ctx, q, task, in); err != nil {
			return err
		}
	}
	return checkFormAttachments(ctx, q, task, in.Answer)
}

// CheckSchema adds what is wrong with a value that JSON was decoded into by its schema, below a location, and text that can be
// neither stored nor printed. The error is one of the schema itself.
func CheckSchema(c *Checker, at string, schema *jsonschema.Schema, value any) error {
	var invalid *jsonschema.ValidationError
	if err := schema.Validate(value); errors.As(err, &invalid) {
		for _, f := range formErrors(at, invalid, nil) {
			c.Add(f.Location, f.Message)
		}
	} else if err != nil {
		return err
	}
	checkPrintable(c, at, value)
	return nil
}

// checkPrintable finds text in a form that can be neither stored nor printed.
func checkPrintable(c *Checker, at string, value any) {
	switch v := value.(type) {
	case string:
		if !Printable(v) {
			c.Add(at, unprintableText)
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
	have, err := Uploaded(ctx, q, said.ids(), task.County, task.Institution)
	if err != nil {
		return err
	}
	var c Checker
	if said.Signature != "" && !have[said.Signature] {
		c.Add("/answer/signature", NoAttachment)
	}
	for i, id := range said.Attachments {
		if !have[id] {
			c.Add(fmt.Sprintf("/answer/attachments/%d", i), NoAttachment)
		}
	}
	return c.Err()
}

func formErrors(at string, e *jsonschema.ValidationError, fields []FieldError) []FieldError {
	for _, cause := range e.Causes {
		fields = formErrors(at, cause, fields)
	}
	if len(e.Causes) > 0 {
		return fields
	}
	location := at
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

// AnswerCheck validates an answer to a task beyond what its form's schema can express.
type AnswerCheck func(ctx context.Context, q *store.Queries, task store.Task, in Completion) error

// CheckAnswers adds checks of answers by the kind of task. Processes add theirs when they are created. It panics for a kind that no
// process defines.
func (s *Service) CheckAnswers(checks map[string]AnswerCheck) {
	for kind, check := range checks {
		if _, ok := workflows.TaskOf(kind); !ok {
			panic("casework: no process defines task " + kind)
		}
		s.answerChecks[kind] = check
	}
}

// BeforeAnswer rejects an answer before its command begins, for a check that takes transactions of its own.
type BeforeAnswer func(ctx context.Context, p nursery.Principal, key, caseNo string) error

// CheckBeforeAnswer adds the check of answers that resubmit to tasks of the kind.
func (s *Service) CheckBeforeAnswer(kind string, check BeforeAnswer) { s.beforeAnswers[kind] = check }

// OnlyByCommand returns a check that rejects every answer to a task that is closed by a command of its own.
func OnlyByCommand(message, hint string) AnswerCheck {
	return func(context.Context, *store.Queries, store.Task, Completion) error {
		return NewError(CodeOutcomeNotOffered, message, FieldError{Location: "/outcome", Message: hint})
	}
}

// CheckEveryAnswer adds a check of what people answer to tasks of any kind. What a command answers is not checked.
func (s *Service) CheckEveryAnswer(check AnswerCheck) { s.everyAnswer = append(s.everyAnswer, check) }

// FilledIn decodes an answer.
func FilledIn(answer json.RawMessage, into any) error {
	if err := json.Unmarshal(answer, into); err != nil {
		return NewError(CodeInvalid, "办理内容填写有误。", FieldError{Location: "/answer", Message: "格式有误"})
	}
	return nil
}

// registrars maps the nature of an institution to the registrar responsible for it (托育机构登记和备案办法(试行) art. 4).
var registrars = map[nursery.Nature]nursery.Registrar{
	nursery.PublicInstitution: nursery.StaffingOffice,
	nursery.SocialService:     nursery.CivilAffairs,
	nursery.ForProfit:         nursery.MarketRegulation,
}

// RegistrarOf returns the registrar that registers institutions of a nature.
func RegistrarOf(nature nursery.Nature) nursery.Registrar { return registrars[nature] }

// CheckRegistration validates a registration; under is its location in the request body. Error: invalid naming each
// field.
func CheckRegistration(under string, r nursery.Registration) error {
	c := Checker{Under: under}
	if _, err := nursery.ParseUSCC(r.USCC); err != nil {
		c.Invalid("/uscc", err)
	}
	if strings.TrimSpace(r.Name) == "" {
		c.Add("/name", "必填")
	}
	if d, ok := nursery.DivisionByCode(r.County); !ok || d.Level != nursery.LevelCounty {
		c.Add("/county", "请选择长治市的县区")
	}
	if r.Nature == "" {
		c.Add("/nature", "必填")
	}
	if r.Status == "" {
		c.Add("/status", "必填")
	}
	if c.Limits(r); registrars[r.Nature] != r.Registrar {
		c.Add("/registrar", "该性质的机构不由这个登记机关登记")
	}
	return c.Err()
}

// properties returns the names of the form's fields, in its order.
func (f taskForm) properties() (names []string) {
	form := f.Form
	var schema struct {
		Properties json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(f.raw, &schema); err != nil {
		panic("casework: form " + form + ": " + err.Error())
	}
	d := json.NewDecoder(bytes.NewReader(schema.Properties))
	next := func() json.Token {
		token, err := d.Token()
		if err != nil {
			panic("casework: form " + form + ": " + err.Error())
		}
		return token
	}
	next() // the brace before the properties
	for d.More() {
		names = append(names, next().(string))
		var property json.RawMessage
		if err := d.Decode(&property); err != nil {
			panic("casework: form " + form + ": " + err.Error())
		}
	}
	return names
}

// checkFields rejects an answer that lacks a required field of its outcome, or has a field that the outcome does not
// have. Only is whether no other outcome is offered.
func checkFields(c *Checker, kind taskForm, only bool, outcome nursery.Outcome, answer map[string]any) {
	o, ok := kind.Outcome(outcome)
	if !ok {
		c.Add("/outcome", "不在可选结果之内")
		return
	}
	required, optional := o.Fields(only)
	for _, name := range required {
		if blank(answer[name]) {
			c.Add("/answer/"+name, neededText(name, outcome))
		}
	}
	for _, name := range kind.properties() {
		if !blank(answer[name]) && !slices.Contains(required, name) && !slices.Contains(optional, name) {
			c.Add("/answer/"+name, "“"+o.Title+"”不填写此项")
		}
	}
}

// blank reports whether a field of an answer is empty.
func blank(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	}
	return false
}

func neededText(field string, outcome nursery.Outcome) string {
	switch {
	case field == "findings" && outcome == nursery.OutcomeCorrect:
		return "请写明需要补正的内容"
	case field == "findings":
		return "请至少写明一项不符合情况"
	case field == "reason":
		return "请写明理由"
	case field == "note":
		return "请写明情况或理由"
	case strings.HasSuffix(field, "_inspector"):
		return "请填写检查人员账号"
	}
	return "必填"
}
