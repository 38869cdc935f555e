-- name: TakeIdempotencyKey :execrows
-- One row when the key is new; a second sender waits here for the first one's transaction.
INSERT INTO idempotency_keys (principal, key, operation, body_hash, status, response, created_at)
VALUES (@principal, @key, @operation, @body_hash, 0, '{}', @created_at)
ON CONFLICT (principal, key) DO NOTHING;

-- name: IdempotencyKey :one
SELECT * FROM idempotency_keys WHERE principal = @principal AND key = @key;

-- name: AnswerIdempotencyKey :exec
UPDATE idempotency_keys SET status = @status, response = @response WHERE principal = @principal AND key = @key;

-- name: ForgetIdempotencyKey :exec
DELETE FROM idempotency_keys WHERE principal = @principal AND key = @key;

-- name: ForgetOldKeys :execrows
-- Served by idempotency_keys_age.
DELETE FROM idempotency_keys WHERE created_at < @before;

-- name: PutApplicant :exec
-- An institution that applies is known by what it declares until it is filed.
INSERT INTO institutions (id, county, township, uscc, name, nature, site_kind, address, phone, updated_at)
VALUES (@id, @county, @township, @uscc, @name, @nature, @site_kind, @address, @phone, @updated_at)
ON CONFLICT (id) DO UPDATE SET county = excluded.county, township = excluded.township, uscc = excluded.uscc,
    name = excluded.name, nature = excluded.nature, site_kind = excluded.site_kind, address = excluded.address,
    phone = excluded.phone, updated_at = excluded.updated_at
WHERE institutions.status = 'applying';

-- name: InsertCase :exec
INSERT INTO cases (case_no, kind, county, institution, parent_case, subject, site_kind, stage, status, holder,
    tracking_hash, submitted_by, created_at, updated_at)
VALUES (@case_no, @kind, @county, @institution, @parent_case, @subject, @site_kind, @stage, @status, @holder,
    @tracking_hash, @submitted_by, @created_at, @updated_at);

-- name: OpenCaseOf :one
-- Served by cases_one_open.
SELECT case_no FROM cases WHERE institution = @institution AND kind = @kind AND status = 'open';

-- name: SubmitCase :exec
UPDATE cases SET stage = 'submitted', status = 'open', holder = 'clerk', subject = @subject, site_kind = @site_kind,
    submitted_by = @submitted_by, updated_at = @updated_at WHERE case_no = @case_no;

-- name: DescribeCase :exec
UPDATE cases SET subject = @subject, site_kind = @site_kind, version = @version, updated_at = @updated_at
WHERE case_no = @case_no;

-- name: EndDraft :exec
UPDATE cases SET stage = 'withdrawn', status = 'ended', outcome = 'withdrawn', holder = '', ended_at = @ended_at,
    updated_at = @ended_at WHERE case_no = @case_no AND status = 'draft';

-- name: CaseByNumber :one
SELECT * FROM cases WHERE case_no = @case_no;

-- name: CasesOfParent :many
-- Served by cases_by_parent.
SELECT case_no, kind, stage, status FROM cases WHERE parent_case = sqlc.arg(parent)::text ORDER BY case_no;

-- name: CasesOfCounty :many
-- Served by cases_page (county, created_at DESC, case_no DESC).
SELECT * FROM cases
WHERE county = @county AND (created_at, case_no) < (sqlc.arg(before_at)::timestamptz, sqlc.arg(before_no)::text)
    AND (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text) AND (sqlc.arg(stage)::text = '' OR stage = sqlc.arg(stage)::text) AND (sqlc.arg(status)::text = '' OR status = sqlc.arg(status)::text)
    AND (sqlc.arg(institution)::text = '' OR institution = sqlc.arg(institution)::text) AND (NOT sqlc.arg(only_overdue)::boolean OR overdue)
    AND (sqlc.arg(search)::text = '' OR subject LIKE '%' || sqlc.arg(search)::text || '%' OR case_no = upper(sqlc.arg(search)::text))
ORDER BY created_at DESC, case_no DESC LIMIT sqlc.arg(page_size)::integer;

-- name: CasesOfCity :many
-- Served by cases_all_page (created_at DESC, case_no DESC).
SELECT * FROM cases
WHERE (created_at, case_no) < (sqlc.arg(before_at)::timestamptz, sqlc.arg(before_no)::text)
    AND (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text) AND (sqlc.arg(stage)::text = '' OR stage = sqlc.arg(stage)::text) AND (sqlc.arg(status)::text = '' OR status = sqlc.arg(status)::text)
    AND (sqlc.arg(institution)::text = '' OR institution = sqlc.arg(institution)::text) AND (NOT sqlc.arg(only_overdue)::boolean OR overdue)
    AND (sqlc.arg(search)::text = '' OR subject LIKE '%' || sqlc.arg(search)::text || '%' OR case_no = upper(sqlc.arg(search)::text))
