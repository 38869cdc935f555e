-- +goose Up

-- A subquery in a policy is set up in every statement on its table, by whomever, and takes as long as the statement itself. What
-- only few principals need to look up stands in functions that are called for them alone: plpgsql, since Postgres would put the text of
-- a function in SQL back into the policy. Each runs under the row-level security of who asks, as the subqueries did.

-- +goose StatementBegin
-- Is the principal the other party of the case?
CREATE FUNCTION is_party(number text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM cases c WHERE c.case_no = number AND is_partner(c.partner));
END
$$;
-- May the principal see the case?
CREATE FUNCTION sees_case(number text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM cases c WHERE c.case_no = number);
END
$$;
-- May the principal see the inspection? An institution does not before it is announced.
CREATE FUNCTION sees_inspection(number text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM inspections i WHERE i.case_no = number);
END
$$;
-- May the principal see the child?
CREATE FUNCTION sees_child(number text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM children c WHERE c.id = number);
END
$$;
-- Is the case, which the clinic sees, of a process that clinics take part in?
CREATE FUNCTION is_clinic_case(number text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM cases c WHERE c.case_no = number AND c.kind IN ('contract', 'checkup_round', 'referral'));
END
$$;
-- The institutions that the clinic serves on this day: a policy reads them once a statement.
CREATE FUNCTION clinic_serves() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ARRAY (SELECT served_by(principal_institution(), principal_day()));
END
$$;
-- Is or was the principal the other party of a case of the institution?
CREATE FUNCTION is_party_of(of_institution text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM cases c WHERE c.institution = of_institution AND is_partner(c.partner));
END
$$;
-- These, and those that a child is referred to it of.
CREATE FUNCTION clinic_institutions() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN clinic_serves() || ARRAY (
        SELECT r.institution FROM referrals r WHERE r.clinic = principal_institution() AND r.state = 'open');
END
$$;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['applications', 'case_events', 'decisions', 'documents', 'outbox'] LOOP
        EXECUTE format('ALTER POLICY partner ON %I USING (principal_role() IN (''hospital'', ''insurer'') AND is_party(case_no))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
ALTER POLICY unannounced ON cases
    USING (principal_role() <> 'institution' OR kind <> 'inspection' OR sees_inspection(case_no));
ALTER POLICY clinic ON institutions USING (principal_role() = 'hospital' AND id = ANY ((SELECT clinic_institutions())::text[]));
ALTER POLICY insurer ON institutions USING (principal_role() = 'insurer' AND is_party_of(id));
ALTER POLICY see ON attachments USING (CASE
    WHEN principal_role() = 'engine' THEN true
    WHEN child IS NOT NULL THEN principal_role() IN ('institution', 'hospital') AND sees_child(child)
    WHEN case_no IS NULL THEN uploaded_by = principal_account()
        OR (principal_role() = 'institution' AND institution = principal_institution())
    WHEN principal_role() = 'hospital' THEN
        (uploaded_by = principal_account() OR institution = ANY ((SELECT clinic_serves())::text[])) AND is_clinic_case(case_no)
    ELSE principal_role() <> 'insurer' AND sees_case(case_no)
END);
ALTER POLICY add ON attachments WITH CHECK (principal_role() = 'engine' OR (
    uploaded_by = principal_account() AND case_no IS NULL AND child IS NULL
    AND (may_see(county, institution) OR (principal_role() = 'hospital' AND is_party_of(institution)))));

-- +goose Down
ALTER POLICY add ON attachments WITH CHECK (principal_role() = 'engine' OR (
    uploaded_by = principal_account() AND case_no IS NULL AND child IS NULL AND (may_see(county, institution) OR (
        principal_role() = 'hospital'
        AND EXISTS (SELECT FROM cases c WHERE c.institution = attachments.institution AND is_partner(c.partner))))));
ALTER POLICY see ON attachments USING (CASE
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
ALTER POLICY insurer ON institutions USING (principal_role() = 'insurer' AND EXISTS (
    SELECT FROM cases c WHERE c.institution = institutions.id AND is_partner(c.partner)));
ALTER POLICY clinic ON institutions USING (principal_role() = 'hospital' AND (
    id IN (SELECT served_by(principal_institution(), principal_day()))
    OR id IN (SELECT r.institution FROM referrals r WHERE r.clinic = principal_institution() AND r.state = 'open')));
ALTER POLICY unannounced ON cases USING (principal_role() <> 'institution' OR kind <> 'inspection'
    OR EXISTS (SELECT FROM inspections i WHERE i.case_no = cases.case_no));
-- +goose StatementBegin
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['applications', 'case_events', 'decisions', 'documents', 'outbox'] LOOP
        EXECUTE format('ALTER POLICY partner ON %I USING (principal_role() IN (''hospital'', ''insurer'') AND EXISTS ('
            'SELECT FROM cases c WHERE c.case_no = %I.case_no AND is_partner(c.partner)))', t, t);
    END LOOP;
END
$$;
-- +goose StatementEnd
DROP FUNCTION clinic_institutions, is_party_of, clinic_serves, is_clinic_case, sees_child, sees_inspection, sees_case, is_party;
