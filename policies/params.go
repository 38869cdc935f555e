package policies

import (
	"encoding/json"
	"fmt"

	"tuoyu/nursery"
)

// Params decodes the parameters of a topic in force on asOf, with the overlay of the county if it has one, into a
// struct whose JSON names are those of the parameters. It returns an error for an unknown topic, a date that no pack
// covers, or a value that does not fit.
func (e *Engine) Params(topic string, asOf nursery.Date, county string, into any) error {
	p, err := e.current.Load().packOn(asOf)
	if err != nil {
		return fmt.Errorf("read parameters %s: %w", topic, err)
	}
	leaves, ok := p.area(county).params[topic].(map[string]any)
	if !ok {
		return fmt.Errorf("read parameters %s: no such topic in pack %s", topic, p.name)
	}
	values := make(map[string]any, len(leaves))
	for name, leaf := range leaves {
		if fields, ok := leaf.(map[string]any); ok {
			values[name] = fields["value"]
		}
	}
	raw, err := json.Marshal(values)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("read parameters %s: %w", topic, err)
	}
	return nil
}

// Parameter is one parameter of the rules as people read it.
type Parameter struct {
	Value    any
	Unit     string
	Title    string
	Verified bool // against its source
}

// Parameter returns a parameter in force on asOf, named by its topic and its name, as in contract.reply_days, with the value of the
// county if it has one of its own. It returns an error for an unknown parameter and a date that no pack covers.
func (e *Engine) Parameter(name string, asOf nursery.Date, county string) (Parameter, error) {
	p, err := e.current.Load().packOn(asOf)
	if err != nil {
		return Parameter{}, fmt.Errorf("read parameter %s: %w", name, err)
	}
	leaf := leafAt(p.area(county).params, "params."+name)
	if leaf == nil {
		return Parameter{}, fmt.Errorf("read parameter %s: no such parameter in pack %s", name, p.name)
	}
	return parameterOf(leaf), nil
}

func parameterOf(leaf map[string]any) Parameter {
	found := Parameter{Value: leaf["value"]}
	found.Unit, _ = leaf["unit"].(string)
	found.Title, _ = leaf["title"].(string)
	found.Verified, _ = leaf["verified"].(bool)
	return found
}
