package ui

import (
	"encoding/json"
	"net/url"
	"testing"

	"tuoyu/limits"
)

// What is entered and read without a fault is shown and read again as the same. Bytes that ParseForm refuses never come to a form.
func FuzzFormRoundTrip(f *testing.F) {
	f.Add("中文", "3", "12.50", "0.1", "a，b", "1,2", "x")
	f.Add(" ", "-7", "-1.50", "-0", "a, ,b", "1 2", "")
	f.Add("a\r\nb", "9007199254740993", "NaN", "1e300", "，", "，", "y")
	f.Add("", "0", "-0.5", "0x1p-2", "", "-1", "z")
	f.Add("\xff", "0", "0", "0", "\xff", "0", "\ufffd")
	f.Fuzz(func(t *testing.T, text, whole, money, decimal, texts, wholes, choice string) {
		fields := []FormSchema{
			{Name: "text", Kind: KindText}, {Name: "whole", Kind: KindWhole}, {Name: "money", Kind: KindMoney},
			{Name: "decimal", Kind: KindDecimal}, {Name: "texts", Kind: KindTexts}, {Name: "wholes", Kind: KindWholes},
			{Name: "choices", Kind: KindChoices},
		}
		s := FormSchema{Kind: KindGroup, Fields: append(fields, FormSchema{Name: "rows", Kind: KindList, Fields: fields})}
		values := url.Values{"/rows/_rows": {"4"}}
		for i, entered := range []string{text, whole, money, decimal, texts, wholes, choice} {
			if !limits.Storable(entered) {
				return
			}
			values["/"+fields[i].Name], values["/rows/4/"+fields[i].Name] = []string{entered}, []string{entered}
		}
		form := BoundForm{Shape: s, Values: values}
		entered := form.Decode()
		if len(form.Faults) > 0 {
			return
		}
		want, err := json.Marshal(entered)
		if err != nil {
			t.Fatalf("%v: %v", entered, err)
		}
		shown := FormOf(s, entered)
		got, err := json.Marshal(shown.Decode())
		if err != nil || len(shown.Faults) > 0 || string(got) != string(want) {
			t.Fatalf("entered %s, shown and read again %s: %v, %v", want, got, shown.Faults, err)
		}
	})
}
