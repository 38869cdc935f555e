-- +goose Up

-- Who is signed in on the pages. Only the hash of a token is here. A session that has ended stays for a day, to
-- know whose half-filled form it is that comes too late.
CREATE TABLE web_sessions (
    token      text PRIMARY KEY,
    account    text NOT NULL DEFAULT '',
    data       bytea NOT NULL,
    idle_until timestamptz NOT NULL,
    started_at timestamptz NOT NULL,
    agent      text NOT NULL DEFAULT ''
);
CREATE INDEX web_sessions_of_account ON web_sessions (account, started_at) WHERE account <> '';
CREATE INDEX web_sessions_age ON web_sessions (idle_until);

-- A form that was sent after its session had ended, kept sealed for whoever it is of until they are signed in again.
CREATE TABLE kept_forms (
    id      text PRIMARY KEY,
    account text NOT NULL,
    path    text NOT NULL,
    body    bytea NOT NULL,
    kept_at timestamptz NOT NULL
);
CREATE INDEX kept_forms_of_account ON kept_forms (account, kept_at);
CREATE INDEX kept_forms_age ON kept_forms (kept_at);

ALTER TABLE web_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE web_sessions FORCE ROW LEVEL SECURITY;
ALTER TABLE kept_forms ENABLE ROW LEVEL SECURITY;
ALTER TABLE kept_forms FORCE ROW LEVEL SECURITY;
CREATE POLICY engine ON web_sessions USING (principal_role() = 'engine') WITH CHECK (principal_role() = 'engine');
CREATE POLICY engine ON kept_forms USING (principal_role() = 'engine') WITH CHECK (principal_role() = 'engine');
GRANT SELECT, INSERT, UPDATE, DELETE ON web_sessions, kept_forms TO tuoyu_app;

-- +goose Down
DROP TABLE kept_forms, web_sessions;
