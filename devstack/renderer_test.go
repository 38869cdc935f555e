package main

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// reply is what the renderer answers.
type reply struct {
	status int
	body   []byte
	header http.Header
}

// pdf returns the document of a reply, which must be one.
func (r reply) pdf(t *testing.T) []byte {
	t.Helper()
	if r.status != http.StatusOK || !bytes.HasPrefix(r.body, []byte("%PDF-")) {
		t.Fatalf("no document: %d %.200s", r.status, r.body)
	}
	return r.body
}

// post sends a form with files and fields, by name, to the renderer.
func post(t *testing.T, base string, files, fields map[string]string) reply {
	t.Helper()
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	for name, text := range files {
		part, err := form.CreateFormFile("files", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, text); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, base+"/forms/chromium/convert/html", &buf)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Gotenberg-Trace", "trace-1")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{res.StatusCode, body, res.Header}
}

// pageBox matches the size of the first page in points: Chromium does not compress its page dictionaries.
var pageBox = regexp.MustCompile(`/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]`)

func checkRenderer(t *testing.T, d *devstack) {
	base := d.env["TUOYU_GOTENBERG_URL"]
	if v := get(t, base+"/version"); !strings.HasPrefix(v, "8.") {
		t.Errorf("version %q", v)
	}
	if h := get(t, base+"/health"); !strings.Contains(h, `"status":"up"`) {
		t.Errorf("health %s", h)
	}
	page := strings.Replace(samplePage, "PLACE", base, 1)
	style := ".hidden{display:none}"
	for _, c := range []struct {
		name   string
		fields map[string]string
		width  float64
		height float64
	}{
		{"letter is the default", nil, 612, 792},
		{"a4 in millimetres", map[string]string{"paperWidth": "210mm", "paperHeight": "297mm", "unknown": "1"}, 595.3, 841.9},
		{"a4 lying", map[string]string{"paperWidth": "8.27", "paperHeight": "11.7", "landscape": "true"}, 842.4, 595.4},
	} {
		made := post(t, base, map[string]string{"index.html": page, "style.css": style}, c.fields)
		pdf := made.pdf(t)
		if kind, trace := made.header.Get("Content-Type"), made.header.Get("Gotenberg-Trace"); kind != "application/pdf" || trace != "trace-1" {
			t.Errorf("%s: content type %q, trace %q", c.name, kind, trace)
		}
		mustMeasure(t, pdf, c.width, c.height)
	}
	t.Run("the page's own size", func(t *testing.T) {
		pdf := post(t, base, map[string]string{"index.html": `<style>@page{size:100mm 50mm}</style>x`}, map[string]string{"preferCssPageSize": "true"}).pdf(t)
		mustMeasure(t, pdf, 283.5, 141.7)
	})
	t.Run("text, header and footer, no script, no file of the machine", func(t *testing.T) {
		pdf := post(t, base, map[string]string{"index.html": page, "style.css": style,
			"footer.html": `<p style="font-size:9px">page <span class="pageNumber"></span></p>`}, map[string]string{"marginBottom": "2cm"}).pdf(t)
		text := pdfText(t, pdf)
		for _, want := range []string{"托育机构备案回执", "page 1"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in %q", want, text)
			}
		}
		for _, never := range []string{"root:", "devstack", "scripted", "never printed"} {
			if strings.Contains(text, never) {
				t.Errorf("%q is in %q", never, text)
			}
		}
	})
	t.Run("a job gets no file of the job before it", func(t *testing.T) {
		const page = `<link rel="stylesheet" href="style.css"><p class="hidden">shown</p>`
		for _, style := range []string{style, "p{color:blue}"} {
			pdf := post(t, base, map[string]string{"index.html": page, "style.css": style}, nil).pdf(t)
			if text := pdfText(t, pdf); strings.Contains(text, "shown") == (style == ".hidden{display:none}") {
				t.Errorf("with %s: %q", style, text)
			}
		}
		other := map[string]string{"index.html": `<link rel="stylesheet" href="../1/style.css">x`, "style.css": style}
		if got := post(t, base, other, map[string]string{"failOnResourceLoadingFailed": "true"}); got.status != http.StatusConflict {
			t.Errorf("a file in the folder of another job: %d %.200s", got.status, got.body)
		}
	})
	for _, c := range []struct {
		name   string
		files  map[string]string
		fields map[string]string
		status int
		words  string
	}{
		{"no index", map[string]string{"other.html": "x"}, nil, 400, "'index.html' is required"},
		{"bad length", map[string]string{"index.html": "x"}, map[string]string{"marginTop": "wide"}, 400, "'marginTop'"},
		{"pages backwards", map[string]string{"index.html": "x"}, map[string]string{"nativePageRanges": "5-2"}, 400, "Page range"},
		{"no room", map[string]string{"index.html": "x"}, map[string]string{"marginTop": "9", "marginBottom": "9"}, 400, "content area"},
		{"pdf/a", map[string]string{"index.html": "x"}, map[string]string{"pdfa": "PDF/A-2b"}, 400, "PDF/A"},
		{"absent file", map[string]string{"index.html": page}, map[string]string{"failOnResourceLoadingFailed": "true"}, 409, "style.css"},
	} {
		got := post(t, base, c.files, c.fields)
		if got.status != c.status || !strings.Contains(string(got.body), c.words) {
			t.Errorf("%s: %d %.300s", c.name, got.status, got.body)
		}
	}
	res, err := http.Post(base+"/forms/chromium/convert/url", "text/plain", nil)
	if err != nil || res.StatusCode != http.StatusForbidden {
		t.Errorf("a URL: %v, %v", res, err)
	}
}

