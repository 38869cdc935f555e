package sheets_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/sheets"
)

// peak returns the peak memory, garbage included, that do allocated above what was in use before.
func peak(do func()) uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	held := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	before, most := held(), uint64(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for tick := time.NewTicker(500 * time.Microsecond); ; {
			most = max(most, held())
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	}()
	do()
	close(stop)
	<-stopped
	return max(most, before) - before
}

// big returns a workbook with a part written in pieces, since it is large once unpacked.
func big(t *testing.T, b book, part string, write func(io.Writer)) []byte {
	t.Helper()
	parts := b.parts()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, text := range parts {
		w, err := archive.Create(name)
		require.NoError(t, err)
		before, after := text, ""
		if name == part {
			before, after, _ = strings.Cut(text, "HERE")
		}
		_, err = io.WriteString(w, before)
		require.NoError(t, err)
		if name == part {
			write(w)
		}
		_, err = io.WriteString(w, after)
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return out.Bytes()
}

func times(n int, text string) func(io.Writer) {
	return func(w io.Writer) {
		chunk := strings.Repeat(text, 1000)
		for range n / 1000 {
			_, _ = io.WriteString(w, chunk) // to memory
		}
		_, _ = io.WriteString(w, strings.Repeat(text, n%1000))
	}
}

// TestWhatAFileCostsIsBounded is not parallel: it measures the memory of the process.
func TestWhatAFileCostsIsBounded(t *testing.T) {
	const sheet1, names = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
	headings := line("姓名", "证件号码")
	cells := func(n int) string { return "<row>" + strings.Repeat("<c><v>1</v></c>", n) + "</row>" }
	for name, c := range map[string]struct {
		raw  func() []byte
		want error
	}{
		"190 rows of 16,000 cells": {func() []byte {
			return big(t, book{sheets: []string{headings + "HERE"}}, sheet1, times(190, cells(16_000)))
		}, sheets.ErrTooLarge},
		"rows of 16,000 empty cells": {func() []byte {
			return big(t, book{sheets: []string{headings + "HERE"}}, sheet1, times(300, "<row>"+strings.Repeat("<c/>", 16_000)+"</row>"))
		}, sheets.ErrTooLarge},
		"a cell of 15 MB": {func() []byte {
			return big(t, book{sheets: []string{headings + `<row><c t="inlineStr"><is><t>HERE</t></is></c></row>`}}, sheet1, times(15_000, strings.Repeat("A", 1000)))
		}, sheets.ErrTooLarge},
		"a cell of 140 MB": {func() []byte {
			return big(t, book{sheets: []string{headings + `<row><c t="inlineStr"><is><t>HERE</t></is></c></row>`}}, sheet1, times(140_000, strings.Repeat("A", 1000)))
		}, sheets.ErrTooLarge},
		"a cell put together from many pieces": {func() []byte {
			return big(t, book{sheets: []string{headings + `<row><c t="inlineStr"><is>HERE</is></c></row>`}}, sheet1, times(500_000, "<t>AAAAAAAAAA</t>"))
		}, sheets.ErrTooLarge},
		"a quoted part of 15 MB": {func() []byte {
			return big(t, book{sheets: []string{headings + `<row><c t="inlineStr"><is><t><![CDATA[HERE]]></t></is></c></row>`}}, sheet1, times(15_000, strings.Repeat("<", 1000)))
		}, sheets.ErrTooLarge},
		"a tag of 15 MB": {func() []byte {
			return big(t, book{sheets: []string{headings + `<row HERE></row>`}}, sheet1, times(1_500_000, ` ab="abc"`))
		}, sheets.ErrTooLarge},
		"tags in tags": {func() []byte {
			return big(t, book{sheets: []string{headings + "HERE"}}, sheet1, times(5_000_000, "<a>"))
		}, nil},
		"large shared strings": {func() []byte {
			return big(t, book{sheets: []string{headings}, strings: "HERE"}, names, times(500, "<si><t>"+strings.Repeat("字", 20_000)+"</t></si>"))
		}, sheets.ErrTooLarge},
		"many shared strings": {func() []byte {
			return big(t, book{sheets: []string{headings}, strings: "HERE"}, names, times(3_000_000, "<si/>"))
		}, sheets.ErrTooLarge},
		"many cells of one long string": {func() []byte {
			return big(t, book{sheets: []string{headings + "HERE"}, strings: "<si><t>" + strings.Repeat("Ａ", 30_000) + "</t></si>"}, sheet1,
				times(5000, `<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>`))
		}, nil},
		"many styles": {func() []byte {
			return big(t, book{sheets: []string{headings}, xfs: "HERE"}, "xl/styles.xml", times(3_000_000, "<xf/>"))
		}, nil},
		"many sheets": {func() []byte {
			return book{sheets: slicesOf(500, cells(90)+cells(90))}.bytes(t)
		}, nil},
		"a bomb": {func() []byte {
			return big(t, book{sheets: []string{headings + "HERE"}}, sheet1, times(200_000, strings.Repeat(" ", 1000)))
		}, sheets.ErrTooLarge},
		"many parts": {func() []byte {
			var out bytes.Buffer
			archive := zip.NewWriter(&out)
			for i := range 20_000 {
				_, err := archive.Create(fmt.Sprint(i))
				require.NoError(t, err)
			}
			require.NoError(t, archive.Close())
			return out.Bytes()
		}, sheets.ErrTooLarge},
		"CSV of one cell": {func() []byte { return bytes.Repeat([]byte("A"), sheets.MaxBytes) }, sheets.ErrTooLarge},
		"CSV of one quotation": {func() []byte {
			return append([]byte("姓名,证件号码\n\""), bytes.Repeat([]byte("A"), sheets.MaxBytes-100)...)
		}, sheets.ErrQuote},
		"CSV of commas":      {func() []byte { return bytes.Repeat([]byte(","), sheets.MaxBytes) }, sheets.ErrNotATable},
		"CSV of line breaks": {func() []byte { return bytes.Repeat([]byte("\n"), sheets.MaxBytes) }, sheets.ErrNotATable},
		"CSV of many cells":  {func() []byte { return bytes.Repeat([]byte("1,2,3\n"), sheets.MaxBytes/6) }, nil},
		"CSV of many rows": {func() []byte {
			return append([]byte("姓名,证件号码\n"), bytes.Repeat([]byte("婴幼儿一二三,140403202503081234\n"), 300_000)...)
		}, sheets.ErrTooManyRows},
		"more than is read": {func() []byte { return make([]byte, sheets.MaxBytes+1) }, sheets.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			raw := c.raw()
			var err error
			started := time.Now()
			held := peak(func() { _, err = sheets.ReadColumns(bytes.NewReader(raw), int64(len(raw)), sheets.MaxRows, columns) })
			t.Logf("%d KB, %d MB held, %v, %v", len(raw)>>10, held>>20, time.Since(started).Round(time.Millisecond), err)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
			}
			require.Less(t, held, uint64(100<<20), "bytes held at once")
		})
	}
}

