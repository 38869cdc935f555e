package tests

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"tuoyu/nursery"
	"tuoyu/processes"
	"tuoyu/processes/contract"
	"tuoyu/workflows"
)

var nurseryHead = nursery.Principal{Account: applicant, Role: nursery.RoleInstitution, County: county, Institution: institution}

// pact is an office with a contract proposed on 2026-06-05, from the day after to the end of August.
type pact struct {
	*office
	service *processes.Services
}

func proposing(t *testing.T, change func(*nursery.ContractTerms)) *pact {
	t.Helper()
	p := &pact{office: openOffice(t, nursery.KindContract, "")}
	p.service = p.newService()
	p.sql(`INSERT INTO institutions (id, county, name, site_kind, seats, status, updated_at) VALUES ($1, $2, '示例托育园', 'community', 60, 'filed', $3)`, institution, county, received)
	p.sql(`INSERT INTO clinics (id, county, name, licence, licensed_until, primary_care, capacity, modes, updated_at)
		VALUES ($1, $2, '示例社区卫生服务中心', 'PDY140403123456789012D1'::varchar(22), '2030-01-01', true, 0, '{visiting}', $3)`, theClinic, county, received)
	terms := nursery.ContractTerms{
		Clinic: theClinic, Mode: nursery.Visiting, Services: nursery.ContractServices(), StartsOn: nursery.NewDate(2026, 6, 6), EndsOn: nursery.NewDate(2026, 8, 31),
	}
	if change != nil {
		change(&terms)
	}
	started, err := p.service.StartContract(t.Context(), nurseryHead, "start", terms)
	require.NoError(t, err)
	p.caseNo = started.CaseNo
	p.sql(`UPDATE outbox SET delivered_at = now()`)
	return p
}

func (p *pact) on(month time.Month, day int, act func()) {
	p.at(time.Date(2026, month, day, 10, 0, 0, 0, nursery.Shanghai).Sub(received), act)
}

// replied answers the open task of a kind that is assigned to a role.
func (p *pact) replied(kind string, role nursery.Role, outcome nursery.Outcome, answer any) {
	p.t.Helper()
	open := p.ask(`SELECT id FROM tasks WHERE case_no = $1 AND kind = $2 AND role = $3 AND state = 'open'`, p.caseNo, kind, role)
	require.Len(p.t, open, 1, "open tasks %s of %s; stage %v", kind, role, p.stage())
	actor := map[nursery.Role]string{
		nursery.RoleInstitution: applicant, nursery.RoleHospital: theClinic, nursery.RoleCountyOffice: countyOffice.Account,
	}[role]
	p.complete(open[0], outcome, actor, role, answer, "")
}

func (p *pact) text() string {
	return p.ask(`SELECT sha256 FROM contract_texts WHERE case_no = $1 ORDER BY version DESC LIMIT 1`, p.caseNo)[0]
}

func (p *pact) signs(role nursery.Role) {
	p.t.Helper()
	p.replied("contract.sign", role, nursery.OutcomeSign, form{"text_sha256": p.text()})
}

// signed has both sides sign and the county file, within the first hours.
func (p *pact) signed() {
	p.at(time.Hour, func() { p.signs(nursery.RoleInstitution) })
	p.at(2*time.Hour, func() { p.signs(nursery.RoleHospital) })
	p.at(3*time.Hour, func() {
		p.replied("contract.file", nursery.RoleCountyOffice, nursery.OutcomeConfirm, form{"note": "已备案"})
	})
}

// cared enrols a child.
func (p *pact) cared() {
	p.sql(`INSERT INTO children (id, county, born_on, sex, identity_kind, identity_index, identity, name, source, created_by, created_at, updated_at)
		VALUES ('CAAAAAAAAAAAAAAAAAAAA', $1, '2025-01-01', 'male', 'resident_id', '\x01', '\x01', '\x01', 'institution', 'test', $2, $2)`, county, received)
	p.sql(`INSERT INTO enrolments (child, county, institution, class, entered_on, entered_by) VALUES ('CAAAAAAAAAAAAAAAAAAAA', $1, $2, 'c1', '2026-01-01', 'test')`,
		county, institution)
}

func (p *pact) changed() {
	p.sent++
	p.send(fmt.Sprint("changed-", p.sent), "case_changed", "", workflows.Change{ID: fmt.Sprint("changed-", p.sent)})
}

