package policies

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
)

const maxFileBytes = 4 << 20

// source is rules as read: modules by path, and the data of all data.json merged by folder.
type source struct {
	files map[string][]byte // Rego by path, as "filing/complete.rego"
	tree  map[string]any
}

func readFolder(fsys fs.FS) (*source, error) {
	loader := bundle.NewFSLoaderWithRoot(fsys, ".").WithFilter(func(path string, info os.FileInfo, _ int) bool {
		return !info.IsDir() && !strings.HasSuffix(path, ".rego") && info.Name() != "data.json"
	})
	return readSource(bundle.NewCustomReader(loader).WithSkipBundleVerification(true))
}

func readSource(r *bundle.Reader) (*source, error) {
	b, err := r.WithRegoVersion(ast.RegoV1).WithProcessAnnotations(true).WithSizeLimitBytes(maxFileBytes).Read()
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	src := &source{files: map[string][]byte{}, tree: b.Data}
	for _, m := range b.Modules {
		src.files[strings.TrimPrefix(m.Path, "/")] = m.Raw
	}
	if len(src.files) == 0 {
		return nil, errors.New("read rules: no Rego file found")
	}
	return src, nil
}

func isPolicy(path string) bool { return !strings.HasSuffix(path, "_test.rego") }

func isAny(string) bool { return true }

// under parses the modules of the folders for which keep returns true. The compiler rewrites modules, so each use
// parses its own copy; they were checked for syntax errors when they were read.
func (s *source) under(folders []string, keep func(string) bool) (map[string]*ast.Module, error) {
	modules := map[string]*ast.Module{}
	for path, raw := range s.files {
		if !keep(path) || !inFolders(path, folders) {
			continue
		}
		m, err := ast.ParseModuleWithOpts(path, string(raw), ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", path, err)
		}
		modules[path] = m
	}
	return modules, nil
}

// has reports whether a folder contains any Rego.
func (s *source) has(folder string) bool {
	for path := range s.files {
		if inFolders(path, []string{folder}) {
			return true
		}
	}
	return false
}

func inFolders(path string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return strings.HasPrefix(path, f+"/") })
}

// packs reads packs/data.json in order of the first days.
func (s *source) packs() ([]packEntry, error) {
	raw, err := json.Marshal(s.tree["packs"])
	if err != nil {
		return nil, fmt.Errorf("read packs: %w", err)
	}
	var entries []packEntry
	if err := strict(raw, &entries); err != nil {
		return nil, fmt.Errorf("read packs: %w", err)
	}
	if len(entries) == 0 {
		return nil, errors.New("read packs: packs/data.json names none")
	}
	for _, e := range entries {
		if e.Name == "" || e.From.IsZero() || len(e.Sources) == 0 || e.Params == "" {
			return nil, fmt.Errorf("read packs: pack %q needs name, from, sources and params", e.Name)
		}
	}
	slices.SortFunc(entries, func(a, b packEntry) int { return a.From.Compare(b.From) })
	return entries, nil
}

// parameters returns the parameters of a pack and the overlays of the counties that change any of them.
func (s *source) parameters(entry packEntry) (map[string]any, []overlay, error) {
	params, ok := s.tree[entry.Params].(map[string]any)
	if !ok {
		return nil, nil, fmt.Errorf("no parameters under %s", entry.Params)
	}
	counties, _ := s.tree["overlays"].(map[string]any)
	var overlays []overlay
	for _, county := range slices.Sorted(maps.Keys(counties)) {
		body, _ := counties[county].(map[string]any)
		if changed, ok := body[entry.Params].(map[string]any); ok {
			overlays = append(overlays, overlay{County: county, Params: changed})
		}
	}
	return params, overlays, nil
}

// checkOverlays returns an error for an overlay that no pack would read.
func (s *source) checkOverlays(entries []packEntry) error {
	if s.tree["overlays"] == nil {
		return nil
	}
	counties, ok := s.tree["overlays"].(map[string]any)
	if !ok {
		return errors.New("overlays is no object of counties")
	}
	for county, body := range counties {
		folders, ok := body.(map[string]any)
		if !ok || len(folders) == 0 {
			return fmt.Errorf("overlay of county %s changes nothing", county)
		}
		for folder := range folders {
			if !slices.ContainsFunc(entries, func(e packEntry) bool { return e.Params == folder }) {
				return fmt.Errorf("overlay of county %s: no pack has its parameters under %s", county, folder)
			}
		}
	}
	return nil
}

// data returns what rules see under data: everything except packs and overlays, with params as given.
func (s *source) data(params map[string]any) map[string]any {
	out := maps.Clone(s.tree)
	delete(out, "packs")
	delete(out, "overlays")
	if params != nil {
		out["params"] = params
	}
	return out
}

// revision returns a short hash of everything read.
func (s *source) revision() string {
	return s.hash(slices.Sorted(maps.Keys(s.files)), s.tree)
}

// revisionOf returns a short hash of everything that can affect a decision of a pack.
func (s *source) revisionOf(folders []string, params map[string]any, overlays []overlay) string {
	var paths []string
	for path := range s.files {
		if isPolicy(path) && inFolders(path, folders) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return s.hash(paths, params, overlays)
}

func (s *source) hash(paths []string, data ...any) string {
	h := sha256.New()
	for _, path := range paths {
		fmt.Fprintf(h, "%s %d\n", path, len(s.files[path]))
		h.Write(s.files[path])
	}
	// JSON decoded into maps is encoded with sorted keys, so equal data has the same hash; encoding it cannot fail.
	if err := json.NewEncoder(h).Encode(data); err != nil {
		panic(fmt.Sprintf("hash rules: %v", err))
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// strict decodes JSON and returns an error for fields that the target does not have.
func strict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}
