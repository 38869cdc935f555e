package tests

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

// TestWhatIsDecidedOfAClassIsWhatTheRulesSayOfEachChild generates children around every limit and compares the decision
// of each class with that of every child in it.
func TestWhatIsDecidedOfAClassIsWhatTheRulesSayOfEachChild(t *testing.T) {
	d, caseNo := insuring(t)
	loaded, err := rules()
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(11, 26))
	pick := func(values ...string) string { return values[random.IntN(len(values))] }
	cover := nursery.NewDate(2026, 12, 1)
	var lines [][]string
	for i := range 600 {
		born := cover.AddMonths(-pickInt(random, 0, 1, 12, 35, 36, 37)).AddDays(random.IntN(4) - 2)
		if born.After(nursery.NewDate(2026, 11, 2)) {
			born = nursery.NewDate(2026, 11, 2).AddDays(-random.IntN(40))
		}
		id, err := nursery.MakeResidentID("140403", born, 1+i)
		require.NoError(t, err)
		newborn := ""
		if nursery.IsNewborn(born, nursery.NewDate(2026, 11, 2)) {
			newborn = pick("是", "否")
		}
		lines = append(lines, child(i, map[string]string{
			"证件号码": string(id), "出生日期": born.String(), "性别": map[nursery.Sex]string{nursery.Male: "男", nursery.Female: "女"}[id.Sex()],
			"户籍情况": pick("户籍", "户籍", "常住", "其他", ""), "告知日期": pick("2026-11-01", "2026-11-01", ""), "同意书": pick("", "", "同意书"),
			"死亡日期": pick("", "", "", "2026-10-01"), "迁出日期": pick("", "", "", "2026-10-01"), "新生儿": newborn,
		}))
	}
	report := d.roster("sample", caseNo, lines...)
	require.Equal(t, 600, report.Added, "%v", report.Faults)
	born := map[string]string{}
	for _, row := range d.strings(`SELECT id || ' ' || born_on FROM children`) {
		id, day, _ := strings.Cut(row, " ")
		born[id] = day
	}
	require.NoError(t, d.db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		b, err := q.InsuranceBatch(t.Context(), caseNo)
		require.NoError(t, err)
		classes, err := q.InsuranceClasses(t.Context(), caseNo)
		require.NoError(t, err)
		verdict := func(class store.InsuranceClassesRow) string {
			decision, err := loaded.Decide(t.Context(), activities.RulesEnrol, activities.EnrolFacts(b, class), b.OpenedOn, b.County)
			require.NoError(t, err)
			status, reason := nursery.RosterVerdict(decision)
			said := fmt.Sprint(status, " ", reason)
			for _, r := range decision.Reasons {
				said += fmt.Sprint(" ", r.Rule, r.Result)
			}
			return said
		}
		of := map[string]string{}
		for _, class := range classes {
			of[class.Class] = verdict(class)
		}
		require.Greater(t, len(classes), 40)
		children, err := q.InsuranceFactsOfChildren(t.Context(), caseNo)
		require.NoError(t, err)
		require.Len(t, children, 600)
		for _, c := range children {
			day, err := nursery.ParseDate(born[c.Child])
			require.NoError(t, err)
			require.Equal(t, cover.MonthsSince(day), int(c.AgeMonths), day)
			require.Equal(t, of[c.Class], verdict(store.InsuranceClassesRow{
				Class: c.Class, Residence: c.Residence, Died: c.Died, Moved: c.Moved, Notified: c.Notified, Consent: c.Consent, InForce: c.InForce,
				Repeated: c.Repeated, Newborn: c.Newborn, AgeMonths: c.AgeMonths, ReportedDays: c.ReportedDays,
			}), c.Class)
		}
		return nil
	}))
}

func pickInt(random *rand.Rand, values ...int) int { return values[random.IntN(len(values))] }

func TestCompletedMonthsAreCountedAsTheCalendarDoes(t *testing.T) {
	d := newFixture(t)
	for _, c := range []struct {
		born, on string
		months   string
	}{
		{"2023-12-02", "2026-12-01", "35"}, // 35 months and 29 days
		{"2023-12-01", "2026-12-01", "36"},
		{"2023-10-31", "2026-09-30", "35"}, // born on the 31st: September ends on the 30th
		{"2024-02-29", "2027-02-28", "36"},
		{"2026-01-31", "2026-02-28", "1"},
		{"2026-01-31", "2026-02-27", "0"},
	} {
		require.Equal(t, []string{c.months}, d.strings(`SELECT completed_months($1::text::date, $2::text::date)::text`, c.born, c.on), "%v", c)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		born := nursery.NewDate(2020, 1, 1).AddDays(random.IntN(1500))
		on := born.AddDays(random.IntN(1400))
		require.Equal(t, []string{fmt.Sprint(on.MonthsSince(born))}, d.strings(`SELECT completed_months($1::text::date, $2::text::date)::text`, born.String(), on.String()))
	}
}

func TestTheSameChildUnderTwoPapersIsOneAndTwinsAreTwo(t *testing.T) {
	d, caseNo := insuring(t)
	newborn := map[string]string{"姓名": "甲", "证件类型": "出生医学证明", "证件号码": "X140000001", "出生日期": "2026-10-20", "性别": "女", "监护人电话": "13900000001"}
	twin := map[string]string{"姓名": "甲", "证件类型": "出生医学证明", "证件号码": "X140000002", "出生日期": "2026-10-20", "性别": "女", "监护人电话": "13900000001"}
	id, err := nursery.MakeResidentID("140403", nursery.NewDate(2026, 10, 20), 2)
	require.NoError(t, err)
	named := map[string]string{"姓名": "甲", "证件号码": string(id), "出生日期": "2026-10-20", "性别": "女", "监护人电话": "13900000001"}
	repeated := func() []string {
		return d.strings(`SELECT c.identity_kind || ' ' || f.repeated FROM insurance_facts f JOIN children c ON c.id = f.child ORDER BY 1`)
	}
	d.roster("twins", caseNo, child(1, newborn), child(2, twin))
	require.Equal(t, []string{"birth_certificate false", "birth_certificate false"}, repeated())
	d.roster("named", caseNo, child(3, named))
	require.Equal(t, []string{"birth_certificate true", "birth_certificate true", "resident_id false"}, repeated())
}
