package documents

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Flags of a composite glyph, from the OpenType description of the glyf table.
const (
	componentWords   = 0x0001
	componentScale   = 0x0008
	componentMore    = 0x0020
	componentXYScale = 0x0040
	componentMatrix  = 0x0080
)

// subset returns a TrueType font that draws exactly the given runes, which the font must all have. A whole CJK face is
// 15 to 30 MB and would be sent with every document; the few hundred characters of a document are below 200 KB. The
// subset is called name, so that the PDF cannot use a font of the same design installed beside the browser.
func (f *font) subset(runes []rune, name string) ([]byte, error) {
	s := subsetter{font: f, renumbered: map[uint16]uint16{}}
	if _, err := s.take(0); err != nil { // glyph 0 is drawn for missing characters: every font must have it
		return nil, err
	}
	runes = slices.Compact(slices.Sorted(slices.Values(runes)))
	cmap := make([]glyphRun, 0, len(runes))
	for _, r := range runes {
		glyph := f.glyph(r)
		if glyph == 0 {
			return nil, fmt.Errorf("subset font: no glyph for U+%04X", r)
		}
		renumbered, err := s.take(glyph)
		if err != nil {
			return nil, err
		}
		cmap = appendRun(cmap, r, renumbered)
	}
	return s.assemble(cmap, name)
}

// subsetter collects glyphs in the order of first use, which is their new number.
type subsetter struct {
	font       *font
	renumbered map[uint16]uint16
	taken      []uint16
	outlines   [][]byte
}

// take adds a glyph, with the glyphs it is composed of, and returns its new number.
func (s *subsetter) take(glyph uint16) (uint16, error) {
	if n, ok := s.renumbered[glyph]; ok {
		return n, nil
	}
	outline, err := s.font.outline(glyph)
	if err != nil {
		return 0, err
	}
	n := uint16(len(s.taken))
	s.renumbered[glyph] = n
	s.taken = append(s.taken, glyph)
	s.outlines = append(s.outlines, outline)
	if len(outline) >= 10 && int16(binary.BigEndian.Uint16(outline)) < 0 {
		if err := s.takeComponents(outline); err != nil {
			return 0, fmt.Errorf("subset glyph %d: %w", glyph, err)
		}
	}
	return n, nil
}

// takeComponents adds the components of a composite glyph and rewrites their numbers in place.
func (s *subsetter) takeComponents(outline []byte) error {
	for at := 10; ; {
		if at+4 > len(outline) {
			return fmt.Errorf("component at %d lies outside", at)
		}
		flags := binary.BigEndian.Uint16(outline[at:])
		n, err := s.take(binary.BigEndian.Uint16(outline[at+2:]))
		if err != nil {
			return err
		}
		binary.BigEndian.PutUint16(outline[at+2:], n)
		at += 6
		if flags&componentWords != 0 {
			at += 2
		}
		switch {
		case flags&componentScale != 0:
			at += 2
		case flags&componentXYScale != 0:
			at += 4
		case flags&componentMatrix != 0:
			at += 8
		}
		if flags&componentMore == 0 {
			return nil
		}
	}
}

