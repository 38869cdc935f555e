-- +goose Up

-- What offices enter of a target that no process counts: a figure of a quarter with its evidence, which the city's office accepts or
-- returns. An entry is never changed: a later one of the quarter replaces it, so that the history stays.
CREATE TABLE target_entries (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target     text NOT NULL,
    county     text NOT NULL CHECK (county ~ '^[0-9]{6}$'), -- or the city, of what its office does itself
    quarter    date NOT NULL CHECK (extract(day FROM quarter) = 1 AND extract(month FROM quarter) IN (1, 4, 7, 10)),
    part       integer NOT NULL CHECK (part >= 0),
    whole      integer NOT NULL DEFAULT 0 CHECK (whole >= 0),
    note       text NOT NULL,
    evidence   text[] NOT NULL,
    state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'returned', 'replaced')),
    entered_by text NOT NULL,
    entered_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    reason     text NOT NULL DEFAULT ''
);
CREATE INDEX target_entries_of_target ON target_entries (target, id DESC);
CREATE INDEX target_entries_by_county ON target_entries (county, id DESC);
CREATE INDEX target_entries_waiting ON target_entries (id DESC) WHERE state = 'waiting';
CREATE INDEX target_entries_accepted ON target_entries (target, county, quarter, id DESC) WHERE state = 'accepted';
CREATE UNIQUE INDEX target_entries_one_waiting ON target_entries (target, county, quarter) WHERE state = 'waiting';

ALTER TABLE target_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE target_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY see ON target_entries FOR SELECT USING (
    may_see(county, NULL) AND principal_role() IN ('engine', 'county_office', 'city_office', 'auditor', 'administrator'));
CREATE POLICY enter ON target_entries FOR INSERT WITH CHECK (
    principal_role() IN ('county_office', 'city_office') AND county = principal_county() AND entered_by = principal_account());
CREATE POLICY decide ON target_entries FOR UPDATE USING (
    state = 'waiting' AND (principal_role() = 'city_office' OR (principal_role() = 'county_office' AND county = principal_county())))
    WITH CHECK (CASE state
        WHEN 'replaced' THEN county = principal_county()
        ELSE principal_role() = 'city_office' AND entered_by <> principal_account()
    END);
GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, reason) ON target_entries TO tuoyu_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tuoyu_app;

-- Their files belong to no case and no child. Those who see the entry see them.
ALTER TABLE attachments ADD COLUMN entry bigint REFERENCES target_entries (id);
DROP INDEX attachments_unused;
CREATE INDEX attachments_unused ON attachments (uploaded_at) WHERE case_no IS NULL AND child IS NULL AND entry IS NULL AND NOT kept;
GRANT UPDATE (entry) ON attachments TO tuoyu_app;
ALTER POLICY see ON attachments USING (CASE
    WHEN principal_role() = 'engine' THEN true
    WHEN entry IS NOT NULL THEN principal_role() IN ('county_office', 'city_office', 'auditor') AND may_see(county, NULL)
    WHEN sheet IS NOT NULL THEN (principal_role() = 'institution' AND institution = principal_institution())
        OR (principal_role() = 'hospital' AND institution = ANY ((SELECT clinic_serves())::text[]))
    WHEN child IS NOT NULL THEN principal_role() IN ('institution', 'hospital') AND sees_child(child)
    WHEN case_no IS NULL THEN uploaded_by = principal_account()
        OR (principal_role() = 'institution' AND institution = principal_institution())
    WHEN principal_role() = 'hospital' THEN
        (uploaded_by = principal_account() OR institution = ANY ((SELECT clinic_serves())::text[])) AND is_clinic_case(case_no)
    ELSE principal_role() <> 'insurer' AND sees_case(case_no)
END);

-- +goose Down

ALTER POLICY see ON attachments USING (CASE
    WHEN principal_role() = 'engine' THEN true
    WHEN sheet IS NOT NULL THEN (principal_role() = 'institution' AND institution = principal_institution())
        OR (principal_role() = 'hospital' AND institution = ANY ((SELECT clinic_serves())::text[]))
    WHEN child IS NOT NULL THEN principal_role() IN ('institution', 'hospital') AND sees_child(child)
    WHEN case_no IS NULL THEN uploaded_by = principal_account()
        OR (principal_role() = 'institution' AND institution = principal_institution())
    WHEN principal_role() = 'hospital' THEN
        (uploaded_by = principal_account() OR institution = ANY ((SELECT clinic_serves())::text[])) AND is_clinic_case(case_no)
    ELSE principal_role() <> 'insurer' AND sees_case(case_no)
END);
-- Without its entry a file would be collected, so it is kept.
SELECT set_config('tuoyu.role', 'engine', true);
UPDATE attachments SET kept = true WHERE entry IS NOT NULL;
SELECT set_config('tuoyu.role', '', true);
DROP INDEX attachments_unused;
CREATE INDEX attachments_unused ON attachments (uploaded_at) WHERE case_no IS NULL AND child IS NULL AND NOT kept;
ALTER TABLE attachments DROP COLUMN entry;
DROP TABLE target_entries;
