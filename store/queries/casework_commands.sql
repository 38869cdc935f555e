-- name: TakeIdempotencyKey :execrows
-- One row when the key is new; a second sender waits here for the first one's transaction.
INSERT INTO idempotency_keys (principal, key, operation, body_hash, status, response, created_at)
VALUES (@principal, @key, @operation, @body_hash, 0, '{}', @created_at)
ON CONFLICT (principal, key) DO NOTHING;

-- name: IdempotencyKey :one
SELECT * FROM idempotency_keys WHERE principal = @principal AND key = @key;

-- name: AnswerIdempotencyKey :exec
UPDATE idempotency_keys SET status = @status, response = @response, answer = sqlc.narg(answer) WHERE principal = @principal AND key = @key;

-- name: ForgetOldKeys :execrows
-- Served by idempotency_keys_age.
DELETE FROM idempotency_keys WHERE created_at < @before;

-- name: NoteAct :exec
-- What a person did, once for the step: a command that was refused and is sent again did it once.
INSERT INTO case_events (case_no, county, institution, step, kind, actor, actor_role, note, data, internal, at)
VALUES (@case_no, @county, @institution, @step, @kind, @actor, @actor_role, @note, @data, @internal, @at)
ON CONFLICT (case_no, step) DO NOTHING;

-- name: InsertOutbox :exec
INSERT INTO outbox (id, case_no, county, institution, kind, name, payload, created_at, next_at)
VALUES (@id, @case_no, @county, @institution, @kind, @name, @payload, @created_at, @next_at);

-- name: OutboxByID :one
SELECT * FROM outbox WHERE id = @id;

-- name: WaitingBefore :many
-- What people sent to the case before a row and is not delivered yet. Served by outbox_of_case.
SELECT * FROM outbox
WHERE case_no = @case_no AND delivered_at IS NULL AND name = ANY (sqlc.arg(names)::text[])
    AND (created_at, id) < (sqlc.arg(created_at)::timestamptz, sqlc.arg(id)::text)
ORDER BY created_at, id LIMIT 20;

-- name: FailOutbox :exec
UPDATE outbox SET failed = failed + 1 WHERE id = @id AND failed = @failed;

-- name: DueOutbox :many
-- Served by outbox_waiting. Rows another relay holds are passed over.
SELECT * FROM outbox WHERE delivered_at IS NULL AND next_at <= @now ORDER BY next_at LIMIT sqlc.arg(most)::integer FOR UPDATE SKIP LOCKED;

-- name: DeferOutbox :exec
UPDATE outbox SET attempts = attempts + 1, next_at = @next_at WHERE id = @id;

-- name: RefuseOutbox :exec
UPDATE outbox SET delivered_at = @delivered_at, refused = @refused WHERE id = @id AND delivered_at IS NULL;

-- name: TakeCasesToLookAt :many
-- Open cases whose workflow should run, the longest unlooked at first; others that look meanwhile pass over them. Served by
-- cases_looked_at.
UPDATE cases SET looked_at = sqlc.arg(now)::timestamptz WHERE case_no IN (
    SELECT c.case_no FROM cases c
    WHERE c.status = 'open' AND c.looked_at < sqlc.arg(before)::timestamptz
        AND NOT EXISTS (SELECT FROM outbox o WHERE o.id = 'start/' || c.case_no AND o.delivered_at IS NULL)
    ORDER BY c.looked_at LIMIT sqlc.arg(page_size)::integer FOR UPDATE SKIP LOCKED)
RETURNING *;

-- name: PrintingOfCase :many
SELECT id FROM outbox WHERE case_no = @case_no AND name = @name ORDER BY created_at DESC LIMIT 50;

-- name: StepsOfEngine :one
-- The steps that the workflow of a case has written. Served by the unique key of case and step.
SELECT count(*) FROM case_events WHERE case_no = @case_no AND actor = 'engine' AND kind NOT IN ('submitted', 'case_stuck', 'case_unstuck', 'answer_refused');

