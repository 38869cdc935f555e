-- name: LockIdentities :exec
-- Takes advisory locks on the identity-hash buckets, in order, so that concurrent inserts of one identity serialize. The unique
-- index is not enough: it covers one key, and during a rotation two keys index.
SELECT pg_advisory_xact_lock(1953853289, bucket) FROM (SELECT unnest(@buckets::int[]) AS bucket ORDER BY bucket) b;

-- name: ChildrenByIdentity :many
-- The record that goes on, of each that holds one of the identities. Served by children_by_identity. Bounded by the number of
-- indexes asked for.
SELECT c.id, i.identity_index, i.id AS holder, c.name, c.born_on, c.sex, c.died_on FROM children i
JOIN children c ON c.id = coalesce(i.merged_into, i.id) WHERE i.identity_index = ANY(@indexes::bytea[]);

-- name: InsertChildren :exec
INSERT INTO children (id, county, born_on, sex, identity_kind, identity_index, identity, name, guardian_name, guardian_phone,
    guardian_from, source, created_by, created_at, updated_at)
SELECT unnest(@ids::text[]), unnest(@counties::text[]), unnest(@born_on::text[])::date, unnest(@sexes::text[]),
    unnest(@identity_kinds::text[]), unnest(@identity_indexes::bytea[]), unnest(@identities::bytea[]), unnest(@names::bytea[]),
    nullif(unnest(@guardian_names::bytea[]), ''), nullif(unnest(@guardian_phones::bytea[]), ''),
    sqlc.arg(guardian_from)::text, sqlc.arg(source)::text, sqlc.arg(created_by)::text, sqlc.arg(at)::timestamptz, sqlc.arg(at)::timestamptz;

-- name: ChildByID :one
SELECT * FROM children WHERE id = @id;

-- name: ChildrenByID :many
-- Served by the primary key. Bounded by the number of children asked for.
SELECT * FROM children WHERE id = ANY(@ids::text[]) ORDER BY id;

-- name: ChildForChange :one
SELECT * FROM children WHERE id = @id FOR UPDATE;

-- name: CorrectChild :exec
-- A guardian that is not named stays when another entered it, whose entry the corrector may not have seen. The form of the name
-- stays as noted: hashes of the name as it was are still to be replaced.
UPDATE children SET county = @county, born_on = @born_on, sex = @sex, identity_kind = @identity_kind,
    identity_index = @identity_index, identity = @identity, name = @name,
    guardian_name = CASE WHEN sqlc.arg(keep_guardian)::boolean THEN guardian_name ELSE nullif(@guardian_name::bytea, '') END,
    guardian_phone = CASE WHEN sqlc.arg(keep_guardian)::boolean THEN guardian_phone ELSE nullif(@guardian_phone::bytea, '') END,
    guardian_from = CASE WHEN sqlc.arg(keep_guardian)::boolean THEN guardian_from ELSE @guardian_from END,
    updated_at = @updated_at WHERE id = @id;

-- name: PutGuardian :exec
-- Stores the guardian's details as entered by an institution. They replace those of another institution; details that are left
-- out remain if this institution entered them.
UPDATE children SET
    guardian_name = coalesce(nullif(@guardian_name::bytea, ''), CASE WHEN guardian_from = @guardian_from THEN guardian_name END),
    guardian_phone = coalesce(nullif(@guardian_phone::bytea, ''), CASE WHEN guardian_from = @guardian_from THEN guardian_phone END),
    guardian_from = @guardian_from, updated_at = @updated_at WHERE id = @id;

-- name: ChildMergedInto :one
-- The record that goes on, for one that became part of it.
SELECT coalesce(merged_into, id)::text AS child FROM children WHERE id = @id;

-- name: GuardiansShown :many
-- Of which of the children an institution may know the guardian: it entered it itself, the guardian consents, or who entered
-- it released it. Served by the primary key. Bounded by the number of children asked for.
SELECT c.id FROM children c WHERE c.id = ANY(@children::text[]) AND (c.guardian_from = @institution
    OR EXISTS (SELECT FROM consents t WHERE t.child = c.id AND t.purpose = 'transfer' AND t.institution = @institution AND t.withdrawn_on IS NULL)
    OR EXISTS (SELECT FROM enrolments e WHERE e.child = c.id AND e.institution = c.guardian_from AND e.released_on IS NOT NULL));

