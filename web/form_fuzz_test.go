package web

import (
	"encoding/json"
	"net/url"
	"testing"

	"tuoyu/limits"
)

// What is entered and read without a fault is shown and read again as the same. Bytes that parseForm refuses never come to a form.
func FuzzFormRoundTrip(f *testing.F) {
	f.Add("中文", "3", "12.50", "0.1", "a，b", "1,2", "x")
	f.Add(" ", "-7", "-1.50", "-0", "a, ,b", "1 2", "")
	f.Add("a\r\nb", "9007199254740993", "NaN", "1e300", "，", "，", "y")
	f.Add("", "0", "-0.5", "0x1p-2", "", "-1", "z")
	f.Add("\xff", "0", "0", "0", "\xff", "0", "\ufffd")
	f.Fuzz(func(t *testing.T, text, whole, money, decimal, texts, wholes, choice string) {
		fields := []formSchema{
			{Name: "text", Kind: kindText}, {Name: "whole", Kind: kindWhole}, {Name: "money", Kind: kindMoney},
			{Name: "decimal", Kind: kindDecimal}, {Name: "texts", Kind: kindTexts}, {Name: "wholes", Kind: kindWholes},
			{Name: "choices", Kind: kindChoices},
		}
		s := formSchema{Kind: kindGroup, Fields: append(fields, formSchema{Name: "rows", Kind: kindList, Fields: fields})}
		values := url.Values{"/rows/_rows": {"4"}}
		for i, entered := range []string{text, whole, money, decimal, texts, wholes, choice} {
			if !limits.Storable(entered) {
				return
			}
			values["/"+fields[i].Name], values["/rows/4/"+fields[i].Name] = []string{entered}, []string{entered}
		}
		form := boundForm{Shape: s, Values: values}
		entered := form.decode()
		if len(form.Faults) > 0 {
			return
		}
		want, err := json.Marshal(entered)
		if err != nil {
			t.Fatalf("%v: %v", entered, err)
		}
		shown := ask(s, entered)
		got, err := json.Marshal(shown.decode())
		if err != nil || len(shown.Faults) > 0 || string(got) != string(want) {
			t.Fatalf("entered %s, shown and read again %s: %v, %v", want, got, shown.Faults, err)
		}
	})
}
