package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"tuoyu/nursery"
)

// violations collects violated invariants, a line each.
type violations struct{ lines []string }

func (v *violations) add(format string, args ...any) {
	v.lines = append(v.lines, fmt.Sprintf(format, args...))
}

// check waits until the system is idle and returns the violated invariants.
func (s *storm) check(ctx context.Context) []string {
	v := &violations{}
	s.checkQuiet(ctx, v)
	s.mu.Lock()
	all := slices.Clone(s.ended)
	s.mu.Unlock()
	for _, e := range all {
		if e.err != nil {
			v.add("story %s with cases %v did not end: %v", e.story, e.cases, e.err)
		}
	}
	for _, q := range queries {
		s.checkQuery(ctx, v, q)
	}
	s.checkNumbers(ctx, v)
	s.checkWorkflows(ctx, v)
	s.checkAnswers(ctx, v)
	s.checkCounts(ctx, v)
	s.checkTraces(ctx, v, all)
	s.checkBlobs(ctx, v)
	s.checkReplay(ctx, v)
	s.checkRaces(v)
	return v.lines
}

// checkRaces adds what the race detector reported, if the program was built with it.
func (s *storm) checkRaces(v *violations) {
	reports, err := filepath.Glob(s.in.races() + ".*")
	if err != nil {
		v.add("list the reports of data races: %v", err)
	}
	for _, name := range reports {
		report, err := os.ReadFile(name)
		v.add("data races: %v\n%s", err, report)
	}
}

// rows runs a query that returns one text per row.
func (s *storm) rows(ctx context.Context, sql string, args ...any) ([]string, error) {
	rows, err := s.in.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rows.Err()
}

// checkQuiet waits until everything is delivered and rendered, and every workflow agrees with its case.
func (s *storm) checkQuiet(ctx context.Context, v *violations) {
	const undone = `
		SELECT 'command ' || id || ' of ' || case_no || ' (' || kind || ' ' || name || ', ' || attempts || ' attempts) is not delivered'
		FROM outbox WHERE delivered_at IS NULL
		UNION ALL SELECT 'paper ' || kind || ' of ' || case_no || ' is not printed' FROM documents WHERE state = 'pending'
		ORDER BY 1`
	until := time.Now().Add(quietWithin)
	for {
		list, err := s.rows(ctx, undone)
		if err == nil && len(list) == 0 && s.settled(ctx) {
			s.note("all is quiet")
			return
		}
		if time.Now().After(until) {
			if err != nil {
				v.add("look for what is undone: %v", err)
			}
			for _, line := range list {
				v.add("%s %s after the stories", line, quietWithin)
			}
			return
		}
		time.Sleep(250 * time.Millisecond)
	}
}

// settled reports whether no workflow of an ended case runs.
func (s *storm) settled(ctx context.Context) bool {
	v := &violations{}
	s.checkWorkflows(ctx, v)
	return len(v.lines) == 0
}

// query is a query each of whose rows is a violation.
type query struct{ name, sql string }

