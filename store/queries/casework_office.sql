-- name: Publications :many
-- Served by publications_page (county, published_on DESC, id DESC).
SELECT * FROM publications
WHERE county = @county AND (published_on, id) < (sqlc.arg(before_on)::date, sqlc.arg(before_id)::bigint) AND (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text)
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

-- name: InsertCalendarLoad :exec
INSERT INTO calendar_loads (id, year, days, loaded_by, loaded_at) VALUES (@id, @year, @days, @loaded_by, @loaded_at);

-- name: TellCasesWithDue :execrows
-- Leaves one message in the outbox for every open case with a due date.
INSERT INTO outbox (id, case_no, county, institution, kind, name, payload, created_at, next_at)
SELECT sqlc.arg(load)::text || '/' || case_no, case_no, county, institution, 'update', sqlc.arg(name)::text, '{}',
    sqlc.arg(at)::timestamptz, sqlc.arg(at)::timestamptz
FROM cases WHERE status = 'open' AND due_on IS NOT NULL;

-- name: CasesAwaitingRegistration :many
SELECT c.case_no FROM cases c JOIN institutions i ON i.id = c.institution
WHERE i.uscc = sqlc.arg(uscc)::text AND c.stage = 'registration' AND c.status = 'open' ORDER BY c.case_no;

-- name: FiledInstitutions :many
-- Served by institutions_by_county, or the primary key for all counties, and for the result of each by publications_of_institution.
SELECT i.id, i.county, i.township, i.name, i.site_kind, i.address, i.phone, i.inclusive, i.seats, i.status, i.filed_on,
    coalesce(i.application -> 'prices', '[]')::jsonb AS prices, coalesce(i.application -> 'classes', '[]')::jsonb AS classes,
    latest.published_on, coalesce(latest.title, '') AS result
FROM institutions i LEFT JOIN LATERAL (SELECT p.published_on, p.title FROM publications p
    WHERE p.institution = i.id AND p.kind = 'inspection' ORDER BY p.published_on DESC, p.id DESC LIMIT 1) latest ON true
WHERE (sqlc.arg(county)::text = '' OR i.county = sqlc.arg(county)::text) AND i.status IN ('filed', 'rectifying') AND i.id > sqlc.arg(after_id)::text
    AND (sqlc.arg(name)::text = '' OR strpos(i.name, sqlc.arg(name)::text) > 0)
    AND (sqlc.arg(township)::text = '' OR i.township = sqlc.arg(township)::text)
    AND (sqlc.arg(class_kind)::text = '' OR i.application -> 'classes' @> jsonb_build_array(jsonb_build_object('kind', sqlc.arg(class_kind)::text)))
ORDER BY i.id LIMIT sqlc.arg(page_size)::integer;

-- name: FiledInstitution :one
SELECT id, county, township, name, site_kind, address, phone, inclusive, seats, status, filed_on, coalesce(application -> 'prices', '[]')::jsonb AS prices,
    coalesce(application -> 'classes', '[]')::jsonb AS classes, coalesce(application -> 'service_forms', '[]')::jsonb AS service_forms
FROM institutions WHERE id = @id AND status IN ('filed', 'rectifying');

-- name: EnrolledByClass :many
-- How many children are in care in each class of some institutions. Served by enrolments_of_institution.
SELECT institution, class, count(*)::integer AS children FROM enrolments WHERE institution = ANY (sqlc.arg(institutions)::text[]) AND left_on IS NULL
GROUP BY institution, class;

-- name: ResultsOfInstitution :many
-- Served by publications_of_institution. Bounded: the newest fifty.
SELECT title, text, county, published_on FROM publications WHERE institution = @institution AND kind = 'inspection'
ORDER BY published_on DESC, id DESC LIMIT 50;
