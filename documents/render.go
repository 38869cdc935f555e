package documents

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html"
	"html/template"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"tuoyu/nursery"
)

//go:embed *.html */*.html
var templateFiles embed.FS

// templates are the templates of the kinds, by the name of their file.
var templates = parseTemplates()

// parseTemplates combines each template with the shared layout. The files are compiled into the program, so a template
// error is a programming error and any test detects it.
func parseTemplates() map[string]*template.Template {
	shared := template.Must(template.New("layout.html").Funcs(template.FuncMap{
		"cite": Cite, "citeShort": citeShort, "law": Law, "date": nursery.Date.Long, "qr": QR, "qrURL": qrURL, "add": func(a, b int) int { return a + b },
	}).ParseFS(templateFiles, "*.html"))
	files, err := fs.Glob(templateFiles, "*/*.html")
	if err != nil {
		panic(err)
	}
	parsed := make(map[string]*template.Template, len(files))
	for _, file := range files {
		parsed[file] = template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, file))
	}
	return parsed
}

// Renderer renders documents. It is safe for concurrent use.
type Renderer struct {
	fonts  *Fonts
	client *Client
	slots  chan struct{} // one for each page in the service at a time
}

// renderings is how many pages a renderer has in the service at a time: one with two cores cannot do more. What prepares and stores
// documents runs more at a time, so that the service never waits for it.
const renderings = 4

// NewRenderer returns a renderer that uses loaded fonts and a client.
func NewRenderer(fonts *Fonts, client *Client) *Renderer {
	return &Renderer{fonts: fonts, client: client, slots: make(chan struct{}, renderings)}
}

// Pictures opens a picture by its name in the document.
type Pictures func(ctx context.Context, name string) (io.ReadCloser, error)

// Render returns the PDF of a document with the pictures it names; pictures may be nil if it names none. Two renderings
// of one document look alike but differ in bytes, so the caller stores the hash of the one it stores. Errors:
// *IncompleteError and *UnprintableError, which are permanent, *RenderError, and that of pictures.
func (r *Renderer) Render(ctx context.Context, p Paper, pictures Pictures) ([]byte, error) {
	job, err := r.job(p)
	if err != nil {
		return nil, fmt.Errorf("print %s %s: %w", p.Kind, p.Common().CaseNo, err)
	}
	for _, name := range p.Pictures() {
		if job.Assets[name], err = read(ctx, pictures, name); err != nil {
			return nil, fmt.Errorf("print %s %s: read picture: %w", p.Kind, p.Common().CaseNo, err)
		}
	}
	pdf, err := r.convert(ctx, job)
	if err != nil {
		return nil, fmt.Errorf("print %s %s: %w", p.Kind, p.Common().CaseNo, err)
	}
	return pdf, nil
}

func read(ctx context.Context, pictures Pictures, name string) ([]byte, error) {
	kept, err := pictures(ctx, name)
	if err != nil {
		return nil, err
	}
	defer kept.Close()
	return io.ReadAll(kept)
}

// Check performs the checks of Render without calling the service, so that a document that cannot be rendered is
// rejected while the user can still correct it.
func (r *Renderer) Check(p Paper) error {
	_, err := r.job(p)
	return err
}

// Undrawn returns the distinct characters of text that cannot be printed.
func (r *Renderer) Undrawn(text string) []rune { return r.fonts.Undrawn(text) }

// convert sends a job once one of the slots is free. Its errors are those of Convert, and that of ctx.
func (r *Renderer) convert(ctx context.Context, job Job) ([]byte, error) {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
		return r.client.Convert(ctx, job)
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a renderer: %w", ctx.Err())
	}
}

func (r *Renderer) job(p Paper) (Job, error) {
	page, err := HTML(p)
	if err != nil {
		return Job{}, err
	}
	h := p.Common()
	return r.prepare(page, Metadata{Title: p.Title + " " + h.Number, Author: h.Authority, Subject: h.CaseNo})
}

