package growth

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"tuoyu/nursery"
)

// The expected values are those of the WHO tables of standard deviations, to one decimal.
func TestScoresAreThoseOfThePublishedTables(t *testing.T) {
	for _, c := range []struct {
		name      string
		indicator Indicator
		sex       nursery.Sex
		at        float64
		z         float64
		want      float64
	}{
		{"a boy of a year weighs 9.6 kg", WeightForAge, nursery.Male, 365, 0, 9.6},
		{"a boy of a year at -2 weighs 7.7 kg", WeightForAge, nursery.Male, 365, -2, 7.7},
		{"a boy of a year at +2 weighs 12.0 kg", WeightForAge, nursery.Male, 365, 2, 12.0},
		{"a girl of a year weighs 8.9 kg", WeightForAge, nursery.Female, 365, 0, 8.9},
		{"a boy at birth is 49.9 cm long", LengthForAge, nursery.Male, 0, 0, 49.9},
		{"a girl of a year is 74.0 cm long", LengthForAge, nursery.Female, 365, 0, 74.0},
		{"a boy of two years stands 87.1 cm high", LengthForAge, nursery.Male, 731, 0, 87.1},
		{"a boy at birth has a head of 34.5 cm", HeadForAge, nursery.Male, 0, 0, 34.5},
	} {
		p := standards()[c.indicator][key{c.sex, int(c.at)}]
		if got := math.Round(p.at(c.z)*10) / 10; got != c.want {
			t.Errorf("%s: got %.1f", c.name, got)
		}
		if z, ok := Score(c.indicator, c.sex, c.at, p.at(c.z)); !ok || math.Abs(z-c.z) > 1e-9 {
			t.Errorf("%s: its score is %v, want %v", c.name, z, c.z)
		}
	}
}

func TestBeyondThreeDeviationsTheSpacingGoesOn(t *testing.T) {
	p := standards()[WeightForAge][key{nursery.Male, 365}]
	step := p.at(3) - p.at(2)
	for _, n := range []float64{1, 2, 3} {
		if z, _ := Score(WeightForAge, nursery.Male, 365, p.at(3)+n*step); math.Abs(z-3-n) > 1e-9 {
			t.Errorf("%v steps above three deviations are %v", n, z)
		}
	}
	below := p.at(-2) - p.at(-3)
	if z, _ := Score(WeightForAge, nursery.Male, 365, p.at(-3)-below); math.Abs(z+4) > 1e-9 {
		t.Errorf("a step below three deviations is %v", z)
	}
	// Length is not skewed, so it is not restricted.
	l := standards()[LengthForAge][key{nursery.Male, 365}]
	if z, _ := Score(LengthForAge, nursery.Male, 365, l.at(4)); math.Abs(z-4) > 1e-9 {
		t.Errorf("a length of four deviations is %v", z)
	}
}

func TestALengthIsTakenAsTheAgeMeasuresIt(t *testing.T) {
	for _, c := range []struct {
		days     int
		standing bool
		want     float64
	}{
		{730, false, 85}, {730, true, 85.7}, {731, true, 85}, {731, false, 84.3},
	} {
		if got := (Measurement{Days: c.days, LengthCm: 85, Standing: c.standing}).Length(); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("85 cm at %d days, standing %v, is %v, want %v", c.days, c.standing, got, c.want)
		}
	}
}

// The expected values are those of WHO anthro for the same measurements.
func TestWeightForLengthIsInterpolatedBetweenTheLines(t *testing.T) {
	for _, c := range []struct {
		length, weight, want float64
	}{{75.14, 7.5, -3.01}, {75.1, 7.5, -3.00}, {75.2, 7.5, -3.03}} {
		s := Assess(Measurement{Sex: nursery.Male, Days: 537, WeightKg: c.weight, LengthCm: c.length})
		if s.WeightForLength == nil || *s.WeightForLength != c.want {
			t.Errorf("%v kg at %v cm: %v, want %v", c.weight, c.length, *s.WeightForLength, c.want)
		}
	}
}

func TestScoresEndWithTheTables(t *testing.T) {
	at := func(days int) Scores {
		return Assess(Measurement{Sex: nursery.Female, Days: days, WeightKg: 18.2, LengthCm: 109.4, Standing: true, HeadCm: 49.9})
	}
	if s := at(1826); s.WeightForAge == nil || s.LengthForAge == nil || s.WeightForLength == nil || s.BMIForAge == nil || s.HeadForAge == nil {
		t.Errorf("on the last day of 60 months a score is missing: %+v", s)
	}
	if s := at(1827); s != (Scores{}) {
		t.Errorf("a day later there is still %+v", s)
	}
	if s := at(1128); s.LengthForAge == nil || s.WeightForAge == nil {
		t.Errorf("on day 1128 a score is missing: %+v", s)
	}
}

func TestOedemaLeavesNoScoreOfWeight(t *testing.T) {
	s := Assess(Measurement{Sex: nursery.Male, Days: 400, WeightKg: 10, LengthCm: 76, HeadCm: 46, Oedema: true})
	if s.WeightForAge != nil || s.WeightForLength != nil || s.BMIForAge != nil {
		t.Errorf("with oedema the weight is scored: %+v", s)
	}
	if s.LengthForAge == nil || s.HeadForAge == nil {
		t.Errorf("with oedema length and head are not scored: %+v", s)
	}
}

func TestWhatWasNotMeasuredHasNoScore(t *testing.T) {
	s := Assess(Measurement{Sex: nursery.Male, Days: 400, WeightKg: 10})
	if s.WeightForAge == nil || s.LengthForAge != nil || s.WeightForLength != nil || s.BMIForAge != nil || s.HeadForAge != nil {
		t.Errorf("a weight alone gives %+v", s)
	}
	if s := Assess(Measurement{Sex: nursery.Male, Days: 3000, WeightKg: 20, LengthCm: 120}); s.WeightForAge != nil || s.LengthForAge != nil {
		t.Errorf("an age beyond the tables gives %+v", s)
	}
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, ok := Score(WeightForAge, nursery.Male, 365, bad); ok {
			t.Errorf("%v has a score", bad)
		}
	}
}

func TestMoreIsNeverScoredLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.SampledFrom([]Indicator{LengthForAge, HeadForAge, WeightForAge, BMIForAge}).Draw(t, "indicator")
		sex := rapid.SampledFrom([]nursery.Sex{nursery.Male, nursery.Female}).Draw(t, "sex")
		days := rapid.IntRange(0, 1095).Draw(t, "days")
		value := rapid.Float64Range(1, 120).Draw(t, "value")
		more := value + rapid.Float64Range(0.01, 5).Draw(t, "more")
		z, ok := Score(i, sex, float64(days), value)
		y, also := Score(i, sex, float64(days), more)
		if !ok || !also || math.IsNaN(z) || math.IsNaN(y) {
			t.Fatalf("no score of %v or %v at %d days", value, more, days)
		}
		if y < z {
			t.Fatalf("%v scores %v, %v scores %v", value, z, more, y)
		}
	})
}

func TestEveryDayOfFiveYearsHasALine(t *testing.T) {
	for _, i := range []Indicator{LengthForAge, HeadForAge, WeightForAge, BMIForAge} {
		for _, sex := range []nursery.Sex{nursery.Male, nursery.Female} {
			for day := range 1827 {
				if _, ok := standards()[i][key{sex, day}]; !ok {
					t.Fatalf("%s of %s has no line for day %d", i, sex, day)
				}
			}
		}
	}
}
