-- name: PutApplicant :exec
-- An institution that applies is known by what it declares until it is filed.
INSERT INTO institutions (id, county, township, uscc, name, nature, site_kind, address, phone, updated_at)
VALUES (@id, @county, @township, @uscc, @name, @nature, @site_kind, @address, @phone, @updated_at)
ON CONFLICT (id) DO UPDATE SET county = excluded.county, township = excluded.township, uscc = excluded.uscc,
    name = excluded.name, nature = excluded.nature, site_kind = excluded.site_kind, address = excluded.address,
    phone = excluded.phone, updated_at = excluded.updated_at
WHERE institutions.status = 'applying';

-- name: InsertCase :exec
INSERT INTO cases (case_no, kind, county, institution, partner, about, parent_case, subject, site_kind, stage, status,
    holder, tracking_hash, submitted_by, plan, parent_step, created_at, updated_at)
VALUES (@case_no, @kind, @county, @institution, @partner, @about, @parent_case, @subject, @site_kind, @stage, @status,
    @holder, @tracking_hash, @submitted_by, @plan, @parent_step, @created_at, @updated_at);

-- name: OpenCaseOf :one
-- Served by cases_one_open.
SELECT case_no FROM cases WHERE institution = @institution AND kind = @kind AND about = @about AND status = 'open';

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

-- name: Cases :many
-- Served by cases_page (county, created_at DESC, case_no DESC), cases_by_institution and cases_by_partner with the same order, or for the city
-- cases_all_page (created_at DESC, case_no DESC). A search reads the cases in this order until the page is full: no index serves a part of
-- a name; a whole number is served by the primary key. Behind row-level security Postgres tests a row with LIKE only after the policy, so that a trigram index would not be used;
-- strpos compares what was typed as it is, where LIKE reads % and _ as wildcards.
SELECT * FROM cases WHERE (created_at, case_no) < (sqlc.arg(before_at)::timestamptz, sqlc.arg(before_no)::text)
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text) AND (sqlc.arg(institution)::text = '' OR institution = sqlc.arg(institution)::text)
    AND (sqlc.arg(partner)::text = '' OR partner = sqlc.arg(partner)::text AND partner <> '')
    AND (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text) AND (sqlc.arg(stage)::text = '' OR stage = sqlc.arg(stage)::text)
    AND (sqlc.arg(status)::text = '' OR status = sqlc.arg(status)::text) AND (NOT sqlc.arg(only_overdue)::boolean OR overdue)
    AND (sqlc.arg(search)::text = '' OR strpos(subject, sqlc.arg(search)::text) > 0 OR institution = ANY (sqlc.arg(parties)::text[]))
    AND (sqlc.arg(number)::text = '' OR case_no = sqlc.arg(number)::text)
    AND (sqlc.arg(prefix)::text = '' OR starts_with(case_no, sqlc.arg(prefix)::text))
ORDER BY created_at DESC, case_no DESC LIMIT sqlc.arg(page_size)::integer;

-- name: EventsOfCase :many
-- Served by case_events_of_case. Bounded to the newest, in the order they happened.
SELECT * FROM (SELECT * FROM case_events WHERE case_no = @case_no AND (sqlc.arg(with_internal)::boolean OR NOT internal)
    ORDER BY id DESC LIMIT 1000) AS newest ORDER BY id;

-- name: DecisionOutput :one
-- Served by the primary key.
SELECT output FROM decisions WHERE id = @id AND case_no = @case_no;

-- name: DecisionsOfCase :many
-- Served by decisions_of_case.
SELECT id, rule_set, as_of, revision, result, output, decided_at FROM decisions WHERE case_no = @case_no
ORDER BY decided_at DESC, id LIMIT 60;

-- name: OpenGapsOfCase :many
SELECT * FROM gaps WHERE case_no = @case_no AND state = 'open' ORDER BY id LIMIT 500;

-- name: ToldVersion :one
-- Returns the version of the application in the applicant's last notice of gaps; zero without one.
SELECT coalesce(max(version), 0)::integer FROM gaps WHERE case_no = @case_no;

-- name: ApplicationVersion :one
SELECT * FROM applications WHERE case_no = @case_no AND version = @version;

-- name: InstitutionByID :one
SELECT * FROM institutions WHERE id = @id;

-- name: IsParty :one
-- Is there a case of the institution in which the clinic or insurer is the other party? Served by cases_by_partner.
SELECT EXISTS (SELECT FROM cases WHERE partner = @partner AND institution = @institution AND partner <> '');

-- name: Serves :one
-- Does the clinic serve the institution on a day? Served by contracts_serving and checkup_rounds_serving.
SELECT serves(sqlc.arg(clinic)::text, sqlc.arg(institution)::text, sqlc.arg(day)::date);