func (p *pact) follow(in workflows.CaseInput) error {
	in.CaseNo, in.County, in.Institution, in.SubmittedBy = p.caseNo, county, institution, applicant
	p.env.ExecuteWorkflow(workflows.Contract, in)
	require.True(p.t, p.env.IsWorkflowCompleted())
	return p.env.GetWorkflowError()
}

func TestAContractIsSignedFiledPerformedAndEndsOnItsLastDay(t *testing.T) {
	p := proposing(t, nil)
	p.signed()
	p.at(4*time.Hour, func() { require.Equal(t, []string{"contract_awaited"}, p.stage()) })
	p.on(6, 6, func() {
		require.Equal(t, []string{"in_force"}, p.stage())
		require.Equal(t, []string{"2026H1"}, p.ask(`SELECT half FROM checkup_rounds`))
	})
	p.on(7, 3, func() {
		require.Equal(t, []string{"2026H1", "2026H2"}, p.ask(`SELECT half FROM checkup_rounds ORDER BY half`))
	})
	p.on(8, 31, func() { require.Equal(t, []string{"in_force"}, p.ask(`SELECT state FROM contracts`)) })
	require.NoError(t, p.follow(workflows.CaseInput{}))
	require.Equal(t, []string{"ended"}, p.ask(`SELECT state FROM contracts`))
	require.Equal(t, []string{"2"}, p.ask(`SELECT count(*)::text FROM contract_signatures`))
	require.Empty(t, p.ask(`SELECT id FROM tasks WHERE kind = 'contract.uncovered'`))
	require.Equal(t, []string{"contract_agreement in_force", "contract_ended in_force"}, p.ask(`SELECT kind || ' ' || state FROM documents WHERE case_no = $1 ORDER BY kind`, p.caseNo))
}

func TestATextChangedAfterOneSideSignedIsSignedAnewByBoth(t *testing.T) {
	p := proposing(t, nil)
	p.at(time.Hour, func() { p.signs(nursery.RoleInstitution) })
	p.at(2*time.Hour, func() {
		_, err := p.service.AmendContract(t.Context(), nurseryHead, "amend", p.caseNo, contract.ContractAmendment{
			ContractTerms: nursery.ContractTerms{
				Mode: nursery.Visiting, Services: nursery.ContractServices(), StartsOn: nursery.NewDate(2026, 6, 8), EndsOn: nursery.NewDate(2026, 6, 20), Note: "每周三到园",
			}, Version: 1,
		})
		require.NoError(t, err)
		p.changed()
	})
	p.at(3*time.Hour, func() { p.signs(nursery.RoleHospital) })
	p.at(4*time.Hour, func() {
		require.Equal(t, []string{"signing"}, p.stage())
		p.signs(nursery.RoleInstitution)
	})
	p.at(5*time.Hour, func() {
		p.replied("contract.file", nursery.RoleCountyOffice, nursery.OutcomeConfirm, form{"note": "已备案"})
	})
	require.NoError(t, p.follow(workflows.CaseInput{}))
	require.Equal(t, []string{"1 institution", "2 hospital", "2 institution"}, p.ask(`SELECT version || ' ' || side FROM contract_signatures ORDER BY version, side`))
}

func TestAContractThatOneSideDeclinesIsRefused(t *testing.T) {
	p := proposing(t, nil)
	p.at(time.Hour, func() { p.signs(nursery.RoleInstitution) })
	p.at(2*time.Hour, func() {
		p.replied("contract.sign", nursery.RoleHospital, nursery.OutcomeNotSign, form{"reason": "人手不足"})
	})
	require.NoError(t, p.follow(workflows.CaseInput{}))
	require.Equal(t, []string{"contract_refused"}, p.stage())
}

func TestAContractThatDoesNotFitCanOnlyBeDeclined(t *testing.T) {
	p := proposing(t, func(terms *nursery.ContractTerms) { terms.Services = terms.Services[:3] })
	p.at(time.Hour, func() {
		require.Equal(t, []string{"{not_sign}", "{not_sign}"}, p.ask(`SELECT outcomes::text FROM tasks WHERE state = 'open'`))
		p.replied("contract.sign", nursery.RoleInstitution, nursery.OutcomeNotSign, form{"reason": "服务包不全"})
	})
	require.NoError(t, p.follow(workflows.CaseInput{}))
	require.Equal(t, []string{"fail"}, p.ask(`SELECT result FROM decisions WHERE rule_set = 'contract.order'`))
}

