package nursery_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"tuoyu/nursery"
)

func TestANameHasOneForm(t *testing.T) {
	for written, want := range map[string]string{
		"阿依·同点": "阿依·同点", "阿依•同点": "阿依·同点", "阿依‧同点": "阿依·同点", "阿依・同点": "阿依·同点", "阿依ㆍ同点": "阿依·同点",
		"阿依･同点": "阿依·同点", "阿依．同点": "阿依·同点", "阿依.同点": "阿依·同点", "阿依∙同点": "阿依·同点", "阿依 · 同点": "阿依·同点",
		"阿依··同点": "阿依·同点", "阿依 . 同点": "阿依·同点",
		"张 四": "张四", "张　四": "张四", " 张四\t": "张四", "张\n四": "张四", "张\u00a0四": "张四", "\ufeff张\u200b四\u202e": "张四", "葛\U000e0100某": "葛某",
		"䶮": "䶮", "\ue863": "䶮", "\ue863 某": "䶮某", "\ue81e": "龴", "\ue864": "龻", "\ue816": "\U00020087", "〇某": "〇某", "\u3164某": "某",
		"ANNA  SMITH": "ANNA SMITH", "Ａｎｎａ Ｓｍｉｔｈ": "Anna Smith", "J. Smith": "J. Smith", "O’Neil": "O'Neil", "Zoe\u0308": "Zoë", "Ann\u00adMarie": "AnnMarie",
		"张Anna": "张Anna", "张 Anna": "张 Anna", "ئايگۈل": "ئايگۈل", "བསོད་ནམས": "བསོད་ནམས", "ᠪᠠᠭ\u180bᠠ": "ᠪᠠᠭ\u180bᠠ", "ꀀꂿ": "ꀀꂿ",
	} {
		require.Equal(t, want, nursery.NormalName(written), "%+q", written)
		require.Empty(t, nursery.NameFault(written), "%+q", written)
	}
}

func TestTheOneFormOfANameStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom([]string{"阿", "依", "·", "•", ".", " ", "　", "a", "Ｂ", "\u200b", "\ue863", "〇", "-", "'"})).Draw(t, "parts")
		once := nursery.NormalName(strings.Join(parts, ""))
		if twice := nursery.NormalName(once); twice != once {
			t.Fatalf("%q becomes %q", once, twice)
		}
	})
}

func TestTwoWritingsAreOneName(t *testing.T) {
	for a, b := range map[string]string{
		"阿依·同点": "阿依•同点", "䶮某": "\ue863某", "张 四": "张四", "ANNA SMITH": "Anna Smith", "ᠪᠠᠭ\u180bᠠ": "ᠪᠠᠭᠠ", "葛\ufe00某": "葛某",
	} {
		require.True(t, nursery.SameName(a, b), "%+q %+q", a, b)
	}
	for a, b := range map[string]string{"阿依·同点": "阿依同点", "张四": "张三", "Anna Smith": "AnnaSmith"} {
		require.False(t, nursery.SameName(a, b), "%+q %+q", a, b)
	}
}

// The ideographs FE50 to FEA0 of GB 18030, as far as the library's encoder knows their later code points.
func TestPrivateUseCodePointsBecomeTheIdeographsThatStandForTheSameBytes(t *testing.T) {
	private, known := rune(0xe815), 0
	for trail := byte(0x50); trail <= 0xa0; trail++ {
		if trail == 0x7f {
			continue
		}
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes([]byte{0xfe, trail})
		require.NoError(t, err)
		if r := []rune(string(decoded))[0]; (r < 0xe000 || r > 0xf8ff) && r != utf8.RuneError {
			require.Equal(t, string(r), nursery.NormalName(string(private)), "FE%02X", trail)
			known++
		}
		private++
	}
	require.Greater(t, known, 60)
}

func TestTheNameOfAClassHasOneForm(t *testing.T) {
	for written, want := range map[string]string{
		"托小班": "托小班", " 托 小 班 ": "托小班", "ａ班": "a班", "托小Ａ班": "托小A班", "乳儿\u200b班": "乳儿班", "Class  1": "Class 1", "①班": "1班",
		"小一班（上午）": "小一班(上午)", "1-2班": "1-2班",
	} {
		require.Equal(t, want, nursery.NormalClass(written), "%+q", written)
		require.Empty(t, nursery.ClassFault(written), "%+q", written)
	}
	for _, wrong := range []string{
		"", " ", "　", ".", "..", "...", "-", "\u200b", "\u3164", "\u2800", "小班/一", `小班\一`, "小班?一", "小班#一", "50%", "<b>", "小班\x00", "\xff",
		strings.Repeat("班", 41), "·", "✅班",
	} {
		require.NotEmpty(t, nursery.ClassFault(wrong), "%+q", wrong)
	}
}
