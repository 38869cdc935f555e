package policies_test

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/util"

	"tuoyu/nursery"
	"tuoyu/policies"
)

func ptr[T any](v T) *T { return &v }

// filing returns a complete filing of 3 classes and 12 members of staff.
func filing() nursery.FilingFacts {
	on := nursery.NewDate(2026, 3, 2)
	a := nursery.Application{
		SiteKind: nursery.Community,
		Institution: nursery.Institution{
			Name: "潞州区示例社区托育中心", USCC: "52140403MJY000011D", Nature: nursery.SocialService, BusinessScope: "托育服务",
			County: "140403", Township: "140403001", Address: "潞州区英雄中路1号", Phone: "0355-2000000",
		},
		ServiceForms: []nursery.ServiceForm{nursery.FullDay, nursery.HalfDay},
		Inclusive:    ptr(true), Meals: ptr(true),
		Prices: []nursery.Price{{Item: "保育费", Form: nursery.FullDay, Fen: 150000, Unit: "month"}},
		Premises: nursery.Premises{
			Tenure: "leased", LeaseFrom: on, LeaseUntil: nursery.NewDate(2031, 3, 1), FloorAreaM2: ptr(900.0), Storeys: []int{1, 2},
			SemiBasement: ptr(false), HighRise: ptr(false), OwnExit: ptr(true), FireRating: ptr(2), ThreeInOne: ptr(false),
			ColourSteel: ptr(false), HazardousNeighbours: ptr(false), Dwelling: ptr(false), StandAlone: ptr(true), SiteSafe: ptr(true),
			BuildingStandards: ptr(true), DecorationSafe: ptr(true), EquipmentFit: ptr(true), Outdoor: "own", OutdoorSafe: ptr(true),
			SecurityEquipment: ptr(true), VideoFullCover: ptr(true), VideoDays: ptr(90), GuardHours: ptr(24),
		},
		Fire: nursery.Fire{
			Separated: ptr(true), StairsNonflammable: ptr(true), DecorationSafe: ptr(true), Sprinkler: ptr(true), AutomaticAlarm: ptr(true),
			NetworkedDetector: ptr(true), SmokeAlarm: ptr(true), EmergencyLighting: ptr(true), DryPowder5kg: ptr(24), Water6L: ptr(0),
			ExtinguisherPoints: ptr(12), GasKitchen: ptr(false), GasAlarmAndCutoff: ptr(true), WindowBars: ptr(false), BatteriesKeptOut: ptr(true),
			FlammableHangings: ptr(false), ManagerNamed: ptr(true), EvacuationPlan: ptr(true), ChargingOutsideCare: ptr(true),
		},
		Hygiene: nursery.Hygiene{
			Result: "qualified", EvaluatedOn: on, RequirementsMet: ptr(14), WindowFloorPercent: ptr(22.0), ObservationRoomM2: ptr(8.0),
			ObservationBeds: ptr(1), FenceAndMats: ptr(true), IndoorAirPassed: ptr(true), HealthRules: ptr(true),
		},
	}
	for i, kind := range []nursery.ClassKind{nursery.InfantClass, nursery.ToddlerClass, nursery.OlderToddlerClass} {
		id := fmt.Sprintf("c%d", i+1)
		a.Classes = append(a.Classes, nursery.Class{
			ID: id, Name: kind.Title(), Kind: kind, Seats: ptr(10 + 5*i), Enrolled: ptr(9), YoungestMonths: ptr([]int{6, 12, 24}[i]),
			OldestMonths: ptr([]int{11, 23, 35}[i]), IndependentUnit: ptr(true),
		})
		a.Premises.Rooms = append(a.Premises.Rooms, nursery.Room{ID: "r" + id, AreaM2: ptr(48.0), EvacuationDoors: ptr(2), Class: id})
	}
	posts := []nursery.Post{
		nursery.Head, nursery.HealthPost, nursery.Guard, nursery.Cook, nursery.Caregiver, nursery.Caregiver,
		nursery.Caregiver, nursery.Caregiver, nursery.Caregiver, nursery.Caregiver, nursery.Caregiver, nursery.Caregiver,
	}
	for i, post := range posts {
		number := fmt.Sprintf("s-%02d", i+1)
		s := nursery.Staff{
			Number: number, Post: post, FullTime: ptr(true), Education: "junior_college", ExperienceYears: ptr(4.0), RelevantBackground: ptr(true),
			Certificates: []string{"childcare_worker"}, Trained: []string{"infant_care", "mental_health", "mch_health", "management", "food_safety"},
			TrainingHours: ptr(120), HealthCheckedOn: on.AddMonths(-2), HealthPassed: ptr(true), MentalIllness: ptr(false),
			BackgroundOn: on.AddMonths(-1), ListedOffence: ptr(false), AnyRecord: ptr(false), GuardCompany: ptr(true),
		}
		if post == nursery.Guard {
			s.Certificates = []string{"guard"}
		}
		if post == nursery.Caregiver {
			s.Class = a.Classes[i%3].ID
		}
		a.Staff = append(a.Staff, s)
		for _, kind := range []nursery.PaperKind{nursery.StaffQualification, nursery.StaffHealth} {
			a.Papers = append(a.Papers, nursery.Paper{Kind: kind, Staff: number, Number: "N" + number, IssuedOn: on.AddMonths(-3), ExpiresOn: on.AddMonths(9), Attachment: "file-" + number})
		}
	}
	for _, kind := range []nursery.PaperKind{
		nursery.FilingForm, nursery.Commitment, nursery.RegistrationCertificate, nursery.PremisesProof, nursery.HygieneReport,
		nursery.FloorPlan, nursery.AirTest, nursery.HealthWorkerPapers, nursery.FoodLicence,
	} {
		a.Papers = append(a.Papers, nursery.Paper{Kind: kind, Attachment: "file-" + string(kind)})
	}
	a.Papers = append(a.Papers, nursery.Paper{Kind: nursery.FireProof, Form: "acceptance_filing", Attachment: "file-fire"})
	return nursery.FilingFacts{
		Application: a,
		Registration: &nursery.Registration{
			USCC: a.Institution.USCC, Name: a.Institution.Name, Nature: a.Institution.Nature, Registrar: nursery.CivilAffairs,
			County: "140403", BusinessScope: "托育服务", Status: "active", RegisteredOn: on.AddMonths(-1),
		},
		ReceivedOn: on,
	}
}

