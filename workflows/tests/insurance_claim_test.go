package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

// claimed returns an office with a claim of 1,200 yuan on a cover of the month, reported on 2026-06-05.
func claimed(t *testing.T) *month {
	t.Helper()
	m := insuring(t, true)
	batch := m.caseNo
	m.caseNo = caseNumber(t, "LP")
	m.sql(`INSERT INTO children (id, county, born_on, sex, identity_kind, identity_index, identity, name, source, created_by, created_at, updated_at)
		VALUES ('CAAAAAAAAAAAAAAAAAAAA', $1, '2025-01-01', 'male', 'resident_id', '\x01', '\x01', '\x01', 'institution', 'test', $2, $2)`, county, received)
	m.sql(`INSERT INTO insurance_covers (case_no, send, child, county, insurer, from_on, until_on)
		VALUES ($1, 1, 'CAAAAAAAAAAAAAAAAAAAA', $2, 'insurer-01', '2026-06-01', '2027-06-01')`, batch, county)
	m.sql(`INSERT INTO institutions (id, county, name, status, updated_at) VALUES ($1, $2, '示例托育园', 'filed', $3) ON CONFLICT DO NOTHING`, institution, county, received)
	m.sql(`INSERT INTO cases (case_no, kind, county, institution, partner, subject, stage, status, holder, tracking_hash, submitted_by, created_at, updated_at)
		VALUES ($1, 'insurance_claim', $2, $3, 'insurer-01', '理赔', 'reported', 'open', 'insurer', '\x00', $4, $5, $5)`, m.caseNo, county, institution, applicant, received)
	m.sql(`INSERT INTO insurance_claims (case_no, county, institution, insurer, child, cover_case, cover_send, peril, accident_on, reported_on, amount_fen, description, state, updated_at)
		VALUES ($1, $2, $3, 'insurer-01', 'CAAAAAAAAAAAAAAAAAAAA', $4, 1, 'injury', '2026-06-02', '2026-06-05', 120000, '\x01', 'reported', $5)`,
		m.caseNo, county, institution, batch, received)
	return m
}

func (m *month) insurer(kind string, outcome nursery.Outcome, answer any) {
	m.t.Helper()
	m.answer(kind, outcome, insurer.Account, nursery.RoleInsurer, answer, "")
}

func TestAClaimThatTheCountyDisagreesToRefuseIsAdmittedAndPaid(t *testing.T) {
	m := claimed(t)
	m.june(8, 10, func() { m.insurer("insurance_claim.review", nursery.OutcomeReject, form{"reason": "材料不全"}) })
	m.june(9, 10, func() {
		require.Equal(t, []string{"claim_contested"}, m.stage())
		m.county("insurance_claim.contest", nursery.OutcomeDisagree)
	})
	m.june(10, 10, func() { m.insurer("insurance_claim.review", nursery.OutcomeAdmit, form{"amount_fen": 100000}) })
	m.june(11, 10, func() {
		m.insurer("insurance_claim.pay", nursery.OutcomePay, form{"amount_fen": 100000, "paid_on": "2026-06-11"})
	})
	require.Equal(t, nursery.StagePaid, m.run("").Stage)
	require.Equal(t, []string{"paid 100000 100000 2026-06-11"},
		m.ask(`SELECT state || ' ' || accepted_fen || ' ' || paid_fen || ' ' || paid_on FROM insurance_claims`))
}

func TestAClaimThatIsRefusedWithTheCountysAgreementEnds(t *testing.T) {
	m := claimed(t)
	m.june(8, 10, func() {
		m.insurer("insurance_claim.review", nursery.OutcomeReject, form{"reason": "不在承保情形之内"})
	})
	m.june(9, 10, func() { m.county("insurance_claim.contest", nursery.OutcomeAgree) })
	require.Equal(t, nursery.StageClaimEnded, m.run("").Stage)
	require.Equal(t, []string{"refused"}, m.ask(`SELECT state FROM insurance_claims`))
}
