-- name: LiveSession :one
-- Served by the primary key.
SELECT data, idle_until FROM web_sessions WHERE token = @token AND idle_until > @now;

-- name: StartSession :exec
INSERT INTO web_sessions (token, account, data, idle_until, started_at, agent)
VALUES (@token, @account, @data, @idle_until, @started_at, @agent);

-- name: PutSession :exec
-- A session that was ended meanwhile stays ended.
UPDATE web_sessions SET account = @account, data = @data, idle_until = @idle_until WHERE token = @token AND web_sessions.idle_until > @now;

-- name: DropSession :exec
DELETE FROM web_sessions WHERE token = @token;

-- name: SessionsOf :many
-- Served by web_sessions_of_account.
SELECT token, started_at, idle_until, agent FROM web_sessions
WHERE account = @account AND account <> '' AND idle_until > @now ORDER BY started_at DESC LIMIT 50;

-- name: EndSessionsOf :execrows
-- Served by web_sessions_of_account. Whose they were is known for a day, for the forms that come too late.
UPDATE web_sessions SET idle_until = @now, data = '' WHERE account = @account AND account <> '' AND idle_until > @now;

-- name: AccountOfSession :one
-- Whose session it was, also when it has ended.
SELECT account FROM web_sessions WHERE token = @token AND account <> '';

-- name: ForgetSessions :execrows
-- Served by web_sessions_age.
DELETE FROM web_sessions WHERE idle_until < @before;

-- name: KeepForm :exec
INSERT INTO kept_forms (id, account, path, body, kept_at) VALUES (@id, @account, @path, @body, @kept_at);

-- name: KeptForms :many
-- Served by kept_forms_of_account.
SELECT id, path, body, kept_at FROM kept_forms WHERE account = @account ORDER BY kept_at DESC LIMIT 20;

-- name: DropKeptForm :exec
DELETE FROM kept_forms WHERE id = @id AND account = @account;

-- name: ForgetKeptForms :execrows
-- Served by kept_forms_age.
DELETE FROM kept_forms WHERE kept_at < @before;
