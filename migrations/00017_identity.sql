-- +goose Up
SELECT set_config('tuoyu.role', 'engine', true);

-- Who entered the guardian (an institution, or '' for an office's roster); the record this one is part of after a merge 合并; and
-- the form in which the names are stored: 0 as they were typed, 1 as nursery.NormalName returns them.
ALTER TABLE children ADD COLUMN guardian_from text NOT NULL DEFAULT '',
    ADD COLUMN merged_into text REFERENCES children (id) CHECK (merged_into <> id),
    ADD COLUMN name_form smallint NOT NULL DEFAULT 0;
ALTER TABLE children ALTER COLUMN name_form SET DEFAULT 1;
CREATE INDEX children_merged ON children (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX children_to_rename ON children (id) WHERE name_form = 0;
UPDATE children c SET guardian_from = e.institution
FROM (SELECT DISTINCT ON (child) child, institution FROM enrolments ORDER BY child, entered_on DESC, id DESC) e
WHERE e.child = c.id AND (c.guardian_name IS NOT NULL OR c.guardian_phone IS NOT NULL);

-- Why a child older than infant care was taken in; and that the institution releases what it entered to the next one.
ALTER TABLE enrolments ADD COLUMN age_reason text NOT NULL DEFAULT '', ADD COLUMN released_on date, ADD COLUMN released_by text;

-- A consent is given to whoever asks for it: an institution, or '' for an office's roster. 'transfer' is the guardian's consent
-- that an institution receives what was entered elsewhere.
ALTER TABLE consents ADD COLUMN institution text NOT NULL DEFAULT '';
UPDATE consents c SET institution = a.institution FROM attachments a WHERE a.id = c.evidence;
ALTER TABLE consents DROP CONSTRAINT consents_purpose_check;
ALTER TABLE consents ADD CONSTRAINT consents_purpose_check CHECK (purpose IN ('checkup', 'insurance', 'transfer'));
DROP INDEX consents_one_standing;
CREATE UNIQUE INDEX consents_one_standing ON consents (child, purpose, institution) WHERE withdrawn_on IS NULL;
DROP POLICY care ON consents;
DROP POLICY IF EXISTS clinic ON consents;
CREATE POLICY care ON consents
    USING (principal_role() = 'institution' AND institution = principal_institution() AND EXISTS (
        SELECT FROM enrolments e WHERE e.child = consents.child))
    WITH CHECK (principal_role() = 'institution' AND institution = principal_institution());
CREATE POLICY clinic ON consents FOR SELECT USING (principal_role() = 'hospital' AND EXISTS (
    SELECT FROM enrolments e WHERE e.child = consents.child AND consents.institution IN ('', e.institution)));

-- How often an account was refused on a day because an identity did not agree with what is recorded under its number.
CREATE TABLE identity_refusals (
    account  text NOT NULL CHECK (account <> ''),
    day      date NOT NULL,
    refusals integer NOT NULL CHECK (refusals >= 0),
    PRIMARY KEY (account, day)
);
ALTER TABLE identity_refusals ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity_refusals FORCE ROW LEVEL SECURITY;
CREATE POLICY engine ON identity_refusals FOR SELECT USING (principal_role() = 'engine');
CREATE POLICY own ON identity_refusals USING (account = principal_account()) WITH CHECK (account = principal_account());
GRANT SELECT, INSERT, UPDATE ON identity_refusals TO tuoyu_app;

-- What was put right of a child's stays, death or identity, and why. Append-only; it holds days and codes, never a number or a name.
CREATE TABLE child_corrections (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    child        text NOT NULL REFERENCES children (id),
    county       text NOT NULL,
    institution  text NOT NULL DEFAULT '', -- that corrected it, or '' for the county's office
    what         text NOT NULL CHECK (what IN ('stay', 'death', 'identity', 'release')),
    before       jsonb NOT NULL,
    after        jsonb NOT NULL,
    reason       text NOT NULL CHECK (reason <> ''),
    corrected_by text NOT NULL,
    corrected_at timestamptz NOT NULL
);
CREATE INDEX child_corrections_of_child ON child_corrections (child, id DESC);
CREATE INDEX child_corrections_of_county ON child_corrections (county, id DESC);

-- That two records are one child's 合并, and that they are not after all. Moved says what the merge moved, for taking it back.
CREATE TABLE child_merges (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    child       text NOT NULL REFERENCES children (id), -- the record that goes on
    other       text NOT NULL REFERENCES children (id), -- the record that became part of it
    county      text NOT NULL,
    reason      text NOT NULL CHECK (reason <> ''),
    moved       jsonb NOT NULL,
    merged_by   text NOT NULL,
    merged_at   timestamptz NOT NULL,
    undo_reason text CHECK (undo_reason <> ''),
    undone_by   text,
    undone_at   timestamptz,
    CHECK (child <> other),
    CHECK ((undone_at IS NULL) = (undo_reason IS NULL) AND (undone_at IS NULL) = (undone_by IS NULL))
);
CREATE UNIQUE INDEX child_merges_standing ON child_merges (other) WHERE undone_at IS NULL;
CREATE INDEX child_merges_of_county ON child_merges (county, id DESC);

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['child_corrections', 'child_merges'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY engine ON %I USING (principal_role() = ''engine'')', t);
        EXECUTE format('CREATE POLICY audit ON %I FOR SELECT USING (principal_role() = ''auditor'')', t);
        EXECUTE format('CREATE POLICY county ON %I USING (principal_role() = ''county_office'' AND county = principal_county())', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY own ON child_corrections
    USING (principal_role() = 'institution' AND institution = principal_institution())
    WITH CHECK (principal_role() = 'institution' AND institution = principal_institution());
GRANT SELECT, INSERT ON child_corrections TO tuoyu_app;
GRANT SELECT, INSERT, UPDATE ON child_merges TO tuoyu_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tuoyu_app;

-- Attendance is append-only; a merge alone moves its days to the record that goes on.
GRANT UPDATE (child) ON attendance TO tuoyu_app;
CREATE POLICY merge ON attendance AS RESTRICTIVE FOR UPDATE USING (principal_role() = 'engine');

-- A cover of a record that became part of another counts for that one; a record merged into another is not judged beside it.
CREATE OR REPLACE VIEW insurance_facts WITH (security_invoker = true) AS
SELECT f.*, concat_ws('/', f.residence, (f.age_months >= f.until_months)::text, f.died::text, f.moved::text, f.notified::text,
    f.consent::text, f.in_force::text, f.repeated::text, f.newborn::text, (f.reported_days > f.newborn_days)::text) AS class
FROM (
    SELECT r.case_no, r.child, r.residence, r.newborn, b.until_months, b.newborn_days, s.start_on,
        completed_months(c.born_on, s.start_on) AS age_months,
        c.died_on IS NOT NULL AS died, c.moved_on IS NOT NULL AS moved,
        r.notified_on IS NOT NULL AS notified,
        EXISTS (SELECT FROM consents a WHERE a.child = r.child AND a.purpose = 'insurance' AND a.withdrawn_on IS NULL) AS consent,
        s.in_force,
        -- The same child under another kind of paper, a newborn first known by the birth certificate; two of one kind are two children.
        EXISTS (SELECT FROM insurance_roster o JOIN children k ON k.id = o.child
            WHERE o.person = r.person AND o.child <> r.child AND k.identity_kind <> c.identity_kind
                AND k.merged_into IS DISTINCT FROM r.child AND (
                o.case_no = r.case_no AND (o.status IN ('eligible', 'sent') OR o.status = 'rostered' AND c.identity_kind = 'birth_certificate')
                OR EXISTS (SELECT FROM insurance_covers w WHERE w.child = o.child AND w.until_on > s.start_on))) AS repeated,
        CASE WHEN r.newborn THEN r.reported_on - c.born_on ELSE 0 END AS reported_days
    FROM insurance_roster r
    JOIN insurance_batches b ON b.case_no = r.case_no
    JOIN children c ON c.id = r.child
    LEFT JOIN (SELECT merged_into, array_agg(id) AS ids FROM children WHERE merged_into IS NOT NULL GROUP BY merged_into) m ON m.merged_into = r.child
    CROSS JOIN LATERAL (
        SELECT greatest(b.cover_from, c.born_on, max(v.until_on) FILTER (WHERE v.until_on < b.cover_from + interval '1 month')) AS start_on,
            coalesce(bool_or(v.until_on >= b.cover_from + interval '1 month'), false) AS in_force
        FROM insurance_covers v WHERE v.child = ANY (ARRAY[r.child] || coalesce(m.ids, '{}')) AND v.until_on > b.cover_from
    ) s
    WHERE r.status = 'rostered'
) f;
SELECT set_config('tuoyu.role', '', true);

-- +goose Down
SELECT set_config('tuoyu.role', 'engine', true);
CREATE OR REPLACE VIEW insurance_facts WITH (security_invoker = true) AS
SELECT f.*, concat_ws('/', f.residence, (f.age_months >= f.until_months)::text, f.died::text, f.moved::text, f.notified::text,
    f.consent::text, f.in_force::text, f.repeated::text, f.newborn::text, (f.reported_days > f.newborn_days)::text) AS class
FROM (
    SELECT r.case_no, r.child, r.residence, r.newborn, b.until_months, b.newborn_days, s.start_on,
        completed_months(c.born_on, s.start_on) AS age_months,
        c.died_on IS NOT NULL AS died, c.moved_on IS NOT NULL AS moved,
        r.notified_on IS NOT NULL AS notified,
        EXISTS (SELECT FROM consents a WHERE a.child = r.child AND a.purpose = 'insurance' AND a.withdrawn_on IS NULL) AS consent,
        s.in_force,
        EXISTS (SELECT FROM insurance_roster o JOIN children k ON k.id = o.child
            WHERE o.person = r.person AND o.child <> r.child AND k.identity_kind <> c.identity_kind AND (
                o.case_no = r.case_no AND (o.status IN ('eligible', 'sent') OR o.status = 'rostered' AND c.identity_kind = 'birth_certificate')
                OR EXISTS (SELECT FROM insurance_covers w WHERE w.child = o.child AND w.until_on > s.start_on))) AS repeated,
        CASE WHEN r.newborn THEN r.reported_on - c.born_on ELSE 0 END AS reported_days
    FROM insurance_roster r
    JOIN insurance_batches b ON b.case_no = r.case_no
    JOIN children c ON c.id = r.child
    CROSS JOIN LATERAL (
        SELECT greatest(b.cover_from, c.born_on, max(v.until_on) FILTER (WHERE v.until_on < b.cover_from + interval '1 month')) AS start_on,
            coalesce(bool_or(v.until_on >= b.cover_from + interval '1 month'), false) AS in_force
        FROM insurance_covers v WHERE v.child = r.child AND v.until_on > b.cover_from
    ) s
    WHERE r.status = 'rostered'
) f;
DROP POLICY merge ON attendance;
REVOKE UPDATE (child) ON attendance FROM tuoyu_app;
DROP TABLE child_merges, child_corrections, identity_refusals;
DROP POLICY care ON consents;
DROP POLICY clinic ON consents;
CREATE POLICY care ON consents USING (principal_role() = 'institution' AND EXISTS (
    SELECT FROM enrolments e WHERE e.child = consents.child));
CREATE POLICY clinic ON consents FOR SELECT USING (principal_role() = 'hospital' AND EXISTS (
    SELECT FROM enrolments e WHERE e.child = consents.child));
DELETE FROM consents WHERE purpose = 'transfer';
UPDATE consents c SET withdrawn_on = c.given_on, withdrawn_by = c.taken_by WHERE c.withdrawn_on IS NULL AND EXISTS (
    SELECT FROM consents o WHERE o.child = c.child AND o.purpose = c.purpose AND o.withdrawn_on IS NULL AND o.id < c.id);
DROP INDEX consents_one_standing;
CREATE UNIQUE INDEX consents_one_standing ON consents (child, purpose) WHERE withdrawn_on IS NULL;
ALTER TABLE consents DROP CONSTRAINT consents_purpose_check;
ALTER TABLE consents ADD CONSTRAINT consents_purpose_check CHECK (purpose IN ('checkup', 'insurance'));
ALTER TABLE consents DROP COLUMN institution;
ALTER TABLE enrolments DROP COLUMN age_reason, DROP COLUMN released_on, DROP COLUMN released_by;
ALTER TABLE children DROP COLUMN guardian_from, DROP COLUMN merged_into, DROP COLUMN name_form;
SELECT set_config('tuoyu.role', '', true);
