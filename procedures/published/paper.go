package published

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"tuoyu/definition"
	"tuoyu/documents"
)

// PaperContent is the content of every paper of a procedure: what its template makes of the case when it is issued, so that
// what is printed later is what was decided then.
type PaperContent struct {
	documents.Head
	Body     string          `json:"body"` // HTML
	Marked   bool            `json:"marked,omitempty"`
	Printed  documents.Facts `json:"printed,omitempty"`
	Template string          `json:"template"` // its hash
}

// HTML returns the body, which the template has escaped.
func (c *PaperContent) HTML() template.HTML { return template.HTML(c.Body) }

// Needs implements documents.Content.
func (c *PaperContent) Needs(need func(string, bool)) { need("body", strings.TrimSpace(c.Body) != "") }

// Facts implements documents.Content.
func (c *PaperContent) Facts() []documents.Fact { return c.Printed }

// Unverified implements documents.Content.
func (c *PaperContent) Unverified() bool { return c.Marked }

// paperTemplate is the file of the layout of papers of procedures, below documents/.
const paperTemplate = "procedure/paper.html"

// printable returns the kinds of documents with the type of their content.
func printable(papers []definition.Paper) []definition.Paper {
	papers = slices.Clone(papers)
	for i := range papers {
		papers[i].Template, papers[i].New, papers[i].OfCounty = paperTemplate, documents.Empty[PaperContent](), true
	}
	return papers
}

// Paper returns the kind of a paper of the plan.
func (r *Revision) Paper(i int) definition.Paper {
	title := r.Live.Papers[i]
	return printable([]definition.Paper{{Kind: r.Plan.Kind + "." + r.Plan.Papers[i].Name, Title: title, Prefix: title}})[0]
}

// Write returns the body of a paper of the plan as HTML, from what the case has.
func (r *Revision) Write(i int, data map[string]any) (string, error) {
	body, err := r.Procedure.PaperBody(i, documents.PaperFunctions(), data)
	if err != nil {
		return "", fmt.Errorf("write paper %s of %s: %w", r.Plan.Papers[i].Name, r.Plan.Kind, err)
	}
	return body, nil
}
