package nursery_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tuoyu/nursery"
)

const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

func TestParseUSCCOnPublicVectors(t *testing.T) {
	for _, in := range []string{
		"91350100M000100Y43", "52140403MJY000011D", "91140403MJY000011C", "12140403MJY000011H", "92140403MJY0000119",
	} {
		if got, err := nursery.ParseUSCC(in); err != nil || string(got) != in {
			t.Errorf("%s: got %q, %v", in, got, err)
		}
	}
	for in, code := range map[string]string{
		"91350100M000100Y4Z": "uscc.alphabet", "91350100M000100Y44": "uscc.check", "91350100M000100Y4": "uscc.length",
		"91350100M000100Y430": "uscc.length", "": "uscc.length", "91350100m000100Y43": "uscc.alphabet",
		" 1350100M000100Y43": "uscc.alphabet", "9135010OM000100Y43": "uscc.alphabet", "9135A100M000100Y43": "uscc.division",
		"９1350100M000100Y43": "uscc.alphabet", "托育托育托育托育托育托育托育托育托育": "uscc.alphabet",
	} {
		_, err := nursery.ParseUSCC(in)
		wantCode(t, in, err, code)
	}
	_, err := nursery.ParseUSCC("91350100M000100Y4Z")
	if !strings.Contains(err.Error(), "第18位") {
		t.Errorf("the message does not name the place: %v", err)
	}
}

func TestUSCCPartsAreThoseOfTheStandard(t *testing.T) {
	code, err := nursery.ParseUSCC("91350100M000100Y43")
	if err != nil {
		t.Fatal(err)
	}
	if code.Prefix() != "91" || code.Division() != "350100" || code.OrganisationCode() != "M000100Y4" {
		t.Errorf("got %s, %s, %s", code.Prefix(), code.Division(), code.OrganisationCode())
	}
	if short := nursery.USCC("9135"); short.Prefix()+short.Division()+short.OrganisationCode() != "" {
		t.Error("a code too short has parts")
	}
}

func TestOrganisationCodeCheck(t *testing.T) {
	for code, want := range map[string]bool{
		"M000100Y4": true, "M000100Y3": false, "M000100Y": false, "M000100y4": false, "": false,
		"00000000X": false, "000000000": true,
		"MBB0100Y4": true, // 0 and B differ by 11 in value, which modulo 11 does not detect
	} {
		if got := nursery.OrganisationCodeValid(code); got != want {
			t.Errorf("%q: got %t, want %t", code, got, want)
		}
	}
}

func TestMakeUSCCBuildsTheKnownCode(t *testing.T) {
	if got, err := nursery.MakeUSCC("91", "350100", "M000100Y"); err != nil || got != "91350100M000100Y43" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, c := range []struct{ prefix, division, body, code string }{
		{"9", "350100", "M000100Y", "uscc.parts"}, {"91", "35010", "M000100Y", "uscc.parts"},
		{"91", "350100", "M000100", "uscc.parts"}, {"91", "350100", "M00010OY", "uscc.alphabet"},
		{"91", "35010A", "M000100Y", "uscc.division"},
	} {
		_, err := nursery.MakeUSCC(c.prefix, c.division, c.body)
		wantCode(t, c.prefix+c.division+c.body, err, c.code)
	}
}

func anyUSCC() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		code, err := nursery.MakeUSCC(
			rapid.SampledFrom([]string{"11", "12", "51", "52", "53", "91", "92", "93", "81", "Y1"}).Draw(t, "prefix"),
			rapid.StringMatching(`14\d{4}`).Draw(t, "division"),
			rapid.StringMatching(`[0-9A-HJ-NP-RTUW-Y]{8}`).Draw(t, "body"))
		if err != nil {
			t.Fatalf("make a code: %v", err)
		}
		return string(code)
	})
}

func TestMadeUSCCPassesBothChecks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code, err := nursery.ParseUSCC(anyUSCC().Draw(t, "code"))
		if err != nil || !nursery.OrganisationCodeValid(code.OrganisationCode()) {
			t.Fatalf("%s: %v, organisation code %s", code, err, code.OrganisationCode())
		}
	})
}

func TestEveryWrongCharacterOfAUSCCIsCaught(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := []byte(anyUSCC().Draw(t, "code"))
		for i, right := range code {
			for _, wrong := range []byte(usccAlphabet) {
				if wrong == right {
					continue
				}
				code[i] = wrong
				if _, err := nursery.ParseUSCC(string(code)); err == nil {
					t.Fatalf("%s: %c for %c at %d went unnoticed", code, wrong, right, i+1)
				}
			}
			code[i] = right
		}
	})
}

func TestEveryExchangeInAUSCCButFirstWithLastIsCaught(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := []byte(anyUSCC().Draw(t, "code"))
		for i := range code {
			for j := range i {
				if code[i] == code[j] {
					continue
				}
				code[i], code[j] = code[j], code[i]
				_, err := nursery.ParseUSCC(string(code))
				if blind := j == 0 && i == 17; (err == nil) != blind {
					t.Fatalf("%s: exchange of %d and %d: got %v", code, j+1, i+1, err)
				}
				code[i], code[j] = code[j], code[i]
			}
		}
	})
}