-- name: TasksClosedUnknown :one
-- The tasks of a case closed by an answer that is not among the outbox rows. Served by tasks_of_case.
SELECT count(*) FROM tasks t WHERE t.case_no = @case_no AND t.state = 'closed' AND t.outcome IS DISTINCT FROM 'silent'
    AND NOT EXISTS (SELECT FROM outbox o WHERE o.id = t.completion);

-- name: SendAgain :exec
-- What people sent to a case and it took. Served by outbox_of_one_case.
UPDATE outbox SET delivered_at = NULL, next_at = @next_at
WHERE case_no = @case_no AND delivered_at IS NOT NULL AND refused IS NULL AND name = ANY (sqlc.arg(names)::text[]);

-- name: UndeliveredOutbox :one
-- How many commands wait for their case, and since when the oldest does. Served by outbox_waiting.
SELECT count(*) AS waiting, coalesce(min(created_at), now())::timestamptz AS oldest FROM outbox WHERE delivered_at IS NULL;

-- name: CountStuck :many
-- Served by cases_stuck.
SELECT stuck_reason, count(*) AS cases FROM cases WHERE stuck_at IS NOT NULL GROUP BY stuck_reason ORDER BY stuck_reason;

-- name: StuckCases :many
-- Cases that need an operator, the longest first; an empty county is the city. Served by cases_stuck.
SELECT c.case_no, c.kind, c.county, i.name AS institution, c.stuck_at, c.stuck_reason
FROM cases c JOIN institutions i ON i.id = c.institution
WHERE c.stuck_at IS NOT NULL AND (sqlc.arg(county)::text = '' OR c.county = sqlc.arg(county)::text)
ORDER BY c.stuck_at, c.case_no LIMIT sqlc.arg(page_size)::integer;

-- name: PapersNotPrinted :many
-- Papers that have waited to be printed since before a moment, or that cannot be printed, the longest first; an empty county is the
-- city. Served by documents_pending.
SELECT d.case_no, c.kind, d.county, i.name AS institution, d.kind AS paper, d.number, d.created_at, c.stuck_reason, d.fault
FROM documents d JOIN cases c ON c.case_no = d.case_no JOIN institutions i ON i.id = d.institution
WHERE d.state = 'pending' AND (d.created_at < @before OR d.fault <> '') AND (sqlc.arg(county)::text = '' OR d.county = sqlc.arg(county)::text)
ORDER BY d.created_at, d.id LIMIT sqlc.arg(page_size)::integer;

-- name: NotDelivered :many
-- Cases to which what people sent has not been delivered since before a moment, the longest first; an empty county is the city. Served by
-- outbox_waiting.
SELECT o.case_no, c.kind, o.county, i.name AS institution, min(o.created_at)::timestamptz AS since
FROM outbox o JOIN cases c ON c.case_no = o.case_no JOIN institutions i ON i.id = o.institution
WHERE o.delivered_at IS NULL AND o.created_at < @before AND (sqlc.arg(county)::text = '' OR o.county = sqlc.arg(county)::text)
GROUP BY o.case_no, c.kind, o.county, i.name ORDER BY 5, 1 LIMIT sqlc.arg(page_size)::integer;

-- name: CountTroubled :one
-- How many cases StuckCases, NotDelivered and PapersNotPrinted would list, each once.
SELECT count(*) FROM (
    SELECT c.case_no FROM cases c WHERE c.stuck_at IS NOT NULL AND (sqlc.arg(county)::text = '' OR c.county = sqlc.arg(county)::text)
    UNION
    (SELECT o.case_no FROM outbox o WHERE o.delivered_at IS NULL AND o.created_at < @before AND (sqlc.arg(county)::text = '' OR o.county = sqlc.arg(county)::text) LIMIT 1000)
    UNION
    SELECT d.case_no FROM documents d
    WHERE d.state = 'pending' AND (d.created_at < @before OR d.fault <> '') AND (sqlc.arg(county)::text = '' OR d.county = sqlc.arg(county)::text)) AS troubled;

-- name: PendingPapers :one
-- How many papers wait to be printed, and since when the oldest does. Served by documents_pending.
SELECT count(*) AS waiting, coalesce(min(created_at), now())::timestamptz AS oldest FROM documents WHERE state = 'pending';
