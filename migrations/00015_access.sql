-- +goose Up

-- The day on which the principal asks: that of the program's clock, which store.DB.As sets.
CREATE FUNCTION principal_day() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('tuoyu.day', true), '')::date, (now() AT TIME ZONE 'Asia/Shanghai')::date);

-- A clinic sees the children of an institution only while it serves it: under a contract in force on the day, or by a
-- check-up round of its own that is open. A contract that is proposed, signed for later or ended opens nothing. Policies
-- ask for the whole set, which Postgres reads once a statement, and not for each row.
CREATE FUNCTION served_by(clinic text, day date) RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT c.institution FROM contracts c WHERE c.clinic = $1 AND c.state = 'in_force' AND c.starts_on <= $2 AND c.ends_on >= $2
    UNION SELECT r.institution FROM checkup_rounds r WHERE r.clinic = $1 AND r.state = 'open'
$$;
CREATE FUNCTION serves(clinic text, institution text, day date) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN institution IN (SELECT served_by(clinic, day));
-- The children with an open referral of the clinic: it sees these alone, wherever they are in care.
CREATE FUNCTION referred_to(clinic text) RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT r.child FROM referrals r WHERE r.clinic = $1 AND r.state = 'open'
$$;
CREATE INDEX contracts_serving ON contracts (clinic, institution) WHERE state = 'in_force';
CREATE INDEX checkup_rounds_serving ON checkup_rounds (clinic, institution) WHERE state = 'open';
CREATE INDEX referrals_serving ON referrals (clinic, child) WHERE state = 'open';

DROP POLICY clinic ON enrolments;
CREATE POLICY clinic ON enrolments FOR SELECT USING (principal_role() = 'hospital' AND (
    institution IN (SELECT served_by(principal_institution(), principal_day()))
    OR child IN (SELECT referred_to(principal_institution()))));
-- A clinic reads children and consents; its own records are other tables.
DROP POLICY change ON children;
CREATE POLICY change ON children FOR UPDATE USING (principal_role() = 'institution' AND EXISTS (
    SELECT FROM enrolments e WHERE e.child = children.id));
DROP POLICY care ON consents;
CREATE POLICY care ON consents USING (principal_role() = 'institution' AND EXISTS (
    SELECT FROM enrolments e WHERE e.child = consents.child));
CREATE POLICY clinic ON consents FOR SELECT USING (principal_role() = 'hospital' AND EXISTS (
    SELECT FROM enrolments e WHERE e.child = consents.child));

DROP POLICY partner ON institutions;
CREATE POLICY insurer ON institutions FOR SELECT USING (principal_role() = 'insurer' AND EXISTS (
    SELECT FROM cases c WHERE c.institution = institutions.id AND is_partner(c.partner)));
CREATE POLICY clinic ON institutions FOR SELECT USING (principal_role() = 'hospital' AND (
    id IN (SELECT served_by(principal_institution(), principal_day()))
    OR id IN (SELECT r.institution FROM referrals r WHERE r.clinic = principal_institution() AND r.state = 'open')));

-- What a clinic recorded of children it sees while it serves them; the rounds and contracts, which name no child, it sees as
-- their party.
-- +goose StatementBegin
DO $$
DECLARE
    t text;
    clinic text := 'is_partner(clinic) AND (institution IN (SELECT served_by(principal_institution(), principal_day()))'
        ' OR child IN (SELECT referred_to(principal_institution())))';
BEGIN
    FOREACH t IN ARRAY ARRAY['checkup_roster', 'checkup_duties', 'health_records'] LOOP
        EXECUTE format('DROP POLICY own ON %I', t);
        EXECUTE format('CREATE POLICY own ON %I USING (may_see(county, institution)) WITH CHECK (may_see(county, institution))', t);
        EXECUTE format('CREATE POLICY clinic ON %I USING (%s) WITH CHECK (%s)', t, clinic, clinic);
    END LOOP;
    DROP POLICY own ON checkup_records;
    CREATE POLICY own ON checkup_records
        USING (principal_role() = 'engine' OR (principal_role() = 'institution' AND institution = principal_institution()))
        WITH CHECK (principal_role() = 'engine');
    EXECUTE format('CREATE POLICY clinic ON checkup_records USING (%s) WITH CHECK (%s)', clinic, clinic);
    DROP POLICY own ON referrals;
    CREATE POLICY own ON referrals USING (may_see(county, institution)) WITH CHECK (principal_role() = 'engine');
    CREATE POLICY clinic ON referrals
        USING (is_partner(clinic) AND (state = 'open' OR institution IN (SELECT served_by(principal_institution(), principal_day()))))
        WITH CHECK (is_partner(clinic));
