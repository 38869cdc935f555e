package testdata_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"io/fs"
	"os"
	"slices"
	"testing"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/testdata"
)

func decide(t *testing.T, name string) []nursery.Decision {
	t.Helper()
	app, err := testdata.Application(name)
	if err != nil {
		t.Fatal(err)
	}
	reg, err := testdata.Registration(name)
	if err != nil {
		t.Fatal(err)
	}
	return decideFacts(t, app, reg, testdata.AsOf)
}

func decideFacts(t *testing.T, app nursery.Application, reg nursery.Registration, day nursery.Date) []nursery.Decision {
	t.Helper()
	engine, err := policies.New(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	facts := nursery.FilingFacts{Application: app, Registration: &reg, ReceivedOn: day}
	var made []nursery.Decision
	for _, set := range activities.FilingRuleSets() {
		d, err := engine.Decide(context.Background(), set, facts, day, app.Institution.County)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, d)
	}
	return made
}

func wantPass(t *testing.T, name string, made []nursery.Decision) {
	t.Helper()
	for _, d := range made {
		if d.Result != nursery.Pass {
			t.Errorf("%s: %s says %s", name, d.RuleSet, d.Result)
		}
		for _, r := range d.Reasons {
			t.Errorf("%s: %s %s %s %v: %s", name, d.RuleSet, r.Rule, r.Result, r.Fields, r.Message)
		}
	}
}

func TestEveryCleanApplicationPassesWithoutAWarning(t *testing.T) {
	for _, name := range testdata.Names() {
		wantPass(t, name, decide(t, name))
	}
}

func TestThereIsOneOfEachSiteKind(t *testing.T) {
	var kinds []nursery.SiteKind
	for _, kind := range nursery.SiteKinds() {
		app, err := testdata.Application(string(kind))
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, app.SiteKind)
	}
	if !slices.Equal(kinds, nursery.SiteKinds()) {
		t.Errorf("got %v", kinds)
	}
}

func TestSizesAreThoseOfThePlan(t *testing.T) {
	for name, seats := range map[string]int{
		"public_comprehensive": 120, "community": 45, "kindergarten_class": 40, "employer": 50, "other": 38,
		"family_point": 0, "family_point_as_institution": 6,
	} {
		app, err := testdata.Application(name)
		if err != nil {
			t.Fatal(err)
		}
		if app.Seats() != seats {
			t.Errorf("%s has %d seats, want %d", name, app.Seats(), seats)
		}
	}
}

func TestIdentifiersAndDivisionsAreReal(t *testing.T) {
	for _, name := range testdata.Names() {
		app, err := testdata.Application(name)
		if err != nil {
			t.Fatal(err)
		}
		i := app.Institution
		code, err := nursery.ParseUSCC(i.USCC)
		if err != nil || !nursery.OrganisationCodeValid(code.OrganisationCode()) || code.Division() != i.County {
			t.Errorf("%s: credit code %s: %v", name, i.USCC, err)
		}
		if county, ok := nursery.CountyOf(i.Township); !ok || county.Code != i.County {
			t.Errorf("%s: township %s is not in county %s", name, i.Township, i.County)
		}
		if _, err := nursery.ParsePhone(i.Phone); err != nil {
			t.Errorf("%s: phone: %v", name, err)
		}
	}
}

func TestFilesHoldNoFieldTheApplicationDoesNotKnow(t *testing.T) {
	for folder, target := range map[string]func() any{
		"filing": func() any { return new(nursery.Application) }, "filing/registrations": func() any { return new(nursery.Registration) },
	} {
		names, err := fs.Glob(os.DirFS(folder), "*.json")
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v, %v", folder, names, err)
		}
		for _, name := range names {
			raw, err := os.ReadFile(folder + "/" + name)
			if err != nil {
				t.Fatal(err)
			}
			d := json.NewDecoder(bytes.NewReader(raw))
			d.DisallowUnknownFields()
			if err := d.Decode(target()); err != nil {
				t.Errorf("%s/%s: %v", folder, name, err)
			}
		}
	}
}

