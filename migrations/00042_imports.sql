-- +goose Up

-- A file that is being checked before it is imported: its rows, sealed, for the account that sent it. One of a kind and subject an
-- account; it is deleted when it was imported, or two hours after it was last checked.
CREATE TABLE import_drafts (
    id         text PRIMARY KEY,
    account    text NOT NULL CHECK (account <> ''),
    kind       text NOT NULL,
    about      text NOT NULL DEFAULT '', -- the case or batch it is for
    body       bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    UNIQUE (account, kind, about)
);
CREATE INDEX import_drafts_age ON import_drafts (expires_at);

-- A file that was imported, and what came of its rows.
CREATE TABLE imports (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL,
    about       text NOT NULL DEFAULT '',
    county      text NOT NULL,
    institution text NOT NULL,     -- of the account; '' for an office
    added       integer NOT NULL,
    changed     integer NOT NULL,
    same        integer NOT NULL,
    refused     integer NOT NULL,
    undone      integer NOT NULL DEFAULT 0,
    imported_by text NOT NULL,
    imported_at timestamptz NOT NULL,
    consents    bigint NOT NULL,   -- the last consent before it
    undone_by   text,
    undone_at   timestamptz
);
CREATE INDEX imports_of_institution ON imports (institution, kind, about, id DESC);

-- What an import wrote of a child, so that it can be undone on the same day; deleted after two days. The row of a child that is not
-- there any more says nothing, so there is no foreign key.
CREATE TABLE import_rows (
    import       bigint NOT NULL REFERENCES imports (id),
    child        text NOT NULL,
    line         integer NOT NULL, -- of the file
    entered      boolean NOT NULL, -- the import entered the child
    child_before jsonb,            -- the record as it was before, of a child that was known; its sealed fields stay sealed
    stay         bigint,           -- the stay it began
    place_before jsonb,            -- its place on the roster of the insurance month that the import is for, if it had one
    PRIMARY KEY (import, child)
);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['import_drafts', 'imports', 'import_rows'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY engine ON %I USING (principal_role() = ''engine'')', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY own ON import_drafts USING (account = principal_account()) WITH CHECK (account = principal_account());
CREATE POLICY own ON imports
    USING (principal_role() IN ('institution', 'insurer', 'county_office') AND county = principal_county() AND institution = principal_institution())
    WITH CHECK (principal_role() IN ('institution', 'insurer', 'county_office') AND county = principal_county() AND institution = principal_institution());
GRANT SELECT, INSERT, UPDATE, DELETE ON import_drafts TO tuoyu_app;
GRANT SELECT, INSERT, UPDATE ON imports TO tuoyu_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON import_rows TO tuoyu_app;

-- An import that is undone deletes what it wrote, and nothing else does. The register of readings outlives a record that was entered
-- by mistake.
ALTER TABLE record_reads DROP CONSTRAINT record_reads_child_fkey;
GRANT DELETE ON children, enrolments, checkup_roster, checkup_duties, insurance_roster, insurance_answers, consents TO tuoyu_app;
CREATE POLICY undo ON children AS RESTRICTIVE FOR DELETE USING (principal_role() = 'engine');
CREATE POLICY undo ON enrolments AS RESTRICTIVE FOR DELETE USING (principal_role() = 'engine');
CREATE POLICY undo ON checkup_roster AS RESTRICTIVE FOR DELETE USING (principal_role() = 'engine');
CREATE POLICY undo ON checkup_duties AS RESTRICTIVE FOR DELETE USING (principal_role() = 'engine');
CREATE POLICY undo ON insurance_roster AS RESTRICTIVE FOR DELETE USING (principal_role() = 'engine');
CREATE POLICY undo ON insurance_answers AS RESTRICTIVE FOR DELETE USING (principal_role() = 'engine');
CREATE POLICY undo ON consents AS RESTRICTIVE FOR DELETE USING (principal_role() = 'engine');

-- +goose Down
DROP POLICY undo ON consents;
DROP POLICY undo ON insurance_answers;
DROP POLICY undo ON insurance_roster;
DROP POLICY undo ON checkup_duties;
DROP POLICY undo ON checkup_roster;
DROP POLICY undo ON enrolments;
DROP POLICY undo ON children;
REVOKE DELETE ON children, enrolments, checkup_roster, checkup_duties, insurance_roster, insurance_answers, consents FROM tuoyu_app;
ALTER TABLE record_reads ADD CONSTRAINT record_reads_child_fkey FOREIGN KEY (child) REFERENCES children (id) NOT VALID;
DROP TABLE import_rows, imports, import_drafts;
