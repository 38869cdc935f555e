package tests

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/funds"
	"tuoyu/store"
)

func TestWhoSeesMoneyAndAccounts(t *testing.T) {
	m := newMoney(t, 5_000_000)
	ctx := t.Context()
	m.account(1)
	m.account(2)
	caseNo, p := m.asks(1, 100_00)
	m.asks(2, 100_00)
	run, err := m.Draw(ctx, finance, "draw", funds.DrawRun{Payments: []int64{p.ID}})
	require.NoError(t, err)
	sees := map[nursery.Role]int{
		nursery.RoleFinance: 2, nursery.RoleCityFinance: 2, nursery.RoleCountyOffice: 2, nursery.RoleCityOffice: 2, nursery.RoleAuditor: 2, nursery.RoleInstitution: 1,
	}
	for _, who := range append([]nursery.Principal{farFinance, paidInst}, everybody...) {
		if who.Role == nursery.RoleInstitution && who != paidInst {
			continue
		}
		want, allowed := sees[who.Role]
		if who == farFinance {
			want = 0
		}
		page, err := funds.Payments.Page(ctx, m.Service, who, funds.PaymentFilter{}, casework.PageRequest{})
		if !allowed {
			refused(t, err, casework.CodeForbidden)
		} else {
			require.NoError(t, err, who.Account)
			require.Len(t, page.Items, want, who.Account)
		}
		_, err = m.PaymentRun(ctx, who, run.Number)
		switch {
		case who == farFinance || !allowed || who.Role == nursery.RoleInstitution:
			refused(t, err, casework.CodeNotFound, casework.CodeForbidden)
		default:
			require.NoError(t, err, who.Account)
		}
		_, err = m.Account(ctx, who, paidInst.Institution)
		switch who {
		case paidInst, finance:
			require.NoError(t, err, who.Account)
		default:
			refused(t, err, casework.CodeNotFound, casework.CodeForbidden)
		}
		_, err = m.Case(ctx, who, caseNo)
		switch {
		case who == paidInst, who == finance, who.Role == nursery.RoleCityFinance:
			require.NoError(t, err, who.Account)
		case who == farFinance, who.Role == nursery.RoleProcedureAuthor, who.Role == nursery.RoleProcedureApprover:
			refused(t, err, casework.CodeNotFound, casework.CodeForbidden)
		}
	}
	require.Equal(t, []string{"finance-140403"}, m.strings(`SELECT reader FROM record_reads WHERE subject = 'payee_account'`), "only the finance of the county has read it")
	other := nursery.Principal{Account: "institution-140403-02", Role: nursery.RoleInstitution, County: county, Institution: "inst-140403-02"}
	_, err = m.Account(ctx, other, paidInst.Institution)
	refused(t, err, casework.CodeNotFound)
	_, err = m.PutAccount(ctx, other, "of another", paidInst.Institution, bankAccount)
	refused(t, err, casework.CodeNotFound)
	require.NotContains(t, strings.Join(m.strings(`SELECT encode(account, 'escape') FROM payee_accounts`), ""), "6200000012345678", "sealed")
}

// Row-level security shows finance a case only where finance is asked to pay, whatever authz allows.
func TestFinanceSeesNoOtherCase(t *testing.T) {
	m := newMoney(t, 5_000_000)
	m.asks(1, 100_00)
	m.exec(`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
		VALUES ('BA-140403-2026-000001-1', 'filing', '140403', 'inst-140403-01', 'submitted', 'open', 'clerk', '\x00', now(), now())`)
	count := func(p nursery.Principal, table string) (n []string) {
		require.NoError(t, m.db.As(context.Background(), p, func(q *store.Queries) (err error) {
			n, err = q.Strings(context.Background(), "SELECT count(*)::text FROM "+table)
			return err
		}))
		return n
	}
	for _, table := range []string{"cases", "tasks", "decisions"} {
		require.Equal(t, []string{"1"}, count(finance, table), table)
		require.Equal(t, []string{"1"}, count(cityFinance, table), table)
		require.Equal(t, []string{"0"}, count(farFinance, table), table)
		require.Equal(t, []string{"0"}, count(author, table), table)
	}
	for _, table := range []string{"applications", "children", "enrolments", "attachments"} {
		require.Equal(t, []string{"0"}, count(finance, table), table)
	}
}
