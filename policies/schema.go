package policies

import (
	"reflect"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"tuoyu/nursery"
)

// factTypes are the input types of the rule sets of a topic, or of one rule set by its full name, if they are not those
// of a filing.
var factTypes = map[string]reflect.Type{
	"contract.order":     reflect.TypeFor[nursery.ContractFacts](),
	"contract.duty":      reflect.TypeFor[nursery.ContractDutyFacts](),
	"build":              reflect.TypeFor[nursery.BuildFacts](),
	"health.schedule":    reflect.TypeFor[nursery.CheckupFacts](),
	"health.entry":       reflect.TypeFor[nursery.EntryFacts](),
	"health.growth":      reflect.TypeFor[nursery.CheckupFacts](),
	"health.referral":    reflect.TypeFor[nursery.CheckupFacts](),
	"inspect.case":       reflect.TypeFor[nursery.InspectionFacts](),
	"inspect.draw":       reflect.TypeFor[nursery.DrawFacts](),
	"inspect.management": reflect.TypeFor[nursery.InspectionFacts](),
	"insurance":          reflect.TypeFor[nursery.InsuranceFacts](),
}

// factsOf returns the input type of a rule set, by its topic: "build" of build.progress.
func factsOf(ruleSet string) reflect.Type {
	if t, ok := factTypes[ruleSet]; ok {
		return t
	}
	room, _, _ := strings.Cut(ruleSet, ".")
	if t, ok := factTypes[room]; ok {
		return t
	}
	return reflect.TypeFor[nursery.FilingFacts]()
}

// inputSchemas returns the schemas that a package can name in its METADATA: schema.filing_facts, schema.build_facts of
// a topic, schema.health_growth_facts of one rule set. They are derived from the Go types, so a rule that reads a field
// that does not exist does not compile.
func inputSchemas() *ast.SchemaSet {
	set := ast.NewSchemaSet()
	put := func(room string, t reflect.Type) {
		facts := jsonSchema(t)
		properties := facts["properties"].(map[string]any)
		properties["as_of"] = map[string]any{"type": "string"}
		properties["county"] = map[string]any{"type": "string"}
		set.Put(ast.MustParseRef("schema."+strings.ReplaceAll(room, ".", "_")+"_facts"), facts)
	}
	put("filing", reflect.TypeFor[nursery.FilingFacts]())
	for room, t := range factTypes {
		put(room, t)
	}
	return set
}

func jsonSchema(t reflect.Type) map[string]any {
	switch {
	case t.Kind() == reflect.Pointer:
		return jsonSchema(t.Elem())
	case t.Implements(textType):
		return map[string]any{"type": "string"}
	}
	switch t.Kind() {
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Slice, reflect.Array:
		return map[string]any{"type": "array", "items": jsonSchema(t.Elem())}
	case reflect.Struct:
		properties := map[string]any{}
		for _, f := range jsonFields(t) {
			properties[f.name] = jsonSchema(f.typ)
		}
		return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	default:
		return map[string]any{"type": "number"}
	}
}

// fieldExists reports whether a JSON Pointer with `*` for list elements addresses a field of the type.
func fieldExists(t reflect.Type, segments []string) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if len(segments) == 0 {
		return true
	}
	switch t.Kind() {
	case reflect.Slice:
		return segments[0] == "*" && fieldExists(t.Elem(), segments[1:])
	case reflect.Struct:
		for _, f := range jsonFields(t) {
			if f.name == segments[0] {
				return fieldExists(f.typ, segments[1:])
			}
		}
	}
	return false
}
