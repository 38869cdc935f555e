-- name: ClassOnDay :many
-- The children of a class who are in care on a day, with what was entered of each last. Served by enrolments_of_institution
-- and attendance_of_day. Bounded by the size of a class.
WITH last AS (
    SELECT DISTINCT ON (x.child) x.child, x.id, x.state FROM attendance x
    WHERE x.institution = sqlc.arg(institution)::text AND x.day = sqlc.arg(on_day)::date ORDER BY x.child, x.id DESC
)
SELECT e.child, COALESCE(last.state, '')::text AS state, COALESCE(last.id, 0)::bigint AS entry
FROM enrolments e LEFT JOIN last ON last.child = e.child
WHERE e.institution = sqlc.arg(institution)::text AND e.class = sqlc.arg(class)::text AND e.entered_on <= sqlc.arg(on_day)::date
    AND (e.left_on IS NULL OR e.left_on > sqlc.arg(on_day)::date)
ORDER BY e.child LIMIT 200;

-- name: LockAttendance :exec
-- Takes an advisory lock on a day of an institution, so that concurrent entries of that day serialize.
SELECT pg_advisory_xact_lock(hashtextextended('attendance/' || sqlc.arg(institution)::text || '/' || sqlc.arg(on_day)::date::text, 0));

-- name: InsertAttendance :exec
INSERT INTO attendance (child, day, county, institution, class, state, entered_by, entered_at)
SELECT unnest(@children::text[]), @on_day, @county, @institution, @class, unnest(@states::text[]), @entered_by, @entered_at;

-- name: AttendanceOfMonth :many
-- How often each child of an institution was in each state from a day until before another. Served by attendance_of_day.
SELECT last.child, last.state, count(*)::integer AS days
FROM (
    SELECT DISTINCT ON (x.day, x.child) x.child, x.state FROM attendance x
    WHERE x.institution = @institution AND x.day >= @from_day AND x.day < @until_day ORDER BY x.day, x.child, x.id DESC
) last
GROUP BY last.child, last.state ORDER BY last.child, last.state LIMIT 8000;
