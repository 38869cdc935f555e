-- +goose Up

-- Up to which event an account has looked at what happened to its cases.
CREATE TABLE news_looks (
    account   text PRIMARY KEY CHECK (account <> ''),
    event     bigint NOT NULL,
    looked_at timestamptz NOT NULL
);
ALTER TABLE news_looks ENABLE ROW LEVEL SECURITY;
ALTER TABLE news_looks FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON news_looks USING (account = principal_account()) WITH CHECK (account = principal_account());
GRANT SELECT, INSERT, UPDATE ON news_looks TO tuoyu_app;

-- The reports that the city has not decided yet, which are few.
CREATE INDEX build_reports_waiting ON build_reports (id) WHERE state = 'waiting';

-- +goose Down
DROP INDEX build_reports_waiting;
DROP TABLE news_looks;
