package casework

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"tuoyu/definition"
	"tuoyu/nursery"
)

// formProperties returns the names of a form's fields, in its order.
func formProperties(form string) (names []string) {
	var schema struct {
		Properties json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(formSchema(form), &schema); err != nil {
		panic("casework: form " + form + ": " + err.Error())
	}
	d := json.NewDecoder(bytes.NewReader(schema.Properties))
	var property json.RawMessage
	for _, err := d.Token(); err == nil && d.More(); {
		name, _ := d.Token()
		text, _ := name.(string)
		names = append(names, text)
		if err := d.Decode(&property); err != nil {
			panic("casework: form " + form + ": " + err.Error())
		}
	}
	return names
}

// checkFields rejects an answer that lacks a required field of its outcome, or has a field that the outcome does not
// have. Only is whether no other outcome is offered.
func checkFields(c *checker, kind definition.TaskKind, only bool, outcome nursery.Outcome, answer map[string]any) {
	o, _ := kind.Outcome(outcome)
	required, optional := o.Fields(only)
	for _, name := range required {
		if blank(answer[name]) {
			c.add("/answer/"+name, neededText(name, outcome))
		}
	}
	for _, name := range formProperties(kind.Form) {
		if !blank(answer[name]) && !slices.Contains(required, name) && !slices.Contains(optional, name) {
			c.add("/answer/"+name, "“"+o.Title+"”不填写此项")
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
