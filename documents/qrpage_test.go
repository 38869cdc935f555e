package documents_test

import (
	"bytes"
	"image"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"rsc.io/qr"

	"tuoyu/documents"
)

// Each page carries the code, since any page of a document can be exchanged.
func TestEveryPageCarriesTheQRCode(t *testing.T) {
	p := sampleCorrection(t)
	url := p.Common().VerifyURL
	pdf, err := realRenderer(t).Render(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "qr-on-every-page", pdf)
	pages := pictures(t, pdf)
	if len(pages) < 3 {
		t.Fatalf("%d pages, want at least 3", len(pages))
	}
	want, err := qr.Encode(url, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	for n, page := range pages {
		if wrong := differs(page, want); wrong > 0 {
			t.Errorf("page %d: %d of %d modules differ from the QR code of %s", n+1, wrong, want.Size*want.Size, url)
		}
	}
}

// pictures renders each page at 200 dpi.
func pictures(t *testing.T, pdf []byte) []image.Image {
	t.Helper()
	dir := t.TempDir()
	draw := exec.Command("pdftoppm", "-r", "200", "-gray", "-png", "-", filepath.Join(dir, "page"))
	draw.Stdin = bytes.NewReader(pdf)
	if out, err := draw.CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v: %s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	var pages []image.Image
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		page, _, err := image.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page)
	}
	return pages
}

// differs returns the number of wrong modules in the QR code in the middle of the bottom margin, 16 mm wide with its
// border; all of them if there is no code of that size.
func differs(page image.Image, code *qr.Code) int {
	dotsPerMM := 200 / 25.4
	margin, half := int(20*dotsPerMM), int(9*dotsPerMM)
	size := page.Bounds().Size()
	dark := func(x, y int) bool { r, _, _, _ := page.At(x, y).RGBA(); return r < 0x8000 }
	var box image.Rectangle
	for y := size.Y - margin; y < size.Y; y++ {
		for x := size.X/2 - half; x < size.X/2+half; x++ {
			if dark(x, y) {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	module := 16 * dotsPerMM / float64(code.Size+2*documents.QRQuiet)
	if off := float64(box.Dx())/module - float64(code.Size); off < -1 || off > 1 {
		return code.Size * code.Size
	}
	across, down := float64(box.Dx())/float64(code.Size), float64(box.Dy())/float64(code.Size)
	wrong := 0
	for y := range code.Size {
		for x := range code.Size {
			if dark(box.Min.X+int((float64(x)+.5)*across), box.Min.Y+int((float64(y)+.5)*down)) != code.Black(x, y) {
				wrong++
			}
		}
	}
	return wrong
}
