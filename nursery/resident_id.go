package nursery

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"
)

// ResidentID is a citizen identity number (居民身份证号, GB 11643-1999): six digits of division, the birth date, three of
// sequence and a check. Residence permits for people from Hong Kong, Macau and Taiwan (港澳台居民居住证, prefixes 81, 82, 83)
// and foreigners' permanent residence cards of 18 digits (外国人永久居留身份证, first digit 9) have the same structure and are
// included. It is sensitive personal data: it prints and logs masked, and only string(id) returns all of it.
type ResidentID string

// ResidentIDKind is the kind of card an identity number belongs to.
type ResidentIDKind string

// The cards that carry a ResidentID.
const (
	ResidentCitizen  ResidentIDKind = "citizen"  // 居民身份证
	ResidentHongKong ResidentIDKind = "hongkong" // 港澳台居民居住证, Hong Kong
	ResidentMacau    ResidentIDKind = "macau"    // 港澳台居民居住证, Macau
	ResidentTaiwan   ResidentIDKind = "taiwan"   // 港澳台居民居住证, Taiwan
	ResidentForeign  ResidentIDKind = "foreign"  // 外国人永久居留身份证
)

// Sex is the sex encoded in an identity number (性别).
type Sex string

// The two values of Sex.
const (
	Male   Sex = "male"
	Female Sex = "female"
)

const residentIDLength = 18

// residentProvinces are the first two digits of every province-level division of GB/T 2260 that issues cards.
const residentProvinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 " +
	"50 51 52 53 54 61 62 63 64 65"

// ParseResidentID checks the form, the province, the birth date and the check character of s and returns it with a
// capital X. Of the division only the province is checked: the code is that of the place at the time of issue, and
// districts renamed or merged since remain valid. The error is an *InvalidError with code resident_id.length,
// resident_id.characters, resident_id.division, resident_id.birth or resident_id.check; it never contains the number.
//
// The check is ISO 7064 MOD 11-2. The weights are powers of 2 modulo the prime 11, so every single wrong digit and
// every transposition of two neighbours is detected.
func ParseResidentID(s string) (ResidentID, error) {
	if n := utf8.RuneCountInString(s); n != residentIDLength {
		return "", invalid("resident_id.length", fmt.Sprintf("身份证号应为18位,现为%d位", n))
	}
	s = upperASCII(s)
	if len(s) != residentIDLength || !digits(s[:17]) || !digits(s[17:]) && s[17] != 'X' {
		return "", invalid("resident_id.characters", "身份证号前17位应为数字,末位为数字或X")
	}
	id := ResidentID(s)
	if id.Kind() == "" {
		return "", invalid("resident_id.division", "身份证号的地区码不存在")
	}
	if !id.Birth().Valid() || id.Birth().Year < 1800 {
		return "", invalid("resident_id.birth", "身份证号中的出生日期不存在")
	}
	if s[17] != residentIDCheck(s[:17]) {
		return "", invalid("resident_id.check", "身份证号校验位不符,请对照证件逐位核对")
	}
	return id, nil
}

// MakeResidentID builds a valid number for fixtures from six digits of division, a birth date and a sequence of 1 to
// 999, odd for a man and even for a woman. The error is that of ParseResidentID or has code resident_id.parts.
func MakeResidentID(division string, birth Date, sequence int) (ResidentID, error) {
	if len(division) != 6 || !digits(division) || !birth.Valid() || sequence < 1 || sequence > 999 {
		return "", invalid("resident_id.parts", "身份证号由6位地区码、出生日期和1至999的顺序码组成")
	}
	stem := fmt.Sprintf("%s%04d%02d%02d%03d", division, birth.Year, int(birth.Month), birth.Day, sequence)
	return ParseResidentID(stem + string(residentIDCheck(stem)))
}

// Kind returns the kind of card the number belongs to, or "" if no card has its division.
func (id ResidentID) Kind() ResidentIDKind {
	switch division := id.Division(); {
	case division == "":
		return ""
	case division == "810000":
		return ResidentHongKong
	case division == "820000":
		return ResidentMacau
	case division == "830000":
		return ResidentTaiwan
	case division[0] == '9' && provinceIssuesCards(division[1:3]):
		return ResidentForeign
	case provinceIssuesCards(division[:2]):
		return ResidentCitizen
	default:
		return ""
	}
}

// Division returns the first six digits: for a citizen the county of first registration as coded at that time, for a
// foreigner 9, the province of acceptance and the numeric code of the nationality.
func (id ResidentID) Division() string {
	if len(id) != residentIDLength {
		return ""
	}
	return string(id[:6])
}

// Birth returns the birth date, or the zero Date if the number contains none.
func (id ResidentID) Birth() Date {
	if len(id) != residentIDLength {
		return Date{}
	}
	birth, err := ParseDate(string(id[6:10] + "-" + id[10:12] + "-" + id[12:14]))
	if err != nil {
		return Date{}
	}
	return birth
}

// Sex returns the sex encoded in the seventeenth digit, or "" if the number has none.
func (id ResidentID) Sex() Sex {
	switch {
	case len(id) != residentIDLength:
		return ""
	case (id[16]-'0')%2 == 1:
		return Male
	default:
		return Female
	}
}

// String masks all but the province and the last two characters, so that printing a number by accident identifies
// nobody.
func (id ResidentID) String() string {
	if len(id) != residentIDLength {
		return strings.Repeat("*", min(len(id), residentIDLength))
	}
	return string(id[:2]) + strings.Repeat("*", 14) + string(id[16:])
}

// LogValue masks the number in every slog handler.
func (id ResidentID) LogValue() slog.Value { return slog.StringValue(id.String()) }

func provinceIssuesCards(code string) bool {
	return strings.Contains(residentProvinces, code)
}

func residentIDCheck(stem string) byte {
	sum := 0
	for _, c := range []byte(stem) {
		sum = (sum + int(c-'0')) * 2 % 11
	}
	return "10X98765432"[sum]
}
