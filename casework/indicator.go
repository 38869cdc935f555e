package casework

import (
	"math/big"
	"strings"

	"tuoyu/nursery"
)

// shareOf returns the rate of numerator to denominator, with one decimal. A rate below 100 percent is never rounded up
// to it, and a denominator of zero has no rate.
func shareOf(numerator, denominator int) Rate {
	if denominator == 0 {
		return Rate{Exact: "0", Text: "0.0"}
	}
	exact := big.NewRat(100*int64(numerator), int64(denominator))
	rate := rateOf(exact)
	if numerator < denominator && strings.HasPrefix(rate.Text, "100") {
		rate.Text = "99.9"
	}
	return rate
}

// indicatorOf returns the indicator over all counties.
func indicatorOf(title, basis string, asOf nursery.Date, counties []CountyRate) Indicator {
	in := Indicator{Title: title, AsOf: asOf, Basis: basis, Counties: counties, Total: CountyRate{CountyName: "合计"}}
	for i := range counties {
		c := &counties[i]
		c.CountyName, c.Rate = nursery.CountyName(c.County), shareOf(c.Numerator, c.Denominator)
		in.Total.Numerator += c.Numerator
		in.Total.Denominator += c.Denominator
	}
	in.Total.Rate = shareOf(in.Total.Numerator, in.Total.Denominator)
	return in
}
