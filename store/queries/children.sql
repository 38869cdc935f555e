-- name: LockIdentities :exec
-- Whoever enters children waits for others that enter the same ones, by buckets of their identities taken in order: the
-- index of identities is by one key alone, and during a rotation two keys index.
SELECT pg_advisory_xact_lock(1953853289, bucket) FROM (SELECT unnest(@buckets::int[]) AS bucket ORDER BY bucket) b;

-- name: ChildrenByIdentity :many
-- Served by children_by_identity. Bounded by the number of indexes asked for.
SELECT id, identity_index FROM children WHERE identity_index = ANY(@indexes::bytea[]);

-- name: InsertChildren :exec
INSERT INTO children (id, county, born_on, sex, identity_kind, identity_index, identity, name, guardian_name, guardian_phone,
    source, created_by, created_at, updated_at)
SELECT unnest(@ids::text[]), unnest(@counties::text[]), unnest(@born_on::text[])::date, unnest(@sexes::text[]),
    unnest(@identity_kinds::text[]), unnest(@identity_indexes::bytea[]), unnest(@identities::bytea[]), unnest(@names::bytea[]),
    nullif(unnest(@guardian_names::bytea[]), ''), nullif(unnest(@guardian_phones::bytea[]), ''),
    sqlc.arg(source)::text, sqlc.arg(created_by)::text, sqlc.arg(at)::timestamptz, sqlc.arg(at)::timestamptz;

-- name: ChildByID :one
SELECT * FROM children WHERE id = @id;

-- name: ChildrenByID :many
-- Served by the primary key. Bounded by the number of children asked for.
SELECT * FROM children WHERE id = ANY(@ids::text[]) ORDER BY id;
