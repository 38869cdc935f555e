package tests

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/casework/public"
	"tuoyu/nursery"
	"tuoyu/processes/inspection"
	"tuoyu/store"
	"tuoyu/workflows"
)

var (
	head         = nursery.Principal{Account: "supervisor-140403", Role: nursery.RoleSupervisor, County: "140403"}
	otherHead    = nursery.Principal{Account: "supervisor-140404", Role: nursery.RoleSupervisor, County: "140404"}
	officerOne   = nursery.Principal{Account: "inspector-140403", Role: nursery.RoleInspector, County: "140403"}
	officerTwo   = nursery.Principal{Account: "inspector-140403-2", Role: nursery.RoleInspector, County: "140403"}
	officerThree = nursery.Principal{Account: "inspector-140403-3", Role: nursery.RoleInspector, County: "140403"}
	inspected    = nursery.Principal{Account: "institution-140403-01", Role: nursery.RoleInstitution, County: "140403", Institution: "inst-140403-01"}
)

// register puts a filed institution into the register.
func (d *fixture) register() {
	d.t.Helper()
	a := application(d.t)
	raw, err := json.Marshal(a)
	require.NoError(d.t, err)
	d.exec(`INSERT INTO institutions (id, county, name, uscc, site_kind, address, seats, status, filing_case, filed_on, application, updated_at)
		VALUES ($1, '140403', $2, $3, 'community', '示例路1号', 40, 'filed', 'BA', '2026-01-05', $4, now())`, inspected.Institution, a.Institution.Name, a.Institution.USCC, raw)
}

// inspecting returns a test environment with an inspection at the stage of the visit, and its case number.
func inspecting(t *testing.T) (*fixture, string) {
	t.Helper()
	d := newFixture(t)
	d.register()
	started, err := d.StartInspection(t.Context(), head, "start", inspection.InspectionRequest{
		Institution: inspected.Institution, Kind: "random", FirstInspector: officerOne.Account, SecondInspector: officerTwo.Account,
	})
	require.NoError(t, err)
	rules, err := rules()
	require.NoError(t, err)
	e := &activities.Engine{DB: d.db, Processes: workflows.Definitions(), Rules: rules, CalendarCache: store.NewCalendarCache(d.db)}
	at := time.Date(2026, 11, 2, 10, 0, 0, 0, nursery.Shanghai)
	_, err = e.TakeUpInspection(t.Context(), activities.Move{CaseNo: started.CaseNo, Step: "01-opened", At: at})
	require.NoError(t, err)
	_, err = e.OpenTask(t.Context(), activities.OpenTask{
		CaseNo: started.CaseNo, Task: started.CaseNo + ".1", Kind: "inspection.visit", Title: "现场检查并送交记录", Role: nursery.RoleInspector,
		Stage: nursery.StageVisiting, Outcomes: []nursery.Outcome{nursery.OutcomeVisited}, At: at,
	})
	require.NoError(t, err)
	return d, started.CaseNo
}

// filled returns the checklist filled in, every item ok.
func (d *fixture) filled(p nursery.Principal, caseNo, visit string) inspection.SentVisit {
	d.t.Helper()
	pack, err := d.VisitPackage(d.t.Context(), p, caseNo)
	require.NoError(d.t, err)
	sent := inspection.SentVisit{Visit: visit, BaseVersion: pack.BaseVersion, Content: nursery.Visit{VisitedOn: nursery.NewDate(2026, 11, 2)}}
	for _, item := range pack.Items {
		sent.Content.Items = append(sent.Content.Items, nursery.VisitItem{Rule: item.Rule, Result: nursery.ItemOK})
	}
	return sent
}

func TestAVisitSentTwiceChangesNothingAndIsAnsweredTheSame(t *testing.T) {
	d, caseNo := inspecting(t)
	sent := d.filled(officerOne, caseNo, "visit-0001")
	first, err := d.SendVisit(t.Context(), officerOne, "k1", caseNo, sent)
	require.NoError(t, err)
	require.Equal(t, 1, first.Version)
	again, err := d.SendVisit(t.Context(), officerOne, "k1", caseNo, sent)
	require.NoError(t, err)
	other, err := d.SendVisit(t.Context(), officerOne, "k2", caseNo, sent)
	require.NoError(t, err)
	require.True(t, first.SentAt.Equal(other.SentAt))
	first.SentAt, again.SentAt, other.SentAt = time.Time{}, time.Time{}, time.Time{}
	require.Equal(t, first, again)
	require.Equal(t, first, other)
	require.Equal(t, []string{"1"}, d.strings(`SELECT version::text FROM inspection_visits WHERE case_no = $1`, caseNo))
	require.Len(t, d.strings(`SELECT id FROM outbox WHERE id LIKE 'visit/%'`), 1)
}

