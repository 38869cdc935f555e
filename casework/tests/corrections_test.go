package tests

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
)

func TestANoticeOpensWhatItNamesAndIsAnsweredByAChange(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.register("community")
	app := h.application(applicant, "community")
	started := h.file(applicant, app)
	review := h.task(started.CaseNo, "filing.review")
	detail, err := h.Task(t.Context(), clerk, review)
	require.NoError(t, err)
	require.Equal(t, []casework.OutcomeOffer{
		{Outcome: nursery.OutcomeAccept, Title: "材料齐全，予以受理", Required: []string{}, Optional: []string{"note"}},
		{Outcome: nursery.OutcomeCorrect, Title: "一次性告知补正", Required: []string{"findings"}, Optional: []string{"note"}},
	}, detail.Outcomes)

	correct := func(answer string) error {
		_, err := h.Complete(t.Context(), clerk, key(), review, casework.Completion{Outcome: nursery.OutcomeCorrect, Answer: json.RawMessage(answer)})
		return err
	}
	for name, answer := range map[string]string{
		"nothing named":               `{"findings": [{"message": "场地证明看不清"}]}`,
		"a paper by its place":        `{"findings": [{"field": "/papers/3", "message": "场地证明看不清"}]}`,
		"what the registrar writes":   `{"findings": [{"field": "/registration", "message": "登记信息不符"}]}`,
		"what moves to another place": `{"findings": [{"field": "/institution/county", "message": "不在本县区"}]}`,
	} {
		refusal := refused(t, correct(answer), casework.CodeOpensNothing)
		require.Equal(t, []string{"/answer/findings/0/field"}, locations(refusal), name)
	}
	require.Empty(t, titlesOf(t, h, started.CaseNo), "nothing was issued")
	require.NoError(t, correct(`{"findings": [{"field": "/papers/premises_proof", "message": "场地证明看不清"},
		{"field": "/papers/building_safety", "message": "请补交房屋安全鉴定证明"}]}`))
	h.task(started.CaseNo, "filing.corrections")

	_, err = h.CorrectFiling(t.Context(), applicant, key(), started.CaseNo, casework.Correction{Application: app, Version: 1, Submit: true})
	refusal := refused(t, err, casework.CodeNothingChanged)
	require.Equal(t, []string{"/application/papers/building_safety", "/application/papers/premises_proof"}, locations(refusal))
	require.Equal(t, "场地证明看不清", refusal.Fields[0].Message)
	_, err = h.Complete(t.Context(), applicant, key(), h.task(started.CaseNo, "filing.corrections"), casework.Completion{Outcome: nursery.OutcomeResubmit})
	refused(t, err, casework.CodeNothingChanged)

	for i, p := range app.Papers {
		if p.Kind == nursery.PremisesProof {
			app.Papers[i].Number = "重新扫描"
		}
	}
	handsIn, handedIn := key(), casework.Correction{Application: app, Version: 1, Submit: true}
	first, err := h.CorrectFiling(t.Context(), applicant, handsIn, started.CaseNo, handedIn)
	require.NoError(t, err)
	review = h.task(started.CaseNo, "filing.review")
	again, err := h.Case(t.Context(), clerk, started.CaseNo)
	require.NoError(t, err)
	require.Equal(t, []string{"/papers/premises_proof/number"}, again.Changed)

	require.NoError(t, correct(`{"findings": [{"field": "/papers/premises_proof", "message": "仍看不清"}]}`))
	h.task(started.CaseNo, "filing.corrections")
	repeat, err := h.CorrectFiling(t.Context(), applicant, handsIn, started.CaseNo, handedIn)
	require.NoError(t, err, "what was handed in before is answered as before")
	require.Equal(t, first, repeat)
}

func TestAGapThatWasMetElsewhereNeedsNoChange(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	app := h.application(applicant, "community")
	started := h.file(applicant, app) // the registrar has sent no data yet
	_, err := h.Complete(t.Context(), clerk, key(), h.task(started.CaseNo, "filing.registration"), casework.Completion{Outcome: nursery.OutcomeCorrect,
		Answer: json.RawMessage(`{"findings": [{"field": "/institution/uscc", "message": "登记机关查不到该代码"}]}`)})
	require.NoError(t, err)
	h.task(started.CaseNo, "filing.corrections")
	_, err = h.CorrectFiling(t.Context(), applicant, key(), started.CaseNo, casework.Correction{Application: app, Version: 1, Submit: true})
	refused(t, err, casework.CodeNothingChanged)
	h.sql(`UPDATE gaps SET reason = jsonb_set(reason, '{rule}', '"RF-08.0a"') WHERE case_no = $1 AND reason->>'rule' = 'RF-09a'`, started.CaseNo)
	h.register("community")
	_, err = h.CorrectFiling(t.Context(), applicant, key(), started.CaseNo, casework.Correction{Application: app, Version: 1, Submit: true})
	require.NoError(t, err, "what the rules found then they find no more")
}

func TestWhoHasSeenAPaperSeesTheirOwnTicks(t *testing.T) {
	h := newHarness(t)
	app := h.application(applicant, "community")
	started := h.file(applicant, app)
	detail, err := h.Case(t.Context(), clerk, started.CaseNo)
	require.NoError(t, err)
	require.NotEmpty(t, detail.Files)
	file := detail.Files[0]
	require.Equal(t, app.Papers[0].Attachment, file.ID)
	require.NotEmpty(t, file.Name)
	require.NoError(t, h.SeePaper(t.Context(), clerk, started.CaseNo, file.ID))
	require.NoError(t, h.SeePaper(t.Context(), clerk, started.CaseNo, file.ID), "seen again")
	seen, err := h.PapersSeen(t.Context(), clerk, started.CaseNo)
	require.NoError(t, err)
	require.Equal(t, []string{file.ID}, seen)
	seen, err = h.PapersSeen(t.Context(), supervisor, started.CaseNo)
	require.NoError(t, err)
	require.Empty(t, seen, "ticks are one's own")
	refused(t, h.SeePaper(t.Context(), stranger, started.CaseNo, file.ID), casework.CodeNotFound)
	refused(t, h.SeePaper(t.Context(), clerk, started.CaseNo, "Aabsent"), casework.CodeNotFound)
}

func TestWhatChangedSinceAReaderLookedIsTheirOwn(t *testing.T) {
	h := newHarness(t)
	started := h.file(applicant, h.application(applicant, "community"))
	look := func(p nursery.Principal) ([]string, int) {
		detail, err := h.Case(t.Context(), p, started.CaseNo)
		require.NoError(t, err)
		changed, version, err := h.SinceLook(t.Context(), p, detail)
		require.NoError(t, err)
		return changed, version
	}
	changed, version := look(clerk)
	require.Empty(t, changed)
	require.Zero(t, version, "nothing was seen before")
	h.sql(`INSERT INTO applications (case_no, version, county, institution, facts, entered_by, entered_at)
		SELECT case_no, version + 1, county, institution, jsonb_set(facts, '{institution,phone}', '"0355-2020009"'), entered_by, entered_at FROM applications WHERE case_no = $1`, started.CaseNo)
	for range 2 { // a page that is read again shows the same
		changed, version = look(clerk)
		require.Equal(t, []string{"/institution/phone"}, changed)
		require.Equal(t, 1, version)
	}
	_, version = look(supervisor)
	require.Zero(t, version, "what a colleague saw is not seen by others")
	seen, err := h.PapersSeen(t.Context(), clerk, started.CaseNo)
	require.NoError(t, err)
	require.Empty(t, seen, "a version is no paper")
}
