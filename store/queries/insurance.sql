-- name: PutInsuranceOffice :exec
-- The pseudo institution under which a county's insurance months and claims stand.
INSERT INTO institutions (id, county, name, site_kind, updated_at) VALUES (@id, @county, @name, '', @updated_at) ON CONFLICT (id) DO NOTHING;

-- name: InsertInsuranceBatch :exec
INSERT INTO insurance_batches (case_no, county, institution, insurer, month, procurement, perils, basis, terms, residents, until_months,
    newborn_days, cover_months, cover_from, opened_on)
VALUES (@case_no, @county, @institution, @insurer, @month, @procurement, @perils, @basis, @terms, @residents, @until_months,
    @newborn_days, @cover_months, @cover_from, @opened_on);

-- name: InsuranceBatch :one
SELECT * FROM insurance_batches WHERE case_no = @case_no;

-- name: InsuranceMonthExists :one
-- Served by insurance_batches_of_county.
SELECT EXISTS (SELECT FROM insurance_batches WHERE county = @county AND month = @month);

-- name: InsuranceBatches :many
-- Served by insurance_batches_of_county (county, month DESC, case_no DESC), insurance_batches_of_insurer with the same order, or
-- insurance_batches_page (month DESC, case_no DESC).
SELECT sqlc.embed(b), c.stage, c.status FROM insurance_batches b JOIN cases c ON c.case_no = b.case_no
WHERE (b.month, b.case_no) < (sqlc.arg(before_month)::date, sqlc.arg(before_no)::text)
    AND (sqlc.arg(county)::text = '' OR b.county = sqlc.arg(county)::text) AND (sqlc.arg(insurer)::text = '' OR b.insurer = sqlc.arg(insurer)::text)
ORDER BY b.month DESC, b.case_no DESC LIMIT sqlc.arg(page_size)::integer;

-- name: ChildrenSeen :many
-- Which of these the principal sees. Served by the primary key; bounded by the number asked for.
SELECT id FROM children WHERE id = ANY (sqlc.arg(ids)::text[]);

-- name: UpdateRosterChildren :exec
-- Updates known children from a source. A guardian that the source leaves out or that an institution entered remains; only a
-- correction revokes a death.
UPDATE children c SET born_on = i.born_on, sex = i.sex, name = i.name, name_form = 1,
    guardian_name = CASE c.guardian_from WHEN '' THEN coalesce(i.guardian_name, c.guardian_name) ELSE c.guardian_name END,
    guardian_phone = CASE c.guardian_from WHEN '' THEN coalesce(i.guardian_phone, c.guardian_phone) ELSE c.guardian_phone END, died_on = coalesce(i.died_on, c.died_on), moved_on = i.moved_on, updated_at = sqlc.arg(at)
FROM (SELECT unnest(sqlc.arg(ids)::text[]) AS id, unnest(sqlc.arg(born_on)::date[]) AS born_on, unnest(sqlc.arg(sexes)::text[]) AS sex,
    unnest(sqlc.arg(names)::bytea[]) AS name, nullif(unnest(sqlc.arg(guardian_names)::bytea[]), '') AS guardian_name,
    nullif(unnest(sqlc.arg(guardian_phones)::bytea[]), '') AS guardian_phone, unnest(sqlc.arg(died_on)::date[]) AS died_on,
    unnest(sqlc.arg(moved_on)::date[]) AS moved_on) i
WHERE c.id = i.id;

-- name: PutRoster :exec
-- Adds children to the roster, or updates them. A child that is eligible, sent to the insurer or insured retains its status; any
-- other is evaluated again.
INSERT INTO insurance_roster (case_no, child, county, residence, notified_on, newborn, reported_on, person)
SELECT @case_no, unnest(sqlc.arg(children)::text[]), @county, unnest(sqlc.arg(residences)::text[]),
    unnest(sqlc.arg(notified_on)::date[]), unnest(sqlc.arg(newborns)::boolean[]), @reported_on, unnest(sqlc.arg(persons)::bytea[])
