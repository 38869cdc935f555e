-- name: PutImportDraft :exec
-- One of a kind and subject an account: another file replaces it.
INSERT INTO import_drafts (id, account, kind, about, body, expires_at) VALUES (@id, @account, @kind, @about, @body, @expires_at)
ON CONFLICT (account, kind, about) DO UPDATE SET id = excluded.id, body = excluded.body, expires_at = excluded.expires_at;

-- name: ImportDraft :one
-- Served by the primary key. Two who correct or import it at the same moment follow each other.
SELECT * FROM import_drafts WHERE id = @id AND account = @account AND kind = @kind AND expires_at > sqlc.arg(now)::timestamptz FOR UPDATE;

-- name: DropImportDraft :exec
DELETE FROM import_drafts WHERE id = @id AND account = @account;

-- name: ForgetImportDrafts :execrows
-- Served by import_drafts_age.
DELETE FROM import_drafts WHERE expires_at <= @now;

-- name: InsertImport :one
INSERT INTO imports (kind, about, county, institution, added, changed, same, refused, imported_by, imported_at, consents)
VALUES (@kind, @about, @county, @institution, @added, @changed, @same, @refused, @imported_by, @imported_at,
    (SELECT coalesce(max(id), 0) FROM consents))
RETURNING id;

-- name: CountImported :exec
UPDATE imports SET added = @added, changed = @changed, same = @same, refused = @refused WHERE id = @id;

-- name: ImportByID :one
SELECT * FROM imports WHERE id = @id AND kind = @kind;

-- name: ImportForUndo :one
SELECT * FROM imports WHERE id = @id AND kind = @kind FOR UPDATE;

-- name: ImportsSince :many
-- What an institution imported of a kind and subject, the latest first. Served by imports_of_institution.
SELECT * FROM imports WHERE institution = @institution AND kind = @kind AND about = @about AND imported_at >= sqlc.arg(since)::timestamptz
ORDER BY id DESC LIMIT 20;

-- name: NoteImportRows :exec
-- What is to be known of the children of an import before it writes: the records as they are of those who are known.
INSERT INTO import_rows (import, child, line, entered, child_before)
SELECT @import, i.child, i.line, i.entered, CASE WHEN NOT i.entered THEN to_jsonb(c) END
FROM (SELECT unnest(sqlc.arg(children)::text[]) AS child, unnest(sqlc.arg(lines)::integer[]) AS line, unnest(sqlc.arg(entered)::boolean[]) AS entered) i
JOIN children c ON c.id = i.child
ON CONFLICT DO NOTHING;

-- name: NoteImportedStays :exec
-- The stays that an import began. Served by enrolments_one_open.
UPDATE import_rows r SET stay = e.id FROM enrolments e
WHERE r.import = @import AND e.child = r.child AND e.left_on IS NULL AND e.institution = sqlc.arg(institution)::text;

-- name: LockImportedChildren :many
-- Nothing that refers to them is written until the transaction ends. Served by the primary keys.
SELECT c.id FROM import_rows r JOIN children c ON c.id = r.child WHERE r.import = @import ORDER BY c.id FOR UPDATE OF c;

