package tests

import (
	"encoding/json"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/processes/procedure"
	"tuoyu/testdata"
)

// Cases of a first revision are moved to a second one, in which the review has another name and a shorter limit: from the stages in which
// they wait, while no worker runs, and once for each request. A third revision moves none.
func TestRunningCasesAreMovedToALaterRevision(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	stop := h.work()
	h.relays()
	h.publishFiles(filesOf(t, testdata.OpenDay))
	h.filed(applicant, "阳光托育园")
	start := func(date string) string {
		started, err := h.Services.Start(t.Context(), applicant, key(), "open_day", procedure.ProcedureApplication{Facts: json.RawMessage(`{"date": "` + date + `"}`)})
		require.NoError(t, err)
		h.eventually("the collection", func() bool {
			return one[string](h, "SELECT stage || ' ' || holder FROM cases WHERE case_no = $1", started.CaseNo) == "collecting institution"
		})
		return started.CaseNo
	}
	publicised := func(caseNo string) {
		_, err := h.SendRows(t.Context(), applicant, key(), caseNo, "family")
		require.NoError(t, err)
		h.eventually("the publicity", func() bool {
			return one[string](h, "SELECT stage FROM cases WHERE case_no = $1", caseNo) == "publicity"
		})
		_, err = h.Services.Object(t.Context(), casework.Anyone, key(), caseNo, procedure.Objection{Form: json.RawMessage(`{"text": "时间不妥。"}`)})
		require.NoError(t, err)
	}
	collecting, reviewing := start("2026-12-20"), start("2026-12-21")
	publicised(reviewing)
	review := h.task(reviewing, "open_day.review")

	later := filesOf(t, testdata.OpenDay, "reviewing", "checking", "label: 2026-01", "label: 2026-02\nrunning: map")
	later["migrate.yaml"] = &fstest.MapFile{Data: []byte("stages: {reviewing: checking}\n")}
	second := h.publishFiles(later)
	_, err := h.Move(t.Context(), countyCheck, key(), collecting, procedure.MoveInput{Revision: second.ID, Reason: "x"})
	refused(t, err, casework.CodeForbidden)
	_, err = h.Move(t.Context(), rulesDecider, key(), collecting, procedure.MoveInput{Revision: second.ID})
	refused(t, err, casework.CodeInvalid)
	_, err = h.Move(t.Context(), rulesDecider, key(), collecting, procedure.MoveInput{Revision: "none", Reason: "x"})
	refused(t, err, casework.CodeNotFound)

	stop()
	toMove := func(revision string) (list []procedure.CaseToMove) {
		all := h.CasesToMove()
		page, err := all.Page(t.Context(), h.Service, rulesDecider, procedure.RevisionCases{Revision: revision}, casework.PageRequest{})
		require.NoError(t, err)
		return page.Items
	}
	require.ElementsMatch(t, []procedure.CaseToMove{
		{CaseNo: collecting, County: "140403", CountyName: "潞州区", Stage: "collecting", StageTitle: "登记报名家庭", Label: "2026-01", To: "家长开放日报备 2026-02"},
		{CaseNo: reviewing, County: "140403", CountyName: "潞州区", Stage: "reviewing", StageTitle: "县区核对", Label: "2026-01", To: "家长开放日报备 2026-02"},
	}, toMove(second.ID))
	all := h.CasesToMove()
	_, err = all.Page(t.Context(), h.Service, countyCheck, procedure.RevisionCases{Revision: second.ID}, casework.PageRequest{})
	refused(t, err, casework.CodeForbidden)
	_, err = all.Page(t.Context(), h.Service, rulesDecider, procedure.RevisionCases{Revision: "none"}, casework.PageRequest{})
	refused(t, err, casework.CodeNotFound)
	for _, caseNo := range []string{collecting, reviewing} {
		for range 2 { // one request, sent twice
			done, err := h.Move(t.Context(), rulesDecider, "move-"+caseNo, caseNo, procedure.MoveInput{Revision: second.ID, Reason: "复核环节改名。"})
			require.NoError(t, err)
			require.False(t, done.Delivered)
		}
	}
	h.work()
	plan := one[string](h, "SELECT hash FROM procedure_plans WHERE revision = $1 AND county = ''", second.ID)
	for caseNo, stage := range map[string]string{collecting: "collecting", reviewing: "checking"} {
		h.eventually("the move", func() bool { return one[string](h, "SELECT plan FROM cases WHERE case_no = $1", caseNo) == plan })
		require.Equal(t, stage, one[string](h, "SELECT stage FROM cases WHERE case_no = $1", caseNo))
		require.Equal(t, "procedure-approver procedure_approver 转到版本 2026-02：复核环节改名。",
			one[string](h, "SELECT string_agg(actor || ' ' || actor_role || ' ' || note, '|') FROM case_events WHERE case_no = $1 AND kind = 'procedure_moved'", caseNo))
	}
	require.Empty(t, toMove(second.ID))
	_, err = h.Move(t.Context(), rulesDecider, key(), collecting, procedure.MoveInput{Revision: second.ID, Reason: "x"})
	require.Contains(t, refused(t, err, "case_not_moved").Message, "已经按这个版本办理")

	third := h.publishFiles(filesOf(t, testdata.OpenDay, "label: 2026-01", "label: 2026-03", "title: 家长开放日报备", "title: 家长开放日备案"))
	_, err = h.Move(t.Context(), rulesDecider, key(), collecting, procedure.MoveInput{Revision: third.ID, Reason: "x"})
	require.Contains(t, refused(t, err, "case_not_moved").Message, "在办的办件留在旧版")
	for _, stays := range toMove(third.ID) {
		require.Contains(t, stays.Hindrance, "在办的办件留在旧版", stays.CaseNo)
	}

	// The question that was open stays open; the other case goes on by the second revision. Each ends, and no step was taken twice.
	h.completes(countyCheck, review, casework.Completion{Outcome: "agree", Answer: json.RawMessage(`{}`)})
	publicised(collecting)
	h.eventually("the review of the second revision", func() bool {
		return one[string](h, "SELECT stage FROM cases WHERE case_no = $1", collecting) == "checking"
	})
	h.completes(countyCheck, h.task(collecting, "open_day.review"), casework.Completion{Outcome: "agree", Answer: json.RawMessage(`{}`)})
	for _, caseNo := range []string{collecting, reviewing} {
		h.eventually("the end", func() bool { return one[string](h, "SELECT status FROM cases WHERE case_no = $1", caseNo) == "ended" })
	}
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM cases WHERE stuck_at IS NOT NULL"))
}
