

-- name: CountInbox :one
-- Served as Inbox is: of the 300 nearest due.
SELECT least(count(*), 100)::integer AS every, least(count(*) FILTER (WHERE assignee IS NULL
        AND NOT sqlc.arg(reader)::text = ANY (excluded)), 100)::integer AS claimable,
    least(count(*) FILTER (WHERE sort_on <= sqlc.arg(due_by)::date), 100)::integer AS due,
    least(count(*) FILTER (WHERE sort_on < sqlc.arg(today)::date), 100)::integer AS overdue
FROM (SELECT kind, assignee, excluded, sort_on FROM tasks WHERE state = 'open'
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text) AND (sqlc.arg(role)::text = '' OR role = sqlc.arg(role)::text)
    AND (sqlc.arg(institution)::text = '' OR institution = sqlc.arg(institution)::text)
    AND (sqlc.arg(partner)::text = '' OR partner = sqlc.arg(partner)::text AND partner <> '')
    AND (sqlc.arg(account)::text = '' OR assignee = sqlc.arg(account)::text)
    ORDER BY sort_on, id LIMIT 300) near
WHERE (sqlc.arg(kind)::text = '' OR kind = sqlc.arg(kind)::text);

-- name: WorkloadOfCounty :many
-- Served by tasks_inbox (county, role). Bounded: the first 20000 of the office, and as many lines as it has people.
SELECT coalesce(assignee, '')::text AS account, role, count(*)::integer AS open,
    count(*) FILTER (WHERE sort_on <= sqlc.arg(due_by)::date)::integer AS due,
    count(*) FILTER (WHERE sort_on < sqlc.arg(today)::date)::integer AS overdue
FROM (SELECT assignee, role, sort_on FROM tasks WHERE state = 'open' AND county = @county AND role = ANY (sqlc.arg(roles)::text[]) LIMIT 20000) office
GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 1000;

-- name: OverdueByOffice :many
-- Served by tasks_inbox (county, role, sort_on, id): of each office the 5000 nearest due.
SELECT c.county::text AS county, r.role::text AS role, count(*)::integer AS open,
    count(*) FILTER (WHERE near.sort_on < sqlc.arg(today)::date)::integer AS overdue,
    count(near.escalated_at)::integer AS escalated, min(near.sort_on)::date AS oldest_due
FROM unnest(sqlc.arg(counties)::text[]) AS c (county) CROSS JOIN unnest(sqlc.arg(roles)::text[]) AS r (role)
CROSS JOIN LATERAL (SELECT sort_on, escalated_at FROM tasks WHERE state = 'open' AND tasks.county = c.county AND tasks.role = r.role
    ORDER BY sort_on, id LIMIT 5000) near
GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 500;

-- name: SavedFilters :many
-- Served by its unique index (account, `room`, name). Bounded: an account has at most 20.
SELECT * FROM saved_filters WHERE account = @account AND room = @room ORDER BY name LIMIT 20;

-- name: SaveFilter :one
INSERT INTO saved_filters (account, room, name, query, saved_at) VALUES (@account, @room, @name, @query, @saved_at)
ON CONFLICT (account, room, name) DO UPDATE SET query = excluded.query, saved_at = excluded.saved_at RETURNING id;

-- name: CountSavedFilters :one
SELECT count(*)::integer FROM saved_filters WHERE account = @account AND room = @room;

-- name: DropFilter :execrows
DELETE FROM saved_filters WHERE id = @id AND account = @account;

-- name: EndPastAbsences :exec
-- Served by absences_one.
UPDATE absences SET ended_at = @at WHERE account = @account AND county = @county AND ended_at IS NULL AND until_on < sqlc.arg(today)::date;

-- name: InsertAbsence :one
-- No row when the account has one that has not ended.
INSERT INTO absences (account, county, role, from_on, until_on, delegate, reason, set_by, set_at)
VALUES (@account, @county, @role, @from_on, @until_on, @delegate, @reason, @set_by, @set_at)
ON CONFLICT (account, county) WHERE ended_at IS NULL DO NOTHING RETURNING *;

