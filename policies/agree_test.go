package policies_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"

	"tuoyu/nursery"
	"tuoyu/policies"
)

// The engine passes to the rules only the facts they can read. For any facts its decision must equal that of OPA on all
// of them.
func TestDecideAgreesWithOPAOnAnyFacts(t *testing.T) {
	e, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	on := nursery.NewDate(2026, 3, 2)
	random := rand.New(rand.NewPCG(20260302, 1))
	for _, set := range e.Status().Packs[0].RuleSets {
		query := ownQuery(t, set)
		kinds := map[string]bool{}
		for i := range 150 {
			facts := factsFor(t, set, i)
			for range random.IntN(12) {
				disturb(random, facts)
			}
			d, err := e.Decide(t.Context(), set, facts, on, "140403")
			if err != nil {
				t.Fatalf("%s, round %d: %v", set, i, err)
			}
			var got []string
			for _, r := range d.Reasons {
				got = append(got, fmt.Sprint(r.Rule, r.Result, r.Subject, r.Fields, r.Message))
				kinds[r.Rule] = true
			}
			results, err := query.Eval(t.Context(), rego.EvalInput(facts))
			if err != nil {
				t.Fatalf("%s, round %d: OPA: %v", set, i, err)
			}
			var want []string
			for _, x := range results[0].Bindings["reasons"].([]any) {
				r := x.(map[string]any)
				subject, _ := r["subject"].(string)
				fields, _ := r["fields"].([]any)
				want = append(want, fmt.Sprint(r["rule"], r["result"], subject, fields, r["message"]))
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("%s, round %d: engine\n%s\nOPA\n%s", set, i, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		want := 5
		if set == "contract.duty" {
			want = 3 // all that exist
		}
		if set == "health.referral" {
			want = 4 // all that exist
		}
		if set == "health.entry" {
			want = 1 // all that exist
		}
		if len(kinds) < want {
			t.Errorf("%s: only %d rules gave a reason over all rounds: the facts try too little", set, len(kinds))
		}
	}
}

// factsFor returns the input of a rule set; its kind varies with the round.
func factsFor(t *testing.T, set string, round int) map[string]any {
	if set == "build.progress" {
		site := nursery.BuildFacts{
			Deadline: nursery.NewDate(2026, 3, 31), Mode: nursery.PrivateRun, Seats: 120, LagPoints: round % 15, ReceiptIssued: round%2 == 0,
			SeatsCounted: 100 + round%30, OperatorContract: round%3 == 0,
			Milestones: []nursery.MilestoneFacts{
				{Kind: nursery.FitOut, Title: "装修", Percent: 99 + round%2, LagPoints: round % 4},
				{Kind: nursery.Facilities, Title: "设施配备", Percent: 40, DaysLate: round % 20},
			},
		}
		return ownInput(t, site)
	}
	if set == "inspect.draw" {
		return ownInput(t, drawn(round))
	}
	if strings.HasPrefix(set, "inspect.") {
		return ownInput(t, inspection(round))
	}
	if set == "health.entry" {
		entry := nursery.EntryFacts{BornOn: nursery.NewDate(2024, 10, 1).AddDays(round), EnteredOn: nursery.NewDate(2025, 1, 1).AddDays(3 * round)}
		if doses := round % 6; doses < 5 {
			entry.DTaPDoses = &doses
		}
		return ownInput(t, entry)
	}
	if strings.HasPrefix(set, "health.") {
		return ownInput(t, checkup(round))
	}
	switch set {
	case "contract.order":
		return ownInput(t, contract(round))
	case "contract.duty":
		return ownInput(t, nursery.ContractDutyFacts{Duties: []nursery.DutyLine{
			{Duty: nursery.DutyGuidance, Title: "技术指导", From: nursery.NewDate(2026, 1, 1), Until: nursery.NewDate(2026, 12, 31), Promised: 2, Done: round % 3, DaysLeft: round},
			{Duty: nursery.DutyRecords, Title: "健康档案", From: nursery.NewDate(2026, 1, 1), Until: nursery.NewDate(2026, 12, 31), Promised: 10, Done: round % 11, DaysLeft: round},
		}})
	case "insurance.enrol":
		return ownInput(t, insured(round))
	}
	facts := ownInput(t, filing())
	application := facts["application"].(map[string]any)
	application["site_kind"] = string(nursery.SiteKinds()[round%6])
	if round%6 == 2 {
		application["family"] = map[string]any{"children": json.Number("5"), "carers_on_duty": json.Number("2")}
	}
	return facts
}

// drawn returns a draw with an error that varies with the round.
func drawn(round int) nursery.DrawFacts {
	covered, improvable, spread := round%5 > 0, round%2 == 0, round%4
	return nursery.DrawFacts{
		Committer: "supervisor", Witness: []string{"office", "supervisor"}[round%2], CommittedAt: "2026-03-01T01:00:00.000Z",
		PublicAt: fmt.Sprintf("2026-03-01T01:00:00.%03dZ", round%3), RandomSize: round % 4, LoadSpread: &spread, Improvable: &improvable,
		Candidates: []nursery.DrawCandidate{{ID: "a", Available: round % 4, AvailableRandom: round % 3, Covered: &covered}, {ID: "b", Available: 2, AvailableRandom: 2}},
		Visits:     []nursery.DrawnVisit{{ID: "a", Kind: nursery.InspectRandom, Officers: 1 + round%3, Conflict: round%7 == 0, Repeated: round%6 == 0}},
	}
}

// contract returns a contract with an error that varies with the round.
func contract(round int) nursery.ContractFacts {
	return nursery.ContractFacts{
		StartsOn: nursery.NewDate(2026, 3, 1), EndsOn: nursery.NewDate(2027, 2, 28), Mode: nursery.Visiting, Services: nursery.ContractServices()[:round%7],
		SameCounty: round%2 == 0, Licence: round%3 == 0, LicensedUntil: nursery.NewDate(2026, 2, 20).AddDays(round % 20), PrimaryCare: round%4 > 0,
		ModeOffered: round%5 > 0, Capacity: 100 * (round % 3), ChildrenServed: 80, Seats: 30, InstitutionFiled: round%7 > 0, OtherInForce: round%6 == 0,
		ChildrenUncovered: round % 4,
	}
}

// inspection returns an inspection with an error that varies with the round.
func inspection(round int) nursery.InspectionFacts {
	works, days, flagged := round%2 == 0, 50+round%20, round%3 == 0
	f := nursery.InspectionFacts{
		Kind: "regular", First: "inspector-1", Second: "inspector-2", LastFirst: "inspector-2", LastSecond: []string{"inspector-1", "inspector-3"}[round%2],
		VisitOn: nursery.NewDate(2026, 3, 2), VisitTime: []string{"07:30", "09:00"}[round%2], WorkingDay: &works, DaysSince: &days, Round: round % 2,
		SentBy: []string{"inspector-1", "inspector-9"}[round%2], SeriousFlagged: &flagged,
	}
	for i, rule := range []string{"MN-10", "MN-12", "MN-18", "MN-24", "MN-27", "MN-36"} {
		f.Items = append(f.Items, nursery.ItemFacts{
			Rule: rule, Title: rule, Severity: []nursery.Severity{nursery.Serious, nursery.General, nursery.Minor}[(round+i)%3], Binds: (round+i)%4 > 0, Penalty: true,
			Photo: i%2 == 0, Result: []nursery.ItemResult{nursery.ItemOK, nursery.ItemNotOK}[(round+i)%2], Noted: (round+i)%3 > 0, Photos: round % 2,
		})
	}
	return f
}

// filingRuleSets lists the rule sets whose input is a filing.
func filingRuleSets(e *policies.Engine) []string {
	return slices.DeleteFunc(slices.Clone(e.Status().Packs[0].RuleSets), func(set string) bool {
		return !strings.HasPrefix(set, "filing.") && !strings.HasPrefix(set, "registration.")
	})
}

// An applicant may enter any date of the calendar, such as a lease until 9999-12-31.
func TestAnyDateThereIsCanBeDecided(t *testing.T) {
	e, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []nursery.Date{{Year: 1, Month: 1, Day: 1}, {Year: 1677, Month: 1, Day: 1}, {Year: 2263, Month: 2, Day: 28}, {Year: 9999, Month: 12, Day: 31}} {
		facts := filing()
		a := &facts.Application
		a.Premises.LeaseFrom, a.Premises.LeaseUntil, a.Hygiene.EvaluatedOn = day, day, day
		facts.Registration.RegisteredOn = day
		for i := range a.Staff {
			a.Staff[i].HealthCheckedOn, a.Staff[i].BackgroundOn = day, day
		}
		for i := range a.Papers {
			a.Papers[i].IssuedOn, a.Papers[i].ExpiresOn = day, day
		}
		for _, set := range filingRuleSets(e) {
			if _, err := e.Decide(t.Context(), set, facts, nursery.NewDate(2026, 3, 2), ""); err != nil {
				t.Errorf("%s with %s: %v", set, day, err)
			}
		}
	}
}

// disturb removes or changes one value somewhere in the facts.
func disturb(random *rand.Rand, node map[string]any) {
	names := slices.Sorted(maps.Keys(node))
	if len(names) == 0 {
		return
	}
	name := names[random.IntN(len(names))]
	switch v := node[name].(type) {
	case map[string]any:
		disturb(random, v)
	case []any:
		if len(v) > 0 && random.IntN(4) > 0 {
			if element, ok := v[random.IntN(len(v))].(map[string]any); ok {
				disturb(random, element)
				return
			}
		}
		node[name] = v[:len(v)/2]
	case bool:
		node[name] = !v
	case json.Number:
		node[name] = json.Number(fmt.Sprint(random.IntN(40)))
	case string:
		if _, err := nursery.ParseDate(v); err == nil && name != "as_of" {
			days := []string{nursery.NewDate(2020+random.IntN(12), 1, 1+random.IntN(365)).String(), "0001-01-01", "2024-02-29", "9999-12-31"}
			node[name] = days[random.IntN(len(days))]
		} else if name != "as_of" && name != "county" && name != "id" && name != "number" {
			if delete(node, name); random.IntN(2) == 0 {
				node[name] = "不是" + v
			}
		}
	}
}

// insured returns a child of a roster with an error that varies with the round.
func insured(round int) nursery.InsuranceFacts {
	return nursery.InsuranceFacts{
		Residence: []nursery.Residence{nursery.ResidenceRegistered, nursery.ResidencePermanent, "visiting"}[round%3], AgeMonths: 30 + round%12,
		Died: round%5 == 0, Moved: round%7 == 0, Notified: round%2 == 0, Consent: round%3 == 0, Basis: round%4 == 0, InForce: round%6 == 0,
		Repeated: round%8 == 0, Newborn: round%2 == 0, ReportedDays: 20 + round%60,
		Perils: []nursery.Peril{"injury", "property", "hospital"}[:1+round%3],
	}
}

// checkup returns a class of two children whose measurements vary with the round.
func checkup(round int) nursery.CheckupFacts {
	number := func(v float64) *float64 { return &v }
	months, days := round%14, 20+round%200
	child := nursery.CheckupChild{
		Child: "c1", MonthsFirst: round % 36, MonthsLast: round%36 + 5, DaysInCare: 25 + round%20, MonthsSince: &months, Months: round % 40,
		MeasuredAgain: round%4 == 0, Weight: number(8 + float64(round%9)), Length: number(70 + float64(round%20)), WeightBefore: number(9), LengthBefore: number(75),
		DaysBetween: &days, WeightZ: number(float64(round%14) - 7), LengthZ: number(float64(round%15) - 7), WeightLengthZ: number(float64(round%13) - 6),
		HeadZ: number(float64(round%11) - 5.5), Haemoglobin: number(float64(80 + round%40)), Hearing: []string{"normal", "abnormal"}[round%2], Vision: "normal",
	}
	if round%3 == 0 {
		child.Signs, child.Vision = []int{1}, "abnormal"
	}
	for i, item := range nursery.CheckItems() {
		since, at := (round+i)%16, (round+2*i)%36
		child.Items = append(child.Items, nursery.ItemState{Item: item, Done: (round+i)%3 == 0, MonthsSince: &since, MonthsAt: &at})
	}
	return nursery.CheckupFacts{Children: []nursery.CheckupChild{child, {Child: "c2", MonthsFirst: 20, MonthsLast: 25, DaysInCare: 184}}}
}
