package cases

import (
	"net/url"
	"slices"
	"testing"

	"tuoyu/casework"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func TestAMarkIsARowOfTheFindingsAndAFaultStandsAtIt(t *testing.T) {
	s := ui.FormSchema{Kind: ui.KindGroup, Fields: []ui.FormSchema{{Name: "findings", Kind: ui.KindList, Fields: []ui.FormSchema{{Name: "field", Kind: ui.KindText}, {Name: "message", Kind: ui.KindText}}}}}
	form := answering{BoundForm: ui.BoundForm{Shape: s, Values: url.Values{"/findings/_rows": {"0"}}}}
	form.mark("/papers/fire_proof")
	form.mark("/staff/s-01/post")
	form.mark("/papers/fire_proof")
	if got := ui.Rows(form.Values, web.FindingsPointer); len(got) != 2 || form.Fresh != "/findings/0" {
		t.Fatalf("rows %v, fresh %q", got, form.Fresh)
	}
	form.Values.Set("/findings/0/field", "")
	form.AddFaults(&casework.Error{Fields: []casework.FieldError{{Location: "/answer/findings/0/message", Message: "必填"}}}, "/answer")
	if !slices.Contains(form.Faults, casework.FieldError{Location: "/findings/1/message", Message: "必填"}) {
		t.Errorf("faults %v", form.Faults)
	}
}
