-- name: ProposeRevision :exec
INSERT INTO procedure_revisions (id, kind, prefix, title, label, from_on, open_until, archive, report, proposed_by, proposed_at, readers)
VALUES (@id, @kind, @prefix, @title, @label, @from_on, @open_until, @archive, @report, @proposed_by, @proposed_at, @readers);

-- name: InsertPlan :exec
INSERT INTO procedure_plans (revision, county, hash, plan) VALUES (@revision, @county, @hash, @plan);

-- name: DecideRevision :execrows
UPDATE procedure_revisions SET state = @state, decided_by = sqlc.arg(decided_by)::text, decided_at = sqlc.arg(decided_at)::timestamptz, note = @note
WHERE id = @id AND state = 'proposed';

-- name: Revision :one
SELECT id, kind, prefix, title, label, from_on, open_until, report, state, proposed_by, proposed_at, decided_by, decided_at, note
FROM procedure_revisions WHERE id = @id;

-- name: RevisionArchive :one
SELECT archive FROM procedure_revisions WHERE id = @id;

-- name: Revisions :many
-- Revisions by the time of their proposal, the newest first. Served by procedure_revisions_page, or procedure_revisions_of_kind.
SELECT id, kind, prefix, title, label, from_on, open_until, report, state, proposed_by, proposed_at, decided_by, decided_at, note
FROM procedure_revisions
WHERE (sqlc.arg(kind)::text = '' OR kind = @kind) AND (sqlc.arg(state)::text = '' OR state = @state)
    AND (proposed_at, id) < (sqlc.arg(before_at)::timestamptz, sqlc.arg(before_id)::text)
ORDER BY proposed_at DESC, id DESC LIMIT sqlc.arg(page_size)::integer;

-- name: PublishedRevisions :many
-- Every published revision, the first one first. A city has some dozens.
SELECT id, decided_at FROM procedure_revisions WHERE state = 'published' ORDER BY decided_at, id;

-- name: PlansOfRevision :many
SELECT county, hash FROM procedure_plans WHERE revision = @revision ORDER BY county;

-- name: PlanByHash :one
-- Served by procedure_plans_by_hash.
SELECT plan FROM procedure_plans WHERE hash = @hash LIMIT 1;

-- name: NewVersion :exec
UPDATE cases SET version = @version WHERE case_no = @case_no;

-- name: AnswersOfCase :many
-- The last answer to each kind of task. Served by tasks_of_case.
SELECT DISTINCT ON (kind) kind, outcome, answer, closed_by, closed_at FROM tasks
WHERE case_no = @case_no AND state = 'closed' AND answer IS NOT NULL ORDER BY kind, closed_at DESC, id DESC;

-- name: InterruptionsOfCase :many
-- What was filled in for what may be done anytime, the last first. Served by case_events_of_case.
SELECT data FROM case_events WHERE case_no = @case_no AND kind = 'procedure_anytime' ORDER BY id DESC LIMIT 20;

-- name: AnytimeDone :one
-- Reports whether what an Update asks for was done. Served by case_events_of_case.
SELECT EXISTS (SELECT FROM case_events WHERE case_no = @case_no AND kind = 'procedure_anytime' AND data->>'id' = sqlc.arg(id)::text);

-- name: RevisionMoved :one
-- Reports whether the move that an Update asks for was done. Served by case_events_of_case.
SELECT EXISTS (SELECT FROM case_events WHERE case_no = @case_no AND kind = 'procedure_moved' AND data->>'id' = sqlc.arg(id)::text);

-- name: SetPlan :exec
UPDATE cases SET plan = @plan WHERE case_no = @case_no;

-- name: CasesToMove :many
-- Open cases of a procedure that are not under the plans of a revision. Served by cases_by_kind_created.
SELECT * FROM cases WHERE kind = @kind AND status = 'open' AND plan <> '' AND NOT plan = ANY (sqlc.arg(plans)::text[]) AND case_no > sqlc.arg(after)::text
ORDER BY case_no LIMIT sqlc.arg(page_size)::integer;

-- name: LastDecisions :many
-- The last decision of each rule set on a case. Served by decisions_of_case.
SELECT DISTINCT ON (rule_set) id, rule_set, result, output, decided_at FROM decisions WHERE case_no = @case_no
ORDER BY rule_set, decided_at DESC, id DESC;

