package documents_test

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

	"tuoyu/activities"
	"tuoyu/documents"
	"tuoyu/testdata"
)

// rareName consists of characters of GB 18030-2022 level 3, from extensions A to F of the ideographs. The text face
// lacks one of them, so a rare face must be sent.
const rareName = "𬱖㛃𠅤䶮𫖯𠀍𬺓"

func realRenderer(t testing.TB) *documents.Renderer {
	t.Helper()
	url := os.Getenv("TUOYU_GOTENBERG_URL")
	if url == "" {
		t.Fatal("TUOYU_GOTENBERG_URL is not set: run the tests through `make test`")
	}
	client, err := documents.New(url, &http.Client{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return documents.NewRenderer(documents.FontsForTest(t), client)
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
func wantDrawn(t *testing.T, p documents.Paper, pdf []byte) documents.Drawn {
	t.Helper()
	page, err := documents.HTML(p)
	if err != nil {
		t.Fatal(err)
	}
	got := documents.ReadDrawn(t, pdf)
	for name := range got.Fonts {
		if !ours.MatchString(name) {
			t.Errorf("the PDF uses the font %s, which was not sent", name)
		}
	}
	for _, r := range html.UnescapeString(notShown.ReplaceAllString(string(page), "")) {
		if !unicode.IsSpace(r) && !got.Runes[r] {
			t.Errorf("the PDF does not draw U+%04X %c", r, r)
		}
	}
	return got
}

func TestEveryKindIsPrintedWholeByTheRealRenderer(t *testing.T) {
	r := realRenderer(t)
	for _, info := range kinds() {
		t.Run(info.Kind, func(t *testing.T) {
			p := sample(t, info)
			start := time.Now()
			pdf, err := r.Render(t.Context(), p, nil)
			if err != nil {
				t.Fatal(err)
			}
			took := time.Since(start)
			keep(t, info.Kind, pdf)
			got := wantDrawn(t, p, pdf)
			if len(got.Fonts) != 2 {
				t.Errorf("fonts %v, want the text and the strong face", got.Fonts)
			}
			if got.Pages > 3 {
				t.Errorf("%d pages, want at most 3", got.Pages)
			}
			// Page numbers are in the margin, which is not part of the page's own text.
			for _, c := range "第页共" {
				if !got.Runes[c] {
					t.Errorf("no page number: %c is not drawn", c)
				}
			}
			t.Logf("%d pages, %d bytes, %v", got.Pages, len(pdf), took.Round(time.Millisecond))
		})
	}
}

func TestAHandwrittenSignatureIsPrinted(t *testing.T) {
	p, drawing := sample(t, activities.InspectionRecord), testdata.PNG(7)
	signed := &p.Content.(*activities.InspectionRecordContent).Inspection.Signatures[2]
	signed.Picture = strings.Repeat("7e", 32)
	image := regexp.MustCompile(`/Subtype /Image\s[^>]*/Width 32\b`)
	r := realRenderer(t)
	pdf, err := r.Render(t.Context(), p, func(_ context.Context, sha256 string) (io.ReadCloser, error) {
		if sha256 != signed.Picture {
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
	p := sample(t, activities.FilingReceipt)
	p.Common().Addressee = "长治市" + rareName + "托育服务有限公司"
	pdf, err := realRenderer(t).Render(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "rare", pdf)
	got := wantDrawn(t, p, pdf)
	if !got.Fonts["TuoyuRare2"] {
		t.Errorf("fonts %v, want a rare face among them", got.Fonts)
	}
}

func TestManyGapsRunOverPagesWithoutLoss(t *testing.T) {
	p := sampleCorrection(t)
	pdf, err := realRenderer(t).Render(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "many_gaps", pdf)
	if got := wantDrawn(t, p, pdf); got.Pages < 4 {
		t.Errorf("%d pages for 30 gaps, want at least 4", got.Pages)
	}
}

func TestRealRendererIsHealthy(t *testing.T) {
	client, err := documents.New(os.Getenv("TUOYU_GOTENBERG_URL"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Health(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestUnprintableCharacterIsRefusedBeforeAnythingIsSent(t *testing.T) {
	client, err := documents.New("http://127.0.0.1:9", nil) // nothing listens there
	if err != nil {
		t.Fatal(err)
	}
	r := documents.NewRenderer(documents.FontsForTest(t), client)
	for name, c := range map[string]rune{
		"private use": '\uE863', "ideograph of extension G": '\U00030000',
		"unassigned ideograph": '\U0003FFF0', "replacement": '\uFFFD',
	} {
		t.Run(name, func(t *testing.T) {
			p := sample(t, activities.FilingReceipt)
			p.Common().Addressee = "长治市" + string(c) + "托育有限公司"
			_, err := r.Render(t.Context(), p, nil)
			var unprintable *documents.UnprintableError
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
			p := sample(t, activities.FilingReceipt)
			p.Common().Addressee = "长治市" + string(c) + "托育有限公司"
			page, err := documents.HTML(p)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(page), "长治市托育有限公司") || strings.ContainsRune(string(page), c) {
				t.Errorf("U+%04X is in the page", c)
			}
			if err := documents.NewRenderer(documents.FontsForTest(t), nil).Check(p); err != nil {
				t.Errorf("Check gives %v", err)
			}
		})
	}
}

func TestRenderSaysWhichPaperFailedAndKeepsTheCause(t *testing.T) {
	client, err := documents.New("http://127.0.0.1:9", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = documents.NewRenderer(documents.FontsForTest(t), client).Render(context.Background(), sample(t, activities.FilingReceipt), nil)
	var re *documents.RenderError
	if !errors.As(err, &re) || !re.Retryable || re.Status != 0 {
		t.Fatalf("error %v, want a retryable *RenderError", err)
	}
	if !strings.Contains(err.Error(), "BA-140403-2026-000123") {
		t.Errorf("error %q does not name the case", err)
	}
}

// BenchmarkJob measures the preparation of a job: page, subset fonts and style sheet.
func BenchmarkJob(b *testing.B) {
	r := documents.NewRenderer(documents.FontsForTest(b), nil)
	p := sample(b, activities.FilingBasicConditions)
	size := 0
	b.ReportAllocs()
	for b.Loop() {
		job, err := r.Job(p)
		if err != nil {
			b.Fatal(err)
		}
		size = len(job.Index)
		for _, data := range job.Assets {
			size += len(data)
		}
	}
	b.ReportMetric(float64(size), "bytes/job")
}
