package drawing

import (
	"fmt"
	"slices"
	"strings"

	"tuoyu/procedures"
)

// Mermaid returns a procedure as a flow chart in the text of Mermaid, for documents.
func Mermaid(p *procedures.Procedure, m Marks) string {
	pic := pictureOf(p, m)
	var w strings.Builder
	w.WriteString("flowchart TD\n")
	ids := map[*box]string{}
	for i, b := range pic.boxes {
		ids[b] = fmt.Sprintf("n%d", i)
	}
	if pic.first != nil {
		fmt.Fprintf(&w, "  start((%s)) --> %s\n", quoted(pic.begins), ids[pic.first])
	}
	for _, b := range pic.boxes {
		text := b.title
		if b.note != "" {
			text += "<br>" + b.note
		}
		if b.mark != "" {
			text += "<br>" + string(b.mark)
		}
		open, shut := "[", "]"
		switch b.kind {
		case procedures.VerbEnd:
			open, shut = "([", "])"
		case procedures.VerbDecide:
			open, shut = "{{", "}}"
		}
		fmt.Fprintf(&w, "  %s%s%s%s\n", ids[b], open, quoted(text), shut)
	}
	for _, b := range pic.boxes {
		lines := b.exits
		if b.straight != nil {
			lines = slices.Concat([]*line{b.straight}, lines)
		}
		for _, l := range lines {
			arrow := "-->"
			if b.kind == "" || l.mark == markRemoved {
				arrow = "-.->"
			}
			if l.label == "" {
				fmt.Fprintf(&w, "  %s %s %s\n", ids[b], arrow, ids[l.to])
				continue
			}
			fmt.Fprintf(&w, "  %s %s|%s| %s\n", ids[b], arrow, quoted(l.text()), ids[l.to])
		}
	}
	return w.String()
}

// quoted returns a text that Mermaid takes literally.
func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, "#quot;") + `"` }
