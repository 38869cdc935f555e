package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// traceOf selects a text of what a case has left: its events, documents and closed tasks with their counts. It excludes
// comments, which belong to no story, and what depends on the duration of a story: reminders and monthly assessments. A paper that was
// superseded counts as in force, since a later story of the same institution may have done that.
// That each task has its events is checked separately.
const traceOf = `SELECT concat_ws(' | ', c.kind, c.status, c.stage,
	(SELECT string_agg(kind || '×' || n, ' ' ORDER BY kind) FROM (SELECT kind, count(*) AS n FROM case_events e
		WHERE e.case_no = c.case_no AND e.kind NOT LIKE 'task\_%' AND e.kind NOT IN ('comment', 'overdue', 'contract_assessed', 'duties_assessed') GROUP BY kind) AS events),
	(SELECT string_agg(kind || ' ' || state || '×' || n, ' ' ORDER BY kind, state) FROM (SELECT kind, replace(state, 'superseded', 'in_force') AS state,
		count(*) AS n FROM documents d WHERE d.case_no = c.case_no GROUP BY 1, 2) AS papers),
	(SELECT string_agg(kind || ' ' || state || ' ' || coalesce(outcome, '') || '×' || n, ' ' ORDER BY kind, state, outcome) FROM (SELECT kind, state, outcome, count(*) AS n
		FROM tasks t WHERE t.case_no = c.case_no AND state = 'closed' GROUP BY kind, state, outcome) AS tasks))
	FROM cases c WHERE c.case_no = $1`

// checkTraces compares the finished stories of one name: all must have the same trace.
func (s *storm) checkTraces(ctx context.Context, v *violations, all []ended) {
	traces := map[string]map[string][]string{} // by story, by trace: first cases
	for _, e := range all {
		if e.err != nil || len(e.cases) == 0 {
			continue
		}
		var parts []string
		for _, caseNo := range e.cases {
			if rows, err := s.rows(ctx, traceOf, caseNo); err != nil || len(rows) != 1 {
				v.add("the trace of %s: %v %v", caseNo, rows, err)
			} else {
				parts = append(parts, rows[0])
			}
		}
		if traces[e.story] == nil {
			traces[e.story] = map[string][]string{}
		}
		trace := strings.Join(parts, "\n")
		traces[e.story][trace] = append(traces[e.story][trace], e.cases[0])
	}
	for story, found := range traces {
		if len(found) == 1 {
			continue
		}
		var told []string
		for _, trace := range slices.Sorted(maps.Keys(found)) {
			told = append(told, fmt.Sprintf("%d as %s:\n%s", len(found[trace]), found[trace][0], trace))
		}
		v.add("%d stories %s left different traces:\n%s", len(found), story, strings.Join(told, "\n"))
	}
}

// checkBlobs compares each file of the blob folder with its name, and finds references to missing files.
func (s *storm) checkBlobs(ctx context.Context, v *violations) {
	there := map[string]bool{}
	err := filepath.WalkDir(s.in.blobs, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || len(d.Name()) != 2*sha256.Size {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		sum := sha256.New()
		if _, err := io.Copy(sum, f); err != nil {
			return err
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != d.Name() {
			v.add("the file %s has the hash %s", d.Name(), got)
		}
		there[d.Name()] = true
		return nil
	})
	if err != nil {
		v.add("read the blob folder: %v", err)
	}
	for what, sql := range map[string]string{
		"paper":      `SELECT sha256 FROM documents WHERE sha256 IS NOT NULL`,
		"attachment": `SELECT sha256 FROM attachments`,
	} {
		list, err := s.rows(ctx, sql)
		if err != nil {
			v.add("list files: %v", err)
		}
		for _, name := range list {
			if !there[name] {
				v.add("the file %s of a %s is missing", name, what)
			}
		}
	}
}
