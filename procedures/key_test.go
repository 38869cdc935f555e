package procedures

import "testing"

func TestANumberInAKeyIsWrittenInFull(t *testing.T) {
	for want, value := range map[string]any{"1000000": 1e6, "2026": float64(2026), "0.5": 0.5, "甲": "甲", "true": true} {
		if got := KeyText(value); got != want {
			t.Errorf("%v: got %s, want %s", value, got, want)
		}
	}
}
