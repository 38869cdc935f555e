package documents

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// level3 is the ideographs of GB 18030-2022 level 3: 〇, the unified ideographs and extensions A to F.
var level3 = [][2]rune{
	{0x3007, 0x3007},
	{0x4E00, 0x9FEF}, {0x3400, 0x4DB5}, {0x20000, 0x2A6D6}, {0x2A700, 0x2B734}, {0x2B740, 0x2B81D}, {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0},
}

// FontsForTest returns the fonts of this machine, closed when the test ends.
func FontsForTest(t testing.TB) *Fonts {
	t.Helper()
	fonts, err := LoadFonts(DefaultFontFiles())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := fonts.Close(); err != nil {
			t.Error(err)
		}
	})
	return fonts
}

func TestEveryIdeographOfLevel3CanBeDrawn(t *testing.T) {
	fonts := FontsForTest(t)
	n, common := 0, 0
	for _, block := range level3 {
		for r := block[0]; r <= block[1]; r++ {
			i, err := fonts.place(r)
			if err != nil {
				t.Errorf("no font draws U+%04X", r)
			}
			n++
			if i < 0 {
				common++
			}
		}
	}
	if n != 87876 {
		t.Errorf("looked at %d ideographs, want 87876", n)
	}
	if common < 20000 {
		t.Errorf("the text face draws %d ideographs, want the common 20000 at least", common)
	}
}

func TestRareFacesAreSentOnlyWhenNeeded(t *testing.T) {
	fonts := FontsForTest(t)
	files := func(text string) []string {
		faces, err := fonts.Faces(text)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range faces {
			names = append(names, f.File)
		}
		return names
	}
	for text, want := range map[string][]string{
		"":         {"text.ttf", "strong.ttf"},
		"托育机构备案回执": {"text.ttf", "strong.ttf"},
		"𬱖㛃𠅤䶮𫖯":    {"text.ttf", "strong.ttf"},
		"托育𠀍":      {"text.ttf", "strong.ttf", "rare2.ttf"},
	} {
		if got := files(text); !slices.Equal(got, want) {
			t.Errorf("faces of %q are %v, want %v", text, got, want)
		}
	}
}

func TestASubsetDrawsItsCharactersAsTheWholeFontDoes(t *testing.T) {
	fonts := FontsForTest(t)
	all := append([]*font{fonts.text, fonts.strong}, fonts.rare...)
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.SampledFrom(all).Draw(t, "font")
		run := rapid.SampledFrom(whole.runs)
		pick := rapid.Custom(func(t *rapid.T) rune {
			r := run.Draw(t, "run")
			return rapid.RuneFrom([]rune{r.first, r.last}).Draw(t, "rune")
		})
		runes := rapid.SliceOfN(pick, 1, 60).Draw(t, "runes")
		data, err := whole.subset(runes, "Test")
		if err != nil {
			t.Fatal(err)
		}
		if sum := checksum(data); sum != 0xB1B0AFBA {
			t.Fatalf("file checksum %08X, want B1B0AFBA", sum)
		}
		part, err := openFont(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range runes {
			sameGlyph(t, whole, part, whole.glyph(r), part.glyph(r))
		}
		sameGlyph(t, whole, part, 0, 0)
		if len(data) > 200_000 {
			t.Fatalf("%d characters take %d bytes", len(runes), len(data))
		}
	})
}

// sameGlyph compares outline and width; the components of a composite glyph are compared in turn, since their numbers
// differ.
func sameGlyph(t *rapid.T, whole, part *font, a, b uint16) {
	if a != 0 && b == 0 {
		t.Fatalf("glyph %d is lost", a)
	}
	want, err := whole.outline(a)
	if err != nil {
		t.Fatal(err)
	}
	got, err := part.outline(b)
	if err != nil {
		t.Fatal(err)
	}
	if wantWidth, gotWidth := width(t, whole, a), width(t, part, b); wantWidth != gotWidth {
		t.Fatalf("glyph %d is %d wide, want %d", a, gotWidth, wantWidth)
	}
	if len(want) >= 10 && want[0]&0x80 != 0 {
		if len(got) < len(want) || !bytes.Equal(got[:10], want[:10]) {
			t.Fatalf("composite glyph %d has another box", a)
		}
		return
	}
	if !bytes.HasPrefix(got, want) || len(bytes.Trim(got[len(want):], "\x00")) > 0 {
		t.Fatalf("glyph %d is drawn otherwise", a)
	}
}

func width(t *rapid.T, f *font, glyph uint16) int {
	hmtx, err := f.table("hmtx", 0)
	if err != nil {
		t.Fatal(err)
	}
	m := (&subsetter{font: f}).metrics(hmtx, int(glyph))
	return int(m[0])<<8 | int(m[1])
}

func TestAMissingFontFileNamesItsPackage(t *testing.T) {
	ff := DefaultFontFiles()
	ff.Dirs = []string{t.TempDir()}
	_, err := LoadFonts(ff)
	var missing *FontMissingError
	if !errors.As(err, &missing) || missing.File != "LXGWWenKai-Regular.ttf" {
		t.Fatalf("error %v, want the text face missing", err)
	}
	if !strings.Contains(err.Error(), "fonts-lxgw-wenkai") {
		t.Errorf("error %q does not name the package", err)
	}
}

func TestFilesThatAreNoTrueTypeFontAreRefused(t *testing.T) {
	dir := t.TempDir()
	whole, err := os.ReadFile(filepath.Join(DefaultFontFiles().Dirs[0], DefaultFontFiles().Text))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"empty": {}, "text": []byte("no font, but long enough to hold a header"), "collection": append([]byte("ttcf"), whole[4:4096]...),
		"cff": append([]byte("OTTO"), whole[4:4096]...), "cut": whole[:4096],
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadFonts(FontFiles{Dirs: []string{dir}, Text: name, Strong: name}); err == nil {
			t.Errorf("%s: no error", name)
		} else if !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %q does not name the file", name, err)
		}
	}
}

// Font files are read from the machine; a damaged one must result in an error, never in a panic.
func TestDamagedFontsNeverPanic(t *testing.T) {
	small, err := FontsForTest(t).text.subset([]rune("托A"), "Seed")
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	rapid.Check(t, func(t *rapid.T) {
		data := bytes.Clone(small)
		for range rapid.IntRange(1, 6).Draw(t, "changes") {
			data[rapid.IntRange(0, len(data)-1).Draw(t, "place")] = rapid.Byte().Draw(t, "byte")
		}
		f, err := openFont(bytes.NewReader(data))
		if err != nil {
			return
		}
		opened++
		for _, run := range f.runs[:min(len(f.runs), 20)] {
			_, _ = f.subset([]rune{run.first}, "Damaged") // a lost glyph may or may not be an error: only a panic matters
		}
	})
	if opened == 0 {
		t.Error("no damaged font could be opened, so nothing behind the header was tried")
	}
}
