// Package growth computes z-scores of the WHO Child Growth Standards, whose levels WS/T 423—2022 七岁以下儿童生长标准 follows.
// It is deterministic and has no side effects.
package growth

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"sync"

	"tuoyu/nursery"
)

//go:embed data/*.csv
var tables embed.FS

// Indicator is the pair of measures that a z-score relates.
type Indicator string

// The indicators. The last three depend on weight, so they are restricted beyond three standard deviations.
const (
	LengthForAge    Indicator = "length-for-age"             // 年龄别身长
	HeadForAge      Indicator = "head-circumference-for-age" // 年龄别头围
	WeightForAge    Indicator = "weight-for-age"             // 年龄别体重
	WeightForLength Indicator = "weight-for-length"          // 身长别体重
	WeightForHeight Indicator = "weight-for-height"          // 身高别体重
	BMIForAge       Indicator = "bmi-for-age"                // 年龄别体质指数
)

// heightFrom is the age in days from which a child is measured standing (WHO: 731 days; WS/T 423: 24 months).
const heightFrom = 731

// lastDay is the last day of age the tables cover, 60 months.
const lastDay = 1826

// standingLoss is the difference in centimetres between a child's length lying and its height standing (WHO).
const standingLoss = 0.7

// lms is one line of a table: the power, the median and the coefficient of variation.
type lms struct{ l, m, s float64 }

// at returns the measurement at z standard deviations from the median.
func (p lms) at(z float64) float64 {
	if p.l == 0 {
		return p.m * math.Exp(p.s*z)
	}
	return p.m * math.Pow(1+p.l*p.s*z, 1/p.l)
}

func (p lms) z(y float64) float64 {
	if p.l == 0 {
		return math.Log(y/p.m) / p.s
	}
	return (math.Pow(y/p.m, p.l) - 1) / (p.l * p.s)
}

// restricted returns the z-score with the spacing between two and three standard deviations extended beyond three,
// since the tails of a skewed distribution are unreliable (WHO 2006, chapter 7).
func (p lms) restricted(y float64) float64 {
	switch z := p.z(y); {
	case z > 3:
		return 3 + (y-p.at(3))/(p.at(3)-p.at(2))
	case z < -3:
		return -3 + (y-p.at(-3))/(p.at(-2)-p.at(-3))
	default:
		return z
	}
}

// key identifies a line of a table by days of age or tenths of a centimetre.
type key struct {
	sex nursery.Sex
	at  int
}

var standards = sync.OnceValue(func() map[Indicator]map[key]lms {
	all := map[Indicator]map[key]lms{}
	for _, i := range []Indicator{LengthForAge, HeadForAge, WeightForAge, WeightForLength, WeightForHeight, BMIForAge} {
		table, err := read(i)
		if err != nil {
			panic("growth: " + err.Error())
		}
		all[i] = table
	}
	return all
})

func read(i Indicator) (map[key]lms, error) {
	raw, err := tables.ReadFile("data/" + string(i) + ".csv")
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", i, err)
	}
	step := 1.0
	if i == WeightForLength || i == WeightForHeight {
		step = 10
	}
	table := map[key]lms{}
	for n, row := range rows[1:] {
		var v [4]float64
		for c := range v {
			if v[c], err = strconv.ParseFloat(row[c+1], 64); err != nil {
				return nil, fmt.Errorf("read %s, line %d: %w", i, n+2, err)
			}
		}
		sex := nursery.Male
		if row[0] == "2" {
			sex = nursery.Female
		}
		table[key{sex, int(math.Round(v[0] * step))}] = lms{v[1], v[2], v[3]}
	}
	return table, nil
}

// lineAt returns the parameters at an age in days or a length in centimetres. Between two lines of a table by length
// they are interpolated, as WHO anthro does; ages are completed days and have a line each.
func lineAt(i Indicator, sex nursery.Sex, at float64) (lms, bool) {
	table := standards()[i]
	if i != WeightForLength && i != WeightForHeight {
		p, ok := table[key{sex, int(math.Round(at))}]
		return p, ok
	}
	tenths := math.Round(at*1000) / 100 // lengths have two decimals; the rest is a rounding error of binary fractions
	low := math.Floor(tenths)
	below, ok := table[key{sex, int(low)}]
	if part := tenths - low; ok && part > 0 {
		above, also := table[key{sex, int(low) + 1}]
		between := func(x, y float64) float64 { return x + part*(y-x) }
		return lms{between(below.l, above.l), between(below.m, above.m), between(below.s, above.s)}, also
	}
	return below, ok
}

// Score returns the z-score of a measurement in kilograms, centimetres or kilograms per square metre, for a child of an
// age in days or, for the weight by length or height, for its length in centimetres. It returns false if the table has
// no line or the measurement is not positive.
func Score(i Indicator, sex nursery.Sex, at, value float64) (float64, bool) {
	p, ok := lineAt(i, sex, at)
	if !ok || value <= 0 || math.IsNaN(value) || math.IsInf(value, 0) {
		return 0, false
	}
	if i == LengthForAge || i == HeadForAge {
		return p.z(value), true
	}
	return p.restricted(value), true
}

// At returns the measurement at z standard deviations from the median: the inverse of Score within three of them.
func At(i Indicator, sex nursery.Sex, at, z float64) (float64, bool) {
	p, ok := lineAt(i, sex, at)
	return p.at(z), ok
}