// prepare returns the job of a finished page with the fonts it needs.
func (r *Renderer) prepare(page []byte, about Metadata) (Job, error) {
	// The text is taken from the finished page, so it includes the wording of the templates. The markup in it is ASCII,
	// which costs a few glyphs.
	faces, err := r.fonts.Faces(html.UnescapeString(string(page)))
	if err != nil {
		return Job{}, err
	}
	job := Job{Index: page, Assets: make(map[string][]byte, len(faces)+1), Metadata: about}
	job.Assets["fonts.css"] = fontCSS(faces)
	for _, face := range faces {
		job.Assets[face.File] = face.Data
	}
	return job, nil
}

// HTML returns the document as an HTML page, the same bytes for the same document. It needs the fonts of a job beside
// it to be displayed correctly. The error is an *IncompleteError if something that the kind requires is missing.
func HTML(p Paper) ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return page(view{Paper: p, Head: *p.Common()})
}

// Preview returns the page of a document that is not issued: it is marked as such, without number and verification
// code, whatever the document contains. It is self-contained and loads nothing. The error is an *IncompleteError as for
// HTML.
func Preview(p Paper) ([]byte, error) {
	if err := p.validate(true); err != nil {
		return nil, err
	}
	v := view{Paper: p, Head: *p.Common(), Draft: true}
	v.Number, v.VerificationCode, v.VerifyURL = "", "", ""
	return page(v)
}

func page(v view) ([]byte, error) { return execute(v.Template, "layout.html", &v) }

// execute returns the page that the template called name writes, by the files of a kind.
func execute(file, name string, content any) ([]byte, error) {
	t, ok := templates[file]
	if !ok {
		return nil, fmt.Errorf("no template %s", file)
	}
	var page bytes.Buffer
	if err := t.ExecuteTemplate(&page, name, content); err != nil {
		return nil, fmt.Errorf("write page: %w", err)
	}
	return leaveOut(page.Bytes()), nil
}

// Sheet is a page of its own that is printed on request and not stored: it has no number and no verification code.
type Sheet struct {
	Template string // its file in this folder
	Title    string
	Subject  string
	Content  any
}

// HTML returns the sheet as an HTML page.
func (s Sheet) HTML() ([]byte, error) { return execute(s.Template, path.Base(s.Template), s.Content) }

// RenderSheet returns the sheet as a PDF. Errors are those of Render.
func (r *Renderer) RenderSheet(ctx context.Context, s Sheet) ([]byte, error) {
	page, err := s.HTML()
	if err != nil {
		return nil, err
	}
	job, err := r.prepare(page, Metadata{Title: s.Title, Subject: s.Subject})
	if err != nil {
		return nil, fmt.Errorf("print %s: %w", s.Title, err)
	}
	pdf, err := r.convert(ctx, job)
	if err != nil {
		return nil, fmt.Errorf("print %s: %w", s.Title, err)
	}
	return pdf, nil
}

// fontCSS declares the faces of a job and applies them, in their order, to the page and its margins.
func fontCSS(faces []Face) []byte {
	var css bytes.Buffer
	var families []string
	for _, f := range faces {
		weight := "400"
		switch {
		case f.Bold:
			weight = "700"
		case f.Family != textFamily:
			weight = "400 700" // with a single face: synthetic bold by the browser would make it a Type 3 font
		}
		if !slices.Contains(families, f.Family) {
			families = append(families, f.Family)
		}
		fmt.Fprintf(&css, "@font-face{font-family:%s;font-weight:%s;src:url(%s) format(\"truetype\")}\n", f.Family, weight, f.File)
	}
	fmt.Fprintf(&css, "@page{font-family:%[1]s}\nhtml{font-family:%[1]s}\n", strings.Join(families, ","))
	return css.Bytes()
}

// view is a document as seen by the layout; the template of its kind sees the content.
type view struct {
	Paper
	Head
	Draft bool // not issued: no number and no code
}

// PageMargin returns the margin of the style sheet, the same as in the form.
func (v view) PageMargin() template.CSS {
	return template.CSS(marginTop + " " + marginSide + " " + marginBottom)
}
