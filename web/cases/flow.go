package cases

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"tuoyu/definition"
)

// The measures of a drawn process, in points of its picture.
const (
	flowMain, flowSide      = 210, 190 // widths of the boxes on the way and beside it
	flowHigh, flowGap       = 46, 18
	flowLeft, flowSideAt    = 6, 252
	flowPictureWidth        = flowSideAt + flowSide + 6
	flowTitleAt, flowRoleAt = 20, 37
)

// flowRow is a stage on the way of a case in which nothing goes amiss, with the stages that may follow it instead.
type flowRow struct {
	on     definition.Stage
	beside []definition.Stage
}

// flowRows returns the way of a process from its definition. A stage beside the way is at the stage before it.
func flowRows(p definition.Process) []flowRow {
	rows := []flowRow{}
	var before []definition.Stage // the first stage on the way
	for _, st := range p.Stages {
		switch {
		case slices.Contains(p.HappyPath, st.Code):
			rows = append(rows, flowRow{on: st, beside: before})
			before = nil
		case len(rows) == 0:
			before = append(before, st)
		default:
			rows[len(rows)-1].beside = append(rows[len(rows)-1].beside, st)
		}
	}
	return rows
}

// flowPicture draws the way of a process: below one another what usually happens, beside it what may happen instead.
func flowPicture(p definition.Process) string {
	var b strings.Builder
	rows, y := flowRows(p), 6
	titles := make([]string, len(rows))
	for i, row := range rows {
		titles[i] = row.on.Title
		flowBox(&b, row.on, flowLeft, y, flowMain, "main")
		for n, side := range row.beside {
			at := y + n*(flowHigh+flowGap)
			flowBox(&b, side, flowSideAt, at, flowSide, "side")
			fmt.Fprintf(&b, `<path class="beside" d="M%d %dH%dV%dH%d"/>`, flowLeft+flowMain, y+flowHigh/2, flowLeft+flowMain+18, at+flowHigh/2, flowSideAt)
		}
		next := y + max(1, len(row.beside))*(flowHigh+flowGap)
		if i+1 < len(rows) {
			fmt.Fprintf(&b, `<path d="M%d %dV%d"/><path class="tip" d="m%d %d-4-7h8z"/>`, flowLeft+flowMain/2, y+flowHigh, next-2, flowLeft+flowMain/2, next)
		}
		y = next
	}
	return fmt.Sprintf(`<svg viewBox="0 0 %d %d" role="img" aria-label="%s">%s</svg>`, flowPictureWidth, y, html.EscapeString("流程："+strings.Join(titles, "，然后")), b.String())
}

// flowBox draws a stage with who has to act in it. One in which nobody has to act ends the case and has round ends.
func flowBox(b *strings.Builder, st definition.Stage, x, y, width int, class string) {
	round, title := 6, flowTitleAt
	if st.Holder == "" {
		round, title = flowHigh/2, (flowTitleAt+flowRoleAt)/2
	}
	fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="%d"/><text x="%d" y="%d">%s</text>`,
		class, x, y, width, flowHigh, round, x+width/2, y+title, html.EscapeString(st.Title))
	if st.Holder != "" {
		fmt.Fprintf(b, `<text class="who" x="%d" y="%d">%s</text>`, x+width/2, y+flowRoleAt, html.EscapeString(st.Holder.Title()))
	}
}
