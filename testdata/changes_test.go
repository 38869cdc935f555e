package testdata_test

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// change is a patch below testdata/changes that makes a usual change of the program, with tests that ask for what is new.
type change struct {
	patch string
	files int                 // the hand-written files that it may touch besides tests
	tests map[string][]string // by package: those of the patch, and those of the program that hold whatever is defined
	live  map[string][]string // more tests, which need services
}

var changes = []change{
	{
		patch: "outcome.patch", files: 3,
		tests: map[string][]string{"casework": {"TestAClerkMayReferAFilingToAnotherCounty", "TestWhatADefinitionNamesIsThere"}},
		live:  map[string][]string{"workflows/tests": {"TestAFilingOfAnotherCountyIsReferred"}},
	},
	{
		patch: "item.patch", files: 3,
		tests: map[string][]string{
			"web/tests":         {"TestLeadIsMeasuredWithinItsLimits", "TestTheAPITakesLead"},
			"processes/checkup": {"TestTheGridHasAColumnForLeadWhereAChildOwesIt"},
		},
	},
	{
		patch: "column.patch", files: 1,
		tests: map[string][]string{"web/tests": {"TestTheFilesOfTheRegisterHaveAColumnOfHowFeesAreSet", "TestTheAPIAnswersHowFeesAreSet"}},
		live:  map[string][]string{"web/tests": {"TestTheRegisterAnswersHowFeesAreSet"}},
	},
}

// stale is what is reported of a patch that does not apply, with the way to write it again.
const stale = `%[1]s no longer applies: %[2]v
%[3]s
Write it again in a clean working tree: apply it with "git apply --3way testdata/changes/%[1]s", resolve by hand what is in conflict,
and run its tests; then "git add -A && git diff --cached -U1 --full-index >../%[1]s && git reset --hard && mv ../%[1]s testdata/changes/".`

var touched = regexp.MustCompile(`(?m)^(?:--- a|\+\+\+ b)/(\S+)`)

// handWritten returns the files that a patch touches and that people write, without tests.
func handWritten(patch string) (files []string) {
	for _, m := range touched.FindAllStringSubmatch(patch, -1) {
		name := m[1]
		generated := strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, ".gen.go") || name == "policies/acts/data.json" ||
			strings.HasSuffix(name, "openapi.json")
		test := strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_test.rego")
		if !generated && !test && !slices.Contains(files, name) {
			files = append(files, name)
		}
	}
	return files
}

func TestAChangeTouchesFewFiles(t *testing.T) {
	for _, c := range changes {
		files := handWritten(read(t, "changes/"+c.patch))
		if len(files) == 0 || len(files) > c.files {
			t.Errorf("%s touches %d files that people write, where %d are enough: %s", c.patch, len(files), c.files, strings.Join(files, " "))
		}
		for _, name := range files {
			if strings.HasSuffix(name, ".templ") || strings.HasSuffix(name, ".sql") {
				t.Errorf("%s touches %s, from which more than the table of acts is generated", c.patch, name)
			}
		}
	}
}

// Each patch applies to the program as it is. With all of them applied it generates, builds and has what they add.
func TestTheChangesAreMadeByTheirPatches(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the program")
	}
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	folder := copyOf(t, top)
	for _, c := range changes {
		patch := filepath.Join(top, "testdata/changes", c.patch)
		if out, err := in(folder, "git", "apply", "--check", patch); err != nil {
			t.Fatalf(stale, c.patch, err, out)
		}
	}
	tests := map[string][]string{}
	for _, c := range changes {
		if out, err := in(folder, "git", "apply", filepath.Join(top, "testdata/changes", c.patch)); err != nil {
			t.Fatalf("%s applies alone and not after the patches before it: %v\n%s", c.patch, err, out)
		}
		for pkg, names := range c.tests {
			tests[pkg] = append(tests[pkg], names...)
		}
		if os.Getenv("DEVSTACK_POSTGRES_ADMIN_URL") == "" {
			continue
		}
		for pkg, names := range c.live {
			tests[pkg] = append(tests[pkg], names...)
		}
	}
	if out, err := in(folder, "go", "run", "-ldflags=-w", "./casework/actsgen"); err != nil {
		t.Fatalf("generate the table of acts: %v\n%s", err, out)
	}
	args, names := []string{"test", "-vet=off", "-ldflags=-w", "-v"}, []string{}
	for pkg, of := range tests {
		args, names = append(args, "./"+pkg), append(names, of...)
	}
	out, err := in(folder, "go", append(args, "-run", "^("+strings.Join(names, "|")+")$")...)
	if err != nil {
		t.Fatalf("the changed program: %v\n%s", err, out)
	}
	for _, name := range names {
		if !strings.Contains(out, "\n--- PASS: "+name+" ") {
			t.Errorf("%s did not run:\n%s", name, out)
		}
	}
}

// in runs a command in a folder that belongs to no repository, and returns its output.
func in(folder, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = folder
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") }),
		"GIT_CEILING_DIRECTORIES="+filepath.Dir(folder), "PWD="+folder)
	out, err := cmd.CombinedOutput()
	return "\n" + string(out), err
}

// copyOf copies the files of the repository to a folder that is removed when the test ends. Its name is the same each time
// unless one of that name is there, so that what was compiled in it need not be compiled again.
func copyOf(t *testing.T, top string) string {
	t.Helper()
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%s %d", top, os.Getuid())
	folder := filepath.Join(os.TempDir(), fmt.Sprintf("tuoyu-changes-%x", sum.Sum64()))
	if err := os.Mkdir(folder, 0o700); errors.Is(err, fs.ErrExist) {
		folder = t.TempDir()
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	for _, name := range filesOf(t, top) {
		raw, err := os.ReadFile(filepath.Join(top, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted and not committed
		}
		to := filepath.Join(folder, name)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(to), 0o700)
		}
		if err == nil {
			err = os.WriteFile(to, raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// filesOf returns the files of the repository: those that git does not ignore, or where there is no .git those that nothing
// but this repository puts there.
func filesOf(t *testing.T, top string) (files []string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(top, ".git")); err == nil {
		out, err := exec.Command("git", "-C", top, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
		if err != nil {
			t.Fatalf("list files: %v", err)
		}
		return slices.DeleteFunc(strings.Split(string(out), "\x00"), func(name string) bool { return name == "" })
	}
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(top, path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains([]string{"bin", "out", "var", ".devstack"}, name) || d.Name() == "node_modules"):
			return filepath.SkipDir
		case d.Type().IsRegular():
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