-- name: RowsOfCase :many
-- The rows of a case, bounded. Served by procedure_rows_of_case.
SELECT * FROM procedure_rows WHERE case_no = sqlc.arg(case_no)::text AND NOT removed AND (sqlc.arg(set_name)::text = '' OR set_name = @set_name)
    AND (set_name, key) > (sqlc.arg(after_set)::text, sqlc.arg(after_key)::text)
ORDER BY set_name, key LIMIT sqlc.arg(page_size)::integer;

-- name: CountRows :one
-- Served by procedure_rows_of_case.
SELECT count(*) FROM procedure_rows WHERE case_no = sqlc.arg(case_no)::text AND NOT removed AND set_name = ANY (sqlc.arg(sets)::text[]);

-- name: PutRows :exec
-- Writes rows of a case by their keys; one that is the same stays as it is.
INSERT INTO procedure_rows (kind, case_no, set_name, key, county, institution, data, sealed, plan, entered_by, entered_at, updated_by, updated_at)
SELECT sqlc.arg(kind)::text, sqlc.arg(case_no)::text, sqlc.arg(set_name)::text, unnest(@keys::text[]), sqlc.arg(county)::text,
    sqlc.arg(institution)::text, unnest(@contents::text[])::jsonb, nullif(unnest(@sealed::bytea[]), ''), sqlc.arg(plan)::text, sqlc.arg(entered_by)::text, sqlc.arg(at)::timestamptz,
    sqlc.arg(entered_by)::text, sqlc.arg(at)::timestamptz
ON CONFLICT (case_no, set_name, key) WHERE case_no IS NOT NULL DO UPDATE SET data = excluded.data, sealed = excluded.sealed, plan = excluded.plan, removed = false,
    updated_by = excluded.updated_by, updated_at = excluded.updated_at
WHERE procedure_rows.data <> excluded.data OR procedure_rows.removed OR excluded.sealed IS NOT NULL;

-- name: RemoveRows :execrows
UPDATE procedure_rows SET removed = true, updated_by = @updated_by, updated_at = @updated_at
WHERE case_no = sqlc.arg(case_no)::text AND set_name = @set_name AND key = ANY (sqlc.arg(keys)::text[]) AND NOT removed;

-- name: CountSubCases :one
-- Served by cases_by_parent.
SELECT count(*)::integer AS opened, (count(*) FILTER (WHERE status = 'ended'))::integer AS ended
FROM cases WHERE parent_case = sqlc.arg(parent)::text AND parent_step = @step;

-- name: OpenCasesOfInstitution :many
-- The open cases of procedures of an institution. Served by cases_by_institution.
SELECT case_no, kind, county, institution, plan FROM cases WHERE institution = @institution AND status = 'open' AND plan <> '' LIMIT 200;

-- name: InsertPublicity :exec
INSERT INTO procedure_publicity (case_no, step, kind, county, institution, title, body, opened_on, last_on, audience)
VALUES (@case_no, @step, @kind, @county, @institution, @title, @body, @opened_on, @last_on, @audience);

-- name: EndPublicity :exec
UPDATE procedure_publicity SET ended_at = sqlc.arg(ended_at)::timestamptz, result = @result WHERE case_no = @case_no AND step = @step AND ended_at IS NULL;

-- name: PublicityOfCase :many
SELECT * FROM procedure_publicity WHERE case_no = @case_no ORDER BY opened_on DESC, step DESC LIMIT 20;

-- name: PublicityPage :many
-- What is or was published, the newest first. Served by procedure_publicity_page, or procedure_publicity_of_county.
SELECT p.*, coalesce(i.name, '')::text AS institution_name FROM procedure_publicity p LEFT JOIN institutions i ON i.id = p.institution
WHERE (sqlc.arg(county)::text = '' OR p.county = @county)
    AND (p.opened_on, p.case_no) < (sqlc.arg(before_on)::date, sqlc.arg(before_no)::text)
ORDER BY p.opened_on DESC, p.case_no DESC LIMIT sqlc.arg(page_size)::integer;

-- name: ConsultationPage :many
-- What is or was published to a role alone, the newest first. Served by procedure_publicity_of_role.
SELECT p.*, coalesce(i.name, '')::text AS institution_name FROM procedure_publicity p LEFT JOIN institutions i ON i.id = p.institution
WHERE p.audience = @audience AND p.audience <> 'public' AND (p.opened_on, p.case_no) < (sqlc.arg(before_on)::date, sqlc.arg(before_no)::text)
ORDER BY p.opened_on DESC, p.case_no DESC LIMIT sqlc.arg(page_size)::integer;