-- name: ConsentsReleased :many
-- The consents that others took and an institution may know of. Served by consents_of_child. Bounded: a few a year.
SELECT s.* FROM consents s WHERE s.child = @child AND s.institution <> @institution AND s.purpose <> 'transfer' AND (
    EXISTS (SELECT FROM consents t WHERE t.child = s.child AND t.purpose = 'transfer' AND t.institution = @institution AND t.withdrawn_on IS NULL)
    OR EXISTS (SELECT FROM enrolments e WHERE e.child = s.child AND e.institution = s.institution AND e.released_on IS NOT NULL))
ORDER BY s.id LIMIT 200;

-- name: ReleaseChild :execrows
-- The institution releases what it entered to the next one that has the child in care.
UPDATE enrolments SET released_on = sqlc.arg(released_on)::date, released_by = sqlc.arg(released_by)::text
WHERE child = @child AND institution = @institution AND left_on IS NOT NULL AND released_on IS NULL;

-- name: LockIdentityRefusals :one
-- How often the account was refused on the day; held until the transaction ends, so that none goes uncounted.
INSERT INTO identity_refusals (account, day, refusals) VALUES (@account, @day, 0)
ON CONFLICT (account, day) DO UPDATE SET refusals = identity_refusals.refusals RETURNING refusals;

-- name: AddIdentityRefusals :exec
UPDATE identity_refusals SET refusals = refusals + sqlc.arg(more)::integer WHERE account = @account AND day = @day;

-- name: NoteChildDied :exec
UPDATE children SET died_on = sqlc.narg(died_on)::date, updated_at = @updated_at WHERE id = @id;

-- name: OpenEnrolment :one
-- Served by enrolments_one_open.
SELECT * FROM enrolments WHERE child = @child AND left_on IS NULL;

-- name: OpenEnrolmentsOf :many
-- Served by enrolments_one_open. Bounded by the number of children asked for.
SELECT * FROM enrolments WHERE child = ANY(@children::text[]) AND left_on IS NULL;

-- name: CareOf :one
-- Where a child is in care, or was last, and whether a clinic serves it there or by an open referral. Served by
-- enrolments_of_child.
SELECT e.institution, e.county, (serves(sqlc.arg(clinic)::text, e.institution, sqlc.arg(day)::date)
    OR e.child IN (SELECT referred_to(sqlc.arg(clinic)::text)))::boolean AS served
FROM enrolments e WHERE e.child = @child ORDER BY e.left_on IS NOT NULL, e.entered_on DESC, e.id DESC LIMIT 1;

-- name: StaysOf :many
-- Every stay of the children. Served by enrolments_of_child. Bounded: a child has a few spans within three years.
SELECT * FROM enrolments WHERE child = ANY(@children::text[]) ORDER BY child, entered_on, id;

-- name: LastStay :one
-- The latest stay of a child at an institution, or at any when none is named. Served by enrolments_of_child.
SELECT * FROM enrolments WHERE child = @child AND (@institution::text = '' OR institution = @institution)
ORDER BY left_on IS NULL DESC, entered_on DESC, id DESC LIMIT 1;

-- name: CorrectStay :exec
UPDATE enrolments SET entered_on = @entered_on, left_on = sqlc.narg(left_on)::date, leave = sqlc.narg(leave)::text,
    left_by = sqlc.narg(left_by)::text, age_reason = @age_reason WHERE id = @id;

-- name: InsertChildCorrection :exec
INSERT INTO child_corrections (child, county, institution, what, before, after, reason, corrected_by, corrected_at)
VALUES (@child, @county, @institution, @what, @before, @after, @reason, @corrected_by, @corrected_at);

-- name: ChildCorrections :many
-- Served by child_corrections_of_child. Bounded: a few.
SELECT * FROM child_corrections WHERE child = @child ORDER BY id DESC LIMIT 100;

-- name: InsertEnrolment :one
INSERT INTO enrolments (child, county, institution, class, entered_on, entered_by, age_reason)
VALUES (@child, @county, @institution, @class, @entered_on, @entered_by, @age_reason) RETURNING id;

-- name: PutEntryDoses :exec
UPDATE enrolments SET dtap_doses = sqlc.arg(doses)::bytea WHERE id = @id;

-- name: ChangeClass :execrows
UPDATE enrolments SET class = @class WHERE child = @child AND institution = @institution AND left_on IS NULL;

-- name: EndEnrolment :execrows
UPDATE enrolments SET left_on = sqlc.arg(left_on)::date, leave = sqlc.arg(leave)::text, left_by = sqlc.arg(left_by)::text
WHERE child = @child AND institution = @institution AND left_on IS NULL;

