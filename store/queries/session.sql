-- name: LiveSession :one
-- Served by the primary key.
SELECT data, idle_until FROM web_sessions WHERE token = @token AND idle_until > @now;

-- name: StartSession :exec
INSERT INTO web_sessions (token, account, data, idle_until, started_at, agent)
VALUES (@token, @account, @data, @idle_until, @started_at, @agent);

-- name: PutSession :exec
-- A session that was ended meanwhile stays ended.
UPDATE web_sessions SET account = @account, data = @data, idle_until = @idle_until WHERE token = @token AND web_sessions.idle_until > @now;

-- name: ExtendSession :exec
-- A session that was ended meanwhile stays ended.
UPDATE web_sessions SET idle_until = @idle_until WHERE token = @token AND web_sessions.idle_until > @now;

-- name: DropSession :exec
DELETE FROM web_sessions WHERE token = @token;

-- name: EndSession :exec
-- Whose it was is known for a day, for the forms that come too late.
UPDATE web_sessions SET idle_until = @now, data = '', provider = NULL WHERE token = @token AND idle_until > @now;

-- name: LiveTokens :many
-- Which of these sessions have not ended. Served by the primary key.
SELECT token FROM web_sessions WHERE token = ANY (sqlc.arg(tokens)::text[]) AND idle_until > sqlc.arg(now)::timestamptz;

-- name: SessionCheck :one
-- Served by the primary key.
SELECT provider, checked_at, check_after FROM web_sessions WHERE token = @token;

-- name: TakeSessionCheck :execrows
-- One request at a time asks the provider about a session.
UPDATE web_sessions SET check_after = sqlc.arg(until)::timestamptz
WHERE token = @token AND (check_after IS NULL OR check_after <= sqlc.arg(now)::timestamptz);

-- name: PutSessionCheck :exec
UPDATE web_sessions SET provider = @provider, checked_at = @checked_at, check_after = @check_after WHERE token = @token;

-- name: SessionsOf :many
-- Served by web_sessions_of_account.
SELECT token, started_at, idle_until, agent FROM web_sessions
WHERE account = @account AND account <> '' AND idle_until > @now ORDER BY started_at DESC LIMIT 50;

-- name: EndSessionsOf :execrows
-- Served by web_sessions_of_account. Whose they were is known for a day, for the forms that come too late.
UPDATE web_sessions SET idle_until = @now, data = '', provider = NULL WHERE account = @account AND account <> '' AND idle_until > @now;

-- name: AccountOfSession :one
-- Whose session it was, also when it has ended not long ago.
SELECT account FROM web_sessions WHERE token = @token AND account <> '' AND idle_until > sqlc.arg(since)::timestamptz;

-- name: ForgetSessions :execrows
-- Served by web_sessions_age.
DELETE FROM web_sessions WHERE idle_until < @before;

-- name: LockKeptForms :exec
-- Two forms of an account that come at once are counted one after the other.
SELECT pg_advisory_xact_lock(hashtext('kept_forms'), hashtext(sqlc.arg(account)::text));

-- name: KeepForm :exec
INSERT INTO kept_forms (id, account, path, body, form_key, kept_at) VALUES (@id, @account, @path, @body, @form_key, @kept_at);

-- name: SizeOfKeptForms :one
-- Served by kept_forms_of_account.
SELECT count(*)::integer AS forms, coalesce(sum(octet_length(body)), 0)::bigint AS bytes FROM kept_forms WHERE account = @account;

-- name: KeptForms :many
-- Served by kept_forms_of_account. Bounded: an account has no more saved forms.
SELECT id, path, body, kept_at FROM kept_forms WHERE account = @account ORDER BY kept_at DESC LIMIT 20;

-- name: DropKeptForm :exec
DELETE FROM kept_forms WHERE id = @id AND account = @account;

-- name: DropKeptFormByKey :exec
-- Served by kept_forms_of_account.
DELETE FROM kept_forms WHERE account = @account AND form_key = @form_key AND form_key <> '';

-- name: ForgetKeptForms :execrows
-- Served by kept_forms_age.
DELETE FROM kept_forms WHERE kept_at < @before;
