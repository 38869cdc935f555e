package documents

import (
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"tuoyu/testdata"
)

// rareName consists of characters of GB 18030-2022 level 3, from extensions A to F of the ideographs. The text face
// lacks one of them, so a rare face must be sent.
const rareName = "𬱖㛃𠅤䶮𫖯𠀍𬺓"

func loadFonts(t testing.TB) *Fonts {
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

func realRenderer(t testing.TB) *Renderer {
	t.Helper()
	url := os.Getenv("TUOYU_GOTENBERG_URL")
	if url == "" {
		t.Fatal("TUOYU_GOTENBERG_URL is not set: run the tests through `make test`")
	}
	client, err := New(url, &http.Client{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return NewRenderer(loadFonts(t), client)
}

// keep writes a PDF for inspection to the folder in TUOYU_KEEP_PDF, if set.
func keep(t testing.TB, name string, pdf []byte) {
	t.Helper()
	if dir := os.Getenv("TUOYU_KEEP_PDF"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	notShown = regexp.MustCompile(`(?s)<style>.*?</style>|<title>.*?</title>|<[^>]*>`)
	ours     = regexp.MustCompile(`^Tuoyu(Text|Strong|Rare\d)$`)
)

// wantDrawn checks that the PDF draws every character of the page, with no fonts but those of the job.
func wantDrawn(t *testing.T, p Paper, pdf []byte) drawn {
	t.Helper()
	page, err := HTML(p)
	if err != nil {
		t.Fatal(err)
	}
	got := readDrawn(t, pdf)
	for name := range got.fonts {
		if !ours.MatchString(name) {
			t.Errorf("the PDF uses the font %s, which was not sent", name)
		}
	}
	for _, r := range html.UnescapeString(notShown.ReplaceAllString(string(page), "")) {
		if !unicode.IsSpace(r) && !got.runes[r] {
			t.Errorf("the PDF does not draw U+%04X %c", r, r)
		}
	}
	return got
}

func TestEveryKindIsPrintedWholeByTheRealRenderer(t *testing.T) {
	r := realRenderer(t)
	for _, info := range Kinds() {
		t.Run(string(info.Kind), func(t *testing.T) {
			p := sample(t, info.Kind)
			start := time.Now()
			pdf, err := r.Render(t.Context(), p, nil)
			if err != nil {
				t.Fatal(err)
			}
			took := time.Since(start)
			keep(t, string(info.Kind), pdf)
			got := wantDrawn(t, p, pdf)
			if len(got.fonts) != 2 {
				t.Errorf("fonts %v, want the text and the strong face", got.fonts)
			}
			if got.pages > 3 {
				t.Errorf("%d pages, want at most 3", got.pages)
			}
			// Page numbers are in the margin, which is not part of the page's own text.
			for _, c := range "第页共" {
				if !got.runes[c] {
					t.Errorf("no page number: %c is not drawn", c)
				}
			}
			t.Logf("%d pages, %d bytes, %v", got.pages, len(pdf), took.Round(time.Millisecond))
		})
	}
}

func TestAHandwrittenSignatureIsPrinted(t *testing.T) {
	p, drawing := sample(t, InspectionRecord), testdata.PNG(7)
	p.Inspection.Signatures[2].Picture = strings.Repeat("7e", 32)
	image := regexp.MustCompile(`/Subtype /Image\s[^>]*/Width 32\b`)
	r := realRenderer(t)
	pdf, err := r.Render(t.Context(), p, func(_ context.Context, sha256 string) (io.ReadCloser, error) {
		if sha256 != p.Inspection.Signatures[2].Picture {
			t.Errorf("asked for %s", sha256)
		}
		return io.NopCloser(bytes.NewReader(drawing)), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "signed_by_hand", pdf)
	if !image.Match(pdf) {
		t.Error("the picture is not in the paper")
	}
	gone := errors.New("gone")
	if _, err = r.Render(t.Context(), p, func(context.Context, string) (io.ReadCloser, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Errorf("error %v, want that of the picture", err)
	}
}

func TestRareCharactersAreDrawnAndNotBoxed(t *testing.T) {
	p := sample(t, FilingReceipt)
	p.Addressee = "长治市" + rareName + "托育服务有限公司"
	pdf, err := realRenderer(t).Render(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "rare", pdf)
	got := wantDrawn(t, p, pdf)
	if !got.fonts["TuoyuRare2"] {
		t.Errorf("fonts %v, want a rare face among them", got.fonts)
	}
}

func TestManyGapsRunOverPagesWithoutLoss(t *testing.T) {
	p := sample(t, FilingCorrection)
	for len(p.Gaps) < 30 {
		p.Gaps = append(p.Gaps, sampleGaps()...)
	}
	pdf, err := realRenderer(t).Render(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "many_gaps", pdf)
	if got := wantDrawn(t, p, pdf); got.pages < 4 {
		t.Errorf("%d pages for 30 gaps, want at least 4", got.pages)
	}
}

func TestRealRendererIsHealthy(t *testing.T) {
	if err := realRenderer(t).client.Health(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestUnprintableCharacterIsRefusedBeforeAnythingIsSent(t *testing.T) {
	client, err := New("http://127.0.0.1:9", nil) // nothing listens there
	if err != nil {
		t.Fatal(err)
	}
	r := NewRenderer(loadFonts(t), client)
	for name, c := range map[string]rune{
		"private use": '\uE863', "ideograph of extension G": '\U00030000',
		"unassigned ideograph": '\U0003FFF0', "replacement": '\uFFFD',
	} {
		t.Run(name, func(t *testing.T) {
			p := sample(t, FilingReceipt)
			p.Addressee = "长治市" + string(c) + "托育有限公司"
			_, err := r.Render(t.Context(), p, nil)
			var unprintable *UnprintableError
			if !errors.As(err, &unprintable) || unprintable.Rune != c {
				t.Fatalf("error %v, want an unprintable U+%04X", err, c)
			}
			if strings.ContainsRune(err.Error(), c) || strings.Contains(err.Error(), "长治市") {
				t.Errorf("the error repeats the name: %v", err)
			}
			if errCheck := r.Check(p); !errors.As(errCheck, &unprintable) {
				t.Errorf("Check gives %v, want the same refusal", errCheck)
			}
		})
	}
}

func TestMarksWithoutALookAreLeftOutOfThePage(t *testing.T) {
	for name, c := range map[string]rune{"bidi override": '\u202E', "zero width space": '\u200B', "byte order mark": '\uFEFF', "variation selector": '\U000E0100'} {
		t.Run(name, func(t *testing.T) {
			p := sample(t, FilingReceipt)
			p.Addressee = "长治市" + string(c) + "托育有限公司"
			page, err := HTML(p)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(page), "长治市托育有限公司") || strings.ContainsRune(string(page), c) {
				t.Errorf("U+%04X is in the page", c)
			}
			if err := NewRenderer(loadFonts(t), nil).Check(p); err != nil {
				t.Errorf("Check gives %v", err)
			}
		})
	}
}

func TestRenderSaysWhichPaperFailedAndKeepsTheCause(t *testing.T) {
	client, err := New("http://127.0.0.1:9", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewRenderer(loadFonts(t), client).Render(context.Background(), sample(t, FilingReceipt), nil)
	var re *RenderError
	if !errors.As(err, &re) || !re.Retryable || re.Status != 0 {
		t.Fatalf("error %v, want a retryable *RenderError", err)
	}
	if !strings.Contains(err.Error(), "BA-140403-2026-000123") {
		t.Errorf("error %q does not name the case", err)
	}
}
