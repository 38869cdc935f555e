package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
)

var completing = regexp.MustCompile(`^/api/v1/tasks/([^/]+)/complete$`)

// expected are the error codes that stories provoke themselves.
var expected = []string{"plan_started", "insurance_started", "measure_again"}

// checkAnswers compares each accepted answer with its task.
func (s *storm) checkAnswers(ctx context.Context, v *violations) {
	for _, c := range s.client.sent() {
		if !c.accepted() {
			var problem struct{ Code, Detail string }
			_ = json.Unmarshal(c.answer, &problem) // a body that is not a problem is shown as it is
			if !slices.Contains(expected, problem.Code) {
				v.add("%s of %s was refused after %d tries: %d %.300s", c.path, c.account, c.tries, c.status, c.answer)
			}
			continue
		}
		match := completing.FindStringSubmatch(c.path)
		if match == nil {
			continue
		}
		var said struct {
			Outcome string `json:"outcome"`
		}
		if err := json.Unmarshal(c.body, &said); err != nil {
			v.add("%s: %v", c.path, err)
			continue
		}
		list, err := s.rows(ctx, `SELECT case_no || ': ' || kind || ' ' || id || ' is ' || state || ' ' || coalesce(outcome, '') || ' by ' || coalesce(closed_by, 'nobody')
			FROM tasks WHERE id = $1 AND (state, outcome, closed_by) IS DISTINCT FROM ('closed', $2, $3)`, match[1], said.Outcome, c.account)
		if err != nil {
			v.add("%s: %v", c.path, err)
		}
		for _, line := range list {
			v.add("the accepted answer %s of %s is not what the task has: %s", said.Outcome, c.account, line)
		}
	}
}

// counted maps each kind of command to a query of the rows that accepted ones insert.
var counted = []struct {
	what, method string
	path         *regexp.Regexp
	sql          string
}{
	{"filings", http.MethodPost, regexp.MustCompile(`^/api/v1/filings$`), `SELECT count(*)::text FROM cases WHERE kind = 'filing' AND parent_case IS NULL`},
	{"changes", http.MethodPost, regexp.MustCompile(`/changes$`), `SELECT count(*)::text FROM cases WHERE kind = 'filing_change'`},
	{"cancellations", http.MethodPost, regexp.MustCompile(`/cancel$`), `SELECT count(*)::text FROM cases WHERE kind = 'filing_cancel'`},
	{"contracts", http.MethodPost, regexp.MustCompile(`^/api/v1/contracts$`), `SELECT count(*)::text FROM contracts`},
	{"inspections", http.MethodPost, regexp.MustCompile(`^/api/v1/inspections$`), `SELECT count(*)::text FROM inspections`},
	{"complaints", http.MethodPost, regexp.MustCompile(`^/api/v1/public/complaints$`), `SELECT count(*)::text FROM complaints`},
	{"insurance months", http.MethodPost, regexp.MustCompile(`^/api/v1/insurance-batches$`), `SELECT count(*)::text FROM insurance_batches`},
	{"claims", http.MethodPost, regexp.MustCompile(`^/api/v1/insurance-claims$`), `SELECT count(*)::text FROM insurance_claims`},
	{"rosters", http.MethodPost, regexp.MustCompile(`/roster-files`), `SELECT count(*)::text FROM insurance_uploads`},
	{"comments", http.MethodPost, regexp.MustCompile(`/comments$`), `SELECT count(*)::text FROM case_events WHERE kind = 'comment'`},
	{"enrolments", http.MethodPost, regexp.MustCompile(`^/api/v1/children$`), `SELECT count(*)::text FROM enrolments`},
	{"consents", http.MethodPost, regexp.MustCompile(`/consents$`), `SELECT count(*)::text FROM consents`},
	{"visits of guidance", http.MethodPost, regexp.MustCompile(`/contracts/[^/]+/visits$`), `SELECT count(*)::text FROM contract_visits`},
	{"filled checklists", http.MethodPut, regexp.MustCompile(`/visit$`), `SELECT count(*)::text FROM inspection_visits`},
	{"reports of building", http.MethodPost, regexp.MustCompile(`/reports$`), `SELECT count(*)::text FROM build_reports`},
}

// checkCounts compares the number of accepted commands with the rows they inserted.
func (s *storm) checkCounts(ctx context.Context, v *violations) {
	sent := s.client.sent()
	for _, kind := range counted {
		want := 0
		for _, c := range sent {
			if c.accepted() && c.method == kind.method && kind.path.MatchString(c.path) {
				want++
			}
		}
		got, err := s.rows(ctx, kind.sql)
		if err != nil {
			v.add("count %s: %v", kind.what, err)
			continue
		}
		if got[0] != fmt.Sprint(want) {
			v.add("%d %s were accepted, %s are there", want, kind.what, got[0])
		}
	}
}

// grown counts the rows that a retry must not add to.
const grown = `SELECT concat_ws(' ', (SELECT count(*) FROM cases), (SELECT count(*) FROM documents), (SELECT count(*) FROM tasks),
	(SELECT count(*) FROM case_events), (SELECT count(*) FROM outbox), (SELECT count(*) FROM idempotency_keys), (SELECT count(*) FROM attachments),
	(SELECT count(*) FROM enrolments), (SELECT count(*) FROM consents), (SELECT count(*) FROM checkup_records))`

// checkReplay sends every command again under its key: each receives its first response, without further effect.
func (s *storm) checkReplay(ctx context.Context, v *violations) {
	before, err := s.rows(ctx, grown)
	if err != nil {
		v.add("count rows: %v", err)
		return
	}
	for _, c := range s.client.sent() {
		if !c.accepted() {
			continue
		}
		status, answer, err := s.client.repeat(ctx, c)
		switch {
		case err != nil:
			v.add("repeat of %s %s: %v", c.method, c.path, err)
		case status != c.status || !sameAnswer(c, answer):
			v.add("the repeat of %s %s is answered otherwise: %d %.400s, first %d %.400s", c.method, c.path, status, answer, c.status, c.answer)
		}
	}
	after, err := s.rows(ctx, grown)
	if err != nil || after[0] != before[0] {
		v.add("the repeats have added rows: %v before, %v after, %v", before, after, err)
	}
}

// asNow matches the commands whose response contains the current state of the case.
var asNow = regexp.MustCompile(`^/api/v1/(tasks/[^/]+/complete|contracts/[^/]+/termination|build-sites/[^/]+/filing|counties/[^/]+/settings)$`)

// sameAnswer compares the responses byte for byte, and those that contain the current state of a case by their subject.
func sameAnswer(c command, answer []byte) bool {
	if bytes.Equal(c.answer, answer) {
		return true
	}
	if !asNow.MatchString(c.path) {
		return false
	}
	var first, now map[string]any
	if json.Unmarshal(c.answer, &first) != nil || json.Unmarshal(answer, &now) != nil {
		return false
	}
	for _, name := range []string{"case_no", "task", "outcome", "by", "county"} {
		if !reflect.DeepEqual(first[name], now[name]) {
			return false
		}
	}
	return true
}
