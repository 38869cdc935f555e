// Package library holds the procedures of the city: the schemes of the incentive fund and of rent relief, and duties that are no
// more than a procedure. They are data; the figures that the city has not set are samples with their origin, or null.
package library

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
)

//go:embed */procedure.yaml */forms */params */papers */rules */tests */words
var files embed.FS

// Kinds returns the kinds of the procedures, sorted.
func Kinds() []string {
	entries, err := files.ReadDir(".")
	if err != nil { // embedded files can be listed
		panic("library: " + err.Error())
	}
	kinds := make([]string, len(entries))
	for i, e := range entries {
		kinds[i] = e.Name()
	}
	slices.Sort(kinds)
	return kinds
}

// Procedure returns the folder of a procedure. The error is that there is none of the kind.
func Procedure(kind string) (fs.FS, error) {
	if !slices.Contains(Kinds(), kind) {
		return nil, fmt.Errorf("procedure %s: %w", kind, fs.ErrNotExist)
	}
	return fs.Sub(files, kind)
}
