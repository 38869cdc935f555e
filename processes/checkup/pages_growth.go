package checkup

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tuoyu/growth"
	"tuoyu/nursery"
)

// The size of a chart and of its margins, in its own units.
const (
	chartWidth, chartHeight            = 300, 150
	chartLeft, chartRight, chartBottom = 26, 22, 16
)

// chart is the chart of a measure by age, with the lines of the standard from three standard deviations below the median to
// three above. Both sexes have the same scale.
type chart struct {
	Item      nursery.Item
	indicator growth.Indicator
	months    int     // of age, up to the right edge
	low, high float64 // at the lower and the upper edge
	step      float64 // between two marks
}

// chartsOf returns the charts of the measures that the standard has by age, up to the age of three years, or of five if a child
// is older.
func chartsOf(points ...GrowthPoint) []chart {
	months := 36
	if slices.ContainsFunc(points, func(p GrowthPoint) bool { return p.Days > 1096 }) {
		months = 60
	}
	charts := []chart{
		{Item: nursery.ItemWeight.Row(), indicator: growth.WeightForAge, step: 5},
		{Item: nursery.ItemLength.Row(), indicator: growth.LengthForAge, step: 20},
		{Item: nursery.ItemHead.Row(), indicator: growth.HeadForAge, step: 5},
	}
	for n := range charts {
		c := &charts[n]
		c.months, c.low = months, math.Inf(1)
		for _, sex := range []nursery.Sex{nursery.Male, nursery.Female} {
			low, _ := growth.At(c.indicator, sex, 0, -3)
			high, _ := growth.At(c.indicator, sex, float64(c.ages()[len(c.ages())-1]), 3)
			c.low, c.high = min(c.low, math.Floor(low)), max(c.high, math.Ceil(high))
		}
	}
	return charts
}

// ages returns the days of age at which the lines are drawn: each month of the first year, then each third one.
func (c chart) ages() []int {
	var days []int
	for month := 0; month <= c.months; month++ {
		if month <= 12 || month%3 == 0 {
			days = append(days, int(math.Round(float64(month)*30.4375)))
		}
	}
	return days
}

// scale returns by how much a day of age goes to the right, and a unit of the measure up.
func (c chart) scale() (right, up float64) {
	return (chartWidth - chartLeft - chartRight) / (float64(c.months) * 30.4375), (chartHeight - chartBottom - 4) / (c.high - c.low)
}

func (c chart) x(days float64) float64 { right, _ := c.scale(); return chartLeft + days*right }

func (c chart) y(value float64) float64 {
	_, up := c.scale()
	return chartHeight - chartBottom - (value-c.low)*up
}

// scaleText is the scale for a script that adds points: left, right, lowest value, bottom, up.
func (c chart) scaleText() string {
	right, up := c.scale()
	return fmt.Sprintf("%d %.5f %v %d %.4f", chartLeft, right, c.low, chartHeight-chartBottom, up)
}

// curveID names the lines of a chart for a sex.
func (c chart) curveID(sex string) string { return "curve-" + string(c.Item.Code) + "-" + sex }

// line returns the points of the line at z standard deviations, and where it ends.
func (c chart) line(sex nursery.Sex, z int) (points string, end float64) {
	var b strings.Builder
	for _, day := range c.ages() {
		value, _ := growth.At(c.indicator, sex, float64(day), float64(z))
		end = c.y(value)
		fmt.Fprintf(&b, "%.1f,%.1f ", c.x(float64(day)), end)
	}
	return strings.TrimSpace(b.String()), end
}

// curveLine is a line of the standard.
type curveLine struct {
	Z      int
	Points string
	End    string
	Label  string
}

func (c chart) lines(sex nursery.Sex) (lines []curveLine) {
	for z := -3; z <= 3; z++ {
		points, end := c.line(sex, z)
		label := strings.Replace(fmt.Sprintf("%+d", z), "-", "−", 1)
		if z == 0 {
			label = "0"
		}
		lines = append(lines, curveLine{z, points, place(end + 3), label})
	}
	return lines
}

// mark is a value or an age written at an axis.
type mark struct{ At, Text string }

func (c chart) values() (marks []mark) {
	for v := math.Ceil(c.low/c.step) * c.step; v <= c.high; v += c.step {
		marks = append(marks, mark{place(c.y(v)), strconv.FormatFloat(v, 'f', -1, 64)})
	}
	return marks
}

func (c chart) months6() (marks []mark) {
	for month := 0; month <= c.months; month += c.months / 6 {
		marks = append(marks, mark{place(c.x(float64(month) * 30.4375)), strconv.Itoa(month)})
	}
	return marks
}

func place(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// of returns the value of the chart's measure at a point; nil if it was not measured.
func (c chart) of(p GrowthPoint) *float64 {
	switch c.Item.Code {
	case nursery.ItemWeight:
		return p.WeightKg
	case nursery.ItemLength:
		return p.LengthCm
	}
	return p.HeadCm
}

// track returns the points of a child. A single one is given twice, so that it is drawn.
func (c chart) track(points []GrowthPoint) string {
	var places []string
	for _, p := range points {
		if v := c.of(p); v != nil {
			places = append(places, place(c.x(float64(p.Days)))+","+place(c.y(*v)))
		}
	}
	if len(places) == 1 {
		places = append(places, places[0])
	}
	return strings.Join(places, " ")
}

func measureText(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// ageText is an age in days, in months to a decimal.
func ageText(days int) string { return strconv.FormatFloat(float64(days)/30.4375, 'f', 1, 64) }

// zText is a z-score with its level.
func zText(z float64, band string) string {
	return strings.TrimSpace(fmt.Sprintf("z %.1f %s", z, band))
}