func TestAConflictingVisitShowsBothAndOverwritesNothing(t *testing.T) {
	d, caseNo := inspecting(t)
	one, two := d.filled(officerOne, caseNo, "visit-0001"), d.filled(officerTwo, caseNo, "visit-0002")
	_, err := d.SendVisit(t.Context(), officerOne, "k1", caseNo, one)
	require.NoError(t, err)
	two.Content.Note = "另一份"
	_, err = d.SendVisit(t.Context(), officerTwo, "k2", caseNo, two)
	shown := refused(t, err, casework.CodeVisitConflict).Shown.(inspection.VisitConflict)
	require.Equal(t, "visit-0001", shown.Stored.Visit)
	require.Equal(t, officerOne.Account, shown.Stored.SentBy)
	require.Equal(t, two, shown.Sent)
	changed := one
	changed.Content.Note = "改过的"
	_, err = d.SendVisit(t.Context(), officerOne, "k3", caseNo, changed)
	require.Equal(t, changed, refused(t, err, casework.CodeVisitConflict).Shown.(inspection.VisitConflict).Sent)
	detail, err := d.Inspection(t.Context(), head, caseNo)
	require.NoError(t, err)
	require.Len(t, detail.Visits, 1)
	require.Equal(t, one.Content, detail.Visits[0].Content)
	content, err := json.Marshal(detail.Visits[0].Content)
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("%x", sha256.Sum256(content)), detail.Visits[0].Hash, "what is signed is what is kept")
	require.Len(t, detail.Drafts, 2, "what was sent in vain is kept")
	require.Equal(t, "改过的", detail.Drafts[0].Content.Note)
}

func TestAVisitIsHeldAgainstTheChecklist(t *testing.T) {
	d, caseNo := inspecting(t)
	wrong := d.filled(officerOne, caseNo, "visit-0001")
	wrong.Content.Items[1].Result = nursery.ItemNotOK // no note
	wrong.Content.Items[0].Result = nursery.ItemNotOK // serious, wants a photo and the flag
	wrong.Content.Items[0].Note = "紧邻加油站"
	wrong.Content.Items[2].Photos = []string{"nowhere"}
	last := len(wrong.Content.Items) - 1
	missing := wrong.Content.Items[last].Rule
	wrong.Content.Items[last].Rule = "XX-1"
	_, err := d.SendVisit(t.Context(), officerOne, "k1", caseNo, wrong)
	e := refused(t, err, casework.CodeInvalid)
	require.Equal(t, []string{
		"/content/items/0/photos", "/content/items/1/note", "/content/items/2/photos/0", fmt.Sprintf("/content/items/%d/rule", last),
		"/content/items/" + missing + "/result", "/content/serious_hazard",
	}, locations(e))
	_, err = d.SendVisit(t.Context(), officerThree, "k1", caseNo, wrong)
	refused(t, err, casework.CodeConflictOfInterest)
	_, err = d.SendVisit(t.Context(), head, "k1", caseNo, wrong)
	refused(t, err, casework.CodeForbidden)
	for n := range 2 {
		_, err = d.SaveVisitDraft(t.Context(), officerTwo, fmt.Sprint("draft", n), caseNo, inspection.SavedDraft{Visit: "visit-0002", Content: nursery.Visit{Note: fmt.Sprint(n)}})
		require.NoError(t, err)
	}
	require.Len(t, d.strings(`SELECT id::text FROM inspection_drafts`), 2)
}