ON CONFLICT (case_no, child) DO UPDATE SET residence = excluded.residence, person = excluded.person,
    notified_on = coalesce(excluded.notified_on, insurance_roster.notified_on),
    status = CASE WHEN insurance_roster.status IN ('sent', 'insured', 'eligible') THEN insurance_roster.status ELSE 'rostered' END,
    reason = CASE WHEN insurance_roster.status IN ('sent', 'insured', 'eligible') THEN insurance_roster.reason ELSE '' END;

-- name: PutInsuranceConsents :exec
INSERT INTO consents (child, county, purpose, evidence, given_on, taken_by)
SELECT unnest(sqlc.arg(children)::text[]), @county, 'insurance', unnest(sqlc.arg(evidence)::text[]), @given_on, @taken_by
ON CONFLICT (child, purpose, institution) WHERE withdrawn_on IS NULL DO NOTHING;

-- name: NextInsuranceUpload :one
SELECT (coalesce(max(number), 0) + 1)::integer FROM insurance_uploads WHERE case_no = @case_no;

-- name: InsertInsuranceUpload :exec
INSERT INTO insurance_uploads (case_no, number, county, source, read_rows, added, updated, refused, faults, uploaded_by, uploaded_at)
VALUES (@case_no, @number, @county, @source, @read_rows, @added, @updated, @refused, @faults, @uploaded_by, @uploaded_at);

-- name: InsuranceUploads :many
-- Served by the primary key, newest first; without the faults.
SELECT number, source, read_rows, added, updated, refused, uploaded_by, uploaded_at FROM insurance_uploads
WHERE case_no = @case_no ORDER BY number DESC LIMIT 100;

-- name: InsuranceUpload :one
SELECT * FROM insurance_uploads WHERE case_no = @case_no AND number = @number;

-- name: NotOnRoster :many
-- Institutions with children in care who live in the county, are of the age and are not on the roster of the month, with their number.
-- Served by enrolments_of_county. Bounded by the institutions of a county.
SELECT i.name, count(*)::integer AS children FROM enrolments e JOIN children c ON c.id = e.child JOIN institutions i ON i.id = e.institution
JOIN insurance_batches b ON b.case_no = @case_no
WHERE e.county = b.county AND e.left_on IS NULL AND c.county = b.county AND completed_months(c.born_on, b.cover_from) < b.until_months
    AND NOT EXISTS (SELECT FROM insurance_roster r WHERE r.case_no = b.case_no AND r.child = c.id)
GROUP BY i.id, i.name ORDER BY i.name LIMIT 500;

-- name: LastRefused :one
-- How many rows of the last roster of each source were not taken. Served by the primary key.
SELECT coalesce(sum(refused), 0)::integer AS refused FROM (
    SELECT DISTINCT ON (source) refused FROM insurance_uploads WHERE case_no = @case_no ORDER BY source, number DESC) u;

-- name: InsuranceClasses :many
-- The classes of children of the same facts, with the age and the days of the one nearest to the limit.
SELECT class::text AS class, residence, died::boolean AS died, moved::boolean AS moved, notified::boolean AS notified, consent::boolean AS consent,
    in_force::boolean AS in_force, repeated::boolean AS repeated, newborn,
    (CASE WHEN bool_and(age_months >= until_months) THEN min(age_months) ELSE max(age_months) END)::integer AS age_months,
    (CASE WHEN bool_and(reported_days > newborn_days) THEN min(reported_days) ELSE max(reported_days) END)::integer AS reported_days,
    count(*)::integer AS children
FROM insurance_facts WHERE case_no = @case_no
GROUP BY class, residence, died, moved, notified, consent, in_force, repeated, newborn
ORDER BY class;

-- name: InsuranceFactsOfChildren :many
-- Child by child, for tests to hold the classes against.
SELECT child, class::text AS class, residence, died::boolean AS died, moved::boolean AS moved, notified::boolean AS notified, consent::boolean AS consent,
    in_force::boolean AS in_force, repeated::boolean AS repeated, newborn, age_months::integer AS age_months, reported_days::integer AS reported_days
