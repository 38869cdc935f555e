-- name: MarkDelivered :exec
UPDATE outbox SET delivered_at = @delivered_at WHERE id = @id AND delivered_at IS NULL;

-- name: OutboxPayload :one
SELECT payload FROM outbox WHERE id = @id;

-- name: WakeCase :exec
-- Queues an Update that notifies a case's workflow of changed facts; once for an ID.
INSERT INTO outbox (id, case_no, county, institution, kind, name, payload, created_at, next_at)
VALUES (@id, @case_no, @county, @institution, 'update', @name, '{}', @at, @at)
ON CONFLICT (id) DO NOTHING;

-- name: CaseOfStep :one
-- The case row, locked as by CaseForStep, and whether the step is written. What a step that held the lock meanwhile has written
-- is not seen.
SELECT sqlc.embed(c), EXISTS (SELECT FROM case_events e WHERE e.case_no = c.case_no AND e.step = @step) AS written
FROM cases c WHERE c.case_no = @case_no FOR UPDATE OF c;

-- name: CaseForStep :one
-- The case row, locked: the steps of one case are written one after the other.
SELECT * FROM cases WHERE case_no = @case_no FOR UPDATE;

-- name: StepDone :one
SELECT EXISTS (SELECT FROM case_events WHERE case_no = @case_no AND step = @step);

-- name: StepData :one
-- What a step left on the timeline, for one that is asked for its answer again. Served by the unique key of case and step.
SELECT data FROM case_events WHERE case_no = @case_no AND step = @step;

-- name: InsertEvent :exec
INSERT INTO case_events (case_no, county, institution, step, kind, actor, actor_role, note, data, internal, at)
VALUES (@case_no, @county, @institution, @step, @kind, @actor, @actor_role, @note, @data, @internal, @at);

-- name: MoveCase :exec
UPDATE cases SET stage = @stage, status = @status, outcome = @outcome, holder = @holder, due_on = @due_on,
    due_provisional = @due_provisional, overdue = @overdue, received_on = @received_on, updated_at = @updated_at,
    ended_at = @ended_at
WHERE case_no = @case_no;

-- name: MoveCaseWithEvent :exec
-- MoveCase and InsertEvent in one statement, as most steps of a case end.
WITH moved AS (
    UPDATE cases SET stage = @stage, status = @status, outcome = @outcome, holder = @holder, due_on = @due_on,
        due_provisional = @due_provisional, overdue = @overdue, received_on = @received_on, updated_at = @updated_at,
        ended_at = @ended_at
    WHERE cases.case_no = @case_no)
INSERT INTO case_events (case_no, county, institution, step, kind, actor, actor_role, note, data, internal, at)
VALUES (@case_no, @county, @institution, @step, @kind, @actor, @actor_role, @note, @data, @internal, @at);

-- name: InsertTask :exec
INSERT INTO tasks (id, case_no, kind, title, county, institution, partner, role, outcomes, decision, excluded, clock, due_on,
    due_provisional, opened_at)
VALUES (@id, @case_no, @kind, @title, @county, @institution, @partner, @role, @outcomes, @decision, @excluded, @clock, @due_on,
    @due_provisional, @opened_at);

-- name: TaskForStep :one
SELECT * FROM tasks WHERE id = @id FOR UPDATE;

-- name: CloseTask :exec
UPDATE tasks SET state = @state, outcome = @outcome, answer = @answer, closed_by = @closed_by, closed_at = @closed_at,
    completion = @completion
WHERE id = @id;

-- name: MarkTask :exec
UPDATE tasks SET reminded = @reminded, overdue_at = @overdue_at, escalated_at = @escalated_at WHERE id = @id;

-- name: RescheduleTask :exec
UPDATE tasks SET due_on = @due_on, due_provisional = @due_provisional WHERE id = @id;

-- name: ClocksOfCase :many
SELECT * FROM clocks WHERE case_no = @case_no ORDER BY name;

-- name: PutClock :exec
INSERT INTO clocks (case_no, name, county, institution, started_on, limit_days, pauses, due_on, provisional, ended_on)
VALUES (@case_no, @name, @county, @institution, @started_on, @limit_days, @pauses, @due_on, @provisional, @ended_on)
ON CONFLICT (case_no, name) DO UPDATE SET started_on = excluded.started_on, limit_days = excluded.limit_days, pauses = excluded.pauses, due_on = excluded.due_on,
    provisional = excluded.provisional, ended_on = excluded.ended_on;

-- name: LatestApplication :one
-- Served by the primary key (case_no, version).
SELECT * FROM applications WHERE case_no = @case_no ORDER BY version DESC LIMIT 1;

-- name: LatestApplicationSince :one
-- The latest version of an application if it is later than the one known. Served by the primary key (case_no, version).
SELECT version, facts FROM applications WHERE case_no = @case_no AND version > sqlc.arg(known)::integer ORDER BY version DESC LIMIT 1;

