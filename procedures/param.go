package procedures

import (
	"encoding/json"
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

// number returns the value as a number; false if it is none or not set.
func (p *param) number() (float64, bool) {
	switch v := p.leaf.Value.value.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// tightens reports whether a value may replace that of the parameter in a county: it is the same or stricter.
func (p *param) tightens(value any) bool {
	have, isNumber := p.number()
	want, wants := (&param{leaf: paramFile{Value: anything{value: value}}}).number()
	switch p.leaf.Direction.s {
	case "max":
		return wants && (!isNumber || want <= have)
	case "min":
		return wants && (!isNumber || want >= have)
	case "add":
		base, ok := p.leaf.Value.value.([]any)
		more, also := value.([]any)
		return ok && also && !slices.ContainsFunc(base, func(item any) bool { return !slices.ContainsFunc(more, same(item)) })
	}
	return same(value)(p.leaf.Value.value)
}

// same returns a function that reports whether a value has the same JSON.
func same(a any) func(any) bool {
	x, err := json.Marshal(a)
	return func(b any) bool {
		y, other := json.Marshal(b)
		return err == nil && other == nil && string(x) == string(y)
	}
}
