package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/processes"
	"tuoyu/processes/inspection"
	"tuoyu/sealing/sealingtest"
	"tuoyu/store"
	"tuoyu/workflows"
	"tuoyu/workflows/humantask"
)

const (
	firstOfficer  = "inspector-140403"
	secondOfficer = "inspector-140403-2"
	thirdOfficer  = "inspector-140403-3"
	head          = "supervisor-140403"
)

// visited is an office with a filed institution and an open inspection of it.
type visited struct {
	*office
	service *processes.Services
	sends   int
}

// inspecting opens an inspection of a filed institution by two officers.
func inspecting(t *testing.T, kind string) *visited {
	t.Helper()
	o := openOffice(t, nursery.KindInspection, "")
	rules, err := policies.New(t.Context())
	require.NoError(t, err)
	away, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1", ConnectionOptions: client.ConnectionOptions{GetSystemInfoTimeout: 50 * time.Millisecond}})
	require.NoError(t, err)
	t.Cleanup(away.Close)
	v := &visited{office: o, service: processes.New(casework.Deps{
		DB: o.db, Temporal: away, Rules: rules, CalendarCache: store.NewCalendarCache(o.db), Fields: sealingtest.Fields(t), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: func() time.Time { return o.env.Now() },
	})}
	v.fileInstitution()
	v.caseNo = v.open("plan/1", kind)
	return v
}

// fileInstitution adds a filed institution to the register.
func (v *visited) fileInstitution() {
	a, _ := application(v.t, "community")
	a.Institution.County = county
	raw, err := json.Marshal(a)
	require.NoError(v.t, err)
	v.sql(`INSERT INTO institutions (id, county, name, uscc, site_kind, address, seats, status, filing_case, filed_on, application, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'filed', 'BA', '2026-01-05', $8, $9)`,
		institution, county, a.Institution.Name, a.Institution.USCC, a.SiteKind, a.Institution.Address, a.Seats(), raw, received)
}

func (v *visited) open(id, kind string) (caseNo string) {
	v.t.Helper()
	require.NoError(v.t, v.db.As(v.t.Context(), nursery.Engine, func(q *store.Queries) (err error) {
		caseNo, err = activities.OpenInspection(v.t.Context(), q, activities.PlannedInspection{
			ID: id, County: county, Institution: institution, Half: "2026H1", Kind: kind, FirstInspector: firstOfficer, SecondInspector: secondOfficer,
		}, received)
		return err
	}))
	return caseNo
}

func officer(account string) nursery.Principal {
	return nursery.Principal{Account: account, Role: nursery.RoleInspector, County: county}
}

// sendVisit completes the checklist, with all items conforming except the given ones, and submits it.
func (v *visited) sendVisit(by string, serious bool, bad ...string) {
	v.t.Helper()
	pack, err := v.service.VisitPackage(v.t.Context(), officer(by), v.caseNo)
	require.NoError(v.t, err)
	content := nursery.Visit{VisitedOn: nursery.DateOf(v.env.Now()), Serious: serious}
	for _, item := range pack.Items {
		found := nursery.VisitItem{Rule: item.Rule, Result: nursery.ItemOK}
		for _, rule := range bad {
			if rule == item.Rule {
				found.Result, found.Note = nursery.ItemNotOK, "现场不符合"
				if item.Photo {
					found.Photos = []string{v.photo(by)}
				}
			}
		}
		content.Items = append(content.Items, found)
	}
	v.sends++
	sent, err := v.service.SendVisit(v.t.Context(), officer(by), fmt.Sprintf("visit-%d", v.sends), v.caseNo, inspection.SentVisit{
		Visit: fmt.Sprintf("visit-%08d", v.sends), BaseVersion: pack.BaseVersion, Content: content,
	})
	require.NoError(v.t, err)
	task := v.ask(`SELECT id FROM tasks WHERE case_no = $1 AND kind = 'inspection.visit' AND state = 'open'`, v.caseNo)
	require.Len(v.t, task, 1)
	id := fmt.Sprintf("visit/%s/%d", v.caseNo, sent.Version)
	v.send(id, humantask.CompleteUpdate, "", humantask.Completion{ID: id, Task: task[0], Outcome: nursery.OutcomeVisited, Actor: by, Role: nursery.RoleInspector})
}

// photo stores a picture of the institution uploaded by the officer.
func (v *visited) photo(by string) string {
	id := fmt.Sprintf("photo-%d-%d", v.sends, len(v.ask(`SELECT id FROM attachments`)))
	v.sql(`INSERT INTO attachments (id, sha256, county, institution, name, media_type, size, scan, uploaded_by, uploaded_at)
		VALUES ($1, 'x', $2, $3, 'p.jpg', 'image/jpeg', 1, 'clean', $4, $5)`, id, county, institution, by, received)
	return id
}

