package drawing

import (
	"slices"

	"tuoyu/procedures"
)

// Sizes of the picture, in pixels.
const (
	boxWidth  = 220
	slotSize  = 22 // of a line that leaves a box; boxes are placed in steps of it, the second column half a step lower
	boxGap    = 2 * slotSize
	laneSize  = 14
	margin    = 20
	headSpace = 64
)

// columns places the boxes. The stages of a case in which nothing goes amiss are one below the other; each of the others is in
// a second column, beside the first stage that leads to it. Between the columns each box that is not entered from above has
// a lane, which all lines to it join.
func (pic *picture) columns(p *procedures.Procedure) {
	for _, i := range p.Live.Way {
		pic.main = append(pic.main, pic.box(p.Plan.Stages[i].Name))
	}
	for i, b := range pic.main[:max(0, len(pic.main)-1)] {
		k := slices.IndexFunc(b.exits, func(l *line) bool { return l.to == pic.main[i+1] && l.mark != markRemoved })
		if k >= 0 {
			b.straight = b.exits[k]
			b.exits = slices.Delete(b.exits, k, k+1)
		}
	}
	y := headSpace
	for _, b := range pic.main {
		b.x, b.y, b.h = margin, y, b.height()
		y += b.h + boxGap
	}
	pic.height = y
	pic.sides()
	pic.measure()
	x := pic.width - margin - boxWidth
	for _, b := range pic.side {
		b.x = x
	}
}

func (b *box) height() int { return slotSize * max(3, len(b.exits)+2) }

// sides places the second column: in the order in which its boxes are found from the first one, what may be done anytime right
// above where it leads.
func (pic *picture) sides() {
	var found []*box
	var visit func(*box)
	visit = func(b *box) {
		for _, l := range b.exits {
			if !slices.Contains(pic.main, l.to) && !slices.Contains(found, l.to) {
				found = append(found, l.to)
				visit(l.to)
			}
		}
	}
	for _, b := range pic.main {
		visit(b)
	}
	for _, b := range pic.boxes { // what is reached from nowhere else, such as the end of a withdrawal
		if b.kind != "" && !slices.Contains(pic.main, b) && !slices.Contains(found, b) && !pic.entered(b) {
			found = append(found, b)
			visit(b)
		}
	}
	for _, b := range pic.boxes {
		if b.kind != "" && !slices.Contains(pic.main, b) && !slices.Contains(found, b) {
			found = append(found, b)
		}
	}
	y := headSpace + slotSize/2
	for _, b := range found {
		for _, a := range pic.boxes {
			if a.kind == "" && len(a.exits) == 1 && a.exits[0].to == b {
				a.straight, a.exits = a.exits[0], nil
				y = pic.place(a, y)
			}
		}
		y = pic.place(b, max(y, pic.wish(b)))
	}
	for _, a := range pic.boxes {
		if a.kind == "" && a.straight == nil {
			y = pic.place(a, y)
		}
	}
	pic.height = max(pic.height, y)
}

// entered reports whether another box that has a place in the flow leads to the box.
func (pic *picture) entered(b *box) bool {
	return slices.ContainsFunc(pic.boxes, func(from *box) bool {
		return from.kind != "" && from != b && slices.ContainsFunc(from.exits, func(l *line) bool { return l.to == b })
	})
}

// wish returns where a box would best be: beside the first box of the first column that leads to it.
func (pic *picture) wish(b *box) int {
	for _, from := range pic.main {
		for k, l := range from.exits {
			if l.to == b {
				return from.y + slotSize*(k+1) + slotSize/2
			}
		}
	}
	return 0
}

func (pic *picture) place(b *box, y int) int {
	b.side, b.y, b.h = true, y, b.height()
	pic.side = append(pic.side, b)
	return y + b.h + slotSize
}

// slot returns the height of the k-th line beside a box; the 0th is where the lines to it enter.
func (b *box) slot(k int) int { return b.y + 18 + slotSize*k }

// measure assigns lanes and computes the width.
func (pic *picture) measure() {
	entered := map[*box]bool{}
	for _, b := range pic.boxes {
		for _, l := range b.exits {
			entered[l.to] = true
			width := textWidth(l.text(), 12) + 26
			if b.side {
				pic.right = max(pic.right, width)
			} else {
				pic.left = max(pic.left, width)
			}
		}
	}
	ordered := slices.Concat(pic.side, pic.main)
	slices.SortStableFunc(ordered, func(x, y *box) int { return x.y - y.y })
	for _, b := range ordered {
		b.lane = -1
		if entered[b] {
			b.lane = pic.lanes
			pic.lanes++
		}
	}
	pic.left, pic.right = max(pic.left, 40), max(pic.right, 40)
	pic.width = 2*margin + 2*boxWidth + pic.left + pic.right + laneSize*pic.lanes
}

// laneX returns where the lane of a box is.
func (pic *picture) laneX(b *box) int {
	return margin + boxWidth + pic.left + laneSize*b.lane + laneSize/2
}

// text returns the label of a line with its mark.
func (l *line) text() string {
	switch {
	case l.label == "":
	case l.mark == markAdded:
		return "＋" + l.label
	case l.mark == markRemoved:
		return "－" + l.label
	}
	return l.label
}

// textWidth returns about how wide a text is: a Chinese character is a square, a Latin one about half of it.
func textWidth(s string, size int) int {
	halves := 0
	for _, r := range s {
		if r < 0x2000 {
			halves += 11
		} else {
			halves += 20
		}
	}
	return halves * size / 20
}

// cut returns the text, shortened with an ellipsis to a width.
func cut(s string, size, width int) string {
	if textWidth(s, size) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && textWidth(string(runes)+"…", size) > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}
