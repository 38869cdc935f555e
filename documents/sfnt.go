package documents

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// maxFontTable is the maximum size of a table read into memory. The largest such tables of CJK fonts are cmap, loca and
// hmtx, all well below it; glyph outlines are read one at a time, each of a few kilobytes.
const (
	maxFontTable = 8 << 20
	maxOutline   = 1 << 18
)

var errNotTrueType = errors.New("not a TrueType font with glyf outlines (collections and CFF fonts are not accepted)")

type tableSpan struct{ offset, length int64 }

// glyphRun maps the characters first..last to consecutive glyphs starting at glyph.
type glyphRun struct {
	first, last rune
	glyph       uint16
}

// font is a TrueType file opened for reading. Outlines remain on disk: four faces of 15 to 30 MB would otherwise
// dominate the memory of a worker.
type font struct {
	file       io.ReaderAt
	tables     map[string]tableSpan
	runs       []glyphRun
	loca       []byte
	longLoca   bool
	glyphs     int
	fullWidths int
}

// openFont reads the table directory, the character map and the glyph index of a TrueType file.
func openFont(file io.ReaderAt) (*font, error) {
	f := &font{file: file, tables: map[string]tableSpan{}}
	head := make([]byte, 12)
	if _, err := file.ReadAt(head, 0); err != nil {
		return nil, fmt.Errorf("read font header: %w", err)
	}
	if v := binary.BigEndian.Uint32(head); v != 0x00010000 && v != 0x74727565 {
		return nil, errNotTrueType
	}
	records := make([]byte, 16*int(binary.BigEndian.Uint16(head[4:])))
	if _, err := file.ReadAt(records, 12); err != nil {
		return nil, fmt.Errorf("read font directory: %w", err)
	}
	for ; len(records) > 0; records = records[16:] {
		f.tables[string(records[:4])] = tableSpan{
			offset: int64(binary.BigEndian.Uint32(records[8:])),
			length: int64(binary.BigEndian.Uint32(records[12:])),
		}
	}
	if err := f.readIndex(); err != nil {
		return nil, err
	}
	cmap, err := f.table("cmap", 4)
	if err != nil {
		return nil, err
	}
	f.runs, err = readCmap(cmap, f.glyphs)
	return f, err
}

// readIndex reads the tables with the position and the width of each glyph.
func (f *font) readIndex() error {
	if _, ok := f.tables["glyf"]; !ok {
		return errNotTrueType
	}
	head, err := f.table("head", 54)
	if err != nil {
		return err
	}
	maxp, err := f.table("maxp", 6)
	if err != nil {
		return err
	}
	hhea, err := f.table("hhea", 36)
	if err != nil {
		return err
	}
	f.glyphs = int(binary.BigEndian.Uint16(maxp[4:]))
	f.fullWidths = int(binary.BigEndian.Uint16(hhea[34:]))
	f.longLoca = binary.BigEndian.Uint16(head[50:]) != 0
	size := 2
	if f.longLoca {
		size = 4
	}
	if f.fullWidths == 0 || f.fullWidths > f.glyphs {
		return fmt.Errorf("read font: %d widths for %d glyphs", f.fullWidths, f.glyphs)
	}
	f.loca, err = f.table("loca", size*(f.glyphs+1))
	return err
}

// table reads a whole table, which must have at least least bytes.
func (f *font) table(tag string, least int) ([]byte, error) {
	t, ok := f.tables[tag]
	if !ok {
		return nil, fmt.Errorf("read font: no table %q", tag)
	}
	if t.length < int64(least) || t.length > maxFontTable {
		return nil, fmt.Errorf("read font: table %q has %d bytes, want %d to %d", tag, t.length, least, maxFontTable)
	}
	data := make([]byte, t.length)
	if _, err := f.file.ReadAt(data, t.offset); err != nil {
		return nil, fmt.Errorf("read font table %q: %w", tag, err)
	}
	return data, nil
}

// glyph returns the glyph that draws r, 0 if the font has none.
func (f *font) glyph(r rune) uint16 {
	i, found := slices.BinarySearchFunc(f.runs, r, func(run glyphRun, r rune) int {
		switch {
		case run.last < r:
			return -1
		case run.first > r:
			return 1
		}
		return 0
	})
	if !found {
		return 0
	}
	return f.runs[i].glyph + uint16(r-f.runs[i].first)
}

// outline reads the outline of a glyph; a glyph without ink, such as a space, has none.
func (f *font) outline(glyph uint16) ([]byte, error) {
	if int(glyph) >= f.glyphs {
		return nil, fmt.Errorf("read glyph %d: the font has %d", glyph, f.glyphs)
	}
	var from, to int64
	if f.longLoca {
		from = int64(binary.BigEndian.Uint32(f.loca[4*int(glyph):]))
		to = int64(binary.BigEndian.Uint32(f.loca[4*int(glyph)+4:]))
	} else {
		from = 2 * int64(binary.BigEndian.Uint16(f.loca[2*int(glyph):]))
		to = 2 * int64(binary.BigEndian.Uint16(f.loca[2*int(glyph)+2:]))
	}
	glyf := f.tables["glyf"]
	if from > to || to > glyf.length || to-from > maxOutline {
		return nil, fmt.Errorf("read glyph %d: bytes %d to %d do not fit", glyph, from, to)
	}
	data := make([]byte, to-from)
	if _, err := f.file.ReadAt(data, glyf.offset+from); err != nil {
		return nil, fmt.Errorf("read glyph %d: %w", glyph, err)
	}
	return data, nil
}

