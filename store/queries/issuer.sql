-- name: IssuerKeys :one
SELECT * FROM issuer_keys WHERE issuer = @issuer;

-- name: PutIssuerKeys :exec
-- The latest wins, whichever process fetched it.
INSERT INTO issuer_keys (issuer, discovery, keys, fetched_at) VALUES (@issuer, @discovery, @keys, @fetched_at)
ON CONFLICT (issuer) DO UPDATE SET discovery = excluded.discovery, keys = excluded.keys, fetched_at = excluded.fetched_at
WHERE issuer_keys.fetched_at < excluded.fetched_at;
