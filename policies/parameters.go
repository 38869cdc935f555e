package policies

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"tuoyu/nursery"
)

// parameter is an object with a "value" somewhere under params. direction is the direction in which a value is
// stricter, and so in which a county may change it.
type parameter struct {
	path     string
	rules    []string
	verified bool
	basis    []nursery.Citation // of the overlay that set it; none for the base value
}

// overlay is the changes of a county: {"params": {"topic": {"name": {"value": …, "basis": {…}}}}}.
type overlay struct {
	County string
	Params map[string]any
}

// readParameters walks params and validates every leaf.
func readParameters(params map[string]any) ([]parameter, error) {
	var found []parameter
	err := walkParameters("params", params, func(path string, leaf map[string]any) error {
		p := parameter{path: path}
		verified, ok := leaf["verified"].(bool)
		if !ok {
			return fmt.Errorf("parameter %s: verified must be true or false", path)
		}
		p.verified = verified
		if unit, _ := leaf["unit"].(string); unit == "" {
			return fmt.Errorf("parameter %s: no unit", path)
		}
		switch direction, _ := leaf["direction"].(string); direction {
		case "max", "min":
			if leaf["value"] == nil { // not set; an overlay sets what a county has published
				break
			}
			if _, err := number(leaf["value"]); err != nil {
				return fmt.Errorf("parameter %s: %w", path, err)
			}
		case "add":
			if _, ok := leaf["value"].([]any); !ok {
				return fmt.Errorf("parameter %s: value must be a list, since it may only grow", path)
			}
		case "fixed":
		default:
			return fmt.Errorf("parameter %s: direction %q, want max, min, add or fixed", path, direction)
		}
		switch rule := leaf["rule"].(type) {
		case string:
			p.rules = []string{rule}
		case []any:
			for _, r := range rule {
				id, _ := r.(string)
				p.rules = append(p.rules, id)
			}
		}
		if len(p.rules) == 0 || slices.Contains(p.rules, "") {
			return fmt.Errorf("parameter %s: rule must name the rule that uses it", path)
		}
		found = append(found, p)
		return nil
	})
	return found, err
}

func walkParameters(path string, tree map[string]any, visit func(string, map[string]any) error) error {
	if _, ok := tree["value"]; ok {
		return visit(path, tree)
	}
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		branch, ok := tree[name].(map[string]any)
		if !ok {
			return fmt.Errorf("parameter %s.%s: want an object with a value", path, name)
		}
		if err := walkParameters(path+"."+name, branch, visit); err != nil {
			return err
		}
	}
	return nil
}

// mergeOverlay returns a copy of params with the county's values, and the parameters it set. It returns an error,
// naming parameter and county, for a value looser than the base: a county may add and tighten, never loosen.
func mergeOverlay(params map[string]any, o overlay) (map[string]any, []parameter, error) {
	merged := deepCopy(params)
	var set []parameter
	err := walkParameters("params", o.Params, func(path string, change map[string]any) error {
		leaf := leafAt(merged, path)
		if leaf == nil {
			return fmt.Errorf("overlay of county %s: no parameter %s", o.County, path)
		}
		value, err := tighten(leaf, change["value"])
		if err != nil {
			return fmt.Errorf("overlay of county %s: parameter %s: %w", o.County, path, err)
		}
		basis, err := citations(change["basis"])
		if err == nil {
			err = mayFail(basis)
		}
		if err != nil {
			return fmt.Errorf("overlay of county %s: parameter %s: %w", o.County, path, err)
		}
		leaf["value"] = value
		found, err := readParameters(map[string]any{"leaf": leaf})
		if err != nil {
			return fmt.Errorf("overlay of county %s: %w", o.County, err)
		}
		p := found[0]
		p.path, p.basis = path, basis
		set = append(set, p)
		return nil
	})
	return merged, set, err
}

// tighten returns the effective value if a county sets a value, or an error if it is looser.
func tighten(leaf map[string]any, value any) (any, error) {
	base := leaf["value"]
	switch leaf["direction"] {
	case "add":
		more, ok := value.([]any)
		if !ok {
			return nil, errors.New("want a list of what to add")
		}
		all := slices.Clone(base.([]any))
		for _, item := range more {
			if !slices.ContainsFunc(all, func(have any) bool { return reflect.DeepEqual(have, item) }) {
				all = append(all, item)
			}
		}
		return all, nil
	case "fixed":
		if !reflect.DeepEqual(base, value) {
			return nil, fmt.Errorf("%v is fixed, a county cannot make it %v", base, value)
		}
		return value, nil
	}
	if base == nil {
		_, err := number(value)
		return value, err
	}
	have, err := number(base)
	if err != nil {
		return nil, err
	}
	want, err := number(value)
	if err != nil {
		return nil, err
	}
	if leaf["direction"] == "max" && want > have || leaf["direction"] == "min" && want < have {
		return nil, fmt.Errorf("%v is looser than %v, a county may only tighten", value, base)
	}
	return value, nil
}

func leafAt(params map[string]any, path string) map[string]any {
	node := map[string]any{"params": params}
	for _, name := range strings.Split(path, ".") {
		next, ok := node[name].(map[string]any)
		if !ok {
			return nil
		}
		node = next
	}
	if _, ok := node["value"]; !ok {
		return nil
	}
	return node
}

func number(v any) (float64, error) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, fmt.Errorf("value %v is no number", v)
	}
	return n.Float64()
}

func deepCopy(tree map[string]any) map[string]any {
	out := make(map[string]any, len(tree))
	for k, v := range tree {
		if branch, ok := v.(map[string]any); ok {
			v = deepCopy(branch)
		}
		out[k] = v
	}
	return out
}