func TestAnUnannouncedInspectionIsHiddenUntilTheOfficersHaveBeenThere(t *testing.T) {
	d, caseNo := inspecting(t)
	_, err := d.Inspection(t.Context(), inspected, caseNo)
	refused(t, err, casework.CodeNotFound)
	_, err = d.Case(t.Context(), inspected, caseNo)
	refused(t, err, casework.CodeNotFound)
	list, err := inspection.Inspections.Page(t.Context(), d.Service, inspected, inspection.InspectionFilter{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Empty(t, list.Items)
	_, err = d.SendVisit(t.Context(), officerOne, "k1", caseNo, d.filled(officerOne, caseNo, "visit-0001"))
	require.NoError(t, err)
	seen, err := d.Inspection(t.Context(), inspected, caseNo)
	require.NoError(t, err)
	require.Empty(t, seen.Inspectors)
	require.Empty(t, seen.Visits[0].SentBy)
	_, err = d.Withdraw(t.Context(), inspected, "w", caseNo, "不想查")
	refused(t, err, casework.CodeNotFound)
	_, err = d.Inspection(t.Context(), otherHead, caseNo)
	refused(t, err, casework.CodeNotFound)
}

func TestTheRulesNameWhoMayGo(t *testing.T) {
	d, caseNo := inspecting(t)
	d.exec(`UPDATE cases SET status = 'ended' WHERE case_no = $1`, caseNo)
	ask := func(key, first, second string) error {
		_, err := d.StartInspection(t.Context(), head, key, inspection.InspectionRequest{Institution: inspected.Institution, Kind: "complaint", FirstInspector: first, SecondInspector: second})
		return err
	}
	e := refused(t, ask("a", officerTwo.Account, officerOne.Account), casework.CodeInvalid) // the same pair twice running
	require.Equal(t, []string{"/second_inspector"}, locations(e))
	refused(t, ask("b", officerOne.Account, officerOne.Account), casework.CodeInvalid)
	require.NoError(t, ask("c", officerOne.Account, officerThree.Account))
	_, err := d.StartInspection(t.Context(), head, "d", inspection.InspectionRequest{Institution: "inst-140404-01", Kind: "random", FirstInspector: "inspector-1", SecondInspector: "inspector-2"})
	refused(t, err, casework.CodeNotInspectable)
	_, err = d.StartInspection(t.Context(), officerOne, "e", inspection.InspectionRequest{Institution: inspected.Institution, Kind: "random", FirstInspector: "inspector-1", SecondInspector: "inspector-2"})
	refused(t, err, casework.CodeForbidden)
}

func TestAComplaintIsSealedAndOpensToTheSupervisorAlone(t *testing.T) {
	d := newFixture(t)
	d.register()
	in := inspection.ComplaintRequest{County: "140403", Institution: inspected.Institution, Topic: "food", Said: "午餐的米饭发霉", Contact: "留言箱三号"}
	started, err := d.FileComplaint(t.Context(), nursery.Principal{}, strangersKey, in)
	require.NoError(t, err)
	again, err := d.FileComplaint(t.Context(), nursery.Principal{}, strangersKey, in)
	require.NoError(t, err)
	require.Equal(t, started, again)
	seen, err := d.Complaint(t.Context(), head, started.CaseNo)
	require.NoError(t, err)
	require.Equal(t, []string{"午餐的米饭发霉", "留言箱三号", "public"}, []string{seen.Said, seen.Contact, seen.Source})
	for _, p := range []nursery.Principal{inspected, officerOne, city, otherHead} {
		_, err := d.Complaint(t.Context(), p, started.CaseNo)
		require.Error(t, err, p.Account)
	}
	require.Empty(t, d.strings(`SELECT case_no FROM complaints WHERE position(convert_to('发霉', 'UTF8') in said) > 0`))
	status, err := public.Status(t.Context(), d.Service, started.CaseNo, started.TrackingCode)
	require.NoError(t, err)
	require.Equal(t, "投诉举报", status.Title)
	in.Institution = "inst-140404-01"
	_, err = d.FileComplaint(t.Context(), nursery.Principal{}, strangersKey, in)
	refused(t, err, casework.CodeInvalid)
}

// What counts towards a county's cap are the other regular and random inspections of the calendar year.
func TestInspectionsOfTheYearAreCountedTowardsTheCap(t *testing.T) {
	d, caseNo := inspecting(t)
	count := func(kind, but string, year int) *int {
		facts := nursery.InspectionFacts{}
		require.NoError(t, d.db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
			return activities.CountVisits(t.Context(), q, &facts, store.Inspection{Institution: inspected.Institution, Kind: kind, CaseNo: but}, nursery.NewDate(year, 12, 31))
		}))
		return facts.VisitsThisYear
	}
	year := nursery.DateOf(d.Now()).Year
	require.Equal(t, 1, *count(nursery.InspectRandom, "", year))
	require.Equal(t, 0, *count(nursery.InspectRandom, caseNo, year), "itself")
	require.Equal(t, 0, *count(nursery.InspectRegular, "", year+1))
	require.Nil(t, count(nursery.InspectComplaint, "", year), "a complaint is followed whatever the cap is")
	d.exec(`UPDATE inspections SET kind = 'complaint' WHERE case_no = $1`, caseNo)
	require.Equal(t, 0, *count(nursery.InspectRandom, "", year))
}

// strangersKey is as random as a client of somebody who has not signed in makes it.
const strangersKey = "7f1c2c9e-3f55-4d0b-9c43-1f5f4c2f0a11"

func TestStrangersDoNotMeetInTheirKeys(t *testing.T) {
	d := newFixture(t)
	d.register()
	nobody := nursery.Principal{}
	in := inspection.ComplaintRequest{County: "140403", Institution: inspected.Institution, Topic: "food", Said: "午餐的米饭发霉"}
	for _, weak := range []string{"1", "complaint", "0000000000000000000000000000", "abababababababababababababababab"} {
		_, err := d.FileComplaint(t.Context(), nobody, weak, in)
		refused(t, err, casework.CodeKeyWeak)
	}
	first, err := d.FileComplaint(t.Context(), nobody, strangersKey, in)
	require.NoError(t, err)
	in.Said = "接送时没有人看护"
	second, err := d.FileComplaint(t.Context(), nobody, strangersKey, in)
	require.NoError(t, err, "another complaint by the same key is no conflict")
	require.NotEqual(t, first.CaseNo, second.CaseNo)
	require.NotEqual(t, first.TrackingCode, second.TrackingCode)
	require.Equal(t, []string{"2"}, d.strings(`SELECT count(*)::text FROM complaints`))
}