ORDER BY created_at DESC, case_no DESC LIMIT sqlc.arg(page_size)::integer;

-- name: CasesOfInstitution :many
-- Served by cases_by_institution (institution, created_at DESC, case_no DESC).
SELECT * FROM cases
WHERE institution = @institution
    AND (created_at, case_no) < (sqlc.arg(before_at)::timestamptz, sqlc.arg(before_no)::text)
    AND (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text) AND (sqlc.arg(stage)::text = '' OR stage = sqlc.arg(stage)::text) AND (sqlc.arg(status)::text = '' OR status = sqlc.arg(status)::text)
    AND (NOT sqlc.arg(only_overdue)::boolean OR overdue)
    AND (sqlc.arg(search)::text = '' OR subject LIKE '%' || sqlc.arg(search)::text || '%' OR case_no = upper(sqlc.arg(search)::text))
ORDER BY created_at DESC, case_no DESC LIMIT sqlc.arg(page_size)::integer;

-- name: EventsOfCase :many
-- Served by case_events_of_case. Bounded: a case stays far below it.
SELECT * FROM case_events WHERE case_no = @case_no AND (sqlc.arg(with_internal)::boolean OR NOT internal)
ORDER BY id LIMIT 1000;

-- name: DecisionsOfCase :many
-- Served by decisions_of_case.
SELECT id, rule_set, as_of, revision, result, output, decided_at FROM decisions WHERE case_no = @case_no
ORDER BY decided_at DESC, id LIMIT 60;

-- name: DocumentsOfCase :many
-- Served by documents_of_case.
SELECT * FROM documents WHERE case_no = @case_no ORDER BY created_at, id LIMIT 200;

-- name: TasksOfCase :many
-- Served by tasks_of_case.
SELECT * FROM tasks WHERE case_no = @case_no ORDER BY opened_at, id LIMIT 200;

-- name: OpenGapsOfCase :many
SELECT * FROM gaps WHERE case_no = @case_no AND state = 'open' ORDER BY id LIMIT 500;

-- name: TaskByID :one
SELECT * FROM tasks WHERE id = @id;

-- name: TaskForChange :one
-- The task row, locked: whoever hands it on sees who has it.
SELECT * FROM tasks WHERE id = @id FOR UPDATE;

-- name: NoteAct :exec
-- What a person did, once for the step: a command that was refused and is sent again did it once.
INSERT INTO case_events (case_no, county, institution, step, kind, actor, actor_role, note, data, internal, at)
VALUES (@case_no, @county, @institution, @step, @kind, @actor, @actor_role, @note, @data, @internal, @at)
ON CONFLICT (case_no, step) DO NOTHING;

-- name: OpenTaskOfKind :one
-- Served by tasks_of_case.
SELECT * FROM tasks WHERE case_no = @case_no AND kind = @kind AND state = 'open';

-- name: InboxOfRole :many
-- Served by tasks_inbox (county, role, sort_on, id).
SELECT * FROM tasks
WHERE state = 'open' AND county = @county AND role = @role
    AND (sort_on, id) > (sqlc.arg(after_on)::date, sqlc.arg(after_id)::text) AND sort_on <= sqlc.arg(until)::date
    AND (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text) AND (NOT sqlc.arg(only_free)::boolean OR assignee IS NULL)
ORDER BY sort_on, id LIMIT sqlc.arg(page_size)::integer;

-- name: InboxOfAssignee :many
-- Served by tasks_mine (assignee, sort_on, id).
SELECT * FROM tasks
WHERE state = 'open' AND assignee = sqlc.arg(account)::text
    AND (sort_on, id) > (sqlc.arg(after_on)::date, sqlc.arg(after_id)::text) AND sort_on <= sqlc.arg(until)::date
    AND (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text) AND (NOT sqlc.arg(only_free)::boolean OR assignee IS NULL)
ORDER BY sort_on, id LIMIT sqlc.arg(page_size)::integer;

