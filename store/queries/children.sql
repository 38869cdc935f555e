-- name: LockIdentities :exec
-- Whoever enters children waits for others that enter the same ones, by buckets of their identities taken in order: the
-- index of identities is by one key alone, and during a rotation two keys index.
SELECT pg_advisory_xact_lock(1953853289, bucket) FROM (SELECT unnest(@buckets::int[]) AS bucket ORDER BY bucket) b;

-- name: ChildrenByIdentity :many
-- Served by children_by_identity. Bounded by the number of indexes asked for.
SELECT id, identity_index FROM children WHERE identity_index = ANY(@indexes::bytea[]);

-- name: InsertChildren :exec
INSERT INTO children (id, county, born_on, sex, identity_kind, identity_index, identity, name, guardian_name, guardian_phone,
    source, created_by, created_at, updated_at)
SELECT unnest(@ids::text[]), unnest(@counties::text[]), unnest(@born_on::text[])::date, unnest(@sexes::text[]),
    unnest(@identity_kinds::text[]), unnest(@identity_indexes::bytea[]), unnest(@identities::bytea[]), unnest(@names::bytea[]),
    nullif(unnest(@guardian_names::bytea[]), ''), nullif(unnest(@guardian_phones::bytea[]), ''),
    sqlc.arg(source)::text, sqlc.arg(created_by)::text, sqlc.arg(at)::timestamptz, sqlc.arg(at)::timestamptz;

-- name: ChildByID :one
SELECT * FROM children WHERE id = @id;

-- name: ChildrenByID :many
-- Served by the primary key. Bounded by the number of children asked for.
SELECT * FROM children WHERE id = ANY(@ids::text[]) ORDER BY id;

-- name: SetGuardian :exec
-- The guardian as last declared; what is not declared stays.
UPDATE children SET guardian_name = coalesce(sqlc.narg(guardian_name), guardian_name), guardian_phone = coalesce(sqlc.narg(guardian_phone), guardian_phone),
    updated_at = @updated_at WHERE id = @id;

-- name: CorrectChild :exec
UPDATE children SET name = @name, guardian_name = @guardian_name, guardian_phone = @guardian_phone, updated_at = @updated_at WHERE id = @id;

-- name: EndChild :exec
UPDATE children SET died_on = coalesce(died_on, @died_on), updated_at = @updated_at WHERE id = @id;

-- name: InsertEnrolment :one
INSERT INTO enrolments (child, county, institution, class, entered_on, entered_by)
VALUES (@child, @county, @institution, @class, @entered_on, @entered_by) RETURNING id;

-- name: OpenEnrolment :one
-- Served by enrolments_one_open.
SELECT * FROM enrolments WHERE child = @child AND left_on IS NULL;

-- name: OpenEnrolmentForUpdate :one
-- Served by enrolments_one_open.
SELECT * FROM enrolments WHERE child = @child AND left_on IS NULL FOR UPDATE;

-- name: EndEnrolment :exec
UPDATE enrolments SET left_on = @left_on, leave = @leave, left_by = @left_by WHERE id = @id;

-- name: SetEnrolmentClass :exec
UPDATE enrolments SET class = @class WHERE id = @id;

-- name: EnrolmentsOfInstitution :many
-- Served by enrolments_of_institution (institution, class, child).
SELECT e.id, e.child, e.class, e.entered_on, e.left_on, e.leave, c.born_on, c.sex,
    EXISTS (SELECT FROM consents k WHERE k.child = e.child AND k.purpose = 'checkup' AND k.withdrawn_on IS NULL) AS checkup_consent,
    EXISTS (SELECT FROM consents k WHERE k.child = e.child AND k.purpose = 'insurance' AND k.withdrawn_on IS NULL) AS insurance_consent
FROM enrolments e JOIN children c ON c.id = e.child
WHERE e.institution = @institution AND (e.class, e.child) > (sqlc.arg(after_class)::text, sqlc.arg(after_child)::text)
    AND (sqlc.arg(class)::text = '' OR e.class = sqlc.arg(class)::text) AND (NOT sqlc.arg(only_present)::boolean OR e.left_on IS NULL)
ORDER BY e.class, e.child LIMIT sqlc.arg(page_size)::integer;

-- name: RosterOfInstitution :many
-- Everybody in care, for the roster. Served by enrolments_of_institution. Bounded far above what an institution may take in.
SELECT e.class, e.entered_on, sqlc.embed(c) FROM enrolments e JOIN children c ON c.id = e.child
WHERE e.institution = @institution AND e.left_on IS NULL ORDER BY e.class, e.child LIMIT 2000;

-- name: InsertConsent :execrows
INSERT INTO consents (child, county, purpose, evidence, given_on, taken_by)
VALUES (@child, @county, @purpose, @evidence, @given_on, @taken_by)
ON CONFLICT (child, purpose) WHERE withdrawn_on IS NULL DO NOTHING;

-- name: WithdrawConsent :execrows
UPDATE consents SET withdrawn_on = @withdrawn_on, withdrawn_by = @withdrawn_by
WHERE child = @child AND purpose = @purpose AND withdrawn_on IS NULL;

-- name: ConsentsOfChild :many
-- Served by consents_of_child.
SELECT * FROM consents WHERE child = @child ORDER BY id LIMIT 200;

-- name: InsertRecordReads :exec
INSERT INTO record_reads (child, county, reader, reader_role, institution, purpose, fields, at)
SELECT unnest(sqlc.arg(children)::text[]), @county, @reader, @reader_role, @institution, @purpose, sqlc.arg(fields)::text[], @at;

-- name: RecordReads :many
-- Served by record_reads_page (county, id) for an office; the primary key for the auditor.
SELECT * FROM record_reads
WHERE id < @before AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text) AND (sqlc.arg(child)::text = '' OR child = sqlc.arg(child)::text)
ORDER BY id DESC LIMIT sqlc.arg(page_size)::integer;

-- name: OpenRoundOf :one
-- The round that goes on for an institution's children. Served by cases_one_open.
SELECT * FROM cases WHERE institution = @institution AND kind = 'checkup_round' AND status = 'open' ORDER BY about DESC LIMIT 1;

-- name: InstitutionsOfCounty :many
-- Served by institutions_by_county (county, id).
SELECT * FROM institutions
WHERE county = @county AND id > sqlc.arg(after)::text AND status <> 'applying'
    AND (sqlc.arg(status)::text = '' OR status = sqlc.arg(status)::text) AND (sqlc.arg(site_kind)::text = '' OR site_kind = sqlc.arg(site_kind)::text)
ORDER BY id LIMIT sqlc.arg(page_size)::integer;

-- name: InstitutionsOfCity :many
-- Served by the primary key.
SELECT * FROM institutions
WHERE id > sqlc.arg(after)::text AND status <> 'applying'
    AND (sqlc.arg(status)::text = '' OR status = sqlc.arg(status)::text) AND (sqlc.arg(site_kind)::text = '' OR site_kind = sqlc.arg(site_kind)::text)
ORDER BY id LIMIT sqlc.arg(page_size)::integer;

-- name: ChildrenToReseal :many
-- Served by the primary key.
SELECT id, identity_index, identity, name, guardian_name, guardian_phone FROM children
WHERE id > sqlc.arg(after)::text ORDER BY id LIMIT sqlc.arg(page_size)::integer FOR UPDATE;

-- name: ResealChild :exec
UPDATE children SET identity_index = @identity_index, identity = @identity, name = @name, guardian_name = @guardian_name,
    guardian_phone = @guardian_phone WHERE id = @id;
