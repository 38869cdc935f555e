package e2e

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

var (
	serials atomic.Int64 // of credit codes
	keys    atomic.Int64 // of idempotency keys
)

func key() string { return fmt.Sprintf("e2e-%d-%s", keys.Add(1), rand.Text()) }

// newApplicant returns an institution that has filed nothing yet or whose cases have ended.
func newApplicant(t *testing.T, h *harness, name string) *roleplay.Applicant {
	t.Helper()
	a, err := roleplay.NewApplicant(t.Context(), h.users, name, int(serials.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Leave)
	return a
}

func prepare(t *testing.T, a *roleplay.Applicant, name string) nursery.Application {
	t.Helper()
	app, err := a.Prepare(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return app
}

func register(t *testing.T, a *roleplay.Applicant) {
	t.Helper()
	if err := a.Registrar().Register(t.Context(), key(), a.Registration); err != nil {
		t.Fatal(err)
	}
}

func file(t *testing.T, a *roleplay.Applicant, app nursery.Application) roleplay.Started {
	t.Helper()
	started, err := a.File(t.Context(), key(), app, false)
	if err != nil {
		t.Fatal(err)
	}
	return started
}

// filed takes an application from registration to the review.
func filed(t *testing.T, h *harness, name string) (*roleplay.Applicant, string) {
	t.Helper()
	a := newApplicant(t, h, name)
	register(t, a)
	started := file(t, a, prepare(t, a, name))
	open(t, a.Clerk(), started.CaseNo, "filing.review")
	return a, started.CaseNo
}

// receipted takes an application to the receipt.
func receipted(t *testing.T, h *harness, name string) (*roleplay.Applicant, string) {
	t.Helper()
	a, caseNo := filed(t, h, name)
	answer(t, a.Clerk(), caseNo, "filing.review", nursery.OutcomeAccept, noFindings)
	await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageReceiptIssued))
	return a, caseNo
}

// verified takes an application to its end.
func verified(t *testing.T, h *harness, name string) (*roleplay.Applicant, string) {
	t.Helper()
	a, caseNo := receipted(t, h, name)
	answer(t, a.Inspector(1), caseNo, "filing.site_visit", nursery.OutcomeConform, visit())
	answer(t, a.Inspector(2), caseNo, "filing.site_visit_countersign", nursery.OutcomeAgree, seen)
	await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageVerified))
	return a, caseNo
}

var (
	noFindings = roleplay.Review{Findings: []roleplay.Finding{}}
	seen       = roleplay.Note{Note: "核签属实"}
)

// visit returns the record of a visit with the findings.
func visit(findings ...roleplay.Finding) roleplay.Visit {
	v := roleplay.Visit{Findings: append([]roleplay.Finding{}, findings...), VisitedOn: today(), Attachments: []string{}}
	if len(findings) > 0 {
		v.RectifyDays = 10
	}
	return v
}

// open waits for a task of the kind and returns it.
func open(t *testing.T, who *roleplay.Actor, caseNo, kind string) roleplay.Task {
	t.Helper()
	task, err := who.AwaitTask(t.Context(), caseNo, kind)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// answer waits for the task and answers it at once.
func answer(t *testing.T, who *roleplay.Actor, caseNo, kind string, outcome nursery.Outcome, form any) roleplay.Completed {
	t.Helper()
	task := open(t, who, caseNo, kind)
	done := delivered(t, who, key(), task.ID, outcome, form)
	if done.Outcome != string(outcome) || done.Task != task.ID || done.By != who.Account {
		t.Fatalf("%s answered %s: got %+v", who.Account, kind, done)
	}
	return done
}

// delivered answers a task and sends the answer again until it has reached the case, which may take a busy machine longer than a
// request waits.
func delivered(t *testing.T, who *roleplay.Actor, key, task string, outcome nursery.Outcome, form any) (done roleplay.Completed) {
	t.Helper()
	eventually(t, func(ctx context.Context) (err error) {
		if done, err = who.Complete(ctx, key, task, outcome, form); err != nil {
			t.Fatal(err)
		}
		if !done.Delivered {
			return fmt.Errorf("the answer to %s has not reached its case", task)
		}
		return nil
	})
	return done
}

func await(t *testing.T, who *roleplay.Actor, caseNo string, wanted func(roleplay.Case) bool) roleplay.Case {
	t.Helper()
	c, err := who.Await(t.Context(), caseNo, wanted)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// refused asserts that err is an error response with that status and code and a Chinese text, and returns it.
func refused(t *testing.T, err error, status int, code string) *roleplay.Refusal {
	t.Helper()
	var r *roleplay.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("want %d %s, got %v", status, code, err)
	}
	if r.Status != status || r.Code != code {
		t.Fatalf("want %d %s, got %v", status, code, r)
	}
	if kind := r.Raw.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
		t.Errorf("%s: content type %q is no problem document", code, kind)
	}
	if !chinese(r.Detail) {
		t.Errorf("%s: detail %q says nothing to a person", code, r.Detail)
	}
	return r
}

