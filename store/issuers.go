package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/nursery"
)

// Issuers stores the last known keys of issuers of access tokens.
type Issuers struct{ DB *DB }

// IssuerKeys returns the last key set of an issuer and when it was fetched; none if it was never fetched.
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

// PutIssuerKeys stores the discovery document and the key set of an issuer, unless later ones are stored.
func (i Issuers) PutIssuerKeys(ctx context.Context, issuer string, discovery, keys []byte, fetched time.Time) error {
	err := i.DB.As(ctx, nursery.Engine, func(q *Queries) error {
		return q.PutIssuerKeys(ctx, PutIssuerKeysParams{Issuer: issuer, Discovery: json.RawMessage(discovery), Keys: json.RawMessage(keys), FetchedAt: fetched})
	})
	if err != nil {
		return fmt.Errorf("store keys of %s: %w", issuer, err)
	}
	return nil
}
