package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/casework/stuck"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Stuck cases and documents that are not rendered are listed for the offices of their county, the city and the
// administrator, who alone can retry them, once for each key.
func TestWhatCannotGoOnIsListedForItsCountyAndRetriedByTheAdministrator(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	head := nursery.Principal{Account: "supervisor-140403", Role: nursery.RoleSupervisor, County: county}
	elsewhere := nursery.Principal{Account: "county-office-140404", Role: nursery.RoleCountyOffice, County: "140404"}
	city := nursery.Principal{Account: "city-office", Role: nursery.RoleCityOffice, County: nursery.CityCode}
	list := func(p nursery.Principal) []stuck.StuckCase {
		t.Helper()
		found, err := stuck.Of(h.Service).Cases(t.Context(), p)
		require.NoError(t, err)
		n, err := stuck.Of(h.Service).Count(t.Context(), p)
		require.NoError(t, err)
		cases := map[string]bool{}
		for _, c := range found {
			cases[c.CaseNo] = true
		}
		require.EqualValues(t, len(cases), n)
		return found
	}
	require.Empty(t, list(city))
	h.sql(`INSERT INTO documents (id, case_no, county, institution, kind, number, code, content, issued_on, created_at)
		SELECT 'D1', case_no, county, institution, 'filing_receipt', '潞托备回执〔2026〕1号', 'C1', '{}', current_date, now() - interval '29 minutes' FROM cases`)
	require.Empty(t, list(city), "printing may take a while")
	h.sql(`UPDATE documents SET created_at = now() - interval '31 minutes'`)
	paper := list(head)
	require.Len(t, paper, 1)
	require.Equal(t, stuck.NotPrinted, paper[0].Reason)
	require.Equal(t, "潞托备回执〔2026〕1号", paper[0].Number)
	require.Contains(t, paper[0].Message, "恢复后自动生成")

	h.sql(`UPDATE documents SET created_at = now(), fault = '文书内容含有不能打印的字符：“㐀”。'`)
	require.Equal(t, "文书无法生成。文书内容含有不能打印的字符：“㐀”。", list(head)[0].Message)
	h.sql(`UPDATE documents SET created_at = now() - interval '31 minutes', fault = ''`)

	h.sql(`UPDATE cases SET stuck_at = now(), stuck_reason = 'data_unreadable'`)
	for _, p := range []nursery.Principal{head, city, operator, auditor} {
		found := list(p)
		require.Len(t, found, 2, p.Role)
		require.Equal(t, []string{stuck.NotPrinted, store.FaultUnreadable}, []string{found[0].Reason, found[1].Reason})
		require.Contains(t, found[0].Message, "文书无法生成")
		require.Equal(t, "已保存的内容无法读取，办理不能继续。", found[1].Message)
		require.Equal(t, started.CaseNo, found[1].CaseNo)
		require.NotEmpty(t, found[1].Institution)
		require.Equal(t, nursery.CountyName(county), found[1].CountyName)
	}
	require.Empty(t, list(elsewhere))
	h.sql(`UPDATE outbox SET created_at = now() - interval '2 hours' WHERE delivered_at IS NULL`)
	require.Equal(t, stuck.NotDelivered, list(head)[0].Reason)
	require.Len(t, list(city), 3)
	require.Empty(t, list(elsewhere))
	h.sql(`UPDATE outbox SET created_at = now() WHERE delivered_at IS NULL`)
	for _, p := range []nursery.Principal{clerk, applicant, inspector} {
		_, err := stuck.Of(h.Service).Cases(t.Context(), p)
		refused(t, err, casework.CodeForbidden)
		_, err = stuck.Of(h.Service).Count(t.Context(), p)
		refused(t, err, casework.CodeForbidden)
	}
	for _, p := range []nursery.Principal{clerk, head, city, auditor} {
		_, err := stuck.Of(h.Service).RetryCommand(t.Context(), p, key(), started.CaseNo)
		refused(t, err, casework.CodeForbidden)
	}
	_, err := stuck.Of(h.Service).RetryCommand(t.Context(), operator, "", started.CaseNo)
	refused(t, err, casework.CodeKeyRequired)
	_, err = stuck.Of(h.Service).RetryCommand(t.Context(), operator, key(), "BA-140403-2019-987654-0")
	refused(t, err, casework.CodeNotFound)
	h.relays()
	h.eventually("started", func() bool { return one[int](h, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == 0 })
	k := key()
	first, err := stuck.Of(h.Service).RetryCommand(t.Context(), operator, k, started.CaseNo)
	require.NoError(t, err)
	require.Equal(t, stuck.RetriedCase{CaseNo: started.CaseNo, Did: stuck.RetriedStep}, first)
	again, err := stuck.Of(h.Service).RetryCommand(t.Context(), operator, k, started.CaseNo)
	require.NoError(t, err)
	require.Equal(t, first, again)

	// An ended case is retried for its documents only.
	require.NoError(t, h.temporal.TerminateWorkflow(t.Context(), started.CaseNo, "", "ended"))
	h.sql(`UPDATE cases SET status = 'ended', stuck_at = NULL, stuck_reason = ''`)
	did, err := stuck.Of(h.Service).RetryCommand(t.Context(), operator, key(), started.CaseNo)
	require.NoError(t, err)
	require.Equal(t, stuck.RetriedStep, did.Did)
	h.sql(`UPDATE documents SET state = 'in_force'`)
	_, err = stuck.Of(h.Service).RetryCommand(t.Context(), operator, key(), started.CaseNo)
	refused(t, err, casework.CodeCaseNotStuck)
}