func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

func today() nursery.Date { return nursery.DateOf(time.Now()) }

// workingDay returns the n-th working day after a day, counted independently over the published holidays: Monday to
// Friday, less days off, plus make-up days.
func workingDay(t *testing.T, day nursery.Date, n int) nursery.Date {
	t.Helper()
	for n > 0 {
		day = day.AddDays(1)
		working := day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
		if off, named := namedDay(t, day); named {
			working = !off
		}
		if working {
			n--
		}
	}
	return day
}

func namedDay(t *testing.T, day nursery.Date) (off, named bool) {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("../calendar/holidays/%d.json", day.Year))
	if errors.Is(err, os.ErrNotExist) {
		return false, false // an unpublished year counts by weekdays, and is marked provisional
	}
	if err != nil {
		t.Fatal(err)
	}
	var year struct {
		Days []struct {
			Date nursery.Date
			Off  bool
		}
	}
	if err := json.Unmarshal(raw, &year); err != nil {
		t.Fatal(err)
	}
	for _, d := range year.Days {
		if d.Date == day {
			return d.Off, true
		}
	}
	return false, false
}

// events returns the whole timeline of a case, in order.
func (h *harness) events(t *testing.T, caseNo string) []string {
	t.Helper()
	rows, err := h.db.Query(t.Context(), "SELECT kind FROM case_events WHERE case_no = $1 ORDER BY id", caseNo)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var kinds []string
	for rows.Next() {
		var kind string
		if err := rows.Scan(&kind); err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, kind)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return kinds
}

// number returns the one number that a query returns.
func (h *harness) number(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := h.db.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// becomes waits until a query returns the number: what is written after the response, or by the worker, is not
// immediately visible.
func (h *harness) becomes(t *testing.T, want int, query string, args ...any) {
	t.Helper()
	eventually(t, func(context.Context) error {
		if n := h.number(t, query, args...); n != want {
			return fmt.Errorf("%s: still %d, want %d", query, n, want)
		}
		return nil
	})
}

// eventually calls do until it succeeds, for two minutes at most.
func eventually(t *testing.T, do func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := poll(ctx, do); err != nil {
		t.Fatal(err)
	}
}

func wantList(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", what, strings.Join(got, " "), strings.Join(want, " "))
	}
}

// papersOf returns the documents of a case as "kind state", sorted: those of one step have no order among themselves.
func papersOf(c roleplay.Case) []string {
	var list []string
	for _, d := range c.Documents {
		list = append(list, d.Kind+" "+d.State)
	}
	slices.Sort(list)
	return list
}

func paperOf(t *testing.T, c roleplay.Case, kind string) roleplay.Document {
	t.Helper()
	for _, d := range c.Documents {
		if d.Kind == kind {
			return d
		}
	}
	t.Fatalf("case %s has no %s: %v", c.CaseNo, kind, papersOf(c))
	return roleplay.Document{}
}

// genuinePDF asserts that the document is a PDF with the hash recorded in the case.
func genuinePDF(t *testing.T, who *roleplay.Actor, d roleplay.Document) []byte {
	t.Helper()
	pdf, err := who.Paper(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(pdf)
	if !strings.HasPrefix(string(pdf), "%PDF-") || hex.EncodeToString(sum[:]) != d.SHA256 || int64(len(pdf)) != d.Size {
		t.Errorf("%s: %d bytes that begin %.8q do not match sha %s, size %d", d.Kind, len(pdf), pdf, d.SHA256, d.Size)
	}
	return pdf
}

// picture uploads a photograph, for an institution if it was taken by an officer.
func picture(t *testing.T, who *roleplay.Actor, institution string) string {
	t.Helper()
	id, err := who.UploadFor(t.Context(), institution, "现场照片.png", "image/png", testdata.PNG(uint8(keys.Add(1))))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func send(t *testing.T, who *roleplay.Actor, r roleplay.Request) roleplay.Response {
	t.Helper()
	res, err := who.Send(context.WithoutCancel(t.Context()), r)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

const ok = http.StatusOK