-- name: InsertApplicationVersion :exec
INSERT INTO applications (case_no, version, county, institution, facts, entered_by, entered_at)
VALUES (@case_no, @version, @county, @institution, @facts, @entered_by, @entered_at);

-- name: RegistrationOf :one
SELECT * FROM registrations WHERE uscc = @uscc;

-- name: RegistrationOfApplicant :one
-- The registration under the credit code that the latest version of an application states. Served by the primary keys.
SELECT * FROM registrations
WHERE uscc = (SELECT a.facts #>> '{institution,uscc}' FROM applications a WHERE a.case_no = @case_no ORDER BY a.version DESC LIMIT 1);

-- name: PutRegistration :exec
INSERT INTO registrations (uscc, county, facts, source, confirmed_by, updated_at)
VALUES (@uscc, @county, @facts, @source, @confirmed_by, @updated_at)
ON CONFLICT (uscc) DO UPDATE SET county = excluded.county, facts = excluded.facts, source = excluded.source,
    confirmed_by = excluded.confirmed_by, updated_at = excluded.updated_at;

-- name: InsertDecisions :exec
-- The decisions of a step about the same facts; the first one has the input of all.
INSERT INTO decisions (id, case_no, county, institution, rule_set, as_of, revision, result, input, input_of, output, duration_us, decided_at)
SELECT d.id, sqlc.arg(case_no)::text, sqlc.arg(county)::text, sqlc.arg(institution)::text, d.rule_set, sqlc.arg(as_of)::date,
    d.revision, d.result, CASE WHEN d.id = sqlc.arg(first)::text THEN sqlc.arg(input)::jsonb END,
    nullif(sqlc.arg(first)::text, d.id), d.output::jsonb, d.duration_us, sqlc.arg(decided_at)::timestamptz
FROM (SELECT unnest(@ids::text[]) AS id, unnest(@rule_sets::text[]) AS rule_set, unnest(@revisions::text[]) AS revision,
    unnest(@results::text[]) AS result, unnest(@outputs::text[]) AS output, unnest(@durations_us::bigint[]) AS duration_us) d
ON CONFLICT (id) DO NOTHING;

-- name: DecisionsOfStep :many
-- The decisions of a step; those that name another one's input have none of their own.
SELECT * FROM decisions WHERE case_no = @case_no AND starts_with(id, @case_no || '/' || sqlc.arg(step)::text || '/') ORDER BY id;

-- name: DecisionsToCompare :many
-- Stored decisions with the inputs that they rest on, in the order of their case numbers. Served by the primary key.
SELECT d.id, d.case_no, d.county, d.rule_set, d.as_of, coalesce(d.input, i.input)::jsonb AS input, d.output
FROM decisions d LEFT JOIN decisions i ON i.id = d.input_of
WHERE d.id > @after AND (sqlc.arg(rule_set)::text = '' OR d.rule_set = @rule_set) AND (sqlc.arg(county)::text = '' OR d.county = @county)
    AND (sqlc.narg(from_on)::date IS NULL OR d.as_of >= @from_on) AND (sqlc.narg(until_on)::date IS NULL OR d.as_of <= @until_on)
ORDER BY d.id LIMIT sqlc.arg(page_size)::integer;

-- name: InsertGap :exec
INSERT INTO gaps (case_no, county, institution, round, reason, fields, told_at, version)
VALUES (@case_no, @county, @institution, @round, @reason, @fields, @told_at, @version);

-- name: CloseGaps :exec
UPDATE gaps SET state = 'answered' WHERE case_no = @case_no AND state = 'open';

-- name: LastRound :one
SELECT coalesce(max(round), 0)::integer FROM gaps WHERE case_no = @case_no;

-- name: TakeNumbers :one
-- Takes the next numbers and returns the last of them. The counter is locked until the transaction ends, for none too.
INSERT INTO case_counters (prefix, county, year, last) VALUES (@prefix, @county, @year, sqlc.arg(numbers)::integer)
ON CONFLICT (prefix, county, year) DO UPDATE SET last = case_counters.last + sqlc.arg(numbers)::integer
RETURNING last;

-- name: TakeNumberOfEach :many
-- Takes the next number under each prefix, in an order that two who take several cannot block each other in.
INSERT INTO case_counters (prefix, county, year, last)
SELECT prefix, sqlc.arg(county)::text, sqlc.arg(year)::integer, 1 FROM (SELECT unnest(@prefixes::text[]) AS prefix ORDER BY 1) p
ON CONFLICT (prefix, county, year) DO UPDATE SET last = case_counters.last + 1
RETURNING prefix, last;

-- name: InsertDocuments :exec
INSERT INTO documents (id, case_no, county, institution, kind, number, code, content, issued_on, created_at)
SELECT unnest(@ids::text[]), sqlc.arg(case_no)::text, sqlc.arg(county)::text, sqlc.arg(institution)::text, unnest(@kinds::text[]),
    unnest(@numbers::text[]), unnest(@codes::text[]), unnest(@contents::text[])::jsonb, sqlc.arg(issued_on)::date, sqlc.arg(created_at)::timestamptz;

-- name: PendingDocuments :many
-- Served by documents_of_case.
SELECT * FROM documents WHERE case_no = @case_no AND state = 'pending' ORDER BY created_at, id;

-- name: DocumentRendered :exec
UPDATE documents SET state = 'in_force', sha256 = @sha256, size = @size, rendered_at = @rendered_at, fault = ''
WHERE id = @id AND state = 'pending';

-- name: DocumentUnprintable :exec
UPDATE documents SET fault = @fault WHERE id = @id AND state = 'pending' AND fault <> @fault;

-- name: EndDocuments :exec
-- Revokes or supersedes the papers of a kind that an institution holds. Served by documents_of_institution.
UPDATE documents SET state = @state, ended_at = @ended_at, end_reason = @end_reason
WHERE institution = @institution AND kind = ANY (sqlc.arg(kinds)::text[]) AND state IN ('pending', 'in_force');

-- name: LastDocumentOfKind :one
-- Served by documents_of_institution.
SELECT * FROM documents WHERE institution = @institution AND kind = ANY (sqlc.arg(kinds)::text[])
ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: InsertPublication :exec
INSERT INTO publications (case_no, county, institution, kind, title, text, published_on, step)
VALUES (@case_no, @county, @institution, @kind, @title, @text, @published_on, @step);

-- name: InstitutionForStep :one
SELECT * FROM institutions WHERE id = @id FOR UPDATE;

-- name: FileInstitution :exec
-- Updates the register's entry of an institution once its filing, or a change of it, is approved.
UPDATE institutions SET county = @county, township = @township, uscc = @uscc, name = @name, nature = @nature,
    site_kind = @site_kind, address = @address, phone = @phone, inclusive = @inclusive, seats = @seats,
    status = @status, filing_case = @filing_case, filed_on = @filed_on, updated_at = @updated_at,
    application = (SELECT a.facts FROM applications a WHERE a.case_no = @application_of ORDER BY a.version DESC LIMIT 1)
WHERE id = @id;

-- name: SetInstitutionStatus :exec
UPDATE institutions SET status = @status, updated_at = @updated_at WHERE id = @id;

-- name: InsertReroutedCase :exec
INSERT INTO cases (case_no, kind, county, institution, parent_case, subject, site_kind, stage, status, holder,
    tracking_hash, created_at, updated_at)
VALUES (@case_no, @kind, @county, @institution, @parent_case, @subject, @site_kind, 'draft', 'draft', 'institution',
    @tracking_hash, @created_at, @updated_at)
ON CONFLICT (case_no) DO NOTHING;

-- name: AllCalendarYears :many
SELECT * FROM calendar_years ORDER BY year;

-- name: SettingsOfCounty :many
-- The row that counts for each setting; served by county_settings_latest.
SELECT DISTINCT ON (name) name, value, verified FROM county_settings WHERE county = @county ORDER BY name, id DESC;

-- name: TaskAnswer :one
SELECT answer, outcome, closed_by, closed_at FROM tasks WHERE id = @id;

-- name: MarkStuck :exec
UPDATE cases SET stuck_at = sqlc.arg(stuck_at)::timestamptz, stuck_reason = @reason WHERE case_no = @case_no;

-- name: MarkOpenStuck :execrows
UPDATE cases SET stuck_at = sqlc.arg(stuck_at)::timestamptz, stuck_reason = @reason
WHERE case_no = @case_no AND status = 'open' AND (stuck_at IS NULL OR stuck_reason <> @reason);

-- name: ClearStuck :exec
UPDATE cases SET stuck_at = NULL, stuck_reason = '' WHERE case_no = @case_no;

-- name: CancelOpenTasks :many
-- Every open task of a case that has ended, or those after a number. Served by tasks_by_case.
UPDATE tasks SET state = 'cancelled', outcome = 'withdrawn', answer = '{}', closed_by = @closed_by, closed_at = sqlc.arg(closed_at)::timestamptz
WHERE case_no = @case_no AND state = 'open' AND coalesce(substring(id FROM '[.]([0-9]{1,9})$'), '0')::integer > sqlc.arg(after)::integer
RETURNING id, title;

-- name: LastTaskNumber :one
-- Served by tasks_of_case.
SELECT coalesce(max(substring(id FROM '[.]([0-9]{1,9})$')::integer), 0)::integer FROM tasks WHERE case_no = @case_no;

-- name: LastOpening :one
-- Returns the data of the last opening of a task on the timeline. Served by case_events_of_case.
SELECT data FROM case_events WHERE case_no = @case_no AND kind = 'task_opened' AND data->>'task' = sqlc.arg(task)::text ORDER BY id DESC LIMIT 1;

-- name: AskAgain :exec
UPDATE tasks SET kind = @kind, title = @title, partner = @partner, role = @role, outcomes = @outcomes, decision = @decision,
    excluded = @excluded, clock = @clock, due_on = @due_on, due_provisional = @due_provisional, assignee = NULL
WHERE id = @id AND state = 'open';