-- name: ImportedStays :many
-- The children of an import of stays, with the first thing, if any, that now depends on what was written of each. Bounded by the
-- rows of a file.
SELECT r.child, r.line, r.entered, (CASE
    WHEN e.id IS NULL OR e.left_on IS NOT NULL THEN 'left'
    WHEN EXISTS (SELECT FROM attendance a WHERE a.child = r.child AND a.institution = e.institution AND a.entered_at >= i.imported_at) THEN 'attendance'
    WHEN EXISTS (SELECT FROM checkup_records k WHERE k.child = r.child AND k.recorded_at >= i.imported_at)
        OR EXISTS (SELECT FROM referrals f WHERE f.child = r.child AND f.institution = e.institution AND f.opened_on >= i.imported_at::date)
        OR r.entered AND EXISTS (SELECT FROM health_records h WHERE h.child = r.child)
        OR r.entered AND EXISTS (SELECT FROM checkup_duties d WHERE d.child = r.child
            AND (d.done_on IS NOT NULL OR d.tried_on IS NOT NULL OR d.waived_on IS NOT NULL OR d.elsewhere)) THEN 'checkup'
    WHEN EXISTS (SELECT FROM consents s WHERE s.child = r.child AND s.institution = e.institution AND s.id > i.consents) THEN 'consent'
    WHEN EXISTS (SELECT FROM child_corrections x WHERE x.child = r.child AND x.corrected_at >= i.imported_at)
        OR EXISTS (SELECT FROM child_merges m WHERE r.child IN (m.child, m.other) AND m.merged_at >= i.imported_at)
        OR c.updated_at > i.imported_at THEN 'corrected'
    WHEN r.entered AND (EXISTS (SELECT FROM insurance_roster n WHERE n.child = r.child) OR EXISTS (SELECT FROM insurance_covers v WHERE v.child = r.child)) THEN 'insurance'
    WHEN r.entered AND (EXISTS (SELECT FROM enrolments o WHERE o.child = r.child AND o.id <> e.id)
        OR EXISTS (SELECT FROM attachments t WHERE t.child = r.child)) THEN 'corrected'
    WHEN r.child_before IS NOT NULL AND left(r.child_before ->> 'name', 12) <> left(c.name::text, 12) THEN 'resealed'
    ELSE '' END)::text AS because
FROM import_rows r JOIN imports i ON i.id = r.import JOIN children c ON c.id = r.child LEFT JOIN enrolments e ON e.id = r.stay
WHERE r.import = @import ORDER BY r.line;

-- name: DropImportedDuties :exec
-- What a round asked of children who were entered by mistake.
DELETE FROM checkup_duties WHERE child = ANY(sqlc.arg(children)::text[]);

-- name: DropImportedPlaces :exec
DELETE FROM checkup_roster WHERE child = ANY(sqlc.arg(children)::text[]);

-- name: DropImportedStays :execrows
DELETE FROM enrolments e USING import_rows r WHERE r.import = @import AND e.id = r.stay AND r.child = ANY(sqlc.arg(children)::text[]);

-- name: DropImportedChildren :execrows
DELETE FROM children c USING import_rows r WHERE r.import = @import AND c.id = r.child AND r.entered AND r.child = ANY(sqlc.arg(children)::text[]);

-- name: RestoreGuardians :exec
-- The guardians of known children as they were before the import.
UPDATE children c SET guardian_name = b.guardian_name, guardian_phone = b.guardian_phone, guardian_from = b.guardian_from, updated_at = b.updated_at
FROM import_rows r, LATERAL jsonb_populate_record(NULL::children, r.child_before) b
WHERE r.import = @import AND c.id = r.child AND NOT r.entered AND r.child = ANY(sqlc.arg(children)::text[]);

-- name: ImportOf :one
-- The import of a kind and subject. Served by imports_of_institution.
SELECT * FROM imports WHERE institution = @institution AND kind = @kind AND about = @about ORDER BY id DESC LIMIT 1;

-- name: NoteImportedPlaces :exec
-- The places that the children of an import have on the roster of an insurance month before it.
UPDATE import_rows r SET place_before = to_jsonb(p) FROM insurance_roster p
WHERE r.import = @import AND p.case_no = sqlc.arg(case_no)::text AND p.child = r.child AND r.child = ANY(sqlc.arg(children)::text[]);

-- name: ImportedPlaces :many
-- The children of an import into an insurance month, with the first thing, if any, that now depends on what was written of each.
-- Bounded by the rows of a file.
SELECT r.child, r.line, r.entered, (CASE
    WHEN p.child IS NULL OR p.status <> 'rostered' THEN 'judged'
    WHEN EXISTS (SELECT FROM import_rows o WHERE o.import > r.import AND o.child = r.child) THEN 'later'
    WHEN c.updated_at > i.imported_at THEN 'corrected'
    WHEN r.entered AND EXISTS (SELECT FROM enrolments e WHERE e.child = r.child) THEN 'enrolled'
    WHEN r.entered AND (EXISTS (SELECT FROM child_corrections x WHERE x.child = r.child) OR EXISTS (SELECT FROM child_merges m WHERE r.child IN (m.child, m.other))
        OR EXISTS (SELECT FROM insurance_roster o WHERE o.child = r.child AND o.case_no <> p.case_no)
        OR EXISTS (SELECT FROM insurance_covers v WHERE v.child = r.child)
        OR EXISTS (SELECT FROM consents s WHERE s.child = r.child AND s.institution <> '')) THEN 'corrected'
    WHEN r.child_before IS NOT NULL AND left(r.child_before ->> 'name', 12) <> left(c.name::text, 12) THEN 'resealed'
    ELSE '' END)::text AS because
