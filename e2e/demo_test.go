package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tuoyu/nursery"
	"tuoyu/testdata"
	"tuoyu/workflows"
)

// play runs the demonstration and returns its output.
func play(t *testing.T, h *harness, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), demonstration, args...)
	cmd.Env = h.env
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// playUntil runs the demonstration and kills it as soon as it has printed the words.
func playUntil(t *testing.T, h *harness, words string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), demonstration, args...)
	cmd.Env = h.env
	out := &output{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // killed, unless it ended by itself
		close(ended)
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	err := out.awaits(ctx, words, ended)
	_ = cmd.Process.Kill() // as intended
	<-ended
	if err != nil {
		t.Error(err)
	}
}

// notShown are the tasks that the demonstration does not come to, or only in some months of the year.
var notShown = []string{
	"build.escalation", "contract.renew", "contract.overdue_duty", "checkup_round.blocked", "checkup_round.missed", "referral.trace",
	"inspection.name", "inspection.refusal", "insurance.chase", "insurance_claim.contest",
}

func TestTheDemonstrationGoesOnWhereItEndedAndPlaysAgainWhenAsked(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	folder := t.TempDir()
	playUntil(t, h, "—— 3 ", "--once", "--out", folder)
	for run, args := range [][]string{{"--once"}, {}} {
		stdout, stderr, err := play(t, h, append(args, "--out", folder)...)
		if err != nil || stderr != "" {
			t.Fatalf("run %d: %v: %s\n%s", run+1, err, stderr, stdout)
		}
		drawn := []string{"任何人都可以用公布的记录重新抽取：结果一致", "的检查计划已经抽取过"}[run] // one plan for each county and half-year
		lines := []string{drawn,
			"视为受理", "转为托育机构备案草稿", "撤回申请", "同意注销", "书面答复督办", "六个节点全部完成", "复查仍不合格，移送处罚程序", "演示完成",
			"知悉在托婴幼儿无人接续", "名册第 8 行未接收", "本月投保办结：承保 7 名", "系统请求复测，未保存", "三个班体检办理完毕", "书面答复投诉",
		}
		if run == 0 {
			lines = append(lines, "演示上次演到第 2 节，从第 3 节接着演")
		} else {
			lines = append(lines, "一次性告知需补正 11 项", "一次性告知需补正 4 项", "同意变更", "已有这样的待办")
		}
		for _, line := range lines {
			if !strings.Contains(stdout, line) {
				t.Errorf("run %d says nothing of %s", run+1, line)
			}
		}
	}
	if stdout, stderr, err := play(t, h, "--once"); err != nil || stderr != "" || strings.Count(stdout, "\n") != 1 || !strings.Contains(stdout, "不再重演") {
		t.Errorf("when all is played: %v, %q, %q", err, stdout, stderr)
	}
	var shown []string
	if err := h.db.QueryRow(t.Context(), "SELECT array_agg(DISTINCT kind) FROM tasks").Scan(&shown); err != nil {
		t.Fatal(err)
	}
	for _, p := range workflows.Processes() {
		for _, task := range p.Tasks {
			if !slices.Contains(shown, task.Name) && !slices.Contains(notShown, task.Name) {
				t.Errorf("%s is not shown", task.Name)
			}
		}
	}
	for story, papers := range map[string]int{
		"clean": 3, "eleven-gaps": 6, "silent-office": 3, "nonconformity": 6, "family-point": 4, "withdrawn": 0, "county-site": 3, "inspection": 11, "contract": 5,
		"checkup":   4,
		"insurance": 4,
	} {
		files, err := filepath.Glob(filepath.Join(folder, story, "*.pdf"))
		if err != nil || len(files) != 2*papers {
			t.Errorf("%s: %d papers from two runs, want %d", story, len(files), 2*papers)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil || !bytes.HasPrefix(raw, []byte("%PDF-")) {
				t.Errorf("%s is no PDF: %v", file, err)
			}
		}
	}
}

func TestTheDemonstrationLeavesASystemAloneThatHasNoAccountFree(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	for range 24 {
		a := newApplicant(t, h, "employer")
		app, err := testdata.Application("employer")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.File(t.Context(), key(), testdata.WithAttachments(app, func(nursery.PaperKind) string { return "" }), true); err != nil {
			t.Fatal(err)
		}
	}
	before := h.number(t, "SELECT count(*) FROM cases")
	stdout, stderr, err := play(t, h, "--out", t.TempDir())
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "襄垣县 has 0 without an open case") {
		t.Errorf("got %v, %q, %q", err, stdout, stderr)
	}
	if n := h.number(t, "SELECT count(*) FROM cases"); n != before {
		t.Errorf("%d cases, %d before", n, before)
	}
}

func TestTheDemonstrationEndsWithItsCauseInOneLine(t *testing.T) {
	h := sharedHouse(t)
	stdout, stderr, err := play(t, h, "--url", "http://"+freeAddress(), "--out", t.TempDir(), "--quiet")
	if err == nil || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "connection refused") {
		t.Errorf("got %v, %q, %q", err, stdout, stderr)
	}
}
