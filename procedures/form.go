package procedures

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"tuoyu/nursery"
)

// form is a form: a JSON Schema 2020-12 whose keyword outcomes lists the outcomes of the tasks that use it.
type form struct {
	name     string
	at       place
	raw      []byte
	schema   *jsonschema.Schema
	fields   []Field
	outcomes []formTask
	hash     string
}

// Field is a property of a form.
type Field struct {
	Name, Title, Kind, Format string
	Sealed, Required          bool
	Prefill                   string         // one of Prefills
	Untitled                  []string       // the values of a choice that have no Chinese title
	Fields                    []Field        // of an object, or of the elements of a list
	Limits                    map[string]any // by LimitKeywords
	at                        place
}

// formTask is the outcomes of a task.
type formTask struct {
	At       place
	Task     text          `yaml:"." is:"id"`
	Outcomes []formOutcome `yaml:"="`
}

type formOutcome struct {
	At       place
	Code     text   `yaml:"." is:"id"`
	Title    text   `yaml:"title" need:"yes" doc:"办理结果的名称"`
	Required []text `yaml:"required" doc:"这个结果必须填的字段"`
	Optional []text `yaml:"optional" doc:"这个结果可以填的字段；不写为其余全部字段"`
}

// FormOutcome is an outcome of a task with the fields that the form lists for it; without Optional it may have all others.
type FormOutcome struct {
	Task, Code, Title  string
	Required, Optional []string
}

// Fields returns the fields of a form of the plan.
func (p *Procedure) Fields(form int) []Field { return p.forms[form].fields }

// Form returns the schema of a form by its name, as written and compiled; nil if there is none.
func (p *Procedure) Form(name string) (json.RawMessage, *jsonschema.Schema) {
	i := slices.IndexFunc(p.forms, func(f *form) bool { return f.name == name })
	if i < 0 {
		return nil, nil
	}
	return p.forms[i].raw, p.forms[i].schema
}

// FormOutcomes returns the outcomes that a form of the plan lists for tasks.
func (p *Procedure) FormOutcomes(form int) (list []FormOutcome) {
	for _, t := range p.forms[form].outcomes {
		for _, o := range t.Outcomes {
			list = append(list, FormOutcome{t.Task.s, o.Code.s, o.Title.s, names(o.Required), names(o.Optional)})
		}
	}
	return list
}

// readForm reads a form. JSON is YAML, so positions come from the reader of YAML.
func readForm(r *reader, name string, raw []byte) *form {
	f := &form{name: name, at: place{r.file, 1, 1}, raw: raw}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		r.out.add("read.json", place{r.file, lineOf(raw, err), 1}, err.Error())
		return nil
	}
	root := r.document(raw)
	object, ok := value.(map[string]any)
	if root == nil || !ok {
		r.out.add("data.form", f.at, name, "应当是一个 JSON 对象")
		return nil
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiler.UseLoader(jsonschema.SchemeURLLoader{})
	if err = compiler.AddResource("form:"+name, value); err == nil {
		f.schema, err = compiler.Compile("form:" + name)
	}
	if err != nil {
		r.out.add("data.form", f.at, name, err.Error())
		return nil
	}
	if node := child(root, "outcomes"); node != nil {
		var list struct {
			Tasks []formTask `yaml:"outcomes"`
		}
		r.value(&yaml.Node{Kind: yaml.MappingNode, Line: node.Line, Column: node.Column, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "outcomes"}, node}}, &list, "outcomes")
		f.outcomes = list.Tasks
	}
	f.fields = readFields(r, root)
	f.hash = hashOf(bare(object))
	return f
}

// lineOf returns the line of an error of the JSON parser.
func lineOf(raw []byte, err error) int {
	at, ok := err.(*json.SyntaxError)
	if !ok {
		return 1
	}
	return 1 + bytes.Count(raw[:min(int(at.Offset), len(raw))], []byte("\n"))
}

// child returns the value of a key of a mapping, or nil.
func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func value(n *yaml.Node, key string) string {
	if c := child(n, key); c != nil && c.Kind == yaml.ScalarNode {
		return c.Value
	}
	return ""
}

