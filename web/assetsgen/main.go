// Command assetsgen copies what the pages take from npm into web/static: htmx, and one sprite of the icons in use. It is run
// by hand when a version in browser/package.json changes: npm ci in browser/, then go run ./web/assetsgen.
package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

const modules = "browser/node_modules/"

// icons are the names the pages use, and lucide's.
var icons = []struct{ name, lucide string }{
	{"check", "check"}, {"cross", "x"}, {"alert", "triangle-alert"}, {"cloud-off", "cloud-off"}, {"empty", "inbox"},
	{"download", "download"}, {"file", "file"}, {"plus", "plus"}, {"brand", "baby"}, {"print", "printer"}, {"clock", "clock"},
	{"pin", "map-pin"}, {"camera", "camera"}, {"pen", "pen-line"}, {"list", "list-checks"}, {"keys", "keyboard"}, {"star", "star"},
	{"people", "users"}, {"next", "chevron-right"}, {"previous", "chevron-left"},
}

var drawing = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "assetsgen:", err)
		os.Exit(1)
	}
}

func run() error {
	htmx, err := os.ReadFile(modules + "htmx.org/dist/htmx.min.js")
	if err != nil {
		return fmt.Errorf("read htmx, is npm ci done in browser/: %w", err)
	}
	// Its source map is not served.
	script := regexp.MustCompile(`\n?//# sourceMappingURL=.*`).ReplaceAll(htmx, nil)
	if err := os.WriteFile("web/static/htmx.js", script, 0o644); err != nil {
		return fmt.Errorf("write htmx: %w", err)
	}
	var sprite strings.Builder
	sprite.WriteString("<svg xmlns=\"http://www.w3.org/2000/svg\">\n<!-- lucide, ISC licence -->\n")
	for _, icon := range icons {
		raw, err := os.ReadFile(modules + "lucide-static/icons/" + icon.lucide + ".svg")
		if err != nil {
			return fmt.Errorf("read icon: %w", err)
		}
		inside := strings.Join(strings.Fields(drawing.FindStringSubmatch(string(raw))[1]), " ")
		fmt.Fprintf(&sprite, "<symbol id=%q viewBox=\"0 0 24 24\">%s</symbol>\n", icon.name, inside)
	}
	sprite.WriteString("</svg>\n")
	if err := os.WriteFile("web/static/icons.svg", []byte(sprite.String()), 0o644); err != nil {
		return fmt.Errorf("write sprite: %w", err)
	}
	return nil
}
