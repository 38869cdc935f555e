package tests

import (
	"encoding/json"
	"io/fs"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures/library"
	"tuoyu/procedures/published"
	"tuoyu/processes/procedure"
	"tuoyu/testdata"
)

var (
	rulesAuthor  = nursery.Principal{Account: "procedure-author", Role: nursery.RoleProcedureAuthor, County: "140400"}
	rulesDecider = nursery.Principal{Account: "procedure-approver", Role: nursery.RoleProcedureApprover, County: "140400"}
	countyCheck  = nursery.Principal{Account: "county-office-140403", Role: nursery.RoleCountyOffice, County: "140403"}
	cityCheck    = nursery.Principal{Account: "city-office", Role: nursery.RoleCityOffice, County: "140400"}
)

// publish publishes a procedure of the library by two people.
func (h *harness) publish(kind string) procedure.Revision {
	h.t.Helper()
	files, err := library.Procedure(kind)
	require.NoError(h.t, err)
	return h.publishFiles(files)
}

func (h *harness) publishFiles(files fs.FS) procedure.Revision {
	h.t.Helper()
	archive, _, err := published.Pack(files)
	require.NoError(h.t, err)
	proposed, err := h.Propose(h.t.Context(), rulesAuthor, key(), archive)
	require.NoError(h.t, err)
	done, err := h.Services.Decide(h.t.Context(), rulesDecider, key(), proposed.ID, procedure.RevisionVerdict{Publish: true})
	require.NoError(h.t, err)
	return done
}

// rowHistory returns what rows were before they were changed, which only the owner of the database reads.
func (h *harness) rowHistory() []string {
	h.t.Helper()
	conn := asSuperuser(h.t, h.address)
	rows, err := conn.Query(h.t.Context(), "SELECT data::text FROM procedure_row_history ORDER BY id")
	require.NoError(h.t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(h.t, err)
	return list
}

// filed registers an institution as if it had been filed.
func (h *harness) filed(p nursery.Principal, name string) {
	h.t.Helper()
	h.sql(`INSERT INTO institutions (id, county, name, nature, site_kind, status, inclusive, seats, filed_on, updated_at)
		VALUES ($1, $2, $3, 'social_service', 'community', 'filed', true, 60, '2023-09-01', now())`, p.Institution, p.County, name)
}

const rentApplication = `{"year": 2026, "classes": 3, "young_class": false, "rent_fen": 9000000, "lease_from": "2023-09-01", "lease_until": "2028-08-31",
	"filing_no": "BA-140403-2025-000001", "inclusive_price": true, "serious_violation": false, "commitment_until": "2027-12-31",
	"related_landlord": false, "other_support": false, "area_m2": 300, "seats": 60}`

func TestARentReliefGoesFromTheApplicationToThePayment(t *testing.T) {
	h := running(t)
	h.publish("rent_relief")
	h.filed(applicant, "阳光托育园")

	started, err := h.Services.Start(t.Context(), applicant, key(), "rent_relief", procedure.ProcedureApplication{Facts: json.RawMessage(rentApplication)})
	require.NoError(t, err)
	task := h.task(started.CaseNo, "rent_relief.county_check")
	detail, err := h.Task(t.Context(), countyCheck, task)
	require.NoError(t, err)
	require.Equal(t, "初审租金减免申请", detail.Title)
	require.Equal(t, nursery.Pass, detail.Decision.Result, "%+v", detail.Decision.Reasons)
	require.NotEmpty(t, detail.Form)

	_, err = h.Complete(t.Context(), countyCheck, key(), task, casework.Completion{Outcome: "approve"})
	var refused *casework.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, []string{"/answer/filed", "/answer/inclusive_price", "/answer/related_landlord", "/answer/violation"}, locations(refused))

	h.completes(countyCheck, task, casework.Completion{Outcome: "correct", Answer: json.RawMessage(`{"findings": "请补充面积证明。"}`)})
	task = h.task(started.CaseNo, "rent_relief.correct")
	h.completes(applicant, task, casework.Completion{Outcome: "resubmit", Answer: json.RawMessage(rentApplication)})
	task = h.task(started.CaseNo, "rent_relief.county_check")
	h.completes(countyCheck, task, casework.Completion{Outcome: "approve", Answer: json.RawMessage(`{"filed": true, "inclusive_price": true, "violation": false, "related_landlord": false}`)})

	task = h.task(started.CaseNo, "rent_relief.city_check")
	notices, err := h.PreviewNotice(t.Context(), cityCheck, task, casework.Completion{Outcome: "approve"})
	require.NoError(t, err)
	require.Len(t, notices, 1)
	require.Contains(t, string(notices[0].HTML), "阳光托育园")
	h.completes(cityCheck, task, casework.Completion{Outcome: "approve"})

	var page casework.Page[procedure.Publicity]
	h.eventually("the publicity", func() bool {
		page, err = procedure.PublicityList.Page(t.Context(), h.Service, casework.Anyone, procedure.PublicityFilter{County: "140403"}, casework.PageRequest{})
		require.NoError(t, err)
		return len(page.Items) == 1
	})
	require.True(t, page.Items[0].Open)
	require.NotContains(t, page.Items[0].Body, "6222")
	_, err = h.Services.Object(t.Context(), casework.Anyone, key(), started.CaseNo, procedure.Objection{Form: json.RawMessage(`{"text": "与实际情况不符。", "contact": "13900000000"}`)})
	require.NoError(t, err)
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM procedure_rows WHERE data::text LIKE '%139%'"))
	task = h.task(started.CaseNo, "rent_relief.objection")
	h.completes(supervisor, task, casework.Completion{Outcome: "dismiss", Answer: json.RawMessage(`{"note": "经核查，情况不属实。"}`)})

	h.task(started.CaseNo, "rent_relief.paying")
	require.Equal(t, int64(4000000), one[int64](h, "SELECT fen FROM payments WHERE case_no = $1", started.CaseNo))
	h.eventually("the papers are printed", func() bool {
		return one[int](h, "SELECT count(*) FROM documents WHERE case_no = $1 AND state = 'in_force'", started.CaseNo) == 3
	})
}