-- name: Enrolments :many
-- Served by enrolments_page (institution, id) or enrolments_of_county (county, id).
SELECT sqlc.embed(e), c.born_on FROM enrolments e JOIN children c ON c.id = e.child WHERE e.id > sqlc.arg(after)::bigint
    AND (sqlc.arg(institution)::text = '' OR e.institution = sqlc.arg(institution)::text) AND (sqlc.arg(county)::text = '' OR e.county = sqlc.arg(county)::text)
    AND (sqlc.arg(class)::text = '' OR e.class = sqlc.arg(class)::text) AND (sqlc.arg(ended)::boolean OR e.left_on IS NULL)
ORDER BY e.id LIMIT sqlc.arg(page_size)::integer;

-- name: EnrolmentsOfChild :many
-- Served by enrolments_of_child. Bounded: a child has a few spans within three years.
SELECT * FROM enrolments WHERE child = @child ORDER BY entered_on, id LIMIT 100;

-- name: CountEnrolled :many
-- Served by enrolments_of_county or enrolments_page. Bounded: a county has a few hundred institutions.
SELECT institution, class, count(*) AS children FROM enrolments WHERE left_on IS NULL
    AND (@institution::text = '' OR institution = @institution) AND (@county::text = '' OR county = @county)
GROUP BY institution, class ORDER BY institution, class LIMIT 5000;

-- name: RosterOf :many
-- Served by enrolments_page. Bounded: an institution has a few hundred children.
SELECT sqlc.embed(c), e.class, e.entered_on FROM enrolments e JOIN children c ON c.id = e.child
WHERE e.institution = @institution AND e.left_on IS NULL ORDER BY e.class, e.child LIMIT 5000;

-- name: OpenCasesOfKind :many
-- Served by cases_one_open. Bounded: an institution has one open case of a kind for each of few subjects.
SELECT * FROM cases WHERE institution = @institution AND kind = @kind AND status = 'open' ORDER BY case_no LIMIT 100;

-- name: InsertConsent :execrows
INSERT INTO consents (child, county, purpose, evidence, given_on, taken_by, institution)
VALUES (@child, @county, @purpose, @evidence, @given_on, @taken_by, @institution)
ON CONFLICT (child, purpose, institution) WHERE withdrawn_on IS NULL DO NOTHING;

-- name: InsertConsents :many
-- Consents that a sheet shows; one that is standing already stays. Returns those that are new.
INSERT INTO consents (child, county, purpose, evidence, given_on, taken_by, institution)
SELECT unnest(sqlc.arg(children)::text[]), unnest(sqlc.arg(counties)::text[]), unnest(sqlc.arg(purposes)::text[]), @evidence, @given_on, @taken_by, @institution
ON CONFLICT (child, purpose, institution) WHERE withdrawn_on IS NULL DO NOTHING RETURNING child, purpose;

-- name: ConsentsOfChildren :many
-- The consents of children that are standing. Served by consents_one_standing.
SELECT child, purpose, given_on FROM consents WHERE child = ANY (sqlc.arg(children)::text[]) AND institution = @institution AND withdrawn_on IS NULL LIMIT 5000;

-- name: ClassOf :many
-- Who is in care in a class. Served by enrolments_of_institution. Bounded: a class has a few dozen children.
SELECT c.* FROM enrolments e JOIN children c ON c.id = e.child
WHERE e.institution = @institution AND e.class = @class AND e.left_on IS NULL ORDER BY e.entered_on, e.id LIMIT 200;

-- name: WithdrawConsent :execrows
-- A guardian who withdraws from one withdraws from all: the consent is its, not theirs.
UPDATE consents SET withdrawn_on = sqlc.arg(withdrawn_on)::date, withdrawn_by = sqlc.arg(withdrawn_by)::text
WHERE child = @child AND purpose = @purpose AND withdrawn_on IS NULL;

-- name: ConsentsOfChild :many
-- Served by consents_of_child. Bounded: a few a year.
SELECT * FROM consents WHERE child = @child ORDER BY id LIMIT 200;

-- name: NoteReadings :exec
INSERT INTO record_reads (subject, about, child, county, reader, reader_role, institution, purpose, fields, at)
SELECT sqlc.arg(subject)::text, sqlc.arg(about)::text, unnest(@children::text[]), unnest(@counties::text[]), sqlc.arg(reader)::text,
    sqlc.arg(reader_role)::text, sqlc.arg(institution)::text, sqlc.arg(purpose)::text, sqlc.arg(fields)::text[], sqlc.arg(at)::timestamptz;

