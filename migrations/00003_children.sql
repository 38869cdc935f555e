-- +goose Up

-- The other party of a case 相对方: the clinic of a contract and of its rounds, the insurer of a batch. It sees the case
-- as the institution does. `about` tells open cases of a kind and institution apart: a half-year, a child.
ALTER TABLE cases ADD COLUMN partner text NOT NULL DEFAULT '', ADD COLUMN about text NOT NULL DEFAULT '';
DROP INDEX cases_one_open;
CREATE UNIQUE INDEX cases_one_open ON cases (institution, kind, about) WHERE status = 'open';
CREATE INDEX cases_by_partner ON cases (partner, created_at DESC, case_no DESC) WHERE partner <> '';
ALTER TABLE tasks ADD COLUMN partner text NOT NULL DEFAULT '';
CREATE INDEX tasks_of_partner ON tasks (partner, role, sort_on, id) WHERE state = 'open' AND partner <> '';

-- Is the principal the other party named in a row?
CREATE FUNCTION is_partner(row_partner text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN principal_role() IN ('hospital', 'insurer') AND row_partner <> '' AND row_partner = principal_institution();

CREATE POLICY partner ON cases USING (is_partner(partner)) WITH CHECK (is_partner(partner));
CREATE POLICY partner ON tasks USING (is_partner(partner)) WITH CHECK (is_partner(partner));

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['applications', 'decisions', 'documents', 'case_events', 'outbox'] LOOP
        EXECUTE format('CREATE POLICY partner ON %I USING (principal_role() IN (''hospital'', ''insurer'') AND EXISTS ('
            'SELECT FROM cases c WHERE c.case_no = %I.case_no AND is_partner(c.partner)))', t, t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY partner ON attachments USING (principal_role() = 'hospital' AND EXISTS (
    SELECT FROM cases c WHERE c.institution = attachments.institution AND is_partner(c.partner)));
CREATE POLICY partner ON institutions FOR SELECT USING (principal_role() IN ('hospital', 'insurer') AND EXISTS (
    SELECT FROM cases c WHERE c.institution = institutions.id AND is_partner(c.partner)));

-- A child 婴幼儿, known by an identifier that says nothing. What names the child or a guardian is sealed per field, with
-- table, column and row as associated data; an index of keyed hashes finds an identity exactly. Birth and sex stand in
-- the clear, since rules over a whole county read them.
CREATE TABLE children (
    id             text PRIMARY KEY,
    county         text NOT NULL CHECK (county ~ '^[0-9]{6}$'), -- where the child lives
    born_on        date NOT NULL,
    sex            text NOT NULL CHECK (sex IN ('male', 'female')),
    identity_kind  text NOT NULL CHECK (identity_kind IN ('resident_id', 'birth_certificate', 'permit', 'passport')),
    identity_index bytea NOT NULL,
    identity       bytea NOT NULL,
    name           bytea NOT NULL,
    guardian_name  bytea,
    guardian_phone bytea,
    died_on        date,
    moved_on       date,          -- no longer a resident of the city
    source         text NOT NULL, -- civil, health or institution
    created_by     text NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX children_by_identity ON children (identity_index);
CREATE INDEX children_by_county ON children (county, id);
CREATE INDEX children_by_birth ON children (county, born_on, id);

-- A child's time in a class of an institution 在托. A span that ends says why, and where a transfer leads.
CREATE TABLE enrolments (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    child       text NOT NULL REFERENCES children (id),
    county      text NOT NULL,
    institution text NOT NULL REFERENCES institutions (id),
    class       text NOT NULL,
    entered_on  date NOT NULL,
    left_on     date CHECK (left_on >= entered_on), -- the first day the child is no longer in care
    leave       text CHECK (leave IN ('left', 'transferred', 'died', 'aged_out')),
    entered_by  text NOT NULL,
    left_by     text,
    CHECK ((left_on IS NULL) = (leave IS NULL))
);
CREATE INDEX enrolments_of_institution ON enrolments (institution, class, child);
CREATE INDEX enrolments_page ON enrolments (institution, id);
CREATE INDEX enrolments_of_county ON enrolments (county, id);
CREATE INDEX enrolments_of_child ON enrolments (child, entered_on);
-- A child is in care at one place at a time.
CREATE UNIQUE INDEX enrolments_one_open ON enrolments (child) WHERE left_on IS NULL;

-- A guardian's consent 监护人同意 for one purpose (个人信息保护法 art. 29, 31). Withdrawal ends the row; a new consent is a new one.
CREATE TABLE consents (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    child        text NOT NULL REFERENCES children (id),
    county       text NOT NULL,
    purpose      text NOT NULL CHECK (purpose IN ('checkup', 'insurance')),
    evidence     text NOT NULL, -- an attachment, or where the paper is kept
    given_on     date NOT NULL,
    taken_by     text NOT NULL,
    withdrawn_on date,
    withdrawn_by text,
    CHECK ((withdrawn_on IS NULL) = (withdrawn_by IS NULL))
);
CREATE UNIQUE INDEX consents_one_standing ON consents (child, purpose) WHERE withdrawn_on IS NULL;
CREATE INDEX consents_of_child ON consents (child, id);

-- Who read what of a child's record, and what for (未成年人网络保护条例 art. 36). Append-only.
CREATE TABLE record_reads (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    child       text NOT NULL REFERENCES children (id),
    county      text NOT NULL,
    reader      text NOT NULL,
    reader_role text NOT NULL,
    institution text NOT NULL,
    purpose     text NOT NULL,
    fields      text[] NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX record_reads_of_child ON record_reads (child, id DESC);
CREATE INDEX record_reads_page ON record_reads (county, id DESC);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['children', 'enrolments', 'consents', 'record_reads'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY engine ON %I USING (principal_role() = ''engine'')', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
-- An institution sees the children it has or had in care, a clinic those of the institutions it serves, the county's
-- office those who live there.
CREATE POLICY care ON enrolments
    USING (principal_role() = 'institution' AND institution = principal_institution())
    WITH CHECK (principal_role() = 'institution' AND institution = principal_institution());
CREATE POLICY clinic ON enrolments FOR SELECT USING (principal_role() = 'hospital' AND EXISTS (
    SELECT FROM cases c WHERE c.institution = enrolments.institution AND c.status = 'open' AND is_partner(c.partner)));
CREATE POLICY county ON enrolments FOR SELECT USING (principal_role() = 'county_office' AND county = principal_county());
CREATE POLICY care ON children FOR SELECT USING (principal_role() IN ('institution', 'hospital') AND EXISTS (
    SELECT FROM enrolments e WHERE e.child = children.id));
CREATE POLICY change ON children FOR UPDATE USING (principal_role() IN ('institution', 'hospital') AND EXISTS (
    SELECT FROM enrolments e WHERE e.child = children.id));
CREATE POLICY county ON children USING (principal_role() = 'county_office' AND county = principal_county());
CREATE POLICY care ON consents USING (principal_role() IN ('institution', 'hospital') AND EXISTS (
    SELECT FROM enrolments e WHERE e.child = consents.child));
CREATE POLICY county ON consents USING (principal_role() = 'county_office' AND county = principal_county());
-- Whoever reads writes the line; the offices and the auditor read them.
CREATE POLICY write ON record_reads FOR INSERT WITH CHECK (principal_role() IN ('institution', 'hospital', 'county_office', 'insurer'));
CREATE POLICY see ON record_reads FOR SELECT
    USING (principal_role() = 'auditor' OR (principal_role() = 'county_office' AND county = principal_county()));

GRANT SELECT, INSERT, UPDATE ON children, enrolments, consents TO tuoyu_app;
GRANT SELECT, INSERT ON record_reads TO tuoyu_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tuoyu_app;

-- +goose Down
DROP TABLE record_reads, consents, enrolments, children;
DROP POLICY partner ON cases;
DROP POLICY partner ON tasks;
DROP POLICY partner ON applications;
DROP POLICY partner ON decisions;
DROP POLICY partner ON documents;
DROP POLICY partner ON case_events;
DROP POLICY partner ON outbox;
DROP POLICY partner ON attachments;
DROP POLICY partner ON institutions;
DROP FUNCTION is_partner;
DROP INDEX cases_by_partner, tasks_of_partner, cases_one_open;
ALTER TABLE tasks DROP COLUMN partner;
ALTER TABLE cases DROP COLUMN partner, DROP COLUMN about;
CREATE UNIQUE INDEX cases_one_open ON cases (institution, kind) WHERE status = 'open';