func slicesOf(n int, text string) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = text
	}
	return list
}

func FuzzReadWorkbook(f *testing.F) {
	f.Add(line("姓名", "证件号码")+line("甲", "1"), "<si><t>a</t></si>", `<xf numFmtId="14"/>`)
	f.Add(line("姓名", "证件号码", "出生日期")+`<row r="3"><c r="C3" s="0"><v>44262.5</v></c><c r="A3" t="s"><v>0</v></c><c r="B3"><f>1</f><v>2</v></c></row>`, "<si><r><t>甲</t></r><rPh><t>x</t></rPh></si>", `<xf numFmtId="14"/>`)
	f.Add(`<row r="-1"><c r="ZZZZZZ1" t="s"><v>-1</v></c><c t="e"/><c t="b"><v>1</v></c></row>`, "", "")
	f.Add(line("姓名", "证件号码")+`<row><c><v>1e999</v></c><c><v>NaN</v></c></row></sheetData><!-- <row> -->`, "<si><t>_x0041__xd800_</t></si>", "<xf/>")
	f.Fuzz(func(t *testing.T, rows, shared, xfs string) {
		check(t, book{sheets: []string{rows}, strings: shared, xfs: xfs}.bytes(t))
	})
}

func FuzzReadText(f *testing.F) {
	for _, text := range []string{
		"姓名,证件号码\n甲,1\n", "\xef\xbb\xbf姓名\t证件号码\r\n\"甲\"\t1", "\xff\xfe\xd3\x59\x0d\x54", "\xd0\xd5\xc3\xfb,a\n", "姓名,证件号码\n\"甲,1\n", "\"\",\"a\"\"b\"\r\r\n", "PK\x03\x04", "\xd0\xcf\x11\xe0",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(check)
}

// check reads a file and verifies the guarantees of the reader.
func check(t *testing.T, raw []byte) {
	s, err := read(raw)
	if err != nil {
		var said *sheets.Error
		require.ErrorAs(t, err, &said)
		require.NotEmpty(t, said.Message)
		return
	}
	require.GreaterOrEqual(t, s.Blank, 0)
	for _, row := range s.Rows {
		says := len(row.Flaws) > 0
		for _, c := range columns {
			says = says || row.Cell(c.Name) != ""
		}
		require.True(t, says, "row %d says nothing", row.Number)
	}
}
