-- +goose Up

-- A revision of a procedure 事项版本: its files, proposed by one person and published by another. What was published stays as it is.
CREATE TABLE procedure_revisions (
    id          text PRIMARY KEY, -- the hash of the files
    kind        text NOT NULL,
    prefix      text NOT NULL CHECK (prefix ~ '^[A-Z]{2}$'),
    title       text NOT NULL,
    label       text NOT NULL,
    from_on     date NOT NULL,
    open_until  date,
    archive     bytea NOT NULL,
    report      jsonb NOT NULL DEFAULT '{}', -- what the proposer and the approver saw: changes, scenarios, other outcomes
    state       text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'published', 'refused')),
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by  text CHECK (decided_by <> proposed_by),
    decided_at  timestamptz,
    note        text NOT NULL DEFAULT '',
    CHECK ((state = 'proposed') = (decided_by IS NULL))
);
CREATE INDEX procedure_revisions_of_kind ON procedure_revisions (kind, proposed_at DESC, id DESC);
CREATE INDEX procedure_revisions_page ON procedure_revisions (proposed_at DESC, id DESC);

-- The compiled plans of a revision: the one of the city, and one for each county with an overlay. A case names its plan by the hash.
CREATE TABLE procedure_plans (
    revision text NOT NULL REFERENCES procedure_revisions (id),
    county   text NOT NULL DEFAULT '' CHECK (county ~ '^([0-9]{6})?$'),
    hash     text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    plan     jsonb COMPRESSION lz4 NOT NULL,
    PRIMARY KEY (revision, county)
);
CREATE INDEX procedure_plans_by_hash ON procedure_plans (hash);

-- The plan that a case was opened with, and the step of its parent case that opened it.
ALTER TABLE cases ADD COLUMN plan text NOT NULL DEFAULT '', ADD COLUMN parent_step text NOT NULL DEFAULT '';
CREATE INDEX cases_by_plan ON cases (plan, stage) WHERE plan <> '' AND status = 'open';
CREATE INDEX cases_by_kind_about ON cases (kind, about, institution) WHERE plan <> '';

CREATE INDEX cases_by_kind_created ON cases (kind, created_at DESC, case_no DESC) WHERE plan <> '';
CREATE INDEX inspection_findings_open ON inspection_findings (institution) WHERE corrected_on IS NULL;

-- What is filled in by rows: rows of a case, or of a register without one 台账.
CREATE TABLE procedure_rows (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL,
    case_no     text REFERENCES cases (case_no),
    set_name    text NOT NULL,
    key         text NOT NULL,
    county      text NOT NULL,
    institution text NOT NULL REFERENCES institutions (id),
    data        jsonb NOT NULL,
    sealed      bytea, -- the whole row, where the set is sealed; data then has what is not sealed
    state       text NOT NULL DEFAULT '',
    plan        text NOT NULL,
    entered_by  text NOT NULL,
    entered_at  timestamptz NOT NULL,
    updated_by  text NOT NULL,
    updated_at  timestamptz NOT NULL,
    removed     boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX procedure_rows_of_case ON procedure_rows (case_no, set_name, key) WHERE case_no IS NOT NULL;
CREATE UNIQUE INDEX procedure_rows_of_register ON procedure_rows (kind, set_name, county, key) WHERE case_no IS NULL;

-- What a row was before each change: nothing that a person entered is lost.
CREATE TABLE procedure_row_history (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    row_id     bigint NOT NULL REFERENCES procedure_rows (id),
    county     text NOT NULL,
    institution text NOT NULL,
    data       jsonb NOT NULL,
    sealed     bytea,
    state      text NOT NULL,
    removed    boolean NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX procedure_row_history_of_row ON procedure_row_history (row_id, id);

-- +goose StatementBegin
-- It runs as the owner, since nothing else writes the history; row-level security holds for it too.
CREATE FUNCTION remember_procedure_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO procedure_row_history (row_id, county, institution, data, sealed, state, removed, changed_by, changed_at)
    VALUES (OLD.id, OLD.county, OLD.institution, OLD.data, OLD.sealed, OLD.state, OLD.removed, NEW.updated_by, NEW.updated_at);
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER procedure_rows_history BEFORE UPDATE ON procedure_rows FOR EACH ROW
    WHEN (OLD.data <> NEW.data OR OLD.state <> NEW.state OR OLD.removed <> NEW.removed OR OLD.sealed IS DISTINCT FROM NEW.sealed)
    EXECUTE FUNCTION remember_procedure_row();

-- A publicity period 公示期 of a case, with what is published.
CREATE TABLE procedure_publicity (
    case_no     text NOT NULL REFERENCES cases (case_no),
    step        text NOT NULL,
    kind        text NOT NULL,
    county      text NOT NULL,
    institution text NOT NULL,
    title       text NOT NULL,
    body        text NOT NULL, -- HTML, made by the template of the paper
    opened_on   date NOT NULL,
    last_on     date NOT NULL, -- the last day on which an objection may be raised
    ended_at    timestamptz,
    result      text NOT NULL DEFAULT '',
    PRIMARY KEY (case_no, step)
);
CREATE INDEX procedure_publicity_page ON procedure_publicity (opened_on DESC, case_no DESC);
CREATE INDEX procedure_publicity_of_county ON procedure_publicity (county, opened_on DESC, case_no DESC);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['procedure_revisions', 'procedure_plans', 'procedure_rows', 'procedure_row_history', 'procedure_publicity'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['procedure_rows', 'procedure_row_history', 'procedure_publicity'] LOOP
        EXECUTE format('CREATE POLICY own ON %I USING (may_see(county, institution)) WITH CHECK (may_see(county, institution))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY partner ON procedure_rows USING (principal_role() IN ('hospital', 'insurer') AND is_party(case_no))
    WITH CHECK (principal_role() IN ('hospital', 'insurer') AND is_party(case_no));
CREATE POLICY published ON procedure_publicity FOR SELECT USING (principal_role() = 'public');

-- Everybody may read by which flow and rules cases are decided.
CREATE POLICY see ON procedure_revisions FOR SELECT USING (principal_role() <> '');
CREATE POLICY see ON procedure_plans FOR SELECT USING (principal_role() <> '');
CREATE POLICY propose ON procedure_revisions FOR INSERT WITH CHECK (
    principal_role() = 'procedure_author' AND state = 'proposed' AND proposed_by = principal_account());
CREATE POLICY propose ON procedure_plans FOR INSERT WITH CHECK (principal_role() = 'procedure_author');
CREATE POLICY decide ON procedure_revisions FOR UPDATE USING (principal_role() = 'procedure_approver' AND state = 'proposed')
    WITH CHECK (principal_role() = 'procedure_approver' AND decided_by = principal_account());

GRANT SELECT, INSERT ON procedure_revisions, procedure_plans TO tuoyu_app;
GRANT UPDATE (state, decided_by, decided_at, note) ON procedure_revisions TO tuoyu_app;
GRANT SELECT, INSERT, UPDATE ON procedure_rows, procedure_publicity TO tuoyu_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tuoyu_app;

-- +goose Down
DROP TABLE procedure_publicity, procedure_row_history, procedure_rows;
DROP FUNCTION remember_procedure_row;
DROP INDEX cases_by_kind_created, cases_by_plan, cases_by_kind_about, inspection_findings_open;
ALTER TABLE cases DROP COLUMN plan, DROP COLUMN parent_step;
DROP TABLE procedure_plans, procedure_revisions;
