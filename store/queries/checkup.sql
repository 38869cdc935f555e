-- name: InsertCheckupRound :exec
INSERT INTO checkup_rounds (case_no, county, institution, half, opened_on, due_on, until_on)
VALUES (@case_no, @county, @institution, @half, @opened_on, @due_on, @until_on);

-- name: CheckupRound :one
SELECT * FROM checkup_rounds WHERE case_no = @case_no;

-- name: CheckupRoundOfHalf :one
-- Served by checkup_rounds_institution_half_key.
SELECT * FROM checkup_rounds WHERE institution = @institution AND half = @half;

-- name: ServeCheckupRound :exec
-- The round and all that is open of it goes to a clinic, the first or another one.
WITH round AS (UPDATE checkup_rounds r SET clinic = sqlc.arg(clinic)::text, contract = @contract, state = 'open' WHERE r.case_no = sqlc.arg(case_no)::text AND r.state <> 'closed'),
    roster AS (UPDATE checkup_roster x SET clinic = sqlc.arg(clinic)::text WHERE x.case_no = sqlc.arg(case_no)::text),
    duties AS (UPDATE checkup_duties d SET clinic = sqlc.arg(clinic)::text WHERE d.case_no = sqlc.arg(case_no)::text),
    asked AS (UPDATE tasks t SET partner = sqlc.arg(clinic)::text WHERE t.case_no = sqlc.arg(case_no)::text AND t.state = 'open')
UPDATE cases c SET partner = sqlc.arg(clinic)::text WHERE c.case_no = sqlc.arg(case_no)::text;

-- name: CloseCheckupRound :exec
UPDATE checkup_rounds SET closed_on = @closed_on, state = CASE WHEN state = 'open' THEN 'closed' ELSE state END WHERE case_no = @case_no;

-- name: InstitutionsToCheck :many
-- Filed institutions of a county without a round in the half-year. Served by institutions_by_county.
SELECT i.id, i.name FROM institutions i WHERE i.county = @county AND i.status IN ('filed', 'rectifying')
    AND NOT EXISTS (SELECT FROM checkup_rounds r WHERE r.institution = i.id AND r.half = @half) ORDER BY i.id LIMIT @page_size;

-- name: InCareNow :many
-- Served by enrolments_of_institution. Bounded: an institution has a few hundred children.
SELECT e.child, e.class, e.entered_on, c.born_on FROM enrolments e JOIN children c ON c.id = e.child
WHERE e.institution = @institution AND e.left_on IS NULL ORDER BY e.class, e.child LIMIT 5000;

-- name: CheckupRoster :many
-- Served by checkup_roster_of_class.
SELECT * FROM checkup_roster WHERE case_no = @case_no ORDER BY class, child LIMIT 5000;

-- name: JoinCheckupRoster :exec
-- Who has come, or come back; a child that changed its class is found in the new one.
INSERT INTO checkup_roster (case_no, child, county, institution, clinic, class, joined_on)
SELECT sqlc.arg(case_no)::text, unnest(@children::text[]), sqlc.arg(county)::text, sqlc.arg(institution)::text, sqlc.arg(clinic)::text,
    unnest(@classes::text[]), unnest(@joined_on::text[])::date
ON CONFLICT (case_no, child) DO UPDATE SET class = excluded.class, left_on = NULL, leave = NULL;

-- name: LeaveCheckupRoster :exec
-- Who has left, with the last span that ended. Served by enrolments_of_child.
UPDATE checkup_roster r SET left_on = e.left_on, leave = e.leave
FROM unnest(@children::text[]) AS gone, LATERAL (SELECT left_on, leave FROM enrolments WHERE child = gone AND institution = sqlc.arg(institution)::text
    AND left_on IS NOT NULL ORDER BY left_on DESC, id DESC LIMIT 1) e
WHERE r.case_no = sqlc.arg(case_no)::text AND r.child = gone;

-- name: LastDone :many
-- When items were last done for children before a half-year, wherever it was, and under whatever record became part of theirs.
-- Served by the primary key and children_merged.
SELECT k.now::text AS child, d.item, max(d.done_on)::date AS done_on
FROM (SELECT unnest(@children::text[]) AS now, unnest(@children::text[]) AS id
    UNION ALL SELECT c.merged_into, c.id FROM children c WHERE c.merged_into = ANY(@children::text[])) k
JOIN checkup_duties d ON d.child = k.id
WHERE d.half < sqlc.arg(half)::text AND d.done_on IS NOT NULL GROUP BY k.now, d.item;

