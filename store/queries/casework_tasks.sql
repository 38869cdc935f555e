-- name: TasksOfCase :many
-- Served by tasks_of_case.
SELECT * FROM tasks WHERE case_no = @case_no ORDER BY opened_at, id LIMIT 200;

-- name: TaskByID :one
SELECT * FROM tasks WHERE id = @id;

-- name: TaskForChange :one
-- The task row, locked: whoever hands it on sees who has it.
SELECT * FROM tasks WHERE id = @id FOR UPDATE;

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

-- name: InboxOfPartner :many
-- Served by tasks_of_partner (partner, role, sort_on, id).
SELECT * FROM tasks
WHERE state = 'open' AND partner = @partner AND partner <> '' AND role = @role
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

-- name: PartyNames :many
-- What institutions and clinics are called. Served by the primary keys. Bounded by the number asked for.
SELECT i.id, i.name FROM institutions i WHERE i.id = ANY(@ids::text[]) AND i.name <> ''
UNION ALL SELECT c.id, c.name FROM clinics c WHERE c.id = ANY(@ids::text[]);

-- name: ClaimTask :execrows
UPDATE tasks SET assignee = sqlc.arg(account)::text WHERE id = @id AND state = 'open' AND assignee IS NULL;

-- name: AssignTask :execrows
UPDATE tasks SET assignee = @assignee WHERE id = @id AND state = 'open';