func TestElevenGapsAreElevenThenFourThenNone(t *testing.T) {
	for name, want := range map[string][]string{
		"eleven_gaps": {
			"FZ-05", "ID-03", "MN-32c", "RF-08.0a", "RF-08.0a", "RF-08.0a", "RF-08.0c", "RF-08.2", "RF-08.3a", "RF-08.3b", "RF-08.7",
		},
		"eleven_gaps_round_1": {"FZ-05", "ID-03", "MN-32c", "RF-08.8"},
		"eleven_gaps_round_2": nil,
	} {
		gaps := activities.Gaps(decide(t, name))
		var rules []string
		for _, g := range gaps {
			rules = append(rules, g.Rule)
			if len(g.Basis) == 0 || len(g.Fields) == 0 || g.Message == "" || g.Remedy == "" {
				t.Errorf("%s: %s says too little: %+v", name, g.Rule, g)
			}
		}
		slices.Sort(rules)
		if !slices.Equal(rules, want) {
			t.Errorf("%s: got %d gaps %v, want %v", name, len(rules), rules, want)
		}
	}
}

func TestAFamilyPointOfSixIsRoutedToAnInstitution(t *testing.T) {
	made := decide(t, "family_point_six_children")
	if made[0].Route != "institution" || made[0].Result != nursery.Fail {
		t.Errorf("got route %q, result %s", made[0].Route, made[0].Result)
	}
	if five := decide(t, "family_point"); five[0].Route != "market" {
		t.Errorf("five children: got route %q", five[0].Route)
	}
}

func TestShortVideoFailsTheStandardsButIsNoGap(t *testing.T) {
	made := decide(t, "short_video")
	if gaps := activities.Gaps(made); len(gaps) > 0 {
		t.Errorf("got gaps %+v", gaps)
	}
	conform := made[2]
	if conform.Result != nursery.Fail || len(conform.Reasons) != 1 || conform.Reasons[0].Rule != "MN-32c" {
		t.Errorf("got %s, %+v", conform.Result, conform.Reasons)
	}
}

func TestAChangedApplicationPasses(t *testing.T) {
	wantPass(t, "community_changed", decide(t, "community_changed"))
}

func TestAnotherLegalPersonPassesOnAnotherDay(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range testdata.Names() {
		app, err := testdata.Application(name)
		if err != nil {
			t.Fatal(err)
		}
		reg, err := testdata.Registration(name)
		if err != nil {
			t.Fatal(err)
		}
		day := nursery.NewDate(2028, 2, 29)
		app, reg, err = testdata.Another(testdata.OnDay(app, day), reg, 42)
		if err != nil {
			t.Fatal(err)
		}
		if seen[reg.USCC] || app.Institution.USCC != reg.USCC {
			t.Errorf("%s: credit code %s, registered %s", name, app.Institution.USCC, reg.USCC)
		}
		// The two filings of the family point are those of one legal person.
		seen[reg.USCC] = name != "family_point" && name != "family_point_as_institution"
		wantPass(t, name, decideFacts(t, app, reg, day))
	}
}

func TestWithAttachmentsReplacesEveryAttachment(t *testing.T) {
	app, err := testdata.Application("eleven_gaps")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range testdata.WithAttachments(app, func(k nursery.PaperKind) string { return "up-" + string(k) }).Papers {
		if p.Attachment != "up-"+string(p.Kind) {
			t.Errorf("%s: attachment %s", p.Kind, p.Attachment)
		}
	}
	if app.Papers[0].Attachment != "file-filing-form" {
		t.Errorf("the application given was changed: %s", app.Papers[0].Attachment)
	}
}

func TestMergePatchIsThatOfTheStandard(t *testing.T) {
	// The examples of RFC 7396, appendix A.
	for _, row := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`}, {`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`}, {`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`}, {`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`}, {`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`}, {`{"a":"b"}`, `["c"]`, `["c"]`}, {`{"a":"foo"}`, `null`, `null`},
		{`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`}, {`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
	} {
		if got, err := testdata.MergePatch([]byte(row[0]), []byte(row[1])); err != nil || string(got) != row[2] {
			t.Errorf("%s with %s: got %s, %v, want %s", row[0], row[1], got, err, row[2])
		}
	}
}

func TestUploadsAreWhatTheySay(t *testing.T) {
	if pdf := testdata.PDF("filing form"); !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.HasSuffix(pdf, []byte("%%EOF\n")) {
		t.Errorf("no PDF: %q", pdf)
	}
	if _, err := png.Decode(bytes.NewReader(testdata.PNG(7))); err != nil {
		t.Error(err)
	}
}

func TestAnUnknownNameIsSaid(t *testing.T) {
	if _, err := testdata.Application("nothing"); err == nil {
		t.Error("no error")
	}
}