END
$$;
-- +goose StatementEnd

-- A contract is made within the county: its institutions, clinics and offices see its clinics and no others.
DROP POLICY see ON clinics;
CREATE POLICY see ON clinics FOR SELECT USING (may_see(county, NULL)
    OR (principal_role() IN ('institution', 'hospital') AND county = principal_county()));

-- A file belongs to the case or the child that refers to it first, and is judged by that; until then to who uploaded it.
ALTER TABLE attachments ADD COLUMN case_no text REFERENCES cases (case_no), ADD COLUMN child text REFERENCES children (id);
CREATE INDEX attachments_of_case ON attachments (case_no) WHERE case_no IS NOT NULL;
CREATE INDEX attachments_of_child ON attachments (child) WHERE child IS NOT NULL;

-- What refers to files already stored. Proofs of check-ups are named in sealed records alone: theirs stay with who
-- uploaded them and the institution.
SELECT set_config('tuoyu.role', 'engine', true);
UPDATE attachments a SET case_no = u.case_no FROM (
    SELECT DISTINCT ON (id) id, case_no FROM (
        SELECT jsonb_path_query(facts, '$.papers[*].attachment') #>> '{}' AS id, case_no, entered_at AS at FROM applications
        UNION ALL SELECT jsonb_path_query(answer, '$.attachments[*]') #>> '{}', case_no, closed_at FROM tasks
        UNION ALL SELECT answer ->> 'signature', case_no, closed_at FROM tasks
        UNION ALL SELECT jsonb_path_query(content, '$.items[*].photos[*]') #>> '{}', case_no, sent_at FROM inspection_visits
        UNION ALL SELECT jsonb_path_query(content, '$.items[*].photos[*]') #>> '{}', case_no, saved_at FROM inspection_drafts
        UNION ALL SELECT picture, case_no, at FROM inspection_signatures
        UNION ALL SELECT jsonb_path_query(evidence, '$[*].attachment') #>> '{}', case_no, reported_at FROM build_reports
        UNION ALL SELECT unnest(evidence), case_no, recorded_at FROM contract_visits
    ) used WHERE id <> '' ORDER BY id, at
) u WHERE u.id = a.id;
UPDATE attachments a SET child = c.child FROM (
    SELECT DISTINCT ON (evidence) evidence, child FROM consents ORDER BY evidence, id
) c WHERE c.evidence = a.id;
SELECT set_config('tuoyu.role', '', true);

-- +goose StatementBegin
CREATE FUNCTION keep_attachment_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.case_no IS NOT NULL AND NEW.case_no IS DISTINCT FROM OLD.case_no
        OR OLD.child IS NOT NULL AND NEW.child IS DISTINCT FROM OLD.child THEN
        RAISE EXCEPTION 'attachment % stays with its case and child', OLD.id;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER attachments_link BEFORE UPDATE OF case_no, child ON attachments FOR EACH ROW EXECUTE FUNCTION keep_attachment_link();