func TestRowsAreCollectedThenPublishedAndObjectedTo(t *testing.T) {
	h := running(t)
	h.publishFiles(filesOf(t, testdata.OpenDay))
	h.filed(applicant, "阳光托育园")

	started, err := h.Services.Start(t.Context(), applicant, key(), "open_day", procedure.ProcedureApplication{Facts: json.RawMessage(`{"date": "2026-12-20"}`)})
	require.NoError(t, err)
	h.eventually("the collection", func() bool {
		return one[string](h, "SELECT stage || ' ' || holder FROM cases WHERE case_no = $1", started.CaseNo) == "collecting institution"
	})
	faulty := procedure.RowsInput{Rows: []json.RawMessage{[]byte(`{"number": 1, "people": 30}`), []byte(`{"number": 1, "people": 3, "x": 1}`)}}
	_, err = h.PutRows(t.Context(), applicant, key(), started.CaseNo, "family", faulty)
	var refused *casework.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, []string{"/rows/0/people", "/rows/1/x"}, locations(refused))
	done, err := h.PutRows(t.Context(), applicant, key(), started.CaseNo, "family", procedure.RowsInput{Rows: []json.RawMessage{
		[]byte(`{"number": 1, "people": 3}`), []byte(`{"number": 2, "people": 2}`),
	}})
	require.NoError(t, err)
	require.Equal(t, 2, done.Rows)
	_, err = h.PutRows(t.Context(), applicant, key(), started.CaseNo, "family", procedure.RowsInput{Rows: []json.RawMessage{[]byte(`{"number": 2, "people": 4}`)}})
	require.NoError(t, err)
	require.Equal(t, []string{`{"number": 2, "people": 2}`}, h.rowHistory())
	done, err = h.RemoveRow(t.Context(), applicant, key(), started.CaseNo, "family", "1")
	require.NoError(t, err)
	require.Equal(t, 1, done.Rows)
	_, err = h.PutRows(t.Context(), countyCheck, key(), started.CaseNo, "family", faulty)
	require.ErrorAs(t, err, &refused)
	require.Equal(t, casework.CodeForbidden, refused.Code)

	_, err = h.SendRows(t.Context(), applicant, key(), started.CaseNo, "family")
	require.NoError(t, err)
	h.eventually("the publicity", func() bool {
		return one[string](h, "SELECT stage FROM cases WHERE case_no = $1", started.CaseNo) == "publicity"
	})
	_, err = h.SendRows(t.Context(), applicant, key(), started.CaseNo, "family")
	require.ErrorAs(t, err, &refused)
	require.Equal(t, procedure.CodeNotCollecting, refused.Code)
	gone, err := h.Anytime(t.Context(), applicant, key(), started.CaseNo, "withdraw", procedure.AnytimeInput{})
	require.NoError(t, err)
	require.True(t, gone.Delivered)
	h.eventually("the end", func() bool {
		return one[string](h, "SELECT outcome FROM cases WHERE case_no = $1", started.CaseNo) == "withdrawn"
	})
	_, err = h.Anytime(t.Context(), applicant, key(), started.CaseNo, "withdraw", procedure.AnytimeInput{})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, casework.CodeTooLate, refused.Code)
}