-- name: InboxOfInstitution :many
-- Served by tasks_of_institution (institution, sort_on, id).
SELECT * FROM tasks
WHERE state = 'open' AND institution = @institution AND role = 'institution'
    AND (sort_on, id) > (sqlc.arg(after_on)::date, sqlc.arg(after_id)::text) AND sort_on <= sqlc.arg(until)::date
    AND (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text) AND (NOT sqlc.arg(only_free)::boolean OR assignee IS NULL)
ORDER BY sort_on, id LIMIT sqlc.arg(page_size)::integer;

-- name: InboxOfCounty :many
-- Served by tasks_of_county (county, sort_on, id).
SELECT * FROM tasks
WHERE state = 'open' AND county = @county
    AND (sort_on, id) > (sqlc.arg(after_on)::date, sqlc.arg(after_id)::text) AND sort_on <= sqlc.arg(until)::date
    AND (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text) AND (NOT sqlc.arg(only_free)::boolean OR assignee IS NULL)
ORDER BY sort_on, id LIMIT sqlc.arg(page_size)::integer;

-- name: InboxOfCity :many
-- Served by tasks_of_city (sort_on, id).
SELECT * FROM tasks
WHERE state = 'open'
    AND (sort_on, id) > (sqlc.arg(after_on)::date, sqlc.arg(after_id)::text) AND sort_on <= sqlc.arg(until)::date
    AND (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text) AND (NOT sqlc.arg(only_free)::boolean OR assignee IS NULL)
ORDER BY sort_on, id LIMIT sqlc.arg(page_size)::integer;

-- name: ClaimTask :execrows
UPDATE tasks SET assignee = sqlc.arg(account)::text WHERE id = @id AND state = 'open' AND assignee IS NULL;

-- name: AssignTask :execrows
UPDATE tasks SET assignee = @assignee WHERE id = @id AND state = 'open';

-- name: InsertOutbox :exec
INSERT INTO outbox (id, case_no, county, institution, kind, name, payload, created_at, next_at)
VALUES (@id, @case_no, @county, @institution, @kind, @name, @payload, @created_at, @next_at);

-- name: OutboxByID :one
SELECT * FROM outbox WHERE id = @id;

-- name: DropOutbox :execrows
DELETE FROM outbox WHERE id = @id AND delivered_at IS NULL;

-- name: DueOutbox :many
-- Served by outbox_waiting. Rows another relay holds are passed over.
SELECT * FROM outbox WHERE delivered_at IS NULL AND next_at <= @now ORDER BY next_at LIMIT 50 FOR UPDATE SKIP LOCKED;

-- name: DeferOutbox :exec
UPDATE outbox SET attempts = attempts + 1, next_at = @next_at WHERE id = @id;

-- name: RefuseOutbox :exec
UPDATE outbox SET delivered_at = @delivered_at, refused = @refused WHERE id = @id;

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

-- name: PublicationsOfCounty :many
-- Served by publications_page (county, published_on DESC, id DESC).
SELECT * FROM publications
WHERE county = @county AND (published_on, id) < (sqlc.arg(before_on)::date, sqlc.arg(before_id)::bigint)
ORDER BY published_on DESC, id DESC LIMIT sqlc.arg(page_size)::integer;

-- name: InsertSetting :exec
INSERT INTO county_settings (county, name, value, reason, set_by, set_at)
VALUES (@county, @name, @value, @reason, @set_by, @set_at);

-- name: SettingsHistory :many
-- Served by county_settings_latest.
SELECT * FROM county_settings WHERE county = @county ORDER BY id DESC LIMIT 200;

-- name: PutCalendarYear :exec
INSERT INTO calendar_years (year, days, published_at) VALUES (@year, @days, @published_at)
ON CONFLICT (year) DO UPDATE SET days = excluded.days, published_at = excluded.published_at;

-- name: OpenCasesWithDue :many
SELECT case_no FROM cases WHERE status = 'open' AND due_on IS NOT NULL ORDER BY case_no;

-- name: CasesAwaitingRegistration :many
SELECT c.case_no FROM cases c JOIN institutions i ON i.id = c.institution
WHERE i.uscc = sqlc.arg(uscc)::text AND c.stage = 'registration' AND c.status = 'open' ORDER BY c.case_no;

-- name: InstitutionByID :one
SELECT * FROM institutions WHERE id = @id;

-- name: FiledInstitutions :many
-- Served by institutions_by_county.
SELECT id, county, township, name, site_kind, address, phone, inclusive, seats, status, filed_on FROM institutions
WHERE county = @county AND status IN ('filed', 'rectifying') AND id > sqlc.arg(after_id)::text
ORDER BY id LIMIT sqlc.arg(page_size)::integer;
