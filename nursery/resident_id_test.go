package nursery_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tuoyu/nursery"
)

func TestParseResidentIDReadsWhatTheNumberSays(t *testing.T) {
	for _, c := range []struct {
		in, want, birth string
		sex             nursery.Sex
		kind            nursery.ResidentIDKind
	}{
		{"11010519491231002X", "11010519491231002X", "1949-12-31", nursery.Female, nursery.ResidentCitizen},
		{"11010519491231002x", "11010519491231002X", "1949-12-31", nursery.Female, nursery.ResidentCitizen},
		{"440524188001010014", "440524188001010014", "1880-01-01", nursery.Male, nursery.ResidentCitizen},
		{"14040219900228012X", "14040219900228012X", "1990-02-28", nursery.Female, nursery.ResidentCitizen}, // 城区, gone since 2018
		{"140403202402290061", "140403202402290061", "2024-02-29", nursery.Female, nursery.ResidentCitizen},
		{"810000199506150033", "810000199506150033", "1995-06-15", nursery.Male, nursery.ResidentHongKong},
		{"820000199506150027", "820000199506150027", "1995-06-15", nursery.Female, nursery.ResidentMacau},
		{"830000200101010015", "830000200101010015", "2001-01-01", nursery.Male, nursery.ResidentTaiwan},
		{"914156198808080034", "914156198808080034", "1988-08-08", nursery.Male, nursery.ResidentForeign},
	} {
		id, err := nursery.ParseResidentID(c.in)
		if err != nil || string(id) != c.want {
			t.Errorf("%s: got %q, %v", c.in, string(id), err)
			continue
		}
		if id.Birth().String() != c.birth || id.Sex() != c.sex || id.Kind() != c.kind || id.Division() != c.in[:6] {
			t.Errorf("%s: got %s, %s, %s, %s", c.in, id.Birth(), id.Sex(), id.Kind(), id.Division())
		}
	}
}

func TestParseResidentIDSaysWhatIsWrongWithoutRepeatingIt(t *testing.T) {
	for in, code := range map[string]string{
		"":                    "resident_id.length",
		"110105491231002":     "resident_id.length", // the old fifteen digits ended in 2013
		"110105194912310021X": "resident_id.length",
		"1101051949123X002X":  "resident_id.characters",
		"11010519491231002Y":  "resident_id.characters",
		"１10105194912310021":  "resident_id.characters",
		"710000199001010015":  "resident_id.division",
		"000105194912310021":  "resident_id.division",
		"810101199506150033":  "resident_id.division",
		"140403199002300019":  "resident_id.birth",
		"440524179901010013":  "resident_id.birth",
		"110105194912310021":  "resident_id.check",
		"440524188001010041":  "resident_id.check",
	} {
		_, err := nursery.ParseResidentID(in)
		wantCode(t, in, err, code)
		if in != "" && strings.Contains(err.Error(), in) {
			t.Errorf("the error repeats the number: %v", err)
		}
	}
}

func TestMakeResidentID(t *testing.T) {
	if id, err := nursery.MakeResidentID("110105", day(t, "1949-12-31"), 2); err != nil || string(id) != "11010519491231002X" {
		t.Errorf("got %q, %v", string(id), err)
	}
	birth := day(t, "1990-02-28")
	for name, err := range map[string]error{
		"short division": makeIDError("1404", birth, 1), "letters": makeIDError("14040A", birth, 1),
		"no birth": makeIDError("140403", nursery.Date{}, 1), "sequence 0": makeIDError("140403", birth, 0),
		"sequence 1000": makeIDError("140403", birth, 1000),
	} {
		wantCode(t, name, err, "resident_id.parts")
	}
	wantCode(t, "no such province", makeIDError("990403", birth, 1), "resident_id.division")
}

func makeIDError(division string, birth nursery.Date, sequence int) error {
	_, err := nursery.MakeResidentID(division, birth, sequence)
	return err
}

func TestResidentIDShowsItselfMasked(t *testing.T) {
	id := nursery.ResidentID("11010519491231002X")
	var text, structured bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("checked", "id", id)
	slog.New(slog.NewJSONHandler(&structured, nil)).Info("checked", "id", id)
	for name, got := range map[string]string{
		"printed": fmt.Sprint(id), "formatted": fmt.Sprintf("%v %s %q", id, id, id), "wrapped": fmt.Errorf("check %s", id).Error(),
		"text log": text.String(), "JSON log": structured.String(),
	} {
		if !strings.Contains(got, "11**************2X") || strings.Contains(got, "1949") {
			t.Errorf("%s: got %s", name, got)
		}
	}
	if got := nursery.ResidentID("1101051949").String(); got != "**********" {
		t.Errorf("half a number: got %s", got)
	}
}

func anyResidentID() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		id, err := nursery.MakeResidentID(rapid.SampledFrom([]string{"140403", "140402", "110105", "510100", "810000", "830000", "914156"}).Draw(t, "division"),
			anyDate().Draw(t, "birth"), rapid.IntRange(1, 999).Draw(t, "sequence"))
		if err != nil {
			t.Fatalf("make a number: %v", err)
		}
		return string(id)
	})
}

func TestEveryWrongCharacterOfAResidentIDIsCaught(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := []byte(anyResidentID().Draw(t, "id"))
		for i, right := range id {
			for _, wrong := range []byte("0123456789X") {
				if wrong == right {
					continue
				}
				id[i] = wrong
				if _, err := nursery.ParseResidentID(string(id)); err == nil {
					t.Fatalf("%s: %c for %c at %d went unnoticed", string(id), wrong, right, i+1)
				}
			}
			id[i] = right
		}
	})
}

func TestEveryExchangeOfNeighboursInAResidentIDIsCaught(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := []byte(anyResidentID().Draw(t, "id"))
		for i := 1; i < len(id); i++ {
			if id[i] == id[i-1] {
				continue
			}
			id[i], id[i-1] = id[i-1], id[i]
			if _, err := nursery.ParseResidentID(string(id)); err == nil {
				t.Fatalf("%s: exchange of %d and %d went unnoticed", string(id), i, i+1)
			}
			id[i], id[i-1] = id[i-1], id[i]
		}
	})
}