-- name: OweCheckups :exec
-- Duties of a half-year. One that the child has not done elsewhere moves here with it.
INSERT INTO checkup_duties (child, half, item, case_no, county, institution, clinic, rules, revision, from_on, due_on, until_on)
SELECT unnest(@children::text[]), sqlc.arg(half)::text, unnest(@items::text[]), sqlc.arg(case_no)::text, sqlc.arg(county)::text,
    sqlc.arg(institution)::text, sqlc.arg(clinic)::text, string_to_array(unnest(@rules::text[]), ','), sqlc.arg(revision)::text, unnest(@from_on::text[])::date,
    sqlc.arg(due_on)::date, sqlc.arg(until_on)::date
ON CONFLICT (child, half, item) DO UPDATE SET case_no = excluded.case_no, county = excluded.county, institution = excluded.institution,
    clinic = excluded.clinic, due_on = excluded.due_on, until_on = excluded.until_on
WHERE checkup_duties.done_on IS NULL AND checkup_duties.waived_on IS NULL AND checkup_duties.case_no <> excluded.case_no;

-- name: DutiesOfRound :many
-- Served by checkup_duties_of_round.
SELECT d.*, r.class, r.left_on, r.leave FROM checkup_duties d JOIN checkup_roster r ON r.case_no = d.case_no AND r.child = d.child
WHERE d.case_no = @case_no ORDER BY d.child, d.item LIMIT 50000;

-- name: DutiesOfChildren :many
-- Served by the primary key.
SELECT * FROM checkup_duties WHERE child = ANY(@children::text[]) AND half = @half ORDER BY child, item;

-- name: SettleDuties :exec
-- Settles the duties for the items of a record. A duty that is done stays done, and is credited once.
UPDATE checkup_duties d SET done_on = coalesce(d.done_on, nullif(x.done_on, '')::date), elsewhere = CASE WHEN d.done_on IS NULL THEN x.elsewhere ELSE d.elsewhere END,
    waived_on = CASE WHEN d.done_on IS NULL AND x.done_on = '' THEN coalesce(nullif(x.waived_on, '')::date, d.waived_on) END,
    tried_on = coalesce(nullif(x.tried_on, '')::date, d.tried_on)
FROM (SELECT unnest(@children::text[]) AS child, unnest(@items::text[]) AS item, unnest(@done_on::text[]) AS done_on, unnest(@elsewhere::boolean[]) AS elsewhere,
    unnest(@waived_on::text[]) AS waived_on, unnest(@tried_on::text[]) AS tried_on) x
WHERE d.child = x.child AND d.item = x.item AND d.half = sqlc.arg(half)::text AND d.case_no = sqlc.arg(case_no)::text;

-- name: LastVersions :many
-- Served by the primary key.
SELECT child, max(version)::integer AS version FROM checkup_records WHERE case_no = @case_no AND child = ANY(@children::text[]) GROUP BY child;

-- name: LastRecords :many
-- The last record of each child, wherever it was checked, and under whatever record became part of the child's; now is the child
-- asked for. Served by checkup_records_of_child and children_merged.
SELECT DISTINCT ON (k.now) k.now::text AS now, sqlc.embed(r)
FROM (SELECT unnest(@children::text[]) AS now, unnest(@children::text[]) AS id
    UNION ALL SELECT c.merged_into, c.id FROM children c WHERE c.merged_into = ANY(@children::text[])) k
JOIN checkup_records r ON r.child = k.id ORDER BY k.now, r.checked_on DESC, r.recorded_at DESC;

-- name: RecordsOfChildren :many
-- Every record of the children that the reader may see, in the order of the check-ups, under whatever record became part of the
-- child's. Served by checkup_records_of_child and children_merged. Bounded: a child has a few records in each of its half-years.
SELECT k.now::text AS now, sqlc.embed(r)
FROM (SELECT unnest(@children::text[]) AS now, unnest(@children::text[]) AS id
    UNION ALL SELECT c.merged_into, c.id FROM children c WHERE c.merged_into = ANY(@children::text[])) k
JOIN checkup_records r ON r.child = k.id ORDER BY k.now, r.checked_on, r.recorded_at LIMIT 10000;

-- name: InsertCheckupRecords :exec
INSERT INTO checkup_records (case_no, child, version, county, institution, clinic, checked_on, content, refer, recorded_by, recorded_at)
SELECT sqlc.arg(case_no)::text, unnest(@children::text[]), unnest(@versions::integer[]), sqlc.arg(county)::text, sqlc.arg(institution)::text,
    sqlc.arg(clinic)::text, unnest(@checked_on::text[])::date, unnest(@contents::bytea[]), unnest(@refers::boolean[]), sqlc.arg(recorded_by)::text,
    sqlc.arg(recorded_at)::timestamptz;

-- name: RecordsOfRound :many
-- The last record of each child of a round. Served by the primary key.
SELECT DISTINCT ON (child) * FROM checkup_records WHERE case_no = @case_no ORDER BY child, version DESC;

