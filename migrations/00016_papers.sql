-- +goose Up

-- A file lies sealed in the blob folder: file_key is its own key, sealed in turn by a key of the keyset. Without one the file
-- is as it was uploaded. What it was called may name a child: sealed_name holds it, and name the kind of file alone. sha256 names the file in the folder: it is the hash of what lies there, not of what was uploaded.
-- What belongs to no case and no child within a day is removed. What was stored before is kept: proofs of check-ups are named in
-- sealed records alone, so that nobody can tell.
ALTER TABLE attachments ADD COLUMN file_key bytea, ADD COLUMN sealed_name bytea, ADD COLUMN kept boolean NOT NULL DEFAULT true;
ALTER TABLE attachments ALTER COLUMN kept SET DEFAULT false;
CREATE INDEX attachments_unused ON attachments (uploaded_at) WHERE case_no IS NULL AND child IS NULL AND NOT kept;
CREATE INDEX attachments_of_blob ON attachments (sha256);
CREATE INDEX attachments_clear ON attachments (id) WHERE file_key IS NULL;
CREATE INDEX documents_of_blob ON documents (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX consents_by_evidence ON consents (evidence);
CREATE INDEX inspection_signatures_picture ON inspection_signatures (picture) WHERE picture <> '';
CREATE POLICY collect ON attachments FOR DELETE USING (principal_role() = 'engine');
GRANT DELETE, UPDATE (sha256, file_key, sealed_name, name) ON attachments TO tuoyu_app;

-- What the blob folder of this database is marked with, so that files are never collected for another database.
CREATE TABLE blob_folder (mark text PRIMARY KEY, one boolean NOT NULL DEFAULT true UNIQUE CHECK (one));
INSERT INTO blob_folder (mark) VALUES (gen_random_uuid()::text);
ALTER TABLE blob_folder ENABLE ROW LEVEL SECURITY;
ALTER TABLE blob_folder FORCE ROW LEVEL SECURITY;
CREATE POLICY see ON blob_folder FOR SELECT USING (principal_role() = 'engine');
GRANT SELECT ON blob_folder TO tuoyu_app;

-- The first answer to a command, sealed for its account and key; response holds it where there is no keyset.
ALTER TABLE idempotency_keys ADD COLUMN answer bytea;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY engine ON idempotency_keys USING (principal_role() = 'engine');
CREATE POLICY own ON idempotency_keys USING (principal <> '' AND principal = principal_account());

-- Holidays are no secret; they are loaded by the administrator.
ALTER TABLE calendar_years ENABLE ROW LEVEL SECURITY;
ALTER TABLE calendar_years FORCE ROW LEVEL SECURITY;
CREATE POLICY see ON calendar_years FOR SELECT USING (true);
CREATE POLICY load ON calendar_years FOR INSERT WITH CHECK (principal_role() IN ('administrator', 'engine'));
CREATE POLICY replace ON calendar_years FOR UPDATE USING (principal_role() IN ('administrator', 'engine'));

-- What was read: a child's record, a paper about a child, a complaint, or a list of children by name. about is the paper, the
-- case or the list; a list has the children that stood on it and no single child. County is where they live, or that of the
-- complaint.
ALTER TABLE record_reads
    ALTER COLUMN child DROP NOT NULL,
    ADD COLUMN subject text NOT NULL DEFAULT 'child',
    ADD COLUMN about text NOT NULL DEFAULT '',
    ADD COLUMN children text[] NOT NULL DEFAULT '{}',
    ADD CHECK ((child IS NOT NULL) = (subject IN ('child', 'paper'))),
    ADD CHECK (subject = 'child' OR about <> '');
CREATE INDEX record_reads_of_reader ON record_reads (reader, subject, about, at) WHERE child IS NULL;
CREATE INDEX record_reads_of_children ON record_reads USING gin (children);
-- Anyone who reads writes the line, in their own name, and finds what they wrote that day.
DROP POLICY write ON record_reads;
CREATE POLICY write ON record_reads FOR INSERT
    WITH CHECK (principal_role() NOT IN ('', 'public') AND reader = principal_account());
CREATE POLICY own ON record_reads FOR SELECT USING (principal_role() NOT IN ('', 'public') AND reader = principal_account());

-- +goose Down
SELECT set_config('tuoyu.role', 'engine', true);
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM attachments WHERE file_key IS NOT NULL) THEN
        RAISE EXCEPTION 'files are sealed, and without their keys nobody reads them: restore a backup instead';
    END IF;
END
$$;
-- +goose StatementEnd
DROP POLICY own ON record_reads;
DROP POLICY write ON record_reads;
CREATE POLICY write ON record_reads FOR INSERT WITH CHECK (principal_role() IN ('institution', 'hospital', 'county_office', 'insurer'));
DELETE FROM record_reads WHERE child IS NULL;
DROP INDEX record_reads_of_children, record_reads_of_reader;
ALTER TABLE record_reads DROP COLUMN subject, DROP COLUMN about, DROP COLUMN children, ALTER COLUMN child SET NOT NULL;
DROP POLICY replace ON calendar_years;
DROP POLICY load ON calendar_years;
DROP POLICY see ON calendar_years;
ALTER TABLE calendar_years NO FORCE ROW LEVEL SECURITY;
ALTER TABLE calendar_years DISABLE ROW LEVEL SECURITY;
DROP POLICY own ON idempotency_keys;
DROP POLICY engine ON idempotency_keys;
ALTER TABLE idempotency_keys NO FORCE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys DISABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys DROP COLUMN answer;
DROP TABLE blob_folder;
REVOKE DELETE ON attachments FROM tuoyu_app;
DROP POLICY collect ON attachments;
DROP INDEX inspection_signatures_picture, consents_by_evidence, documents_of_blob, attachments_clear, attachments_of_blob, attachments_unused;
ALTER TABLE attachments DROP COLUMN file_key, DROP COLUMN sealed_name, DROP COLUMN kept;
