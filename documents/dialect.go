package documents

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The paper size and its margins, set in the form and in the style sheet alike: the service's own default is Letter.
const (
	paperWidth, paperHeight = "210mm", "297mm"
	marginTop, marginBottom = "19mm", "20mm"
	marginSide              = "21mm"
)

type formField struct{ name, value string }

// formFields returns the form fields of a job for a major version. Version 9 rejects unknown fields, so it receives
// only those that both versions have under one name, and its own list of stages; version 8 ignores newer fields.
func formFields(job Job, major int) ([]formField, error) {
	fields := []formField{
		{"paperWidth", paperWidth}, {"paperHeight", paperHeight},
		{"marginTop", marginTop}, {"marginBottom", marginBottom}, {"marginLeft", marginSide}, {"marginRight", marginSide},
		{"preferCssPageSize", "true"}, {"printBackground", "true"},
	}
	m := job.Metadata
	switch {
	case major == 8:
		// Otherwise a font that does not load would silently be replaced by one of the service.
		fields = append(fields, formField{"failOnResourceLoadingFailed", "true"}, formField{"generateTaggedPdf", "true"})
		if m != (Metadata{}) {
			data, err := json.Marshal(present(map[string]string{"Title": m.Title, "Author": m.Author, "Subject": m.Subject}))
			if err != nil {
				return nil, fmt.Errorf("write metadata: %w", err)
			}
			fields = append(fields, formField{"metadata", string(data)})
		}
	default:
		fields = append(fields, formField{"nativeTaggedPdf", "true"})
		if m != (Metadata{}) {
			stage := present(map[string]string{"title": m.Title, "author": m.Author, "subject": m.Subject})
			stage["op"] = "set-metadata"
			data, err := json.Marshal([]map[string]string{stage})
			if err != nil {
				return nil, fmt.Errorf("write metadata stage: %w", err)
			}
			fields = append(fields, formField{"stages", string(data)})
		}
	}
	return fields, nil
}

func present(m map[string]string) map[string]string {
	maps.DeleteFunc(m, func(_, v string) bool { return v == "" })
	return m
}

// majorOf returns the major version of an answer such as "8.25.1" or "v9.0.0"; 0 if it is neither 8 nor 9.
func majorOf(version string) int {
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(version), "v"), ".")
	major, err := strconv.Atoi(first)
	if err != nil || major < 8 || major > 9 {
		return 0
	}
	return major
}

func sortedKeys(m map[string][]byte) []string { return slices.Sorted(maps.Keys(m)) }
