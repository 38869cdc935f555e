-- name: DraftChildMonths :one
-- Drafts the child-months of an institution in some months as rows of a case, in one statement: one row for each child and month with
-- a day of attendance within its enrolment. What is there already stays, also where it was corrected or removed. The reading of the
-- children's birth months and attendance is recorded by the counties where they live. Served by enrolments_of_institution,
-- attendance_of_day, enrolments_of_child, cases_by_institution, payments (case_no, step) and procedure_rows_of_case.
WITH months AS (
    SELECT m::date AS first, (m + interval '1 month')::date AS next
    FROM generate_series(sqlc.arg(from_day)::date, sqlc.arg(until_day)::date, interval '1 month') m
), spans AS (
    SELECT e.child, e.class, e.entered_on, m.first, greatest(m.first, e.entered_on) AS since, least(m.next, coalesce(e.left_on, m.next)) AS until
    FROM enrolments e JOIN months m ON e.entered_on < m.next AND (e.left_on IS NULL OR e.left_on > m.first)
    WHERE e.institution = sqlc.arg(institution)::text
), entries AS (
    SELECT DISTINCT ON (x.child, x.day) x.child, x.day, x.state FROM attendance x
    WHERE x.institution = sqlc.arg(institution)::text AND x.day >= sqlc.arg(from_day)::date AND x.day <= sqlc.arg(until_day)::date
    ORDER BY x.child, x.day, x.id DESC
), attended AS (
    SELECT s.child, s.first, count(DISTINCT n.day)::integer AS days, (array_agg(s.class ORDER BY s.entered_on DESC))[1] AS class
    FROM spans s JOIN entries n ON n.child = s.child AND n.day >= s.since AND n.day < s.until AND n.state = 'present'
    GROUP BY s.child, s.first
), paid AS (
    SELECT r.data ->> 'child' AS child, count(DISTINCT r.data ->> 'month')::integer AS months
    FROM (SELECT DISTINCT e.institution FROM (SELECT DISTINCT child FROM attended) a JOIN enrolments e ON e.child = a.child) i
    JOIN cases c ON c.institution = i.institution AND c.kind = sqlc.arg(kind)::text AND c.case_no <> sqlc.arg(case_no)::text
    JOIN procedure_rows r ON r.case_no = c.case_no AND r.set_name = sqlc.arg(set_name)::text AND NOT r.removed
    WHERE EXISTS (SELECT FROM payments p WHERE p.case_no = c.case_no AND p.state = 'paid') AND r.data ->> 'other_fund' IS NULL
        AND r.data ->> 'month' >= to_char(sqlc.arg(from_day)::date, 'YYYY-01') AND r.data ->> 'month' < to_char(sqlc.arg(from_day)::date, 'YYYY-MM')
    GROUP BY 1
), known AS (
    SELECT a.child, ch.county, to_char(a.first, 'YYYY-MM') AS month, a.days, paid.months AS paid_months, k.kind AS filed_kind,
        (date_part('year', a.first) - date_part('year', ch.born_on)) * 12 + date_part('month', a.first) - date_part('month', ch.born_on) AS age
    FROM attended a JOIN children ch ON ch.id = a.child LEFT JOIN paid ON paid.child = a.child
    LEFT JOIN (SELECT unnest(@classes::text[]) AS class, unnest(@class_kinds::text[]) AS kind) k ON k.class = a.class
), drafted AS (
    SELECT child, county, jsonb_strip_nulls(jsonb_build_object('child', child, 'month', month, 'age_months', age::integer, 'days', days,
        'half_day', sqlc.arg(half_day)::boolean, 'paid_months', paid_months, 'class_kind', coalesce(filed_kind,
            CASE WHEN age < 12 THEN 'infant' WHEN age < 24 THEN 'toddler' ELSE 'older_toddler' END))) AS data
    FROM known
), written AS (
    INSERT INTO procedure_rows (kind, case_no, set_name, key, county, institution, data, plan, entered_by, entered_at, updated_by, updated_at)
    SELECT sqlc.arg(kind)::text, sqlc.arg(case_no)::text, sqlc.arg(set_name)::text,
        (SELECT string_agg(d.data ->> f.name, '/' ORDER BY f.n) FROM unnest(@key_fields::text[]) WITH ORDINALITY f (name, n)),
        sqlc.arg(county)::text, sqlc.arg(institution)::text, d.data, sqlc.arg(plan)::text, sqlc.arg(entered_by)::text,
        sqlc.arg(at)::timestamptz, sqlc.arg(entered_by)::text, sqlc.arg(at)::timestamptz
    FROM drafted d ORDER BY d.child, d.data ->> 'month'
    ON CONFLICT (case_no, set_name, key) WHERE case_no IS NOT NULL DO NOTHING
    RETURNING 1
), recorded AS (
    INSERT INTO record_reads (subject, about, children, county, reader, reader_role, institution, purpose, fields, at)
    SELECT sqlc.arg(subject)::text, sqlc.arg(case_no)::text, array_agg(DISTINCT child ORDER BY child), county, sqlc.arg(entered_by)::text,
        sqlc.arg(reader_role)::text, sqlc.arg(institution)::text, sqlc.arg(purpose)::text, @fields::text[], sqlc.arg(at)::timestamptz
    FROM drafted GROUP BY county
)
SELECT count(*)::integer AS rows FROM written;

-- name: CountyProgress :many
-- What the sites of the building plan that was started last are built to, by county, in ten-thousandths and weighted by seats: the
-- weights of the milestones of a site add up to 100. Served by build_sites_by_plan and the primary key of milestones.
SELECT s.county, floor(sum(s.seats * m.done) / sum(s.seats))::integer AS progress
FROM build_sites s JOIN (
    SELECT b.case_no, sum(b.weight * b.percent) AS done FROM build_milestones b GROUP BY b.case_no
) m ON m.case_no = s.case_no
WHERE s.plan = (SELECT name FROM build_plans ORDER BY started_at DESC, name LIMIT 1)
GROUP BY s.county;

-- name: CountyQuality :many
-- The filed institutions of each county, and those of them without a serious finding that was not put right on a day. Served by
-- institutions_by_county and inspection_findings_open.
SELECT i.county, count(*)::integer AS institutions,
    (count(*) FILTER (WHERE NOT EXISTS (
        SELECT FROM inspection_findings f WHERE f.institution = i.id AND f.corrected_on IS NULL AND f.severity = 'serious')))::integer AS sound
FROM institutions i WHERE i.status IN ('filed', 'rectifying') AND i.site_kind <> '' GROUP BY i.county;

-- name: DraftRows :execrows
-- Drafts rows of a case by their keys; what is there already stays, also where it was corrected or removed.
INSERT INTO procedure_rows (kind, case_no, set_name, key, county, institution, data, plan, entered_by, entered_at, updated_by, updated_at)
SELECT sqlc.arg(kind)::text, sqlc.arg(case_no)::text, sqlc.arg(set_name)::text, unnest(@keys::text[]), sqlc.arg(county)::text,
    sqlc.arg(institution)::text, unnest(@contents::text[])::jsonb, sqlc.arg(plan)::text, sqlc.arg(entered_by)::text, sqlc.arg(at)::timestamptz,
    sqlc.arg(entered_by)::text, sqlc.arg(at)::timestamptz
ON CONFLICT (case_no, set_name, key) WHERE case_no IS NOT NULL DO NOTHING;
