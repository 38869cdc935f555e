package documents

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"tuoyu/nursery"
)

// PaperFunctions returns the functions that templates of procedures may call. They take what JSON was decoded into: a date is a
// text, a citation is a map, an amount is a number of fen. What is missing is printed as nothing.
func PaperFunctions() template.FuncMap {
	return template.FuncMap{
		"cite":      func(v any) (string, error) { return citation(v, Cite) },
		"citeShort": func(v any) (string, error) { return citation(v, citeShort) },
		"date":      longDate,
		"yuan":      yuan,
		"add":       func(a, b int) int { return a + b },
	}
}

func citation(v any, cite func(nursery.Citation) string) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("citation: %w", err)
	}
	var c nursery.Citation
	if err := json.Unmarshal(raw, &c); err != nil || c.Document == "" {
		return "", err
	}
	return cite(c), nil
}

func longDate(v any) (string, error) {
	switch d := v.(type) {
	case nursery.Date:
		return d.Long(), nil
	case string:
		day, err := nursery.ParseDate(d)
		if err != nil {
			return "", fmt.Errorf("date: %w", err)
		}
		return day.Long(), nil
	}
	return "", nil
}

// yuan returns an amount in fen as yuan with thousands separators, such as 40,000.00 元.
func yuan(v any) string {
	var fen int64
	switch n := v.(type) {
	case int64:
		fen = n
	case int:
		fen = int64(n)
	case float64:
		fen = int64(n)
	case *int64:
		if n == nil {
			return ""
		}
		fen = *n
	default:
		return ""
	}
	return Yuan(fen) + "元"
}

// Yuan returns an amount in fen in yuan, with two decimals and thousands separators.
func Yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	whole := fmt.Sprint(fen / 100)
	var groups []string
	for len(whole) > 3 {
		groups = append([]string{whole[len(whole)-3:]}, groups...)
		whole = whole[:len(whole)-3]
	}
	return sign + strings.Join(append([]string{whole}, groups...), ",") + fmt.Sprintf(".%02d", fen%100)
}
