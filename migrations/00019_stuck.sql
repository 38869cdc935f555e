-- +goose Up

-- A case that cannot go on by itself: since when, and of what class the cause is.
ALTER TABLE cases ADD COLUMN stuck_at timestamptz, ADD COLUMN stuck_reason text NOT NULL DEFAULT '',
    ADD COLUMN looked_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX cases_stuck ON cases (county, stuck_at, case_no) WHERE stuck_at IS NOT NULL;
-- The open cases whose workflow has not been looked at for the longest time.
CREATE INDEX cases_looked_at ON cases (looked_at) WHERE status = 'open';

-- The outbox row whose answer closed the task; empty for the engine's own answers, NULL for tasks closed before it was recorded.
ALTER TABLE tasks ADD COLUMN completion text;
-- How many Updates of the row have ended without an outcome.
ALTER TABLE outbox ADD COLUMN failed integer NOT NULL DEFAULT 0;
CREATE INDEX outbox_of_case ON outbox (case_no, created_at, id) WHERE delivered_at IS NULL;

CREATE INDEX documents_pending ON documents (created_at) WHERE state = 'pending';

-- The last keys an issuer of access tokens was known by, for a start while it is away.
CREATE TABLE issuer_keys (
    issuer     text PRIMARY KEY,
    discovery  jsonb NOT NULL,
    keys       jsonb NOT NULL,
    fetched_at timestamptz NOT NULL
);
ALTER TABLE issuer_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE issuer_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON issuer_keys USING (principal_role() = 'engine') WITH CHECK (principal_role() = 'engine');
GRANT SELECT, INSERT, UPDATE ON issuer_keys TO tuoyu_app;

-- +goose Down
DROP TABLE issuer_keys;
DROP INDEX documents_pending;
DROP INDEX outbox_of_case;
ALTER TABLE outbox DROP COLUMN failed;
ALTER TABLE tasks DROP COLUMN completion;
DROP INDEX cases_looked_at, cases_stuck;
ALTER TABLE cases DROP COLUMN looked_at, DROP COLUMN stuck_reason, DROP COLUMN stuck_at;
