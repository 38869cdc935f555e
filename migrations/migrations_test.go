package migrations_test

import (
	"database/sql"
	"testing"

	"github.com/pressly/goose/v3"

	"tuoyu/migrations"
	"tuoyu/store/storetest"
)

// before is the last version before row-level security restricted clinics to those they serve; later ones can be
// reverted together.
const before = 14

func TestTheStepsGoDownAndUpAgain(t *testing.T) {
	url := storetest.OwnerURL(t)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	if applied, err := migrations.Up(t.Context(), url); err != nil || applied[len(applied)-1] != migrations.Latest() {
		t.Fatalf("applied %v, %v", applied, err)
	}
}
