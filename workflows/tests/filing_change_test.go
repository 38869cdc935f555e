package tests

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// year2027 is an invented arrangement for the tests: that of 2027 is not published.
const year2027 = `{"year": 2027, "source": ["https://example.invalid/2027"], "days": [
	{"date": "2027-01-01", "name": "元旦", "off": true}, {"date": "2027-02-05", "name": "春节", "off": true},
	{"date": "2027-02-06", "name": "春节", "off": true}, {"date": "2027-02-07", "name": "春节", "off": true},
	{"date": "2027-02-08", "name": "春节", "off": true}, {"date": "2027-04-05", "name": "清明节", "off": true},
	{"date": "2027-05-01", "name": "劳动节", "off": true}, {"date": "2027-05-02", "name": "劳动节", "off": true},
	{"date": "2027-06-09", "name": "端午节", "off": true}, {"date": "2027-09-15", "name": "中秋节", "off": true},
	{"date": "2027-10-01", "name": "国庆节", "off": true}, {"date": "2027-10-02", "name": "国庆节", "off": true},
	{"date": "2027-10-03", "name": "国庆节", "off": true}]}`

// standing opens an office with a filed institution and a case of another kind.
func standing(t *testing.T, kind nursery.CaseKind, prefix string, facts func(nursery.Application) any) *office {
	t.Helper()
	o := openOffice(t, kind, caseNumber(t, prefix))
	a, r := application(t, "community")
	a.Institution.County = county
	o.applied(kind, facts(a), a)
	o.registered(r)
	filed, err := json.Marshal(a)
	require.NoError(t, err)
	filing := caseNumber(t, "BA")
	o.sql(`INSERT INTO cases (case_no, kind, county, institution, subject, stage, status, holder, tracking_hash, created_at, updated_at)
		VALUES ($1, 'filing', $2, $3, $4, 'verified', 'ended', '', '\x00', $5, $5)`, filing, county, institution, a.Institution.Name, received)
	o.sql(`UPDATE institutions SET status = 'filed', filing_case = $1, filed_on = '2026-03-02', application = $2, name = $3`,
		filing, filed, a.Institution.Name)
	o.sql(`INSERT INTO documents (id, case_no, county, institution, kind, number, code, content, state, issued_on, created_at)
		VALUES ('D1', $1, $2, $3, 'filing_receipt', '潞州托备〔2026〕1号', 'C1', '{}', 'in_force', '2026-03-02', $4)`, filing, county, institution, received.AddDate(0, -3, 0))
	return o
}

func TestChangeSupersedesTheReceipt(t *testing.T) {
	o := standing(t, nursery.KindChange, "BG", func(a nursery.Application) any {
		a.Institution.Phone = "0355-2021234"
		return a
	})
	o.at(hour, func() {
		o.answer("filing_change.review", nursery.OutcomeApprove, applicant, nursery.RoleClerk, form{}, humantask.ErrActorExcluded)
		o.answer("filing_change.review", nursery.OutcomeApprove, clerk, nursery.RoleClerk, form{}, "")
	})
	require.Equal(t, nursery.StageChanged, o.run(nursery.Community).Stage)
	require.Equal(t, []string{"filing_change in_force", "filing_receipt superseded"}, sorted(o.ask(`SELECT kind || ' ' || state FROM documents`)))
	require.Equal(t, []string{"0355-2021234 2026-03-02 " + caseNumber(t, "BA")},
		o.ask(`SELECT phone || ' ' || filed_on || ' ' || filing_case FROM institutions`))
	require.Equal(t, []string{"联系电话"}, o.ask(`SELECT content->'changes'->0->>'item' FROM documents WHERE kind = 'filing_change'`))
}

func TestChangeIsRefusedWithItsReason(t *testing.T) {
	o := standing(t, nursery.KindChange, "BG", func(a nursery.Application) any {
		a.Institution.Address = "长治市潞州区另一处"
		return a
	})
	o.at(hour, func() {
		o.answer("filing_change.review", nursery.OutcomeRefuse, clerk, nursery.RoleClerk, form{"reason": "迁址应重新备案"}, "")
	})
	require.Equal(t, nursery.StageRefused, o.run(nursery.Community).Stage)
	require.Equal(t, []string{"迁址应重新备案"}, o.ask(`SELECT note FROM case_events WHERE kind = 'refused'`))
	require.Equal(t, []string{"in_force"}, o.ask(`SELECT state FROM documents WHERE kind = 'filing_receipt'`))
}

func TestCancellationRevokesTheReceiptAndIsPublished(t *testing.T) {
	o := standing(t, nursery.KindCancellation, "ZX", func(nursery.Application) any {
		return nursery.Cancellation{Reason: "停止办托", ChildrenSettled: true, StaffSettled: true, Plan: "全部转入社区托育园"}
	})
	o.at(hour, func() {
		o.answer("filing_cancel.review", nursery.OutcomeApprove, clerk, nursery.RoleClerk, form{}, "")
	})
	require.Equal(t, nursery.StageCancelled, o.run(nursery.Community).Stage)
	require.Equal(t, []string{"filing_cancellation in_force", "filing_receipt revoked"}, sorted(o.ask(`SELECT kind || ' ' || state FROM documents`)))
	require.Equal(t, []string{"cancelled"}, o.ask(`SELECT status FROM institutions`))
	require.Equal(t, []string{"cancellation"}, o.ask(`SELECT kind FROM publications`))
}
