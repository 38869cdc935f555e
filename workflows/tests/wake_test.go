package tests

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

// counting counts how often the steps of a name begin, and calls do within the first one.
func (o *office) counting(step string, do func()) *atomic.Int32 {
	var begun atomic.Int32
	o.env.SetOnLocalActivityStartedListener(func(info *activity.Info, _ context.Context, _ []any) {
		if info.ActivityType.Name == step && begun.Add(1) == 1 && do != nil {
			do()
		}
	})
	return &begun
}

func TestAYearOfTheCalendarIsToldToEveryOpenQuestion(t *testing.T) {
	v := inspecting(t, nursery.InspectRandom)
	told := v.counting("RescheduleTask", nil)
	v.at(hour, func() {
		require.Len(t, v.ask(`SELECT id FROM tasks WHERE state = 'open'`), 2, "both officers are asked at once")
		v.env.SignalWorkflow(workflows.CalendarChanged, nil)
	})
	v.at(2*hour, func() {
		require.EqualValues(t, 2, told.Load())
		v.env.CancelWorkflow()
	})
	v.env.ExecuteWorkflow(workflows.Inspection, workflows.CaseInput{CaseNo: v.caseNo, County: county, Institution: institution, SubmittedBy: applicant})
	require.EqualValues(t, 2, told.Load())
}

func TestTermsThatChangeWhileTheyAreReadAreReadAgain(t *testing.T) {
	p := proposing(t, nil)
	p.signed()
	read := p.counting("ReadContract", p.changed)
	p.on(6, 7, func() { require.EqualValues(t, 2, read.Load(), "not only next month") })
	require.NoError(t, p.follow(workflows.CaseInput{}))
}

// TestASignatureWrittenByALostTryStaysWithItsSide simulates an attempt of the workflow task that writes the clinic's
// signature and is lost, followed by one that receives the institution's answer first.
func TestASignatureWrittenByALostTryStaysWithItsSide(t *testing.T) {
	p := proposing(t, nil)
	p.at(time.Hour, func() {
		clinics := p.ask(`SELECT id FROM tasks WHERE kind = 'contract.sign' AND role = 'hospital'`)[0]
		p.sql(`INSERT INTO outbox (id, case_no, county, institution, kind, name, payload, created_at, next_at)
			SELECT 'lost', case_no, county, institution, 'update', 'complete_task', jsonb_build_object('task', $2::text, 'outcome', 'sign', 'actor', $3::text,
			'role', 'hospital', 'answer', jsonb_build_object('text_sha256', $4::text)), now(), now() FROM cases WHERE case_no = $1`, p.caseNo, clinics, theClinic, p.text())
		require.NoError(t, p.engine.CloseTask(t.Context(), activities.CloseTask{
			CaseNo: p.caseNo, Completion: "lost", Task: clinics, Outcome: nursery.OutcomeSign, Actor: theClinic, Role: nursery.RoleHospital, At: p.env.Now(),
		}))
		counts, err := p.engine.TakeSignature(t.Context(), activities.Move{
			CaseNo: p.caseNo, Step: "signed-t2", At: p.env.Now(), Actor: theClinic, Role: nursery.RoleHospital, Tasks: []string{clinics},
		})
		require.NoError(t, err)
		require.True(t, counts)
		p.signs(nursery.RoleInstitution)
	})
	p.at(2*time.Hour, func() {
		require.Equal(t, []string{"hospital", "institution"}, p.ask(`SELECT side FROM contract_signatures ORDER BY side`))
		p.send("lost", "complete_task", "", map[string]any{
			"ID": "lost", "Task": p.caseNo + ".2", "Outcome": nursery.OutcomeSign, "Actor": theClinic, "Role": nursery.RoleHospital,
		})
	})
	p.at(3*time.Hour, func() {
		require.Equal(t, []string{"contract_filing"}, p.stage())
		p.replied("contract.file", nursery.RoleCountyOffice, nursery.OutcomeRefuse, form{"note": "不予备案"})
	})
	require.NoError(t, p.follow(workflows.CaseInput{}))
	require.Len(t, p.ask(`SELECT side FROM contract_signatures`), 2)
}