-- name: NoteHandedOver :exec
UPDATE absences SET handed_over = @handed_over WHERE id = @id;

-- name: AbsenceByID :one
SELECT * FROM absences WHERE id = @id FOR UPDATE;

-- name: EndAbsence :exec
UPDATE absences SET ended_at = @ended_at, ended_by = @ended_by WHERE id = @id;

-- name: AbsenceBetween :one
-- Served by absences_one. County is that of the office, or the city's.
SELECT * FROM absences WHERE account = @account AND county = ANY (sqlc.arg(counties)::text[]) AND ended_at IS NULL
    AND from_on <= sqlc.arg(until_on)::date AND until_on >= sqlc.arg(from_on)::date ORDER BY id LIMIT 1;

-- name: AbsencesOnDay :many
-- Served by absences_of_county. Bounded: as many as an office has people.
SELECT * FROM absences WHERE county = @county AND ended_at IS NULL AND from_on <= sqlc.arg(on_day)::date AND until_on >= sqlc.arg(on_day)::date
ORDER BY id DESC LIMIT 1000;

-- name: Absences :many
-- Served by absences_of_county (county, id DESC), absences_of_account (account, id DESC) or the primary key.
SELECT * FROM absences WHERE id < sqlc.arg(before)::bigint
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text) AND (sqlc.arg(account)::text = '' OR account = sqlc.arg(account)::text)
ORDER BY id DESC LIMIT sqlc.arg(page_size)::integer;

-- name: OpenTasksOfAssignee :many
-- Served by tasks_mine. Locked: what is handed over is still theirs. Bounded: nobody has more.
SELECT * FROM tasks WHERE state = 'open' AND assignee = sqlc.arg(account)::text ORDER BY sort_on, id LIMIT 2000 FOR UPDATE;

-- name: OfficeOfAccount :one
-- Where an account has last been given a task, or is registered as an inspector. Served by tasks_mine and the primary key.
SELECT county, role FROM (
    SELECT county, 'inspector' AS role, 0 AS rank FROM inspectors WHERE inspectors.account = sqlc.arg(account)::text
    UNION ALL
    (SELECT county, role, 1 AS rank FROM tasks WHERE state = 'open' AND assignee = sqlc.arg(account)::text ORDER BY sort_on, id LIMIT 1)
) known ORDER BY rank LIMIT 1;

-- name: ChangesAfter :many
-- What happened after an event, and the earlier events that were committed later. Served by the primary key of case_events.
SELECT id, county, institution, case_no FROM case_events
WHERE id > sqlc.arg(after)::bigint OR id = ANY (sqlc.arg(missing)::bigint[]) ORDER BY id LIMIT 1000;

-- name: NewestChanges :many
-- Served by the primary key of case_events.
SELECT id FROM case_events ORDER BY id DESC LIMIT 200;

-- name: SeenChanges :many
-- Those of the events that are on a timeline the principal may read. Served by the primary keys of case_events and cases.
SELECT c.* FROM cases c WHERE c.case_no IN (SELECT e.case_no FROM case_events e
    WHERE e.id = ANY (sqlc.arg(ids)::bigint[]) AND (sqlc.arg(with_internal)::boolean OR NOT e.internal)) ORDER BY c.case_no LIMIT 100;

-- name: CalendarYears :many
-- Bounded: one row a year. Who loaded it last is served by calendar_loads_latest.
SELECT y.*, coalesce((SELECT l.loaded_by FROM calendar_loads l WHERE l.year = y.year ORDER BY l.loaded_at DESC LIMIT 1), '')::text AS loaded_by
FROM calendar_years y ORDER BY y.year DESC LIMIT 100;

-- name: InspectorAccounts :many
-- Served by inspectors_by_county. Bounded: as many as a county has.
SELECT account FROM inspectors WHERE county = @county AND on_duty ORDER BY account LIMIT 1000;

-- name: LastAnswerOfKind :one
-- Served by tasks_of_case.
SELECT * FROM tasks WHERE case_no = @case_no AND kind = @kind AND state = 'closed' AND outcome IS NOT NULL
ORDER BY closed_at DESC, id DESC LIMIT 1;

