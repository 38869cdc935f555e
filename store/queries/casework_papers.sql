-- name: DocumentsOfCase :many
-- Served by documents_of_case.
SELECT * FROM documents WHERE case_no = @case_no ORDER BY created_at, number, id LIMIT 200;

-- name: InsertAttachment :exec
INSERT INTO attachments (id, sha256, county, institution, name, media_type, size, scan, uploaded_by, uploaded_at)
VALUES (@id, @sha256, @county, @institution, @name, @media_type, @size, @scan, @uploaded_by, @uploaded_at);

-- name: AttachmentByID :one
SELECT * FROM attachments WHERE id = @id;

-- name: AttachmentsKnown :many
-- Served by the primary key.
SELECT id FROM attachments WHERE id = ANY (sqlc.arg(ids)::text[]) AND institution = @institution AND county = @county;

-- name: DocumentByID :one
SELECT * FROM documents WHERE id = @id;

-- name: EndDocument :execrows
UPDATE documents SET state = @state, ended_at = @ended_at, end_reason = @end_reason
WHERE id = @id AND state IN ('pending', 'in_force');

-- name: DocumentByCode :one
SELECT * FROM documents WHERE code = @code;
