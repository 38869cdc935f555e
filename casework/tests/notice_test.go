package tests

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
)

// noticed returns the titles of the previews of an answer, after it has checked that each page is marked as a preview.
func noticed(t *testing.T, notices []casework.Notice, err error) (titles []string) {
	t.Helper()
	require.NoError(t, err)
	for _, n := range notices {
		page := string(n.HTML)
		require.Contains(t, page, "预览，未生效")
		require.Contains(t, page, "（文号待签发）")
		require.Contains(t, page, n.Title)
		for _, absent := range []string{"核验码<br>", "fonts.css", "<svg", "/verify/"} {
			require.NotContains(t, page, absent, n.Title)
		}
		titles = append(titles, n.Title)
	}
	return titles
}

// everything is all that a preview could have left behind.
func (h *harness) everything() string {
	h.t.Helper()
	return one[string](h, `SELECT concat_ws(' ', (SELECT count(*) FROM documents), (SELECT count(*) FROM case_events), (SELECT count(*) FROM gaps),
		(SELECT count(*) FROM publications), (SELECT count(*) FROM outbox), (SELECT sum(last) FROM case_counters),
		(SELECT string_agg(id || state || coalesce(answer::text, ''), ',' ORDER BY id) FROM tasks),
		(SELECT string_agg(case_no || stage || holder || updated_at, ',' ORDER BY case_no) FROM cases),
		(SELECT string_agg(id || status, ',' ORDER BY id) FROM institutions))`)
}

func TestAnAnswersPapersAreSeenBeforeItIsGiven(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	review := h.task(started.CaseNo, "filing.review")
	preview := func(p nursery.Principal, task string, outcome nursery.Outcome, answer string) ([]casework.Notice, error) {
		before := h.everything()
		notices, err := h.PreviewNotice(t.Context(), p, task, casework.Completion{Outcome: outcome, Answer: json.RawMessage(answer)})
		require.Equal(t, before, h.everything(), "a preview leaves nothing behind")
		return notices, err
	}
	complete := func(p nursery.Principal, task string, outcome nursery.Outcome, answer string) {
		h.completes(p, task, casework.Completion{Outcome: outcome, Answer: json.RawMessage(answer)})
	}

	for who, code := range map[*nursery.Principal]string{&stranger: casework.CodeNotFound, &applicant: casework.CodeNotFound, &admin: casework.CodeNotFound, &supervisor: casework.CodeForbidden, &auditor: casework.CodeForbidden} {
		_, err := preview(*who, review, nursery.OutcomeAccept, `{}`)
		refused(t, err, code)
	}
	_, err := preview(clerk, review, nursery.OutcomeConform, `{}`)
	refused(t, err, casework.CodeOutcomeNotOffered)
	_, err = preview(clerk, review, nursery.OutcomeCorrect, `{}`)
	refused(t, err, casework.CodeInvalid)

	notices, err := preview(clerk, review, nursery.OutcomeCorrect, `{"findings": [{"field": "/premises/floor_area_m2", "message": "面积与产权证不符<b>"}]}`)
	require.Equal(t, []string{"一次性补正告知书"}, noticed(t, notices, err))
	require.Contains(t, string(notices[0].HTML), "面积与产权证不符&lt;b&gt;")
	notices, err = preview(clerk, review, nursery.OutcomeAccept, `{}`)
	require.Equal(t, []string{"备案受理通知书", "托育机构备案回执", "托育机构基本条件告知书"}, noticed(t, notices, err))
	complete(clerk, review, nursery.OutcomeAccept, `{}`)

	visit := h.task(started.CaseNo, "filing.site_visit")
	require.ElementsMatch(t, []string{"备案受理通知书", "托育机构备案回执", "托育机构基本条件告知书"}, titlesOf(t, h, started.CaseNo), "what was previewed was printed")
	notices, err = preview(inspector, visit, nursery.OutcomeConform, `{}`)
	require.Empty(t, noticed(t, notices, err))
	found := `{"rectify_working_days": 10, "findings": [{"rule": "SS-19", "message": "托大班超员", "remedy": "分班"}]}`
	notices, err = preview(inspector, visit, nursery.OutcomeNonconform, found)
	require.Equal(t, []string{"不符合标准告知书"}, noticed(t, notices, err))
	complete(inspector, visit, nursery.OutcomeNonconform, found)
	countersign := h.task(started.CaseNo, "filing.site_visit_countersign")
	notices, err = preview(second, countersign, nursery.OutcomeDisagree, `{}`)
	require.Empty(t, noticed(t, notices, err))
	notices, err = preview(second, countersign, nursery.OutcomeAgree, `{}`)
	require.Equal(t, []string{"不符合标准告知书"}, noticed(t, notices, err))
	require.Contains(t, string(notices[0].HTML), "托大班超员")
	complete(second, countersign, nursery.OutcomeAgree, `{}`)

	proof := h.task(started.CaseNo, "filing.rectify")
	notices, err = preview(applicant, proof, nursery.OutcomeProve, `{"note": "已分班"}`)
	require.Empty(t, noticed(t, notices, err))
	complete(applicant, proof, nursery.OutcomeProve, `{"note": "已分班"}`)
	recheck := h.task(started.CaseNo, "filing.recheck")
	notices, err = preview(inspector, recheck, nursery.OutcomeConform, `{}`)
	require.Equal(t, []string{"整改复查合格告知书"}, noticed(t, notices, err))
	_, err = preview(inspector, recheck, nursery.OutcomeReferPenalty, found)
	require.Equal(t, []string{"/answer/rectify_working_days"}, locations(refused(t, err, casework.CodeInvalid)), "no days to put right what is referred")
	notices, err = preview(inspector, recheck, nursery.OutcomeReferPenalty, `{"findings": [{"message": "拒不分班"}]}`)
	require.Empty(t, noticed(t, notices, err), "the penalty procedure prints its own")
}

