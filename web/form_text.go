package web

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// tidy returns a text as it is meant: without spaces around it, with the digits and letters that an input method wrote in
// full width as the usual ones. Numbers, dates and codes contain no other signs of full width either, and no spaces; a
// date may be written 2024年1月3日, 2024.1.3 or 2024/1/3.
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
		if cut := writtenDate.FindStringSubmatch(text); cut != nil {
			return fmt.Sprintf("%s-%02d-%02d", cut[1], AtoiOrZero(cut[2]), AtoiOrZero(cut[3]))
		}
	case KindText:
		if s.Name == "uscc" || s.Name == "phone" {
			return strings.ReplaceAll(text, " ", "")
		}
	}
	return text
}

var writtenDate = regexp.MustCompile(`^(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?$`)
