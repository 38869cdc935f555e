-- +goose Up
-- Who loaded a holiday year, when, and what it said; a row is never changed. calendar_years has what counts now. id is that of the
-- command; the outbox rows by which open cases are told begin with it.
CREATE TABLE calendar_loads (
    id        text PRIMARY KEY,
    year      integer NOT NULL,
    days      jsonb NOT NULL,
    loaded_by text NOT NULL,
    loaded_at timestamptz NOT NULL
);
CREATE INDEX calendar_loads_latest ON calendar_loads (year, loaded_at DESC);
ALTER TABLE calendar_loads ENABLE ROW LEVEL SECURITY;
ALTER TABLE calendar_loads FORCE ROW LEVEL SECURITY;
CREATE POLICY see ON calendar_loads FOR SELECT USING (principal_role() NOT IN ('', 'public'));
CREATE POLICY load ON calendar_loads FOR INSERT WITH CHECK (principal_role() = 'administrator' AND loaded_by = principal_account());
GRANT SELECT, INSERT ON calendar_loads TO tuoyu_app;

-- +goose Down
DROP TABLE calendar_loads;
