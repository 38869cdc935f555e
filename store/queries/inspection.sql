-- name: InsertInspection :exec
INSERT INTO inspections (case_no, planned, plan_case, county, institution, kind, half, first_inspector, second_inspector,
    checklist, revision, opened_at, updated_at)
VALUES (@case_no, @planned, @plan_case, @county, @institution, @kind, @half, @first_inspector, @second_inspector,
    @checklist, @revision, @opened_at, @opened_at);

-- name: InspectionOfPlanned :one
-- Served by the unique index on planned.
SELECT case_no FROM inspections WHERE planned = sqlc.arg(planned)::text;

-- name: Inspection :one
SELECT * FROM inspections WHERE case_no = @case_no;

-- name: LastInspection :one
-- The last one before this, whose pair must not come twice running. Served by inspections_of_institution.
SELECT * FROM inspections WHERE institution = @institution AND case_no <> @case_no
ORDER BY opened_at DESC, case_no DESC LIMIT 1;

-- name: LastRegularVisit :one
-- Served by inspections_of_institution.
SELECT visited_on FROM inspections
WHERE institution = @institution AND case_no <> @case_no AND kind = 'regular' AND visited_on IS NOT NULL
ORDER BY opened_at DESC, case_no DESC LIMIT 1;

-- name: CountedVisits :one
-- The inspections of a calendar year, but for this one, that count towards the cap of 国办发〔2024〕54号. Served by
-- inspections_of_institution.
SELECT count(*) FROM inspections
WHERE institution = @institution AND case_no <> @case_no AND kind = ANY (sqlc.arg(kinds)::text[])
    AND extract(year FROM coalesce(visited_on, visit_on, (opened_at AT TIME ZONE 'Asia/Shanghai')::date))::int = sqlc.arg(year)::int;

-- name: NameInspectors :exec
UPDATE inspections SET first_inspector = @first_inspector, second_inspector = @second_inspector, declined = @declined,
    updated_at = @updated_at WHERE case_no = @case_no;

-- name: SetVisitDay :exec
UPDATE inspections SET visit_on = @visit_on, visit_time = @visit_time, updated_at = @updated_at WHERE case_no = @case_no;

-- name: NoteVisit :exec
UPDATE inspections SET version = @version, serious = serious OR @serious, updated_at = @updated_at WHERE case_no = @case_no;

-- name: NoteRound :exec
UPDATE inspections SET round = @round, visited_on = coalesce(visited_on, @visited_on), publish_by = coalesce(publish_by, @publish_by),
    published_on = coalesce(published_on, @published_on), outcome = @outcome, updated_at = @updated_at WHERE case_no = @case_no;

-- name: InsertVisit :exec
INSERT INTO inspection_visits (case_no, version, visit, base_version, round, county, institution, content, hash, serious, sent_by, sent_at)
VALUES (@case_no, @version, @visit, @base_version, @round, @county, @institution, @content, @hash, @serious, @sent_by, @sent_at);

-- name: VisitByID :one
-- Served by inspection_visits_once.
SELECT * FROM inspection_visits WHERE case_no = @case_no AND visit = @visit;

-- name: VisitVersion :one
SELECT * FROM inspection_visits WHERE case_no = @case_no AND version = @version;

-- name: VisitsOfCase :many
-- Served by the primary key. Bounded: a case has a handful of rounds.
SELECT * FROM inspection_visits WHERE case_no = @case_no ORDER BY version DESC LIMIT 50;

-- name: InsertDraft :one
INSERT INTO inspection_drafts (case_no, visit, county, institution, content, saved_by, saved_at)
VALUES (@case_no, @visit, @county, @institution, @content, @saved_by, @saved_at) RETURNING id;

-- name: DraftsOfCase :many
-- Served by inspection_drafts_of_case, newest first.
SELECT * FROM inspection_drafts WHERE case_no = @case_no ORDER BY id DESC LIMIT 50;

-- name: InsertSignature :exec
INSERT INTO inspection_signatures (case_no, version, party, county, institution, manner, account, note, hash, picture, at)
VALUES (@case_no, @version, @party, @county, @institution, @manner, @account, @note, @hash, @picture, @at)
ON CONFLICT (case_no, version, party) DO NOTHING;

