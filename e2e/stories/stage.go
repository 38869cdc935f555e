// Package stories plays the lives of nurseries at a running tuoyu, each person acting over HTTP under an account of its own:
// institutions of every site kind file, correct, are visited, change and close. The demonstration and the storm play them.
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
	"time"

	"go.temporal.io/sdk/client"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// Stage is where the stories are played.
type Stage struct {
	Address   string // where people reach the system
	Door      *roleplay.Door
	Temporal  client.Client
	Namespace string
	Run       string // goes into every idempotency key, so that a second run asks anew
	Folder    string // for the papers
	Histories string // where histories are recorded, if anywhere
	Out       io.Writer

	keys     int
	recorded int    // histories
	site     string // a site of the plan that no story follows
}

// Story is one institution's life, or what is left to be worked on.
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

// Play plays a story, prints the timeline of its cases and saves their papers. It returns the cases in the order they were
// started, also beside an error.
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

// Request returns a command of the stage under a fresh idempotency key.
func (s *Stage) Request(method, path string, body any) roleplay.Request {
	return roleplay.Request{Method: method, Path: path, Key: s.key(), Body: body}
}

// key returns a fresh idempotency key.
func (s *Stage) key() string {
	s.keys++
	return fmt.Sprintf("%s-%d", s.Run, s.keys)
}

// applicant prepares an institution for the application of that name.
func (sc *scene) applicant(ctx context.Context, name string) (*roleplay.Applicant, error) {
	a, err := roleplay.NextApplicant(ctx, sc.Door, name)
	if err == nil {
		sc.reader = a.Clerk() // who sees accounts where the institution sees roles
	}
	return a, err
}

// say prints who does what, and on which article it rests.
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

// column fills an account up to the longest one's width; a Chinese character is as wide as two others.
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

// curtain waits until the papers of each case of the scene are printed, prints its timeline and saves them.
func (sc *scene) curtain(ctx context.Context) error {
	for _, caseNo := range sc.cases {
		c, err := sc.reader.Await(ctx, caseNo, roleplay.AllPrinted)
		if err != nil {
			return err
		}
		fmt.Fprintf(sc.Out, "\n  办件 %s 时间线\n", caseNo)
		for _, e := range c.Timeline {
			fmt.Fprintf(sc.Out, "    %s  %s %s\n", e.At.In(nursery.Shanghai).Format("2006-01-02 15:04"), column(e.Actor), e.Note)
		}
		for _, d := range c.Documents {
			if d.SHA256 == "" { // replaced or revoked before it was printed
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

// save writes a paper into the scene's folder after checking that it is what the case says it is.
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

// fileRune keeps what may stand in a file name everywhere.
func fileRune(r rune) rune {
	if strings.ContainsRune(`/\:*?"<>|`, r) {
		return '-'
	}
	return r
}
