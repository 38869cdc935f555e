// Package stories plays scenarios against a running tuoyu, each user acting over HTTP under an account of its own:
// institutions of every site kind file, correct, are visited, change and close. The demonstration and the storm use it.
package stories

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// Stage is the system against which the stories are played, and the state shared between them.
type Stage struct {
	Address   string // URL of the system for its users
	Users     *roleplay.Users
	Temporal  client.Client
	Namespace string
	Run       string // part of every idempotency key, so that the keys of each run are unique
	Folder    string // for the papers
	Histories string // where histories are recorded, if anywhere
	Out       io.Writer

	keys     atomic.Int64
	skips    sync.Mutex
	skipped  map[string]time.Duration // by how much the clock of a case is ahead
	recorded int                      // histories
	site     string                   // a site of the plan that no story uses
}

// Story is one scenario, played to its end or up to a task that it leaves open.
type Story struct {
	Name, Title string
	play        func(context.Context, *scene) error
}

// scene is a story being played.
type scene struct {
	*Stage
	folder string
	cases  []string // in the order they were started
	reader *roleplay.Actor
}

// Play plays a story, prints the timeline of its cases and saves their documents. It returns the cases in the order
// they were started, even if there is an error.
func (s *Stage) Play(ctx context.Context, st Story) ([]string, error) {
	sc := &scene{Stage: s, folder: filepath.Join(s.Folder, st.Name)}
	err := st.play(ctx, sc)
	if err == nil && st.Name != openName {
		err = sc.curtain(ctx)
	}
	if err == nil {
		err = sc.record(ctx, st.Name != openName)
	}
	if err != nil {
		return sc.cases, fmt.Errorf("%s: %w", st.Title, err)
	}
	return sc.cases, nil
}

// ahead returns by how much the clock of a case is ahead.
func (s *Stage) ahead(caseNo string) time.Duration {
	s.skips.Lock()
	defer s.skips.Unlock()
	return s.skipped[caseNo]
}

// Request returns a command with a new idempotency key of the stage.
func (s *Stage) Request(method, path string, body any) roleplay.Request {
	return roleplay.Request{Method: method, Path: path, Key: s.key(), Body: body}
}

// key returns a new idempotency key.
func (s *Stage) key() string { return fmt.Sprintf("%s-%d", s.Run, s.keys.Add(1)) }

// skipTo advances the clock of a case to a time in its future.
func (s *Stage) skipTo(ctx context.Context, caseNo string, until time.Time) error {
	s.skips.Lock()
	if s.skipped == nil {
		s.skipped = map[string]time.Duration{}
	}
	further := time.Until(until) - s.skipped[caseNo]
	s.skipped[caseNo] += further
	s.skips.Unlock()
	return roleplay.Skip(ctx, s.Temporal, s.Namespace, caseNo, further)
}

// applicant prepares an institution for the application of that name.
func (sc *scene) applicant(ctx context.Context, name string) (*roleplay.Applicant, error) {
	a, err := roleplay.NextApplicant(ctx, sc.Users, name)
	if err == nil {
		sc.reader = a.Clerk() // sees accounts where the institution sees roles
	}
	return a, err
}

// say prints an action of a user and the article it is based on.
func (sc *scene) say(who *roleplay.Actor, what, article string) {
	account := "系统"
	if who != nil {
		account = who.Account
	}
	if article != "" {
		article = "〔" + article + "〕"
	}
	fmt.Fprintf(sc.Out, "%s  %s %s%s\n", time.Now().In(nursery.Shanghai).Format("15:04:05"), column(account), what, article)
}

// column pads an account to the width of the longest one; a Chinese character is as wide as two others.
func column(account string) string {
	const widest = len("registrar-staffing-140403")
	width := 0
	for _, r := range account {
		if width++; r > 0x2e80 {
			width++
		}
	}
	return account + strings.Repeat(" ", max(0, widest-width))
}

// curtain waits until the documents of each case of the scene are rendered, prints its timeline and saves them.
func (sc *scene) curtain(ctx context.Context) error {
	for _, caseNo := range sc.cases {
		c, err := sc.reader.Await(ctx, caseNo, roleplay.AllPrinted)
		if err != nil {
			return err
		}
		fmt.Fprintf(sc.Out, "\n  办件 %s 时间线\n", caseNo)
		for _, e := range c.Timeline {
			fmt.Fprintf(sc.Out, "    %s  %s %s\n", nursery.Minute(e.At), column(e.Actor), e.Note)
		}
		for _, d := range c.Documents {
			if d.SHA256 == "" { // replaced or revoked before it was rendered
				continue
			}
			file, err := sc.save(ctx, d)
			if err != nil {
				return err
			}
			fmt.Fprintf(sc.Out, "    文书 %s（%s）→ %s\n", d.Number, d.Title, file)
		}
	}
	return nil
}

// save writes a document to the scene's folder after verifying its hash.
func (sc *scene) save(ctx context.Context, d roleplay.Document) (string, error) {
	pdf, err := sc.reader.Paper(ctx, d.ID)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(pdf)
	if !strings.HasPrefix(string(pdf), "%PDF-") || hex.EncodeToString(sum[:]) != d.SHA256 {
		return "", fmt.Errorf("paper %s is not the PDF the case names", d.ID)
	}
	if err := os.MkdirAll(sc.folder, 0o755); err != nil {
		return "", fmt.Errorf("save paper: %w", err)
	}
	file := filepath.Join(sc.folder, strings.Map(fileRune, d.Number)+" "+d.Title+".pdf")
	if err := os.WriteFile(file, pdf, 0o644); err != nil {
		return "", fmt.Errorf("save paper: %w", err)
	}
	return file, nil
}

// fileRune replaces characters that are not allowed in file names on every system.
func fileRune(r rune) rune {
	if strings.ContainsRune(`/\:*?"<>|`, r) {
		return '-'
	}
	return r
}
