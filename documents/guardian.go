package documents

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"html/template"

	"tuoyu/nursery"
)

// GuardianSheet informs a guardian of the result of a check-up 体检结果告知单, in plain words. It is rendered on request and
// not stored: it has no number and no verification code.
type GuardianSheet struct {
	CaseNo      string
	Institution string
	Clinic      string
	Half        nursery.HalfYear
	Child       string // the name
	CheckedOn   nursery.Date
	Lines       []string
}

var guardianPage = template.Must(template.New("guardian.html").Funcs(template.FuncMap{"date": nursery.Date.Long}).ParseFS(templateFiles, "guardian.html"))

// GuardianHTML returns the sheet as an HTML page.
func GuardianHTML(s GuardianSheet) ([]byte, error) {
	var page bytes.Buffer
	if err := guardianPage.Execute(&page, s); err != nil {
		return nil, fmt.Errorf("write page: %w", err)
	}
	return leaveOut(page.Bytes()), nil
}

// RenderGuardian returns the sheet as a PDF. Errors are those of Render.
func (r *Renderer) RenderGuardian(ctx context.Context, s GuardianSheet) ([]byte, error) {
	page, err := GuardianHTML(s)
	if err != nil {
		return nil, err
	}
	faces, err := r.fonts.Faces(html.UnescapeString(string(page)))
	if err != nil {
		return nil, fmt.Errorf("print the sheet for the guardian: %w", err)
	}
	job := Job{Index: page, Assets: map[string][]byte{"fonts.css": fontCSS(faces)}, Metadata: Metadata{Title: "体检结果告知单", Subject: s.CaseNo}}
	for _, face := range faces {
		job.Assets[face.File] = face.Data
	}
	pdf, err := r.client.Convert(ctx, job)
	if err != nil {
		return nil, fmt.Errorf("print the sheet for the guardian: %w", err)
	}
	return pdf, nil
}
