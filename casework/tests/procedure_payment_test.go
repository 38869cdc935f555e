package tests

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/calendar"
	"tuoyu/casework"
	ledger "tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/processes/funds"
	"tuoyu/processes/procedure"
)

const rentChecked = `{"filed": true, "inclusive_price": true, "violation": false, "related_landlord": false}`

// rentOf returns the application of a year.
func rentOf(year string) procedure.ProcedureApplication {
	return procedure.ProcedureApplication{Facts: json.RawMessage(strings.Replace(rentApplication, "2026", year, 1))}
}

// reliefs is a harness with rent relief published, an institution, and a fund for it.
func reliefs(t *testing.T) *harness {
	t.Helper()
	h := running(t)
	h.publish("rent_relief")
	h.filed(applicant, "阳光托育园")
	h.funded("rent_relief", 50_000_000)
	_, err := h.PutAccount(t.Context(), applicant, key(), applicant.Institution, bankAccount)
	require.NoError(t, err)
	return h
}

// funded creates a fund for a purpose and allocates it to the county.
func (h *harness) funded(purpose string, fen int64) {
	h.t.Helper()
	fund, err := h.CreateFund(h.t.Context(), cityFinance, key(), funds.NewFund{
		Source: ledger.Province, Title: "托育服务发展专项资金", Document: "示例〔2026〕1号", DocumentOn: nursery.NewDate(2026, 3, 2), Purposes: []string{purpose}, Year: 2026, Fen: fen,
	})
	require.NoError(h.t, err)
	_, err = h.Allocate(h.t.Context(), cityFinance, key(), fund.ID, funds.Moved{County: county, Fen: fen, Document: "示例〔2026〕2号"})
	require.NoError(h.t, err)
}

// toCityCheck takes an application of a rent relief to the check of the city and returns that task.
func (h *harness) toCityCheck(caseNo string) string {
	h.t.Helper()
	h.completes(countyCheck, h.task(caseNo, "rent_relief.county_check"), casework.Completion{Outcome: "approve", Answer: json.RawMessage(rentChecked)})
	return h.task(caseNo, "rent_relief.city_check")
}

// pays draws up a run of the payment of a case, approves it, and takes the bank's answer.
func (h *harness) pays(caseNo string, bounced ...string) {
	h.t.Helper()
	ctx := h.t.Context()
	id := one[int64](h, "SELECT id FROM payments WHERE case_no = $1 AND state = 'committed'", caseNo)
	run, err := h.Draw(ctx, finance, key(), funds.DrawRun{Payments: []int64{id}})
	require.NoError(h.t, err)
	_, err = h.Approve(ctx, finance2, key(), run.Number)
	require.NoError(h.t, err)
	detail, err := h.PaymentRun(ctx, finance, run.Number)
	require.NoError(h.t, err)
	taken, err := h.TakeReturns(ctx, finance, key(), run.Number, bytes.NewReader(bankReturns(h.t, detail, bounced...)))
	require.NoError(h.t, err)
	require.Equal(h.t, 1, taken.Settled)
}

// count returns how many papers of a kind were issued in a case.
func (h *harness) count(caseNo, paper string) int {
	h.t.Helper()
	return one[int](h, "SELECT count(*) FROM documents WHERE case_no = $1 AND kind = $2", caseNo, "rent_relief."+paper)
}

func TestTheDecisionOnAPaymentIsIssuedOnceThoughTheBankReturnedIt(t *testing.T) {
	h := reliefs(t)
	started, err := h.Services.Start(t.Context(), applicant, key(), "rent_relief", rentOf("2026"))
	require.NoError(t, err)
	caseNo := started.CaseNo
	h.completes(cityCheck, h.toCityCheck(caseNo), casework.Completion{Outcome: "approve"})
	h.reaches(caseNo, "publicity")
	opened := nursery.DateOf(one[time.Time](h, "SELECT opened_on::timestamp FROM procedure_publicity WHERE case_no = $1", caseNo))
	last := calendar.Published().AddWorkingDays(opened, 5).Date
	if week := opened.AddDays(7); last.Before(week) {
		last = week
	}
	require.Equal(t, last.String(), one[string](h, "SELECT last_on::text FROM procedure_publicity WHERE case_no = $1", caseNo), "five working days and seven days, whichever is later")
	h.publicity(caseNo, "publicity")
	h.task(caseNo, "rent_relief.paying")
	require.Equal(t, 1, h.count(caseNo, "decision_notice"))
	h.pays(caseNo, applicant.Institution)
	account := h.task(caseNo, "rent_relief.account")
	_, err = h.Complete(t.Context(), applicant, key(), account, casework.Completion{Outcome: "resubmit"})
	refused(t, err, casework.CodeAccountUncorrected)
	corrected := bankAccount
	corrected.Number = "6200000099999999"
	_, err = h.PutAccount(t.Context(), applicant, key(), applicant.Institution, corrected)
	require.NoError(t, err)
	h.completes(applicant, account, casework.Completion{Outcome: "resubmit"})
	h.task(caseNo, "rent_relief.paying")
	require.Equal(t, 1, h.count(caseNo, "decision_notice"), "the amount was decided once")
	require.Equal(t, 2, one[int](h, "SELECT count(*) FROM payments WHERE case_no = $1", caseNo))
	h.pays(caseNo)
	h.reaches(caseNo, "watched")
	require.Equal(t, 1, h.count(caseNo, "decision_notice"))

	// Indicators count how its stages were left, as the timeline has it.
	for _, p := range []nursery.Principal{cityCheck, countyCheck, finance} {
		figures := h.figuresOf(p, "rent_relief", procedure.FiguresFilter{})
		require.Equal(t, int64(4000000), figures["relief_paid"].Value, p.Role)
		require.Equal(t, map[string]int64{"潞州区 2026 ": 4000000}, groups(figures["relief_paid"]), p.Role)
	}
	require.Zero(t, h.figuresOf(farFinance, "rent_relief", procedure.FiguresFilter{})["relief_paid"].Value)
	require.Zero(t, one[int](h, `SELECT count(*) FROM procedure_passages p FULL JOIN (
			SELECT data ->> 'left' AS stage, data ->> 'result' AS result, max(at) AS at FROM case_events WHERE kind = 'stage_entered' AND data ? 'left' GROUP BY 1, 2
		) e USING (stage, result, at) WHERE p.case_no IS NULL OR e.stage IS NULL`))
}

