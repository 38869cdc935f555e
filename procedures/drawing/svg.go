package drawing

import (
	"cmp"
	"fmt"
	"html"
	"strings"

	"tuoyu/procedures"
)

// SVG returns a procedure as a picture: the stages of a case in which nothing goes amiss on the left, one below the other,
// and all others on the right. It draws with the color of the text around it, so that it fits light and dark pages, needs no
// style sheet, and describes itself in words.
func SVG(p *procedures.Procedure, m Marks) string {
	pic := pictureOf(p, m)
	id := cmp.Or(m.ID, p.Plan.Kind)
	var w strings.Builder
	fmt.Fprintf(&w, `<svg xmlns="http://www.w3.org/2000/svg" class="procedure" role="img" aria-labelledby="%s-title %s-desc" viewBox="0 0 %d %d" width="%d" height="%d" font-family="inherit" font-size="12" fill="none" stroke="currentColor" stroke-width="1.2">`,
		html.EscapeString(id), html.EscapeString(id), pic.width, pic.height, pic.width, pic.height)
	fmt.Fprintf(&w, "\n<title id=\"%s-title\">%s的流程图</title>\n<desc id=\"%s-desc\">%s</desc>\n", html.EscapeString(id), html.EscapeString(pic.title), html.EscapeString(id), html.EscapeString(pic.words()))
	pic.begin(&w)
	for _, b := range pic.boxes {
		for k, l := range b.exits {
			pic.way(&w, l, k)
		}
	}
	for _, b := range pic.boxes {
		if b.straight != nil {
			pic.down(&w, b)
		}
		if b.lane >= 0 && pic.lanes > 0 {
			pic.arrow(&w, b)
		}
		b.draw(&w)
	}
	w.WriteString("</svg>\n")
	return w.String()
}

func write(w *strings.Builder, x, y, size int, anchor, weight, content string) {
	fmt.Fprintf(w, `<text x="%d" y="%d" font-size="%d" text-anchor="%s" font-weight="%s" fill="currentColor" stroke="none">%s</text>`+"\n",
		x, y, size, anchor, weight, html.EscapeString(content))
}

// begin draws how cases begin, above the first box.
func (pic *picture) begin(w *strings.Builder) {
	if pic.first == nil {
		return
	}
	x := margin + boxWidth/2
	write(w, x, 24, 13, "middle", "400", pic.begins)
	fmt.Fprintf(w, `<path d="M%d 32V%d"/><path d="M%d %dl-4 -8h8z" fill="currentColor" stroke="none"/>`+"\n", x, headSpace-2, x, headSpace-1)
}

func (b *box) draw(w *strings.Builder) {
	attributes := `rx="6"`
	switch {
	case b.kind == procedures.VerbEnd:
		attributes = fmt.Sprintf(`rx="%d"`, b.h/2)
	case b.kind == "":
		attributes = `rx="6" stroke-dasharray="5 4"`
	}
	switch b.mark {
	case markHere:
		attributes += ` stroke-width="3" fill="currentColor" fill-opacity="0.14"`
	case markPassed:
		attributes += ` fill="currentColor" fill-opacity="0.06"`
	case markAdded:
		attributes += ` stroke-width="2.5"`
	case markRemoved:
		attributes += ` stroke-dasharray="2 4" opacity="0.75"`
	}
	fmt.Fprintf(w, `<g class="procedure-%s"><rect x="%d" y="%d" width="%d" height="%d" %s/>`+"\n", cmp.Or(string(b.kind), "anytime"), b.x, b.y, boxWidth, b.h, attributes)
	middle, x := b.y+b.h/2, b.x+boxWidth/2
	notes := b.notes()
	write(w, x, middle-4-8*(len(notes)-1), 15, "middle", "600", cut(b.title, 15, boxWidth-24))
	for i, note := range notes {
		write(w, x, middle+15-8*(len(notes)-1)+16*i, 12, "middle", "400", cut(note, 12, boxWidth-16))
	}
	if b.mark != "" {
		write(w, b.x+2, b.y-5, 12, "start", "600", string(b.mark))
	}
	w.WriteString("</g>\n")
}

// notes returns the note in one line, or in two if it is long.
func (b *box) notes() []string {
	if i := strings.LastIndex(b.note, " · "); i > 0 && textWidth(b.note, 12) > boxWidth-16 {
		return []string{b.note[:i], b.note[i+len(" · "):]}
	}
	return []string{b.note}
}

// down draws the line to the box below.
func (pic *picture) down(w *strings.Builder, b *box) {
	x, from, to := b.x+boxWidth/2, b.y+b.h, b.straight.to.y
	fmt.Fprintf(w, `<path d="M%d %dV%d"/><path d="M%d %dl-4 -8h8z" fill="currentColor" stroke="none"/>`+"\n", x, from, to-2, x, to-1)
	if text := b.straight.text(); text != "" {
		write(w, x+8, (from+to)/2+4, 12, "start", "400", text)
	}
}

// way draws a line over the lane of the box that it leads to.
func (pic *picture) way(w *strings.Builder, l *line, k int) {
	y, lane, enter := l.from.slot(k+1), pic.laneX(l.to), l.to.slot(0)
	start, anchor, label := l.from.x+boxWidth, "start", l.from.x+boxWidth+8
	if l.from.side {
		start, anchor, label = l.from.x, "end", l.from.x-8
	}
	style := ""
	if l.mark == markRemoved {
		style = ` stroke-dasharray="2 4"`
	}
	if l.mark == markAdded {
		style = ` stroke-width="2.2"`
	}
	turn := func(from, to int) int { // the radius of a corner, with its direction
		switch {
		case to > from:
			return min(6, (to-from)/2)
		case to < from:
			return -min(6, (from-to)/2)
		}
		return 0
	}
	end := l.to.x + boxWidth + 8
	if l.to.side {
		end = l.to.x - 8
	}
	across, down, out := turn(start, lane), turn(y, enter), turn(lane, end)
	fmt.Fprintf(w, `<path d="M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%d" opacity="0.8"%s/>`+"\n",
		start, y, lane-across, lane, y, lane, y+down, enter-down, lane, enter, lane+out, enter, end, style)
	write(w, label, y-4, 12, anchor, "400", l.text())
}

// arrow draws the head of the lines that enter a box from its lane.
func (pic *picture) arrow(w *strings.Builder, b *box) {
	x, wide := b.x+boxWidth+1, 8
	if b.side {
		x, wide = b.x-1, -8
	}
	fmt.Fprintf(w, `<path d="M%d %dl%d -4v8z" fill="currentColor" stroke="none"/>`+"\n", x, b.slot(0), wide)
}

// words describes the picture in sentences.
func (pic *picture) words() string {
	var w strings.Builder
	w.WriteString(pic.begins + "。")
	for _, b := range pic.boxes {
		lines := b.exits
		if b.straight != nil {
			lines = append([]*line{b.straight}, lines...)
		}
		w.WriteString(b.title)
		if b.mark != "" {
			w.WriteString("（" + string(b.mark) + "）")
		}
		for i, l := range lines {
			switch {
			case i > 0:
				w.WriteString("；")
			default:
				w.WriteString("：")
			}
			if l.label != "" {
				w.WriteString(l.label)
			}
			if l.mark != "" {
				w.WriteString("（" + string(l.mark) + "）")
			}
			w.WriteString("到" + l.to.title)
		}
		w.WriteString("。")
	}
	return w.String()
}