FROM insurance_facts WHERE case_no = @case_no ORDER BY child LIMIT 10000;

-- name: DecideRoster :execrows
-- Writes what was decided of each class onto its children, by one statement, and puts the eligible into the next batch.
UPDATE insurance_roster r SET status = d.status, reason = d.reason, decision = d.decision, cover_from = f.start_on,
    send = CASE WHEN d.status = 'eligible' THEN sqlc.arg(send)::integer END
FROM insurance_facts f JOIN (SELECT unnest(sqlc.arg(classes)::text[]) AS class, unnest(sqlc.arg(statuses)::text[]) AS status,
    unnest(sqlc.arg(reasons)::text[]) AS reason, unnest(sqlc.arg(decisions)::text[]) AS decision) d ON d.class = f.class
WHERE f.case_no = @case_no AND r.case_no = f.case_no AND r.child = f.child;

-- name: RosterCounts :many
-- Served by insurance_roster_by_status.
SELECT status, count(*)::integer AS children FROM insurance_roster WHERE case_no = @case_no GROUP BY status ORDER BY status;

-- name: RosterReasons :many
SELECT status, reason, count(*)::integer AS children FROM insurance_roster
WHERE case_no = @case_no AND reason <> '' GROUP BY status, reason ORDER BY status, reason;

-- name: NextInsuranceSend :one
SELECT (coalesce(max(number), 0) + 1)::integer FROM insurance_sends WHERE case_no = @case_no;

-- name: PreparedSend :one
SELECT * FROM insurance_sends WHERE case_no = @case_no AND state = 'prepared' ORDER BY number DESC LIMIT 1;

-- name: EligibleKinds :one
-- How many eligible children there are, whether all are newborns, and whether theirs is the first batch of the month.
SELECT count(*)::integer AS children, coalesce(bool_and(newborn), false)::boolean AS newborns,
    (NOT EXISTS (SELECT FROM insurance_sends s WHERE s.case_no = @case_no AND s.state <> 'returned'))::boolean AS first
FROM insurance_roster
WHERE case_no = @case_no AND status = 'eligible' AND send = sqlc.arg(send)::integer;

-- name: InsertInsuranceSend :exec
INSERT INTO insurance_sends (case_no, number, county, insurer, kind, lines, hash, premium_fen, prepared_at)
VALUES (@case_no, @number, @county, @insurer, @kind, @lines, @hash, @premium_fen, @prepared_at);

-- name: InsertInsuranceLines :execrows
INSERT INTO insurance_lines (case_no, send, child, county, insurer, cover_from, cover_until)
SELECT r.case_no, sqlc.arg(send)::integer, r.child, r.county, @insurer, r.cover_from, (r.cover_from + make_interval(months => sqlc.arg(cover_months)::integer))::date
FROM insurance_roster r WHERE r.case_no = @case_no AND r.status = 'eligible' AND r.send = sqlc.arg(send)::integer;

-- name: LinesToOpen :many
-- Keyset by child: served by insurance_roster_by_status. What is opened here makes the batch's hash.
SELECT r.child, r.cover_from, c.born_on, c.sex, c.identity_kind, c.identity, c.name
FROM insurance_roster r JOIN children c ON c.id = r.child
WHERE r.case_no = @case_no AND r.status = 'eligible' AND r.send = sqlc.arg(send)::integer AND r.child > sqlc.arg(after)::text
ORDER BY r.child LIMIT sqlc.arg(page_size)::integer;

-- name: InsuranceSend :one
SELECT * FROM insurance_sends WHERE case_no = @case_no AND number = @number;

-- name: InsuranceSends :many
-- Served by the primary key. Bounded by the rounds of a month.
SELECT * FROM insurance_sends WHERE case_no = @case_no ORDER BY number LIMIT 200;

-- name: ReturnSend :exec
UPDATE insurance_sends SET state = 'returned' WHERE case_no = @case_no AND number = @number AND state = 'prepared';

