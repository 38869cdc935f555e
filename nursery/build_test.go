package nursery_test

import (
	"math/big"
	"testing"

	"tuoyu/nursery"
)

var fitOut = nursery.Milestone{
	Kind: nursery.FitOut, PlannedStart: nursery.NewDate(2024, 3, 15), PlannedEnd: nursery.NewDate(2024, 6, 15), Weight: 60,
	Evidence: []string{"竣工验收材料"},
}

func TestThePlannedCurveGrowsEvenlyAndIsExact(t *testing.T) {
	for day, want := range map[nursery.Date]string{
		nursery.NewDate(2024, 3, 14): "0",
		nursery.NewDate(2024, 3, 15): "0",
		nursery.NewDate(2024, 3, 16): "100/93",
		nursery.NewDate(2024, 5, 1):  "4700/93",
		nursery.NewDate(2024, 6, 15): "9200/93",
		nursery.NewDate(2024, 6, 16): "100",
		nursery.NewDate(2025, 1, 1):  "100",
	} {
		if got := fitOut.PlannedOn(day).RatString(); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
	filed := nursery.Milestone{Kind: nursery.Filed, PlannedStart: nursery.NewDate(2024, 5, 1), PlannedEnd: nursery.NewDate(2024, 5, 3), Weight: 40}
	both := []nursery.Milestone{fitOut, filed}
	// 0.6 × 48/93 + 0.4 × 1/3
	if got := nursery.PlannedOn(both, nursery.NewDate(2024, 5, 2)).RatString(); got != "4120/93" {
		t.Errorf("curve %s", got)
	}
	accepted := map[nursery.MilestoneKind]int{nursery.FitOut: 51, nursery.Filed: 100}
	if got := nursery.ActualOf(both, accepted).RatString(); got != "353/5" {
		t.Errorf("actual %s", got)
	}
}

func TestAFractionIsAboveALimitExactlyWhenItsPointsAre(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "1/93": 1, "10": 10, "931/93": 11, "-1/93": 0, "-94/93": -1, "-2": -2} {
		r, _ := new(big.Rat).SetString(text)
		if got := nursery.PointsUp(r); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

func TestARateIsShownRoundedHalfUp(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0.0", "100": "100.0", "200/3": "66.7", "100/3": "33.3", "1/20": "0.1", "49/1000": "0.0", "9995/100": "100.0",
		"9994/100": "99.9", "-1/20": "0.0", "-4/3": "-1.3",
	} {
		r, _ := new(big.Rat).SetString(text)
		if got := nursery.RateText(r); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestAMilestoneIsLateFromTheDayAfterItsEnd(t *testing.T) {
	// The assessment is made at the beginning of the day, so the first full late day ends on the second day after the
	// planned end.
	for day, want := range map[nursery.Date]int{
		nursery.NewDate(2024, 6, 15): 0, nursery.NewDate(2024, 6, 16): 0, nursery.NewDate(2024, 6, 17): 1, nursery.NewDate(2024, 7, 1): 15,
	} {
		open := nursery.FactsOn([]nursery.Milestone{fitOut}, map[nursery.MilestoneKind]int{nursery.FitOut: 99}, day)
		done := nursery.FactsOn([]nursery.Milestone{fitOut}, map[nursery.MilestoneKind]int{nursery.FitOut: 100}, day)
		if open[0].DaysLate != want || done[0].DaysLate != 0 {
			t.Errorf("%s: %d and %d days late, want %d and 0", day, open[0].DaysLate, done[0].DaysLate, want)
		}
	}
}

func TestALightIsReadOffADecision(t *testing.T) {
	warn := []nursery.Reason{{Result: nursery.Warn}}
	for want, d := range map[nursery.Light]nursery.Decision{
		nursery.Green: {Result: nursery.Pass}, nursery.Amber: {Result: nursery.Pass, Reasons: warn},
		nursery.Red: {Result: nursery.Fail, Reasons: warn},
	} {
		if got := nursery.LightOf(d); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if nursery.LightOf(nursery.Decision{Result: nursery.Unknown}) != nursery.Amber {
		t.Error("what is not known is no green light")
	}
}
