-- name: InsertBuildPlan :execrows
-- No row when a plan of that name was started before.
INSERT INTO build_plans (name, title, seats, deadline, document, started_by, started_at)
VALUES (@name, @title, @seats, @deadline, @document, @started_by, @started_at) ON CONFLICT (name) DO NOTHING;

-- name: BuildPlanByName :one
SELECT * FROM build_plans WHERE name = @name;

-- name: InsertBuildSite :exec
INSERT INTO build_sites (case_no, plan, county, institution, name, seats, mode, updated_at)
VALUES (@case_no, @plan, @county, @institution, @name, @seats, @mode, @updated_at);

-- name: PutBuildMilestone :exec
INSERT INTO build_milestones (case_no, kind, county, position, planned_start, planned_end, weight, evidence)
VALUES (@case_no, @kind, @county, @position, @planned_start, @planned_end, @weight, @evidence)
ON CONFLICT (case_no, kind) DO UPDATE SET position = excluded.position, planned_start = excluded.planned_start,
    planned_end = excluded.planned_end, weight = excluded.weight, evidence = excluded.evidence;

-- name: InsertBuildPlanVersion :exec
INSERT INTO build_plan_versions (case_no, version, county, seats, mode, milestones, reason, author, at)
VALUES (@case_no, @version, @county, @seats, @mode, @milestones, @reason, @author, @at);

-- name: AmendBuildSite :exec
UPDATE build_sites SET seats = @seats, mode = @mode, version = @version, updated_at = @updated_at WHERE case_no = @case_no;

-- name: BuildSite :one
SELECT * FROM build_sites WHERE case_no = @case_no;

-- name: BuildSiteOfFiling :one
SELECT * FROM build_sites WHERE filing_case = sqlc.arg(filing)::text;

-- name: BuildMilestones :many
SELECT * FROM build_milestones WHERE case_no = @case_no ORDER BY position;

-- name: BuildPlanVersions :many
-- Served by the primary key. Bounded: a plan is amended a handful of times.
SELECT * FROM build_plan_versions WHERE case_no = @case_no ORDER BY version DESC LIMIT 100;

-- name: BuildAssessments :many
-- Served by the primary key.
SELECT * FROM build_assessments WHERE case_no = @case_no ORDER BY as_of DESC LIMIT 60;

-- name: BuildAssessmentOn :one
SELECT * FROM build_assessments WHERE case_no = @case_no AND as_of = @as_of;

-- name: InsertBuildAssessment :exec
INSERT INTO build_assessments (case_no, as_of, county, version, light, planned, actual, reds_running, decision)
VALUES (@case_no, @as_of, @county, @version, @light, @planned, @actual, @reds_running, @decision);

-- name: ShowBuildLight :exec
UPDATE build_sites SET light = @light, light_on = @light_on, reds = @reds, reds_running = @reds_running, updated_at = @updated_at
WHERE case_no = @case_no;

-- name: InsertBuildReport :one
INSERT INTO build_reports (case_no, county, milestone, percent, note, evidence, reported_by, reported_at)
VALUES (@case_no, @county, @milestone, @percent, @note, @evidence, @reported_by, @reported_at) RETURNING id;

-- name: BuildReport :one
SELECT * FROM build_reports WHERE case_no = @case_no AND id = @id FOR UPDATE;

-- name: BuildReports :many
-- Served by build_reports_of_site, newest first.
SELECT * FROM build_reports WHERE case_no = @case_no ORDER BY id DESC LIMIT 200;

-- name: DecideBuildReport :exec
UPDATE build_reports SET state = @state, decided_by = @decided_by, decided_at = @decided_at, reason = @reason WHERE id = @id;

-- name: SetBuildPercent :exec
UPDATE build_milestones SET percent = @percent, done_on = @done_on WHERE case_no = @case_no AND kind = @kind;

-- name: SetOperatorContract :exec
UPDATE build_sites SET operator_contract = true, updated_at = @updated_at WHERE case_no = @case_no;

-- name: LinkBuildFiling :exec
UPDATE build_sites SET filing_case = @filing_case, updated_at = @updated_at WHERE case_no = @case_no;

-- name: CountBuildSeats :exec
UPDATE build_sites SET receipt_on = @receipt_on, seats_filed = @seats_filed, seats_counted = @seats_counted,
    seats_decision = @seats_decision, updated_at = @updated_at WHERE case_no = @case_no;

-- name: EndBuildSite :exec
UPDATE build_sites SET completed_on = @completed_on, updated_at = @updated_at WHERE case_no = @case_no;

-- name: BuildOpenMilestones :one
SELECT count(*)::integer FROM build_milestones WHERE case_no = @case_no AND percent < 100;

-- name: ConformityCounted :one
-- Returns the latest decision on conformity with the standards: of the filing, of a change approved since, or of the
-- change being approved. Served by decisions_of_case and cases_by_parent.
SELECT id, output FROM decisions
WHERE rule_set = 'filing.conform' AND case_no IN (
    SELECT c.case_no FROM cases c WHERE c.case_no = sqlc.arg(filing)::text
    UNION ALL
    SELECT c.case_no FROM cases c WHERE c.parent_case = sqlc.arg(filing)::text AND (c.outcome = 'changed' OR c.case_no = sqlc.arg(current)::text))
ORDER BY decided_at DESC, id DESC LIMIT 1;

-- name: BuildSites :many
-- Served by build_sites_by_county (county, case_no), build_sites_by_plan (plan, case_no) or the primary key.
SELECT * FROM build_sites WHERE case_no > sqlc.arg(after)::text
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text) AND (sqlc.arg(plan)::text = '' OR plan = sqlc.arg(plan)::text)
    AND (sqlc.arg(light)::text = '' OR light = sqlc.arg(light)::text)
ORDER BY case_no LIMIT sqlc.arg(page_size)::integer;

-- name: BuildSitesOfPlan :many
-- Served by build_sites_by_plan. Bounded by what a plan may hold.
SELECT * FROM build_sites WHERE plan = @plan ORDER BY county, case_no LIMIT 100;

-- name: BuildMilestonesOfPlan :many
-- Served by build_sites_by_plan and the primary key of milestones.
SELECT m.* FROM build_sites s JOIN build_milestones m ON m.case_no = s.case_no
WHERE s.plan = @plan ORDER BY m.case_no, m.position LIMIT 600;

-- name: PutBuildInstitution :exec
-- A site under construction is known by its name until its institution files.
INSERT INTO institutions (id, county, name, site_kind, updated_at) VALUES (@id, @county, @name, '', @updated_at);

-- name: WaitingReports :many
-- Served by build_reports_waiting (id); the sites by their primary key.
SELECT sqlc.embed(r), s.name, s.plan FROM build_reports r JOIN build_sites s ON s.case_no = r.case_no
WHERE r.state = 'waiting' AND r.id > sqlc.arg(after)::bigint AND (sqlc.arg(county)::text = '' OR r.county = sqlc.arg(county)::text)
ORDER BY r.id LIMIT sqlc.arg(page_size)::integer;

-- name: CountWaitingReports :one
-- Served by build_reports_waiting. Bounded.
SELECT count(*) FROM (SELECT FROM build_reports WHERE state = 'waiting' LIMIT 1000) AS waiting;

-- name: WaitingReportsOfPlan :many
-- The number of reports of each site that wait. Served by build_reports_waiting and the primary key of sites.
SELECT r.case_no, count(*)::integer AS waiting FROM build_reports r JOIN build_sites s ON s.case_no = r.case_no
WHERE r.state = 'waiting' AND s.plan = @plan GROUP BY r.case_no LIMIT 100;
