// Package migrations embeds the migrations of the schema, and applies them.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver for database/sql, which goose requires
	"github.com/pressly/goose/v3"
)

//go:embed *.sql
var files embed.FS

// FS returns the migrations as files, for tools that hash or list them.
func FS() fs.FS { return files }

// Latest returns the version of the last embedded migration.
func Latest() int64 {
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		panic("migrations: no embedded files")
	}
	prefix, _, _ := strings.Cut(names[len(names)-1], "_")
	version, err := strconv.ParseInt(prefix, 10, 64)
	if err != nil {
		panic("migrations: " + err.Error())
	}
	return version
}

// Up migrates the database at url, connecting as the owner of the tables, to the latest version and returns the
// versions it applied, none if there was nothing to do.
func Up(ctx context.Context, url string) ([]int64, error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return nil, fmt.Errorf("read schema version: %w", err)
	}
	if version > Latest() {
		return nil, fmt.Errorf("the schema is %d, this program knows %d: use the program of the newer release", version, Latest())
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("apply migrations: %w", err)
	}
	applied := make([]int64, 0, len(results))
	for _, r := range results {
		applied = append(applied, r.Source.Version)
	}
	return applied, nil
}