-- name: ReturnRoster :exec
UPDATE insurance_roster SET status = 'rostered', send = NULL, decision = NULL WHERE case_no = @case_no AND status = 'eligible';

-- name: SignSend :exec
UPDATE insurance_sends SET state = 'sent', signed_by = @signed_by, sent_at = @sent_at WHERE case_no = @case_no AND number = @number AND state = 'prepared';

-- name: SendRoster :exec
UPDATE insurance_roster SET status = 'sent' WHERE case_no = @case_no AND status = 'eligible' AND send = sqlc.arg(send)::integer;

-- name: InsuranceLines :many
-- Keyset by child: served by the primary key.
SELECT l.child, l.send, l.county, l.cover_from, l.cover_until, c.born_on, c.sex, c.identity_kind, c.identity, c.name
FROM insurance_lines l JOIN children c ON c.id = l.child
WHERE l.case_no = @case_no AND l.send = @send AND l.child > sqlc.arg(after)::text
ORDER BY l.child LIMIT sqlc.arg(page_size)::integer;

-- name: LockInsuranceSend :one
-- Pages of answers to one batch are written one after the other.
SELECT * FROM insurance_sends WHERE case_no = @case_no AND number = @number FOR UPDATE;

-- name: LinesByRef :many
-- Each ref is looked up by itself in both primary keys: OFFSET keeps Postgres from reading the whole batch for a page.
SELECT a.child::text AS child, (l.child IS NOT NULL)::boolean AS known, coalesce(r.answer, '')::text AS answer, coalesce(r.reason, '')::text AS reason
FROM (SELECT unnest(sqlc.arg(children)::text[]) AS child) a
LEFT JOIN LATERAL (SELECT i.child FROM insurance_lines i WHERE i.case_no = @case_no AND i.send = @send AND i.child = a.child OFFSET 0) l ON true
LEFT JOIN LATERAL (SELECT i.answer, i.reason FROM insurance_answers i WHERE i.case_no = @case_no AND i.send = @send AND i.child = a.child OFFSET 0) r ON true;

-- name: AnswerLines :execrows
INSERT INTO insurance_answers (case_no, send, child, county, insurer, answer, reason, policy, answered_by, answered_at)
SELECT @case_no, @send, unnest(sqlc.arg(children)::text[]), @county, @insurer, unnest(sqlc.arg(answers)::text[]), unnest(sqlc.arg(reasons)::text[]),
    unnest(sqlc.arg(policies)::bytea[]), @answered_by, sqlc.arg(at)
ON CONFLICT DO NOTHING;

-- name: CountAnswers :one
-- Adds to the number of answered lines of a batch, and returns the number still pending.
UPDATE insurance_sends SET answered = answered + sqlc.arg(taken)::integer WHERE case_no = @case_no AND number = @number
RETURNING (lines - answered)::integer AS pending;

-- name: CoverInsured :execrows
-- Inserts the covers of the lines that the insurer accepted; a child covered otherwise in the meantime is left out by the
-- constraint.
INSERT INTO insurance_covers (case_no, send, child, county, insurer, from_on, until_on)
SELECT l.case_no, l.send, l.child, l.county, l.insurer, l.cover_from, l.cover_until
FROM insurance_lines l JOIN insurance_answers a USING (case_no, send, child)
WHERE l.case_no = @case_no AND l.send = @send AND a.answer = 'insured'
ON CONFLICT DO NOTHING;

-- name: SettleRoster :exec
-- What the insurer's answers make of the children of a send.
UPDATE insurance_roster r SET
    status = CASE WHEN v.child IS NOT NULL THEN 'insured' ELSE 'refused' END,
    reason = CASE WHEN v.child IS NOT NULL THEN '' WHEN l.answer = 'insured' THEN 'cover_overlaps' ELSE l.reason END
FROM insurance_answers l LEFT JOIN insurance_covers v ON v.case_no = l.case_no AND v.send = l.send AND v.child = l.child
WHERE l.case_no = @case_no AND l.send = sqlc.arg(send)::integer AND r.case_no = l.case_no AND r.child = l.child AND r.status = 'sent';

