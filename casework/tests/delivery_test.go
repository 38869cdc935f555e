package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
)

func TestAnAnswerKeptWhileNoWorkerRunsIsDeliveredOnceAndTheRepeatHearsIt(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	stop := h.work()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	task := h.task(started.CaseNo, "filing.review")
	stop()

	k := key()
	kept, err := h.Complete(t.Context(), clerk, k, task, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	require.False(t, kept.Delivered)
	require.Contains(t, kept.Note, "自动送达")

	h.sql("UPDATE outbox SET next_at = now()")
	h.work()
	h.relays()
	h.task(started.CaseNo, "filing.site_visit")
	again, err := h.Complete(t.Context(), clerk, k, task, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	require.True(t, again.Delivered)
	require.Empty(t, again.Note)
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM case_events WHERE case_no = $1 AND kind = 'task_closed'", started.CaseNo))
}

func TestARepeatAfterTheCaseHasEndedStillHearsTheFirstAnswer(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	stop := h.work()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	task := h.task(started.CaseNo, "filing.review")
	stop()
	k := key()
	kept, err := h.Complete(t.Context(), clerk, k, task, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	require.False(t, kept.Delivered)
	h.sql("UPDATE outbox SET next_at = now()")
	h.work()
	h.relays()
	visit := h.task(started.CaseNo, "filing.site_visit")
	_, err = h.Complete(t.Context(), inspector, key(), visit, casework.Completion{Outcome: nursery.OutcomeConform})
	require.NoError(t, err)
	_, err = h.Complete(t.Context(), second, key(), h.task(started.CaseNo, "filing.site_visit_countersign"), casework.Completion{Outcome: nursery.OutcomeAgree})
	require.NoError(t, err)
	h.eventually("end", func() bool {
		return one[string](h, "SELECT status FROM cases WHERE case_no = $1", started.CaseNo) == "ended"
	})

	again, err := h.Complete(t.Context(), clerk, k, task, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	require.True(t, again.Delivered)
	require.Equal(t, clerk.Account, again.By)
}

func TestAnAnswerTheCaseRefusesLateIsToldToWhoeverRepeatsIt(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	stop := h.work()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	task := h.task(started.CaseNo, "filing.review")
	stop()
	first, second := key(), key()
	for k, who := range map[string]nursery.Principal{first: clerk, second: otherClerk} {
		kept, err := h.Complete(t.Context(), who, k, task, casework.Completion{Outcome: nursery.OutcomeAccept})
		require.NoError(t, err)
		require.False(t, kept.Delivered)
	}
	h.sql("UPDATE outbox SET next_at = now()")
	h.work()
	h.relays()
	h.eventually("both decided", func() bool { return one[int](h, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == 0 })
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM outbox WHERE refused = 'task_closed'"))
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM case_events WHERE kind = 'answer_refused'"))
	told := 0
	for range 3 { // the same key gets the same response, however often
		for k, who := range map[string]nursery.Principal{first: clerk, second: otherClerk} {
			again, err := h.Complete(t.Context(), who, k, task, casework.Completion{Outcome: nursery.OutcomeAccept})
			if err == nil {
				require.True(t, again.Delivered)
				continue
			}
			refused(t, err, casework.CodeTaskClosed)
			told++
		}
	}
	require.Equal(t, 3, told)
}

func TestAWithdrawalWaitsForTheStartItFollows(t *testing.T) {
	h := newHarness(t)
	started := h.file(applicant, h.application(applicant, "community"))
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM outbox WHERE kind = 'start' AND delivered_at IS NULL"), "the engine is away")
	h.engineReturns()
	h.work()
	done, err := h.Withdraw(t.Context(), applicant, key(), started.CaseNo, "材料有误，重新准备")
	require.NoError(t, err)
	require.Equal(t, nursery.StageWithdrawn, done.Stage)
	require.Equal(t, "withdrawn", one[string](h, "SELECT outcome FROM cases WHERE case_no = $1", started.CaseNo))
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL"))
}

func TestAWithdrawalThatComesTooLateMayBeRepeatedAndHearsTheSame(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	_, err := h.Complete(t.Context(), clerk, key(), h.task(started.CaseNo, "filing.review"), casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	h.task(started.CaseNo, "filing.site_visit")
	k := key()
	for range 2 {
		_, err = h.Withdraw(t.Context(), applicant, k, started.CaseNo, "不再办托")
		refused(t, err, casework.CodeTooLateToWithdraw)
	}
}

func TestWhatIsFiledIsChangedAndNotFiledAgain(t *testing.T) {
	d := newFixture(t)
	a := application(t)
	_, err := d.StartFiling(t.Context(), applicant, "k1", casework.StartFiling{Application: a})
	require.NoError(t, err)
	d.exec(`UPDATE cases SET status = 'ended', stage = 'verified'`)
	d.exec(`UPDATE institutions SET status = 'filed'`)
	_, err = d.StartFiling(t.Context(), applicant, "k2", casework.StartFiling{Application: a})
	refused(t, err, casework.CodeAlreadyFiled)
	a.Institution.Address = "潞州区英雄中路街道示例路 99 号"
	_, err = d.StartFiling(t.Context(), applicant, "k3", casework.StartFiling{Application: a})
	require.NoError(t, err)
}