// answerOf answers the open task of the kind that is assigned to the account.
func (v *visited) answerOf(kind string, outcome nursery.Outcome, actor string, role nursery.Role, answer form) {
	v.t.Helper()
	open := v.ask(`SELECT id FROM tasks WHERE case_no = $1 AND kind = $2 AND state = 'open' AND coalesce(assignee, $3) = $3 ORDER BY id LIMIT 1`, v.caseNo, kind, actor)
	require.Len(v.t, open, 1, "%s for %s; stage %v, open %v", kind, actor, v.stage(), v.ask(`SELECT kind || ' ' || coalesce(assignee, role) FROM tasks WHERE case_no = $1 AND state = 'open'`, v.caseNo))
	v.sent++
	id := fmt.Sprintf("answer-%d", v.sent)
	payload, err := json.Marshal(map[string]any{"task": open[0], "outcome": outcome, "actor": actor, "role": role, "answer": answer})
	require.NoError(v.t, err)
	v.sql(`INSERT INTO outbox (id, case_no, county, institution, kind, name, payload, created_at, next_at)
		VALUES ($1, $2, $3, $4, 'update', 'complete_task', $5, $6, $6)`, id, v.caseNo, county, institution, payload, v.env.Now())
	v.send(id, humantask.CompleteUpdate, "", humantask.Completion{ID: id, Task: open[0], Outcome: outcome, Actor: actor, Role: role})
}

// arranged has both officers accept and the first set the day.
func (v *visited) arranged() {
	v.at(hour, func() {
		v.answerOf("inspection.assignment", nursery.OutcomeTakeOn, firstOfficer, nursery.RoleInspector, form{})
		v.answerOf("inspection.assignment", nursery.OutcomeTakeOn, secondOfficer, nursery.RoleInspector, form{})
	})
	v.at(2*hour, func() {
		v.answerOf("inspection.day", nursery.OutcomePropose, firstOfficer, nursery.RoleInspector, form{"visit_on": "2026-06-08", "visit_time": "09:30"})
	})
}

// signed has everybody sign.
func (v *visited) signed(after time.Duration) {
	v.at(after, func() {
		v.answerOf("inspection.sign", nursery.OutcomeSign, firstOfficer, nursery.RoleInspector, form{})
		v.answerOf("inspection.sign", nursery.OutcomeSign, secondOfficer, nursery.RoleInspector, form{})
		v.answerOf("inspection.countersign", nursery.OutcomeSign, applicant, nursery.RoleInstitution, form{})
	})
}

func (v *visited) signatures() []string {
	return v.ask(`SELECT version || ' ' || party || ' ' || manner FROM inspection_signatures WHERE case_no = $1 ORDER BY version, party`, v.caseNo)
}

func TestAnInspectionThatFindsNothingEndsAtOnceAndIsPublished(t *testing.T) {
	v := inspecting(t, nursery.InspectRandom)
	v.arranged()
	v.at(3*day, func() { v.sendVisit(firstOfficer, false) })
	v.signed(3*day + hour)
	require.Equal(t, nursery.StageInspected, v.run(nursery.Community).Stage)
	require.Equal(t, []string{"1 first signed", "1 institution signed", "1 second signed"}, v.signatures())
	require.Equal(t, []string{"inspection_closed in_force", "inspection_record in_force"}, v.papers())
	require.Equal(t, []string{"2026-06-08检查 48 项，未发现不合格事项。"}, v.ask(`SELECT text FROM publications WHERE case_no = $1`, v.caseNo))
	require.Equal(t, []string{"2026-06-08 2026-07-07 2026-06-08"}, v.ask(`SELECT visited_on || ' ' || publish_by || ' ' || published_on FROM inspections WHERE case_no = $1`, v.caseNo))
	require.Equal(t, v.caseNo, v.open("plan/1", nursery.InspectRandom), "the same plan opens nothing twice")
}

