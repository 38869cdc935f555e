package documents

// What the tests of the papers, which are in a package of their own to know the processes, use of this one.

// QRQuiet is the width of the border of a QR code in modules.
const QRQuiet = qrQuiet

// TemplateFiles returns the names of the templates of kinds and sheets.
func TemplateFiles() (names []string) {
	for name := range templates {
		names = append(names, name)
	}
	return names
}

// Job returns the job that Render sends, without pictures.
func (r *Renderer) Job(p Paper) (Job, error) { return r.job(p) }
