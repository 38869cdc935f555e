package ui

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Chart is numbers by month or by county, drawn as SVG on the server, with its table behind it. Series differ in pattern, not
// in colour alone.
type Chart struct {
	ID      string // unique on the page
	Title   string
	Summary string // for screen readers, in place of the picture
	Note    string // below the picture, such as since when there are figures
	Head    string // of the labels in the table: 月份 or 县区
	Labels  []string
	Rows    []string // the labels in the table, where those are others
	Series  []ChartSeries
	Goal    *ChartGoal
	Due     string // marks the label at DueAt with this text
	DueAt   int
	Across  bool // bars from left to right, for labels that are names
}

// ChartSeries is one of the kinds of numbers of a chart, with a value for each label.
type ChartSeries struct {
	Name   string
	Line   bool
	Values []ChartValue
}

// ChartValue is a number as drawn and as written. One without a text is not known.
type ChartValue struct {
	Number float64
	Text   string
}

// ChartGoal is a line at what is to be reached.
type ChartGoal struct {
	Number float64
	Text   string
}

// CountValue returns the value of a plain number.
func CountValue(n int) ChartValue { return ChartValue{float64(n), strconv.Itoa(n)} }

// The sizes of a picture, in units of its drawing.
const (
	chartWide   = 400.0
	chartHigh   = 220.0
	chartLeft   = 46.0
	chartRight  = 8.0
	chartTop    = 26.0
	chartBottom = 34.0
	barHigh     = 22.0
	barLabel    = 78.0
	barText     = 62.0
)

// Known reports whether there is any value.
func (c Chart) Known() bool {
	for _, s := range c.Series {
		for _, v := range s.Values {
			if v.Text != "" {
				return true
			}
		}
	}
	return false
}

// top returns the upper end of the axis: a round number that nothing exceeds.
func (c Chart) top() float64 {
	most := 0.0
	for _, s := range c.Series {
		for _, v := range s.Values {
			most = max(most, v.Number)
		}
	}
	if c.Goal != nil {
		most = max(most, c.Goal.Number)
	}
	if most <= 4 {
		return 4
	}
	unit := math.Pow(10, math.Floor(math.Log10(most)))
	for _, step := range []float64{1, 2, 4, 5, 8, 10} {
		if step*unit >= most {
			return step * unit
		}
	}
	return 10 * unit
}

func (c Chart) height() float64 {
	if c.Across {
		return chartTop + float64(len(c.Labels)*len(c.bars()))*barHigh + 6
	}
	return chartHigh
}

// bars are the series that are drawn as columns or bars.
func (c Chart) bars() (bars []int) {
	for i, s := range c.Series {
		if !s.Line {
			bars = append(bars, i)
		}
	}
	return bars
}

// chartShape is a column, bar, point or piece of text in a picture.
type chartShape struct {
	X, Y, W, H  string
	Text, Title string
	Class       string
}

