package policies

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"path"
	"slices"

	"github.com/open-policy-agent/opa/v1/bundle"

	"tuoyu/nursery"
)

// ErrParameter is wrapped by the error of With for a parameter that does not exist or a value that it cannot have.
var ErrParameter = errors.New("the parameter cannot have this value")

// LoadArchive loads rules that are not in force from an archive, to compare what they would decide: a tar.gz as LoadBundle takes it or a zip
// of the folder, signed or not. An evaluation of them ends with its context. Errors: those of Load, and an archive that unpacks to too much.
func LoadArchive(ctx context.Context, raw []byte) (*Engine, error) {
	src, err := readAnyArchive(raw)
	if err != nil {
		return nil, err
	}
	return proposed(ctx, src, "archive")
}

// LoadProposed is LoadArchive for a folder.
func LoadProposed(ctx context.Context, fsys fs.FS) (*Engine, error) {
	src, err := readFolder(fsys)
	if err != nil {
		return nil, err
	}
	return proposed(ctx, src, "folder")
}

func proposed(ctx context.Context, src *source, name string) (*Engine, error) {
	snap, err := compile(ctx, src)
	if err != nil {
		return nil, err
	}
	e := &Engine{log: slog.Default(), bounded: true}
	e.use(snap, name)
	return e, nil
}

func readAnyArchive(raw []byte) (*source, error) {
	if !bytes.HasPrefix(raw, []byte("PK")) {
		return readArchive(raw, func(b *bundle.Reader) *bundle.Reader { return b.WithSkipBundleVerification(true) })
	}
	files, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fmt.Errorf("read archive: %w", err)
	}
	var size uint64
	for _, f := range files.File {
		if size += f.UncompressedSize64; size > maxUnpackedBytes || f.UncompressedSize64 > maxUnpackedBytes {
			return nil, fmt.Errorf("read archive: unpacks to more than %d bytes", maxUnpackedBytes)
		}
	}
	root := fs.FS(files)
	if _, err := fs.Stat(files, "packs/data.json"); err != nil {
		inside, err := fs.Glob(files, "*/packs/data.json") // one folder around everything
		if err != nil || len(inside) != 1 {
			return nil, errors.New("read archive: no packs/data.json")
		}
		if root, err = fs.Sub(files, path.Dir(path.Dir(inside[0]))); err != nil {
			return nil, fmt.Errorf("read archive: %w", err)
		}
	}
	return readFolder(root)
}

// With returns an engine by the rules of e in which parameters, by their names as in contract.reply_days, have other values. With a county
// it decides for that county alone, whose values may only be tighter than those of the city; without one the values are those of the city.
// Nothing of e changes. Numbers are json.Number. Errors wrap ErrParameter, or are those of Load.
func (e *Engine) With(ctx context.Context, county string, values map[string]any) (*Engine, error) {
	old := e.current.Load().src
	src := &source{files: old.files, tree: deepCopy(old.tree)}
	entries, err := src.packs()
	if err != nil {
		return nil, err
	}
	if overlays, ok := src.tree["overlays"].(map[string]any); ok && county != "" {
		// Those of other counties may be looser than what is now proposed, and nothing is decided for them.
		maps.DeleteFunc(overlays, func(other string, _ any) bool { return other != county })
		if len(overlays) == 0 {
			delete(src.tree, "overlays")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		known := false
		for _, entry := range entries {
			set, err := src.set(entry, county, name, values[name])
			if err != nil {
				return nil, fmt.Errorf("%s: %w: %w", name, ErrParameter, err)
			}
			known = known || set
		}
		if !known {
			return nil, fmt.Errorf("%s: %w: no such parameter", name, ErrParameter)
		}
	}
	changed, err := proposed(ctx, src, "proposed parameters")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrParameter, err)
	}
	return changed, nil
}

// set changes a parameter of a pack. It reports false if the pack has none of that name. The value of a county replaces that of the city
// unless the county has one of its own, so that no citation is added to what rests on it.
func (s *source) set(entry packEntry, county, name string, value any) (bool, error) {
	params, _ := s.tree[entry.Params].(map[string]any)
	leaf := leafAt(params, "params."+name)
	if leaf == nil {
		return false, nil
	}
	if county != "" {
		tightened, err := tighten(leaf, value)
		if err != nil {
			return true, err
		}
		overlays, _ := s.tree["overlays"].(map[string]any)
		own, _ := overlays[county].(map[string]any)
		changed, _ := own[entry.Params].(map[string]any)
		if have := leafAt(changed, "params."+name); have != nil {
			have["value"] = value
			return true, nil
		}
		value = tightened
	}
	if base := leaf["value"]; base != nil && fmt.Sprintf("%T", base) != fmt.Sprintf("%T", value) {
		return true, fmt.Errorf("want a value like %v", base)
	}
	leaf["value"] = value
	return true, nil
}

// Has reports whether rules in force on a day have a rule set.
func (e *Engine) Has(ruleSet string, asOf nursery.Date) bool {
	p, err := e.current.Load().packOn(asOf)
	if err != nil {
		return false
	}
	_, ok := p.ruleSets[ruleSet]
	return ok
}

// NamedParameter is a parameter with its name, as in contract.reply_days, and the direction in which a county may change it: max, min, add
// or fixed.
type NamedParameter struct {
	Name, Direction string
	Parameter
}

// Parameters lists the parameters in force on a day by their names, with the values of a county where it has its own. It returns an error
// for a date that no pack covers.
func (e *Engine) Parameters(asOf nursery.Date, county string) ([]NamedParameter, error) {
	p, err := e.current.Load().packOn(asOf)
	if err != nil {
		return nil, fmt.Errorf("list parameters: %w", err)
	}
	var list []NamedParameter
	err = walkParameters("params", p.area(county).params, func(at string, leaf map[string]any) error {
		n := NamedParameter{Name: at[len("params."):], Parameter: parameterOf(leaf)}
		n.Direction, _ = leaf["direction"].(string)
		list = append(list, n)
		return nil
	})
	return list, err
}
