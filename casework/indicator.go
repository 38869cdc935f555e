package casework

import (
	"math/big"
	"strings"

	"tuoyu/nursery"
)

// shareOf is a rate of numerator in denominator, shown to one decimal. What is not whole is never shown as a hundred, and
// nothing of nothing is nothing.
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

// indicatorOf sums counties up.
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
