package nursery

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Changes returns the differences between two applications as sorted JSON Pointers. Elements of lists are addressed by
// their key, as in the rules: /classes/c1/seats, /staff/s-03/health_passed, /papers/fire_proof,
// /papers/staff_health/s-03. An element that was added or removed is addressed as a whole.
func Changes(before, after Application) ([]string, error) {
	was, err := tree(before)
	if err != nil {
		return nil, err
	}
	is, err := tree(after)
	if err != nil {
		return nil, err
	}
	var changed []string
	diff("", was, is, &changed)
	slices.Sort(changed)
	return slices.Compact(changed), nil
}

// Covers reports whether the pointer path is equal to or below one of the open pointers.
func Covers(open []string, path string) bool {
	for _, o := range open {
		if path == o || strings.HasPrefix(path, strings.TrimSuffix(o, "/")+"/") || o == "" {
			return true
		}
	}
	return false
}

func tree(a Application) (any, error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("encode application: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, fmt.Errorf("decode application: %w", err)
	}
	return v, nil
}

func diff(path string, was, is any, changed *[]string) {
	wasMap, wasIsMap := was.(map[string]any)
	isMap, isIsMap := is.(map[string]any)
	if wasList, ok := was.([]any); ok {
		if keyed, ok := byKey(path, wasList); ok {
			wasMap, wasIsMap = keyed, true
		}
	}
	if isList, ok := is.([]any); ok {
		if keyed, ok := byKey(path, isList); ok {
			isMap, isIsMap = keyed, true
		}
	}
	switch {
	case wasIsMap && isIsMap, wasIsMap && is == nil && keyedList(path), isIsMap && was == nil && keyedList(path):
		for k := range union(wasMap, isMap) {
			w, hadIt := wasMap[k]
			n, hasIt := isMap[k]
			if hadIt && hasIt || keyedList(path+"/"+k) {
				diff(path+"/"+k, w, n, changed)
			} else {
				*changed = append(*changed, path+"/"+k)
			}
		}
	default:
		if fmt.Sprint(was) != fmt.Sprint(is) {
			*changed = append(*changed, path)
		}
	}
}

func union(a, b map[string]any) map[string]struct{} {
	keys := make(map[string]struct{}, len(a)+len(b))
	for k := range a {
		keys[k] = struct{}{}
	}
	for k := range b {
		keys[k] = struct{}{}
	}
	return keys
}

// listKeys maps each list to the fields that form the key of its elements.
var listKeys = map[string][]string{
	"/classes": {"id"}, "/staff": {"number"}, "/premises/rooms": {"id"}, "/papers": {"kind", "staff", "name"},
}

func keyedList(path string) bool { return listKeys[path] != nil }

// NamesElement reports whether a field is part of the key of a list's elements, so that changing it makes another
// element.
func NamesElement(list, field string) bool { return slices.Contains(listKeys[list], field) }

// ElementNames returns the names of the elements of the list at a JSON Pointer, in their order, as Changes writes them.
// Elements with the same key are made distinct by a suffix, and an element with no key field has the name "". It
// returns nil for a list whose elements have no keys.
func ElementNames(list string, elements int, field func(element int, name string) string) []string {
	if !keyedList(list) {
		return nil
	}
	names := make([]string, 0, elements)
	for element := range elements {
		var parts []string
		for _, name := range listKeys[list] {
			if v := field(element, name); v != "" {
				parts = append(parts, v)
			}
		}
		name := strings.Join(parts, "/")
		for n := 2; slices.Contains(names, name); n++ {
			name = fmt.Sprintf("%s/%d", strings.Join(parts, "/"), n)
		}
		names = append(names, name)
	}
	return names
}

// byKey converts a list of elements with keys into a map.
func byKey(path string, list []any) (map[string]any, bool) {
	if slices.ContainsFunc(list, func(element any) bool { _, ok := element.(map[string]any); return !ok }) {
		return nil, false
	}
	names := ElementNames(path, len(list), func(element int, name string) string {
		text, _ := list[element].(map[string]any)[name].(string)
		return text
	})
	if names == nil {
		return nil, false
	}
	keyed := make(map[string]any, len(list))
	for i, name := range names {
		keyed[name] = list[i]
	}
	return keyed, true
}
