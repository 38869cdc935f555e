package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// play runs the demonstration and gives what it printed.
func play(t *testing.T, h *house, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), demonstration, args...)
	cmd.Env = h.env
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

func TestTheDemonstrationPlaysTwiceOnOneStack(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	folder := t.TempDir()
	for run := range 2 {
		stdout, stderr, err := play(t, h, "--out", folder)
		if err != nil || stderr != "" {
			t.Fatalf("run %d: %v: %s\n%s", run+1, err, stderr, stdout)
		}
		drawn := []string{"任何人都可以用公布的记录重新抽取：结果一致", "的检查计划已经抽取过"}[run] // one plan a county and half-year
		for _, line := range []string{drawn,
			"一次性告知需补正 11 项", "一次性告知需补正 4 项", "视为受理", "转为托育机构备案草稿", "撤回申请", "同意变更", "同意注销", "书面答复督办", "六个节点全部完成", "复查仍不合格，移送处罚程序", "演示完成",
			"知悉在托婴幼儿无人接续", "名册第 8 行未接收", "本月投保办结：承保 7 名", "系统请求复测，未保存", "三个班体检办理完毕", "书面答复投诉",
		} {
			if !strings.Contains(stdout, line) {
				t.Errorf("run %d says nothing of %s", run+1, line)
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

func TestTheDemonstrationEndsWithItsCauseInOneLine(t *testing.T) {
	h := sharedHouse(t)
	stdout, stderr, err := play(t, h, "--url", "http://"+freeAddress(), "--out", t.TempDir(), "--quiet")
	if err == nil || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "connection refused") {
		t.Errorf("got %v, %q, %q", err, stdout, stderr)
	}
}
