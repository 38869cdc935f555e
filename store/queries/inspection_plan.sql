-- name: PutInspector :execrows
-- Errors: nothing is written when the account belongs to another county or the version is not the one in force.
INSERT INTO inspectors (account, county, number, on_duty, conflicts, updated_by, updated_at)
VALUES (@account, @county, @number, @on_duty, @conflicts, @updated_by, @updated_at)
ON CONFLICT (account) DO UPDATE SET on_duty = excluded.on_duty, conflicts = excluded.conflicts, version = inspectors.version + 1,
    updated_by = excluded.updated_by, updated_at = excluded.updated_at
WHERE inspectors.county = excluded.county AND inspectors.version = sqlc.arg(version)::integer;

-- name: Inspector :one
SELECT * FROM inspectors WHERE account = @account;

-- name: CountInspectors :one
-- Served by inspectors_by_county. Every row of the county is counted, so a number is not given twice.
SELECT count(*)::integer FROM inspectors WHERE county = @county;

-- name: LockRegister :exec
-- Two that enter inspectors of one county wait for each other.
SELECT pg_advisory_xact_lock(hashtextextended('inspectors/' || sqlc.arg(county)::text, 0));

-- name: Inspectors :many
-- Served by inspectors_by_county (county, account).
SELECT * FROM inspectors WHERE county = @county AND account > sqlc.arg(after)::text ORDER BY account LIMIT sqlc.arg(page_size)::integer;

-- name: InspectorsOnDuty :many
-- Each with the visits of the half-year it has already. Served by inspectors_by_county and inspections_of_half. Bounded: the officers of a county.
SELECT r.account, r.number, r.conflicts, (SELECT count(*) FROM inspections i WHERE i.county = r.county AND i.half = sqlc.arg(half)::text
    AND r.account IN (i.first_inspector, i.second_inspector))::integer AS load
FROM inspectors r WHERE r.county = @county AND r.on_duty ORDER BY r.account LIMIT 500;

-- name: InspectorNumbers :many
-- Served by inspectors_by_county. Bounded: the officers of a county.
SELECT account, number FROM inspectors WHERE county = @county ORDER BY account LIMIT 1000;

-- name: PutPlanInstitution :exec
-- Plans of a county stand beside its institutions.
INSERT INTO institutions (id, county, name, site_kind, updated_at) VALUES (@id, @county, @name, '', @updated_at) ON CONFLICT (id) DO NOTHING;

-- name: InsertInspectionPlan :exec
INSERT INTO inspection_plans (case_no, county, half, random_size, started_at, updated_at)
VALUES (@case_no, @county, @half, @random_size, @started_at, @started_at);

-- name: InspectionPlan :one
SELECT * FROM inspection_plans WHERE case_no = @case_no;

-- name: InspectionPlanOfHalf :one
-- Served by inspection_plans_once.
SELECT case_no FROM inspection_plans WHERE county = @county AND half = @half;

-- name: InspectionPlans :many
-- Served by inspection_plans_of_county (county, half DESC, case_no DESC) or inspection_plans_page (half DESC, case_no DESC).
SELECT sqlc.embed(p), c.stage, c.status FROM inspection_plans p JOIN cases c ON c.case_no = p.case_no
WHERE (p.half, p.case_no) < (sqlc.arg(before_half)::text, sqlc.arg(before_no)::text) AND (sqlc.arg(county)::text = '' OR p.county = sqlc.arg(county)::text)
ORDER BY p.half DESC, p.case_no DESC LIMIT sqlc.arg(page_size)::integer;

-- name: InsertExclusion :exec
INSERT INTO inspection_exclusions (case_no, county, institution, excluded, reason, said_by, said_at)
VALUES (@case_no, @county, @institution, @excluded, @reason, @said_by, @said_at);

-- name: ExclusionsOfPlan :many
-- The last word on each institution. Served by inspection_exclusions_of_plan. Bounded by the institutions of a county.
SELECT * FROM (SELECT DISTINCT ON (institution) * FROM inspection_exclusions WHERE case_no = @case_no
    ORDER BY institution, id DESC) last WHERE last.excluded ORDER BY last.institution LIMIT 2000;

-- name: PlanCandidates :many
-- Every filed and open institution of a county with what its risk is reckoned from and who was there last. Served by
-- institutions_by_county, inspections_of_institution, complaints_about and primary keys. Bounded by the institutions of a county.
SELECT i.id, i.county, i.township, i.name, i.status,
    coalesce(last.first_inspector, '')::text AS last_first, coalesce(last.second_inspector, '')::text AS last_second,
    coalesce(two.serious, false)::boolean AS serious, coalesce(two.ordered, false)::boolean AS ordered,
    (SELECT count(*) FROM complaints c WHERE c.about = i.id AND c.received_at >= sqlc.arg(complaints_since)::timestamptz)::integer AS complaints
FROM institutions i
LEFT JOIN LATERAL (
    SELECT v.first_inspector, v.second_inspector FROM inspections v WHERE v.institution = i.id ORDER BY v.opened_at DESC, v.case_no DESC LIMIT 1
) last ON true
LEFT JOIN LATERAL (
    SELECT bool_or(v.serious) AS serious, bool_or(EXISTS (SELECT FROM inspection_findings f WHERE f.case_no = v.case_no AND f.ordered)) AS ordered
    FROM (SELECT * FROM inspections w WHERE w.institution = i.id AND w.visited_on IS NOT NULL ORDER BY w.opened_at DESC, w.case_no DESC LIMIT 2) v
) two ON true
WHERE i.county = @county AND i.status IN ('filed', 'rectifying') AND i.application IS NOT NULL
ORDER BY i.id LIMIT 2000;