var queries = []query{
	{"an ended case has an open task", `SELECT c.case_no || ' (' || c.stage || '): ' || t.kind || ' ' || t.id
		FROM tasks t JOIN cases c USING (case_no) WHERE t.state = 'open' AND c.status = 'ended'`},
	{"a closed task has no event, or several", `SELECT t.case_no || ': ' || t.kind || ' ' || t.id || ' has ' || count(e.id)
		FROM tasks t LEFT JOIN case_events e ON e.case_no = t.case_no AND e.kind = 'task_closed' AND e.data->>'task' = t.id
		WHERE t.state = 'closed' GROUP BY t.case_no, t.kind, t.id HAVING count(e.id) <> 1`},
	{"a task was not opened once", `SELECT t.case_no || ': ' || t.kind || ' ' || t.id || ' has ' || count(e.id)
		FROM tasks t LEFT JOIN case_events e ON e.case_no = t.case_no AND e.kind = 'task_opened' AND e.data->>'task' = t.id
		GROUP BY t.case_no, t.kind, t.id HAVING count(e.id) <> 1`},
	{"an event is told of a task that is not there", `SELECT e.case_no || ': ' || e.kind || ' ' || (e.data->>'task') FROM case_events e
		WHERE e.kind IN ('task_opened', 'task_closed') AND NOT EXISTS (SELECT FROM tasks t WHERE t.id = e.data->>'task')`},
	{"a task is closed without an outcome", `SELECT case_no || ': ' || id FROM tasks WHERE state = 'closed' AND (outcome IS NULL OR closed_by IS NULL)`},
	{"a question is put twice at a time", `SELECT case_no || ': ' || count(*) || ' × ' || kind || ' ' || role || ' ' || coalesce(assignee, '')
		FROM tasks WHERE state = 'open' AND kind NOT LIKE 'build.%' GROUP BY case_no, kind, role, assignee, institution HAVING count(*) > 1`},
	{"a printed paper has no file", `SELECT case_no || ': ' || number FROM documents WHERE state <> 'pending' AND sha256 IS NULL AND rendered_at IS NOT NULL`},
	{"an institution holds two receipts", `SELECT institution || ': ' || string_agg(number, ', ') FROM documents
		WHERE kind IN ('filing_receipt', 'filing_change') AND state = 'in_force' GROUP BY institution HAVING count(*) > 1`},
	{"a claim is not paid what was admitted", `SELECT case_no || ': ' || paid_fen FROM insurance_claims WHERE state = 'paid' AND paid_fen IS DISTINCT FROM 75000`},
	{"a late answer was refused", `SELECT case_no || ': ' || note FROM case_events WHERE kind = 'answer_refused'`},
	{"a command was refused by the engine", `SELECT case_no || ': ' || name || ' ' || id || ' ' || refused FROM outbox WHERE refused IS NOT NULL`},
}

func (s *storm) checkQuery(ctx context.Context, v *violations, q query) {
	list, err := s.rows(ctx, q.sql)
	if err != nil {
		v.add("%s: %v", q.name, err)
	}
	for _, line := range list {
		v.add("%s: %s", q.name, line)
	}
}

// checkNumbers finds missing numbers of cases and documents between 1 and the last.
func (s *storm) checkNumbers(ctx context.Context, v *violations) {
	for what, sql := range map[string]string{
		"case numbers": `SELECT left(case_no, 15) || '…: ' || count(*) || ' of ' || max(substr(case_no, 16, 6)::int) FROM cases
			GROUP BY left(case_no, 15) HAVING count(*) <> max(substr(case_no, 16, 6)::int) OR count(*) <> count(DISTINCT substr(case_no, 16, 6))`,
		"paper numbers": `SELECT stem || '…: ' || count(*) || ' of ' || max(n) FROM
				(SELECT regexp_replace(number, '[0-9]+[^0-9]*$', '') AS stem, substring(number from '([0-9]+)[^0-9]*$')::int AS n FROM documents) AS numbered
			GROUP BY stem HAVING count(*) <> max(n) OR count(*) <> count(DISTINCT n)`,
	} {
		list, err := s.rows(ctx, sql)
		if err != nil {
			v.add("%s: %v", what, err)
		}
		for _, line := range list {
			v.add("%s have gaps: %s", what, line)
		}
	}
}

// checkWorkflows compares each case with its workflow: an open one runs, an ended one has completed.
func (s *storm) checkWorkflows(ctx context.Context, v *violations) {
	list, err := s.rows(ctx, "SELECT case_no || ' ' || status || ' ' || kind || ' at ' || stage FROM cases ORDER BY case_no")
	if err != nil {
		v.add("list cases: %v", err)
	}
	for _, line := range list {
		caseNo, rest, _ := strings.Cut(line, " ")
		status, what, _ := strings.Cut(rest, " ")
		described, err := s.in.temporal.DescribeWorkflowExecution(ctx, caseNo, "")
		var unknown *serviceerror.NotFound
		switch got := described.GetWorkflowExecutionInfo().GetStatus(); {
		case errors.As(err, &unknown):
			if status == string(nursery.CaseOpen) {
				v.add("the open case %s (%s) has no workflow", caseNo, what)
			}
		case err != nil:
			v.add("describe %s: %v", caseNo, err)
		case status == string(nursery.CaseOpen) && got != enums.WORKFLOW_EXECUTION_STATUS_RUNNING:
			v.add("the workflow of the open case %s (%s) is %s", caseNo, what, got)
		case status == string(nursery.CaseEnded) && got != enums.WORKFLOW_EXECUTION_STATUS_COMPLETED:
			v.add("the workflow of the ended case %s (%s) is %s", caseNo, what, got)
		}
	}
}