// readCmap returns the runs of the widest Unicode subtable: format 12 covers the supplementary planes, which contain
// most of the rare characters of GB 18030-2022; format 4 ends at U+FFFF.
func readCmap(cmap []byte, glyphs int) ([]glyphRun, error) {
	var best []byte
	var bestFormat uint16
	count := int(binary.BigEndian.Uint16(cmap[2:]))
	for i := range count {
		record := 4 + 8*i
		if record+8 > len(cmap) {
			return nil, errors.New("read font cmap: directory cut short")
		}
		platform, encoding := binary.BigEndian.Uint16(cmap[record:]), binary.BigEndian.Uint16(cmap[record+2:])
		unicodeTable := platform == 0 && encoding != 5 || platform == 3 && (encoding == 1 || encoding == 10)
		offset := int64(binary.BigEndian.Uint32(cmap[record+4:]))
		if !unicodeTable || offset+16 > int64(len(cmap)) {
			continue
		}
		format := binary.BigEndian.Uint16(cmap[offset:])
		if (format == 4 || format == 12) && format > bestFormat {
			best, bestFormat = cmap[offset:], format
		}
	}
	var runs []glyphRun
	var err error
	switch bestFormat {
	case 12:
		runs, err = readCmap12(best)
	case 4:
		runs, err = readCmap4(best)
	default:
		return nil, errors.New("read font cmap: no Unicode subtable of format 4 or 12")
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(runs, func(a, b glyphRun) int { return cmp.Compare(a.first, b.first) })
	for i, run := range runs {
		if i > 0 && runs[i-1].last >= run.first || int64(run.glyph)+int64(run.last-run.first) >= int64(glyphs) {
			return nil, fmt.Errorf("read font cmap: bad run at U+%04X", run.first)
		}
	}
	return slices.Clip(runs), nil
}

func readCmap12(table []byte) ([]glyphRun, error) {
	groups := int64(binary.BigEndian.Uint32(table[12:]))
	if 16+12*groups > int64(len(table)) {
		return nil, errors.New("read font cmap: format 12 cut short")
	}
	runs := make([]glyphRun, 0, groups)
	for g := table[16 : 16+12*groups]; len(g) > 0; g = g[12:] {
		first, last, glyph := binary.BigEndian.Uint32(g), binary.BigEndian.Uint32(g[4:]), binary.BigEndian.Uint32(g[8:])
		if first > last || last > 0x10FFFF || glyph > 0xFFFF {
			return nil, fmt.Errorf("read font cmap: bad group at U+%04X", first)
		}
		runs = append(runs, glyphRun{first: rune(first), last: rune(last), glyph: uint16(glyph)})
	}
	return runs, nil
}

func readCmap4(table []byte) ([]glyphRun, error) {
	n := int(binary.BigEndian.Uint16(table[6:])) / 2
	if 16+8*n > len(table) {
		return nil, errors.New("read font cmap: format 4 cut short")
	}
	var runs []glyphRun
	next := 0
	for i := range n {
		last := binary.BigEndian.Uint16(table[14+2*i:])
		first := binary.BigEndian.Uint16(table[16+2*n+2*i:])
		delta := binary.BigEndian.Uint16(table[16+4*n+2*i:])
		if int(first) < next {
			return nil, fmt.Errorf("read font cmap: segment at U+%04X out of order", first)
		}
		next = max(next, int(last)+1)
		at := 16 + 6*n + 2*i
		indirect := int(binary.BigEndian.Uint16(table[at:]))
		for c := int(first); c <= int(last); c++ {
			glyph := uint16(c) + delta
			if indirect != 0 {
				p := at + indirect + 2*(c-int(first))
				if p+2 > len(table) {
					return nil, fmt.Errorf("read font cmap: U+%04X points outside", c)
				}
				if glyph = binary.BigEndian.Uint16(table[p:]); glyph != 0 {
					glyph += delta
				}
			}
			if glyph != 0 {
				runs = appendRun(runs, rune(c), glyph)
			}
		}
	}
	return runs, nil
}

// appendRun appends one character, extending the last run if the glyph is consecutive.
func appendRun(runs []glyphRun, c rune, glyph uint16) []glyphRun {
	if n := len(runs) - 1; n >= 0 && runs[n].last == c-1 && int(runs[n].glyph)+int(c-runs[n].first) == int(glyph) {
		runs[n].last = c
		return runs
	}
	return append(runs, glyphRun{first: c, last: c, glyph: glyph})
}