-- name: SignaturesOfCase :many
-- Served by the primary key.
SELECT * FROM inspection_signatures WHERE case_no = @case_no ORDER BY version, party LIMIT 150;

-- name: PutFinding :exec
INSERT INTO inspection_findings (case_no, item, county, institution, severity, ordered, reason, found_round)
VALUES (@case_no, @item, @county, @institution, @severity, @ordered, @reason, @found_round)
ON CONFLICT (case_no, item) DO UPDATE SET severity = excluded.severity, ordered = excluded.ordered, reason = excluded.reason, corrected_on = NULL;

-- name: CorrectFinding :exec
UPDATE inspection_findings SET corrected_on = @corrected_on WHERE case_no = @case_no AND item = @item AND corrected_on IS NULL;

-- name: OrderFindings :exec
UPDATE inspection_findings SET due_on = @due_on WHERE case_no = @case_no AND ordered AND corrected_on IS NULL;

-- name: FindingsOfCase :many
-- Served by the primary key. Bounded by the items of a checklist.
SELECT * FROM inspection_findings WHERE case_no = @case_no ORDER BY item LIMIT 300;

-- name: FindingsOfInstitution :many
-- What the last inspections of an institution found. Served by inspections_of_institution and the primary key.
SELECT f.* FROM (SELECT case_no FROM inspections WHERE inspections.institution = @institution AND inspections.case_no <> @case_no
    ORDER BY opened_at DESC, case_no DESC LIMIT 2) i JOIN inspection_findings f ON f.case_no = i.case_no
ORDER BY f.case_no DESC, f.item LIMIT 300;

-- name: Inspections :many
-- Served by inspections_by_county (county, case_no), inspections_by_institution (institution, case_no) or the primary key.
SELECT sqlc.embed(i), c.stage, c.status, c.subject, c.due_on FROM inspections i JOIN cases c ON c.case_no = i.case_no
WHERE i.case_no > sqlc.arg(after)::text
    AND (sqlc.arg(county)::text = '' OR i.county = sqlc.arg(county)::text) AND (sqlc.arg(institution)::text = '' OR i.institution = sqlc.arg(institution)::text)
    AND (sqlc.arg(half)::text = '' OR i.half = sqlc.arg(half)::text) AND (sqlc.arg(kind)::text = '' OR i.kind = sqlc.arg(kind)::text)
    AND (sqlc.arg(status)::text = '' OR c.status = sqlc.arg(status)::text)
    AND (sqlc.arg(prefix)::text = '' OR starts_with(i.case_no, sqlc.arg(prefix)::text))
    AND (sqlc.narg(parties)::text[] IS NULL OR i.institution = ANY (sqlc.narg(parties)::text[]))
ORDER BY i.case_no LIMIT sqlc.arg(page_size)::integer;

-- name: InsertComplaint :exec
INSERT INTO complaints (case_no, county, about, place, source, topic, said, contact, received_at)
VALUES (@case_no, @county, @about, @place, @source, @topic, @said, @contact, @received_at);

-- name: Complaint :one
SELECT * FROM complaints WHERE case_no = @case_no;

-- name: ComplaintPhotos :many
-- The photos of a complaint in the order in which they came. Served by attachments_of_case. Bounded by how many a complaint has.
SELECT id FROM attachments WHERE case_no = sqlc.arg(case_no)::text ORDER BY uploaded_at, id LIMIT 20;

-- name: LockComplaint :one
SELECT county FROM complaints WHERE case_no = @case_no FOR UPDATE;

-- name: AnswerComplaint :exec
UPDATE complaints SET inspection = @inspection, answer = @answer WHERE case_no = @case_no;

-- name: PutComplaintDesk :exec
-- Complaints stand beside institutions, as what none of them sees.
INSERT INTO institutions (id, county, name, site_kind, updated_at) VALUES (@id, @county, @name, '', @updated_at) ON CONFLICT (id) DO NOTHING;

-- name: SetTaskAssignee :exec
UPDATE tasks SET assignee = sqlc.arg(account)::text WHERE id = @id;

-- name: SetChecklist :exec
UPDATE inspections SET checklist = @checklist, revision = @revision, updated_at = @updated_at WHERE case_no = @case_no;
