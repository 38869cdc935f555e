package ui

import (
	"strconv"
	"strings"

	"tuoyu/documents"
	"tuoyu/nursery"
)

// shown writes any value the rules saw or asked for.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "是"
		}
		return "否"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return knownWord(v)
	case []any:
		words := make([]string, len(v))
		for i, item := range v {
			words[i] = shown(item)
		}
		return strings.Join(words, "、")
	case map[string]any:
		return ""
	}
	return ""
}

// seenAndAsked returns the value that a rule found and the value it requires; "" if the reason has neither.
func seenAndAsked(r nursery.Reason) string {
	var parts []string
	if seen := shown(r.Seen); seen != "" {
		parts = append(parts, "所见："+seen)
	}
	if limit := shown(r.Limit); limit != "" {
		parts = append(parts, "要求："+limit)
	}
	return strings.Join(parts, "；")
}

// Citations writes the citations of a reason one after the other.
func Citations(basis []nursery.Citation) string {
	texts := make([]string, len(basis))
	for i, c := range basis {
		texts[i] = documents.Cite(c)
	}
	return strings.Join(texts, "；")
}

// QRCode draws a link as a QR code.
func QRCode(link string) string {
	drawn, err := documents.QR(link)
	if err != nil {
		return "" // a link of ours is never too long
	}
	return string(drawn)
}
