package main

import (
	"fmt"
	"mime/multipart"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/page"
)

// renderJob is one HTML document to print: its files by flat name, and the print settings.
type renderJob struct {
	files  map[string][]byte
	params page.PrintToPDFParams
	media  string
	wait   time.Duration

	failOnResource bool // a file that the page requests and the job does not contain is an error
}

const (
	indexFile  = "index.html"
	headerFile = "header.html"
	footerFile = "footer.html"
	emptyPart  = "<html><head></head><body></body></html>"
)

// maxWait is the maximum of waitDelay: no job may occupy its tab longer than the time limit allows anyway.
const maxWait = time.Minute

// parseRenderForm parses a multipart form as Gotenberg 8 does: it ignores unknown fields. The error, with Gotenberg's
// wording, is for the developer of the client.
func parseRenderForm(form *multipart.Form) (*renderJob, error) {
	job := &renderJob{files: map[string][]byte{}, media: "print"}
	for _, parts := range form.File {
		for _, part := range parts {
			body, err := readPart(part)
			if err != nil {
				return nil, err
			}
			job.files[filepath.Base(part.Filename)] = body
		}
	}
	if _, ok := job.files[indexFile]; !ok {
		return nil, fmt.Errorf("form file '%s' is required", indexFile)
	}
	f := &formReader{values: form.Value}
	p := &job.params
	p.PaperWidth = f.length("paperWidth", 8.5)
	p.PaperHeight = f.length("paperHeight", 11)
	p.MarginTop = new(f.length("marginTop", 0.39))
	p.MarginBottom = new(f.length("marginBottom", 0.39))
	p.MarginLeft = new(f.length("marginLeft", 0.39))
	p.MarginRight = new(f.length("marginRight", 0.39))
	p.Scale = f.number("scale", 1)
	p.Landscape = new(f.flag("landscape"))
	p.PrintBackground = new(f.flag("printBackground"))
	p.PreferCSSPageSize = new(f.flag("preferCssPageSize"))
	p.GenerateDocumentOutline = new(f.flag("generateDocumentOutline"))
	if f.flag("generateTaggedPdf") {
		p.GenerateTaggedPDF = new(true)
	}
	p.PageRanges = f.text("nativePageRanges")
	job.setHeaderFooter()
	if m := f.text("emulatedMediaType"); m != "" {
		job.media = m
		if m != "print" && m != "screen" {
			f.fail("emulatedMediaType", "wrong value, expected either 'screen', 'print' or empty")
		}
	}
	job.wait = f.duration("waitDelay")
	job.failOnResource = f.flag("failOnResourceLoadingFailed") || f.text("failOnResourceHttpStatusCodes") != ""
	if f.text("pdfa") != "" || f.flag("pdfua") {
		f.fail("pdfa", "PDF/A and PDF/UA need Gotenberg itself")
	}
	if f.flag("singlePage") {
		f.fail("singlePage", "one endless page needs Gotenberg itself")
	}
	if p.PaperWidth <= 0 || p.PaperHeight <= 0 {
		f.fail("paperWidth", "paper has a width and a height")
	}
	return job, f.err()
}

// setHeaderFooter prints both parts if either is given: a missing one is empty, since Chromium would otherwise print
// the date and the title.
func (j *renderJob) setHeaderFooter() {
	header, hasHeader := j.files[headerFile]
	footer, hasFooter := j.files[footerFile]
	if !hasHeader && !hasFooter {
		return
	}
	j.params.DisplayHeaderFooter = new(true)
	j.params.HeaderTemplate, j.params.FooterTemplate = emptyPart, emptyPart
	if hasHeader {
		j.params.HeaderTemplate = string(header)
	}
	if hasFooter {
		j.params.FooterTemplate = string(footer)
	}
}

// formReader reads fields and collects their errors.
type formReader struct {
	values map[string][]string
	faults []string
}

func (f *formReader) fail(field, why string) {
	f.faults = append(f.faults, fmt.Sprintf("form field '%s' is invalid: %s", field, why))
}

func (f *formReader) err() error {
	if len(f.faults) == 0 {
		return nil
	}
	slices.Sort(f.faults)
	return fmt.Errorf("%s", strings.Join(f.faults, "; "))
}

func (f *formReader) text(field string) string {
	if v := f.values[field]; len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}

func (f *formReader) flag(field string) bool {
	v := f.text(field)
	if v == "" {
		return false
	}
	b, err := strconv.ParseBool(v)
	if err != nil {
		f.fail(field, fmt.Sprintf("'%s' is not true or false", v))
	}
	return b
}

func (f *formReader) number(field string, otherwise float64) float64 {
	v := f.text(field)
	if v == "" {
		return otherwise
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || !(n >= 0.1 && n <= 2) {
		f.fail(field, fmt.Sprintf("'%s' is not a number from 0.1 to 2", v))
		return otherwise
	}
	return n
}

func (f *formReader) duration(field string) time.Duration {
	v := f.text(field)
	if v == "" {
		return 0
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 || d > maxWait {
		f.fail(field, fmt.Sprintf("'%s' is not a duration up to %s", v, maxWait))
	}
	return d
}

// inches maps a unit of length to its size in inches, as Gotenberg 8 defines them.
var inches = map[string]float64{"in": 1, "pt": 1.0 / 72, "px": 1.0 / 96, "mm": 1 / 25.4, "cm": 1 / 2.54, "pc": 1.0 / 6}

// length parses a length in inches, or with a unit.
func (f *formReader) length(field string, otherwise float64) float64 {
	v := f.text(field)
	if v == "" {
		return otherwise
	}
	number, factor := v, 1.0
	for unit, per := range inches {
		if cut, ok := strings.CutSuffix(v, unit); ok {
			number, factor = strings.TrimSpace(cut), per
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !(n >= 0 && n <= 1000) { // also rejects NaN
		f.fail(field, fmt.Sprintf("'%s' is not a length", v))
		return otherwise
	}
	return n * factor
}
