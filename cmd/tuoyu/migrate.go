package main

import (
	"context"
	"fmt"

	"tuoyu/migrations"
)

type migrateCommand struct{}

// Run applies the migrations that the database lacks.
func (migrateCommand) Run(ctx context.Context, out output) error {
	s, err := settingsFromEnvironment("migrate")
	if err != nil {
		return err
	}
	applied, err := migrations.Up(ctx, s.MigrateDatabaseURL)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if len(applied) == 0 {
		fmt.Fprintf(out, "schema %d, nothing to apply\n", migrations.Latest())
		return nil
	}
	fmt.Fprintf(out, "schema %d, applied %v\n", migrations.Latest(), applied)
	return nil
}