func TestWhatWasPaidForAPeriodIsNeitherAppliedForNorPaidOnceMore(t *testing.T) {
	h := reliefs(t)
	// paid enters a payment of another case of the institution for a year, as one that was paid before the system was used.
	paid := func(caseNo, year string) {
		h.sql(`INSERT INTO cases (case_no, kind, county, institution, about, stage, status, holder, tracking_hash, created_at, updated_at)
			VALUES ($1, 'rent_relief', $2, $3, $4, 'closed', 'ended', 'engine', '\x00', now(), now())`, caseNo, county, applicant.Institution, year)
		h.sql(`INSERT INTO decisions (id, case_no, county, institution, rule_set, as_of, revision, result, input, output, duration_us, decided_at)
			VALUES ('d-' || $1, $1, $2, $3, 'rent.amount', '2026-01-05', 'test', 'pass', '{}', '{}', 1, now())`, caseNo, county, applicant.Institution)
		h.sql(`INSERT INTO payments (case_no, step, county, institution, scheme, item, period, purpose, fen, decision, asked_at)
			VALUES ($1, 'paying.1', $2, $3, 'rent_relief', 'rent_relief', $4, 'rent_relief', 4000000, 'd-' || $1, now())`, caseNo, county, applicant.Institution, year)
	}
	paid("ZJ-140403-2026-000901-1", "2026")

	checked, err := h.PrecheckApplication(t.Context(), applicant, "rent_relief", rentOf("2026"))
	require.NoError(t, err)
	require.Equal(t, nursery.Fail, checked.Decision.Result)
	require.Equal(t, "P05-R5", checked.Decision.Reasons[0].Rule)
	require.Equal(t, []string{"/facts/year"}, checked.Decision.Reasons[0].Fields)
	require.Contains(t, checked.Decision.Reasons[0].Message, "ZJ-140403-2026-000901-1")
	require.NotEmpty(t, checked.Decision.Reasons[0].Basis)
	_, err = h.Services.Start(t.Context(), applicant, key(), "rent_relief", rentOf("2026"))
	require.Equal(t, "/facts/year", refused(t, err, procedure.CodePaidAlready).Fields[0].Location)
	require.Zero(t, one[int](h, "SELECT count(*) FROM cases WHERE kind = 'rent_relief' AND status = 'open'"))
	checked, err = h.PrecheckApplication(t.Context(), applicant, "rent_relief", rentOf("2025"))
	require.NoError(t, err)
	require.Equal(t, nursery.Pass, checked.Decision.Result)

	started, err := h.Services.Start(t.Context(), applicant, key(), "rent_relief", rentOf("2025"))
	require.NoError(t, err)
	caseNo := started.CaseNo
	h.completes(countyCheck, h.task(caseNo, "rent_relief.county_check"), casework.Completion{Outcome: "correct", Answer: json.RawMessage(`{"findings": "请补充面积证明。"}`)})
	correct := h.task(caseNo, "rent_relief.correct")
	_, err = h.Complete(t.Context(), applicant, key(), correct, casework.Completion{Outcome: "resubmit", Answer: rentOf("2026").Facts})
	require.Equal(t, "/answer/year", refused(t, err, casework.CodeInvalid).Fields[0].Location, "a correction is of the same year")
	h.completes(applicant, correct, casework.Completion{Outcome: "resubmit", Answer: rentOf("2025").Facts})
	city := h.toCityCheck(caseNo)
	paid("ZJ-140403-2026-000902-1", "2025") // while the case goes on
	h.completes(cityCheck, city, casework.Completion{Outcome: "approve"})
	h.reaches(caseNo, "publicity")
	_, err = h.Services.Object(t.Context(), casework.Anyone, key(), caseNo, procedure.Objection{Form: json.RawMessage(`{"text": "请核查。"}`)})
	require.NoError(t, err)
	h.completes(supervisor, h.task(caseNo, "rent_relief.objection"), casework.Completion{Outcome: "dismiss", Answer: json.RawMessage(`{"note": "经核查，情况不属实，公示期已满。"}`)})
	h.eventually("the end", func() bool {
		return one[string](h, "SELECT stage || ' ' || status FROM cases WHERE case_no = $1", caseNo) == "refused ended"
	})
	require.Zero(t, one[int](h, "SELECT count(*) FROM payments WHERE case_no = $1", caseNo))
	require.Equal(t, [2]int{0, 1}, [2]int{h.count(caseNo, "decision_notice"), h.count(caseNo, "refusal_notice")})
	require.Contains(t, one[string](h, "SELECT output::text FROM decisions WHERE case_no = $1 AND rule_set = 'payment.once' AND result = 'fail'", caseNo), "ZJ-140403-2026-000902-1")
	require.Contains(t, one[string](h, "SELECT content::text FROM documents WHERE case_no = $1 AND kind = 'rent_relief.refusal_notice'", caseNo), "同一期间不重复拨付")
}