// gaps returns the same filing without eleven of its facts and papers.
func gaps() nursery.FilingFacts {
	facts := filing()
	a := &facts.Application
	a.Papers = a.Papers[8:]
	a.Institution.Phone, a.Institution.Township = "", ""
	a.Classes[0].Seats = nil
	return facts
}

// BenchmarkDecide compares Decide with OPA's own prepared evaluation of the same rules over the same facts: once from
// Go values, as OPA accepts them, and once from an input parsed beforehand.
func BenchmarkDecide(b *testing.B) {
	e, err := policies.New(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	on := nursery.NewDate(2026, 3, 2)
	for _, set := range filingRuleSets(e) {
		query := ownQuery(b, set)
		for name, facts := range map[string]nursery.FilingFacts{"clean": filing(), "gaps": gaps()} {
			input := ownInput(b, facts)
			parsed, err := ast.InterfaceToValue(input)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(set+"/"+name+"/decide", func(b *testing.B) {
				cpu(b, func() {
					if _, err := e.Decide(b.Context(), set, facts, on, "140403"); err != nil {
						b.Fatal(err)
					}
				})
			})
			b.Run(set+"/"+name+"/opa-struct", func(b *testing.B) {
				withDates := struct {
					nursery.FilingFacts
					AsOf   string `json:"as_of"`
					County string `json:"county"`
				}{facts, on.String(), "140403"}
				cpu(b, func() { evaluate(b, query, rego.EvalInput(withDates)) })
			})
			b.Run(set+"/"+name+"/opa-map", func(b *testing.B) {
				cpu(b, func() { evaluate(b, query, rego.EvalInput(input)) })
			})
			b.Run(set+"/"+name+"/opa-parsed", func(b *testing.B) {
				cpu(b, func() { evaluate(b, query, rego.EvalParsedInput(parsed)) })
			})
		}
	}
}

// cpu runs f b.N times and reports processor time in addition to wall time, which on a shared machine depends on other
// processes.
func cpu(b *testing.B, f func()) {
	b.ReportAllocs()
	f()
	before := processorTime(b)
	for b.Loop() {
		f()
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
}

func processorTime(b *testing.B) int64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func evaluate(b *testing.B, query rego.PreparedEvalQuery, input rego.EvalOption) {
	if results, err := query.Eval(b.Context(), input); err != nil || len(results) != 1 {
		b.Fatalf("%d results: %v", len(results), err)
	}
}

func ownInput(b testing.TB, facts any) map[string]any {
	b.Helper()
	var input any = facts
	if err := util.RoundTrip(&input); err != nil {
		b.Fatal(err)
	}
	object := input.(map[string]any)
	object["as_of"], object["county"] = "2026-03-02", "140403"
	return object
}

// ownQuery prepares the rule set as in OPA's documentation, from modules, data and the query of the package.
func ownQuery(b testing.TB, set string) rego.PreparedEvalQuery {
	b.Helper()
	modules, data, err := policies.Sources()
	if err != nil {
		b.Fatal(err)
	}
	options := []func(*rego.Rego){rego.Query("reasons = data." + set + ".reasons"), rego.Store(inmem.NewFromObject(data))}
	for path, text := range modules {
		options = append(options, rego.Module(path, text))
	}
	query, err := rego.New(options...).PrepareForEval(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return query
}
