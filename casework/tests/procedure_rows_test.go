package tests

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/procedure"
	"tuoyu/testdata"
)

func TestAPageOfRowsIsSavedAsAWholeAndReplacesNothingUnseen(t *testing.T) {
	h := running(t)
	h.publishFiles(filesOf(t, testdata.AttendanceReport))
	h.filed(applicant, "阳光托育园")
	started, err := h.Services.Start(t.Context(), applicant, key(), "attendance_report", procedure.ProcedureApplication{Facts: json.RawMessage(`{"month": "2026-01"}`)})
	require.NoError(t, err)

	var of procedure.Filling
	h.eventually("the collection", func() bool {
		of, err = h.Filling(t.Context(), applicant, started.CaseNo, "attendances")
		require.NoError(t, err)
		return of.Collected && !of.Due.IsZero()
	})
	read, err := h.Filling(t.Context(), countyCheck, started.CaseNo, "attendances")
	require.NoError(t, err)
	require.False(t, read.Collected)
	_, err = h.Filling(t.Context(), neighbour, started.CaseNo, "attendances")
	require.Error(t, err)

	rows := func(list ...string) (raw []json.RawMessage) {
		for _, row := range list {
			raw = append(raw, json.RawMessage(row))
		}
		return raw
	}
	save := func(p nursery.Principal, in procedure.RowsSave) (procedure.RowsWritten, error) {
		return h.SaveRows(t.Context(), p, key(), started.CaseNo, "attendances", in)
	}
	done, err := save(applicant, procedure.RowsSave{Rows: rows(`{"code": "c1", "days": 20}`, `{"code": "c2", "days": 21}`)})
	require.NoError(t, err)
	require.Equal(t, 2, done.Rows)
	_, err = save(countyCheck, procedure.RowsSave{Rows: rows(`{"code": "c3", "days": 20}`)})
	require.Error(t, err)

	var refused *casework.Error
	_, err = save(applicant, procedure.RowsSave{Rows: rows(`{"code": "c3", "days": 20}`, `{"code": "c4", "days": 45}`)})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, []string{"/rows/1/days"}, locations(refused))
	_, err = save(applicant, procedure.RowsSave{Rows: rows(`{"code": "c1", "days": 1}`), Known: []string{"c2"}})
	require.ErrorAs(t, err, &refused, "a row that the page did not have")
	require.Equal(t, []string{"/rows/0"}, locations(refused))

	done, err = save(applicant, procedure.RowsSave{Rows: rows(`{"code": "c3", "days": 2}`, `{"code": "c2", "days": 5}`), Remove: []string{"c1"}, Known: []string{"c1", "c2"}})
	require.NoError(t, err)
	require.Equal(t, 2, done.Rows)
	list, err := h.AllRows(t.Context(), countyCheck, read)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, []string{"c2", "c3"}, []string{list[0].Key, list[1].Key})
	require.JSONEq(t, `{"code": "c2", "days": 5}`, string(list[0].Data))

	_, err = h.SendRows(t.Context(), applicant, key(), started.CaseNo, "attendances")
	require.NoError(t, err)
	h.completes(countyCheck, h.task(started.CaseNo, "attendance_report.check"), casework.Completion{Outcome: "accept", Answer: json.RawMessage(`{"note": "只供内部。"}`)})
	var seen procedure.Substance
	h.eventually("the answer", func() bool {
		seen, err = h.Substance(t.Context(), countyCheck, started.CaseNo)
		require.NoError(t, err)
		return len(seen.Answers) == 1
	})
	seen, err = h.Substance(t.Context(), applicant, started.CaseNo)
	require.NoError(t, err)
	require.Empty(t, seen.Answers, "an applicant does not read the notes of an office")
}
