package tests

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/procedure"
	"tuoyu/store"
	"tuoyu/testdata"
)

// Who acts in a case of a procedure and who the procedure permits by name read it; another office of the same county does not, neither
// by authz nor by row-level security. A procedure that permits nobody by name is read by everybody whose county it is in.
func TestACaseOfAProcedureIsReadByThoseWhoActAndThoseItPermits(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.publish("rent_relief")
	h.publish("county_award")
	h.publishFiles(filesOf(t, testdata.OpenDay))
	h.filed(applicant, "阳光托育园")
	start := func(p nursery.Principal, kind, facts string) string {
		started, err := h.Services.Start(t.Context(), p, key(), kind, procedure.ProcedureApplication{Facts: json.RawMessage(facts)})
		require.NoError(t, err)
		return started.CaseNo
	}
	relief, award, day := start(applicant, "rent_relief", rentApplication), start(cityCheck, "county_award", `{"period": "2025"}`), start(applicant, "open_day", `{"date": "2026-12-20"}`)
	farOffice := nursery.Principal{Account: "county-office-140404", Role: nursery.RoleCountyOffice, County: "140404"}
	for _, c := range []struct {
		p                  nursery.Principal
		relief, award, day bool
	}{
		{applicant, true, false, true}, {neighbour, false, false, false}, {countyCheck, true, true, true}, {farOffice, false, true, false},
		{cityCheck, true, true, true}, {auditor, true, true, true}, {supervisor, true, false, true}, {clerk, false, false, true}, {inspector, false, false, true},
	} {
		for no, may := range map[string]bool{relief: c.relief, award: c.award, day: c.day} {
			_, err := h.Case(t.Context(), c.p, no)
			if may {
				require.NoError(t, err, "%s %s", c.p.Account, no)
			} else {
				refused(t, err, casework.CodeNotFound)
			}
			require.NoError(t, h.db.As(t.Context(), c.p, func(q *store.Queries) error {
				seen, err := q.Strings(t.Context(), "SELECT case_no FROM cases WHERE case_no = $1", no)
				require.Equal(t, may, len(seen) == 1, "%s %s by row-level security", c.p.Account, no)
				return err
			}))
		}
	}
	require.NoError(t, h.db.As(t.Context(), admin, func(q *store.Queries) error {
		seen, err := q.Strings(t.Context(), "SELECT case_no FROM cases WHERE case_no = $1", relief)
		require.Len(t, seen, 1, "who puts right what is stuck sees every case")
		return err
	}))
}
