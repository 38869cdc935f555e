package main

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

// stage is where the stories are played.
type stage struct {
	address   string // where people reach the system
	door      *roleplay.Door
	temporal  client.Client
	namespace string
	run       string // goes into every idempotency key, so that a second run asks anew
	keys      int
	serial    int // of the next credit code
	folder    string
	histories string // where histories are recorded, if anywhere
	out       io.Writer
}

// story is one institution's life.
type story struct {
	folder, title string
	play          func(context.Context, *scene) error
}

// scene is a story being played.
type scene struct {
	*stage
	folder string
	cases  []string // in the order they were started
	reader *roleplay.Actor
}

func (s *stage) playAll(ctx context.Context) error {
	for i, st := range stories() {
		fmt.Fprintf(s.out, "\n—— %d %s ——\n", i+1, st.title)
		sc := &scene{stage: s, folder: filepath.Join(s.folder, st.folder)}
		if err := st.play(ctx, sc); err != nil {
			return fmt.Errorf("%s: %w", st.title, err)
		}
		if err := sc.curtain(ctx); err != nil {
			return fmt.Errorf("%s: %w", st.title, err)
		}
		if err := sc.record(ctx); err != nil {
			return fmt.Errorf("%s: %w", st.title, err)
		}
	}
	if err := s.leaveOpen(ctx); err != nil {
		return err
	}
	return s.leaveCare(ctx)
}

// key gives a fresh idempotency key.
func (s *stage) key() string {
	s.keys++
	return fmt.Sprintf("%s-%d", s.run, s.keys)
}

// applicant prepares an institution for the application of that name.
func (sc *scene) applicant(ctx context.Context, name string) (*roleplay.Applicant, error) {
	sc.serial++
	a, err := roleplay.NewApplicant(ctx, sc.door, name, sc.serial)
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
	fmt.Fprintf(sc.out, "%s  %s %s%s\n", time.Now().In(nursery.Shanghai).Format("15:04:05"), column(account), what, article)
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

// curtain prints the timeline of each case of the scene and saves its papers.
func (sc *scene) curtain(ctx context.Context) error {
	for _, caseNo := range sc.cases {
		c, err := sc.reader.Case(ctx, caseNo)
		if err != nil {
			return err
		}
		fmt.Fprintf(sc.out, "\n  办件 %s 时间线\n", caseNo)
		for _, e := range c.Timeline {
			fmt.Fprintf(sc.out, "    %s  %s %s\n", e.At.In(nursery.Shanghai).Format("2006-01-02 15:04"), column(e.Actor), e.Note)
		}
		for _, d := range c.Documents {
			file, err := sc.save(ctx, d)
			if err != nil {
				return err
			}
			fmt.Fprintf(sc.out, "    文书 %s（%s）→ %s\n", d.Number, d.Title, file)
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

// oneLine puts an error of several lines on one.
func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}
