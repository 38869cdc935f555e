package procedures

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// A file that somebody is still writing is full of faults; none of them stops the check. Every third line is left out in turn.
func TestNoMissingLineStopsTheCheck(t *testing.T) {
	for _, fixture := range fixtures {
		files := folder(t, fixture)
		beside, lines := besideFlow(files), strings.Split(string(files[flowFile].Data), "\n")
		for i := 0; i < len(lines); i += 3 {
			without := strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "\n")
			checkWhatIsThere(t, beside, without)
		}
	}
}

// FuzzProcedure checks that nothing in procedure.yaml stops the check.
func FuzzProcedure(f *testing.F) {
	for _, fixture := range fixtures {
		raw, err := os.ReadFile("testdata/" + fixture + "/" + flowFile)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(raw))
	}
	beside := besideFlow(folder(f, "rent_relief"))
	f.Fuzz(func(t *testing.T, text string) { checkWhatIsThere(t, beside, text) })
}

// besideFlow reads the forms and parameters of a procedure.
func besideFlow(files fstest.MapFS) source {
	src := source{rules: &rules{}}
	for path, file := range files {
		if strings.HasPrefix(path, "forms/") || strings.HasPrefix(path, "params/") {
			src.take(path, file.Data, &problems{})
		}
	}
	return src
}

// checkWhatIsThere compiles and checks a procedure without its rules and scenarios.
func checkWhatIsThere(t *testing.T, src source, flow string) {
	t.Helper()
	out := &problems{}
	src.take(flowFile, []byte(flow), out)
	if src.file != nil {
		check(compile(t.Context(), &src, Options{RuleSets: ruleSetsOf}, out), out)
	}
	out.sorted()
}
