package documents

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode"
)

// FontFiles names the fonts of the documents and the directories that contain them. All must be static TrueType files:
// a collection (.ttc) is embedded as Type 3 by Chromium, with pages four times the size and poor text extraction.
type FontFiles struct {
	Dirs   []string // searched in order
	Text   string   // running text
	Strong string   // titles and emphasis, the same design
	Rare   []string // for characters that the first two lack, tried in order
}

// DefaultFontFiles returns 霞鹜文楷 for text and 花園明朝 for rare characters, in the directories used by Debian. 花園明朝
// covers the ideographs up to extension F, and so every character that GB 18030-2022 level 3 allows in a registered
// name.
func DefaultFontFiles() FontFiles {
	return FontFiles{
		Dirs:   []string{"/usr/share/fonts/truetype/lxgw-wenkai", "/usr/share/fonts/truetype/hanazono"},
		Text:   "LXGWWenKai-Regular.ttf",
		Strong: "LXGWWenKai-Bold.ttf",
		Rare:   []string{"HanaMinA.ttf", "HanaMinB.ttf"},
	}
}

var fontPackages = map[string]string{"LXGWWenKai": "fonts-lxgw-wenkai", "HanaMin": "fonts-hanazono"}

// FontMissingError is the error for a font file that is in none of the directories.
type FontMissingError struct {
	File string
	Dirs []string
}

// Error names the file, the directories and, for the default fonts, the Debian package that installs it.
func (e *FontMissingError) Error() string {
	text := fmt.Sprintf("font %s not found in %s", e.File, strings.Join(e.Dirs, ", "))
	for prefix, pkg := range fontPackages {
		if strings.HasPrefix(e.File, prefix) {
			text += ": install the Debian package " + pkg
		}
	}
	return text
}

// UnprintableError is the error for a character that cannot be printed: no font draws it, or it is a control,
// formatting or private-use character, which has no standard glyph. In names from registers of before 2022 a
// private-use character often represents one that Unicode has since added.
type UnprintableError struct{ Rune rune }

// Said describes the character in Chinese, for a user who can enter another: the character if it is visible, and its
// code point.
func (e *UnprintableError) Said() string { return SaidOf(e.Rune) }

// SaidOf describes a character in Chinese, as UnprintableError.Said does.
func SaidOf(r rune) string {
	if unicode.IsGraphic(r) && !unicode.Is(unicode.Co, r) {
		return fmt.Sprintf("“%c”（U+%04X）", r, r)
	}
	return fmt.Sprintf("字符 U+%04X", r)
}

// Error names the code point, not the text that contains it.
func (e *UnprintableError) Error() string {
	return fmt.Sprintf("character U+%04X cannot be printed: no font draws it", e.Rune)
}

// Fonts is a set of open fonts, safe for concurrent use. Outlines are read from disk when needed.
type Fonts struct {
	text, strong *font
	rare         []*font
	files        []*os.File
	drawn        [1 << 16 / 64]atomic.Uint64 // the characters that Undrawn has found to be drawn or omitted, a bit each
}

// textFamily is the font family of the text and the strong face; each rare face is a family of its own.
const textFamily = "paper"

// Face is one font file as sent with a job.
type Face struct {
	File   string // asset name
	Name   string // PostScript name, as the PDF states it
	Family string
	Bold   bool
	Data   []byte
}

// LoadFonts opens the fonts of ff. The error is a *FontMissingError if a file does not exist.
func LoadFonts(ff FontFiles) (*Fonts, error) {
	fonts := &Fonts{}
	var err error
	open := func(name string) *font {
		if err != nil {
			return nil
		}
		var f *font
		f, err = fonts.open(ff.Dirs, name)
		return f
	}
	fonts.text, fonts.strong = open(ff.Text), open(ff.Strong)
	for _, name := range ff.Rare {
		fonts.rare = append(fonts.rare, open(name))
	}
	if err != nil {
		return nil, errors.Join(err, fonts.Close())
	}
	return fonts, nil
}

