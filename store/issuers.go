package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/nursery"
)

// Issuers stores what an issuer of access tokens was last known by.
type Issuers struct{ DB *DB }

// IssuerKeys returns the key set that an issuer published last and when it was fetched; none when it was never fetched.
func (i Issuers) IssuerKeys(ctx context.Context, issuer string) (keys []byte, fetched time.Time, err error) {
	err = i.DB.As(ctx, nursery.Engine, func(q *Queries) error {
		row, err := q.IssuerKeys(ctx, issuer)
		if IsNotFound(err) {
			return nil
		}
		keys, fetched = row.Keys, row.FetchedAt
		return err
	})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read keys of %s: %w", issuer, err)
	}
	return keys, fetched, nil
}

// PutIssuerKeys stores the discovery document and the key set of an issuer, unless later ones are there.
func (i Issuers) PutIssuerKeys(ctx context.Context, issuer string, discovery, keys []byte, fetched time.Time) error {
	err := i.DB.As(ctx, nursery.Engine, func(q *Queries) error {
		return q.PutIssuerKeys(ctx, PutIssuerKeysParams{Issuer: issuer, Discovery: json.RawMessage(discovery), Keys: json.RawMessage(keys), FetchedAt: fetched})
	})
	if err != nil {
		return fmt.Errorf("store keys of %s: %w", issuer, err)
	}
	return nil
}