// readFields returns the properties of a schema, in their order in the file.
func readFields(r *reader, schema *yaml.Node) (fields []Field) {
	properties := child(schema, "properties")
	if properties == nil || properties.Kind != yaml.MappingNode {
		return nil
	}
	required := map[string]bool{}
	if list := child(schema, "required"); list != nil {
		for _, item := range list.Content {
			required[item.Value] = true
		}
	}
	for i := 0; i+1 < len(properties.Content); i += 2 {
		key, property := properties.Content[i], properties.Content[i+1]
		f := Field{
			Name: key.Value, Title: value(property, "title"), Kind: value(property, "type"), Format: value(property, "format"),
			Sealed: value(property, "sealed") == "true", at: r.at(key), Required: required[key.Value], Limits: map[string]any{},
			Prefill: value(property, "prefill"), Untitled: untitled(property),
		}
		for _, name := range LimitKeywords {
			if n := child(property, name); n != nil {
				var limit any
				if err := n.Decode(&limit); err != nil {
					r.out.add("read.json", r.at(n), err.Error())
				}
				f.Limits[name] = limit
			}
		}
		switch f.Kind {
		case "object":
			f.Fields = readFields(r, property)
		case "array":
			f.Fields = readFields(r, child(property, "items"))
		}
		fields = append(fields, f)
	}
	return fields
}

// untitled returns the values of a choice that are not Chinese and have no title.
func untitled(property *yaml.Node) (list []string) {
	values, titles := child(property, "enum"), nursery.OptionTitles(value(property, "description"))
	if values == nil {
		return nil
	}
	for _, v := range values.Content {
		isChinese := strings.ContainsFunc(v.Value, func(r rune) bool { return unicode.Is(unicode.Han, r) })
		if v.Tag == "!!str" && !isChinese && titles[v.Value] == "" {
			list = append(list, v.Value)
		}
	}
	return list
}

// LimitKeywords are the keywords by which a revision of a form may accept less than the one before.
var LimitKeywords = []string{"maxLength", "maximum", "exclusiveMaximum", "maxItems", "minLength", "minimum", "exclusiveMinimum", "minItems", "enum", "const", "pattern"}

// find returns the field at a path of names with dots; false if there is none.
func find(fields []Field, path string) (Field, bool) {
	name, rest, more := strings.Cut(path, ".")
	for _, f := range fields {
		if f.Name == name {
			if !more {
				return f, true
			}
			return find(f.Fields, rest)
		}
	}
	return Field{}, false
}

// paths returns the names of the fields at the first level.
func paths(fields []Field) (list []string) {
	for _, f := range fields {
		list = append(list, f.Name)
	}
	return list
}

// of returns the outcomes that the form lists for a task; false if it lists none.
func (f *form) of(task string) (formTask, bool) {
	i := slices.IndexFunc(f.outcomes, func(t formTask) bool { return t.Task.s == task })
	if i < 0 {
		return formTask{}, false
	}
	return f.outcomes[i], true
}

// annotations are the keywords of a schema that are words: they do not change what the schema accepts.
var annotations = []string{"title", "description", "examples", "$comment", "help", "prefill"}

// named are the keywords whose value maps names to schemas, so that a name may be the same as an annotation.
var named = []string{"properties", "patternProperties", "$defs", "dependentSchemas", "outcomes"}

// bare returns a copy of a schema without words.
func bare(schema any) any {
	switch v := schema.(type) {
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = bare(item)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for key, item := range v {
			switch inner, isMap := item.(map[string]any); {
			case slices.Contains(annotations, key):
			case isMap && slices.Contains(named, key):
				object[key] = bareNamed(inner, key == "outcomes")
			case key == "enum" || key == "const" || key == "default":
				object[key] = item
			default:
				object[key] = bare(item)
			}
		}
		return object
	}
	return schema
}

// bareNamed is bare for a mapping of names to schemas; twice for a mapping of names to such a mapping.
func bareNamed(schemas map[string]any, twice bool) map[string]any {
	object := map[string]any{}
	for name, item := range schemas {
		if inner, ok := item.(map[string]any); ok && twice {
			object[name] = bareNamed(inner, false)
			continue
		}
		object[name] = bare(item)
	}
	return object
}

// hashOf returns a short hash of JSON whose maps are written with sorted keys.
func hashOf(value any) string {
	h := sha256.New()
	// What was decoded from JSON can be encoded.
	if err := json.NewEncoder(h).Encode(value); err != nil {
		panic("procedures: hash form: " + err.Error())
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func hashBytes(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
