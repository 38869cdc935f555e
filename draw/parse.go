package draw

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Parse parses a published record. It returns an error for what two readers could interpret differently: a duplicate
// member, a member whose name differs from the published ones, even in case alone, and anything after the record.
func Parse(raw []byte) (Record, error) {
	var r Record
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := unambiguous(d, names()); err != nil {
		return r, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return r, errors.New("there is something after the record")
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, fmt.Errorf("decode record: %w", err)
	}
	return r, nil
}

// names returns the member names of a record.
func names() map[string]bool {
	full := Record{Pairs: []Assignment{{}}}
	full.Committed.Input = Input{Candidates: []Candidate{{}}, Exclusions: []Exclusion{{}}, Inspectors: []Inspector{{}}}
	raw, err := json.Marshal(full)
	if err != nil {
		panic("draw: " + err.Error())
	}
	all := map[string]bool{}
	var collect func(any)
	collect = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, member := range v {
				all[name] = true
				collect(member)
			}
		case []any:
			for _, element := range v {
				collect(element)
			}
		}
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		panic("draw: " + err.Error())
	}
	collect(tree)
	return all
}

// unambiguous reads one value from d and returns an error for a duplicate or unknown member.
func unambiguous(d *json.Decoder, known map[string]bool) error {
	token, err := d.Token()
	if err != nil {
		return fmt.Errorf("read record: %w", err)
	}
	open, _ := token.(json.Delim)
	if open != '{' && open != '[' {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return fmt.Errorf("read record: %w", err)
			}
			member := name.(string)
			if !known[member] || seen[member] {
				return fmt.Errorf("member %q is unknown or named twice", member)
			}
			seen[member] = true
		}
		if err := unambiguous(d, known); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil { // the end of the object or list
		return fmt.Errorf("read record: %w", err)
	}
	return nil
}