FROM import_rows r JOIN imports i ON i.id = r.import JOIN children c ON c.id = r.child
LEFT JOIN insurance_roster p ON p.case_no = sqlc.arg(case_no)::text AND p.child = r.child
WHERE r.import = @import ORDER BY r.line;

-- name: RestoreImportedChildren :exec
-- The records of known children as they were before the import.
UPDATE children c SET born_on = b.born_on, sex = b.sex, name = b.name, name_form = b.name_form, guardian_name = b.guardian_name,
    guardian_phone = b.guardian_phone, guardian_from = b.guardian_from, died_on = b.died_on, moved_on = b.moved_on, updated_at = b.updated_at
FROM import_rows r, LATERAL jsonb_populate_record(NULL::children, r.child_before) b
WHERE r.import = @import AND c.id = r.child AND NOT r.entered AND r.child = ANY(sqlc.arg(children)::text[]);

-- name: RestoreImportedPlaces :exec
UPDATE insurance_roster p SET residence = b.residence, notified_on = b.notified_on, newborn = b.newborn, reported_on = b.reported_on, person = b.person,
    status = b.status, reason = b.reason, decision = b.decision, cover_from = b.cover_from, send = b.send
FROM import_rows r, LATERAL jsonb_populate_record(NULL::insurance_roster, r.place_before) b
WHERE r.import = @import AND r.place_before IS NOT NULL AND p.case_no = b.case_no AND p.child = r.child AND r.child = ANY(sqlc.arg(children)::text[]);

-- name: DropImportedRosterPlaces :exec
DELETE FROM insurance_roster p USING import_rows r
WHERE r.import = @import AND r.place_before IS NULL AND p.case_no = sqlc.arg(case_no)::text AND p.child = r.child AND r.child = ANY(sqlc.arg(children)::text[]);

-- name: DropImportedConsents :exec
-- The consents that an import of an office recorded.
DELETE FROM consents s USING import_rows r, imports i
WHERE i.id = @import AND r.import = i.id AND s.child = r.child AND s.purpose = 'insurance' AND s.institution = '' AND s.id > i.consents
    AND s.taken_by = i.imported_by AND r.child = ANY(sqlc.arg(children)::text[]);

-- name: NoteImportedAnswers :exec
INSERT INTO import_rows (import, child, line, entered)
SELECT @import, unnest(sqlc.arg(children)::text[]), unnest(sqlc.arg(lines)::integer[]), false;

-- name: ImportedAnswers :many
SELECT child, line FROM import_rows WHERE import = @import ORDER BY line;

-- name: DropImportedAnswers :execrows
DELETE FROM insurance_answers a USING import_rows r
WHERE r.import = @import AND a.case_no = sqlc.arg(case_no)::text AND a.send = sqlc.arg(send)::integer AND a.child = r.child;

-- name: PlacesOf :many
-- The places of children on the roster of a month, with what is known of them in the clear. Served by the primary keys. Bounded by
-- the number of children asked for.
SELECT c.id AS child, c.born_on, c.sex, c.died_on, c.moved_on, (p.child IS NOT NULL)::boolean AS listed, coalesce(p.residence, '')::text AS residence,
    p.notified_on, coalesce(p.newborn, false)::boolean AS newborn
FROM children c LEFT JOIN insurance_roster p ON p.case_no = @case_no AND p.child = c.id WHERE c.id = ANY(sqlc.arg(children)::text[]);

-- name: DropImportRows :exec
DELETE FROM import_rows WHERE import = @import AND child = ANY(sqlc.arg(children)::text[]);

-- name: UndoneImport :exec
UPDATE imports SET undone = undone + sqlc.arg(undone)::integer, undone_by = @undone_by, undone_at = @undone_at WHERE id = @id;

-- name: ForgetImportRows :execrows
-- Bounded by the imports of two days. Served by the primary key.
DELETE FROM import_rows r USING imports i WHERE i.id = r.import AND i.imported_at < @before;