func (f *Fonts) open(dirs []string, name string) (*font, error) {
	for _, dir := range dirs {
		file, err := os.Open(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open font: %w", err)
		}
		f.files = append(f.files, file)
		opened, err := openFont(file)
		if err != nil {
			return nil, fmt.Errorf("open font %s: %w", name, err)
		}
		return opened, nil
	}
	return nil, &FontMissingError{File: name, Dirs: dirs}
}

// Close closes the files. The fonts cannot be used afterwards.
func (f *Fonts) Close() error {
	var errs []error
	for _, file := range f.files {
		errs = append(errs, file.Close())
	}
	f.files = nil
	return errors.Join(errs...)
}

// Faces returns the fonts that draw text, each subset to the characters it is needed for: the text and the strong face,
// and a rare face only for characters that one of these lacks. The error is an *UnprintableError if none draws a
// character.
func (f *Fonts) Faces(text string) ([]Face, error) {
	common := []rune{' '}
	rare := make([][]rune, len(f.rare))
	seen := map[rune]bool{' ': true}
	for _, r := range text {
		if seen[r] || r == '\n' || r == '\t' || r == '\r' {
			continue
		}
		seen[r] = true
		i, err := f.place(r)
		if err != nil {
			return nil, err
		}
		if i < 0 {
			common = append(common, r)
		} else {
			rare[i] = append(rare[i], r)
		}
	}
	faces := make([]Face, 0, 2+len(f.rare))
	add := func(from *font, face Face, runes []rune) error {
		var err error
		if face.Data, err = from.subset(runes, face.Name); err == nil {
			faces = append(faces, face)
		}
		return err
	}
	if err := add(f.text, Face{File: "text.ttf", Name: "TuoyuText", Family: textFamily}, common); err != nil {
		return nil, err
	}
	if err := add(f.strong, Face{File: "strong.ttf", Name: "TuoyuStrong", Family: textFamily, Bold: true}, common); err != nil {
		return nil, err
	}
	for i, runes := range rare {
		if len(runes) == 0 {
			continue
		}
		n := strconv.Itoa(i + 1)
		if err := add(f.rare[i], Face{File: "rare" + n + ".ttf", Name: "TuoyuRare" + n, Family: "rare" + n}, runes); err != nil {
			return nil, err
		}
	}
	return faces, nil
}

// Undrawn returns the distinct characters of text that cannot be printed, in order of appearance. Characters that are
// omitted from pages do not count.
func (f *Fonts) Undrawn(text string) []rune {
	var undrawn []rune
	for _, r := range text {
		known, bit := &f.drawn[r>>6&(1<<10-1)], uint64(1)<<(r&63)
		if r < 1<<16 && known.Load()&bit != 0 {
			continue
		}
		_, err := f.place(r)
		switch {
		case err == nil || isLeftOut(r) || r == '\n' || r == '\t' || r == '\r':
			if r < 1<<16 {
				known.Or(bit)
			}
		case !slices.Contains(undrawn, r):
			undrawn = append(undrawn, r)
		}
	}
	return undrawn
}

// isLeftOut reports whether a character is invisible and omitted from pages: marks of direction and of joining and
// variation selectors, which come with pasted text.
func isLeftOut(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)
}

// leaveOut returns the page without the characters of isLeftOut, and with separators of lines and paragraphs as spaces.
func leaveOut(page []byte) []byte {
	return bytes.Map(func(r rune) rune {
		switch {
		case isLeftOut(r):
			return -1
		case unicode.In(r, unicode.Zl, unicode.Zp):
			return ' '
		}
		return r
	}, page)
}

// place returns the index of the rare font that draws r, or -1 for the two main faces.
func (f *Fonts) place(r rune) (int, error) {
	if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
		return 0, &UnprintableError{Rune: r}
	}
	if f.text.glyph(r) != 0 && f.strong.glyph(r) != 0 {
		return -1, nil
	}
	for i, rare := range f.rare {
		if rare.glyph(r) != 0 {
			return i, nil
		}
	}
	return 0, &UnprintableError{Rune: r}
}