// mustMeasure checks the first page's size in points. Chromium lays pages out in whole pixels of 0.75 points.
func mustMeasure(t *testing.T, pdf []byte, width, height float64) {
	t.Helper()
	box := pageBox.FindSubmatch(pdf)
	if box == nil {
		t.Fatal("no page size in the PDF")
	}
	for i, want := range []float64{width, height} {
		got, err := strconv.ParseFloat(string(box[i+1]), 64)
		if err != nil || got < want-1 || got > want+1 {
			t.Errorf("page is %s by %s, want %.1f by %.1f", box[1], box[2], width, height)
		}
	}
}

func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext (Debian's package poppler-utils): %v", err)
	}
	return string(out)
}

func TestRendererBounds(t *testing.T) {
	path, err := findChromium(t.Context(), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	b, err := startBrowser(path, t.TempDir(), "bounds-"+t.Name())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.stop)
	page := map[string]string{"index.html": "x"}

	t.Run("a full queue is 429", func(t *testing.T) {
		r := newRenderer(b, 1, 1, patience)
		srv := httptest.NewServer(r.handler())
		defer srv.Close()
		r.tabs <- struct{}{} // simulates a slow job
		var wg sync.WaitGroup
		for range cap(r.queue) {
			wg.Go(func() {
				if got := post(t, srv.URL, page, nil); got.status != http.StatusOK {
					t.Errorf("a job in the queue: %d %.200s", got.status, got.body)
				}
			})
		}
		await(t, func() bool { return len(r.queue) == cap(r.queue) }, func() string { return "the queue does not fill" })
		if got := post(t, srv.URL, page, nil); got.status != http.StatusTooManyRequests {
			t.Errorf("beyond the queue: %d %.200s", got.status, got.body)
		}
		<-r.tabs
		wg.Wait()
	})
	t.Run("a slow job is 503", func(t *testing.T) {
		srv := httptest.NewServer(newRenderer(b, 1, 1, 500*time.Millisecond).handler())
		defer srv.Close()
		if got := post(t, srv.URL, page, map[string]string{"waitDelay": "10s"}); got.status != http.StatusServiceUnavailable {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
	t.Run("a large body is 413", func(t *testing.T) {
		srv := httptest.NewServer(newRenderer(b, 1, 1, patience).handler())
		defer srv.Close()
		large := map[string]string{"index.html": "x", "font.ttf": strings.Repeat("x", maxRenderBody+1)}
		if got := post(t, srv.URL, large, nil); got.status != http.StatusRequestEntityTooLarge {
			t.Errorf("%d %.100s", got.status, got.body)
		}
	})
	t.Run("a browser that dies is replaced, and the job is not lost", func(t *testing.T) {
		srv := httptest.NewServer(newRenderer(b, 1, 1, patience).handler())
		defer srv.Close()
		before := marked(b.run)
		if len(before) == 0 {
			t.Fatal("no browser seen")
		}
		live, err := b.live()
		if err != nil {
			t.Fatal(err)
		}
		var job sync.WaitGroup
		job.Go(func() {
			if got := post(t, srv.URL, page, map[string]string{"waitDelay": "2s"}); got.status != http.StatusOK {
				t.Errorf("%d %.200s", got.status, got.body)
			}
		})
		await(t, func() bool {
			tabs, err := chromedp.Targets(live)
			return err == nil && slices.ContainsFunc(tabs, func(tab *target.Info) bool { return strings.Contains(tab.URL, jobHost) })
		}, func() string { return "no tab opens the page of the job" })
		for _, pid := range before {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		job.Wait()
	})
}

func TestLengths(t *testing.T) {
	for text, want := range map[string]float64{
		"8.27": 8.27, "1in": 1, "72pt": 1, "96px": 1, "2.54cm": 1, "25.4mm": 1, "6pc": 1, "0": 0, "": 0.39, "10 mm": 10 / 25.4,
	} {
		f := &formReader{values: map[string][]string{"x": {text}}}
		if got := f.length("x", 0.39); f.err() != nil || got < want-1e-9 || got > want+1e-9 {
			t.Errorf("%q is %v, %v; want %v", text, got, f.err(), want)
		}
	}
	for _, text := range []string{"wide", "-1", "1 parsec", "NaN", "1e9"} {
		f := &formReader{values: map[string][]string{"x": {text}}}
		if got := f.length("x", 0.39); f.err() == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}
