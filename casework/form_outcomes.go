package casework

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"tuoyu/nursery"
)

// fields are what an outcome asks for, of the fields of its form: those without which it is refused, and those that may
// be left out. What it does not ask for is not taken with it.
type fields struct{ required, optional []string }

func ask(required string, optional ...string) fields {
	return fields{strings.Fields(required), optional}
}

// outcomeFields says of each form what an outcome asks for. Other outcomes of a form may have all its fields and need none.
var outcomeFields = map[string]map[nursery.Outcome]fields{
	"claim": {
		nursery.OutcomeAdmit:  ask("amount_fen"),
		nursery.OutcomeReject: ask("reason"),
		nursery.OutcomePay:    ask("", "amount_fen", "paid_on"),
	},
	"finding": {
		nursery.OutcomeConform:      ask("", "visited_on", "attachments", "note"),
		nursery.OutcomeNonconform:   ask("findings", "visited_on", "rectify_working_days", "attachments", "note"),
		nursery.OutcomeReferPenalty: ask("findings", "visited_on", "attachments", "note"),
	},
	"inspector": {nursery.OutcomeName: ask("inspector", "note")},
	"note": {
		nursery.OutcomeAnother: ask("note"),
		nursery.OutcomeDecline: ask("note"),
		nursery.OutcomeNoted:   ask("note"),
	},
	"proof":  {nursery.OutcomeProve: ask("note", "attachments")},
	"reason": {nursery.OutcomeRefuse: ask("reason", "note")},
	"registration": {
		nursery.OutcomeConfirm: ask("uscc name nature registrar county business_scope status", "address", "registered_on"),
		nursery.OutcomeCorrect: ask("findings", "note"),
	},
	"reply": {
		nursery.OutcomeReply:    ask("note", "catch_up_on"),
		nursery.OutcomeInstruct: ask("note", "catch_up_on"),
	},
	"review": {
		nursery.OutcomeAccept:  ask("", "note"),
		nursery.OutcomeCorrect: ask("findings", "note"),
	},
	"sign": {
		nursery.OutcomeSign:    ask("text_sha256"),
		nursery.OutcomeNotSign: ask("reason", "text_sha256"),
	},
	"signature": {
		nursery.OutcomeDispute: ask("note"),
		nursery.OutcomeObject:  ask("note", "signature"),
	},
	"triage": {
		nursery.OutcomeVisit:   ask("first_inspector second_inspector", "note"),
		nursery.OutcomeReplied: ask("note"),
		nursery.OutcomeNotOurs: ask("note"),
	},
	"visit_day": {nursery.OutcomePropose: ask("visit_on visit_time", "note")},
}

// fieldsOf returns what an outcome of a task of the kind asks for, where these outcomes are offered.
func fieldsOf(kind string, offered []string, outcome nursery.Outcome) fields {
	form := formOf(kind)
	f, known := outcomeFields[form][outcome]
	if !known {
		return fields{optional: formProperties(form)}
	}
	if form == "review" && outcome == nursery.OutcomeCorrect && !slices.Contains(offered, string(nursery.OutcomeAccept)) {
		return ask("", "findings", "note") // the rules have found what to correct
	}
	return f
}

// formProperties returns the names of a form's fields, in its order.
func formProperties(form string) (names []string) {
	raw, err := forms.ReadFile("forms/" + form + ".json")
	if err != nil {
		panic("casework: " + err.Error())
	}
	var schema struct {
		Properties json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
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

// checkFields refuses an answer that lacks what its outcome needs, or says what the outcome does not ask for.
func checkFields(c *checker, f fields, form string, outcome nursery.Outcome, answer map[string]any) {
	for _, name := range f.required {
		if blank(answer[name]) {
			c.add("/answer/"+name, neededText(name, outcome))
		}
	}
	for _, name := range formProperties(form) {
		if !blank(answer[name]) && !slices.Contains(f.required, name) && !slices.Contains(f.optional, name) {
			c.add("/answer/"+name, "“"+outcome.Title()+"”不填写此项")
		}
	}
}

// blank reports whether a field of an answer says nothing.
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
