package procedures

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// fixtures are the procedures in testdata.
var fixtures = []string{"device_alarm", "family_lectures", "joint_check", "rent_relief"}

// library is what the rules of the fixtures import.
func library(t testing.TB) map[string][]byte {
	t.Helper()
	raw, err := os.ReadFile("../policies/lib/lib.rego")
	require.NoError(t, err)
	return map[string][]byte{"lib/lib.rego": raw}
}

// folder returns a copy of a fixture that a test may change, without its overlays.
func folder(t testing.TB, name string) fstest.MapFS {
	t.Helper()
	files := withOverlays(t, name)
	for path := range files {
		if strings.HasPrefix(path, "overlays/") {
			delete(files, path)
		}
	}
	return files
}

// withOverlays returns a copy of a fixture.
func withOverlays(t testing.TB, name string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	root := os.DirFS("testdata/" + name)
	require.NoError(t, fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(root, path)
		files[path] = &fstest.MapFile{Data: raw}
		return err
	}))
	return files
}

// replace replaces text that a file contains exactly once.
func replace(t testing.TB, files fstest.MapFS, path, old, with string) {
	t.Helper()
	text := string(files[path].Data)
	require.Equal(t, 1, strings.Count(text, old), "%s contains %q", path, old)
	files[path] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, with, 1))}
}

// faults returns the problems of a procedure that are not notices.
func faults(list []Problem) (found []Problem) {
	for _, p := range list {
		if !p.Notice {
			found = append(found, p)
		}
	}
	return found
}

// sound loads a fixture and fails the test if it has faults.
func sound(t testing.TB, name string) *Procedure {
	t.Helper()
	p, list := load(t, os.DirFS("testdata/"+name))
	if Faulty(list) {
		t.Fatalf("%s: %v", name, list)
	}
	return p
}

// compiled holds rules without faults by their contents: compiling them takes most of the time of Load.
var compiled = map[string]*rules{}

// load is Load, but it compiles the same rules once.
func load(t testing.TB, files fs.FS) (*Procedure, []Problem) {
	t.Helper()
	options, out := Options{Library: library(t)}, &problems{}
	src := read(files, out)
	if src == nil {
		return nil, out.sorted()
	}
	var key strings.Builder
	for _, path := range sortedKeys(src.rego) {
		key.WriteString(path + "\n" + string(src.rego[path]))
	}
	before := len(out.list)
	if src.rules = compiled[key.String()]; src.rules == nil {
		src.rules = compileRules(src.rego, options.Library, out)
		if len(out.list) == before {
			compiled[key.String()] = src.rules
		}
	}
	p := compile(t.Context(), src, options, out)
	check(p, out)
	checkOverlays(t.Context(), files, p, src, options, out)
	return p, out.sorted()
}

func TestTheFixturesHaveNoFaults(t *testing.T) {
	for _, name := range fixtures {
		p, list := Load(t.Context(), os.DirFS("testdata/"+name), Options{Library: library(t)})
		require.NotNil(t, p, name)
		require.Empty(t, faults(list), name)
	}
}

func TestThePlanDependsOnNothingButWhatIsPinned(t *testing.T) {
	p, _ := load(t, folder(t, "rent_relief"))
	require.Equal(t, PlanFormat, p.Plan.Format)
	for name, change := range map[string]func(fstest.MapFS){
		"title": func(f fstest.MapFS) { replace(t, f, "procedure.yaml", "title: 县区初审", "title: 初审") },
		"next": func(f fstest.MapFS) {
			replace(t, f, "procedure.yaml", "next: 市级正在复核。", "next: 请等待。")
		},
		"label": func(f fstest.MapFS) { replace(t, f, "procedure.yaml", "label: 2024-05", "label: 2024-06") },
		"open_until": func(f fstest.MapFS) {
			replace(t, f, "procedure.yaml", "open_until: 2024-12-20", "open_until: 2025-12-20")
		},
		"readers":    func(f fstest.MapFS) { replace(t, f, "procedure.yaml", "read: [auditor]", "read: []") },
		"indicators": func(f fstest.MapFS) { replace(t, f, "procedure.yaml", "distinct: true, ", "") },
		"words":      func(f fstest.MapFS) { replace(t, f, "words/zh.yaml", "租金减免初审", "减免初审") },
		"help":       func(f fstest.MapFS) { delete(f, "words/zh.yaml") },
		"order": func(f fstest.MapFS) {
			replace(t, f, "procedure.yaml", "{pass: city_check, fail: refused, unknown: correcting}", "{unknown: correcting, fail: refused, pass: city_check}")
		},
		"comment": func(f fstest.MapFS) { replace(t, f, "procedure.yaml", "from: 2024-05-01 ", "from: 2024-05-01 # 注") },
		"label of a field": func(f fstest.MapFS) {
			replace(t, f, "forms/check.json", `"title": "意见"`, `"title": "审核意见", "description": "可以不填"`)
		},
		"title of an outcome": func(f fstest.MapFS) {
			replace(t, f, "forms/check.json", `"approve": {"title": "同意", "optional": ["area_checked", "note"]}`, `"approve": {"title": "符合", "optional": ["area_checked", "note"]}`)
		},
		"value of a parameter": func(f fstest.MapFS) {
			replace(t, f, "params/rent/data.json", `"decide_days": {"value": 20`, `"decide_days": {"value": 15`)
		},
		"rules": func(f fstest.MapFS) {
			replace(t, f, "rules/eligible.rego", "没有执行普惠价格", "未执行普惠价格")
		},
	} {
		files := folder(t, "rent_relief")
		change(files)
		changed, list := load(t, files)
		require.Empty(t, faults(list), name)
		require.Equal(t, p.Hash, changed.Hash, name)
	}
	for name, change := range map[string]func(fstest.MapFS){
		"target": func(f fstest.MapFS) { replace(t, f, "procedure.yaml", "return: checking", "return: correcting") },
		"limit": func(f fstest.MapFS) {
			replace(t, f, "procedure.yaml", "form: account, days: 10", "form: account, days: 11")
		},
		"role": func(f fstest.MapFS) { replace(t, f, "procedure.yaml", "      role: supervisor", "      role: clerk") },
		"field": func(f fstest.MapFS) {
			replace(t, f, "forms/check.json", `"maxLength": 2000}
  },`, `"maxLength": 200}
  },`)
		},
		"needed": func(f fstest.MapFS) {
			replace(t, f, "forms/check.json", `{"title": "退回补正", "required": ["findings"], "optional": ["note"]}`, `{"title": "退回补正", "required": ["findings", "note"]}`)
		},
		"paper": func(f fstest.MapFS) {
			replace(t, f, "papers/referral_notice.html", "已移送处理", "现移送处理")
		},
		"version": func(f fstest.MapFS) { replace(t, f, "procedure.yaml", "register.relief: 1", "register.relief: 2") },
	} {
		files := folder(t, "rent_relief")
		change(files)
		changed, _ := load(t, files)
		require.NotEqual(t, p.Hash, changed.Hash, name)
	}
}
