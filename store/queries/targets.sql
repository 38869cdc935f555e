-- name: TargetMonths :many
-- Bounded by the months, the targets of the plan and the counties. Served by the primary key.
SELECT * FROM target_months WHERE month >= sqlc.arg(from_month)::date AND month <= sqlc.arg(until_month)::date
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text)
ORDER BY month, target, county;

-- name: TargetMonthWritten :one
-- The day as of which a month was written last; null if it was not. Served by the primary key.
SELECT max(as_of)::date FROM target_months WHERE month = @month;

-- name: PutTargetMonths :exec
INSERT INTO target_months (month, target, county, part, whole, as_of)
SELECT sqlc.arg(month)::date, unnest(sqlc.arg(targets)::text[]), unnest(sqlc.arg(counties)::text[]), unnest(sqlc.arg(parts)::integer[]), unnest(sqlc.arg(wholes)::integer[]), sqlc.arg(as_of)::date
ON CONFLICT (month, target, county) DO UPDATE SET part = excluded.part, whole = excluded.whole, as_of = excluded.as_of;

-- name: FilingMonths :many
-- Filings by the month in which their papers were received: how many, to how many a receipt was issued, and the days until then in all.
-- Served by cases_of_month and documents_of_case.
SELECT date_trunc('month', c.received_on)::date AS month, c.county, count(*)::integer AS received, count(d.issued_on)::integer AS receipts,
    coalesce(sum(d.issued_on - c.received_on), 0)::integer AS days
FROM cases c LEFT JOIN LATERAL (SELECT min(p.issued_on) AS issued_on FROM documents p WHERE p.case_no = c.case_no AND p.kind = 'filing_receipt') d ON true
WHERE c.kind = 'filing' AND c.received_on >= sqlc.arg(from_day)::date AND c.received_on <= sqlc.arg(until_day)::date
    AND (sqlc.arg(county)::text = '' OR c.county = sqlc.arg(county)::text)
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: VisitMonths :many
-- Visits to institutions by month. Served by inspections_visited.
SELECT date_trunc('month', visited_on)::date AS month, county, count(*)::integer AS visits
FROM inspections WHERE visited_on >= sqlc.arg(from_day)::date AND visited_on <= sqlc.arg(until_day)::date
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text)
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: CheckupMonths :many
-- Children of which something was examined, by month. Served by checkup_duties_done.
SELECT date_trunc('month', done_on)::date AS month, county, count(DISTINCT child)::integer AS children
FROM checkup_duties WHERE done_on >= sqlc.arg(from_day)::date AND done_on <= sqlc.arg(until_day)::date
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text)
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: InsertTargetEntry :one
INSERT INTO target_entries (target, county, quarter, part, whole, note, evidence, entered_by, entered_at)
VALUES (@target, @county, @quarter, @part, @whole, @note, @evidence, @entered_by, @entered_at) RETURNING *;

-- name: ReplaceTargetEntry :exec
-- Takes the place of an entry that nobody has decided on yet. Served by target_entries_one_waiting.
UPDATE target_entries SET state = 'replaced', decided_at = @decided_at
WHERE target = @target AND county = @county AND quarter = @quarter AND state = 'waiting';

-- name: TargetEntry :one
SELECT * FROM target_entries WHERE id = @id;

-- name: DecideTargetEntry :one
UPDATE target_entries SET state = @state, decided_by = @decided_by, decided_at = @decided_at, reason = @reason
WHERE id = @id AND state = 'waiting' RETURNING *;

-- name: TargetEntries :many
-- Newest first. Served by target_entries_of_target, target_entries_by_county, target_entries_waiting or the primary key.
SELECT * FROM target_entries
WHERE id < sqlc.arg(after)::bigint AND (sqlc.arg(target)::text = '' OR target = sqlc.arg(target)::text)
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text) AND (sqlc.arg(state)::text = '' OR state = sqlc.arg(state)::text)
ORDER BY id DESC LIMIT sqlc.arg(page_size);

-- name: AcceptedTargetEntries :many
-- The entry that counts of each target, county and quarter: the one accepted last. Served by target_entries_accepted.
SELECT DISTINCT ON (target, county, quarter) target, county, quarter, part, whole FROM target_entries
WHERE state = 'accepted' AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text)
ORDER BY target, county, quarter, id DESC;

-- name: LinkEntryFiles :exec
-- Served by the primary key.
UPDATE attachments SET entry = @entry WHERE id = ANY (sqlc.arg(ids)::text[]) AND institution = @institution
    AND case_no IS NULL AND child IS NULL AND sheet IS NULL AND entry IS NULL;
