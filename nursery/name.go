package nursery

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// nameMost is the maximum length of a name in characters. It allows for names in two scripts and for long ones.
const nameMost = 50

// middleDot is the standard separator 间隔号 between the parts of a name (GB/T 15834 4.14).
const middleDot = '·'

// separators are the characters that keyboards, registers and fonts use in place of the middle dot.
const separators = "·•‧∙⋅・･ㆍ·⸱᛫●"

// unseen are letters and marks that are invisible, in addition to those of category Cf.
const unseen = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"

// NormalName returns a person's name in the canonical form in which it is stored, compared and hashed: NFC, half-width
// letters, one middle dot between the parts, encoded ideographs in place of the private-use code points used before GB
// 18030-2022, no space between Han characters or beside a dot, no invisible characters. Every personal name that enters
// the system is normalized by it. The result need not be a valid name, see NameFault.
func NormalName(name string) string {
	return norm.NFC.String(spaced(shown(norm.NFC.String(name))))
}

// shown returns the text with each character in its canonical form and without invisible ones.
func shown(text string) []rune {
	out := make([]rune, 0, len(text))
	for _, r := range text {
		var before rune
		if len(out) > 0 {
			before = out[len(out)-1]
		}
		switch {
		case r == utf8.RuneError:
			out = append(out, r)
		case isUnseen(r) && !shapes(before, r), isSelector(r) && !shapes(before, r):
		case unicode.IsSpace(r):
			out = append(out, ' ')
		case strings.ContainsRune(separators, r):
			out = append(out, middleDot)
		case r == '’' || r == 'ʼ' || r == '‘':
			out = append(out, '\'')
		case r == '\u0f0c':
			out = append(out, '\u0f0b') // the tsheg between Tibetan syllables
		case r == '‐' || r == '‑':
			out = append(out, '-')
		case r >= '！' && r <= '～':
			out = append(out, r-'！'+'!')
		case r >= firstOfGB && r < firstOfGB+rune(len(encodedSince)):
			out = append(out, encodedSince[r-firstOfGB])
		default:
			out = append(out, r)
		}
	}
	return out
}

func isUnseen(r rune) bool { return unicode.Is(unicode.Cf, r) || strings.ContainsRune(unseen, r) }

func isSelector(r rune) bool { return unicode.Is(unicode.Variation_Selector, r) }

// shapes reports whether an invisible character changes the form of the letter before it, as the variation selectors of
// Mongolian and the joiners of Arabic and Indic scripts do.
func shapes(before, r rune) bool {
	switch r {
	case '\u180b', '\u180c', '\u180d', '\u180e', '\u180f':
		return unicode.Is(unicode.Mongolian, before)
	case '\u200c', '\u200d':
		return unicode.In(before, unicode.Arabic, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Tamil)
	}
	return false
}

// spaced returns the text with one space between words, and none at its ends, between Han characters or beside a dot. A
// full stop between Han characters is replaced by the dot.
func spaced(text []rune) string {
	out := make([]rune, 0, len(text))
	last := func() rune {
		if len(out) == 0 {
			return middleDot // nothing before it: no space
		}
		return out[len(out)-1]
	}
	for i := 0; i < len(text); i++ {
		r := text[i]
		next := rune(middleDot)
		for j := i + 1; j < len(text); j++ {
			if text[j] != ' ' {
				next = text[j]
				break
			}
		}
		switch {
		case r == '.' && isHan(last()) && isHan(next):
			out = append(out, middleDot)
		case r != ' ':
			out = append(out, r)
		case last() == ' ' || last() == middleDot || next == middleDot || isHan(last()) && isHan(next):
		case next == '.' && isHan(last()), last() == '.' && isHan(next):
		default:
			out = append(out, ' ')
		}
	}
	return manyDots.ReplaceAllString(string(out), "·")
}

var manyDots = regexp.MustCompile(`··+`)

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) || unicode.Is(unicode.Co, r) }

// NameKey returns the key by which names are compared and hashed, the same for every spelling of a name: the canonical
// form in lower case, without characters that only change the form of a letter.
func NameKey(name string) string {
	key := strings.Map(func(r rune) rune {
		if isUnseen(r) || isSelector(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, NormalName(name))
	return key
}

// SameName reports whether two names are the same, whatever their spelling.
func SameName(a, b string) bool { return NameKey(a) == NameKey(b) }

// NameFault returns what is wrong with a person's name, in Chinese, or "". Letters of any script are accepted, also
// rare ones in private use, with the punctuation used between the parts of a name.
func NameFault(name string) string {
	if !utf8.ValidString(name) {
		return "姓名的编码有误"
	}
	name = NormalName(name)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "请填写姓名"
	case n > nameMost:
		return "姓名不超过50个字"
	case strings.HasPrefix(name, "·") || strings.HasSuffix(name, "·"):
		return "间隔号应在姓名的两部分之间"
	}
	letters := false
	for _, r := range name {
		letter := unicode.In(r, unicode.L, unicode.Co, unicode.Radical) || r == '〇'
		letters = letters || letter
		if !letter && !unicode.In(r, unicode.M, unicode.Nd) && !strings.ContainsRune("·.-' \u0f0b", r) && !isUnseen(r) {
			return "姓名中有不能使用的符号"
		}
	}
	if !letters {
		return "姓名中没有文字"
	}
	return ""
}

// firstOfGB is the first of the private-use code points at which fonts of GBK and GB 18030-2000 hold the ideographs
// FE50 to FEA0, and encodedSince are their later code points in the same order (GB 18030-2022 annex D, Unicode 3.0 to
// 4.1).
const firstOfGB = '\ue815'

var encodedSince = []rune("" +
	"\u2e81\U00020087\U00020089\U000200cc\u2e84\u3473\u3447\u2e88\u2e8b\u9fb4\u359e\u361a\u360e\u2e8c\u2e97\u396e" +
	"\u3918\u9fb5\u39cf\u39df\u3a73\u39d0\u9fb6\u9fb7\u3b4e\u3c6e\u3ce0\u2ea7\U000215d7\u9fb8\u2eaa\u4056" +
	"\u415f\u2eae\u4337\u2eb3\u2eb6\u2eb7\U0002298f\u43b1\u43ac\u2ebb\u43dd\u44d6\u4661\u464c\u9fb9\u4723" +
	"\u4729\u477c\u478d\u2eca\u4947\u497a\u497d\u4982\u4983\u4985\u4986\u499f\u499b\u49b7\u49b6\u9fba" +
	"\U000241fe\u4ca3\u4c9f\u4ca0\u4ca1\u4c77\u4ca2\u4d13\u4d14\u4d15\u4d16\u4d17\u4d18\u4d19\u4dae\u9fbb")