func px(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// slot returns the width of the place of a label.
func (c Chart) slot() float64 {
	return (chartWide - chartLeft - chartRight) / float64(max(len(c.Labels), 1))
}

func (c Chart) middle(i int) float64 { return chartLeft + (float64(i)+0.5)*c.slot() }

// y returns where a number is.
func (c Chart) y(n float64) float64 {
	return chartHigh - chartBottom - n/c.top()*(chartHigh-chartTop-chartBottom)
}

// x returns where a number is in a chart across.
func (c Chart) x(n float64) float64 { return barLabel + n/c.top()*(chartWide-barLabel-barText) }

// boxes are the columns or bars.
func (c Chart) boxes() (boxes []chartShape) {
	bars := c.bars()
	for k, i := range bars {
		for j, v := range c.Series[i].Values {
			if v.Text == "" {
				continue
			}
			box := chartShape{Title: c.rowLabel(j) + " " + c.Series[i].Name + " " + v.Text, Class: "s" + strconv.Itoa(i)}
			if c.Across {
				y := chartTop + float64(j*len(bars)+k)*barHigh
				box.X, box.Y, box.W, box.H = px(barLabel), px(y+3), px(max(c.x(v.Number)-barLabel, 1)), px(barHigh-6)
			} else {
				wide := c.slot() * 0.72 / float64(len(bars))
				high := max(chartHigh-chartBottom-c.y(v.Number), 1)
				box.X, box.Y, box.W, box.H = px(c.middle(j)-c.slot()*0.36+float64(k)*wide), px(chartHigh-chartBottom-high), px(max(wide-1, 1)), px(high)
			}
			boxes = append(boxes, box)
		}
	}
	return boxes
}

// lines are the pieces of a line between months that are known.
func (c Chart) lines(i int) (pieces []string) {
	var piece []string
	for j, v := range append(c.Series[i].Values, ChartValue{}) {
		if v.Text != "" {
			piece = append(piece, px(c.middle(j))+","+px(c.y(v.Number)))
			continue
		}
		if len(piece) > 1 {
			pieces = append(pieces, strings.Join(piece, " "))
		}
		piece = nil
	}
	return pieces
}

// points are the known values of a line.
func (c Chart) points(i int) (points []chartShape) {
	for j, v := range c.Series[i].Values {
		if v.Text != "" {
			points = append(points, chartShape{
				X: px(c.middle(j)), Y: px(c.y(v.Number)), Title: c.rowLabel(j) + " " + c.Series[i].Name + " " + v.Text,
			})
		}
	}
	return points
}

// texts are the labels, the numbers at the axis, and values beside what they are of: of each bar, and of the last month of each series,
// where the rest is in the table.
func (c Chart) texts() (texts []chartShape) {
	bars := c.bars()
	if c.Across {
		for j, label := range c.Labels {
			y := chartTop + float64(j*len(bars))*barHigh + float64(len(bars))*barHigh/2 + 4
			texts = append(texts, chartShape{X: px(barLabel - 6), Y: px(y), Text: label, Class: "end"})
			for k, i := range bars {
				if v := c.Series[i].Values[j]; v.Text != "" {
					texts = append(texts, chartShape{X: px(c.x(v.Number) + 4), Y: px(chartTop + float64(j*len(bars)+k)*barHigh + barHigh/2 + 4), Text: v.Text})
				} else {
					texts = append(texts, chartShape{X: px(barLabel + 4), Y: px(chartTop + float64(j*len(bars)+k)*barHigh + barHigh/2 + 4), Text: "无数据", Class: "soft"})
				}
			}
		}
		return texts
	}
	for j, label := range c.Labels {
		for n, line := range strings.Split(label, "\n") {
			texts = append(texts, chartShape{X: px(c.middle(j)), Y: px(chartHigh - chartBottom + 13 + float64(n)*13), Text: line, Class: "mid"})
		}
	}
	for _, n := range []float64{0, c.top() / 2, c.top()} {
		texts = append(texts, chartShape{X: px(chartLeft - 5), Y: px(c.y(n) + 4), Text: strconv.FormatFloat(n, 'f', -1, 64), Class: "end soft"})
	}
	for i, s := range c.Series {
		for j := len(s.Values) - 1; j >= 0; j-- {
			v := s.Values[j]
			if v.Text == "" {
				continue
			}
			x := c.middle(j)
			if k := slices.Index(bars, i); k >= 0 {
				x += (float64(k) - float64(len(bars)-1)/2) * c.slot() * 0.72 / float64(len(bars))
			}
			class := "mid strong"
			if j == len(c.Labels)-1 { // not beyond the edge
				x, class = min(x, chartWide-1), "end strong"
				x = max(x, chartWide-chartRight-2)
			}
			texts = append(texts, chartShape{X: px(x), Y: px(max(c.y(v.Number)-5-float64(i)*2, 10)), Text: v.Text, Class: class})
			break
		}
	}
	return texts
}

// rowLabel is a label as the table has it.
func (c Chart) rowLabel(j int) string {
	if len(c.Rows) > j {
		return c.Rows[j]
	}
	return strings.ReplaceAll(c.Labels[j], "\n", " ")
}

// cells are the columns of the table behind a chart, whose rows are the labels by number.
func (c Chart) cells() []Cell[int] {
	cells := []Cell[int]{{Title: c.Head, Show: func(j int) CellContent { return showText(c.rowLabel(j)) }}}
	for _, s := range c.Series {
		cells = append(cells, Cell[int]{Title: s.Name, Show: func(j int) CellContent {
			if text := s.Values[j].Text; text != "" {
				return CellContent{"number", Text(text)}
			}
			return CellContent{"number", Text("—")}
		}})
	}
	return cells
}

func (c Chart) rows() []int {
	rows := make([]int, len(c.Labels))
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// viewBox is the size of the picture.
func (c Chart) viewBox() string { return "0 0 " + px(chartWide) + " " + px(c.height()) }

// fill is the fill of a series: solid for the first, hatched for the second.
func (c Chart) fill(class string) templ.Attributes {
	if class == "s1" {
		return templ.Attributes{"fill": "url(#" + c.ID + "-hatch)"}
	}
	return templ.Attributes{}
}