DROP POLICY own ON attachments;
DROP POLICY partner ON attachments;
CREATE POLICY see ON attachments FOR SELECT USING (CASE
    WHEN principal_role() = 'engine' THEN true
    WHEN child IS NOT NULL THEN principal_role() IN ('institution', 'hospital')
        AND EXISTS (SELECT FROM children c WHERE c.id = attachments.child)
    WHEN case_no IS NULL THEN uploaded_by = principal_account()
        OR (principal_role() = 'institution' AND institution = principal_institution())
    WHEN principal_role() = 'hospital' THEN
        (uploaded_by = principal_account() OR institution IN (SELECT served_by(principal_institution(), principal_day())))
        AND EXISTS (SELECT FROM cases c WHERE c.case_no = attachments.case_no AND c.kind IN ('contract', 'checkup_round', 'referral'))
    ELSE principal_role() <> 'insurer' AND EXISTS (SELECT FROM cases c WHERE c.case_no = attachments.case_no)
END);
-- A clinic uploads where it is or was a party, for it may still record what it did under a contract.
CREATE POLICY add ON attachments FOR INSERT WITH CHECK (principal_role() = 'engine' OR (
    uploaded_by = principal_account() AND case_no IS NULL AND child IS NULL AND (may_see(county, institution) OR (
        principal_role() = 'hospital'
        AND EXISTS (SELECT FROM cases c WHERE c.institution = attachments.institution AND is_partner(c.partner))))));
CREATE POLICY link ON attachments FOR UPDATE USING (principal_role() <> 'public');
REVOKE UPDATE ON attachments FROM tuoyu_app;
GRANT UPDATE (case_no, child) ON attachments TO tuoyu_app;

-- +goose Down
DROP POLICY see ON attachments;
DROP POLICY add ON attachments;
DROP POLICY link ON attachments;
CREATE POLICY own ON attachments USING (may_see(county, institution)) WITH CHECK (may_see(county, institution));
CREATE POLICY partner ON attachments USING (principal_role() = 'hospital' AND EXISTS (
    SELECT FROM cases c WHERE c.institution = attachments.institution AND is_partner(c.partner)));
REVOKE UPDATE (case_no, child) ON attachments FROM tuoyu_app;
GRANT UPDATE ON attachments TO tuoyu_app;
DROP TRIGGER attachments_link ON attachments;
DROP FUNCTION keep_attachment_link;
ALTER TABLE attachments DROP COLUMN case_no, DROP COLUMN child;

-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['checkup_roster', 'checkup_duties', 'health_records'] LOOP
        EXECUTE format('DROP POLICY clinic ON %I', t);
        EXECUTE format('DROP POLICY own ON %I', t);
        EXECUTE format('CREATE POLICY own ON %I USING (may_see(county, institution) OR is_partner(clinic))'
            ' WITH CHECK (may_see(county, institution) OR is_partner(clinic))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
DROP POLICY clinic ON checkup_records;
DROP POLICY own ON checkup_records;
CREATE POLICY own ON checkup_records
    USING (principal_role() = 'engine' OR is_partner(clinic) OR (principal_role() = 'institution' AND institution = principal_institution()))
    WITH CHECK (principal_role() = 'engine' OR is_partner(clinic));
DROP POLICY clinic ON referrals;
DROP POLICY own ON referrals;
CREATE POLICY own ON referrals
    USING (may_see(county, institution) OR is_partner(clinic)) WITH CHECK (principal_role() = 'engine' OR is_partner(clinic));
DROP POLICY see ON clinics;
CREATE POLICY see ON clinics FOR SELECT USING (principal_role() <> '');
DROP POLICY insurer ON institutions;
DROP POLICY clinic ON institutions;
CREATE POLICY partner ON institutions FOR SELECT USING (principal_role() IN ('hospital', 'insurer') AND EXISTS (
    SELECT FROM cases c WHERE c.institution = institutions.id AND is_partner(c.partner)));
DROP POLICY clinic ON consents;
DROP POLICY care ON consents;
CREATE POLICY care ON consents USING (principal_role() IN ('institution', 'hospital') AND EXISTS (
    SELECT FROM enrolments e WHERE e.child = consents.child));
DROP POLICY change ON children;
CREATE POLICY change ON children FOR UPDATE USING (principal_role() IN ('institution', 'hospital') AND EXISTS (
    SELECT FROM enrolments e WHERE e.child = children.id));
DROP POLICY clinic ON enrolments;
CREATE POLICY clinic ON enrolments FOR SELECT USING (principal_role() = 'hospital' AND EXISTS (
    SELECT FROM cases c WHERE c.institution = enrolments.institution AND c.status = 'open' AND is_partner(c.partner)));
DROP INDEX referrals_serving, checkup_rounds_serving, contracts_serving;
DROP FUNCTION referred_to, serves, served_by, principal_day;
