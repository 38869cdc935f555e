package documents

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html"
	"html/template"
	"io"
	"slices"
	"strings"

	"tuoyu/nursery"
)

//go:embed *.html
var templateFiles embed.FS

var templates = parseTemplates()

// parseTemplates combines each kind's template with the shared layout. The files are compiled into the program, so a
// template error is a programming error and any test detects it.
func parseTemplates() map[Kind]*template.Template {
	shared := template.Must(template.New("layout.html").Funcs(template.FuncMap{
		"cite": Cite, "citeShort": citeShort, "law": law, "date": nursery.Date.Long, "qr": QR, "qrURL": qrURL, "add": func(a, b int) int { return a + b },
	}).ParseFS(templateFiles, "layout.html", "parts.html"))
	parsed := make(map[Kind]*template.Template, len(kinds))
	for _, info := range kinds {
		parsed[info.Kind] = template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, info.Template))
	}
	return parsed
}

// Renderer renders documents. It is safe for concurrent use.
type Renderer struct {
	fonts  *Fonts
	client *Client
}

// NewRenderer returns a renderer that uses loaded fonts and a client.
func NewRenderer(fonts *Fonts, client *Client) *Renderer {
	return &Renderer{fonts: fonts, client: client}
}

// Pictures opens a picture by its name in the document.
type Pictures func(ctx context.Context, name string) (io.ReadCloser, error)

// Render returns the PDF of a document with the pictures it names; pictures may be nil if it names none. Two renderings
// of one document look alike but differ in bytes, so the caller stores the hash of the one it stores. Errors:
// *IncompleteError and *UnprintableError, which are permanent, *RenderError, and that of pictures.
func (r *Renderer) Render(ctx context.Context, p Paper, pictures Pictures) ([]byte, error) {
	job, err := r.job(p)
	if err != nil {
		return nil, fmt.Errorf("print %s %s: %w", p.Kind, p.CaseNo, err)
	}
	for _, name := range p.pictures() {
		if job.Assets[name], err = read(ctx, pictures, name); err != nil {
			return nil, fmt.Errorf("print %s %s: read picture: %w", p.Kind, p.CaseNo, err)
		}
	}
	pdf, err := r.client.Convert(ctx, job)
	if err != nil {
		return nil, fmt.Errorf("print %s %s: %w", p.Kind, p.CaseNo, err)
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

func (r *Renderer) job(p Paper) (Job, error) {
	page, err := HTML(p)
	if err != nil {
		return Job{}, err
	}
	// The text is taken from the finished page, so it includes the wording of the templates. The markup in it is ASCII,
	// which costs a few glyphs.
	faces, err := r.fonts.Faces(html.UnescapeString(string(page)))
	if err != nil {
		return Job{}, err
	}
	job := Job{
		Assets:   make(map[string][]byte, len(faces)+1),
		Metadata: Metadata{Title: p.Kind.Title() + " " + p.Number, Author: p.Authority, Subject: p.CaseNo},
	}
	job.Index = page
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
	return page(view{Paper: p})
}

// Preview returns the page of a document that is not issued: it is marked as such, without number and verification
// code, whatever the document contains. It is self-contained and loads nothing. The error is an *IncompleteError as for
// HTML.
func Preview(p Paper) ([]byte, error) {
	p.Number, p.VerificationCode, p.VerifyURL = "", "", ""
	if err := p.validate(true); err != nil {
		return nil, err
	}
	return page(view{Paper: p, Draft: true})
}

func page(v view) ([]byte, error) {
	var page bytes.Buffer
	if err := templates[v.Kind].Execute(&page, v); err != nil {
		return nil, fmt.Errorf("write page: %w", err)
	}
	return leaveOut(page.Bytes()), nil
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

// view is a document as seen by the templates.
type view struct {
	Paper
	Draft bool // not issued: no number and no code
}

// Title returns the heading of the document.
func (v view) Title() string { return v.Kind.Title() }

// PageMargin returns the margin of the style sheet, the same as in the form.
func (v view) PageMargin() template.CSS {
	return template.CSS(marginTop + " " + marginSide + " " + marginBottom)
}

// FamilyPoint reports whether the rules of family points apply, which are a separate document.
func (v view) FamilyPoint() bool { return v.SiteKind == nursery.FamilyPoint }

// ShowsClasses reports whether the table of facts lists the classes, as on the two receipts, which state what is on
// file.
func (v view) ShowsClasses() bool {
	return len(v.Classes) > 0 && (v.Kind == FilingReceipt || v.Kind == FilingChange)
}

// NamesRelated reports whether the text of the document names the related document, so that the table of facts need
// not.
func (v view) NamesRelated() bool {
	return v.Kind == FilingRectified || v.Kind == FilingCancellation || v.Kind == FilingChange
}

// Conditions returns the rows of the basic-conditions notice.
func (v view) Conditions() []conditionGroup { return conditionsFor(v.SiteKind) }

// ConditionSources returns the distinct documents cited by Conditions that have a number.
func (v view) ConditionSources() []nursery.Citation {
	var sources []nursery.Citation
	for _, group := range v.Conditions() {
		for _, row := range group.Rows {
			c := row.Basis
			c.Article, c.Verified = "", true
			if c.Number != "" && !slices.Contains(sources, c) {
				sources = append(sources, c)
			}
		}
	}
	return sources
}

// FamilyPointLimit returns the maximum number of children of a family point.
func (v view) FamilyPointLimit() int { return familyPointLimit }

// Unverified reports whether the document prints a citation that is marked 待核, which requires an explanation.
func (v view) Unverified() bool {
	switch v.Kind {
	case FilingBasicConditions, FilingReroute:
		return true
	case InspectionRecord:
		for _, item := range v.Inspection.Items {
			if slices.ContainsFunc(item.Basis, func(c nursery.Citation) bool { return !c.Verified }) {
				return true
			}
		}
	case FilingCorrection, FilingNonconformity, FilingRectified, InspectionOrder, InspectionReferral:
		for _, g := range v.Gaps {
			if slices.ContainsFunc(g.Basis, func(c nursery.Citation) bool { return !c.Verified }) {
				return true
			}
		}
	}
	return false
}