-- name: LatestBuildPlan :one
-- Bounded: the city starts a handful of plans.
SELECT name FROM build_plans ORDER BY started_at DESC, name LIMIT 1;

-- name: FiledCounts :many
-- By county. Served by institutions_by_county, or over the whole register for the city: some hundreds.
SELECT county, count(*)::integer AS institutions, coalesce(sum(seats), 0)::integer AS seats,
    count(*) FILTER (WHERE inclusive)::integer AS inclusive, coalesce(sum(seats) FILTER (WHERE inclusive), 0)::integer AS inclusive_seats,
    count(*) FILTER (WHERE inclusive AND site_kind IN ('community', 'family_point') AND filed_on >= sqlc.arg(since)::date)::integer AS community_points,
    count(*) FILTER (WHERE site_kind = 'employer' AND filed_on >= sqlc.arg(since)::date)::integer AS employer_pilots
FROM institutions WHERE status IN ('filed', 'rectifying') AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text)
GROUP BY county;

-- name: InCareCounts :many
-- Children in care on a day at institutions that are filed, and those of them with a health record, by county. Served by
-- enrolments_of_county, or over all for the city.
SELECT e.county, count(*)::integer AS children, count(h.child)::integer AS recorded
FROM enrolments e JOIN institutions i ON i.id = e.institution LEFT JOIN health_records h ON h.child = e.child
WHERE e.entered_on <= sqlc.arg(on_day)::date AND coalesce(e.left_on, 'infinity') > sqlc.arg(on_day)::date
    AND i.status IN ('filed', 'rectifying') AND (sqlc.arg(county)::text = '' OR e.county = sqlc.arg(county)::text)
GROUP BY e.county;

-- name: NewsLook :one
-- Served by the primary key.
SELECT coalesce(max(event), 0)::bigint FROM news_looks WHERE account = @account;

-- name: PutNewsLook :exec
INSERT INTO news_looks (account, event, looked_at) VALUES (@account, @event, @looked_at)
ON CONFLICT (account) DO UPDATE SET event = greatest(news_looks.event, excluded.event), looked_at = excluded.looked_at;

-- name: News :many
-- The newest event of each case that is the principal's: of an institution's or a partner's newest 100 cases, served by cases_by_institution
-- and cases_by_partner; or of the 100 tasks that an account has nearest due, served by tasks_mine. Events are served by case_events_of_case.
WITH mine AS (
    (SELECT c.case_no FROM cases c WHERE c.institution = sqlc.arg(institution)::text AND sqlc.arg(institution)::text <> '' ORDER BY c.created_at DESC, c.case_no DESC LIMIT 100)
    UNION ALL
    (SELECT c.case_no FROM cases c WHERE c.partner = sqlc.arg(partner)::text AND c.partner <> '' ORDER BY c.created_at DESC, c.case_no DESC LIMIT 100)
    UNION
    (SELECT t.case_no FROM tasks t WHERE t.state = 'open' AND t.assignee = sqlc.arg(account)::text ORDER BY t.sort_on, t.id LIMIT 100)
)
SELECT e.id, e.case_no, e.kind, e.note, e.actor, e.actor_role, e.at, c.kind AS case_kind, c.subject, c.stage FROM mine
CROSS JOIN LATERAL (SELECT * FROM case_events ev WHERE ev.case_no = mine.case_no AND ev.id > sqlc.arg(after)::bigint AND ev.at > sqlc.arg(since)::timestamptz
    AND ev.actor <> sqlc.arg(account)::text AND (sqlc.arg(with_internal)::boolean OR NOT ev.internal) ORDER BY ev.id DESC LIMIT 1) e
JOIN cases c ON c.case_no = mine.case_no
ORDER BY e.id DESC LIMIT 50;

-- name: CountDrafts :one
-- Served by cases_by_institution: an institution has few cases. Bounded.
SELECT count(*) FROM (SELECT FROM cases WHERE institution = @institution AND status = 'draft' LIMIT 100) AS drafts;
