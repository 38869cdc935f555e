package ui

import (
	"slices"
	"strings"
)

// OptionsOf returns the values that a field offers, also those of 是 and 否.
func OptionsOf(s FormSchema) []Option {
	list := slices.Clone(optionsOf(s))
	for _, g := range s.Groups {
		list = append(list, g.Options...)
	}
	return list
}

// CellText returns the value of a field of a form as a cell of a workbook: a choice by its title, an amount in yuan.
func CellText(a BoundForm, f FormSchema) string {
	var texts []string
	for _, v := range a.Values["/"+f.Name] {
		for _, o := range OptionsOf(f) {
			if o.Value == v {
				v = o.Label
			}
		}
		texts = append(texts, v)
	}
	return strings.Join(texts, "、")
}

// ReadCell returns the values in a form of what a cell of a workbook has. It reports false for a choice that is not offered.
func ReadCell(f FormSchema, text string) (values []string, ok bool) {
	text = strings.TrimSpace(text)
	options := OptionsOf(f)
	if text == "" || len(options) == 0 {
		return []string{text}, true
	}
	words := []string{text}
	if f.Kind == KindChoices {
		words = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、，,；;", r) })
	}
	for _, word := range words {
		i := slices.IndexFunc(options, func(o Option) bool { return o.Label == word || o.Value == word })
		if i < 0 {
			return nil, false
		}
		values = append(values, options[i].Value)
	}
	return values, true
}
