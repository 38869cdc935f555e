-- name: PutClinic :execrows
-- Changes nothing of another county.
INSERT INTO clinics (id, county, township, name, licence, licensed_until, primary_care, capacity, modes, updated_at)
VALUES (@id, @county, @township, @name, @licence, @licensed_until, @primary_care, @capacity, @modes, @updated_at)
ON CONFLICT (id) DO UPDATE SET township = excluded.township, name = excluded.name, licence = excluded.licence, licensed_until = excluded.licensed_until,
    primary_care = excluded.primary_care, capacity = excluded.capacity, modes = excluded.modes, updated_at = excluded.updated_at
WHERE clinics.county = excluded.county;

-- name: ClinicByID :one
SELECT * FROM clinics WHERE id = @id;

-- name: Clinics :many
-- Served by clinics_by_county (county, id).
SELECT * FROM clinics WHERE county = @county AND id > sqlc.arg(after)::text
    AND (sqlc.arg(search)::text = '' OR strpos(name, sqlc.arg(search)::text) > 0 OR id = sqlc.arg(search)::text)
ORDER BY id LIMIT sqlc.arg(page_size)::integer;

-- name: ChildrenServedBy :many
-- Returns the number of seats of the institutions that each clinic serves, except a given one; no row for a clinic that serves none.
-- Served by contracts_of_clinic.
SELECT c.clinic, coalesce(sum(i.seats), 0)::integer AS seats FROM contracts c JOIN institutions i ON i.id = c.institution
WHERE c.clinic = ANY(sqlc.arg(clinics)::text[]) AND c.state IN ('signed', 'in_force') AND c.institution <> sqlc.arg(aside)::text
GROUP BY c.clinic;

-- name: InsertContract :exec
INSERT INTO contracts (case_no, county, institution, clinic, mode, starts_on, ends_on, updated_at)
VALUES (@case_no, @county, @institution, @clinic, @mode, @starts_on, @ends_on, @updated_at);

-- name: ContractByCase :one
SELECT * FROM contracts WHERE case_no = @case_no;

-- name: SetContractState :exec
UPDATE contracts SET state = @state, updated_at = @updated_at WHERE case_no = @case_no;

-- name: SetContractTerms :exec
UPDATE contracts SET mode = @mode, starts_on = @starts_on, ends_on = @ends_on, version = @version, updated_at = @updated_at WHERE case_no = @case_no;

-- name: SetContractEnd :exec
UPDATE contracts SET ends_on = @ends_on, updated_at = @updated_at WHERE case_no = @case_no;

-- name: SetContractRenewal :exec
UPDATE contracts SET renewal = @renewal, updated_at = @updated_at WHERE case_no = @case_no;

-- name: ShowContractLight :exec
UPDATE contracts SET light = @light, light_on = @light_on, updated_at = @updated_at WHERE case_no = @case_no;

-- name: ContractsOverlapping :many
-- Other contracts of an institution that cover some of the days. Served by contracts_of_institution.
SELECT * FROM contracts WHERE institution = @institution AND case_no <> @case_no AND state IN ('signed', 'in_force')
    AND starts_on <= sqlc.arg(until)::date AND ends_on >= sqlc.arg(since)::date ORDER BY starts_on LIMIT 20;

-- name: ContractInForceOn :one
-- Served by contracts_of_institution.
SELECT * FROM contracts WHERE institution = @institution AND state = 'in_force' AND starts_on <= sqlc.arg(day)::date AND ends_on >= sqlc.arg(day)::date;

-- name: Contracts :many
-- Served by contracts_by_county (county, case_no), contracts_by_institution (institution, case_no), contracts_of_clinic (clinic, case_no) or
-- the primary key.
SELECT * FROM contracts WHERE case_no > sqlc.arg(after)::text
    AND (sqlc.arg(county)::text = '' OR county = sqlc.arg(county)::text) AND (sqlc.arg(institution)::text = '' OR institution = sqlc.arg(institution)::text)
    AND (sqlc.arg(clinic)::text = '' OR clinic = sqlc.arg(clinic)::text)
    AND (sqlc.arg(state)::text = '' OR state = sqlc.arg(state)::text) AND (sqlc.arg(light)::text = '' OR light = sqlc.arg(light)::text)
    AND (sqlc.arg(prefix)::text = '' OR starts_with(case_no, sqlc.arg(prefix)::text))
    AND (sqlc.narg(parties)::text[] IS NULL OR institution = ANY (sqlc.narg(parties)::text[]) OR clinic = ANY (sqlc.narg(parties)::text[]))
