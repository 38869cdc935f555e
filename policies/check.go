package policies

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
)

// Check validates the rules compiled into the program: formatted by `opa fmt`, compiled strictly with the schema of the
// facts, every reason with METADATA and a binding citation, every METADATA with a reason, every parameter with a
// direction, every overlay no looser than its base. It writes each violation, or a line for each rule and a summary, to
// w, and returns an error if there are violations.
func Check(ctx context.Context, w io.Writer) error {
	src, err := readFolder(embedded)
	if err != nil {
		return err
	}
	return check(ctx, w, src)
}

func check(ctx context.Context, w io.Writer, src *source) error {
	faults := []error{src.checkFormat()}
	snap, err := compile(ctx, src)
	if faults = append(faults, err); errors.Join(faults...) != nil {
		err := errors.Join(faults...)
		fmt.Fprintln(w, err)
		return fmt.Errorf("rules break the convention: %w", err)
	}
	for _, p := range snap.packs {
		for _, id := range slices.Sorted(maps.Keys(p.rules)) {
			r := p.base.reasons[id]
			mark := ""
			if !r.verified {
				mark = " (未核对)"
			}
			fmt.Fprintf(w, "%s %s: %s %s %s%s\n", id, r.title, r.basis[0].Document, r.basis[0].Article, r.basis[0].Binding, mark)
		}
		fmt.Fprintf(w, "pack %s from %s, revision %s: %d rules in %d rule sets\n", p.name, p.From, p.revision, len(p.rules), len(p.ruleSets))
	}
	return nil
}

// checkFormat returns an error for files that `opa fmt` would change.
func (s *source) checkFormat() error {
	var faults []error
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		want, err := format.SourceWithOpts(path, s.files[path], format.Opts{RegoVersion: ast.RegoV1})
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("format %s: %w", path, err))
		case !bytes.Equal(want, s.files[path]):
			faults = append(faults, fmt.Errorf("%s is not formatted", path))
		}
	}
	return errors.Join(faults...)
}
