-- +goose Up

-- Who may object to what is published: everybody, or those of one role. What is published to a role is seen by it alone: in the county of
-- the case, or in every county if the case is of the city.
ALTER TABLE procedure_publicity ADD COLUMN audience text NOT NULL DEFAULT 'public';
CREATE INDEX procedure_publicity_of_role ON procedure_publicity (audience, opened_on DESC, case_no DESC) WHERE audience <> 'public';
ALTER POLICY published ON procedure_publicity USING (principal_role() = 'public' AND audience = 'public');
CREATE POLICY consulted ON procedure_publicity FOR SELECT USING (audience = principal_role() AND county IN (principal_county(), '140400'));

-- Who reads the cases of a procedure: those who act in them and those it permits, as the revision that was published last has it. An
-- empty list permits everybody whose scope they are in.
ALTER TABLE procedure_revisions ADD COLUMN readers text[] NOT NULL DEFAULT '{}';
CREATE INDEX procedure_revisions_published ON procedure_revisions (kind, decided_at DESC, id DESC) WHERE state = 'published';
-- +goose StatementBegin
CREATE FUNCTION procedure_readers(of_kind text) RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (SELECT r.readers FROM procedure_revisions r WHERE r.kind = of_kind AND r.state = 'published' ORDER BY r.decided_at DESC, r.id DESC LIMIT 1);
END
$$;
-- +goose StatementEnd
CREATE POLICY procedure_readers ON cases AS RESTRICTIVE FOR SELECT USING (plan = '' OR principal_role() IN ('engine', 'public', 'administrator')
    OR coalesce(cardinality(procedure_readers(kind)), 0) = 0 OR principal_role() = ANY (procedure_readers(kind)));
-- A case of the city is read by the offices of the counties that its procedure permits.
CREATE POLICY procedure_of_city ON cases FOR SELECT USING (plan <> '' AND county = '140400'
    AND principal_role() NOT IN ('institution', 'hospital', 'insurer', 'registrar', 'public') AND principal_role() = ANY (procedure_readers(kind)));

-- +goose Down
DROP POLICY procedure_of_city ON cases;
DROP POLICY procedure_readers ON cases;
DROP FUNCTION procedure_readers;
DROP INDEX procedure_revisions_published;
ALTER TABLE procedure_revisions DROP COLUMN readers;
DROP POLICY consulted ON procedure_publicity;
ALTER POLICY published ON procedure_publicity USING (principal_role() = 'public');
DROP INDEX procedure_publicity_of_role;
ALTER TABLE procedure_publicity DROP COLUMN audience;