-- name: CommitPlan :exec
UPDATE inspection_plans SET committed = @committed, commitment = @commitment, committed_by = @committed_by, committed_at = @committed_at,
    updated_at = @committed_at WHERE case_no = @case_no;

-- name: InsertNonces :exec
INSERT INTO inspection_nonces (case_no, attempt, pairs, random) VALUES (@case_no, @attempt, @pairs, @random);

-- name: Nonces :one
SELECT * FROM inspection_nonces WHERE case_no = @case_no AND attempt = @attempt;

-- name: WitnessPlan :exec
UPDATE inspection_plans SET public_value = @public_value, public_source = @public_source, public_at = @public_at, witness = @witness,
    updated_at = @updated_at WHERE case_no = @case_no;

-- name: RevealPairs :exec
UPDATE inspection_plans SET drawn_on = @drawn_on, pairs_nonce = @pairs_nonce, pairs = @pairs, decision = @decision, updated_at = @updated_at
WHERE case_no = @case_no;

-- name: RevealRandom :exec
UPDATE inspection_plans SET random_nonce = @random_nonce, random = @random, late = @late, closed_on = @closed_on, updated_at = @updated_at
WHERE case_no = @case_no;

-- name: VoidDraw :exec
-- A draw that is not in order: what was committed to stays in the events, and the list is drawn up again.
UPDATE inspection_plans SET attempt = attempt + 1, committed = NULL, commitment = '', committed_by = '', committed_at = NULL, public_value = '',
    public_source = '', public_at = NULL, witness = '', drawn_on = NULL, updated_at = @updated_at
WHERE case_no = @case_no;

-- name: InsertPlanned :exec
INSERT INTO planned_inspections (case_no, kind, institution, county, position, first_inspector, second_inspector, opens_on)
VALUES (@case_no, @kind, @institution, @county, @position, @first_inspector, @second_inspector, @opens_on);

-- name: PlannedToOpen :many
-- Served by planned_inspections_waiting. Bounded: so many are opened in one step.
SELECT * FROM planned_inspections WHERE case_no = @case_no AND inspection IS NULL AND NOT dropped AND opens_on <= sqlc.arg(today)::date
ORDER BY institution LIMIT sqlc.arg(most)::integer;

-- name: NextPlanned :one
-- Served by planned_inspections_waiting.
SELECT opens_on FROM planned_inspections WHERE case_no = @case_no AND inspection IS NULL AND NOT dropped ORDER BY opens_on LIMIT 1;

-- name: PlannedOpened :exec
UPDATE planned_inspections SET inspection = @inspection, dropped = @dropped
WHERE case_no = @case_no AND kind = @kind AND institution = @institution;

-- name: PlannedOfPlan :many
-- Served by the primary key. Bounded: two for each institution of a county.
SELECT p.*, n.name, n.township, i.visit_on, i.visited_on, i.first_inspector AS going_first, i.second_inspector AS going_second, c.stage
FROM planned_inspections p JOIN institutions n ON n.id = p.institution
LEFT JOIN inspections i ON i.case_no = p.inspection LEFT JOIN cases c ON c.case_no = p.inspection
WHERE p.case_no = @case_no ORDER BY p.kind DESC, p.position LIMIT 4000;

-- name: PlanCoverage :many
-- Institutions with a regular visit planned in a half-year, and those visited by its last day, by county. What is no longer filed is
-- not counted. Served by inspection_plans_once and primary keys.
SELECT l.county, count(*)::integer AS planned, count(*) FILTER (WHERE i.visited_on <= sqlc.arg(until)::date)::integer AS visited
FROM inspection_plans l JOIN planned_inspections p ON p.case_no = l.case_no AND p.kind = 'regular' AND NOT p.dropped
LEFT JOIN inspections i ON i.case_no = p.inspection
WHERE l.half = @half AND (sqlc.arg(county)::text = '' OR l.county = sqlc.arg(county)::text)
GROUP BY l.county ORDER BY l.county;

-- name: PutFeed :exec
INSERT INTO inspector_feeds (account, county, token_hash, renewed_at) VALUES (@account, @county, @token_hash, @renewed_at)
ON CONFLICT (account) DO UPDATE SET token_hash = excluded.token_hash, renewed_at = excluded.renewed_at;

-- name: FeedOf :one
-- Served by the unique index on token_hash.
SELECT f.account, f.county FROM inspector_feeds f WHERE f.token_hash = @token_hash;

-- name: VisitsOfInspector :many
-- The agreed visits of an officer from a day on. Served by inspections_of_first and inspections_of_second.
SELECT v.case_no, v.institution, v.visit_on, v.visit_time, v.updated_at, v.round, n.name, n.address
FROM (SELECT a.* FROM inspections a WHERE a.first_inspector = sqlc.arg(account)::text AND a.visit_on >= sqlc.arg(since)::date
    UNION ALL SELECT b.* FROM inspections b WHERE b.second_inspector = sqlc.arg(account)::text AND b.visit_on >= sqlc.arg(since)::date) v
JOIN institutions n ON n.id = v.institution ORDER BY v.visit_on, v.visit_time, v.case_no LIMIT 500;

-- name: VisitsOfDay :many
-- The visits of a county on a day, along the way: by township. Served by inspections_of_day. Bounded by the institutions of a county.
SELECT i.case_no, i.institution, i.kind, i.visit_time, i.first_inspector, i.second_inspector, i.visited_on, n.name, n.township, n.address, c.stage
FROM inspections i JOIN institutions n ON n.id = i.institution JOIN cases c ON c.case_no = i.case_no
WHERE i.county = @county AND i.visit_on = sqlc.arg(day)::date ORDER BY n.township, i.visit_time, i.case_no LIMIT 2000;
