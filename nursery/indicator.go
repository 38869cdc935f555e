package nursery

import (
	"math/big"
	"strings"
)

// ShareOf returns the rate of numerator to denominator, with one decimal. A rate below 100 percent is never rounded up
// to it, and a denominator of zero has no rate.
func ShareOf(numerator, denominator int) Rate {
	if denominator == 0 {
		return Rate{Exact: "0", Text: "0.0"}
	}
	exact := big.NewRat(100*int64(numerator), int64(denominator))
	rate := RateOf(exact)
	if numerator < denominator && strings.HasPrefix(rate.Text, "100") {
		rate.Text = "99.9"
	}
	return rate
}

// IndicatorOf returns the indicator over all counties.
func IndicatorOf(title, basis string, asOf Date, counties []CountyRate) Indicator {
	in := Indicator{Title: title, AsOf: asOf, Basis: basis, Counties: counties, Total: CountyRate{CountyName: "合计"}}
	for i := range counties {
		c := &counties[i]
		c.CountyName, c.Rate = CountyName(c.County), ShareOf(c.Numerator, c.Denominator)
		in.Total.Numerator += c.Numerator
		in.Total.Denominator += c.Denominator
	}
	in.Total.Rate = ShareOf(in.Total.Numerator, in.Total.Denominator)
	return in
}

// Rate is an exact fraction of a hundred, and how it is shown: one decimal, halves rounded up.
type Rate struct {
	Exact string `json:"exact" doc:"精确值，百分数，整数或分数" example:"200/3"`
	Text  string `json:"text" doc:"显示值，百分数，四舍五入到一位小数" example:"66.7"`
}

// RateOf returns a rate with its exact value and its text of one decimal.
func RateOf(r *big.Rat) Rate { return Rate{Exact: r.RatString(), Text: RateText(r)} }

// CountyRate is a share, of one county or of all of them, in exact numbers.
type CountyRate struct {
	County      string `json:"county,omitempty" doc:"县区代码，合计为空"`
	CountyName  string `json:"county_name" doc:"县区名称"`
	Numerator   int    `json:"numerator" doc:"分子"`
	Denominator int    `json:"denominator" doc:"分母"`
	Rate        Rate   `json:"rate" doc:"比率，不足百分之百的不进位为百分之百"`
}

// Indicator is a rate by county and in all.
type Indicator struct {
	Title    string       `json:"title" doc:"指标名称"`
	AsOf     Date         `json:"as_of" doc:"截至日期"`
	Basis    string       `json:"basis" doc:"口径"`
	Counties []CountyRate `json:"counties" doc:"各县区"`
	Total    CountyRate   `json:"total" doc:"合计"`
}
