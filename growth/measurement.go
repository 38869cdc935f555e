package growth

import (
	"math"

	"tuoyu/nursery"
)

// Measurement is what was measured of a child on a day. A zero value was not measured.
type Measurement struct {
	Sex      nursery.Sex
	Days     int // age in completed days
	WeightKg float64
	LengthCm float64
	Standing bool // the length is a height, measured standing
	HeadCm   float64
	Oedema   bool // of both feet: the weight then does not indicate nutrition
}

// Scores are the z-scores of a measurement, to two decimals; nil if there is none.
type Scores struct {
	WeightForAge    *float64 `json:"weight_z,omitempty"`
	LengthForAge    *float64 `json:"length_z,omitempty"`
	WeightForLength *float64 `json:"weight_length_z,omitempty"`
	BMIForAge       *float64 `json:"bmi_z,omitempty"`
	HeadForAge      *float64 `json:"head_z,omitempty"`
}

// Length returns the length in centimetres as the tables take it at the child's age: lying below two years, standing
// from then on.
func (m Measurement) Length() float64 {
	switch {
	case m.LengthCm <= 0:
		return 0
	case m.Days < heightFrom && m.Standing:
		return m.LengthCm + standingLoss
	case m.Days >= heightFrom && !m.Standing:
		return m.LengthCm - standingLoss
	}
	return m.LengthCm
}

// Assess returns every z-score that the measurement allows: none beyond the 60 months of the tables, and none of weight
// for a child with oedema (WHO anthro).
func Assess(m Measurement) Scores {
	length := m.Length()
	byLength := WeightForLength
	if m.Days >= heightFrom {
		byLength = WeightForHeight
	}
	age := float64(m.Days)
	s := Scores{
		LengthForAge: rounded(Score(LengthForAge, m.Sex, age, length)),
		HeadForAge:   rounded(Score(HeadForAge, m.Sex, age, m.HeadCm)),
	}
	if m.Oedema {
		return s
	}
	s.WeightForAge = rounded(Score(WeightForAge, m.Sex, age, m.WeightKg))
	if length > 0 && m.Days >= 0 && m.Days <= lastDay {
		s.WeightForLength = rounded(Score(byLength, m.Sex, length, m.WeightKg))
		s.BMIForAge = rounded(Score(BMIForAge, m.Sex, age, m.WeightKg/(length*length/1e4)))
	}
	return s
}

func rounded(z float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	z = math.Round(z*100) / 100
	return &z
}
