-- name: TakeIdempotencyKey :execrows
-- One row when the key is new; a second sender waits here for the first one's transaction.
INSERT INTO idempotency_keys (principal, key, operation, body_hash, status, response, created_at)
VALUES (@principal, @key, @operation, @body_hash, 0, '{}', @created_at)
ON CONFLICT (principal, key) DO NOTHING;

-- name: IdempotencyKey :one
SELECT * FROM idempotency_keys WHERE principal = @principal AND key = @key;

-- name: AnswerIdempotencyKey :exec
UPDATE idempotency_keys SET status = @status, response = @response, answer = sqlc.narg(answer) WHERE principal = @principal AND key = @key;

-- name: ForgetIdempotencyKey :exec
DELETE FROM idempotency_keys WHERE principal = @principal AND key = @key;

-- name: ForgetOldKeys :execrows
-- Served by idempotency_keys_age.
DELETE FROM idempotency_keys WHERE created_at < @before;

-- name: NoteAct :exec
-- What a person did, once for the step: a command that was refused and is sent again did it once.
INSERT INTO case_events (case_no, county, institution, step, kind, actor, actor_role, note, data, internal, at)
VALUES (@case_no, @county, @institution, @step, @kind, @actor, @actor_role, @note, @data, @internal, @at)
ON CONFLICT (case_no, step) DO NOTHING;

-- name: InsertOutbox :exec
INSERT INTO outbox (id, case_no, county, institution, kind, name, payload, created_at, next_at)
VALUES (@id, @case_no, @county, @institution, @kind, @name, @payload, @created_at, @next_at);

-- name: OutboxByID :one
SELECT * FROM outbox WHERE id = @id;

-- name: DropOutbox :execrows
DELETE FROM outbox WHERE id = @id AND delivered_at IS NULL;

-- name: DueOutbox :many
-- Served by outbox_waiting. Rows another relay holds are passed over.
SELECT * FROM outbox WHERE delivered_at IS NULL AND next_at <= @now ORDER BY next_at LIMIT 50 FOR UPDATE SKIP LOCKED;

-- name: DeferOutbox :exec
UPDATE outbox SET attempts = attempts + 1, next_at = @next_at WHERE id = @id;

-- name: RefuseOutbox :exec
UPDATE outbox SET delivered_at = @delivered_at, refused = @refused WHERE id = @id;
