package nursery

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// classMost is the maximum length of a class name in characters.
const classMost = 40

// NormalClass returns the name of a class in the form in which it is stored and looked up: NFKC, so that a and Ａ are
// the same letter, without invisible characters, with one space between words and none at the ends or between Han
// characters.
func NormalClass(class string) string {
	text := []rune(norm.NFKC.String(class))
	seen := text[:0]
	for _, r := range text {
		switch {
		case isUnseen(r) || isSelector(r):
		case unicode.IsSpace(r):
			seen = append(seen, ' ')
		case r >= firstOfGB && r < firstOfGB+rune(len(encodedSince)):
			seen = append(seen, encodedSince[r-firstOfGB])
		default:
			seen = append(seen, r)
		}
	}
	return spaced(seen)
}

// ClassFault returns what is wrong with the name of a class, in Chinese, or "". Classes are named in URLs and in lists,
// so a name needs a letter or digit and may contain no URL delimiters.
func ClassFault(class string) string {
	if !utf8.ValidString(class) {
		return "班级名称的编码有误"
	}
	class = NormalClass(class)
	n := utf8.RuneCountInString(class)
	if n == 0 {
		return "请填写班级名称"
	}
	if n > classMost {
		return "班级名称不超过40个字"
	}
	letters := false
	for _, r := range class {
		letter := unicode.In(r, unicode.L, unicode.N)
		letters = letters || letter
		if !letter && !unicode.In(r, unicode.M, unicode.Co) && !strings.ContainsRune(" ·-_.()+&'、:，,（）", r) {
			return "班级名称只能用文字、数字、空格和 - _ · . ( ) 等符号，不能用斜线"
		}
	}
	if !letters {
		return "班级名称应含文字或数字"
	}
	return ""
}