-- name: PutProcedureOwner :exec
-- A row beside institutions for the cases about a county or the city.
INSERT INTO institutions (id, county, name, site_kind, updated_at) VALUES (@id, @county, @name, '', @updated_at) ON CONFLICT (id) DO NOTHING;

-- name: SubjectFacts :one
-- What the register and the checks of an institution state for the rules of procedures. Served by the primary key,
-- enrolments_of_institution and inspection_findings_open.
SELECT i.id, i.name, i.county, i.nature, i.site_kind, i.status, i.inclusive, i.seats, i.filed_on, i.uscc, i.address, i.phone,
    (SELECT count(*) FROM enrolments e WHERE e.institution = i.id AND e.left_on IS NULL)::integer AS enrolled,
    (SELECT count(*) FROM inspection_findings f WHERE f.institution = i.id AND f.corrected_on IS NULL AND f.severity = 'serious')::integer AS serious_findings
FROM institutions i WHERE i.id = @id;

-- name: InstitutionsWithout :many
-- Filed institutions without a case of a kind about a period, for procedures that start by schedule. Served by institutions_by_county
-- and cases_by_kind_about.
SELECT i.id, i.county, i.name, i.site_kind FROM institutions i
WHERE i.status IN ('filed', 'rectifying') AND i.site_kind <> ''
    AND NOT EXISTS (SELECT FROM cases c WHERE c.institution = i.id AND c.kind = @kind AND c.about = @about AND c.plan <> '')
ORDER BY i.county, i.id LIMIT sqlc.arg(page_size)::integer;

-- name: CaseAbout :one
-- Served by cases_by_kind_about.
SELECT case_no FROM cases WHERE kind = @kind AND about = @about AND institution = @institution AND plan <> '' LIMIT 1;

-- name: StagesOfKind :many
-- How many open cases of a procedure are in each stage, how many of them are late, and since when the oldest is.
SELECT stage, count(*)::integer AS cases, (count(*) FILTER (WHERE overdue))::integer AS late, min(updated_at)::timestamptz AS oldest
FROM cases WHERE kind = @kind AND status = 'open' AND plan <> '' AND (sqlc.arg(county)::text = '' OR county = @county) GROUP BY stage;

-- name: QueuePrinting :exec
-- Asks for the papers of a case; once for an ID.
INSERT INTO outbox (id, case_no, county, institution, kind, name, payload, created_at, next_at)
VALUES (@id, @case_no, @county, @institution, 'start', @name, '{}', @at, now())
ON CONFLICT (id) DO NOTHING;

-- name: QueueSignal :exec
-- Queues a signal for the workflow of a case; once for an ID. The outbox is scheduled by wall clock.
INSERT INTO outbox (id, case_no, county, institution, kind, name, payload, created_at, next_at)
VALUES (@id, @case_no, @county, @institution, 'update', @name, @payload, @at, now())
ON CONFLICT (id) DO NOTHING;

-- name: FiledForProcedures :many
-- Filed institutions of a county, or of the city. Served by institutions_by_county.
SELECT id, county, name, site_kind FROM institutions
WHERE status IN ('filed', 'rectifying') AND site_kind <> '' AND (sqlc.arg(county)::text IN ('', '140400') OR county = @county)
ORDER BY county, id LIMIT 2000;

-- name: CasesOfKind :many
-- The last cases of a procedure. Served by cases_by_kind_created.
SELECT case_no, status FROM cases WHERE kind = @kind AND plan <> '' ORDER BY created_at DESC, case_no DESC LIMIT sqlc.arg(page_size)::integer;

-- name: DecisionsToPreview :many
-- Served by decisions_of_case.
SELECT id, case_no, county, rule_set, as_of, input, output FROM decisions WHERE case_no = @case_no AND input IS NOT NULL
ORDER BY decided_at, id LIMIT 100;

-- name: StagesEntered :many
-- The ways that a case of a procedure has taken, in their order. Served by case_events_of_case.
SELECT data FROM case_events WHERE case_no = @case_no AND kind = 'stage_entered' ORDER BY id LIMIT 500;
