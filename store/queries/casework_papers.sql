-- name: DocumentsOfCase :many
-- Served by documents_of_case.
SELECT * FROM documents WHERE case_no = @case_no ORDER BY created_at, number, id LIMIT 200;

-- name: InsertAttachment :exec
INSERT INTO attachments (id, sha256, file_key, sealed_name, county, institution, name, media_type, size, scan, uploaded_by, uploaded_at)
VALUES (@id, @sha256, sqlc.narg(file_key), sqlc.narg(sealed_name), @county, @institution, @name, @media_type, @size, @scan, @uploaded_by, @uploaded_at);

-- name: AttachmentByID :one
SELECT * FROM attachments WHERE id = @id;

-- name: LinkAttachments :exec
-- A file belongs to the case and the child that refer to it first. Served by the primary key.
UPDATE attachments SET case_no = coalesce(case_no, nullif(sqlc.arg(case_no)::text, '')), child = coalesce(child, nullif(sqlc.arg(child)::text, ''))
WHERE id = ANY (sqlc.arg(ids)::text[]) AND institution = @institution AND sheet IS NULL;

-- name: LinkSheet :execrows
-- The files become those of a sheet with consents, unless one belongs to something else. Served by the primary key.
UPDATE attachments SET sheet = sqlc.arg(sheet)::text WHERE id = ANY (sqlc.arg(ids)::text[]) AND institution = @institution
    AND case_no IS NULL AND child IS NULL AND (sheet IS NULL OR sheet = sqlc.arg(sheet)::text);

-- name: ChildrenOfSheet :many
-- The children with a consent that names the sheet. Served by consents_by_evidence. Bounded: a class has a few dozen children.
SELECT * FROM children WHERE id IN (SELECT c.child FROM consents c WHERE c.evidence = sqlc.arg(sheet)::text) ORDER BY id LIMIT 1000;

-- name: FilesOfSheets :many
-- The files of sheets, in the order in which they were uploaded. Served by attachments_of_sheet.
SELECT id, sheet::text AS sheet FROM attachments WHERE sheet = ANY (sqlc.arg(sheets)::text[]) ORDER BY uploaded_at, id LIMIT 1000;

-- name: AttachmentsKnown :many
-- The files that may be handed in for an institution. Those of a child are used for that child alone, and for it only such as
-- no other case has. Served by the primary key.
SELECT id FROM attachments WHERE id = ANY (sqlc.arg(ids)::text[]) AND institution = @institution AND county = @county AND sheet IS NULL
    AND (child IS NULL OR child = sqlc.arg(child)::text)
    AND (sqlc.arg(child)::text = '' OR case_no IS NULL OR case_no = sqlc.arg(case_no)::text);

-- name: ClearAttachments :many
-- Returns the attachments stored before files were sealed. Served by attachments_clear.
SELECT * FROM attachments WHERE file_key IS NULL AND id > @after ORDER BY id LIMIT @page_size;

-- name: PutSealedFile :execrows
-- The sealed file and name take the place of the clear ones.
UPDATE attachments SET sha256 = @sha256, file_key = sqlc.arg(file_key)::bytea, sealed_name = sqlc.arg(sealed_name)::bytea, name = @name WHERE id = @id AND file_key IS NULL AND sha256 = @was;

-- name: RenamePictures :exec
-- Papers that show a signature by the hash of its clear file show it by the attachment instead.
UPDATE documents SET content = replace(content::text, sqlc.arg(was)::text, sqlc.arg(id)::text)::jsonb
WHERE case_no IN (SELECT s.case_no FROM inspection_signatures s WHERE s.picture = @id) AND strpos(content::text, sqlc.arg(was)::text) > 0;

-- name: BlobFolderMark :one
SELECT mark FROM blob_folder;

-- name: DropUnusedAttachments :execrows
-- Served by attachments_unused. A consent taken down with a roster may name a file in its text, and so may what was typed into a draft.
DELETE FROM attachments a WHERE a.case_no IS NULL AND a.child IS NULL AND a.sheet IS NULL AND a.entry IS NULL AND NOT a.kept
    AND a.uploaded_at < @before
    AND NOT EXISTS (SELECT FROM consents c WHERE c.evidence = a.id)
    AND NOT EXISTS (SELECT FROM draft_sections d WHERE d.institution = a.institution AND strpos(d.input::text, a.id) > 0);

-- name: BlobsReferredTo :many
-- Served by attachments_of_blob and documents_of_blob.
SELECT a.sha256::text FROM attachments a WHERE a.sha256 = ANY (sqlc.arg(names)::text[])
UNION SELECT d.sha256::text FROM documents d WHERE d.sha256 = ANY (sqlc.arg(names)::text[]);

-- name: AttachmentsOf :many
-- Served by the primary key.
SELECT * FROM attachments WHERE id = ANY (sqlc.arg(ids)::text[]) AND institution = @institution LIMIT 1000;

-- name: SeePaper :exec
INSERT INTO papers_seen (account, case_no, attachment, seen_at) VALUES (@account, @case_no, @attachment, @seen_at)
ON CONFLICT DO NOTHING;

-- name: PapersSeen :many
-- Papers, without the versions of the application. Served by the primary key.
SELECT attachment FROM papers_seen WHERE account = @account AND case_no = @case_no AND attachment < 'v' LIMIT 1000;

-- name: VersionSeen :one
-- The last version of the application before one, among those that were looked at as papers are. Served by the primary key.
SELECT coalesce(max(attachment), '')::text FROM papers_seen
WHERE account = @account AND case_no = @case_no AND attachment >= 'v' AND attachment < @before;

-- name: DocumentByID :one
SELECT * FROM documents WHERE id = @id;

-- name: EndDocument :execrows
UPDATE documents SET state = @state, ended_at = @ended_at, end_reason = @end_reason
WHERE id = @id AND state IN ('pending', 'in_force');

-- name: DocumentByCode :one
SELECT * FROM documents WHERE code = @code;

-- name: PutDraftSection :exec
INSERT INTO draft_sections (case_no, section, county, institution, input, saved_by, saved_at)
VALUES (@case_no, @section, @county, @institution, @input, @saved_by, @saved_at)
ON CONFLICT (case_no, section) DO UPDATE SET input = excluded.input, saved_by = excluded.saved_by, saved_at = excluded.saved_at;

-- name: DropDraftSection :exec
DELETE FROM draft_sections WHERE case_no = @case_no AND section = @section;

-- name: DraftSections :many
-- Served by the primary key. Bounded: a form has few sections.
SELECT * FROM draft_sections WHERE case_no = @case_no ORDER BY section LIMIT 20;
