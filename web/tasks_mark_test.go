package web

import (
	"net/url"
	"testing"

	"tuoyu/casework"
)

func TestAMarkIsARowOfTheFindingsAndAFaultStandsAtIt(t *testing.T) {
	s := FormSchema{Kind: KindGroup, Fields: []FormSchema{{Name: "findings", Kind: KindList, Fields: []FormSchema{{Name: "field", Kind: KindText}, {Name: "message", Kind: KindText}}}}}
	form := BoundForm{Shape: s, Values: url.Values{"/findings/_rows": {"0"}}}
	form.mark("/papers/fire_proof")
	form.mark("/staff/s-01/post")
	form.mark("/papers/fire_proof")
	if got := Rows(form.Values, FindingsPointer); len(got) != 2 || form.Fresh != "/findings/0" {
		t.Fatalf("rows %v, fresh %q", got, form.Fresh)
	}
	form.Values.Set("/findings/0/field", "")
	form.AddFaults(&casework.Error{Fields: []casework.FieldError{{Location: "/answer/findings/0/message", Message: "必填"}}}, "/answer")
	if form.faultAt("/findings/1/message") != "必填" {
		t.Errorf("faults %v", form.Faults)
	}
}
