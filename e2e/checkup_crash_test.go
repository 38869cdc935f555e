package e2e

import (
	"testing"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

func TestAWorkerKilledInAStepOfARoundLosesNothingAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := receipted(t, h, "community")
	p := partiesOf(t, h, a, "1")
	for months := range 3 {
		longInCare(t, a, 13+5*months, "c1", nursery.ConsentCheckup)
	}
	opened, err := p.office.OpenHalf(t.Context(), key(), half())
	if err != nil || len(opened) != 1 {
		t.Fatalf("opened %v, %v", opened, err)
	}
	h.becomes(t, 0, "SELECT count(*) FROM outbox WHERE id = 'start/' || $1 AND delivered_at IS NULL", opened[0]) // the relay starts it
	h.worker.kill()
	h.startWorker(t)
	round := roundOf(t, p.office, a.Institution())
	open(t, p.office, round.CaseNo, "checkup_round.blocked")
	p.sign(t, p.propose(t, begun()))
	await(t, p.office, round.CaseNo, roleplay.Stage(nursery.StageRecording))
	task := open(t, p.clinic, round.CaseNo, "checkup_round.record")
	h.worker.killIn(20 * time.Millisecond)
	done := checked(t, p.clinic, round.CaseNo, "c1", func(r *nursery.Checkup) {
		for i := range r.Items {
			if r.Items[i].Item == nursery.ItemVision {
				r.Items[i].Result = nursery.FoundAbnormal
			}
		}
	})
	<-h.worker.done
	h.startWorker(t)
	for i, step := range []struct {
		kind    string
		outcome nursery.Outcome
	}{
		{"referral.take", nursery.OutcomeTake}, {"referral.seen", nursery.OutcomeSeen},
	} {
		referral := done.Children[0].Referral
		asked := open(t, p.clinic, referral, step.kind)
		h.worker.killIn(time.Duration(10+20*i) * time.Millisecond)
		if _, err := p.clinic.Complete(t.Context(), key(), asked.ID, step.outcome, map[string]string{}); err != nil {
			t.Fatalf("%s with a worker dying: %v", step.kind, err)
		}
		<-h.worker.done
		h.startWorker(t)
	}
	h.worker.killIn(25 * time.Millisecond)
	if _, err := p.clinic.Complete(t.Context(), key(), task.ID, nursery.OutcomeComplete, map[string]string{}); err != nil {
		t.Fatal(err)
	}
	<-h.worker.done
	h.startWorker(t)
	await(t, p.a.Actor, round.CaseNo, roleplay.Printed(nursery.StageRoundClosed))
	for what, want := range map[string]int{
		"SELECT count(*) FROM checkup_roster WHERE case_no = $1": 3, "SELECT count(*) FROM checkup_records WHERE case_no = $1": 3,
		"SELECT count(*) FROM referrals WHERE round = $1": 3, "SELECT count(*) FROM documents WHERE case_no = $1": 1,
		"SELECT count(*) FROM tasks WHERE case_no = $1": 2, "SELECT count(*) FROM checkup_duties WHERE case_no = $1 AND done_on IS NULL": 0,
	} {
		if n := h.number(t, what, round.CaseNo); n != want {
			t.Errorf("%s: %d, want %d", what, n, want)
		}
	}
}