func TestTheDutyMeterIsRedBeforeThePeriodEnds(t *testing.T) {
	p := proposing(t, nil)
	p.signed()
	// Two visits are missing on 1 August, thirty days before the last one, and each needs thirty days.
	p.on(7, 2, func() { require.Equal(t, []string{"2026-07-01 amber"}, p.lights()) })
	p.on(8, 2, func() {
		require.Equal(t, []string{"2026-07-01 amber", "2026-08-01 red"}, p.lights())
		p.replied("contract.overdue_duty", nursery.RoleHospital, nursery.OutcomeReply, form{"note": "本周到园"})
	})
	p.on(8, 3, func() {
		require.Equal(t, []string{"本周到园"}, p.ask(`SELECT note FROM case_events WHERE kind = 'contract_answered'`))
	})
	require.NoError(t, p.follow(workflows.CaseInput{}))
}

func (p *pact) lights() []string {
	return p.ask(`SELECT as_of || ' ' || light FROM contract_assessments WHERE case_no = $1 ORDER BY as_of`, p.caseNo)
}

func TestRenewalIsAskedSixtyDaysAheadAndOpensACaseOfItsOwn(t *testing.T) {
	p := proposing(t, nil)
	p.signed()
	p.cared()
	p.on(7, 1, func() { require.Empty(t, p.ask(`SELECT id FROM tasks WHERE kind = 'contract.renew'`)) })
	p.on(7, 2, func() { // sixty days before 31 August
		p.replied("contract.renew", nursery.RoleInstitution, nursery.OutcomeRenew, form{})
	})
	p.on(7, 3, func() {
		require.Equal(t, []string{"2026-09-01 2026-11-26 signing"}, p.ask(`SELECT starts_on || ' ' || ends_on || ' ' || state FROM contracts WHERE case_no <> $1`, p.caseNo))
		p.sql(`UPDATE contracts SET state = 'signed' WHERE case_no <> $1`, p.caseNo)
	})
	require.NoError(t, p.follow(workflows.CaseInput{}))
	require.Empty(t, p.ask(`SELECT id FROM tasks WHERE kind = 'contract.uncovered'`)) // the next contract covers them
}

func TestChildrenLeftUncoveredAlertTheCountyAndBothSides(t *testing.T) {
	p := proposing(t, nil)
	p.signed()
	p.cared()
	p.on(7, 10, func() {
		_, err := p.service.TerminateContract(t.Context(), nurseryHead, "end", p.caseNo, contract.Termination{EndsOn: nursery.NewDate(2026, 8, 9), Reason: "更换机构"})
		require.NoError(t, err)
		p.changed()
	})
	p.on(8, 11, func() {
		require.Equal(t, []string{"county_office", "hospital", "institution"}, p.ask(`SELECT role FROM tasks WHERE kind = 'contract.uncovered' AND state = 'open' ORDER BY role`))
		p.replied("contract.uncovered", nursery.RoleCountyOffice, nursery.OutcomeAcknowledge, form{"note": "已联系"})
	})
	require.NoError(t, p.follow(workflows.CaseInput{})) // the two that do not answer count as having acknowledged it
	require.Equal(t, []string{"contract_ended"}, p.stage())
}

func TestAContractGoesOnAfterItsHistoryIsCutWithItsTasksOpen(t *testing.T) {
	p := proposing(t, func(terms *nursery.ContractTerms) { terms.EndsOn = nursery.NewDate(2028, 6, 5) })
	p.signed()
	err := p.follow(workflows.CaseInput{})
	var again *workflow.ContinueAsNewError
	require.ErrorAs(t, err, &again)
	open := p.ask(`SELECT id FROM tasks WHERE state = 'open' ORDER BY id`)
	require.NotEmpty(t, open)
	var in workflows.CaseInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &in))
	var carried []string
	for _, asked := range in.Open {
		carried = append(carried, asked.Task)
	}
	require.ElementsMatch(t, open, carried)
	require.Equal(t, []string{"in_force"}, p.stage())
}