// assemble writes the font file. Layout tables are omitted: their substitutions and positions refer to the old glyph
// numbers, and horizontal Chinese needs neither.
func (s *subsetter) assemble(cmap []glyphRun, name string) ([]byte, error) {
	tables := map[string][]byte{"cmap": writeCmap12(cmap), "post": {1: 3, 31: 0}, "name": writeName(name)}
	for _, tag := range []string{"OS/2", "cvt ", "fpgm", "prep"} {
		if _, ok := s.font.tables[tag]; !ok {
			continue
		}
		data, err := s.font.table(tag, 0)
		if err != nil {
			return nil, err
		}
		tables[tag] = data
	}
	var err error
	if tables["head"], err = s.font.table("head", 54); err != nil {
		return nil, err
	}
	if tables["maxp"], err = s.font.table("maxp", 6); err != nil {
		return nil, err
	}
	if tables["hhea"], err = s.font.table("hhea", 36); err != nil {
		return nil, err
	}
	widths, err := s.font.table("hmtx", 2*(s.font.glyphs+s.font.fullWidths))
	if err != nil {
		return nil, err
	}
	binary.BigEndian.PutUint32(tables["head"][8:], 0)
	binary.BigEndian.PutUint16(tables["head"][50:], 1)
	binary.BigEndian.PutUint16(tables["maxp"][4:], uint16(len(s.taken)))
	binary.BigEndian.PutUint16(tables["hhea"][34:], uint16(len(s.taken)))
	var glyf, loca, hmtx []byte
	for i, glyph := range s.taken {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, s.outlines[i]...)
		glyf = append(glyf, make([]byte, -len(glyf)&3)...)
		hmtx = append(hmtx, s.metrics(widths, int(glyph))...)
	}
	tables["glyf"], tables["hmtx"] = glyf, hmtx
	tables["loca"] = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	return writeFont(tables), nil
}

// metrics returns the advance and the bearing of a glyph; glyphs past the full records share the last advance.
func (s *subsetter) metrics(hmtx []byte, glyph int) []byte {
	full := s.font.fullWidths
	if glyph < full {
		return hmtx[4*glyph : 4*glyph+4]
	}
	advance, bearing := hmtx[4*full-4:4*full-2], hmtx[4*full+2*(glyph-full):]
	return []byte{advance[0], advance[1], bearing[0], bearing[1]}
}

func writeCmap12(runs []glyphRun) []byte {
	b := []byte{0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12, 0, 12, 0, 0}
	b = binary.BigEndian.AppendUint32(b, uint32(16+12*len(runs)))
	b = binary.BigEndian.AppendUint32(b, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(len(runs)))
	for _, run := range runs {
		b = binary.BigEndian.AppendUint32(b, uint32(run.first))
		b = binary.BigEndian.AppendUint32(b, uint32(run.last))
		b = binary.BigEndian.AppendUint32(b, uint32(run.glyph))
	}
	return b
}

// writeName writes the name table with name as family, full name and PostScript name, and a fixed style.
func writeName(name string) []byte {
	records := []struct {
		id   uint16
		text string
	}{{1, name}, {2, "Regular"}, {4, name}, {6, name}}
	b := binary.BigEndian.AppendUint16([]byte{0, 0, 0, byte(len(records))}, uint16(6+12*len(records)))
	var texts []byte
	for _, r := range records {
		for _, v := range []uint16{3, 1, 0x0409, r.id, uint16(2 * len(r.text)), uint16(len(texts))} {
			b = binary.BigEndian.AppendUint16(b, v)
		}
		for _, c := range []byte(r.text) { // names are ASCII, written as UTF-16
			texts = append(texts, 0, c)
		}
	}
	return append(b, texts...)
}

// writeFont writes the tables behind their directory, with the checksums required by the format.
func writeFont(tables map[string][]byte) []byte {
	tags := make([]string, 0, len(tables))
	for tag := range tables {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	power, log := 1, 0
	for 2*power <= len(tags) {
		power, log = 2*power, log+1
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{len(tags), 16 * power, log, 16 * (len(tags) - power)} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	offset, headAt := 12+16*len(tags), 0
	for _, tag := range tags {
		data := tables[tag]
		if tag == "head" {
			headAt = offset
		}
		out = append(out, tag...)
		out = binary.BigEndian.AppendUint32(out, checksum(data))
		out = binary.BigEndian.AppendUint32(out, uint32(offset))
		out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
		offset += (len(data) + 3) &^ 3
	}
	for _, tag := range tags {
		out = append(out, tables[tag]...)
		out = append(out, make([]byte, -len(out)&3)...)
	}
	binary.BigEndian.PutUint32(out[headAt+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func checksum(data []byte) uint32 {
	var sum uint32
	for ; len(data) >= 4; data = data[4:] {
		sum += binary.BigEndian.Uint32(data)
	}
	var rest [4]byte
	copy(rest[:], data)
	return sum + binary.BigEndian.Uint32(rest[:])
}
