-- name: TasksOfCase :many
-- Served by tasks_of_case.
SELECT * FROM tasks WHERE case_no = @case_no ORDER BY opened_at, id LIMIT 200;

-- name: TaskByID :one
SELECT * FROM tasks WHERE id = @id;

-- name: TaskForChange :one
-- Returns the task row, locked, so that a reassignment sees the current assignee.
SELECT * FROM tasks WHERE id = @id FOR UPDATE;

-- name: OpenTaskOfKind :one
-- Served by tasks_of_case.
SELECT * FROM tasks WHERE case_no = @case_no AND kind = @kind AND state = 'open';

-- name: Inbox :many
-- Served by tasks_inbox (county, role, sort_on, id) and, with the same order, tasks_of_county, tasks_of_role, tasks_of_city,
-- tasks_of_institution, tasks_of_partner and tasks_mine. A search for the beginning of a case number is served by tasks_by_case and the
-- primary key; one for an institution, by its identifier or by a part of its name, by tasks_of_institution: institutions are read one by one.
SELECT * FROM tasks WHERE state = 'open'
    AND (sort_on, id) > (sqlc.arg(after_on)::date, sqlc.arg(after_id)::text) AND sort_on <= sqlc.arg(until)::date
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text) AND (sqlc.arg(role)::text = '' OR role = sqlc.arg(role)::text)
    AND (sqlc.arg(institution)::text = '' OR institution = sqlc.arg(institution)::text)
    AND (sqlc.arg(partner)::text = '' OR partner = sqlc.arg(partner)::text AND partner <> '')
    AND (sqlc.arg(account)::text = '' OR assignee = sqlc.arg(account)::text)
    AND (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text) AND (NOT sqlc.arg(only_free)::boolean OR assignee IS NULL
        AND NOT sqlc.arg(reader)::text = ANY (excluded))
    AND (sqlc.arg(prefix)::text = '' OR id = ANY (ARRAY(SELECT found.id FROM tasks found WHERE found.state = 'open'
        AND found.case_no COLLATE "C" >= sqlc.arg(prefix)::text AND found.case_no COLLATE "C" < sqlc.arg(prefix)::text || '~' LIMIT 5000)))
    AND (sqlc.arg(about)::text = '' OR institution = ANY (ARRAY(SELECT sqlc.arg(about)::text
        UNION SELECT found.id FROM institutions found WHERE strpos(found.name, sqlc.arg(about)::text) > 0 OR found.uscc = sqlc.arg(about)::text LIMIT 500)))
ORDER BY sort_on, id LIMIT sqlc.arg(page_size)::integer;

-- name: PartiesFound :many
-- Institutions and clinics by a part of their name, their identifier or their credit code. They are read one by one: some hundreds.
SELECT id FROM institutions WHERE id = sqlc.arg(text)::text OR uscc = sqlc.arg(text)::text OR strpos(name, sqlc.arg(text)::text) > 0
UNION ALL SELECT id FROM clinics WHERE id = sqlc.arg(text)::text OR strpos(name, sqlc.arg(text)::text) > 0
LIMIT 500;

-- name: PartyNames :many
-- What institutions, clinics and insurers are called. Served by the primary keys. Bounded by the number asked for.
SELECT i.id, i.name FROM institutions i WHERE i.id = ANY(@ids::text[]) AND i.name <> ''
UNION ALL SELECT c.id, c.name FROM clinics c WHERE c.id = ANY(@ids::text[])
UNION ALL SELECT r.id, r.name FROM insurers r WHERE r.id = ANY(@ids::text[]);

-- name: ClaimTask :execrows
UPDATE tasks SET assignee = sqlc.arg(account)::text WHERE id = @id AND state = 'open' AND assignee IS NULL;

-- name: AssignTask :execrows
UPDATE tasks SET assignee = @assignee WHERE id = @id AND state = 'open';

-- name: OpenSiteVisits :many
-- The visits to the sites of filings that an inspector may make, with where to go. Served by tasks_inbox.
SELECT t.id, t.title, t.due_on, c.subject, coalesce(a.facts #>> '{institution,address}', '')::text AS address,
    coalesce(a.facts #>> '{institution,phone}', '')::text AS phone
FROM tasks t JOIN cases c ON c.case_no = t.case_no
CROSS JOIN LATERAL (SELECT facts FROM applications x WHERE x.case_no = t.case_no ORDER BY x.version DESC LIMIT 1) a
WHERE t.county = @county AND t.role = 'inspector' AND t.state = 'open' AND t.kind = ANY (sqlc.arg(kinds)::text[])
    AND (t.assignee IS NULL OR t.assignee = sqlc.arg(account)::text) AND NOT sqlc.arg(account)::text = ANY (t.excluded)
ORDER BY t.sort_on, t.id LIMIT 100;

-- name: LastHandOver :one
-- Served by case_events_of_case.
SELECT kind, actor, data FROM case_events WHERE case_no = @case_no AND kind = ANY ('{task_claim,task_release,task_assign,task_delegate,task_restore}')
    AND data ->> 'task' = sqlc.arg(task)::text ORDER BY id DESC LIMIT 1;