func TestADefectIsOrderedCorrectedAndReinspected(t *testing.T) {
	v := inspecting(t, nursery.InspectRegular)
	v.arranged()
	v.at(3*hour, func() {
		v.answerOf("inspection.day_offer", nursery.OutcomeAgreeDay, applicant, nursery.RoleInstitution, form{})
	})
	v.at(3*day, func() { v.sendVisit(secondOfficer, false, "MN-24", "MN-36") })
	v.signed(3*day + hour)
	v.at(3*day+2*hour, func() {
		// General 15 and minor 30 working days: the shorter one counts, from 2026-06-08 over the dragon-boat day on the 19th.
		require.Equal(t, []string{"inspection.correct 2026-06-30"}, v.ask(`SELECT kind || ' ' || due_on FROM tasks WHERE case_no = $1 AND state = 'open'`, v.caseNo))
		require.Equal(t, []string{"ordered"}, v.stage())
		v.answerOf("inspection.correct", nursery.OutcomeProve, applicant, nursery.RoleInstitution, form{"note": "已逐日记录"})
	})
	v.at(4*day, func() {
		pack, err := v.service.VisitPackage(t.Context(), officer(firstOfficer), v.caseNo)
		require.NoError(t, err)
		require.Len(t, pack.Items, 2)
		v.sendVisit(firstOfficer, false)
	})
	v.signed(4*day + hour)
	require.Equal(t, nursery.StageCorrected, v.run(nursery.Community).Stage)
	require.Equal(t, []string{"MN-24 general 2026-06-09", "MN-36 minor 2026-06-09"},
		v.ask(`SELECT item || ' ' || severity || ' ' || corrected_on FROM inspection_findings WHERE case_no = $1 ORDER BY item`, v.caseNo))
	require.Equal(t, []string{"inspection_order in_force", "inspection_record in_force", "inspection_closed in_force", "inspection_record in_force"}, v.papers())
}

func TestWhatIsNotPutRightIsReferredWithTheLawsArticle(t *testing.T) {
	v := inspecting(t, nursery.InspectRandom)
	v.arranged()
	v.at(3*day, func() { v.sendVisit(firstOfficer, true, "FS-07") })
	v.at(3*day+30*time.Minute, func() { // reported before anybody has signed
		require.Equal(t, []string{"county_office 2026-06-09", "supervisor 2026-06-09"},
			v.ask(`SELECT role || ' ' || due_on FROM tasks WHERE case_no = $1 AND kind = 'inspection.hazard' AND state = 'open' ORDER BY role`, v.caseNo))
		require.Empty(t, v.signatures())
	})
	v.signed(3*day + hour)
	// The order is due after 5 working days on 2026-06-15; nobody submits proof, and after 3 more the officers visit.
	v.at(15*day, func() { v.sendVisit(firstOfficer, true, "FS-07") })
	v.signed(15*day + hour)
	v.at(15*day+2*hour, func() {
		v.answerOf("inspection.decide", nursery.OutcomeReferPenalty, head, nursery.RoleSupervisor, form{})
	})
	require.Equal(t, nursery.StagePenaltyReferred, v.run(nursery.Community).Stage)
	require.Equal(t, []string{"中华人民共和国人口与计划生育法 41 L1"}, v.ask(`SELECT content->'inspection'->'penalty'->>'document' || ' ' ||
		(content->'inspection'->'penalty'->>'article') || ' ' || (content->'inspection'->'penalty'->>'binding') FROM documents WHERE case_no = $1 AND kind = 'inspection_referral'`, v.caseNo))
	require.Equal(t, []string{"inspection.correct closed"}, v.ask(`SELECT kind || ' ' || state FROM tasks WHERE case_no = $1 AND kind = 'inspection.correct'`, v.caseNo))
}

func TestAnOfficerWhoDeclinesOrStaysSilentIsReplaced(t *testing.T) {
	v := inspecting(t, nursery.InspectRandom)
	v.at(hour, func() {
		v.answerOf("inspection.assignment", nursery.OutcomeTakeOn, firstOfficer, nursery.RoleInspector, form{})
		v.answerOf("inspection.assignment", nursery.OutcomeDecline, secondOfficer, nursery.RoleInspector, form{"note": "亲属在该机构任职"})
	})
	v.at(2*hour, func() {
		v.answerOf("inspection.name", nursery.OutcomeName, head, nursery.RoleSupervisor, form{"inspector": thirdOfficer})
	})
	// The three working days to answer end on 2026-06-10, followed by one more of waiting.
	v.at(7*day, func() {
		require.Equal(t, []string{"inspection.name"}, v.ask(`SELECT kind FROM tasks WHERE case_no = $1 AND state = 'open'`, v.caseNo))
		v.answerOf("inspection.name", nursery.OutcomeName, head, nursery.RoleSupervisor, form{"inspector": "inspector-140403-4"})
	})
	v.at(7*day+hour, func() {
		v.answerOf("inspection.assignment", nursery.OutcomeTakeOn, "inspector-140403-4", nursery.RoleInspector, form{})
	})
	v.at(7*day+2*hour, func() {
		require.Equal(t, []string{"inspector-140403 inspector-140403-4 {inspector-140403-2,inspector-140403-3}"},
			v.ask(`SELECT first_inspector || ' ' || second_inspector || ' ' || declined::text FROM inspections WHERE case_no = $1`, v.caseNo))
		v.answer("inspection.day", nursery.OutcomePropose, secondOfficer, nursery.RoleInspector, form{}, humantask.ErrActorExcluded)
		v.env.CancelWorkflow()
	})
	v.env.ExecuteWorkflow(workflows.Inspection, workflows.CaseInput{CaseNo: v.caseNo, County: county, Institution: institution})
	require.Error(t, v.env.GetWorkflowError())
}

