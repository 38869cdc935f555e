-- +goose Up

-- Whose account asks: what belongs to one person alone is shown to that person alone.
CREATE FUNCTION principal_account() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('tuoyu.account', true);

-- What somebody set a list to and wants to find again.
CREATE TABLE saved_filters (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account  text NOT NULL CHECK (account <> ''),
    room     text NOT NULL,
    name     text NOT NULL,
    query    text NOT NULL,
    saved_at timestamptz NOT NULL,
    UNIQUE (account, room, name)
);
ALTER TABLE saved_filters ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_filters FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON saved_filters USING (account = principal_account()) WITH CHECK (account = principal_account());
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_filters TO tuoyu_app;

-- Who of an office is away from when until when, and who answers meanwhile. County is that of the office.
CREATE TABLE absences (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account     text NOT NULL,
    county      text NOT NULL,
    role        text NOT NULL DEFAULT '',
    from_on     date NOT NULL,
    until_on    date NOT NULL CHECK (until_on >= from_on),
    delegate    text NOT NULL CHECK (delegate <> account),
    reason      text NOT NULL DEFAULT '',
    set_by      text NOT NULL,
    set_at      timestamptz NOT NULL,
    ended_by    text,
    ended_at    timestamptz,
    handed_over integer NOT NULL DEFAULT 0
);
-- One at a time: who sets the next one has ended the last one, or it has run out.
CREATE UNIQUE INDEX absences_one ON absences (account, county) WHERE ended_at IS NULL;
CREATE INDEX absences_page ON absences (id DESC);
CREATE INDEX absences_of_county ON absences (county, id DESC);
CREATE INDEX absences_of_account ON absences (account, id DESC);
ALTER TABLE absences ENABLE ROW LEVEL SECURITY;
ALTER TABLE absences FORCE ROW LEVEL SECURITY;
-- All of an office see who is away, since they hand tasks to each other.
CREATE POLICY own ON absences USING (may_see(county, NULL)) WITH CHECK (may_see(county, NULL));
GRANT SELECT, INSERT, UPDATE ON absences TO tuoyu_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tuoyu_app;

-- Open tasks by the beginning of their case number, whatever the collation of the database.
CREATE INDEX tasks_by_case ON tasks (case_no COLLATE "C") WHERE state = 'open';
-- What was published of one institution, newest first.
CREATE INDEX publications_of_institution ON publications (institution, kind, published_on DESC, id DESC);

-- +goose Down
DROP INDEX publications_of_institution, tasks_by_case;
DROP TABLE absences, saved_filters;
DROP FUNCTION principal_account;
