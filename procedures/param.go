package procedures

import (
	"encoding/json"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// param is a parameter of the rules: params/<topic>/data.json holds them by name, as in package policies.
type param struct {
	name string // topic and name
	at   place
	leaf paramFile
}

type paramFile struct {
	At        place
	Value     anything `yaml:"value" need:"yes" doc:"值；没有公布的写 null"`
	Unit      text     `yaml:"unit" need:"yes" doc:"单位"`
	Direction text     `yaml:"direction" need:"yes" is:"max|min|add|fixed" doc:"县区可以往哪个方向改：max 越小越严，min 越大越严，add 只增加，fixed 不改"`
	Verified  flag     `yaml:"verified" need:"yes" doc:"是否已核对原文"`
	Rule      []text   `yaml:"rule" need:"yes" doc:"用到它的规则"`
	Title     text     `yaml:"title" need:"yes" doc:"说明"`
	Sample    text     `yaml:"sample" doc:"示例值的来源"`
}

// readParams reads the parameters of a topic.
func readParams(r *reader, topic string, raw []byte) (list []*param) {
	root := r.document(raw)
	if root == nil {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		r.out.add("read.kind", r.at(root), r.file, "若干项“名称: 内容”")
		return nil
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key := root.Content[i]
		p := &param{name: topic + "." + key.Value, at: r.at(key)}
		r.value(root.Content[i+1], &p.leaf, key.Value)
		list = append(list, p)
	}
	return list
}

// Parameter is a parameter of the rules as it is set.
type Parameter struct {
	Name, Title, Unit string
	Direction         string // in which a county may change it: max, min, add or fixed
	Value             any    // nil: not published
	Verified          bool   // compared with the original
	Sample            string // origin of a value that the city has not set
}

// Parameters returns the parameters in the order of their files.
func (p *Procedure) Parameters() []Parameter {
	list := make([]Parameter, len(p.params))
	for i, param := range p.params {
		list[i] = param.parameter()
	}
	return list
}

// Parameter returns the parameter of a name; without a name if there is none.
func (p *Procedure) Parameter(name string) Parameter {
	i := slices.IndexFunc(p.params, func(have *param) bool { return have.name == name })
	if i < 0 {
		return Parameter{}
	}
	return p.params[i].parameter()
}

// WithParameters returns the procedure with other values of the parameters that are named, as a pack of another city sets them.
// The rest is shared. Unknown names are ignored.
func (p *Procedure) WithParameters(values map[string]any) *Procedure {
	other := *p
	other.params = slices.Clone(p.params)
	for i, have := range other.params {
		if value, ok := values[have.name]; ok {
			changed := *have
			changed.leaf.Value.value = value
			other.params[i] = &changed
		}
	}
	return &other
}

func (p *param) parameter() Parameter {
	return Parameter{Name: p.name, Title: p.leaf.Title.s, Unit: p.leaf.Unit.s, Direction: p.leaf.Direction.s, Value: p.leaf.Value.value, Verified: p.leaf.Verified.b, Sample: p.leaf.Sample.s}
}

// String returns the value in words.
func (p Parameter) String() string {
	if p.Value == nil {
		return "未公布"
	}
	return fmt.Sprint(p.Value)
}

// Number returns the value as a number; false if it is none or not set.
func (p Parameter) Number() (float64, bool) {
	switch v := p.Value.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// Tightens reports whether a value may replace that of the parameter in a county: it is the same or stricter.
func (p Parameter) Tightens(value any) bool {
	have, isNumber := p.Number()
	want, wants := Parameter{Value: value}.Number()
	switch p.Direction {
	case "max":
		return wants && (!isNumber || want <= have)
	case "min":
		return wants && (!isNumber || want >= have)
	case "add":
		base, ok := p.Value.([]any)
		more, also := value.([]any)
		return ok && also && ContainsJSON(more, base)
	}
	return EqualJSON(value, p.Value)
}

// EqualJSON reports whether two values have the same JSON.
func EqualJSON(a, b any) bool {
	x, err := json.Marshal(a)
	y, other := json.Marshal(b)
	return err == nil && other == nil && string(x) == string(y)
}

// ContainsJSON reports whether a list has every item of another one, compared by their JSON.
func ContainsJSON(list, items []any) bool {
	return !slices.ContainsFunc(items, func(item any) bool {
		return !slices.ContainsFunc(list, func(have any) bool { return EqualJSON(have, item) })
	})
}
