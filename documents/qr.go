package documents

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"

	"rsc.io/qr"
)

// qrQuiet is the width in modules of the empty border by which readers find a QR code.
const qrQuiet = 4

// pageQR is the width of the QR code in the margin of a page.
const pageQR = "16mm"

// qrURL returns the QR code of text as a data URL for the margin of a page, pageQR wide: style sheets accept only
// images with an intrinsic size there.
func qrURL(text string) (template.CSS, error) {
	svg, err := QR(text)
	if err != nil {
		return "", err
	}
	sized := strings.Replace(string(svg), "<svg ", `<svg xmlns="http://www.w3.org/2000/svg" width="`+pageQR+`" height="`+pageQR+`" `, 1)
	return template.CSS(`url("data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString([]byte(sized)) + `")`), nil
}

// QR returns text as a QR code: one SVG image with one path, a rectangle for each run of dark modules. Level M is still
// readable with a fold or a stamp over it.
func QR(text string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", fmt.Errorf("encode QR code: %w", err)
	}
	size := code.Size + 2*qrQuiet
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; {
			if !code.Black(x, y) {
				x++
				continue
			}
			run := 1
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+qrQuiet, y+qrQuiet, run, run)
			x += run
		}
	}
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %d" role="img" aria-label="核验二维码" `+
		`shape-rendering="crispEdges"><path d="%s"/></svg>`, size, size, path.String())), nil
}