func TestADisputedRecordIsFilledInAgainAndARefusalIsNotedByBoth(t *testing.T) {
	v := inspecting(t, nursery.InspectRandom)
	v.arranged()
	v.at(3*day, func() { v.sendVisit(firstOfficer, false, "MN-24") })
	v.at(3*day+hour, func() {
		v.answerOf("inspection.sign", nursery.OutcomeSign, firstOfficer, nursery.RoleInspector, form{})
		v.answerOf("inspection.sign", nursery.OutcomeDispute, secondOfficer, nursery.RoleInspector, form{"note": "晨检有记录"})
		v.answerOf("inspection.countersign", nursery.OutcomeObject, applicant, nursery.RoleInstitution, form{"note": "晨检有记录"})
	})
	v.at(3*day+2*hour, func() { v.sendVisit(secondOfficer, false) })
	v.at(3*day+3*hour, func() {
		v.answerOf("inspection.sign", nursery.OutcomeSign, firstOfficer, nursery.RoleInspector, form{})
		v.answerOf("inspection.sign", nursery.OutcomeSign, secondOfficer, nursery.RoleInspector, form{})
		v.answerOf("inspection.countersign", nursery.OutcomeRefused, applicant, nursery.RoleInstitution, form{})
	})
	v.at(3*day+4*hour, func() {
		v.answerOf("inspection.refusal", nursery.OutcomeNoted, firstOfficer, nursery.RoleInspector, form{"note": "负责人拒绝签字"})
	})
	v.at(3*day+5*hour, func() {
		v.answerOf("inspection.refusal", nursery.OutcomeNoted, secondOfficer, nursery.RoleInspector, form{"note": "负责人拒绝签字"})
	})
	require.Equal(t, nursery.StageInspected, v.run(nursery.Community).Stage)
	require.Equal(t, []string{"1 first signed", "1 institution objected", "1 second disputed", "2 first signed", "2 institution refused", "2 second signed"}, v.signatures())
	require.Empty(t, v.ask(`SELECT item FROM inspection_findings WHERE case_no = $1`, v.caseNo))
	require.Equal(t, []string{"2"}, v.ask(`SELECT count(DISTINCT hash)::text FROM inspection_visits WHERE case_no = $1`, v.caseNo))
}

func TestAComplaintIsAnsweredOrOpensAVisit(t *testing.T) {
	for outcome, want := range map[nursery.Outcome]nursery.Stage{
		nursery.OutcomeVisit: nursery.StageVisitOpened, nursery.OutcomeReplied: nursery.StageAnswered, nursery.OutcomeNotOurs: nursery.StageNotOurs,
	} {
		t.Run(string(outcome), func(t *testing.T) {
			v := inspecting(t, nursery.InspectRandom)
			started, err := v.service.FileComplaint(t.Context(), nursery.Principal{}, "7f1c2c9e-3f55-4d0b-9c43-1f5f4c2f0a11", inspection.ComplaintRequest{
				County: county, Institution: institution, Topic: "food", Said: "午餐的米饭发霉", Contact: "联系方式略",
			})
			require.NoError(t, err)
			v.caseNo = started.CaseNo
			v.at(hour, func() {
				v.answerOf("complaint.triage", outcome, head, nursery.RoleSupervisor, form{"note": "已核实", "first_inspector": firstOfficer, "second_inspector": thirdOfficer})
			})
			require.Equal(t, want, v.run("").Stage)
			require.Equal(t, outcome == nursery.OutcomeVisit, len(v.ask(`SELECT case_no FROM inspections WHERE kind = 'complaint' AND planned = 'complaint/' || $1`, v.caseNo)) == 1)
			require.Empty(t, v.ask(`SELECT case_no FROM cases WHERE kind = 'complaint' AND institution = $1`, institution))
		})
	}
}
