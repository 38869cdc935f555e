package store

import (
	"context"

	"tuoyu/nursery"
)

// sessions is the principal of the pages' own rows: row-level security shows it sessions and saved forms only.
var sessions = nursery.Principal{Account: "sessions", Role: "sessions"}

// AsSessions runs do in one transaction that can read and write the sessions of the pages and the saved forms.
func (db *DB) AsSessions(ctx context.Context, do func(*Queries) error) error {
	return db.begin(ctx, sessions, "", do)
}
