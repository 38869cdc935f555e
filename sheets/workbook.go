package sheets

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// workbook is an archive that is read part by part without holding a whole part in memory. excelize does hold it, reads
// a sheet twice and looks up formulas one by one, so that a small archive can take a gigabyte.
type workbook struct {
	parts    map[string]*zip.File
	budget   int64 // bytes that may still be unpacked
	cells    int   // cells that may still be read
	strings  []string
	dates    []bool // by the number of a style: whether it formats a date
	from1904 bool
}

const (
	maxParts   = 2000
	maxStrings = 600_000
	maxToken   = 512 << 10 // bytes between two tags: more than the longest cell allowed in a spreadsheet
	maxCell    = 32_767    // characters of a cell, as in Excel
)

// sheetPart is a sheet of a workbook.
type sheetPart struct{ name, part string }

func readWorkbook(content io.ReaderAt, size int64, most int, columns []Column) (*Sheet, error) {
	archive, err := zip.NewReader(content, size)
	if err != nil {
		return nil, unreadable(err)
	}
	if len(archive.File) > maxParts {
		return nil, tooLarge()
	}
	w := &workbook{parts: map[string]*zip.File{}, budget: MaxBytes, cells: maxCells}
	for _, f := range archive.File {
		name := partName(f.Name)
		if _, twice := w.parts[name]; twice {
			return nil, unreadable(errors.New("a part twice"))
		}
		w.parts[name] = f
	}
	if w.parts["xl/workbook.bin"] != nil {
		return nil, wrong(ErrOldFormat, "这是二进制工作簿（.xlsb），请另存为 .xlsx 后重试。")
	}
	visible, err := w.open()
	if err != nil {
		return nil, unreadable(err)
	}
	part, h, err := w.choose(visible, columns)
	if err != nil {
		return nil, unreadable(err)
	}
	s := &Sheet{Name: part.name, columns: columns, head: h, from1904: w.from1904}
	if err := s.fill(w.lines(part.part), most); err != nil {
		return nil, unreadable(err)
	}
	return s, nil
}

