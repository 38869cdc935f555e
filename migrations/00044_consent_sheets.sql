-- +goose Up

-- A sheet that the guardians of a class signed is evidence for each of them: its files belong to no single child. sheet is the
-- first of the files, which the consents name as their evidence.
ALTER TABLE attachments ADD COLUMN sheet text REFERENCES attachments (id),
    ADD CHECK (sheet IS NULL OR case_no IS NULL AND child IS NULL);
CREATE INDEX attachments_of_sheet ON attachments (sheet) WHERE sheet IS NOT NULL;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_attachment_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.case_no IS NOT NULL AND NEW.case_no IS DISTINCT FROM OLD.case_no
        OR OLD.child IS NOT NULL AND NEW.child IS DISTINCT FROM OLD.child
        OR OLD.sheet IS NOT NULL AND NEW.sheet IS DISTINCT FROM OLD.sheet THEN
        RAISE EXCEPTION 'attachment % stays with its case, child and sheet', OLD.id;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
DROP TRIGGER attachments_link ON attachments;
CREATE TRIGGER attachments_link BEFORE UPDATE OF case_no, child, sheet ON attachments FOR EACH ROW EXECUTE FUNCTION keep_attachment_link();
GRANT UPDATE (sheet) ON attachments TO tuoyu_app;

-- A sheet names children of one institution: it sees the sheet, and so does a clinic while it serves all of them, but not one to
-- which a child alone is referred, nor the institution to which a child goes on.
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

-- +goose Down
ALTER POLICY see ON attachments USING (CASE
    WHEN principal_role() = 'engine' THEN true
    WHEN child IS NOT NULL THEN principal_role() IN ('institution', 'hospital') AND sees_child(child)
    WHEN case_no IS NULL THEN uploaded_by = principal_account()
        OR (principal_role() = 'institution' AND institution = principal_institution())
    WHEN principal_role() = 'hospital' THEN
        (uploaded_by = principal_account() OR institution = ANY ((SELECT clinic_serves())::text[])) AND is_clinic_case(case_no)
    ELSE principal_role() <> 'insurer' AND sees_case(case_no)
END);
DROP TRIGGER attachments_link ON attachments;
REVOKE UPDATE (sheet) ON attachments FROM tuoyu_app;
-- Without its sheet a file would be collected, so it is kept.
SELECT set_config('tuoyu.role', 'engine', true);
UPDATE attachments SET kept = true WHERE sheet IS NOT NULL;
SELECT set_config('tuoyu.role', '', true);
DROP INDEX attachments_of_sheet;
ALTER TABLE attachments DROP COLUMN sheet;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_attachment_link() RETURNS trigger LANGUAGE plpgsql AS $$
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
