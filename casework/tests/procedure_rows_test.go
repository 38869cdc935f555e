package tests

import (
	"encoding/json"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures/published"
	"tuoyu/processes/procedure"
)

// attendanceReport is a procedure whose rows an institution fills in.
var attendanceReport = fstest.MapFS{
	"procedure.yaml": {Data: []byte(`procedure: attendance_report
title: 月度在托情况填报
prefix: YB
label: 2026-01
from: 2026-01-01
basis: [{doc: 托育机构管理规范(试行), binding: L4, verified: false}]
start: {by: [page, api], role: institution, facts: month, one_open: [institution, facts.month], to: filling}
rows:
  attendances: {title: 在托情况, form: attendance, key: [code]}
stages:
  filling:
    title: 待填报
    next: 请填报本月在托情况。
    collect: {rows: [attendances], role: institution, until: {days: 10}, most: 50, on: {sent: checking, reached: lapsed}}
  checking:
    title: 县区核对
    next: 县区正在核对。
    ask: {task: check, role: county_office, form: check, days: 5, on: {accept: accepted}}
ends:
  accepted: {title: 已核对}
  lapsed: {title: 逾期未填报}
`)},
	"forms/month.json": {Data: []byte(`{"title": "填报月份", "type": "object", "additionalProperties": false, "required": ["month"], "properties": {
		"month": {"title": "月份", "type": "string", "maxLength": 7}}}`)},
	"forms/attendance.json": {Data: []byte(`{"title": "在托情况", "type": "object", "additionalProperties": false, "required": ["code", "days"], "properties": {
		"code": {"title": "婴幼儿编号", "type": "string", "minLength": 1, "maxLength": 40},
		"days": {"title": "到托天数", "type": "integer", "minimum": 0, "maximum": 31}}}`)},
	"forms/check.json": {Data: []byte(`{"title": "核对", "type": "object", "additionalProperties": false, "properties": {"note": {"title": "意见", "type": "string", "maxLength": 500}},
		"outcomes": {"check": {"accept": {"title": "核对无误"}}}}`)},
	"tests/sent.yaml": {Data: []byte(`scenario: 报送
facts: {month: 2026-01}
steps:
  - rows: {set: attendances, write: [{code: c1, days: 20}]}
  - goes: {filling: sent}
  - answer: {task: check, outcome: accept}
  - expect: {stage: accepted}
`)},
	"tests/lapsed.yaml": {Data: []byte(`scenario: 没有填报
facts: {month: 2026-01}
steps:
  - goes: {filling: reached}
  - expect: {stage: lapsed}
`)},
}

func TestAPageOfRowsIsSavedAsAWholeAndReplacesNothingUnseen(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.relays()
	archive, _, err := published.Pack(attendanceReport)
	require.NoError(t, err)
	proposed, err := h.Propose(t.Context(), rulesAuthor, key(), archive)
	require.NoError(t, err)
	_, err = h.Services.Decide(t.Context(), rulesDecider, key(), proposed.ID, procedure.RevisionVerdict{Publish: true})
	require.NoError(t, err)
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
