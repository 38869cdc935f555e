package store

import (
	"context"

	"tuoyu/nursery"
)

// sessions is the principal of the pages' own rows: row-level security shows it sessions and kept forms, and nothing else.
var sessions = nursery.Principal{Account: "sessions", Role: "sessions"}

// AsSessions runs do in one transaction that reads and writes who is signed in on the pages and the forms that came too
// late.
func (db *DB) AsSessions(ctx context.Context, do func(*Queries) error) error {
	return db.begin(ctx, sessions, "", do)
}