func titlesOf(t *testing.T, h *harness, caseNo string) (titles []string) {
	t.Helper()
	detail, err := h.Case(t.Context(), clerk, caseNo)
	require.NoError(t, err)
	for _, d := range detail.Documents {
		titles = append(titles, d.Title)
	}
	return titles
}

func TestARecordIsSeenBeforeItIsSigned(t *testing.T) {
	for name, tt := range map[string]struct {
		bad  bool
		want []string
	}{
		"nothing is wrong":   {false, []string{"现场检查记录", "检查办结告知书"}},
		"something is wrong": {true, []string{"现场检查记录", "责令限期改正通知书"}},
	} {
		t.Run(name, func(t *testing.T) {
			d, caseNo := inspecting(t)
			sent := d.filled(officerOne, caseNo, "visit-0001")
			if tt.bad {
				sent.Content.Items[1].Result, sent.Content.Items[1].Note = nursery.ItemNotOK, "记录不全"
			}
			_, err := d.SendVisit(t.Context(), officerOne, key(), caseNo, sent)
			require.NoError(t, err)
			loaded, err := rules()
			require.NoError(t, err)
			e := &activities.Engine{DB: d.db, Processes: workflows.Definitions(), Rules: loaded, CalendarCache: store.NewCalendarCache(d.db)}
			found, err := e.AssessVisit(t.Context(), activities.Move{CaseNo: caseNo, Step: "02-assessed", At: d.Now()})
			require.NoError(t, err)
			task := caseNo + ".2"
			_, err = e.OpenTask(t.Context(), activities.OpenTask{
				CaseNo: caseNo, Task: task, Kind: "inspection.sign", Title: "核对检查记录并签字", Role: nursery.RoleInspector, Stage: nursery.StageSigning,
				Outcomes: []nursery.Outcome{nursery.OutcomeSign, nursery.OutcomeDispute}, Decision: found.Decision, At: d.Now(),
			})
			require.NoError(t, err)
			notices, err := d.PreviewNotice(t.Context(), officerTwo, task, casework.Completion{Outcome: nursery.OutcomeSign})
			require.Equal(t, tt.want, noticed(t, notices, err))
			require.Equal(t, tt.bad, strings.Contains(string(notices[0].HTML), "记录不全"))
			notices, err = d.PreviewNotice(t.Context(), officerTwo, task, casework.Completion{Outcome: nursery.OutcomeDispute, Answer: json.RawMessage(`{"note": "有误"}`)})
			require.Empty(t, noticed(t, notices, err))
			require.Equal(t, []string{"0"}, d.strings(`SELECT count(*)::text FROM documents`), fmt.Sprint(tt.want))
		})
	}
}
