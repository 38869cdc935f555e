package main

import (
	"context"
	"fmt"
	"runtime"

	"tuoyu/migrations"
	"tuoyu/policies"
)

// version is set by the linker to the release or commit of the build.
var version = "development"

type versionCommand struct{}

// Run prints the version of the program.
func (versionCommand) Run(ctx context.Context, out output) error {
	rules, err := policies.New(ctx)
	if err != nil {
		return fmt.Errorf("load rules: %w", err)
	}
	status := rules.Status()
	fmt.Fprintf(out, "tuoyu   %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(out, "schema  %d\n", migrations.Latest())
	fmt.Fprintf(out, "rules   %s\n", status.Revision)
	for _, p := range status.Packs {
		fmt.Fprintf(out, "  pack %s from %s, revision %s\n", p.Name, p.From, p.Revision)
	}
	return nil
}