ORDER BY case_no LIMIT sqlc.arg(page_size)::integer;

-- name: InsertContractText :exec
INSERT INTO contract_texts (case_no, version, county, institution, clinic, terms, text, sha256, author, at)
VALUES (@case_no, @version, @county, @institution, @clinic, @terms, @text, @sha256, @author, @at);

-- name: ContractTexts :many
SELECT * FROM contract_texts WHERE case_no = @case_no ORDER BY version DESC LIMIT 100;

-- name: ContractText :one
SELECT * FROM contract_texts WHERE case_no = @case_no AND version = @version;

-- name: InsertContractSignature :exec
INSERT INTO contract_signatures (case_no, version, side, county, institution, clinic, sha256, signed_by, signed_at)
VALUES (@case_no, @version, @side, @county, @institution, @clinic, @sha256, @signed_by, @signed_at)
ON CONFLICT DO NOTHING;

-- name: ContractSignatures :many
SELECT * FROM contract_signatures WHERE case_no = @case_no ORDER BY version DESC, side LIMIT 200;

-- name: InsertContractVisit :one
INSERT INTO contract_visits (case_no, county, institution, clinic, visited_on, content, evidence, recorded_by, recorded_at)
VALUES (@case_no, @county, @institution, @clinic, @visited_on, @content, @evidence, @recorded_by, @recorded_at) RETURNING id;

-- name: ContractVisit :one
SELECT * FROM contract_visits WHERE case_no = @case_no AND id = @id FOR UPDATE;

-- name: ConfirmContractVisit :exec
UPDATE contract_visits SET confirmed_by = @confirmed_by, confirmed_at = @confirmed_at WHERE id = @id;

-- name: ContractVisits :many
-- Served by contract_visits_of_contract.
SELECT * FROM contract_visits WHERE case_no = @case_no ORDER BY id LIMIT 500;

-- name: InsertContractAssessment :exec
INSERT INTO contract_assessments (case_no, as_of, county, institution, clinic, light, duties, decision)
VALUES (@case_no, @as_of, @county, @institution, @clinic, @light, @duties, @decision);

-- name: ContractAssessments :many
SELECT * FROM contract_assessments WHERE case_no = @case_no ORDER BY as_of DESC LIMIT 100;

-- name: ContractAssessmentOn :one
SELECT * FROM contract_assessments WHERE case_no = @case_no AND as_of = @as_of;

-- name: RoundsOfContract :many
SELECT half, state FROM checkup_rounds WHERE contract = sqlc.arg(contract)::text ORDER BY half LIMIT 20;

-- name: ChildrenInCare :one
-- How many children are in care and how many of them have a health record. Served by enrolments_of_institution.
SELECT count(*)::integer AS children, count(h.child)::integer AS records
FROM enrolments e LEFT JOIN health_records h ON h.child = e.child WHERE e.institution = @institution AND e.left_on IS NULL;

-- name: SignedRate :many
-- Filed and open institutions, and those of them with a contract in force on a day, by county.
SELECT i.county, count(*)::integer AS institutions, count(c.case_no)::integer AS signed
FROM institutions i LEFT JOIN contracts c ON c.institution = i.id AND c.state IN ('in_force', 'ended') AND c.starts_on <= sqlc.arg(day)::date AND c.ends_on >= sqlc.arg(day)::date
WHERE i.status IN ('filed', 'rectifying') AND (sqlc.arg(county)::text = '' OR i.county = sqlc.arg(county)::text)
GROUP BY i.county ORDER BY i.county;

-- name: TaskOfKindAsked :one
-- Has the case ever asked such a task? Served by tasks_of_case.
SELECT EXISTS (SELECT FROM tasks WHERE case_no = @case_no AND kind = @kind);
