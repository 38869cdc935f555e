package ui

import (
	"strings"
	"unicode"

	"tuoyu/nursery"
)

// tidy returns a text as it is meant: without spaces around it, with the digits and letters that an input method wrote in
// full width as the usual ones. Numbers, dates and codes contain no other signs of full width either, and no spaces; a
// date may be written in each way that nursery.ReadDate reads.
func tidy(s FormSchema, text string) string {
	folded := func(r rune) bool { return true }
	switch s.Kind {
	case KindText, KindArea, KindTexts:
		if s.Name != "uscc" && s.Name != "phone" {
			folded = func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
		}
	}
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\u3000':
			return ' '
		case '\uff01' <= r && r <= '\uff5e' && folded(r):
			return r - 0xfee0
		}
		return r
	}, text))
	switch s.Kind {
	case KindWhole, KindDecimal, KindMoney:
		return strings.NewReplacer(",", "", " ", "").Replace(text)
	case KindDate:
		if d, err := nursery.ReadDate(text); err == nil { // what is no date is refused where the form is checked
			return d.String()
		}
	case KindText:
		if s.Name == "uscc" || s.Name == "phone" {
			return strings.ReplaceAll(text, " ", "")
		}
	}
	return text
}