func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean(strings.ReplaceAll(name, `\`, "/")), "/"))
}

// choose returns the one sheet that has the headings.
func (w *workbook) choose(sheets []sheetPart, columns []Column) (chosen sheetPart, found head, err error) {
	var closest error
	var fits []string
	fewest := len(columns) + 1
	for _, part := range sheets {
		h, err := find(w.lines(part.part), columns)
		var lacks *HeadError
		switch {
		case err == nil:
			chosen, found, fits = part, h, append(fits, "“"+part.name+"”")
		case errors.As(err, &lacks):
			if len(lacks.Missing) < fewest {
				fewest, closest = len(lacks.Missing), err
			}
		case errors.Is(err, ErrNotATable) && len(sheets) > 1:
			if closest == nil {
				closest = err
			}
		default:
			return chosen, found, err
		}
	}
	switch {
	case len(fits) > 1:
		return chosen, found, wrong(ErrWhichSheet, "有几个工作表都含有所需栏目："+strings.Join(fits, "、")+"。请只留一个，或把其余的隐藏。")
	case len(fits) == 0 && closest == nil:
		return chosen, found, wrong(ErrNotATable, "工作簿中没有可见的工作表。")
	case len(fits) == 0:
		return chosen, found, closest
	}
	return chosen, found, nil
}

// open reads the parts shared by all sheets and returns the visible sheets in their order.
func (w *workbook) open() ([]sheetPart, error) {
	main := "xl/workbook.xml"
	rels, err := w.relations("_rels/.rels")
	if err != nil {
		return nil, err
	}
	for _, r := range rels {
		if strings.HasSuffix(r.kind, "/officeDocument") {
			main = partName(r.target)
		}
	}
	if w.parts[main] == nil {
		return nil, errors.New("no workbook in the archive")
	}
	folder := path.Dir(main)
	rels, err = w.relations(folder + "/_rels/" + path.Base(main) + ".rels")
	if err != nil {
		return nil, err
	}
	targets, shared, styles := map[string]string{}, folder+"/sharedstrings.xml", folder+"/styles.xml"
	for _, r := range rels {
		target := partName(r.target)
		if !strings.HasPrefix(r.target, "/") {
			target = partName(path.Join(folder, r.target))
		}
		switch {
		case strings.HasSuffix(r.kind, "/worksheet"):
			targets[r.id] = target
		case strings.HasSuffix(r.kind, "/sharedStrings"):
			shared = target
		case strings.HasSuffix(r.kind, "/styles"):
			styles = target
		}
	}
	var visible []sheetPart
	err = w.each(main, func(t xml.Token) error {
		switch e := start(t); e.Name.Local {
		case "workbookPr":
			w.from1904 = truth(attr(e, "date1904"))
		case "sheet":
			if part, ok := targets[attr(e, "id")]; ok && (attr(e, "state") == "" || attr(e, "state") == "visible") {
				visible = append(visible, sheetPart{attr(e, "name"), part})
			}
		}
		return nil
	})
	if err == nil {
		err = w.readStyles(styles)
	}
	if err == nil {
		err = w.readStrings(shared)
	}
	return visible, err
}

type relation struct{ id, kind, target string }

func (w *workbook) relations(part string) ([]relation, error) {
	var list []relation
	err := w.each(part, func(t xml.Token) error {
		if e := start(t); e.Name.Local == "Relationship" && attr(e, "TargetMode") != "External" {
			list = append(list, relation{attr(e, "Id"), attr(e, "Type"), attr(e, "Target")})
		}
		return nil
	})
	return list, err
}

// readStyles reads which styles format a number as a date.
func (w *workbook) readStyles(part string) error {
	custom, within := map[string]bool{}, false
	return w.each(part, func(t xml.Token) error {
		if end, ok := t.(xml.EndElement); ok && end.Name.Local == "cellXfs" {
			within = false
		}
		switch e := start(t); e.Name.Local {
		case "numFmt":
			custom[attr(e, "numFmtId")] = showsDate(attr(e, "formatCode"))
		case "cellXfs":
			within = true
		case "xf":
			if within {
				id := attr(e, "numFmtId")
				date, ok := custom[id]
				n, err := strconv.Atoi(id)
				w.dates = append(w.dates, date || !ok && err == nil && (n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 31 || n == 36 || n >= 50 && n <= 54 || n == 57 || n == 58))
			}
		}
		return nil
	})
}

// showsDate reports whether a number format shows a day: it contains a year or a day outside quotes and brackets.
func showsDate(code string) bool {
	code, _, _ = strings.Cut(code, ";")
	quoted, bracket, escaped := false, false, false
	for _, r := range code {
		switch {
		case escaped:
			escaped = false
		case r == '\\' || r == '_':
			escaped = true
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '[':
			bracket = true
		case r == ']':
			bracket = false
		case !bracket && strings.ContainsRune("yYdD", r):
			return true
		}
	}
	return false
}

func (w *workbook) readStrings(part string) error {
	var text strings.Builder
	within, phonetic := false, false
	return w.each(part, func(t xml.Token) error {
		switch e := t.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "si":
				text.Reset()
			case "t":
				within = true
			case "rPh":
				phonetic = true
			}
		case xml.CharData:
			if within && !phonetic {
				if text.Len()+len(e) > maxToken {
					return tooLarge()
				}
				text.Write(e)
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "t":
				within = false
			case "rPh":
				phonetic = false
			case "si":
				s := unescaped(text.String())
				if len(w.strings) == maxStrings || utf8.RuneCountInString(s) > maxCell {
					return tooLarge()
				}
				w.strings = append(w.strings, s)
			}
		}
		return nil
	})
}

// each calls do with the tokens of a part; a missing part has none.
func (w *workbook) each(part string, do func(xml.Token) error) error {
	f := w.parts[partName(part)]
	if f == nil {
		return nil
	}
	body, err := f.Open()
	if err != nil {
		return err
	}
	defer body.Close()
	d := xml.NewDecoder(&guarded{from: body, left: &w.budget})
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = do(t)
		}
		if err != nil {
			return err
		}
	}
}

// guarded is a reader that returns an error once the budget is exceeded, or for a longer run of text without a tag than
// any spreadsheet writes.
type guarded struct {
	from io.Reader
	left *int64
	run  int
}

// Read implements io.Reader.
func (g *guarded) Read(p []byte) (int, error) {
	n, err := g.from.Read(p)
	if *g.left -= int64(n); *g.left < 0 {
		return 0, tooLarge()
	}
	if i := bytes.LastIndexByte(p[:n], '<'); i < 0 {
		g.run += n
	} else {
		g.run = n - i
	}
	if g.run > maxToken {
		return 0, tooLarge()
	}
	return n, err
}

func start(t xml.Token) xml.StartElement {
	e, _ := t.(xml.StartElement)
	return e
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func truth(text string) bool { return text == "1" || text == "true" || text == "on" }
