package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// block is a block of the guide: the contents of a file, or a session at the command line.
var block = regexp.MustCompile("(?ms)(?:^文件 `([^`]+)`：\n\n)?^```(yaml|json|html|rego|console)\n(.*?)^```$")

// TestTheGuideToProceduresIsTrue follows docs/procedures.md: it writes its files and runs its commands, in their order, and
// compares what they print.
func TestTheGuideToProceduresIsTrue(t *testing.T) {
	guide, err := os.ReadFile("../../docs/procedures.md")
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	sessions := 0
	for _, m := range block.FindAllStringSubmatch(string(guide), -1) {
		file, kind, text := m[1], m[2], m[3]
		if kind != "console" {
			require.NotEmpty(t, file, text)
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
			continue
		}
		sessions++
		for _, part := range strings.Split("\n"+text, "\n$ ")[1:] {
			command, want, _ := strings.Cut(part, "\n")
			require.Equal(t, withoutTime(want), withoutTime(typed(t, command)), command)
		}
	}
	require.Greater(t, sessions, 5)
}

// took is the time that a command took, which differs each time.
var took = regexp.MustCompile(`\d+ 毫秒`)

func withoutTime(text string) string {
	return took.ReplaceAllString(strings.TrimSpace(text), "若干毫秒")
}

// typed runs a command line and returns what it writes to standard output.
func typed(t *testing.T, line string) string {
	t.Helper()
	arguments, ours := strings.CutPrefix(line, "bin/tuoyu ")
	if !ours {
		raw, err := exec.CommandContext(t.Context(), "sh", "-c", line).CombinedOutput()
		require.NoError(t, err, "%s: %s", line, raw)
		return string(raw)
	}
	arguments, target, redirected := strings.Cut(arguments, " > ")
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), strings.Fields(arguments), &stdout, &stderr)
	require.Equal(t, strings.Contains(stdout.String(), "有错误"), code == exitFailed, stderr.String())
	if redirected {
		require.NoError(t, os.WriteFile(target, stdout.Bytes(), 0o644))
		return ""
	}
	return stdout.String()
}

func TestTheExitCodesOfProcedureCommands(t *testing.T) {
	var out, errs bytes.Buffer
	const fixture = "../../procedures/testdata/device_alarm"
	require.Equal(t, 0, run(t.Context(), []string{"procedure", "check", fixture}, &out, &errs), errs.String())
	require.Equal(t, 0, run(t.Context(), []string{"procedure", "diff", fixture, fixture}, &out, &errs), errs.String())
	require.Contains(t, out.String(), "两版相同")
	require.Equal(t, exitFailed, run(t.Context(), []string{"procedure", "check", t.TempDir()}, &out, &errs))
	require.Contains(t, out.String(), "procedure.yaml:1:1: 错误：读不到文件：没有这个文件。 [read.file]")
	require.Equal(t, exitUsage, run(t.Context(), []string{"procedure", "check"}, &out, &errs))
}
