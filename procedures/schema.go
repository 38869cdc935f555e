package procedures

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Schema returns the JSON Schema of procedure.yaml, for the completion of editors. It is derived from the types that the
// reader fills, so that both agree.
func Schema() ([]byte, error) {
	s := schemas{defs: map[string]any{}}
	root := s.object(reflect.TypeFor[procedureFile]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "procedure.yaml"
	root["$defs"] = s.defs
	raw, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write schema of procedure.yaml: %w", err)
	}
	return append(raw, '\n'), nil
}

type schemas struct{ defs map[string]any }

// refer returns a reference to the schema of a struct, which it defines once.
func (s schemas) refer(t reflect.Type) map[string]any {
	name := strings.TrimSuffix(t.Name(), "File")
	if _, ok := s.defs[name]; !ok {
		s.defs[name] = nil
		s.defs[name] = s.object(t)
	}
	return map[string]any{"$ref": "#/$defs/" + name}
}

func (s schemas) object(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	fields := fieldsOf(t)
	for _, f := range fields {
		if f.key == "." || f.key == "=" || f.key == "*" {
			continue
		}
		schema := s.of(t.Field(f.index).Type, f)
		if f.title != "" {
			schema["description"] = f.title
		}
		properties[f.key] = schema
		if f.need {
			required = append(required, f.key)
		}
	}
	object := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		object["required"] = required
	}
	if whole, ok := has(fields, "*"); ok {
		return map[string]any{"anyOf": []any{s.of(t.Field(whole.index).Type, whole), object}}
	}
	return object
}

func (s schemas) of(t reflect.Type, f fieldOf) map[string]any {
	switch t {
	case reflect.TypeFor[text]():
		return textSchema(f.is)
	case reflect.TypeFor[number]():
		return map[string]any{"type": "integer", "minimum": 0}
	case reflect.TypeFor[flag]():
		return map[string]any{"type": "boolean"}
	case reflect.TypeFor[date]():
		return map[string]any{"type": "string", "format": "date"}
	case reflect.TypeFor[quantity]():
		return orParam(map[string]any{"type": "integer", "minimum": 0})
	case reflect.TypeFor[choice]():
		return orParam(map[string]any{"type": "boolean"})
	case reflect.TypeFor[anything]():
		return map[string]any{}
	case reflect.TypeFor[[]text]():
		return map[string]any{"anyOf": []any{textSchema(f.is), map[string]any{"type": "array", "items": textSchema(f.is), "uniqueItems": true}}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.refer(t.Elem())
	case reflect.Slice:
		fields := fieldsOf(t.Elem())
		name, named := has(fields, ".")
		if !named {
			return map[string]any{"type": "array", "items": s.refer(t.Elem())}
		}
		entry := s.refer(t.Elem())
		if value, single := has(fields, "="); single {
			entry = s.of(t.Elem().Field(value.index).Type, value)
		}
		return map[string]any{"type": "object", "additionalProperties": entry, "propertyNames": textSchema(name.is)}
	}
	return s.refer(t)
}

// orParam returns the schema of a value, or of the parameter that holds it.
func orParam(value map[string]any) map[string]any {
	param := map[string]any{"type": "object", "properties": map[string]any{"param": textSchema("path")}, "required": []string{"param"}, "additionalProperties": false}
	return map[string]any{"anyOf": []any{value, param}}
}

func textSchema(is string) map[string]any {
	// A version or a code such as 2024-05 or 140403 is a number or a date to YAML.
	schema := map[string]any{"type": []string{"string", "number"}}
	switch {
	case strings.Contains(is, "|"):
		schema = map[string]any{"enum": strings.Split(is, "|")}
	case is != "":
		schema["pattern"] = patterns[is].re.String()
	}
	return schema
}