-- name: EndSend :exec
UPDATE insurance_sends SET state = 'answered', answered_at = @answered_at, insured = @insured, refused = lines - @insured
WHERE case_no = @case_no AND number = @number;

-- name: InsuranceExceptions :many
-- Keyset by child: served by insurance_roster_exceptions.
SELECT r.child, r.status, r.reason, r.decision, r.newborn, c.born_on, c.sex, c.name FROM insurance_roster r JOIN children c ON c.id = r.child
WHERE r.case_no = @case_no AND r.status IN ('exception', 'refused') AND r.child > sqlc.arg(after)::text
ORDER BY r.child LIMIT sqlc.arg(page_size)::integer;

-- name: RosterOpen :one
-- What is still to be done: children to be judged, and exceptions to be settled. Served by insurance_roster_by_status.
SELECT count(*) FILTER (WHERE status = 'rostered')::integer AS rostered, count(*) FILTER (WHERE status <> 'rostered')::integer AS exceptions
FROM insurance_roster WHERE case_no = @case_no AND status IN ('rostered', 'exception', 'refused');

-- name: ResolveExceptions :many
-- Settles exceptions: withdrawn, not eligible, or corrected and judged again. Gives the children settled.
UPDATE insurance_roster r SET status = i.status, reason = i.reason, notified_on = coalesce(i.notified_on, r.notified_on),
    send = NULL, decision = CASE WHEN i.status = 'rostered' THEN NULL ELSE r.decision END
FROM (SELECT unnest(sqlc.arg(children)::text[]) AS child, unnest(sqlc.arg(statuses)::text[]) AS status, unnest(sqlc.arg(reasons)::text[]) AS reason,
    unnest(sqlc.arg(notified_on)::date[]) AS notified_on) i
WHERE r.case_no = @case_no AND r.child = i.child AND r.status IN ('exception', 'refused')
RETURNING r.child;

-- name: EndCovers :many
-- Ends covers at 36 months, at death and when the family leaves the city, in one statement; returns the number for each reason.
WITH ended AS (
    UPDATE insurance_covers v SET until_on = greatest(v.from_on, e.on_day), ended = e.why
    FROM (
        SELECT c.id, least(coalesce(c.died_on, 'infinity'), coalesce(c.moved_on, 'infinity'), (c.born_on + make_interval(months => sqlc.arg(until_months)::integer))::date) AS on_day,
            CASE WHEN c.died_on IS NOT NULL AND c.died_on <= coalesce(c.moved_on, 'infinity') THEN 'died' WHEN c.moved_on IS NOT NULL THEN 'moved_away' ELSE 'aged_out' END AS why
        FROM children c WHERE c.county = @county
    ) e
    WHERE v.child = e.id AND v.county = @county AND e.on_day <= sqlc.arg(as_of)::date AND v.until_on > e.on_day AND v.ended = ''
    RETURNING v.ended
)
SELECT ended, count(*)::integer AS covers FROM ended GROUP BY ended ORDER BY ended;

-- name: EndInsuranceBatch :exec
UPDATE insurance_batches SET closed_on = @closed_on WHERE case_no = @case_no;

-- name: InsuredRates :many
-- Children of the age who live in each county and are known, and of them those covered on the day; no row for a county without any.
-- Served by children_by_birth and insurance_covers_of_child.
SELECT c.county, count(*)::integer AS residents, count(*) FILTER (WHERE EXISTS (SELECT FROM insurance_covers v
    WHERE v.child = c.id AND v.from_on <= sqlc.arg(on_day)::date AND v.until_on > sqlc.arg(on_day)::date))::integer AS insured
FROM (SELECT unnest(sqlc.arg(counties)::text[]) AS county, unnest(sqlc.arg(until_months)::integer[]) AS until_months) k
JOIN children c ON c.county = k.county
WHERE c.born_on <= sqlc.arg(on_day)::date AND c.born_on > (sqlc.arg(on_day)::date - make_interval(months => k.until_months))::date - 3
    AND completed_months(c.born_on, sqlc.arg(on_day)::date) < k.until_months
    AND coalesce(c.died_on, 'infinity') > sqlc.arg(on_day)::date AND coalesce(c.moved_on, 'infinity') > sqlc.arg(on_day)::date
    AND NOT EXISTS (SELECT FROM insurance_roster r WHERE r.child = c.id AND r.status = 'ineligible' AND r.reason = 'P11-R1')