-- name: LastRecordOf :one
-- Served by the primary key.
SELECT * FROM checkup_records WHERE case_no = @case_no AND child = @child ORDER BY version DESC LIMIT 1;

-- name: RecordsOfVersions :many
-- Served by the primary key.
SELECT r.* FROM checkup_records r JOIN (SELECT unnest(@children::text[]) AS child, unnest(@versions::integer[]) AS version) x
    ON x.child = r.child AND x.version = r.version WHERE r.case_no = @case_no ORDER BY r.child LIMIT 50;

-- name: OpenHealthRecords :exec
-- A child checked for the first time has a health record from then on.
INSERT INTO health_records (child, county, institution, clinic, opened_on)
SELECT unnest(@children::text[]), sqlc.arg(county)::text, sqlc.arg(institution)::text, sqlc.arg(clinic)::text, sqlc.arg(opened_on)::date
ON CONFLICT (child) DO NOTHING;

-- name: ConsentsStanding :many
-- Served by consents_one_standing.
SELECT child, given_on FROM consents WHERE child = ANY(@children::text[]) AND purpose = @purpose AND withdrawn_on IS NULL;

-- name: CheckupRounds :many
-- Served by checkup_rounds_by_county (county, case_no), checkup_rounds_by_institution, checkup_rounds_by_clinic or the primary key.
SELECT * FROM checkup_rounds WHERE case_no > sqlc.arg(after)::text
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text) AND (sqlc.arg(institution)::text = '' OR institution = sqlc.arg(institution)::text)
    AND (sqlc.arg(clinic)::text = '' OR clinic = sqlc.arg(clinic)::text)
    AND (sqlc.arg(half)::text = '' OR half = sqlc.arg(half)::text) AND (sqlc.arg(state)::text = '' OR state = sqlc.arg(state)::text)
    AND (sqlc.arg(prefix)::text = '' OR starts_with(case_no, sqlc.arg(prefix)::text))
    AND (sqlc.narg(parties)::text[] IS NULL OR institution = ANY (sqlc.narg(parties)::text[]) OR clinic = ANY (sqlc.narg(parties)::text[]))
ORDER BY case_no LIMIT sqlc.arg(page_size)::integer;

-- name: CheckupRate :many
-- Children who owed a check in the half-year and those who had it: every item done that was not waived. Served by
-- checkup_duties_of_half.
SELECT county, count(*)::integer AS children, (count(*) FILTER (WHERE done))::integer AS checked, (count(*) FILTER (WHERE done AND NOT late))::integer AS on_time
FROM (SELECT d.county, d.child, bool_and(d.done_on IS NOT NULL) AS done, bool_or(d.done_on > d.due_on) AS late
    FROM checkup_duties d JOIN checkup_roster r ON r.case_no = d.case_no AND r.child = d.child
    WHERE d.half = @half AND (@county::text = '' OR d.county = @county) AND d.waived_on IS NULL
        AND (d.done_on IS NOT NULL OR r.leave IS NULL) GROUP BY d.county, d.child) x
GROUP BY county ORDER BY county;

-- name: InsertReferral :exec
INSERT INTO referrals (case_no, round, child, county, institution, clinic, cause, opened_on)
VALUES (@case_no, @round, @child, @county, @institution, @clinic, @cause, @opened_on);

-- name: Referral :one
SELECT * FROM referrals WHERE case_no = @case_no;

-- name: MoveReferral :exec
UPDATE referrals SET state = @state, traces = @traces, seen_on = @seen_on, closed_on = @closed_on WHERE case_no = @case_no;

-- name: PutReferralResult :exec
UPDATE referrals SET result = @result, result_on = @result_on WHERE case_no = @case_no;

-- name: ReferralsOfRound :many
-- Served by referrals_of_round.
SELECT * FROM referrals WHERE round = @round ORDER BY case_no LIMIT 1000;

-- name: Referrals :many
-- Served by referrals_by_county (county, case_no), referrals_by_institution, referrals_by_clinic or the primary key.
SELECT * FROM referrals WHERE case_no > sqlc.arg(after)::text
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text) AND (sqlc.arg(institution)::text = '' OR institution = sqlc.arg(institution)::text)
    AND (sqlc.arg(clinic)::text = '' OR clinic = sqlc.arg(clinic)::text) AND (sqlc.arg(state)::text = '' OR state = sqlc.arg(state)::text)
    AND (sqlc.arg(prefix)::text = '' OR starts_with(case_no, sqlc.arg(prefix)::text))
    AND (sqlc.narg(parties)::text[] IS NULL OR institution = ANY (sqlc.narg(parties)::text[]) OR clinic = ANY (sqlc.narg(parties)::text[]))
ORDER BY case_no LIMIT sqlc.arg(page_size)::integer;