-- name: LockReading :exec
-- A reader who opens one list twice at the same moment writes one line of it.
SELECT pg_advisory_xact_lock(1953853290, hashtext(sqlc.arg(reader)::text || ' ' || sqlc.arg(subject)::text || ' ' || sqlc.arg(about)::text));

-- name: NoteListReading :exec
-- One line for a list, a reader and a day, by the county where its children live; another one that day only for children who
-- did not stand on the list before. Served by record_reads_of_reader.
INSERT INTO record_reads (subject, about, children, county, reader, reader_role, institution, purpose, fields, at)
SELECT sqlc.arg(subject)::text, sqlc.arg(about)::text, array_agg(DISTINCT l.child ORDER BY l.child), l.county, sqlc.arg(reader)::text,
    sqlc.arg(reader_role)::text, sqlc.arg(institution)::text, sqlc.arg(purpose)::text, sqlc.arg(fields)::text[], sqlc.arg(at)::timestamptz
FROM (SELECT unnest(@children::text[]) AS child, unnest(@counties::text[]) AS county) l
WHERE l.child NOT IN (
    SELECT unnest(r.children) FROM record_reads r
    WHERE r.child IS NULL AND r.reader = sqlc.arg(reader)::text AND r.subject = sqlc.arg(subject)::text AND r.about = sqlc.arg(about)::text
        AND r.at >= sqlc.arg(since)::timestamptz AND r.purpose = sqlc.arg(purpose)::text AND r.fields @> sqlc.arg(fields)::text[])
GROUP BY l.county;

-- name: NoteCaseReading :exec
-- One line for a case, a reader and a day. Served by record_reads_of_reader.
INSERT INTO record_reads (subject, about, county, reader, reader_role, institution, purpose, fields, at)
SELECT sqlc.arg(subject)::text, sqlc.arg(about)::text, sqlc.arg(county)::text, sqlc.arg(reader)::text,
    sqlc.arg(reader_role)::text, sqlc.arg(institution)::text, sqlc.arg(purpose)::text, sqlc.arg(fields)::text[], sqlc.arg(at)::timestamptz
WHERE NOT EXISTS (
    SELECT FROM record_reads r
    WHERE r.child IS NULL AND r.reader = sqlc.arg(reader)::text AND r.subject = sqlc.arg(subject)::text AND r.about = sqlc.arg(about)::text
        AND r.at >= sqlc.arg(since)::timestamptz AND r.fields @> sqlc.arg(fields)::text[]);

-- name: Readings :many
-- Served by record_reads_page (county, id DESC) or the primary key. Those of one child are looked for in this order until the page is full:
-- behind row-level security Postgres searches an array only after the policy.
SELECT * FROM record_reads WHERE id < sqlc.arg(before)::bigint AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text)
    AND (sqlc.arg(child)::text = '' OR child = sqlc.arg(child)::text OR children @> ARRAY[sqlc.arg(child)::text])
ORDER BY id DESC LIMIT sqlc.arg(page_size)::integer;

-- name: Institutions :many
-- Served by institutions_by_county (county, id) or the primary key.
SELECT id, county, township, name, nature, site_kind, address, inclusive, seats, status, filing_case, filed_on FROM institutions
WHERE id > sqlc.arg(after)::text AND site_kind <> '' AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text)
    AND (sqlc.arg(status)::text = '' OR status = sqlc.arg(status)::text) AND (sqlc.arg(site_kind)::text = '' OR site_kind = sqlc.arg(site_kind)::text)
    AND (sqlc.arg(search)::text = '' OR strpos(name, sqlc.arg(search)::text) > 0 OR id = sqlc.arg(search)::text OR uscc = sqlc.arg(search)::text)
ORDER BY id LIMIT sqlc.arg(page_size)::integer;

-- name: ChildrenToNormalize :many
-- Names from before they had one form. Served by children_to_rename. Those that another process has at hand are left to it.
SELECT * FROM children WHERE name_form = 0 AND id > sqlc.arg(after)::text ORDER BY id LIMIT sqlc.arg(page_size)::integer FOR UPDATE SKIP LOCKED;

-- name: PutNormalName :exec
UPDATE children SET name = @name, guardian_name = sqlc.narg(guardian_name)::bytea, name_form = 1 WHERE id = @id;