GROUP BY c.county;

-- name: CoverOnDay :one
-- The cover a claim rests on. Served by insurance_covers_of_child.
SELECT v.*, b.terms, b.perils FROM insurance_covers v JOIN insurance_batches b ON b.case_no = v.case_no
WHERE v.child IN (SELECT c.id FROM children c WHERE c.id = @child OR c.merged_into = @child) AND v.from_on <= sqlc.arg(on_day)::date AND v.until_on > sqlc.arg(on_day)::date
ORDER BY v.child <> @child, v.from_on LIMIT 1;

-- name: InsertInsuranceClaim :exec
INSERT INTO insurance_claims (case_no, county, institution, insurer, child, cover_case, cover_send, peril, accident_on, reported_on, amount_fen,
    description, state, updated_at)
VALUES (@case_no, @county, @institution, @insurer, @child, @cover_case, @cover_send, @peril, @accident_on, @reported_on, @amount_fen,
    @description, 'reported', @updated_at);

-- name: InsuranceClaim :one
SELECT * FROM insurance_claims WHERE case_no = @case_no;

-- name: InsuranceClaims :many
-- Served by insurance_claims_of_county (county, case_no), insurance_claims_of_institution, insurance_claims_of_insurer or the primary key.
SELECT * FROM insurance_claims WHERE case_no > sqlc.arg(after)::text
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text) AND (sqlc.arg(institution)::text = '' OR institution = sqlc.arg(institution)::text)
    AND (sqlc.arg(insurer)::text = '' OR insurer = sqlc.arg(insurer)::text)
    AND (sqlc.arg(prefix)::text = '' OR starts_with(case_no, sqlc.arg(prefix)::text))
    AND (sqlc.narg(parties)::text[] IS NULL OR institution = ANY (sqlc.narg(parties)::text[]))
ORDER BY case_no LIMIT sqlc.arg(page_size)::integer;

-- name: MoveInsuranceClaim :exec
UPDATE insurance_claims SET state = @state, accepted_fen = @accepted_fen, paid_fen = @paid_fen, paid_on = @paid_on, reason = @reason, updated_at = @updated_at
WHERE case_no = @case_no;

-- name: ChildEnrolledAt :one
-- Served by enrolments_of_child.
SELECT EXISTS (SELECT FROM enrolments WHERE child = @child AND institution = @institution);

-- name: InsuranceReconciliation :many
-- County by county what of a month was sent and what came of it. Bounded by the counties and their months.
SELECT b.case_no, b.county, b.insurer, c.stage,
    (SELECT count(*) FROM insurance_roster r WHERE r.case_no = b.case_no)::integer AS rostered,
    coalesce(sum(s.lines), 0)::integer AS sent, coalesce(sum(s.insured), 0)::integer AS insured, coalesce(sum(s.refused), 0)::integer AS refused,
    coalesce(sum(s.lines) FILTER (WHERE s.state = 'sent'), 0)::integer AS pending, coalesce(sum(s.premium_fen), 0)::bigint AS premium_fen
FROM insurance_batches b JOIN cases c ON c.case_no = b.case_no
LEFT JOIN insurance_sends s ON s.case_no = b.case_no AND s.state IN ('sent', 'answered')
WHERE b.month = @month
GROUP BY b.case_no, b.county, b.insurer, c.stage ORDER BY b.county, b.case_no LIMIT 100;

-- name: PersonsOfChild :many
-- Bounded: one or two, however many months a child is listed in.
SELECT DISTINCT person FROM insurance_roster WHERE child = @child;

-- name: PutPerson :exec
UPDATE insurance_roster SET person = @person WHERE child = @child AND person = @was;
